"""Places where a text can carry words, in every format: what a reader sees, and what nobody does.

A carrier makes a file of one small proposal (`SAID`) with the words in its place, and the same file without them.
"""

# ruff: noqa: E501 - a row is a line

from collections.abc import Callable
from typing import NamedTuple
from xml.sax.saxutils import escape

from parse_files import ODF_SPACES, docx, notebook, odt, paragraph, pdf, show

SAID = (
    "We hold 12,000 letters of 2025, each labelled with its department.",
    "Clerks sort 900 letters a day by hand, which takes 450 hours a month.",
    "If the model is unsure, the letter goes to a clerk who decides.",
    "The baseline is a keyword table that finds the department of 61 % of the letters.",
)


class Carrier(NamedTuple):
    """Where the words stand, and how a review tells of them: a hidden or addressed region, or a line of `not_read`."""

    file: str
    make: Callable[[str], bytes | str]  # given "" it makes the file without the words
    told: str


def _markdown(form: str) -> Callable[[str], str]:
    """`form` holds the words at WORDS; `FRONT` at its beginning puts it before everything."""

    def make(words: str) -> str:
        said = "# Letters\n\n" + "\n\n".join(SAID)
        put = form.replace("WORDS", words) if words else ""
        return (
            put.removeprefix("FRONT") + said if form.startswith("FRONT") else f"{said}\n\n{put}\n\n## Plan\n\nSoon.\n"
        )

    return make


def _html(form: str, head: str = "") -> Callable[[str], str]:
    def make(words: str) -> str:
        put = form.replace("WORDS", escape(words, {'"': "&quot;"})) if words else ""
        top = head.replace("WORDS", escape(words, {'"': "&quot;"})) if words else ""
        said = "".join(f"<p>{one}</p>" for one in SAID)
        return (
            f"<!doctype html><meta charset=utf-8><head>{top}</head><body><h1>Letters</h1>{said}{put}<p>Soon.</p></body>"
        )

    return make


def _run(words: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{escape(words)}</w:t></w:r>"


def _docx(form: str = "", parts: dict[str, str] | None = None) -> Callable[[str], bytes]:
    def make(words: str) -> bytes:
        body = paragraph("Letters", "1") + "".join(paragraph(one) for one in SAID)
        put = {name: part.replace("WORDS", escape(words)) for name, part in (parts or {}).items()} if words else {}
        return docx(body + (form.replace("WORDS", escape(words)) if words else "") + paragraph("Soon."), put)

    return make


def _odt(form: str = "", styles: str = "", parts: dict[str, str] | None = None) -> Callable[[str], bytes]:
    def make(words: str) -> bytes:
        body = '<text:h text:outline-level="1">Letters</text:h>' + "".join(f"<text:p>{one}</text:p>" for one in SAID)
        put = {name: part.replace("WORDS", escape(words)) for name, part in (parts or {}).items()} if words else {}
        more = form.replace("WORDS", escape(words)) if words else ""
        return odt(f"{body}{more}<text:p>Soon.</text:p>", styles, put)

    return make


def _pdf(shown: Callable[[str], str], extra: str = "", info: str = "") -> Callable[[str], bytes]:
    def make(words: str) -> bytes:
        said = show("Letters", y=800, size=20) + "".join(show(one, y=770 - 30 * n) for n, one in enumerate(SAID))
        return pdf([said + (shown(words) if words else "")], info=info.replace("WORDS", words) if words else "")

    return make


def _pdf_form(form: Callable[[str], str], before: str = "", after: str = "") -> Callable[[str], bytes]:
    """The words in a form that the page paints, as programs do that put one page into another."""
    return lambda words: pdf(
        [
            show("Letters", y=800, size=20)
            + "".join(show(one, y=770 - 30 * n) for n, one in enumerate(SAID))
            + f"q {before} /Fx Do Q\n"
            + after
        ],
        form=form(words) if words else "",
    )


def _ipynb(*cells: dict[str, object]) -> Callable[[str], bytes]:
    def make(words: str) -> bytes:
        said = {"cell_type": "markdown", "source": "# Letters\n\n" + "\n\n".join(SAID)}
        return notebook(said, *(_put(cell, words) for cell in cells if words))

    return make


def _put(value: object, words: str) -> object:
    if isinstance(value, dict):
        return {key: _put(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_put(inner, words) for inner in value]
    return value.replace("WORDS", words) if isinstance(value, str) else value


def _tags(words: str) -> str:
    return "".join(chr(0xE0000 + ord(c)) if 0x20 <= ord(c) < 0x7F else "\u200b\u200c\u200d" for c in words)


def _hidden_style(properties: str) -> str:
    return f'<style:style style:name="H" style:family="text"><style:text-properties {properties}/></style:style>'


_SPAN = '<text:p>Seen <text:span text:style-name="H">WORDS</text:span></text:p>'
_BOX = (
    "<w:p><w:r><w:drawing><wp:anchor><wp:positionH><wp:posOffset>{}</wp:posOffset></wp:positionH><wps:txbx>"
    "<w:txbxContent><w:p><w:r><w:t>WORDS</w:t></w:r></w:p></w:txbxContent></wps:txbx></wp:anchor></w:drawing></w:r></w:p>"
)
_CONTENT = "<w:txbxContent><w:p><w:r><w:t>WORDS</w:t></w:r></w:p></w:txbxContent>"
_CODE = {"cell_type": "code", "source": "# WORDS", "outputs": []}
_OUTPUT = [{"output_type": "stream", "text": ["WORDS"]}]
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'

# Words of any kind: what nobody sees is no evidence, whatever it says.
UNSEEN: dict[str, Carrier] = {
    "md-comment": Carrier("a.md", _markdown("<!-- WORDS -->"), "hidden"),
    "md-front-matter-comment": Carrier("a.md", _markdown("FRONT---\ntitle: a\n# WORDS\n---\n\n"), "hidden"),
    "md-comment-inline": Carrier("a.md", _markdown("A line <!-- WORDS --> of text."), "hidden"),
    "md-alt": Carrier("a.md", _markdown("![WORDS](a.png)"), "hidden"),
    "md-image-title": Carrier("a.md", _markdown('![a](a.png "WORDS")'), "hidden"),
    "md-link-title": Carrier("a.md", _markdown('See [the plan](plan.md "WORDS").'), "hidden"),
    "md-definition": Carrier("a.md", _markdown("[//]: # (WORDS)"), "hidden"),
    "md-display-none": Carrier("a.md", _markdown('<p style="display:none">WORDS</p>'), "hidden"),
    "md-hidden": Carrier("a.md", _markdown("<div hidden>\n\nWORDS\n\n</div>"), "hidden"),
    "md-white": Carrier("a.md", _markdown('Seen <span style="color:#fff">WORDS</span>'), "hidden"),
    "md-tiny": Carrier("a.md", _markdown('Seen <span style="font-size:0.5px">WORDS</span>'), "hidden"),
    "md-off-page": Carrier("a.md", _markdown('<b style="position:absolute;left:-9999px">WORDS</b>'), "hidden"),
    "md-attribute": Carrier("a.md", _markdown('Seen <b title="WORDS">bold</b>'), "hidden"),
    "md-name": Carrier("a.md", _markdown('Seen <a name="WORDS">x</a> today.'), "hidden"),
    "md-class": Carrier("a.md", _markdown('Seen <b class="WORDS">x</b> today.'), "hidden"),
    "md-entity": Carrier("a.md", _markdown('<p style="display&#58;none">WORDS</p>'), "hidden"),
    "md-script": Carrier("a.md", _markdown("<script>WORDS</script>"), "hidden"),
    "md-label": Carrier("a.md", _markdown("[WORDS ..........]: #"), "hidden"),
    "md-target": Carrier("a.md", _markdown("[](<WORDS>)"), "hidden"),
    "md-fence": Carrier("a.md", _markdown('```text title="WORDS"\nx\n```'), "hidden"),
    "md-sheet": Carrier("a.md", _markdown("<style>p.q {display: none}</style>\n\n<p class=q>WORDS</p>"), "hidden"),
    "md-bold-across": Carrier("a.md", _markdown('<b style="display:none">a\n\nWORDS</b>'), "hidden"),
    "md-dialog": Carrier("a.md", _markdown("<dialog>WORDS</dialog>"), "hidden"),
    "md-video": Carrier("a.md", _markdown("<video>WORDS</video>"), "hidden"),
    "md-tags": Carrier("a.md", lambda words: _markdown("A line WORDS of text.")(_tags(words)), "hidden"),
    "rst-comment": Carrier("a.rst", lambda w: _rst(f".. {w}" if w else ""), "hidden"),
    "rst-raw-role": Carrier(
        "a.rst", lambda w: _rst(f".. role:: h(raw)\n   :format: html\n\nSee :h:`<p hidden>{w}</p>`." if w else ""), "hidden"
    ),
    "rst-title": Carrier("a.rst", lambda w: _rst(f".. title:: {w}" if w else ""), "hidden"),
    "rst-image": Carrier("a.rst", lambda w: _rst(f".. image:: a.png\n   :alt: {w}" if w else ""), "hidden"),
    "rst-meta": Carrier("a.rst", lambda w: _rst(f".. meta::\n   :description: {w}" if w else ""), "hidden"),
    "html-comment": Carrier("a.html", _html("<!-- WORDS -->"), "hidden"),
    "html-display-none": Carrier("a.html", _html("<div style='display:none'><p>WORDS</p></div>"), "hidden"),
    "html-sheet": Carrier("a.html", _html("<p class=x>WORDS</p>", "<style>.x{font-size:0}</style>"), "hidden"),
    "html-hidden": Carrier("a.html", _html("<p hidden>WORDS</p>"), "hidden"),
    "html-white": Carrier("a.html", _html("<font color=white>WORDS</font>"), "hidden"),
    "html-off-page": Carrier("a.html", _html("<p style='text-indent:-9999px'>WORDS</p>"), "hidden"),
    "html-alt": Carrier("a.html", _html('<img alt="WORDS" src=a.png>'), "hidden"),
    "html-title": Carrier("a.html", _html('<abbr title="WORDS">a</abbr>'), "hidden"),
    "html-aria": Carrier("a.html", _html('<p aria-label="WORDS">a</p>'), "hidden"),
    "html-noscript": Carrier("a.html", _html("<noscript>WORDS</noscript>"), "hidden"),
    "html-template": Carrier("a.html", _html("<template>WORDS</template>"), "HTML template"),
    "html-script": Carrier("a.html", _html("<script>/* WORDS */</script>"), ""),
    "html-meta": Carrier("a.html", _html("", '<meta name=description content="WORDS">'), "hidden"),
    "html-data": Carrier("a.html", _html('<p data-x="WORDS">a</p>'), ""),
    **{
        f"html-{name}": Carrier("a.html", _html(f"<p style='{style}'>WORDS</p>"), "hidden")
        for name, style in {
            "clip": "position:absolute;clip:rect(1px,1px,1px,1px)",
            "clip-path": "clip-path: inset(100%)",
            "scale": "transform:scale(0)",
            "translate": "transform:translateX(-9999px)",
            "filter": "filter:opacity(0)",
            "content": "content-visibility:hidden",
            "ground": "color:#123456;background:#123456",
            "alpha": "color:#0000",
            "hsl": "color:hsl(0,0%,100%)",
            "fill": "-webkit-text-fill-color:transparent",
            "margin": "margin-left:-9999px",
            "font": "font:0/0 a",
            "escape": "d\\69splay:none",
            "remark": "display:/**/none",
            "pixel": "width:1px;height:1px;overflow:hidden",
            "relative": "position:relative;left:-9999px",
            "lab": "color:lab(100% 0 0)",
            "hwb": "color:hwb(0 100% 0)",
            "letters": "letter-spacing:-99px",
            "edgewise": "transform:rotateY(90deg)",
            "moved": "translate:-9999px",
            "scaled": "scale:0",
            "right": "position:absolute;left:99999px",
            "margins": "margin:0 0 0 -9999px",
            "clear": "background:#111;color:transparent",
            "important": "display:none !important;display:block",
            "no-value": "display:none;display:foo",
            "replaced": "text-indent:100%;white-space:nowrap;overflow:hidden",
            "scale-3d": "transform:scale3d(0,0,0)",
            "matrix": "transform:matrix(0,0,0,0,0,0)",
            "translate-vw": "transform:translate(-300vw)",
            "inline": "position:absolute;inset-inline-start:-9999px",
            "margin-inline": "margin-inline-start:-9999px",
            "percent": "position:absolute;left:-150%",
            "scrolls": "height:0;overflow-y:auto",
            "blurred": "filter:blur(40px)",
            "colour": "color:color(srgb 1 1 1)",
            "aliceblue": "color:aliceblue",
            "tint": "color:#ffffcc",
        }.items()
    },
    **{
        f"html-rule-{n}": Carrier("a.html", _html("<p id=q>WORDS</p>", f"<style>{rule}</style>"), "hidden")
        for n, rule in enumerate(
            (
                "p:not(.k)#q{display:none}",
                "@import 'a.css'; #q{display:none}",
                "body{color:black; #q{display:none}}",
                "<!-- #q{display:none} -->",
                "p{height:0} #q{overflow:hidden}",
                "#q{display:none} p{display:block}",
                "body:has(#q) p#q{display:none}",
            )
        )
    },
    **{
        f"html-{tag}": Carrier("a.html", _html(f"<{tag}>WORDS</{tag.split()[0]}>"), "hidden")
        for tag in ("dialog", "div popover", "noframes", "noembed", "video", "meter", "math><annotation")
    },
    "html-ground-in-ground": Carrier(
        "a.html",
        _html("<div style='background:#111'><p style='background:#fff'><b style='color:#fff'>WORDS</b></p></div>"),
        "hidden",
    ),
    "html-noscript-in-head": Carrier("a.html", _html("", "<noscript>WORDS</noscript>"), ""),
    "html-option": Carrier("a.html", _html("<select><option selected>a</option><option>WORDS</option></select>"), "hidden"),
    "docx-vanish": Carrier("a.docx", _docx(f"<w:p>{_run('Seen')}{_run('WORDS', '<w:vanish/>')}</w:p>"), "hidden"),
    "docx-white": Carrier("a.docx", _docx(f"<w:p>{_run('WORDS', '<w:color w:val=`FFFFFF`/>')}</w:p>".replace("`", '"')), "hidden"),
    "docx-tiny": Carrier("a.docx", _docx(f"<w:p>{_run('WORDS', '<w:sz w:val=`1`/>')}</w:p>".replace("`", '"')), "hidden"),
    "docx-style": Carrier("a.docx", _docx(f"<w:p>{_run('WORDS', '<w:rStyle w:val=`Gone`/>')}</w:p>".replace("`", '"')), "hidden"),
    "docx-row": Carrier(
        "a.docx",
        _docx("<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc><w:p><w:r><w:t>WORDS</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"),
        "hidden",
    ),
    **{
        f"docx-{name}": Carrier(
            "a.docx", _docx(f"<w:p>{_run('WORDS', properties)}</w:p>".replace("`", '"')), "hidden"
        )
        for name, properties in {
            "size-with-unit": "<w:sz w:val=`1pt`/>",
            "highlighted": "<w:color w:val=`FFFF00`/><w:highlight w:val=`yellow`/>",
            "ground": "<w:color w:val=`123456`/><w:shd w:val=`clear` w:fill=`123456`/>",
            "tinted": "<w:color w:val=`000000` w:themeColor=`text1` w:themeTint=`00`/>",
            "thin": "<w:w w:val=`1`/>",
            "lowered": "<w:position w:val=`-3000`/>",
            "squeezed": "<w:spacing w:val=`-400`/>",
            "clear": "<w14:textFill><w14:solidFill><w14:srgbClr w14:val=`000000`><w14:alpha w14:val=`100000`/></w14:srgbClr>"
            "</w14:solidFill></w14:textFill>",
            "paper": "<w14:textFill><w14:solidFill><w14:schemeClr w14:val=`bg1`/></w14:solidFill></w14:textFill>",
            "no-fill": "<w14:textFill><w14:noFill/></w14:textFill>",
        }.items()
    },
    **{
        f"docx-{name}": Carrier(
            "a.docx",
            _docx(f"<w:p><w:pPr>{properties}</w:pPr>{_run('WORDS', '<w:color w:val=`123456`/>')}</w:p>".replace("`", '"')),
            "hidden",
        )
        for name, properties in {
            "indent": "<w:ind w:left=`-30000`/>",
            "flat": "<w:spacing w:line=`1` w:lineRule=`exact`/>",
            "indent-of-style": "<w:pStyle w:val=`Away`/><w:ind w:firstLine=`0`/>",
            "ground-of-paragraph": "<w:shd w:val=`clear` w:fill=`123456`/>",
        }.items()
    },
    **{
        f"docx-box-{n}": Carrier("a.docx", _docx(box.replace("`", '"').replace("BOX", _CONTENT)), "hidden")
        for n, box in enumerate(
            (
                "<w:p><w:r><w:pict><v:shape style=`visibility:hidden`>BOX</v:shape></w:pict></w:r></w:p>",
                "<w:p><w:r><w:pict><v:shape style=`margin-left:-2000pt`>BOX</v:shape></w:pict></w:r></w:p>",
                "<w:p><w:r><w:drawing><wp:docPr hidden=`1`/>BOX</w:drawing></w:r></w:p>",
                "<w:p><w:r><w:drawing><wp:extent cx=`1` cy=`1`/>BOX</w:drawing></w:r></w:p>",
                "<w:p><w:r><w:drawing><wp:positionH><wp:posOffset>99999999</wp:posOffset></wp:positionH>BOX</w:drawing></w:r></w:p>",
            )
        )
    },
    **{
        f"docx-field-{n}": Carrier(
            "a.docx",
            _docx(field.replace("[", '<w:r><w:fldChar w:fldCharType="').replace("]", '"/></w:r>').replace("CODE", _run("WORDS"))),
            "hidden",
        )
        for n, field in enumerate(
            (
                "<w:p>[begin]CODE[separate]<w:r><w:t>x</w:t></w:r>[end]</w:p>",
                "<w:p>[begin]CODE[end]</w:p>",
                "<w:p>[begin]<w:r><w:instrText>SET a</w:instrText></w:r>[begin][separate]CODE[end][end]</w:p>",
                "<w:p>[begin]</w:p><w:p>CODE</w:p><w:p>[end]</w:p>",
            )
        )
    },
    **{
        f"docx-table-{n}": Carrier(
            "a.docx",
            _docx(f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:trPr>{row}</w:trPr><w:tc><w:p>{_run('WORDS')}</w:p></w:tc></w:tr></w:tbl>"),
            "hidden",
        )
        for n, (table, row) in enumerate(
            (
                ("", '<w:trHeight w:val="10" w:hRule="exact"/>'),
                ('<w:tblpPr w:tblpX="-20000"/>', ""),
                ('<w:tblInd w:w="-20000"/>', ""),
                ('<w:tblStyle w:val="First"/>', ""),
            )
        )
    },
    "docx-merged": Carrier(
        "a.docx",
        _docx(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr>'
            f'<w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p>{_run("WORDS")}</w:p></w:tc></w:tr></w:tbl>'
        ),
        "hidden",
    ),
    "docx-deleted-cell": Carrier(
        "a.docx",
        _docx(f'<w:tbl><w:tr><w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p>{_run("WORDS")}</w:p></w:tc></w:tr></w:tbl>'),
        "1 tracked deletion",
    ),
    "docx-cell-ground": Carrier(
        "a.docx",
        _docx(
            '<w:tbl><w:tr><w:tc><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr><w:p>'
            + _run("WORDS", '<w:color w:val="1F3864"/>')
            + "</w:p></w:tc></w:tr></w:tbl>"
        ),
        "hidden",
    ),
    "docx-table-style": Carrier(
        "a.docx",
        _docx(
            '<w:tbl><w:tblPr><w:tblStyle w:val="Gone"/></w:tblPr><w:tr><w:tc><w:p><w:r><w:t>WORDS</w:t></w:r></w:p></w:tc>'
            "</w:tr></w:tbl>"
        ),
        "hidden",
    ),
    "docx-unknown-choice": Carrier(
        "a.docx",
        _docx(
            '<w:p><mc:AlternateContent><mc:Choice Requires="zz"><w:r><w:t>WORDS</w:t></w:r></mc:Choice>'
            "<mc:Fallback><w:r><w:t>x</w:t></w:r></mc:Fallback></mc:AlternateContent></w:p>"
        ),
        "",
    ),
    "docx-alt": Carrier("a.docx", _docx('<w:p><w:r><w:drawing><wp:docPr descr="WORDS"/></w:drawing></w:r></w:p>'), "hidden"),
    "docx-box-off-page": Carrier("a.docx", _docx(_BOX.format(-9_999_999)), "hidden"),
    "docx-property": Carrier(
        "a.docx", _docx(parts={"docProps/core.xml": f"<x {_DC}><dc:description>WORDS</dc:description></x>"}), "hidden"
    ),
    "docx-deleted": Carrier("a.docx", _docx(f"<w:p>{_run('Seen')}<w:del>{_run('WORDS')}</w:del></w:p>"), "1 tracked deletion"),
    "docx-comment": Carrier(
        "a.docx", _docx(parts={"word/comments.xml": f"<w:X><w:comment><w:p>{_run('WORDS')}</w:p></w:comment></w:X>"}), "1 comment"
    ),
    "docx-header": Carrier("a.docx", _docx(parts={"word/header1.xml": f"<w:X><w:p>{_run('WORDS')}</w:p></w:X>"}), "1 header"),
    "docx-macros": Carrier("a.docx", _docx(parts={"word/vbaProject.bin": "WORDS"}), "1 set of macros"),
    "docx-field": Carrier("a.docx", _docx("<w:p><w:r><w:instrText>WORDS</w:instrText></w:r></w:p>"), ""),
    "odt-hidden": Carrier("a.odt", _odt(_SPAN, _hidden_style('text:display="none"')), "hidden"),
    "odt-white": Carrier("a.odt", _odt(_SPAN, _hidden_style('fo:color="#ffffff"')), "hidden"),
    "odt-tiny": Carrier("a.odt", _odt(_SPAN, _hidden_style('fo:font-size="1pt"')), "hidden"),
    **{
        f"odt-{name}": Carrier("a.odt", _odt(_SPAN, _hidden_style(properties)), "hidden")
        for name, properties in {
            "opacity": 'loext:opacity="0%"',
            "ground": 'fo:color="#ffff00" fo:background-color="#ffff00"',
            "thin": 'style:text-scale="1%"',
            "lowered": 'style:text-position="-3000% 100%"',
            "letters": 'fo:letter-spacing="-1cm"',
        }.items()
    },
    **{
        f"odt-{n}": Carrier("a.odt", _odt(body), "hidden")
        for n, body in enumerate(
            (
                '<text:p><text:hidden-paragraph text:is-hidden="true"/>WORDS</text:p>',
                '<text:p>a<text:variable-set text:display="none">WORDS</text:variable-set></text:p>',
                '<text:p><draw:frame svg:x="-50cm"><draw:text-box><text:p>WORDS</text:p></draw:text-box></draw:frame></text:p>',
                '<text:p><draw:frame svg:x="80cm"><draw:text-box><text:p>WORDS</text:p></draw:text-box></draw:frame></text:p>',
                '<text:p><draw:custom-shape svg:x="-50cm"><text:p>WORDS</text:p></draw:custom-shape></text:p>',
                '<text:section text:display="condition" text:is-hidden="true"><text:p>WORDS</text:p></text:section>',
                ('<table:table><table:table-column table:visibility="collapse"/><table:table-row><table:table-cell>'
                "<text:p>WORDS</text:p></table:table-cell></table:table-row></table:table>"),
            )
        )
    },
    **{
        f"odt-style-{n}": Carrier(
            "a.odt",
            _odt(
                '<table:table><table:table-row table:style-name="K"><table:table-cell><text:p text:style-name="K">WORDS</text:p>'
                "</table:table-cell></table:table-row></table:table>",
                f'<style:style style:name="K" style:family="{kind}"><style:{kind}-properties {properties}/></style:style>',
            ),
            "hidden",
        )
        for n, (kind, properties) in enumerate(
            (
                ("paragraph", 'fo:margin-left="-50cm"'),
                ("paragraph", 'fo:margin-left="80cm"'),
                ("paragraph", 'fo:line-height="0.01cm"'),
                ("table-row", 'style:row-height="0.01cm"'),
            )
        )
    },
    "odt-header": Carrier(
        "a.odt",
        _odt(
            parts={
                "styles.xml": f"<x {ODF_SPACES}><style:master-page><style:header><text:p>WORDS</text:p></style:header>"
                "</style:master-page></x>"
            }
        ),
        "1 header",
    ),
    "odt-alt": Carrier("a.odt", _odt("<text:p><draw:frame><svg:desc>WORDS</svg:desc></draw:frame></text:p>"), "hidden"),
    "odt-comment": Carrier("a.odt", _odt("<text:p>a<office:annotation><text:p>WORDS</text:p></office:annotation></text:p>"), "1 comment"),
    "pdf-unpainted": Carrier("a.pdf", _pdf(lambda w: show(w, y=400, before="3 Tr")), "hidden"),
    "pdf-white": Carrier("a.pdf", _pdf(lambda w: show(w, y=400, before="1 g")), "hidden"),
    "pdf-tiny": Carrier("a.pdf", _pdf(lambda w: show(w, y=400, size=1)), "hidden"),
    "pdf-off-page": Carrier("a.pdf", _pdf(lambda w: show(w, y=2000)), "hidden"),
    "pdf-covered": Carrier("a.pdf", _pdf(lambda w: show(w, y=400, size=6) + "q 1 g 60 390 535 30 re f Q\n"), "hidden"),
    **{
        f"pdf-{name}": Carrier("a.pdf", _pdf(lambda w, before=before: show(w, y=400, before=before)), "hidden")  # type: ignore[misc]
        for name, before in {
            "clipped": "0 0 1 1 re W n",
            "only-clips": "7 Tr",
            "white-outline": "1 Tr 1 G",
            "thin": "0.1 Tz",
            "stacked": "-7 Tc",
        }.items()
    },
    "pdf-form-off-page": Carrier("a.pdf", _pdf_form(lambda w: show(w, y=400), "1 0 0 1 0 5000 cm"), "hidden"),
    "pdf-form-tiny": Carrier("a.pdf", _pdf_form(lambda w: show(w, y=400), "0.01 0 0 0.01 100 100 cm"), "hidden"),
    "pdf-form-cut": Carrier("a.pdf", _pdf_form(lambda w: show(w, y=4000)), "hidden"),
    "pdf-form-clipped": Carrier("a.pdf", _pdf_form(lambda w: show(w, y=400), "0 0 9 9 re W n"), "hidden"),
    "pdf-form-covered": Carrier(
        "a.pdf", _pdf_form(lambda w: show(w, y=400, size=6), "", "q 1 g 60 390 535 30 re f Q\n"), "hidden"
    ),
    "pdf-covered-in-parts": Carrier(
        "a.pdf",
        _pdf(lambda w: show(w, y=400, size=6) + "q 1 g 60 390 100 30 re f 160 390 60 30 re f 220 390 375 30 re f Q\n"),
        "hidden",
    ),
    "pdf-over-edge": Carrier("a.pdf", _pdf(lambda w: show(w, x=590, y=400)), "hidden"),
    "pdf-ground": Carrier("a.pdf", _pdf(lambda w: "q 0 g 60 390 535 30 re f Q\n" + show(w, y=400, size=6)), "hidden"),
    "pdf-read-out": Carrier(
        "a.pdf", _pdf(lambda w: f"/Span << /ActualText ({w}) >> BDC\n{show('x', y=400)}EMC\n"), "hidden"
    ),
    "pdf-cropped": Carrier(
        "a.pdf",
        lambda w: _pdf(lambda w: show(w, y=50))(w).replace(b"/MediaBox", b"/CropBox [0 100 595 842] /MediaBox"),
        "hidden",
    ),
    "pdf-property": Carrier("a.pdf", _pdf(lambda w: "", info="/Subject (WORDS)"), "hidden"),
    "ipynb-comment": Carrier("a.ipynb", _ipynb({"cell_type": "markdown", "source": "Soon. <!-- WORDS -->"}), "hidden"),
    "ipynb-cell": Carrier(
        "a.ipynb",
        _ipynb({"cell_type": "markdown", "source": "WORDS", "metadata": {"jupyter": {"source_hidden": True}}}),
        "hidden",
    ),
    "ipynb-code": Carrier("a.ipynb", _ipynb(_CODE), "1 code cell"),
    "ipynb-output": Carrier("a.ipynb", _ipynb({**_CODE, "source": "1", "outputs": _OUTPUT}), "1 code cell"),
    "ipynb-raw": Carrier("a.ipynb", _ipynb({"cell_type": "raw", "source": "WORDS"}), "1 raw cell"),
    "ipynb-metadata": Carrier("a.ipynb", _ipynb({"cell_type": "markdown", "source": "Soon.", "metadata": {"x": "WORDS"}}), ""),
}  # fmt: skip

# Words to the reviewer, where everybody reads them.
SEEN: dict[str, Carrier] = {
    "md-body": Carrier("a.md", _markdown("WORDS"), "addressed"),
    "md-between": Carrier("a.md", lambda w: f"# Letters\n\n{SAID[0]} {w + '! ' if w else ''}{' '.join(SAID[1:])}\n\nSoon.\n", "addressed"),
    "md-item": Carrier("a.md", _markdown("- Soon.\n- WORDS"), "addressed"),
    "md-cell": Carrier("a.md", _markdown("| part | text |\n|---|---|\n| a | WORDS |"), "addressed"),
    "md-quote": Carrier("a.md", _markdown("> WORDS"), "addressed"),
    "md-footnote": Carrier("a.md", _markdown("Soon.[^1]\n\n[^1]: WORDS"), "addressed"),
    "md-front-matter": Carrier("a.md", _markdown('FRONT---\ntitle: "WORDS"\n---\n\n'), "addressed"),
    "md-bold": Carrier("a.md", _markdown("**WORDS**"), "addressed"),
    "md-details": Carrier("a.md", _markdown("<details><summary>More</summary>\n\nWORDS\n\n</details>"), "addressed"),
    "txt-body": Carrier("a.txt", _markdown("WORDS"), "addressed"),
    "rst-body": Carrier("a.rst", lambda w: _rst(w), "addressed"),
    "rst-note": Carrier("a.rst", lambda w: _rst(f".. note:: {w}" if w else ""), "addressed"),
    "html-body": Carrier("a.html", _html("<p>WORDS</p>"), "addressed"),
    "html-cell": Carrier("a.html", _html("<table><tr><td>a</td><td>WORDS</td></tr></table>"), "addressed"),
    "docx-body": Carrier("a.docx", _docx(f"<w:p>{_run('WORDS')}</w:p>"), "addressed"),
    "docx-cell": Carrier("a.docx", _docx(f"<w:tbl><w:tr><w:tc><w:p>{_run('WORDS')}</w:p></w:tc></w:tr></w:tbl>"), "addressed"),
    "docx-inserted": Carrier("a.docx", _docx(f"<w:p><w:ins>{_run('WORDS')}</w:ins></w:p>"), "addressed"),
    "docx-box": Carrier("a.docx", _docx(_BOX.format(10)), "addressed"),
    "docx-footnote": Carrier(
        "a.docx", _docx(parts={"word/footnotes.xml": f"<w:X><w:footnote><w:p>{_run('WORDS')}</w:p></w:footnote></w:X>"}), "addressed"
    ),
    "odt-body": Carrier("a.odt", _odt("<text:p>WORDS</text:p>"), "addressed"),
    "odt-note": Carrier(
        "a.odt", _odt("<text:p>a<text:note><text:note-body><text:p>WORDS</text:p></text:note-body></text:note></text:p>"), "addressed"
    ),
    "pdf-body": Carrier("a.pdf", _pdf(lambda w: show(w, y=400)), "addressed"),
    "ipynb-body": Carrier("a.ipynb", _ipynb({"cell_type": "markdown", "source": "WORDS"}), "addressed"),
}  # fmt: skip


def _rst(more: str) -> str:
    return "Letters\n=======\n\n" + "\n\n".join(SAID) + f"\n\n{more}\n\nSoon.\n"

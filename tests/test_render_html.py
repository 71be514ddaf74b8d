"""The page: nothing from a proposal becomes active, it loads nothing, and marks change no word of the text."""

import base64
import hashlib
import re
import sys
from html.parser import HTMLParser
from unicodedata import category

import pytest
import render_attacks as attacks
import render_builder as build
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from reviewer.domain import Block, Document
from reviewer.domain.resources import resource
from reviewer.pipeline import load_rubric, review
from reviewer.render import render
from reviewer.render.clean import folded, visible
from reviewer.render.typeset import Aside, Mark, typeset

VOID = {"meta", "br", "hr"}
TAGS = VOID | {
    "html", "head", "title", "style", "script", "body", "a", "main", "header", "div", "p", "h1", "h2", "h3", "h4",
    "h5", "h6", "span", "strong", "section", "ol", "ul", "li", "dl", "dt", "dd", "b", "svg", "rect", "line", "text",
    "g", "desc", "circle", "polygon", "aside", "details", "summary", "blockquote", "article", "table",
    "thead", "tbody", "tr", "th", "td", "pre", "code", "em", "s", "sup", "footer", "label", "select", "option",
}  # fmt: skip
LINKS = {"href", "src", "srcset", "xlink:href", "action", "formaction", "background", "poster", "data", "srcdoc"}


class Page(HTMLParser):
    """What a browser would make of the page: its tags, its text, and whether they nest."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.marked: dict[str, str] = {}
        self.within: list[list[str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID and not (self.rawdata[: self.rawdata.find(">") + 1] or "").endswith("/>"):
            self.open.append(tag)
        if tag == "a":
            self.within.append(
                (dict(attrs).get("data-n") or "").split() if "m " in (dict(attrs).get("class") or "") else []
            )

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "a":
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            return
        self.text.append(data)
        for name in self.within[-1] if self.within else []:
            self.marked[name] = self.marked.get(name, "") + data


def inert(html: str) -> Page:
    """The page, checked for everything that could act or load."""
    page = Page(html)
    assert [tag for tag, _ in page.tags if tag not in TAGS] == []
    assert sum(tag == "script" for tag, _ in page.tags) == html.count("<script>") == 1
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), (tag, name)
            assert name != "style", (tag, value)
            assert name not in LINKS or (value or "").startswith("#"), (tag, value)
    return page


@pytest.mark.parametrize("voice", ["gate", "coach"])
@pytest.mark.parametrize("payload", attacks.EACH)
def test_nothing_becomes_active(payload: str, voice: str) -> None:
    review, rubric = attacks.poisoned(build.review(), payload), attacks.poisoned_rubric(build.rubric(), payload)
    page = inert(render(review, rubric, "html", voice=voice))
    assert folded(payload) in folded(" ".join("".join(page.text).split()))
    # Nothing that turns the direction of the text or hides in it, in an attribute either.
    values = [value or "" for _, attributes in page.tags for value in attributes.values()]
    assert [text for text in [*page.text, *values] if visible(text) != text] == []


def test_no_control_is_visible_whatever_stands_beside_it() -> None:
    unseen = [c for c in map(chr, range(sys.maxunicode + 1)) if category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    assert [c for c in unseen if c in visible(f"é{c}") or c in visible(f"e{c}")] == ["\t", "\n"]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("status", ["reviewed", "incomplete", "skipped", "failed"])
def test_every_status_in_every_language(status: str, language: str) -> None:
    html = render(build.review(language, status=status, reason="It was cut."), build.rubric(), "html")
    inert(html)
    assert ("58" in html.split("</style>")[1].split('id="proposal"')[0]) == (status == "reviewed")
    assert f'<html lang="{language}">' in html


def test_the_policy_names_our_style_and_script_and_nothing_else() -> None:
    html = render(build.review(), build.rubric(), "html")
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    for part, tag in (("style-src", "style"), ("script-src", "script")):
        [content] = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{part} &#39;sha256-{digest}&#39;" in policy
    assert policy.startswith("default-src &#39;none&#39;; ")
    assert policy.endswith("; base-uri &#39;none&#39;; form-action &#39;none&#39;")
    assert "url(" not in html
    assert "@import" not in html
    assert "http:" not in html
    assert "https:" not in html


def test_notes_and_marks_lead_to_each_other() -> None:
    page = Page(render(build.review(), build.rubric(), "html"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in page.tags:
        if attributes.get("href"):
            assert (attributes["href"] or "")[1:] in ids
    assert page.marked["n4"] == "Mail holds names & addresses of customers."
    assert folded(page.marked["c3"]) == "Today every mail is read and forwarded by hand"


def test_what_is_missing_stands_where_it_belongs() -> None:
    html = render(build.review(), build.rubric(), "html")
    heading = html.index('Data<span id="at-n1"></span> <a class="gap" href="#n1"')
    assert html.index('id="n1"') < heading < html.index("220,000 mails")
    assert 'id="n1"' in html[html.rindex('<div class="bit">', 0, heading) : heading]
    assert html.index("No simpler way") < html.index('id="proposal"')  # about the text as a whole


def test_the_map_shows_the_proposal_and_the_archetypes() -> None:
    html = render(build.review(), build.rubric(), "html")
    assert re.search(r'<circle class="here" cx="124\.\d+" cy="126\.\d+"', html)  # 41 of 100 across, 58 up
    assert html.count('<g class="usual') == html.count('"k-usual') == 3
    assert html.count('<g class="usual this"') == html.count('"k-usual this"') == 1


def test_an_answered_question_leads_to_its_answer_and_every_evidence_can_be_shown_alone() -> None:
    page = render(build.review(), build.rubric(), "html")
    assert re.search(r'answered</span> <a href="#at-c\d+" data-n="c\d+">', page)
    chosen = dict(re.findall(r'<option value="([^"]+)">([^<]+)</option>', page))
    assert all(f'id="at-{target}"' in page for targets in chosen for target in targets.split())
    assert len(chosen) == sum(bool(fact.evidence) for fact in build.review().facts)


def test_a_rubric_of_one_axis_has_no_map_and_no_verdict() -> None:
    html = render(build.course_review(), build.course_rubric(), "html")
    assert '<circle class="here"' not in html
    assert 'class="verdict' not in html
    assert "40–88" in html


def test_the_coach_gives_no_verdict_and_no_figures() -> None:
    html = render(build.review(), build.rubric(), "html", voice="coach")
    body = html.split("</style>")[1]
    for word in ("Revise", "Moonshot", 'class="meter"', 'class="here"', "41 →", "blocker", "52–72"):
        assert word not in body
    assert "Where do the labels come from" in body


def test_without_its_text_the_notes_stand_alone() -> None:
    review = build.review()
    bare = review.document.model_copy(update={"text": "", "sections": (), "blocks": (), "regions": ()})
    page = inert(render(review.model_copy(update={"document": bare}), build.rubric(), "html"))
    text = "".join(page.text)
    assert "without the proposal" in text
    assert "Mail holds names & addresses of customers." in text


# The typesetting

_SCRAPS = st.sampled_from(
    [*"ab *_`[]()<>|~\\!#>-\n", "**", "word ", "한국어", "](http://x.y/z)", "\n\n", "\n- ", "\n> ", "\n1. ", "&amp;",
     "\n\n| a | b |\n|---|--:|\n| c | d |\n\n", "\n```\n", "    ", "# ", "\r\n", "\ue000", "\t",
     "[^1]", "\n\n[^1]: ", "x", "\n- [x] "]
)  # fmt: skip
_TEXTS = st.lists(_SCRAPS, max_size=30).map("".join)
_MARK_TAGS = re.compile(r'<a class="m m-fact"[^>]*>|</a>|<span id="at-[^"]*"></span>')


def plain(text: str, form: str = "markdown") -> Document:
    """A document of this text."""
    return Document(name="x", format=form, sha256="", text=text, language="en")


@settings(max_examples=300)
@given(_TEXTS, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=4))
def test_marks_change_nothing_but_themselves(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [
        Mark(start, end, f"n{number}", "fact", "x")
        for number, (a, b) in enumerate(spans)
        for start, end in [sorted((min(a, len(text)), min(b, len(text))))]
        if start < end
    ]
    bare = typeset(plain(text), [], [])
    marked = typeset(plain(text), marks, [])
    Page(str(marked))
    assert _MARK_TAGS.sub("", str(marked)) == str(bare)


QUOTED = [
    # text, quote, what is marked of it
    ("# A title\n\nWe have **40 agents** here.", "have **40 agents**", "have 40 agents"),
    ("- **bold. more** text", "**bold.", "bold."),
    ("매우 **강조**는 말", "조**는", "조는"),
    ("see [the text](http://x.y/text) and `some code`", "text](http://x.y/text) and `some", "text and some"),
    ("> one *two*\n> three four", "two*\n> three", "two\nthree"),
    ("1. one\n2. two &amp; three", "two &amp; t", "two & t"),
    ("| a | b |\n|---|---|\n| c c | d **e** f |", "c | d **e", "cd e"),
    ("text\n\n    code line\n    more code\n", "line\n    more", "linemore"),
    ("```py\nx = 1\ny = 2\n```", "= 1\ny", "= 1y"),
    ("- a\n  - b\n    continued here", "continued", "continued"),
    ("first\r\nsecond line\r\n\r\nthird", "second line", "second line"),
    ("Setext\n===\n\nunder it", "Setext", "Setext"),
    ("- [ ] open task", "open", "open"),
    ("a ![picture of it](http://x.y/z.png) b", "a ![picture of it](http://x.y/z.png) b", "a picture of it b"),
    ("---\ntitle: x y\n---\n\nbody", "body", "body"),
    ("see[^1] it\n\n[^1]: Register\n[^2]: two", "Register", "Register"),
    ("see[^1] it\n\n[^1]: Register", "see[^1] it", "see1 it"),
]


@pytest.mark.parametrize(("text", "quote", "shown"), QUOTED)
def test_exactly_the_quote_is_marked(text: str, quote: str, shown: str) -> None:
    start = text.index(quote)
    html = typeset(plain(text), [Mark(start, start + len(quote), "n1", "fact", "x")], [])
    assert Page(str(html)).marked["n1"] == shown


SET = {
    "a[^1] b[^3]\n\n[^1]: one\n[^2]: two":
        '<p>a<sup>1</sup> b[^3]</p><p class="footnote"><sup>1</sup>: one</p>',
    "- [x] done\n- [ ] open\n- a [ ] box": "<ul><li>☑ done</li><li>☐ open</li><li>a [ ] box</li></ul>",
    "a\n\n##\n\nb": "<p>a</p><p>b</p>",
    "- [x](y) link": '<ul><li><span class="link" title="y">x</span> link</li></ul>',
    "|a|b|c|\n|:-:|--:|---|\n|1|2|3|": '<tr><td class="center">1</td><td class="right">2</td><td>3</td></tr>',
}  # fmt: skip


@pytest.mark.parametrize("text", SET)
def test_footnotes_tasks_and_columns_are_set_as_such(text: str) -> None:
    assert SET[text] in str(typeset(plain(text), [], []))


def test_overlapping_marks_are_both_kept_and_the_gravest_leads() -> None:
    marks = [Mark(0, 11, "n1", "fact", "one"), Mark(6, 17, "n2", "blocker", "two")]
    html = str(typeset(plain("alpha bravo charlie"), marks, []))
    assert 'class="m m-fact" href="#n1" data-n="n1" title="one">alpha </a>' in html
    assert 'class="m m-blocker" href="#n2" data-n="n1 n2" title="one; two">bravo</a>' in html
    assert 'class="m m-blocker" href="#n2" data-n="n2" title="two"> charl</a>' in html


def test_notes_float_beside_their_lines() -> None:
    text = "# One\n\npara a\n\n- item b\n- item c\n\n| t | u |\n|---|---|\n| v | w |\n\nlast"
    asides = [Aside(text.index(word), Markup(f"<aside>{word}</aside>")) for word in ("item c", "para a", "v |", "last")]
    html = str(typeset(plain(text), [], asides))
    assert '<div class="bit"><aside>para a</aside><p>para a</p></div>' in html
    assert '<li><div class="bit"><aside>item c</aside><div class="text">item c</div></div></li>' in html
    assert '<div class="bit"><aside>v |</aside><div class="table"' in html
    assert html.endswith('<div class="bit"><aside>last</aside><p>last</p></div>')


def test_headings_skip_no_level() -> None:
    html = str(typeset(plain("# a\n\n#### b\n\n## c\n\n###### d\n\n# e"), [], []))
    assert re.findall(r"<h(\d)", html) == ["3", "4", "4", "5", "3"]


def test_text_that_is_no_markdown_is_set_as_it_is() -> None:
    review = build.review()
    document = review.document.model_copy(update={"format": "docx"})
    html = str(
        typeset(document, [Mark(document.text.index("40"), document.text.index("40") + 2, "n1", "good", "x")], [])
    )
    assert "<strong>" not in html
    assert "**" in html
    assert ">40</a>" in html


def test_rows_and_items_of_other_formats_are_tables_and_lists() -> None:
    rows, items = ["Step | Due", "Test | 3 May |", "|---|---|", "| a | | c"], ["first", "second", "- own mark", "text"]
    kinds = ["table_row"] * 4 + ["list_item"] * 2 + ["paragraph", "list_item", "paragraph"]
    parts = [*rows, *items[:2], "between", *items[2:]]
    text, blocks = "", []
    for kind, part in zip(kinds, parts, strict=True):
        blocks.append(Block(start=len(text), end=len(text) + len(part), kind=kind))
        text += f"{part}\n\n"
    document = plain(text, "docx").model_copy(update={"blocks": tuple(blocks)})
    at = text.index("3 May")
    html = str(typeset(document, [Mark(at, at + 5, "n1", "good", "x")], [Aside(at, Markup("<aside>when</aside>"))]))
    assert html.startswith('<div class="bit"><aside>when</aside><div class="table"')
    assert Page(html).marked["n1"] == "3 May"
    cells = re.findall(r"<tr>(.*?)</tr>", re.sub(r"</?(?:a|span)\b[^>]*>", "", html))
    assert [[c.strip() for c in re.findall(r"<td>(.*?)</td>", row)] for row in cells] == [
        ["Step", "Due"], ["Test", "3 May"], ["a", "", "c"],
    ]  # fmt: skip
    assert "<ul><li>first</li><li>second</li></ul>" in html
    assert '<p class="as-is list_item">- own mark</p>' in html


@pytest.mark.parametrize(
    ("form", "text", "kept"),
    [("pdf", "a line\nof the page", False), ("pdf", "Steps:\n• one\n• two", True), ("text", "a line\nof mine", True)],
)
def test_lines_are_kept_where_they_are_the_authors(form: str, text: str, kept: bool) -> None:
    document = plain(text, form).model_copy(update={"blocks": (Block(start=0, end=len(text), kind="paragraph"),)})
    assert ('class="as-is paragraph"' in str(typeset(document, [], []))) == kept


def test_words_survive_typesetting() -> None:
    html = str(typeset(build.review().document, [], []))
    words = re.findall(r"\w+", visible(build.ENGLISH.replace("python", "")))
    assert re.findall(r"\w+", "".join(t + " " for t in Page(html).text)) == [w for w in words if w]


@pytest.mark.parametrize("name", ["visitor-badges.md", "smart-campus.md", "shelf-robot.md"])
def test_a_gain_is_the_difference_of_the_figures_beside_it(name: str) -> None:
    html = render(review(resource("examples") / name), load_rubric("fsdl"), "html")
    steps = re.findall(r'class="gain">\+(\d+)</span><span class="effect">([^<]+)<', html)
    assert steps
    for gain, effect in steps:
        assert int(gain) == sum(int(after) - int(before) for before, after in re.findall(r"(\d+) → (\d+)", effect))

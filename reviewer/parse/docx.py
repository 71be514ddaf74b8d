"""Word files, walked by hand: libraries leave out insertions and text boxes, and let hidden runs in."""

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reviewer.errors import InputError
from reviewer.parse.draft import PLACEHOLDER, Draft, Writer, is_form
from reviewer.parse.office import Package, find
from reviewer.parse.styles import Look, invisible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from reviewer.domain.document import BlockKind

Pieces = list[tuple[str, str]]

_PIXELS = 2 / 3  # of a half-point
_EMU = 635  # English Metric Units of a twip
_FAR = 8_000  # twips, 14 cm: nobody sets a text so far to the left or above the page
_WIDEST = 31_680  # twips, the largest sheet that Word knows
_FLAT = 60  # twips: a line's or a row's exact height, below which nothing of it is left
_LIFTED = 2_000  # half-points, above or below the line
_SQUEEZED = -100  # twips between letters
_THIN = 10  # percent of a letter's width
_SPECK = 16  # twips: a text box of no size
_HIGHLIGHTS = {
    "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF", "blue": "0000FF", "red": "FF0000",
    "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000",
    "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0", "black": "000000", "white": "FFFFFF",
}  # fmt: skip
_PAPER = ("background1", "light1", "bg1", "lt1")
_SYMBOLS = {"F0B3": "≥", "F0A3": "≤", "F0B1": "±", "F0B4": "×", "F0AE": "→", "F0B7": "•"}  # of the symbol font
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(pt|mm|cm|in|pc|pi|)$")
_HALF_POINTS = {"": 1, "pt": 2, "pc": 24, "pi": 24, "mm": 5.67, "cm": 56.7, "in": 144}
# Extensions that Word knows: it shows an alternative that needs another one as its fallback.
_KNOWN = re.compile(r"(?:wp[sgci]|w1[0-9]\w*|wp14|a14|am3d|aink|cx\d?|c1[0-9]|o|v|m|w|pic|)$")
_MAIN = re.compile(r"word/document\d*\.xml")  # some programs number it
_INTO_NAMES = """w:ins w:moveTo w:hyperlink w:smartTag w:sdt w:sdtContent w:fldSimple w:customXml w:ruby w:rt w:rubyBase
    w:dir w:bdo m:oMath m:oMathPara"""
_INTO = frozenset(_INTO_NAMES.split())
_GONE = frozenset(("w:del", "w:moveFrom"))
_LAYOUT = ("w:spacing", "w:ind", "w:framePr")
_OBJECTS = {
    "pic": ("image", "images"),
    "imagedata": ("image", "images"),
    "chart": ("chart", "charts"),
    "relIds": ("diagram", "diagrams"),
    "textpath": ("piece of WordArt", "pieces of WordArt"),
    "OLEObject": ("embedded object", "embedded objects"),
}


@dataclass(frozen=True)
class _Style:
    name: str = ""
    level: int | None = None  # of a heading
    listed: bool = False
    look: Look = field(default_factory=Look)
    parts: "dict[str, Look]" = field(default_factory=dict)  # of a table: its first row, every other one, ...
    layout: "tuple[Element | None, ...]" = ()  # of a paragraph: what says where it stands, the nearest last


def read(data: bytes, name: str) -> Draft:
    """Read a .docx file."""
    package = Package(data, name)
    main = next((part for part in sorted(package.parts) if _MAIN.fullmatch(part)), "word/document.xml")
    document = package.xml(main)
    body = find(document, "w:body")
    if body is None:
        raise InputError(f"{name}: is a Word file without a text ({main}); save it again as .docx")
    reader = _Word(package, document)
    reader.blocks(body)
    reader.notes("footnote", "footnotes")
    reader.notes("endnote", "endnotes")
    reader.rest()
    return reader.writer.done()


class _Word:
    def __init__(self, package: Package, document: "Element | None") -> None:
        self.package = package
        self.writer = Writer()
        self.draft = self.writer.draft
        self.styles = _styles(package.xml("word/styles.xml"))
        self.boxes: list[tuple[Element, Look]] = []  # text boxes of the paragraph, to come after it
        self.deleted = 0
        nodes = list(document.iter()) if document is not None else []
        sheets = [_number(node.get(side)) for node in nodes if node.tag == "w:pgSz" for side in ("w:w", "w:h")]
        self.sheet = max(sheets, default=_WIDEST)
        # Fields that are open, and whether what follows is their code, which nobody sees.
        self.fields: list[bool] = []
        ends = [node.get("w:fldCharType") for node in nodes if node.tag == "w:fldChar"]
        self.whole_fields = ends.count("begin") == ends.count("end")
        # What a content control shows before somebody fills it in.
        prompts = (node for node in nodes if node.tag == "w:sdt" and _on(find(node, "w:sdtPr/w:showingPlcHdr")))
        self.prompts = {id(run) for node in prompts for run in node.iter("w:r")}
        self.paper = Look()
        if self.package.xml("word/settings.xml", "w:displayBackgroundShape") is not None:
            self.paper = Look(back=_attribute(find(document, "w:background"), "w:color").lower() or None)

    def blocks(self, parent: "Element", place: str | None = None, ground: Look | None = None) -> None:
        ground = self.paper if ground is None else ground
        for node in parent:
            if node.tag == "w:p":
                self.paragraph(node, place, ground)
            elif node.tag == "w:tbl":
                self.table(node, place, ground)
            elif node.tag in _INTO:
                self.blocks(node, place, ground)
            elif node.tag in _GONE:
                self.deleted += 1
            elif node.tag == "w:altChunk":
                self.draft.unread(1, "embedded document", "embedded documents")
            elif node.tag == "mc:AlternateContent" and (chosen := _alternative(node)) is not None:
                self.blocks(chosen, place, ground)

    def paragraph(self, node: "Element", place: str | None, ground: Look) -> None:
        kind, level, pieces = self._read(node, ground)
        self.writer.add(kind, pieces, level=level, place=place)
        self.after(place)

    def _read(self, paragraph: "Element", ground: Look) -> "tuple[BlockKind, int, Pieces]":
        style = self._style(paragraph)
        pieces = list(self._pieces(paragraph, self._look(paragraph, style, ground)))
        kind: BlockKind = "heading" if style.level else "list_item" if style.listed else "paragraph"
        return kind, style.level or 0, pieces

    def after(self, place: str | None) -> None:
        """The text boxes of the block just written."""
        boxes, self.boxes = self.boxes, []
        for box, ground in boxes:
            self.blocks(box, place, ground)

    def table(self, node: "Element", place: str | None, ground: Look) -> None:
        """A table, each row a block; tables in its cells come after their row."""
        self.draft.count("tables")
        properties = find(node, "w:tblPr")
        style = self.styles.get(_attribute(find(properties, "w:tblStyle"), "w:val"), _Style())
        whole = ground.under(style.look)
        if self._away(find(properties, "w:tblpPr"), "w:tblpX", "w:tblpY") or self._away(
            find(properties, "w:tblInd"), "w:w"
        ):
            whole = whole.under(Look(gone="table outside the page"))
        rows = list(_inside(node, "w:tr"))
        form = is_form([_words(cell) for cell in _inside(row, "w:tc")] for row in rows)
        merged: set[float] = set()
        for number, row in enumerate(rows):
            look = whole.under(style.parts.get(_part(number, len(rows), find(properties, "w:tblLook")), Look()))
            merged = self.row(row, place, look, form=form, merged=merged)

    def row(self, row: "Element", place: str | None, look: Look, *, form: bool, merged: set[float]) -> set[float]:
        """Read a row below one with such merged columns; answers which are merged now."""
        properties = find(row, "w:trPr")
        height = find(properties, "w:trHeight")
        if find(properties, "w:del") is not None:
            self.deleted += 1
            return merged
        if _on(find(properties, "w:hidden")):
            look = look.under(Look(gone="hidden row"))
        elif _attribute(height, "w:hRule") == "exact" and _number(_attribute(height, "w:val")) < _FLAT:
            look = look.under(Look(gone="row without height"))
        cells: list[list[tuple[BlockKind, int, Pieces]]] = []
        tables: list[tuple[Element, Look]] = []
        column, going_on = _number(_attribute(find(properties, "w:gridBefore"), "w:val")), set[float]()
        for cell in _inside(row, "w:tc"):
            here, merge = column, find(cell, "w:tcPr/w:vMerge")
            column += max(1, _number(_attribute(find(cell, "w:tcPr/w:gridSpan"), "w:val")))
            if merge is not None:
                going_on.add(here)
            if find(cell, "w:tcPr/w:cellDel") is not None:
                self.deleted += 1
                continue
            own = look.under(Look(back=_fill(find(cell, "w:tcPr"))))
            # One that says so below no such cell begins a merger of its own.
            if here in merged and merge is not None and merge.get("w:val", "continue") == "continue":
                own = own.under(Look(gone="cell that the one above covers"))
            tables += [(table, own) for table in _inside(cell, "w:tbl")]
            cells.append([self._read(paragraph, own) for paragraph in _inside(cell, "w:p")])
        self.writer.row(cells, place, form=form)
        self.after(place)
        for table, ground in tables:
            self.table(table, place, ground)
        return going_on

    def notes(self, one: str, many: str) -> None:
        """Footnotes or endnotes, after the text."""
        tree = self.package.xml(f"word/{many}.xml")
        number = 0
        for note in tree if tree is not None else ():
            if note.get("w:type") is None:  # else a line that parts notes from text
                number += 1
                self.blocks(note, f"{one} {number}")
        self.draft.count(many, number)

    def rest(self) -> None:
        """What stands beside the text: deletions, comments, headers, properties."""
        self.draft.unread(self.deleted, "tracked deletion", "tracked deletions")
        comments = self.package.xml("word/comments.xml")
        self.draft.unread(len(comments) if comments is not None else 0, "comment", "comments")
        for kind in ("header", "footer"):
            parts = [part for part in self.package.parts if part.startswith(f"word/{kind}") and part.endswith(".xml")]
            self.draft.unread(sum(b"<w:t" in self.package.read(part) for part in parts[:20]), kind, f"{kind}s")
        embedded = sum(part.startswith("word/embeddings/") for part in self.package.parts)
        self.draft.unread(embedded, "embedded file", "embedded files")
        self.draft.unread("word/vbaProject.bin" in self.package.parts, "set of macros", "sets of macros")
        core = self.package.xml("docProps/core.xml")
        for node in core if core is not None else ():
            if node.tag in ("dc:subject", "dc:description", "keywords", "category"):
                self.writer.property(node.text or "")

    def _style(self, paragraph: "Element") -> _Style:
        properties = find(paragraph, "w:pPr")
        if properties is None:
            return self.styles.get("", _Style())
        style = self.styles.get(_attribute(find(properties, "w:pStyle"), "w:val"), self.styles.get("", _Style()))
        outline = _attribute(find(properties, "w:outlineLvl"), "w:val")
        if outline.isdigit() and int(outline) < 9:
            style = replace(style, level=int(outline) + 1)
        numbered = find(properties, "w:numPr")
        if numbered is not None and _attribute(find(numbered, "w:numId"), "w:val") != "0":
            style = replace(style, listed=True)
        return style

    def _look(self, paragraph: "Element", style: _Style, ground: Look) -> Look:
        look = ground.under(style.look)
        properties = find(paragraph, "w:pPr")
        if properties is not None:
            look = look.under(Look(back=_fill(properties)))
        spacing, indent, frame = (_told(name, (*style.layout, properties)) for name in _LAYOUT)
        flat = spacing.get("w:lineRule") == "exact" and _number(spacing.get("w:line")) < _FLAT
        if flat or self._is_away(_indented(indent)) or self._away(frame, "w:x", "w:y"):
            look = look.under(Look(gone="text outside the page"))
        return look

    def _away(self, node: "Element | dict[str, str] | None", *keys: str) -> bool:
        """Does one of these attributes set the thing outside the sheet?"""
        return node is not None and any(self._is_away(_number(node.get(key))) for key in keys)

    def _is_away(self, twips: float) -> bool:
        return not -_FAR <= twips <= self.sheet

    def _pieces(self, node: "Element", look: Look) -> "Iterator[tuple[str, str]]":
        for child in node:
            if child.tag in ("w:r", "m:r"):
                yield from self._run(child, look)
            elif child.tag in _GONE:
                self.deleted += 1
            elif child.tag == "mc:AlternateContent":
                chosen = _alternative(child)
                if chosen is not None:
                    yield from self._pieces(chosen, look)
            elif child.tag in _INTO or child.tag.startswith("m:"):
                if child.tag == "w:hyperlink":
                    self.draft.unread(1, "link, not followed", "links, not followed")
                yield from self._pieces(child, look)

    def _run(self, run: "Element", look: Look) -> "Iterator[tuple[str, str]]":
        properties = find(run, "w:rPr")
        if properties is not None:
            named = self.styles.get(_attribute(find(properties, "w:rStyle"), "w:val"), _Style())
            look = look.under(named.look).under(_look(properties))
        why = PLACEHOLDER if id(run) in self.prompts else look.why()
        for child in run:
            if child.tag in ("w:t", "m:t"):
                code = self.whole_fields and any(self.fields)
                yield look.told(child.text or ""), "code of a field" if code else why
            elif child.tag == "w:fldChar":
                self._field(child.get("w:fldCharType", ""))
            elif child.tag in ("w:tab", "w:ptab"):
                yield "\t", why
            elif child.tag in ("w:br", "w:cr"):
                yield "\n", why
            elif child.tag == "w:sym":
                yield _SYMBOLS.get(child.get("w:char", "").upper(), " "), why
            elif child.tag == "w:noBreakHyphen":
                yield "-", why
            elif child.tag == "w:ruby":
                yield from self._pieces(child, look)
            elif child.tag in ("w:drawing", "w:pict", "w:object", "mc:AlternateContent"):
                yield from self._drawing(child, look)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self.fields.append(True)
        elif kind == "separate" and self.fields:
            self.fields[-1] = False
        elif kind == "end" and self.fields:
            self.fields.pop()

    def _drawing(self, node: "Element", look: Look) -> "Iterator[tuple[str, str]]":
        """Count what a drawing shows, take its description, and keep its text boxes for later."""
        chosen = _alternative(node) if node.tag == "mc:AlternateContent" else node
        if chosen is None:
            return
        away = False
        ground = around = Look(back=look.back)
        stack = [chosen]
        while stack:
            part = stack.pop()
            if part.tag == "mc:AlternateContent":
                inner = _alternative(part)
                stack += [inner] if inner is not None else []
                continue
            away = away or self._unseen(part)
            if part.tag in ("wsp", "shape"):
                ground = around.under(Look(back=part.get("fillcolor", "").partition(" ")[0].lower() or None))
            elif part.tag in ("spPr", "style"):
                ground = ground.under(Look(back=_painted(part)))
            if part.tag in _OBJECTS:
                self.draft.unread(1, *_OBJECTS[part.tag])
            elif part.tag == "w:txbxContent":
                if away:
                    yield f" {_words(part)} ", "text outside the page"
                else:
                    self.boxes.append((part, ground))
                continue
            said = " ".join(part.get(key, "") for key in ("descr", "title", "alt") if part.get(key))
            if said:
                yield f" {said} ", "description of an image"
            stack += reversed(part)

    def _unseen(self, part: "Element") -> bool:
        """Does this part of a drawing take it out of sight?"""
        extent = (_number(part.get("cx")), _number(part.get("cy")))
        return (
            (part.tag == "posOffset" and self._is_away(_number(part.text) / _EMU))
            or (part.tag == "extent" and min(extent) < _SPECK * _EMU)
            or (part.tag == "docPr" and part.get("hidden") in ("1", "true"))
            or (part.tag == "shape" and bool(invisible(part.get("style", ""))))
        )


def _styles(tree: "Element | None") -> dict[str, _Style]:
    """Styles by their id, each with what it inherits; the default paragraph style as ""."""
    if tree is None:
        return {}
    nodes = {node.get("w:styleId", ""): node for node in tree.iter("w:style")}
    base = _look(find(tree, "w:docDefaults/w:rPrDefault/w:rPr"))
    styles: dict[str, _Style] = {"": _Style(look=base)}
    for key, node in nodes.items():
        chain = [node]
        while len(chain) < 20 and (above := nodes.get(_attribute(find(chain[-1], "w:basedOn"), "w:val"))) is not None:
            chain.append(above)
        style = _Style(look=base if node.get("w:type") == "paragraph" else Look())
        for ancestor in reversed(chain):
            style = _styled(style, ancestor)
        styles[key] = style
        if node.get("w:default") in ("1", "true") and node.get("w:type") == "paragraph":
            styles[""] = style
    return styles


def _styled(style: _Style, node: "Element") -> _Style:
    name = _attribute(find(node, "w:name"), "w:val").lower()
    level = style.level
    outline = _attribute(find(node, "w:pPr/w:outlineLvl"), "w:val")
    if name.startswith("heading ") and name[8:].isdigit():
        level = int(name[8:])
    elif name == "title":
        level = 1
    elif outline.isdigit():
        level = int(outline) + 1 if int(outline) < 9 else None
    listed = style.listed or find(node, "w:pPr/w:numPr") is not None
    parts = {part.get("w:type", ""): _styled_look(Look(), part) for part in node if part.tag == "w:tblStylePr"}
    layout = (*style.layout, find(node, "w:pPr"))
    return _Style(name, level, listed, _styled_look(style.look, node), {**style.parts, **parts}, layout)


def _styled_look(look: Look, node: "Element") -> Look:
    ground = Look(back=_fill(find(node, "w:pPr"))).under(Look(back=_fill(find(node, "w:tcPr"))))
    return look.under(ground).under(_look(find(node, "w:rPr")))


def _part(number: int, rows: int, told: "Element | None") -> str:
    """The part of a table's style that this row has."""
    if number == 0 and _attribute(told, "w:firstRow") != "0":
        return "firstRow"
    if number == rows - 1 and _attribute(told, "w:lastRow") == "1":
        return "lastRow"
    return f"band{1 + (number + (_attribute(told, 'w:firstRow') != '0') * 1) % 2}Horz"


def _look(properties: "Element | None") -> Look:
    if properties is None:
        return Look()
    vanish, paint = find(properties, "w:vanish"), find(properties, "w14:textFill")
    if vanish is None:
        vanish = find(properties, "w:specVanish")
    solid = find(paint, "w14:solidFill")
    clear = any(
        node.tag == "w14:alpha" and node.get("w14:val") == "100000"
        for node in (solid.iter() if solid is not None else ())
    )
    gone = None if vanish is None else "hidden run" if _on(vanish) else ""
    if clear or find(paint, "w14:noFill") is not None:
        gone = "hidden run"
    width = _attribute(find(properties, "w:w"), "w:val").rstrip("%")
    squeezed = _number(_attribute(find(properties, "w:spacing"), "w:val")) < _SQUEEZED
    if squeezed or (width and _number(width) < _THIN):
        gone = "tiny text"
    if abs(_number(_attribute(find(properties, "w:position"), "w:val"))) > _LIFTED:
        gone = "text outside the page"
    color = find(properties, "w:color")
    shade = color.get("w:val", "") if color is not None else None
    if color is not None and color.get("w:themeColor") in _PAPER and not color.get("w:themeShade"):
        shade = "ffffff"
    if _attribute(color, "w:themeTint")[:1] == "0":  # of 255: what is left of the colour
        shade = "ffffff"
    if _attribute(find(solid, "w14:schemeClr"), "w14:val") in _PAPER:
        shade = "ffffff"
    shade = _attribute(find(solid, "w14:srgbClr"), "w14:val") or shade
    size = _SIZE.match(_attribute(find(properties, "w:sz"), "w:val"))
    highlight = _attribute(find(properties, "w:highlight"), "w:val")
    lines = [line for line in (find(properties, "w:strike"), find(properties, "w:dstrike")) if line is not None]
    return Look(
        gone=gone,
        color=shade.lower() if shade is not None else None,
        size=float(size[1]) * _HALF_POINTS[size[2]] * _PIXELS if size else None,
        back=_fill(properties) or _HIGHLIGHTS.get(highlight, highlight).lower() or None,
        struck=any(map(_on, lines)) if lines else None,
    )


def _fill(properties: "Element | None") -> str | None:
    shade = find(properties, "w:shd")
    fill = shade.get("w:fill", "") if shade is not None else ""
    if shade is not None and shade.get("w:themeFill") and fill in ("", "auto"):
        fill = "000000"
    return fill.lower() if fill not in ("", "auto") else None


def _painted(part: "Element") -> str | None:
    """What a drawn shape is filled with: a colour, "?" for any other paint."""
    if part.tag == "style":
        return "?" if _attribute(find(part, "fillRef"), "idx") not in ("", "0") else None
    if (solid := find(part, "solidFill")) is not None:
        return _attribute(find(solid, "srgbClr"), "val").lower() or "?"
    return "?" if any(find(part, f"{kind}Fill") is not None for kind in ("grad", "blip", "patt")) else None


def _alternative(node: "Element") -> "Element | None":
    for choice in node:
        if choice.tag == "mc:Choice" and all(_KNOWN.match(need) for need in choice.get("Requires", "").split()):
            return choice
    return find(node, "mc:Fallback")


def _told(name: str, layout: "tuple[Element | None, ...]") -> dict[str, str]:
    """What all of these say about one thing; what is nearest to the paragraph counts."""
    said: dict[str, str] = {}
    for properties in layout:
        node = find(properties, name)
        said |= node.attrib if node is not None else {}
    return said


def _indented(indent: dict[str, str]) -> float:
    """Where a paragraph's first line begins, in twips from the margin."""
    left = _number(indent.get("w:left") or indent.get("w:start"))
    return left + _number(indent.get("w:firstLine")) - _number(indent.get("w:hanging"))


def _inside(node: "Element", tag: str) -> "Iterator[Element]":
    """A table's rows, a row's cells, a cell's paragraphs: not those of a table or a box further in."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml"):
            yield from _inside(child, tag)


def _words(node: "Element") -> str:
    return " ".join(text.text or "" for text in node.iter("w:t"))


def _on(node: "Element | None") -> bool:
    return node is not None and node.get("w:val", "true") not in ("0", "false", "off")


def _attribute(node: "Element | None", key: str) -> str:
    return node.get(key, "") if node is not None else ""


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0

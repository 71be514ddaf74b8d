"""Word files, walked by hand: libraries leave out insertions and text boxes, and let hidden runs in."""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reviewer.errors import InputError
from reviewer.parse.draft import Draft, Writer
from reviewer.parse.office import Package, find
from reviewer.parse.styles import invisible, white

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

Pieces = list[tuple[str, str]]

_TINY = 8  # half-points
_FAR = 5_000_000  # English Metric Units, 14 cm: nobody sets a text box so far to the left or above the page
_FAR_TWIPS = 8_000
_FLAT_TWIPS = 60  # a line's exact height, below which nothing of it is left
_THIN = 10  # percent of a letter's width
_SPECK = 10_000  # English Metric Units: a text box of no size
_HIGHLIGHTS = {
    "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF", "blue": "0000FF", "red": "FF0000",
    "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000",
    "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0", "black": "000000", "white": "FFFFFF",
}  # fmt: skip
_STRUCK = "~~"  # as Markdown writes it
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(pt|mm|cm|in|pc|pi|)$")
_HALF_POINTS = {"": 1, "pt": 2, "pc": 24, "pi": 24, "mm": 5.67, "cm": 56.7, "in": 144}
# Extensions that Word knows: it shows an alternative that needs another one as its fallback.
_KNOWN = re.compile(r"(?:wp[sgci]|w1[0-9]\w*|wp14|a14|am3d|aink|cx\d?|c1[0-9]|o|v|m|w|pic|)$")
_MAIN = re.compile(r"word/document\d*\.xml")  # some programs number it
_INTO_NAMES = """w:ins w:moveTo w:hyperlink w:smartTag w:sdt w:sdtContent w:fldSimple w:customXml w:ruby w:rt w:rubyBase
    w:dir w:bdo m:oMath m:oMathPara"""
_INTO = frozenset(_INTO_NAMES.split())
_GONE = frozenset(("w:del", "w:moveFrom"))
_OBJECTS = {
    "pic": ("image", "images"),
    "imagedata": ("image", "images"),
    "chart": ("chart", "charts"),
    "relIds": ("diagram", "diagrams"),
    "OLEObject": ("embedded object", "embedded objects"),
}


@dataclass(frozen=True)
class _Look:
    """What decides whether a run is seen; None where a style says nothing."""

    vanish: bool | None = None
    color: str | None = None
    size: float | None = None
    back: str | None = None
    width: float | None = None

    def under(self, other: "_Look") -> "_Look":
        """This look where `other`, which is closer to the text, says nothing."""
        changes = {name: value for name, value in vars(other).items() if value is not None}
        return replace(self, **changes)

    def why(self) -> str:
        if self.vanish:
            return "hidden run"
        if (self.size is not None and self.size < _TINY) or (self.width is not None and self.width < _THIN):
            return "tiny text"
        if self.color and white(self.color) and (not self.back or white(self.back)):
            return "white text"
        if self.color and self.color not in ("auto", "") and self.color.lower() == (self.back or "").lower():
            return "text in the colour of its ground"
        return ""


@dataclass(frozen=True)
class _Style:
    name: str = ""
    level: int | None = None  # of a heading
    listed: bool = False
    look: _Look = _Look()


def read(data: bytes, name: str) -> Draft:
    """Read a .docx file."""
    package = Package(data, name)
    main = next((part for part in sorted(package.parts) if _MAIN.fullmatch(part)), "word/document.xml")
    document = package.xml(main)
    body = find(document, "w:body")
    if body is None:
        raise InputError(f"{name}: is a Word file without a text ({main}); save it again as .docx")
    reader = _Word(package)
    reader.blocks(body)
    reader.notes("footnote", "footnotes")
    reader.notes("endnote", "endnotes")
    reader.rest()
    return reader.writer.done()


class _Word:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.writer = Writer()
        self.draft = self.writer.draft
        self.styles = _styles(package.xml("word/styles.xml"))
        self.boxes: list[Element] = []  # text boxes of the paragraph, to come after it
        self.deleted = 0

    def blocks(self, parent: "Element", place: str | None = None) -> None:
        for node in parent:
            if node.tag == "w:p":
                self.paragraph(node, place)
            elif node.tag == "w:tbl":
                self.table(node, place)
            elif node.tag in _INTO:
                self.blocks(node, place)
            elif node.tag in _GONE:
                self.deleted += 1
            elif node.tag == "w:altChunk":
                self.draft.unread(1, "embedded document", "embedded documents")
            elif node.tag == "mc:AlternateContent" and (chosen := _alternative(node)) is not None:
                self.blocks(chosen, place)

    def paragraph(self, node: "Element", place: str | None) -> None:
        style = self._style(node)
        kind = "paragraph"
        if style.level:
            kind = "heading"
        elif style.listed:
            kind = "list_item"
        pieces = list(self._pieces(node, self._look(node, style)))
        self.writer.add(kind, pieces, level=style.level or 0, place=place)  # type: ignore[arg-type]
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box, place)

    def table(self, node: "Element", place: str | None) -> None:
        self.draft.count("tables")
        whole = self._named(find(node, "w:tblPr/w:tblStyle"))
        for row in node.iter("w:tr"):
            properties = find(row, "w:trPr")
            if properties is not None and find(properties, "w:del") is not None:
                self.deleted += 1
                continue
            gone = "hidden row" if properties is not None and _on(find(properties, "w:hidden")) else ""
            pieces: Pieces = []
            for cell in _cells(row):
                if pieces:
                    pieces.append((" | ", ""))
                properties = find(cell, "w:tcPr")
                back = _fill(properties) if properties is not None else None
                for number, paragraph in enumerate(_paragraphs(cell)):
                    if number:
                        pieces.append((" ", ""))
                    look = self._look(paragraph, self._style(paragraph), whole.under(_Look(back=back)))
                    pieces += [(text.replace("\n", " "), gone or why) for text, why in self._pieces(paragraph, look)]
            self.writer.add("table_row", pieces, place=place)
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box, place)

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
        for field in core if core is not None else ():
            if field.tag in ("dc:subject", "dc:description", "keywords", "category"):
                self.writer.property(field.text or "")

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

    def _named(self, name: "Element | None") -> _Look:
        """The look of the style that a table or a run names."""
        key = _attribute(name, "w:val")
        return self.styles[key].look if key and key in self.styles else _Look()

    def _look(self, paragraph: "Element", style: _Style, cell: _Look = _Look()) -> _Look:
        look = cell.under(style.look)
        properties = find(paragraph, "w:pPr")
        if properties is not None:
            look = look.under(_Look(back=_fill(properties)))
            frame, spacing = find(properties, "w:framePr"), find(properties, "w:spacing")
            away = frame is not None and any(_number(frame.get(key)) < -_FAR_TWIPS for key in ("w:x", "w:y"))
            flat = _attribute(spacing, "w:lineRule") == "exact" and _number(_attribute(spacing, "w:line")) < _FLAT_TWIPS
            if away or flat or _indented(find(properties, "w:ind")) < -_FAR_TWIPS:
                look = look.under(_Look(vanish=True))
        return look

    def _pieces(self, node: "Element", look: _Look) -> "Iterator[tuple[str, str]]":
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

    def _run(self, run: "Element", look: _Look) -> "Iterator[tuple[str, str]]":
        properties = find(run, "w:rPr")
        if properties is not None:
            look = look.under(self._named(find(properties, "w:rStyle"))).under(_look(properties))
        why = look.why()
        struck = properties is not None and any(_on(find(properties, line)) for line in ("w:strike", "w:dstrike"))
        yield _STRUCK if struck else "", why
        for child in run:
            if child.tag in ("w:t", "m:t"):
                yield child.text or "", why
            elif child.tag == "w:tab":
                yield "\t", why
            elif child.tag in ("w:br", "w:cr"):
                yield "\n", why
            elif child.tag == "w:noBreakHyphen":
                yield "-", why
            elif child.tag == "w:ruby":
                yield from self._pieces(child, look)
            elif child.tag in ("w:drawing", "w:pict", "w:object", "mc:AlternateContent"):
                yield from self._drawing(child)
        yield _STRUCK if struck else "", why

    def _drawing(self, node: "Element") -> "Iterator[tuple[str, str]]":
        """Count what a drawing shows, take its description, and keep its text boxes for later."""
        chosen = _alternative(node) if node.tag == "mc:AlternateContent" else node
        if chosen is None:
            return
        away = False
        stack = [chosen]
        while stack:
            part = stack.pop()
            if part.tag == "mc:AlternateContent":
                inner = _alternative(part)
                stack += [inner] if inner is not None else []
                continue
            away = away or _unseen(part)
            if part.tag in _OBJECTS:
                self.draft.unread(1, *_OBJECTS[part.tag])
            elif part.tag == "w:txbxContent":
                if away:
                    words = " ".join(text.text or "" for text in part.iter("w:t"))
                    yield f" {words} ", "text outside the page"
                else:
                    self.boxes.append(part)
                continue
            said = " ".join(part.get(key, "") for key in ("descr", "title", "alt") if part.get(key))
            if said:
                yield f" {said} ", "description of an image"
            stack += reversed(part)


def _styles(tree: "Element | None") -> dict[str, _Style]:
    """Styles by their id, each with what it inherits; the default paragraph style as ""."""
    if tree is None:
        return {}
    nodes = {node.get("w:styleId", ""): node for node in tree.iter("w:style")}
    defaults = find(tree, "w:docDefaults/w:rPrDefault/w:rPr")
    base = _look(defaults) if defaults is not None else _Look()
    styles: dict[str, _Style] = {}
    for key, node in nodes.items():
        chain = [node]
        while len(chain) < 20 and (above := nodes.get(_attribute(find(chain[-1], "w:basedOn"), "w:val"))) is not None:
            chain.append(above)
        style = _Style(look=base if node.get("w:type") == "paragraph" else _Look())
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
    properties, runs = find(node, "w:pPr"), find(node, "w:rPr")
    look = style.look
    listed = style.listed
    if properties is not None:
        look = look.under(_Look(back=_fill(properties)))
        listed = listed or find(properties, "w:numPr") is not None
    if runs is not None:
        look = look.under(_look(runs))
    if (cell := find(node, "w:tcPr")) is not None:
        look = look.under(_Look(back=_fill(cell)))
    return _Style(name=name, level=level, listed=listed, look=look)


def _look(properties: "Element") -> _Look:
    vanish, paint = find(properties, "w:vanish"), find(properties, "w14:textFill")
    if vanish is None:
        vanish = find(properties, "w:specVanish")
    color = find(properties, "w:color")
    shade: str | None = None
    if color is not None:
        theme = color.get("w:themeColor", "")
        paper = theme in ("background1", "light1") and not color.get("w:themeShade")
        shade = "FFFFFF" if paper else color.get("w:val", "")
    shade = _attribute(find(paint, "w14:solidFill/w14:srgbClr"), "w14:val") or shade
    size = _SIZE.match(_attribute(find(properties, "w:sz"), "w:val"))
    width = _attribute(find(properties, "w:w"), "w:val").rstrip("%")
    highlight = _attribute(find(properties, "w:highlight"), "w:val")
    return _Look(
        vanish=_on(vanish) if vanish is not None else find(paint, "w14:noFill") is not None or None,
        color=shade,
        size=float(size[1]) * _HALF_POINTS[size[2]] if size else None,
        back=_fill(properties) or _HIGHLIGHTS.get(highlight, highlight) or None,
        width=_number(width) if width else None,
    )


def _fill(properties: "Element") -> str | None:
    shade = find(properties, "w:shd")
    fill = shade.get("w:fill", "") if shade is not None else ""
    if shade is not None and shade.get("w:themeFill") and fill in ("", "auto"):
        fill = "000000"
    return fill if fill not in ("", "auto") else None


def _alternative(node: "Element") -> "Element | None":
    for choice in node:
        if choice.tag == "mc:Choice" and all(_KNOWN.match(need) for need in choice.get("Requires", "").split()):
            return choice
    return find(node, "mc:Fallback")


def _unseen(part: "Element") -> bool:
    """Does this part of a drawing take it out of sight?"""
    return (
        (part.tag == "posOffset" and _number(part.text) < -_FAR)
        or (part.tag == "extent" and min(_number(part.get("cx")), _number(part.get("cy"))) < _SPECK)
        or (part.tag == "docPr" and part.get("hidden") in ("1", "true"))
        or (part.tag == "shape" and bool(invisible(part.get("style", ""))))
    )


def _indented(indent: "Element | None") -> float:
    """Where a paragraph's first line begins, in twips from the margin."""
    if indent is None:
        return 0
    left = _number(indent.get("w:left") or indent.get("w:start"))
    return left + _number(indent.get("w:firstLine")) - _number(indent.get("w:hanging"))


def _cells(row: "Element") -> "Iterator[Element]":
    for node in row:
        if node.tag == "w:tc":
            yield node
        elif node.tag in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml"):
            yield from _cells(node)


def _paragraphs(cell: "Element") -> "Iterator[Element]":
    for node in cell:
        if node.tag == "w:p":
            yield node
        elif node.tag in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml"):
            yield from _paragraphs(node)


def _on(node: "Element | None") -> bool:
    return node is not None and node.get("w:val", "true") not in ("0", "false", "off")


def _attribute(node: "Element | None", key: str) -> str:
    return node.get(key, "") if node is not None else ""


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0

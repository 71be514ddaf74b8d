"""OpenDocument texts, as LibreOffice writes them."""

import re
from typing import TYPE_CHECKING

from reviewer.errors import InputError
from reviewer.parse.draft import PLACEHOLDER, Draft, Writer, is_form
from reviewer.parse.office import Package, find
from reviewer.parse.styles import Look, css

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from reviewer.domain.document import BlockKind

Pieces = list[tuple[str, str]]

_INTO_NAMES = """text:span text:a text:bookmark-ref text:meta text:meta-field text:ruby text:ruby-base text:ruby-text
    text:section text:index-body text:table-of-content text:date text:page-number text:title text:author-name
    text:sequence"""
_INTO = frozenset(_INTO_NAMES.split())
_BLOCKS_NAMES = """text:section text:index-body office:text text:numbered-paragraph table:table-cell draw:text-box"""
_BLOCKS = frozenset(_BLOCKS_NAMES.split())
_SKIPPED_NAMES = """text:tracked-changes text:change text:change-start text:change-end office:forms text:sequence-decls
    office:annotation-end text:script text:bookmark text:bookmark-start text:bookmark-end text:soft-page-break"""
_SKIPPED = frozenset(_SKIPPED_NAMES.split())
_OBJECTS = {
    "draw:image": ("image", "images"),
    "draw:object": ("embedded object", "embedded objects"),
    "draw:object-ole": ("embedded object", "embedded objects"),
    "draw:plugin": ("embedded object", "embedded objects"),
}
_AROUND_NAMES = """table:table-header-rows table:table-rows table:table-row-group table:table-header-columns
    table:table-columns table:table-column-group text:section text:list text:list-item text:list-header
    text:index-body"""
_AROUND = frozenset(_AROUND_NAMES.split())
_BEYOND = re.compile(r"(?:[4-9]\d|\d{3,})(?:\.\d+)?cm|(?:1[6-9]|[2-9]\d|\d{3,})(?:\.\d+)?in")
_FLAT = ("fo:line-height", "style:row-height")  # what is higher is cut off
_AS_CSS = {
    key: key.rpartition(":")[2]
    for key in (
        "fo:color", "fo:font-size", "fo:background-color", "fo:letter-spacing", "fo:margin-left", "fo:text-indent",
        "loext:opacity",
    )
}  # fmt: skip
_BOX = {"x": "left", "y": "top", "width": "width", "height": "height"}  # of a frame, and what CSS calls it
_MOST_SPACES = 1000


def read(data: bytes, name: str) -> Draft:
    """Read an .odt file."""
    package = Package(data, name)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise InputError(f"{name}: is protected by a password; save it without")
    content = package.xml("content.xml")
    body = find(content, "office:body/office:text") if content is not None else None
    if content is None or body is None:
        raise InputError(f"{name}: is an OpenDocument file without a text; save it again as .odt")
    reader = _OpenText(package, content)
    reader.blocks(body, "paragraph", Look())
    reader.rest(body)
    return reader.writer.done()


class _OpenText:
    def __init__(self, package: Package, content: "Element") -> None:
        self.package = package
        self.writer = Writer()
        self.draft = self.writer.draft
        self.master = package.xml("styles.xml")
        self.styles = _styles([self.master, content])
        self.boxes: list[tuple[Element, Look]] = []
        self.footnotes: list[tuple[Element, Look]] = []
        self.noted = 0

    def look(self, node: "Element", kind: str, around: Look) -> Look:
        """The look of text in this element, which has a style of this kind."""
        named = self.styles.get((kind, node.get(f"{node.tag.partition(':')[0]}:style-name", "")))
        return around.under(named or self.styles.get((kind, ""), Look()))

    def blocks(self, parent: "Element", kind: "BlockKind", around: Look, place: str | None = None) -> None:
        for node in parent:
            tag = node.tag
            if tag in ("text:p", "text:h"):
                self.paragraph(node, kind, around, place)
            elif tag == "text:list":
                for item in node:
                    self.blocks(item, "list_item", around, place)
            elif tag == "table:table":
                self.table(node, around, place)
            elif tag in _BLOCKS or tag in _INTO:
                inner = self.look(node, "section", around)
                if node.get("text:display") == "none" or node.get("text:is-hidden") == "true":
                    inner = inner.under(Look(gone="hidden section"))
                self.blocks(node, kind, inner, place)
            elif tag.startswith("draw:"):
                self.boxes.append((node, around))
                self.after(place)

    def paragraph(self, node: "Element", kind: "BlockKind", around: Look, place: str | None) -> None:
        kind, level, pieces = self._read(node, kind, around)
        self.writer.add(kind, pieces, level=level, place=place)
        self.after(place)

    def _read(self, node: "Element", kind: "BlockKind", around: Look) -> "tuple[BlockKind, int, Pieces]":
        pieces = list(self._pieces(node, self._looks(node, around)))
        if node.get("text:style-name", "") == "Title":
            return "heading", 1, pieces
        if node.tag != "text:h":
            return kind, 0, pieces
        level = node.get("text:outline-level", "1")
        return "heading", int(level) if level.isdigit() else 1, pieces

    def after(self, place: str | None) -> None:
        """Text boxes and notes of the block just written."""
        boxes, self.boxes = self.boxes, []
        for box, around in boxes:
            self._box(box, around, place)
        notes, self.footnotes = self.footnotes, []
        for note, around in notes:
            self.noted += 1
            body = find(note, "text:note-body")
            if body is not None:
                self.blocks(body, "paragraph", around, f"footnote {self.noted}")
        self.draft.count("footnotes", len(notes))

    def table(self, node: "Element", around: Look, place: str | None) -> None:
        """A table, each row a block; tables in its cells come after their row."""
        self.draft.count("tables")
        around = self.look(node, "table", around)
        hidden = [
            column.get("table:visibility") in ("collapse", "filter")
            for column in _inside(node, "table:table-column")
            for _ in range(_repeated(column, "table:number-columns-repeated"))
        ]
        rows = list(_inside(node, "table:table-row"))
        form = is_form(["".join(cell.itertext()) for cell in row if cell.tag == "table:table-cell"] for row in rows)
        for row in rows:
            look = self.look(row, "table-row", around)
            if row.get("table:visibility") in ("collapse", "filter"):
                look = look.under(Look(gone="hidden row"))
            self.row(row, look, hidden, place, form=form)

    def row(self, row: "Element", look: Look, hidden: list[bool], place: str | None, *, form: bool) -> None:
        cells: list[list[tuple[BlockKind, int, Pieces]]] = []
        inner: list[tuple[Element, Look]] = []
        column = 0
        for cell in row:
            if cell.tag == "table:table-cell":
                own = self.look(cell, "table-cell", look)
                if any(hidden[column : column + 1]):
                    own = own.under(Look(gone="hidden column"))
                inner += [(table, own) for table in _inside(cell, "table:table")]
                cells.append([self._read(one, "paragraph", own) for one in _inside(cell, "text:p", "text:h")])
            column += _repeated(cell, "table:number-columns-repeated")
        self.writer.row(cells, place, form=form)
        self.after(place)
        for table, ground in inner:
            self.table(table, ground, place)

    def _looks(self, paragraph: "Element", around: Look) -> Look:
        look = self.look(paragraph, "paragraph", around)
        if any(field.get("text:is-hidden") == "true" for field in paragraph.iter("text:hidden-paragraph")):
            look = look.under(Look(gone="hidden paragraph"))
        return look

    def rest(self, body: "Element") -> None:
        """What stands beside the text: changes, comments, properties."""
        changes = find(body, "text:tracked-changes")
        deleted = sum(1 for _ in changes.iter("text:deletion")) if changes is not None else 0
        self.draft.unread(deleted, "tracked deletion", "tracked deletions")
        self.draft.unread(sum(1 for _ in body.iter("office:annotation")), "comment", "comments")
        for kind in ("header", "footer"):
            nodes = self.master.iter(f"style:{kind}") if self.master is not None else ()
            said = sum(any(c.isalpha() for text in node.itertext() for c in text) for node in nodes)
            self.draft.unread(said, kind, f"{kind}s")
        meta = self.package.xml("meta.xml")
        for field in meta.iter() if meta is not None else ():
            if field.tag in ("dc:subject", "dc:description", "meta:keyword"):
                self.writer.property(field.text or "")

    def _pieces(self, node: "Element", look: Look) -> "Iterator[tuple[str, str]]":
        why = look.why()
        if node.text:
            yield look.told(_plain(node.text)), why
        for child in node:
            tag = child.tag
            if tag == "text:s":
                yield " " * min(_repeated(child, "text:c"), _MOST_SPACES), why
            elif tag == "text:tab":
                yield "\t", why
            elif tag == "text:line-break":
                yield "\n", why
            elif tag == "text:note":
                self.footnotes.append((child, Look(gone=look.gone)))
            elif tag in ("text:hidden-text", "text:hidden-paragraph") and child.get("text:is-hidden") != "false":
                yield child.get("text:string-value", "") or "".join(child.itertext()), "hidden field"
            elif tag == "text:placeholder":
                yield "".join(child.itertext()), PLACEHOLDER
            elif tag.startswith("draw:"):
                self.boxes.append((child, look))
            elif tag not in _SKIPPED and tag != "office:annotation":
                if tag == "text:a":
                    self.draft.unread(1, "link, not followed", "links, not followed")
                inner = self.look(child, "text", look)
                yield from self._pieces(
                    child, inner.under(Look(gone="hidden field")) if child.get("text:display") == "none" else inner
                )
            if child.tail:
                yield look.told(_plain(child.tail)), why

    def _box(self, node: "Element", around: Look, place: str | None) -> None:
        """A frame: count what it shows, take its description, read its text box."""
        stack = [(node, Look(gone=around.gone, back=around.back))]
        while stack:
            part, look = stack.pop()
            box = "; ".join(
                f"{name}: {_near(part.get(f'svg:{key}', ''))}" for key, name in _BOX.items() if part.get(f"svg:{key}")
            )
            look = self.look(part, "graphic", look).under(css(f"overflow: hidden; position: absolute; {box}"))
            if part.tag in _OBJECTS:
                self.draft.unread(1, *_OBJECTS[part.tag])
            elif part.tag in ("svg:title", "svg:desc") and (part.text or "").strip():
                self.writer.add("paragraph", [(str(part.text), "description of an image")], place=place)
            elif part.tag == "draw:text-box":
                self.blocks(part, "paragraph", look, place)
                continue
            elif part.tag in ("text:p", "text:h"):
                self.paragraph(part, "paragraph", look, place)
                continue
            stack += [(inner, look) for inner in reversed(part)]


def _inside(node: "Element", *tags: str) -> "Iterator[Element]":
    """A table's rows, a cell's paragraphs: not those of a table or a box further in."""
    for child in node:
        if child.tag in tags:
            yield child
        elif child.tag in _AROUND:
            yield from _inside(child, *tags)


def _repeated(node: "Element", key: str) -> int:
    times = node.get(key, "1")
    return min(int(times), _MOST_SPACES) if times.isdigit() else 1


def _styles(trees: "list[Element | None]") -> dict[tuple[str, str], Look]:
    """The look of each style, by its kind and name; it inherits from its parent, and from what is set for its kind."""
    rules: dict[tuple[str, str], tuple[str, str]] = {}
    for tree in trees:
        for style in tree.iter() if tree is not None else ():
            if style.tag in ("style:style", "style:default-style"):
                key = (style.get("style:family", ""), style.get("style:name", ""))
                rules[key] = (_as_css(style), style.get("style:parent-style-name", ""))
    looks: dict[tuple[str, str], Look] = {}
    for kind, name in rules:
        chain: list[str] = []
        at = name
        while (kind, at) in rules and len(chain) < 20:
            said, above = rules[kind, at]
            chain.append(said)
            at = above if at else "?"
        looks[kind, name] = css("; ".join(reversed(chain)))
    return looks


def _as_css(style: "Element") -> str:
    said = []
    for properties in style:
        # Whatever colour shows; the opacity that is written beside it is of none.
        shown = properties.get("style:use-window-font-color") == "true"
        for key, value in properties.attrib.items():
            name = key.rpartition(":")[2]
            if shown and key in ("style:use-window-font-color", "fo:color", "loext:opacity"):
                said.append("color: auto; opacity: 1")
            elif key in _AS_CSS or (key == "draw:fill-color" and properties.get("draw:fill") == "solid"):
                said.append(f"{_AS_CSS.get(key, 'background-color')}: {_near(value)}")
            elif key == "text:display" and value in ("none", "true"):
                said.append("display: none")
            elif name in ("text-line-through-style", "text-line-through-type"):
                said.append(f"text-decoration: {'none' if value == 'none' else 'line-through'}")
            elif key in _FLAT and "%" not in value:
                said.append(f"overflow: hidden; height: {value}")
            elif name == "text-scale" and re.match(r"\d%", value):
                said.append("zoom: 0")
            elif name == "text-position" and re.match(r"-?\d{4}|\S+ \d%", value):
                said.append("margin-top: -9999px")
    return "; ".join(said)


def _near(length: str) -> str:
    """The length; one that leads over a sheet's edge as what is far from any page."""
    return "-9999px" if _BEYOND.match(length) else length


def _plain(text: str) -> str:
    """White space in the file is one space; text:s, text:tab and text:line-break are the others."""
    words = " ".join(text.split())
    return (" " if text[:1].isspace() else "") + words + (" " if text[-1:].isspace() and words else "")

"""OpenDocument texts, as LibreOffice writes them."""

import re
from typing import TYPE_CHECKING

from reviewer.errors import InputError
from reviewer.parse.draft import Draft, Writer
from reviewer.parse.office import Package, find
from reviewer.parse.styles import invisible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

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
    reader.blocks(body, "paragraph")
    reader.rest(body)
    return reader.writer.done()


class _OpenText:
    def __init__(self, package: Package, content: "Element") -> None:
        self.package = package
        self.writer = Writer()
        self.draft = self.writer.draft
        self.styles = _styles([package.xml("styles.xml"), content])
        self.boxes: list[Element] = []
        self.footnotes: list[Element] = []
        self.noted = 0

    def blocks(self, parent: "Element", kind: str, why: str = "", place: str | None = None) -> None:
        for node in parent:
            tag = node.tag
            if tag in ("text:p", "text:h"):
                self.paragraph(node, "heading" if tag == "text:h" else kind, why, place)
            elif tag == "text:list":
                for item in node:
                    self.blocks(item, "list_item", why, place)
            elif tag == "table:table":
                self.table(node, why, place)
            elif tag in _BLOCKS or tag in _INTO:
                gone = "hidden section" if node.get("text:display") in ("none", "condition") else why
                self.blocks(node, kind, gone, place)
            elif tag.startswith("draw:"):
                self.boxes.append(node)
                self.after(place)

    def paragraph(self, node: "Element", kind: str, why: str, place: str | None) -> None:
        level = node.get("text:outline-level", "1") if kind == "heading" else "0"
        if any(field.get("text:is-hidden") == "true" for field in node.iter("text:hidden-paragraph")):
            why = "hidden paragraph"
        why = why or self.styles.get(node.get("text:style-name", ""), "")
        pieces = list(self._pieces(node, why))
        title = node.get("text:style-name", "") == "Title"
        self.writer.add(
            "heading" if title else kind,  # type: ignore[arg-type]
            pieces,
            level=1 if title else int(level) if level.isdigit() else 1,
            place=place,
        )
        self.after(place)

    def after(self, place: str | None) -> None:
        """Text boxes and notes of the block just written."""
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self._box(box, place)
        notes, self.footnotes = self.footnotes, []
        for note in notes:
            self.noted += 1
            body = find(note, "text:note-body")
            if body is not None:
                self.blocks(body, "paragraph", "", f"footnote {self.noted}")
        self.draft.count("footnotes", len(notes))

    def table(self, node: "Element", why: str, place: str | None) -> None:
        self.draft.count("tables")
        for row in node.iter("table:table-row"):
            gone = "hidden row" if row.get("table:visibility") in ("collapse", "filter") else why
            pieces: Pieces = []
            for cell in row:
                if cell.tag != "table:table-cell":
                    continue
                if pieces:
                    pieces.append((" | ", ""))
                for number, paragraph in enumerate(p for p in cell if p.tag in ("text:p", "text:h", "text:list")):
                    if number:
                        pieces.append((" ", ""))
                    style = gone or self.styles.get(paragraph.get("text:style-name", ""), "")
                    pieces += [(text.replace("\n", " "), unseen) for text, unseen in self._pieces(paragraph, style)]
            self.writer.add("table_row", pieces, place=place)
        self.after(place)

    def rest(self, body: "Element") -> None:
        """What stands beside the text: changes, comments, properties."""
        changes = find(body, "text:tracked-changes")
        deleted = sum(1 for _ in changes.iter("text:deletion")) if changes is not None else 0
        self.draft.unread(deleted, "tracked deletion", "tracked deletions")
        self.draft.unread(sum(1 for _ in body.iter("office:annotation")), "comment", "comments")
        meta = self.package.xml("meta.xml")
        for field in meta.iter() if meta is not None else ():
            if field.tag in ("dc:subject", "dc:description", "meta:keyword"):
                self.writer.property(field.text or "")

    def _pieces(self, node: "Element", why: str) -> "Iterator[tuple[str, str]]":
        if node.text:
            yield _plain(node.text), why
        for child in node:
            tag = child.tag
            if tag == "text:s":
                count = child.get("text:c", "1")
                yield " " * min(int(count) if count.isdigit() else 1, _MOST_SPACES), why
            elif tag == "text:tab":
                yield "\t", why
            elif tag == "text:line-break":
                yield "\n", why
            elif tag == "text:note":
                self.footnotes.append(child)
            elif tag in ("text:hidden-text", "text:hidden-paragraph", "text:conditional-text"):
                yield child.get("text:string-value", "") or "".join(child.itertext()), "hidden field"
            elif tag.startswith("draw:"):
                self.boxes.append(child)
            elif tag not in _SKIPPED and tag != "office:annotation":
                if tag == "text:a":
                    self.draft.unread(1, "link, not followed", "links, not followed")
                hidden = "hidden field" if child.get("text:display") == "none" else why
                yield from self._pieces(child, hidden or self.styles.get(child.get("text:style-name", ""), ""))
            if child.tail:
                yield _plain(child.tail), why

    def _box(self, node: "Element", place: str | None) -> None:
        """A frame: count what it shows, take its description, read its text box."""
        why = ""
        stack = [node]
        while stack:
            part = stack.pop()
            css = "; ".join(f"{name}: {part.get(f'svg:{key}')}" for key, name in _BOX.items() if part.get(f"svg:{key}"))
            why = why or invisible(f"overflow: hidden; position: absolute; {css}")
            if part.tag in _OBJECTS:
                self.draft.unread(1, *_OBJECTS[part.tag])
            elif part.tag in ("svg:title", "svg:desc") and (part.text or "").strip():
                self.writer.add("paragraph", [(str(part.text), "description of an image")], place=place)
            elif part.tag == "draw:text-box":
                self.blocks(part, "paragraph", why, place)
                continue
            elif part.tag in ("text:p", "text:h"):
                self.paragraph(part, "paragraph", "", place)
                continue
            stack += reversed(part)


def _styles(trees: "list[Element | None]") -> dict[str, str]:
    """Why text in a style is not seen, for those where it is not; a style inherits from its parent."""
    rules: dict[str, tuple[str, str]] = {}
    for tree in trees:
        for style in tree.iter("style:style") if tree is not None else ():
            text, back = find(style, "style:text-properties"), find(style, "style:paragraph-properties")
            css = "; ".join(
                f"{key.rpartition(':')[2]}: {value}"
                for properties in (back, text)
                if properties is not None
                for key, value in properties.attrib.items()
                if key in ("fo:color", "fo:font-size", "fo:background-color", "loext:opacity")
                and not (key == "fo:background-color" and value == "transparent")
            )
            if text is not None and text.get("text:display") in ("none", "true"):
                css += "; display: none"
            if text is not None and re.match(r"\d%", text.get("style:text-scale", "")):
                css += "; zoom: 0"
            rules[style.get("style:name", "")] = (css, style.get("style:parent-style-name", ""))
    unseen: dict[str, str] = {}
    for name in rules:
        chain, at = "", name
        for _ in range(20):
            if at not in rules:
                break
            css, at = rules[at]
            chain = f"{css}; {chain}"
        if why := invisible(chain):
            unseen[name] = why
    return unseen


def _plain(text: str) -> str:
    """White space in the file is one space; text:s, text:tab and text:line-break are the others."""
    words = " ".join(text.split())
    return (" " if text[:1].isspace() else "") + words + (" " if text[-1:].isspace() and words else "")

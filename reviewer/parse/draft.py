"""What a reader of one format hands over: text, and where things are in it. `parse` makes a Document of it."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reviewer.domain.document import BlockKind

_LONG_NAME = 30  # characters
_LONG_ROW, _LONG_CELL = 300, 100  # characters, above which a table, or a frame of one cell, holds texts
_LONGEST_LABEL = 60  # characters
LABEL_LEVEL = 6  # of a heading: below all that are set as such
_JAMO = re.compile("[\u1100-\u11ff]")
PLACEHOLDER = "a form's prompt"  # why a text counts for nothing although everybody sees it


def composed(text: str) -> str:
    """Hangul by syllables: macOS writes single letters, which no cue, no pattern and no language is made of."""
    return unicodedata.normalize("NFC", text) if not text.isascii() and _JAMO.search(text) else text


def holds_texts(cells: list[str]) -> bool:
    """Is this no row of a table, but a part of a page or a form that is laid out in one?"""
    return sum(map(_length, cells)) > (_LONG_ROW if len(cells) > 1 else _LONG_CELL)


def is_form(rows: "Iterable[list[str]]") -> bool:
    """Does a table hold questions, and beside each its answer? Then its short rows do, too."""
    return any(len(cells) == 2 and is_label(cells[0]) and holds_texts(cells) for cells in rows)


def is_label(text: str) -> bool:
    """Does a cell beside a long one name what that one says?"""
    return 0 < len(text.strip()) <= _LONGEST_LABEL


def could_be_message(name: str) -> bool:
    """Is what only names something so long that it could say something? Hangul says it in half as many characters."""
    return _length(name.strip()) > _LONG_NAME


def _length(text: str) -> int:
    return len(text) + sum(c >= "\u2e80" for c in text)


@dataclass
class Draft:
    """Plain tuples, so that a draft crosses from the limited process as JSON."""

    text: str
    blocks: "list[tuple[int, int, BlockKind, str]]" = field(default_factory=list)  # start, end, kind, place
    headings: list[tuple[int, int, str]] = field(default_factory=list)  # start, level, words
    hidden: list[tuple[int, int, str]] = field(default_factory=list)  # start, end, why
    seen: dict[str, int] = field(default_factory=dict)
    missed: dict[str, int] = field(default_factory=dict)  # "image|images" -> 3
    not_read: list[str] = field(default_factory=list)  # what a number does not say

    def count(self, what: str, n: int = 1) -> None:
        """Add to the parse report."""
        if n:
            self.seen[what] = self.seen.get(what, 0) + n

    def unread(self, n: int, one: str, many: str) -> None:
        """Note what was not read."""
        if n:
            self.missed[f"{one}|{many}"] = self.missed.get(f"{one}|{many}", 0) + n

    def hide(self, start: int, end: int, why: str) -> None:
        """Mark text that a human reader does not see."""
        if start < end:
            self.hidden.append((start, end, why))

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Draft":
        """The draft that `vars(draft)` was."""
        for name in ("blocks", "headings", "hidden"):
            value[name] = [tuple(item) for item in value[name]]
        return cls(**value)


class Writer:
    """Builds a draft for formats whose text is not their source: blocks come one by one, in reading order."""

    def __init__(self) -> None:
        self.draft = Draft("")
        self._parts: list[str] = []
        self._length = 0
        self._last: BlockKind | None = None
        self._heading = ""
        self._paragraph = 0

    def add(
        self, kind: "BlockKind", pieces: list[tuple[str, str]], *, level: int = 0, place: str | None = None
    ) -> None:
        """Append a block. A piece is text and why a reader does not see it ("" where one does)."""
        while pieces and not pieces[0][0].strip():
            pieces = pieces[1:]
        while pieces and not pieces[-1][0].strip():
            pieces = pieces[:-1]
        if not pieces:
            return
        pieces = [(composed(text), why) for text, why in pieces]
        pieces[0] = (pieces[0][0].lstrip(), pieces[0][1])
        pieces[-1] = (pieces[-1][0].rstrip(), pieces[-1][1])
        visible = "".join(text for text, why in pieces if not why).strip()
        if kind == "heading" and not visible:
            kind = "paragraph"
        if self._last is not None:
            tight = kind == self._last and kind in ("table_row", "list_item")
            self._write("\n" if tight else "\n\n")
        self._last, start = kind, self._length
        for text, why in pieces:
            if why:
                self.draft.hide(self._length, self._length + len(text), why)
            self._write(text)
        if kind == "heading":
            self._heading, self._paragraph = " ".join(visible.split()), 0
            self.draft.headings.append((start, level or 1, self._heading))
            here = self._heading
        else:
            self._paragraph += bool(visible) and place is None
            where = f"paragraph {self._paragraph}" if visible else f"after paragraph {self._paragraph}"
            here = f"{self._heading}, {where}" if self._heading else where
        self.draft.blocks.append((start, self._length, kind, here if place is None else place))

    def row(
        self,
        cells: "list[list[tuple[BlockKind, int, list[tuple[str, str]]]]]",
        place: str | None = None,
        *,
        form: bool = False,
    ) -> None:
        """A table's row; each cell is its paragraphs, as kind, level and pieces.

        It is one block, unless somebody put a text into a table, as forms do: then each paragraph is one.
        """
        seen = ["".join(text for _, _, pieces in cell for text, why in pieces if not why) for cell in cells]
        if not (form or holds_texts(seen)):
            joined: list[tuple[str, str]] = []
            for number, cell in enumerate(cells):
                joined += [(" | ", "")] if number else []
                for at, (_, _, pieces) in enumerate(cell):
                    joined += [(" ", "")] if at else []
                    joined += [(text.replace("\n", " "), why) for text, why in pieces]
            self.add("table_row", joined, place=place)
            return
        for number, cell in enumerate(cells):
            for kind, level, pieces in cell:
                label = (number, len(cell), len(cells)) == (0, 1, 2) and is_label("".join(text for text, _ in pieces))
                self.add("heading" if label else kind, pieces, level=level or LABEL_LEVEL, place=place)

    def property(self, text: str) -> None:
        """A property of the file that is long enough to be a message; programs write short ones of their own."""
        if could_be_message(text):
            self.add("paragraph", [(text, "property of the file")], place="document properties")

    def join(self, other: Draft, place: str) -> None:
        """Append all of another draft, as one cell of a notebook is."""
        if not other.text.strip():
            return
        if self._last is not None:
            self._write("\n\n")
        self._last, at = "paragraph", self._length
        self._write(other.text)
        self.draft.blocks += [(start + at, end + at, kind, place) for start, end, kind, _ in other.blocks]
        self.draft.headings += [(start + at, level, words) for start, level, words in other.headings]
        self.draft.hidden += [(start + at, end + at, why) for start, end, why in other.hidden]
        for what, n in other.seen.items():
            self.draft.count(what, n)
        for what, n in other.missed.items():
            self.draft.unread(n, *what.split("|"))

    def done(self) -> Draft:
        """The draft, with its text."""
        self.draft.text = "".join(self._parts)
        return self.draft

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

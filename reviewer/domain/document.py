"""The proposal as text, with what is needed to point into it. Offsets are code points in `Document.text`."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

from reviewer.domain.base import Frozen

BlockKind = Literal["heading", "paragraph", "list_item", "table_row", "quote", "code", "front_matter", "html"]
RegionKind = Literal["hidden", "template", "addressed", "waiver"]


class Block(Frozen):
    """A run of text that a reader sees as one thing: a paragraph, a list item, a table row, a heading."""

    start: int
    end: int
    kind: BlockKind
    place: str = ""  # page, cell or paragraph for people; empty for plain text, where the line says it


class Section(Frozen):
    """A heading and what stands below it, up to the next heading of any level."""

    heading: str  # empty for the text before the first heading
    level: int  # 1 is the outermost; 0 for the text before the first heading
    start: int  # where the heading begins
    end: int


class Region(Frozen):
    """Text that can never be evidence: hidden from readers, left over from a template, meant for a reviewer, ..."""

    start: int
    end: int
    kind: RegionKind
    why: str


class Sentence(NamedTuple):  # not a Frozen: no record holds one, and a document has thousands
    """A sentence of the visible text, without the marks around it."""

    start: int
    end: int
    section: int  # index into Document.sections; -1 before the first
    kind: BlockKind


class Document(Frozen):
    """A proposal. `text` is all that was read, hidden parts too; `regions` say what may not count."""

    name: str
    format: str  # "markdown", "text", "html", "docx", ...
    encoding: str = ""  # as it was decoded from; empty where that means nothing
    sha256: str  # of the bytes as they came
    text: str
    language: Literal["en", "ko"]
    sections: tuple[Section, ...] = ()
    blocks: tuple[Block, ...] = ()
    regions: tuple[Region, ...] = ()
    seen: Mapping[str, int] = {}  # the parse report: what was read ("words": 812, "tables": 2, ...)
    not_read: tuple[str, ...] = ()  # and what was not ("3 images", "1 embedded sheet", ...)

    @cached_property
    def _line_starts(self) -> list[int]:
        # Lines as git counts them: only "\n" ends one, never U+2028, form feed or a lone "\r".
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def line(self, offset: int) -> int:
        """The 1-based line that holds this offset, as git counts lines."""
        return bisect_right(self._line_starts, offset)

    def section_at(self, offset: int) -> Section | None:
        """The section that holds this offset."""
        at = bisect_right([section.start for section in self.sections], offset) - 1
        return self.sections[at] if at >= 0 else None

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence outside front matter and hidden regions, in order; a heading or table row is one."""
        return tuple(split_sentences(self))

    @cached_property
    def heard(self) -> tuple[Sentence, ...]:
        """The sentences of which no part stands in a region. Where one stands does not depend on what is not heard."""
        return tuple(_outside(self.sentences, self.regions))

    def block_at(self, offset: int) -> Block | None:
        """The block that holds this offset, if any does."""
        at = bisect_right(self._block_starts, offset) - 1
        return self.blocks[at] if at >= 0 and offset < self.blocks[at].end else None

    def place(self, offset: int) -> str:
        """The page, cell or paragraph of this offset, for people; empty where its line says it."""
        at = bisect_right(self._block_starts, offset) - 1
        return self.blocks[max(at, 0)].place if self.blocks else ""

    @cached_property
    def _block_starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    def visible(self) -> str:
        """The text with hidden regions and waivers blanked out by spaces, so that offsets stay; line ends are kept."""
        parts, at = [], 0
        for region in sorted((r for r in self.regions if r.kind in ("hidden", "waiver")), key=lambda r: r.start):
            if region.end <= at:
                continue
            start = max(region.start, at)
            parts.append(self.text[at:start])
            parts.append("".join("\n" if c == "\n" else " " for c in self.text[start : region.end]))
            at = region.end
        parts.append(self.text[at:])
        return "".join(parts)


def _outside(sentences: Iterable[Sentence], regions: Iterable[Region]) -> Iterator[Sentence]:
    waiting, reach = sorted((region.start, region.end) for region in regions)[::-1], 0
    for sentence in sentences:
        while waiting and waiting[-1][0] < sentence.end:
            reach = max(reach, waiting.pop()[1])
        if reach <= sentence.start:
            yield sentence


# A full stop, question or exclamation mark (also full-width), what may close a quotation or emphasis
# after it, then white space. "e.g. ", "vs. ", "1. " and initials do not end a sentence.
_END = re.compile(
    r"""
    [.!?。！？\n](?:  # one set of characters to begin with, for which `re` looks fast
        (?<=\n)\n+
        # Of a run of marks, only the first that may end a sentence is tried: each of them would take quadratic time.
      | (?<=[.!?])(?:(?<![A-Z\d\s(.!?].)|(?<=[A-Z\d\s(][.!?].))[.!?]*+[)\]"'’”*_`]*+(?=\s)
      | (?<=[。！？])(?<![A-Z\d\s(].)[。！？]*
    )""",
    re.VERBOSE,
)
_CELL_END = re.compile(r"\||(?:<br\s*/?>\s*)+", re.IGNORECASE)
_LONG_CELL = 60
_LONGEST_ROW = 300  # characters; more is no row of a table, but a form's answer
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|etc|approx|fig|no|dr|mr|ms|prof|inc|ltd|al))\.$", re.IGNORECASE)
_SPACE_AND_MARKS = re.compile(r"(?:\s|[-*+•]\s|>\s?|#+\s|\d+[.)]\s|\[[ xX]\]\s|\|)+")


def split_sentences(document: "Document") -> Iterator[Sentence]:
    """Split blocks into sentences; hidden text belongs to none of them, words to a reviewer are some of their own."""
    text = document.visible()
    edges = sorted({edge for r in document.regions if r.kind == "addressed" for edge in (r.start, r.end)})
    starts = [section.start for section in document.sections]
    for block in document.blocks:
        if block.kind == "front_matter":
            continue
        section = bisect_right(starts, block.start) - 1
        row = block.kind == "table_row"
        whole = block.kind == "heading" or (row and block.end - block.start <= _LONGEST_ROW)
        cuts = [block.start]
        if not whole:
            cuts.extend(
                stop.end()
                for stop in _END.finditer(text, block.start, block.end)
                if not _ABBREVIATION.search(text, max(block.start, stop.start() - 8), stop.start() + 1)
            )
            cuts.extend(_borders(text, block) if row else ())
        cuts += [*edges[bisect_right(edges, block.start) : bisect_right(edges, block.end)], block.end]
        for start, end in pairwise(sorted(cuts)):
            if lead := _SPACE_AND_MARKS.match(text, start, end):
                start = lead.end()
            stripped = len(text[start:end].rstrip(" \t\r\n|"))
            if stripped and not _CELL_END.fullmatch(text, start, start + stripped):
                yield Sentence(start=start, end=start + stripped, section=section, kind=block.kind)


def _borders(text: str, row: Block) -> Iterator[int]:
    """Where lines and long cells of a row begin and end; short cells say something only together."""
    stops = [stop.span() for stop in _CELL_END.finditer(text, row.start, row.end)]
    for (_, start), (end, _) in pairwise([(row.start, row.start), *stops, (row.end, row.end)]):
        if end - start > _LONG_CELL:
            yield from (start, end)
    for start, end in stops:
        if text[start] == "<":
            yield from (start, end)

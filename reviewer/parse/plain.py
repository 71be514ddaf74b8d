"""Plain text: lines, blank lines, and what people do to make a heading stand out."""

import re
from typing import TYPE_CHECKING

from reviewer.parse.draft import Draft

if TYPE_CHECKING:
    from reviewer.domain.document import BlockKind

Line = tuple[int, int]  # offsets of a line's text, without the white space around it

_BULLET = re.compile(
    r"\s*(?:[-*+•·▪◦●○■□◆◇▶▷–—※]|\(?\d{1,3}[.)]|\(?[a-zA-Z#][.)]|[가나다라마바사아자차카타파하][.)]|[①-⑳])\s+\S"
)
_RULE = re.compile(r"\s*([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_NUMBERED = re.compile(r"\s*(?:제\s*)?(\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[Ⅰ-Ⅻ])(?:\s*[장절])?[.)]?\s+\S")
_KOREAN_MARK = re.compile(r"\s*(?:[가나다라마바사아자차카타파하]\.|[□■◇◆▣◎●❏]|\d{1,2}\)|【|\[)\s*\S")
_ENDS = (".", ",", ";", "!", "?", "다", "세요", "어요", "해요", "。")
_QUOTE = re.compile(r"\s*>")
_TABLE = re.compile(r"\+[-=+]{3,}\+$|=+(?:\s+=+)+$|--+(?:\s+--+)+$")
_GRID = re.compile(r"[-=+|\s]*$")
_WORDS = 10
_LONGEST = 500  # characters of a line that say what it is


def read(text: str) -> Draft:
    """Read plain text; the draft's text is the source itself."""
    return Lines(text).scan()


class Lines:
    """One pass over the lines of a text."""

    def __init__(self, text: str) -> None:
        self.draft = Draft(text)
        self.text = text
        self.marks: list[str] = []  # what underlines headings, in order of appearance

    def scan(self) -> Draft:
        """The draft of the text."""
        for lines in self.paragraphs():
            self.paragraph(lines)
        return self.draft

    def paragraphs(self) -> list[list[Line]]:
        """Runs of lines that are not blank."""
        found: list[list[Line]] = [[]]
        start = 0
        while start < len(self.text):
            stop = self.text.find("\n", start)
            stop = len(self.text) if stop < 0 else stop
            line = self.text[start:stop]
            if stripped := line.strip():
                first = start + len(line) - len(line.lstrip())
                found[-1].append((first, first + len(stripped)))
            elif found[-1]:
                found.append([])
            start = stop + 1
        return found if found[-1] else found[:-1]

    def paragraph(self, lines: list[Line]) -> None:
        """Take the headings out of a run of lines, and the rest apart into paragraphs and list items."""
        if any(self.matches(_TABLE, line) for line in lines[:2]):
            self.draft.count("tables")
            for line in lines:
                if not self.matches(_GRID, line):
                    self.block(*line, "table_row")
            return
        at = 0
        while at < len(lines):
            if taken := self._underlined(lines, at) or self.heading(lines, at):
                at += taken
                continue
            start = at
            kind: BlockKind = "list_item" if self.matches(_BULLET, lines[at]) else "paragraph"
            kind = "quote" if self.matches(_QUOTE, lines[at]) else kind
            at += 1
            while at < len(lines) and not self.matches(_BULLET, lines[at]) and not self._underlines(lines, at + 1):
                at += 1
            self.block(lines[start][0], lines[at - 1][1], kind)

    def matches(self, pattern: re.Pattern[str], line: Line) -> bool:
        """Does the pattern stand at the line's beginning?"""
        return bool(pattern.match(self.text, line[0], min(line[1], line[0] + _LONGEST)))

    def block(self, start: int, end: int, kind: "BlockKind") -> None:
        """Add a block."""
        self.draft.blocks.append((start, end, kind, ""))

    def _underlines(self, lines: list[Line], at: int) -> bool:
        """Does this line of marks stand under words that it is about as long as?"""
        if not 0 < at < len(lines) or not self.matches(_RULE, lines[at]) or self.matches(_RULE, lines[at - 1]):
            return False
        title, rule = (lines[i][1] - lines[i][0] for i in (at - 1, at))
        return rule >= title * 0.6 and title <= 120

    def _underlined(self, lines: list[Line], at: int) -> int:
        """A heading with marks under it, and perhaps over it; answers how many lines it takes."""
        over = self.matches(_RULE, lines[at])
        if over and not (at + 2 < len(lines) and self._underlines(lines, at + 2)):
            return 1  # a line of marks alone parts text, and is none
        if not self._underlines(lines, at + 1 + over):
            return 0
        mark = self.text[lines[at + 1 + over][0]] + "over" * over
        if mark not in self.marks:
            self.marks.append(mark)
        self._add_heading(lines[at][0], lines[at + 1 + over][1], self.marks.index(mark) + 1, lines[at + over])
        return 2 + over

    def heading(self, lines: list[Line], at: int) -> int:
        """A heading without marks: numbered, in capitals, with a colon, or a short line that stands alone."""
        start, end = lines[at]
        if at or end - start > 80:
            return 0
        words = self.text[start:end]
        count = len(words.split())
        if count > _WORDS or words.endswith(_ENDS):
            return 0
        alone = len(lines) == 1
        if numbered := _NUMBERED.match(words):
            # "1. Collect logs" above "2. Clean them" is a list.
            if not alone and self.matches(_NUMBERED, lines[1]):
                return 0
            level = numbered[1].count(".") + 1
        elif words.isupper() and count <= 8 and sum(c.isalpha() for c in words) > 2:
            level = 1
        elif self.matches(_BULLET, lines[at]) and not _KOREAN_MARK.match(words):
            return 0
        elif (words.endswith((":", "：")) and count <= 6) or (alone and count <= 8 and _stands_out(words)):
            level = 2
        else:
            return 0
        self._add_heading(start, end, level, lines[at])
        return 1

    def _add_heading(self, start: int, end: int, level: int, words: Line) -> None:
        self.block(start, end, "heading")
        title = " ".join(self.text[slice(*words)].rstrip(" :：").split())
        self.draft.headings.append((start, level, title))


def _stands_out(words: str) -> bool:
    if _KOREAN_MARK.match(words):
        return True
    return not _BULLET.match(words) and words[0].isalpha() and not words[0].islower() and "|" not in words

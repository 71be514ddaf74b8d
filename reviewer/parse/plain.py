"""Plain text and reStructuredText: lines, blank lines, and what people do to make a heading stand out."""

import re

from reviewer.domain.document import BlockKind
from reviewer.parse.draft import Draft

_BULLET = re.compile(
    r"\s*(?:[-*+•·▪◦●○■□◆◇▶▷–—※]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)]|[가나다라마바사아자차카타파하][.)]|[①-⑳])\s+\S"
)
_RULE = re.compile(r"\s*([=\-~^\"'`#*+.:_])\1{2,}\s*$")
_NUMBERED = re.compile(r"\s*(?:제\s*)?(\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5}|[Ⅰ-Ⅻ])(?:\s*[장절])?[.)]?\s+\S")
_KOREAN_MARK = re.compile(r"\s*(?:[가나다라마바사아자차카타파하]\.|[□■◇◆▣◎●❏]|\d{1,2}\)|【|\[)\s*\S")
_ENDS = (".", ",", ";", "!", "?", "다", "요", "음", "함", "。")
_QUOTE = re.compile(r"\s*>")
_WORDS = 10


def read(text: str) -> Draft:
    """Read plain text; the draft's text is the source itself."""
    draft = Draft(text)
    _Lines(draft).scan()
    return draft


class _Lines:
    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.text = draft.text
        self.marks: list[str] = []  # what underlines headings, in order of appearance

    def scan(self) -> None:
        for paragraph in self._paragraphs():
            self._paragraph(paragraph)

    def _paragraphs(self) -> list[list[tuple[int, int]]]:
        """Runs of lines that are not blank, as offsets without the line's end."""
        found: list[list[tuple[int, int]]] = [[]]
        start = 0
        while start < len(self.text):
            stop = self.text.find("\n", start)
            stop = len(self.text) if stop < 0 else stop
            line = self.text[start:stop]
            stripped = line.strip()
            if stripped:
                first = start + len(line) - len(line.lstrip())
                found[-1].append((first, first + len(stripped)))
            elif found[-1]:
                found.append([])
            start = stop + 1
        return found if found[-1] else found[:-1]

    def _paragraph(self, lines: list[tuple[int, int]]) -> None:
        at = 0
        while at < len(lines):
            taken = self._underlined(lines, at) or self._heading(lines, at)
            if taken:
                at += taken
                continue
            start = at
            kind: BlockKind = "list_item" if self._is(_BULLET, lines[at]) else "paragraph"
            kind = "quote" if self._is(_QUOTE, lines[at]) else kind
            at += 1
            while at < len(lines) and not self._is(_BULLET, lines[at]) and not self._underlines(lines, at + 1):
                at += 1
            self.block(lines[start][0], lines[at - 1][1], kind)

    def _is(self, pattern: re.Pattern[str], line: tuple[int, int]) -> bool:
        return bool(pattern.match(self.text, *line))

    def _underlines(self, lines: list[tuple[int, int]], at: int) -> bool:
        """Does this line of marks stand under words that it is about as long as?"""
        if not 0 < at < len(lines) or not self._is(_RULE, lines[at]) or self._is(_RULE, lines[at - 1]):
            return False
        title, rule = (lines[i][1] - lines[i][0] for i in (at - 1, at))
        return rule >= title * 0.6 and title <= 120

    def _underlined(self, lines: list[tuple[int, int]], at: int) -> int:
        """A heading with marks under it, and perhaps over it; answers how many lines it takes."""
        over = self._is(_RULE, lines[at])
        if over and not (at + 2 < len(lines) and self._underlines(lines, at + 2)):
            return 1  # a line of marks alone parts text, and is none
        if not self._underlines(lines, at + 1 + over):
            return 0
        mark = self.text[lines[at + 1 + over][0]] + "over" * over
        if mark not in self.marks:
            self.marks.append(mark)
        self.heading(lines[at][0], lines[at + 1 + over][1], self.marks.index(mark) + 1, lines[at + over])
        return 2 + over

    def _heading(self, lines: list[tuple[int, int]], at: int) -> int:
        """A heading without marks: numbered, in capitals, with a colon, or a short line that stands alone."""
        start, end = lines[at]
        words = self.text[start:end]
        count = len(words.split())
        if at or count > _WORDS or end - start > 80 or words.endswith(_ENDS):
            return 0
        alone = len(lines) == 1
        if numbered := _NUMBERED.match(words):
            # "1. Collect logs" above "2. Clean them" is a list.
            if not alone and _NUMBERED.match(self.text, *lines[1]):
                return 0
            self.heading(start, end, numbered[1].count(".") + 1, lines[at])
        elif words.isupper() and count <= 8 and sum(c.isalpha() for c in words) > 2:
            self.heading(start, end, 1, lines[at])
        elif (words.endswith((":", "：")) and count <= 6 and not self._is(_BULLET, lines[at])) or (
            alone and count <= 8 and (_KOREAN_MARK.match(words) or self._titled(words))
        ):
            self.heading(start, end, 2, lines[at])
        else:
            return 0
        return 1

    @staticmethod
    def _titled(words: str) -> bool:
        return not _BULLET.match(words) and words[0].isalpha() and (not words[0].islower()) and "|" not in words

    def block(self, start: int, end: int, kind: BlockKind) -> None:
        self.draft.blocks.append((start, end, kind, ""))

    def heading(self, start: int, end: int, level: int, words: tuple[int, int]) -> None:
        self.block(start, end, "heading")
        title = " ".join(self.text[slice(*words)].rstrip(" :：").split())
        self.draft.headings.append((start, level, title))

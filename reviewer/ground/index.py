"""A document as quotes see it: marks and spacing folded away, each stretch knowing where it stood.

Most of a text is the same before and after, so only the places that differ are kept: one pass of a regular
expression over the text, then `str.find` for each quote.
"""

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import NamedTuple

from reviewer.domain import Document, Evidence, Rejection
from reviewer.ground.clause import cells_out_of_scope
from reviewer.rubric.book import as_shown
from reviewer.rubric.unreal import real, unreal

_SENTENCE = 600  # characters beside a span that its sentence can reach

_FOLD = {
    **dict.fromkeys("‘’‚‛′´`ʼ＇", "'"),
    **dict.fromkeys("“”„‟″«»「」『』《》〈〉＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    "…": "...",
}
# Nobody sees these: soft hyphen, zero-width and direction marks, tag characters, Hangul fillers.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U000e0000-\U000e0fff]"
)
_INLINE = "a|abbr|b|big|code|em|font|i|ins|kbd|mark|q|small|span|strong|tt|u|var"
_BLOCK = "br|p|div|hr|h[1-6]|ul|ol|li|dl|dt|dd|table|thead|tbody|tfoot|tr|td|th|blockquote|pre|center|details|summary"
# Attributes have values, or "a <b and c> d" would be a tag. What lifts or strikes out text stays: 10<sup>6</sup>.
_ATTRIBUTES = r"""(?:[ ]+[\w:-]+[ ]?=[ ]?(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>=]+))*[ ]?/?>"""
# Marks at the start of a line. The numbers of a list stay: no digit is ever skipped.
_LINE = r"[ \n]*(?:(?:>|[-*+•·●]|\#{1,6})(?:[ ]+|(?=[>\n])))*(?:\[[ xX]\][ ]+)?(?:[-=*_:|\ ]{3,}(?=\n|\Z))?"
_CELLS = r"(?:[ |]|:?-{3,}:?(?=[ ]*\|))*"
# The first character comes from one class, which lets the search leap over all others; the ways look back at it.
# Most of them are single spaces, which are no markup.
_FIRST = r"[ \n|<\-\u00ad\]\[!*`~_\\&{}](?!(?<=[ ])[^ \n|])"
_MARKUP = (
    rf"(?P<space>(?<=[ ])(?:[ ]*\n{_LINE}|[ ]*\|{_CELLS}|[ ]+)|(?<=\n)(?=[ \n>*+•·●\#\[|=:_-]){_LINE}|(?<=\|){_CELLS}"
    rf"|(?<=<)/?(?:{_BLOCK}){_ATTRIBUTES})"
    r"|(?P<broken>(?<=[A-Za-z][-\u00ad])[ ]*\n[ >]*(?=[a-z]))"  # a word over two lines
    r'|(?P<target>(?<=\])(?:\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:[ ]"[^"\n]*")?\)|\[[^\]\n]*\]))'  # of a link
    rf"|(?P<tag>(?<=<)/?(?:{_INLINE}){_ATTRIBUTES})"
    r"|(?P<mark>(?:(?<=\[)|(?<=!)\[)(?=[^\[\]\n]*\](?:\(|\[))|(?<=\*)\**|(?<=`)`*|(?<=~)~+|(?<=_)_*"
    r"|(?<=\\)(?=[!-/:-@\[-`{-~]))"
    r"|(?P<entity>(?<=&)(?:[A-Za-z]{2,8}|\#\d{2,6});)"
)


def _pattern(marks: str = "", odd: str = "") -> re.Pattern[str]:
    """With ways for these combining marks and for these characters that fold to none or several."""
    ways = [rf"(?<=[{odd}])[{odd}]*"] if odd else []
    if marks:
        # A letter and its marks: the class of first characters would be all of them.
        return re.compile(rf"(?P<odd>[^{marks}\s][{marks}]+|[{odd or marks}]+)|{_FIRST.format('')}(?:{_MARKUP})")
    return re.compile(f"{_FIRST.format(odd)}(?:{_MARKUP}{''.join(f'|(?P<odd>{way})' for way in ways)})")


_PLAIN = _pattern()
# Without these on one line, there is no markup.
_MARK = re.compile(r"[|<\]\[!*`~_\\&]|^[>+#=:-]")


class _Piece(NamedTuple):
    text: str  # folded
    start: int  # in the original
    end: int
    kind: str | None  # of the markup; None for text


class Index:
    """Folded text that can tell where any of its stretches came from."""

    def __init__(self, text: str, *, hyphens: bool = False) -> None:
        pieces = [piece for piece in _pieces(text, hyphens) if piece.text]
        self._starts = [piece.start for piece in pieces]
        self._ends = [piece.end for piece in pieces]
        self._at = list(accumulate((len(piece.text) for piece in pieces), initial=0))
        self.text = "".join(piece.text for piece in pieces).replace("\n", " ")

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of a stretch of the folded text."""
        return self._original(start)[0], self._original(end - 1)[1]

    def _original(self, at: int) -> tuple[int, int]:
        piece = bisect_right(self._at, at) - 1
        start, end = self._starts[piece], self._ends[piece]
        if end - start != self._at[piece + 1] - self._at[piece]:
            return start, end  # a ligature, a composed letter: the whole of it
        start += at - self._at[piece]
        return start, start + 1


class Places:
    """A document ready for many look-ups."""

    def __init__(self, document: Document) -> None:
        self.document = document
        # Hidden parts are blanked out, so that no quote is found in them.
        self.index = Index(document.visible())
        self._blocks = [block.start for block in document.blocks]
        regions = document.regions
        self._regions = [region.start for region in regions]
        self._reach = list(accumulate((region.end for region in regions), max))
        # Models give the same sentences for several criteria, and sentences of the same paragraphs.
        self.located: dict[str, tuple[Evidence, ...] | Rejection] = {}
        self._said: dict[tuple[int, int], str] = {}
        self._real: dict[tuple[int, int], str] = {}

    def indexes(self) -> Iterator[Index]:
        """The folded text, then, if a word is broken at a hyphen of its own (state-of-the-art), with those kept."""
        yield self.index
        if self._hyphened is not None:
            yield self._hyphened

    @cached_property
    def _hyphened(self) -> Index | None:
        broken = re.search(r"[A-Za-z]-[ ]*\n[ >]*[a-z]", self.document.text)
        return Index(self.document.visible(), hyphens=True) if broken else None

    def blocks(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last block that the span touches, as positions in `document.blocks`."""
        return max(bisect_right(self._blocks, start) - 1, 0), max(bisect_left(self._blocks, end) - 1, 0)

    def said(self, start: int, end: int) -> str:
        """What the span says and holds to be so, as its readers see it."""
        if (start, end) not in self._said:
            self._said[start, end] = as_shown(self.real(start, end))
        return self._said[start, end]

    def real(self, start: int, end: int) -> str:
        """The span without what its sentence calls unreal: a condition, a denied claim, a struck-out line."""
        low, high = self._around(start, end)
        if (low, high) not in self._real:
            text = real(self.document.text[low:high])
            for left, right in self._cells_out_of_scope(low, high):
                text = f"{text[: left - low]}{' ' * (right - left)}{text[right - low :]}"
            self._real[low, high] = text
        return self._real[low, high][start - low : end - low]

    def _cells_out_of_scope(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """What of the span stands in a column that is out of scope."""
        first, last = self.blocks(start, end) if self._out_of_scope else (0, -1)
        for at in range(first, last + 1):
            for left, right in self._out_of_scope.get(at, ()):
                if left < end and start < right:
                    yield max(left, start), min(right, end)

    @cached_property
    def _out_of_scope(self) -> Mapping[int, list[tuple[int, int]]]:
        return cells_out_of_scope(self.document)

    def unreal(self, start: int, end: int) -> str | None:
        """Why nothing of the span is so, if nothing is."""
        return None if any(c.isalnum() for c in self.real(start, end)) else self.unreal_part(start, end)

    def unreal_part(self, start: int, end: int) -> str | None:
        """What of the span is not so, and why."""
        low, high = self._around(start, end)
        text = self.document.text[low:high]
        found = (s for s in unreal(text) if s[0] < end - low and start - low < s[1])
        why = next((f"{how}: “{' '.join(text[a:b].split())[:80]}”" for a, b, how in found), None)
        return why or ("listed as out of scope" if any(self._cells_out_of_scope(start, end)) else None)

    def _around(self, start: int, end: int) -> tuple[int, int]:
        """The blocks of the span, as far as a sentence can reach."""
        blocks = self.document.blocks
        if not blocks:
            return max(0, start - _SENTENCE), min(len(self.document.text), end + _SENTENCE)
        first, last = self.blocks(start, end)
        low, high = min(blocks[first].start, start), max(blocks[last].end, end)
        return max(low, start - _SENTENCE), min(high, end + _SENTENCE)

    def region(self, start: int, end: int) -> str | None:
        """The kind of a region that the span touches."""
        at = bisect_left(self._regions, end) - 1
        while at >= 0 and self._reach[at] > start:
            if self.document.regions[at].end > start:
                return self.document.regions[at].kind
            at -= 1
        return None


def folded(quote: str) -> tuple[str, tuple[str, ...]]:
    """A quote as the index holds it, and what was skipped of it that has words or figures of its own."""
    # A quote's line ends are its extractor's: marks after them are none, unless the document has them there.
    quote = " ".join(quote.split())
    if quote.isascii() and not _MARK.search(quote):
        return quote, ()
    pieces = list(_pieces(quote, hyphens=False))
    skipped = tuple(
        quote[piece.start : piece.end]
        for piece in pieces
        if piece.kind in ("target", "tag") and any(c.isalnum() for c in quote[piece.start : piece.end])
    )
    return "".join(piece.text for piece in pieces).replace("\n", " ").strip(), skipped


def _pieces(text: str, hyphens: bool) -> Iterator[_Piece]:
    """The text cut where folding changes its length; what changes one for one is changed in place."""
    for space in "\t\r\v\f":
        if space in text:
            text = text.replace(space, " ")
    pattern = _PLAIN
    if not text.isascii():
        text, pattern = _one_for_one(text)
    # A line end before the first line, whose marks look like any other's; it is no part of any piece.
    text, spaced, at = "\n" + text, True, 1
    for match in pattern.finditer(text):
        start, end = match.span()
        if at < start:
            plain = text[at:start]
            first = at
            if spaced and plain[0] in " \n":
                plain, first = plain[1:], at + 1
            if plain:
                yield _Piece(plain, first - 1, start - 1, None)
                spaced = plain[-1] in " \n"
        plain = _replacement(match, text, hyphens)
        if spaced:
            plain = plain.lstrip()
        yield _Piece(plain, max(start, 1) - 1, end - 1, match.lastgroup)
        spaced = plain[-1].isspace() if plain else spaced
        at = end
    if spaced and text[at : at + 1] in (" ", "\n"):
        at += 1
    if at < len(text):
        yield _Piece(text[at:], at - 1, len(text) - 1, None)


def _replacement(match: re.Match[str], text: str, hyphens: bool) -> str:
    kind, found = match.lastgroup, match[0]
    if kind == "space":
        return " "
    if kind == "broken":
        return "-" if hyphens and found[0] == "-" else ""
    if kind == "odd":
        return "".join(fold(c) for c in unicodedata.normalize("NFC", found))
    before, after = text[match.start() - 1], text[match.end() : match.end() + 1]
    if kind == "entity":
        plain = "".join(fold(c) for c in html.unescape(found))
        return found if len(plain) > 2 or any(c.isdigit() for c in plain) else plain
    # "5*3" is not 53, "a * b" holds no emphasis, and snake_case is one word.
    digits = before.isdigit() and after.isdigit()
    apart = before.isspace() and (not after or after.isspace())
    inside = found[0] == "_" and (before.isalnum() and after.isalnum())
    return found if kind == "mark" and (digits or apart or inside) else ""


def _one_for_one(text: str) -> tuple[str, re.Pattern[str]]:
    """Fold what keeps its length; the pattern finds the rest: ligatures, unseen characters, combining marks."""
    special = {c: fold(c) for c in set(text) if c > "\x7f"}
    marks = "".join(sorted(c for c in special if unicodedata.combining(c) or "\u1160" <= c <= "\u11ff"))
    same = {c: plain for c, plain in special.items() if plain != c and len(plain) == 1}
    if len(same) > 20:
        text = text.translate({ord(c): plain for c, plain in same.items()})
    else:
        for c, plain in same.items():
            text = text.replace(c, plain)
    odd = "".join(sorted(c for c, plain in special.items() if len(plain) != 1 and c not in marks))
    return text, _pattern(re.escape(marks), re.escape(odd)) if marks or odd else _PLAIN


@lru_cache(maxsize=8192)
def fold(char: str) -> str:
    """A character in its plain form. Digits stay as they are: a superscript or a circled 2 is no 2."""
    if char in _FOLD:
        return _FOLD[char]
    if _UNSEEN.match(char):
        return ""
    plain = unicodedata.normalize("NFKC", char)
    if any(c.isnumeric() for c in plain) and not char.isdecimal():
        return char
    return " " if plain.isspace() else "".join(_FOLD.get(c, c) for c in plain)

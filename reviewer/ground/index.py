"""A document as quotes see it: marks and spacing folded away, each character knowing where it stood."""

import re
import unicodedata
from array import array
from functools import lru_cache

from reviewer.domain import Document

_QUOTES = dict.fromkeys("‘’‚‛′´`ʼ＇", "'") | dict.fromkeys("“”„‟″«»「」『』《》〈〉＂", '"')
_DASHES = dict.fromkeys("‐‑‒–—―−﹣－", "-")
_FOLD = _QUOTES | _DASHES | {"…": "...", "\u00a0": " ", "\u3000": " "}
# Zero-width and direction marks, soft hyphen, tag characters: nobody sees them.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\U000e0000-\U000e007f]")

# What Markdown and HTML add to the words. Order matters: a link before a bracket, a rule before a list mark.
_MARKUP = re.compile(
    r"""
    (?P<linebreak>(?<=[A-Za-z])-[ \t]*\n[ \t>]*(?=[a-z]))        # a word broken over two lines
  | (?P<link>\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s"[^"\n]*")?\)|\]\[[^\]\n]*\])  # a link's target
  | (?P<open>!?\[(?=[^\[\]\n]*\](?:\(|\[)))                      # and the bracket before its text
  | (?P<tag></?[A-Za-z][A-Za-z0-9]*(?:\s[^<>\n]*)?/?>)
  | (?P<line>(?:^|(?<=\n))[ \t]*(?:(?:>[ \t]?)+|(?:[-*+•·●][ \t]+)|(?:\#{1,6}[ \t]+)|(?:\d{1,3}[.)][ \t]+)
        |(?:[-=*_:| \t]{3,}(?=\n|\Z)))*(?:\[[ xX]\][ \t]+)?)
  | (?P<emphasis>\*+|~~+|`+|(?<![A-Za-z0-9_])_+(?=\S)|(?<=\S)_+(?![A-Za-z0-9_]))
  | (?P<pipe>\|)
  | (?P<escape>\\(?=[!-/:-@\[-`{-~]))
    """,
    re.VERBOSE,
)

_RUN = re.compile(r"(?P<space>\s+)|(?P<ascii>[!-~]+)|(?P<other>.)", re.DOTALL)


class Index:
    """Folded text with, for each of its characters, the offset of the one it came from."""

    def __init__(self, text: str) -> None:
        chars: list[str] = []
        offsets = array("I")
        at = 0
        for mark in _MARKUP.finditer(text):
            self._plain(text, at, mark.start(), chars, offsets)
            # A cell's border and a line's mark part words; emphasis does not.
            if mark.lastgroup in ("pipe", "line") and mark.end() > mark.start():
                self._space(mark.start(), chars, offsets)
            at = mark.end()
        self._plain(text, at, len(text), chars, offsets)
        self.text, self.offsets = "".join(chars), offsets

    def _plain(self, text: str, start: int, end: int, chars: list[str], offsets: "array[int]") -> None:
        for run in _RUN.finditer(text, start, end):
            if run.lastgroup == "space":
                self._space(run.start(), chars, offsets)
            elif run.lastgroup == "ascii":
                chars.extend(run[0])
                offsets.extend(range(run.start(), run.end()))
            elif not _INVISIBLE.match(run[0]):
                plain = fold(run[0])
                chars.extend(plain)
                offsets.extend([run.start()] * len(plain))

    def _space(self, at: int, chars: list[str], offsets: "array[int]") -> None:
        if chars and chars[-1] != " ":
            chars.append(" ")
            offsets.append(at)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of a run of the folded text."""
        return self.offsets[start], self.offsets[end - 1] + 1


@lru_cache(maxsize=4096)
def fold(char: str) -> str:
    """A character in its plain form. Digits stay as they are: a superscript or a circled 2 is no 2."""
    if char in _FOLD:
        return _FOLD[char]
    plain = unicodedata.normalize("NFKC", char)
    if any(c.isdigit() for c in plain) and not char.isdecimal():
        return char
    if plain.isspace():
        return " "
    return "".join(_FOLD.get(c, c) for c in plain)


def folded(quote: str) -> str:
    """A quote as the index holds it."""
    return Index(quote).text.strip()


def index(document: Document) -> Index:
    """The document's text; hidden parts are blanked out, so that no quote can be found in them."""
    return Index(document.visible())

"""Words that patterns name, told by looking them up: most of a rubric's cues need no search through a text."""

import re
from collections import defaultdict
from collections.abc import Iterable

_ALTERNATIVES = re.compile(r"\\b(?:\((?:\?:)?(.*)\)|(\w+(?:\?|\\w\*)?))\\b", re.DOTALL | re.ASCII)
_STRANGE = re.compile(r"\(\?(?!:)|\[:|\\Q")  # flags, and what else would have to be read to part a pattern
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\[()|]+|.", re.DOTALL)
_PLAIN = re.compile(r"(\w+)(\w\?|\\w\*)?", re.ASCII)


class Words:
    """Whole words, and beginnings of words, each with the tokens that it stands for."""

    def __init__(self) -> None:
        self._whole: dict[str, set[str]] = defaultdict(set)
        self._begun: dict[str, set[str]] = defaultdict(set)
        self._lengths: set[int] = set()  # of beginnings

    def take(self, pattern: str, tokens: Iterable[str]) -> str:
        r"""Take the alternatives of a pattern that are plain words, and give a pattern of the others; empty if none is.

        Of `\b(?:tags?|label\w*|ground truth)\b`, `\b(?:ground truth)\b` is left.
        """
        parted = _ALTERNATIVES.fullmatch(pattern)
        ways = _ways(parted[1] or parted[2]) if parted and not _STRANGE.search(pattern) else []
        others = []
        for way in ways:
            if word := _PLAIN.fullmatch(way):
                self._add(word[1].lower(), (word[2] or "").lower(), tokens)
            else:
                others.append(way)
        if len(others) == len(ways):
            return pattern
        return rf"\b(?:{'|'.join(others)})\b" if others else ""

    def _add(self, word: str, ending: str, tokens: Iterable[str]) -> None:
        if ending == r"\w*":
            self._begun[word].update(tokens)
            self._lengths.add(len(word))
            return
        self._whole[word].update(tokens)
        if ending:
            self._whole[word + ending[0]].update(tokens)

    def tokens(self, word: str) -> frozenset[str]:
        """What this word stands for."""
        word = word.lower()
        begun = [tokens for length in self._lengths if (tokens := self._begun.get(word[:length]))]
        return frozenset(self._whole.get(word, ())).union(*begun)


def _ways(body: str) -> list[str]:
    """The alternatives of what stands in a group; none if it is not the inside of one."""
    ways, depth = [""], 0
    for piece in _PIECE.findall(body):
        depth += (piece == "(") - (piece == ")")
        if depth < 0:
            return []
        if piece == "|" and not depth:
            ways.append("")
        else:
            ways[-1] += piece
    return ways

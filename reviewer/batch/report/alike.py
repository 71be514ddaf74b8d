"""Proposals that are nearly the same text: found by MinHash, then measured exactly."""

import re
import tempfile
from array import array
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

from reviewer.errors import OutputError

ALIKE = 0.5  # share of common word triples from which two texts are told together
_SAME = 0.95  # from there on a text is found whenever its first copy is: copies of copies need no place in the index
_WIDTH = 3
_PERMUTATIONS = 128
_HOPELESS = 39  # equal ones of these: texts that are as alike as `ALIKE` have fewer once in 400,000
_AT_ONCE = 4096  # triples that are hashed together: 4 MB, however long the text
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Copy:
    """A text, and which earlier one it is most alike."""

    text: int  # in the order in which they were added
    of: int
    similarity: float  # 0-1: common word triples over all of both (Jaccard)


@dataclass(slots=True)
class Alike:
    """The index. The word triples themselves wait on disk, so that memory does not grow with the texts' length."""

    copies: list[Copy] = field(default_factory=list)
    available: bool = False
    _index: Any = None
    _minhash: Any = None
    _spool: Any = None
    _where: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            from datasketch import MinHash, MinHashLSH
        except ModuleNotFoundError:
            return  # the page says so, and which extra brings it
        self.available = True
        # A pair that is missed is worse than one that is measured in vain.
        self._index = MinHashLSH(threshold=ALIKE, num_perm=_PERMUTATIONS, weights=(0.2, 0.8))
        self._minhash = MinHash(num_perm=_PERMUTATIONS, hashfunc=int)
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the index

    def add(self, number: int, text: str) -> None:
        """Compare a text with all before it. Raises OutputError where the temporary folder is full."""
        try:
            self._add(number, text)
        except OSError as error:
            folder = tempfile.gettempdir()
            raise OutputError(f"{folder}: cannot write: {error.strerror}; free space there, or set TMPDIR") from error

    def _add(self, number: int, text: str) -> None:
        triples = _triples(text)
        if not self.available or not triples:
            return
        sketch = self._minhash.copy()
        listed = list(triples)
        for start in range(0, len(listed), _AT_ONCE):
            sketch.update_batch(listed[start : start + _AT_ONCE])
        measured = [(self._similarity(triples, sketch, other), -other) for other in self._index.query(sketch)]
        similarity, other = max(measured, default=(0.0, 0))
        if similarity >= ALIKE:
            self.copies.append(Copy(number, -other, similarity))
        if similarity < _SAME:
            self._index.insert(number, sketch)
            self._keep(number, sketch.hashvalues.tobytes(), triples)

    def groups(self) -> list[list[Copy]]:
        """Copies by the text that they go back to, the largest group first."""
        root: dict[int, int] = {}
        groups: dict[int, list[Copy]] = {}
        for copy in self.copies:  # an earlier text's root is known before its copies come
            root[copy.text] = root.get(copy.of, copy.of)
            groups.setdefault(root[copy.text], []).append(copy)
        return sorted(groups.values(), key=len, reverse=True)

    def _keep(self, number: int, sketch: bytes, triples: set[int]) -> None:
        data = array("I", triples).tobytes()
        self._where[number] = (self._spool.seek(0, 2), len(sketch), len(data))
        self._spool.write(sketch + data)

    def _similarity(self, triples: set[int], sketch: Any, number: int) -> float:
        """Of a text and a kept one; 0 where their sketches tell that it is too little to be measured."""
        from numpy import count_nonzero, frombuffer

        start, length, many = self._where[number]
        self._spool.seek(start)
        equal = count_nonzero(frombuffer(self._spool.read(length), sketch.hashvalues.dtype) == sketch.hashvalues)
        if equal < _HOPELESS:
            return 0.0
        kept = array("I", self._spool.read(many))
        common = len(triples.intersection(kept))
        return common / (len(triples) + len(kept) - common)


def _triples(text: str) -> set[int]:
    words = _WORD.findall(text.casefold())
    triples = zip(*(words[at:] for at in range(_WIDTH)), strict=False)
    return {crc32(" ".join(triple).encode("utf-8", "replace")) for triple in triples}

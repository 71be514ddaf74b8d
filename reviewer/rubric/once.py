"""What is made of a rubric once, however many documents are measured against it."""

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

Of = TypeVar("Of")
Made = TypeVar("Made")

_KEPT = 8  # rubrics that are in use at the same time


class _Same(Generic[Of]):
    """A thing as a key: rubrics hold mappings, and so have no hash of their own."""

    __slots__ = ("of",)

    def __init__(self, of: Of) -> None:
        self.of = of

    def __hash__(self) -> int:
        return id(self.of)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.of is self.of


def once(make: Callable[[Of], Made]) -> Callable[[Of], Made]:
    """The same function, but it remembers what it made of the last few things."""
    kept = lru_cache(maxsize=_KEPT)(lambda same: make(same.of))
    return lambda of: kept(_Same(of))

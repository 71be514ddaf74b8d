"""Which sentences of one text the other does not have."""

import re

from reviewer.domain import Evidence, Review

_NOISE = re.compile(r"[\W_]+")


def absent(evidence: tuple[Evidence, ...], other: str) -> tuple[Evidence, ...]:
    """The sentences that the other text, given as its `words`, does not have. None where it is not at hand."""
    return tuple(e for e in evidence if words(e.quote) not in other) if other else ()


def stands(evidence: tuple[Evidence, ...], other: Review) -> bool:
    """Does the other text, where it is at hand, have every one of the sentences?"""
    text = words(other.document.text)
    return bool(evidence and text) and not absent(evidence, text)


def words(text: str) -> str:
    """Words and figures alone in one spacing: moved, wrapped or emphasised otherwise, a sentence is the same."""
    return _NOISE.sub(" ", text).strip().casefold()

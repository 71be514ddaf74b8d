"""Where somebody else's quotes stand in a document, by the same rules as a model's."""

from collections.abc import Iterable

from reviewer.domain import Document, Rejection
from reviewer.ground.find import locate
from reviewer.ground.index import Places


def find_quotes(document: Document, quotes: Iterable[str]) -> tuple[tuple[int, int], ...]:
    """The spans of the quotes that are there; the others are left out."""
    places = Places(document)
    spans: list[tuple[int, int]] = []
    for quote in quotes:
        found = locate(quote, places)
        if not isinstance(found, Rejection):
            spans += [(one.start, one.end) for one in found]
    return tuple(spans)

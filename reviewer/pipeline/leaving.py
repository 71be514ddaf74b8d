"""What a proposal would give away: told before its text leaves this machine, and stopped where the user wants that."""

import logging
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.domain import Document, Notice
from reviewer.errors import InputError

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings

_PLACES = 5  # of one thing that are named
_LOG = logging.getLogger("reviewer")  # without a handler of the user's, Python prints its warnings to stderr


def check_leaving(document: Document, model: "ModelSettings") -> None:
    """Warn of secrets and personal data that the model's host would see; with `block_secrets`, raise InputError."""
    from reviewer.llm.providers import host_of

    held, host = leaving(document, model), host_of(model)
    if not held:
        return
    if model.block_secrets:
        raise InputError(
            f"{document.name}: holds {held}. Nothing of it was sent to {host}; take that out, or drop --block-secrets"
        )
    _LOG.warning("reviewer: %s: %s will see %s; to stop instead: --block-secrets", document.name, host, held)


def leaving(document: Document, model: "ModelSettings") -> str:
    """The secrets and personal data that the model's host would see, with their places; empty for this machine."""
    from reviewer.llm.providers import is_local

    return "" if is_local(model) else "; ".join(_held(document))


def _held(document: Document) -> Iterator[str]:
    """Each thing with its places, never with its words."""
    from reviewer.parse.sensitive import sensitive

    found: dict[str, list[str]] = {}
    for notice in sensitive(document):
        if not _unsent(notice, document):
            found.setdefault(notice.message, []).append(_place(notice.start or 0, document))
    for what, places in found.items():
        told = ", ".join(islice(dict.fromkeys(places), _PLACES))
        more = len(set(places)) - _PLACES
        yield f"{what} ({told}{f' and {more} more' if more > 0 else ''})"


def _unsent(notice: Notice, document: Document) -> bool:
    """Does it stand in a region? What cannot be evidence is shown to no model."""
    start, end = notice.start or 0, notice.end or 0
    return any(region.start <= start and end <= region.end for region in document.regions)


def _place(offset: int, document: Document) -> str:
    return document.place(offset) or f"line {document.line(offset)}"

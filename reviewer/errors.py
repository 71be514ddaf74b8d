"""Everything that a user can put right, as one small tree; anything else is a bug and shows as one.

    ReviewerError
    ├── InputError       the document, a label file or a record cannot be used             exit 2
    ├── RubricError      a rubric file is wrong                                            exit 2
    ├── SettingsError    a flag, a variable or a settings file is wrong                    exit 2
    ├── ProviderError    the model could not be used; children say why                     exit 3
    │   ├── CredentialError     no key, a wrong key, not allowed
    │   ├── UnknownModelError   the model or the path does not exist there
    │   ├── UnreachableError    no connection, or the server is broken
    │   ├── DeadlineError       no answer in time
    │   ├── RateLimitError      too many requests, after waiting
    │   ├── QuotaError          the account is out of money: nobody should call again
    │   ├── TooLongError        more tokens than the model reads
    │   ├── RefusedError        the model or its filter refused this document
    │   ├── CutAnswerError      the answer was cut before its end
    │   └── BadAnswerError      the answer is not the JSON that was asked for
    ├── IncompleteError  the document could not be reviewed as a whole                     exit 4
    ├── OutputError      the result cannot be written                                      exit 5
    └── BudgetError      the budget that the user set is reached                           exit 6

A message says what happened, where, and what to do next.
"""

import re
from collections.abc import Iterable
from typing import Any

# Controls but tab and line feed, and what turns the direction of a line.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


_UNSEEN = {
    at: chr(at).encode("unicode_escape").decode()
    for at in (9, 10, 0x2028, 0x2029, *range(0x200B, 0x200E), *range(0x2060, 0x2065), 0xFEFF, *range(0xE0000, 0xE0080))
}


def printable(text: str) -> str:
    """The text with what steers a terminal spelled out: \\x1b for an escape."""
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(name: str) -> str:
    """A name on one line and with every letter seen: no part of it can pass for a line of ours, or for a command."""
    return printable(name).translate(_UNSEEN)


def meant(word: str, known: Iterable[str], otherwise: str | None = None, alike: float = 0.6) -> str:
    """The remedy for a name that is not known: the one that it is most like, or else this, or all of them."""
    from difflib import get_close_matches

    names = [name for name in known if name != word]  # a link to itself is there, and is no file
    if near := get_close_matches(word, names, n=1, cutoff=alike):
        return f"did you mean '{one_line(near[0])}'?"
    return f"it knows: {', '.join(names[:12]) or 'none'}" if otherwise is None else otherwise


class ReviewerError(Exception):
    """Something that the user can put right. A name in its message may be anybody's: it must not steer a terminal."""

    exit_code = 2

    def __str__(self) -> str:
        return printable(super().__str__())


class InputError(ReviewerError):
    """A document, record or label file that cannot be used."""


class RubricError(ReviewerError):
    """A rubric that cannot be used; the message names file and line."""


class SettingsError(ReviewerError):
    """A flag, an environment variable or a settings file that cannot be used."""


class ProviderError(ReviewerError):
    """A model provider that could not be used. `final` means that no other document will fare better."""

    exit_code = 3
    final = False
    calls = 0  # that were made in vain, for the record,
    spent: Any = (None, None)  # and their usage and cost; None: not known


class CredentialError(ProviderError):
    """No key, a wrong key, or a key that may not do this."""

    final = True


class UnknownModelError(ProviderError):
    """The provider does not have this model, or the base URL has no such path."""

    final = True


class UnreachableError(ProviderError):
    """No connection, or a server that only answers with its own errors."""


class DeadlineError(ProviderError):
    """No answer within the time that the user allows."""


class RateLimitError(ProviderError):
    """The provider asked to slow down for longer than the user allows."""


class QuotaError(ProviderError):
    """The account has no credit left; further calls are pointless."""

    final = True


class TooLongError(ProviderError):
    """The request holds more tokens than the model reads."""


class RefusedError(ProviderError):
    """The model, or a filter before it, refused this document."""


class CutAnswerError(ProviderError):
    """The answer ended before it was whole."""


class BadAnswerError(ProviderError):
    """The answer is not the JSON that was asked for."""


class IncompleteError(ReviewerError):
    """The document could be read only in part, or is not a proposal; no figure would be honest."""

    exit_code = 4


class OutputError(ReviewerError):
    """The result could not be written."""

    exit_code = 5


class BudgetError(ReviewerError):
    """The next call would cross the budget that the user set."""

    exit_code = 6

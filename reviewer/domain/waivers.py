"""A finding that somebody answers for. It stays in view and moves no figure; only a condition passes it by."""

import re
from datetime import date
from typing import Literal

from reviewer.domain.base import Frozen

WaiverState = Literal["holds", "expired"]

# In a proposal: `reviewer:ignore CRITERION reason`, as an HTML comment or as a line of its own.
_DIRECTIVE = re.compile(
    r"<!--\s*reviewer:ignore\b(?P<comment>(?:(?!-->)[\s\S]){0,600})-->|^[ \t]*reviewer:ignore\b(?P<line>[^\n]{0,600})$",
    re.MULTILINE,
)


class Directive(Frozen):
    """What a proposal asks to have ignored."""

    start: int
    end: int
    criterion: str
    why: str


class Waiver(Frozen):
    """An entry of a file of waivers."""

    finding: str  # an id ("missing.labels") or a fingerprint
    files: str = ""  # a glob on the document's name; empty: every document
    who: str
    why: str
    when: date | None = None
    until: date | None = None  # the last day on which it holds
    where: str  # file and line, for people


class Waived(Frozen):
    """A finding of a review that a waiver is about."""

    fingerprint: str
    finding: str
    state: WaiverState
    who: str  # empty where the proposal itself asks for it
    why: str
    when: date | None = None
    until: date | None = None
    where: str


def directives(text: str) -> tuple[Directive, ...]:
    """Every `reviewer:ignore` of a text."""
    if "reviewer:ignore" not in text:
        return ()
    found = []
    for match in _DIRECTIVE.finditer(text):
        said = (match["comment"] if match["comment"] is not None else match["line"]).split(None, 1)
        criterion, why = (*said, "", "")[:2]
        start = match.end() - len(match[0].lstrip())
        found.append(Directive(start=start, end=match.end(), criterion=criterion, why=" ".join(why.split())))
    return tuple(found)

"""A row's record, or a word why it has none."""

from pathlib import Path

from reviewer.batch.report.words import WORDS
from reviewer.batch.rows import Row
from reviewer.domain import Review, Rubric, Scorecard
from reviewer.domain.base import Frozen
from reviewer.errors import InputError
from reviewer.pipeline import read_record, say


class Written(Frozen):
    """What a report came to."""

    reviewed: int
    unreviewed: int
    files: tuple[Path, ...]  # those to open first


def record_of(row: Row, rubric: Rubric, language: str | None) -> tuple[Review, Scorecard] | str:
    """The review of this row, with figures for this rubric's axes; or why there is none."""
    tell = say(language or "en", WORDS)
    if row.state == "pending":
        return tell("unread.pending")
    if row.state != "reviewed":
        return row.reason
    try:
        review = read_record(row.record or b"", row.name)
    except InputError as error:
        return str(error)
    card = review.scorecard
    if review.status != "reviewed" or card is None or not {axis.id for axis in rubric.axes} <= card.axes.keys():
        return tell("unread.record")
    return review, card

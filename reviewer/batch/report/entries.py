"""What the page needs of each document: a few hundred bytes, so that an archive's records need not be held."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.batch.report.files import safe_name
from reviewer.batch.rows import Row
from reviewer.domain import AxisScore, Review, Rubric, Scorecard
from reviewer.pipeline import folded, shortened

_LONGEST = 200  # characters of a name or reason that are shown


@dataclass(frozen=True, slots=True)
class Entry:
    """A reviewed document."""

    id: str
    name: str  # on one line, not yet escaped
    report: str  # the file in reports/
    verdict: str
    quadrant: str
    archetype: str
    axes: tuple[AxisScore, ...]  # in the rubric's order
    overall: AxisScore  # the mean of the axes, with bounds that hold for it
    completeness: float
    lacks: tuple[int, ...]  # indices into `asked(rubric)`


@dataclass(frozen=True, slots=True)
class Left:
    """A document that was not reviewed, and why."""

    name: str
    state: str
    reason: str


def entry(row: Row, review: Review, card: Scorecard, rubric: Rubric) -> Entry:
    """What is kept of a review."""
    axes = tuple(card.axes[axis.id] for axis in rubric.axes)
    return Entry(
        id=row.id,
        name=shown(row.name),
        report=safe_name(row, ".html"),
        verdict=card.verdict or "",
        quadrant=card.quadrant or "",
        archetype=card.archetype or "",
        axes=axes,
        overall=AxisScore(
            point=_mean([a.point for a in axes]), low=_mean([a.low for a in axes]), high=_mean([a.high for a in axes])
        ),
        completeness=card.completeness,
        lacks=tuple(missing(review, rubric)),
    )


def left(row: Row, why: str) -> Left:
    """What is told of a document that was not reviewed."""
    # Reviewed, and yet without figures that can be used: to a reader it failed.
    return Left(name=shown(row.name), state="failed" if row.state == "reviewed" else row.state, reason=shown(why))


def asked(rubric: Rubric) -> list[str]:
    """The criteria that a proposal can leave unsaid."""
    return [c.id for c in rubric.criteria if c.kind == "stated" and c.weight > 0]


def missing(review: Review, rubric: Rubric) -> Iterator[int]:
    """Which of `asked` the proposal does not say; what it claims without proof counts as not said.

    A criterion that came into the rubric after the review was not looked for: nobody knows.
    """
    answers = {fact.criterion: fact.value for fact in review.facts}
    for index, name in enumerate(asked(rubric)):
        unknown = rubric.by_id[name].unknown
        if answers.get(name) in (unknown, (unknown,)):
            yield index


def shown(text: str) -> str:
    """A name or reason on one line of bearable length."""
    return shortened(folded(text), _LONGEST) or "?"


def file_name(name: str) -> str:
    """A document's name without where it is."""
    return re.split(r"[/\\]", name)[-1] or name


def common_folder(names: Iterable[str]) -> str:
    """The folder that all names begin with: told once, it makes every line shorter."""
    shared: list[str] = []
    for parts in zip(*(name.split("/")[:-1] for name in names), strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "".join(f"{part}/" for part in shared)


def _mean(figures: Sequence[float]) -> float:
    return sum(figures) / len(figures)

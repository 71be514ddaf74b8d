"""Who stands before whom, as far as anybody can know."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.batch.report.entries import Entry


@dataclass(frozen=True, slots=True)
class Ranked:
    """An entry with its place by what is written, and the places that it can still take."""

    entry: Entry
    place: int  # 1 is the best; those with the same figure share it
    tied: bool
    best: int
    worst: int


def ranked(entries: Sequence[Entry]) -> list[Ranked]:
    """Entries from the highest figure to the lowest; those with the same figure in the order of their names.

    `best` counts those that are above whatever the unsaid turns out to be, `worst` those that are surely below:
    two whose ranges overlap may stand in either order.
    """
    ordered = sorted(entries, key=lambda e: (-_shown(e.overall.point), e.name.casefold(), e.id))
    figures = sorted(_shown(e.overall.point) for e in entries)
    counted = Counter(figures)
    lows = sorted(_shown(e.overall.low) for e in entries)
    highs = sorted(_shown(e.overall.high) for e in entries)
    return [
        Ranked(
            entry=one,
            place=1 + _above(figures, _shown(one.overall.point)),
            tied=counted[_shown(one.overall.point)] > 1,
            best=1 + _above(lows, _shown(one.overall.high)),
            worst=len(highs) - bisect_left(highs, _shown(one.overall.low)),  # less those surely below
        )
        for one in ordered
    ]


def _above(figures: Sequence[int], figure: int) -> int:
    return len(figures) - bisect_right(figures, figure)


def _shown(figure: float) -> int:
    """A figure as it is shown: what differs by less is the same to a reader."""
    return int(figure + 0.5)

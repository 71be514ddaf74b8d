"""Who stands before whom, as far as anybody can know."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.batch.report.entries import Entry

# Figures are shown whole; what differs by less is the same figure to a reader.
_SAME = 0.5


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
    ordered = sorted(entries, key=lambda e: (-_figure(e), e.name.casefold(), e.id))
    lows = sorted(e.overall.low for e in entries)
    highs = sorted(e.overall.high for e in entries)
    figures = sorted(_figure(e) for e in entries)
    return [
        Ranked(
            entry=entry,
            place=1 + len(figures) - bisect_right(figures, _figure(entry)),
            tied=bisect_right(figures, _figure(entry)) - bisect_left(figures, _figure(entry)) > 1,
            best=1 + len(lows) - bisect_right(lows, entry.overall.high),
            worst=len(highs) - bisect_left(highs, entry.overall.low),
        )
        for entry in ordered
    ]


def _figure(entry: Entry) -> int:
    return int(entry.overall.point + _SAME)

"""Two runs beside each other: which verdicts changed, which axes moved, and who is only in one."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, NamedTuple

from reviewer.batch.store import Link, Store
from reviewer.compare import compare
from reviewer.domain import Rubric
from reviewer.domain.comparison import Comparison
from reviewer.pipeline import read_record, whole

_SEEN = 0.05  # of a point; a smaller step nobody sees


class Pairs(NamedTuple):
    """Who is who in two runs."""

    both: list[tuple[Link, Link]]
    gone: list[Link]
    added: list[Link]


class Differences:
    """Walk through `each` first: it counts as it goes, and holds no record longer than it must."""

    def __init__(self, old: Store, new: Store, rubric: Rubric) -> None:
        self._old, self._new, self._rubric = old, new, rubric
        self._pairs = paired(list(old.links()), list(new.links()))
        self._verdicts: Counter[str] = Counter()
        self._moves: dict[str, list[float]] = {axis.id: [] for axis in rubric.axes}
        self._compared = self._other_reader = 0
        self._not: list[str] = []

    def each(self) -> Iterator[Comparison]:
        """The comparison of each document that both runs reviewed, in the new run's order."""
        for was, now in self._pairs.both:
            before, after = self._old.record(was.id), self._new.record(now.id)
            if before is None or after is None:
                self._not.append(now.name)
                continue
            found = compare(read_record(before, was.name), read_record(after, now.name), self._rubric)
            if found.obstacle is not None:
                self._not.append(now.name)
                continue
            self._compared += 1
            self._other_reader += "other_reader" in found.caveats
            if found.verdict and found.verdict.before != found.verdict.after:
                self._verdicts[f"{found.verdict.before} → {found.verdict.after}"] += 1
            for axis, step in steps(found).items():
                self._moves[axis].append(step)
            yield found

    def summary(self) -> dict[str, Any]:
        """What it comes to."""
        moves = {axis: [step for step in moved if abs(step) >= _SEEN] for axis, moved in self._moves.items()}
        return {
            "compared": self._compared,
            "other_reader": self._other_reader,
            "verdicts": dict(self._verdicts.most_common()),
            "axes": {
                axis: {
                    "up": sum(step > 0 for step in moved),
                    "down": sum(step < 0 for step in moved),
                    "mean": round(sum(moved) / max(1, self._compared), 2),
                }
                for axis, moved in moves.items()
            },
            "not_compared": self._not,
            "only_old": [link.name for link in self._pairs.gone],
            "only_new": [link.name for link in self._pairs.added],
        }


def paired(old: Sequence[Link], new: Sequence[Link]) -> Pairs:
    """By name, then by content, then by a file name that each side has once: a folder may have moved as a whole."""
    keys: tuple[Callable[[Link], str | None], ...] = (
        lambda link: link.name,
        lambda link: link.content,
        lambda link: PurePosixPath(link.name).name,
    )
    left, right, found = list(old), list(new), dict[str, Link]()
    for key in keys:
        once = [Counter(map(key, side)) for side in (left, right)]
        mine = {key(link): link for link in left}
        for link in right:
            if (name := key(link)) and once[0][name] == once[1][name] == 1:
                found[link.id] = mine[name]
        taken = {link.id for link in found.values()}
        left = [link for link in left if link.id not in taken]
        right = [link for link in right if link.id not in found]
    return Pairs([(found[link.id], link) for link in new if link.id in found], left, right)


def steps(comparison: Comparison) -> dict[str, float]:
    """How far each axis moved."""
    return {
        axis: move.after.point - move.before.point
        for axis, move in comparison.axes.items()
        if move.before is not None and move.after is not None
    }


def line(comparison: Comparison) -> str:
    """What moved, in one line; empty where nothing did."""
    parts = []
    if comparison.verdict and comparison.verdict.before != comparison.verdict.after:
        parts.append(f"{comparison.verdict.before} → {comparison.verdict.after}")
    for axis, step in steps(comparison).items():
        if abs(step) >= _SEEN:
            move = comparison.axes[axis]
            before, after = move.before.point, move.after.point  # type: ignore[union-attr]
            # A step that would be lost in the rounding is shown.
            figure = whole if whole(before) != whole(after) else "{:.1f}".format
            parts.append(f"{axis} {figure(before)} → {figure(after)}")
    states = Counter(change.state for change in comparison.findings)
    parts += [f"{states[state]} {state}" for state in ("fixed", "new", "regressed") if states[state]]
    return f"{comparison.new.name}: {', '.join(parts)}" if parts else ""


def told(summary: dict[str, Any]) -> str:
    """The summary for people."""
    lines = [f"{summary['compared']:,} compared"]
    if count := summary["other_reader"]:
        lines.append(f"  {count:,} read by another engine or model than before: a difference may be the reader's")
    lines += [f"  verdict {change}: {times:,}" for change, times in summary["verdicts"].items()]
    for axis, moved in summary["axes"].items():
        lines.append(f"  {axis}: {moved['up']:,} up, {moved['down']:,} down, {moved['mean']:+.1f} in the mean")
    for key, words in (
        ("not_compared", "not compared (unreviewed, or other questions)"),
        ("only_old", "only old"),
        ("only_new", "only new"),
    ):
        if names := summary[key]:
            more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
            lines.append(f"{words}: {len(names):,} ({', '.join(names[:5])}{more})")
    return "\n".join(lines) + "\n"

"""What would follow if something were said: greedy by gain, then exact for small sets."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from reviewer.domain import Change, Counterfactual, Criterion, GateResult, Rubric, Shift
from reviewer.score.axes import Answers, Axes, Sums
from reviewer.score.verdict import ORDER, Decision, best_verdict, gate_states, judge

BEST = 12  # changes that are combined
EXACT = 3  # size up to which every set of them is tried
SHOWN = 5  # single changes that are told


class _Outcome(NamedTuple):
    """What follows from some changes."""

    changes: tuple[Change, ...]
    point: dict[str, float]
    gain: float
    verdict: Decision | None
    quadrant: str | None


def counterfactuals(
    sums: Sums, gates: tuple[GateResult, ...], rubric: Rubric, axes: Axes
) -> tuple[Counterfactual, ...]:
    """First the smallest set that lifts the verdict, if one is found; then single changes by gain."""
    what_if = _WhatIf(sums, gates, rubric, axes)
    changes = [Change(criterion=c.id, value=c.answer) for c in rubric.criteria if c.answer and _open(c, sums.answers)]
    singles = [what_if.outcome((change,)) for change in changes]
    singles.sort(key=lambda one: (-_rank(one.verdict), -one.gain, one.changes[0].criterion))
    lift = _lift(singles, what_if)
    told = [one for one in singles if one.gain > 0][:SHOWN]
    return (
        *([lift] if lift else []),
        *(what_if.say(one, minimal=True) for one in told if lift is None or one.changes != lift.changes),
    )


def _open(criterion: Criterion, answers: Answers) -> bool:
    """Can it be answered by writing? Silence can, and so can words where a figure would count more."""
    value = answers[criterion.id]
    if value == criterion.unknown:
        return True
    step = criterion.by_id[criterion.answer or ""].falls_to
    while step is not None:
        if step == value:
            return criterion.points(value) < criterion.points(criterion.answer or "")
        step = criterion.by_id[step].falls_to
    return False


class _WhatIf:
    """The score of one document with more said."""

    def __init__(self, sums: Sums, gates: tuple[GateResult, ...], rubric: Rubric, axes: Axes) -> None:
        self._sums, self._rubric, self._axes = sums, rubric, axes
        self.gates = gates
        self.before = axes.points(sums)
        self.verdict, _ = judge(self.before, [gate.state for gate in gates], rubric)

    def outcome(self, changes: tuple[Change, ...]) -> _Outcome:
        """Points, verdict and quadrant with these changes."""
        sums = self._axes.changed(self._sums, {change.criterion: change.value for change in changes})
        point = self._axes.points(sums)
        gain = round(sum(point[axis] - self.before[axis] for axis in point), 1)
        states = gate_states(sums.keys, self._rubric)
        return _Outcome(changes, point, gain, *judge(point, states, self._rubric))

    def lifts(self, sets: Iterable[tuple[Change, ...]]) -> Iterator[_Outcome]:
        """What lifts the verdict. The gates are asked first: they are soon read, and hold most sets back."""
        now = _rank(self.verdict)
        for changes in sets:
            keys = {**self._sums.keys, **{change.criterion: change.value for change in changes}}
            if _rank(best_verdict(gate_states(keys, self._rubric))) > now:
                one = self.outcome(changes)
                if _rank(one.verdict) > now:
                    yield one

    def say(self, one: _Outcome, *, minimal: bool) -> Counterfactual:
        """The outcome as it is stored."""
        return Counterfactual(
            changes=one.changes,
            axes={axis: Shift(before=self.before[axis], after=after) for axis, after in one.point.items()},
            verdict=one.verdict,
            quadrant=one.quadrant,
            gain=one.gain,
            minimal=minimal,
        )


def _lift(singles: list[_Outcome], what_if: _WhatIf) -> Counterfactual | None:
    """The smallest set that gives a better verdict: exact up to EXACT among the BEST, else greedy."""
    if what_if.verdict is None or what_if.verdict == ORDER[-1]:
        return None
    needed = {c for gate in what_if.gates if gate.state == "open" for c in gate.closes}
    # What an open gate waits for comes first: without it no gain in points lifts a verdict.
    useful = [one for one in singles if one.gain > 0 or one.changes[0].criterion in needed]
    best = [one.changes[0] for one in sorted(useful, key=lambda one: one.changes[0].criterion not in needed)][:BEST]
    for size in range(1, EXACT + 1):
        lifted = list(what_if.lifts(combinations(best, size)))
        if lifted:
            return what_if.say(max(lifted, key=lambda one: sum(one.point.values())), minimal=True)
    greedy = what_if.lifts(tuple(best[:size]) for size in range(EXACT + 1, len(best) + 1))
    return next((what_if.say(one, minimal=False) for one in greedy), None)


def _rank(verdict: str | None) -> int:
    return ORDER.index(verdict) if verdict in ORDER else -1

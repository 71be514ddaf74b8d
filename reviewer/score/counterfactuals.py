"""What would follow if something were said: greedy by gain, then exact for small sets."""

from itertools import combinations

from reviewer.domain import Change, Counterfactual, Criterion, Rubric, Shift
from reviewer.score.axes import Answers, Axes
from reviewer.score.verdict import ORDER, gate_states, judge

BEST = 12  # changes that are combined
EXACT = 3  # size up to which every set of them is tried
SHOWN = 5  # single changes that are told


def counterfactuals(answers: Answers, rubric: Rubric, axes: Axes) -> tuple[Counterfactual, ...]:
    """First the smallest set that lifts the verdict, if one is found; then single changes by gain."""
    what_if = _WhatIf(answers, rubric, axes)
    changes = [Change(criterion=c.id, value=c.answer) for c in rubric.criteria if c.answer and _open(c, answers)]
    singles = [what_if.say((change,), minimal=True) for change in changes]
    singles.sort(key=lambda one: (-_rank(one.verdict), -one.gain, one.changes[0].criterion))
    lift = _lift(singles, what_if)
    told = [one for one in singles if one.gain > 0][:SHOWN]
    return (*([lift] if lift else []), *(one for one in told if lift is None or one.changes != lift.changes))


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

    def __init__(self, answers: Answers, rubric: Rubric, axes: Axes) -> None:
        self._answers, self._rubric, self._axes = answers, rubric, axes
        self.before = axes.points(answers)
        self.gates = gate_states(answers, rubric)
        self.verdict, _ = judge(self.before, self.gates, rubric)

    def outcome(self, changes: tuple[Change, ...]) -> tuple[dict[str, float], str | None, str | None]:
        """Points, verdict and quadrant with these changes."""
        changed = {**self._answers, **{change.criterion: change.value for change in changes}}
        point = self._axes.points(changed)
        return point, *judge(point, gate_states(changed, self._rubric), self._rubric)

    def say(self, changes: tuple[Change, ...], *, minimal: bool) -> Counterfactual:
        """The outcome as it is stored."""
        point, verdict, quadrant = self.outcome(changes)
        return Counterfactual(
            changes=changes,
            axes={axis: Shift(before=self.before[axis], after=point[axis]) for axis in point},
            verdict=verdict,
            quadrant=quadrant,
            gain=round(sum(point[axis] - self.before[axis] for axis in point), 1),
            minimal=minimal,
        )


def _lift(singles: list[Counterfactual], what_if: _WhatIf) -> Counterfactual | None:
    """The smallest set that gives a better verdict: exact up to EXACT among the BEST, else greedy."""
    if what_if.verdict is None or what_if.verdict == ORDER[-1]:
        return None
    needed = {c for gate in what_if.gates if gate.state == "open" for c in gate.closes}
    # What an open gate waits for comes first: without it no gain in points lifts a verdict.
    useful = [one for one in singles if one.gain > 0 or one.changes[0].criterion in needed]
    best = [one.changes[0] for one in sorted(useful, key=lambda one: one.changes[0].criterion not in needed)][:BEST]
    now = _rank(what_if.verdict)
    for size in range(1, EXACT + 1):
        lifted = []
        for changes in combinations(best, size):
            point, verdict, _ = what_if.outcome(changes)
            if _rank(verdict) > now:
                lifted.append((sum(point.values()), changes))
        if lifted:
            return what_if.say(max(lifted, key=lambda one: one[0])[1], minimal=True)
    for size in range(EXACT + 1, len(best) + 1):
        if _rank(what_if.outcome(tuple(best[:size]))[1]) > now:
            return what_if.say(tuple(best[:size]), minimal=False)
    return None


def _rank(verdict: str | None) -> int:
    return [*ORDER].index(verdict) if verdict in ORDER else -1

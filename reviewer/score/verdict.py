"""Gates, quadrant and verdict."""

from collections.abc import Collection, Mapping
from typing import Literal

from reviewer.domain import GateResult, Rubric
from reviewer.rubric.tables import holds
from reviewer.score.axes import Answers

Decision = Literal["go", "revise", "stop"]
State = Literal["closed", "open", "failed"]
ORDER: tuple[Decision, ...] = ("stop", "revise", "go")


def gate_states(keys: Mapping[str, str], rubric: Rubric) -> tuple[State, ...]:
    """Each gate's state for these answers, each as its key in a table."""
    return tuple(
        "failed"
        if gate.fails is not None and holds(gate.fails, keys)
        else "closed"
        if holds(gate.closed, keys)
        else "open"
        for gate in rubric.gates
    )


def gate_results(states: tuple[State, ...], answers: Answers, rubric: Rubric) -> tuple[GateResult, ...]:
    """The same with names; an open gate names what is not said yet, or what is said too weakly."""
    results = []
    for gate, state in zip(rubric.gates, states, strict=True):
        silent = tuple(c for c in gate.closed_by if answers[c] == rubric.by_id[c].unknown)
        closes = (silent or gate.closed_by) if state == "open" else ()
        results.append(GateResult(id=gate.id, state=state, closes=closes))
    return tuple(results)


def judge(point: Mapping[str, float], states: Collection[State], rubric: Rubric) -> tuple[Decision | None, str | None]:
    """Verdict and quadrant. A failed gate stops; an open one holds a go back; points alone never stop."""
    if rubric.verdict is None:
        return None, None
    first, second = (point[axis] >= least for axis, least in rubric.verdict.thresholds.items())
    quadrant = {
        (True, True): "high_priority",
        (True, False): "moonshot",
        (False, True): "quick_win",
        (False, False): "reconsider",
    }[first, second]
    verdict: Decision = rubric.verdict.quadrants[quadrant]
    return min(verdict, best_verdict(states), key=ORDER.index), quadrant


def best_verdict(states: Collection[State]) -> Decision:
    """What the gates leave to the points."""
    return "stop" if "failed" in states else "revise" if "open" in states else "go"

"""Gates, quadrant and verdict."""

from collections.abc import Mapping
from typing import Literal

from reviewer.domain import GateResult, Rubric
from reviewer.rubric.tables import holds
from reviewer.score.axes import Answers

Decision = Literal["go", "revise", "stop"]
ORDER: tuple[Decision, ...] = ("stop", "revise", "go")


def gate_states(answers: Answers, rubric: Rubric) -> tuple[GateResult, ...]:
    """Each gate's state; an open one names what is not said yet, or what is said too weakly."""
    results = []
    for gate in rubric.gates:
        if gate.fails is not None and holds(gate.fails, answers, rubric.by_id):
            results.append(GateResult(id=gate.id, state="failed"))
        elif holds(gate.closed, answers, rubric.by_id):
            results.append(GateResult(id=gate.id, state="closed"))
        else:
            silent = tuple(c for c in gate.closed_by if answers[c] == rubric.by_id[c].unknown)
            results.append(GateResult(id=gate.id, state="open", closes=silent or gate.closed_by))
    return tuple(results)


def judge(
    point: Mapping[str, float], gates: tuple[GateResult, ...], rubric: Rubric
) -> tuple[Decision | None, str | None]:
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
    states = {gate.state for gate in gates}
    if "failed" in states:
        verdict = "stop"
    elif "open" in states and verdict == "go":
        verdict = "revise"
    return verdict, quadrant

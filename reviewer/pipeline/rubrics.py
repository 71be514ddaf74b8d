"""A rubric's check, its own tests included."""

from pathlib import Path

from reviewer.domain import Fact, Rubric, RubricTest
from reviewer.rubric import Problem
from reviewer.rubric import check_rubric as check_files
from reviewer.score import score

TOLERANCE = 0.05


def check_rubric(name_or_path: str | Path) -> tuple[Problem, ...]:
    """Every problem of a rubric: shape, meaning, and tests of its own that fail."""
    rubric, problems = check_files(name_or_path)
    if rubric is None or problems:
        return problems
    return tuple(
        Problem(
            path=str(name_or_path),
            line=1,
            message=f"test {test.name!r}: {said}",
            remedy="mend rubric or test",
        )
        for test in rubric.tests
        for said in _failures(test, rubric)
    )


def _failures(test: RubricTest, rubric: Rubric) -> list[str]:
    facts = [Fact(criterion=name, value=value, status="verified") for name, value in test.facts.items()]
    card = score(facts, rubric)
    said = [
        f"{axis} is {card.axes[axis].point}, not {expected}"
        for axis, expected in test.axes.items()
        if abs(card.axes[axis].point - expected) > TOLERANCE
    ]
    if test.verdict is not None and card.verdict != test.verdict:
        said.append(f"verdict is {card.verdict}, not {test.verdict}")
    return said

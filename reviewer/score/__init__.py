"""Facts to figures. Pure: no clock, no I/O, no randomness; the same facts give the same bytes everywhere.

Only +, -, *, / in a fixed order and correctly rounded decimals are used, since those alone are the same on
every machine.
"""

from collections.abc import Iterable, Sequence

from reviewer.domain import AxisScore, Change, Fact, Mark, Rubric, Scorecard
from reviewer.errors import InputError
from reviewer.rubric.tables import holds
from reviewer.score.axes import Answers, Axes, unknown
from reviewer.score.counterfactuals import counterfactuals
from reviewer.score.demand import stated_nines
from reviewer.score.verdict import gate_results, gate_states, judge


def check_facts(facts: Sequence[Fact], rubric: Rubric, name: str) -> None:
    """Refuse stored facts that no review of this rubric could have written: people edit records, programs cut them."""
    wrong = ""
    if [fact.criterion for fact in facts] != [criterion.id for criterion in rubric.criteria]:
        wrong = f"not one for each of the {len(rubric.criteria)} criteria, in their order"
    else:
        for fact, criterion in zip(facts, rubric.criteria, strict=True):
            single = isinstance(fact.value, str)
            values = {fact.value} if isinstance(fact.value, str) else {*fact.value}
            if single is criterion.multiple or not values or not criterion.by_id.keys() >= values:
                wrong = f"{criterion.id}: no value {fact.value!r}"
                break
    if wrong:
        raise InputError(f"{name}: its facts are not as they were written ({wrong}); review it again")


def score(facts: Iterable[Fact], rubric: Rubric) -> Scorecard:
    """Mark every criterion, weigh the axes, and say what would follow if more were said."""
    by_id = {fact.criterion: fact for fact in facts}
    answers: Answers = {
        c.id: by_id[c.id].value if c.id in by_id else c.unknown if not c.multiple else (c.unknown,)
        for c in rubric.criteria
    }
    nines = stated_nines(by_id, rubric)
    axes = Axes(rubric, nines)
    sums = axes.sums(answers)
    point = axes.points(sums)
    bounds = axes.bounds(sums)
    states = gate_states(sums.keys, rubric)
    verdict, quadrant = judge(point, states, rubric)
    gates = gate_results(states, answers, rubric)
    archetype = answers.get(rubric.archetype or "")
    return Scorecard(
        axes={a: AxisScore(point=point[a], low=bounds[a][0], high=bounds[a][1]) for a in point},
        completeness=_completeness(answers, rubric),
        assessed_share=axes.assessed_share(answers),
        verdict=verdict,
        quadrant=quadrant,
        gates=gates,
        rules=tuple(rule.id for rule in rubric.rules if holds(rule.table, sums.keys)),
        demand_nines=nines,
        archetype=archetype if isinstance(archetype, str) else None,
        hard_problems=_hard(answers, rubric),
        marks=_marks(answers, rubric, axes),
        counterfactuals=counterfactuals(sums, gates, rubric, axes),
    )


def _completeness(answers: Answers, rubric: Rubric) -> float:
    """Share of the stated criteria that are answered at all, good or bad; 0-100."""
    stated = [c for c in rubric.criteria if c.kind == "stated"]
    said = sum(not unknown(answers[c.id], c.unknown) for c in stated)
    return round(100 * said / len(stated), 1) if stated else 0.0


def _hard(answers: Answers, rubric: Rubric) -> tuple[Change, ...]:
    found = []
    for name, hard in rubric.hard_problems.items():
        value = answers[name]
        found += [Change(criterion=name, value=v) for v in ((value,) if isinstance(value, str) else value) if v in hard]
    return tuple(found)


def _marks(answers: Answers, rubric: Rubric, axes: Axes) -> tuple[Mark, ...]:
    marks = []
    for c in rubric.criteria:
        points, low, high = axes.reach(c.id, answers[c.id])
        marks.append(
            Mark(
                criterion=c.id,
                section=c.section,
                value=answers[c.id],
                points=points,
                low=low,
                high=high,
                weight=c.weight,
            )
        )
    return tuple(marks)

"""Figures from facts: tables for the arithmetic, properties for the invariants."""

import itertools
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.domain import Fact, Number, Rubric, Scorecard
from reviewer.rubric import bundled_rubrics, load_rubric
from reviewer.score import score
from reviewer.score.axes import Axes
from reviewer.score.demand import demand_factor, nines

RUBRICS = {name: load_rubric(name) for name in bundled_rubrics()}
FSDL = RUBRICS["fsdl"]
RANK = {"stop": 0, "revise": 1, "go": 2}


def facts_for(answers: dict[str, str | tuple[str, ...]], rubric: Rubric = FSDL) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            criterion=c.id,
            value=answers.get(c.id, (c.unknown,) if c.multiple else c.unknown),
            status="verified",
        )
        for c in rubric.criteria
    )


def answers_of(rubric: Rubric) -> st.SearchStrategy[dict[str, str | tuple[str, ...]]]:
    def values(criterion):  # type: ignore[no-untyped-def]
        ids = [v.id for v in criterion.values]
        if not criterion.multiple:
            return st.sampled_from(ids)
        known = [i for i in ids if i != criterion.unknown]
        subsets = st.lists(st.sampled_from(known), min_size=1, unique=True)
        return subsets.map(lambda s: tuple(sorted(s, key=ids.index))) | st.just((criterion.unknown,))

    return st.fixed_dictionaries({c.id: values(c) for c in rubric.criteria})


@st.composite
def rubric_and_answers(draw):  # type: ignore[no-untyped-def]
    rubric = RUBRICS[draw(st.sampled_from(sorted(RUBRICS)))]
    return rubric, draw(answers_of(rubric))


@given(rubric_and_answers(), st.data())
@settings(max_examples=30, deadline=None)
def test_silence_never_pays_and_only_widens(case, data):  # type: ignore[no-untyped-def]
    rubric, answers = case
    name = data.draw(st.sampled_from([c.id for c in rubric.criteria]))
    criterion = rubric.by_id[name]
    silent = {**answers, name: (criterion.unknown,) if criterion.multiple else criterion.unknown}
    said, hushed = score(facts_for(answers, rubric), rubric), score(facts_for(silent, rubric), rubric)
    for axis in said.axes:
        assert hushed.axes[axis].point <= said.axes[axis].point
        assert hushed.axes[axis].low <= said.axes[axis].low
        assert hushed.axes[axis].high >= said.axes[axis].high
    if criterion.kind == "stated" and said.verdict and hushed.verdict:
        assert RANK[hushed.verdict] <= RANK[said.verdict]


@given(rubric_and_answers(), st.data())
@settings(max_examples=30, deadline=None)
def test_bounds_hold_for_every_completion(case, data):  # type: ignore[no-untyped-def]
    rubric, answers = case
    hidden = data.draw(st.lists(st.sampled_from([c.id for c in rubric.criteria]), unique=True, max_size=8))
    partial = {k: v for k, v in answers.items() if k not in hidden}
    bounds = score(facts_for(partial, rubric), rubric).axes
    complete = score(facts_for(answers, rubric), rubric).axes
    for axis, bound in bounds.items():
        assert bound.low <= bound.point <= bound.high
        assert bound.low <= complete[axis].point <= bound.high


@given(rubric_and_answers())
@settings(max_examples=50, deadline=None)
def test_same_facts_same_bytes(case):  # type: ignore[no-untyped-def]
    rubric, answers = case
    facts = facts_for(answers, rubric)
    first = score(facts, rubric).model_dump_json()
    assert score(tuple(reversed(facts)), rubric).model_dump_json() == first
    again = Scorecard.model_validate(json.loads(first))
    assert again.model_dump_json() == first


@given(rubric_and_answers())
@settings(max_examples=30, deadline=None)
def test_counterfactuals_come_true(case):  # type: ignore[no-untyped-def]
    rubric, answers = case
    card = score(facts_for(answers, rubric), rubric)
    for one in card.counterfactuals:
        said = {**answers, **{change.criterion: change.value for change in one.changes}}
        then = score(facts_for(said, rubric), rubric)
        assert {axis: shift.after for axis, shift in one.axes.items()} == {
            axis: then.axes[axis].point for axis in then.axes
        }
        assert one.verdict == then.verdict
        assert all(rubric.by_id[change.criterion].kind == "stated" for change in one.changes)


def test_nothing_said_is_no_verdict_of_stop() -> None:
    card = score(facts_for({}), FSDL)
    assert card.verdict == "revise"
    assert card.completeness == 0
    assert {gate.state for gate in card.gates} == {"open"}


def test_no_decision_to_make_cheaper_stops() -> None:
    card = score(facts_for({"cheap_prediction": "weak", "problem_motivation": "evidenced"}), FSDL)
    assert card.verdict == "stop"
    assert next(gate for gate in card.gates if gate.id == "need").state == "failed"


def test_gates_do_not_close_on_judgement_alone() -> None:
    best = {c.id: c.values[0].id for c in FSDL.criteria if c.kind == "assessed" and not c.multiple}
    card = score(facts_for(best), FSDL)
    assert [gate.id for gate in card.gates if gate.state == "closed"] == []


@pytest.mark.parametrize(
    ("rate", "expected"),
    [("0", 0), ("0.9", 1), ("0.95", 1.301), ("0.99", 2), ("0.999", 3), ("1", 9)],
)
def test_nines(rate: str, expected: float) -> None:
    assert nines(Decimal(rate)) == expected


def test_each_nine_costs_more_than_the_one_before() -> None:
    assert FSDL.demand is not None
    factors = [demand_factor(FSDL.demand, n) for n in (0, 1, 2, 3, 4)]
    losses = [a - b for a, b in itertools.pairwise(factors)]
    assert losses == sorted(losses)
    assert len(set(losses)) == len(losses)


@pytest.mark.parametrize(
    ("number", "counted"),
    [
        (Number(value=99.9, unit="percent", role="accuracy", text="99.9 %"), 3.0),
        (Number(value=0.99, unit="ratio", role="recall", text="0.99"), 2.0),
        (Number(value=99.9, unit="percent", role="uptime", text="99.9 %"), None),
        (Number(value=200, unit="ms", role="latency", text="200 ms"), None),
    ],
)
def test_only_rates_of_being_right_are_a_demand(number: Number, counted: float | None) -> None:
    facts = [
        f.model_copy(update={"value": "quantified", "numbers": (number,)}) if f.criterion == "accuracy_target" else f
        for f in facts_for({"reliability_need": "best_effort"})
    ]
    assert score(facts, FSDL).demand_nines == counted


def test_a_demand_is_a_cost() -> None:
    def feasibility(rate: float) -> float:
        number = Number(value=rate, unit="percent", role="precision", text="x")
        facts = [
            f.model_copy(update={"value": "quantified", "numbers": (number,)})
            if f.criterion == "accuracy_target"
            else f
            for f in facts_for({"data_access": "in_hand", "reliability_need": "best_effort"})
        ]
        return score(facts, FSDL).axes["feasibility"].point

    assert feasibility(90) > feasibility(99) > feasibility(99.9) > feasibility(99.99)


def test_shares_of_an_axis_sum_to_a_hundred() -> None:
    for rubric in RUBRICS.values():
        for shares in Axes(rubric, None).shares.values():
            assert sum(shares.values()) == pytest.approx(100)


def test_autonomy_without_guardrails_costs_feasibility() -> None:
    bare = {"archetype": "autonomous", "data_access": "in_hand", "error_cost": "low"}
    unguarded = score(facts_for(bare), FSDL)
    guarded = score(facts_for({**bare, "fallback": "stated"}), FSDL)
    assert "autonomous_unguarded" in unguarded.rules
    assert "autonomous_unguarded" not in guarded.rules
    assert guarded.axes["feasibility"].point > unguarded.axes["feasibility"].point


def test_the_flywheel_raises_the_impact_of_software_2_0() -> None:
    said = {"data_loop": "designed", "more_data_better_model": "argued", "cheap_prediction": "strong"}
    with_it = score(facts_for({**said, "archetype": "software_2_0"}), FSDL)
    without = score(facts_for({**said, "archetype": "human_in_the_loop"}), FSDL)
    assert with_it.axes["impact"].point > without.axes["impact"].point


def test_hard_problems_are_listed_and_lower_feasibility() -> None:
    easy = {
        "output_complexity": "simple",
        "reliability_need": "best_effort",
        "generalization_need": ("none",),
    }
    hard = {"output_complexity": "complex", "generalization_need": ("out_of_distribution", "small_data")}
    said = {"data_access": "in_hand", "problem_definition": "well_defined"}
    simple, difficult = (score(facts_for({**said, **easy, **more}), FSDL) for more in ({}, hard))
    assert [c.value for c in difficult.hard_problems] == ["complex", "out_of_distribution", "small_data"]
    assert difficult.axes["feasibility"].point < simple.axes["feasibility"].point

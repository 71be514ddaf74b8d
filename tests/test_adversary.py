"""Invariant 4: whatever a model answers, it cannot create credit (IN05, GR01, GR03, GR04, GR11, GR12, EX07)."""

import random

import pytest
from adversary import MODELS, RUBRICS, case, claims, judged_alone
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.ground import ground
from reviewer.score import score

EACH, DOCUMENTS = 210, 40  # of each model and rubric: 16 * 3 * 210 = 10,080 cases
FEW, SMALL = 2, 6  # of each model, with one rubric: 32 cases

models = pytest.mark.parametrize("model", MODELS)
rubrics = pytest.mark.parametrize("rubric", RUBRICS)


def creates_no_credit(model: str, rubric: str, document: int, seed: int) -> None:
    one = case(rubric, document)
    facts = ground(claims(model, one, random.Random(seed)), one.document, one.rubric)
    assert [fact.criterion for fact in facts] == [c.id for c in one.rubric.criteria]
    for fact in facts:
        criterion = one.rubric.by_id[fact.criterion]
        if criterion.kind == "stated":
            # Selecting true sentences is all that it can do; what nothing proves stays unknown.
            assert criterion.points(fact.value) <= one.points[fact.criterion], fact
            assert bool(fact.evidence) is (fact.status in ("verified", "judged")), fact
        for evidence in fact.evidence:
            assert one.document.text[evidence.start : evidence.end] == evidence.quote
            assert not any(r.start < evidence.end and evidence.start < r.end for r in one.document.regions), evidence
    card = score(facts, one.rubric)
    for axis, found in card.axes.items():
        assert found.point <= one.axes[axis] + 0.05, (axis, found.point, one.axes[axis])
    bare = score(tuple(judged_alone(facts, one.rubric)), one.rubric)
    assert all(gate.state != "closed" for gate in bare.gates)
    if not any(fact.evidence for fact in facts if one.rubric.by_id[fact.criterion].kind == "stated"):
        assert all(gate.state != "closed" for gate in card.gates)
        assert card.verdict != "go"


@models
@given(document=st.integers(0, SMALL - 1), seed=st.integers(0, 2**32))
@settings(max_examples=FEW, deadline=None)
def test_no_model_creates_credit(model: str, document: int, seed: int) -> None:
    creates_no_credit(model, RUBRICS[0], document, seed)


@pytest.mark.slow
@models
@rubrics
@given(document=st.integers(0, DOCUMENTS - 1), seed=st.integers(0, 2**32))
@settings(max_examples=EACH, deadline=None)
def test_no_model_creates_credit_in_thousands_of_cases(model: str, rubric: str, document: int, seed: int) -> None:
    creates_no_credit(model, rubric, document, seed)


def test_the_documents_have_both_languages_and_something_to_find() -> None:
    cases = [case("course-proposal", number) for number in range(DOCUMENTS)]
    assert {one.document.language for one in cases} == {"en", "ko"}
    assert sum(any(one.points.values()) for one in cases) > DOCUMENTS // 2
    assert sum(bool(one.injected) for one in cases) > DOCUMENTS // 3
    assert sum(bool(one.hidden) for one in cases) > DOCUMENTS // 3

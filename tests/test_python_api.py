"""`from reviewer import review, areview`."""

import asyncio
import inspect
from pathlib import Path

import pytest

import reviewer
from reviewer.domain import Review
from reviewer.domain.resources import resource

CHURN = resource("examples") / "churn.md"


def test_every_kind_of_source_and_twice_in_one_process() -> None:
    text = CHURN.read_text("utf-8")
    from_path = reviewer.review(CHURN)
    assert from_path.status == "reviewed"
    assert reviewer.review(CHURN, name="mine").document.name == "mine"
    for source in (text, text.encode()):
        done = reviewer.review(source, name=from_path.document.name)
        assert isinstance(done, Review)
        assert done.scorecard == from_path.scorecard
        assert done.findings == from_path.findings
    assert reviewer.review(from_path.document) == from_path


def test_inside_a_running_event_loop() -> None:
    async def notebook() -> tuple[Review, Review]:
        return reviewer.review(CHURN), await reviewer.areview(CHURN)

    inside, awaited = asyncio.run(notebook())
    assert inside == awaited == reviewer.review(CHURN)


def test_the_record_round_trips() -> None:
    done = reviewer.review(CHURN)
    assert Review.model_validate_json(done.model_dump_json()) == done


def test_signatures_agree_with_the_docs() -> None:
    page = (Path(__file__).parent.parent / "docs/python-api.md").read_text("utf-8")
    for function in (reviewer.review, reviewer.areview):
        for parameter in inspect.signature(function).parameters:
            assert f"`{parameter}`" in page


def test_there_is_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'reviews'"):
        _ = reviewer.reviews

"""Several answers of a model: they vote, and the record says how far they agree."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from llm_server import Answer, chat, error, serve

from reviewer.domain import Review
from reviewer.errors import RefusedError, UnreachableError
from reviewer.llm import ModelSettings, Prompt, Reply, count
from reviewer.pipeline import load_rubric, render, rescore, review
from reviewer.pipeline.one import Run, review_with

FSDL = load_rubric("fsdl")
TEXT = """\
# Routing mail

We hold data on 12,000 letters, each labelled with its department. Clerks sort 900 letters a day by hand.
If the model is unsure, the letter goes to a clerk. We want to predict the department from the text.
"""
MANUAL = ("labels", "manual", ["Clerks sort 900 letters a day by hand."])
AVAILABLE = ("labels", "available", ["We hold data on 12,000 letters, each labelled with its department."])
FALLBACK = ("fallback", "stated", ["If the model is unsure, the letter goes to a clerk."])
STRONG = ("cheap_prediction", "strong", [])


class Says:
    """A model that gives each sample the claims listed for it."""

    def __init__(self, *answers: list[tuple[str, str, list[str]]]) -> None:
        self.answers, self.asked = answers, []

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        self.asked.append((prompt.id, prompt.sample))
        said = {c: (value, quotes) for c, value, quotes in self.answers[prompt.sample]}
        return Reply(data=filled(schema, said), text="", answered=f"says-{prompt.id}", cost=0.01)


def filled(schema: Mapping[str, Any], said: Mapping[str, tuple[str, list[str]]]) -> dict[str, Any]:
    """What was said, and silence on everything else that the schema asks for."""
    answer: dict[str, Any] = {}
    for group, shape in schema["properties"].items():
        answer[group] = {}
        for name, wanted in shape["properties"].items():
            criterion = name if name in FSDL.by_id else next(c for c in FSDL.by_id if name.startswith(c + "_"))
            value, quotes = said.get(criterion, (FSDL.by_id[criterion].unknown, []))
            several = wanted.get("type") == "array"
            answer[group][name] = quotes if name != criterion else [value] if several else value
    return answer


def read(model: Says, samples: int) -> Review:
    run = Run(rubric=FSDL, force=True, samples=samples)
    return asyncio.run(review_with(model, TEXT, run, "mail"))


def value(done: Review, criterion: str) -> object:
    return next(fact.value for fact in done.facts if fact.criterion == criterion)


def test_most_answers_win() -> None:
    done = read(Says([AVAILABLE, FALLBACK], [MANUAL, FALLBACK], [AVAILABLE]), 3)
    assert value(done, "labels") == "available"
    assert value(done, "fallback") == "stated"
    assert done.stability is not None
    assert done.stability.agreement["labels"] == 0.667
    assert done.stability.samples == 3
    assert done.extraction is not None
    assert done.extraction.cost == 0.03


def test_a_tie_goes_to_the_value_that_earns_less() -> None:
    done = read(Says([AVAILABLE], [MANUAL]), 2)
    assert value(done, "labels") == "manual"


def test_an_invented_quote_does_not_vote() -> None:
    invented = ("labels", "available", ["Nobody wrote this sentence anywhere."])
    done = read(Says([invented], [invented], [MANUAL]), 3)
    assert value(done, "labels") == "not_stated"


def test_the_same_verdict_is_robust_and_another_is_not() -> None:
    weak = ("cheap_prediction", "weak", [])
    same = read(Says([STRONG], [STRONG]), 2)
    split = read(Says([STRONG], [weak]), 2)
    assert same.stability is not None
    assert same.stability.robust
    assert split.stability is not None
    assert not split.stability.robust
    assert split.stability.verdicts == {"revise": 1, "stop": 1}
    assert split.stability.axes["impact"].low < split.stability.axes["impact"].high


@pytest.mark.parametrize("sha256", [FSDL.sha256, "another"])
def test_another_rubric_does_not_know_what_each_answer_would_come_to(sha256: str) -> None:
    done = read(Says([STRONG], [STRONG]), 2)
    again = rescore(done, FSDL.model_copy(update={"sha256": sha256}))
    assert done.stability is not None
    assert again.stability is not None
    assert again.stability.agreement == done.stability.agreement
    assert (again.stability == done.stability) is (sha256 == FSDL.sha256)
    told = render(again, FSDL, "markdown")
    assert ("under this rubric are not known" in told) is (sha256 != FSDL.sha256)
    assert ("come to the same verdict;" in told) is (sha256 == FSDL.sha256)


def test_one_answer_says_nothing_about_stability() -> None:
    assert read(Says([STRONG]), 1).stability is None


class CannotAgain(Says):
    """Answers once, and then its server is gone."""

    async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
        if self.asked:
            raise UnreachableError("no connection; try again")
        return await super().ask(prompt, schema)


def test_a_failed_second_question_loses_nothing() -> None:
    invented = ("labels", "available", ["Nobody wrote this sentence anywhere."])
    done = read(CannotAgain([invented, FALLBACK]), 1)
    assert done.status == "reviewed"
    assert value(done, "fallback") == "stated"
    assert value(done, "labels") == "not_stated"
    assert done.extraction is not None
    assert "not asked again: no connection" in done.extraction.note


def test_only_words_that_are_not_there_are_asked_about_again() -> None:
    """A true quote that shows too little would be given again, at the price of a second call for the document."""
    misread = ("budget", "quantified", ["We want to predict the department from the text."])
    model = Says([misread, FALLBACK])
    assert value(read(model, 1), "budget") == "not_stated"
    assert model.asked == [("extract.v2", 0)]
    bent = ("labels", "manual", ["Clerks sort 901 letters a day by hand."])
    model = Says([misread, bent])
    read(model, 1)
    assert [prompt for prompt, _ in model.asked] == ["extract.v2", "reask.v1"]


def test_everybody_who_answered_is_told() -> None:
    """LA26."""
    bent = ("labels", "manual", ["Clerks sort 901 letters a day by hand."])
    extraction = read(Says([bent]), 1).extraction
    assert extraction is not None
    assert extraction.model is not None
    assert extraction.model.answered == "says-extract.v2, says-reask.v1"
    assert extraction.usage is None  # it was not said


@pytest.mark.parametrize(
    ("reads", "again", "told"),
    [(2_000, None, 1), (9_000, None, 0), (9_000, chat("no idea"), 0), (9_000, error(400, "x", "content_filter"), 1)],
    ids=["too long", "good", "bad", "refused"],
)
def test_the_record_tells_calls_in_vain_too(reads: int, again: Answer | None, told: int) -> None:
    """CS03: parts that were too long for the model, and a second question without an answer. Nothing is tried twice."""
    too_long: list[int] = []

    def script(request: dict[str, Any]) -> Answer:
        text = request["messages"][1]["content"]
        if count(text)[0] > reads:
            too_long.append(1)
            return error(400, "maximum context length", "context_length_exceeded")
        if again is not None and "Rejected quotes" in text:
            return again
        form = request["response_format"]["json_schema"]["schema"]
        return chat(json.dumps(filled(form, {"labels": ("manual", ["Nobody wrote this sentence."])})))

    with serve(script) as provider:
        settings = ModelSettings(name="m", base_url=provider.url, price=(1, 1), concurrency=1)
        done = review(TEXT * 60, model=settings, force=True).extraction
    assert done is not None
    assert done.calls == provider.calls
    assert len(too_long) == (reads < 9_000)
    assert done.usage is not None
    assert done.cost == pytest.approx((done.usage.input_tokens + done.usage.output_tokens) / 1e6)
    assert done.usage.input_tokens == 40 * (provider.calls - told)  # who says no takes nothing


def test_an_answer_that_fails_stops_the_others() -> None:
    """Nobody would read what they say, and all of it is paid for."""
    stopped: list[int] = []

    class Refuses(Says):
        async def ask(self, prompt: Prompt, schema: Mapping[str, Any]) -> Reply:
            if prompt.sample == 1:
                raise RefusedError("no")
            try:
                return await asyncio.Event().wait()  # type: ignore[return-value]
            except asyncio.CancelledError:
                stopped.append(prompt.sample)
                raise

    async def go() -> None:
        with pytest.raises(RefusedError):
            await review_with(Refuses(), TEXT, Run(rubric=FSDL, force=True, samples=3), "mail")
        assert sorted(stopped) == [0, 2]

    asyncio.run(go())

"""What is told before anything is sent is what is sent (CS01)."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from llm_server import Answer, chat, serve

from reviewer.domain.resources import resource
from reviewer.errors import BudgetError, SettingsError
from reviewer.llm import ModelSettings
from reviewer.pipeline import estimate, review_many

CHURN = resource("examples") / "churn.md"
LONG = "\n\n".join([CHURN.read_text("utf-8")] * 15)


def silent(request: dict[str, Any]) -> Answer:
    """Nothing is stated, and what is judged is not clear."""
    form = request["response_format"]["json_schema"]["schema"]
    answer: dict[str, Any] = {}
    for group, schema in form["properties"].items():
        answer[group] = {}
        for name, part in schema["properties"].items():
            listed = part["type"] == "array"
            enum = (part["items"] if listed else part).get("enum")
            answer[group][name] = ([enum[-1]] if listed else enum[-1]) if enum else []
    return chat(json.dumps(answer), tokens=(len(json.dumps(request)) // 5, 900))


@pytest.mark.parametrize(
    ("limit", "short"),
    [
        ({"max_calls": 0}, "calls: 1 needed, limit 0"),
        ({"max_calls": 1}, ""),
        ({"max_tokens": 9_000}, "tokens: about 2"),  # each call sets room for 16,000 tokens aside
        ({"max_tokens": 30_000}, ""),
        ({"max_cost": 0.03}, "dollars: about 0.04"),
        ({"max_cost": 0.05}, ""),
    ],
    ids=str,
)
def test_a_limit_that_would_be_reached_is_told(limit: dict[str, Any], short: str) -> None:
    """CS01."""
    told = estimate([CHURN], model=ModelSettings(name="m", base_url="http://h/v1", price=(1, 2), **limit)).short
    assert told.startswith(short)
    assert bool(told) is bool(short)


@pytest.mark.parametrize("missing", [0, 1])
@pytest.mark.parametrize("limit", ["max_tokens", "max_cost"])
def test_the_border_that_is_told_is_where_a_run_stops(limit: str, missing: int) -> None:
    """What a limit sets aside for a call is counted on the safe side; here, too."""
    model = ModelSettings(name="m", base_url="http://h/v1", price=(1, 2))
    room = estimate([CHURN], model=model).largest_call + (1 + (limit == "max_cost")) * model.max_output_tokens - missing
    least = {"max_tokens": room, "max_cost": room / 1e6}[limit]
    with serve(silent) as provider:
        model = model.model_copy(update={"base_url": provider.url, limit: least})
        told = estimate([CHURN], model=model).short

        async def go() -> list[str]:
            return [done.status async for done in review_many([CHURN], model=model)]

        if missing:
            with pytest.raises(BudgetError):
                asyncio.run(go())
        else:
            assert asyncio.run(go()) == ["reviewed"]
    assert bool(told) is bool(missing)
    assert provider.calls == 1 - missing


def test_a_limit_of_costs_needs_a_price() -> None:
    """CS04."""
    with pytest.raises(SettingsError, match="no price is known for m"):
        estimate([CHURN], model=ModelSettings(name="m", base_url="http://h/v1", max_cost=1))


@pytest.mark.slow
@pytest.mark.parametrize("samples", [1, 2])
def test_the_calls_that_were_told_are_made(samples: int, tmp_path: Path) -> None:
    mail, scan, gone = tmp_path / "mail.md", tmp_path / "scan.bin", tmp_path / "gone.md"
    mail.write_text("Dear all, lunch is at noon. " * 40)
    scan.write_bytes(bytes(range(256)) * 40)
    sources: list[Any] = [CHURN, mail, (LONG, "long"), scan, gone]
    with serve(silent) as provider:
        model = ModelSettings(
            name="m", base_url=provider.url, price=(1, 2), context_tokens=14_000, max_output_tokens=2_000,
            cache_dir=tmp_path / "kept",
        )  # fmt: skip
        told = estimate(sources, model=model, samples=samples)
        assert provider.calls == 0

        async def go() -> list[str]:
            return [done.status async for done in review_many(sources, model=model, samples=samples)]

        statuses = asyncio.run(go())
        assert provider.calls == told.calls
    assert told.calls >= 4 * samples
    assert told.documents == statuses.count("reviewed") == 2
    assert [Path(out.name).name for out in told.left_out] == ["mail.md", "scan.bin", "gone.md"]
    assert told.likely_cost is not None
    assert told.most_cost == pytest.approx(told.input_tokens * 1e-6 + told.calls * 2_000 * 2e-6)
    again = estimate(sources, model=model, samples=samples)
    assert (again.calls, again.documents, again.kept, again.likely_cost) == (0, 0, 2, 0)

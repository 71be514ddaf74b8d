"""The one loop for many documents."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from reviewer.domain import Review
from reviewer.errors import QuotaError, SettingsError
from reviewer.llm import ModelSettings
from reviewer.pipeline import load_rubric, panel, review_many
from reviewer.pipeline.one import unreviewed

MODEL = ModelSettings(name="m", base_url="http://localhost/v1")
FSDL = load_rubric("fsdl")


def names(monkeypatch: pytest.MonkeyPatch, review: Any, documents: int, **more: Any) -> list[str]:
    """What comes out, in its order, with `review(name)` in the place of a model."""

    class Fake:
        async def review(self, _: str, name: str) -> Review:
            await review(name)
            return unreviewed("", name, FSDL, "failed", "")

    @asynccontextmanager
    async def empanelled(*_: Any, **__: Any) -> AsyncIterator[Fake]:
        yield Fake()

    monkeypatch.setattr(panel, "empanelled", empanelled)
    done: list[str] = []

    async def go() -> None:
        async with asyncio.timeout(10):
            async for one in review_many((("", str(n)) for n in range(documents)), rubric=FSDL, model=MODEL, **more):
                done.append(one.document.name)  # noqa: PERF401 - what comes before an error is kept

    try:
        asyncio.run(go())
    except QuotaError:
        done.append("no credit")
    return done


def test_a_slow_document_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """CO06, CO08: the first waits for the fourth, two at a time; they come in their order all the same."""
    fourth: list[asyncio.Event] = []

    async def review(name: str) -> None:
        fourth.extend([asyncio.Event()] if not fourth else [])
        if name == "3":
            fourth[0].set()
        if name == "0":
            await fourth[0].wait()

    assert names(monkeypatch, review, 9, concurrency=2) == [str(n) for n in range(9)]


def test_what_nobody_survives_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """LA01: what is finished is kept, and nothing new is begun."""
    begun: list[str] = []

    async def review(name: str) -> None:
        begun.append(name)
        if name == "3":
            raise QuotaError("no credit")

    assert names(monkeypatch, review, 30, concurrency=2) == ["0", "1", "2", "4", "5", "6", "no credit"]
    assert len(begun) == 7


def test_few_documents_are_held_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """CO07."""
    now = most = 0

    async def review(_: str) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0)
        now -= 1

    assert len(names(monkeypatch, review, 100, concurrency=4)) == 100
    assert most == 8


@pytest.mark.parametrize("concurrency", [0, -1])
@pytest.mark.parametrize("model", [None, MODEL])
def test_nobody_at_a_time_would_review_nothing(model: ModelSettings | None, concurrency: int) -> None:
    """Nothing comes out of that, and a user would take it for no documents."""

    async def go() -> None:
        async for _ in review_many(["text"], rubric=FSDL, model=model, concurrency=concurrency):
            pass

    with pytest.raises(SettingsError, match=f"concurrency {concurrency}: "):
        asyncio.run(go())

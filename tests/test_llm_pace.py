"""One pace for all callers: pauses, the end of a run, the breaker, limits a minute. Time is a fake clock's."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from llm_server import GOOD, SCHEMA, Answer, Clock, Script, chat, error, serve

from reviewer.errors import BudgetError, CredentialError, DeadlineError, QuotaError, RateLimitError, UnreachableError
from reviewer.llm import ModelSettings, Prompt, Reply, connect
from reviewer.llm.retry import Patient

SLOW = error(429, "Slow", headers={"retry-after": "121"})
QUOTA = error(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota")


def prompt(n: int) -> Prompt:
    return Prompt(id="t.v1", system="Answer.", user=f"Question {n}.")


async def many(url: str, n: int, clock: Clock, **settings: Any) -> list[Reply | BaseException]:
    chosen = ModelSettings(**{"name": "m", "base_url": url, **settings})
    async with connect(chosen, clock=clock, sleep=clock.sleep) as model:
        return await asyncio.gather(*(model.ask(prompt(i), SCHEMA) for i in range(n)), return_exceptions=True)


def timed(clock: Clock, script: Callable[[int], Answer], times: list[float]) -> Script:
    def answer(_: dict[str, Any]) -> Answer:
        times.append(clock.now)
        return script(len(times))

    return answer


def test_a_rate_limit_pauses_everybody() -> None:
    """Nobody calls before the time that one of them was told, also above two minutes, and nothing is lost."""
    clock, times = Clock(), list[float]()
    with serve(timed(clock, lambda n: SLOW if n == 1 else chat(), times)) as provider:
        replies = asyncio.run(many(provider.url, 8, clock))
    assert all(isinstance(reply, Reply) for reply in replies)
    assert len(times) == 9
    assert all(at >= 1000 + 121 for at in times[1:])


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_pause_that_nobody_may_wait_for_ends_the_run(concurrency: int) -> None:
    """LA03: nobody sleeps for a day, and then the next one for another."""
    clock = Clock()
    with serve([chat(), error(429, "No more today", headers={"retry-after": "86400"})]) as provider:
        replies = asyncio.run(many(provider.url, 12, clock, concurrency=concurrency, head_start=5))
    assert [type(reply) for reply in replies].count(RateLimitError) == 11
    assert all(reply.final for reply in replies if isinstance(reply, RateLimitError))
    assert provider.calls <= 1 + concurrency
    assert sum(clock.slept) < 600


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(QUOTA, QuotaError), (error(401, "Bad key", "invalid_api_key"), CredentialError)],
)
@pytest.mark.parametrize("concurrency", [1, 16])
def test_what_nobody_survives_ends_the_run_after_one_call(
    answer: Answer, kind: type[Exception], concurrency: int
) -> None:
    with serve([answer]) as provider:
        replies = asyncio.run(many(provider.url, 40, Clock(), concurrency=concurrency, head_start=5))
    assert provider.calls == 1
    assert all(type(reply) is kind for reply in replies)


def test_quota_in_the_middle_keeps_what_is_done() -> None:
    with serve([chat(), chat(), QUOTA]) as provider:
        replies = asyncio.run(many(provider.url, 10, Clock(), concurrency=1))
    assert [type(reply) for reply in replies] == [Reply, Reply, *[QuotaError] * 8]
    assert provider.calls == 3


def test_mode_is_found_out_before_all_others_ask() -> None:
    def script(request: dict[str, Any]) -> Answer:
        return error(400, "response_format is not supported") if "response_format" in request else chat()

    with serve(script) as provider:
        replies = asyncio.run(many(provider.url, 20, Clock(), head_start=5))
    assert provider.calls <= 20 + 2
    assert {reply.mode for reply in replies if isinstance(reply, Reply)} == {"tool"}


def test_an_outage_is_waited_out() -> None:
    """Broken for a minute, then well: everything is done, and the server is not stormed meanwhile."""
    clock, times = Clock(), list[float]()
    script = timed(clock, lambda _: chat() if clock.now > 1060 else error(500, "Broken"), times)
    with serve(script) as provider:
        replies = asyncio.run(many(provider.url, 16, clock, attempts=50))
    assert all(isinstance(reply, Reply) for reply in replies)
    assert len(times) <= 16 + 8 + 16


def test_an_outage_without_end_ends_the_run() -> None:
    with serve([error(500, "Broken")]) as provider:
        replies = asyncio.run(many(provider.url, 64, Clock(), concurrency=4, attempts=4))
    errors = [reply for reply in replies if isinstance(reply, UnreachableError)]
    assert len(errors) == 64
    assert any(e.final for e in errors)
    assert provider.calls <= 4 * 4 + 8


@pytest.mark.parametrize(
    "refused",
    [
        error(400, "Only streams are supported", "invalid_parameter"),
        pytest.param(error(500, "x", headers={"x-should-retry": "false"}), marks=pytest.mark.slow),
    ],
    ids=["a setting", "no second try"],
)
def test_what_is_refused_to_everybody_ends_the_run(refused: Answer) -> None:
    """A setting that the server does not know is no document's fault; once one was answered, it may be."""
    for answers, asked in (([refused], 8), ([chat(), refused], 30)):
        with serve(answers) as provider:
            replies = asyncio.run(many(provider.url, 30, Clock(), concurrency=1))
        assert provider.calls == asked
        assert not any(isinstance(reply, Reply) for reply in replies[1:])


def test_the_deadline_includes_retries() -> None:
    clock = Clock()
    with serve([error(500, "Broken")]) as provider:
        [reply] = asyncio.run(many(provider.url, 1, clock, deadline=5, attempts=50))
    assert isinstance(reply, UnreachableError)
    assert clock.now <= 1005
    assert provider.calls < 6


def test_the_deadline_ends_a_call() -> None:
    with serve([Answer(how="hang")]) as provider:
        [reply] = asyncio.run(many(provider.url, 1, Clock(), deadline=0.2))
    assert isinstance(reply, DeadlineError)
    assert provider.calls == 1


def test_limits_a_minute() -> None:
    clock, times = Clock(), list[float]()
    with serve(timed(clock, lambda _: chat(), times)) as provider:
        asyncio.run(many(provider.url, 5, clock, requests_per_minute=30))
    assert max(times) - 1000 >= 4 * 2

    clock, times = Clock(), list[float]()
    with serve(timed(clock, lambda _: chat(), times)) as provider:
        asyncio.run(many(provider.url, 5, clock, tokens_per_minute=60))
    assert max(times) - 1000 >= 4 * 60  # some sixty tokens each, the schema's among them, one a second


@pytest.mark.parametrize("limit", [{"requests_per_minute": 0.5}, {"tokens_per_minute": 30}], ids=str)
def test_waiting_for_the_limits_a_minute_is_not_late(limit: dict[str, Any]) -> None:
    """Sixteen that wait for their turn wait longer than one answer may take; the clock of each begins with its call."""
    with serve([chat()]) as provider:
        replies = asyncio.run(many(provider.url, 20, Clock(), concurrency=16, **limit))
    assert [type(reply) for reply in replies] == [Reply] * 20
    assert provider.calls == 20


def test_as_many_at_once_as_told_and_no_more() -> None:
    """CO05."""

    class Counting:
        now = most = 0

        async def ask(self, _: Prompt, __: Mapping[str, Any]) -> Reply:
            self.now += 1
            self.most = max(self.most, self.now)
            for _turn in range(20):
                await asyncio.sleep(0)
            self.now -= 1
            return Reply(data=GOOD, text="")

    async def go(concurrency: int) -> int:
        clock, model = Clock(), Counting()
        settings = ModelSettings(name="m", base_url="http://localhost/v1", concurrency=concurrency)
        pool = Patient(model, settings, clock, clock.sleep)
        await asyncio.gather(*(pool.ask(prompt(i), SCHEMA) for i in range(12)))
        return model.most

    assert [asyncio.run(go(n)) for n in (1, 3, 8)] == [1, 3, 8]


def test_two_loops_in_one_process() -> None:
    """CO10."""
    with serve([chat()]) as provider:
        chosen = ModelSettings(name="m", base_url=provider.url)
        model = connect(chosen)

        async def go() -> list[Reply]:
            async with model:
                return await asyncio.gather(*(model.ask(prompt(i), SCHEMA) for i in range(20)))

        for _ in range(2):
            assert [dict(reply.data) for reply in asyncio.run(go())] == [GOOD] * 20
    assert provider.calls == 40
    assert model.spent.calls == 40


@pytest.mark.slow
def test_loops_in_several_threads_share_a_model_and_its_limits() -> None:
    """CO10: at the same time, each with connections of its own."""
    with serve([chat()]) as provider:
        model = connect(ModelSettings(name="m", base_url=provider.url, max_calls=50, concurrency=4))
        done: list[Reply | BaseException] = []

        async def go(first: int) -> None:
            async with model:
                asked = (model.ask(prompt(first + i), SCHEMA) for i in range(20))
                done.extend(await asyncio.gather(*asked, return_exceptions=True))

        threads = [threading.Thread(target=lambda n=n: asyncio.run(go(n))) for n in (0, 100, 200)]  # type: ignore[misc]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert provider.calls == model.spent.calls == 50
    assert [type(one) for one in done].count(BudgetError) == 10
    assert [type(one) for one in done].count(Reply) == 50


def test_an_interrupt_leaves_nothing_behind() -> None:
    async def go(url: str) -> None:
        async with connect(ModelSettings(name="m", base_url=url)) as model:
            task = asyncio.create_task(model.ask(prompt(1), SCHEMA))
            await asyncio.to_thread(provider.asked.wait)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert model.spent.calls == 1
            assert model.spent.cost is None  # it may be billed

    with serve([Answer(how="hang")]) as provider:
        asyncio.run(go(provider.url))

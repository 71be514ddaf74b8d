"""The cache of answers, prices, and the limit of costs."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from llm_server import GOOD, SCHEMA, Answer, Clock, Provider, chat, error, serve

from reviewer.domain import Usage
from reviewer.errors import BadAnswerError, BudgetError, SettingsError
from reviewer.llm import ModelSettings, Prompt, Reply, connect, price
from reviewer.llm.budget import Ledger, Taken
from reviewer.pipeline.purse import begin_ledger

PROMPT = Prompt(id="t.v1", system="Answer.", user="What does the text say?")


async def ask(url: str, *prompts: Prompt, schema: Any = SCHEMA, **settings: Any) -> list[Reply]:
    chosen = ModelSettings(**{"name": "m", "base_url": url, **settings})
    clock = Clock()
    async with connect(chosen, clock=clock, sleep=clock.sleep) as model:
        return await asyncio.gather(*(model.ask(prompt, schema) for prompt in prompts))


def test_a_second_run_makes_no_call(tmp_path: Path) -> None:
    """CS05."""
    with serve([chat()]) as provider:
        [first] = asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path / "new", price=(1, 1)))
        [second] = asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path / "new", price=(1, 1)))
    assert provider.calls == 1
    assert second == first.model_copy(update={"cached": True, "calls": 0, "cost": 0.0})


@pytest.mark.parametrize(
    "change",
    [
        {"name": "m2"},
        {"base_url": "other"},
        {"temperature": 0.5},
        {"max_output_tokens": 99},
        {"prompt": {"system": "Say."}},
        {"prompt": {"user": "Why?"}},
        {"prompt": {"id": "t.v2"}},
        {"prompt": {"sample": 1}},
        {"schema": {**SCHEMA, "title": "x"}},
    ],
    ids=str,
)
def test_what_an_answer_depends_on_is_in_the_key(change: dict[str, Any], tmp_path: Path) -> None:
    changed = {name: value for name, value in change.items() if name != "prompt"}
    prompt = PROMPT.model_copy(update=change.get("prompt", {}))
    with serve([chat()]) as provider, serve([chat()]) as other:
        asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
        if "base_url" in changed:
            changed["base_url"] = other.url
        url = changed.pop("base_url", provider.url)
        [reply] = asyncio.run(ask(url, prompt, cache_dir=tmp_path, **changed))
    assert not reply.cached
    assert provider.calls + other.calls == 2


def test_what_it_does_not_depend_on_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve([chat()]) as provider:
        asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
        monkeypatch.setenv("OPENAI_API_KEY", "sk-another-key-0123456789")
        asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path, timeout=7, concurrency=3, max_cost=9, price=(1, 1)))
    assert provider.calls == 1


def test_twins_in_one_run_are_asked_once(tmp_path: Path) -> None:
    with serve([chat()]) as provider:
        replies = asyncio.run(ask(provider.url, *[PROMPT] * 10, cache_dir=tmp_path))
    assert provider.calls == 1
    assert sorted(reply.calls for reply in replies) == [0] * 9 + [1]


def test_failures_are_not_kept(tmp_path: Path) -> None:
    with serve([chat("No."), chat("No."), chat()]) as provider:
        with pytest.raises(BadAnswerError):
            asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
        [reply] = asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
    assert not reply.cached


def test_only_its_owner_reads_the_cache(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        with serve([chat()]) as provider:

            async def look() -> None:
                async with connect(ModelSettings(name="m", base_url=provider.url, cache_dir=tmp_path / "c")) as model:
                    await model.ask(PROMPT, SCHEMA)
                    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "c").iterdir()}
                    assert len(modes) == 3  # with -wal and -shm
                    assert set(modes.values()) == {0o600}

            asyncio.run(look())
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o700


@pytest.mark.parametrize("harm", ["not a database", "a folder", "no folder"])
def test_a_cache_that_cannot_be_used_says_so(harm: str, tmp_path: Path) -> None:
    file = tmp_path / "c" / "answers.v1.sqlite3"
    if harm == "no folder":
        (tmp_path / "c").write_text("in the way")
    else:
        file.parent.mkdir()
        file.write_bytes(b"nonsense " * 1000) if harm == "not a database" else file.mkdir()
    with serve([chat()]) as provider, pytest.raises(SettingsError, match=r"answers\.v1\.sqlite3.*delete the file"):
        asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path / "c"))
    assert provider.calls == 0


@pytest.mark.parametrize(
    "harm",
    ['{"of": "another version"}', "json_set(reply, '$.data', json('{}'))", "json_remove(reply, '$.data.value')"],
    ids=str,
)
def test_a_damaged_answer_is_asked_for_anew(harm: str, tmp_path: Path) -> None:
    """What is missing in it would pass for silence of the text."""
    with serve([chat()]) as provider:
        asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
        with closing(sqlite3.connect(tmp_path / "answers.v1.sqlite3")) as db, db:
            db.execute(f"UPDATE answers SET reply = {harm if harm.startswith('json') else repr(harm)}")
        for calls in (2, 2):
            asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
            assert provider.calls == calls


def test_an_answer_that_cannot_be_kept_is_not_lost(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is paid for. The file is there when the question is asked, and of no use when the answer comes."""

    def spoil(_: dict[str, Any]) -> Answer:
        with closing(sqlite3.connect(tmp_path / "answers.v1.sqlite3")) as db, db:
            db.execute("DROP TABLE answers")
        return chat()

    with serve(spoil) as provider:
        [reply] = asyncio.run(ask(provider.url, PROMPT, cache_dir=tmp_path))
    assert dict(reply.data) == GOOD
    assert "the cache of answers cannot be used" in caplog.text


WRITER = """
import asyncio, sys
from pathlib import Path
from reviewer.llm import ModelSettings, Prompt, Reply
from reviewer.llm.cache import Answers, Remembering

SCHEMA = {"type": "object", "properties": {"v": {"type": "string"}}}

class Fixed:
    async def ask(self, prompt, schema):
        return Reply(data={"v": prompt.user}, text=prompt.user)

async def main():
    settings = ModelSettings(name="m", base_url="http://localhost/v1")
    model = Remembering(Fixed(), Answers(settings, Path(sys.argv[1])))
    for n in range(100):
        reply = await model.ask(Prompt(id="p", system="s", user=f"{sys.argv[2]} {n}"), SCHEMA)
        shared = await model.ask(Prompt(id="p", system="s", user=f"shared {n}"), SCHEMA)
        assert (reply.text, shared.text) == (f"{sys.argv[2]} {n}", f"shared {n}")

asyncio.run(main())
"""


@pytest.mark.slow
def test_several_processes_share_a_cache(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    running = [subprocess.Popen([*command, str(n)], stderr=subprocess.PIPE) for n in range(4)]
    said = [process.communicate()[1] for process in running]
    assert [process.returncode for process in running] == [0] * 4, said


def test_prices() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    known = price(usage, ModelSettings(name="openai:gpt-4.1"))
    assert known is not None
    assert known > 1
    cheaper = price(usage.model_copy(update={"cached_tokens": 1_000_000}), ModelSettings(name="openai:gpt-4.1"))
    assert cheaper is not None
    assert cheaper < known
    assert price(usage, ModelSettings(name="openai:gpt-4.1"), "gpt-4.1-2025-04-14") == known
    assert price(usage, ModelSettings(name="openai:no-such-model")) is None
    # The name alone says nothing about a server of one's own.
    assert price(usage, ModelSettings(name="gpt-4.1", base_url="http://localhost:8000/v1")) is None
    assert price(usage, ModelSettings(name="m", price=(2, 3))) == 5


def test_failed_calls_cost() -> None:
    """The sum of what the server counted is what was spent, and what the reply says."""
    cut = chat('{"says": "The', "length", tokens=(100, 50))
    with serve([error(500, "x"), cut, chat(tokens=(100, 20))]) as provider:

        async def go() -> tuple[Reply, Any]:
            clock = Clock()
            chosen = ModelSettings(name="m", base_url=provider.url, price=(1e4, 1e6))
            async with connect(chosen, clock=clock, sleep=clock.sleep) as model:
                return await model.ask(PROMPT, SCHEMA), model.spent

        reply, spent = asyncio.run(go())
    assert reply.calls == spent.calls == 3
    assert reply.usage == spent.usage == Usage(input_tokens=200, output_tokens=70)
    assert reply.cost == pytest.approx(72.0)
    assert spent.cost == pytest.approx(72.0)


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}, (100, 20)),
        ({"input_tokens": 100, "output_tokens": 20}, (100, 20)),
        # What was thought is in the total alone.
        ({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 900}, (100, 800)),
        ({"prompt_tokens": 100}, None),
        ({"completion_tokens": 20}, None),
        ({"total_tokens": 120}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}, None),
        ({"prompt_tokens": 100, "completion_tokens": 0}, None),
        ({}, None),
        (None, None),
    ],
)
def test_what_a_server_did_not_count_is_not_free(told: Any, counted: tuple[int, int] | None) -> None:
    """CS03: it is unknown, and under a limit its worst case is taken."""
    answer = Answer(body={**chat().body, "usage": told})
    with serve([answer]) as provider:

        async def go() -> list[Any]:
            settings: dict[str, Any] = {
                "max_output_tokens": 900,
                "max_tokens": 2_500,
                "price": (1, 1),
                "concurrency": 1,
            }
            async with connect(ModelSettings(name="m", base_url=provider.url, **settings)) as model:
                prompts = [PROMPT.model_copy(update={"user": f"{n}"}) for n in range(20)]
                return await asyncio.gather(*(model.ask(p, SCHEMA) for p in prompts), return_exceptions=True)

        replies = asyncio.run(go())
    first = replies[0]
    assert first.usage == (counted and Usage(input_tokens=counted[0], output_tokens=counted[1]))
    assert first.cost == (counted and pytest.approx(sum(counted) / 1e6))
    assert isinstance(replies[-1], BudgetError)
    assert (provider.calls > 2) is (counted == (100, 20))


def test_an_error_within_a_200_is_free_too() -> None:
    with serve([Answer(200, {"error": {"message": "Provider returned error", "code": 502}}), chat()]) as provider:
        [reply] = asyncio.run(ask(provider.url, PROMPT, price=(1, 1)))
    assert (reply.calls, reply.cost) == (2, pytest.approx(50 / 1e6))


def test_a_lost_call_makes_the_cost_unknown() -> None:
    with serve([Answer(how="reset"), chat()]) as provider:
        [reply] = asyncio.run(ask(provider.url, PROMPT, price=(1, 1)))
    assert reply.cost is None
    assert reply.usage is None


def test_the_limit_is_never_crossed() -> None:
    """Each call may take a dollar and takes a tenth: calls are made while a whole dollar is left."""
    spent = 0.0
    settings = {"max_output_tokens": 100, "price": (0, 1e4), "max_cost": 2.0, "concurrency": 8}
    with serve([chat(tokens=(40, 10))]) as provider:

        async def go() -> list[Any]:
            nonlocal spent
            async with connect(ModelSettings(name="m", base_url=provider.url, **settings)) as model:
                prompts = [PROMPT.model_copy(update={"user": f"{n}"}) for n in range(40)]
                done = await asyncio.gather(*(model.ask(p, SCHEMA) for p in prompts), return_exceptions=True)
                spent = model.spent.cost or 0.0
                return done

        replies = asyncio.run(go())
    assert spent == pytest.approx(0.1 * provider.calls)
    assert 1.0 < spent <= 2.0
    assert provider.calls == 11  # the twelfth could cross it
    assert sum(isinstance(reply, BudgetError) for reply in replies) == 29
    message = str(next(reply for reply in replies if isinstance(reply, BudgetError)))
    assert "$2" in message
    assert "higher limit" in message


LEDGER = """
import asyncio, sys
from pathlib import Path
from reviewer.errors import BudgetError
from reviewer.llm import ModelSettings, Prompt, connect

SCHEMA = {"type": "object", "properties": {"value": {"type": "string"}}, "required": ["value"]}

async def main(url, path, limit):
    settings = ModelSettings(name="m", base_url=url, max_calls=int(limit), ledger=Path(path), concurrency=4)
    async with connect(settings) as model:
        prompts = [Prompt(id="t", system="s", user=f"{n}") for n in range(20)]
        done = await asyncio.gather(*(model.ask(prompt, SCHEMA) for prompt in prompts), return_exceptions=True)
    assert all(isinstance(one, BudgetError) or not isinstance(one, BaseException) for one in done), done

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.slow
def test_several_processes_share_a_budget(tmp_path: Path) -> None:
    """CS01: also those that come later, and those that are killed in the middle of a call."""
    ledger = tmp_path / "new" / "spent.sqlite3"

    def start(provider: Provider, limit: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-c", LEDGER, provider.url, str(ledger), str(limit)]
        return subprocess.Popen(command, stderr=subprocess.PIPE)

    with serve([chat({"value": "a"})]) as provider:
        running = [start(provider, 30) for _ in range(3)]
        said = [process.communicate()[1] for process in running]
        assert [process.returncode for process in running] == [0] * 3, said
        assert provider.calls == 30
    with serve([Answer(how="hang")]) as provider:
        killed = start(provider, 31)
        provider.asked.wait()
        killed.kill()
        killed.communicate()
    with serve([chat({"value": "a"})]) as provider:
        start(provider, 33).communicate()
        assert provider.calls == 2
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("limit", "calls", "said"),
    [
        ({"max_calls": 3}, 3, "limit of 3 calls"),
        ({"max_tokens": 1000}, 10, "limit of 1,000 tokens"),
        ({"max_cost": 0.5, "price": (0, 1e4)}, 5, r"limit of \$0.5"),
    ],
    ids=["calls", "tokens", "dollars"],
)
def test_each_limit(limit: dict[str, Any], calls: int, said: str) -> None:
    """One after the other: each takes 100 tokens, ten of them out, and may take as many out as it does."""
    with serve([chat(tokens=(90, 10))]) as provider:

        async def go() -> list[Any]:
            chosen = ModelSettings(name="m", base_url=provider.url, max_output_tokens=10, concurrency=1, **limit)
            async with connect(chosen) as model:
                prompts = [PROMPT.model_copy(update={"user": f"{n}"}) for n in range(12)]
                return await asyncio.gather(*(model.ask(p, SCHEMA) for p in prompts), return_exceptions=True)

        replies = asyncio.run(go())
    assert provider.calls == calls
    with pytest.raises(BudgetError, match=said):
        raise replies[-1]


@pytest.mark.parametrize("torn", [b"SQLite fo", b""], ids=["torn", "empty"])
def test_a_ledger_that_is_none(torn: bytes, tmp_path: Path) -> None:
    """CS01: what was spent is not forgotten; one that a stop left empty is begun."""
    ledger = tmp_path / "spent.db"
    ledger.write_bytes(torn)
    settings = ModelSettings(name="m", base_url="http://127.0.0.1:1/v1", max_calls=3, ledger=ledger)
    if torn:
        with pytest.raises(SettingsError, match=f"{ledger}: is damaged.* or remove it"):
            Ledger(settings).take(Taken(0, 0, 1))
    else:
        begin_ledger(settings, (0.0, 0, 3))
        assert Ledger(settings).take(Taken(0, 0, 1)) == "the limit of 3 calls is reached"


def test_nothing_is_sent_for_no_money() -> None:
    with serve([chat()]) as provider, pytest.raises(BudgetError):
        asyncio.run(ask(provider.url, PROMPT, max_cost=0, price=(1, 1)))
    assert provider.calls == 0


def test_a_limit_needs_a_price() -> None:
    with pytest.raises(SettingsError, match="no price is known for m"):
        connect(ModelSettings(name="m", base_url="http://localhost/v1", max_cost=1))

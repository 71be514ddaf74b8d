"""One peer, one process: `python clients.py PEER WORK URL CONCURRENCY` answers with a line of figures.

WORK is a folder that `compare.py` makes: prompt.json (system text and schema, as this project sends them), users.json
(what it sends for each document) and documents/ (the same documents as files). Each peer is used as its own
documentation shows, with retries as they are by default unless RETRIES is set.
"""

import asyncio
import json
import os
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import redirect_stdout
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

MODEL = "gpt-4.1-mini"  # of the fake provider; a name that every peer knows
MOST = 16_000  # output tokens
RETRIES = int(os.environ.get("RETRIES", "-1"))  # -1: the peer's default


class Work:
    """The documents, as each peer wants them."""

    def __init__(self, folder: Path, url: str, concurrency: int) -> None:
        self.folder, self.url, self.concurrency = folder, url, concurrency
        prompt = json.loads((folder / "prompt.json").read_text("utf-8"))
        self.system, self.schema = prompt["system"], prompt["schema"]

    @property
    def users(self) -> list[str]:
        return json.loads((self.folder / "users.json").read_text("utf-8"))

    def messages(self, user: str) -> list[dict[str, str]]:
        return [{"role": "system", "content": self.system}, {"role": "user", "content": user}]

    @property
    def response_format(self) -> dict[str, Any]:
        form = {"name": "record", "strict": True, "schema": self.schema}
        return {"type": "json_schema", "json_schema": form}

    def retries(self, name: str) -> dict[str, int]:
        return {} if RETRIES < 0 else {name: RETRIES}


async def _each(work: Work, ask: Callable[[str], Awaitable[Any]]) -> int:
    """Ask about each document, at most `concurrency` at a time; how many were answered with an object."""
    slots = asyncio.Semaphore(work.concurrency)

    async def one(user: str) -> bool:
        async with slots:
            try:
                return isinstance(await ask(user), dict)
            except Exception as error:  # noqa: BLE001 - a lost document, whatever the peer raises
                print(type(error).__name__, str(error)[:200], file=sys.stderr)
                return False

    return sum(await asyncio.gather(*(one(user) for user in work.users)))


async def aiohttp(work: Work) -> int:
    """The physical floor: no validation, no retry."""
    import aiohttp as library

    connector = library.TCPConnector(limit=work.concurrency)
    async with library.ClientSession(connector=connector) as session:

        async def ask(user: str) -> Any:
            body = {"model": MODEL, "messages": work.messages(user), "response_format": work.response_format}
            async with session.post(work.url + "/chat/completions", json=body) as answer:
                answer.raise_for_status()
                return json.loads((await answer.json())["choices"][0]["message"]["content"])

        return await _each(work, ask)


async def openai(work: Work) -> int:
    from openai import AsyncOpenAI

    async with AsyncOpenAI(base_url=work.url, api_key="none", **work.retries("max_retries")) as client:

        async def ask(user: str) -> Any:
            answer = await client.chat.completions.create(
                model=MODEL, messages=work.messages(user), response_format=work.response_format
            )
            return json.loads(answer.choices[0].message.content)

        return await _each(work, ask)


async def langchain(work: Work) -> int:
    """`abatch` with its own bound; return_exceptions, because its default loses everything at the first failure."""
    from langchain_openai import ChatOpenAI

    chat = ChatOpenAI(model=MODEL, base_url=work.url, api_key="none", timeout=600, **work.retries("max_retries"))
    structured = chat.with_structured_output({"title": "record", **work.schema}, method="json_schema", strict=True)
    prompts = [work.messages(user) for user in work.users]
    answers = await structured.abatch(prompts, config={"max_concurrency": work.concurrency}, return_exceptions=True)
    return sum(isinstance(answer, dict) for answer in answers)


async def instructor(work: Work) -> int:
    import instructor as library
    from openai import AsyncOpenAI
    from pydantic import create_model

    def model_of(name: str, schema: dict[str, Any]) -> Any:
        kinds = {"string": str, "array": list[str]}
        fields: Any = {
            key: (model_of(key, part) if part["type"] == "object" else kinds[part["type"]], ...)
            for key, part in schema["properties"].items()
        }
        return create_model(name, **fields)

    record = model_of("record", work.schema)
    client = library.from_openai(AsyncOpenAI(base_url=work.url, api_key="none"), mode=library.Mode.TOOLS)

    async def ask(user: str) -> Any:
        answer = await client.chat.completions.create(
            model=MODEL, messages=work.messages(user), response_model=record, **work.retries("max_retries")
        )
        return answer.model_dump()

    return await _each(work, ask)


async def langextract(work: Work) -> int:
    """Its defaults: chunks of 1,000 characters; the same questions, one class for each."""
    import langextract as library

    names = [
        n for group in work.schema["properties"].values() for n in group["properties"] if not n.endswith("_quotes")
    ]
    questions = work.system.partition("\nCriteria\n")[2]
    example = library.data.ExampleData(
        text="The rule serves as the baseline.",
        extractions=[
            library.data.Extraction(extraction_class=name, extraction_text="The rule serves as the baseline.")
            for name in names
        ],
    )
    documents = [
        library.data.Document(text=path.read_text("utf-8"), document_id=path.stem)
        for path in sorted((work.folder / "documents").glob("*.md"))
    ]
    config = library.factory.ModelConfig(
        model_id=MODEL, provider="openai", provider_kwargs={"base_url": work.url, "api_key": "none"}
    )
    chunk = {} if os.environ.get("CHUNKS", "default") == "default" else {"max_char_buffer": 10_000_000}
    results = await asyncio.to_thread(
        lambda: list(
            library.extract(
                documents,
                prompt_description=f"Quote what the proposal says about each class.\n{questions}",
                examples=[example],
                config=config,
                max_workers=work.concurrency,
                batch_length=work.concurrency,
                show_progress=False,
                **chunk,
            )
        )
    )
    return sum(bool(result.extractions) for result in results)


def reviewer(work: Work) -> int:
    """The whole of it: read, ask, check the quotes, score, criticise, keep in the store, write the report."""
    import sqlite3

    from reviewer.__main__ import main

    out, told = work.folder / "run", ["--model", MODEL, "--base-url", work.url, "--no-cache"]
    told += ["--concurrency", str(work.concurrency)]
    with redirect_stdout(sys.stderr):
        main(["batch", "run", str(work.folder / "documents"), "--out", str(out), *told])
        main(["batch", "report", str(out)])
    with sqlite3.connect(out / "store.db") as store:
        return store.execute("SELECT count(*) FROM results WHERE state = 'reviewed'").fetchone()[0]


# What each imports; start-up is measured by itself (benchmarks/README.md), not in these figures.
PEERS = {
    aiohttp: ("aiohttp",),
    openai: ("openai", "openai.types.chat"),
    langchain: ("langchain_openai",),
    instructor: ("instructor", "openai.types.chat"),
    langextract: ("langextract", "openai.types.chat"),
    reviewer: (
        *("langchain.chat_models", "langchain_openai", "datasketch"),
        *("reviewer.cli.batch", "reviewer.batch.run", "reviewer.batch.report"),
    ),
}


def processor_time() -> float:
    """Seconds, of this process and of all that it started, which end here if they have not."""
    forkserver._forkserver._stop()  # the parent of a pool's processes: what they took is in its account
    whose = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in whose)


if __name__ == "__main__":
    name, folder, url, concurrency = sys.argv[1:]
    work = Work(Path(folder), url, int(concurrency))
    peer, modules = next((peer, modules) for peer, modules in PEERS.items() if peer.__name__ == name)
    for module in modules:
        import_module(module)
    begun, processor = time.perf_counter(), processor_time()
    answered = asyncio.run(peer(work)) if asyncio.iscoroutinefunction(peer) else peer(work)
    wall, processor = time.perf_counter() - begun, processor_time() - processor
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"wall": wall, "cpu": processor, "megabytes": peak, "answered": answered}))

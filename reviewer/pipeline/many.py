"""The one loop for many documents."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.domain import Review, Rubric
from reviewer.errors import BudgetError, InputError, ProviderError, ReviewerError, SettingsError
from reviewer.pipeline.one import (
    Language,
    Named,
    Run,
    Source,
    named,
    ready,
    review_offline,
    unreviewed,
)

_WINDOW = 2

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings


async def review_many(
    sources: Iterable[Source | Named],
    *,
    rubric: str | Path | Rubric = "fsdl",
    model: "ModelSettings | None" = None,
    language: Language | None = None,
    concurrency: int = 8,
    force: bool = False,
    samples: int = 1,
    before: Callable[[], None] | None = None,
) -> AsyncIterator[Review]:
    """Review many proposals, in their order, at most `concurrency` at a time.

    A source may come as a pair of itself and its name. `before` is called once, before the first byte leaves this
    machine. A document that cannot be read or answered is yielded as "failed" with its reason. What no other document
    would survive (a wrong key, no credit, the budget) is raised, after everything finished was yielded.
    """
    if concurrency < 1:
        raise SettingsError(f"concurrency {concurrency}: nothing would be reviewed; make it at least 1")
    run = Run(rubric=ready(rubric), language=language, force=force, samples=samples)
    if model is None:
        for source, name in map(named, sources):
            try:
                yield review_offline(source, run, name)
            except InputError as error:
                yield unreviewed(source, name, run.rubric, "failed", str(error))
            await asyncio.sleep(0)
        return
    from reviewer.pipeline.panel import empanelled

    async with empanelled(run, model, concurrency=concurrency, before=before) as panel:

        async def one(source: Source, name: str) -> Review | ReviewerError:
            try:
                return await panel.review(source, name)
            except (BudgetError, ProviderError) as error:
                return error

        waiting = map(named, sources)
        # More than may call at a time: results come in order, and a slow one must not leave the others' places empty.
        tasks = [asyncio.create_task(one(*source)) for source in islice(waiting, _WINDOW * concurrency)]
        fatal: ReviewerError | None = None
        try:
            while tasks:
                result = await tasks.pop(0)
                if isinstance(result, ReviewerError):
                    fatal = fatal or result
                    continue
                yield result
                if fatal is None:
                    tasks += [asyncio.create_task(one(*source)) for source in islice(waiting, 1)]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if fatal is not None:
        raise fatal

"""The one loop for many documents."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.domain import Document, Review, Rubric
from reviewer.errors import BudgetError, InputError, ProviderError, ReviewerError
from reviewer.pipeline.one import Language, Run, Source, review_offline, review_with, unreviewed
from reviewer.rubric import load_rubric

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings


async def review_many(
    sources: Iterable[Source],
    *,
    rubric: str | Path | Rubric = "fsdl",
    model: "ModelSettings | None" = None,
    language: Language | None = None,
    concurrency: int = 8,
    force: bool = False,
    samples: int = 1,
) -> AsyncIterator[Review]:
    """Review many proposals, in their order, at most `concurrency` at a time.

    A document that cannot be read or answered is yielded as "failed" with its reason. What no other document
    would survive (a wrong key, no credit, the budget) is raised, after everything finished was yielded.
    """
    ready = rubric if isinstance(rubric, Rubric) else load_rubric(rubric)
    run = Run(rubric=ready, language=language, force=force, samples=samples)
    if model is None:
        for source in sources:
            try:
                yield review_offline(source, run, _name(source))
            except InputError as error:
                yield unreviewed(source, _name(source), ready, "failed", str(error))
            await asyncio.sleep(0)
        return
    from reviewer.llm import connect

    async with connect(model) as session:

        async def one(source: Source) -> Review | ReviewerError:
            try:
                return await review_with(session, source, run, _name(source))
            except InputError as error:
                return unreviewed(source, _name(source), ready, "failed", str(error))
            except BudgetError as error:
                return error
            except ProviderError as error:
                return error if error.final else unreviewed(source, _name(source), ready, "failed", str(error))

        waiting = iter(sources)
        tasks = [asyncio.create_task(one(source)) for source in islice(waiting, concurrency)]
        fatal: ReviewerError | None = None
        try:
            while tasks:
                result = await tasks.pop(0)
                if isinstance(result, ReviewerError):
                    fatal = fatal or result
                    continue
                yield result
                if fatal is None:
                    tasks += [asyncio.create_task(one(source)) for source in islice(waiting, 1)]
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    if fatal is not None:
        raise fatal


def _name(source: Source) -> str:
    if isinstance(source, Document):
        return source.name
    return str(source) if isinstance(source, Path) else "text"

"""A model at work with somebody watching: what it has taken so far, then the review."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from reviewer.domain import Document, Review, Rubric
from reviewer.pipeline.one import Language, Run, review_with

if TYPE_CHECKING:
    from reviewer.llm import ModelSettings
    from reviewer.llm.budget import Spent


async def areview_watched(
    document: Document,
    *,
    rubric: Rubric,
    model: "ModelSettings",
    language: Language | None = None,
    force: bool = False,
    samples: int = 1,
    every: float = 1.0,
) -> "AsyncIterator[Spent | Review]":
    """What was spent so far, each `every` seconds, and the review at the end. Closing it stops the model."""
    from reviewer.llm import connect

    run = Run(rubric=rubric, language=language, force=force, samples=samples)
    async with connect(model) as session:
        work = asyncio.create_task(review_with(session, document, run, document.name, model))
        try:
            while not (await asyncio.wait({work}, timeout=every))[0]:
                yield session.spent
            yield work.result()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)

"""A model for many documents: calls side by side, each result as it comes."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack

from reviewer.batch.job import Item, Job, failed, our_fault, result_of
from reviewer.batch.store import Result
from reviewer.errors import BudgetError, ProviderError, ReviewerError
from reviewer.pipeline import Panel, empanelled


def by_model(
    items: Iterator[Item], job: Job, *, concurrency: int, before: Callable[[], None] | None = None
) -> Iterator[Result]:
    """Results as they come, at most `concurrency` documents at a time.

    What no other document would survive (a wrong key, no credit, the budget) is raised at the end, after everything in
    flight has come home.
    """
    assert job.model is not None  # noqa: S101 - for the type checker
    fatal: ReviewerError | None = None
    flying: set[asyncio.Task[Result | ReviewerError]] = set()
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        opening = empanelled(job.run, job.model, concurrency=concurrency, before=before)
        panel = runner.run(stack.enter_async_context(opening))
        try:
            while True:
                while fatal is None and len(flying) < concurrency and (item := next(items, None)) is not None:
                    flying.add(runner.get_loop().create_task(_one(panel, item, job)))
                if not flying:
                    break
                done, flying = runner.run(_first(flying))
                for result in (task.result() for task in done):
                    if isinstance(result, ReviewerError):
                        fatal = fatal or result
                    else:
                        yield result
        finally:
            for task in flying:
                task.cancel()
            runner.run(stack.aclose())
    if fatal is not None:
        raise fatal


async def _one(panel: Panel, item: Item, job: Job) -> Result | ReviewerError:
    try:
        return result_of(item, await panel.review(item.data, item.name), job)
    except (BudgetError, ProviderError) as error:
        return error
    except Exception as error:  # noqa: BLE001 - as in `review_item`
        if isinstance(error, ReviewerError):
            return error
        return failed(item, our_fault(item, error))


async def _first(
    flying: set[asyncio.Task[Result | ReviewerError]],
) -> tuple[set[asyncio.Task[Result | ReviewerError]], set[asyncio.Task[Result | ReviewerError]]]:
    return await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)

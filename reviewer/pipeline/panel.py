"""A connected model that reviews one proposal after another, several at a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from reviewer.domain import Document, Review
from reviewer.errors import IncompleteError, InputError, ProviderError
from reviewer.pipeline.one import Run, Source, read, review_with, unreviewed

if TYPE_CHECKING:
    from reviewer.llm import Model, ModelSettings


class Panel:
    """A model, and how to review with it."""

    def __init__(self, model: "Model", settings: "ModelSettings", run: Run) -> None:
        self.model, self._settings, self._run = model, settings, run

    async def review(self, source: Source, name: str) -> Review:
        """Review one proposal. One that cannot be read or answered is "failed", with its reason.

        Raises what no other proposal would survive: a BudgetError, or a ProviderError that is final.
        """
        try:
            # In a thread: reading waits for a process of its own where a file might be hostile.
            document: Document = await asyncio.to_thread(read, source, name)
            return await review_with(self.model, document, self._run, name, self._settings)
        except IncompleteError as error:
            return unreviewed(source, name, self._run.rubric, "incomplete", str(error))
        except InputError as error:
            return unreviewed(source, name, self._run.rubric, "failed", str(error))
        except ProviderError as error:
            if error.final:
                raise
            return unreviewed(source, name, self._run.rubric, "failed", str(error))


@asynccontextmanager
async def empanelled(
    run: Run, model: "ModelSettings", *, concurrency: int, before: Callable[[], None] | None = None
) -> AsyncIterator[Panel]:
    """Connect the model for at most `concurrency` calls at a time.

    A document is read and judged in turn with all others, so its call waits for nothing but the provider's limits.
    """
    from reviewer.llm import connect

    many = model.model_copy(update={"concurrency": concurrency})
    async with connect(many, before=before) as session:
        yield Panel(session, many, run)

"""Where documents are read and judged: in a process of its own, which asks for a model's answers by its pipe."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from reviewer.batch.job import Item, Job, failed, our_fault, result_of
from reviewer.batch.process import receive
from reviewer.batch.store import Result
from reviewer.errors import ReviewerError
from reviewer.pipeline import Panel


class Asked(NamedTuple):
    """A desk wants an answer, for a document."""

    content: str
    number: int
    prompt: Any
    schema: Mapping[str, Any]


class Answered(NamedTuple):
    """What a desk asked for, or why there is none."""

    number: int
    reply: Any


class Finished(NamedTuple):
    """A desk is done with a document; an error is one that no other document would survive."""

    content: str
    result: Result | ReviewerError


def bare(error: ReviewerError) -> ReviewerError:
    """The error without what caused it, which may be of a kind that cannot be sent."""
    plain = type(error)(*error.args)
    plain.__dict__.update(error.__dict__)  # whether it ends the run
    return plain


async def review_item(item: Item, panel: Panel, job: Job) -> Result:
    """The document's result. Raises what no other document would survive."""
    return result_of(item, await panel.review(item.data, item.name), job)


Work = Callable[[Item, Panel, Job], Awaitable[Result]]


def serve(pipe: "Connection[Any, Any]", job: Job, work: Work) -> None:
    """What a desk does, until nobody is at the other end."""
    asyncio.run(_at_desk(pipe, job, work))


async def _at_desk(pipe: "Connection[Any, Any]", job: Job, work: Work) -> None:
    settings = job.model
    assert settings is not None  # noqa: S101 - for the type checker
    loop, inbox = asyncio.get_running_loop(), asyncio.Queue[Any]()

    def put(message: Any) -> None:
        loop.call_soon_threadsafe(inbox.put_nowait, message)

    async def review(item: Item) -> None:
        panel = Panel(_ByPipe(pipe, item.content, waiting), settings, job.run)
        result: Result | ReviewerError
        try:
            result = await work(item, panel, job)
        except ReviewerError as error:
            result = bare(error)
        except Exception as error:  # noqa: BLE001 - a bug that one document of thousands meets must not end the others
            result = failed(item, our_fault(item, error))
        with suppress(OSError):  # nobody is there any more
            pipe.send(Finished(item.content, result))

    threading.Thread(target=receive, args=(pipe, put), daemon=True).start()
    tasks, waiting = set[asyncio.Task[None]](), dict[int, asyncio.Future[Any]]()
    while (message := await inbox.get()) is not None:
        if isinstance(message, Answered):
            answer = waiting.pop(message.number)
            if answer.done():  # nobody waits any more
                continue
            if isinstance(message.reply, ReviewerError):
                answer.set_exception(message.reply)
            else:
                answer.set_result(message.reply)
        else:
            task = loop.create_task(review(message))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


class _ByPipe:
    """The model, as a document sees it at its desk."""

    def __init__(self, pipe: "Connection[Any, Any]", content: str, waiting: "dict[int, asyncio.Future[Any]]") -> None:
        self._pipe, self._content, self._waiting = pipe, content, waiting

    async def ask(self, prompt: Any, schema: Mapping[str, Any]) -> Any:
        """Answer `prompt` with an object of this JSON Schema."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[id(answer)] = answer
        with suppress(OSError):
            self._pipe.send(Asked(self._content, id(answer), prompt, schema))
        return await answer

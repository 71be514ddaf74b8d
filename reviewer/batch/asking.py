"""A model for many documents: calls leave from this process, and everything else is done by others, on every core.

Connections, limits, budget and kept answers have one place. A process that reads and judges asks for an answer by its
pipe, and goes on with its next document meanwhile.
"""

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

from reviewer.batch.desk import Answered, Asked, Work, bare, review_item, serve
from reviewer.batch.job import Item, Job, failed
from reviewer.batch.process import ENDING, START, Process, receive
from reviewer.batch.store import Result
from reviewer.errors import ReviewerError
from reviewer.pipeline import Panel, empanelled

_AHEAD = 2  # documents at hand for each call: what an answer lets go is replaced by one that was read meanwhile


def by_model(
    items: Iterator[Item],
    job: Job,
    *,
    concurrency: int,
    processes: int | None = None,
    limit: float = 60.0,
    before: Callable[[], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
    work: Work = review_item,
) -> Iterator[Result]:
    """Results as they come, with at most `concurrency` calls at a time; once `stopped`, only of what has asked.

    A document that computes for longer than `limit` seconds, or ends its process, is failed.
    What no other document would survive (a wrong key, no credit, the budget) is raised at the end, after everything in
    flight has come home.
    """
    assert job.model is not None  # noqa: S101 - for the type checker
    with asyncio.Runner() as runner:
        office = _Office((job, work), processes or os.cpu_count() or 1, concurrency, limit, stopped)
        stack = AsyncExitStack()
        try:
            more = runner.run(office.hand_out(items))  # they read while we connect
            opening = empanelled(job.run, job.model, concurrency=concurrency, before=before)
            office.connected(runner.run(stack.enter_async_context(opening)))
            while more:
                yield from runner.run(office.results())
                more = runner.run(office.hand_out(items))
        finally:
            runner.run(office.close())
            runner.run(stack.aclose())
    if office.fatal is not None:
        raise office.fatal


class _Office:
    """The desks, what lies on them, and what comes back."""

    def __init__(
        self, task: tuple[Job, Work], most: int, concurrency: int, limit: float, stopped: Callable[[], bool]
    ) -> None:
        self._task, self._most, self._limit, self._stopped = task, most, limit, stopped
        self._room = _AHEAD * concurrency
        self._concurrency = concurrency
        self._open: set[str] = set()  # contents that have asked
        self._waiting: list[tuple[_Desk, Asked]] = []
        self._panel: Panel | None = None
        self._connected = asyncio.Event()
        self._desks: list[_Desk] = []
        self._heard: asyncio.Queue[tuple[_Desk, Any]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._suspects: deque[Item] = deque()  # lay on a desk that was lost
        self.fatal: ReviewerError | None = None

    def connected(self, panel: Panel) -> None:
        """Calls can be made from now on."""
        self._panel = panel
        self._connected.set()

    async def hand_out(self, items: Iterator[Item]) -> bool:
        """Take no more documents than there is room for; False if all is done."""
        while self.fatal is None and self._flying < self._room and (item := next(items, None)) is not None:
            self._desk().take(item)
        if self.fatal is None and not self._flying and self._suspects:
            # One ends its process: alone it takes no other with it.
            self._desk().take(self._suspects.popleft())
        return bool(self._open if self._stopped() else self._flying)

    @property
    def _flying(self) -> int:
        return sum(len(desk.items) for desk in self._desks)

    def _desk(self) -> "_Desk":
        if len(self._desks) < self._most:
            self._desks.append(_Desk(self._task, self._heard.put_nowait))
        return min(self._desks, key=lambda desk: len(desk.items))

    async def results(self) -> list[Result]:
        """What has come in, once there is something."""
        found = []
        with suppress(TimeoutError):
            async with asyncio.timeout(self._limit):
                found.append(await self._heard.get())
        while not self._heard.empty():
            found.append(self._heard.get_nowait())
        late = f"took longer than {self._limit:g} s; review it alone, or as plain text"
        results = [self._heed(desk, message) for desk, message in found]
        results += [self._lost(desk, late) for desk in [*self._desks] if desk.hangs(self._limit)]
        return [result for result in results if result is not None]

    def _heed(self, desk: "_Desk", message: Any) -> Result | None:
        if isinstance(message, BaseException):
            raise message
        if desk not in self._desks:
            return None  # its documents are with others
        if message is None:
            return self._lost(desk, "ended the process that read it ({}); review it alone", ENDING)
        desk.heard()
        if isinstance(message, Asked):
            desk.asks += 1
            self._waiting.append((desk, message))
            self._call()
            return None
        del desk.items[message.content]
        self._open.discard(message.content)
        self._call()
        if isinstance(message.result, ReviewerError):
            self.fatal = self.fatal or message.result
            return None
        result: Result = message.result
        return result

    def _call(self) -> None:
        # A document that has asked is seen through before others ask: a budget that ends leaves finished reviews.
        for desk, asked in [*self._waiting]:
            if asked.content in self._open or (len(self._open) < self._concurrency and not self._stopped()):
                self._open.add(asked.content)
                self._waiting.remove((desk, asked))
                task = asyncio.ensure_future(self._answer(desk, asked))
                self._tasks.add(task)
                task.add_done_callback(partial(self._answered, desk))

    async def _answer(self, desk: "_Desk", asked: Asked) -> None:
        await self._connected.wait()
        assert self._panel is not None  # noqa: S101 - for the type checker
        try:
            reply: Any = await self._panel.model.ask(asked.prompt, asked.schema)
        except ReviewerError as error:
            reply = bare(error)
        desk.asks -= 1
        desk.heard()
        desk.process.send(Answered(asked.number, reply))

    def _answered(self, desk: "_Desk", task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (bug := task.exception()) is not None:
            self._heard.put_nowait((desk, bug))

    def _lost(self, desk: "_Desk", why: str, patience: float = 0.0) -> Result | None:
        self._desks.remove(desk)
        how, items = desk.process.end(patience), [*desk.items.values()]
        self._open.difference_update(desk.items)
        self._waiting = [(one, asked) for one, asked in self._waiting if one is not desk]
        self._call()
        if len(items) == 1:
            return failed(items[0], f"{items[0].name}: {why.format(how)}")
        self._suspects.extend(items)
        return None

    async def close(self) -> None:
        """End the desks, and what they asked."""
        for desk in self._desks:
            desk.process.kill()  # all of them before anything is waited for, which may be interrupted
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for desk in self._desks:
            desk.end()


class _Desk:
    """A process that reads and judges, and the documents that lie there."""

    def __init__(self, task: tuple[Job, Work], heard: Callable[[tuple["_Desk", Any]], None]) -> None:
        self.items: dict[str, Item] = {}
        self.asks = 0  # answers that it waits for
        self.process = Process(serve, *task)
        loop = asyncio.get_running_loop()
        self._time, self._since = loop.time, loop.time() + START

        def put(message: Any) -> None:
            loop.call_soon_threadsafe(heard, (self, message))

        self._thread = threading.Thread(target=receive, args=(self.process.pipe, put), daemon=True)
        self._thread.start()

    def heard(self) -> None:
        """It lives, or has been given something to do."""
        self._since = self._time()

    def hangs(self, limit: float) -> bool:
        """Has it been at work for so long, waiting for no answer, without a word?"""
        return bool(self.items) and not self.asks and self._time() - self._since > limit

    def take(self, item: Item) -> None:
        self.items[item.content] = item
        self.process.send(item)

    def end(self) -> None:
        self.process.end()
        self._thread.join()

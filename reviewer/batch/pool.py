"""The offline engine on every core: processes that take one document each, and can be lost.

`concurrent.futures` gives a whole pool up when one process dies, and cannot end a task that hangs.
"""

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, wait
from typing import Any

from reviewer.batch.job import Item, Job, failed, review_item
from reviewer.batch.process import ENDING, START, Process, receive
from reviewer.batch.store import Result

_AHEAD = 2  # documents that a process has at hand: it never waits for us
Work = Callable[[Item, Job], Result]


def in_pool(
    items: Iterator[Item], job: Job, *, processes: int | None = None, limit: float = 60.0, work: Work = review_item
) -> Iterator[Result]:
    """Results as they come. A document that takes longer than `limit` seconds, or ends its process, is failed."""
    crew = [_Worker(job, work) for _ in range(processes or os.cpu_count() or 1)]
    lost: deque[Item] = deque()  # were waiting in a process that another document ended
    try:
        while True:
            _hand_out(crew, lost, items)
            busy = [worker for worker in crew if worker.items]
            if not busy:
                return
            left = min(worker.until(limit) for worker in busy) - time.monotonic()
            ready = wait([worker.pipe for worker in busy], timeout=max(0.0, left))
            for worker in busy:
                if worker.pipe in ready:
                    answer = worker.answer()
                elif worker.until(limit) > time.monotonic():
                    continue
                else:
                    answer = f"took longer than {limit:g} s; review it alone, or as plain text"
                if isinstance(answer, str):
                    item = worker.items.popleft()
                    lost.extend(worker.renew())
                    answer = failed(item, f"{item.name}: {answer}")
                if answer is not None:
                    yield answer
    finally:
        for worker in crew:
            worker.end()


def _hand_out(crew: "list[_Worker]", lost: deque[Item], items: Iterator[Item]) -> None:
    """Fill the least busy first, and take no document from the source before somebody has room for it."""
    while (worker := min(crew, key=lambda one: len(one.items))) and len(worker.items) < _AHEAD:
        item = lost.popleft() if lost else next(items, None)
        if item is None:
            return
        worker.take(item)


class _Worker:
    """A process, started when it gets its first document, and what it has at hand."""

    def __init__(self, job: Job, work: Work) -> None:
        self.items: deque[Item] = deque()
        self._process: Process | None = None
        self._job, self._work = job, work
        self._ready, self._since = False, 0.0

    @property
    def pipe(self) -> "Connection[Any, Any]":
        """Our end of what connects us to the process."""
        return self._started.pipe

    @property
    def _started(self) -> Process:
        if self._process is None:
            self._process, self._ready = Process(_serve, self._job, self._work), False
        return self._process

    def take(self, item: Item) -> None:
        if not self.items:
            self._since = time.monotonic()
        self.items.append(item)
        self._started.send(item)

    def until(self, limit: float) -> float:
        """When the document in hand has had its time; what the process takes to start is not the document's fault."""
        return self._since + (limit if self._ready else max(limit, START))

    def answer(self) -> Result | str | None:
        """The result of the document in hand, or why there will be none; None: the process has just started."""
        try:
            answer: Result | None = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return f"ended the process that read it ({self.end(ENDING)}); review it alone"
        if answer is not None:
            self.items.popleft()
        self._ready, self._since = True, time.monotonic()
        return answer

    def renew(self) -> deque[Item]:
        """End the process; the next document gets a new one. What was waiting comes back."""
        self.end()
        waiting, self.items = self.items, deque()
        return waiting

    def end(self, patience: float = 0.0) -> str:
        """End the process, if there is one; how it ended."""
        process, self._process = self._process, None
        return process.end(patience) if process is not None else ""


def _serve(pipe: "Connection[Any, Any]", job: Job, work: Work) -> None:
    """What a process does, until nobody is at the other end."""
    waiting: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
    threading.Thread(target=receive, args=(pipe, waiting.put), daemon=True).start()
    pipe.send(None)
    while (item := waiting.get()) is not None:
        pipe.send(work(item, job))

"""The offline engine on every core: processes that take one document each, and can be lost.

`concurrent.futures` gives a whole pool up when one process dies, and cannot end a task that hangs.
"""

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from reviewer.batch.job import Item, Job, failed, review_item
from reviewer.batch.store import Result

_START = 300.0  # seconds that a process may take to start, on however busy a machine
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
        self._pipe: Connection[Any, Any] | None = None
        self._job, self._work = job, work
        self._ready, self._since = False, 0.0

    @property
    def pipe(self) -> "Connection[Any, Any]":
        """Our end of what connects us to the process."""
        if self._pipe is None:
            ours, theirs = _context().Pipe()
            self._process = _context().Process(target=_serve, args=(theirs, self._job, self._work), daemon=True)
            self._process.start()
            theirs.close()
            self._pipe, self._ready = ours, False
        return self._pipe

    def take(self, item: Item) -> None:
        if not self.items:
            self._since = time.monotonic()
        self.items.append(item)
        with suppress(BrokenPipeError, ConnectionResetError):  # it is gone, which `result` will find
            self.pipe.send(item)

    def until(self, limit: float) -> float:
        """When the document in hand has had its time; what the process takes to start is not the document's fault."""
        return self._since + (limit if self._ready else max(limit, _START))

    def answer(self) -> Result | str | None:
        """The result of the document in hand, or why there will be none; None: the process has just started."""
        try:
            answer: Result | None = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            return f"ended the process that read it (exit code {self._process.exitcode}); review it alone"
        if answer is not None:
            self.items.popleft()
        self._ready, self._since = True, time.monotonic()
        return answer

    def renew(self) -> deque[Item]:
        """End the process; the next document gets a new one. What was waiting comes back."""
        self.end()
        waiting, self.items = self.items, deque()
        return waiting

    def end(self) -> None:
        if self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._pipe = None


def _context() -> Any:
    # One process loads everything and is copied; a fork of ours would take along whatever state we have.
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reviewer.batch.pool"])
    return context


def _serve(pipe: "Connection[Any, Any]", job: Job, work: Work) -> None:
    """What a process does, until nobody is at the other end."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they go to the whole group; who started us decides
    waiting: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
    # Read at once what comes: two sides that both write and wait would wait for ever.
    threading.Thread(target=_receive, args=(pipe, waiting), daemon=True).start()
    with suppress(BrokenPipeError, ConnectionResetError):
        pipe.send(None)
        while (item := waiting.get()) is not None:
            pipe.send(work(item, job))


def _receive(pipe: "Connection[Any, Any]", waiting: "queue.SimpleQueue[Item | None]") -> None:
    with suppress(EOFError, OSError):
        while True:
            waiting.put(pipe.recv())
    waiting.put(None)

"""A process of ours, and the pipe to it."""

import gc
import multiprocessing
import signal
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from typing import Any

START = 300.0  # seconds that a process may take to start, on however busy a machine
ENDING = 5.0  # seconds that a process may take to end itself after it left its pipe


class Process:
    """Runs `serve(pipe, *arguments)` beside us, until it ends itself, `end` is called, or we are gone."""

    def __init__(self, serve: Callable[..., None], *arguments: Any) -> None:
        self.pipe: Connection[Any, Any]
        self.pipe, theirs = _context().Pipe()
        self._process = _context().Process(target=_run, args=(serve, theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    def send(self, message: Any) -> None:
        """Send something, unless nobody is there any more, which who receives will find."""
        with suppress(OSError):
            self.pipe.send(message)

    def kill(self) -> None:
        """End it at once, and do not wait for that."""
        self._process.kill()

    def end(self, patience: float = 0.0) -> str:
        """End it, unless it ends itself within so many seconds; how it ended."""
        self._process.join(patience)
        self._process.kill()
        self._process.join()
        self.pipe.close()
        return f"exit code {self._process.exitcode}"


def receive(pipe: "Connection[Any, Any]", put: Callable[[Any], object]) -> None:
    """Hand on what comes, then None once nobody is at the other end. For a thread: it reads at once what comes,
    because two sides that both write and wait would wait for ever.
    """
    try:
        with suppress(EOFError, OSError):
            while True:
                put(pipe.recv())
    finally:
        put(None)  # also where a message cannot be read, which is a bug: nobody may wait for ever


def warm() -> None:
    """Load, beside us, what every process needs, so that the first ones start quickly."""
    if _context().get_start_method() == "forkserver":
        forkserver.ensure_running()


def _context() -> Any:
    # One process loads everything and is copied; a fork of ours would take along whatever state we have.
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    ours = [f"reviewer.batch.{name}" for name in ("forked", "pool", "asking")]
    context.set_forkserver_preload([*ours, "markdown_it", "re2"])
    return context


def _run(serve: Callable[..., None], pipe: "Connection[Any, Any]", *arguments: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # they go to the whole group; who started us decides
    gc.freeze()  # what is loaded by now stays for good: a rubric's thousands of objects need no looking through
    with suppress(BrokenPipeError, ConnectionResetError):
        serve(pipe, *arguments)

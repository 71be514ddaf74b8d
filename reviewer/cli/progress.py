"""How far it is, on standard error, for somebody who waits at a terminal."""

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress


class Bar(Protocol):
    """What a command tells about its work."""

    def finish(self, name: str) -> None:
        """One more document is done."""

    def hidden(self) -> AbstractContextManager[None]:
        """Make room for output on the same screen."""


class _Silent:
    def finish(self, name: str) -> None:
        pass

    @contextmanager
    def hidden(self) -> Iterator[None]:
        yield


class _Rich:
    def __init__(self, progress: "Progress", total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("reading", total=total)

    def finish(self, name: str) -> None:
        self._progress.update(self._task, advance=1, description=name)

    @contextmanager
    def hidden(self) -> Iterator[None]:
        self._progress.stop()
        try:
            yield
        finally:
            self._progress.start()


@contextmanager
def progress(total: int) -> Iterator[Bar]:
    """A bar for `total` documents; nothing for none, or where no terminal is."""
    if total == 0 or sys.stderr is None or not sys.stderr.isatty():
        yield _Silent()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        BarColumn(20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    # Output is written past rich, so it must not catch standard output either.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as shown:
        yield _Rich(shown, total)

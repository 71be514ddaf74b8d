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


class Tally(Protocol):
    """What a run of very many tells about its work."""

    def finish(self, state: str, cost: float | None) -> None:
        """One more document is done."""

    def say(self, text: str) -> None:
        """A line that stays."""


class _Lines:
    """For a log: a line for each tenth."""

    def __init__(self, total: int) -> None:
        self._total, self._done, self._told = total, 0, 0

    def finish(self, state: str, cost: float | None) -> None:
        self._done += 1
        if (tenth := 10 * self._done // self._total) > self._told and self._total >= 10:
            self._told = tenth
            self.say(f"reviewer: {self._done:,} of {self._total:,}")

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


class _Running:
    def __init__(self, progress: "Progress", total: int, priced: bool) -> None:
        self._progress, self._priced = progress, priced
        self._failed, self._cost = 0, 0.0
        self._unknown = False
        self._task = progress.add_task("", total=total)

    def finish(self, state: str, cost: float | None) -> None:
        self._failed += state == "failed"
        self._cost += cost or 0.0
        self._unknown |= cost is None
        parts = [f"{self._failed} failed"] if self._failed else []
        if self._priced:
            parts.append("price unknown" if self._unknown else f"${self._cost:.2f}")
        self._progress.update(self._task, advance=1, description=", ".join(parts))

    def say(self, text: str) -> None:
        self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)


@contextmanager
def run_progress(total: int, *, priced: bool) -> Iterator[Tally]:
    """Done, failed, cost, rate and time left, for a run of `total` documents; lines where no terminal is."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield _Lines(total)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:.1f}/s")

    columns = (BarColumn(20), MofNCompleteColumn(), Rate(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(
        *columns, console=Console(stderr=True), transient=True, redirect_stdout=False, redirect_stderr=False
    ) as shown:
        yield _Running(shown, total, priced)

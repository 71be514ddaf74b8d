"""What a workflow's job takes beside the API: annotations in its log, a summary, outputs."""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from reviewer.domain.base import Frozen
from reviewer.errors import OutputError, printable
from reviewer.pipeline import folded, shortened

MOST = 10  # annotations of a kind that GitHub shows for a step


class Annotation(Frozen):
    """A line in the job's list of annotations, and beside the file."""

    level: Literal["error", "warning", "notice"]
    message: str
    title: str = "reviewer"
    path: str = ""
    line: int | None = None


def commands(annotations: Iterable[Annotation]) -> Iterator[str]:
    """The lines that make GitHub show the annotations: as many of each kind as it shows."""
    told: Counter[str] = Counter()
    for one in annotations:
        told[one.level] += 1
        if told[one.level] <= MOST:
            place = {"file": one.path, "line": str(one.line or ""), "title": one.title}
            keys = ",".join(f"{key}={_property(value)}" for key, value in place.items() if value)
            yield f"::{one.level} {keys}::{_data(shortened(folded(one.message)))}"


def quoted(text: str) -> Iterator[str]:
    """Text for the log, in which no line is a command to the runner, and none steers a terminal."""
    for line in text.splitlines():
        yield f"│ {printable(line)}"


def add_summary(path: str | None, text: str) -> None:
    """Add to the job's summary."""
    _append(path, text + "\n")


def add_outputs(path: str | None, outputs: Mapping[str, str]) -> None:
    """Set the step's outputs. The delimiter cannot be guessed, so that no value ends itself and sets another."""
    for name, value in outputs.items():
        end = f"end_{secrets.token_hex(16)}"
        _append(path, f"{name}<<{end}\n{value}\n{end}\n")


def _append(path: str | None, text: str) -> None:
    if not path:
        return
    try:
        with Path(path).open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot write: {error.strerror}; it is a file of the runner's, leave it as it is"
        ) from error


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

"""Reviews written as they finish, and what they come to as an exit code."""

import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.conditions import unmet
from reviewer.cli.options import screen
from reviewer.cli.settings import Settings
from reviewer.domain import Review, Rubric, Waiver
from reviewer.errors import SettingsError, printable
from reviewer.pipeline import WAIVERS_FILE, read_waivers, render, waive, without_text

if TYPE_CHECKING:
    from reviewer.cli.output import Write

# Two of these in one file are no longer one; JSON Lines, Markdown and text can follow each other.
ONE_DOCUMENT = ("criticmarkup", "html", "sarif")


def waivers_file(settings: Settings) -> Path | None:
    """The file of waivers that is named, or the one that is here."""
    if settings.waivers is None and not Path(WAIVERS_FILE).is_file():
        return None
    return Path(settings.waivers or WAIVERS_FILE)


def waivers(settings: Settings, rubric: Rubric) -> tuple[Waiver, ...]:
    """What that file says."""
    file = waivers_file(settings)
    return read_waivers(file, rubric) if file else ()


def today() -> date:
    """The day by the user's clock: on it, a waiver holds or has expired."""
    return datetime.now().astimezone().date()


class Report:
    """Where a command leaves its reviews."""

    def __init__(self, settings: Settings, rubric: Rubric, write: "Write", *, to_file: bool, documents: int) -> None:
        if documents > 1 and settings.format in ONE_DOCUMENT:
            raise SettingsError(f"--format {settings.format} takes one document; use json, markdown or terminal")
        if settings.no_text and settings.format == "criticmarkup":
            raise SettingsError("--no-text leaves nothing to annotate; use another --format than criticmarkup")
        self._waivers = waivers(settings, rubric)
        self._settings = settings
        self._rubric = rubric
        self._write = write
        self._documents = documents
        self._on_screen = not to_file and sys.stdout is not None and sys.stdout.isatty()
        self._width, self._color = (80, False) if to_file else screen()
        self._statuses: Counter[str] = Counter()
        self._failing = False

    def add(self, review: Review) -> bool:
        """Write a review. False: nobody reads any more, so further work is wasted."""
        review = waive(review, self._waivers, today())
        self._statuses[review.status] += 1
        name = review.document.name
        if review.status != "reviewed":
            click.echo(f"reviewer: {review.status}: {review.reason}", err=True)  # the reason names the document
        for condition in unmet(review, self._settings.fail_under, self._settings.fail_on):
            self._failing = True
            click.echo(f"reviewer: {name}: {condition}", err=True)
        if self._settings.no_text:
            review = without_text(review)
        text = render(
            review,
            self._rubric,
            self._settings.format,
            voice=self._settings.voice,
            width=self._width,
            color=self._color,
        )
        if self._settings.format == "criticmarkup" and self._on_screen:
            text = printable(text)  # everywhere else it is the proposal's own text, to the byte
        if self._statuses.total() > 1 and self._settings.format != "json":
            text = "\n" + text
        try:
            self._write(text)
        except BrokenPipeError:
            return False
        return True

    def exit_code(self) -> int:
        """What the command comes to. A gap outranks a condition: a failure is not a low score."""
        if self._statuses["failed"] == self._documents and self._settings.model is None:
            return 2  # with a model, it may be the model that failed
        if self._statuses["reviewed"] < self._documents:
            return 4
        return 1 if self._failing else 0

"""`reviewer review`: proposals in, critiques out."""

import errno
import os
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reviewer.cli.options import (
    FILE,
    alike,
    asking_options,
    judging_options,
    limit_options,
    model_options,
    output_options,
    typed,
)
from reviewer.errors import BudgetError, InputError, ReviewerError, one_line

if TYPE_CHECKING:  # at start-up nothing here may import pydantic
    from reviewer.cli.progress import Bar
    from reviewer.cli.report import Report
    from reviewer.cli.settings import Settings
    from reviewer.domain import Rubric
    from reviewer.pipeline import ModelSettings

INTERRUPTED = 130
RESUMABLE = (3, 4, 5, 6, INTERRUPTED)
MOST = 20_000_000  # bytes of a pipe, which may never end; more than a proposal may have


@click.command()
@click.argument("files", type=FILE, nargs=-1, metavar="[FILE|-]...")
@output_options
@judging_options
@model_options
@click.option("--max-cost", type=float, metavar="USD", help="Stop before the model costs more than this.")
@limit_options
@click.option("--dry-run", is_flag=True, help="Send nothing; tell what would be sent, to whom, and its price.")
@asking_options
@click.option("--force", is_flag=True, default=None, help="Review also what does not look like a proposal.")
@click.option("--concurrency", type=int, metavar="N", help="How many documents at once. [default: 8]")
@click.pass_obj
def command(
    arguments: tuple[str, ...], /, files: tuple[str, ...], output: str | None, dry_run: bool, **flags: Any
) -> int:
    """Review each FILE, or else what is piped in or pasted.

    Without a model named by --model, REVIEWER_MODEL or your settings, the offline engine reads the
    text: no key, no network.

    \b
    Examples:
      reviewer review proposal.md
      reviewer                                   paste, then Ctrl-D
      cat proposal.md | reviewer --format markdown -o critique.md
      reviewer review *.md --format json -o reviews.jsonl
      reviewer review proposal.md --fail-under impact=50,feasibility=40 --fail-on blocker
      OPENAI_API_KEY=... reviewer review proposal.md --model openai:gpt-5-mini
      reviewer review *.md --model openai:gpt-5-mini --dry-run
      reviewer review proposal.md --model llama --base-url http://localhost:8080/v1

    \b
    Exit codes:
      0  reviewed                              4    incomplete or skipped, or some of several
      1  a condition that you set              5    cannot write
      2  bad input, rubric, settings, usage    6    budget reached
      3  provider unusable                     130  interrupted
    """
    from reviewer.cli.conditions import check_conditions
    from reviewer.cli.output import opened
    from reviewer.cli.report import Report
    from reviewer.cli.settings import RUBRIC, resolve
    from reviewer.pipeline import load_rubric

    settings = resolve(flags)
    rubric = load_rubric(settings.rubric or RUBRIC)
    check_conditions(settings.fail_under, settings.fail_on, rubric)
    try:
        with opened(output, files) as write:
            if dry_run:
                told, code = _dry(files or ("-",), settings, rubric)
                write(told)
                return code
            to_file = output not in (None, "-")
            report = Report(settings, rubric, write, to_file=to_file, documents=len(files) or 1)
            code = _review(files or ("-",), settings, rubric, report)
    except ReviewerError as error:
        click.echo(f"reviewer: {error}", err=True)
        code = error.exit_code
    except KeyboardInterrupt:
        click.echo("reviewer: interrupted", err=True)
        code = INTERRUPTED
    if code in RESUMABLE:
        again = "" if files and "-" not in files else " with the same input"
        click.echo(f"reviewer: to go on{again}: {typed(arguments)}", err=True)
    return code


def _review(files: Sequence[str], settings: "Settings", rubric: "Rubric", report: "Report") -> int:
    from reviewer.cli.settings import model_settings

    sources = [_source(name) for name in files]
    model = model_settings(settings)
    if len(files) == 1:
        _one(*sources[0], settings, rubric, model, report)
    else:
        _several(sources, settings, rubric, model, report)
    return report.exit_code()


def _dry(files: Sequence[str], settings: "Settings", rubric: "Rubric") -> tuple[str, int]:
    from reviewer.cli.dry import OFFLINE, described
    from reviewer.cli.settings import model_settings
    from reviewer.pipeline import estimate

    if (model := model_settings(settings)) is None:
        return OFFLINE, 0
    sources = [_source(name) for name in files]
    found = estimate(sources, rubric=rubric, model=model, force=settings.force, samples=settings.samples)
    told = found.model_dump_json(indent=1) + "\n" if settings.format == "json" else described(found)
    return told, BudgetError.exit_code if found.short else 0


def _source(name: str) -> tuple[Path | bytes, str]:
    """What to read, and what to call it. Files are looked at before anything is read, sent or paid for."""
    if not name:
        raise InputError("a file's name is empty; is a variable of your shell not set?")
    if name != "-":
        path = Path(name)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            why = "no such file" if error.errno == errno.ENOENT else (error.strerror or "cannot be read").lower()
            remedy = alike(name) or "check the path, or paste the text: reviewer"
            raise InputError(f"{one_line(name[:200])}: {why}; {remedy}") from None
        if stat.S_ISDIR(mode):
            raise InputError(f"{one_line(name)}: is a folder; name files: {typed(('review', name))}/*.md")
        return (_piped(path), name) if stat.S_ISFIFO(mode) else (path, name)
    if sys.stdin is None:
        raise InputError("standard input is closed; name a file: reviewer review FILE")
    if sys.stdin.isatty():
        from reviewer.cli.paste import read_paste

        data, name = read_paste(), "pasted text"
    else:
        data, name = sys.stdin.buffer.read(MOST), "standard input"
    if not data.strip():
        raise InputError(f"{name} is empty; paste the proposal's whole text, or name a file: reviewer review FILE")
    return data, name


def _piped(path: Path) -> bytes:
    """What comes through `<(command)`. A pipe that nobody writes into is empty; waiting for it would never end."""
    pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(pipe, "rb") as file:
        with suppress(BlockingIOError):  # somebody will
            if not (first := os.read(pipe, 1)):
                raise InputError(f"{path}: nobody writes into this pipe; name a file, or - to read standard input")
            os.set_blocking(pipe, True)
            return first + file.read(MOST)
        os.set_blocking(pipe, True)
        return file.read(MOST)


def announce(model: "ModelSettings", documents: int, bar: "Bar") -> None:
    """Say who will see the proposals."""
    from reviewer.pipeline import host_of

    what = "the proposal" if documents == 1 else f"{documents} proposals"
    with bar.hidden():
        click.echo(f"reviewer: sending {what} to {host_of(model)} (model {model.name})", err=True)


def _one(
    source: Path | bytes,
    name: str,
    settings: "Settings",
    rubric: "Rubric",
    model: "ModelSettings | None",
    report: "Report",
) -> None:
    from reviewer.cli.progress import progress
    from reviewer.pipeline import review

    with progress(0 if model is None else 1) as bar:
        done = review(
            source,
            rubric=rubric,
            model=model,
            language=settings.lang,
            name=name,
            force=settings.force,
            samples=settings.samples,
            before=partial(announce, model, 1, bar) if model else None,
        )
        bar.finish(name)
    report.add(done)


def _several(
    sources: Sequence[tuple[Path | bytes, str]],
    settings: "Settings",
    rubric: "Rubric",
    model: "ModelSettings | None",
    report: "Report",
) -> None:
    import asyncio

    from reviewer.cli.progress import progress
    from reviewer.pipeline import review_many

    async def run() -> None:
        with progress(len(sources)) as bar:
            async for done in review_many(
                sources,
                rubric=rubric,
                model=model,
                language=settings.lang,
                concurrency=settings.concurrency,
                force=settings.force,
                samples=settings.samples,
                before=partial(announce, model, len(sources), bar) if model else None,
            ):
                with bar.hidden():
                    goes_on = report.add(done)
                if not goes_on:
                    return
                bar.finish(done.document.name)

    asyncio.run(run())

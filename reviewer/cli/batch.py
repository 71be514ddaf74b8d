"""`reviewer batch`: an archive of proposals, from ten to very many."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reviewer.cli.options import lang_option, output_option, rubric_option, typed
from reviewer.cli.run import run
from reviewer.errors import RubricError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reviewer.batch.rows import Row
    from reviewer.batch.store import Store
    from reviewer.cli.progress import Bar
    from reviewer.domain import Rubric

folder = click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))


@click.group()
def command() -> None:
    """Review many proposals, and look at all of them at once.

    \b
    Examples:
      reviewer batch run proposals/ --out run          a folder; the same command goes on after a stop
      reviewer batch run proposals/ --dry-run          what would be reviewed, and what that would cost
      reviewer batch report run                        run/index.html: the map, the ranking, what is missing
      reviewer batch rescore run --rubric stricter     another rubric's points, with no model
      reviewer batch diff last-year run                what became of whom
    """


command.add_command(run)


@command.command()
@folder
def status(folder: Path) -> int:
    """Say how far a run is; it may be at work meanwhile.

    \b
    Example:
      reviewer batch status run
    """
    from reviewer.batch.store import open_store
    from reviewer.cli.output import to_stdout

    with open_store(folder, whole=False) as store:
        for state, count in sorted(store.counts().items()):
            to_stdout(f"{state:<12}{count:>9,}\n")
        for row in store.rows(records=False):
            if row.state not in ("reviewed", "pending"):
                to_stdout(f"{row.state}: {row.why}\n")
    return 0


def _counted(rows: "Iterator[Row]", bar: "Bar") -> "Iterator[Row]":
    for row in rows:
        yield row
        bar.finish(row.name)


@command.command()
@folder
@rubric_option
@lang_option
@click.option(
    "--voice", type=click.Choice(["gate", "instructor"]), default="gate", show_default=True,
    help="gate: map, ranking, decisions; instructor: a mark sheet, and feedback for each student.",
)  # fmt: skip
@click.option("--format", "formats", type=click.Choice(["html", "csv"]), multiple=True, help="Only this. Repeatable.")
def report(folder: Path, rubric: str | None, lang: Any, voice: Any, formats: tuple[str, ...]) -> int:
    """Write the run's pages and sheets into its folder.

    Decisions that were written into an earlier sheet are kept.

    \b
    Examples:
      reviewer batch report run                        run/index.html, run/results.csv, run/reports/
      reviewer batch report run --voice instructor     run/marks.html, run/marks.csv, run/feedback/
    """
    from reviewer.batch.process import warm
    from reviewer.batch.report import FORMATS, MANY, write_report
    from reviewer.batch.store import open_store
    from reviewer.cli.output import to_stdout
    from reviewer.cli.progress import progress

    with open_store(folder) as store, closing(store.rows()) as rows:
        chosen, counts = _rubric(store, rubric), store.counts()
        if store.run.get("rubric", {}).get("sha256", chosen.sha256) != chosen.sha256:
            again = typed(("batch", "rescore", str(folder)))
            click.echo(f"reviewer: these reviews were scored by another state of the rubric; {again}", err=True)
        if voice == "gate" and "html" in (formats or FORMATS) and counts.get("reviewed", 0) >= MANY:
            warm()
        with progress(sum(counts.values())) as bar:
            written = write_report(_counted(rows, bar), folder, chosen, lang, voice, formats or FORMATS)
    for path in written.files:
        to_stdout(f"{path}\n")
    return 0


@command.command()
@folder
@rubric_option
@lang_option
@click.option("--no-text", is_flag=True, help="Take the proposals' text out of the records, for good.")
def rescore(folder: Path, rubric: str | None, lang: str | None, no_text: bool) -> int:
    """Score every stored review again, with no model.

    All of them are, or none. The rubric may have other points, weights, rules and words; its questions must be
    the same.

    \b
    Examples:
      reviewer batch rescore run --rubric stricter/
      reviewer batch rescore run --lang ko
      reviewer batch rescore run --no-text
    """
    from reviewer.batch.hold import held
    from reviewer.batch.run import rescored
    from reviewer.batch.store import open_store
    from reviewer.cli.output import to_stdout
    from reviewer.cli.progress import progress

    with open_store(folder) as store:
        chosen = _rubric(store, rubric)
    with held(folder), open_store(folder, write=True) as store:
        language, no_text = lang or store.run.get("language"), no_text or store.run.get("no_text", False)
        named = _named(store, rubric)
        with progress(store.counts().get("reviewed", 0)) as bar:
            count = rescored(store, chosen, named=named, language=language, no_text=no_text, tell=bar.finish)
    to_stdout(f"{count:,} reviews are scored by {chosen.id} {chosen.version}\n")
    return 0


@command.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@rubric_option
@click.option("--format", "shape", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@output_option
def diff(old: Path, new: Path, rubric: str | None, shape: str, output: str | None) -> int:
    """Compare two runs, document by document.

    A document is known by its name, a renamed one by its content. json: a comparison in each line, as
    `reviewer diff --format json` has it, then the summary.

    \b
    Examples:
      reviewer batch diff last-year this-year
      reviewer batch diff before after --format json -o moved.jsonl
    """
    from reviewer.batch.differences import Differences, line, told
    from reviewer.batch.store import open_store
    from reviewer.cli.output import opened

    with open_store(old) as was, open_store(new) as now, opened(output, (str(was.path), str(now.path))) as write:
        found = Differences(was, now, _rubric(now, rubric))
        for comparison in found.each():
            if shape == "json":
                write(comparison.model_dump_json() + "\n")
            elif said := line(comparison):
                write(said + "\n")
        summary = found.summary()
        write(json.dumps({"summary": summary}, ensure_ascii=False) + "\n" if shape == "json" else "\n" + told(summary))
    return 0


@command.command()
@folder
@output_option
def export(folder: Path, output: str | None) -> int:
    """Write every record, one JSON object in a line.

    For other programs, or `reviewer evaluate`.

    \b
    Example:
      reviewer batch export run -o reviews.jsonl
    """
    from reviewer.batch.store import open_store
    from reviewer.cli.output import opened

    with open_store(folder) as store, opened(output, (str(store.path),)) as write:
        for row in store.rows():
            if row.record is not None:
                write(row.record.decode() + "\n")
    return 0


def _rubric(store: "Store", named: str | None) -> "Rubric":
    from reviewer.pipeline import load_rubric

    try:
        return load_rubric(whole := _named(store, named))
    except RubricError as error:
        if named or Path(whole).exists():
            raise
        raise RubricError(f"{store.path}: was last scored by {whole}, which is not there; name it: --rubric") from error


def _named(store: "Store", named: str | None) -> str:
    """The rubric that was named, or the one that the run was last scored by, whatever the settings say by now."""
    from reviewer.cli.settings import RUBRIC

    return named or store.run.get("named") or RUBRIC

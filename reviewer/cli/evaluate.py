"""`reviewer evaluate`: how well reviews agree with people's labels and decisions."""

import json
from collections.abc import Iterable, Set
from functools import partial
from pathlib import Path
from typing import Any

import click

from reviewer.cli.options import block_option, rubric_option
from reviewer.errors import InputError


@click.command()
@click.argument("labels", type=click.Path(path_type=Path))
@click.option("--docs", type=click.Path(path_type=Path), help="The folder of the documents that the labels are about.")
@click.option("--records", type=click.Path(path_type=Path), help="Stored reviews (JSON Lines) in place of --docs.")
@rubric_option
@click.option("--model", metavar="NAME", help="Read with this model. [default: the offline engine]")
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible server in place of the provider's own.")
@block_option
@click.option("--against", type=click.Path(path_type=Path), help="An earlier --format json: what moved since?")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--picture", "drawn", type=click.Path(path_type=Path), help="Also draw kappa by criterion as SVG.")
def command(
    labels: Path,
    docs: Path | None,
    records: Path | None,
    against: Path | None,
    shape: str,
    drawn: Path | None,
    **flags: Any,
) -> int:
    """Measure reviews against LABELS: a folder of JSON files, or a CSV.

    The CSV has columns document, criterion, value; or document and any of decision, reason, outcome,
    impact, feasibility, clarity. The results.csv of `reviewer batch report` needs neither --docs nor
    --records: it holds the verdicts. docs/evaluate.md tells more.

    \b
    Examples:
      reviewer evaluate decisions.csv --docs proposals/
      reviewer evaluate RUN/results.csv
      reviewer evaluate labels/ --docs proposals/ --format json > before.json
      reviewer evaluate labels/ --docs proposals/ --against before.json --picture kappa.svg
      reviewer evaluate labels/ --records reviews.jsonl
    """
    from reviewer.cli.output import opened, to_stdout
    from reviewer.cli.settings import RUBRIC, resolve
    from reviewer.evaluate import Moved, has_verdicts, measure, moved, picture, read_labels, table
    from reviewer.pipeline import load_rubric

    if docs is None and records is None and has_verdicts(labels):
        return _decided(labels, shape)
    if not labels.exists():
        raise InputError(f"{labels}: no such file or folder; name the one that holds what people said")
    if (docs is None) == (records is None):
        raise click.UsageError("name the documents with --docs, or stored reviews with --records")
    settings = resolve(flags)
    rubric = load_rubric(settings.rubric or RUBRIC)
    people = read_labels(labels, rubric)
    wanted = {label.document for label in people}
    reviews = (
        _stored(records, wanted, rubric) if records is not None else _reviewed(docs or Path(), wanted, settings, rubric)
    )
    if absent := sorted(wanted - reviews.keys()):
        click.echo(f"reviewer: no review of {', '.join(absent[:5])}{' ...' if len(absent) > 5 else ''}", err=True)
    found = measure(people, reviews, rubric)
    if not found.documents:
        raise InputError(f"{labels}: no labelled document was reviewed; do file names match the labels?")
    changes: tuple[Moved, ...] = ()
    if against is not None:
        changes = moved(_earlier(against), found)
    if drawn is not None:
        with opened(str(drawn)) as write:
            write(picture(found))
    if shape == "json":
        to_stdout(json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n")
    else:
        to_stdout(table(found, changes))
    return 0


def _earlier(path: Path) -> Any:
    from pydantic import ValidationError

    from reviewer.evaluate import Evaluation

    try:
        return Evaluation.model_validate_json(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; check the path") from error
    except ValidationError as error:
        raise InputError(
            f"{path}: not an earlier evaluation; name what `reviewer evaluate --format json` printed"
        ) from error


def _decided(sheet: Path, shape: str) -> int:
    from reviewer.cli.output import to_stdout
    from reviewer.evaluate import decisions_table, measure_decisions

    found = measure_decisions(sheet)
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"
    to_stdout(text if shape == "json" else decisions_table(found))
    return 0


def _apart(names: Iterable[str], wanted: Set[str]) -> None:
    """See that labels, which name a document without its folder and ending, mean one each."""
    known: dict[str, str] = {}
    for name in names:
        if (stem := Path(name).stem) in wanted and known.setdefault(stem, name) != name:
            raise InputError(
                f"{known[stem]} and {name} are both called {stem!r}, which is all that labels say; rename one"
            )


def _stored(path: Path, wanted: Set[str], rubric: Any) -> dict[str, Any]:
    from reviewer.pipeline import read_record

    try:
        lines = [line for line in path.read_bytes().split(b"\n") if line.strip()]
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    reviews = [read_record(line, str(path)) for line in lines]
    _apart((review.document.name for review in reviews), wanted)
    for review in reviews:
        used = review.rubric
        if review.scorecard and used.extraction_schema_sha256 != rubric.extraction_schema_sha256:
            raise InputError(
                f"{path}: {review.document.name} was reviewed by {used.id} {used.version}, which asks something else "
                f"than {rubric.id} {rubric.version}; name that one: --rubric"
            )
    return {Path(review.document.name).stem: review for review in reviews}


def _reviewed(docs: Path, wanted: set[str], settings: Any, rubric: Any) -> dict[str, Any]:
    import asyncio

    from reviewer.cli.progress import progress
    from reviewer.cli.review import announce
    from reviewer.cli.settings import model_settings
    from reviewer.pipeline import review_many

    if not docs.is_dir():
        raise InputError(f"{docs}: is no folder; name the one that holds the labelled documents")
    files = [path for path in sorted(docs.iterdir()) if path.stem in wanted and path.is_file()]
    _apart((path.name for path in files), wanted)
    model, reviews = model_settings(settings), {}

    async def run() -> None:
        with progress(len(files)) as bar:
            before = partial(announce, model, len(files), bar) if model else None
            async for done in review_many(files, rubric=rubric, model=model, before=before):
                reviews[Path(done.document.name).stem] = done
                bar.finish(done.document.name)

    asyncio.run(run())
    return reviews

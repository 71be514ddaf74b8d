"""`reviewer score`: a stored record, scored again without a model."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from reviewer.cli.options import FILE, judging_options, output_options
from reviewer.errors import InputError


@click.command()
@click.argument("record", type=FILE)
@output_options
@judging_options
def command(record: str, output: str | None, **flags: Any) -> int:
    """Score the facts of RECORD again, with today's rubric or another. No model is asked.

    RECORD is what `reviewer review --format json` wrote, one or several; "-" is standard input. A
    rubric that asks other questions than those the facts answer is refused.

    \b
    Examples:
      reviewer score review.json
      reviewer score review.json --rubric my-rubric.yaml --format json
      reviewer score reviews.jsonl --format json -o rescored.jsonl
      reviewer score review.json --lang ko --fail-under impact=50
    """
    from reviewer.cli.conditions import check_conditions
    from reviewer.cli.output import opened
    from reviewer.cli.report import Report
    from reviewer.cli.settings import resolve
    from reviewer.pipeline import bundled_rubrics, load_rubric, read_record, rescore

    settings = resolve(flags)
    stored = [read_record(data, record) for data in _records(record)]
    used = stored[0].rubric.id
    if settings.rubric is None and used not in bundled_rubrics():
        raise InputError(f"{record}: made with rubric '{used}', which is not bundled; name its path: --rubric PATH")
    rubric = load_rubric(settings.rubric or used)
    check_conditions(settings.fail_under, settings.fail_on, rubric)
    with opened(output, (record,)) as write:
        report = Report(settings, rubric, write, to_file=output not in (None, "-"), documents=len(stored))
        for review in stored:
            if not report.add(rescore(review, rubric, settings.lang)):
                break
    return report.exit_code()


def _records(name: str) -> list[bytes]:
    """The records of a file: JSON Lines where the first line is a record by itself, else one."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}; name a record's file") from error
    lines = [line for line in data.split(b"\n") if line.strip()]
    if not lines:
        raise InputError(f"{name}: is empty; name what `reviewer review --format json -o FILE` wrote")
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        return [data]
    return lines

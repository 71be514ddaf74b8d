"""`reviewer diff`: what became of the findings between two versions of a proposal."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from reviewer.cli.options import FILE, alike, block_option, lang_option, output_option, rubric_option, waivers_option
from reviewer.errors import InputError

if TYPE_CHECKING:  # at start-up nothing here may import pydantic
    from reviewer.cli.settings import Settings
    from reviewer.domain import Review, Rubric
    from reviewer.domain.comparison import Comparison, State

CONDITIONS: "tuple[State, ...]" = ("new", "regressed")
FORMATS = ("terminal", "markdown", "json", "html")
_RECORD = re.compile(rb'\s*\{\s*"schema_version"')
_SECOND = re.compile(rb'\}\s*\n\s*\{\s*"schema_version"')


class Version(NamedTuple):
    """One side: what to call it, and what it holds."""

    name: str
    data: bytes

    @property
    def stored(self) -> bool:
        """Is it a record, and no proposal?"""
        return bool(_RECORD.match(self.data[:200])) or _has_version(self.data)


@click.command()
@click.argument("old", type=FILE)
@click.argument("new", type=FILE, required=False)
@click.option("--format", type=click.Choice(FORMATS), help="Form of the output. [default: terminal]")
@output_option
@rubric_option
@lang_option
@click.option(
    "--fail-on", "conditions", metavar="WHAT,...", default="", help="Exit with 1 on findings: new, regressed."
)
@waivers_option
@click.option("--offline", is_flag=True, default=None, help="Use no model, whatever the settings name.")
@click.option("--model", metavar="NAME", help="Read with this model. [default: the offline engine]")
@click.option("--base-url", metavar="URL", help="An OpenAI-compatible server in place of the provider's own.")
@block_option
@click.option("--force", is_flag=True, default=None, help="Compare also what does not look like a proposal.")
def command(old: str, new: str | None, output: str | None, conditions: str, **flags: Any) -> int:
    """Say what each finding became from OLD to NEW, and which sentence did it.

    Each side is a file, a stored record, or a git revision of a file (REVISION:PATH). A revision alone means the other
    side's file in it; a file alone is compared with its last commit. Renamed files are followed.

    \b
    Examples:
      reviewer diff draft.md final.md
      reviewer diff proposal.md                      HEAD against the file as it is now
      reviewer diff main proposal.md                 the branch's version against it
      reviewer diff HEAD~1:docs/p.md HEAD:docs/p.md
      reviewer diff review.json proposal.md          a stored record against today's text
      reviewer diff main proposal.md --fail-on new,regressed --format markdown

    \b
    Exit codes:
      0  compared                              4  a side could not be reviewed
      1  a condition that you set              5  cannot write
      2  bad input, rubric, settings, usage    3, 6, 130  as in reviewer review
    """
    from reviewer.cli.options import screen
    from reviewer.cli.output import opened
    from reviewer.cli.report import today, waivers
    from reviewer.cli.settings import resolve
    from reviewer.compare import compare
    from reviewer.pipeline import render_comparison, waive

    wanted = _conditions(conditions)
    settings = resolve(flags)
    form = settings.format if settings.format in FORMATS else "terminal"
    sides = versions(old, new)
    records = _records(sides)
    rubric = _rubric(records, settings)
    excused = waivers(settings, rubric)
    with opened(output, filter(None, (old, new))) as write:
        before, after = (records.get(side) or _reviewed(side, rubric, settings) for side in sides)
        found = compare(before, waive(after, excused, today()), rubric, settings.lang)
        width, color = (80, False) if output not in (None, "-") else screen()
        write(render_comparison(found, rubric, form, width=width, color=color))
    return _code(found, wanted)


def versions(old: str, new: str | None) -> tuple[Version, Version]:
    """Both sides, read before anything is reviewed or sent."""
    from reviewer.cli.revision import is_revision, name_in

    if new is None:
        if not Path(old).is_file():
            remedy = alike(old) or "one side alone is a file, which is compared with its last commit"
            raise InputError(f"{old}: no such file; {remedy}")
        return _as_it_was("HEAD", old), _read(old)
    if Path(old).is_file() or not is_revision(old, Path(new).parent if Path(new).is_file() else None):
        return _read(old), _read(new)
    if Path(new).is_file():
        return _as_it_was(old, new), _read(new)
    newer, _, path = new.partition(":")
    if not path:
        if not is_revision(new):
            raise InputError(f"{new}: no such file; {alike(new) or 'check the path'}")
        raise InputError(f"{old} {new}: names no file; write the newer side with its path: {new}:docs/plan.md")
    return _revision(f"{old}:{name_in(old, path, newer=newer or None)}"), _read(new)


def _as_it_was(revision: str, file: str) -> Version:
    """The file in a revision, whatever it was called then."""
    from reviewer.cli.revision import name_in, path_from_top

    path = Path(file).absolute()
    return _revision(f"{revision}:{name_in(revision, path_from_top(path), path.parent)}", path.parent)


def _read(name: str) -> Version:
    path = Path(name)
    try:
        if path.exists():
            return Version(name, path.read_bytes())
    except IsADirectoryError as error:
        raise InputError(f"{name}: is a folder; name a file") from error
    except OSError as error:
        raise InputError(f"{name}: cannot be read: {error.strerror}; check its permissions") from error
    if ":" in name:
        return _revision(name)
    from reviewer.cli.revision import cut_off

    remedy = alike(name) or "name a file, a record, or a revision of a file: HEAD~1:p.md"
    raise InputError(f"{name}: no such file, nor a revision{cut_off()}; {remedy}")


def _revision(name: str, folder: Path | None = None) -> Version:
    from reviewer.cli.revision import read_revision

    return Version(name, read_revision(name, folder))


def _rubric(records: "Mapping[Version, Review]", settings: "Settings") -> "Rubric":
    """The rubric that is asked for, or the one that a record was made with."""
    from reviewer.cli.settings import RUBRIC
    from reviewer.pipeline import bundled_rubrics, load_rubric

    used = next((record.rubric.id for record in records.values()), RUBRIC)
    if settings.rubric is None and used not in bundled_rubrics():
        raise InputError(f"a record was made with rubric '{used}', which is not bundled; name its path: --rubric PATH")
    return load_rubric(settings.rubric or used)


def _has_version(data: bytes) -> bool:
    """Is it a record that other programs wrote again: keys sorted, a byte order mark, UTF-16?"""
    try:
        return "schema_version" in dict(json.loads(data))
    except (ValueError, TypeError, RecursionError):
        return False


def _records(sides: tuple[Version, Version]) -> "dict[Version, Review]":
    from reviewer.pipeline import read_record

    for side in sides:
        if side.stored and _SECOND.search(side.data):
            raise InputError(f"{side.name}: holds several records; save the one to compare in a file of its own")
    return {side: read_record(side.data, side.name) for side in sides if side.stored}


def _reviewed(side: Version, rubric: "Rubric", settings: "Settings") -> "Review":
    from reviewer.cli.settings import model_settings
    from reviewer.pipeline import host_of, review

    model = model_settings(settings)
    if model is not None:
        click.echo(f"reviewer: sending {side.name} to {host_of(model)} (model {model.name})", err=True)
    return review(
        side.data,
        rubric=rubric,
        model=model,
        language=settings.lang,
        name=side.name,
        force=settings.force,
        samples=settings.samples,
    )


def _conditions(text: str) -> "tuple[State, ...]":
    from reviewer.errors import SettingsError

    wanted = tuple(filter(None, map(str.strip, text.split(","))))
    for condition in wanted:
        if condition not in CONDITIONS:
            raise SettingsError(f"--fail-on: no condition '{condition}'; it knows: {', '.join(CONDITIONS)}")
    return tuple(condition for condition in CONDITIONS if condition in wanted)


def _code(found: "Comparison", wanted: "tuple[State, ...]") -> int:
    """What it comes to. A gap outranks a condition: what could not be compared did not get worse."""
    if found.obstacle is not None:
        unreviewed = found.obstacle.startswith("unreviewed")
        side = found.old if found.obstacle.endswith("_old") else found.new
        why = f"{side.status}: {side.reason}" if unreviewed else f"made for other questions ({side.rubric.id})"
        click.echo(f"reviewer: {side.name}: not compared: {why}", err=True)
        return 4 if unreviewed else 2
    failing = {state: len(found.counting(state)) for state in wanted if found.counting(state)}
    for state, count in failing.items():
        click.echo(f"reviewer: {found.new.name}: {count} {state} finding{'s' * (count > 1)}", err=True)
    return 1 if failing else 0

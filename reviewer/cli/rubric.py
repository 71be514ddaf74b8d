"""`reviewer rubric`: what a rubric asks, and whether it is sound."""

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reviewer.cli.options import FILE, rubric_option
from reviewer.errors import InputError, RubricError, meant

if TYPE_CHECKING:
    from reviewer.domain import Criterion, Predicate, Rubric, Texts

WIDTH = 80
PREDICATES = {
    "number": "a number",
    "money": "an amount of money",
    "date": "a date",
    "reference": "a reference",
    "named": "a name",
    "negation": "a negation",
}


@click.group()
def command() -> None:
    """Show, list and check rubrics.

    \b
    Examples:
      reviewer rubric list
      reviewer rubric show labels
      reviewer rubric check my-rubric.yaml
    """


@command.command("list")
def list_() -> None:
    """List the bundled rubrics.

    \b
    Examples:
      reviewer rubric list
      reviewer review proposal.md --rubric course-proposal
    """
    from reviewer.cli.output import to_stdout
    from reviewer.pipeline import bundled_rubrics, load_rubric

    for name in bundled_rubrics():
        rubric = load_rubric(name)
        title = rubric.words("en").title
        to_stdout(f"{name:<18} {rubric.version:<8} {len(rubric.criteria):>3} criteria  {title}\n")


@command.command()
@click.argument("id", type=FILE, required=False, metavar="[ID]")
@rubric_option
@click.option("--lang", type=click.Choice(["en", "ko"]), help="Language of the texts. [default: en]")
@click.option("--format", type=click.Choice(["terminal", "markdown"]), default="terminal", help="markdown: all of it.")
def show(id: str | None, rubric: str | None, lang: str | None, format: str) -> None:  # noqa: A002 - names in --help
    """Show a rubric, or what it wants of one criterion.

    ID is a criterion, or a bundled rubric, or a rubric's path.

    \b
    Examples:
      reviewer rubric show
      reviewer rubric show labels
      reviewer rubric show labels --lang ko
      reviewer rubric show course-proposal
      reviewer rubric show data --rubric my-rubric.yaml
      reviewer rubric show my-rubric.yaml --format markdown > rubric.md
    """
    from reviewer.cli.output import to_stdout
    from reviewer.cli.settings import RUBRIC, resolve
    from reviewer.pipeline import bundled_rubrics, load_rubric

    settings = resolve({"rubric": rubric, "lang": lang})
    shown = load_rubric(settings.rubric or RUBRIC)
    if id and not rubric and id not in shown.by_id and (id in bundled_rubrics() or Path(id).exists()):
        shown, id = load_rubric(id), None  # noqa: A001
    words = shown.words(settings.lang or "en")
    if id is None and format == "markdown":
        from reviewer.cli.reference import reference

        to_stdout(reference(shown, words, proof))
    elif id is None:
        to_stdout(_overview(shown, words))
    elif id in shown.by_id:
        to_stdout(_criterion(shown.by_id[id], words))
    else:
        hint = meant(id, shown.by_id, "`reviewer rubric show` lists them")
        raise InputError(f"rubric '{shown.id}' has no criterion '{id}'; {hint}")


@command.command()
@click.argument("path", type=FILE)
def check(path: str) -> int:
    """Check the rubric at PATH, and run its own tests.

    Every problem is told with file, line and remedy.

    \b
    Examples:
      reviewer rubric check my-rubric.yaml
      reviewer rubric check rubrics/fsdl
    """
    from reviewer.cli.output import to_stdout
    from reviewer.pipeline import check_rubric, load_rubric

    problems = check_rubric(path)
    for problem in problems:
        to_stdout(f"{problem.path}:{problem.line}: {problem.message}; {problem.remedy}\n")
    if problems:
        click.echo(f"reviewer: {len(problems)} problem{'s' * (len(problems) > 1)} in {path}", err=True)
        return RubricError.exit_code
    rubric = load_rubric(path)
    held = f"criteria: {len(rubric.criteria)}, rules: {len(rubric.rules)}, gates: {len(rubric.gates)}"
    to_stdout(f"{path}: sound; {held}\n")
    return 0


def _overview(rubric: "Rubric", words: "Texts") -> str:
    lines = [f"{words.title} ({rubric.id} {rubric.version})", ""]
    if words.summary:
        lines += [*_wrap(words.summary), ""]
    for axis in rubric.axes:
        weights = ", ".join(
            f"{words.sections.get(section, section)} {weight:g}" for section, weight in axis.sections.items()
        )
        lines += [*_wrap(f"{words.axes.get(axis.id, axis.id)} ({axis.id}): {weights}"), ""]
    for section in rubric.sections:
        lines.append(words.sections.get(section, section))
        for criterion in rubric.criteria:
            if criterion.section == section:
                question = words.criteria[criterion.id].question
                lines += _wrap(f"{criterion.id:<24} {question}", 2, 27)
        lines.append("")
    if rubric.gates:
        lines.append("Gates")
        for gate in rubric.gates:
            lines += _wrap(f"{gate.id:<24} {words.gates[gate.id].message}", 2, 27)
    return "\n".join(lines).rstrip() + "\n"


def _criterion(criterion: "Criterion", words: "Texts") -> str:
    text = words.criteria[criterion.id]
    section = words.sections.get(criterion.section, criterion.section)
    kind = {"stated": "credited for a quote", "assessed": "judged from the text"}[criterion.kind]
    source = f", lecture {criterion.source}" if criterion.source else ""
    lines = [f"{text.name} ({criterion.id})"]
    lines += [*_wrap(f"{section}; {kind}; weight {criterion.weight:g}{source}"), "", *_wrap(text.question), ""]
    for value in criterion.values:
        lines += _wrap(f"{value.points:>4.2f} {value.id:<20} {text.meanings.get(value.id, '')}", 2, 28)
        if value.predicate:
            falls = f", else it counts as {value.falls_to}" if value.falls_to else ""
            lines += _wrap(f"its quote must hold {proof(value.predicate)}{falls}", 28)
    for label in (text.why, text.advice):
        if label:
            lines += ["", *_wrap(label)]
    return "\n".join(lines) + "\n"


def proof(predicate: "Predicate") -> str:
    """What a quote must hold, in words."""
    if predicate.kind == "any_of":
        return " or ".join(map(proof, predicate.any_of))
    return f'a word for "{predicate.cue}"' if predicate.kind == "cue" else PREDICATES[predicate.kind]


def _wrap(text: str, indent: int = 0, further: int | None = None) -> list[str]:
    """Lines of at most 80 columns; Korean takes two for a letter, which textwrap does not know."""
    lines, line, column = [], " " * indent, indent
    for word in text.replace("\n", " ").split(" "):
        width = columns(word)
        if column + width > WIDTH and line.strip():
            lines.append(line.rstrip())
            column = indent if further is None else further
            line = " " * column
        line += word + " "
        column += width + 1
    return [*lines, line.rstrip()]


def columns(text: str) -> int:
    """How wide a terminal shows it."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)

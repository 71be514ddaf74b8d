"""Options that several commands share. None has a default here: `settings` knows them."""

import sys
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reviewer.errors import meant

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

MOST_BESIDE = 1_000  # files of a folder among which one that was meant is looked for
FORMATS = ("terminal", "markdown", "json", "criticmarkup", "html", "sarif")
Command = Callable[..., Any]


class _File(click.types.StringParamType):
    """A name that tab completion takes for a file's; what it is otherwise, the command finds out."""

    name = "file"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
        """Leave it to the shell."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


FILE = _File()


def _together(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


rubric_option = click.option(
    "--rubric", type=FILE, metavar="NAME|PATH", help="A bundled rubric, a rubric file or a folder. [default: fsdl]"
)
lang_option = click.option(
    "--lang", type=click.Choice(["en", "ko"]), help="Language of the critique. [default: the document's]"
)
voice_option = click.option(
    "--voice",
    type=click.Choice(["gate", "coach"]),
    help="gate: verdict and findings; coach: questions, no verdict. [default: gate]",
)
waivers_option = click.option(
    "--waivers",
    type=FILE,
    metavar="FILE",
    help="Findings that somebody answers for. [default: reviewer.waivers.yaml, where it is there]",
)

judging_options = _together(
    rubric_option,
    lang_option,
    voice_option,
    click.option("--fail-under", metavar="AXIS=N,...", help="Exit with 1 if an axis is lower."),
    click.option(
        "--fail-on",
        metavar="WHAT,...",
        help="Exit with 1 on: blocker, major or minor findings (or graver), stop (the verdict), or a gate "
        "that is not closed.",
    ),
    waivers_option,
)

model_options = _together(
    click.option("--offline", is_flag=True, default=None, help="Use no model, whatever the settings name."),
    click.option("--model", metavar="NAME", help="Read with this model, for example openai:gpt-5-mini."),
    click.option("--base-url", metavar="URL", help="An OpenAI-compatible server in place of the provider's own."),
    click.option("--timeout", type=float, metavar="SECONDS", help="How long one call may take. [default: 120]"),
)

block_option = click.option(
    "--block-secrets", is_flag=True, default=None, help="Send nothing of what holds secrets or personal data."
)

limit_options = _together(
    click.option("--max-calls", type=int, metavar="N", help="Stop before the model is called more often."),
    click.option("--max-tokens", type=int, metavar="N", help="Stop before the model reads and writes more."),
    click.option(
        "--rpm", "requests_per_minute", type=float, metavar="N", help="Call the model at most N times a minute."
    ),
    click.option("--tpm", "tokens_per_minute", type=float, metavar="N", help="Send it at most N tokens a minute."),
)

asking_options = _together(
    click.option("--no-cache", is_flag=True, default=None, help="Ask again, also what was asked before."),
    click.option(
        "--samples", type=int, metavar="K", help="Ask the model K times and let the answers vote. [default: 1]"
    ),
    block_option,
)

output_option = click.option(
    "-o", "--output", type=FILE, metavar="FILE", help="Write to FILE (mode 0600), not to standard output."
)
output_options = _together(
    click.option("--format", type=click.Choice(FORMATS), help="Form of the output. [default: terminal]"),
    output_option,
    click.option("--no-text", is_flag=True, default=None, help="Leave the proposal's text out of the record."),
)


def typed(arguments: Iterable[str]) -> str:
    """A command as one types it into a shell; a name that would steer the terminal is spelled out for it."""
    import os
    import shlex

    def quoted(word: str) -> str:
        if word.isprintable():
            return shlex.quote(word)
        letters = (c if c.isprintable() and c not in "\\'" else _bytes(os.fsencode(c)) for c in word)
        return f"$'{''.join(letters)}'"

    return " ".join(map(quoted, ("reviewer", *arguments)))


def _bytes(letter: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in letter)


def screen() -> tuple[int, bool]:
    """Columns to fill, and whether colour is welcome (NO_COLOR, FORCE_COLOR, TERM=dumb are heard)."""
    import os
    import shutil

    terminal = sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size((80, 24)).columns if terminal else 80
    color = not os.environ.get("NO_COLOR") and (
        bool(os.environ.get("FORCE_COLOR")) or (terminal and os.environ.get("TERM") != "dumb")
    )
    return max(40, min(width, 120)), color


def alike(name: str) -> str:
    """The remedy for a file that is not there: the one beside it that is most like it, if one is."""
    path = Path(name)
    try:
        names = sorted(beside.name for beside in islice(path.parent.iterdir(), MOST_BESIDE))
    except (OSError, ValueError):
        return ""
    return meant(path.name, names, "", alike=0.8)

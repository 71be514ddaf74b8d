"""The command line: it translates arguments into one call, and the answer into text and an exit code."""

import click

from reviewer.cli.group import LazyGroup
from reviewer.version import VERSION

# name -> (module that holds `command`, what `reviewer --help` says). A new command is a line here.
COMMANDS = {
    "review": ("reviewer.cli.review", "Review a proposal: a file, standard input, or text that you paste."),
    "serve": ("reviewer.cli.serve", "Open a local page to paste a proposal into and edit it."),
    "diff": ("reviewer.cli.diff", "Say what became of the findings between two versions."),
    "score": ("reviewer.cli.score", "Score a stored record again, without a model."),
    "batch": ("reviewer.cli.batch", "Review many proposals, resume, compare and rank them."),
    "github": ("reviewer.cli.github", "Review what a pull request proposes, and say so there."),
    "rubric": ("reviewer.cli.rubric", "Show, list and check rubrics."),
    "evaluate": ("reviewer.cli.evaluate", "Measure reviews against your own labels and decisions."),
    "schema": ("reviewer.cli.schema", "Print the JSON Schema of a record."),
    "completion": ("reviewer.cli.completion", "Print the set-up of tab completion for your shell."),
}


@click.group(
    cls=LazyGroup,
    commands_by_module=COMMANDS,
    default="review",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(VERSION, "-V", "--version", prog_name="reviewer", message="%(prog)s %(version)s")
def cli() -> None:
    """Read a proposal for a machine-learning project and say what it is worth and what it forgot to say.

    Every credit rests on a sentence that is quoted from the proposal. Without a model, nothing
    leaves this machine.

    \b
    Examples:
      reviewer review proposal.md            review a file
      reviewer                               paste a proposal, end with Ctrl-D
      cat proposal.md | reviewer             review standard input
      reviewer review a.md b.md --format json -o reviews.jsonl
      reviewer review proposal.md --model openai:gpt-5-mini
      reviewer rubric show labels            what the rubric asks about labels
    """

"""The process: arguments in, an exit code out, and a plain word for whatever the user can put right."""

import errno
import io
import os
import sys
from collections.abc import Sequence

import click

from reviewer.cli import cli
from reviewer.errors import OutputError, ReviewerError, printable

INTERRUPTED = 130
COMPLETION = "_REVIEWER_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; DESIGN.md lists the codes."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if instruction := os.environ.get(COMPLETION):
        from click.shell_completion import shell_complete

        return shell_complete(cli, {}, "reviewer", COMPLETION, instruction)
    try:
        # Not click's own main(): it turns a closed pipe into exit code 1, which means something else here.
        with cli.make_context("reviewer", arguments, obj=tuple(arguments)) as context:
            code = cli.invoke(context)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        click.echo(printable(said.getvalue()), err=True, nl=False)
        return 2
    except ReviewerError as error:
        click.echo(f"reviewer: {error}", err=True)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("reviewer: interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain once more when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        # Results have a word of their own; this is click, which writes --help and --version itself.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"reviewer: standard output: cannot write: {error.strerror}; free space", err=True)
        return OutputError.exit_code
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())

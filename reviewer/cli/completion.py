"""`reviewer completion`: tab completion, as click makes it."""

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the set-up of tab completion for SHELL.

    \b
    Examples:
      reviewer completion bash >> ~/.bashrc
      reviewer completion zsh >> ~/.zshrc
      reviewer completion fish > ~/.config/fish/completions/reviewer.fish
    """
    from click.shell_completion import get_completion_class

    from reviewer.cli import cli
    from reviewer.cli.output import to_stdout

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click has all three
    to_stdout(kind(cli, {}, "reviewer", "_REVIEWER_COMPLETE").source() + "\n")

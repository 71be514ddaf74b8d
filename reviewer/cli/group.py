"""A group of commands that imports a command's module only when the command is called."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from reviewer.errors import meant


class LazyGroup(click.Group):
    """Commands by the module that holds each; arguments without a command go to the default one."""

    def __init__(self, *, commands_by_module: Mapping[str, tuple[str, str]], default: str, **group: Any) -> None:
        super().__init__(**group)
        self._modules = commands_by_module
        self._default = default

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which people need them."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command."""
        if cmd_name not in self._modules:
            return None
        command: click.Command = import_module(self._modules[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self._modules.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read `reviewer`, `reviewer -` and `reviewer --format json` as the default command."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        # Not for tab completion, which asks what could stand where nothing stands yet.
        if not ctx.resilient_parsing and (not args or (args[0].startswith("-") and args[0] not in own)):
            args = [self._default, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a file's name in its place gets a word of its own."""
        if (name := args[0]) not in self._modules:
            if Path(name).exists():
                ctx.fail(f"'{name}' is a file, not a command. To review it: reviewer review {name}")
            if Path(name).suffix or "/" in name:
                ctx.fail(f"'{name}' is no command, and no such file is here. To review a file: reviewer review FILE")
            ctx.fail(f"'{name}' is no command; {meant(name, self._modules)}")
        return super().resolve_command(ctx, args)

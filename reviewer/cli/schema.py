"""`reviewer schema`: the published form of a record."""

import json

import click


@click.command()
def command() -> None:
    """Print the JSON Schema of a record, as `reviewer review --format json` writes it.

    \b
    Examples:
      reviewer schema > record.schema.json
    """
    from reviewer.cli.output import to_stdout
    from reviewer.pipeline import record_schema

    to_stdout(json.dumps(record_schema(), indent=2, ensure_ascii=False) + "\n")

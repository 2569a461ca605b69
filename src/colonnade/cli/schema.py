"""`colonnade schema`."""

from __future__ import annotations

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_json


@click.command("schema", short_help="Print the JSON Schema of an input document.")
@click.argument("name", metavar="entities|design")
@options.as_json
def command(name: str, as_json: bool) -> None:
    """Print the JSON Schema of an input document, for completion and checks in an editor.

    \b
    Examples:
      colonnade schema entities > entities.schema.json
      colonnade schema design
    """
    print_json(api.json_schema(name))

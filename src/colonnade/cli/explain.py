"""`colonnade explain`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_json, show


@click.command("explain", short_help="Tell why an object is there and what proves it.")
@click.argument("name")
@click.argument("sources", metavar="[SOURCE...]", nargs=-1)
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    name: str, sources: tuple[str, ...], as_kind: str | None, config: Path | None, url: str | None, as_json: bool
) -> None:
    """Tell why a table, column, constraint, index or policy is there, what hangs on it, and what proves it.

    NAME is a name of the design, a rule or a law; without SOURCE the current folder is read.

    \b
    Examples:
      colonnade explain tasks.user_id examples/task-management
      colonnade explain idx_tasks_user_id specs/001-tasks/design.yaml
      colonnade explain foreign-key-without-index
    """
    text, value = api.explain(name, sources, api.settings(config), partial(options.running, url), as_kind)
    if as_json:
        print_json(value)
    else:
        show(text.rstrip("\n"))

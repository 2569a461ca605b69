"""`colonnade drift`."""

from __future__ import annotations

from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_json, say, show


@click.command("drift", short_help="Compare a live database with what its Alembic history says.")
@click.argument("database", metavar="postgresql://...")
@click.option("--out", type=options.FILE, metavar="DIR", default=Path(), help="The project, or its Alembic folder.")
@options.ignored
@options.config
@options.server
@options.as_json
def command(
    database: str, out: Path, ignored: tuple[str, ...], config: Path | None, url: str | None, as_json: bool
) -> None:
    """Compare a live database with what its Alembic history builds up to the revision that it is at.

    Nothing in the database is changed. Revisions that it has not seen are no drift; they are named on stderr.

    \b
    Examples:
      colonnade drift postgresql://postgres@localhost/shop
      colonnade drift postgresql://postgres@localhost/shop --out services/shop --ignore 'audit.*'
    """
    options.announce_history()
    with options.running(url) as running:
        found = api.drift(database, api.settings(config), out, running, ignored)
    if found.behind:
        say(f"not yet applied: {', '.join(found.behind)}")
    if as_json:
        print_json(found.json())
    else:
        show("\n".join(found.differences) or "Equal.")
    raise click.exceptions.Exit(1 if found.differences else 0)

"""`colonnade apply`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_json, say, show
from colonnade.errors import interrupted, wrong


@click.command("apply", short_help="Run a plan on a live database; run it again to go on after a stop.")
@click.argument("plan", type=options.FILE)
@click.option("--database", metavar="URL", envvar="DATABASE_URL", help="The database; default: DATABASE_URL.")
@click.option("--lock-timeout", type=int, default=100, metavar="MS", help="How long a short step waits (100).")
@click.option("--attempts", type=int, default=30, metavar="N", help="How often a short step is tried (30).")
@options.as_json
def command(plan: Path, database: str | None, lock_timeout: int, attempts: int, as_json: bool) -> None:
    """Run a plan that `colonnade diff --plan` wrote, on the database that it was made for and on no other.

    Each part is noted in the database when it is done; after a stop or a kill the same command goes on.

    \b
    Examples:
      colonnade diff postgresql://postgres@localhost/shop design.yaml --plan plan.json
      colonnade apply plan.json --database postgresql://postgres@localhost/shop
    """
    if not database:
        raise wrong("no database is named", fix="say --database postgresql://... or set DATABASE_URL")
    if lock_timeout < 1 or attempts < 1:
        raise wrong("--lock-timeout and --attempts are at least 1", fix="leave them out")
    try:
        done = api.apply(plan, database, lambda line: say(_short(line)), lock_timeout, attempts)
    except KeyboardInterrupt:
        raise interrupted("what was done stands, and the same command goes on from there") from None
    if as_json:
        print_json(done.json())
    elif done.before == done.parts:
        show("Nothing was left to do.")
    else:
        show(f"Done: {done.parts - done.before} of {done.parts} parts, {done.before} before.")
    sys.stdout.flush()


def _short(line: str) -> str:
    words = " ".join(line.split())
    return words if len(words) <= 160 else f"{words[:157]}..."

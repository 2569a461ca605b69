"""`colonnade diff`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from colonnade import api, plan
from colonnade.cli import options
from colonnade.cli.printing import print_json, say, show
from colonnade.errors import wrong
from colonnade.evolve import Wish


@click.command("diff", short_help="Print what leads from one schema to another, and back.")
@click.argument("old")
@click.argument("new")
@click.option("--sql", "as_sql", is_flag=True, help="Print only SQL for psql.")
@click.option("--alembic", "as_alembic", is_flag=True, help="Print an Alembic revision, there and back.")
@click.option("--plain", is_flag=True, help="One transaction, for tables that nobody waits for.")
@click.option("--reverse", is_flag=True, help="Print the way back, to be run on NEW.")
@click.option("--allow-data-loss", is_flag=True, help="Go on where rows or values are lost; no name was changed.")
@click.option(
    "--renamed", multiple=True, metavar="OLD=NEW", help="A name that changed: tasks.title=name. May be repeated."
)
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    old: str,
    new: str,
    as_sql: bool,
    as_alembic: bool,
    plain: bool,
    reverse: bool,
    allow_data_loss: bool,
    renamed: tuple[str, ...],
    as_kind: str | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Print what leads from one schema to another: safe under load, tried in a scratch database, and back.

    \b
    Examples:
      colonnade diff old.sql new.sql
      colonnade diff postgresql://postgres@localhost/shop specs/001-shop/design.yaml --sql
      colonnade diff old.sql new.sql --renamed tasks.title=name --sql --reverse
    """
    options.announce((old, new), as_kind)
    wish = Wish("plain" if plain else "online", reverse, allow_data_loss, _answers(renamed))
    try:
        with options.running(url) as running:
            if as_alembic:
                _print_revision(*api.revision(old, new, api.settings(config), running, wish, as_kind))
            found, title = api.diff(old, new, api.settings(config), running, wish, as_kind)
    except plan.PlanRefused as refused:
        if as_json:
            print_json({"refused": [one.json() for one in refused.refusals]})
        for one in refused.refusals:
            say(" ".join(str(one).split()))
        raise click.exceptions.Exit(3) from None
    if as_json:
        print_json(plan.json(found))
    elif found.batches:
        sys.stdout.write(plan.sql(found, title))
    elif not as_sql:
        show("Equal.")
    raise click.exceptions.Exit(1 if found.batches else 0)


def _print_revision(differs: bool, text: str) -> None:
    """Prints the revision, where there is anything to do, and exits."""
    if differs:
        sys.stdout.write(text)
    raise click.exceptions.Exit(1 if differs else 0)


def _answers(renamed: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(tuple(one.split("=", 1)) for one in renamed)
    bad = [one for one, pair in zip(renamed, pairs, strict=True) if len(pair) != 2 or not all(pair)]
    if bad:
        raise wrong(f"--renamed {bad[0]} has no two names", fix="write --renamed old=new, as in tasks.title=name")
    return tuple((pair[0], pair[1]) for pair in pairs)

"""`colonnade diff`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from colonnade import api, plan
from colonnade.cli import options
from colonnade.cli.printing import print_json, say, show, write
from colonnade.errors import wrong
from colonnade.evolve import Wish
from colonnade.sql import comment_line


@click.command("diff", short_help="Print what leads from one schema to another, and back.")
@click.argument("old")
@click.argument("new")
@click.option("--sql", "as_sql", is_flag=True, help="Print only SQL for psql.")
@click.option("--alembic", "as_alembic", is_flag=True, help="Print an Alembic revision, there and back.")
@click.option("--plan", "plan_file", type=options.FILE, metavar="FILE", help="Write the plan to FILE, for apply.")
@click.option("--series", is_flag=True, help="In parts between which applications go on running.")
@options.plain
@click.option("--reverse", is_flag=True, help="Print the way back, to be run on NEW.")
@options.allow_data_loss
@options.renamed
@options.ignored
@options.strict_coverage
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    old: str,
    new: str,
    as_sql: bool,
    as_alembic: bool,
    plan_file: Path | None,
    series: bool,
    plain: bool,
    reverse: bool,
    allow_data_loss: bool,
    renamed: tuple[str, ...],
    ignored: tuple[str, ...],
    strict_coverage: bool,
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
      colonnade diff postgresql://postgres@localhost/shop design.yaml --plan plan.json
      colonnade diff postgresql://postgres@localhost/shop design.yaml --series --plan plan.json
      colonnade diff old.sql new.sql --renamed tasks.title=name --sql --reverse
    """
    if as_alembic and plan_file is not None:
        raise wrong("--alembic and --plan are two forms", fix="choose one")
    if series and (as_alembic or plain):
        raise wrong("--series has neither the plain form nor that of one revision", fix="see 'colonnade migrate'")
    options.announce((old, new), as_kind)
    wish = Wish("plain" if plain else "online", reverse, allow_data_loss, options.answers(renamed), strict_coverage)
    with options.refusing(as_json), options.running(url) as running:
        if series:
            stages = api.series(old, new, api.settings(config), running, wish, as_kind, ignored)
            _print_series(stages, plan_file, as_sql, as_json)
        if as_alembic:
            found, text = api.revision(old, new, api.settings(config), running, wish, as_kind, ignored)
            _print_revision(found, text, as_json)
        found, title, text = api.planned(old, new, api.settings(config), running, wish, as_kind, ignored)
    _tell(found)
    if plan_file is not None:
        write(plan_file, text)
    if as_json:
        print_json(plan.json(found))
    elif found.batches:
        sys.stdout.write(plan.sql(found, title))
    elif not as_sql:
        show("Equal.")
    raise click.exceptions.Exit(1 if found.batches else 0)


def _print_series(stages: tuple[api.Stage, ...], plan_file: Path | None, as_sql: bool, as_json: bool) -> None:
    """Prints the parts, where there is anything to do, and exits; each plan is a file beside the one that was named."""
    for stage in stages:
        _tell(stage.leg.there)
        for column in stage.leg.at_once:
            say(f"note: {column}")
        if plan_file is not None:
            write(plan_file.with_name(f"{plan_file.stem}-{stage.name}{plan_file.suffix}"), stage.file)
    if as_json:
        print_json({"equal": not stages, "parts": [one.json() for one in stages]})
    elif stages:
        sys.stdout.write("\n".join(plan.sql(one.leg.there, one.title) + _then(one.leg.then) for one in stages))
    elif not as_sql:
        show("Equal.")
    raise click.exceptions.Exit(1 if stages else 0)


def _then(text: str) -> str:
    return f"\n{comment_line(f'Then: {text}.')}\n" if text else ""


def _print_revision(found: plan.Plan, text: str, as_json: bool) -> None:
    """Prints the revision, where there is anything to do, and exits."""
    _tell(found)
    if as_json:
        print_json({**plan.json(found), "revision": text if found.batches else None})
    elif found.batches:
        sys.stdout.write(text)
    raise click.exceptions.Exit(1 if found.batches else 0)


def _tell(found: plan.Plan) -> None:
    """Says on stderr what a person should know of a plan before it runs."""
    if found.not_online is not None:
        say(f"note: {found.not_online}")
    for name in found.uncompared:
        say(f"note: both sides have it, and it was compared by its name only: {name}")

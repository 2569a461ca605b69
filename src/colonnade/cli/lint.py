"""`colonnade lint`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import show
from colonnade.errors import wrong


@click.command("lint", short_help="Judge a schema, or migrations by what they lock.")
@options.documents
@click.option("--format", "style", metavar="FORM", default="text", help="text, json, sarif or github.")
@click.option("--base", metavar="SOURCE", help="The schema that the migrations start from.")
@options.strict
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    sources: tuple[str, ...],
    style: str,
    base: str | None,
    strict: bool,
    as_kind: str | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Judge a schema, or migrations by what their statements really lock, and say what to write instead.

    \b
    Examples:
      colonnade lint schema.sql
      colonnade lint alembic/versions/ --format github
      colonnade lint change.sql --base schema.sql
      colonnade lint 01_tables.sql 02_views.sql --as sql
    """
    from colonnade.lint.report import FORMATS

    form = "json" if as_json else style
    if form not in FORMATS:
        raise wrong(f"no form of report is called '{form}'", fix="write one of " + ", ".join(FORMATS))
    options.announce((one for one in sources if not Path(one).exists()), as_kind)
    server = partial(options.running, url)
    found = api.lint(sources, api.settings(config), server, base=base, forced=as_kind, strict=strict)
    text = FORMATS[form](found)
    if text:
        show(text)
    raise click.exceptions.Exit(1 if any(one.severity == "error" for one in found) else 0)

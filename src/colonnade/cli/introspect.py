"""`colonnade introspect`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_json, say, write
from colonnade.design import document
from colonnade.errors import wrong
from colonnade.evolve import refuse_uncovered
from colonnade.evolve.intent import designed
from colonnade.writers.sql import script


@click.command("introspect", short_help="Print any schema as a design or as SQL.")
@click.argument("source")
@click.option("--sql", "as_sql", is_flag=True, help="Print SQL that builds an equal catalog.")
@click.option("--yaml", "as_yaml", is_flag=True, help="Print the design document (the default).")
@options.out_file
@options.strict_coverage
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    source: str,
    as_sql: bool,
    as_yaml: bool,
    out: Path | None,
    strict_coverage: bool,
    as_kind: str | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Print the schema of any source as a design, or as SQL that builds the same catalog again.

    \b
    Examples:
      colonnade introspect postgresql://postgres@localhost/shop
      colonnade introspect dump.sql --sql --out schema.sql
    """
    if as_sql and as_yaml:
        raise wrong("--sql and --yaml are two forms", fix="choose one")
    options.announce((source,), as_kind)
    with options.refusing(as_json), options.running(url) as running:
        found = api.introspect(source, api.settings(config), running, as_kind)
        if strict_coverage:
            refuse_uncovered(found.unmodelled)
    for name in found.unmodelled:
        say(f"not written, because it cannot be said: {name}")
    text = script(found) if as_sql else document.dump(designed(found, source))
    if out is not None:
        write(out, text)
    if as_json:
        print_json({"ok": True, "sql" if as_sql else "document": text, "unmodelled": list(found.unmodelled)})
    elif out is None:
        sys.stdout.write(text)

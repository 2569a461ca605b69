"""`colonnade migrate`."""

from __future__ import annotations

from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_findings, print_json, say, show
from colonnade.evolve import Wish


@click.command("migrate", short_help="Write the next Alembic revisions, from the history to the design.")
@click.argument("sources", metavar="[SOURCE...]", nargs=-1)
@click.option("-m", "--message", required=True, metavar="TEXT", help="What changes, in a few words.")
@click.option("--out", type=options.FILE, metavar="DIR", default=Path(), help="The project; default: this folder.")
@click.option("--head", metavar="ID", help="Of several heads, the one that goes on.")
@click.option("--merge", is_flag=True, help="Join several heads.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if the history does not build the design.")
@options.plain
@options.allow_data_loss
@options.renamed
@options.ignored
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    sources: tuple[str, ...],
    message: str,
    out: Path,
    head: str | None,
    merge: bool,
    check: bool,
    plain: bool,
    allow_data_loss: bool,
    renamed: tuple[str, ...],
    ignored: tuple[str, ...],
    as_kind: str | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Write the revisions that lead from what the Alembic history builds to the design, run there and back first.

    A column in use that gets another name, or a type for which its table would be written anew, changes over in three
    revisions, between which the application goes on running; --plain makes one of them.

    \b
    Examples:
      colonnade migrate -m "tasks have an owner"
      colonnade migrate -m "names" specs/001-shop/design.yaml --renamed tasks.title=name
      colonnade migrate -m "in CI" --check
    """
    wish = Wish("plain" if plain else "online", False, allow_data_loss, options.answers(renamed))
    options.announce_history()
    with options.refusing(as_json), options.running(url) as running:
        found = api.migrate(
            message, sources, api.settings(config), out, running, wish,
            head=head, merge=merge, check=check, forced=as_kind, ignored=ignored,
        )  # fmt: skip
    print_findings(found.findings)
    for one in found.revisions:
        if one.leg.there.not_online is not None:
            say(f"note: {one.file.path}: {one.leg.there.not_online}")
        for column in one.leg.at_once:
            say(f"note: {one.file.path}: {column}")
    if as_json:
        print_json(found.json())
    elif not found.revisions:
        show("The history builds the design; there is nothing to write.")
    else:
        show("\n".join(f"{'missing' if check else 'created'}    {out / one.file.path}" for one in found.revisions))
    raise click.exceptions.Exit(1 if check and found.revisions else 0)

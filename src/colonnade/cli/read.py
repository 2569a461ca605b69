"""`colonnade read`."""

from __future__ import annotations

from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_findings, print_json, say, show


@click.command("read", short_help="Print what the documents state, each fact with its place.")
@options.documents
@click.option("--annotate", is_flag=True, help="Print the document with its reading beside each line.")
@options.as_kind
@options.config
@options.as_json
def command(sources: tuple[str, ...], annotate: bool, as_kind: str | None, config: Path | None, as_json: bool) -> None:
    """Print what the documents state: every fact with its place, and whether it was stated, implied or assumed.

    \b
    Examples:
      colonnade read specs/001-tasks/spec.md
      colonnade read specs --json
      colonnade read specs/001-tasks/data-model.md --annotate
    """
    from colonnade.sources import form
    from colonnade.sources.read import NO_DATA, stores

    draft = api.read(sources, as_kind, api.settings(config))
    if as_json:
        print_json(form.as_json(draft))
    elif annotate:
        show(api.annotate(sources, as_kind))
    else:
        show(form.as_text(draft))
    print_findings(draft.findings)
    if not stores(draft):
        say(f"{NO_DATA}.")
        raise click.exceptions.Exit(2)

"""`colonnade design`."""

from __future__ import annotations

from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_findings, print_json, show, write


@click.command("design", short_help="Print the design document, each decision with its reason.")
@options.documents
@options.out_file
@options.strict
@options.as_kind
@options.config
@options.as_json
def command(
    sources: tuple[str, ...],
    out: Path | None,
    strict: bool,
    as_kind: str | None,
    config: Path | None,
    as_json: bool,
) -> None:
    """Print the design document: every name, type, constraint, index and policy, each with its reason.

    \b
    Examples:
      colonnade design examples/task-management
      colonnade design specs --out design.yaml
    """
    from colonnade.design import document

    designed = api.design(sources, api.settings(config), as_kind)
    text = document.dump(designed.schema)
    if out is not None:
        write(out, text)
    if as_json:
        print_json(
            {
                "ok": True,
                "document": document.as_value(designed.schema),
                "findings": [finding.json() for finding in designed.findings],
            }
        )
    elif out is None:
        show(text.rstrip("\n"))
    print_findings(designed.findings)
    raise click.exceptions.Exit(1 if api.designed_errors(designed.findings, strict) else 0)

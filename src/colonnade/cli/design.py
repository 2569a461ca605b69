"""`colonnade design`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_findings, print_json, show, write
from colonnade.errors import wrong


@click.command("design", short_help="Print the design document, each decision with its reason.")
@options.documents
@options.out_file
@click.option("--merge", type=options.FILE, metavar="FILE", help="Merge into this edited design, comments kept.")
@click.option("--previous", metavar="SOURCE", help="Plan the way here from this design, or from these documents.")
@click.option("--stream", is_flag=True, help="Print one JSON document a line, as each entity is done.")
@click.option("--sample", metavar="SOURCE", help="Ask the rows of a database or of CSV files about dependencies.")
@options.strict
@options.as_kind
@options.config
@options.as_json
def command(
    sources: tuple[str, ...],
    out: Path | None,
    merge: Path | None,
    previous: str | None,
    stream: bool,
    sample: str | None,
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
      colonnade design specs --merge design.yaml --out design.yaml
      colonnade design specs --previous specs/001-shop/design.yaml
      colonnade design specs --stream | head -2
      colonnade design specs --sample postgresql://localhost/shop
    """
    from colonnade.design import document

    if stream and (as_json or out is not None):
        raise wrong("--stream prints lines on stdout", fix="leave out --json and --out")
    if previous is not None and merge is not None:
        raise wrong("--previous plans a new document, and --merge keeps an edited one", fix="leave out one of them")
    designed = api.design(sources, api.settings(config), as_kind)
    if merge is not None:
        designed = api.merged(designed, merge)
    if previous is not None:
        designed = api.succeeding(designed, previous, api.settings(config))
    if sample is not None:
        designed = api.sampled(designed, sample)
    if out is not None:
        write(out, designed.yaml())
    if stream:
        for line in document.lines(designed.schema, designed.plan):
            show(line)
        show(json.dumps({"findings": [finding.json() for finding in designed.findings]}, ensure_ascii=False))
    elif as_json:
        print_json(
            {
                "ok": True,
                "document": document.as_value(designed.schema, designed.plan),
                "findings": [finding.json() for finding in designed.findings],
            }
        )
    elif out is None:
        show(designed.yaml().rstrip("\n"))
    print_findings(designed.findings)
    raise click.exceptions.Exit(1 if api.designed_errors(designed.findings, strict) else 0)

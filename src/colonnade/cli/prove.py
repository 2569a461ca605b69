"""`colonnade prove`."""

from __future__ import annotations

from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import print_findings, print_json, progress, show, summary
from colonnade.config import Settings


@click.command("prove", short_help="Check every law on PostgreSQL, and write nothing.")
@options.documents
@click.option("--isolation", is_flag=True, help="Attack the source instead: can one user reach another's rows?")
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    sources: tuple[str, ...],
    isolation: bool,
    as_kind: str | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Check every law on PostgreSQL, in scratch databases, and write nothing.

    \b
    Examples:
      colonnade prove examples/task-management
      colonnade prove specs/001-tasks/design.yaml --json
      colonnade prove --isolation schema.sql
      colonnade prove --isolation postgresql://postgres@localhost/shop
    """
    chosen = api.settings(config)
    if isolation:
        _attack(sources, chosen, as_kind, url, as_json)
    with progress(as_json) as shown:
        shown.stage("reading")
        designed = api.design(sources, chosen, as_kind)
        shown.stage("proving")
        with options.running(url) as running:
            findings = (*designed.findings, *api.substitutions(designed.schema, running))
            proofs = api.prove(designed, chosen, running, on_proof=shown.proof)
    held = all(proof.passed for proof in proofs)
    if as_json:
        print_json(
            {
                "ok": held,
                "findings": [one.json() for one in findings],
                "proofs": [one.json() for one in proofs],
            }
        )
    print_findings(findings)
    if not as_json:
        show(summary(proofs))
    raise click.exceptions.Exit(0 if held else 1)


def _attack(sources: tuple[str, ...], chosen: Settings, as_kind: str | None, url: str | None, as_json: bool) -> None:
    """Prints the isolation matrix and exits: 0 where every attack was held or is an accepted channel."""
    from colonnade.prove.attack import report as matrix

    options.announce(sources, as_kind)
    with progress(as_json) as shown, options.running(url) as running:
        shown.stage("attacking")
        found = api.isolation(sources, chosen, running, forced=as_kind)
    if as_json:
        print_json(matrix.as_json(found))
    else:
        show(matrix.text(found))
    raise click.exceptions.Exit(0 if found.holds else 1)

"""`colonnade build`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from colonnade import api
from colonnade.cli import options
from colonnade.cli.printing import count, print_findings, print_json, progress, show, summary
from colonnade.errors import wrong


@click.command("build", short_help="Read, design, write every file, and prove it.")
@options.documents
@click.option("--out", type=options.FILE, metavar="DIR", default=Path(), help="The output folder.")
@click.option("--no-prove", is_flag=True, help="Move the files unproven, and say so.")
@click.option("--check", is_flag=True, help="Write and prove nothing; exit 1 if a file is stale, missing or edited.")
@click.option("--force", is_flag=True, help="Overwrite files that a person has edited.")
@click.option("--only", metavar="NAME[,NAME]", help="Run these writers only.")
@options.strict
@options.as_kind
@options.config
@options.server
@options.as_json
def command(
    sources: tuple[str, ...],
    out: Path,
    no_prove: bool,
    check: bool,
    force: bool,
    only: str | None,
    strict: bool,
    as_kind: str | None,
    config: Path | None,
    url: str | None,
    as_json: bool,
) -> None:
    """Read, design, write every file, and move them to DIR only if every proof holds on PostgreSQL.

    \b
    Examples:
      colonnade build examples/task-management --out build/demo
      colonnade build specs/001-tasks/data-model.md --check
      colonnade build specs/001-tasks/design.yaml --server postgresql://postgres@localhost/postgres
    """
    chosen = api.settings(config)
    with progress(as_json) as shown:
        shown.stage("reading")
        designed = api.design(sources, chosen, as_kind)
        result = api.build(
            designed,
            chosen,
            out,
            server=None if no_prove else partial(options.running, url),
            check=check,
            force=force,
            strict=strict,
            only=_writers(only),
            on_proof=shown.proof,
            on_stage=shown.stage,
        )
    if as_json:
        print_json(result.json())
    print_findings(result.findings)
    if not as_json:
        _print_build(result, check)
    raise click.exceptions.Exit(0 if result.ok else 1)


def _writers(only: str | None) -> frozenset[str] | None:
    if only is None:
        return None
    from colonnade import writers
    from colonnade.config import suggestion

    known = writers.names()
    names = frozenset(name.strip() for name in only.split(",") if name.strip())
    unknown = sorted(names - set(known))
    if unknown or not names:
        near = suggestion(unknown[0], known) if unknown else ""
        raise wrong(
            f"no writer is called '{', '.join(unknown)}'", fix=near or "write one or more of " + ", ".join(known)
        )
    return names


def _print_build(result: api.Build, check: bool) -> None:
    if result.files:
        show("\n".join(f"{change.status:<10} {result.out / change.path}" for change in result.files))
    if check:
        show("Up to date." if result.ok else "Not up to date: build again.")
    elif not result.files:
        show("Nothing was written: " + ("a proof failed." if result.proofs else "the findings above are errors."))
    elif not result.proven:
        show(f"Wrote {count(len(result.files), 'file')} UNPROVEN (--no-prove).")
    if result.proofs:
        show(summary(result.proofs))

"""The command line: a thin door. It parses words, calls `api`, prints, and turns errors into exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from colonnade import api
from colonnade.config import Settings
from colonnade.errors import ColonnadeError, Mistake, wrong
from colonnade.findings import Finding, Proof
from colonnade.version import __version__

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Colonnade, a schema compiler for PostgreSQL: from specs to files that are proven on a real server.",
)

Sources = Annotated[
    list[str],
    typer.Argument(help="Markdown files or folders, an entity list (JSON, YAML) or a design.yaml.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print exactly one JSON object on stdout.")]
AsKind = Annotated[
    str | None, typer.Option("--as", metavar="KIND", help="Read the sources as: markdown, entities, design.")
]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Use this configuration file.")]
ServerUrl = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", help="Prove on this PostgreSQL (15 to 18), in scratch databases only."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Treat warnings as errors.")]

BUILD_HELP = """Read, design, write every file, and move them to DIR only if every proof holds on PostgreSQL.

\b
Examples:
  colonnade build examples/task-management --out build/demo
  colonnade build specs/001-tasks/data-model.md --check
  colonnade build specs/001-tasks/design.yaml --server postgresql://postgres@localhost/postgres
"""


@app.command(help=BUILD_HELP)
def build(
    sources: Sources,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The output folder.")] = Path(),
    no_prove: Annotated[bool, typer.Option("--no-prove", help="Move the files unproven, and say so.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Write and prove nothing; exit 1 if a file is stale, missing or edited.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that a person has edited.")] = False,
    only: Annotated[str | None, typer.Option("--only", metavar="NAME[,NAME]", help="Run these writers only.")] = None,
    strict: Strict = False,
    as_kind: AsKind = None,
    config: Config = None,
    server: ServerUrl = None,
    as_json: AsJson = False,
) -> None:
    chosen = api.settings(config)
    with _progress(as_json) as progress:
        progress.stage("reading")
        designed = api.design(sources, chosen, as_kind)
        result = api.build(
            designed,
            chosen,
            out,
            server=None if no_prove else partial(_server, server),
            check=check,
            force=force,
            strict=strict,
            only=_writers(only),
            on_proof=progress.proof,
            on_stage=progress.stage,
        )
    if as_json:
        _print_json(result.json())
    _print_findings(result.findings)
    if not as_json:
        _print_build(result, check)
    raise typer.Exit(0 if result.ok else 1)


READ_HELP = """Print what the documents state: every fact with its place, and whether it was stated, implied or assumed.

\b
Examples:
  colonnade read specs/001-tasks/spec.md
  colonnade read specs --json
  colonnade read specs/001-tasks/data-model.md --annotate
"""


@app.command(help=READ_HELP)
def read(
    paths: Sources,
    annotate: Annotated[
        bool, typer.Option("--annotate", help="Print the document with its reading beside each line.")
    ] = False,
    as_kind: AsKind = None,
    as_json: AsJson = False,
) -> None:
    from colonnade.sources import form

    draft = api.read(paths, as_kind)
    stored = [entity for entity in draft.entities if entity.kind.value != "concept"]
    if as_json:
        _print_json(form.as_json(draft))
    elif annotate:
        _print(api.annotate(paths, as_kind))
    else:
        _print(form.as_text(draft))
    _print_findings(draft.findings)
    if not stored:
        _say("No stored data is described here: no entity was found in a table, a list, a diagram or code.")
        raise typer.Exit(2)


DESIGN_HELP = """Print the design document: every name, type, constraint, index and policy, each with its reason.

\b
Examples:
  colonnade design examples/task-management
  colonnade design specs --out design.yaml
"""


@app.command(help=DESIGN_HELP)
def design(
    sources: Sources,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to FILE instead of stdout.")] = None,
    strict: Strict = False,
    as_kind: AsKind = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    from colonnade.design import document

    designed = api.design(sources, api.settings(config), as_kind)
    text = document.dump(designed.schema)
    if out is not None:
        _write(out, text)
    if as_json:
        _print_json(
            {
                "ok": True,
                "document": document.as_value(designed.schema),
                "findings": [finding.json() for finding in designed.findings],
            }
        )
    elif out is None:
        _print(text.rstrip("\n"))
    _print_findings(designed.findings)
    raise typer.Exit(1 if api.designed_errors(designed.findings, strict) else 0)


PROVE_HELP = """Check every law on PostgreSQL, in scratch databases, and write nothing.

\b
Examples:
  colonnade prove examples/task-management
  colonnade prove specs/001-tasks/design.yaml --json
  colonnade prove --isolation schema.sql
  colonnade prove --isolation postgresql://postgres@localhost/shop
"""


@app.command(help=PROVE_HELP)
def prove(
    sources: Sources,
    isolation: Annotated[
        bool, typer.Option("--isolation", help="Attack the source instead: can one user reach another's rows?")
    ] = False,
    as_kind: AsKind = None,
    config: Config = None,
    server: ServerUrl = None,
    as_json: AsJson = False,
) -> None:
    chosen = api.settings(config)
    if isolation:
        _attack(sources, chosen, as_kind, server, as_json)
    with _progress(as_json) as progress:
        progress.stage("reading")
        designed = api.design(sources, chosen, as_kind)
        progress.stage("proving")
        with _server(server) as running:
            proofs = api.prove(designed, chosen, running, on_proof=progress.proof)
    held = all(proof.passed for proof in proofs)
    if as_json:
        _print_json(
            {
                "ok": held,
                "findings": [one.json() for one in designed.findings],
                "proofs": [one.json() for one in proofs],
            }
        )
    _print_findings(designed.findings)
    if not as_json:
        _print(_summary(proofs))
    raise typer.Exit(0 if held else 1)


def _attack(sources: list[str], chosen: Settings, as_kind: str | None, url: str | None, as_json: bool) -> None:
    """Prints the isolation matrix and exits: 0 where every attack was held or is an accepted channel."""
    from colonnade.prove.attack import report as matrix

    with _progress(as_json) as progress, _server(url) as running:
        progress.stage("attacking")
        found = api.isolation(sources, chosen, running, forced=as_kind)
    if as_json:
        _print_json(matrix.as_json(found))
    else:
        _print(matrix.text(found))
    raise typer.Exit(0 if found.holds else 1)


SCHEMA_HELP = """Print the JSON Schema of an input document, for completion and checks in an editor.

\b
Examples:
  colonnade schema entities > entities.schema.json
  colonnade schema design
"""


@app.command(help=SCHEMA_HELP)
def schema(
    name: Annotated[str, typer.Argument(help="entities or design", show_default=False)],
    as_json: AsJson = False,
) -> None:
    _print_json(api.json_schema(name))


LINT_HELP = """Judge a schema, or migrations by what their statements really lock, and say what to write instead.

\b
Examples:
  colonnade lint schema.sql
  colonnade lint alembic/versions/ --format github
  colonnade lint change.sql --base schema.sql
  colonnade lint 01_tables.sql 02_views.sql --as sql
"""


@app.command(help=LINT_HELP)
def lint(
    sources: Annotated[
        list[str],
        typer.Argument(help="Any schema, or a folder of migrations.", show_default=False),
    ],
    style: Annotated[str, typer.Option("--format", metavar="FORM", help="text, json, sarif or github.")] = "text",
    base: Annotated[
        str | None, typer.Option("--base", metavar="SOURCE", help="The schema that the migrations start from.")
    ] = None,
    strict: Strict = False,
    as_kind: AsKind = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    from colonnade.lint.report import FORMATS

    form = "json" if as_json else style
    if form not in FORMATS:
        raise wrong(f"no form of report is called '{form}'", fix="write one of " + ", ".join(FORMATS))
    found = api.lint(sources, api.settings(config), partial(_server, None), base=base, forced=as_kind, strict=strict)
    text = FORMATS[form](found)
    if text:
        _print(text)
    raise typer.Exit(1 if any(one.severity == "error" for one in found) else 0)


EXPLAIN_HELP = """Tell why a table, column, constraint, index or policy is there, what hangs on it, and what proves it.

\b
Examples:
  colonnade explain tasks.user_id examples/task-management
  colonnade explain idx_tasks_user_id specs/001-tasks/design.yaml
  colonnade explain foreign-key-without-index
"""


@app.command(help=EXPLAIN_HELP)
def explain(
    name: Annotated[str, typer.Argument(help="A name of the design, a rule or a law.", show_default=False)],
    sources: Annotated[
        list[str] | None, typer.Argument(help="The documents or the design; the current folder if none.")
    ] = None,
    as_kind: AsKind = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    text, value = api.explain(name, sources or [], api.settings(config), partial(_server, None), as_kind)
    if as_json:
        _print_json(value)
    else:
        _print(text.rstrip("\n"))


DIFF_HELP = """Print what leads from one schema to another: safe under load, tried in a scratch database, and back.

\b
Examples:
  colonnade diff old.sql new.sql
  colonnade diff postgresql://postgres@localhost/shop specs/001-shop/design.yaml --sql
  colonnade diff old.sql new.sql --renamed tasks.title=name --sql --reverse
"""

Either = Annotated[str, typer.Argument(help="Any schema: documents, a design, SQL or a database.", show_default=False)]


@app.command(help=DIFF_HELP)
def diff(
    old: Either,
    new: Either,
    as_sql: Annotated[bool, typer.Option("--sql", help="Print only SQL for psql.")] = False,
    as_alembic: Annotated[bool, typer.Option("--alembic", help="Print an Alembic revision, there and back.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="One transaction, for tables that nobody waits for.")] = False,
    reverse: Annotated[bool, typer.Option("--reverse", help="Print the way back, to be run on NEW.")] = False,
    allow_data_loss: Annotated[
        bool, typer.Option("--allow-data-loss", help="Go on where rows or values are lost; no name was changed.")
    ] = False,
    renamed: Annotated[
        list[str] | None, typer.Option("--renamed", metavar="OLD=NEW", help="A name that changed: tasks.title=name.")
    ] = None,
    as_kind: AsKind = None,
    config: Config = None,
    server: ServerUrl = None,
    as_json: AsJson = False,
) -> None:
    from colonnade import plan
    from colonnade.evolve import Wish

    wish = Wish("plain" if plain else "online", reverse, allow_data_loss, _answers(renamed or []))
    try:
        with _server(server) as running:
            if as_alembic:
                _print_revision(*api.revision(old, new, api.settings(config), running, wish, as_kind))
            found, title = api.diff(old, new, api.settings(config), running, wish, as_kind)
    except plan.PlanRefused as refused:
        if as_json:
            _print_json({"refused": [one.json() for one in refused.refusals]})
        for one in refused.refusals:
            _say(" ".join(str(one).split()))
        raise typer.Exit(3) from None
    if as_json:
        _print_json(plan.json(found))
    elif found.batches:
        sys.stdout.write(plan.sql(found, title))
    elif not as_sql:
        _print("Equal.")
    raise typer.Exit(1 if found.batches else 0)


def _print_revision(differs: bool, text: str) -> None:
    """Prints the revision, where there is anything to do, and exits."""
    if differs:
        sys.stdout.write(text)
    raise typer.Exit(1 if differs else 0)


def _answers(renamed: list[str]) -> tuple[tuple[str, str], ...]:
    pairs = tuple(tuple(one.split("=", 1)) for one in renamed)
    bad = [one for one, pair in zip(renamed, pairs, strict=True) if len(pair) != 2 or not all(pair)]
    if bad:
        raise wrong(f"--renamed {bad[0]} has no two names", fix="write --renamed old=new, as in tasks.title=name")
    return tuple((pair[0], pair[1]) for pair in pairs)


INTROSPECT_HELP = """Print the schema of any source as a design, or as SQL that builds the same catalog again.

\b
Examples:
  colonnade introspect postgresql://postgres@localhost/shop
  colonnade introspect dump.sql --sql --out schema.sql
"""


@app.command(help=INTROSPECT_HELP)
def introspect(
    source: Either,
    as_sql: Annotated[bool, typer.Option("--sql", help="Print SQL that builds an equal catalog.")] = False,
    as_yaml: Annotated[bool, typer.Option("--yaml", help="Print the design document (the default).")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write to FILE instead of stdout.")] = None,
    as_kind: AsKind = None,
    config: Config = None,
    server: ServerUrl = None,
    as_json: AsJson = False,
) -> None:
    from colonnade.design import document
    from colonnade.evolve.intent import designed
    from colonnade.writers.sql import script

    if as_sql and as_yaml:
        raise wrong("--sql and --yaml are two forms", fix="choose one")
    with _server(server) as running:
        found = api.introspect(source, api.settings(config), running, as_kind)
    for name in found.unmodelled:
        _say(f"not written, because it cannot be said: {name}")
    text = script(found) if as_sql else document.dump(designed(found, source))
    if out is not None:
        _write(out, text)
    if as_json:
        _print_json({"ok": True, "sql" if as_sql else "document": text, "unmodelled": list(found.unmodelled)})
    elif out is None:
        sys.stdout.write(text)


def _version(wanted: bool) -> None:
    if wanted:
        _print(f"colonnade {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Parses the options that stand before a command."""


INTERRUPTED = 130  # what typer returns after Ctrl-C


def main() -> None:
    """Runs the command line and exits; never a traceback for bad input."""
    as_json = "--json" in sys.argv[1:]
    try:
        code: int | None = app(standalone_mode=False, prog_name="colonnade")
    except ColonnadeError as error:
        code = _fail(error.mistakes, error.exit_code, as_json)
    except typer.TyperException as error:
        code = _fail(_usage(error), 2, as_json)
    if code == INTERRUPTED:
        _fail((Mistake(None, "interrupted; nothing was changed"),), INTERRUPTED, as_json)
    sys.exit(code or 0)


def _usage(error: Any) -> tuple[Mistake, ...]:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "colonnade"
    text = error.format_message() if hasattr(error, "format_message") else str(error)
    return (Mistake(None, text.rstrip("."), f"'{command} --help' shows how it is called"),)


def _fail(mistakes: tuple[Mistake, ...], code: int, as_json: bool) -> int:
    if as_json:
        errors = [
            {"place": one.place.json() if one.place else None, "message": one.message, "fix": one.fix}
            for one in mistakes
        ]
        _print_json({"ok": False, "errors": errors})
    for mistake in mistakes:
        _say(f"error: {mistake}" if mistake.place is None else str(mistake))
    return code


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


def _server(url: str | None) -> Any:
    from colonnade import server

    return server.embedded() if url is None else server.at(url)


def _write(path: Path, text: str) -> None:
    from colonnade.errors import OutputError, Place

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError((Mistake(Place(str(path)), f"cannot be written: {error.strerror}"),)) from None


# --- printing ---------------------------------------------------------------------------------------------------


class _Plain:
    """Progress as plain lines, for pipes and CI."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def stage(self, name: str) -> None:
        """Stages are only of interest while somebody watches."""

    def proof(self, proof: Proof) -> None:
        self._show(str(proof))


class _Live:
    """Progress in a terminal: a spinner with the stage, and each proof as it is done, one line while it holds."""

    def __init__(self, status: Any, out: Any) -> None:
        self._status, self._out = status, out

    def stage(self, name: str) -> None:
        self._status.update(name)

    def proof(self, proof: Proof) -> None:
        from rich.text import Text

        mark = ("ok     ", "green") if proof.passed else ("FAILED ", "bold red")
        line = Text.assemble(mark, (f"{proof.law}  ", "bold"), f"{proof.subject}: {proof.evidence}")
        self._out.print(line, no_wrap=proof.passed, overflow="ellipsis" if proof.passed else "fold")


@contextmanager
def _progress(as_json: bool) -> Iterator[_Plain | _Live]:
    if as_json or not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield _Plain(_say if as_json else _print)
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("reading") as status:
        yield _Live(status, Console(highlight=False))


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def _print_json(value: object) -> None:
    _print(json.dumps(value, indent=2, ensure_ascii=False))


def _print_findings(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        _say(str(finding))


def _print_build(result: api.Build, check: bool) -> None:
    for change in result.files:
        _print(f"{change.status:<10} {result.out / change.path}")
    if check:
        _print("Up to date." if result.ok else "Not up to date: build again.")
    elif not result.files:
        _print("Nothing was written: " + ("a proof failed." if result.proofs else "the findings above are errors."))
    elif not result.proven:
        _print(f"Wrote {_count(len(result.files), 'file')} UNPROVEN (--no-prove).")
    if result.proofs:
        _print(_summary(result.proofs))


def _summary(proofs: tuple[Proof, ...]) -> str:
    failed = [proof for proof in proofs if not proof.passed]
    seconds = sum(proof.milliseconds for proof in proofs) / 1000
    if not failed:
        return f"All {_count(len(proofs), 'proof')} hold ({seconds:.1f} s on PostgreSQL)."
    lines = [
        f"{len(failed)} of {_count(len(proofs), 'proof')} failed:",
        *(f"  {proof.law}  {proof.subject}: {proof.evidence}" for proof in failed),
    ]
    return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


if __name__ == "__main__":
    main()

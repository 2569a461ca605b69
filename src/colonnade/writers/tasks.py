"""Writer `tasks`: plan.md and tasks.md of the feature folder, made only where there are none."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.document_value import creation_order
from colonnade.design.schema import Schema, Table
from colonnade.writers.file import File, Request, writer
from colonnade.writers.markdown import bullets, code, prose


@writer("tasks")
def tasks(request: Request) -> Iterator[File]:
    """plan.md says what is built and in which order, tasks.md what is left to a person to do."""
    folder = request.feature_folder
    yield File(folder / "plan.md", _plan(request), once=True)
    yield File(folder / "tasks.md", _tasks(request), once=True)


def _plan(request: Request) -> str:
    schema = request.schema
    tables = {one.name: one for one in schema.database.tables}
    parts = [
        f"# Database Plan: {prose(schema.intent.title)}",
        f"**Specification**: {code(schema.intent.spec_file)}" if schema.intent.spec_file else "",
        f"**Database**: PostgreSQL {schema.intent.target_version} or later",
        "## Tables, in the Order of Their Making",
        _numbered(_table(tables[name]) for name in creation_order(schema.database)),
        "## Isolation",
        _isolation(schema),
        "## Migration",
        bullets([
            f"One revision makes all of it: {code(str(request.layout.migrations / 'versions'))}.",
            "Its downgrade drops all of it, and with it the rows.",
            f"Roles come first, from {code(str(request.feature_folder / 'roles.sql'))}, run by an administrator."
            if schema.intent.roles
            else "Whoever runs it owns the tables.",
        ]),
    ]  # fmt: skip
    return "\n\n".join(part for part in parts if part) + "\n"


def _numbered(lines: Iterator[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _table(one: Table) -> str:
    parents = sorted({key.target[1] for key in one.foreign_keys} - {one.name})
    after = f", refers to {', '.join(map(code, parents))}" if parents else ""
    return f"{code(one.name)}: columns {len(one.columns)}, indexes {len(one.indexes)}{after}"


def _isolation(schema: Schema) -> str:
    secured = [code(one.name) for one in schema.database.tables if one.row_security]
    return f"Row-level security on {', '.join(secured)}." if secured else "No table has row-level security."


def _tasks(request: Request) -> str:
    schema = request.schema
    lines = [
        f"Run {code(str(request.feature_folder / 'roles.sql'))} as an administrator" if schema.intent.roles else "",
        f"Set {code('DATABASE_URL')} and run {code('alembic upgrade head')} in {code(str(request.layout.backend))}",
        *(f"Review the model of {code(name)}" for name in creation_order(schema.database)),
        f"Open sessions through {code(str(request.layout.session))}",
        "Try the downgrade on a copy of the data",
    ]
    numbered = [f"[ ] T{number:03d} {line}" for number, line in enumerate(filter(None, lines), 1)]
    return f"# Database Tasks: {prose(schema.intent.title)}\n\n{bullets(numbered)}\n"

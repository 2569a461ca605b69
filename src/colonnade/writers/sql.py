"""Writer `sql`: schema.sql, and any Database as a script for psql."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from colonnade.design.schema import Database
from colonnade.diff import creation
from colonnade.ops.functions import has_sql_body
from colonnade.ops.op import Level, Op
from colonnade.sql import comment_line, ident
from colonnade.writers.file import File, Request, writer
from colonnade.writers.operations import operations

_CHAPTERS = {
    Level.NAMESPACES: "Schemas",
    Level.EXTENSIONS: "Extensions",
    Level.TYPES: "Types",
    Level.SEQUENCES: "Sequences",
    Level.FUNCTIONS: "Functions",
    Level.LATE_CONSTRAINTS: "Foreign keys and owned sequences, once all tables are there",
    Level.DEFAULTS: "Default privileges",
}
_OBJECTS = {Level.TABLES: "Table", Level.VIEWS: "View"}
_PARTS = {
    "CreateIndex": "Indexes",
    "CreateTrigger": "Triggers",
    "SetRowSecurity": "Row-level security",
    "Grant": "Privileges",
    "SetComment": "Comments",
}
_RULE = "-- " + "-" * 76


@writer("sql")
def sql(request: Request) -> Iterator[File]:
    """schema.sql: what psql runs once to build the design."""
    yield File(request.feature_folder / "schema.sql", _schema(request))


def script(database: Database) -> str:
    """SQL that `psql -v ON_ERROR_STOP=1 -f` runs in an empty database to build `database`."""
    return _script(("A database as SQL; run it with psql -v ON_ERROR_STOP=1 -f.",), (), creation(database), ())


def _schema(request: Request) -> str:
    intent = request.schema.intent
    head = [f"{intent.title}: the schema of the database.", "Run it once with psql -v ON_ERROR_STOP=1 -f schema.sql"]
    if intent.roles:
        head.append(f"after roles.sql, as {intent.roles.migrator}.")
    external = ", ".join(sorted(table.name for table in request.schema.external))
    head += [f"These tables belong to others and must be there: {external}"] if external else []
    before = (f"SET ROLE {ident(intent.roles.owner)}",) if intent.roles else ()
    after = ("RESET ROLE",) if intent.roles else ()
    return _script(head, before, operations(request), after)


def _script(head: Sequence[str], before: Sequence[str], ops: Sequence[Op], after: Sequence[str]) -> str:
    settings = ["SET LOCAL search_path = public"]
    # The body of an SQL function may name what is made after it.
    settings += ["SET LOCAL check_function_bodies = off"] * any(map(has_sql_body, ops))
    opening = "\n".join(["BEGIN;", *(f"{one};" for one in (*before, *settings))])
    closing = "\n".join([*(f"{one};" for one in after), "COMMIT;"])
    chapters = (_chapter(key, list(group)) for key, group in groupby(ops, key=_heading))
    return "\n\n".join(["\n".join(map(comment_line, head)), opening, *chapters, closing]) + "\n"


def _heading(op: Op) -> str:
    position = op.position
    if position.level in _OBJECTS:
        return f"{_OBJECTS[position.level]} {position.section}"
    return _CHAPTERS[position.level]


def _chapter(heading: str, ops: Sequence[Op]) -> str:
    parts = (_part(name, list(group)) for name, group in groupby(ops, key=lambda op: _PARTS.get(type(op).__name__, "")))
    return "\n\n".join([f"{_RULE}\n{comment_line(heading)}\n{_RULE}", *parts])


def _part(name: str, ops: Sequence[Op]) -> str:
    """The statements of one kind; those of one line stand together."""
    statements = [statement for op in ops for statement in _statements(op)]
    text = statements[0]
    for previous, statement in pairwise(statements):
        text += ("\n\n" if "\n" in previous or "\n" in statement else "\n") + statement
    return f"-- {name}\n{text}" if name else text


def _statements(op: Op) -> Iterator[str]:
    for step in op.steps():
        note = f"{comment_line(step.note)}\n" if step.note else ""
        # A semicolon after a comment would be part of it.
        yield note + step.sql + ("\n;" if "--" in step.sql.rsplit("\n", 1)[-1] else ";")

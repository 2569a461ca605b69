"""Laws about the files as such: schema.sql loads, the design document reads back, the seeds load."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from colonnade.design.schema import Database
from colonnade.findings import Proof
from colonnade.prove import filling
from colonnade.prove.ground import Ground, statements
from colonnade.prove.laws import law
from colonnade.prove.observers import counted
from colonnade.prove.probe import ran
from colonnade.sql import qualified

if TYPE_CHECKING:
    import psycopg


@law("ddl-loads", "files")
def ddl_loads(ground: Ground) -> Iterator[Proof]:
    """schema.sql runs as the migrator in a database that holds only the roles and stand-ins for external tables.

    It is run as one script; the objects that it leaves behind are counted in the catalog.
    """
    subject = f"specs/{ground.feature}/schema.sql"
    if ground.loading.error is not None:
        yield Proof("ddl-loads", subject, False, ground.loading.error)
        return
    others = {(table.schema, table.name) for table in ground.schema.external}
    tables = tuple(table for table in ground.catalog.tables if (table.schema, table.name) not in others)
    words = counted(replace(ground.catalog, tables=tables))
    yield Proof("ddl-loads", subject, True, f"{ground.loading.statements} statements as the migrator; {words}")


@law("design-document-loads", "files")
def design_document_loads(ground: Ground) -> Iterator[Proof]:
    """design.yaml reads back as the very design that it was written from.

    The file is loaded and compared, value by value, with the design in memory.
    """
    from colonnade import catalog
    from colonnade.design import document

    path = ground.specification / "design.yaml"
    loaded = document.load(path.read_text(encoding="utf-8"), path.name)
    subject = f"specs/{ground.feature}/design.yaml"
    sides = (ground.schema, loaded)
    unequal = [
        *catalog.differences(*(side.database for side in sides)),
        *catalog.differences(*(Database(tables=side.external) for side in sides)),
        *(
            field.name
            for field in fields(loaded.intent)
            if len({_unordered(getattr(side.intent, field.name)) for side in sides}) > 1
        ),
    ]
    words = "reads back equal" if not unequal else f"reads back otherwise: {'; '.join(unequal[:12])}"
    yield Proof("design-document-loads", subject, not unequal, words)


@law("seeds-load", "files")
def seeds_load(ground: Ground) -> Iterator[Proof]:
    """The seed files run as the migrator, in the order of their names, and leave rows behind.

    External tables hold the rows that the seeds point at; each file is run whole, then its rows are counted.
    """
    files = sorted((ground.backend / "seeds").glob("*.sql"))
    external = {table.name: table for table in ground.schema.external}
    with ground.emptied_workbench() as database, ground.session(database, ground.actors.migrator) as migrator:
        with ground.session(database, ground.actors.neighbour) as neighbour:
            for name, table in external.items():
                filling.load(neighbour, table, ground.rows.get(name, []))
        before = _counted(ground, migrator)
        for file in files:
            text = file.read_text(encoding="utf-8")
            outcome = ran(migrator, text)
            migrator.rollback()
            after = _counted(ground, migrator)
            grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
            words = ", ".join(f"{number} rows in {name}" for name, number in grown.items()) or "no rows"
            evidence = f"{statements(text)} statements as the migrator; {words}" if outcome.accepted else str(outcome)
            passed = outcome.accepted and bool(grown)
            yield Proof("seeds-load", file.relative_to(ground.tree).as_posix(), passed, evidence)
            before = after


def _counted(ground: Ground, connection: psycopg.Connection) -> dict[str, int]:
    tables = ground.schema.database.tables
    if not tables:
        return {}
    counts = ", ".join(f"(SELECT count(*) FROM {qualified(table.schema, table.name)})" for table in tables)
    row = connection.execute(f"SELECT {counts}".encode()).fetchone() or ()
    return {table.name: count for table, count in zip(tables, row, strict=True)}


def _unordered(value: object) -> object:
    """`value`, and of several objects what does not depend on their order, which a document is free to choose."""
    return tuple(sorted(map(repr, value))) if isinstance(value, tuple) else value

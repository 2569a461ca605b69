"""Laws about the ORM models: they make the tables that schema.sql makes, and values go through them unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from colonnade.design.schema import Database, Privilege, Privileges
from colonnade.findings import Proof
from colonnade.prove.ground import Ground, admit
from colonnade.prove.imports import imported
from colonnade.prove.laws import declare, law
from colonnade.prove.observers import agreement
from colonnade.prove.roundtrips import Family, round_trips
from colonnade.server import connect
from colonnade.sql import ident

if TYPE_CHECKING:
    import sqlalchemy as sa

EVERYBODY: Privileges = (Privilege("PUBLIC", ("USAGE",)),)
FAMILIES = ("sqlalchemy", "sqlmodel")


EQUAL = {
    family: declare(
        f"{family}-equals-ddl",
        """The models make what schema.sql makes, less what models are declared not to say.

        Each loss that is declared, and that the design has, must be missing in fact.
        """,
        "files",
    )
    for family in FAMILIES
}


@law("models-equal-ddl", "files")
def models_equal_ddl(ground: Ground) -> Iterator[Proof]:
    """The SQLAlchemy and the SQLModel models make what schema.sql makes, less what models are declared not to say.

    `create_all` runs as the migrator in a database that holds only stand-ins for external tables and what the models
    say they need. Both observers compare it: the catalog with that of schema.sql less the losses, and pg_dump with a
    database that was built from the design less the losses.
    """
    from colonnade.writers.models import LOSSES

    for losses in dict.fromkeys(LOSSES.values()):
        reference = _reference(ground, losses)
        for family in ground.layout.models:
            if LOSSES[family] == losses:
                yield from _equals(ground, family, losses, reference)


@law("sqlalchemy-round-trips", "files")
def sqlalchemy_round_trips(ground: Ground) -> Iterator[Proof]:
    """Every value, enum member and default goes through an SQLAlchemy session and comes back the same.

    As the application role on the database of schema.sql, for one row of each table; every try is undone.
    """
    yield from _round_trips(ground, "sqlalchemy")


@law("sqlmodel-round-trips", "files")
def sqlmodel_round_trips(ground: Ground) -> Iterator[Proof]:
    """Every value, enum member and default goes through an SQLModel session and comes back the same.

    Checked as for sqlalchemy-round-trips.
    """
    yield from _round_trips(ground, "sqlmodel")


def _reference(ground: Ground, losses: tuple[str, ...]) -> str:
    """The dump of a database that has all that models can say, made without models."""
    from colonnade.catalog import dump

    with ground.database(ground.empty) as database:
        _prepare(ground, database, _reduced(ground.schema.database, losses))
        return dump.normalised(ground.server, database)


def _equals(ground: Ground, family: str, losses: tuple[str, ...], reference: str) -> Iterator[Proof]:
    from colonnade import catalog
    from colonnade.catalog import dump
    from colonnade.writers.models import less

    with ground.database(ground.empty) as made:
        _prepare(ground, made, _prerequisites(ground.schema.database))
        with (
            _package(ground, family) as package,
            _engine(ground, made, ground.actors.migrator) as engine,
            engine.begin() as connection,
        ):
            package.create_all(connection)
        with ground.session(made) as connection:
            observed = catalog.read(connection)
        dumps = dump.differences(dump.normalised(ground.server, made), reference)
    expected = less(ground.catalog, losses)
    facts = catalog.differences(less(observed, losses), expected)
    yield agreement(EQUAL[family], f"{ground.layout.models[family].module} and schema.sql", facts, dumps, expected)
    yield _losses(ground, EQUAL[family], observed, losses)


def _losses(ground: Ground, name: str, observed: Database, losses: tuple[str, ...]) -> Proof:
    """Whether each declared loss that the design has is missing in what the models made."""
    from colonnade import catalog
    from colonnade.writers.models import PREREQUISITES, less

    design = _types_with(ground.schema.database, EVERYBODY, ())
    # What must be there before the models was made beforehand, so it cannot be seen to be missing.
    present = [one for one in losses if one not in PREREQUISITES and less(design, (one,)) != design]
    kept = []
    for one in present:
        others = tuple(other for other in losses if other != one)
        if not catalog.differences(less(observed, others), less(ground.catalog, others)):
            kept.append(one)
    subject = "declared losses"
    if kept:
        return Proof(name, subject, False, f"declared as lost, but the models make them: {', '.join(kept)}")
    return Proof(name, subject, True, f"{len(present)} kinds of fact are lost as declared: {', '.join(present)}")


def _round_trips(ground: Ground, family: str) -> Iterator[Proof]:
    if family not in ground.layout.models:
        return
    with ground.emptied_workbench() as database, _package(ground, family) as package:
        admit(ground.server, database, ground.schema, ground.actors)
        with (
            _engine(ground, database, ground.actors.application) as engine,
            _engine(ground, database, ground.actors.migrator) as migrating,
        ):
            yield from round_trips(ground, Family(f"{family}-round-trips", package, engine, migrating), database)


@contextmanager
def _package(ground: Ground, family: str) -> Iterator[ModuleType]:
    """The generated package; its mappers are forgotten at the end."""
    with imported(ground.backend, ground.layout.models[family].module) as package:
        try:
            yield package
        finally:
            registry: Any = getattr(package.Base, "registry", None) or package.Base._sa_registry
            registry.dispose()


@contextmanager
def _engine(ground: Ground, database: str, role: str) -> Iterator[sa.Engine]:
    import psycopg
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    url = ground.url(database, role)
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _prepare(ground: Ground, database: str, content: Database) -> None:
    """Builds `content` in `database` as the migrator, but for extensions that an administrator has made already."""
    from colonnade.writers.sql import script

    with connect(ground.url(database, ground.actors.migrator)) as connection:
        there = {row[0] for row in connection.execute("SELECT extname FROM pg_extension").fetchall()}
        wanted = replace(content, extensions=tuple(one for one in content.extensions if one.name not in there))
        if wanted != Database():
            connection.execute(script(wanted).encode())


def _prerequisites(database: Database) -> Database:
    from colonnade.writers.models import PREREQUISITES

    kept = Database(**{name: getattr(database, name) for name in PREREQUISITES})
    # What gives rows of a table comes after it, so it cannot be there before the models.
    rows = {f"SETOF {ident(table.name)}" for table in database.tables}
    functions = tuple(replace(one, owner=None) for one in kept.functions if one.returns not in rows)
    return replace(kept, functions=functions)


def _reduced(database: Database, losses: tuple[str, ...]) -> Database:
    """The design without what models cannot say, but with what must be there before them."""
    from colonnade.writers.models import PREREQUISITES, less

    before = _prerequisites(database)
    reduced = replace(less(database, losses), **{name: getattr(before, name) for name in PREREQUISITES})
    return _types_with(reduced, (), EVERYBODY)


def _types_with(database: Database, before: Privileges, after: Privileges) -> Database:
    """`database` with the privileges `before` of a type turned into `after`.

    Everybody may use a type unless somebody says otherwise, so a design that says just that has lost nothing.
    """
    changed = {
        kind: tuple(
            replace(one, privileges=after) if one.privileges == before else one for one in getattr(database, kind)
        )
        for kind in ("enums", "domains")
    }
    return replace(database, **changed)

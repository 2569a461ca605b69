"""Any source as something that a scratch database can hold: SQL by file, or a live catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from colonnade.config import Settings
from colonnade.design.schema import Database, Schema
from colonnade.elaborate import Code
from colonnade.errors import Place, wrong
from colonnade.evolve.pairs import Source
from colonnade.sources.sqlfiles import sql_texts


def source(argument: str, chosen: Settings, forced: str | None = None) -> Source:
    """The source that `argument` names. Raises InputError and ServerError."""
    if forced in (None, "sql") and argument.lower().endswith(".sql") and Path(argument).is_file():
        return Source(argument, {argument: _text(Path(argument))})
    from colonnade.sources.recognise import recognise

    kind = recognise(argument, forced)
    if kind == "database":
        return _live(argument)
    if kind == "sql":
        return Source(argument, sql_texts([argument]))
    if kind == "alembic":
        return Source(argument, {}, code=Code("alembic", argument))
    if kind == "python":
        return Source(argument, {}, code=Code("python", argument))
    return _designed(argument, chosen, kind, forced)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise wrong(f"cannot be read: {error.strerror}", place=Place(str(path))) from None
    except UnicodeDecodeError:
        raise wrong("is not UTF-8 text", place=Place(str(path)), fix="save it as UTF-8") from None


def _live(url: str) -> Source:
    from colonnade.catalog import read
    from colonnade.elaborate.script import without_owner
    from colonnade.server import looking

    with looking(url) as connection:
        # What the user who looks owns will belong to whoever runs the plan.
        return Source("the database", {}, without_owner(read(connection), connection.info.user))


def _designed(argument: str, chosen: Settings, kind: str, forced: str | None) -> Source:
    return _together(argument, [_schema(argument, chosen, kind, forced)])


def designs(arguments: Sequence[str], chosen: Settings, forced: str | None = None) -> Source:
    """Several designs, or documents that are designed one by one, as one database. Raises InputError."""
    from colonnade.sources.recognise import recognise

    return _together(
        " and ".join(arguments), [_schema(one, chosen, recognise(one, forced), forced) for one in arguments]
    )


def _together(label: str, schemas: Sequence[Schema]) -> Source:
    """What all of `schemas` make; what one of them makes and another takes for granted is made."""
    from colonnade.elaborate import stand_ins
    from colonnade.writers.sql import script

    database = _union([one.database for one in schemas])
    others = _union([stand_ins(one) for one in schemas])
    made = {(one.schema, one.name) for one in database.tables}
    named = {one.name for one in database.namespaces}
    stubs = replace(
        others,
        tables=tuple(
            {(one.schema, one.name): one for one in others.tables if (one.schema, one.name) not in made}.values()
        ),
        namespaces=tuple(one for one in others.namespaces if one.name not in named),
    )
    return Source(label, {label: script(database)}, stubs=stubs)


def _union(databases: Sequence[Database]) -> Database:
    """All objects; what several have alike is there once."""
    return Database(
        **{
            each.name: tuple(dict.fromkeys(value for one in databases for value in getattr(one, each.name)))
            for each in fields(Database)
        }
    )


def _schema(argument: str, chosen: Settings, kind: str, forced: str | None) -> Schema:
    if kind == "design":
        from colonnade.design import document

        path = Path(argument)
        path = path / "design.yaml" if path.is_dir() else path
        return document.load(_text(path), str(path))
    from colonnade.design.engine import design
    from colonnade.sources.read import designable

    return design(designable([argument], forced), chosen)[0]

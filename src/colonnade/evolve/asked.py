"""What of a database is compared, and its fingerprint."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from colonnade.design.schema import Database
from colonnade.sql import fingerprint

VERSION = "version_num"
"""The only column of the table in which Alembic notes its revision."""
PROGRESS = ("public", "colonnade_progress")
"""The table in which the progress of a plan is noted while it runs."""


def notes_of_tools(database: Database) -> frozenset[tuple[str, str]]:
    """The tables in which a migration tool notes what it did, whatever Alembic's is called."""
    found = {(one.schema, one.name) for one in database.tables if [column.name for column in one.columns] == [VERSION]}
    return frozenset(found | {PROGRESS})


def asked(database: Database, apart: frozenset[tuple[str, str]], ignored: tuple[str, ...]) -> Database:
    """`database` without the tables, functions and schemas of `apart`, and what the patterns of `ignored` name."""
    found = _without(database, apart)
    return _heeded(found, ignored) if ignored else found


def fingerprint_of(database: Database) -> str:
    """64 hex digits that stand for all facts but owners, the order of columns and that of objects."""
    return fingerprint(repr(_steady(database)))


def _steady(value: Any) -> Any:
    if isinstance(value, tuple):
        steady = [_steady(one) for one in value]
        named = all(is_dataclass(one) and hasattr(one, "name") for one in value)
        return tuple(sorted(steady, key=repr) if named else steady)
    if not is_dataclass(value):
        return value
    facts = ((one.name, _steady(getattr(value, one.name))) for one in fields(value) if one.name != "owner")
    return (type(value).__name__, *facts)


def _without(database: Database, apart: frozenset[tuple[str, str]]) -> Database:
    return replace(
        database,
        tables=tuple(one for one in database.tables if (one.schema, one.name) not in apart),
        functions=tuple(one for one in database.functions if (one.schema, one.name) not in apart),
        namespaces=tuple(one for one in database.namespaces if (one.name, "") not in apart),
    )


def _heeded(database: Database, patterns: tuple[str, ...]) -> Database:
    def wanted(one: Any) -> bool:
        name = str(getattr(one, "name", ""))
        spelled = (name, f"{getattr(one, 'schema', '')}.{name}")
        return not any(fnmatchcase(each, pattern) for each in spelled for pattern in patterns)

    return replace(
        database,
        **{
            each.name: tuple(filter(wanted, getattr(database, each.name)))
            for each in fields(database)
            if each.name != "unmodelled"
        },
    )

"""A live database against what its Alembic history says of the revision that it is at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from colonnade import revisions
from colonnade.catalog import read
from colonnade.design.schema import Column, Database, PrimaryKey, Table, Unique
from colonnade.elaborate import Code
from colonnade.errors import Place, wrong
from colonnade.evolve.asked import VERSION
from colonnade.evolve.pairs import Source, differing
from colonnade.server import Server, looking
from colonnade.sql import fully_qualified
from colonnade.types import take_apart


@dataclass(frozen=True, slots=True)
class Drift:
    """The revisions that a database is at, those of the history that it has not seen, and what is not as they say."""

    at: tuple[str, ...]
    behind: tuple[str, ...]
    differences: tuple[str, ...]

    def json(self) -> dict[str, object]:
        return {
            "equal": not self.differences,
            "revisions": list(self.at),
            "behind": list(self.behind),
            "differences": list(self.differences),
        }


def drift(server: Server, url: str, live: Source, history: Path) -> Drift:
    """What differs between the database at `url`, which `live` is, and its history up to the revision that it is at.

    Tables that the history relies on and does not make belong to others. Raises InputError and ServerError.
    """
    known = revisions.read(history / "versions")
    at = _at(url)
    lost = sorted(set(at) - {one.id for one in known})
    if lost:
        message = f"the database is at revision {', '.join(lost)}, which the history does not have"
        raise wrong(message, place=Place(str(history)), fix="fetch the revisions that are missing")
    assert live.live is not None
    said = Source(str(history), {}, code=Code("alembic", str(history), at))
    found = differing(server, said, replace(live, offers=Database(tables=tuple(map(_outline, live.live.tables)))))
    return Drift(at, _unseen(known, at), tuple(map(_told, found)))


def _at(url: str) -> tuple[str, ...]:
    """The revisions that Alembic has noted down. Raises InputError where it never did."""
    with looking(url) as connection:
        tables = [one for one in read(connection).tables if [column.name for column in one.columns] == [VERSION]]
        names = [fully_qualified(one.schema, one.name) for one in tables]
        rows = [row for name in names for row in connection.execute(f"SELECT {VERSION} FROM {name}".encode())]
    if not names:
        fix = "compare with 'colonnade diff', or say where it is with 'alembic stamp'"
        raise wrong("the database has no table in which Alembic notes its revision", fix=fix)
    return tuple(sorted(str(row[0]) for row in rows))


def _outline(table: Table) -> Table:
    """What others can refer to: the columns of built-in types, and the keys."""
    columns = [one for one in table.columns if take_apart(one.type.rstrip("[]")).row is not None]
    names = {one.name for one in columns}
    keys = (one for one in table.constraints if isinstance(one, PrimaryKey | Unique))
    return Table(
        table.name,
        table.schema,
        tuple(Column(one.name, one.type, one.nullable) for one in columns),
        tuple(one for one in keys if {*one.columns, *one.include} <= names),
    )


def _unseen(known: tuple[revisions.Revision, ...], at: tuple[str, ...]) -> tuple[str, ...]:
    """The revisions that are neither `at` nor before it, sorted."""
    follows = {one.id: one.follows for one in known}
    seen, next_ = set[str](), set(at)
    while next_:
        seen |= next_
        next_ = {before for one in next_ for before in follows.get(one, ())} - seen
    return tuple(sorted(set(follows) - seen))


def _told(difference: str) -> str:
    for side, place in (("left", "history"), ("right", "database")):
        if difference.endswith(f"only on the {side}"):
            return f"{difference.removesuffix(f'on the {side}')}in the {place}"
    return difference

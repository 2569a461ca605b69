"""Whether the parts of a design fit together: columns that exist, keys that are there, expressions that are one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from colonnade import sql
from colonnade.config import suggestion
from colonnade.design.codec import Mistakes, wrong
from colonnade.design.schema import Check, EnumType, ForeignKey, PrimaryKey, Table, Unique
from colonnade.design.yaml import Node
from colonnade.errors import Place


def check(mistakes: Mistakes, tables: Iterable[tuple[Node, Table]], enums: Iterable[EnumType]) -> None:
    """A mistake for everything that names what is not there, stands twice, or is no SQL expression."""
    every = list(tables)
    by_name: dict[tuple[str, str], Table] = {}
    for node, table in every:
        slot = (table.schema, table.name)
        if slot in by_name:
            wrong(mistakes, node.place, f"the table '{table.name}' stands twice", "keep one of the two")
        by_name[slot] = table
    for node, table in every:
        _columns(mistakes, node, table)
        _keys(mistakes, node, table, by_name)
        _expressions(mistakes, node, table)


def _columns(mistakes: Mistakes, node: Node, table: Table) -> None:
    seen: set[str] = set()
    for column in table.columns:
        if column.name in seen:
            wrong(mistakes, node.place, f"{table.name} has the column '{column.name}' twice", "keep one of the two")
        seen.add(column.name)


def _keys(mistakes: Mistakes, node: Node, table: Table, tables: Mapping[tuple[str, str], Table]) -> None:
    names = _held(table, tables)
    for one in table.constraints:
        if isinstance(one, PrimaryKey | Unique | ForeignKey):
            _known(mistakes, place_of(node, one.name), one.columns, names, table.name)
        if isinstance(one, ForeignKey) and one.target in tables:
            target = _held(tables[one.target], tables)
            _known(mistakes, place_of(node, one.name), one.target_columns, target, one.target[1])
        elif isinstance(one, ForeignKey):
            fix = (
                suggestion(one.target[1], [name for _, name in tables])
                or "add it as an entity, external: true if others own it"
            )
            wrong(
                mistakes,
                place_of(node, one.name),
                f"{one.name} refers to the table '{one.target[1]}', which is not there",
                fix,
            )
    for index in table.indexes:
        plain = tuple(key.column for key in index.keys if key.column is not None)
        _known(mistakes, place_of(node, index.name), plain, names, table.name)


def _held(table: Table, tables: Mapping[tuple[str, str], Table]) -> set[str]:
    """The names of the table's columns, those that it inherits included."""
    names: set[str] = set()
    seen, waiting = set[tuple[str, str]](), [table]
    while waiting:
        one = waiting.pop()
        names |= {column.name for column in one.columns}
        waiting += [tables[parent] for parent in one.inherits if parent in tables and parent not in seen]
        seen |= set(one.inherits)
    return names


def place_of(node: Node, name: str) -> Place:
    """Where the entity's constraint called `name` stands, else where the entity does."""
    section = node.value.get("constraints") if isinstance(node.value, dict) else None
    for one in section.value if section is not None and isinstance(section.value, list) else ():
        stated = one.value.get("name") if isinstance(one.value, dict) else None
        if stated is not None and stated.value == name:
            place: Place = one.place
            return place
    return node.place


def _known(mistakes: Mistakes, place: Place, wanted: Iterable[str], names: set[str], table: str) -> None:
    for name in wanted:
        if name not in names:
            fix = suggestion(name, sorted(names)) or "name one of its columns"
            wrong(mistakes, place, f"{table} has no column '{name}'", fix)


def _expressions(mistakes: Mistakes, node: Node, table: Table) -> None:
    texts = [(one.name, one.expression) for one in table.constraints if isinstance(one, Check)]
    texts += [(one.name, text) for one in table.policies for text in (one.using, one.check) if text]
    texts += [(one.name, one.predicate) for one in table.indexes if one.predicate]
    texts += [(one.name, one.generated.expression) for one in table.columns if one.generated]
    for name, text in texts:
        if sql.expression(text) is None:
            wrong(
                mistakes,
                place_of(node, name),
                f"{name}: {text[:60]!r} is not one SQL expression",
                "write one condition",
            )

"""The indexes of partitions that are parts of an index or a key of the whole: their names, and how they are made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from colonnade.design.schema import Check, Constraint, Exclusion, ForeignKey, Index, PrimaryKey, Table, Unique
from colonnade.ops import target
from colonnade.ops.comments import SetComment
from colonnade.ops.constraints import AddConstraint
from colonnade.ops.indexes import AttachIndex, CreateIndex
from colonnade.ops.op import Key, Op
from colonnade.sql import chosen_name, parse, qualified, shorten
from colonnade.values import replace

Name = tuple[str, str]
Tables = Mapping[Name, Table]
Whole: TypeAlias = Index | Constraint
"""What a partition has a part of: an index, or a constraint that stands on one."""


def parts_of(table: Table, tables: Tables) -> dict[str, tuple[str, Whole]]:
    """By the name of an index of the whole, the name of the part of it that `table` has, and what it is."""
    whole = tables.get(table.partition_of[0]) if table.partition_of else None
    if whole is None:
        return {}
    told = {one.whole: one.name for one in table.attached}
    own = {one.name: one for one in (*whole.indexes, *whole.constraints) if not isinstance(one, Check | ForeignKey)}
    there = own | dict(parts_of(whole, tables).values())
    return {
        name: (told.get(name) or _usual_name(table.name, one), one)
        for name, one in there.items()
        # One that is not valid has only the parts that it was given.
        if name in told or _is_valid(one)
    }


def of_attached(table: Table, tables: Tables) -> Iterator[Op]:
    """The parts of which a name is told, made before the whole, which then takes in what is like it."""
    there = parts_of(table, tables) if table.attached else {}
    at = target.table(table)
    for one in table.attached:
        _, definition = there[one.whole]
        yield _made(table, replace(definition, name=one.name, comment=None))
        if not _is_valid(definition) and table.partition_of:
            yield AttachIndex((table.partition_of[0][0], one.whole), (table.schema, one.name))
        if one.comment is not None:
            yield SetComment(target.index(at, table.schema, one.name), None, one.comment)


def taken_in(tables: Tables) -> dict[Key, tuple[Key, ...]]:
    """By an index of a whole, those of partitions that are made before it."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for table in tables.values():
        there = parts_of(table, tables) if table.attached else {}
        for one in table.attached:
            if _is_valid(there[one.whole][1]) and table.partition_of:
                found[_key(table.partition_of[0][0], one.whole)].append(_key(table.schema, one.name))
    return {key: tuple(sorted(some)) for key, some in found.items()}


def _key(schema: str, name: str) -> Key:
    return ("index", qualified(schema, name))


def _is_valid(one: Whole) -> bool:
    return not isinstance(one, Index) or one.valid


def _made(table: Table, one: Any) -> Op:
    if isinstance(one, Index):
        return CreateIndex(target.table(table), table.schema, replace(one, valid=True))
    return AddConstraint((table.schema, table.name), one)


def _usual_name(table: str, one: Whole) -> str:
    """The name that PostgreSQL gives the part of `one` in a partition, where nothing else has it."""
    if isinstance(one, PrimaryKey):
        return chosen_name(table, "", "pkey")
    if isinstance(one, Exclusion):
        titles = [*(_title(key) for key, _ in one.elements), *one.include]
        return chosen_name(table, "_".join(titles), "excl")
    if isinstance(one, Unique):
        return chosen_name(table, "_".join((*one.columns, *one.include)), "key")
    assert isinstance(one, Index)
    titles = [key.column or _title(key.expression or "") for key in one.keys]
    return chosen_name(table, "_".join((*titles, *one.include)), "idx")


def _title(key: str) -> str:
    """What PostgreSQL calls the column of an index that is this expression."""
    (statement,) = parse(f"SELECT {key}")
    return _called(statement.stmt.targetList[0].val) or "expr"


def _called(node: Any) -> str | None:
    kind = type(node).__name__
    if kind == "ColumnRef":
        return str(node.fields[-1].sval)
    if kind == "FuncCall":
        return str(node.funcname[-1].sval)
    if kind == "TypeCast":
        return _called(node.arg) or str(node.typeName.names[-1].sval)
    return "coalesce" if kind == "CoalesceExpr" else None


def renamed(old: Table, new: Table, before: Tables, after: Tables) -> Iterator[tuple[str, str]]:
    """The old and the new name of each part of one and the same index of the whole, where these differ."""
    if not (old.attached or new.attached) or old.partition_of is None or new.partition_of is None:
        return
    had, has = ({whole: name for whole, (name, _) in parts_of(*side).items()} for side in ((old, before), (new, after)))
    pairs = [(had[whole], has[whole]) for whole in sorted(had.keys() & has.keys()) if had[whole] != has[whole]]
    free = [pair for pair in pairs if pair[1] not in had.values()]
    # Of those that change places one steps aside first.
    yield from free or [(name, shorten(f"{name}_aside")) for name, _ in pairs[:1]]

"""What a design changes of the one before it, as the section `migration_plan` of design.yaml says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from colonnade.design.schema import Database, Exclusion, ForeignKey, PrimaryKey, Unique
from colonnade.diff.change import diff
from colonnade.diff.renames import Question, questions
from colonnade.ops.columns import AddColumn, DropColumn, SetNullable, SetType
from colonnade.ops.comments import SetComment
from colonnade.ops.constraints import AddConstraint
from colonnade.ops.grants import Grant, Revoke, SetOwner
from colonnade.ops.indexes import CreateIndex
from colonnade.ops.op import Irreversible, Op
from colonnade.ops.renames import Rename
from colonnade.ops.tables import CreateTable, DropTable
from colonnade.plan import losses, widens
from colonnade.sql import qualified

# They follow from what a table is, and say nothing of rows.
_DRESS = (SetComment, Grant, Revoke, SetOwner)


def migration_plan(old: Database, new: Database) -> dict[str, Any]:
    """The section, from the operations that lead from `old` to `new` and back; no server is asked.

    What was renamed cannot be known: a column that goes and one of its type that comes are told as a likely rename.
    """
    ops = diff(old, new)
    told = tuple(op for op in ops if not isinstance(op, _DRESS))
    before, after = ({qualified(one.schema, one.name): one.name for one in side.whole_tables} for side in (old, new))
    return {
        "is_new_schema": False,
        "breaking_changes": list(_breaking(told, old, new)),
        "new_entities": sorted(after[one] for one in after.keys() - before.keys()),
        "modified_entities": sorted({after[_place(op)] for op in ops if _place(op) in before.keys() & after.keys()}),
        "removed_entities": sorted(before[one] for one in before.keys() - after.keys()),
        "dependencies": list(dict.fromkeys(map(_words, _shortened(told)))),
        "rollback_plan": _rollback(told),
    }


def _words(op: Op) -> str:
    """The operation as a step: `add column players.motto`, `set type of column players.rating`."""
    if isinstance(op, Rename):
        return f"rename {op.subject} to {op.new}"
    if isinstance(op, SetNullable):
        return f"{'drop' if op.new.nullable else 'set'} not null of {op.subject}"
    verb, *rest = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(op).__name__).lower().split()
    return f"{verb} {op.subject}" if verb in _MAKING else f"{' '.join((verb, *rest))} of {op.subject}"


_MAKING = ("add", "alter", "create", "drop", "replace", "validate")


def _place(op: Op) -> str:
    """The table that the operation is about, as SQL, or what else it is about."""
    return op.position.section or op.subject.rpartition(" of ")[2]


def _shortened(ops: Iterable[Op]) -> Iterator[Op]:
    """`ops` without what comes with a new table, but for its foreign keys: they must wait for other tables."""
    made: set[str] = set()
    for op in ops:
        if isinstance(op, CreateTable):
            made.add(_place(op))
            yield op
        elif isinstance(op, AddConstraint) or _place(op) not in made:
            yield op


def _rollback(ops: tuple[Op, ...]) -> dict[str, Any]:
    """The steps back, last first; what they cannot bring back is said in their place."""
    steps: list[str] = []
    for op in reversed(tuple(_shortened(ops))):
        back = op.reverse()
        steps.append(back.why if isinstance(back, Irreversible) else _words(back))
    lost = any(isinstance(op.reverse(), Irreversible) for op in ops)
    return {"reversible": not lost, "rollback_steps": list(dict.fromkeys(steps))}


def _breaking(ops: tuple[Op, ...], old: Database, new: Database) -> Iterator[dict[str, Any]]:
    asked = {(one.rename.of, one.rename.old): one for one in questions(old, new) if one.rename.kind == "column"}
    there = {(one.schema, one.name) for one in old.tables}
    for op in ops:
        if isinstance(op, DropTable):
            names = [one.name for one in op.table.columns]
            yield _change("table_drop", op.table.name, names, "it is dropped with all its rows")
        elif isinstance(op, DropColumn) and op.column.generated is None:
            yield _dropped(op, asked.get((op.table, op.column.name)))
        elif isinstance(op, AddConstraint | CreateIndex | SetNullable | SetType | AddColumn):
            yield from _narrowed(op, there)
    yield from (
        _change("constraint_change", "", [], f"{one.object}: {one.why}")
        for one in losses(ops, old, new) if one.object.startswith("value ")
    )  # fmt: skip


def _dropped(op: DropColumn, question: Question | None) -> dict[str, Any]:
    name = op.column.name
    if question is None:
        return _change("column_drop", op.table[1], [name], "it is dropped with all its values")
    note = f"{question.why}; state it in the migration by {question.answer}, else {name} is dropped with its values"
    return _change("column_rename", op.table[1], [name, question.rename.new], note)


def _narrowed(
    op: AddConstraint | CreateIndex | SetNullable | SetType | AddColumn, there: set[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    """What rows that stand in a table may break."""
    if isinstance(op, AddConstraint):
        if op.table in there:
            yield _change("constraint_change", op.table[1], _held(op.constraint), f"{op.subject} must hold of all rows")
    elif isinstance(op, CreateIndex):
        if op.index.unique and (op.schema, op.relation.bare) in there:
            names = list(op.index.columns)
            yield _change("constraint_change", op.relation.bare, names, f"{op.subject} must hold of all rows")
    elif op.table in there and isinstance(op, SetNullable):
        if op.old.nullable:
            yield _change("constraint_change", op.table[1], [op.new.name], "rows without a value must get one first")
    elif op.table in there and isinstance(op, SetType):
        if not widens(op.old.type, op.new.type):
            note = f"values of {op.old.type} may not fit {op.new.type}"
            yield _change("constraint_change", op.table[1], [op.new.name], note)
    elif isinstance(op, AddColumn) and op.table in there:
        one = op.column
        if not (one.nullable or one.default or one.generated or one.identity):
            note = "it is required and has no default: rows that are there must get a value first"
            yield _change("constraint_change", op.table[1], [one.name], note)


def _held(constraint: Any) -> list[str]:
    if isinstance(constraint, PrimaryKey | Unique | ForeignKey):
        return list(constraint.columns)
    return [key for key, _ in constraint.elements] if isinstance(constraint, Exclusion) else []


def _change(kind: str, table: str, columns: list[str], note: str) -> dict[str, Any]:
    """One entry; the script is `colonnade migrate`'s to write, since a design writes none."""
    return {
        "change_type": kind, "table": table or None, "affected_columns": columns, "data_migration_required": True,
        "migration_script_path": None, "note": note,
    }  # fmt: skip

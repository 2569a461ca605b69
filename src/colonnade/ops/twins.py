"""A column that is there twice while an application changes over, and the trigger that keeps both alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from colonnade.design.schema import Column
from colonnade.ops.backfill import backfill
from colonnade.ops.columns import AddColumn, DropColumn, OnColumn, SetDefault, SetNullable, TableName
from colonnade.ops.op import Irreversible, Key, Op
from colonnade.ops.step import Step
from colonnade.ops.types import type_need
from colonnade.sql import ident, qualified


@dataclass(frozen=True, slots=True)
class Copy:
    """How the values of a column follow from another one of the row; `zone` where the time zone matters.

    `unfit` says in words what of the other column it cannot hold, `unkept` what of it the other one cannot.
    """

    value: str
    zone: str | None = None
    unfit: str = ""
    unkept: str = ""


Copies = Mapping[tuple[TableName, str], Copy]


@dataclass(frozen=True, slots=True)
class AddTwin(OnColumn):
    """The table has one column more, whose values follow from another one by `copy`."""

    column: Column
    copy: Copy

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)), type_need(self.column.type))

    @property
    def lost(self) -> str:
        return self.copy.unfit

    @property
    def bare(self) -> Column:
        return replace(self.column, default=None, nullable=True, not_null_name=None)

    def expanded(self) -> tuple[Op, ...]:
        """The column without a value, and the default for rows to come: neither reads nor writes a row."""
        default = self.column.default
        more = () if default is None else (SetDefault(self.table, self.name, None, default),)
        return (AddColumn(self.table, self.name, self.bare), *more)

    def steps(self) -> tuple[Step, ...]:
        name = qualified(*self.table)
        made = tuple(step for op in self.expanded() for step in op.steps())
        text = f"UPDATE {name} SET {ident(self.name)} = {self.copy.value}"
        filled = Step(text, ((name, "ROW EXCLUSIVE"),), (name,))
        if self.column.nullable:
            return (*made, filled)
        return (*made, filled, *SetNullable(self.table, self.name, self.bare, self.column).steps())

    def reverse(self) -> Op | Irreversible:
        return DropTwin(self.table, self.name, self.column, "")


@dataclass(frozen=True, slots=True)
class DropTwin(DropColumn):
    """The table has the column no longer, and another one has its values; `lost` says which it cannot hold."""

    lost: str

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"{self.subject} is filled by what it was a copy of")


def fill(ops: Sequence[AddTwin]) -> Step:
    """The values of all the columns `ops` of one table, so that each row is written once."""
    zone = next((one.copy.zone for one in ops if one.copy.zone), None)
    return backfill(ops[0].table, {one.name: one.copy.value for one in ops}, zone)


def twinned(ops: tuple[Op, ...], copies: Copies) -> tuple[Op, ...]:
    """`ops` in which the columns of `copies` are added and dropped as what they are."""
    return tuple(_twinned(op, copies) for op in ops)


def _twinned(op: Op, copies: Copies) -> Op:
    if not isinstance(op, AddColumn | DropColumn) or (op.table, op.name) not in copies:
        return op
    copy = copies[op.table, op.name]
    if isinstance(op, AddColumn):
        return AddTwin(op.table, op.name, op.column, copy)
    return DropTwin(op.table, op.name, op.column, copy.unkept)


# --- the trigger --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """Two columns that say the same: the `main` one has what the table's own triggers and policies use.

    `there` and `back` are expressions over NEW that turn the value of the main column into the other's and back;
    defaults are None where they are another value each time.
    """

    main: str
    other: str
    there: str
    back: str
    main_default: str | None
    other_default: str | None
    main_is_counted: bool


def sync_body(pairs: tuple[Pair, ...]) -> str:
    """The body of the trigger function that keeps the columns of each pair alike, whichever of them is written."""
    inserted, updated, last = (
        "\n".join(form(pair) for pair in pairs).replace("\n", "\n        ") for form in (_inserted, _updated, _last)
    )
    return BODY.format(inserted=inserted, updated=updated, last=last)


def _inserted(pair: Pair) -> str:
    """Who leaves a column at its default did not write it."""
    other = f"NEW.{ident(pair.other)}::text IS DISTINCT FROM ({pair.other_default or 'NULL'})::text"
    main = f"NEW.{ident(pair.main)}::text IS NOT DISTINCT FROM ({pair.main_default or 'NULL'})::text AND "
    return _either(other if pair.main_is_counted else main + other, pair, f"ELSE {_there(pair)}")


def _updated(pair: Pair) -> str:
    """What was changed goes over; a row that nobody has filled yet is."""
    main, other = (f"NEW.{ident(one)}::text IS DISTINCT FROM OLD.{ident(one)}::text" for one in (pair.main, pair.other))
    unlike = f"{other} AND NEW.{ident(pair.other)}::text IS DISTINCT FROM ({pair.there})::text"
    return (
        f"IF {main} THEN {_there(pair)}\nELSIF {unlike} THEN {_back(pair)}"
        f"\nELSIF NEW.{ident(pair.other)} IS NULL THEN {_there(pair)}\nEND IF;"
    )


def _last(pair: Pair) -> str:
    """Other triggers may have changed the main column since."""
    unlike = f"NEW.{ident(pair.main)}::text IS DISTINCT FROM ({pair.back})::text"
    return f"IF {unlike} THEN {_there(pair)}\nEND IF;"


def _either(condition: str, pair: Pair, otherwise: str) -> str:
    return f"IF {condition} THEN {_back(pair)}\n{otherwise}\nEND IF;"


def _there(pair: Pair) -> str:
    return f"NEW.{ident(pair.other)} := {pair.there};"


def _back(pair: Pair) -> str:
    return f"NEW.{ident(pair.main)} := {pair.back};"


BODY = """
BEGIN
    IF TG_ARGV[0] = 'last' THEN
        {last}
    ELSIF TG_OP = 'INSERT' THEN
        {inserted}
    ELSE
        {updated}
    END IF;
    RETURN NEW;
END
"""

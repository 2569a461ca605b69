"""Plan: operations as batches of steps, each batch one transaction or one statement that PostgreSQL wants alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal, TypeAlias

from colonnade.design.schema import Check, Database, ForeignKey, PrimaryKey, Unique
from colonnade.diff.renames import Question
from colonnade.errors import Mistake, Refused
from colonnade.ops.backfill import backfill, expanded, is_volatile
from colonnade.ops.columns import AddColumn, DropColumn, MoveIdentity, SetIdentity, SetNullable, SetType
from colonnade.ops.constraints import AddConstraint, DropConstraint, fits_create_table, use_index, validation
from colonnade.ops.functions import CreateFunction
from colonnade.ops.indexes import CreateIndex, DropIndex
from colonnade.ops.op import Key, Op
from colonnade.ops.sequences import DropSequence
from colonnade.ops.step import Step
from colonnade.ops.tables import CreateTable, DropTable
from colonnade.ops.text import options
from colonnade.ops.twins import AddTwin, DropTwin, fill
from colonnade.ops.types import AddEnumValue, AlterComposite
from colonnade.ops.views import CreateView
from colonnade.sql import comment_line, ident, idents, literal, qualified, shorten

Form: TypeAlias = Literal["online", "plain"]
LOCK_TIMEOUT = "3s"


@dataclass(frozen=True, slots=True)
class Move:
    """One step, and the operation that it belongs to."""

    op: Op
    step: Step


@dataclass(frozen=True, slots=True)
class Batch:
    """Steps that become true together; one that is not transactional stands alone. `patient` ones wait for locks."""

    phase: str
    moves: tuple[Move, ...]
    transactional: bool = True
    patient: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not done without a word from a person: the object, the reason, and what to do next."""

    object: str
    why: str
    next: str

    def __str__(self) -> str:
        return f"{self.object}: {self.why}; {self.next}"

    def json(self) -> dict[str, str]:
        return {"object": self.object, "why": self.why, "next": self.next}


class PlanRefused(Refused):
    """A plan that would lose something, or would have to guess (exit 3)."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(tuple(Mistake(None, f"{one.object}: {one.why}", one.next) for one in refusals))
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class Loss:
    """What no way back can restore."""

    object: str
    why: str


@dataclass(frozen=True, slots=True)
class NotOnline:
    """Why a plan has the plain form although the online one was asked for: an object, and what PostgreSQL said."""

    object: str
    why: str

    def __str__(self) -> str:
        return (
            f"PostgreSQL refuses the online form ({self.object}: {self.why}),"
            " so this is the plain one: others may wait while it reads or rewrites their tables"
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What leads from one database to another; `losses` and `answered` are what a person said yes to.

    `uncompared` names what both have and no plan can say, so that it was compared by its name alone.
    """

    ops: tuple[Op, ...]
    batches: tuple[Batch, ...]
    losses: tuple[Loss, ...] = ()
    answered: tuple[Question, ...] = ()
    not_online: NotOnline | None = None
    uncompared: tuple[str, ...] = ()


# --- batches ------------------------------------------------------------------------------------------------------


def batches(ops: tuple[Op, ...], old: Database, form: Form) -> tuple[Batch, ...]:
    """The steps of `ops` in the order in which they run."""
    return _plain(ops) if form == "plain" else _online(ops, old)


def _moves(ops: tuple[Op, ...]) -> tuple[Move, ...]:
    return tuple(Move(op, step) for op in ops for step in op.steps())


def _transactions(ops: tuple[Op, ...], phase: str) -> Iterator[Batch]:
    """`ops` in one transaction, or in two where a new value of an enum has to be there before it can be used."""
    last = past_new_values(ops)
    yield from (Batch(phase, _moves(some)) for some in (ops[:last], ops[last:]) if some)


def past_new_values(ops: tuple[Op, ...]) -> int:
    """How many operations there are up to the last one that gives an enum a new value."""
    return max((number + 1 for number, op in enumerate(ops) if isinstance(op, AddEnumValue)), default=0)


def _plain(ops: tuple[Op, ...]) -> tuple[Batch, ...]:
    return tuple(_transactions(ops, "all"))


def _online(ops: tuple[Op, ...], old: Database) -> tuple[Batch, ...]:
    """Long work on tables that are in use comes before or after the one transaction, holding up no writer."""
    there = _busy(ops, old)
    swapped = _swapped(ops, there)
    needed = _pointed_at(ops)
    first = tuple(
        op
        for op in ops
        if isinstance(op, DropIndex) and op.relation.name in there and op not in swapped and not needed & _unique(op)
    )
    filled = tuple(op for op in ops if isinstance(op, AddColumn | AddTwin) and _is_filled(op, there, ops, old))
    moved: list[Op] = []
    kept: list[Op] = []
    late: set[Key] = set()
    for op in ops:
        if op in first or op in swapped:
            continue
        if isinstance(op, AddColumn | AddTwin) and op in filled:
            kept += op.expanded() if isinstance(op, AddTwin) else expanded(op)
        elif _is_long(op, there, ops) or late & set(op.needs):
            moved.append(op)
            late |= set(op.creates)
        else:
            kept.append(op)
    early = tuple(_concurrently(op, op.steps()[0], "before") for op in first)
    transactions = tuple(_transactions(tuple(kept), "transaction"))
    # The constraint is there for new rows at once; the rows that are there are looked at later.
    after = tuple(batch for op in moved for batch in _long(op, there, swapped))
    return (*early, *transactions, *_backfilled(filled), *after)


def _is_filled(op: AddColumn | AddTwin, there: frozenset[str], ops: tuple[Op, ...], old: Database) -> bool:
    """Whether a table in use gets a column with another value in each row, for which it would be rewritten."""
    if isinstance(op, AddTwin):
        return qualified(*op.table) in there
    made = (one.function for one in ops if isinstance(one, CreateFunction))
    functions = {one.name for one in (*old.functions, *made) if one.volatility == "VOLATILE"}
    return qualified(*op.table) in there and op.column.default is not None and is_volatile(op.column.default, functions)


def _backfilled(ops: tuple[AddColumn | AddTwin, ...]) -> Iterator[Batch]:
    """The values of the rows that are there, a few pages in each transaction; then what holds of all rows."""
    alone = [op for op in ops if isinstance(op, AddColumn)]
    together = groupby(sorted((op for op in ops if isinstance(op, AddTwin)), key=_table), _table)
    steps: list[tuple[Op, Step]] = [(op, backfill(op.table, {op.name: None})) for op in alone]
    steps += [(some[0], fill(some)) for some in (tuple(one) for _, one in together)]
    for first, step in steps:
        yield Batch("backfill", (Move(first, step),), transactional=False, patient=True)
    for op in ops:
        if not op.column.nullable:
            open_ = replace(op.column, nullable=True)
            yield from _not_null_online(SetNullable(op.table, op.name, open_, op.column), ())


def _table(op: AddTwin) -> tuple[str, str]:
    return op.table


def _pointed_at(ops: tuple[Op, ...]) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The tables and columns of which foreign keys that go have to find a unique index until they do."""
    keys = (op.constraint for op in ops if isinstance(op, DropConstraint))
    return frozenset((qualified(*one.target), one.target_columns) for one in keys if isinstance(one, ForeignKey))


def _unique(op: DropIndex) -> frozenset[tuple[str, tuple[str, ...]]]:
    return frozenset({(op.relation.name, op.index.columns)} if op.index.unique else ())


def _busy(ops: tuple[Op, ...], old: Database) -> frozenset[str]:
    """The tables and materialised views that hold rows while the plan runs; partitioned ones cannot be helped."""
    made = {key[1] for op in ops if isinstance(op, CreateTable | CreateView) for key in op.creates}
    tables = {qualified(one.schema, one.name) for one in old.tables if one.partition_by is None}
    views = {qualified(one.schema, one.name) for one in old.views if one.materialized and one.populated}
    return frozenset((tables | views) - made)


def _swapped(ops: tuple[Op, ...], there: frozenset[str]) -> tuple[Op, ...]:
    """Drops of indexes whose successor of the same name can be built beside them."""
    disturbed = {qualified(*op.table) for op in ops if isinstance(op, SetType | DropColumn)}
    made = {
        (op.relation.name, op.schema, op.index.name)
        for op in ops
        if isinstance(op, CreateIndex) and op.relation.name in there - disturbed
    }
    return tuple(op for op in ops if isinstance(op, DropIndex) and (op.relation.name, op.schema, op.index.name) in made)


def _is_long(op: Op, there: frozenset[str], ops: tuple[Op, ...]) -> bool:
    """Whether `op` reads a whole table that is in use."""
    if isinstance(op, CreateIndex):
        return op.relation.name in there
    if isinstance(op, SetNullable):
        counted = any(
            isinstance(one, SetIdentity | MoveIdentity) and one.new and one.subject == op.subject for one in ops
        )
        return qualified(*op.table) in there and op.old.nullable and not op.new.nullable and not counted
    if not isinstance(op, AddConstraint) or qualified(*op.table) not in there:
        return False
    one = op.constraint
    if isinstance(one, PrimaryKey | Unique):
        return not one.without_overlaps
    return isinstance(one, Check | ForeignKey) and fits_create_table(one) and one.enforced


def _long(op: Op, there: frozenset[str], swapped: tuple[Op, ...]) -> Iterator[Batch]:
    form = _FORMS.get(type(op).__name__)
    if form is None or not _is_long(op, there, ()):
        yield Batch("after", _moves((op,)))
    else:
        yield from form(op, swapped)


def _alone(op: Op, text: str, relation: str) -> Batch:
    step = Step(text, ((relation, "SHARE UPDATE EXCLUSIVE"),), scans=(relation,), transactional=False)
    return Batch("after", (Move(op, step),), transactional=False, patient=True)


def _concurrently(op: Op, step: Step, phase: str) -> Batch:
    text = re.sub(r"^(CREATE (?:UNIQUE )?INDEX|DROP INDEX)", r"\1 CONCURRENTLY", step.sql)
    locks = tuple((name, "SHARE UPDATE EXCLUSIVE") for name, _ in step.locks)
    return Batch(phase, (Move(op, replace(step, sql=text, locks=locks, transactional=False)),), False, True)


def _index_online(op: Any, swapped: tuple[Op, ...]) -> Iterator[Batch]:
    old = next((one for one in swapped if isinstance(one, DropIndex) and one.index.name == op.index.name
                and one.schema == op.schema), None)  # fmt: skip
    if old is None:
        yield _concurrently(op, op.steps()[0], "after")
        return
    beside = replace(op, index=replace(op.index, name=shorten(op.index.name + "_new")))
    yield _concurrently(op, beside.steps()[0], "after")
    rename = Step(
        f"ALTER INDEX {qualified(op.schema, beside.index.name)} RENAME TO {ident(op.index.name)}",
        ((qualified(op.schema, beside.index.name), "SHARE UPDATE EXCLUSIVE"),),
    )
    yield Batch("after", (Move(old, old.steps()[0]), Move(op, rename)))


def _constraint_online(op: Any, swapped: tuple[Op, ...]) -> Iterator[Batch]:
    name, one = qualified(*op.table), op.constraint
    if isinstance(one, PrimaryKey | Unique):
        yield from _key_online(op, name, one)
        return
    (step,) = op.steps()
    yield Batch("after", (Move(op, replace(step, sql=f"{step.sql} NOT VALID", scans=())),))
    yield Batch("after", (Move(op, validation(op.table, one)),), patient=True)


def _key_online(op: AddConstraint, name: str, one: PrimaryKey | Unique) -> Iterator[Batch]:
    nulls = " NULLS NOT DISTINCT" if isinstance(one, Unique) and one.nulls_not_distinct else ""
    include = f" INCLUDE ({idents(one.include)})" if one.include else ""
    text = f"CREATE UNIQUE INDEX CONCURRENTLY {ident(one.name)} ON {name} ({idents(one.columns)}){include}{nulls}"
    text += options(one.options)
    yield _alone(op, text, name)
    yield Batch("after", (Move(op, use_index(op.table, one, one.name)),))


def _not_null_online(op: Any, swapped: tuple[Op, ...]) -> Iterator[Batch]:
    """A check that was validated in peace tells SET NOT NULL that no row needs to be read."""
    name = qualified(*op.table)
    check = Check(shorten(f"{op.table[1]}_{op.name}_not_null_check"), f"{ident(op.name)} IS NOT NULL")
    (add,) = AddConstraint(op.table, check).steps()
    yield Batch("after", (Move(op, replace(add, sql=f"{add.sql} NOT VALID", scans=())),))
    yield Batch("after", (Move(op, validation(op.table, check)),), patient=True)
    drop = Step(f"ALTER TABLE {name} DROP CONSTRAINT {ident(check.name)}", ((name, "ACCESS EXCLUSIVE"),))
    yield Batch("after", (*_moves((op,)), Move(op, drop)))


_FORMS: Mapping[str, Callable[[Any, tuple[Op, ...]], Iterator[Batch]]] = {
    "CreateIndex": _index_online,
    "AddConstraint": _constraint_online,
    "SetNullable": _not_null_online,
}


# --- what is lost -------------------------------------------------------------------------------------------------


def losses(ops: tuple[Op, ...], old: Database, new: Database) -> tuple[Loss, ...]:
    """What `ops` destroy: rows, values, and what no longer fits."""
    found = [loss for op in ops if (loss := _loss(op)) is not None]
    after = {(one.schema, one.name): one for one in new.enums}
    for enum in old.enums:
        other = after.get((enum.schema, enum.name))
        gone = [value for value in enum.values if other is not None and value not in other.values]
        # A value that was renamed is in neither list here: renames come first.
        found += [
            Loss(
                f"value {literal(value).strip()} of type {qualified(enum.schema, enum.name)}",
                "rows that hold it cannot be kept; the plan stops at them",
            )
            for value in gone
        ]
    return tuple(found)


def _loss(op: Op) -> Loss | None:
    if isinstance(op, DropTable):
        return Loss(op.subject, "it is dropped with all its rows")
    if isinstance(op, AddTwin | DropTwin):
        return Loss(op.subject, op.lost) if op.lost else None
    if isinstance(op, DropColumn) and op.column.generated is None:
        return Loss(op.subject, "it is dropped with all its values")
    if isinstance(op, DropSequence):
        return Loss(op.subject, "it is dropped, and where it stood is forgotten")
    if isinstance(op, SetType) and not op.through and not widens(op.old.type, op.new.type):
        return Loss(op.subject, f"values of {op.old.type} may not fit {op.new.type}")
    if isinstance(op, AlterComposite) and {one[0] for one in op.old.attributes} - {one[0] for one in op.new.attributes}:
        return Loss(op.subject, "attributes are dropped with their values")
    return None


_INTEGERS = ("smallint", "integer", "bigint")
_LENGTH = re.compile(r"(character varying|character|bit varying|bit|numeric)(?:\((\d+)(?:,(-?\d+))?\))?$")


def widens(old: str, new: str) -> bool:
    """Whether every value of type `old` is one of `new` too."""
    if old == new or new in ("text", "character varying"):
        return True
    if old.endswith("[]") and new.endswith("[]"):
        return widens(old[:-2], new[:-2])
    if old in _INTEGERS:
        return new == "numeric" or (new in _INTEGERS and _INTEGERS.index(new) >= _INTEGERS.index(old))
    if (old, new) in _WIDER:
        return True
    one, other = _LENGTH.match(old), _LENGTH.match(new)
    if one is None or other is None or one[1] != other[1]:
        return False
    if other[2] is None:
        return one[1] in ("numeric", "character varying", "bit varying")
    if one[2] is None:
        return False
    scale, scale_after = int(one[3] or 0), int(other[3] or 0)
    return scale_after >= scale and int(other[2]) - scale_after >= int(one[2]) - scale


_WIDER = frozenset(
    {
        ("real", "double precision"),
        ("real", "numeric"),
        ("double precision", "numeric"),
        ("smallint", "real"),
        ("date", "timestamp without time zone"),
        ("date", "timestamp with time zone"),
        ("timestamp without time zone", "timestamp with time zone"),
        ("timestamp with time zone", "timestamp without time zone"),
        ("json", "jsonb"),
        ("jsonb", "json"),
        ("cidr", "inet"),
        ("varchar", "text"),
    }
)


# --- as SQL -------------------------------------------------------------------------------------------------------

SESSION = ("SET search_path = public", "SET check_function_bodies = off")


def sql(plan: Plan, title: str) -> str:
    """The plan for `psql -v ON_ERROR_STOP=1 -f`, with its own BEGIN and COMMIT."""
    lines = [comment_line(title)]
    lines += [comment_line(f"Not online: {plan.not_online}.")] if plan.not_online else []
    lines += [comment_line(f"Lost, as was allowed: {one.object}: {one.why}.") for one in plan.losses]
    lines += [
        comment_line(f"Not a rename, as was said: {one.rename.subject}, although {one.why}.") for one in plan.answered
    ]
    lines += [f"{one};" for one in SESSION]
    waits: bool | None = None
    for batch in plan.batches:
        if batch.patient != waits and any(one.phase != "all" for one in plan.batches):
            waits = batch.patient
            lines.append(f"\nSET lock_timeout = {0 if waits else literal(LOCK_TIMEOUT).strip()};")
        lines += ["", *(["BEGIN;"] if batch.transactional else [])]
        lines += [statement(move.step) for move in batch.moves]
        lines += ["COMMIT;"] if batch.transactional else []
    return "\n".join(lines) + "\n"


def statement(step: Step) -> str:
    """The step with the semicolon that ends it; after a comment that would be part of it."""
    note = f"{comment_line(step.note)}\n" if step.note else ""
    return note + step.sql + ("\n;" if "--" in step.sql.rsplit("\n", 1)[-1] else ";")


def json(plan: Plan) -> dict[str, object]:
    """The plan as values."""
    return {
        "equal": not plan.batches,
        "changes": [
            {
                "object": move.op.subject,
                "operation": type(move.op).__name__,
                "phase": batch.phase,
                "transactional": batch.transactional,
                "sql": move.step.sql,
                "locks": [list(lock) for lock in move.step.locks],
                "scans": list(move.step.scans),
                "rewrites": list(move.step.rewrites),
            }
            for batch in plan.batches
            for move in batch.moves
        ],
        "lost": [{"object": one.object, "why": one.why} for one in plan.losses],
        "not_renames": [{"object": one.rename.subject, "why": one.why} for one in plan.answered],
        "not_online": not_online_json(plan),
        "uncompared": list(plan.uncompared),
    }


def not_online_json(plan: Plan) -> dict[str, str] | None:
    """Why the plan has the plain form although the online one was asked for, as values."""
    found = plan.not_online
    return {"object": found.object, "why": found.why} if found else None

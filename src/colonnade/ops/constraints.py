"""Operations on constraints, and their text inside CREATE TABLE."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from colonnade.design.schema import Check, Constraint, Exclusion, ForeignKey, PrimaryKey, Unique
from colonnade.ops import target
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.text import bracket, options
from colonnade.sql import ident, idents, qualified

TableName = tuple[str, str]
CONSTRAINT_RANK = 2


def _deferral(constraint: PrimaryKey | Unique | ForeignKey | Exclusion) -> str:
    if not constraint.deferrable:
        return ""
    return " DEFERRABLE INITIALLY DEFERRED" if constraint.deferred else " DEFERRABLE"


def _index_tail(constraint: PrimaryKey | Unique | Exclusion) -> str:
    include = f" INCLUDE ({idents(constraint.include)})" if constraint.include else ""
    return include + options(constraint.options)


@singledispatch
def body(constraint: Constraint) -> str:
    """The constraint as SQL, without its name and without NOT VALID."""
    raise TypeError(type(constraint).__name__)


@body.register
def _primary_key(constraint: PrimaryKey) -> str:
    overlaps = " WITHOUT OVERLAPS" if constraint.without_overlaps else ""
    return f"PRIMARY KEY ({idents(constraint.columns)}{overlaps}){_index_tail(constraint)}{_deferral(constraint)}"


@body.register
def _unique(constraint: Unique) -> str:
    nulls = "NULLS NOT DISTINCT " if constraint.nulls_not_distinct else ""
    overlaps = " WITHOUT OVERLAPS" if constraint.without_overlaps else ""
    columns = f"({idents(constraint.columns)}{overlaps})"
    return f"UNIQUE {nulls}{columns}{_index_tail(constraint)}{_deferral(constraint)}"


@body.register
def _check(constraint: Check) -> str:
    inherit = " NO INHERIT" if constraint.no_inherit else ""
    return f"CHECK {bracket(constraint.expression)}{inherit}" + ("" if constraint.enforced else " NOT ENFORCED")


@body.register
def _foreign_key(constraint: ForeignKey) -> str:
    actions = _action("DELETE", constraint.on_delete, constraint.set_columns) + _action(
        "UPDATE", constraint.on_update, ()
    )
    return (
        f"FOREIGN KEY ({_key_columns(constraint.columns, constraint.period)})"
        f" REFERENCES {qualified(*constraint.target)} ({_key_columns(constraint.target_columns, constraint.period)})"
        + (" MATCH FULL" if constraint.match_full else "")
        + actions
        + _deferral(constraint)
        + ("" if constraint.enforced else " NOT ENFORCED")
    )


def _key_columns(columns: tuple[str, ...], period: bool) -> str:
    return f"{idents(columns[:-1])}, PERIOD {ident(columns[-1])}" if period else idents(columns)


def _action(event: str, action: str, columns: tuple[str, ...]) -> str:
    if action == "NO ACTION":
        return ""
    return f" ON {event} {action}" + (f" ({idents(columns)})" if columns else "")


@body.register
def _exclusion(constraint: Exclusion) -> str:
    elements = ", ".join(f"{key} WITH {operator}" for key, operator in constraint.elements)
    where = f" WHERE {bracket(constraint.predicate)}" if constraint.predicate else ""
    rest = f"{_index_tail(constraint)}{where}{_deferral(constraint)}"
    return f"EXCLUDE USING {ident(constraint.method)} ({elements}){rest}"


def definition(constraint: Constraint) -> str:
    """`CONSTRAINT name …` as it stands in CREATE TABLE."""
    return f"CONSTRAINT {ident(constraint.name)} {body(constraint)}"


def fits_create_table(constraint: Constraint) -> bool:
    """Whether CREATE TABLE can say it: there NOT VALID is read and then ignored, for an empty table is valid."""
    late = isinstance(constraint, Check | ForeignKey) and constraint.enforced and not constraint.validated
    return not late


def constraint_mentions(constraint: Constraint) -> frozenset[str]:
    """The names in its expressions, which may be functions."""
    if isinstance(constraint, Check):
        return mentioned(constraint.expression)
    if isinstance(constraint, Exclusion):
        return mentioned(constraint.predicate, *(part for element in constraint.elements for part in element))
    return frozenset()


def _subject(table: TableName, constraint: Constraint) -> str:
    return f"constraint {ident(constraint.name)} of {qualified(*table)}"


def _position(table: TableName, constraint: Constraint) -> Position:
    if isinstance(constraint, ForeignKey):
        return Position(Level.LATE_CONSTRAINTS, "", 1, f"{qualified(*table)} {ident(constraint.name)}")
    return Position(Level.TABLES, qualified(*table), CONSTRAINT_RANK, ident(constraint.name))


def _provides(table: TableName, constraint: Constraint) -> tuple[Key, ...]:
    of = target.part_key(target.relation(*table), "CONSTRAINT", constraint.name)
    indexed = isinstance(constraint, PrimaryKey | Unique | Exclusion)
    if isinstance(constraint, ForeignKey):
        return (of, ("foreign keys", qualified(*table)), ("foreign keys", qualified(*constraint.target)))
    index: tuple[Key, ...] = (("index", qualified(table[0], constraint.name)), ("indexes", qualified(*table)))
    return (of, *(index if indexed else ()))


@dataclass(frozen=True, slots=True)
class AddConstraint(Plain):
    """The table `table`, a (schema, name) pair, has the constraint; `parts` as those of an index."""

    table: TableName
    constraint: Constraint
    parts: tuple[Key, ...] = ()

    @property
    def subject(self) -> str:
        return _subject(self.table, self.constraint)

    @property
    def position(self) -> Position:
        return _position(self.table, self.constraint)

    @property
    def creates(self) -> tuple[Key, ...]:
        return _provides(self.table, self.constraint)

    @property
    def needs(self) -> tuple[Key, ...]:
        own: tuple[Key, ...] = (("relation", qualified(*self.table)), *self.parts)
        if not isinstance(self.constraint, ForeignKey):
            return own
        other = qualified(*self.constraint.target)
        return (*own, ("relation", other), ("indexes", other))

    @property
    def mentions(self) -> frozenset[str]:
        return constraint_mentions(self.constraint)

    @property
    def within(self) -> Key | None:
        # A table that another one points at cannot be dropped, so a foreign key goes by itself.
        return None if isinstance(self.constraint, ForeignKey) else ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        late = "" if fits_create_table(self.constraint) else " NOT VALID"
        text = f"ALTER TABLE {qualified(*self.table)}\n    ADD {definition(self.constraint)}{late}"
        return (Step(text, _locks(self.table, self.constraint), self._scans(not late)),)

    def _scans(self, validates: bool) -> tuple[str, ...]:
        if not validates or not getattr(self.constraint, "enforced", True):
            return ()
        return (qualified(*self.table),)

    def reverse(self) -> Op | Irreversible:
        return DropConstraint(self.table, self.constraint)


def use_index(table: TableName, constraint: PrimaryKey | Unique, index: str) -> Step:
    """The key takes over a unique index that is there, which then has the key's name."""
    word = "PRIMARY KEY" if isinstance(constraint, PrimaryKey) else "UNIQUE"
    name = qualified(*table)
    text = f"ALTER TABLE {name} ADD CONSTRAINT {ident(constraint.name)} {word} USING INDEX {ident(index)}"
    return Step(text + _deferral(constraint), ((name, "ACCESS EXCLUSIVE"),))


@dataclass(frozen=True, slots=True)
class AdoptIndex(Plain):
    """The table has the key `constraint`, whose unique index was there before under the name `index`."""

    table: TableName
    constraint: PrimaryKey | Unique
    index: str

    @property
    def subject(self) -> str:
        return _subject(self.table, self.constraint)

    @property
    def position(self) -> Position:
        return _position(self.table, self.constraint)

    @property
    def creates(self) -> tuple[Key, ...]:
        return _provides(self.table, self.constraint)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)),)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        return (use_index(self.table, self.constraint, self.index),)

    def reverse(self) -> Op | Irreversible:
        return DropConstraint(self.table, self.constraint)


def _locks(table: TableName, constraint: Constraint) -> tuple[tuple[str, str], ...]:
    if not isinstance(constraint, ForeignKey):
        return ((qualified(*table), "ACCESS EXCLUSIVE"),)
    names = sorted({qualified(*table), qualified(*constraint.target)})
    return tuple((name, "SHARE ROW EXCLUSIVE") for name in names)


@dataclass(frozen=True, slots=True)
class DropConstraint(Plain):
    """The table has the constraint no longer."""

    table: TableName
    constraint: Constraint

    @property
    def subject(self) -> str:
        return _subject(self.table, self.constraint)

    @property
    def position(self) -> Position:
        return _position(self.table, self.constraint)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        others = {qualified(*self.constraint.target)} if isinstance(self.constraint, ForeignKey) else set()
        locks = tuple((name, "ACCESS EXCLUSIVE") for name in sorted({qualified(*self.table), *others}))
        return (Step(f"ALTER TABLE {qualified(*self.table)} DROP CONSTRAINT {ident(self.constraint.name)}", locks),)

    def reverse(self) -> Op | Irreversible:
        return AddConstraint(self.table, self.constraint)


@dataclass(frozen=True, slots=True)
class ValidateConstraint(Plain):
    """All rows obey the constraint, which was added without looking at them."""

    table: TableName
    constraint: Check | ForeignKey

    @property
    def subject(self) -> str:
        return _subject(self.table, self.constraint)

    @property
    def position(self) -> Position:
        return _position(self.table, self.constraint)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (target.part_key(target.relation(*self.table), "CONSTRAINT", self.constraint.name),)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        return (validation(self.table, self.constraint),)

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"{self.subject} cannot be made unvalidated without being dropped")


def validation(table: TableName, constraint: Constraint) -> Step:
    """The statement that reads all rows and holds up no writer."""
    name = qualified(*table)
    others = ((qualified(*constraint.target), "ROW SHARE"),) if isinstance(constraint, ForeignKey) else ()
    text = f"ALTER TABLE {name} VALIDATE CONSTRAINT {ident(constraint.name)}"
    return Step(text, ((name, "SHARE UPDATE EXCLUSIVE"), *others), scans=(name,))


@dataclass(frozen=True, slots=True)
class SetDeferral(Plain):
    """When the foreign key is checked, as the pair says."""

    table: TableName
    old: ForeignKey
    new: ForeignKey

    @property
    def subject(self) -> str:
        return _subject(self.table, self.new)

    @property
    def position(self) -> Position:
        return _position(self.table, self.new)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def steps(self) -> tuple[Step, ...]:
        word = _deferral(self.new) or " NOT DEFERRABLE"
        word += "" if self.new.deferred or not self.new.deferrable else " INITIALLY IMMEDIATE"
        text = f"ALTER TABLE {qualified(*self.table)} ALTER CONSTRAINT {ident(self.new.name)}{word}"
        return (Step(text, ((qualified(*self.table), "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return SetDeferral(self.table, self.new, self.old)

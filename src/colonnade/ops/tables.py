"""Operations on tables and partitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.design.schema import Column, ForeignKey, PrimaryKey, Table, Unique
from colonnade.ops import target
from colonnade.ops.constraints import constraint_mentions, definition
from colonnade.ops.namespaces import namespace_needs
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.text import bracket, default, option_clauses, options
from colonnade.ops.types import collate, type_need
from colonnade.sql import ident, qualified

_ALIGN_AT_MOST = 40


def column_clauses(column: Column) -> str:
    """What follows name and type of a column in CREATE TABLE."""
    clauses = [collate(column.collation).strip()] if column.collation else []
    clauses += [f"CONSTRAINT {ident(column.not_null_name)}"] if column.not_null_name else []
    clauses += ["NOT NULL"] if not column.nullable else []
    clauses += [f"DEFAULT {default(column.default)}"] if column.default is not None else []
    if column.generated:
        word = "STORED" if column.generated.stored else "VIRTUAL"
        clauses.append(f"GENERATED ALWAYS AS {bracket(column.generated.expression)} {word}")
    if column.identity:
        kind = "ALWAYS" if column.identity.always else "BY DEFAULT"
        numbering = f" ({column.identity.options})" if column.identity.options else ""
        clauses.append(f"GENERATED {kind} AS IDENTITY{numbering}")
    return " ".join(clauses)


def _rows(table: Table) -> list[str]:
    """Columns in two aligned columns, then constraints."""
    cells = [(ident(column.name), column.type, column_clauses(column)) for column in table.columns]
    names = min(_ALIGN_AT_MOST, max((len(name) for name, _, _ in cells), default=0))
    types = min(_ALIGN_AT_MOST, max((len(type_name) for _, type_name, clauses in cells if clauses), default=0))
    columns = [f"{name:<{names}} {type_name:<{types}} {clauses}".rstrip() for name, type_name, clauses in cells]
    return columns + list(map(definition, table.constraints))


def _partition_rows(table: Table) -> list[str]:
    """What a partition says beyond its parent."""
    clauses = ((ident(column.name), column_clauses(column)) for column in table.columns)
    return [f"{name} WITH OPTIONS {said}" for name, said in clauses if said] + list(map(definition, table.constraints))


def create_sql(table: Table) -> str:
    """The CREATE TABLE statement with the constraints that `table` lists."""
    word = "UNLOGGED TABLE" if table.unlogged else "TABLE"
    name = qualified(table.schema, table.name)
    rows = ",\n    ".join(_partition_rows(table) if table.partition_of else _rows(table))
    bracketed = f" (\n    {rows}\n)" if rows else ""
    if table.partition_of:
        parent, bound = table.partition_of
        head = f"CREATE {word} {name}\nPARTITION OF {qualified(*parent)}{bracketed}\n{bound}"
    else:
        head = f"CREATE {word} {name}{bracketed or ' ()'}"
    return "\n".join([head, *_storage(table)])


def _storage(table: Table) -> Iterator[str]:
    """The clauses that follow the columns."""
    if table.inherits:
        yield f"INHERITS ({', '.join(qualified(*parent) for parent in table.inherits)})"
    if table.partition_by:
        yield f"PARTITION BY {table.partition_by}"
    if table.access_method:
        yield f"USING {ident(table.access_method)}"
    if table.options:
        yield options(table.options).strip()


def column_settings(table: str, column: Column) -> list[str]:
    """What CREATE TABLE cannot say of a column on every supported version; `table` is a name as SQL."""
    head = f"ALTER TABLE ONLY {table} ALTER COLUMN {ident(column.name)}"
    settings = [f"{head} SET COMPRESSION {ident(column.compression)}"] if column.compression else []
    settings += [f"{head} SET STORAGE {column.storage}"] if column.storage else []
    settings += [f"{head} SET STATISTICS {column.statistics}"] if column.statistics is not None else []
    settings += [f"{head} SET ({', '.join(column.options)})"] if column.options else []
    return settings


def table_settings(table: Table) -> list[str]:
    """The statements that follow CREATE TABLE for what it cannot say of the columns."""
    name = qualified(table.schema, table.name)
    return [text for column in table.columns for text in column_settings(name, column)]


def _provided(table: Table) -> tuple[Key, ...]:
    """The table, its row type, its constraints and their indexes."""
    at = target.table(table)
    parts = tuple(target.part_key(at, "CONSTRAINT", one.name) for one in table.constraints)
    indexed = (one for one in table.constraints if isinstance(one, PrimaryKey | Unique))
    return (at.key, ("type", at.name), *parts, *(("index", qualified(table.schema, one.name)) for one in indexed))


@dataclass(frozen=True, slots=True)
class CreateTable(Plain):
    """The table with its columns and the constraints listed in it; all else of a table has operations of its own."""

    table: Table

    @property
    def subject(self) -> str:
        return target.table(self.table).subject

    @property
    def position(self) -> Position:
        return Position(Level.TABLES, target.table(self.table).section, 0, "")

    @property
    def creates(self) -> tuple[Key, ...]:
        return _provided(self.table)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table.partition_of[0])) if self.table.partition_of else None

    @property
    def needs(self) -> tuple[Key, ...]:
        own = target.table(self.table).key
        parents = (*self.table.inherits, *((self.table.partition_of[0],) if self.table.partition_of else ()))
        related = (*parents, *(key.target for key in self.table.foreign_keys))
        types = (type_need(column.type) for column in self.table.columns)
        keys: tuple[Key, ...] = tuple(("relation", qualified(*one)) for one in related)
        return (*namespace_needs(self.table.schema), *(key for key in keys if key != own), *types)

    @property
    def mentions(self) -> frozenset[str]:
        columns = self.table.columns
        texts = (
            *(ident(column.collation) for column in columns if column.collation),
            *(column.default for column in columns),
            self.table.partition_by,
            *(column.generated.expression for column in columns if column.generated),
        )
        constraints = (constraint_mentions(one) for one in self.table.constraints)
        return mentioned(*texts).union(*constraints) - {target.table(self.table).name}

    def steps(self) -> tuple[Step, ...]:
        name = qualified(self.table.schema, self.table.name)
        others = sorted({qualified(*key.target) for key in self.table.foreign_keys} - {name})
        parents = sorted({qualified(*parent) for parent in self.table.inherits})
        whole = (qualified(*self.table.partition_of[0]),) if self.table.partition_of else ()
        locks = (
            *((other, "SHARE ROW EXCLUSIVE") for other in others),
            *((parent, "SHARE UPDATE EXCLUSIVE") for parent in parents),
            *((parent, "ACCESS EXCLUSIVE") for parent in whole),
        )
        own = ((name, "ACCESS EXCLUSIVE"),)
        gentle = ((name, "SHARE UPDATE EXCLUSIVE"),)
        settings = (
            Step(text, gentle if "SET STATISTICS" in text or " SET (" in text else own)
            for text in table_settings(self.table)
        )
        return (Step(create_sql(self.table), locks), *settings)

    def reverse(self) -> Op | Irreversible:
        return DropTable(self.table)


@dataclass(frozen=True, slots=True)
class OnTable(Plain):
    """What all operations on one table, a (schema, name) pair, answer alike."""

    table: tuple[str, str]

    @property
    def subject(self) -> str:
        return f"table {qualified(*self.table)}"

    @property
    def position(self) -> Position:
        return Position(Level.TABLES, qualified(*self.table), 1, type(self).__name__)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)),)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def altered(self, clause: str, *, rewrites: bool = False) -> Step:
        name = qualified(*self.table)
        return Step(f"ALTER TABLE {name} {clause}", ((name, "ACCESS EXCLUSIVE"),), rewrites=(name,) * rewrites)


@dataclass(frozen=True, slots=True)
class SetLogged(OnTable):
    """`old` and `new` say whether the table is unlogged."""

    old: bool
    new: bool

    def steps(self) -> tuple[Step, ...]:
        return (self.altered("SET UNLOGGED" if self.new else "SET LOGGED", rewrites=True),)

    def reverse(self) -> Op | Irreversible:
        return SetLogged(self.table, self.new, self.old)


@dataclass(frozen=True, slots=True)
class SetOptions(OnTable):
    """The storage options of a table or materialised view become `new`."""

    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    def steps(self) -> tuple[Step, ...]:
        return tuple(
            Step(f"ALTER {self.kind} {qualified(*self.table)} {clause}", self.altered("").locks)
            for clause in option_clauses(self.old, self.new)
        )

    def reverse(self) -> Op | Irreversible:
        return SetOptions(self.table, self.kind, self.new, self.old)


@dataclass(frozen=True, slots=True)
class SetAccessMethod(OnTable):
    """The rows are stored by the access method `new`."""

    old: str | None
    new: str | None

    def steps(self) -> tuple[Step, ...]:
        return (self.altered(f"SET ACCESS METHOD {ident(self.new or 'heap')}", rewrites=True),)

    def reverse(self) -> Op | Irreversible:
        return SetAccessMethod(self.table, self.new, self.old)


@dataclass(frozen=True, slots=True)
class Inherit(OnTable):
    """The table inherits from `parent`."""

    parent: tuple[str, str]

    def steps(self) -> tuple[Step, ...]:
        return (self.altered(f"INHERIT {qualified(*self.parent)}"),)

    def reverse(self) -> Op | Irreversible:
        return Disinherit(self.table, self.parent)


@dataclass(frozen=True, slots=True)
class Disinherit(OnTable):
    """The table is no longer a child of `parent`; both keep their rows."""

    parent: tuple[str, str]

    def steps(self) -> tuple[Step, ...]:
        return (self.altered(f"NO INHERIT {qualified(*self.parent)}"),)

    def reverse(self) -> Op | Irreversible:
        return Inherit(self.table, self.parent)


@dataclass(frozen=True, slots=True)
class AttachPartition(OnTable):
    """The table is a part of `whole`, for the rows that `bound` says."""

    whole: tuple[str, str]
    bound: str

    @property
    def position(self) -> Position:
        # Both tables have all their columns by then.
        return Position(Level.LATE_CONSTRAINTS, "", 0, qualified(*self.table))

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)), ("relation", qualified(*self.whole)))

    def steps(self) -> tuple[Step, ...]:
        names = (qualified(*self.whole), qualified(*self.table))
        locks = ((names[0], "SHARE UPDATE EXCLUSIVE"), (names[1], "ACCESS EXCLUSIVE"))
        return (Step(f"ALTER TABLE {names[0]} ATTACH PARTITION {names[1]} {self.bound}", locks, scans=(names[1],)),)

    def reverse(self) -> Op | Irreversible:
        return DetachPartition(self.table, self.whole, self.bound)


@dataclass(frozen=True, slots=True)
class DetachPartition(OnTable):
    """The table is no longer a part of `whole` and keeps its rows."""

    whole: tuple[str, str]
    bound: str

    def steps(self) -> tuple[Step, ...]:
        names = (qualified(*self.whole), qualified(*self.table))
        locks = tuple((name, "ACCESS EXCLUSIVE") for name in names)
        return (Step(f"ALTER TABLE {names[0]} DETACH PARTITION {names[1]}", locks),)

    def reverse(self) -> Op | Irreversible:
        return AttachPartition(self.table, self.whole, self.bound)


@dataclass(frozen=True, slots=True)
class DropTable(Plain):
    """The table is gone, and its rows."""

    table: Table

    @property
    def subject(self) -> str:
        return target.table(self.table).subject

    @property
    def position(self) -> Position:
        return Position(Level.TABLES, target.table(self.table).section, 0, "")

    def steps(self) -> tuple[Step, ...]:
        name = qualified(self.table.schema, self.table.name)
        others = {qualified(*one.target) for one in self.table.constraints if isinstance(one, ForeignKey)}
        locks = tuple((one, "ACCESS EXCLUSIVE") for one in sorted({name, *others}))
        return (Step(f"DROP TABLE {name}", locks),)

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"the rows of table {qualified(self.table.schema, self.table.name)} are gone")

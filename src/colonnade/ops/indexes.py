"""Operations on indexes that no constraint owns."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Index, IndexKey
from colonnade.ops import target
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position, mentioned
from colonnade.ops.step import Step
from colonnade.ops.target import Target
from colonnade.ops.text import bracket, index_expression, options
from colonnade.ops.types import collate
from colonnade.sql import ident, idents, qualified

INDEX_RANK = 3


def key_sql(key: IndexKey) -> str:
    """One key of CREATE INDEX."""
    subject = ident(key.column) if key.column is not None else index_expression(key.expression or "")
    nulls = {None: "", True: " NULLS FIRST", False: " NULLS LAST"}[key.nulls_first]
    operators = f" {ident(key.operator_class)}" if key.operator_class else ""
    return subject + collate(key.collation) + operators + (" DESC" if key.descending else "") + nulls


def tail_sql(index: Index) -> str:
    """What follows the keys in CREATE INDEX."""
    return (
        (f" INCLUDE ({idents(index.include)})" if index.include else "")
        + (" NULLS NOT DISTINCT" if index.nulls_not_distinct else "")
        + options(index.options)
        + (f" WHERE {bracket(index.predicate)}" if index.predicate else "")
    )


def _position(relation: Target, index: Index) -> Position:
    return Position(relation.level, relation.section, INDEX_RANK, ident(index.name))


def _subject(relation: Target, index: Index) -> str:
    return f"index {ident(index.name)} of {relation.name}"


@dataclass(frozen=True, slots=True)
class CreateIndex(Plain):
    """The table or materialised view `relation` of `schema` has the index; `only` it, and none of its partitions.

    `parts` are the indexes of partitions that it takes in, because they are like it and there before.
    """

    relation: Target
    schema: str
    index: Index
    only: bool = False
    parts: tuple[Key, ...] = ()

    @property
    def subject(self) -> str:
        return _subject(self.relation, self.index)

    @property
    def position(self) -> Position:
        return _position(self.relation, self.index)

    @property
    def creates(self) -> tuple[Key, ...]:
        return (target.index_key(self.schema, self.index.name), ("indexes", self.relation.name))

    @property
    def needs(self) -> tuple[Key, ...]:
        return (self.relation.key, *self.parts)

    @property
    def mentions(self) -> frozenset[str]:
        keys = self.index.keys
        return mentioned(
            self.index.predicate,
            *(key.expression for key in keys),
            *(key.operator_class for key in keys),
        )

    @property
    def within(self) -> Key | None:
        return self.relation.key

    def steps(self) -> tuple[Step, ...]:
        index = self.index
        word = "UNIQUE INDEX" if index.unique else "INDEX"
        method = "" if index.method == "btree" else f" USING {ident(index.method)}"
        keys = ", ".join(map(key_sql, index.keys))
        of = f"ONLY {self.relation.name}" if self.only else self.relation.name
        text = f"CREATE {word} {ident(index.name)} ON {of}{method} ({keys}){tail_sql(index)}"
        return (Step(text, ((self.relation.name, "SHARE"),), scans=(self.relation.name,)),)

    def reverse(self) -> Op | Irreversible:
        return DropIndex(self.relation, self.schema, self.index)


@dataclass(frozen=True, slots=True)
class DropIndex(Plain):
    """The table or materialised view `relation` of `schema` has the index no longer."""

    relation: Target
    schema: str
    index: Index

    @property
    def subject(self) -> str:
        return _subject(self.relation, self.index)

    @property
    def position(self) -> Position:
        return _position(self.relation, self.index)

    @property
    def within(self) -> Key | None:
        return self.relation.key

    def steps(self) -> tuple[Step, ...]:
        name = qualified(self.schema, self.index.name)
        locks = ((self.relation.name, "ACCESS EXCLUSIVE"), (name, "ACCESS EXCLUSIVE"))
        return (Step(f"DROP INDEX {name}", locks),)

    def reverse(self) -> Op | Irreversible:
        return CreateIndex(self.relation, self.schema, self.index)


@dataclass(frozen=True, slots=True)
class AttachIndex(Plain):
    """The index `part` of a partition is part of `whole`, one of the partitioned table; both are (schema, name)."""

    whole: tuple[str, str]
    part: tuple[str, str]

    @property
    def subject(self) -> str:
        return f"index {qualified(*self.part)}"

    @property
    def position(self) -> Position:
        return Position(Level.LATE_CONSTRAINTS, "", 0, qualified(*self.part))

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("index", qualified(*self.whole)), ("index", qualified(*self.part)))

    def steps(self) -> tuple[Step, ...]:
        whole, part = qualified(*self.whole), qualified(*self.part)
        locks = ((whole, "SHARE UPDATE EXCLUSIVE"), (part, "ACCESS EXCLUSIVE"))
        return (Step(f"ALTER INDEX {whole} ATTACH PARTITION {part}", locks),)

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"{self.subject} goes only with the index of which it is a part")


class _TableAndIndexes(Plain):
    """What changes a table by naming one of its indexes comes after them, as a part of the table."""

    __slots__ = ()
    table: tuple[str, str]

    @property
    def subject(self) -> str:
        return f"table {qualified(*self.table)}"

    @property
    def position(self) -> Position:
        return Position(Level.TABLES, qualified(*self.table), INDEX_RANK + 1, type(self).__name__)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)), ("indexes", qualified(*self.table)))

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))


@dataclass(frozen=True, slots=True)
class SetClustering(_TableAndIndexes):
    """CLUSTER puts the rows in the order of the index `new`, a bare name; None: of none. No row is moved by it."""

    table: tuple[str, str]
    old: str | None
    new: str | None

    def steps(self) -> tuple[Step, ...]:
        name = qualified(*self.table)
        clause = f"CLUSTER ON {ident(self.new)}" if self.new is not None else "SET WITHOUT CLUSTER"
        return (Step(f"ALTER TABLE {name} {clause}", ((name, "SHARE UPDATE EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return SetClustering(self.table, self.new, self.old)


@dataclass(frozen=True, slots=True)
class SetReplicaIdentity(_TableAndIndexes):
    """`old` and `new` are DEFAULT, FULL, NOTHING, or `USING INDEX name` with a bare name."""

    table: tuple[str, str]
    old: str
    new: str

    def steps(self) -> tuple[Step, ...]:
        name = qualified(*self.table)
        word, using, index = self.new.partition("USING INDEX ")
        identity = using + ident(index) if using else word
        return (Step(f"ALTER TABLE {name} REPLICA IDENTITY {identity}", ((name, "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        return SetReplicaIdentity(self.table, self.new, self.old)

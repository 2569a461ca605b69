"""Operations on the columns of a table that is there already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from colonnade.design.schema import Column, Identity
from colonnade.ops.op import Irreversible, Key, Level, Op, Plain, Position, mentioned
from colonnade.ops.sequences import moved_inside
from colonnade.ops.step import Step
from colonnade.ops.tables import column_clauses, column_settings
from colonnade.ops.text import default
from colonnade.ops.types import collate, type_need
from colonnade.sql import chosen_name, ident, literal, qualified

TableName = tuple[str, str]
COLUMN_RANK = 1


def column_key(table: TableName, column: str) -> Key:
    return ("column", f"{qualified(*table)}.{ident(column)}")


@dataclass(frozen=True, slots=True)
class OnColumn(Plain):
    """What all operations on one column of `table` answer alike; `name` is the column's."""

    table: TableName
    name: str

    @property
    def subject(self) -> str:
        return f"column {qualified(*self.table)}.{ident(self.name)}"

    @property
    def position(self) -> Position:
        return Position(Level.TABLES, qualified(*self.table), COLUMN_RANK, ident(self.name))

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)),)

    @property
    def within(self) -> Key | None:
        return ("relation", qualified(*self.table))

    def altered(self, clause: str, *, lock: str = "ACCESS EXCLUSIVE", rewrites: bool = False) -> Step:
        """ALTER TABLE … ALTER COLUMN … `clause`."""
        name = qualified(*self.table)
        text = f"ALTER TABLE {name} ALTER COLUMN {ident(self.name)} {clause}"
        return Step(text, ((name, lock),), rewrites=(name,) if rewrites else ())


@dataclass(frozen=True, slots=True)
class AddColumn(OnColumn):
    """The table has one column more."""

    column: Column

    @property
    def creates(self) -> tuple[Key, ...]:
        return (column_key(self.table, self.name),)

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)), type_need(self.column.type))

    @property
    def mentions(self) -> frozenset[str]:
        computed = self.column.generated.expression if self.column.generated else None
        return mentioned(self.column.default, computed, ident(self.column.collation or ""))

    def steps(self) -> tuple[Step, ...]:
        name = qualified(*self.table)
        clauses = column_clauses(self.column)
        text = f"ALTER TABLE {name} ADD COLUMN {ident(self.name)} {self.column.type} {clauses}".rstrip()
        settings = column_settings(name, self.column)
        return (
            Step(text, ((name, "ACCESS EXCLUSIVE"),)),
            *(Step(one, ((name, "ACCESS EXCLUSIVE"),)) for one in settings),
        )

    def reverse(self) -> Op | Irreversible:
        return DropColumn(self.table, self.name, self.column)


@dataclass(frozen=True, slots=True)
class DropColumn(OnColumn):
    """The table has the column no longer."""

    column: Column

    def steps(self) -> tuple[Step, ...]:
        name = qualified(*self.table)
        return (Step(f"ALTER TABLE {name} DROP COLUMN {ident(self.name)}", ((name, "ACCESS EXCLUSIVE"),)),)

    def reverse(self) -> Op | Irreversible:
        if self.column.generated:
            return AddColumn(self.table, self.name, self.column)
        return Irreversible(f"the values of {self.subject} are gone")


# Within a family PostgreSQL assigns one type to another by itself, and refuses a value that does not fit.
_FAMILIES = (
    re.compile(r"(text|character varying|character|name|citext|bpchar)(\(\d+\))?$"),
    re.compile(r"(smallint|integer|bigint|numeric|real|double precision|oid)(\(-?\d+(,-?\d+)?\))?$"),
    re.compile(r"(date|timestamp)(\(\d\))?( with(out)? time zone)?$"),
    re.compile(r"(json|jsonb)$"),
    re.compile(r"(time)(\(\d\))?( with(out)? time zone)?$"),
    re.compile(r"(bit|bit varying)(\(\d+\))?$"),
    re.compile(r"interval"),
    re.compile(r"(inet|cidr)$"),
)


def same_family(old: str, new: str) -> bool:
    """Whether a value of `old` is assigned to `new` without a word."""
    return any(family.match(old) and family.match(new) for family in _FAMILIES)


def using(column: str, old: str, new: str) -> str:
    """The USING clause that turns values of type `old` into `new`, or nothing where PostgreSQL needs none."""
    value = converted(ident(column), old, new)
    return "" if value == ident(column) else f" USING {value}"


def converted(value: str, old: str, new: str) -> str:
    """`value`, an expression of type `old`, as `new`; as it stands where PostgreSQL assigns it without a word."""
    if old == new or same_family(old, new):
        return value
    through = "" if _FAMILIES[0].match(old) or _FAMILIES[1].match(old) else "::text"
    if _FAMILIES[1].match(old) and not (new == "boolean" or _FAMILIES[1].match(new)):
        through = "::text"
    if old.endswith("[]"):
        through = "::text[]" if new.endswith("[]") else "::text"
    if _FAMILIES[0].match(new):
        return f"{value}::{new}"
    return f"{value}{through}::{new}"


@dataclass(frozen=True, slots=True)
class SetType(OnColumn):
    """The column takes the type and collation of `new`; `through` is text that rebuilt types go through."""

    old: Column
    new: Column
    through: str = ""

    @property
    def needs(self) -> tuple[Key, ...]:
        return (("relation", qualified(*self.table)), type_need(self.new.type))

    def steps(self) -> tuple[Step, ...]:
        cast = using(self.name, self.old.type, self.new.type)
        if self.through:
            cast = f" USING {ident(self.name)}::{self.through}::{self.new.type}"
        collation = self.new.collation
        if collation is None and self.old.collation is not None:
            collation = "default"
        return (self.altered(f"TYPE {self.new.type}{collate(collation)}{cast}", rewrites=True),)

    def reverse(self) -> Op | Irreversible:
        return SetType(self.table, self.name, self.new, self.old, self.through)


@dataclass(frozen=True, slots=True)
class SetDefault(OnColumn):
    """`old` and `new` are expressions, None where there is no default."""

    old: str | None
    new: str | None

    @property
    def mentions(self) -> frozenset[str]:
        return mentioned(self.new)

    @property
    def creates(self) -> tuple[Key, ...]:
        return () if self.new is None else (("default", f"{qualified(*self.table)}.{ident(self.name)}"),)

    def steps(self) -> tuple[Step, ...]:
        return (self.altered("DROP DEFAULT" if self.new is None else f"SET DEFAULT {default(self.new)}"),)

    def reverse(self) -> Op | Irreversible:
        return SetDefault(self.table, self.name, self.new, self.old)


@dataclass(frozen=True, slots=True)
class SetNullable(OnColumn):
    """The column may be null or not, as the pair says, and its NOT NULL constraint has the name of `new`."""

    old: Column
    new: Column

    def steps(self) -> tuple[Step, ...]:
        if self.new.nullable:
            return (self.altered("DROP NOT NULL"),)
        name, usual = qualified(*self.table), chosen_name(self.table[1], self.name, "not_null")
        if not self.old.nullable:
            names = (ident(self.old.not_null_name or usual), ident(self.new.not_null_name or usual))
            text = f"ALTER TABLE {name} RENAME CONSTRAINT {names[0]} TO {names[1]}"
            return (Step(text, ((name, "ACCESS EXCLUSIVE"),)),)
        if self.new.not_null_name in (None, usual):
            return (self.set_step(),)
        text = f"ALTER TABLE {name} ADD CONSTRAINT {ident(self.new.not_null_name)} NOT NULL {ident(self.name)}"
        return (Step(text, ((name, "ACCESS EXCLUSIVE"),), scans=(name,)),)

    def set_step(self) -> Step:
        return replace(self.altered("SET NOT NULL"), scans=(qualified(*self.table),))

    def reverse(self) -> Op | Irreversible:
        return SetNullable(self.table, self.name, self.new, self.old)


_IDENTITY = re.compile(
    r"SEQUENCE NAME (?P<name>.+?)(?= INCREMENT BY| MINVALUE| MAXVALUE| START WITH| CACHE| CYCLE|$)"
    r"|INCREMENT BY (?P<increment>-?\d+)|MINVALUE (?P<minimum>-?\d+)|MAXVALUE (?P<maximum>-?\d+)"
    r"|START WITH (?P<start>-?\d+)|CACHE (?P<cache>\d+)|(?P<cycle>CYCLE)"
)


def identity_options(identity: Identity) -> dict[str, str]:
    """The options of an identity column by word."""
    found = (match.groupdict() for match in _IDENTITY.finditer(identity.options))
    return {word: value for groups in found for word, value in groups.items() if value is not None}


def identity_sequence(table: TableName, column: Column) -> str:
    """The sequence behind an identity column, as SQL."""
    named = identity_options(column.identity).get("name") if column.identity else None
    usual = ident(chosen_name(table[1], column.name, "seq"))
    return named if named and _QUALIFIED.match(named) else _beside(table, named or usual)


_QUALIFIED = re.compile(r'("(?:[^"]|"")+"|[^".]+)\.')


def _beside(table: TableName, name: str) -> str:
    """The object of that name, which is SQL, in the schema of the table."""
    return name if table[0] == "public" else f"{ident(table[0])}.{name}"


COUNTED = "colonnade.counted"
"""The setting in which it is noted where a sequence stood."""

_LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}


def _bounds(options: dict[str, str], type_name: str) -> tuple[int, int]:
    """Between what an identity column of that type with these options counts."""
    largest = _LARGEST.get(type_name, _LARGEST["bigint"])
    usual = (-largest - 1, -1) if options.get("increment", "1").startswith("-") else (1, largest)
    return int(options.get("minimum", usual[0])), int(options.get("maximum", usual[1]))


@dataclass(frozen=True, slots=True)
class SetIdentity(OnColumn):
    """The column of `type` counts by itself as `new` says; the next number follows the largest one there is."""

    old: Identity | None
    new: Identity | None
    type: str = "bigint"

    def steps(self) -> tuple[Step, ...]:
        if self.new is None:
            return (self.altered("DROP IDENTITY"),)
        kind = "ALWAYS" if self.new.always else "BY DEFAULT"
        if self.old is not None:
            return self._changed(kind)
        options = f" ({self.new.options})" if self.new.options else ""
        table, column = qualified(*self.table), ident(self.name)
        sequence = f"pg_get_serial_sequence({literal(table).strip()}, {literal(self.name).strip()})"
        last = f"SELECT setval({sequence}, max({column})) FROM {table} HAVING max({column}) > 0"
        return (self.altered(f"ADD GENERATED {kind} AS IDENTITY{options}"), Step(last, ((table, "ACCESS SHARE"),)))

    def _changed(self, kind: str) -> tuple[Step, ...]:
        assert self.old is not None
        assert self.new is not None
        before, after = identity_options(self.old), identity_options(self.new)
        clauses = [f"SET GENERATED {kind}"] if self.old.always != self.new.always else []
        if {**before, "name": ""} != {**after, "name": ""}:
            increment = after.get("increment", "1")
            start = after.get("maximum", "-1") if increment.startswith("-") else after.get("minimum", "1")
            clauses += [f"SET INCREMENT BY {increment}"]
            clauses += ["SET " + (f"MINVALUE {after['minimum']}" if "minimum" in after else "NO MINVALUE")]
            clauses += ["SET " + (f"MAXVALUE {after['maximum']}" if "maximum" in after else "NO MAXVALUE")]
            clauses += [f"SET START WITH {after.get('start', start)}", f"SET CACHE {after.get('cache', '1')}"]
            clauses += ["SET CYCLE" if "cycle" in after else "SET NO CYCLE"]
        steps = [*self._moved_inside(before, after), self.altered(" ".join(clauses))] if clauses else []
        if before.get("name") != after.get("name"):
            steps += self._renamed()
        return tuple(steps)

    def _moved_inside(self, before: dict[str, str], after: dict[str, str]) -> list[Step]:
        """Where the count may stand outside of the new bounds it is brought inside, which takes both bounds at once."""
        (low, high), (least, most) = _bounds(before, self.type), _bounds(after, self.type)
        if low >= least and high <= most:
            return []
        start = int(after.get("start", most if after.get("increment", "1").startswith("-") else least))
        sequence = f"pg_get_serial_sequence({literal(qualified(*self.table)).strip()}, {literal(self.name).strip()})"
        wide = f"SET MINVALUE {min(low, least)} SET MAXVALUE {max(high, most)}"
        return [self.altered(wide), Step(moved_inside(sequence, start, least, most))]

    def _renamed(self) -> list[Step]:
        old, new = (Column(self.name, self.type, identity=one) for one in (self.old, self.new))
        name, after = (identity_sequence(self.table, one) for one in (old, new))
        return [Step(f"ALTER SEQUENCE {name} RENAME TO {_QUALIFIED.sub('', after)}")]

    def reverse(self) -> Op | Irreversible:
        return SetIdentity(self.table, self.name, self.new, self.old, self.type)


@dataclass(frozen=True, slots=True)
class MoveIdentity(OnColumn):
    """The column of `type` counts by itself as `new` says, and goes on where `source` stood, which counts no more."""

    source: str
    old: Identity
    new: Identity
    type: str

    def steps(self) -> tuple[Step, ...]:
        counter = identity_sequence(self.table, Column(self.source, self.type, identity=self.old))
        setting, table, column = (literal(one).strip() for one in (COUNTED, qualified(*self.table), self.name))
        stood = f"SELECT set_config({setting}, concat_ws(' ', last_value, is_called), false) FROM {counter}"
        parts = (f"split_part(current_setting({setting}), ' ', {number})" for number in (1, 2))
        sequence = f"pg_get_serial_sequence({table}, {column})"
        goes_on = "SELECT setval({}, {}::bigint, {}::boolean)".format(sequence, *parts)
        gone = SetIdentity(self.table, self.source, self.old, None, self.type).steps()
        made, _ = SetIdentity(self.table, self.name, None, self.new, self.type).steps()
        return (Step(stood), *gone, made, Step(goes_on))

    def reverse(self) -> Op | Irreversible:
        return MoveIdentity(self.table, self.source, self.name, self.new, self.old, self.type)


@dataclass(frozen=True, slots=True)
class DropExpression(OnColumn):
    """A stored generated column becomes a plain one and keeps its values."""

    expression: str

    def steps(self) -> tuple[Step, ...]:
        return (self.altered("DROP EXPRESSION"),)

    def reverse(self) -> Op | Irreversible:
        return Irreversible(f"{self.subject} cannot be computed again without being made anew")


@dataclass(frozen=True, slots=True)
class SetStorage(OnColumn):
    """Storage, compression, statistics and options of the column, as the pair says."""

    old: Column
    new: Column

    def steps(self) -> tuple[Step, ...]:
        settings = (
            (self.old.storage, self.new.storage, "SET STORAGE {}", "DEFAULT"),
            (self.old.compression, self.new.compression, "SET COMPRESSION {}", "default"),
            (self.old.statistics, self.new.statistics, "SET STATISTICS {}", "-1"),
        )
        return (
            *(
                self.altered(text.format(usual if after is None else after))
                for before, after, text, usual in settings
                if before != after
            ),
            *self._options(),
        )

    def _options(self) -> Iterator[Step]:
        """What is said anew, and what is said no more."""
        names = {one.partition("=")[0] for one in self.new.options}
        gone = [name for one in self.old.options if (name := one.partition("=")[0]) not in names]
        if gone:
            yield self.altered(f"RESET ({', '.join(gone)})", lock="SHARE UPDATE EXCLUSIVE")
        said = [one for one in self.new.options if one not in self.old.options]
        if said:
            yield self.altered(f"SET ({', '.join(said)})", lock="SHARE UPDATE EXCLUSIVE")

    def reverse(self) -> Op | Irreversible:
        return SetStorage(self.table, self.name, self.new, self.old)

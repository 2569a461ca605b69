"""Claims: what a row must satisfy, derived from the Draft and never from the expression that is under test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from colonnade.config import Settings
from colonnade.design.conditions import safe
from colonnade.design.draft import DraftAttribute, Fact, Origin
from colonnade.design.meanings import held
from colonnade.design.schema import Check, Column, Schema, Table
from colonnade.prove import stated
from colonnade.prove.stated import Pair
from colonnade.prove.tries import step_of
from colonnade.sql import ident, literal, shorten
from colonnade.types import Family, TypeName, resolve, take_apart
from colonnade.vocabulary import habits
from colonnade.vocabulary.formats import EMAIL, FORMAT_OF, Format

NOT_NULL, LISTED, LENGTH = "constraint-not-null", "constraint-closed-list", "constraint-length"
NOT_EMPTY, PRECISION, STATED = "constraint-not-empty", "constraint-precision", "constraint-check"
FORMAT, RANGE = "constraint-format", "constraint-range"

STATES: dict[str, tuple[str, ...]] = {
    NOT_NULL: ("23502",),
    LISTED: ("22P02", "23514"),
    LENGTH: ("22001", "23514"),
    NOT_EMPTY: ("23514",),
    PRECISION: ("22003", "23514"),
    STATED: ("23514", "23502"),
    FORMAT: ("23514",),
    RANGE: ("23514", "22003"),
}
"""The SQLSTATEs by which a violation of each law may be refused."""


# What a text of any length has at its start, in its middle again and again, and at its end, by what it means.
_LONG = {
    EMAIL: ("", "x", "@x.example"), "url": ("https://", "x", ""), "phone": ("", "1", ""), "hex color": ("#", "0", ""),
    "currency code": ("", "X", ""), "country code": ("", "X", ""),
}  # fmt: skip
_NUMBERS = (Family.DECIMAL, Family.FLOAT, Family.SMALLINT, Family.INTEGER, Family.BIGINT)


@dataclass(frozen=True, slots=True)
class Claim:
    """`holds` is SQL over `aliases` (name in the SQL, column); a row for which it is false must be refused.

    `tries` are SQL expressions of values for the first column that are worth trying; `named` is the constraint that
    must refuse, where its name is settled. `because` says where the claim comes from.
    """

    law: str
    table: str
    aliases: tuple[tuple[str, str], ...]
    holds: str
    says: str
    because: str
    tries: tuple[str, ...] = ()
    named: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for _, column in self.aliases)

    @property
    def subject(self) -> str:
        return f"{self.table}.{self.columns[0]}" if len(self.columns) == 1 else self.table


Builder = Callable[[Pair, Settings], Iterator[Claim]]


def from_draft(pair: Pair, settings: Settings) -> tuple[Claim, ...]:
    """All claims about rows that the Draft makes of one entity, or that a house rule implies from it."""
    found = [claim for build in BUILDERS for claim in build(pair, settings)]
    return tuple({(claim.law, claim.columns, claim.holds): claim for claim in found}.values())


def required(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A column that is stated as required, or that has a customary default, refuses NULL."""
    for column, because in needed(pair, settings):
        yield _claim(NOT_NULL, pair.table, column, "{} IS NOT NULL", "not NULL", because, ("NULL",))


def not_empty(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A required text that is neither a reference nor a closed list refuses the empty text and blanks."""
    if not settings.enabled("text-not-empty"):
        return
    closed = {one.name for one, _, _ in _lists(pair)}
    keys = _references(pair.table) | {pair.facts.owner_column}
    for column, because in needed(pair, settings):
        if _is_text(column) and column.name not in closed | keys and column.default != "''":
            name = shorten(f"{column.name}_not_empty")
            rule = f"{because}, house rule text-not-empty"
            # A text of fixed width would have blanks behind a shorter one.
            width = take_apart(column.type).length if take_apart(column.type).base == "character" else 1
            tries = ("''", "'   '", literal("x" * (width or 1)))
            yield _claim(NOT_EMPTY, pair.table, column, "length(trim({})) > 0", "not empty", rule, tries, name)


def closed_lists(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A closed list takes each of its values and no other."""
    for column, values, because in _lists(pair):
        outside = _outside(values)
        tries = tuple(map(literal, (*values, outside)))
        listed = ", ".join(map(literal, values))
        yield _claim(LISTED, pair.table, column, f"{{}} IN ({listed})", "one of " + ", ".join(values), because, tries)


def lengths(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A text of the stated length is taken, one character more (or less, for a least length) is refused."""
    checked = settings.enabled("length-checks")
    for attribute, column in attributes(pair):
        if not _is_text(column):
            continue
        longest = (attribute.max_length if checked else None) or _type_length(attribute)
        shortest = attribute.min_length if checked else None
        for fact, sign, words in ((longest, "<=", "at most"), (shortest, ">=", "at least")):
            if fact is None or (sign == ">=" and fact.value < 1):
                continue
            over = fact.value + (1 if sign == "<=" else -1)
            told = held(attribute, column.type, settings)
            tries = tuple(_of_length(told.value if told else "", size) for size in (fact.value, over))
            holds, says = f"length({{}}) {sign} {fact.value}", f"{words} {fact.value} characters"
            yield _claim(LENGTH, pair.table, column, holds, says, reason(fact), tries)


def precisions(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A number with a stated precision takes the largest that fits and refuses the next larger one."""
    for attribute, column in attributes(pair):
        shape = resolve(attribute.type.value, settings.timestamps) if attribute.type else None
        if shape is None or shape.base != "numeric" or len(shape.arguments) != 2 or shape.dimensions:
            continue
        digits, scale = map(int, shape.arguments)
        limit = f"1e{digits - scale}::numeric"
        tries = (f"{limit} - 1e{-scale}::numeric", limit)
        says = f"at most {digits} digits, {scale} of them after the point"
        assert attribute.type is not None
        yield _claim(PRECISION, pair.table, column, f"abs({{}}) < {limit}", says, reason(attribute.type), tries)


def ranges(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A number at its stated limit is taken or refused as the document says, and its neighbour is not."""
    for attribute, column in attributes(pair):
        step = step_of(column)
        ends = ((attribute.least, ">", "-", "+"), (attribute.most, "<", "+", "-"))
        for fact, sign, outwards, inwards in ends:
            if fact is None or step is None:
                continue
            number = f"({fact.value.number})"
            near = f"{number} {outwards if fact.value.inclusive else inwards} {step}"
            says = fact.value.compared(sign)
            yield _claim(RANGE, pair.table, column, f"{{}} {says}", says, reason(fact), (number, near))


def formats(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A text of stated type email holds one @ with a dot somewhere after it, and no blank."""
    if not settings.enabled("email-format"):
        return
    for attribute, column in attributes(pair):
        told = held(attribute, column.type, settings)
        if told is not None and told.value == EMAIL and _is_text(column):
            tries = tuple(map(literal, ("a@b.example", "no address", "a@b", "a b@c.example", "@b.example")))
            because = f"{reason(told)}, house rule email-format"
            holds = "{} ~ '^[^@ ]+@[^@ ]+[.][^@ ]+$'"
            yield _claim(FORMAT, pair.table, column, holds, "an e-mail address", because, tries)


def value_formats(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A column whose stated type names a format takes values of it and refuses others."""
    if not settings.enabled("value-formats"):
        return
    for attribute, column in attributes(pair):
        told = held(attribute, column.type, settings)
        row = FORMAT_OF.get(told.value) if told else None
        if any(column.name in one.columns for one in pair.table.foreign_keys):
            continue
        if row is None or told is None or not _holds(row, column):
            continue
        because = f"{reason(told)}, house rule value-formats"
        tries = tuple(map(literal, (*row.good, *row.bad)))
        says = f"a {told.value}"
        yield _claim(FORMAT, pair.table, column, row.check.format(ident(column.name)), says, because, tries)


def expressions(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """A constraint that is stated as a condition refuses each row for which the stated text is false.

    What calls anything but harmless functions is never evaluated; the design reports it and leaves it out.
    """
    for one in stated.statements(pair.entity):
        columns = [pair.column(name) for name in one.columns]
        if one.kind == "expression" and all(columns) and safe(one.text):
            aliases = tuple((name, column.name) for name, column in zip(one.columns, columns, strict=True) if column)
            because = f"stated at {one.place}"
            yield Claim(STATED, pair.table.name, aliases, one.text, one.text, because)


def states(pair: Pair, settings: Settings) -> Iterator[Claim]:
    """What may have a value only in a stated state, or must have one there, refuses the rows of any other kind."""
    for fact in pair.entity.constraints:
        found = stated.in_a_state(pair, fact.value)
        if found is not None:
            columns, holds = found
            aliases = tuple((name, name) for name in columns)
            yield Claim(STATED, pair.table.name, aliases, holds, fact.value, reason(fact))


BUILDERS: tuple[Builder, ...] = (
    required, not_empty, closed_lists, lengths, precisions, ranges, formats, value_formats, expressions,
    states,
)  # fmt: skip


def from_schema(table: Table, schema: Schema) -> Iterator[Claim]:
    """Claims read off the design itself, for a build from a design document: there is no Draft to judge it by."""
    because = "from the design document"
    enums = {enum.name: enum.values for enum in schema.database.enums}
    for column in table.columns:
        if column.generated or (column.identity and column.identity.always):
            continue
        if not column.nullable:
            yield _claim(NOT_NULL, table, column, "{} IS NOT NULL", "not NULL", because, ("NULL",))
        if column.type in enums:
            values = enums[column.type]
            tries = tuple(map(literal, (*values, _outside(values))))
            listed = ", ".join(map(literal, values))
            yield _claim(LISTED, table, column, f"{{}} IN ({listed})", "one of " + ", ".join(values), because, tries)
        size = take_apart(column.type).length
        if size and _is_text(column):
            tries = tuple(f"repeat('x', {length})" for length in (size, size + 1))
            yield _claim(LENGTH, table, column, f"length({{}}) <= {size}", f"at most {size} characters", because, tries)
    for check in table.constraints:
        names = stated.columns_in(check.expression) if isinstance(check, Check) else ()
        if isinstance(check, Check) and names and all(table.has(name) for name in names):
            aliases = tuple((name, name) for name in names)
            yield Claim(STATED, table.name, aliases, check.expression, check.expression, because, (), check.name)


def attributes(pair: Pair) -> Iterator[tuple[DraftAttribute, Column]]:
    """The stated attributes that the design keeps in a column of the same name."""
    for attribute in stated.stored_attributes(pair.entity):
        column = pair.column(attribute.name.value)
        if column is not None and column.generated is None:
            yield attribute, column


def needed(pair: Pair, settings: Settings) -> Iterator[tuple[Column, str]]:
    """The columns that must have a value, each with the reason."""
    for attribute, column in attributes(pair):
        if attribute.nullable is not None and not attribute.nullable.value:
            yield column, reason(attribute.nullable)
        elif attribute.primary_key is not None and attribute.primary_key.value:
            yield column, reason(attribute.primary_key)
        elif attribute.nullable is None and customary_default(attribute, column, settings):
            yield column, f"{reason(attribute.name)}, an enum with a default"
    for one in stated.statements(pair.entity):
        for found in map(pair.column, one.columns if one.kind in ("required", "primary key") else ()):
            if found is not None and found.generated is None:
                yield found, f"stated at {one.place}"


def customary_default(attribute: DraftAttribute, column: Column, settings: Settings) -> str | None:
    """The default of a closed list: the stated value, else by CLI.md's habits for its name, else None."""
    values = attribute.enum_values.value if attribute.enum_values else ()
    if attribute.default is not None:
        word = attribute.default.value.strip("'\"` ").lower()
        near = [value for value in values if value.lower() == word]
        return near[0] if len(near) == 1 else None
    if not settings.enabled("enum-defaults"):
        return None
    if values and column.name in habits.FIRST_VALUE_COLUMNS:
        return values[0]
    if column.name in habits.MIDDLE_VALUE_COLUMNS:
        return next((value for value in habits.MIDDLE_VALUES if value in values), None)
    return None


def judged_type(column: Column, schema: Schema) -> str:
    """The type in which a claim about `column` is judged: without a length, and text for closed lists."""
    shape = take_apart(column.type)
    if shape.row is None and any(enum.name == column.type for enum in schema.database.enums):
        return "text"
    if _is_text(column):
        return "text"
    return str(TypeName(shape.base, (), shape.dimensions))


def reason(fact: Fact[Any]) -> str:
    """Why a fact is believed, in words."""
    if fact.origin is Origin.STATED:
        return f"stated at {fact.place}"
    return f"{fact.origin.value} by {fact.rule or 'the document'} at {fact.place}"


def _claim(
    law: str, table: Table, column: Column, holds: str, says: str, because: str, tries: tuple[str, ...],
    named: str | None = None,
) -> Claim:  # fmt: skip
    # A value from the document may hold braces, so the column is put in by replacing and not by formatting.
    condition = holds.replace("{}", ident(column.name), 1)
    return Claim(law, table.name, ((column.name, column.name),), condition, says, because, tries, named)


def _lists(pair: Pair) -> Iterator[tuple[Column, tuple[str, ...], str]]:
    for attribute, column in attributes(pair):
        if attribute.enum_values is not None and attribute.enum_values.value and not take_apart(column.type).dimensions:
            values = tuple(dict.fromkeys(value for value in attribute.enum_values.value if value and "\0" not in value))
            if values:
                yield column, values, reason(attribute.enum_values)


def _type_length(attribute: DraftAttribute) -> Fact[int] | None:
    shape = resolve(attribute.type.value) if attribute.type else None
    if shape is None or shape.length is None or shape.dimensions:
        return None
    assert attribute.type is not None
    return Fact(shape.length, attribute.type.place, attribute.type.origin, attribute.type.rule)


def _is_text(column: Column) -> bool:
    shape = take_apart(column.type)
    return (
        shape.row is not None
        and shape.row.family in (Family.STRING, Family.TEXT, Family.CITEXT)
        and not shape.dimensions
    )


def _holds(row: Format, column: Column) -> bool:
    """Whether the column can hold values of the format: a text, or for a range a number."""
    shape = take_apart(column.type)
    number = shape.row is not None and shape.row.family in _NUMBERS and not shape.dimensions
    return _is_text(column) if row.suffix == "format" else number


def _of_length(meant: str, size: int) -> str:
    """SQL for a text of `size` characters, of the form that a meaning asks for."""
    head, filling, tail = _LONG.get(meant, ("", "x", ""))
    inside = size - len(head) - len(tail)
    return (
        f"{literal(head)} || repeat({literal(filling)}, {inside}) || {literal(tail)}"
        if inside > 0
        else f"repeat('x', {size})"
    )


def _outside(values: tuple[str, ...]) -> str:
    """A short word that is none of `values`."""
    return next(word for word in ("none", "other", *(f"x{number}" for number in range(len(values) + 1)))
                if word not in values)  # fmt: skip


def _references(table: Table) -> set[str]:
    return {name for one in table.foreign_keys for name in one.columns}

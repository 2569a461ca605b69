"""The law about defaults: a row without the column gets the stated value, or the customary one of a closed list."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.config import Settings
from colonnade.design.schema import Column, Schema
from colonnade.findings import Proof
from colonnade.prove import claims
from colonnade.prove.conflicts import stands
from colonnade.prove.fitting import without
from colonnade.prove.probe import tried
from colonnade.prove.rows import Stage
from colonnade.prove.stated import Pair
from colonnade.sql import ident, literal
from colonnade.types import Family, take_apart
from colonnade.vocabulary import habits

DEFAULT = "constraint-default"
CLOCKS = (Family.DATE, Family.TIMESTAMP)


def proofs(stage: Stage, pair: Pair, settings: Settings, schema: Schema) -> Iterator[Proof]:
    """A row that is inserted without the column gets the default that the Draft states or implies.

    What is stated and is no value of the column's type can be no default; the design reports it. Where a CHECK compares
    the default with the row's value of another column, that value is fitted to the default.
    """
    for attribute, column in claims.attributes(pair):
        fact = attribute.default
        customary = claims.customary_default(attribute, column, settings)
        written = customary if customary is not None else fact.value if fact else None
        condition = _condition(column, written) if written is not None else None
        if condition is None or column.identity or not _possible(stage, condition):
            continue
        because = claims.reason(fact) if fact else f"customary for {column.name}, {claims.reason(attribute.name)}"
        yield _proof(stage, column, str(written), condition, because, schema)


def _proof(stage: Stage, column: Column, written: str, condition: str, because: str, schema: Schema) -> Proof:
    subject = f"{stage.table.name}.{column.name}: default {written}"
    returning = f" RETURNING {condition}, ({ident(column.name)})::text"
    outcome, who, row = without(stage, [column], returning)
    others = sorted(name for name in stage.row if name != column.name and row.get(name) != stage.row[name])
    fitted = f", {', '.join(others)} fitted to it," if others else ""
    given = bool(outcome.values and outcome.values[0][0])
    blamed = f"{outcome}{stands(schema, stage.table.name, outcome.blamed)}"
    words = "gives it" if given else blamed if not outcome.accepted else f"gives {outcome.values[0][1]!r}"
    return Proof(DEFAULT, subject, given, f"INSERT without the column{fitted} as the {who} {words} ({because})")


def _possible(stage: Stage, condition: str) -> bool:
    """Whether the stated default is a value of the column's type at all."""
    return tried(stage.hands.migrator, f"SELECT {condition} FROM {ident(stage.table.name)} LIMIT 0").accepted


def _unquoted(written: str) -> str:
    """What a default says, as a text of SQL, where each quote inside stands twice, or as people quote."""
    if len(written) > 1 and written[0] == written[-1] == "'":
        return written[1:-1].replace("''", "'")
    return written.strip("'\"`")


def _condition(column: Column, written: str) -> str | None:
    """SQL that is true where the column holds the default, or None where the document states none."""
    bare, name = _unquoted(written.strip()), ident(column.name)
    word, shape = bare.lower(), take_apart(column.type)
    family = shape.row.family if shape.row else None
    if family in CLOCKS and word in habits.NOW_WORDS:
        near = "BETWEEN CURRENT_TIMESTAMP - interval '2 days' AND CURRENT_TIMESTAMP + interval '2 days'"
        return f"({name})::timestamptz {near}"
    if family is Family.UUID and word in habits.GENERATED_WORDS:
        return f"{name} IS NOT NULL"
    if word in habits.NO_DEFAULT or word in habits.GENERATED_WORDS:
        return None
    if family is Family.BOOLEAN and word in habits.TRUE_WORDS | habits.FALSE_WORDS:
        return f"{name} = {'true' if word in habits.TRUE_WORDS else 'false'}"
    if shape.dimensions and bare in ("[]", "{}"):
        return f"cardinality({name}) = 0"
    if (family is Family.TIME and word in habits.NOW_WORDS) or ("(" in written and written[:1] not in "'\"`"):
        return f"{name} IS NOT NULL"
    if family is Family.JSON:
        return f"({name})::jsonb = {literal(bare)}::jsonb"
    return f"{name} = {literal(bare)}::{column.type}"

"""Values worth trying against a stated condition: its constants, their neighbours, and the columns it compares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from colonnade.design.schema import Column
from colonnade.prove.stated import constants_in
from colonnade.seed.limits import NO_LIMITS
from colonnade.seed.values import Known
from colonnade.seed.values import value as made_up
from colonnade.sql import literal
from colonnade.types import Family, TypeName, take_apart

WHOLE = (Family.SMALLINT, Family.INTEGER, Family.BIGINT)
WORDS = ("", "   ", "x", "X", "0", "no", "a b", "a@b.example", "https://a.example", "+15550100", "A1")
CLOCKS = {
    "date": "1",
    "timestamp with time zone": "interval '1 second'",
    "timestamp without time zone": "interval '1 second'",
    "time without time zone": "interval '1 minute'",
    "interval": "interval '1 second'",
}
NOWS = {
    "date": "CURRENT_DATE",
    "timestamp with time zone": "CURRENT_TIMESTAMP",
    "timestamp without time zone": "LOCALTIMESTAMP",
}
SAMPLES = {
    "boolean": ("true", "false"),
    "jsonb": ("{}", "[]", '"x"', "0", '{"a": 1}', "[1]"),
    "json": ("{}", "[]", '"x"', "0"),
}
LONGEST_TEXT = 100_000
MOST_PAIRS = 400


def single(column: Column, type_: str, condition: str) -> tuple[str, ...]:
    """SQL expressions of values for `column`, judged as `type_`: each constant of `condition` and both neighbours."""
    shape = take_apart(column.type)
    if shape.dimensions:
        found = [f"{literal('{}')}::{type_}", f"ARRAY[NULL]::{type_}"]
    elif type_ == "text":
        found = list(_texts(constants_in(condition)))
    elif type_ in CLOCKS:
        found = list(_clocks(constants_in(condition), type_, condition))
    elif type_ in SAMPLES:
        found = [f"{literal(one)}::{type_}" for one in SAMPLES[type_]]
    else:
        found = list(_numbers(constants_in(condition), shape))
    if not found and shape.row:
        # Nothing is known of such values but that one may be there or not.
        made = made_up("tries", column, NO_LIMITS, Known({}, {}), 0)
        found = [f"{literal(made)}::{column.type}::{type_}"] if made is not None else []
    return tuple(dict.fromkeys([*found, *(["NULL"] if column.nullable else [])]))


def beside(column: Column, type_: str, other: str) -> tuple[str, ...]:
    """SQL expressions of values just below, at and just above `other`, the value of another column as a literal.

    Of a type that is not counted, such as a key, only the value itself.
    """
    step = CLOCKS.get(type_) or step_of(column)
    value = f"{other}::{type_}"
    if step is None:
        return (value,)
    return (f"{value} - {step}", value, f"{value} + {step}")


def combined(choices: Mapping[str, tuple[str, ...]]) -> Iterator[dict[str, str]]:
    """Every choice for one column alone, then every choice for all columns together, up to a bound."""
    for column, expressions in choices.items():
        for expression in expressions:
            yield {column: expression}
    if len(choices) > 1:
        for count, chosen in enumerate(product(*choices.values())):
            if count >= MOST_PAIRS:
                return
            yield dict(zip(choices, chosen, strict=True))


def _numbers(constants: tuple[str, ...], shape: TypeName) -> Iterator[str]:
    step = _step(shape)
    if step is None:
        return
    for constant in sorted((one for one in constants if _is_number(one)), key=float):
        yield from (f"({constant}) - {step}", f"({constant})", f"({constant}) + {step}")
    yield from ("-1", "0", "1")


def step_of(column: Column) -> str | None:
    """SQL of the least difference between two numbers of `column`; None where it holds no number."""
    shape = take_apart(column.type)
    return None if shape.dimensions else _step(shape)


def _step(shape: TypeName) -> str | None:
    if shape.row is None:
        return None
    if shape.row.family in WHOLE:
        return "1"
    if shape.row.family is Family.DECIMAL:
        return f"1e-{shape.arguments[1]}::numeric" if len(shape.arguments) == 2 else "0.01"
    return "0.5" if shape.row.family is Family.FLOAT else None


def _texts(constants: tuple[str, ...]) -> Iterator[str]:
    for constant in constants:
        if constant.isdigit() and 0 <= int(constant) < LONGEST_TEXT:
            yield from (f"repeat('x', {max(int(constant) + change, 0)})" for change in (-1, 0, 1))
        else:
            yield from (literal(constant), literal(constant + "x"))
    yield from map(literal, WORDS)


def _clocks(constants: tuple[str, ...], type_: str, condition: str) -> Iterator[str]:
    bases = [f"{literal(one)}::{type_}" for one in constants if one[:1].isdigit() and not one.isdigit()]
    if type_ in NOWS:
        bases.append(NOWS[type_])
    for base in bases:
        yield from (f"{base} - {CLOCKS[type_]}", base, f"{base} + {CLOCKS[type_]}")
    if type_ in NOWS:
        yield from (f"{NOWS[type_]} - interval '400 years'", f"{NOWS[type_]} + interval '400 years'")


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit()

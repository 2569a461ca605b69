"""Stated defaults, as SQL of the column's type."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from datetime import date, datetime, time

from colonnade import sql, types
from colonnade.design.conditions import safe
from colonnade.design.schema import Column, Reason
from colonnade.design.work import Blueprint, Work, each, found, why
from colonnade.findings import declare
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary import habits

NOT_IN_ENUM = declare(
    "default-not-in-enum",
    """A stated default is none of the values of its closed list.

    Every insert that relies on it would fail, so the column gets no default.
    """,
)
NOT_OF_TYPE = declare(
    "default-not-of-type",
    """A stated default is no value of its column's type, nor a known function.

    The column gets no default, since PostgreSQL would refuse it.
    """,
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_INTERVAL = re.compile(
    r"(\d{1,9}(\.\d+)?\s*(second|minute|hour|day|week|month|year)s?\s*)+|\d{1,4}:[0-5]\d(:[0-5]\d)?", re.IGNORECASE
)
_FROM_NOW = re.compile(r"(now\(\)|current_timestamp|current_date)\s*[+-]\s*interval\b", re.IGNORECASE)
_TEXTS = {Family.STRING, Family.TEXT, Family.CITEXT}


def stated_defaults(work: Work) -> Work:
    """Every stated default is a default of its column, or a finding says why not."""
    return each(work, lambda one: _defaults(work, one))


def _defaults(work: Work, blueprint: Blueprint) -> Blueprint:
    columns = dict(blueprint.columns)
    findings = blueprint.findings
    reasons = blueprint.reasons
    for name, attribute in blueprint.attributes.items():
        column = columns.get(name)
        if attribute.default is None or column is None or column.identity:
            continue
        written = attribute.default.value.strip()
        if written.lower() in habits.NO_DEFAULT:
            continue
        values = _closed_list(work, blueprint, column)
        default = _spelled(written, column, values)
        where = f"{blueprint.entity.name.value}.{attribute.name.value}"
        if default is None:
            message = f"the default {written[:60]!r} of {where} is no value of {column.type}"
            if values:
                findings += found(
                    NOT_IN_ENUM, message, attribute.default.place, f"write one of {', '.join(values)}", "error"
                )
            else:
                findings += found(NOT_OF_TYPE, message, attribute.default.place, "write a literal, or now()")
            continue
        required = bool(values) and not (attribute.nullable and attribute.nullable.value)
        columns[name] = replace(column, default=default, nullable=column.nullable and not required)
        reasons += (Reason(f"{blueprint.name}.{name}/default", why(attribute.default)),)
    return replace(blueprint, columns=columns, findings=findings, reasons=reasons)


def _spelled(written: str, column: Column, values: tuple[str, ...]) -> str | None:
    """The default as SQL of the column's type, or None where it is no value of it."""
    if values and column.type.endswith("[]"):
        return _enum_list(written, values)
    return _enum_default(written, values) if values else _typed_default(written, column)


def _enum_list(written: str, values: tuple[str, ...]) -> str | None:
    """`[ADMIN, OWNER]` as an array literal, if all of them are among the values."""
    parts = [unquoted(part.strip()) for part in unquoted(written).strip("[]{}").split(",") if part.strip()]
    if not all(part in values for part in parts):
        return None
    return sql.literal("{" + ",".join(map(_array_item, parts)) + "}").strip()


def _closed_list(work: Work, blueprint: Blueprint, column: Column) -> tuple[str, ...]:
    enum = work.enums.get(column.type.removesuffix("[]"))
    if enum is not None:
        return enum.values
    stated = blueprint.attributes[column.name].enum_values
    return tuple(value for value in stated.value if value) if stated else ()


def _enum_default(written: str, values: tuple[str, ...]) -> str | None:
    bare = unquoted(written)
    near = [value for value in values if value.lower() == bare.lower()]
    value = bare if bare in values else near[0] if len(near) == 1 else None
    return None if value is None else sql.literal(value).strip()


def _typed_default(written: str, column: Column) -> str | None:
    taken = types.take_apart(column.type)
    if taken.row is None:
        return None
    if taken.dimensions:
        return _array(written, taken.row.family)
    spell = SPELLINGS.get(taken.row.family)
    return spell(written) if spell else None


def unquoted(written: str) -> str:
    """`written` without the quotes around it; two quotes inside mean one."""
    for quote in ("'", '"', "`"):
        if len(written) > 1 and written[0] == written[-1] == quote:
            return written[1:-1].replace(quote * 2, quote)
    return written


def _text(written: str) -> str | None:
    if "(" in written and written[:1] not in "'\"`":
        call = safe(written, columns=False)
        if call is not None:
            return call
    return None if "\x00" in written else sql.literal(unquoted(written)).strip()


def _boolean(written: str) -> str | None:
    word = unquoted(written).lower()
    return "true" if word in habits.TRUE_WORDS else "false" if word in habits.FALSE_WORDS else None


def _integer(written: str) -> str | None:
    bare = unquoted(written).replace("_", "")
    return bare.removeprefix("+") if _INTEGER.fullmatch(bare) else None


def _number(written: str) -> str | None:
    bare = unquoted(written).lstrip("$€£")
    return bare.removeprefix("+") if _NUMBER.fullmatch(bare) else None


def _moment(now: str, read: Callable[[str], object]) -> Callable[[str], str | None]:
    def spell(written: str) -> str | None:
        bare = unquoted(written)
        if bare.lower() in habits.NOW_WORDS:
            return now
        if _FROM_NOW.match(written):
            return safe(written, columns=False)
        return sql.literal(bare) if _reads(read, bare) else None

    return spell


def _reads(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


def _interval(written: str) -> str | None:
    bare = re.sub(r"^interval\s+", "", written, flags=re.IGNORECASE)
    return sql.literal(unquoted(bare)) if _INTERVAL.fullmatch(unquoted(bare)) else None


def _network(written: str) -> str | None:
    return sql.literal(unquoted(written)) if _reads(ipaddress.ip_interface, unquoted(written)) else None


def _uuid(written: str) -> str | None:
    bare = unquoted(written)
    if bare.lower() in habits.GENERATED_WORDS:
        return "gen_random_uuid()"
    return sql.literal(bare.lower()) if _UUID.fullmatch(bare) else None


def _json(written: str) -> str | None:
    bare = {"{}": "{}", "[]": "[]", "dict": "{}", "list": "[]", "object": "{}"}.get(
        unquoted(written).split("::")[0].strip("'")
    )
    text = bare or unquoted(written)
    try:
        json.loads(text)
    except ValueError:
        return None
    return sql.literal(text).strip()


def _array(written: str, family: Family) -> str | None:
    """An empty list, or a JSON list of texts for a list of texts, as an array literal."""
    bare = unquoted(written.split("::")[0])
    if bare.lower() in ("{}", "[]", "array[]", "list", "empty", "empty array"):
        return "'{}'"
    items = json.loads(bare) if _reads(json.loads, bare) else None
    if not isinstance(items, list) or family not in _TEXTS:
        return None
    texts = [one for one in items if isinstance(one, str) and "\x00" not in one]
    return sql.literal("{" + ",".join(map(_array_item, texts)) + "}").strip() if texts == items else None


def _array_item(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


SPELLINGS: dict[Family, Callable[[str], str | None]] = {
    Family.STRING: _text,
    Family.TEXT: _text,
    Family.CITEXT: _text,
    Family.BOOLEAN: _boolean,
    Family.SMALLINT: _integer,
    Family.INTEGER: _integer,
    Family.BIGINT: _integer,
    Family.DECIMAL: _number,
    Family.FLOAT: _number,
    Family.UUID: _uuid,
    Family.JSON: _json,
    Family.TIMESTAMP: _moment("CURRENT_TIMESTAMP", datetime.fromisoformat),
    Family.DATE: _moment("CURRENT_DATE", date.fromisoformat),
    Family.TIME: _moment("CURRENT_TIME", time.fromisoformat),
    Family.INTERVAL: _interval,
    Family.NETWORK: _network,
}

"""How SQLAlchemy spells a PostgreSQL type, and what Python value stands in it: one row a family, overrides by name."""

from __future__ import annotations

from dataclasses import dataclass

from colonnade.design.schema import Schema
from colonnade.types import Family, TypeName, take_apart
from colonnade.writers.naming import Names
from colonnade.writers.python import constant, distinct


@dataclass(frozen=True, slots=True)
class Spelling:
    """`annotation` is the Python type of a value, `expression` the SQLAlchemy type, both as source.

    In a row of the tables below the expression may hold `{arguments}` (those of the bracket), `{precision}` or
    `{length}` (the first of them behind a comma, as a keyword) and `{whole}` (the type as PostgreSQL writes it).
    """

    annotation: str
    expression: str


SERVER_TYPE = Spelling("str", "ServerType({whole})")

FAMILIES: dict[Family, Spelling] = {
    Family.UUID: Spelling("UUID", "sa.Uuid()"),
    Family.STRING: Spelling("str", "sa.String({arguments})"),
    Family.TEXT: Spelling("str", "sa.Text()"),
    Family.CITEXT: Spelling("str", "postgresql.CITEXT()"),
    Family.SMALLINT: Spelling("int", "sa.SmallInteger()"),
    Family.INTEGER: Spelling("int", "sa.Integer()"),
    Family.BIGINT: Spelling("int", "sa.BigInteger()"),
    Family.DECIMAL: Spelling("Decimal", "sa.Numeric({arguments})"),
    Family.FLOAT: Spelling("float", "sa.Double()"),
    Family.BOOLEAN: Spelling("bool", "sa.Boolean()"),
    Family.DATE: Spelling("dt.date", "sa.Date()"),
    Family.TIME: Spelling("dt.time", "postgresql.TIME(timezone=False{precision})"),
    Family.TIMESTAMP: Spelling("dt.datetime", "postgresql.TIMESTAMP(timezone=False{precision})"),
    Family.INTERVAL: Spelling("dt.timedelta", "postgresql.INTERVAL({arguments})"),
    # A None is NULL, not the JSON value null: otherwise NOT NULL would never refuse it.
    Family.JSON: Spelling("dict[str, Any]", "postgresql.JSONB(none_as_null=True)"),
    Family.BINARY: Spelling("bytes", "sa.LargeBinary()"),
    Family.BITS: Spelling("str", "postgresql.BIT({arguments})"),
    Family.NETWORK: Spelling("str", "postgresql.MACADDR()"),
    Family.RANGE: Spelling("postgresql.Range[Any]", "postgresql.TSTZRANGE()"),
    Family.GEOMETRIC: SERVER_TYPE,
    Family.SEARCH: Spelling("str", "postgresql.TSVECTOR()"),
    Family.VECTOR: SERVER_TYPE,
    Family.HSTORE: Spelling("dict[str, str | None]", "postgresql.HSTORE()"),
    Family.LTREE: SERVER_TYPE,
    Family.XML: SERVER_TYPE,
    Family.SYSTEM: SERVER_TYPE,
    Family.ENUM: Spelling("{enum}", "sa.Enum({enum}, name={whole}, values_callable=stored_values)"),
    Family.DOMAIN: Spelling("{inner}", "{constant}"),
}

NAMED: dict[str, Spelling] = {
    "character": Spelling("str", "sa.CHAR({arguments})"),
    "real": Spelling("float", "sa.REAL()"),
    "time with time zone": Spelling("dt.time", "postgresql.TIME(timezone=True{precision})"),
    "timestamp with time zone": Spelling("dt.datetime", "postgresql.TIMESTAMP(timezone=True{precision})"),
    "json": Spelling("dict[str, Any]", "postgresql.JSON(none_as_null=True)"),
    "bit varying": Spelling("str", "postgresql.BIT(varying=True{length})"),
    "inet": Spelling("IPv4Address | IPv6Address | IPv4Interface | IPv6Interface", "postgresql.INET()"),
    "cidr": Spelling("IPv4Network | IPv6Network", "postgresql.CIDR()"),
    "macaddr8": Spelling("str", "postgresql.MACADDR8()"),
    "int4range": Spelling("postgresql.Range[int]", "postgresql.INT4RANGE()"),
    "int8range": Spelling("postgresql.Range[int]", "postgresql.INT8RANGE()"),
    "numrange": Spelling("postgresql.Range[Decimal]", "postgresql.NUMRANGE()"),
    "daterange": Spelling("postgresql.Range[dt.date]", "postgresql.DATERANGE()"),
    "tsrange": Spelling("postgresql.Range[dt.datetime]", "postgresql.TSRANGE()"),
    "tstzrange": Spelling("postgresql.Range[dt.datetime]", "postgresql.TSTZRANGE()"),
    "int4multirange": Spelling("list[postgresql.Range[int]]", "postgresql.INT4MULTIRANGE()"),
    "int8multirange": Spelling("list[postgresql.Range[int]]", "postgresql.INT8MULTIRANGE()"),
    "nummultirange": Spelling("list[postgresql.Range[Decimal]]", "postgresql.NUMMULTIRANGE()"),
    "datemultirange": Spelling("list[postgresql.Range[dt.date]]", "postgresql.DATEMULTIRANGE()"),
    "tsmultirange": Spelling("list[postgresql.Range[dt.datetime]]", "postgresql.TSMULTIRANGE()"),
    "tstzmultirange": Spelling("list[postgresql.Range[dt.datetime]]", "postgresql.TSTZMULTIRANGE()"),
    "tsquery": Spelling("str", "postgresql.TSQUERY()"),
    "oid": Spelling("int", "postgresql.OID()"),
}

# The driver knows the array types of these; it gives any other array as one text, which ServerArray takes apart.
_LISTED = frozenset(Family) - {
    Family.GEOMETRIC,
    Family.VECTOR,
    Family.LTREE,
    Family.XML,
    Family.SYSTEM,
    Family.CITEXT,
    Family.HSTORE,
    Family.SEARCH,
    Family.BITS,
    Family.NETWORK,
    Family.DOMAIN,
}


@dataclass(frozen=True, slots=True)
class Speller:
    """What a spelling depends on besides the type: classes of enums, constants and base types of domains."""

    enums: dict[str, str]
    domains: dict[str, tuple[str, str]]


def speller(schema: Schema, names: Names) -> Speller:
    constants = domain_constants(schema)
    return Speller(names.enums, {one.name: (constants[one.name], one.type) for one in schema.database.domains})


def domain_constants(schema: Schema) -> dict[str, str]:
    """The constant in `base.py` that stands for each domain."""
    return distinct((one.name, constant(one.name) + "_DOMAIN") for one in schema.database.domains)


def spell(type_: str, known: Speller, collation: str | None = None) -> Spelling:
    """The spelling of `type_`, a type as format_type() prints it, with the column's own collation where it has one."""
    name = take_apart(type_)
    one = _scalar(name, known)
    if collation is not None:
        one = Spelling(
            one.annotation,
            one.expression.replace("()", f"(collation={collation!r})", 1)
            if one.expression.endswith("()")
            else f"{one.expression[:-1]}, collation={collation!r})",
        )
    if not name.dimensions:
        return one
    if family(name, known) in _LISTED and not name.base.endswith("multirange"):
        return Spelling(f"list[{one.annotation}]", f"postgresql.ARRAY({one.expression})")
    return Spelling("list[str]", f"ServerArray({type_!r})")


def family(name: TypeName, known: Speller) -> Family | None:
    """What family a type's elements are of, or None for a type that neither the type table nor the schema knows."""
    if name.base in known.enums:
        return Family.ENUM
    if name.base in known.domains:
        return Family.DOMAIN
    return name.row.family if name.row else None


def _scalar(name: TypeName, known: Speller) -> Spelling:
    kind = family(name, known)
    row = NAMED.get(name.base) or (FAMILIES[kind] if kind else SERVER_TYPE)
    if kind is Family.ENUM:
        return _fill(row, name, enum=known.enums[name.base])
    if kind is Family.DOMAIN:
        constant, inner = known.domains[name.base]
        return _fill(row, name, constant=constant, inner=spell(inner, known).annotation)
    return _fill(row, name)


def _fill(row: Spelling, name: TypeName, **more: str) -> Spelling:
    scalar = TypeName(name.base, name.arguments)
    keyword = "precision=" if name.base == "interval" else ""
    values = {
        "arguments": keyword + ", ".join(name.arguments) if name.arguments else "",
        "precision": f", precision={name.arguments[0]}" if name.arguments else "",
        "length": f", length={name.arguments[0]}" if name.arguments else "",
        "whole": repr(str(scalar)),
        **more,
    }
    return Spelling(row.annotation.format(**values), row.expression.format(**values))

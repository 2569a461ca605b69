"""The type table: one row a PostgreSQL type, with what people call it and what a writer needs to know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal


class Family(StrEnum):
    """What a value is; a writer spells each family once and may override by name."""

    UUID = "uuid"
    STRING = "string"
    TEXT = "text"
    CITEXT = "citext"
    SMALLINT = "smallint"
    INTEGER = "integer"
    BIGINT = "bigint"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    JSON = "json"
    BINARY = "binary"
    BITS = "bits"
    NETWORK = "network"
    RANGE = "range"
    GEOMETRIC = "geometric"
    SEARCH = "search"
    VECTOR = "vector"
    HSTORE = "hstore"
    LTREE = "ltree"
    XML = "xml"
    SYSTEM = "system"
    ENUM = "enum"
    DOMAIN = "domain"


@dataclass(frozen=True, slots=True)
class TypeRow:
    """One PostgreSQL type.

    `name` is what format_type() prints. `aliases` are what people and other systems write, in lower case.
    `modifier` says what the bracket after it means. `sample` is a literal's text that the type takes.
    `size` is bytes on disk, or None where it varies. `read_as` is the word of the reader's JSON form.
    """

    name: str
    family: Family
    aliases: tuple[str, ...] = ()
    modifier: Literal["", "length", "precision, scale", "precision", "dimensions"] = ""
    sample: str = ""
    size: int | None = None
    read_as: str = "other"
    extension: str | None = None


_F = Family

TYPES: tuple[TypeRow, ...] = (
    TypeRow(
        "uuid",
        _F.UUID,
        ("guid", "uniqueidentifier", "uuidv4", "uuid4", "uuidv7", "uuid v4", "uuid v7", "ulid"),
        sample="00000000-0000-4000-8000-000000000001",
        size=16,
        read_as="uuid",
    ),
    TypeRow(
        "character varying",
        _F.STRING,
        (
            "varchar",
            "string",
            "str",
            "char varying",
            "nvarchar",
            "varchar2",
            "character varying",
            "short text",
            "short string",
            "string literal",
            "autostring",
        ),
        modifier="length",
        sample="sample",
        read_as="string",
    ),
    TypeRow("character", _F.STRING, ("char", "bpchar", "nchar"), modifier="length", sample="a", read_as="string"),
    TypeRow(
        "text",
        _F.TEXT,
        (
            "longtext",
            "mediumtext",
            "tinytext",
            "clob",
            "long text",
            "rich text",
            "markdown",
            "ntext",
            "multiline text",
            "textarea",
            "long string",
        ),
        sample="sample",
        read_as="text",
    ),
    TypeRow("citext", _F.CITEXT, ("case-insensitive text",), sample="sample", read_as="text", extension="citext"),
    TypeRow(
        "smallint",
        _F.SMALLINT,
        ("int2", "smallserial", "tinyint", "short", "int16", "byte", "uint8"),
        sample="1",
        size=2,
        read_as="integer",
    ),
    TypeRow(
        "integer",
        _F.INTEGER,
        (
            "int",
            "int4",
            "serial",
            "int32",
            "mediumint",
            "number integer",
            "whole number",
            "integer number",
            "autoincrement",
            "auto increment",
            "uint",
            "uint32",
            "uint16",
            "positive integer",
            "counter",
        ),
        sample="1",
        size=4,
        read_as="integer",
    ),
    TypeRow(
        "bigint",
        _F.BIGINT,
        ("int8", "bigserial", "int64", "long", "biginteger", "big integer", "uint64", "bigint unsigned"),
        sample="1",
        size=8,
        read_as="bigint",
    ),
    TypeRow(
        "numeric",
        _F.DECIMAL,
        (
            "decimal",
            "number",
            "dec",
            "bigdecimal",
            "money",
            "currency",
            "decimal128",
            "smallmoney",
            "monetary",
            "amount",
        ),
        modifier="precision, scale",
        sample="1",
        read_as="decimal",
    ),
    TypeRow("real", _F.FLOAT, ("float4", "float32"), sample="1", size=4, read_as="float"),
    TypeRow(
        "double precision",
        _F.FLOAT,
        ("float", "double", "float8", "float64", "floating point"),
        sample="1",
        size=8,
        read_as="float",
    ),
    TypeRow(
        "boolean",
        _F.BOOLEAN,
        ("bool", "bit flag", "flag", "true/false", "yes/no"),
        sample="true",
        size=1,
        read_as="boolean",
    ),
    TypeRow(
        "date",
        _F.DATE,
        ("localdate", "date only", "calendar date", "dateonly", "date_immutable"),
        sample="2024-01-15",
        size=4,
        read_as="date",
    ),
    TypeRow(
        "time without time zone",
        _F.TIME,
        ("time", "localtime", "time of day", "timeonly"),
        modifier="precision",
        sample="09:30",
        size=8,
    ),
    TypeRow("time with time zone", _F.TIME, ("timetz",), modifier="precision", sample="09:30+00", size=12),
    TypeRow(
        "timestamp without time zone",
        _F.TIMESTAMP,
        (
            "timestamp",
            "datetime",
            "localdatetime",
            "datetime2",
            "date time",
            "date-time",
            "smalldatetime",
            "date/time",
            "naive datetime",
            "datetime_immutable",
        ),
        modifier="precision",
        sample="2024-01-15 09:30:00",
        size=8,
        read_as="timestamp",
    ),
    TypeRow(
        "timestamp with time zone",
        _F.TIMESTAMP,
        (
            "timestamptz",
            "datetimeoffset",
            "instant",
            "zoneddatetime",
            "offsetdatetime",
            "datetimetz",
            "datetime with timezone",
            "datetime with time zone",
            "timestamp with timezone",
            "timestamp (utc)",
            "datetime (utc)",
            "iso 8601",
            "iso8601",
            "iso timestamp",
            "iso datetime",
            "utc timestamp",
            "utc datetime",
            "aware datetime",
        ),
        modifier="precision",
        sample="2024-01-15 09:30:00+00",
        size=8,
        read_as="timestamp",
    ),
    TypeRow("interval", _F.INTERVAL, ("duration", "timedelta", "timespan"), sample="1 hour", size=16),
    TypeRow(
        "jsonb",
        _F.JSON,
        ("json", "object", "dict", "map", "record", "struct", "json object", "dictionary", "jsonfield", "any"),
        sample="{}",
        read_as="json",
    ),
    TypeRow("json", _F.JSON, (), sample="{}", read_as="json"),
    TypeRow(
        "bytea",
        _F.BINARY,
        ("binary", "blob", "bytes", "varbinary", "longblob", "mediumblob", "image", "buffer"),
        sample="\\x00",
        read_as="binary",
    ),
    TypeRow("bit", _F.BITS, (), modifier="length", sample="1"),
    TypeRow("bit varying", _F.BITS, ("varbit",), modifier="length", sample="1"),
    TypeRow("inet", _F.NETWORK, ("ip", "ip address", "ipaddress", "ipv4", "ipv6"), sample="192.0.2.1"),
    TypeRow("cidr", _F.NETWORK, ("network",), sample="192.0.2.0/24"),
    TypeRow("macaddr", _F.NETWORK, ("mac", "mac address"), sample="08:00:2b:01:02:03", size=6),
    TypeRow("macaddr8", _F.NETWORK, (), sample="08:00:2b:01:02:03:04:05", size=8),
    TypeRow("int4range", _F.RANGE, ("integer range",), sample="[1,5)"),
    TypeRow("int8range", _F.RANGE, (), sample="[1,5)"),
    TypeRow("numrange", _F.RANGE, ("numeric range",), sample="[1,5)"),
    TypeRow("daterange", _F.RANGE, ("date range",), sample="[2024-01-01,2024-02-01)"),
    TypeRow("tsrange", _F.RANGE, (), sample="[2024-01-01,2024-02-01)"),
    TypeRow("tstzrange", _F.RANGE, ("time range", "timestamp range", "period"), sample="[2024-01-01,2024-02-01)"),
    TypeRow("int4multirange", _F.RANGE, (), sample="{[1,5)}"),
    TypeRow("int8multirange", _F.RANGE, (), sample="{[1,5)}"),
    TypeRow("nummultirange", _F.RANGE, (), sample="{[1,5)}"),
    TypeRow("datemultirange", _F.RANGE, (), sample="{[2024-01-01,2024-02-01)}"),
    TypeRow("tsmultirange", _F.RANGE, (), sample="{[2024-01-01,2024-02-01)}"),
    TypeRow("tstzmultirange", _F.RANGE, (), sample="{[2024-01-01,2024-02-01)}"),
    TypeRow("point", _F.GEOMETRIC, ("coordinates", "geopoint", "latlng"), sample="(1,2)", size=16),
    TypeRow("line", _F.GEOMETRIC, (), sample="{1,2,3}", size=24),
    TypeRow("lseg", _F.GEOMETRIC, (), sample="[(0,0),(1,1)]", size=32),
    TypeRow("box", _F.GEOMETRIC, (), sample="(1,1),(0,0)", size=32),
    TypeRow("path", _F.GEOMETRIC, (), sample="[(0,0),(1,1)]"),
    TypeRow("polygon", _F.GEOMETRIC, (), sample="((0,0),(1,1),(1,0))"),
    TypeRow("circle", _F.GEOMETRIC, (), sample="<(0,0),1>", size=24),
    TypeRow("tsvector", _F.SEARCH, ("search vector", "full-text"), sample="'sample'"),
    TypeRow("tsquery", _F.SEARCH, (), sample="'sample'"),
    TypeRow("vector", _F.VECTOR, ("embedding",), modifier="dimensions", sample="[1,2,3]", extension="vector"),
    TypeRow("hstore", _F.HSTORE, (), sample="", extension="hstore"),
    TypeRow("ltree", _F.LTREE, (), sample="a.b", extension="ltree"),
    TypeRow("xml", _F.XML, (), sample="<a/>"),
    TypeRow("oid", _F.SYSTEM, (), sample="1", size=4),
    TypeRow("name", _F.SYSTEM, (), sample="sample", size=64),
    TypeRow("pg_lsn", _F.SYSTEM, ("lsn",), sample="0/0", size=8),
)

BY_NAME: dict[str, TypeRow] = {row.name: row for row in TYPES}
# A type's own name outranks another row's alias: `json` is json when PostgreSQL wrote it.
BY_WORD: dict[str, TypeRow] = {alias: row for row in TYPES for alias in row.aliases}

_SHAPE = re.compile(
    # Read after runs of spaces are collapsed, so that no two parts compete for them.
    r"(?P<word>[^()\[\]]+)(?:\((?P<arguments>[^()]*)\)(?P<rest>[^()\[\]]*))?(?P<array>(?:\[ ?\d* ?\] ?)*)"
)


ELEMENTS = {
    "int4range": "integer", "int8range": "bigint", "numrange": "numeric", "daterange": "date",
    "tsrange": "timestamp without time zone", "tstzrange": "timestamp with time zone",
}  # fmt: skip
"""What a range is made of."""


@dataclass(frozen=True, slots=True)
class TypeName:
    """A type as format_type() prints it, taken apart: `character varying`, (200,), 0 array dimensions."""

    base: str
    arguments: tuple[str, ...] = ()
    dimensions: int = 0

    def __str__(self) -> str:
        bracket = f"({','.join(self.arguments)})" if self.arguments else ""
        # format_type() puts the bracket of time types in the middle: timestamp(3) with time zone.
        head, space, tail = self.base.partition(" with") if self.base.startswith("time") else (self.base, "", "")
        return head + bracket + space + tail + "[]" * bool(self.dimensions)

    @property
    def row(self) -> TypeRow | None:
        """Its row, or None for an enum, a domain or a type that the table does not know."""
        return BY_NAME.get(self.base)

    @property
    def length(self) -> int | None:
        row = self.row
        return int(self.arguments[0]) if row and row.modifier == "length" and self.arguments else None


@lru_cache(maxsize=8192)
def take_apart(text: str) -> TypeName:
    """`text`, a type as format_type() prints it, as a TypeName. `"char"` and quoted names stay whole."""
    match = _SHAPE.fullmatch(" ".join(text.split()))
    if match is None or text.startswith('"'):
        bare = text.rstrip("[]")
        return TypeName(bare, (), text.count("[]"))
    words = " ".join((match["word"] + (match["rest"] or "")).split())
    arguments = tuple(part.strip() for part in match["arguments"].split(",")) if match["arguments"] else ()
    return TypeName(words, arguments, match["array"].count("["))


@lru_cache(maxsize=8192)
def resolve(written: str, timestamps: str = "timestamptz") -> TypeName | None:
    """What a person wrote (`string(200)`, `decimal(10,2)`, `TEXT[]`) as a TypeName, or None if it is no known type.

    `timestamps` is what `timestamp` without more means. A closed list (`enum(a,b)`) is no type name: None.
    """
    match = _SHAPE.fullmatch(" ".join(written.lower().split()))
    if match is None:
        return None
    word = " ".join((match["word"] + " " + (match["rest"] or "")).split())
    dimensions = match["array"].count("[")
    if word.endswith(" array"):
        word, dimensions = word.removesuffix(" array"), dimensions + 1
    row = (BY_WORD.get(word) if word == "json" else BY_NAME.get(word)) or BY_WORD.get(word)
    if row is None:
        return None
    if row.name == "timestamp without time zone" and word in (
        "timestamp",
        "datetime",
        "date time",
        "date-time",
        "date/time",
    ):
        row = BY_NAME["timestamp with time zone"] if timestamps == "timestamptz" else row
    arguments = tuple(part.strip() for part in (match["arguments"] or "").split(",") if part.strip())
    if not row.modifier or not all(part.isdigit() for part in arguments):
        arguments = ()
    if row.modifier == "precision, scale" and len(arguments) == 1:
        arguments = (arguments[0], "0")
    return TypeName(row.name, arguments, min(dimensions, 1))


def words() -> tuple[str, ...]:
    """Every word that `resolve` knows, sorted: for suggestions on near misses."""
    return tuple(sorted({*BY_NAME, *BY_WORD}))

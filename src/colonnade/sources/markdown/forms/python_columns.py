"""SQLAlchemy's Column, mapped_column and table arguments as facts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.design.draft import DraftIndex, Fact, OnDelete
from colonnade.errors import Place
from colonnade.sources.markdown.forms.python_types import default_text, name_of
from colonnade.sources.markdown.forms.sql_checks import meaning

SQL_TYPES: Mapping[str, str] = {
    "String": "varchar",
    "VARCHAR": "varchar",
    "Unicode": "varchar",
    "AutoString": "varchar",
    "Text": "text",
    "TEXT": "text",
    "UnicodeText": "text",
    "CHAR": "char",
    "Integer": "integer",
    "INTEGER": "integer",
    "INT": "integer",
    "BigInteger": "bigint",
    "BIGINT": "bigint",
    "SmallInteger": "smallint",
    "SMALLINT": "smallint",
    "Numeric": "numeric",
    "NUMERIC": "numeric",
    "DECIMAL": "numeric",
    "Float": "float",
    "FLOAT": "float",
    "REAL": "real",
    "Double": "double precision",
    "Boolean": "boolean",
    "BOOLEAN": "boolean",
    "DateTime": "timestamp",
    "TIMESTAMP": "timestamp",
    "DATETIME": "timestamp",
    "TIMESTAMPTZ": "timestamptz",
    "Date": "date",
    "DATE": "date",
    "Time": "time",
    "Interval": "interval",
    "JSON": "json",
    "JSONB": "jsonb",
    "UUID": "uuid",
    "Uuid": "uuid",
    "GUID": "uuid",
    "PGUUID": "uuid",
    "PG_UUID": "uuid",
    "LargeBinary": "bytea",
    "BYTEA": "bytea",
    "INET": "inet",
    "CITEXT": "citext",
    "TSVECTOR": "tsvector",
    "Vector": "vector",
    "HSTORE": "hstore",
}
ACTIONS: Mapping[str, OnDelete] = {
    "CASCADE": "CASCADE",
    "RESTRICT": "RESTRICT",
    "SET NULL": "SET NULL",
    "NO ACTION": "NO ACTION",
    "SET DEFAULT": "SET DEFAULT",
}
COLUMN_CALLS = frozenset({"Column", "mapped_column", "column"})
EnumValues = Mapping[str, Mapping[str, str]]


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg}


def constant(node: ast.expr | None) -> Any:
    """The value of a literal, or None."""
    return node.value if isinstance(node, ast.Constant) else None


def flag(node: ast.expr | None) -> bool | None:
    value = constant(node)
    return value if isinstance(value, bool) else None


def text(node: ast.expr | None) -> str | None:
    value = constant(node)
    return value if isinstance(value, str) else None


def sql_type(node: ast.expr, enums: EnumValues) -> tuple[str, tuple[str, ...]] | None:
    """The type that `String(200)`, `Enum(Status)` or `ARRAY(String)` names, with its closed list; None for no type."""
    call = node if isinstance(node, ast.Call) else None
    word = name_of(call.func if call else node)
    arguments = call.args if call else []
    if word in ("Enum", "ENUM", "SAEnum", "SQLEnum", "SqlEnum", "SQLAlchemyEnum", "PgEnum", "PGEnum") and arguments:
        return _enum(arguments, enums)
    if word == "ARRAY" and arguments:
        inner = sql_type(arguments[0], enums)
        return (f"{inner[0] if inner else 'text'}[]", ())
    base = SQL_TYPES.get(word)
    if base is None:
        return None
    named = keywords(call) if call else {}
    zoned = base == "timestamp" and flag(named.get("timezone"))
    sizes = (*arguments, *(named[key] for key in ("length", "precision", "scale") if key in named))
    values = [constant(one) for one in sizes]
    numbers = [str(value) for value in values if isinstance(value, int) and not isinstance(value, bool)]
    sized = base in ("varchar", "char", "numeric", "vector") and numbers
    return ("timestamptz" if zoned else f"{base}({','.join(numbers)})" if sized else base), ()


def _enum(arguments: Sequence[ast.expr], enums: EnumValues) -> tuple[str, tuple[str, ...]]:
    listed = tuple(value for one in arguments if (value := text(one)) is not None)
    name = name_of(arguments[0]) if not isinstance(arguments[0], ast.Constant) else ""
    return (name or "enum", listed if not name else tuple(enums.get(name, {}).values()))


def _foreign_key(call: ast.Call, place: Place) -> dict[str, Fact[Any]]:
    target = text(call.args[0]) if call.args else None
    if target is None and call.args and isinstance(call.args[0], ast.Attribute):
        target = f"{name_of(call.args[0].value)}.{call.args[0].attr}"
    facts: dict[str, Fact[Any]] = {"references": Fact(target, place)} if target else {}
    action = (text(keywords(call).get("ondelete")) or "").upper()
    if action in ACTIONS:
        facts["on_delete"] = Fact(ACTIONS[action], place)
    return facts


@dataclass(frozen=True, slots=True)
class Column:
    """What one Column or mapped_column call says. `name` is empty where the attribute's own name counts."""

    facts: Mapping[str, Fact[Any]]
    name: str = ""
    indexed: bool = False
    description: str = ""
    checks: tuple[str, ...] = ()


def column(call: ast.Call, place: Place, enums: EnumValues) -> Column:
    facts: dict[str, Fact[Any]] = {}
    name, checks = "", []
    named = keywords(call)
    arguments = [*call.args, *(named[key] for key in ("type_", "type") if key in named)]
    for position, argument in enumerate(arguments):
        if position == 0 and text(argument) is not None:
            name = text(argument) or ""
            continue
        word = name_of(argument.func) if isinstance(argument, ast.Call) else ""
        if isinstance(argument, ast.Call) and word == "ForeignKey":
            facts |= _foreign_key(argument, place)
        elif isinstance(argument, ast.Call) and word == "CheckConstraint" and argument.args and text(argument.args[0]):
            checks.append(text(argument.args[0]) or "")
        elif (found := sql_type(argument, enums)) is not None:
            facts["type"] = Fact(found[0], place)
            if found[1]:
                facts["enum_values"] = Fact(found[1], place)
    facts |= _flags(named, place, enums)
    return Column(facts, name, bool(flag(named.get("index"))), text(named.get("comment")) or "", tuple(checks))


def _flags(named: Mapping[str, ast.expr], place: Place, enums: EnumValues) -> dict[str, Fact[Any]]:
    facts: dict[str, Fact[Any]] = {}
    for word in ("primary_key", "unique", "nullable"):
        stated = flag(named.get(word))
        if stated is not None and (stated or word == "nullable"):
            facts[word] = Fact(stated, place)
    if "primary_key" in facts:
        facts["nullable"] = Fact(False, place)
    for word in ("server_default", "default", "default_factory", "insert_default"):
        server = text(named.get(word)) if word == "server_default" else None
        value = f"'{server}'" if server is not None and not server.startswith("'") and server.isidentifier() else server
        value = value or default_text(named.get(word), enums)
        if value:
            facts["default"] = Fact(value, place)
            break
    return facts


@dataclass(frozen=True, slots=True)
class TableArguments:
    """What __table_args__ or a Django Meta says beside the columns."""

    indexes: tuple[DraftIndex, ...] = ()
    uniques: tuple[DraftIndex, ...] = ()
    constraints: tuple[Fact[str], ...] = ()
    told: tuple[tuple[str, Mapping[str, Fact[Any]]], ...] = ()


def _names(nodes: Sequence[ast.expr]) -> tuple[str, ...]:
    found = []
    for node in nodes:
        descending = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "desc"
        inner = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else node
        word = (
            text(inner)
            or (text(inner.args[0]) if isinstance(inner, ast.Call) and inner.args else None)
            or name_of(inner)
        )
        if word:
            found.append(word + (" DESC" if descending else ""))
    return tuple(found)


def _unique(call: ast.Call, place: Place) -> TableArguments:
    columns = _names(call.args)
    if len(columns) == 1:
        return TableArguments(told=((columns[0], {"unique": Fact(True, place)}),))
    name = text(keywords(call).get("name")) or ""
    return TableArguments(uniques=(DraftIndex(Fact(columns, place), name, True),)) if columns else TableArguments()


def _index(call: ast.Call, place: Place) -> TableArguments:
    named = keywords(call)
    name, columns = text(call.args[0]) if call.args else None, _names(call.args[1:])
    unique = bool(flag(named.get("unique")))
    where = named.get("postgresql_where")
    predicate = text(where.args[0]) if isinstance(where, ast.Call) and where.args else None
    made = DraftIndex(
        Fact(columns, place), name or "", unique, text(named.get("postgresql_using")) or "", predicate or ""
    )
    if not columns:
        return TableArguments()
    return (
        TableArguments(uniques=(made,))
        if unique and not predicate and len(columns) > 1
        else TableArguments(indexes=(made,))
    )


def check_facts(expression: str, place: Place) -> TableArguments:
    """A CHECK as facts of its column where it is a list or a length, else as its text."""
    told = meaning(expression)
    if told is None:
        return TableArguments(constraints=(Fact(" ".join(expression.split()), place),))
    return TableArguments(told=((told[0], {name: Fact(value, place) for name, value in told[1].items()}),))


def _check(call: ast.Call, place: Place) -> TableArguments:
    expression = text(call.args[0]) if call.args else None
    return check_facts(expression, place) if expression else TableArguments()


def _primary(call: ast.Call, place: Place) -> TableArguments:
    facts = {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    return TableArguments(told=tuple((name, facts) for name in _names(call.args)))


def _foreign(call: ast.Call, place: Place) -> TableArguments:
    lists = [_names(one.elts) for one in call.args[:2] if isinstance(one, ast.List | ast.Tuple)]
    if len(lists) < 2 or not lists[0] or len(lists[0]) != len(lists[1]):
        return TableArguments()
    facts: dict[str, Fact[Any]] = {"references": Fact(lists[1][-1], place)}
    action = (text(keywords(call).get("ondelete")) or "").upper()
    if action in ACTIONS:
        facts["on_delete"] = Fact(ACTIONS[action], place)
    return TableArguments(told=((lists[0][-1], facts),))


_ARGUMENTS: Mapping[str, Callable[[ast.Call, Place], TableArguments]] = {
    "UniqueConstraint": _unique,
    "Index": _index,
    "CheckConstraint": _check,
    "PrimaryKeyConstraint": _primary,
    "ForeignKeyConstraint": _foreign,
}


def table_arguments(node: ast.expr, at: Callable[[ast.AST], Place]) -> TableArguments:
    """`__table_args__`: a tuple of constraints and indexes, the options at its end ignored."""
    calls = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    parts = [
        _ARGUMENTS[name_of(one.func)](one, at(one))
        for one in calls
        if isinstance(one, ast.Call) and name_of(one.func) in _ARGUMENTS
    ]
    return together(parts)


def together(parts: Sequence[TableArguments]) -> TableArguments:
    return TableArguments(
        tuple(one for part in parts for one in part.indexes),
        tuple(one for part in parts for one in part.uniques),
        tuple(one for part in parts for one in part.constraints),
        tuple(one for part in parts for one in part.told),
    )

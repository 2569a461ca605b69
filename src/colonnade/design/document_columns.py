"""Columns of design.yaml, with what a column says of itself: keys, uniqueness, checks, defaults."""

from __future__ import annotations

from collections.abc import Mapping

from colonnade import sql, types
from colonnade.config import suggestion
from colonnade.design.codec import Mistakes, decode, items, mapping, wrong
from colonnade.design.document_form import COLUMN_KEYS, COLUMN_WORDS
from colonnade.design.schema import Check, Column, Constraint, Generated, PrimaryKey, Unique
from colonnade.design.yaml import Node
from colonnade.types import Family
from colonnade.values import replace

ARRAY = types.TypeName("text", (), 1)
_TEXTS = {Family.STRING, Family.TEXT, Family.CITEXT}
Columns = tuple[tuple[Column, ...], list[Constraint], tuple[str, ...]]


def columns_of(
    mistakes: Mistakes, table: str, keys: Mapping[str, Node], named: set[str], extended: bool, reasons: dict[str, str]
) -> Columns:
    """The columns, the constraints that they state of themselves, and the names of those that say they are indexed."""
    columns: list[Column] = []
    constraints: list[Constraint] = []
    indexed: list[str] = []
    for node in items(mistakes, keys.get("columns"), "columns"):
        column = _column(mistakes, node, named, extended)
        if column is None:
            continue
        columns.append(column)
        constraints += _own(mistakes, table, column, node)
        flag = node.value.get("indexed")
        indexed += [column.name] if flag is not None and flag.value is True else []
        for key, subject in _SUBJECTS.items():
            because = node.value.get(key)
            if because is not None and isinstance(because.value, str):
                reasons[f"{table}.{column.name}{subject}"] = because.value
    columns += _computed(mistakes, keys.get("computed_fields"), {one.name for one in columns}, named, extended)
    keyed = {name for one in constraints if isinstance(one, PrimaryKey) for name in one.columns}
    return (
        tuple(replace(one, nullable=False) if one.name in keyed else one for one in columns),
        constraints,
        tuple(indexed),
    )


_SUBJECTS = {"because": "", "default_because": "/default", "owner_because": "/owner"}


def _column(mistakes: Mistakes, node: Node, named: set[str], extended: bool) -> Column | None:
    keys = mapping(mistakes, node, "a column")
    default = keys.get("default")
    rest = {name: one for name, one in keys.items() if name != "default"}
    column: Column | None = decode(
        mistakes, Column, Node(rest, node.place, keys=node.keys), also=COLUMN_KEYS | {"default"}
    )
    if column is None:
        return None
    type_ = read_type(mistakes, keys["database_type"], column.type, named, extended)
    words = [one.value for one in items(mistakes, keys.get("constraints"), "constraints")]
    nullable = column.nullable and not {"not_null", "primary_key"} & {one for one in words if isinstance(one, str)}
    return replace(column, type=type_, nullable=nullable, default=_default(mistakes, default, type_))


def read_type(mistakes: Mistakes, node: Node, written: str, named: set[str], extended: bool) -> str:
    """`written` as format_type() prints it; a mistake where neither the type table nor the document knows it."""
    taken = types.take_apart(written)
    if taken.row is not None:
        return str(taken)
    if taken.base in named or written.startswith('"') or "." in taken.base:
        return written
    resolved = ARRAY if written.strip().lower() == "array" else types.resolve(written)
    if resolved is not None:
        return str(resolved)
    if not extended:
        fix = (
            suggestion(written.lower(), [*types.words(), *sorted(named)]) or "write a PostgreSQL type, or add the enum"
        )
        wrong(mistakes, node.place, f"no type is called '{written}'", fix)
    return written


def _default(mistakes: Mistakes, node: Node | None, type_: str) -> str | None:
    """A default as SQL: an expression as it is, a bare word as a literal where the type takes one."""
    if node is None or node.value is None:
        return None
    if isinstance(node.value, dict | list):
        wrong(mistakes, node.place, "a default is one value", "write SQL, such as now() or 'draft'")
        return None
    text = str(node.value).lower() if isinstance(node.value, bool) else node.text
    tree = sql.expression(text)
    taken = types.take_apart(type_)
    textual = taken.row is None or taken.row.family in _TEXTS
    if tree is not None and type(tree).__name__ != "ColumnRef":
        return sql.literal(text) if textual and not isinstance(node.value, str) else text
    if textual and "\x00" not in text and not text.startswith("'"):
        return sql.literal(text).strip()
    wrong(
        mistakes, node.place, f"the default {text!r} is not one SQL expression", "write SQL, such as now() or 'draft'"
    )
    return None


def _own(mistakes: Mistakes, table: str, column: Column, node: Node) -> list[Constraint]:
    """The constraints that the column states of itself."""
    made: list[Constraint] = []
    name = column.name
    for word in items(mistakes, node.value.get("constraints"), "constraints"):
        if word.value == "primary_key":
            made.append(PrimaryKey(sql.shorten(f"{table}_pkey"), (name,)))
        elif word.value == "unique":
            made.append(Unique(sql.shorten(f"{table}_{name}_key"), (name,)))
        elif word.value not in COLUMN_WORDS:
            fix = suggestion(word.text, COLUMN_WORDS) or f"write one of {', '.join(COLUMN_WORDS)}"
            wrong(mistakes, word.place, f"a column has the constraint '{word.text}'", fix)
    expression = node.value.get("check_expression")
    if expression is not None and isinstance(expression.value, str):
        made.append(Check(sql.shorten(f"{table}_{name}_check"), expression.value))
    return made


def _computed(mistakes: Mistakes, node: Node | None, there: set[str], named: set[str], extended: bool) -> list[Column]:
    """Computed fields that are no columns yet, as generated columns."""
    made: list[Column] = []
    for one in items(mistakes, node, "computed_fields"):
        keys = mapping(mistakes, one, "a computed field")
        name, type_, expression = (keys.get(key) for key in ("name", "type", "expression"))
        if name is None or type_ is None or expression is None:
            wrong(mistakes, one.place, "a computed field lacks its name, type or expression", "add it")
        elif str(name.value) not in there:
            read = read_type(mistakes, type_, str(type_.value), named, extended)
            made.append(Column(str(name.value), read, generated=Generated(str(expression.value))))
    return made

"""The entity relationship diagram in Mermaid: every table, every column, every foreign key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from colonnade.design.schema import Column, ForeignKey, PrimaryKey, Schema, Table, Unique
from colonnade.types import take_apart
from colonnade.writers.markdown import is_bare, mermaid_entities, mermaid_text, mermaid_word

# What people call the types whose names are long.
_SHORT = {
    "character varying": "varchar",
    "character": "char",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
    "time with time zone": "timetz",
    "time without time zone": "time",
    "double precision": "double",
    "bit varying": "varbit",
}


def diagram(schema: Schema) -> str:
    """An erDiagram of the own and the external tables; names that Mermaid does not take stand in quotes."""
    tables = sorted((*schema.database.whole_tables, *schema.external), key=lambda one: (one.schema, one.name))
    names = mermaid_entities([one.name for one in tables])
    lines = ["erDiagram"]
    for one in tables:
        lines += [f"    {line}" for key in one.foreign_keys for line in _relation(one, key, names)]
    for one in tables:
        lines += [f"    {line}" for line in _entity(one, names)]
    return "\n".join(lines)


def _relation(child: Table, key: ForeignKey, names: Mapping[str, str]) -> Iterator[str]:
    if key.target[1] in names:
        parent_side = "|o" if any(child.column(name).nullable for name in key.columns) else "||"
        child_side = "o|" if _one_each(child, key) else "o{"
        label = mermaid_text(", ".join(key.columns))
        yield f"{names[key.target[1]]} {parent_side}--{child_side} {names[child.name]} : {label}"


def _one_each(child: Table, key: ForeignKey) -> bool:
    """True where a parent has at most one such child."""
    uniques = [one.columns for one in child.constraints if isinstance(one, PrimaryKey | Unique)]
    uniques += [
        one.columns for one in child.indexes if one.unique and len(one.columns) == len(one.keys) and not one.predicate
    ]
    return any(set(columns) <= set(key.columns) for columns in uniques)


def _entity(one: Table, names: Mapping[str, str]) -> Iterator[str]:
    name = names[one.name]
    yield f"{name} {{" if is_bare(one.name) else f"{name}[{mermaid_text(one.name)}] {{"
    for column in one.columns:
        yield f"    {_attribute(column, one)}"
    yield "}"


def _attribute(column: Column, one: Table) -> str:
    name = take_apart(column.type)
    bracket = f"({'-'.join(name.arguments)})" if name.arguments else ""
    type_ = mermaid_word(_SHORT.get(name.base, name.base) + bracket + "[]" * bool(name.dimensions))
    word = mermaid_word(column.name)
    parts = [type_, word, ", ".join(_marks(column, one))]
    # A name that had to be changed is shown as it is beside the attribute.
    parts.append(mermaid_text(column.name) if word != column.name else "")
    return " ".join(part for part in parts if part)


def _marks(column: Column, one: Table) -> Iterator[str]:
    key = one.primary_key
    if key is not None and column.name in key.columns:
        yield "PK"
    if any(column.name in each.columns for each in one.foreign_keys):
        yield "FK"
    if any(isinstance(each, Unique) and each.columns == (column.name,) for each in one.constraints):
        yield "UK"

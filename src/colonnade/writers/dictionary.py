"""Writer `dictionary`: data-dictionary.md, what data-model.md shows in diagrams and SQL, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from colonnade.design.document_value import python_type
from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Exclusion,
    ForeignKey,
    PrimaryKey,
    QueryPattern,
    Schema,
    Table,
    Unique,
)
from colonnade.writers.file import File, Request, writer
from colonnade.writers.markdown import bullets, cell_code, code, prose, table

_ON_DELETE = {
    "CASCADE": "deleting {parent} deletes it",
    "RESTRICT": "{parent} cannot be deleted while it is there",
    "NO ACTION": "{parent} cannot be deleted while it is there",
    "SET NULL": "deleting {parent} leaves it without one",
    "SET DEFAULT": "deleting {parent} sets the default",
}


@writer("dictionary")
def dictionary(request: Request) -> Iterator[File]:
    """data-dictionary.md: relations in words, every field, what is refused, and how each query is served."""
    yield File(request.feature_folder / "data-dictionary.md", _text(request.schema))


def _text(schema: Schema) -> str:
    models = {one.table: one.name for one in schema.intent.entities}
    reasons = {one.subject: one.because for one in schema.intent.reasons}
    parts = [
        f"# Data Dictionary: {prose(schema.intent.title)}",
        "## Relations in Words",
        bullets(_relations(schema, models)) or "No table refers to another.",
        "## Fields",
        *(part for one in schema.database.tables for part in _fields(one, models, reasons)),
        "## Constraint Violations",
        "What is refused, and the SQLSTATE that the application sees; `colonnade prove` tries a row against each.",
        table(("Table", "Constraint", "Refused", "SQLSTATE"), _violations(schema)),
        "## Query Pattern Analysis",
        table(("Query", "Strategy"), _queries(schema)),
    ]
    return "\n\n".join(parts) + "\n"


def _relations(schema: Schema, models: Mapping[str, str]) -> list[str]:
    return [
        _relation(child, key, models) for child in schema.database.tables for key in child.foreign_keys
    ]  # fmt: skip


def _relation(child: Table, key: ForeignKey, models: Mapping[str, str]) -> str:
    optional = any(child.column(name).nullable for name in key.columns)
    parent = models.get(key.target[1], key.target[1])
    single = any(isinstance(one, PrimaryKey | Unique) and set(one.columns) <= set(key.columns)
                 for one in child.constraints)  # fmt: skip
    number = "at most one" if optional else "exactly one"
    back = "at most one" if single else "any number of them"
    after = _ON_DELETE[key.on_delete].format(parent=f"the {parent}")
    columns = ", ".join(map(code, key.columns))
    mine = prose(models.get(child.name, child.name))
    return f"{mine} ({columns}): belongs to {number} {prose(parent)}, which has {back}; {prose(after)}."


def _fields(one: Table, models: Mapping[str, str], reasons: Mapping[str, str]) -> Iterator[str]:
    yield f"### {prose(models.get(one.name, one.name))} ({code(one.name)})"
    rows = [_field(one, column, reasons) for column in one.columns]
    yield table(("Field", "Type", "Python", "Required", "Default", "Meaning", "Because"), rows)


def _field(one: Table, column: Column, reasons: Mapping[str, str]) -> tuple[str, ...]:
    return (
        cell_code(column.name),
        cell_code(column.type),
        cell_code(python_type(column.type)),
        "no" if column.nullable else "yes",
        cell_code(column.default) if column.default else "",
        prose(column.comment or ""),
        prose(reasons.get(f"{one.name}.{column.name}", "")),
    )


def _violations(schema: Schema) -> Iterator[tuple[str, str, str, str]]:
    for one in schema.database.tables:
        name = cell_code(one.name)
        required = [column.name for column in one.columns if not column.nullable]
        if required:
            yield name, "NOT NULL", f"no value in any of {', '.join(map(cell_code, required))}", "23502"
        for constraint in one.constraints:
            refused, state = _refused(constraint)
            yield name, cell_code(constraint.name), refused, state


def _refused(one: Constraint) -> tuple[str, str]:
    if isinstance(one, PrimaryKey | Unique):
        return f"a second row with the same {', '.join(map(cell_code, one.columns))}", "23505"
    if isinstance(one, ForeignKey):
        columns = ", ".join(map(cell_code, one.columns))
        return f"{columns} of no row of {cell_code(one.target[1])}", "23503"
    if isinstance(one, Exclusion):
        keys = ", ".join(cell_code(f"{key} {operator}") for key, operator in one.elements)
        return f"two rows that meet in all of {keys}", "23P01"
    assert isinstance(one, Check)
    return f"a row for which {cell_code(one.expression)} is false", "23514"


def _queries(schema: Schema) -> Iterator[tuple[str, str]]:
    for one in schema.intent.patterns:
        yield prose(one.title), _strategy(one)


def _strategy(one: QueryPattern) -> str:
    text = one.sql.upper()
    served = f"served by {cell_code(one.index)}" if one.index else "no index serves it: it reads the whole table"
    pages = (
        "; for later pages compare with the last row seen (keyset), since OFFSET reads what it skips"
        if " LIMIT " in text and " ORDER BY " in text
        else ""
    )
    counts = "; it reads every row that it counts" if "COUNT(" in text else ""
    return served + pages + counts

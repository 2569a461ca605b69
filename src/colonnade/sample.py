"""Suspected dependencies, asked of real rows: a live database, which is only read, or CSV files."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from colonnade.design.passes.normal_forms import SAMPLED
from colonnade.design.schema import Dependency, Schema
from colonnade.errors import Place, wrong
from colonnade.findings import Finding
from colonnade.server import failure, looking
from colonnade.sources.text import read_text
from colonnade.sql import fully_qualified, ident

if TYPE_CHECKING:
    import psycopg

STATEMENT_TIMEOUT = "60s"
NOTHING = "nothing"  # what a missing value is called; a text that reads so stands in quotes


@dataclass(frozen=True, slots=True)
class Count:
    """Rows with a determinant, groups of two rows or more that share it, and how many of these differ; one of them."""

    rows: int
    shared: int
    differing: int
    example: str = ""


def check(source: str, schema: Schema) -> tuple[Finding, ...]:
    """What the rows of `source` say of each dependency of the design, column by column.

    `source` is a database's URL, a CSV file named after its table, or a folder of these. Raises InputError where it
    cannot be read and ServerError where there is no connection.
    """
    if source.startswith(("postgresql://", "postgres://")):
        return tuple(_of_database(source, schema))
    return tuple(_of_files(source, schema))


def _asked(schema: Schema) -> Iterator[tuple[Dependency, str]]:
    for one in schema.intent.dependencies:
        for dependent in one.dependents:
            yield one, dependent


def _said(one: Dependency, dependent: str, count: Count, place: Place) -> Finding:
    """A finding in words: the rows agree, disagree, or say nothing."""
    left = ", ".join(one.determinant)
    name = f"{one.table}: {left} → {dependent}"
    if count.differing:
        message = (
            f"{name} is refuted: {count.differing:,} of {count.shared:,} shared values differ, such as {count.example}"
        )
        return Finding(SAMPLED, message, place, "keep the column, or mend the rows", "note")
    if not count.shared:
        message = f"{name} is undecided: no two of {count.rows:,} rows share {left}"
        return Finding(SAMPLED, message, place, "ask a larger sample", "note")
    message = f"{name} holds in all {count.shared:,} shared values of {count.rows:,} rows"
    return Finding(SAMPLED, message, place, f"move {dependent} to where {left} is the key", "warning")


def _absent(table: str, place: Place, what: str) -> Finding:
    return Finding(SAMPLED, f"{table}: the sample has no {what}", place, "give rows of that table", "note")


# --- a database -----------------------------------------------------------------------------------------------------


def _of_database(dsn: str, schema: Schema) -> Iterator[Finding]:
    import psycopg

    place = Place("sample")
    with looking(dsn) as connection:
        connection.execute("SET default_transaction_read_only = on")
        connection.execute(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'".encode())
        for one, dependent in _asked(schema):
            try:
                yield _said(one, dependent, _counted(connection, schema, one, dependent), place)
            except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
                yield _absent(one.table, place, str(error).splitlines()[0].replace(" does not exist", ""))
            except psycopg.Error as error:
                raise failure(f"the sample cannot be read: {str(error).splitlines()[0]}", "check the role") from None


def _counted(connection: psycopg.Connection, schema: Schema, one: Dependency, dependent: str) -> Count:
    table = next(known for known in schema.database.tables if known.name == one.table)
    left = ", ".join(map(ident, one.determinant))
    there = " AND ".join(f"{ident(name)} IS NOT NULL" for name in one.determinant)
    value = f"coalesce(quote_literal({ident(dependent)}::text), '{NOTHING}')"
    grouped = (
        f"SELECT concat_ws(', ', {left}) AS shared, count(*) AS rows, count(DISTINCT {value}) AS kinds, "
        f"min({value}) AS least, max({value}) AS most "
        f"FROM {fully_qualified(table.schema, table.name)} WHERE {there} GROUP BY {left}"
    )
    row = connection.execute(
        "SELECT coalesce(sum(rows), 0)::bigint, count(*) FILTER (WHERE rows > 1), count(*) FILTER (WHERE kinds > 1), "
        "min(format('%s: %s, %s', shared, least, most)) FILTER (WHERE kinds > 1) "
        f"FROM ({grouped}) AS grouped".encode()
    ).fetchone() or (0, 0, 0, None)
    return Count(row[0], row[1], row[2], row[3] or "")


# --- files ----------------------------------------------------------------------------------------------------------


def _of_files(source: str, schema: Schema) -> Iterator[Finding]:
    path = Path(source)
    if not path.exists():
        raise wrong(
            f"no file or folder is called '{source}'", fix="give postgresql://…, a CSV file or a folder of them"
        )
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    by_table = {file.stem.lower(): file for file in files}
    known = {one.table for one in schema.intent.dependencies}
    if not known & set(by_table):
        names = ", ".join(f"{one}.csv" for one in sorted(known)) or "none: the design suspects no dependency"
        raise wrong("no file is named after a table to ask about", place=Place(source), fix=f"expected {names}")
    for table in sorted(known & set(by_table)):
        yield from _of_file(by_table[table], [pair for pair in _asked(schema) if pair[0].table == table])


def _of_file(file: Path, asked: list[tuple[Dependency, str]]) -> Iterator[Finding]:
    place = Place(str(file), 1)
    try:
        rows = list(csv.DictReader(read_text(file).splitlines(keepends=True), strict=True))
    except csv.Error as error:
        raise wrong(f"is not valid CSV: {error}", place=place) from None
    there = set(rows[0]) if rows else set()
    for one, dependent in asked:
        missing = [name for name in (*one.determinant, dependent) if name not in there]
        if missing:
            yield _absent(one.table, place, f"column {missing[0]}")
        else:
            yield _said(one, dependent, _tally(rows, one.determinant, dependent), place)


def _tally(rows: list[dict[str, str]], determinant: tuple[str, ...], dependent: str) -> Count:
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        key = tuple(row[name] or "" for name in determinant)
        if all(key):
            groups.setdefault(key, []).append(_quoted(row[dependent]))
    differing = {key: sorted(set(values)) for key, values in groups.items() if len(set(values)) > 1}
    first = min(differing, default=None)
    example = f"{', '.join(first)}: {differing[first][0]}, {differing[first][-1]}" if first else ""
    shared = sum(len(values) > 1 for values in groups.values())
    return Count(sum(map(len, groups.values())), shared, len(differing), example)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'" if value else NOTHING

"""Estimated sizes against tables that are loaded once and indexed after."""

from __future__ import annotations

import pytest

from colonnade import types
from colonnade.design import sizes
from colonnade.design.schema import Column, ForeignKey, Index, IndexKey, PrimaryKey, Table
from colonnade.server import connect, scratch_database
from colonnade.sql import ident
from colonnade.types import Family

ROWS = 20_000
LAYOUTS = (
    ("uuid", "integer", "boolean", "bigint", "smallint", "timestamp with time zone"),
    ("uuid", "uuid", "character varying(200)", "text", "date", "numeric(12,2)", "timestamp with time zone"),
    ("bigint", "boolean", "double precision", "boolean", "interval"),
)


def value(column: Column) -> str:
    """SQL for a value of the width that is assumed, different in each row where a key needs it."""
    taken, width = types.take_apart(column.type), sizes.assumed_width(column)
    if taken.row.family in (Family.STRING, Family.TEXT):
        return f"rpad(n::text, {width - 1}, 'x')"
    fixed = {
        "uuid": "gen_random_uuid()", "boolean": "n % 2 = 0", "date": "date '2024-01-01' + (n % 900)",
        "interval": "n * interval '1 minute'", "timestamp with time zone": "now() + n * interval '1 second'",
        "numeric": "1234.56", "smallint": "n % 900",
    }  # fmt: skip
    return fixed.get(taken.base, "n")


@pytest.mark.parametrize("layout", LAYOUTS, ids=range(len(LAYOUTS)))
def test_an_estimate_is_within_a_tenth_of_what_is_measured(server, layout):
    columns = tuple(Column(f"c{number}", type_) for number, type_ in enumerate(layout))
    table = Table("loaded", columns=columns, constraints=(PrimaryKey("loaded_pkey", ("c0",)),))
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        connection.execute(f"CREATE TABLE loaded ({', '.join(f'{ident(one.name)} {one.type}' for one in columns)})")
        values = ", ".join(f"({value(one)})::{one.type}" for one in columns)
        connection.execute(f"INSERT INTO loaded SELECT {values} FROM generate_series(1, {ROWS}) AS n")
        connection.execute("ALTER TABLE loaded ADD CONSTRAINT loaded_pkey PRIMARY KEY (c0)")
        connection.execute("CREATE INDEX loaded_two ON loaded (c0, c1)")
        measured = connection.execute(
            "SELECT pg_relation_size('loaded'), pg_relation_size('loaded_pkey'), pg_relation_size('loaded_two')"
        ).fetchone()
    estimated = (
        sizes.heap_bytes(table, ROWS), sizes.index_bytes(table, ("c0",), ROWS),
        sizes.index_bytes(table, ("c0", "c1"), ROWS),
    )  # fmt: skip
    for guess, seen in zip(estimated, measured, strict=True):
        assert abs(guess - seen) <= 0.1 * seen, (guess, seen)


def test_an_index_of_repeating_keys_is_small(server):
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        connection.execute("CREATE TABLE loaded (c0 uuid)")
        connection.execute("CREATE TEMP TABLE users AS SELECT gen_random_uuid() AS id FROM generate_series(1, 50)")
        connection.execute("INSERT INTO loaded SELECT id FROM users, generate_series(1, 2000)")
        connection.execute("CREATE INDEX loaded_one ON loaded (c0)")
        seen = connection.execute("SELECT pg_relation_size('loaded_one')").fetchone()[0]
    key = ForeignKey("f", ("c0",), ("public", "users"), ("id",))
    table = Table("loaded", columns=(Column("c0", "uuid"),), constraints=(key,),
                  indexes=(Index("loaded_one", (IndexKey("c0"),)),))  # fmt: skip
    assert abs(sizes.size(table, 100_000).indexes - seen) <= 0.1 * seen

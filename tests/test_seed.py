"""Rows and seeds: PostgreSQL takes every one of them, as the migrator, twice, and no secret stands in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.config import Settings
from colonnade.design.schema import (
    Check,
    Column,
    Database,
    ForeignKey,
    Intent,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from colonnade.seed import order, rows, together
from colonnade.seed.limits import Limits, limits
from colonnade.seed.values import secret
from colonnade.server import Server, connect, scratch_database
from colonnade.sql import ident, idents, literal
from colonnade.writers.file import Request
from colonnade.writers.seeds import COUNT, seeds
from colonnade.writers.sql import script
from support.example import task_management
from support.generated import make_external
from support.orm import make_roles
from support.wide import wide

SCHEMAS = {"example": task_management(), "wide": wide()}


@pytest.fixture(params=sorted(SCHEMAS))
def schema(request: pytest.FixtureRequest) -> Schema:
    return SCHEMAS[request.param]


@pytest.fixture
def empty(server: Server, schema: Schema) -> Iterator[psycopg.Connection]:
    """A superuser's connection to a database that holds the DDL of the schema and no row."""
    make_roles(server)
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        make_external(connection, schema)
        connection.execute(script(schema.database).encode())
        yield connection


def insert(connection: psycopg.Connection, table: str, row: dict[str, str | None]) -> None:
    values = ", ".join("NULL" if text is None else literal(text) for text in row.values())
    connection.execute(f"INSERT INTO {ident(table)} ({idents(tuple(row))}) VALUES ({values})".encode())


def counts(connection: psycopg.Connection, schema: Schema) -> dict[str, int]:
    return {
        table.name: connection.execute(f"SELECT count(*) FROM {ident(table.name)}".encode()).fetchone()[0]  # type: ignore[index]
        for table in schema.database.tables
    }


def test_the_server_takes_every_row(empty: psycopg.Connection, schema: Schema) -> None:
    made = rows(schema, 12)
    for table, found in made.items():
        for row in found:
            insert(empty, table, row)
    assert set(counts(empty, schema).values()) == {12}


def test_owners_share_the_rows_and_never_mix(schema: Schema) -> None:
    made = rows(schema, 8)
    external = {row["id"] for row in made["users"]}
    for entity in schema.intent.entities:
        if entity.owner_column is not None:
            assert {row[entity.owner_column] for row in made[entity.table]} == external


def test_seeds_run_as_the_migrator_and_repeat_nothing(empty: psycopg.Connection, schema: Schema) -> None:
    for table in schema.external:
        empty.execute(f"GRANT SELECT ON {ident(table.name)} TO app_migrator".encode())
        empty.execute(f"INSERT INTO {ident(table.name)} DEFAULT VALUES".encode())
    empty.execute("SET SESSION AUTHORIZATION app_migrator")
    for _ in range(2):
        for file in seeds(Request(schema, Settings())):
            empty.execute(file.text.encode())
        assert set(counts(empty, schema).values()) == {COUNT}


def test_seeds_without_a_user_say_so(server: Server) -> None:
    make_roles(server)
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        make_external(connection, task_management())
        connection.execute(script(task_management().database).encode())
        text = next(seeds(Request(task_management(), Settings()))).text
        with pytest.raises(psycopg.errors.RaiseException, match="table users is empty; add a row there first"):
            connection.execute(text.encode())


def test_a_thousand_seed_files_sort_as_they_are_numbered() -> None:
    column = Column("id", "uuid", nullable=False, default="gen_random_uuid()")
    tables = tuple(Table(f"t{number}", columns=(column, Column("a", "text"))) for number in range(1001))
    schema = replace(task_management(), database=Database(tables=tables))
    names = [file.path.name for file in seeds(Request(schema, Settings()))]
    assert len(names) == 1001 and names == sorted(names) and names[0].startswith("0001_")


def test_seed_files_are_numbered_parents_first() -> None:
    names = [file.path.name for file in seeds(Request(wide(), Settings()))]
    assert names == sorted(names)
    assert names.index(next(name for name in names if name.endswith("_todo_tag.sql"))) > names.index(
        next(name for name in names if name.endswith("_todo.sql"))
    )


def test_same_schema_same_rows(schema: Schema) -> None:
    assert rows(schema, 7) == rows(schema, 7)
    assert list(rows(schema, 7)) == list(rows(schema, 7))


def test_what_the_server_gives_is_left_out(schema: Schema) -> None:
    made = rows(schema, 2)
    for table in schema.database.tables:
        given = {one.name for one in table.columns if one.identity or one.generated or one.name == "created_at"}
        assert not given & made[table.name][0].keys()


# --- single tables ------------------------------------------------------------------------------------------------


def alone(*columns: Column, checks: tuple[str, ...] = (), more: tuple[Unique, ...] = ()) -> Schema:
    constraints = [PrimaryKey("p", ("id",)), *more]
    constraints += [Check(f"c{number}", text) for number, text in enumerate(checks)]  # type: ignore[list-item]
    table = Table("t", columns=(Column("id", "uuid", False), *columns), constraints=tuple(constraints))
    return Schema(Database(tables=(table,)), Intent("f", "t"))


CHECKS = (
    ("integer", "x > 5 AND x < 9"),
    ("integer", "x BETWEEN -3 AND -1"),
    ("integer", "0 <= x AND 4 >= x"),
    ("numeric(4,2)", "x > 0.5 AND x <= 0.75"),
    ("numeric(3,0)", "x <> 7"),
    ("double precision", "x >= 99.5"),
    ("text", "x IN ('a', 'b')"),
    ("text", "x = ANY (ARRAY['a'::text, 'b'])"),
    ("text", "char_length(x) BETWEEN 3 AND 5"),
    ("text", "length(trim(x)) > 0 AND length(x) <= 12"),
    ("text", "x ~ '^[A-Z]{3}$'"),
    ("text", "x ~* '^[^@[:space:]]+@[^@[:space:]]+\\.[a-z]+$'"),
    ("text", "x ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
    ("text", "x ~ '^\\+[1-9][0-9]{7,14}$'"),
    ("text", "x ~ '^#[0-9a-f]{6}$'"),
    ("text", "x LIKE 'https://%'"),
    ("character varying(6)", "length(x) >= 6"),
    ("date", "x IS NOT NULL"),
    ("smallint", "x IS NULL OR x >= 100"),
)


@pytest.mark.parametrize(("type_", "check"), CHECKS)
def test_rows_keep_readable_checks(server: Server, scratch: str, type_: str, check: str) -> None:
    schema = alone(Column("x", type_), checks=(check,))
    with connect(server.dsn(scratch)) as connection:
        connection.execute(script(schema.database).encode())
        found = rows(schema, 6)["t"]
        assert len(found) == 6
        for row in found:
            insert(connection, "t", row)


def test_columns_that_must_be_greater_are() -> None:
    schema = alone(Column("a", "date"), Column("b", "date"), Column("c", "date"), checks=("a < b", "c >= b"))
    for row in rows(schema, 5)["t"]:
        assert str(row["a"]) < str(row["b"]) < str(row["c"])


def test_columns_that_must_differ_do() -> None:
    columns = (Column(name, "time without time zone", False) for name in "abc")
    schema = alone(*columns, checks=("a < b", "b < c", "a <> c", "b <> a"))
    assert all(str(row["a"]) < str(row["b"]) < str(row["c"]) for row in rows(schema, 5)["t"])
    schema = alone(
        Column("a", "time without time zone", False), Column("b", "time without time zone", False), checks=("a <> b",)
    )
    assert len(rows(schema, 5)["t"]) == 5


def test_uniques_leave_fewer_rows_rather_than_wrong_ones() -> None:
    schema = alone(Column("x", "text", False), checks=("x IN ('a', 'b', 'c')",), more=(Unique("u", ("x",)),))
    assert [row["x"] for row in rows(schema, 5)["t"]] == ["a", "b", "c"]


def test_short_texts_stay_distinct() -> None:
    schema = alone(Column("title", "character varying(5)", False), more=(Unique("u", ("title",)),))
    found = [str(row["title"]) for row in rows(schema, 20)["t"]]
    assert len(set(found)) == 20
    assert max(map(len, found)) <= 5


@pytest.mark.parametrize("name", ["password", "passwordHash", "api_key", "apikey", "refresh_token", "PIN"])
def test_secrets_are_known(name: str) -> None:
    assert secret(name)


@pytest.mark.parametrize("name", ["title", "shipping", "spinner", "passenger", "key", "compass"])
def test_ordinary_names_are_no_secrets(name: str) -> None:
    assert not secret(name)


def test_checks_over_several_columns_are_tried_out() -> None:
    check = "(level = 1 AND top IS NULL) OR (level > 1 AND top IS NOT NULL)"
    schema = alone(Column("level", "smallint", False), Column("top", "text"), checks=(check, "level BETWEEN 1 AND 6"))
    for row in rows(schema, 6)["t"]:
        assert (row["level"] == "1") == (row["top"] is None)


def test_a_secret_is_never_in_the_clear() -> None:
    made = rows(alone(Column("password", "text", False), Column("token", "text")), 2)["t"]
    assert [row["password"] for row in made] == ["!locked-1", "!locked-2"]
    assert [row["token"] for row in made] == [None, None]


# --- order and limits ---------------------------------------------------------------------------------------------


def pointing(name: str, target: str, nullable: bool) -> Table:
    return Table(
        name,
        columns=(Column("id", "uuid", False), Column("other", "uuid", nullable)),
        constraints=(
            PrimaryKey(f"{name}_p", ("id",)),
            ForeignKey(f"{name}_f", ("other",), ("public", target), ("id",)),
        ),
    )


def test_a_ring_starts_where_it_may_be_null() -> None:
    schema = Schema(Database(tables=(pointing("a", "b", False), pointing("b", "a", True))), Intent("f", "t"))
    assert [table.name for table in order(schema)] == ["b", "a"]
    made = rows(schema, 2)
    assert [row["other"] for row in made["b"]] == [None, None]
    assert [row["other"] for row in made["a"]] == [row["id"] for row in made["b"]]


def test_a_ring_of_required_keys_checked_at_once_has_no_rows() -> None:
    schema = Schema(Database(tables=(pointing("a", "b", False), pointing("b", "a", False))), Intent("f", "t"))
    assert rows(schema, 2) == {"a": [], "b": []}
    assert [[table.name for table in ring] for ring in together(schema)] == [["a", "b"]]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("x > 1", Limits(lows=(("1", False),))),
        ("1 > x", Limits(highs=(("1", False),))),
        ("x <> 'a'", Limits(excluded=("a",))),
        ("length(x) < 5", Limits(longest=4)),
        ("x = -1", Limits(choices=("-1",))),
    ],
)
def test_limits(text: str, asked: Limits) -> None:
    assert limits([text]) == {"x": asked}


@given(st.text(max_size=60))
def test_limits_of_anything_raise_nothing(text: str) -> None:
    assert isinstance(limits([text]), dict)


def test_names_from_documents_stay_names_in_seeds() -> None:
    hostile = "a'); DROP TABLE x; --\n\\"
    schema = alone(Column(hostile, "text"))
    table = replace(schema.database.tables[0], name=hostile)
    files = list(seeds(Request(replace(schema, database=Database(tables=(table,))), Settings())))
    assert files[0].path.parent.as_posix() == "backend/seeds"
    assert ident(hostile) in files[0].text
    assert all(line.startswith("--") for line in files[0].text.splitlines()[:2])


@pytest.mark.parametrize(
    "check",
    [
        "NOT flag OR amount = 1",
        "flag IS NOT TRUE OR amount BETWEEN 3 AND 5",
        "total = amount * price - 2",
        "total - 1 = price + amount OR total IS NULL",
        "amount NOT BETWEEN 1 AND 4",
        "opened > '2024-01-17'",
        "opened <= closed OR flag",
    ],
)
def test_rows_keep_checks_over_several_columns(scratch: str, server: Server, check: str) -> None:
    schema = alone(
        Column("flag", "boolean", False), Column("amount", "integer", False), Column("price", "integer", False),
        Column("total", "integer"), Column("opened", "date", False), Column("closed", "date", False),
        checks=(check,),
    )  # fmt: skip
    made = rows(schema, 5)["t"]
    assert len(made) == 5
    with connect(server.dsn(scratch)) as connection:
        connection.execute(script(schema.database).encode())
        for row in made:
            insert(connection, "t", row)

"""The Alembic folder: run by Alembic itself as the migrator, up, down and up again, and as a script."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.design.schema import (
    Check,
    Column,
    Database,
    EnumType,
    Exclusion,
    Extension,
    ForeignKey,
    Generated,
    Identity,
    Index,
    IndexKey,
    Intent,
    PrimaryKey,
    Schema,
    Table,
    Unique,
)
from colonnade.server import Server, connect, scratch_database
from colonnade.sql import dollar, ident, literal, without_tabs
from colonnade.writers.alembic_calls import execute, source
from support.building import alembic, catalog, differing, files, only, prepared, psql, put
from support.example import task_management
from support.wide import HOSTILE_TEXTS, wide

SCHEMAS = pytest.mark.parametrize("schema", [task_management(), wide()], ids=["example", "wide"])


def revision(schema: Schema, **request: str) -> str:
    found = (text for path, text in files(schema, "alembic", **request).items() if "/versions/" in path)
    return next(found)


@SCHEMAS
def test_up_down_and_up_again_as_the_migrator(server: Server, scratch: str, tmp_path: Path, schema: Schema) -> None:
    put(tmp_path, files(schema, "alembic"))
    with scratch_database(server) as built, prepared(server, schema, scratch, built):
        before = catalog(server, scratch)
        psql(server, built, only(files(schema, "sql"), "schema.sql"), "app_migrator")
        for _ in range(2):
            alembic(server, scratch, tmp_path, "upgrade", "head", user="app_migrator")
            assert differing(server, scratch, built) == ()
            alembic(server, scratch, tmp_path, "downgrade", "base", user="app_migrator")
            assert catalog(server, scratch) == before


@SCHEMAS
def test_the_script_of_the_offline_mode_gives_the_same(
    server: Server, scratch: str, tmp_path: Path, schema: Schema
) -> None:
    put(tmp_path, files(schema, "alembic"))
    with scratch_database(server) as built, prepared(server, schema, scratch, built):
        psql(server, built, only(files(schema, "sql"), "schema.sql"), "app_migrator")
        script = alembic(server, scratch, tmp_path, "upgrade", "head", "--sql")
        psql(server, scratch, script, "app_migrator")
        assert differing(server, scratch, built) == ()
        before_and_back = alembic(server, scratch, tmp_path, "downgrade", "001:base", "--sql")
        psql(server, scratch, before_and_back, "app_migrator")
        assert {table.name for table in catalog(server, scratch).tables} == {table.name for table in schema.external}


def every_shape() -> Schema:
    """Each text that Python, SQLAlchemy, psycopg or Alembic might read as theirs, everywhere where a text can be."""
    columns = tuple(Column(f"c{n} {text}"[:60].rstrip(), "text", default=_literal(text), comment=text)
                    for n, text in enumerate(HOSTILE_TEXTS))  # fmt: skip
    checks = tuple(Check(f"k{n} {text}"[:60].rstrip(), f'"id" <> length({_literal(text)})', comment=text)
                   for n, text in enumerate(HOSTILE_TEXTS))  # fmt: skip
    indexes = tuple(
        Index(f"i{n} {text}"[:60].rstrip(), (IndexKey("id"),), predicate=f"'x' <> {_literal(text)}", comment=text)
        for n, text in enumerate(HOSTILE_TEXTS)
    )
    hostile = Table(
        "Order % :name",
        columns=(Column("id", "integer", False, identity=Identity(True)), *columns),
        constraints=(*checks, PrimaryKey("pk % :name", ("id",))),
        indexes=tuple(sorted(indexes, key=lambda one: one.name)),
        comment="".join(HOSTILE_TEXTS),
    )
    database = Database(
        enums=(EnumType("Mood % :name", tuple(HOSTILE_TEXTS[:5]), comment="%"),), tables=(hostile, shaped())
    )
    return Schema(database, Intent("002", 'A """ title \\ % {{ }}', revision_message='Say """ and \\N{DASH} :x'))


def shaped() -> Table:
    """A table with every shape of column and constraint that op.create_table says, and some that it does not."""
    return Table(
        "shaped",
        columns=(
            Column("id", "bigint", False, identity=Identity(False)),
            Column("parent_id", "bigint"),
            Column("name", "character varying(20)", collation="C"),
            Column("price", "numeric(10,2)", False, "0"),
            Column("doubled", "numeric", generated=Generated("price * 2")),
            Column("tags", "text[]", default="'{}'::text[]"),
            Column("mood", '"Mood % :name"'),
            Column("moods", '"Mood % :name"[]', storage="EXTERNAL"),
            Column("at", "time(3) without time zone", default="'09:30:00'::time"),
            Column("period", "int4range", False),
        ),
        constraints=(
            Check("shaped_unvalidated", "price >= 0", validated=False),
            Check("shaped_no_inherit", "price < 100", no_inherit=True),
            Exclusion("shaped_period_excl", "gist", (("period", "&&"),), predicate="price > 0"),
            ForeignKey("shaped_parent_fkey", ("parent_id",), ("public", "shaped"), ("id",), "SET NULL",
                       set_columns=("parent_id",), deferrable=True, deferred=True),
            ForeignKey("shaped_twice_fkey", ("parent_id",), ("public", "shaped"), ("id",), validated=False),
            PrimaryKey("shaped_pkey", ("id",)),
            Unique("shaped_name_key", ("name",), include=("price",)),
            Unique("shaped_nulls_key", ("parent_id", "price"), nulls_not_distinct=True, deferrable=False),
        ),
        indexes=(
            Index(
                "shaped_expression",
                (IndexKey(expression="lower(name)", collation="C"), IndexKey("id", descending=True)),
            ),
            Index("shaped_gin", (IndexKey("tags"),), "gin", options=("fastupdate=off",)),
            Index("shaped_unique", (IndexKey("name", operator_class="varchar_pattern_ops", nulls_first=True),),
                  unique=True, include=("price",), predicate="price > 1", nulls_not_distinct=True),
        ),
        replica_identity="USING INDEX shaped_pkey",
    )  # fmt: skip


def _literal(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def test_every_shape_and_every_text_arrives_as_it_is(server: Server, scratch: str, tmp_path: Path) -> None:
    schema = every_shape()
    put(tmp_path, files(schema, "alembic"))
    with scratch_database(server) as built, scratch_database(server) as offline:
        before = catalog(server, scratch)
        psql(server, built, only(files(schema, "sql"), "schema.sql"))
        alembic(server, scratch, tmp_path, "upgrade", "head")
        assert differing(server, scratch, built) == ()
        found = catalog(server, scratch).table("Order % :name")
        assert tuple(column.comment for column in found.columns[1:]) == tuple(HOSTILE_TEXTS)
        psql(server, offline, alembic(server, offline, tmp_path, "upgrade", "head", "--sql"))
        assert differing(server, offline, built) == ()
        alembic(server, scratch, tmp_path, "downgrade", "base")
        assert catalog(server, scratch) == before


def test_downgrade_leaves_what_neighbours_use(server: Server, scratch: str, tmp_path: Path) -> None:
    example = task_management()
    schema = replace(
        example, database=replace(example.database, extensions=(Extension("citext"), Extension("pg_trgm")))
    )
    put(tmp_path, files(schema, "alembic"))
    with prepared(server, schema, scratch):
        psql(server, scratch, "CREATE EXTENSION pg_trgm")
        before = catalog(server, scratch)
        alembic(server, scratch, tmp_path, "upgrade", "head", user="app_migrator")
        neighbour = """
            CREATE TABLE neighbours (name citext, updated_at timestamptz);
            CREATE TRIGGER touch BEFORE UPDATE ON neighbours FOR EACH ROW EXECUTE FUNCTION update_updated_at_column();
        """
        psql(server, scratch, neighbour)
        alembic(server, scratch, tmp_path, "downgrade", "base", user="app_migrator")
        after = catalog(server, scratch)
        assert [one.name for one in after.functions] == ["update_updated_at_column"]
        assert [one.name for one in after.extensions] == ["citext", "pg_trgm"]
        alembic(server, scratch, tmp_path, "upgrade", "head", user="app_migrator")
        psql(server, scratch, "DROP TABLE neighbours")
        alembic(server, scratch, tmp_path, "downgrade", "base", user="app_migrator")
        assert catalog(server, scratch) == before


def test_downgrade_with_rows_in_the_tables(server: Server, scratch: str, tmp_path: Path) -> None:
    schema = task_management()
    put(tmp_path, files(schema, "alembic"))
    with prepared(server, schema, scratch):
        before = catalog(server, scratch)
        alembic(server, scratch, tmp_path, "upgrade", "head", user="app_migrator")
        with connect(server.dsn(scratch)) as connection:
            connection.execute("INSERT INTO users DEFAULT VALUES")
            connection.execute("INSERT INTO tasks (user_id, title) SELECT id, 'a' FROM users")
        alembic(server, scratch, tmp_path, "downgrade", "base", user="app_migrator")
        assert catalog(server, scratch) == before


def test_the_function_of_others_is_not_replaced_and_not_dropped(server: Server, scratch: str, tmp_path: Path) -> None:
    schema = task_management()
    put(tmp_path, files(schema, "alembic"))
    foreign = """
        CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql
        AS $$BEGIN NEW.updated_at := now(); RETURN NEW; END$$
    """
    with prepared(server, schema, scratch):
        psql(server, scratch, foreign)
        before = catalog(server, scratch)
        alembic(server, scratch, tmp_path, "upgrade", "head", user="app_migrator")
        alembic(server, scratch, tmp_path, "downgrade", "base", user="app_migrator")
        assert catalog(server, scratch) == before


def test_a_later_head_is_continued() -> None:
    text = revision(task_management(), revision="0123456789ab", down_revision="fedcba")
    names = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert names["revision"] == "0123456789ab"
    assert names["down_revision"] == "fedcba"
    assert "Revises: fedcba" in text


def test_a_revision_explains_itself_and_has_no_date() -> None:
    text = revision(task_management())
    page = ast.get_docstring(ast.parse(text)) or ""
    for word in ("What:", "Why:", "Impact on existing data:", "Locks: SHARE ROW EXCLUSIVE on users", "Way back:"):
        assert word in page
    assert not re.search(r"\d{4}-\d\d-\d\d|Create Date", text)
    assert "CASCADE" not in text.split("def downgrade")[1]


def test_no_file_imports_what_made_it() -> None:
    texts = files(task_management(), "alembic")
    assert not [path for path, text in texts.items() if re.search(r"^(?:import|from) colonnade", text, re.MULTILINE)]


def test_the_files_around_are_made_once() -> None:
    from colonnade.config import Settings
    from colonnade.writers import write
    from colonnade.writers.file import Request

    made = write(Request(task_management(), Settings()), frozenset({"alembic"}))
    assert {one.path.name: one.once for one in made} == {
        "alembic.ini": True,
        "env.py": True,
        "script.py.mako": True,
        "001_create_tasks_table.py": False,
    }


def test_a_revision_of_ones_own_follows(server: Server, scratch: str, tmp_path: Path) -> None:
    put(tmp_path, files(task_management(), "alembic"))
    alembic(server, scratch, tmp_path, "revision", "-m", 'say "hello"')
    assert "001 -> " in alembic(server, scratch, tmp_path, "history")


SQL_TEXT = st.text(
    st.one_of(st.sampled_from(":%\\'\"a$ {}()\n"), st.characters(exclude_categories=("Cs",), min_codepoint=1))
)


@given(SQL_TEXT)
def test_what_op_execute_is_given_reaches_the_driver_unchanged(sql: str) -> None:
    import sqlalchemy as sa
    from sqlalchemy.dialects.postgresql import psycopg as dialect

    class Recorder:
        def execute(self, statement: str | sa.DDL) -> str:
            made = sa.text(statement) if isinstance(statement, str) else statement
            return str(made.compile(dialect=dialect.dialect()))

    sent = eval(execute(sql), {"op": Recorder(), "sa": sa})
    assert sent.replace("%%", "%") == without_tabs(sql)
    assert sent.count("%") == 2 * sql.count("%")


@given(st.text(st.one_of(st.sampled_from("\t\\'\"$a \n"), st.characters(exclude_categories=("Cs",), min_codepoint=1))))
def test_texts_and_names_mean_the_same_without_their_tabs(server: Server, text: str) -> None:
    name = text.encode()[:60].decode(errors="ignore").strip("\0") or "x"
    sql = f"SELECT\t{literal(text)} AS {ident(name)}, {dollar(text)}"
    with connect(server.dsn()) as connection:
        cursor = connection.execute(without_tabs(sql).encode())
        assert "\t" not in without_tabs(sql)
        assert cursor.fetchone() == (text, text)
        assert cursor.description is not None and cursor.description[0].name == name


@given(SQL_TEXT)
def test_source_is_a_literal_of_the_very_text(text: str) -> None:
    assert ast.literal_eval(source(text)) == text

"""schema.sql and roles.sql: what they say, that psql runs them, and that any database comes back equal."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from colonnade.config import Settings
from colonnade.design.schema import Column, Database, ForeignKey, PrimaryKey, Schema, SchemaNamespace, Table
from colonnade.errors import InputError, OutputError
from colonnade.server import Server, connect, scratch_database, scratch_roles
from colonnade.writers import file as file_module
from colonnade.writers import formatted, write
from colonnade.writers.file import File, Request
from colonnade.writers.sql import script
from support.building import THREE, catalog, differing, files, only, prepared, psql
from support.example import task_management
from support.wide import wide

EVERYTHING = Path(__file__).with_name("fixtures") / "everything.sql"


@pytest.mark.parametrize("schema", [task_management(), wide()], ids=["example", "wide"])
def test_schema_sql_is_run_by_the_migrator_and_owned_by_the_owner(server: Server, scratch: str, schema: Schema) -> None:
    with prepared(server, schema, scratch):
        psql(server, scratch, only(files(schema, "sql"), "schema.sql"), "app_migrator")
        made = catalog(server, scratch)
        names = {table.name for table in schema.database.tables}
        assert {table.name for table in made.tables if table.owner == "app_owner"} == names
        for table in schema.database.tables:
            found = made.table(table.name)
            assert [column.name for column in found.columns] == [column.name for column in table.columns]
            assert found.comment == table.comment
            assert {one.name for one in found.constraints} == {one.name for one in table.constraints}
            assert {one.name for one in found.policies} == {one.name for one in table.policies}
            assert found.privileges == table.privileges


@pytest.mark.parametrize("schema", [task_management(), wide()], ids=["example", "wide"])
def test_a_database_comes_back_equal(server: Server, scratch: str, schema: Schema) -> None:
    with scratch_database(server) as again, prepared(server, schema, scratch):
        psql(server, scratch, only(files(schema, "sql"), "schema.sql"), "app_migrator")
        psql(server, again, script(catalog(server, scratch)))
        assert differing(server, scratch, again) == ()


def test_every_kind_of_object_comes_back_equal(server: Server) -> None:
    with scratch_roles(server, THREE), scratch_database(server) as scratch, scratch_database(server) as again:
        psql(server, scratch, EVERYTHING.read_text(encoding="utf-8"))
        found = catalog(server, scratch)
        assert found.unmodelled == ()
        psql(server, again, script(found))
        assert differing(server, scratch, again) == ()


def test_a_script_is_one_transaction(server: Server, scratch: str) -> None:
    broken = Database(
        tables=(
            Table("first", columns=(Column("id", "integer"),)),
            Table("second", columns=(Column("id", "no_such_type"),)),
        )
    )
    with pytest.raises(AssertionError, match="no_such_type"):
        psql(server, scratch, script(broken))
    assert catalog(server, scratch).tables == ()


def test_tables_that_point_at_each_other_get_their_keys_afterwards() -> None:
    def pointing(name: str, at: str) -> Table:
        key = ForeignKey(f"{name}_fkey", ("other",), ("public", at), ("id",))
        primary = PrimaryKey(f"{name}_pkey", ("id",))
        columns = (Column("id", "uuid", False), Column("other", "uuid"))
        return Table(name, columns=columns, constraints=(key, primary))

    text = script(Database(tables=(pointing("a", "b"), pointing("b", "a"))))
    assert text.index("CREATE TABLE a") < text.index("ALTER TABLE")
    assert text.index("CREATE TABLE b") < text.index("ALTER TABLE")
    assert text.count("FOREIGN KEY") == 2
    assert text.count("ADD CONSTRAINT") == 1


HOSTILE = "x'); DROP TABLE y; --\n\"$$ $body$ \\ %s :name /* */"


def test_hostile_names_stay_names(server: Server, scratch: str) -> None:
    name = HOSTILE[:40]
    table = Table(
        name,
        schema="na\"me'; --",
        columns=(Column(name, "text", False, "'a\\b''; --'", comment=HOSTILE),),
        constraints=(PrimaryKey(f"{name} pkey", (name,), comment=HOSTILE),),
        comment=HOSTILE,
    )
    psql(server, scratch, script(Database(namespaces=(SchemaNamespace("na\"me'; --"),), tables=(table,))))
    found = catalog(server, scratch).table(name, "na\"me'; --")
    assert found.comment == HOSTILE
    assert found.column(name).comment == HOSTILE
    assert found.constraints[0].comment == HOSTILE


def test_roles_sql_can_be_run_again_and_gives_no_more_than_needed(server: Server, scratch: str) -> None:
    schema = task_management()
    with prepared(server, schema, scratch):
        text = only(files(schema, "roles"), "roles.sql")
        assert "PASSWORD" not in text
        psql(server, scratch, text)
        with connect(server.dsn(scratch)) as connection:
            roles = connection.execute(
                "SELECT rolname, rolcanlogin, rolbypassrls, rolsuper FROM pg_roles WHERE rolname LIKE 'app%' ORDER BY 1"
            ).fetchall()
            assert roles == [
                ("app_migrator", True, True, False),
                ("app_owner", False, False, False),
                ("app_reader", True, False, False),
                ("app_user", True, False, False),
            ]
            asked = "SELECT has_table_privilege('app_owner', 'users', %s)"
            assert connection.execute(asked, ["REFERENCES"]).fetchone() == (True,)
            assert connection.execute(asked, ["SELECT"]).fetchone() == (False,)
            may = "SELECT has_schema_privilege(%s, 'public', 'CREATE')"
            assert connection.execute(may, ["app_user"]).fetchone() == (False,)


def test_a_design_without_roles_has_no_roles_sql() -> None:
    schema = task_management()
    bare = replace(schema, intent=replace(schema.intent, roles=None))
    assert files(bare, "roles") == {}
    assert "ROLE" not in only(files(bare, "sql"), "schema.sql").upper().replace("APP_", "").split("OWNER TO")[0]


def test_the_shared_function_of_others_is_used_or_refused_but_never_replaced(server: Server, scratch: str) -> None:
    schema = task_management()
    foreign = (
        "CREATE FUNCTION update_updated_at_column() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {} RETURN NEW; END$$;"
    )
    with scratch_database(server) as other, prepared(server, schema, scratch, other):
        psql(
            server,
            scratch,
            foreign.format("NEW.updated_at := now();")
            + "GRANT EXECUTE ON FUNCTION update_updated_at_column TO app_owner",
        )
        text = only(files(schema, "sql"), "schema.sql")
        psql(server, scratch, text)
        (function,) = catalog(server, scratch).functions
        assert "now()" in function.body
        assert function.comment is None
        psql(server, other, foreign.format(""))
        with pytest.raises(AssertionError, match="does not set updated_at"):
            psql(server, other, text)


def test_the_same_design_gives_the_same_bytes() -> None:
    assert files(wide(), "sql") == files(wide(), "sql")


def test_an_unknown_writer_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="no writer is called 'sq'"):
        write(Request(task_management(), Settings()), frozenset({"sq"}))


@pytest.mark.parametrize("path", ["/etc/passwd", "specs/../../out", ""])
def test_a_path_outside_the_output_folder_is_refused(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files(task_management(), "sql")
    monkeypatch.setitem(file_module.WRITERS, "sql", lambda request: iter([File(PurePosixPath(path), "")]))
    with pytest.raises(OutputError, match="outside"):
        files(task_management(), "sql")


def test_a_path_that_two_writers_claim_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    files(task_management(), "sql")
    same = File(PurePosixPath("a"), "")
    monkeypatch.setitem(file_module.WRITERS, "sql", lambda request: iter([same, same]))
    with pytest.raises(OutputError, match="two writers would write a"):
        files(task_management(), "sql")


def test_python_is_formatted_and_all_else_left_as_it_is() -> None:
    done = formatted([File(PurePosixPath("b.sql"), "a  b"), File(PurePosixPath("a.py"), "x = { 'a' :1}")])
    assert [one.text for one in done] == ["a  b", 'x = {"a": 1}\n']


def test_columns_are_aligned() -> None:
    text = only(files(task_management(), "sql"), "schema.sql")
    lines = re.findall(r"^    \w+ +(?:uuid|text|date|task_\w+|character|timestamp)\b", text, re.MULTILINE)
    assert len({len(line.rstrip()) - len(line.rstrip().split()[-1]) for line in lines}) == 1

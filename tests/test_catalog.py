"""The catalog gives back what was made, two observers see each change, and nothing passes in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade import catalog, elaborate
from colonnade.catalog import dump
from colonnade.catalog.privileges import explicit
from colonnade.catalog.snapshot import chosen_name
from colonnade.design.schema import (
    Check,
    Column,
    Database,
    EnumType,
    Function,
    PrimaryKey,
    Privilege,
    Schema,
    Table,
    Unique,
)
from colonnade.errors import InputError, ServerError
from colonnade.server import Server, connect, looking, scratch_database, scratch_roles
from colonnade.sql import ident, literal
from colonnade.writers.sql import script
from mutations.catalog import MUTATIONS, PROMISED
from mutations.run import FIXTURE, ROLES, UNMUTATED, names, outcomes, proven
from support.example import task_management
from support.wide import wide

NASTY = ("Order", "user", 'na"me', "naïve", "O'Brien", "n" * 63, "line\nbreak", "'); DROP TABLE x; --", '"""', "{{ }}",
         "%s", ":name", "back\\slash", "таблица", "表", "a,b)", "$$", "\x01")  # fmt: skip
IDENTIFIERS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20
).filter(lambda name: len(name.encode()) <= 63)


@pytest.fixture(scope="module")
def everything(server: Server) -> Iterator[str]:
    with proven(server) as name:
        yield name


@pytest.fixture(scope="module")
def open_everything(server: Server, everything: str) -> Iterator[psycopg.Connection]:
    """A connection to a clone, since a template in use cannot be cloned."""
    with scratch_database(server, everything) as clone, connect(server.dsn(clone)) as connection:
        yield connection


# --- reading ------------------------------------------------------------------------------------------------------


def test_reading_twice_gives_the_same(open_everything: psycopg.Connection) -> None:
    assert catalog.read(open_everything) == catalog.read(open_everything)


def test_nothing_of_everything_is_beyond_the_model(open_everything: psycopg.Connection) -> None:
    assert catalog.read(open_everything).unmodelled == ()


def test_reading_leaves_the_session_as_it_was(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute("SET search_path = pg_catalog")
        catalog.read(connection)
        assert connection.execute("SELECT current_setting('search_path')").fetchone() == ("pg_catalog",)
        with connection.transaction():
            connection.execute("CREATE TABLE public.t (a int)")
            assert [table.name for table in catalog.read(connection).tables] == ["t"]
            assert connection.execute("SELECT current_setting('search_path')").fetchone() == ("pg_catalog",)


def test_what_a_session_sets_does_not_change_what_is_read(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute(
            "CREATE TABLE t (at timestamptz DEFAULT '2026-01-02 03:04:05+00', span interval DEFAULT '1 day 2 hours',"
            " day date DEFAULT '2026-01-02', raw bytea DEFAULT '\\x00ff')"
        )
        before = catalog.read(connection)
        connection.execute("SET timezone = 'Asia/Tokyo'; SET datestyle = 'German'; SET intervalstyle = 'iso_8601'")
        connection.execute("SET bytea_output = 'escape'; SET quote_all_identifiers = on; SET search_path = ''")
        assert catalog.read(connection) == before


def test_everything_can_be_written_and_read_again(server: Server) -> None:
    first = elaborate.sql(server, {"everything.sql": FIXTURE.read_text()}, ROLES)
    second = elaborate.sql(server, {"script.sql": script(first)}, ROLES)
    assert catalog.differences(first, second) == ()
    assert first == second


def test_hostile_names_come_back_as_they_are(server: Server, scratch: str) -> None:
    columns = ", ".join(f"{ident(name)} text DEFAULT {literal(name)}" for name in NASTY)
    with connect(server.dsn(scratch)) as connection:
        for name in NASTY:
            table = ident(name)
            connection.execute(
                f"CREATE TABLE {table} ({columns}, CONSTRAINT {ident('c ' + name[:50])} CHECK (true))".encode()
            )
            connection.execute(f"COMMENT ON TABLE {table} IS {literal(name)}".encode())
            function = f"suppress_redundant_updates_trigger({literal(name)}, '')"
            trigger = (
                f"CREATE TRIGGER {table} AFTER UPDATE OF {table} ON {table} FOR EACH ROW EXECUTE FUNCTION {function}"
            )
            connection.execute(trigger.encode())
        found = catalog.read(connection)
    assert {table.name for table in found.tables} == set(NASTY)
    for table in found.tables:
        assert [column.name for column in table.columns] == list(NASTY)
        assert table.comment == table.name
        assert table.triggers[0].arguments == (table.name, "")
        assert table.triggers[0].events == (f"UPDATE OF {ident(table.name)}",)


@given(first=IDENTIFIERS, second=IDENTIFIERS)
def test_names_that_postgres_chooses_are_foreseen(server: Server, first: str, second: str) -> None:
    with connect(server.dsn()) as connection, connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TABLE {ident(first)} ({ident(second)} int GENERATED ALWAYS AS IDENTITY)".encode())
        row = connection.execute("SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 2200").fetchone()
        assert row == (chosen_name(first, second, "seq"),)
        (column,) = catalog.read(connection).table(first).columns
    assert column.identity is not None
    assert column.identity.options == ""
    assert column.not_null_name is None


@pytest.mark.parametrize("table", ["t" * 63, "é" * 31, "t" * 40])
@pytest.mark.parametrize("column", ["c" * 63, "ü" * 30, "c"])
def test_long_names_that_postgres_chooses_are_foreseen(server: Server, table: str, column: str) -> None:
    with connect(server.dsn()) as connection, connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TABLE {ident(table)} ({ident(column)} int GENERATED ALWAYS AS IDENTITY)".encode())
        (found,) = catalog.read(connection).table(table).columns
    assert (found.identity is not None and found.identity.options, found.not_null_name) == ("", None)


def test_a_chosen_not_null_name_survives_a_rename(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute("CREATE TABLE t (a int NOT NULL); ALTER TABLE t RENAME a TO b")
        (column,) = catalog.read(connection).table("t").columns
    assert column.not_null_name == "t_a_not_null"


def test_anybody_may_read(server: Server, everything: str) -> None:
    with scratch_roles(server, ["reader"], "LOGIN"), scratch_database(server, everything) as clone:
        with connect(server.dsn(clone)) as connection:
            whole = catalog.read(connection)
        with connect(server.dsn(clone, "reader")) as connection:
            assert catalog.read(connection) == whole


# --- privileges ---------------------------------------------------------------------------------------------------


def test_privileges_of_hostile_roles(server: Server, scratch: str) -> None:
    roles = ('quo"te', "eq=ual/s", "O'Brien", "back\\slash", "com,ma{}", "naïve")
    with scratch_roles(server, roles), connect(server.dsn(scratch)) as connection:
        connection.execute("CREATE TABLE t (a int)")
        for role in roles:
            connection.execute(f"GRANT SELECT, UPDATE ON t TO {ident(role)} WITH GRANT OPTION".encode())
            connection.execute(f"GRANT DELETE ON t TO {ident(role)}".encode())
        table = catalog.read(connection).table("t")
        connection.execute("DROP TABLE t")
    expected = [Privilege(role, ("DELETE",)) for role in roles]
    expected += [Privilege(role, ("SELECT", "UPDATE"), True) for role in roles]
    assert table.privileges == tuple(sorted(expected))


@given(IDENTIFIERS)
def test_an_access_control_item_gives_its_grantee(name: str) -> None:
    assert explicit(['"' + name.replace('"', '""') + '"=r*w/"owner"']) == tuple(
        sorted((Privilege(name, ("SELECT",), True), Privilege(name, ("UPDATE",))))
    )


def test_only_what_departs_from_the_owners_full_set_is_told(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute("CREATE TABLE a (x int); GRANT ALL ON a TO CURRENT_USER")
        connection.execute("CREATE TABLE b (x int); REVOKE DELETE ON b FROM CURRENT_USER")
        connection.execute("CREATE TABLE c (x int); REVOKE ALL ON c FROM CURRENT_USER")
        connection.execute("CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1")
        found = catalog.read(connection)
    assert found.table("a").privileges == ()
    (left,) = found.table("b").privileges
    assert left.grantee == server.user and "DELETE" not in left.kinds and "SELECT" in left.kinds
    assert found.table("c").privileges == (Privilege(server.user, ()),)
    assert found.functions[0].privileges == (Privilege("PUBLIC", ("EXECUTE",)),)


# --- what cannot be said ------------------------------------------------------------------------------------------

BEYOND = (
    ("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE f (a int) SERVER s;"
     "CREATE USER MAPPING FOR CURRENT_USER SERVER s", "foreign table public.f"),
    ("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;"
     "CREATE USER MAPPING FOR CURRENT_USER SERVER s",
     "user mapping s for colonnade"),
    ("CREATE OPERATOR CLASS oc FOR TYPE int USING btree AS OPERATOR 1 <", "operator class public.oc USING btree"),
    ("CREATE LANGUAGE l HANDLER plpgsql_call_handler", "language l"),
    ("SELECT lo_create(0)", "large object"),
    ("CREATE TYPE shell", "type public.shell"),
    ("CREATE FUNCTION cf(int, int) RETURNS int LANGUAGE internal AS 'int4pl'", "function public.cf(integer,integer)"),
    ("CREATE TYPE ty AS (a int); CREATE TABLE typed OF ty", "table public.typed: typed table"),
    ("CREATE MATERIALIZED VIEW mv AS SELECT a FROM t; CREATE INDEX mi ON mv (a); ALTER MATERIALIZED VIEW mv"
     " CLUSTER ON mi", "index public.mi: CLUSTER ON"),
    ("CREATE TABLE c () INHERITS (t); ALTER TABLE c ALTER b SET (n_distinct = 3)",
     "table column public.c.b: column options"),
    ("ALTER SEQUENCE t_n_seq SET UNLOGGED", "sequence public.t_n_seq of an identity column: persistence"),
    ("CREATE VIEW v AS SELECT a FROM t; ALTER VIEW v ALTER a SET DEFAULT 1", "default of public.v.a"),
    ("ALTER TABLE t ADD CONSTRAINT nn NOT NULL b NOT VALID", "constraint nn on public.t: NOT VALID"),
    ("CREATE INDEX i ON t ((a + 1)); ALTER INDEX i ALTER COLUMN 1 SET STATISTICS 50", "index column statistics"),
)  # fmt: skip

DEFINED = (
    ("CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING", "rule r ON t"),
    ("CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
     "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION e()", "event trigger e"),
    ("CREATE AGGREGATE agg (int) (SFUNC = int4pl, STYPE = int)", "aggregate agg(integer)"),
    ("CREATE OPERATOR <-> (LEFTARG = int, RIGHTARG = int, FUNCTION = int4mi)", "operator <-> (integer, integer)"),
    ("CREATE TYPE y AS ENUM ('a'); CREATE FUNCTION c(y) RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;"
     "CREATE CAST (y AS int) WITH FUNCTION c(y)", "cast (y AS integer)"),
    ("CREATE PUBLICATION p FOR ALL TABLES", "publication p"),
    ("CREATE STATISTICS st ON a, b FROM t", "statistics st"),
    ("CREATE TEXT SEARCH CONFIGURATION ts (COPY = english)", "text search configuration ts"),
    ("CREATE TEXT SEARCH DICTIONARY td (TEMPLATE = simple)", "text search dictionary td"),
    ("CREATE COLLATION co FROM \"C\"", "collation co"),
    ("CREATE TYPE r AS RANGE (subtype = int)", "type r"),
)  # fmt: skip


@pytest.mark.parametrize(("sql", "name"), BEYOND, ids=lambda value: value[:40])
def test_what_cannot_be_said_is_named(server: Server, sql: str, name: str) -> None:
    with connect(server.dsn()) as connection, connection.transaction(force_rollback=True):
        connection.execute("CREATE TABLE t (a int PRIMARY KEY, b int, n int GENERATED ALWAYS AS IDENTITY)")
        assert catalog.read(connection).unmodelled == ()
        connection.execute(sql)
        assert [one for one in catalog.read(connection).unmodelled if name in one]


@pytest.mark.parametrize(("sql", "name"), DEFINED, ids=lambda value: value[:40])
def test_what_a_statement_makes_is_told_by_it(server: Server, sql: str, name: str) -> None:
    with connect(server.dsn()) as connection, connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TABLE t (a int PRIMARY KEY, b int); {sql}")
        found = catalog.read(connection)
        (one,) = (one for one in found.definitions if f"{one.kind.lower()} {one.name}" == name)
        assert found.unmodelled == ()
        for text in (f"DROP {one.kind} {one.name}", *one.sql):
            connection.execute(text.encode())
        assert catalog.read(connection).definitions == found.definitions


def test_what_extensions_own_is_theirs(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        before = catalog.read(connection)
        connection.execute("CREATE EXTENSION vector; CREATE EXTENSION hstore; CREATE EXTENSION btree_gist")
        found = catalog.read(connection)
    assert [one.name for one in found.extensions] == ["btree_gist", "hstore", "vector"]
    assert replace(found, extensions=()) == before == Database()


# --- comparing ----------------------------------------------------------------------------------------------------

TASKS = Table("tasks", columns=(Column("id", "uuid", False), Column("title", "text")))


def compared(left: Table, right: Table) -> tuple[str, ...]:
    return catalog.differences(Database(tables=(left,)), Database(tables=(right,)))


def test_the_order_of_columns_does_not_count() -> None:
    assert compared(TASKS, replace(TASKS, columns=TASKS.columns[::-1])) == ()


def test_a_difference_names_object_and_fact() -> None:
    title = Column("title", "character varying(200)", comment="a\nb")
    assert compared(TASKS, replace(TASKS, columns=(TASKS.columns[0], title), unlogged=True)) == (
        "table tasks: column title: comment none != a b",
        "table tasks: column title: type text != character varying(200)",
        "table tasks: unlogged false != true",
    )


def test_what_one_side_lacks_is_said_with_the_side() -> None:
    left = Database(enums=(EnumType("a", ("x",)),), functions=(Function("f", identity_arguments="a integer"),))
    right = Database(tables=(replace(TASKS, schema="billing"),), unmodelled=("rule r on public.t",))
    assert catalog.differences(left, right) == (
        "enum type a: only on the left",
        "function f(a integer): only on the left",
        "rule r on public.t: only on the right",
        "table billing.tasks: only on the right",
    )


def test_a_constraint_of_another_kind_is_one_difference() -> None:
    key, unique = (replace(TASKS, constraints=(kind("k", ("id",)),)) for kind in (PrimaryKey, Unique))
    assert compared(key, unique) == ("table tasks: primary key k: primary key != unique",)


def test_differences_of_either_side_mirror_each_other() -> None:
    check = replace(TASKS, constraints=(Check("c", "(a > 0)"),))
    assert compared(TASKS, check) == ("table tasks: check c: only on the right",)
    assert compared(check, TASKS) == ("table tasks: check c: only on the left",)


# --- the second observer ------------------------------------------------------------------------------------------


def test_pg_dump_does_not_see_the_order_of_columns(server: Server) -> None:
    tricky = "text DEFAULT 'a, b) --' CHECK (t <> 'x,''(y')"
    one = f'CREATE TABLE t (a numeric(10,2), t {tricky}, "b,c(" int[] DEFAULT ARRAY[1,2], d text COLLATE "C")'
    other = 'CREATE TABLE t (d text COLLATE "C", gone int, "b,c(" int[] DEFAULT ARRAY[1,2], a numeric(10,2))'
    with scratch_database(server) as left, scratch_database(server) as right:
        with connect(server.dsn(left)) as connection:
            connection.execute(one)
        with connect(server.dsn(right)) as connection:
            connection.execute(other)
            connection.execute(f"ALTER TABLE t DROP gone; ALTER TABLE t ADD t {tricky}")
        ours, theirs = dump.normalised(server, left), dump.normalised(server, right)
    assert dump.differences(ours, theirs) == ()
    assert ours == theirs


def test_pg_dump_does_not_see_the_order_of_a_policys_roles(server: Server, scratch: str) -> None:
    roles = ("dump, one", "dump_two")
    with scratch_roles(server, roles), connect(server.dsn(scratch)) as connection:
        connection.execute('CREATE TABLE "p, t" (); CREATE POLICY "TO x" ON "p, t" FOR SELECT TO dump_two, "dump, one"')
        before = dump.normalised(server, scratch)
        connection.execute('ALTER ROLE "dump, one" CONNECTION LIMIT 5; ALTER ROLE dump_two CREATEDB')
        connection.execute('ALTER ROLE "dump, one" CONNECTION LIMIT 6')
        assert dump.normalised(server, scratch) == before and 'TO "dump, one", dump_two' in before
        connection.execute('DROP TABLE "p, t"')


def test_pg_dump_leaves_out_what_is_asked(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute('CREATE TABLE alembic_version (v text); CREATE TABLE "a.b*" (v text); CREATE TABLE kept ()')
    found = dump.normalised(server, scratch, ("alembic_version", "a.b*"))
    assert "kept" in found
    assert "alembic_version" not in found and "a.b*" not in found


def test_bodies_that_look_like_a_dump_are_kept_whole(server: Server, scratch: str) -> None:
    body = "\nSET x = 1;\n-- Name: tasks; Type: TABLE\n\n\\restrict other\nSELECT ');';\n"
    with connect(server.dsn(scratch)) as connection:
        connection.execute("SET check_function_bodies = off")
        connection.execute("CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS " + f"$tag${body}$tag$")
    statements = dump.normalised(server, scratch).split(dump.END)
    assert len(statements) == 2
    assert sum(body in statement for statement in statements) == 1


def test_differences_of_dumps_name_the_lines() -> None:
    left = dump.END.join(["CREATE TABLE public.t (\n    a integer,\n    b text\n)", "CREATE SCHEMA x"])
    right = "CREATE TABLE public.t (\n    a bigint,\n    b text\n)"
    assert dump.differences(left, right) == (
        "CREATE TABLE public.t (: only on the left: a integer",
        "CREATE TABLE public.t (: only on the right: a bigint",
        "only on the left: CREATE SCHEMA x",
    )


# --- mutations ----------------------------------------------------------------------------------------------------


def test_every_mutation_is_caught_by_each_observer_for_the_right_reason(server: Server, everything: str) -> None:
    observers = ("catalog", "pg_dump")
    control, *found = outcomes(server, everything, PROMISED, observers)
    assert control.mutation is UNMUTATED
    assert control.seen == {"catalog": (), "pg_dump": ()}
    missed = [(one.mutation.name, name) for one in found for name in observers if not one.caught_by(name)]
    assert missed == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_the_catalog_sees_a_mutation_before_it_is_committed(open_everything: psycopg.Connection, mutation) -> None:
    before = catalog.read(open_everything)
    with open_everything.transaction(force_rollback=True):
        open_everything.execute(mutation.sql.encode())
        found = catalog.differences(before, catalog.read(open_everything))
    assert [one for one in found if names(one, mutation.object)], found
    assert catalog.read(open_everything) == before


def test_names_of_mutations_are_unique_and_enough() -> None:
    assert len({one.name for one in MUTATIONS}) == len(MUTATIONS)
    assert len(PROMISED) >= 46


# --- elaborating --------------------------------------------------------------------------------------------------


def mistakes(server: Server, **files: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        elaborate.sql(server, {f"{name}.sql": text for name, text in files.items()})
    return [str(one) for one in caught.value.mistakes]


def test_all_files_are_parsed_before_anything_runs(server: Server) -> None:
    found = mistakes(server, a="SELECT 1;\n CREATE TABEL t;", b="CREATE TABLE t (a int", c="SELECT 'é' FROM nothing;")
    assert [one.split(":", 3)[:3] for one in found] == [["a.sql", "2", "9"], ["b.sql", "1", "22"]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("COPY t FROM PROGRAM 'true'", "a.sql:1:1: COPY with a program"),
        ("SELECT 1;\nCOPY t TO '/x'", "a.sql:2:1: COPY with a file"),
        ("COPY (SELECT 1) TO PROGRAM 'true'", "COPY with a program"),
        ("COPY t FROM stdin", "--schema-only"),
        ("SELECT 1;\n\\connect other", "a.sql:2:1: \\connect is a command of psql"),
        ("\\! ls", "a.sql:1:1: \\! is a command of psql"),
        ("SELECT 1;\n-- ü\nCREATE INDEX ON nothing (a)", 'a.sql:3:1: relation "nothing" does not exist'),
        ("CREATE TABLE t (é int);\nCREATE VIEW v AS\n SELECT ö FROM t", 'a.sql:3:9: column "ö" does not exist'),
        ("CREATE EXTENSION nothing_of_this_name", "--server"),
        ("DO $$ BEGIN CREATE ROLE someone; END $$", "permission denied to create role"),
        ("SELECT pg_read_file('/etc/hostname')", "permission denied"),
        ("ALTER SYSTEM SET work_mem = '1MB'", "permission denied"),
        ("CREATE DATABASE other", "permission denied"),
        ("SELECT set_config('role', 'colonnade', false)", "permission denied"),
    ],
)
def test_what_may_not_run_is_refused_with_its_place(server: Server, text: str, words: str) -> None:
    (found,) = mistakes(server, a=text)
    assert words in found


def test_an_elaborated_file_names_no_owner_that_nobody_named(server: Server) -> None:
    text = "CREATE TABLE t (a int); CREATE TABLE u (a int); ALTER TABLE u OWNER TO someone; SELECT '\\x%s'"
    found = elaborate.sql(server, {"a.sql": text}, ["someone"])
    assert [(table.name, table.owner) for table in found.tables] == [("t", None), ("u", "someone")]
    assert found.namespaces == ()


def test_the_output_of_pg_dump_is_a_source(server: Server, everything: str) -> None:
    with scratch_database(server, everything) as clone:
        text = dump._dump(server, clone, ())
        with connect(server.dsn(clone)) as connection:
            original = catalog.read(connection)
    # Ours is a superuser, and no file may act as one.
    loaded = elaborate.sql(
        server, {"dump.sql": text.replace(f"TO {server.user};", "TO postgres;")}, (*ROLES, "postgres")
    )
    assert {table.name for table in loaded.tables} == {table.name for table in original.tables}
    assert {table.owner for table in loaded.tables} == {"postgres", "app_owner"}


def test_no_file_can_act_as_a_superuser(server: Server) -> None:
    with pytest.raises(ServerError, match="exists already"):
        elaborate.sql(server, {"a.sql": f"SET ROLE {server.user}"})


def test_roles_that_a_file_names_are_stood_in_for(server: Server) -> None:
    text = """
        CREATE ROLE setter CREATEROLE; SET ROLE setter; RESET ROLE; CREATE TABLE t (a int);
        CREATE SCHEMA s AUTHORIZATION "The Owner";
        GRANT SELECT ON t TO reader, PUBLIC, CURRENT_USER; ALTER TABLE t OWNER TO postgres;
        ALTER DEFAULT PRIVILEGES FOR ROLE maker GRANT SELECT ON TABLES TO reader;
        CREATE POLICY p ON t TO watcher; GRANT outer_role TO inner_role; REASSIGN OWNED BY leaver TO reader;
    """
    found = elaborate.sql(server, {"a.sql": text})
    assert found.table("t").owner == "postgres"
    assert found.table("t").policies[0].roles == ("watcher",)
    assert found.namespaces[0].owner == "The Owner"
    with connect(server.dsn()) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname IN ('setter', 'reader', 'postgres')")
        assert rows.fetchall() == []


def test_an_untrusted_extension_is_made_by_the_administrator(server: Server) -> None:
    found = elaborate.sql(server, {"a.sql": "CREATE EXTENSION vector; CREATE TABLE t (v vector(3))"})
    assert found.table("t").columns[0].type == "vector(3)"


# --- canonical forms ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schema", [task_management(), wide()], ids=["example", "wide"])
def test_a_canonical_form_differs_only_in_expressions_and_is_its_own(server: Server, schema: Schema) -> None:
    first = elaborate.canonical(server, schema)
    assert elaborate.canonical(server, replace(schema, database=first)) == first
    words = re.compile(r": (expression|using|check|default|generated|predicate|definition|identity) ")
    assert [one for one in catalog.differences(schema.database, first) if not words.search(one)] == []


def test_external_tables_are_not_part_of_a_canonical_form(server: Server) -> None:
    users = replace(task_management().external[0], schema="auth")
    tasks = task_management().database.table("tasks")
    key = replace(tasks.foreign_keys[0], target=("auth", "users"))
    aimed = tuple(key if one == tasks.foreign_keys[0] else one for one in tasks.constraints)
    database = replace(task_management().database, tables=(replace(tasks, constraints=aimed),))
    found = elaborate.canonical(server, replace(task_management(), database=database, external=(users,)))
    assert [table.name for table in found.tables] == ["tasks"]
    assert found.namespaces == ()
    assert found.tables[0].foreign_keys[0].target == ("auth", "users")


OPERATORS_OF_SOMEBODY = """
CREATE TABLE seen ();
CREATE FUNCTION trap(name, name) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$;
CREATE OPERATOR !~ (LEFTARG = name, RIGHTARG = name, FUNCTION = trap);
CREATE OPERATOR = (LEFTARG = name, RIGHTARG = name, FUNCTION = trap);
CREATE OPERATOR ~ (LEFTARG = name, RIGHTARG = name, FUNCTION = trap)
"""


def test_no_operator_of_a_database_runs_while_it_is_read(server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute(OPERATORS_OF_SOMEBODY)
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute("SET search_path = public; SELECT relname !~ 'x' FROM pg_class")
        assert [one.name for one in catalog.read(connection).tables] == ["seen"]
    with looking(server.dsn(scratch)) as connection:
        assert connection.execute("SELECT count(*) FROM pg_class WHERE relname !~ '.'").fetchone() == (0,)

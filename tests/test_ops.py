"""Operations: their order, their way back, and that the locks they declare are those PostgreSQL takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.catalog import read
from colonnade.config import Settings
from colonnade.design.schema import (
    Check,
    Column,
    Database,
    EnumType,
    ForeignKey,
    Function,
    Index,
    IndexKey,
    PrimaryKey,
    Privilege,
    Table,
    Trigger,
    View,
)
from colonnade.diff import creation, undoing, without_rings
from colonnade.ops.op import Irreversible, Op, words
from colonnade.ops.step import Step
from colonnade.ops.text import bracket, default, setting
from colonnade.server import Server, connect, scratch_database, scratch_roles
from colonnade.sql import qualified
from colonnade.writers.file import Request
from colonnade.writers.operations import operations
from support.building import THREE, differing, prepared, psql
from support.example import task_management
from support.wide import wide

EVERYTHING = Path(__file__).with_name("fixtures") / "everything.sql"
LEVELS = (
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
)
# The first version whose GRANT locks the relation, with ACCESS SHARE.
LOCKED_BY_GRANT = 180000
LOCKS = """
SELECT n.nspname, c.relname, c.relkind, l.mode FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.locktype = 'relation' AND l.pid = %s AND l.granted AND c.oid = ANY(%s)
  AND c.relkind IN ('r', 'v', 'm', 'p', 'S', 'i', 'I')
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
RELATIONS = (
    "SELECT oid FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace WHERE nspname ~ '^pg_|^inform')"
)


def sql_of(ops: tuple[Op | Irreversible, ...]) -> list[str]:
    return [step.sql for op in ops if not isinstance(op, Irreversible) for step in op.steps()]


SHUFFLED = ("enums", "domains", "sequences", "functions", "tables", "views")
WIDE_SQL = sql_of(creation(wide().database))

# --- order ----------------------------------------------------------------------------------------------------------


def columns(*names: str, type_: str = "integer") -> tuple[Column, ...]:
    return tuple(Column(name, type_) for name in names)


def test_what_is_needed_comes_first_whatever_the_names() -> None:
    uses = Table(
        "a",
        columns=(Column("id", "z_type", default="z_function()"), *columns("b_id")),
        constraints=(ForeignKey("k", ("b_id",), ("public", "z"), ("id",)), Check("c", "y_function(id) > 0")),
        triggers=(Trigger("t", "BEFORE", ("UPDATE",), ("public", "x_function")),),
    )
    used = Table("z", columns=columns("id"), constraints=(PrimaryKey("z_pkey", ("id",)),))
    functions = tuple(
        Function(f"{letter}_function", privileges=(Privilege("PUBLIC", ("EXECUTE",)),)) for letter in "xyz"
    )
    views = (View("a_view", "SELECT FROM b_view", depends_on=(("public", "b_view"),)), View("b_view", "SELECT 1"))
    database = Database(enums=(EnumType("z_type", ("a",)),), functions=functions, tables=(uses, used), views=views)
    subjects = [op.subject for op in creation(database)]
    for first, second in (
        ("type z_type", "table a"),
        ("table z", "table a"),
        ("function y_function()", "table a"),
        ("function z_function()", "table a"),
        ("function x_function()", "trigger t of a"),
        ("view b_view", "view a_view"),
    ):
        assert subjects.index(first) < subjects.index(second)


def test_the_operations_of_a_table_stand_together() -> None:
    def table(name: str) -> Table:
        index = Index(f"i_{name}", (IndexKey("id"),))
        return Table(name, columns=columns("id"), indexes=(index,), comment="x")

    sections = [op.position.section for op in creation(Database(tables=(table("b"), table("a"), table("c"))))]
    assert sections == ["a"] * 3 + ["b"] * 3 + ["c"] * 3


@given(st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_that_of_the_input(random: Random) -> None:
    database = wide().database
    shuffled = {name: random.sample(getattr(database, name), len(getattr(database, name))) for name in SHUFFLED}
    assert sql_of(creation(replace(database, **{name: tuple(ones) for name, ones in shuffled.items()}))) == WIDE_SQL


@given(st.dictionaries(st.integers(0, 9), st.sets(st.integers(0, 9)), min_size=10, max_size=10))
def test_without_rings_no_ring_is_left(edges: dict[int, set[int]]) -> None:
    from graphlib import TopologicalSorter

    soft = {number: edges.get(number, set()) - {number} for number in range(10)}
    kept = without_rings({number: set() for number in range(10)}, soft)
    assert len(tuple(TopologicalSorter(kept).static_order())) == 10
    assert all(kept[number] <= soft[number] for number in soft)


def test_a_long_chain_of_tables_needs_no_deep_stack() -> None:
    def linked(number: int) -> Table:
        key = ForeignKey(f"k{number}", ("next",), ("public", f"t{number + 1:05}"), ("id",))
        return Table(
            f"t{number:05}", columns=columns("id", "next"), constraints=(key, PrimaryKey(f"p{number}", ("id",)))
        )

    ops = creation(Database(tables=tuple(linked(number) for number in range(3000))))
    assert [op.subject for op in ops][:2] == ["table t02999", "table t02998"]


# --- the way back ---------------------------------------------------------------------------------------------------


def test_what_goes_with_a_table_is_not_undone_by_itself() -> None:
    back = sql_of(undoing(creation(task_management().database)))
    assert back[:2] == ["DROP VIEW active_tasks", "DROP TABLE tasks"]
    assert not any("CASCADE" in sql or "INDEX" in sql for sql in back)


def test_the_reverse_of_a_reverse_is_the_operation_or_is_said_to_be_impossible() -> None:
    for op in creation(wide().database):
        back = op.reverse()
        again = back.reverse() if not isinstance(back, Irreversible) else back
        assert again == op or (isinstance(again, Irreversible) and again.why)


# --- text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ("search_path=pg_catalog, pg_temp", "SET search_path TO 'pg_catalog', 'pg_temp'"),
        ('search_path=""', "SET search_path TO ''"),
        ('search_path="we,ird", "a""b"', "SET search_path TO 'we,ird', 'a\"b'"),
        ("my.Option=it's", "SET my.\"Option\" TO 'it''s'"),
    ],
)
def test_settings(pair: str, expected: str) -> None:
    assert setting(pair) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP"),
        ("'a'::task_status", "'a'::task_status"),
        ("gen_random_uuid()", "gen_random_uuid()"),
        ("-1.5", "-1.5"),
        ("a AND b", "(a AND b)"),
        ("1) ; DROP TABLE x; (", "(1) ; DROP TABLE x; ()"),
    ],
)
def test_defaults(expression: str, expected: str) -> None:
    assert default(expression) == expected


def test_a_comment_in_an_expression_does_not_swallow_the_bracket() -> None:
    assert bracket("a > 0 -- always") == "(a > 0 -- always\n)"


def test_words() -> None:
    assert words("nextval('public.a_seq'::regclass) + f(x.\"Y z\")") >= {"nextval", "a_seq", "f", 'x."Y z"'}


# --- locks ----------------------------------------------------------------------------------------------------------


def observed(
    connection: psycopg.Connection, watcher: psycopg.Connection, step: Step, before: list[int]
) -> dict[str, str]:
    """The strongest lock of `step`, which is run on `connection`, on each relation that was there before."""
    connection.execute(step.sql)  # type: ignore[arg-type]
    found: dict[str, str] = {}
    declared = {name for name, _ in step.locks}
    for schema, name, kind, mode in watcher.execute(LOCKS, [connection.info.backend_pid, before]).fetchall():
        level = re.sub(r"(?<!^)([A-Z])", r" \1", mode.removesuffix("Lock")).upper()
        relation = qualified(schema, name)
        # What guards a table guards its indexes and the sequences it owns; they are declared only where they are meant.
        if kind in ("i", "I", "S") and relation not in declared:
            continue
        found[relation] = max(level, found.get(relation, level), key=LEVELS.index)
    return found


def unlike(connection: psycopg.Connection, watcher: psycopg.Connection, op: Op) -> Iterator[str]:
    """What the steps of `op` declare otherwise than seen; each is committed before the next."""
    for step in op.steps():
        before = [row[0] for row in watcher.execute(RELATIONS).fetchall()]
        with connection.transaction():
            seen = observed(connection, watcher, step, before)
        declared = dict(step.locks)
        if step.sql.startswith(("GRANT", "REVOKE")) and connection.info.server_version < LOCKED_BY_GRANT:
            declared = {}
        gone = {name for name in seen if name not in declared and re.search("^DROP", step.sql)}
        named = {name for name, level in seen.items() if level == "ACCESS SHARE" and name not in declared}
        seen = {name: level for name, level in seen.items() if name not in gone | named}
        if seen != declared:
            yield f"{type(op).__name__}: {step.sql}: declared {declared}, seen {seen}"


def lock_faults(server: Server, database: str, ops: tuple[Op, ...], role: str) -> Iterator[str]:
    """All unlike locks of making `ops` one after the other, each undone and made again."""
    with connect(server.dsn(database)) as connection, connect(server.dsn(database)) as watcher:
        connection.execute(f"SET ROLE {role}; SET search_path = public; SET check_function_bodies = off")
        for op in ops:
            yield from unlike(connection, watcher, op)
            back = op.reverse()
            if not isinstance(back, Irreversible):
                yield from unlike(connection, watcher, back)
                for step in op.steps():
                    connection.execute(step.sql)  # type: ignore[arg-type]


def test_declared_locks_are_those_taken_in_a_design(server: Server, scratch: str) -> None:
    schema = wide()
    ops = operations(Request(schema, Settings()))
    with prepared(server, schema, scratch):
        assert list(lock_faults(server, scratch, ops, "app_owner")) == []


def test_declared_locks_are_those_taken_for_every_kind(server: Server) -> None:
    with scratch_roles(server, THREE), scratch_database(server) as model, scratch_database(server) as scratch:
        psql(server, model, EVERYTHING.read_text(encoding="utf-8"))
        with connect(server.dsn(model)) as connection:
            ops = creation(read(connection))
        assert list(lock_faults(server, scratch, ops, server.user)) == []
        assert differing(server, model, scratch) == ()

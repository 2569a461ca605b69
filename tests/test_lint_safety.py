"""Migrations are judged by what their statements lock, rewrite and read on PostgreSQL."""

from __future__ import annotations

import pytest

from colonnade.config import Settings
from colonnade.elaborate.statements import statements
from colonnade.findings import RULES, Finding, Rule
from colonnade.lint import migrations
from colonnade.lint.changes import Change
from colonnade.lint.pages import parts
from colonnade.lint.safety import SAFETY_CHECKS
from colonnade.server import Server

SAFETY = [RULES[name] for name in sorted(SAFETY_CHECKS)]
TASKS = "CREATE TABLE users (id uuid PRIMARY KEY); CREATE TABLE tasks (id uuid PRIMARY KEY, user_id uuid, title text);"


def judged(server: Server, base: str, *changes: str, transactional: bool = False) -> tuple[Finding, ...]:
    made = [
        Change(name, statements({name: text}), transactional)
        for name, text in ((f"{number}.sql", text) for number, text in enumerate(changes, 1))
    ]
    return migrations.lint(server, {"base.sql": base}, made, Settings())


@pytest.mark.parametrize("rule", SAFETY, ids=lambda rule: rule.name)
def test_a_rule_fires_on_its_bad_example_and_on_no_good_one(server: Server, rule: Rule) -> None:
    example = parts(rule)
    assert {one.rule for one in judged(server, example["Given"], example["Bad"])} == {rule.name}
    assert judged(server, example["Given"], example["Good"]) == ()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CREATE INDEX ON tasks (title)", "blocks writes of tasks while it builds the index"),
        (
            "ALTER TABLE tasks ADD FOREIGN KEY (user_id) REFERENCES users",
            "blocks writes of tasks and users while it reads the whole table",
        ),
        (
            "ALTER TABLE tasks ALTER COLUMN title TYPE integer USING length(title)",
            "blocks reads and writes of tasks while it rewrites the table",
        ),
        (
            "ALTER TABLE tasks ADD CHECK (title <> '')",
            "blocks reads and writes of tasks while it reads the whole table",
        ),
        ("ALTER TABLE tasks ADD UNIQUE (title)", "blocks reads and writes of tasks while it reads the whole table"),
        ("CLUSTER tasks USING tasks_pkey", "blocks reads and writes of tasks while it rewrites the table"),
    ],
)
def test_the_message_says_what_is_blocked_and_why(server: Server, statement: str, message: str) -> None:
    found = judged(server, TASKS, f"SET lock_timeout = '1s'; {statement};")
    assert message in [one.message for one in found]
    assert all(one.place and one.place.file == "1.sql" and one.place.column == 26 for one in found)


def test_a_table_of_the_same_change_is_free_and_one_of_an_earlier_change_is_not(server: Server) -> None:
    make, index = "CREATE TABLE notes (id uuid PRIMARY KEY, title text);", "CREATE INDEX ON notes (title);"
    assert judged(server, "", make + index) == ()
    assert [one.rule for one in judged(server, "", make, index)] == ["read-under-write-lock"]


def test_a_change_may_make_the_roles_that_it_grants_to(server: Server) -> None:
    assert judged(server, TASKS, "CREATE ROLE clerk; ALTER ROLE clerk NOLOGIN; GRANT SELECT ON tasks TO clerk;") == ()


def test_a_lock_is_held_until_the_transaction_ends(server: Server) -> None:
    """VALIDATE alone lets everybody work; after ADD CONSTRAINT in the same transaction it reads under that lock."""
    add = "ALTER TABLE tasks ADD CONSTRAINT short CHECK (length(title) < 9) NOT VALID;"
    validate = "ALTER TABLE tasks VALIDATE CONSTRAINT short;"
    apart = judged(server, TASKS, f"SET lock_timeout = '1s'; {add} {validate}")
    together = judged(server, TASKS, f"SET lock_timeout = '1s'; BEGIN; {add} {validate} COMMIT;")
    assert apart == ()
    assert [one.rule for one in together] == ["read-under-exclusive-lock"]
    assert together[0].fix == "validate in a transaction of its own"


def test_concurrently_in_a_transaction_is_refused_by_postgresql(server: Server) -> None:
    found = judged(server, TASKS, "CREATE INDEX CONCURRENTLY i ON tasks (title);", transactional=True)
    assert [one.rule for one in found] == ["statement-that-fails"]
    assert "autocommit_block" in found[0].fix


def test_a_comment_allows_and_one_without_use_is_told(server: Server) -> None:
    allowed = "-- colonnade: allow MG003 because the table is small\nCREATE INDEX ON tasks (title);\n"
    assert judged(server, TASKS, allowed) == ()
    useless = judged(server, TASKS, "-- colonnade: allow table rewrite\nCREATE TABLE a (id uuid PRIMARY KEY);\n")
    assert [(one.rule, one.place and one.place.line) for one in useless] == [("useless-suppression", 1)]

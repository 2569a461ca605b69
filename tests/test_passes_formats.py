"""Idioms of values, addresses in any case, full-text search, and queries that documents state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design.draft import DraftQuery
from colonnade.design.engine import design
from colonnade.design.meanings import BY_NAME
from colonnade.design.schema import Check
from colonnade.server import connect, scratch_database
from colonnade.vocabulary.formats import FORMATS
from support.drafts import attribute, draft, entity, fact

OWNER = attribute("user_id", "uuid", nullable=False)
TASK = entity(
    "Task", OWNER, attribute("title", "string(80)"), attribute("body", "text"), attribute("status", "enum(todo,done)"),
    attribute("due", "date"),
)  # fmt: skip


def made(*entities, **facts):
    return design(replace(draft(*entities), **facts), Settings())


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: sorted(row.words)[0])
def test_a_format_takes_its_good_values_and_refuses_its_bad_ones(server, row):
    schema, _ = made(entity("Thing", OWNER, attribute("value", sorted(row.words)[0])))
    table = schema.database.table("things")
    checks = [one for one in table.constraints if isinstance(one, Check) and one.name == f"things_value_{row.suffix}"]
    assert len(checks) == 1
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        for values, expected in ((row.good, True), (row.bad, False)):
            for value in values:
                query = f"SELECT {checks[0].expression} FROM (SELECT %s::{table.column('value').type}) AS t (value)"
                assert connection.execute(query, (value,)).fetchone() == (expected,), value


def test_a_name_means_no_format_that_the_type_is_too_short_for():
    things = entity("Thing", OWNER, attribute("phone", "string(3)"), attribute("slug", "string(3)"))
    table = design(draft(things), Settings())[0].database.table("things")
    assert [one.name for one in table.constraints if one.name.endswith("_format")] == ["things_slug_format"]


@pytest.mark.parametrize("name", ["email", "work_email", "phone", "slug", "latitude", "currencyCode"])
def test_a_name_without_doubt_is_checked_as_the_type_of_that_name(name):
    text = entity("Thing", OWNER, attribute(name, "decimal(9,6)" if name == "latitude" else "string(80)"))
    for settings, count in ((Settings(), 1), (Settings(disabled_rules=frozenset({BY_NAME})), 0)):
        checks = [
            one
            for one in design(draft(text), settings)[0].database.table("things").constraints
            if isinstance(one, Check)
        ]
        assert len([one for one in checks if one.name.endswith(("_format", "_range"))]) == count


def test_a_unique_address_is_unique_in_any_case():
    schema, _ = made(entity("Contact", OWNER, attribute("email", "email", unique=True)))
    table = schema.database.table("contacts")
    assert any(one.unique and one.keys[-1].expression == "lower(email)" for one in table.indexes)
    assert any(one.name == "contacts_email_key" for one in table.constraints)


def test_full_text_search_that_a_document_asks_for_has_its_column_and_index():
    schema, _ = made(TASK, requirements=(fact("Tasks offer full-text search on title and body"),))
    table = schema.database.table("tasks")
    assert table.column("search_vector").generated.expression.count("setweight") == 2
    assert [one.method for one in table.indexes if one.columns == ("search_vector",)] == ["gin"]


def query(text):
    return DraftQuery(fact("Asked"), text)


@pytest.mark.parametrize(
    ("text", "types", "index"),
    [
        ("SELECT * FROM tasks WHERE status = :status ORDER BY due DESC", ("task_status",), "idx_tasks_user_status_due"),
        ("SELECT title FROM tasks WHERE title LIKE %s LIMIT %s", ("character varying(80)", "bigint"), None),
        ("SELECT count(*) FROM tasks t WHERE t.due < $1;", ("date",), None),
    ],
)
def test_a_stated_query_is_a_pattern(text, types, index):
    schema, findings = made(TASK, queries=(query(text),))
    pattern = next(one for one in schema.intent.patterns if one.title == "Asked")
    assert (pattern.parameter_types, pattern.index) == (types, index)
    assert "unread-query" not in {one.rule for one in findings}


def test_a_boolean_that_is_compared_as_a_number_is_compared_as_a_boolean():
    flags = entity("Flag", *(attribute(*one) for one in (("active", "boolean"), ("size", "integer"), ("day", "date"))))
    text = "SELECT 'é' FROM flags WHERE active = 1 AND flags.active <> 0 AND size = 1 AND day + 1 > CURRENT_DATE"
    schema, _ = made(flags, queries=(query(text),))
    (pattern,) = (one for one in schema.intent.patterns if one.title == "Asked")
    assert pattern.sql == (
        "SELECT 'é' FROM flags WHERE active = true AND flags.active <> false AND size = 1 AND day + 1 > CURRENT_DATE"
    )


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM tasks", "SELECT * FROM tasks; DROP TABLE tasks", "SELECT * FROM nothing",
        "SELECT missing FROM tasks",
        "SELECT pg_sleep(9) FROM tasks", "SELECT * FROM tasks WHERE status = 'gone'", "SELECT 1", "no SQL at all",
        "SELECT * FROM tasks FOR UPDATE", "SELECT * FROM tasks -- :x", "WITH x AS (DELETE FROM tasks) SELECT * FROM x",
        "SELECT title FROM tasks WHERE status = 1", "SELECT title FROM tasks WHERE title = 1",
        "SELECT * FROM pg_catalog.tasks", "SELECT $1", "SELECT * FROM tasks WHERE 'x' = :y",
    ],
)  # fmt: skip
def test_what_is_no_query_of_this_design_is_reported_and_left_out(text):
    schema, findings = made(TASK, queries=(query(text),))
    assert all(one.title != "Asked" for one in schema.intent.patterns)
    assert "unread-query" in {one.rule for one in findings}


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("List all tasks of a user, oldest first", "WHERE user_id = $1 ORDER BY created_at LIMIT 50"),
        ("Get tasks by status and title", "WHERE status = $1 AND title = $2 LIMIT 50"),
        ("Find done tasks ordered by due desc, title", "WHERE status = 'done' ORDER BY due DESC, title LIMIT 50"),
        ("Count tasks by status", "WHERE status = $1"),
    ],
)
def test_a_query_in_words_is_a_pattern(words, wanted):
    schema, findings = made(TASK, queries=(DraftQuery(fact(words)),))
    pattern = next(one for one in schema.intent.patterns if one.title == words)
    assert pattern.sql.endswith(wanted) and "FROM tasks" in pattern.sql
    assert "unread-query" not in {one.rule for one in findings}


@pytest.mark.parametrize("words", ["Search tasks by title", "List all tasks", "Export it", "Get'; DROP TABLE x --"])
def test_words_that_settle_no_query_are_reported(words):
    _, findings = made(TASK, queries=(DraftQuery(fact(words)),))
    assert "unread-query" in {one.rule for one in findings}


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("Tasks can be searched by title with partial matches", ["title"]),
        ("Users search tasks by title and body (substring search)", ["title", "body"]),
        ("Fuzzy search over task body, tolerant of typing errors", ["body"]),
        ("Tasks match a part of the owner's wishes", []),
        ("Tasks are searched by title", []),
    ],
)
def test_partial_matches_that_a_document_asks_for_have_a_trigram_index_of_each_named_text(words, columns):
    schema, _ = made(TASK, requirements=(fact(words),))
    found = [one for one in schema.database.table("tasks").indexes if one.keys[0].operator_class == "gin_trgm_ops"]
    assert {one.keys[0].column for one in found} == {*columns}
    assert [one.name for one in schema.database.extensions] == ["pg_trgm"] * bool(columns)

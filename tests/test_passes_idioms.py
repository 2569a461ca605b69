"""Polymorphic references, lifecycles, and constraints in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Check, Unique
from colonnade.server import connect, scratch_database
from support.drafts import attribute, draft, entity, fact

OWNER = attribute("user_id", "uuid", nullable=False)
POST = entity("Post", OWNER, attribute("title", "string(80)"))
PHOTO = entity("Photo", OWNER, attribute("path", "text"))
PLAIN = Settings(roles=False, row_level_security=False)


def made(*entities, settings=None):
    schema, findings = design(draft(*entities), settings or Settings())
    return schema, {finding.rule: finding for finding in findings}


def comment(type_, **facts):
    return entity(
        "Comment", OWNER, attribute("subject_type", type_, **facts), attribute("subject_id", "uuid", nullable=False)
    )


@pytest.mark.parametrize(
    ("type_", "facts"),
    [("enum(Post,Photo)", {}), ("string(20)", {"description": "post or photo"}), ("enum(posts,photos)", {})],
)
def test_a_reference_to_one_of_several_tables_is_an_exclusive_arc(type_, facts):
    schema, _ = made(POST, PHOTO, comment(type_, **facts))
    table = schema.database.table("comments")
    assert {key.target[1] for key in table.foreign_keys} == {"posts", "photos", "users"}
    assert {key.on_delete for key in table.foreign_keys} == {"CASCADE"}
    checks = [one.expression for one in table.constraints if isinstance(one, Check)]
    assert any(one.startswith("num_nonnulls(") and one.endswith("= 1") for one in checks)
    assert all(table.column(name).generated for name in ("subject_type", "subject_id"))


@pytest.mark.parametrize(("type_", "facts"), [("string(20)", {}), ("enum(Post,Nothing)", {})])
def test_a_type_column_that_names_no_tables_is_reported(type_, facts):
    schema, findings = made(POST, PHOTO, comment(type_, **facts))
    assert "polymorphic-reference" in findings
    assert schema.database.table("comments").column("subject_id").generated is None


def order(*moves, **facts):
    values = "enum(draft,paid,sent,lost)"
    told = entity("Order", OWNER, attribute("status", values, nullable=False, default="draft"), **facts)
    return replace(told, transitions=tuple(fact(("", old, new)) for old, new in moves))


def test_a_lifecycle_is_kept_by_name(server):
    schema, findings = made(order(("Draft", "paid"), ("paid", "sent"), ("[*]", "draft")), settings=PLAIN)
    assert "unreachable-state" in findings and "unknown-state" not in findings
    function = next(one for one in schema.database.functions if one.name.startswith("keep_"))
    trigger = next(one for one in schema.database.table("orders").triggers if one.name.startswith("keep_"))
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        connection.execute("CREATE TABLE orders (status text); INSERT INTO orders VALUES ('draft')")
        connection.execute(
            f"CREATE FUNCTION {function.name}() RETURNS trigger LANGUAGE plpgsql AS $f${function.body}$f$"
        )
        connection.execute(
            f"CREATE TRIGGER t BEFORE {trigger.events[0]} ON orders FOR EACH ROW WHEN ({trigger.condition})"
            f" EXECUTE FUNCTION {function.name}()"
        )
        for state, refused in (("sent", True), ("paid", False), ("paid", False), ("draft", True), ("sent", False)):
            try:
                connection.execute("UPDATE orders SET status = %s", (state,))
                assert not refused, state
            except Exception as error:
                assert refused and error.diag.constraint_name == "orders_status_transition", error


def test_a_move_of_an_unknown_state_is_reported_and_left_out():
    schema, findings = made(order(("draft", "gone"), ("draft", "paid"), ("paid", "sent"), ("sent", "lost")))
    assert "unknown-state" in findings
    body = next(one.body for one in schema.database.functions if one.name.startswith("keep_"))
    assert "gone" not in body and "('draft', 'paid')" in body


WORDS = (
    ("done_at must be null unless done", "done_at IS NULL OR done"),
    ("done_at is only set when status is paid", "done_at IS NULL OR status = 'paid'"),
    ("done_at is required when paid", "done_at IS NOT NULL OR NOT (status = 'paid')"),
    ("ends_at must be after starts_at", "ends_at > starts_at"),
)


@pytest.mark.parametrize(("words", "expression"), WORDS)
@pytest.mark.parametrize("described", [False, True])
def test_a_constraint_in_words_is_a_check(words, expression, described):
    column, _, said = words.partition(" ")
    stated = {"constraints": () if described else (words,)}
    schema, _ = made(entity(
        "Job", OWNER, attribute("done", "boolean", nullable=False), attribute("status", "enum(new,paid)"),
        *(attribute(name, "timestamptz", description=said if described and name == column else "")
          for name in ("done_at", "starts_at", "ends_at")), **stated,
    ))  # fmt: skip
    table = schema.database.table("jobs")
    assert expression in [one.expression for one in table.constraints if isinstance(one, Check)]


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("title is unique per user", ("user_id", "title")),
        ("title must be unique within a project", ("user_id", "project_id", "title")),
    ],
)
def test_what_is_unique_among_the_rows_of_one_leads_with_its_key(words, columns):
    project = entity("Project", OWNER, attribute("id", "uuid", primary_key=True))
    task = entity("Task", OWNER, attribute("title", "string(9)"), attribute("project_id", "uuid"), constraints=(words,))
    schema, _ = made(project, task)
    uniques = [one.columns for one in schema.database.table("tasks").constraints if isinstance(one, Unique)]
    assert columns in uniques and ("title",) not in uniques

"""What documents state beyond columns: keys of several columns, exclusions, other schemas, refused actions."""

from __future__ import annotations

import pytest

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Exclusion
from support.drafts import attribute, draft, entity, index, relation

OWNER = attribute("user_id", "uuid", nullable=False, references="auth.users(id)")


def made(*entities):
    schema, findings = design(draft(*entities), Settings())
    return schema, {finding.rule: finding for finding in findings}


def test_two_spellings_of_a_table_of_another_schema_are_one_external_table():
    schema, _ = made(
        entity("Profile", attribute("id", "uuid", primary_key=True, references="auth.users.id")), entity("Note", OWNER)
    )
    assert [(one.schema, one.name) for one in schema.external] == [("auth", "users")]
    targets = {key.target for table in schema.database.tables for key in table.foreign_keys}
    assert targets == {("auth", "users")}


def test_a_table_of_another_schema_beside_one_of_the_same_name_is_reported():
    schema, findings = made(entity("User", attribute("id", "uuid", primary_key=True, references="auth.users(id)")))
    assert schema.external == () and "two-schemas" in findings


def projects(*constraints):
    project = entity(
        "Project", OWNER, attribute("id", "uuid", primary_key=True), attribute("code", "string(9)", nullable=False),
        uniques=(index("id", "code"),),
    )  # fmt: skip
    task = entity(
        "Task", OWNER, attribute("project_id", "uuid", nullable=False),
        attribute("project_code", "string(9)", nullable=False),
        constraints=constraints,
    )  # fmt: skip
    return made(project, task)


def test_a_composite_foreign_key_is_one_and_replaces_what_a_name_suggests():
    schema, _ = projects("FOREIGN KEY (project_id, project_code) REFERENCES projects (id, code) ON DELETE CASCADE")
    keys = [key for key in schema.database.table("tasks").foreign_keys if key.target[1] == "projects"]
    assert [key.columns for key in keys] == [("project_id", "project_code", "user_id")]
    assert keys[0].on_delete == "CASCADE"


def test_a_composite_foreign_key_to_what_is_not_unique_is_reported():
    schema, findings = projects("FOREIGN KEY (project_code, project_id) REFERENCES projects (name, id)")
    assert "reference-not-unique" in findings
    assert schema.database.table("tasks").foreign_keys


@pytest.mark.parametrize(
    ("constraint", "elements"),
    [
        ("EXCLUDE USING gist (room WITH =, tstzrange(starts_at, ends_at) WITH &&)",
         (("room", "="), ("tstzrange(starts_at, ends_at)", "&&"))),
        ("no overlapping bookings for the same desk", (("desk_id", "="), ("tstzrange(starts_at, ends_at)", "&&"))),
    ],
)  # fmt: skip
def test_rows_are_kept_apart(constraint, elements):
    times = [attribute(name, "timestamptz", nullable=False) for name in ("starts_at", "ends_at")]
    schema, _ = made(
        entity("Desk", attribute("name", "string(9)", nullable=False)),
        entity("Booking", OWNER, attribute("room", "string(9)"), *times, constraints=(constraint,),
               relations=(relation("many-to-one", "Desk", optional=False),)),
    )  # fmt: skip
    exclusions = [one for one in schema.database.table("bookings").constraints if isinstance(one, Exclusion)]
    assert [one.elements for one in exclusions] == [elements]
    assert [one.name for one in schema.database.extensions] == ["btree_gist"]


def test_an_overlap_without_a_span_is_reported():
    _, findings = made(entity("Booking", OWNER, constraints=("bookings must not overlap",)))
    assert "overlap-without-span" in findings


def test_an_action_that_a_check_refuses_is_not_chosen():
    schema, findings = made(
        entity("Node", OWNER, attribute("kind", "string(9)"), attribute("parent_id", "uuid", nullable=True),
               constraints=("(kind = 'root') = (parent_id IS NULL)",))
    )  # fmt: skip
    keys = [key for key in schema.database.table("nodes").foreign_keys if "parent_id" in key.columns]
    assert [key.on_delete for key in keys] == ["RESTRICT"]
    assert "set-null-against-check" in findings

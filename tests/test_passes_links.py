"""References, ownership, junction tables, what happens on delete."""

from __future__ import annotations

from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import ForeignKey, Unique
from support.drafts import attribute, draft, entity, fact, relation


def designed(*entities, settings=None):
    return design(draft(*entities), settings or Settings())


def foreign_keys(schema, table):
    return {one.name: one for one in schema.database.table(table).foreign_keys}


def rules(findings):
    return {one.rule for one in findings}


OWNED = (attribute("user_id", "uuid", nullable=False), attribute("name", "string(80)"))


def test_a_child_inherits_its_owner_and_its_key_carries_it():
    schema, _ = designed(
        entity("Project", *OWNED),
        entity(
            "Task", attribute("title", "string"), relations=(relation("many-to-one", "Project", on_delete="CASCADE"),)
        ),
        entity("Note", attribute("body", "text"), relations=(relation("many-to-one", "Task"),)),
    )
    tasks, notes = schema.database.table("tasks"), schema.database.table("notes")
    assert schema.intent.entity("notes").owner_column == "user_id"
    assert not tasks.column("user_id").nullable and notes.has("user_id")
    key = foreign_keys(schema, "tasks")["tasks_project_id_user_id_fkey"]
    assert (key.columns, key.target_columns, key.on_delete) == (("project_id", "user_id"), ("id", "user_id"), "CASCADE")
    assert Unique("projects_id_user_id_key", ("id", "user_id")) in schema.database.table("projects").constraints
    assert notes.policies and tasks.force_row_security
    assert any(set(one.columns[:2]) == {"task_id", "user_id"} for one in notes.indexes)


def test_two_sides_that_state_two_actions_are_asked_which_is_meant():
    project = entity("Project", *OWNED, relations=(relation("one-to-many", "Task", on_delete="CASCADE"),))
    task = entity("Task", *OWNED, relations=(relation("many-to-one", "Project", on_delete="RESTRICT"),))
    schema, findings = designed(project, task)
    (key,) = (one for one in schema.database.table("tasks").foreign_keys if one.target[1] == "projects")
    (conflict,) = (one for one in findings if one.rule == "conflicting-relationships")
    assert key.on_delete == "RESTRICT"
    assert "ON DELETE RESTRICT" in conflict.message and "CASCADE" in conflict.message
    agreed = entity("Task", *OWNED, relations=(relation("many-to-one", "Project", on_delete="CASCADE"),))
    assert "conflicting-relationships" not in rules(designed(project, agreed)[1])


def test_a_reference_of_a_key_to_itself_is_left_out_and_said():
    schema, findings = designed(entity("User", attribute("id", "uuid", primary_key=True, references="auth.users.id")))
    assert not foreign_keys(schema, "users")
    by_itself, said = designed(entity("User", attribute("id", "uuid", primary_key=True, references="User.id")))
    assert not foreign_keys(by_itself, "users")
    assert {"two-schemas"} <= rules(findings) and {"reference-to-itself"} <= rules(said)


def test_an_optional_reference_is_emptied_without_the_owner():
    schema, _ = designed(
        entity("Project", *OWNED),
        entity("Task", *OWNED, relations=(relation("many-to-one", "Project", optional=True),)),
    )
    key = foreign_keys(schema, "tasks")["tasks_project_id_user_id_fkey"]
    assert (key.on_delete, key.set_columns) == ("SET NULL", ("project_id",))
    assert schema.database.table("tasks").column("project_id").nullable


def test_one_to_many_told_by_the_parent_is_the_same_as_many_to_one_told_by_the_child():
    told_by_parent = designed(entity("Project", *OWNED, relations=(relation("one-to-many", "Task"),)), entity("Task"))[
        0
    ]
    told_by_child = designed(
        entity("Project", *OWNED), entity("Task", relations=(relation("many-to-one", "Project"),))
    )[0]
    assert told_by_parent.database == told_by_child.database


def test_many_to_many_makes_a_junction_table_with_the_owner_in_both_keys():
    schema, _ = designed(
        entity("Task", *OWNED, relations=(relation("many-to-many", "Tag"),)),
        entity("Tag", *OWNED, relations=(relation("many-to-many", "Task"),)),
    )
    junction = schema.database.table("task_tags")
    assert junction.primary_key.columns == ("task_id", "tag_id", "user_id")
    assert {one.columns for one in junction.foreign_keys} == {
        ("task_id", "user_id"),
        ("tag_id", "user_id"),
        ("user_id",),
    }
    assert any(set(one.columns[:2]) == {"tag_id", "user_id"} for one in junction.indexes)
    (tags,) = (one for one in schema.intent.entity("tasks").relationships if one.kind == "many_to_many")
    assert (tags.join_table, tags.join_columns, tags.back_populates) == ("task_tags", (("task_id", "tag_id"),), "tasks")


def test_a_junction_that_the_documents_define_is_used():
    schema, _ = designed(
        entity("Task", *OWNED, relations=(relation("many-to-many", "Tag", through="TaskTag"),)),
        entity("Tag", *OWNED),
        entity(
            "TaskTag", attribute("task_id", "uuid", references="Task"), attribute("tag_id", "uuid", references="Tag")
        ),
    )
    assert [one.name for one in schema.database.tables] == ["tags", "task_tags", "tasks"]


def test_members_of_something_shared_keep_a_plain_reference():
    schema, _ = designed(
        entity("User", attribute("id", "uuid"), attribute("email", "email")),
        entity("Project", *OWNED, relations=(relation("many-to-many", "User"),)),
    )
    columns = {one.columns for one in schema.database.table("project_users").foreign_keys}
    assert columns == {("project_id",), ("user_id",)}


def test_a_defined_user_owns_the_own_row():
    schema, _ = designed(entity("User", attribute("id", "uuid"), attribute("email", "email", unique=True)))
    assert schema.intent.entity("users").owner_column == "id"
    assert schema.database.table("users").policies[0].using.startswith("id = (SELECT nullif(")


def test_no_owner_is_invented():
    schema, findings = designed(entity("Country", attribute("code", "char(2)", primary_key=True)))
    assert schema.intent.entity("countries").owner_column is None
    assert not schema.database.table("countries").row_security
    assert "no-owner" in rules(findings)


def test_user_id_decides_between_candidates_and_a_reviewer_never_owns():
    schema, findings = designed(
        entity("User", attribute("id", "uuid")),
        entity("Post", attribute("author_id", "uuid"), attribute("user_id", "uuid"), attribute("reviewer_id", "uuid")),
        entity("Review", attribute("reviewer_id", "uuid")),
    )
    assert schema.intent.entity("posts").owner_column == "user_id"
    assert schema.intent.entity("reviews").owner_column is None
    assert {"several-owners", "no-owner"} <= rules(findings)
    assert schema.database.table("posts").column("reviewer_id").nullable


@pytest.mark.parametrize("type_", ["integer", "text", "string(40)", "bigint"])
def test_an_owner_takes_the_type_of_the_users_key(type_):
    schema, _ = designed(entity("Task", attribute("user_id", type_)))
    (users,) = schema.external
    owner = schema.database.table("tasks").column("user_id")
    assert users.column("id").type == owner.type
    cast = schema.database.table("tasks").policies[0].using.rpartition("::")[2]
    assert "(" not in cast


def test_a_key_of_another_type_wins_over_the_stated_type_of_the_reference():
    schema, findings = designed(
        entity("User", attribute("id", "integer", primary_key=True)),
        entity("Task", attribute("user_id", "uuid", references="users.id")),
    )
    assert schema.database.table("tasks").column("user_id").type == "integer"
    assert schema.database.table("users").column("id").identity is not None
    assert {"foreign-key-type", "uuid-primary-keys"} <= rules(findings)


def test_two_targets_of_one_column_are_a_finding_with_both_places():
    schema, findings = designed(
        entity("Author", *OWNED),
        entity("Editor", *OWNED),
        entity(
            "Book",
            *OWNED,
            attribute("person_id", "uuid"),
            relations=(
                relation("many-to-one", "Author", foreign_key="person_id"),
                relation("many-to-one", "Editor", foreign_key="person_id"),
            ),
        ),
    )
    (conflict,) = (one for one in findings if one.rule == "conflicting-relationships")
    assert conflict.message.count("spec.md:") == 2
    assert foreign_keys(schema, "books")["books_person_id_user_id_fkey"].target == ("public", "authors")


@pytest.mark.parametrize(
    ("child", "optional", "expected"),
    [
        ("Comment", False, "CASCADE"),
        ("Comment", True, "SET NULL"),
        ("Payment", False, "RESTRICT"),
        ("PaymentLine", False, "CASCADE"),
    ],
)
def test_what_happens_on_delete_follows_the_kind_of_data(child, optional, expected):
    schema, _ = designed(
        entity("Order", *OWNED), entity(child, *OWNED, relations=(relation("many-to-one", "Order", optional=optional),))
    )
    (key,) = (one for table in schema.database.tables for one in table.foreign_keys if one.target[1] == "orders")
    assert key.on_delete == expected


def test_set_null_on_a_required_column_is_restrict_and_a_finding():
    schema, findings = designed(
        entity("Order", *OWNED),
        entity("Line", *OWNED, attribute("order_id", "uuid", nullable=False, references="Order", on_delete="SET NULL")),
    )
    assert foreign_keys(schema, "lines")["lines_order_id_user_id_fkey"].on_delete == "RESTRICT"
    assert "set-null-on-required" in rules(findings)


def test_a_circle_of_required_references_is_deferrable_once():
    schema, findings = designed(
        entity("Team", *OWNED, relations=(relation("many-to-one", "Captain", optional=False),)),
        entity("Captain", *OWNED, relations=(relation("many-to-one", "Team", optional=False),)),
    )
    keys: list[ForeignKey] = [key for table in schema.database.tables for key in table.foreign_keys]
    assert [key.deferred for key in keys].count(True) == 1
    assert "circular-references" in rules(findings)


def test_a_reference_to_the_own_table_is_optional_and_has_both_relationships():
    schema, _ = designed(entity("Category", *OWNED, relations=(relation("many-to-one", "Category"),)))
    assert schema.database.table("categories").column("parent_id").nullable
    assert {one.name for one in schema.intent.entity("categories").relationships} == {"parent", "children", "user"}


def test_one_to_one_is_a_unique_reference():
    schema, _ = designed(
        entity("User", attribute("id", "uuid"), relations=(relation("one-to-one", "Profile"),)), entity("Profile")
    )
    assert Unique("profiles_user_id_key", ("user_id",)) in schema.database.table("profiles").constraints
    (profile,) = schema.intent.entity("users").relationships
    assert (profile.name, profile.kind, profile.owns_key) == ("profile", "one_to_one", False)


def test_relationship_names_clash_with_nothing():
    schema, _ = designed(
        entity("User", attribute("id", "uuid"), attribute("metadata", "jsonb"), attribute("tasks", "integer")),
        entity("Task", attribute("user_id", "uuid"), attribute("user", "text"), attribute("assignee_id", "uuid")),
        entity("Metadata", attribute("user_id", "uuid")),
    )
    for one in schema.intent.entities:
        table = next(table for table in (*schema.database.tables, *schema.external) if table.name == one.table)
        names = [relationship.name for relationship in one.relationships]
        assert len(set(names)) == len(names)
        assert not set(names) & {column.name for column in table.columns}
        assert "metadata" not in names
        for relationship in one.relationships:
            back = schema.intent.entity(relationship.target).relationships
            assert any(
                other.name == relationship.back_populates and other.back_populates == relationship.name
                for other in back
            )


def test_a_reference_to_a_unique_column_points_to_it():
    schema, _ = designed(
        entity("Product", *OWNED, attribute("sku", "string(20)", unique=True, nullable=False)),
        entity("Price", *OWNED, attribute("sku", "string(20)", references="products.sku")),
    )
    (key,) = (one for one in schema.database.table("prices").foreign_keys if one.target[1] == "products")
    assert key.target_columns[0] == "sku"


def test_a_column_called_after_its_own_table_is_the_key() -> None:
    device = entity("Device", attribute("device_id", "uuid", nullable=False), attribute("serial", "text"))
    parent = entity("Comment", attribute("comment_id", "uuid", nullable=True), attribute("body", "text"))
    schema, _ = design(draft(device, parent), Settings())
    key = schema.database.table("devices").primary_key
    assert key is not None and key.columns == ("device_id",)
    assert not schema.database.table("devices").foreign_keys
    other = schema.database.table("comments").primary_key
    assert other is not None and other.columns == ("id",)


def test_a_table_of_others_keeps_the_name_that_it_has() -> None:
    theirs = replace(entity("user", attribute("id", "text", primary_key=True)), kind=fact("external"))
    note = entity("notes", attribute("user_id", "text", nullable=False, references="user.id"))
    schema, _ = design(draft(theirs, note), Settings())
    assert [table.name for table in schema.external] == ["user"]
    assert [key.target for key in schema.database.table("notes").foreign_keys] == [("public", "user")]


def test_a_stated_author_that_must_be_there_stays_required_though_nobody_says_what_happens_on_delete():
    cue = entity(
        "Cue",
        attribute("created_by", "uuid", nullable=False, references="User"),
        relations=(relation("many-to-one", "User", foreign_key="created_by", on_delete="SET NULL"),),
    )
    schema, _ = designed(cue, entity("User", attribute("email", "string")))
    assert not schema.database.table("cues").column("created_by").nullable


def test_accounts_of_money_are_not_taken_for_users():
    posting = entity("Posting", attribute("created_by", "string"), relations=(relation("many-to-one", "Account"),))
    of_money, _ = designed(entity("Account", attribute("iban", "string")), posting)
    of_people, _ = designed(entity("Account", attribute("email", "string")), posting)
    assert of_money.intent.entity("postings").owner_column is None
    assert of_people.intent.entity("postings").owner_column is not None


def test_no_index_serves_a_pattern_that_the_policy_keeps_from_searching_it():
    ticket = entity("Ticket", *OWNED, attribute("kind", "enum(day,year)", primary_key=True))
    schema, _ = designed(ticket)
    (one,) = (pattern for pattern in schema.intent.patterns if pattern.title.startswith("Get one"))
    assert schema.database.table("tickets").policies and one.index is None
    open_schema, _ = designed(ticket, settings=Settings(row_level_security=False))
    assert next(one.index for one in open_schema.intent.patterns if one.title.startswith("Get one"))


def test_a_stated_length_is_kept_where_a_longer_one_is_assumed():
    schema, _ = designed(entity("Layout", attribute("name", None, max_length=40)))
    table = schema.database.table("layouts")
    checks = [getattr(one, "expression", "") for one in table.constraints]
    assert "char_length(name) <= 40" in checks or table.column("name").type.endswith("(40)")

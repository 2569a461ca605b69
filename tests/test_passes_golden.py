"""The example of reference 1 under the switches of its golden case: every object of the printed SQL, and no other."""

from __future__ import annotations

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.schema import Column, EnumType, ForeignKey, Index, IndexKey, PrimaryKey, Trigger
from support.drafts import task_management

GOLDEN = Settings(
    timestamps="timestamp", row_level_security=False, roles=False, function_search_path=False, pattern_indexes=False
)


def golden_table():
    schema, _ = design(task_management(), GOLDEN)
    return schema, schema.database.table("tasks")


def test_columns_are_those_of_the_printed_table():
    _, table = golden_table()
    now = "CURRENT_TIMESTAMP"
    bare = [(one.name, one.type, one.nullable, one.default) for one in table.columns]
    assert bare == [
        ("id", "uuid", False, "gen_random_uuid()"),
        ("user_id", "uuid", False, None),
        ("title", "character varying(200)", False, None),
        ("description", "text", True, None),
        ("status", "task_status", False, "'todo'"),
        ("priority", "task_priority", False, "'medium'"),
        ("due_date", "date", True, None),
        ("created_at", "timestamp without time zone", False, now),
        ("updated_at", "timestamp without time zone", False, now),
    ]
    assert all(one == Column(*one_bare, comment=one.comment) for one, one_bare in zip(table.columns, bare, strict=True))


def test_constraints_are_those_of_the_printed_table():
    _, table = golden_table()
    assert {(type(one).__name__, one.name) for one in table.constraints} == {
        ("PrimaryKey", "tasks_pkey"),
        ("ForeignKey", "tasks_user_id_fkey"),
        ("Check", "title_not_empty"),
    }
    assert table.primary_key == PrimaryKey("tasks_pkey", ("id",))
    assert table.foreign_keys == (
        ForeignKey("tasks_user_id_fkey", ("user_id",), ("public", "users"), ("id",), on_delete="CASCADE"),
    )


def test_indexes_are_the_five_printed_ones():
    _, table = golden_table()
    assert table.indexes == tuple(
        Index(name, tuple(map(IndexKey, columns)))
        for name, columns in (
            ("idx_tasks_due_date", ("due_date",)),
            ("idx_tasks_status", ("status",)),
            ("idx_tasks_user_due_date", ("user_id", "due_date")),
            ("idx_tasks_user_id", ("user_id",)),
            ("idx_tasks_user_status", ("user_id", "status")),
        )
    )


def test_everything_else_is_the_enums_the_function_and_the_trigger():
    schema, table = golden_table()
    database = schema.database
    assert [(one.name, one.values, one.owner) for one in database.enums] == [
        ("task_priority", ("low", "medium", "high"), None),
        ("task_status", ("todo", "in_progress", "done"), None),
    ]
    assert isinstance(database.enums[0], EnumType)
    (function,) = database.functions
    assert (function.name, function.settings, function.owner) == ("update_updated_at_column", (), None)
    assert table.triggers == (
        Trigger("update_tasks_updated_at", "BEFORE", ("UPDATE",), ("public", "update_updated_at_column")),
    )
    assert (table.policies, table.row_security, table.force_row_security, table.privileges) == ((), False, False, ())
    assert (database.views, database.extensions, database.sequences, schema.intent.roles) == ((), (), (), None)
    assert [one.name for one in database.tables] == ["tasks"]


def test_the_undefined_user_is_an_external_table_with_a_key_of_the_stated_type():
    schema, _ = golden_table()
    (users,) = schema.external
    assert (users.name, [(one.name, one.type) for one in users.columns]) == ("users", [("id", "uuid")])
    assert schema.intent.entity("users").external


def test_defaults_add_what_the_printed_schema_lacks():
    schema, _ = design(task_management(soft_delete=True), Settings())
    table = schema.database.table("tasks")
    assert table.row_security and table.force_row_security
    assert [one.name for one in table.policies] == [
        f"tasks_{word}_own" for word in ("delete", "insert", "select", "update")
    ]
    assert "idx_tasks_user_created_at" in {one.name for one in table.indexes}
    assert table.column("created_at").type == "timestamp with time zone"
    assert [one.name for one in schema.database.views] == ["active_tasks"]
    assert schema.intent.entity("tasks").active_view == "active_tasks"

"""Indexes that serve nothing, and columns that no index reaches behind a policy."""

from __future__ import annotations

from colonnade.config import Settings
from colonnade.design.engine import design
from colonnade.design.passes.advice import LEAKPROOF, MOST_NAMED
from colonnade.server import connect
from colonnade.types import TYPES
from support.drafts import attribute, draft, entity, index, relation
from support.proving import proven

OWNER = attribute("user_id", "uuid", nullable=False)


def made(settings=None):
    task = entity(
        "Task", OWNER, attribute("status", "enum(todo,done)"), attribute("done", "boolean"),
        attribute("price", "money"),
        attribute("project_id", "uuid"), indexes=(index("status"), index("done"), index("price")),
        relations=(relation("many-to-one", "Project"),),
    )  # fmt: skip
    schema, findings = design(draft(task, entity("Project", OWNER)), settings or Settings())
    return {one.name for one in schema.database.table("tasks").indexes}, {one.rule: one for one in findings}


def test_what_serves_nothing_is_reported_and_left_out_by_economy():
    names, findings = made()
    assert {"idx_tasks_user_id", "idx_tasks_done"} <= names
    assert "idx_tasks_user_id" in findings["index-economy"].message
    fewer, told = made(Settings(economy=True))
    assert names - fewer == {"idx_tasks_user_id", "idx_tasks_done"} and "left out" in told["index-economy"].message


def test_of_many_indexes_that_serve_nothing_some_are_named_and_the_others_counted():
    flagged = [entity(f"Task{n}", OWNER, attribute("done", "boolean"), indexes=(index("done"),)) for n in range(20)]
    _, findings = design(draft(*flagged), Settings())
    message = next(one.message for one in findings if one.rule == "index-economy")
    # The index of the owner and the one of the flag, of each table.
    assert message.count(" (") == MOST_NAMED and message.endswith(f" and {40 - MOST_NAMED} more")


def test_what_a_policy_makes_unsearchable_is_reported():
    _, findings = made()
    message = findings["index-behind-policy"].message
    assert "status" not in message and "price (numeric(12,2))" in message and "user_id" not in message
    _, without = made(Settings(row_level_security=False))
    assert "index-behind-policy" not in without
    _, checked = made(Settings(enums="check"))
    assert "status" not in checked["index-behind-policy"].message


def test_each_value_of_an_enum_has_an_index_behind_a_policy():
    names, findings = made()
    assert {"idx_tasks_user_status_todo", "idx_tasks_user_status_done"} <= names
    assert "status" in findings["index-per-value"].message
    for settings in (
        Settings(row_level_security=False), Settings(pattern_indexes=False), Settings(enums="check"),
        Settings(disabled_rules=frozenset({"index-per-value"})),
    ):  # fmt: skip
        assert not any(name.endswith("_todo") for name in made(settings)[0])


def test_values_of_any_spelling_have_indexes_and_too_many_have_none(server):
    odd = ("in progress", "In-Progress", "it's", "a\\b", "完了", "?")
    task = entity(
        "Task", OWNER, attribute("state", "enum", enum_values=odd),
        attribute("many", "enum", enum_values=tuple("abcdefghi")),
        indexes=(index("state"), index("many")),
    )  # fmt: skip
    drafted = draft(task)
    schema, _ = design(drafted, Settings())
    split = {one.title: one.by_value for one in schema.intent.patterns}
    assert len(set(split["List tasks of a user by state"])) == len(odd) and not split["List tasks of a user by many"]
    proofs = proven(
        server, drafted, Settings(), schema, frozenset({"value-behind-policy"}), frozenset({"roles", "sql"})
    )
    assert [one.passed for one in proofs] == [True]


def test_a_key_among_all_users_is_reported_as_telling_of_them():
    task = entity("Task", OWNER, attribute("title", "text", unique=True), attribute("code", "text"),
                  constraints=("UNIQUE (user_id, code)",))  # fmt: skip
    _, findings = design(draft(task), Settings())
    (told,) = [one for one in findings if one.rule == "unique-among-all-users"]
    assert "tasks_title_key (title)" in told.message and "code" not in told.message and "user_id" in told.fix


def test_the_list_of_leakproof_types_is_the_servers(server):
    """The equality and the less-than of the default B-tree operator class decide."""
    query = """
        SELECT format_type(c.opcintype, NULL), bool_and(p.proleakproof)
        FROM pg_opclass c JOIN pg_am a ON a.oid = c.opcmethod AND a.amname = 'btree'
        JOIN pg_amop o ON o.amopfamily = c.opcfamily AND o.amoplefttype = c.opcintype AND o.amoprighttype = c.opcintype
        JOIN pg_operator r ON r.oid = o.amopopr JOIN pg_proc p ON p.oid = r.oprcode
        WHERE c.opcdefault GROUP BY 1
    """
    with connect(server.dsn()) as connection:
        leakproof = dict(connection.execute(query).fetchall())
    # What has no class of its own is compared as the type that it is cast to.
    leakproof |= {"character varying": leakproof["text"], "cidr": leakproof["inet"]}
    known = {row.name for row in TYPES} & leakproof.keys()
    assert {name for name in known if leakproof[name]} == LEAKPROOF & known

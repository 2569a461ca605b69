"""Rules over values: which indexes are redundant, hostile names, the whole fixture, and the stories of every object."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.config import Settings
from colonnade.design.schema import Column, Database, Index, IndexKey, PrimaryKey, Schema, Table, Unique
from colonnade.lint import run, story
from colonnade.lint.world import World
from colonnade.prove import LAWS
from colonnade.server import Server
from support.example import task_management
from support.wide import wide

EVERYTHING = Path(__file__).with_name("fixtures") / "everything.sql"
REDUNDANT = {"duplicate-index", "overlapping-index", "index-duplicating-constraint"}
HOSTILE = (
    "Order",
    "user",
    'na"me',
    "naïve",
    "O'Brien",
    "a.b",
    "a/b",
    "two\nlines",
    "'); DROP TABLE x; --",
    "%s",
    "{{ }}",
)

SHORT = Index("short", (IndexKey("a"),))
LONG = Index("long", (IndexKey("a"), IndexKey("b")))


def table(*indexes: Index, **changes: Any) -> Table:
    columns = (Column("id", "uuid", nullable=False), Column("a", "text", nullable=False), Column("b", "date"))
    one = Table("t", columns=columns, constraints=(PrimaryKey("t_pkey", ("id",)),), indexes=indexes)
    return replace(one, **changes)


def rules_of(one: Table) -> set[str]:
    return {finding.rule for finding in run.judged(World(Database(tables=(one,))), Settings())}


def redundant(one: Table) -> set[str]:
    return rules_of(one) & REDUNDANT


@pytest.mark.parametrize(
    ("short", "long", "expected"),
    [
        (SHORT, LONG, {"overlapping-index"}),
        (SHORT, replace(LONG, unique=True), {"overlapping-index"}),
        (replace(SHORT, unique=True), LONG, set()),
        (replace(SHORT, predicate="(b IS NULL)"), LONG, set()),
        (SHORT, replace(LONG, predicate="(b IS NULL)"), set()),
        (replace(SHORT, predicate="(b IS NULL)"), replace(LONG, predicate="(b IS NULL)"), {"overlapping-index"}),
        (replace(SHORT, keys=(IndexKey("a", operator_class="text_pattern_ops"),)), LONG, set()),
        (replace(SHORT, keys=(IndexKey("a", collation='"C"'),)), LONG, set()),
        (replace(SHORT, keys=(IndexKey("a", descending=True),)), LONG, set()),
        (replace(SHORT, method="hash"), LONG, set()),
        (replace(SHORT, include=("b",)), LONG, {"overlapping-index"}),
        (replace(SHORT, include=("id",)), LONG, set()),
        (SHORT, replace(LONG, valid=False), set()),
        (SHORT, replace(SHORT, name="long"), {"duplicate-index"}),
        (SHORT, replace(SHORT, name="long", unique=True), set()),
    ],
)
def test_an_index_is_redundant_only_where_another_does_all_that_it_does(
    short: Index, long: Index, expected: set[str]
) -> None:
    assert redundant(table(long, short)) == expected


def test_an_index_of_a_constraint_counts_too() -> None:
    keyed = table(SHORT, constraints=(PrimaryKey("t_pkey", ("id",)), Unique("t_a_b_key", ("a", "b"))))
    assert redundant(keyed) == {"overlapping-index"}
    assert redundant(replace(keyed, constraints=(PrimaryKey("t_pkey", ("a",)),))) == {"index-duplicating-constraint"}


def test_what_is_unique_in_the_table_of_users_is_meant_for_all() -> None:
    names = ("id", "user_id", "email")
    columns = tuple(Column(name, "text", nullable=False) for name in names)
    unique = Unique("t_email_key", ("email",))
    users = Table("t", columns=columns, constraints=(PrimaryKey("t_pkey", ("user_id",)), unique), row_security=True)
    assert "unique-across-users" not in rules_of(users)
    assert "unique-across-users" in rules_of(replace(users, constraints=(PrimaryKey("t_pkey", ("id",)), unique)))


def test_a_unique_that_holds_the_primary_key_binds_every_row() -> None:
    target = Unique("t_id_b_key", ("id", "b"))
    keyed = table(constraints=(PrimaryKey("t_pkey", ("id",)), target))
    assert "unique-with-empty-column" not in rules_of(keyed)
    assert "unique-with-empty-column" in rules_of(replace(keyed, constraints=(replace(target, columns=("a", "b")),)))


@given(st.lists(st.sampled_from(HOSTILE), min_size=3, max_size=3, unique=True))
def test_no_name_breaks_a_rule_or_a_story(names: list[str]) -> None:
    columns = tuple(Column(name, "text") for name in names)
    one = table(Index(names[0], (IndexKey(names[1]),)), name=names[2], columns=(Column("id", "uuid"), *columns))
    run.judged(World(Database(tables=(one,))), Settings())
    schema = replace(wide(), database=Database(tables=(one,)), external=())
    for subject in story.subjects(schema):
        assert story.story(schema, subject).definition


@pytest.mark.parametrize("schema", [task_management(), wide()], ids=["example", "wide"])
def test_every_object_has_a_story_and_every_law_in_it_exists(schema: Schema) -> None:
    titles = {name: law.title for name, law in LAWS.items()}
    for subject in story.subjects(schema):
        told = story.story(schema, subject)
        assert told.name in story.text(told, titles)
        assert "\n" not in told.definition and all(name in LAWS for name in told.laws)


def test_laws_that_a_story_names_exist() -> None:
    assert {name for names in story.LAWS.values() for name in names} <= set(LAWS)


def test_a_schema_of_every_kind_of_object_is_judged_the_same_twice(server: Server) -> None:
    texts = {"everything.sql": EVERYTHING.read_text(encoding="utf-8")}
    first = run.sql_files(server, texts)
    assert first and first == run.sql_files(server, texts)
    assert all(one.place is not None for one in first), [str(one) for one in first if one.place is None]

"""What the prover derives from a Draft, without a database."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.config import Settings
from colonnade.design.draft import Draft, DraftAttribute, DraftEntity, Fact
from colonnade.design.engine import design
from colonnade.errors import Place
from colonnade.prove import claims, references, stated, tries
from colonnade.prove.keys import stated_uniques
from support.proving import planner

HERE = Place("spec.md", 7, 3)


def found(draft: Draft, settings: Settings | None = None) -> dict[str, set[str]]:
    """By law, the subjects and words of all claims."""
    chosen = settings or Settings()
    schema, _ = design(draft, chosen)
    result: dict[str, set[str]] = {}
    for pair in stated.pairs(draft, schema):
        for claim in claims.from_draft(pair, chosen):
            result.setdefault(claim.law, set()).add(f"{claim.subject}: {claim.says}")
    return result


def entity(*constraints: str, **attributes: str) -> Draft:
    """A draft of one entity Thing with these attributes and constraints."""
    columns = tuple(DraftAttribute(Fact(name, HERE), Fact(type_, HERE)) for name, type_ in attributes.items())
    texts = tuple(Fact(text, HERE) for text in constraints)
    return Draft(
        (DraftEntity(Fact("Thing", HERE), Fact("table", HERE), attributes=columns, constraints=texts),), "things"
    )


def test_every_kind_of_claim_is_derived_from_the_planner() -> None:
    made = found(planner())
    assert made[claims.NOT_NULL] >= {"tasks.title: not NULL", "tasks.status: not NULL", "projects.user_id: not NULL"}
    assert made[claims.NOT_EMPTY] == {"projects.name: not empty", "tasks.title: not empty", "comments.body: not empty"}
    assert made[claims.LISTED] == {
        "tasks.status: one of todo, in_progress, done",
        "tasks.priority: one of low, medium, high",
    }
    assert "tasks.title: at most 200 characters" in made[claims.LENGTH]
    assert made[claims.PRECISION] == {"projects.budget: at most 10 digits, 2 of them after the point"}
    assert made[claims.RANGE] == {"projects.budget: >= 0"}
    assert "projects: ends_on > starts_on" in made[claims.STATED]


def test_a_rule_that_is_off_makes_no_claim() -> None:
    off = Settings(disabled_rules=frozenset({"text-not-empty", "enum-defaults"}))
    made = found(planner(), off)
    assert claims.NOT_EMPTY not in made
    assert "tasks.status: not NULL" not in made[claims.NOT_NULL]


def test_owned_entities_and_references_come_from_the_words_of_the_draft() -> None:
    draft = planner()
    schema, _ = design(draft, Settings())
    assert {one.name.value for one, _ in references.owned_entities(draft)} == {"Project", "Task"}
    told = {(one.child, one.parent, one.column, one.on_delete) for one in references.of(draft, schema)}
    assert ("tasks", "projects", "project_id", "RESTRICT") in told
    assert ("comments", "tasks", "task_id", "CASCADE") in told


@pytest.mark.parametrize(
    ("text", "kind", "columns"),
    [
        ("title NOT NULL", "required", ("title",)),
        ("Due Date is not null", "required", ("Due Date",)),
        ('"Order" UNIQUE', "unique", ("Order",)),
        ("unique (a, b)", "unique", ("a", "b")),
        ("PRIMARY KEY (a, b)", "primary key", ("a", "b")),
        ("state DEFAULT 'x'", "default", ("state",)),
        ("CHECK (a > 0)", "expression", ("a",)),
        ("CONSTRAINT fine CHECK (a > b)", "expression", ("a", "b")),
        ("length(name) >= 3", "expression", ("name",)),
        ("the title must be short", "unknown", ()),
        ("a > 0) ; DROP TABLE x; --", "unknown", ()),
        ("", "unknown", ()),
    ],
)
def test_stated_constraints_are_understood(text: str, kind: str, columns: tuple[str, ...]) -> None:
    one = stated.understood(text, HERE)
    assert (one.kind, one.columns) == (kind, columns)


@given(st.text(alphabet=string.printable, max_size=60))
def test_no_text_upsets_the_reader_of_constraints(text: str) -> None:
    assert stated.understood(text, HERE).kind in ("required", "unique", "primary key", "default", "reference",
                                                  "expression", "unknown")  # fmt: skip


def test_a_condition_that_calls_what_it_must_not_is_never_tried() -> None:
    draft = entity("pg_sleep(10) IS NOT NULL AND size > 0", "pg_read_file(name) <> ''", size="integer", name="text")
    assert claims.STATED not in found(draft)


def test_constants_and_both_neighbours_are_tried() -> None:
    draft = entity("age BETWEEN 18 AND 65", age="integer")
    table = design(draft, Settings())[0].database.table("things")
    made = tries.single(table.column("age"), "integer", "age BETWEEN 18 AND 65")
    assert {"(18) - 1", "(18)", "(18) + 1", "(65) - 1", "(65)", "(65) + 1", "NULL"} <= set(made)


@pytest.mark.parametrize(
    "name", ["Order", "user", 'na"me', "naïve", "O'Brien", "x" * 80, "{{ }}", "%s", ":name", "a\\b"]
)
def test_attributes_find_their_columns_whatever_they_are_called(name: str) -> None:
    draft = entity(**{name: "integer"})
    schema, _ = design(draft, Settings())
    pair = stated.pairs(draft, schema)[0]
    assert pair.column(name) is not None


def test_uniques_are_found_wherever_they_are_stated() -> None:
    draft = entity("code UNIQUE", "UNIQUE (kind, place)", code="text", kind="text", place="text")
    schema, _ = design(draft, Settings())
    assert {columns for columns, _ in stated_uniques(stated.pairs(draft, schema)[0])} == {("code",), ("kind", "place")}

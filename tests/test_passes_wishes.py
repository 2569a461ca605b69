"""What a document asks of a whole table, in words and as keys of the entity list."""

from __future__ import annotations

import json

import pytest

from colonnade.config import Settings
from colonnade.design.draft import Draft
from colonnade.design.engine import design
from colonnade.design.schema import Schema
from colonnade.sources import entities, markdown
from colonnade.vocabulary import wishes

OWNED = {"user_id": "uuid", "title": "string(80)"}


def listed(*several: dict[str, object]) -> Draft:
    return entities.read(json.dumps({"entities": several}), "entities.json")


def spoken(text: str) -> Draft:
    return markdown.read([("spec.md", text)], "001-sample")


def designed(draft: Draft) -> Schema:
    return design(draft, Settings())[0]


def told(draft: Draft, entity: str) -> set[str]:
    return {wish.value[0] for one in draft.entities if one.name.value == entity for wish in one.wishes}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Uses optimistic locking.", {wishes.LOCKING}),
        ("There is no optimistic locking.", set()),
        ("Carries audit columns (created_by, updated_by).", {wishes.AUTHORS}),
        ("Partitioned by month on created_at, kept for 24 months.", {wishes.PARTITION, wishes.RETENTION}),
        ("The party is partly paid by the partner.", set()),
        ("Orders are kept for their customers.", set()),
        ("It extends the Vehicle.", {wishes.EXTENDS}),
    ],
)
def test_sentences_below_an_entity_tell_its_wishes(sentence: str, expected: set[str]) -> None:
    below = f"### Order\n\n- id: uuid\n- title: string(80)\n\n{sentence}\n\n### Vehicle\n\n- id: uuid\n"
    text = f"# Sample\n\n## Entities\n\n{below}"
    assert told(spoken(text), "Order") == expected
    assert told(spoken(text), "Vehicle") == set()


def test_a_sentence_about_all_tables_is_a_wish_of_each() -> None:
    below = "## Entities\n\n### Order\n\n- id: uuid\n\n### Part\n\n- id: uuid\n"
    text = f"# Sample\n\n## Rules\n\nAll tables use optimistic locking.\n\n{below}"
    draft = spoken(text)
    assert told(draft, "Order") == told(draft, "Part") == {wishes.LOCKING}


def test_a_version_is_a_column_of_counts_or_stands_beside_one_of_another_meaning() -> None:
    schema = designed(
        listed(
            {"name": "Page", "attributes": {**OWNED, "version": "string(20)"}, "optimistic_locking": True},
            {"name": "Draft", "attributes": {**OWNED, "lock_version": "integer"}, "optimistic_locking": True},
            {"name": "Note", "attributes": OWNED, "optimistic_locking": False},
        )
    )
    assert schema.intent.entity("pages").version_column == "lock_version"
    assert schema.database.table("pages").column("version").type == "character varying(20)"
    assert schema.database.table("drafts").column("lock_version").default == "1"
    assert schema.intent.entity("notes").version_column is None
    assert [one.name for one in schema.database.functions if one.name.startswith("count_")] == [
        "count_lock_version_column"
    ]


def modes(schema: Schema, table: str) -> dict[str, str | None]:
    return {one.target: one.on_soft_delete for one in schema.intent.entity(table).relationships if not one.owns_key}


def test_soft_delete_reaches_dependent_children_unless_a_document_says_otherwise() -> None:
    text = """# Shop

## Entities

### Customer

| Field | Type | Constraints |
|---|---|---|
| user_id | uuid | not null |
| name | string(80) | not null |

Uses soft delete. A customer cannot be deleted while it has contracts.

### Address

| Field | Type | Constraints |
|---|---|---|
| customer_id | uuid | not null, FK → Customer |

Soft-deleted together with its customer.

### Visit

| Field | Type | Constraints |
|---|---|---|
| customer_id | uuid | not null, FK → Customer |

Uses soft delete. Soft-deleting the customer keeps its visits.

### Contract

| Field | Type | Constraints |
|---|---|---|
| customer_id | uuid | not null, FK → Customer |
"""
    assert modes(designed(spoken(text)), "customers") == {
        "addresses": "together", "visits": "keep", "contracts": "refuse",
    }  # fmt: skip


def test_children_of_other_users_are_left_with_a_note() -> None:
    link = {"type": "many-to-one", "target_entity": "Tag", "foreign_key": "tag_id", "cascade": "CASCADE"}
    draft = listed(
        {"name": "Tag", "attributes": {"name": "string(20)"}, "soft_delete": True},
        {"name": "Note", "attributes": OWNED, "relationships": [link], "soft_delete": True},
    )
    schema, findings = design(draft, Settings())
    assert modes(schema, "tags") == {"notes": "keep"}
    assert "children-of-others" in {one.rule for one in findings}


def test_audit_columns_name_no_owner_and_need_users() -> None:
    shared, alone = (
        designed(listed(*several))
        for several in (
            (
                {"name": "Note", "attributes": OWNED},
                {"name": "Tag", "attributes": {"name": "string(20)"}, "audit_columns": True},
            ),
            ({"name": "Tag", "attributes": {"name": "string(20)"}, "audit_columns": True},),
        )
    )
    tags = shared.database.table("tags")
    assert (shared.intent.entity("tags").owner_column, tags.policies) == (None, ())
    assert {one.columns for one in tags.foreign_keys} == {("created_by",), ("updated_by",)}
    assert not alone.database.table("tags").has("created_by")

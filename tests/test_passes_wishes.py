"""What a document asks of a whole table, in words and as keys of the entity list."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from colonnade.config import Settings
from colonnade.design.draft import Draft
from colonnade.design.engine import design
from colonnade.design.schema import Check, Schema, Table, Unique
from colonnade.server import Server
from colonnade.sources import entities, markdown
from colonnade.vocabulary import wishes
from support.proving import proven

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
        ("Every change to an order is recorded with the user who made it.", {wishes.TRAIL}),
        ("An audit trail is kept for compliance.", {wishes.TRAIL}),
        ("There is no audit log.", set()),
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


# --- value objects, inheritance, lookup tables -----------------------------------------------------------------------

ADDRESS = {"name": "Address", "attributes": {"street": "string(80)", "city": "string(80)", "unit": "string(9)"},
           "constraints": ["street NOT NULL", "city NOT NULL"]}  # fmt: skip


def checks(schema: Schema, table: str) -> set[str]:
    found = schema.database.table(table).constraints
    return {one.expression for one in found if isinstance(one, Check)}


def test_a_value_object_is_columns_of_its_owner_whole_or_missing() -> None:
    home = {"name": "Home", "attributes": {"user_id": "uuid", "place": "Address", "postalPlace": "Address"}}
    schema = designed(listed({**ADDRESS, "value_object": "columns"}, {**home, "constraints": ["place NOT NULL"]}))
    assert [one.name for one in schema.database.tables] == ["homes"]
    homes = schema.database.table("homes")
    assert not homes.column("place_street").nullable and homes.column("place_unit").nullable
    assert homes.column("postal_place_city").type == "character varying(80)"
    assert "num_nonnulls(postal_place_street, postal_place_city) IN (0, 2)" in checks(schema, "homes")


def test_a_value_object_as_jsonb_and_a_list_of_values_are_checked_for_their_form() -> None:
    home = {"name": "Home", "attributes": {"user_id": "uuid", "place": "Address", "former": "Address[]"}}
    schema = designed(listed({**ADDRESS, "value_object": "jsonb"}, home))
    assert {schema.database.table("homes").column(one).type for one in ("place", "former")} == {"jsonb"}
    assert checks(schema, "homes") == {
        "jsonb_typeof(place) = 'object'", "place ?& ARRAY['street', 'city']", "jsonb_typeof(former) = 'array'",
    }  # fmt: skip


VEHICLE = {
    "name": "Vehicle",
    "attributes": {"user_id": "uuid", "plate": "string(9)"},
    "constraints": ["plate NOT NULL"],
}
CAR = {"name": "Car", "attributes": {"doors": "integer"}, "constraints": ["doors NOT NULL"], "extends": "Vehicle"}
TRIP = {"name": "Trip", "attributes": {"user_id": "uuid", "car_id": "uuid"}, "relationships": [
    {"type": "many-to-one", "target_entity": "Car", "foreign_key": "car_id"}]}  # fmt: skip


def test_an_abstract_entity_that_nothing_refers_to_is_concrete() -> None:
    schema = designed(listed({**VEHICLE, "abstract": True}, CAR))
    (cars,) = schema.database.tables
    assert [one.name for one in cars.columns][:4] == ["id", "doors", "user_id", "plate"]
    assert not cars.column("plate").nullable


def test_an_entity_with_rows_of_its_own_shares_its_key_with_those_that_extend_it() -> None:
    schema = designed(listed(VEHICLE, CAR))
    cars = schema.database.table("cars")
    keys = {(one.columns, one.target[1], one.on_delete) for one in cars.foreign_keys}
    assert (("id", "user_id"), "vehicles", "CASCADE") in keys
    assert cars.primary_key and cars.primary_key.columns == ("id", "user_id")
    assert cars.column("id").default is None and not cars.has("plate")


def test_a_single_table_ties_what_a_subtype_has_to_its_kind_and_takes_its_references() -> None:
    schema = designed(listed({**VEHICLE, "inheritance": "single-table"}, CAR, TRIP))
    assert {one.name for one in schema.database.tables} == {"vehicles", "trips"}
    assert schema.database.table("vehicles").column("doors").nullable
    assert {"doors IS NULL OR kind = 'car'", "doors IS NOT NULL OR kind <> 'car'"} <= checks(schema, "vehicles")
    assert any(one.target[1] == "vehicles" for one in schema.database.table("trips").foreign_keys)


@pytest.mark.parametrize("parent", ["Plane", "Car"])
def test_an_unknown_supertype_and_a_circle_are_findings(parent: str) -> None:
    schema, findings = design(listed({**CAR, "extends": parent}), Settings())
    assert [one.name for one in schema.database.tables] == ["cars"]
    assert "unknown-supertype" in {one.rule for one in findings}


def test_markdown_tells_the_same_in_words() -> None:
    text = """# Fleet

## Entities

### Vehicle (abstract)

| Field | Type | Constraints |
|---|---|---|
| user_id | uuid | not null |
| home | Address | not null |
| colour_code | string(3) | FK → Colour |

Stored with joined inheritance.

### Car (extends Vehicle)

| Field | Type | Constraints |
|---|---|---|
| doors | integer | not null |

### Address (value object)

| Field | Type | Constraints |
|---|---|---|
| city | string(80) | not null |

### Colour (lookup table)

| Field | Type | Constraints |
|---|---|---|
| code | string(3) | primary key |
"""
    schema, findings = design(spoken(text), Settings())
    assert {one.name for one in schema.database.tables} == {"vehicles", "cars", "colours"}
    assert not schema.database.table("vehicles").column("home_city").nullable
    assert schema.intent.entity("colours").audience == "reference"
    assert not [one for one in findings if one.severity == "warning" and "User" not in one.message]


def test_a_one_to_one_between_tables_of_users_tells_nothing_of_others_by_its_unique_key() -> None:
    link = {"type": "many-to-one", "target_entity": "Order", "foreign_key": "order_id"}
    invoice = {"name": "Invoice", "attributes": {"order_id": "uuid"}, "relationships": [link]}
    schema = designed(
        listed(
            {"name": "Order", "attributes": OWNED}, {**invoice, "constraints": ["order_id NOT NULL", "order_id UNIQUE"]}
        )
    )
    uniques = [one.columns for one in schema.database.table("invoices").constraints if isinstance(one, Unique)]
    assert uniques == [("user_id", "order_id")]


def computed(*constraints: str) -> tuple[Schema, set[str]]:
    entity = {
        "name": "Lift",
        "attributes": {**OWNED, "reps": "integer", "weight": "decimal(6,2)", "volume": "decimal(9,2)"},
    }
    schema, findings = design(listed({**entity, "constraints": list(constraints)}), Settings())
    return schema, {one.rule for one in findings}


def test_a_generated_column_is_worked_out_from_its_row() -> None:
    schema, _ = computed("volume GENERATED ALWAYS AS (reps * weight) STORED", "volume NOT NULL")
    volume = schema.database.table("lifts").column("volume")
    assert volume.generated and volume.generated.expression == "reps * weight"
    assert (volume.nullable, volume.default, volume.privileges) == (False, None, ())


@pytest.mark.parametrize("text", ["now()", "volume + 1", "extract(epoch from now()) * reps", "pg_sleep(9) * reps", "1"])
def test_what_the_server_cannot_keep_is_a_plain_column_with_a_finding(text: str) -> None:
    schema, rules = computed(f"volume GENERATED ALWAYS AS ({text}) STORED")
    assert schema.database.table("lifts").column("volume").generated is None
    assert "uncomputable-column" in rules


# --- partitions ------------------------------------------------------------------------------------------------------

READING = {"name": "Reading", "attributes": {"user_id": "uuid", "recorded_on": "date"},
           "constraints": ["user_id NOT NULL"]}  # fmt: skip


def bounds(schema: Schema, table: str) -> list[str]:
    return [one.partition_of[1] for one in schema.database.tables
            if one.partition_of and one.partition_of[0][1] == table]  # fmt: skip


def test_a_table_divided_by_time_has_the_time_in_its_key_and_a_function_that_keeps_its_partitions() -> None:
    schema = designed(listed({**READING, "partition_by": "month of recorded_on", "retention": "24 months"}))
    readings = schema.database.table("readings")
    assert readings.partition_by == "RANGE (recorded_on)" and not readings.column("recorded_on").nullable
    assert readings.primary_key and readings.primary_key.columns == ("id", "recorded_on")
    assert bounds(schema, "readings") == ["DEFAULT"]
    (keeper,) = (one for one in schema.database.functions if one.name == "keep_readings_partitions")
    assert "interval '24 months'" in keeper.body and "DROP TABLE" in keeper.body


def test_a_table_divided_by_user_has_all_its_partitions_and_may_be_pointed_at_with_the_user() -> None:
    link = {"type": "many-to-one", "target_entity": "Reading", "foreign_key": "reading_id"}
    note = {"name": "Remark", "attributes": {"reading_id": "uuid"}, "constraints": ["reading_id NOT NULL"]}
    schema = designed(listed({**READING, "partition_by": "hash of user_id into 4"}, {**note, "relationships": [link]}))
    assert len(bounds(schema, "readings")) == 4
    assert schema.database.table("readings").primary_key.columns == ("id", "user_id")


@pytest.mark.parametrize("constraint", ["recorded_on UNIQUE", "UNIQUE (recorded_on, user_id)"])
def test_a_key_without_the_dividing_column_keeps_the_table_whole(constraint: str) -> None:
    constraints = [*READING["constraints"], constraint]
    schema, findings = design(
        listed({**READING, "constraints": constraints, "partition_by": "month of created_at"}), Settings()
    )
    assert schema.database.table("readings").partition_by is None
    assert "partition-refused" in {one.rule for one in findings}


def secured(value: bool) -> Callable[[Table], Table]:
    return lambda one: replace(one, row_security=value) if one.partition_of else one


@pytest.mark.parametrize(
    ("change", "body", "words"),
    [
        (secured(True), "", ""),
        (secured(False), "", "readings_default has no row-level security"),
        (secured(True), "0..ahead - 1", "of the present and two ahead it made 2"),
    ],
)
def test_partitions_are_proven_and_a_fault_in_them_is_seen(
    server: Server, change: Callable[[Table], Table], body: str, words: str
) -> None:
    draft = listed({**READING, "partition_by": "month of recorded_on", "retention": "24 months"})
    schema = designed(draft)
    functions = tuple(
        replace(one, body=one.body.replace("0..ahead", body)) if body and one.name.startswith("keep_") else one
        for one in schema.database.functions
    )
    database = replace(schema.database, tables=tuple(map(change, schema.database.tables)), functions=functions)
    changed = replace(schema, database=database)
    (proof,) = proven(server, draft, Settings(), changed, frozenset({"partitions"}), frozenset({"roles", "sql"}))
    assert proof.passed == (not words), proof
    assert words in proof.evidence


def test_rows_outlive_what_they_are_sorted_by_and_people_of_two_roles_are_told_of() -> None:
    sorted_by = {"type": "many-to-one", "target_entity": "Category", "foreign_key": "category_id"}
    person = {"type": "many-to-one", "target_entity": "User"}
    renter, owner = {**person, "foreign_key": "renter_id"}, {**person, "foreign_key": "owner_id"}
    yacht = {"type": "many-to-one", "target_entity": "Yacht", "foreign_key": "yacht_id"}
    needed = ["category_id NOT NULL"]
    schema, findings = design(
        listed(
            {"name": "Category", "attributes": {"name": "string(40)"}},
            {"name": "Product", "attributes": {"category_id": "uuid"}, "constraints": needed,
             "relationships": [sorted_by]},
            {"name": "CategoryNote", "attributes": {"category_id": "uuid"}, "constraints": needed,
             "relationships": [sorted_by]},
            {"name": "Yacht", "attributes": {"owner_id": "uuid", "yacht_type": "enum(sail,motor)"},
             "relationships": [owner]},
            {"name": "Charter", "attributes": {"renter_id": "uuid", "yacht_id": "uuid"},
             "relationships": [renter, yacht]},
        ),
        Settings(),
    )  # fmt: skip
    keys = [(table.name, key) for table in schema.database.tables for key in table.foreign_keys]
    actions = {(table, key.columns[0]): key.on_delete for table, key in keys}
    assert actions["products", "category_id"] == "RESTRICT"
    assert actions["category_notes", "category_id"] == "CASCADE"
    assert [one.name for one in schema.database.enums] == ["yacht_type"]
    assert [one.place.line for one in findings if one.rule == "two-roles-of-one-user" and one.place]

"""Documents in every form to a Draft: what is read, what is left, and where it stands."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import Any

import pytest

from colonnade.design.draft import Draft, DraftAttribute, DraftEntity, Limit, Origin
from colonnade.sources.form import as_json
from colonnade.sources.markdown import annotate, read
from colonnade.sources.markdown.guide import EXAMPLES, page

ROOT = Path(__file__).parent.parent


def draft(text: str, file: str = "spec.md") -> Draft:
    return read([(file, text)], "001-test")


def entity(found: Draft, name: str) -> DraftEntity:
    return next(one for one in found.entities if one.name.value == name)


def column(found: Draft, name: str, attribute: str) -> DraftAttribute:
    return next(one for one in entity(found, name).attributes if one.name.value == attribute)


def columns(found: Draft, name: str) -> list[str]:
    return [one.name.value for one in entity(found, name).attributes]


def tables(found: Draft) -> list[str]:
    return [one.name.value for one in found.entities if one.kind.value != "concept"]


def facts(one: DraftAttribute) -> dict[str, Any]:
    names = [name for name in DraftAttribute.__slots__ if name not in ("name", "description")]
    return {name: fact.value for name in names if (fact := getattr(one, name)) is not None}


def relations(found: Draft) -> list[tuple[str, str, str, str | None]]:
    return sorted(
        (
            one.name.value,
            relation.kind.value,
            relation.target.value,
            relation.foreign_key.value if relation.foreign_key else None,
        )
        for one in found.entities
        for relation in one.relationships
    )


@pytest.mark.parametrize(
    ("item", "name", "expected"),
    [
        ("title: VARCHAR(80) (not null)", "title", {"type": "VARCHAR(80)", "nullable": False, "max_length": 80}),
        (
            "`rank` (enum: low|high, default: low) — the rank",
            "rank",
            {"type": "enum", "enum_values": ("low", "high"), "default": "low"},
        ),
        ("**mail** (string, unique, required)", "mail", {"type": "string", "unique": True, "nullable": False}),
        ("id (uuid, pk)", "id", {"type": "uuid", "primary_key": True, "nullable": False}),
        (
            "crop_id: UUID, Foreign Key -> crops.id (Nullable)",
            "crop_id",
            {"type": "UUID", "references": "crops.id", "nullable": True},
        ),
        ("note text NULL", "note", {"type": "text", "nullable": True}),
        ("`size: number` - how large", "size", {"type": "number"}),
        ("kind: 'a' | 'b'", "kind", {"type": "enum", "enum_values": ("a", "b")}),
        ("tags: string[] (optional)", "tags", {"type": "string[]", "nullable": True}),
        ("code (text, unique within shop)", "code", {"type": "text"}),
        ("unit (enum: piece, kg, …)", "unit", {"type": "enum"}),
        ("born: date of birth: date", "born", {}),
    ],
)
def test_an_item_names_a_column(item: str, name: str, expected: dict[str, Any]) -> None:
    found = draft(f"### Widget\n\n- ident: uuid, PK\n- {item}\n- weight: decimal\n")
    assert facts(column(found, "Widget", name)) == expected


@pytest.mark.parametrize(
    ("header", "row", "expected"),
    [
        ("Field | Type | Required", "a | text | Yes", {"type": "text", "nullable": False}),
        ("Column | Type | Nullable", "a | text | NO", {"type": "text", "nullable": False}),
        ("Name | Type | Default", "a | int | `0`", {"type": "int", "default": "0"}),
        ("Campo | Tipo | Obligatorio", "a | entero | sí", {"type": "integer", "nullable": False}),
        ("Feld | Typ | Beschreibung", "a | Text | Pflichtfeld", {"type": "Text", "nullable": False}),
        ("カラム | 型 | 制約", "a | String? | UNIQUE", {"type": "String", "nullable": True, "unique": True}),
        ("欄位 | 類型 | 必填", "a | string | ✅", {"type": "string", "nullable": False}),
        ("Field | Type | PK", "a | uuid | ✓", {"type": "uuid", "primary_key": True, "nullable": False}),
        ("Field | Type | Notes", "a | uuid FK → other.id | max 5", {"type": "uuid", "references": "other.id"}),
        (
            "Field | Type | Notes",
            "a | VARCHAR(9) | one of: x, y",
            {"type": "VARCHAR(9)", "max_length": 9, "enum_values": ("x", "y")},
        ),
        ("Field | Type | Notes", "a | text | e.g. x, y", {"type": "text"}),
        ("Field | Description", "a | text, 1–40 chars", {"max_length": 40, "min_length": 1}),
        ("Field | Type | Notes", "a | text | at least 8 characters", {"type": "text", "min_length": 8}),
        (
            "Field | Type | Notes",
            "a | int | required, > 0",
            {"type": "int", "nullable": False, "least": Limit("0", False)},
        ),
        ("Field | Type | Notes", "a | int | must be positive", {"type": "int", "least": Limit("0", False)}),
        ("Field | Type | Notes", "a | int | cannot be negative", {"type": "int", "least": Limit("0")}),
        ("Field | Type | Notes", "a | int | no more than 1,000", {"type": "int", "most": Limit("1000")}),
        ("Field | Type | Notes", "a | int | 1–5 stars", {"type": "int", "least": Limit("1"), "most": Limit("5")}),
        (
            "Field | Type | Notes",
            "a | decimal(5,2) | between -1.5 and 20%",
            {"type": "decimal(5,2)", "least": Limit("-1.5"), "most": Limit("20")},
        ),
        ("Field | Type | Notes", "a | int | alert when > 100", {"type": "int"}),
        ("Field | Type | Notes", "a | int | see 3-5 of the manual", {"type": "int"}),
        ("Field | Type | Notes", "a | decimal(9,2) | up to 2 decimals", {"type": "decimal(9,2)"}),
    ],
)
def test_a_row_names_a_column(header: str, row: str, expected: dict[str, Any]) -> None:
    rule = "|".join("---" for _ in header.split("|"))
    found = draft(f"### Widget\n\n| {header} |\n|{rule}|\n| {row} |\n")
    assert facts(column(found, "Widget", "a")) == expected


def test_headings_that_speak_about_entities_are_none() -> None:
    titles = [
        "Validation Rules",
        "State Transitions",
        "Indexes",
        "RLS Policies",
        "Storage buckets",
        "Overview",
        "Query Patterns",
        "Migration Notes",
    ]
    sections = "\n\n".join(
        f"### {title}\n\n- `name`: 1 to 40 characters\n- `size`: greater than zero" for title in titles
    )
    found = draft(
        f"## Tables\n\n### Box\n\n| Field | Type |\n|---|---|\n| name | text |\n| size | int |\n\n{sections}\n"
    )
    assert tables(found) == ["Box"]
    assert columns(found, "Box") == ["name", "size"]


def test_what_is_not_stored_is_a_concept_with_a_finding() -> None:
    found = draft(
        "## Entities\n\n### Filter State (UI state)\n\n- text: string\n- page: int\n\n### Cart\n\nComputed on demand, not stored.\n\n- total: decimal\n- count: int\n"
    )
    assert tables(found) == []
    assert sorted(one.message.split(" is")[0] for one in found.findings if one.rule == "entity-read-as-concept") == [
        "Cart",
        "Filter State",
    ]


def test_types_of_an_api_are_dropped() -> None:
    found = draft(
        "## Tables\n\n### Note\n\n| Field | Type |\n|---|---|\n| id | uuid PK |\n| body | text |\n\n"
        "## API Types\n\n### NoteCreate\n\n| Field | Type |\n|---|---|\n| body | string |\n| tag | string |\n"
    )
    assert tables(found) == ["Note"]


def test_two_forms_of_an_entity_are_one_and_the_more_precise_wins() -> None:
    found = draft(
        "### Ticket\n\n| Field | Type |\n|---|---|\n| ticketId | string |\n| seat | string |\n\n"
        "```sql\nCREATE TABLE tickets (ticket_id uuid PRIMARY KEY, seat varchar(8) NOT NULL);\n```\n"
    )
    assert tables(found) == ["Ticket"]
    assert column(found, "Ticket", "ticket_id").type.value == "uuid"  # type: ignore[union-attr]
    assert columns(found, "Ticket") == ["ticket_id", "seat"]


def test_a_contradiction_shows_both_places() -> None:
    found = draft(
        "### Ticket\n\n- id: uuid, PK\n- price: boolean\n\n```sql\nCREATE TABLE ticket (id uuid PRIMARY KEY, price date);\n```\n"
    )
    finding = next(one for one in found.findings if one.rule == "documents-contradict")
    assert finding.place is not None and finding.place.line == 7
    assert "spec.md:4" in finding.message


def test_several_documents_are_read_as_one() -> None:
    one = ("a.md", "### Key Entities\n\n- **Crew**: People on board. Attributes: name, rank.\n")
    other = (
        "b.md",
        "### Crew\n\n| Field | Type |\n|---|---|\n| name | text NOT NULL |\n| vessel_id | uuid |\n\n### Vessel\n\n| Field | Type |\n|---|---|\n| id | uuid PK |\n",
    )
    found = read([one, other], "x")
    assert found == read([other, one], "x")
    assert columns(found, "Crew") == ["name", "vessel_id", "rank"]
    assert ("Crew", "many-to-one", "Vessel", "vessel_id") in relations(found)


def test_key_entities_alone_define_what_there_is() -> None:
    found = draft(
        "## Requirements\n\n#### Car details\n\n- **FR-001**: store plate and year\n- **FR-002**: keep them optional\n\n"
        "### Key Entities\n\n- **Car**: A vehicle with plate, year and colour.\n- **Fleet status**: A derived value, not stored.\n"
    )
    assert tables(found) == ["Car"]
    assert columns(found, "Car") == ["plate", "year", "colour"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A hall; has a name, a size (small, large) and an optional note", ["name", "size", "note"]),
        ("Attributes: title, start/end dates, VIN (unique)", ["title", "start date", "end date", "VIN"]),
        ("An account (email, password hash) of a person", ["email", "password hash"]),
        ("Extended with detail fields (plate, year)", ["plate", "year"]),
        ("Tracks an invite sent by a user with a token and an expiry", ["token", "expiry"]),
        ("Stored on disk and associated with nothing in particular", []),
        ("make, model, year", ["make", "model", "year"]),
        ("A thing that has a weight", ["weight"]),
    ],
)
def test_prose_lists_attributes(text: str, expected: list[str]) -> None:
    assert columns(draft(f"### Key Entities\n\n- **Thing**: {text}.\n"), "Thing") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Each boat belongs to exactly one harbour", ("Boat", "many-to-one", "Harbour")),
        ("A harbour has many boats", ("Boat", "many-to-one", "Harbour")),
        ("Harbour 1—N Boat", ("Boat", "many-to-one", "Harbour")),
        ("**Harbour → Boat**: One-to-many", ("Boat", "many-to-one", "Harbour")),
        ("Boat ↔ Harbour: many-to-many", ("Boat", "many-to-many", "Harbour")),
        ("Boat 1:1 Harbour", ("Boat", "one-to-one", "Harbour")),
        ("harbours ||--o{ boats : moors", ("Boat", "many-to-one", "Harbour")),
    ],
)
def test_words_and_signs_tell_relations(line: str, expected: tuple[str, str, str]) -> None:
    found = draft(
        f"## Entities\n\n### Boat\n\n- name: text\n- hull: text\n\n### Harbour\n\n- name: text\n- town: text\n\n## Relationships\n\n- {line}\n"
    )
    assert [one[:3] for one in relations(found)] == [expected]


def test_a_drawn_tree_tells_relations() -> None:
    found = draft(
        "## Entities\n\n### Farm\n- name: text\n\n### Plot\n- area: decimal\n\n### Crop\n- kind: text\n\n## Relationships\n\n"
        "```\nFarm (1)\n ├──── (N) Plot\n │         └──── (N) Crop\n```\n"
    )
    assert relations(found) == [("Crop", "many-to-one", "Plot", None), ("Plot", "many-to-one", "Farm", None)]


def test_deleting_words_become_the_delete_action() -> None:
    found = draft(
        "### Owner\n- id: uuid, PK\n\n### Pet\n- id: uuid, PK\n- owner_id: uuid, FK → owners.id\n\n## Relationships\n\n- Deleting an owner also deletes their pets\n"
    )
    relation = entity(found, "Pet").relationships[0]
    assert relation.on_delete is not None and relation.on_delete.value == "CASCADE"


def test_rules_of_every_table_are_implied() -> None:
    found = draft(
        "All tables have `created_at timestamptz` and `updated_at timestamptz`.\n\n### Log\n\n| Field | Type |\n|---|---|\n| id | uuid PK |\n"
    )
    assert columns(found, "Log") == ["id", "created_at", "updated_at"]
    assert column(found, "Log", "created_at").name.origin is Origin.IMPLIED


def test_managed_tables_are_external() -> None:
    found = draft(
        "### users (managed by Better Auth)\n\n| Column | Type |\n|---|---|\n| id | text PK |\n| emailVerified | boolean |\n"
    )
    users = entity(found, "users")
    assert users.kind.value == "external"
    assert users.managed_by is not None and users.managed_by.value == "Better Auth"
    assert columns(found, "users") == ["id", "emailVerified"]


def test_open_questions_and_unknown_targets_are_found() -> None:
    found = draft(
        "### Pass\n\n- id: uuid, PK\n- gate_id: uuid, FK → gates.id\n- colour: colr_t\n\nHow long? [NEEDS CLARIFICATION: how long is it valid]\n"
    )
    rules = {one.rule for one in found.findings}
    assert {"open-clarification", "reference-to-undefined-table", "unknown-type"} <= rules
    assert found.clarifications[0].value == "how long is it valid"


def test_no_data_is_no_entity() -> None:
    found = draft("# Setup\n\nRun the installer.\n\n- step one: click\n- step two: wait\n")
    assert found.entities == ()
    assert as_json(found)["entities"] == []


def test_struck_and_removed_columns_are_gone() -> None:
    found = draft(
        "### Job\n\n| Field | Type | Change |\n|---|---|---|\n| id | uuid PK | |\n| ~~old~~ | text | |\n| worse | text | removed |\n| fresh | text | new |\n"
    )
    assert columns(found, "Job") == ["id", "fresh"]


def test_pseudo_columns_are_constraints() -> None:
    found = draft(
        "### Slot\n\n| Field | Type | Notes |\n|---|---|---|\n| day | date | |\n| hour | int | |\n| **unique** | (day, hour) | |\n"
    )
    assert columns(found, "Slot") == ["day", "hour"]
    assert [index.columns.value for index in entity(found, "Slot").uniques] == [("day", "hour")]


def test_every_fact_of_a_crlf_file_points_at_its_line() -> None:
    text = "# T\r\n\r\n### Pump\r\n\r\n| Field | Type |\r\n|---|---|\r\n| id | uuid PK |\r\n| flow | decimal |\r\n"
    flow = column(draft(text), "Pump", "flow")
    assert (flow.name.place.line, flow.name.place.column) == (8, 3)


HOSTILE = ["Order", 'na"me', "naïve", "O'Brien", "x" * 63, "価格", "a'); DROP TABLE x; --", "%s", "{{ x }}", "\\"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_do_not_break_the_reader(name: str) -> None:
    found = draft(
        f"### {name}\n\n| Field | Type | Default |\n|---|---|---|\n| {name} | text | '{name}' |\n| id | uuid PK | |\n"
    )
    as_json(found)
    annotate([("spec.md", f"### {name}\n\n- id: uuid, PK\n")], "x")


MEANINGS = [
    ("| work | email | |", "work", "email", "string"),
    ("| work | string (URL) | |", "work", "url", "string"),
    ("| work | varchar(200) | must be a valid URL |", "work", "url", "string"),
    ("| currency | char(3) | ISO 4217 |", "currency", "currency code", "string"),
    ("| share | percentage | |", "share", "percentage", "decimal"),
    ("| work_email | string | |", "work_email", "email", "string"),
    ("| email_verified | boolean | |", "email_verified", None, "boolean"),
    ("| country | text | ISO 3166-1 alpha-3 |", "country", None, "text"),
]


@pytest.mark.parametrize(("row", "name", "meaning", "kind"), MEANINGS, ids=[row for row, *_ in MEANINGS])
def test_what_values_mean_stands_beside_their_type(row: str, name: str, meaning: str | None, kind: str) -> None:
    found = as_json(draft(f"### Firm\n\n| Field | Type | Notes |\n|---|---|---|\n| id | uuid | |\n{row}\n"))
    one = next(one for one in found["entities"][0]["attributes"] if one["name"] == name)
    assert (one["meaning"], one["type"]) == (meaning, kind)


def test_the_meaning_of_a_less_precise_form_is_kept() -> None:
    text = (
        "### Firm\n\n- id: uuid\n- site: url\n\n```sql\nCREATE TABLE firm (id uuid, site varchar(90) NOT NULL);\n```\n"
    )
    one = column(draft(text), "Firm", "site")
    assert one.type and one.type.value == "varchar(90)"
    assert one.meaning and (one.meaning.value, one.meaning.origin) == ("url", Origin.STATED)


def volume(text: str) -> dict[str, tuple[Any, Any]]:
    model = "### Order\n\n- id: uuid\n\n### User\n\n- id: uuid\n\n## Notes\n\n"
    found = as_json(draft(model + text + "\n"))["entities"]
    return {one["name"]: (one["rows"], one["growth"]) for one in found if one["rows"] or one["growth"]}


VOLUMES = [
    ("- **SC-001**: supports 1M users", {"User": (1_000_000, None)}),
    ("- 10k orders per month", {"Order": (None, 10_000)}),
    ("- 1.000 orders a day", {"Order": (None, 30_000)}),
    ("- between 10,000 and 2.5 million active users", {"User": (2_500_000, None)}),
    ("- orders: about 5,000 rows", {"Order": (5_000, None)}),
    ("- 10,000 concurrent users; 5,000 orders per user; 200 orders; 3000 requests to orders", {}),
    ("| Table | Rows | Growth per month |\n|---|---|---|\n| orders | 1,200,000 | 5% |\n| users | 3k | 200 |",
     {"Order": (1_200_000, None), "User": (3_000, 200)}),
    ("| Table | Size |\n|---|---|\n| orders | 1,200,000 |", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VOLUMES, ids=[text[:40] for text, _ in VOLUMES])
def test_rows_and_growth_are_read_and_loads_are_not(text: str, expected: dict[str, tuple[Any, Any]]) -> None:
    assert volume(text) == expected


MOVES = [
    ("### Status transitions\n\n- open → paid → shipped", "", "status"),
    ("### Delivery lifecycle\n\n- near → far", "", "delivery"),
    ("### State machine\n\n- near → far", "", "delivery"),
    ("## Trip Lifecycle\n\n```\nopen --> paid\n```", "", "status"),
    ("### Trip states\n\n- new → done", "", "status"),
]


@pytest.mark.parametrize(("first", "second", "column_name"), MOVES, ids=[first[:24] for first, *_ in MOVES])
def test_a_lifecycle_names_its_column(first: str, second: str, column_name: str) -> None:
    model = (
        "### Trip\n\n- id: uuid\n- status: enum (open, paid, shipped)\n- delivery: enum (near, far)\n- place: text\n\n"
    )
    moves = entity(draft(f"{model}{first}\n\n{second}\n"), "Trip").transitions
    assert moves and {one.value[0] for one in moves} == {column_name}


def test_each_move_of_a_chain_is_read() -> None:
    found = entity(draft("### Trip\n\n- id: uuid\n- state: text\n\n### State transitions\n\n- a → b → c\n"), "Trip")
    assert [one.value for one in found.transitions] == [("state", "a", "b"), ("state", "b", "c")]


BETWEEN = [
    ("- Pupil many-to-many Club via `club_pupils`", [("Pupil", "many-to-many", "Club", "club_pupils")]),
    ("- Pupil M:N Club (junction table: club_pupils)", [("Pupil", "many-to-many", "Club", "club_pupils")]),
    ("- Pupil M:N Club through Entry", [("Entry", "many-to-one", "Pupil", None), ("Entry", "many-to-one", "Club", None)]),
    ("- Pupil M:N Club by agreement", [("Pupil", "many-to-many", "Club", None)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BETWEEN, ids=[text for text, _ in BETWEEN])
def test_the_table_between_two_is_read(text: str, expected: list[tuple[str, str, str, str | None]]) -> None:
    model = "".join(f"### {name}\n\n- id: uuid\n\n" for name in ("Pupil", "Club", "Entry"))
    found = as_json(draft(f"{model}## Relationships\n\n{text}\n"))["entities"]
    told = [(one["name"], link["kind"], link["to"], link["through"]) for one in found for link in one["relationships"]]
    assert told == expected


def test_a_mapped_title_is_an_entity_and_its_table() -> None:
    found = draft("### 2. 🚚 Truck → `trucks`\n\n- id: uuid\n- kind: box | tank\n\n### Truck → Depot\n\nMany to one.\n")
    assert tables(found) == ["Truck"]
    assert entity(found, "Truck").table is not None
    assert facts(column(found, "Truck", "kind"))["enum_values"] == ("box", "tank")


def test_a_type_of_an_api_below_a_title_is_a_concept_unless_it_has_a_key() -> None:
    text = "### Load\n\n- id: uuid\n- weight: numeric\n\n### LoadCreate\n\n- weight: numeric\n- note: text\n\n"
    found = draft(text + "### LeaveRequest\n\n- id: uuid\n- days: integer\n")
    assert tables(found) == ["Load", "LeaveRequest"]


def test_a_mistyped_type_is_told_with_the_word_that_was_meant() -> None:
    found = draft("### Load\n\n- id: uuid\n- weight: intger\n- note: reason\n")
    told = [(one.message, one.fix) for one in found.findings if one.rule == "unknown-type"]
    assert told == [("no type is called 'intger' (Load.weight)", "did you mean 'integer'?")]


def test_a_table_of_sample_rows_is_held_against_the_columns() -> None:
    text = "### Load\n\n- id: uuid\n- truck_id: uuid\n- weight: integer\n\n## Sample Data\n\n| id | truck_id | weight |\n|---|---|---|\n"
    found = draft(text + "| 'user-123' | 3fa85f64-5717-4562-b3fc-2c963f66afa6 | 7 |\n")
    assert [one.message for one in found.findings if one.rule == "sample-violates-table"] == [
        "Load.id: the sample 'user-123' is no UUID"
    ]


def test_the_reading_stands_beside_its_line() -> None:
    shown = annotate([("a.md", "### Kite\n\n- id: uuid, PK\n\nJust words.\n")], "x").split("\n")
    assert shown[1].endswith("│ entity Kite")
    assert shown[3].endswith("│ Kite.id: uuid, primary key, not null")
    assert shown[5].endswith("│")


def test_the_page_on_reading_is_up_to_date() -> None:
    assert (ROOT / "docs" / "reading.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("example", EXAMPLES, ids=[one.title for one in EXAMPLES])
def test_each_example_of_the_page_is_read(example: Any) -> None:
    found = draft(example.document)
    assert any(one.attributes for one in found.entities)


BOOKING = """### Booking

- starts_at: timestamp, required
- ends_at: timestamp, required
- status: enum (open, paid)
- paid_at: timestamp
- seats: integer
- capacity: integer
"""


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("- ends_at must be after starts_at", ("ends_at > starts_at",)),
        ("- `starts_at` must not be after `ends_at`", ("starts_at <= ends_at",)),
        ("- seats <= capacity", ("seats <= capacity",)),
        ("- Seats cannot exceed capacity.", ("seats <= capacity",)),
        ("- No overlapping bookings of one room", ("No overlapping bookings of one room",)),
        ("- paid_at is set only when status is paid", ("paid_at is set only when status is paid",)),
        ("- deadline: timestamp, must be before starts_at", ("deadline < starts_at",)),
        ("- Send a mail after the booking", ()),
        ("- seats are checked before payment", ()),
        ("- ends_at is shown below starts_at in the list", ()),
        ("- seats <= (SELECT 1); DROP TABLE x", ()),
    ],
)
def test_a_rule_in_a_sentence_is_a_constraint(rule: str, expected: tuple[str, ...]) -> None:
    found = draft(f"{BOOKING}{rule}\n")
    assert tuple(one.value for one in found.entities[0].constraints) == expected


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        ("- **商品（Product）**: 価格（日本円）、人気度（1 以上の整数、人気順の基準）、件数。", ["価格", "人気度", "件数"]),
        ("- **Baseline**: Company evidence (attributes: domains, audits, labour categories).",
         ["domains", "audits", "labour categories"]),
        ("- **Report**: Kept with care. Key attributes: id (UUID), created (ISO datetime), owner (string/user ID), tags.",
         ["id", "created", "owner", "tags"]),
        ("- **Kitchen**: A place. Attributes: name, area. Related to: Dishes, Reviews, Schedule.", ["name", "area"]),
        ("- **Brief**: 2-week horizon, link id, triggers, region.", ["link id", "triggers", "region"]),
        ("- **Community**: A group. Includes name, moderator list (owners and helpers), and blocklist.",
         ["name", "moderator list", "blocklist"]),
    ],
)  # fmt: skip
def test_brackets_in_prose_hold_no_attributes(entry: str, names: list[str]) -> None:
    found = draft(f"### Key Entities\n\n{entry}\n")
    assert [one.name.value for one in found.entities[0].attributes] == names


def test_items_above_their_attributes_are_entities() -> None:
    found = draft(
        "### Core Entities\n\n#### 1. People\n\n"
        "- **Member**: Represents an account\n  - Key attributes: Id, Email, Role, Description\n"
        "- **Token**: Represents a session\n  - Key attributes: Id, Created, MemberId\n  - Responsibilities: sessions\n"
    )
    assert [(one.name.value, len(one.attributes)) for one in found.entities] == [("Member", 4), ("Token", 3)]


def keyed(found: Draft, name: str) -> list[str]:
    return [one.name.value for one in entity(found, name).attributes if one.primary_key]


@pytest.mark.parametrize(
    "verb", ["Payment has many Refund", "Refund belongs to Payment", "`Payment` has many `Refund`"]
)
def test_a_title_that_tells_a_relation_is_no_entity(verb: str) -> None:
    model = "## Entities\n\n### Payment\n\n- id: uuid\n\n### Refund\n\n- id: uuid\n\n"
    told = [("Refund", "many-to-one", "Payment", None)]
    assert relations(draft(f"{model}### {verb}\n")) == told
    assert relations(draft(f"{model}### {verb}\n\nA payment is given back in parts.\n")) == told
    found = draft(f"{model}### {verb}\n\n| Field | Type |\n|---|---|\n| payment_id | uuid |\n| reason | text |\n")
    assert tables(found) == ["Payment", "Refund"]
    assert columns(found, "Refund") == ["id", "payment_id", "reason"]
    assert relations(found) == [("Refund", "many-to-one", "Payment", "payment_id")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("text, partial index where not null", {"type": "text"}),
        ("text (index where code IS NOT NULL)", {"type": "text"}),
        ("text, unique if not null", {"type": "text"}),
        ("text, not null, index where not null", {"type": "text", "nullable": False}),
        ("text, unique where open", {"type": "text"}),
    ],
)
def test_which_rows_an_index_holds_says_nothing_of_the_column(cell: str, expected: dict[str, Any]) -> None:
    found = draft(f"### Code\n\n| Field | Type |\n|---|---|\n| id | uuid PK |\n| code | {cell} |\n")
    assert facts(column(found, "Code", "code")) == expected


@pytest.mark.parametrize(
    ("one", "several"),
    [("Bateau", "bateaux"), ("Cheval", "chevaux"), ("Habitación", "habitaciones"), ("Juez", "jueces"),
     ("Imóvel", "imoveis"), ("Ordem", "ordens"), ("Libro", "libri"), ("Fattura", "fatture"), ("Kunde", "kunden"),
     ("Haus", "häuser"), ("Rechnung", "rechnungen"), ("Auftrag", "auftraege")],
)  # fmt: skip
def test_the_plural_of_a_defined_entity_is_that_entity(one: str, several: str) -> None:
    found = draft(
        f"### {one}\n\n- id: uuid, PK\n- size: integer\n\n### Zone\n\n- id: uuid, PK\n- thing: uuid, FK → {several}.id\n\n"
        f"```sql\nCREATE TABLE {several} (id uuid PRIMARY KEY, size integer, weight integer);\n```\n"
    )
    assert tables(found) == [one, "Zone"]
    assert columns(found, one) == ["id", "size", "weight"]
    assert relations(found) == [("Zone", "many-to-one", one, "thing")]


@pytest.mark.parametrize(
    ("one", "other"), [("Work", "Worker"), ("Car", "Care"), ("Quota", "Quote"), ("Plan", "Planet")]
)
def test_words_that_only_look_like_plurals_are_entities_of_their_own(one: str, other: str) -> None:
    found = draft(f"### {one}\n\n- id: uuid, PK\n- size: integer\n\n### {other}\n\n- id: uuid, PK\n- size: integer\n")
    assert tables(found) == [one, other]


def test_a_bracket_in_a_list_of_fields_is_about_one_field() -> None:
    for line in ("**Fields**: id, name (unique), colour", "- **Fields**: id, name (unique), colour"):
        found = draft(f"## Entities\n\n### Tag\n\n{line}\n")
        assert columns(found, "Tag") == ["id", "name", "colour"]
        assert entity(found, "Tag").uniques == ()


@pytest.mark.parametrize(
    "line", ["PK (film_id, day)", "`PK (film_id, day)`", "**PK (film_id, day)**", "Primary key: (film_id, day)"]
)
def test_a_line_on_the_key_is_about_the_table_that_has_its_columns(line: str) -> None:
    model = "## Tables\n\n### film\n\n- id: uuid, PK\n- title: text\n\n### show\n\n"
    rows = "| Column | Type |\n|---|---|\n| film_id | uuid |\n| day | date |\n"
    for text in (f"{line}\n\n{rows}", f"{rows}\n{line}\n", f"{rows}\n## Notes\n\n{line}\n"):
        found = draft(model + text)
        assert tables(found) == ["film", "show"]
        assert (keyed(found, "film"), keyed(found, "show")) == (["id"], ["film_id", "day"])


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("`hasMany(Issue)`", ("Issue", "many-to-one", "User", None)),
        ("hasMany(Issue) via `author_id`", ("Issue", "many-to-one", "User", "author_id")),
        ("`belongsTo(Issue)` via `issue_id`", ("User", "many-to-one", "Issue", "issue_id")),
        ("`belongsTo(App\\Models\\Issue::class, 'main_id')`", ("User", "many-to-one", "Issue", "main_id")),
        ("`hasOne(Issue)`", ("Issue", "one-to-one", "User", None)),
        ("`belongsToMany(Issue)`", ("User", "many-to-many", "Issue", None)),
        ("`has_many :issues`", ("Issue", "many-to-one", "User", None)),
    ],
)
def test_the_calls_of_a_model_are_relations(call: str, expected: tuple[str, str, str, str | None]) -> None:
    head = "## Models\n\n### Issue\n\n- id: bigint\n\n### User\n\n- id: bigint\n- name: string\n\n"
    for text in (
        f"**Relationships**\n\n- {call}\n",
        f"**Relationships**: {call}\n",
        f"- **Relationships**\n  - {call}\n",
    ):
        found = draft(head + text)
        assert relations(found) == [expected]
        assert columns(found, "User") == ["id", "name"]


SLOW = [" ", "\t", "a", "_", "*", "`", "a, ", "> ", "a b ", "**a", " not null", "a_key", "PK (", "has many "]


@pytest.mark.parametrize("unit", SLOW)
def test_no_pattern_takes_the_square_of_the_length(unit: str) -> None:
    from colonnade.sources.markdown import facts as words
    from colonnade.sources.markdown import limits, titles
    from colonnade.sources.markdown.forms import around, calls, sentences

    patterns = (around._ANNOUNCED, around._PAIR, around._NAME, around._RELATION_WORD, around._INDEX_LIST,
                around._KEY_LINE, words._FRAGMENTS, words._SOME_ROWS, limits._CLAUSES, sentences._CLAUSES,
                calls.CALL, titles._RELATED)  # fmt: skip
    start = process_time()
    for pattern in patterns:
        for text in ((unit * 3000)[:3000] + "!", "index " + (unit * 3000)[:3000]):
            pattern.search(text)
            pattern.fullmatch(text)
    assert process_time() - start < 0.2


@pytest.mark.parametrize("title", ["Returns", "Parameters", "Entradas", "Salidas"])
def test_what_goes_in_and_comes_out_is_no_table(title: str) -> None:
    found = draft(f"# Search\n\n### {title}\n\n| Campo | Tipo |\n|---|---|\n| order_id | UUID |\n| reason | text |\n")
    assert tables(found) == []


def test_a_table_in_another_language_has_the_name_behind_the_word() -> None:
    assert tables(
        draft("### Tabla TARIFAS\n\n| Campo | Tipo |\n|---|---|\n| ID | BIGINT |\n| PRECIO | DECIMAL |\n")
    ) == ["TARIFAS"]

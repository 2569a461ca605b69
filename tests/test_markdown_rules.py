"""Each finding of the Markdown reader fires on a faulty document and not on a sound one."""

from __future__ import annotations

import pytest

from colonnade.sources.markdown import read, rules

TABLE = "## Entities\n\n### Guest\n\n| Column | Type |\n|---|---|\n| id | uuid PK |\n{rows}\n"
INSERT = "```sql\nCREATE TABLE guest (id uuid PRIMARY KEY);\nINSERT INTO guest (id) VALUES ('{value}');\n```\n"
EVERY = "## Common Fields\n\nEvery table has `created_at` (timestamptz).\n\n"
ROOMS = TABLE.format(rows="") + "### Room\n\n| Column | Type |\n|---|---|\n| id | uuid PK |\n"

# Rule: what it says no to, and what it lets pass.
CASES: dict[str, tuple[str, str]] = {
    rules.CONTRADICTION: (
        TABLE.format(rows="| age | integer |")
        + "```sql\nCREATE TABLE guests (id uuid PRIMARY KEY, age boolean);\n```\n",
        TABLE.format(rows="| age | integer |") + "```sql\nCREATE TABLE guests (id uuid PRIMARY KEY, age int);\n```\n",
    ),
    rules.UNDEFINED_REFERENCE: (
        TABLE.format(rows="| hotel_id | uuid FK → hotels.id |"),
        TABLE.format(rows="| host_id | uuid FK → guests.id |"),
    ),
    rules.AMBIGUOUS_RELATION: (
        ROOMS
        + "| booked_by | uuid FK → guests.id |\n| cleaned_by | uuid FK → guests.id |\n\n"
        + "## Relationships\n\n- Each Room belongs to one Guest\n",
        ROOMS + "| booked_by | uuid FK → guests.id |\n\n## Relationships\n\n- Room belongs to Guest\n",
    ),
    rules.UNKNOWN_TYPE: (TABLE.format(rows="| age | Intteger |"), TABLE.format(rows="| age | integer |")),
    rules.OPEN_CLARIFICATION: (
        TABLE.format(rows="") + "\n[NEEDS CLARIFICATION: how long are guests kept?]\n",
        TABLE.format(rows="") + "\nGuests are kept for a year.\n",
    ),
    rules.UNMAPPED_REQUIREMENT: (
        TABLE.format(rows="") + "\n- **FR-001**: System MUST store every invoice for ten years.\n",
        TABLE.format(rows="") + "\n- **FR-001**: System MUST store every guest for ten years.\n",
    ),
    rules.READ_AS_CONCEPT: (
        "### Key Entities\n\n- **Guest**: has a name.\n- **Bill**: A computed value, never stored.\n",
        "### Key Entities\n\n- **Guest**: has a name.\n- **Bill**: has a total.\n",
    ),
    rules.NOT_UNDERSTOOD: (
        TABLE.format(rows="| name | varchar(80), must not hold digits |"),
        TABLE.format(rows="| name | varchar(80), matches `^[A-Z]{2,3}$`, unique |"),
    ),
    rules.SAMPLE_VIOLATES: (
        INSERT.format(value="guest-1"),
        INSERT.format(value="0f8fad5b-d9cb-469f-a165-70867728950e"),
    ),
    rules.FOREIGN_DIALECT: (
        "```sql\nCREATE TABLE guest (id INT AUTO_INCREMENT PRIMARY KEY) ENGINE=InnoDB;\n```\n",
        "```sql\nCREATE TABLE guest (id int PRIMARY KEY);\n```\n",
    ),
    rules.SQL_NOT_CARRIED: (
        INSERT.format(value="0f8fad5b-d9cb-469f-a165-70867728950e")
        + "```sql\nCREATE POLICY own ON guest USING (true);\n```\n",
        INSERT.format(value="0f8fad5b-d9cb-469f-a165-70867728950e"),
    ),
}
# Rules that are no finding but the reason of an implied fact.
REASONS: dict[str, tuple[str, str]] = {
    rules.GLOBAL_RULE: (EVERY + TABLE.format(rows=""), TABLE.format(rows="")),
    rules.KEY_BY_NAME: (
        ROOMS + "| guest_id | uuid |\n",
        ROOMS + "| guest_id | uuid FK → guests.id |\n",
    ),
}


RULES = """### Runway

- `airport_id`: uuid FK → airports.id
- `label`: varchar(3), pattern: `^\\d{2}[LRC]?$`
- `length_m`: integer, must be a multiple of 10
- `opened_on`: date

**Validation rules**:

- label required
- (airport_id, label) unique
- airport_id + opened_on unique
- length_m: 300-6000 (FR-012)
- at most 5 runways per airport
- the surface is inspected yearly
- opened_on must be before the closing date
"""


def fired(text: str) -> set[str]:
    return {one.rule for one in read([("a.md", text)], "x").findings}


def reasons(text: str) -> set[str | None]:
    draft = read([("a.md", text)], "x")
    columns = {one.name.rule for entity in draft.entities for one in entity.attributes}
    keys = {one.kind.rule for entity in draft.entities for one in entity.relationships}
    return columns | keys


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fires_on_what_is_wrong_and_on_nothing_else(rule: str) -> None:
    wrong, right = CASES[rule]
    assert rule in fired(wrong)
    assert rule not in fired(right)


@pytest.mark.parametrize("rule", REASONS)
def test_an_implied_fact_names_its_rule(rule: str) -> None:
    told, silent = REASONS[rule]
    assert rule in reasons(told)
    assert rule not in reasons(silent)


def test_every_rule_of_the_reader_is_tried() -> None:
    declared = {value for name, value in vars(rules).items() if name.isupper()}
    assert declared == CASES.keys() | REASONS.keys()


def test_each_rule_of_a_list_is_kept_or_told() -> None:
    draft = read([("a.md", RULES)], "x")
    columns = {one.name.value: one for one in draft.entities[0].attributes}
    assert [one.value for one in draft.entities[0].constraints] == ["label ~ '^\\d{2}[LRC]?$'"]
    assert columns["label"].nullable and not columns["label"].nullable.value
    assert columns["length_m"].limits == ("300", "6000")
    told = {one.place.line: one for one in draft.findings if one.rule == rules.NOT_UNDERSTOOD and one.place}
    assert not any(one.unique for one in columns.values())
    assert sorted(told) == [5, 14, 15, 16]
    assert "limits how many rows" in told[14].message
    assert all(one.severity == "note" and one.place.column == 3 for one in told.values())

"""Mermaid fences: erDiagram in all its spellings, classDiagram, and other diagrams."""

from __future__ import annotations

import pytest

from colonnade.sources.markdown.forms import mermaid
from support.forms import PLACE, column, columns, entity, names, relations

ORCHARD = """---
title: orchard
---
erDiagram
    direction LR
    %% trees { and rows
    t[Tree] {
        uuid id PK "made by the server"
        string tag-no UK "unique, max 12 chars"
        varchar(20) health "good | sick"
        uuid row_id PK, FK
        uuid planter_id FK
        date? felled_on
    }
    "Picking Row" ||--o{ t : holds
    "Picking Row" {
        id uuid PK
    }
    t }o--o{ CROP : bears
    PERSON ||..o{ t : planted
"""


def test_entities_keys_and_comments() -> None:
    found = mermaid.read(ORCHARD, PLACE)
    assert names(found) == ["Tree", "Picking Row"]
    assert column(found, "Tree", "id") == {"type": "uuid", "nullable": False, "primary_key": True}
    assert column(found, "Tree", "tag-no") == {"type": "string", "unique": True, "max_length": 12}
    assert column(found, "Tree", "health")["enum_values"] == ("good", "sick")
    assert column(found, "Tree", "felled_on") == {"type": "date", "nullable": True}
    assert column(found, "Picking Row", "id")["type"] == "uuid"
    assert entity(found, "Tree").attributes[0].name.place.line == PLACE.line + 7


def test_relations_stand_at_the_many_side_with_their_key() -> None:
    found = mermaid.read(ORCHARD, PLACE)
    assert relations(found, "Tree") == [
        ("many-to-one", "Picking Row", "row_id"),
        ("many-to-many", "CROP", None),
        ("many-to-one", "PERSON", "planter_id"),
    ]


@pytest.mark.parametrize(
    ("line", "carrier", "kind", "target"),
    [
        ("A ||--o{ B : x", "B", "many-to-one", "A"),
        ("A }|..|| B : x", "A", "many-to-one", "B"),
        ("A |o..o| B : x", "B", "one-to-one", "A"),
        ("A ||--|| B", "B", "one-to-one", "A"),
        ("A }o--o{ B : x", "A", "many-to-many", "B"),
        ("A 1 to zero or more B : x", "B", "many-to-one", "A"),
        ("A many(1) optionally to 0+ B : x", "A", "many-to-many", "B"),
        ("A one or more to only one B : x", "A", "many-to-one", "B"),
        ('"A b" ||--o{ "B" : "has many"', "B", "many-to-one", "A b"),
    ],
)
def test_cardinalities(line: str, carrier: str, kind: str, target: str) -> None:
    assert relations(mermaid.read(f"erDiagram\n  {line}", PLACE), carrier) == [(kind, target, None)]


def test_class_diagrams_without_methods_and_with_enums() -> None:
    text = """classDiagram
    class Parcel {
      +String label
      -weight: decimal
      +state: State
      +send() bool
    }
    class State { <<enumeration>>
      PACKED
      SENT
    }
    class State {
      <<enumeration>>
      PACKED
      SENT
    }
    Stop : +UUID parcel_id
    Parcel "1" --> "0..*" Stop : visits
    Parcel <|-- Letter
    """
    found = mermaid.read(text, PLACE)
    assert columns(found, "Parcel") == ["label", "weight", "state"]
    assert column(found, "Parcel", "state")["enum_values"] == ("PACKED", "SENT")
    assert relations(found, "Stop") == [("many-to-one", "Parcel", "parcel_id")]
    assert "Letter" not in names(found)


@pytest.mark.parametrize(
    "text", ["flowchart TD\nA --> B", "sequenceDiagram\nA->>B: x", "stateDiagram-v2\n[*] --> Open", "", "erDiagram\n"]
)
def test_other_diagrams_give_nothing(text: str) -> None:
    assert mermaid.read(text, PLACE) is None


def test_a_diagram_that_breaks_off_keeps_what_it_has() -> None:
    assert columns(mermaid.read("erDiagram\nA {\n int id PK\n string na", PLACE), "A") == ["id", "na"]

"""Outlines and YAML: what is a table, and what only looks like one."""

from __future__ import annotations

import pytest

from colonnade.sources.markdown.forms import outline, relational, yamlform
from support.forms import PLACE


def columns(form, text: str) -> dict[str, list[str]]:
    found = form.read(text, PLACE)
    return {one.name.value: [each.name.value for each in one.attributes] for one in found.entities} if found else {}


OUTLINES = [
    "boat\n----\nid (PK)\nname\nberth_no",
    "boat\n- id INT PRIMARY KEY\n- name VARCHAR(80) NOT NULL\n- berth_no INT -- where it lies",
    "boat:\n  id: uuid\n  name: text\n  berth_no: integer, optional",
    "Table boat\n├── id (UUID, PK)\n├── name (text)\n└── berth_no (integer)",
    "`boat` (new)\n  id\n  name\n  berth_no",
]


@pytest.mark.parametrize("text", OUTLINES)
@pytest.mark.parametrize("behind", ["", "\n\noar\n- id uuid\n- boat_id uuid FK → boat.id"])
def test_an_outline_is_a_table(text: str, behind: str) -> None:
    expected = {"boat": ["id", "name", "berth_no"]} | ({"oar": ["id", "boat_id"]} if behind else {})
    read_as = columns(outline, text + behind)
    assert read_as.get("boat", [])[:3] == expected["boat"]
    if behind and not text.startswith("boat\n----"):
        assert read_as == expected


@pytest.mark.parametrize(
    "text",
    [
        "src/\n├── main.py\n├── models/\n│   └── user.py\n└── tests/",
        "GET /boats\n  id\n  name",
        "steps\n- open the page\n- press the button\n- see the list",
        "def boat():\n    id = 1\n    return id",
        "boat -> oar\noar -> boat",
        "Flow:\n  client sends request\n  server answers\n  client shows list",
    ],
)
def test_what_only_looks_like_an_outline_is_none(text: str) -> None:
    assert columns(outline, text) == {}


def test_keys_and_indexes_of_an_outline_are_kept() -> None:
    found = outline.read("berth\n- harbour_id uuid\n- no int\n- PRIMARY KEY (harbour_id, no)\n- INDEX i (no)", PLACE)
    assert found is not None
    only = found.entities[0]
    assert all(one.primary_key for one in only.attributes)
    assert [one.columns.value for one in only.indexes] == [("no",)]


YAML = [
    "entities:\n  - name: boat\n    fields:\n      - {name: id, type: uuid}\n      - {name: name, type: text}",
    "table: boat\ncolumns:\n  id: {type: uuid}\n  name: {type: text, required: true}",
    "boat:\n  id: uuid, pk\n  name: varchar(80) not null",
    "tables:\n  boat:\n    columns:\n      - id: uuid\n      - name: text",
    "boat:\n  - id: uuid\n  - name: text?",
]


@pytest.mark.parametrize("text", YAML)
def test_yaml_is_read_whatever_its_shape(text: str) -> None:
    assert columns(yamlform, text) == {"boat": ["id", "name"]}


@pytest.mark.parametrize(
    "text",
    [
        "database:\n  host: localhost\n  port: 5432",
        "openapi: 3.0.0\ncomponents:\n  schemas:\n    Boat:\n      properties:\n        {id: {type: text}, name: {}}",
        "services:\n  web:\n    image: nginx\n    ports: [80]",
        "on: push\njobs:\n  test:\n    runs: x\n    steps: y",
        "- a\n- b",
        "a: [",
        "a: &x [*x]",
        "BoatResponse:\n  id: uuid\n  name: text",
    ],
)
def test_other_yaml_is_no_table(text: str) -> None:
    assert columns(yamlform, text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "boat (id, name, berth_no)\noar (id, #id_boat)",
        "- **boat** (<u>id</u>, name, berth_no)\n- **oar** (<u>id</u>, #id_boat)",
        "boat(id, name,\n     berth_no)\noar(id, id_boat#)\n  UNIQUE (id, id_boat)",
    ],
)
def test_relations_of_a_schema_are_tables(text: str) -> None:
    assert columns(relational, text) == {"boat": ["id", "name", "berth_no"], "oar": ["id", "id_boat"]}
    oar = relational.read(text, PLACE).entities[1].attributes[1]
    assert oar.references is not None and oar.references.value == "boat"


@pytest.mark.parametrize(
    "text",
    [
        "boat (id, name, berth_no)",
        "sail(wind, hours)\nmoor(rope, cleat)",
        "def sail(id, boat):\n    return moor(id, boat)",
        "boat (the id, and its name)\noar (short, or long)",
        "INSERT INTO boat (id, name) VALUES (1, 'Elsa');",
    ],
)
def test_what_only_has_brackets_is_no_relation(text: str) -> None:
    assert columns(relational, text) == {}

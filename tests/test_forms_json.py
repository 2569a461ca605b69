"""JSON fences: schemas and examples."""

from __future__ import annotations

from colonnade.design.draft import Origin
from colonnade.sources.markdown.forms import jsonform
from support.forms import PLACE, column, entity, names, relations

SCHEMA = """{ "title": "Guest", "type": "object", "required": ["id"], // all
  "properties": { "id": {"type": "string", "format": "uuid"}, "mail": {"type": "string", "maxLength": 90},
    "kind": {"enum": ["day", "night"]}, "n": {"type": ["integer", "null"], "default": 3},
    "home": {"$ref": "#/$defs/Home"}, "marks": {"type": "array", "items": {"type": "string"}}, },
  "$defs": {"Home": {"type": "object", "properties": {"street": {"type": "string"}}}} }"""


def test_schemas() -> None:
    found = jsonform.read(SCHEMA, PLACE)
    assert names(found) == ["Guest", "Home"]
    assert column(found, "Guest", "id") == {"type": "uuid", "nullable": False}
    assert column(found, "Guest", "mail") == {"type": "string", "nullable": True, "max_length": 90}
    assert column(found, "Guest", "kind") == {"type": "enum", "nullable": True, "enum_values": ("day", "night")}
    assert column(found, "Guest", "n") == {"type": "integer", "nullable": True, "default": "3"}
    assert column(found, "Guest", "marks")["type"] == "string[]"
    assert relations(found, "Guest") == [("many-to-one", "Home", None)]


def test_an_example_assumes_types_for_an_entity_that_others_name() -> None:
    found = jsonform.read(
        '[{"id": "00000000-0000-4000-8000-000000000001", "n": 1.5, "on": "2026-01-02", "x": null, }, ...]', PLACE
    )
    nameless = entity(found, "")
    assert [(one.type.value, one.type.origin) if one.type else None for one in nameless.attributes] == [
        ("uuid", Origin.ASSUMED),
        ("decimal", Origin.ASSUMED),
        ("date", Origin.ASSUMED),
        None,
    ]
    assert found is not None and found.precision < 20


def test_what_is_no_object_gives_nothing() -> None:
    for text in ("", "{", "[1, 2]", '"x"', "null", '{"a": 1}', "[" * 5000, '{"properties": 3}'):
        assert jsonform.read(text, PLACE) is None

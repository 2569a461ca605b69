"""Tables in braces: DBML and what people write like it, and Mongoose schemas."""

from __future__ import annotations

from colonnade.design.draft import DraftAttribute, DraftEntity
from colonnade.errors import Place
from colonnade.sources.markdown import read
from colonnade.sources.markdown.forms import mongoose, notation

DBML = """Table guests as G [note: 'people'] {
  id uuid [pk, default: `gen_random_uuid()`]
  email varchar(255) [not null, unique, note: 'login, optional']
  state guest_state [default: 'new']
  indexes {
    (email, state) [unique]
  }
}
Table stays {
  id int [pk, increment]
  guest_id uuid [not null, ref: > guests.id]
  host_id uuid
}
Enum guest_state {
  new
  known [note: 'x']
}
Ref: stays.host_id > guests.id [delete: cascade]
"""
SCHEMA = """const mongoose = require('mongoose');
const guestSchema = new mongoose.Schema({
  name: { type: String, required: true, maxlength: 80 },
  tags: [String],
  role: { type: String, enum: ['host', 'friend'], default: 'friend' },
  partyId: { type: mongoose.Schema.Types.ObjectId, ref: 'Party', required: true },
}, { timestamps: true });
module.exports = mongoose.model('Guest', guestSchema);
"""


def entities(document: str) -> dict[str, DraftEntity]:
    return {one.name.value: one for one in read([("a.md", document)], "x").entities}


def columns(entity: DraftEntity) -> dict[str, DraftAttribute]:
    return {one.name.value: one for one in entity.attributes}


def test_dbml_states_keys_references_and_values() -> None:
    found = entities(f"# Model\n\n```dbml\n{DBML}```\n")
    guests, stays = columns(found["guests"]), columns(found["stays"])
    assert guests["id"].primary_key and guests["id"].primary_key.value
    assert guests["email"].unique and guests["email"].nullable and not guests["email"].nullable.value
    assert guests["state"].enum_values and guests["state"].enum_values.value == ("new", "known")
    assert stays["guest_id"].references and stays["guest_id"].references.value == "guests.id"
    assert stays["host_id"].on_delete and stays["host_id"].on_delete.value == "CASCADE"


def test_a_note_in_dbml_is_not_read_as_a_setting() -> None:
    email = columns(entities(f"# Model\n\n```dbml\n{DBML}```\n")["guests"])["email"]
    assert email.nullable and email.nullable.value is False


def test_braces_with_bare_names_and_with_types_first() -> None:
    listed = "# Model\n\n```\nLabel {\n  id,\n  name\n}\n```\n\n"
    listed += "```\nNote {\n  int id // key\n  int labelId // FK to Label\n}\n```\n"
    found = entities(listed)
    assert list(columns(found["Label"])) == ["id", "name"]
    pointer = columns(found["Note"])["labelId"]
    assert pointer.type and pointer.type.value == "int"
    assert pointer.references and pointer.references.value == "Label"


def test_programs_in_braces_are_no_tables() -> None:
    for text in (
        "function save {\n  return id\n}\n",
        "query {\n  id\n  name\n}\n",
        "class A {\n  int id\n  int b\n}\n",
    ):
        made = notation.read(text, Place("a.md", 1, 1)) if notation.sniff(text) else None
        assert made is None


def test_mongoose_states_types_lists_and_pointers() -> None:
    made = mongoose.read(SCHEMA, Place("a.md", 1, 1))
    assert made is not None
    guest = columns(made.entities[0])
    assert made.entities[0].name.value == "Guest"
    assert guest["name"].max_length and guest["name"].max_length.value == 80
    assert guest["tags"].type and guest["tags"].type.value == "string[]"
    assert guest["role"].enum_values and guest["role"].enum_values.value == ("host", "friend")
    assert guest["partyId"].references and guest["partyId"].references.value == "Party"
    assert {"createdAt", "updatedAt"} <= guest.keys()


def test_unfinished_braces_are_read_as_far_as_they_go() -> None:
    for end in range(len(DBML)):
        notation.read(DBML[:end], Place("a.md", 1, 1))
    for end in range(len(SCHEMA)):
        mongoose.read(SCHEMA[:end], Place("a.md", 1, 1))

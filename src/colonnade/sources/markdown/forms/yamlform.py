"""Tables in YAML: columns below a table's name, or lists of tables and columns that carry their names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import InputError, Place
from colonnade.sources.markdown import facts, written
from colonnade.sources.markdown.forms.block import PRECISION, is_transfer, kind_of, with_key_relations
from colonnade.sources.reading import Reading
from colonnade.sources.tree import Node, member, parse
from colonnade.vocabulary.regex import regex

# Keys below which tables stand, keys that name a table, and keys below which its columns stand.
TABLES = ("entities", "tables", "models", "collections", "schema", "database", "data_model", "definitions")
NAMES = ("table", "entity", "model", "name", "collection", "table_name")
COLUMNS = ("columns", "fields", "attributes", "properties")
# Keys of a column whose value is a word of its own; the others are read as they are written.
_SWITCHES: dict[str, tuple[str, bool]] = {
    **dict.fromkeys(("required", "not_null", "notnull"), ("nullable", False)),
    **dict.fromkeys(("nullable", "optional", "null"), ("nullable", True)),
    **dict.fromkeys(("primary_key", "primarykey", "primary", "pk"), ("primary_key", True)),
    "unique": ("unique", True),
}
_TARGETS = ("references", "foreign_key", "fk", "ref", "reference", "foreignkey", "relation")
_VALUES = ("values", "enum", "enum_values", "choices", "options", "allowed")
_SIZES = {
    **dict.fromkeys(("max_length", "maxlength", "length"), "max_length"),
    **dict.fromkeys(("min_length", "minlength"), "min_length"),
}
_ABOVE = regex(r"^[ \t-]*(?:columns|fields|attributes|properties)[ \t]*:[ \t]*$", re.MULTILINE)
# Tops of documents that are about something else.
_OTHER = frozenset("openapi swagger paths services version jobs steps apiversion on name image".split())


def sniff(text: str) -> bool:
    """Whether a block without a label has a key that stands above columns, and YAML below it."""
    return bool(_ABOVE.search(text)) and read(text, Place("")) is not None


def read(text: str, place: Place) -> Reading | None:
    """The tables of a block, or None where it holds none or is no YAML."""
    try:
        top = parse(text, "block.yaml")
    except (InputError, RecursionError):
        return None
    if (
        top.kind == "object"
        and any(key.text.lower() in _OTHER for key, _ in top.members)
        and not member(top, "columns")
    ):
        return None
    made = tuple(found for name, body, sure in _tables(top) if (found := _table(name, body, sure, place)) is not None)
    return Reading("yaml", PRECISION["sql-pseudo"], made) if made else None


def _tables(node: Node, depth: int = 0) -> Iterator[tuple[Node, Node, bool]]:
    """(name, columns, whether a key says that these are columns) of each table below `node`."""
    if depth > 4:
        return
    if node.kind == "list":
        for one in node.children:
            yield from _tables(one, depth + 1)
        return
    if node.kind != "object":
        return
    below = next((found for key in COLUMNS if (found := _member(node, key)) is not None), None)
    name = next((found for key in NAMES if (found := _member(node, key)) is not None and found.kind == "string"), None)
    if below is not None and name is not None:
        yield name, below, True
        return
    for key, value in node.members:
        inner = next((found for word in COLUMNS if (found := _member(value, word)) is not None), None)
        if key.text.lower() in TABLES:
            yield from _tables(value, depth + 1)
        elif inner is not None:
            yield key, inner, True
        elif value.kind in ("object", "list"):
            yield key, value, False


def _member(node: Node, wanted: str) -> Node | None:
    if node.kind != "object":
        return None
    return next((value for key, value in node.members if key.text.lower() == wanted), None)


def _table(name: Node, body: Node, sure: bool, place: Place) -> DraftEntity | None:
    found = [one for key, value in _columns(body) if (one := _column(key, value, place)) is not None]
    known = sum(bool(one.type or one.references or one.enum_values or one.primary_key) for one in found)
    if (
        len(found) < 2
        or not re.fullmatch(r"[^\W\d][\w. -]{0,62}", name.text)
        or not (sure or known * 3 >= len(found) * 2)
    ):
        return None
    bare = name.text.rpartition(".")[2].strip()
    if is_transfer(bare, [one.name.value for one in found]):
        return None
    here = _at(name, place)
    return with_key_relations(DraftEntity(Fact(bare, here), Fact(kind_of(bare), here), None, tuple(found)))


def _columns(body: Node) -> Iterator[tuple[Node, Node | None]]:
    """Each column with what is said of it: `id: uuid`, `- name: id`, `- id: uuid`, `- id`."""
    if body.kind == "object":
        yield from body.members
        return
    single = [pairs[0] for one in body.children if one.kind == "object" and len(pairs := list(one.members)) == 1]
    if len(single) == len(body.children) and len({key.text for key, _ in single}) == len(single):
        yield from single
        return
    for one in body.children:
        name = next((found for key in ("name", "column", "field") if (found := _member(one, key)) is not None), None)
        if name is not None:
            yield name, one
        elif one.kind == "object":
            yield from list(one.members)[:1]
        elif one.kind == "string":
            yield one, None


def _column(key: Node, value: Node | None, place: Place) -> DraftAttribute | None:
    head, _, said = key.text.strip().partition(" ")
    if not re.fullmatch(r"[^\W\d]\w{0,62}\??", head):
        return None
    here = _at(key, place)
    told: facts.Facts = facts.read(said.strip(" ()"), here, "type", head) if said and value is None else {}
    if value is not None and value.kind in ("string", "number", "boolean"):
        told = facts.read(value.text, _at(value, place), "type", head)
        kind = told.get("type")
        if kind is not None and not written.take(value.text).known:
            told.pop("type")
    elif value is not None and value.kind == "object":
        told = _said(value, head, place)
    if head.endswith("?"):
        told.setdefault("nullable", Fact(True, here))
    return facts.attribute(head.rstrip("?"), here, told)


def _said(node: Node, column: str, place: Place) -> facts.Facts:
    told: facts.Facts = {}
    for key, value in node.members:
        word, here = re.sub(r"[\s-]+", "_", key.text.strip().lower()), _at(value, place)
        if word in _SWITCHES and value.kind == "boolean":
            field, positive = _SWITCHES[word]
            told[field] = Fact(positive if value.text.lower() == "true" else not positive, here)
        elif word in _TARGETS:
            target = _target(value)
            told |= {"references": Fact(target, here)} if target else {}
        elif word in _VALUES and value.kind == "list":
            told["enum_values"] = Fact(tuple(dict.fromkeys(one.text for one in value.children if one.text)), here)
        elif word in _SIZES and value.text.isdigit():
            told[_SIZES[word]] = Fact(int(value.text), here)
        elif word == "default" and value.kind in ("string", "number", "boolean"):
            told["default"] = Fact(value.text, here)
        elif word in ("type", "data_type", "datatype") and value.kind == "string":
            told = facts.joined(told, facts.read(value.text, here, "type", column))
        elif word in ("constraints", "constraint", "notes", "description", "comment"):
            standing: facts.Standing = "constraint" if word.startswith("constraint") else "remark"
            texts = [value.text] if value.kind == "string" else [one.text for one in value.children]
            told = facts.joined(told, *(facts.read(text, here, standing, column) for text in texts if text))
    return told


def _target(value: Node) -> str:
    """`users.id`, `users(id)`, or a mapping with a table and a column."""
    if value.kind == "object":
        table, column = (
            _member(value, "table") or _member(value, "entity"),
            _member(value, "column") or _member(value, "field"),
        )
        return f"{table.text}.{column.text}" if table and column else table.text if table else ""
    match = re.fullmatch(r"\s*(?P<table>[^\W\d][\w.]*)\s*(?:\(\s*(?P<column>\w+)\s*\))?\s*", value.text)
    return (f"{match['table']}.{match['column']}" if match["column"] else match["table"]) if match else ""


def _at(node: Node, place: Place) -> Place:
    """Where `node` stands in the document whose block starts at `place`."""
    if not place.line or not node.place.line:
        return place
    return Place(place.file, place.line + node.place.line - 1, max(place.column - 1, 0) + node.place.column)

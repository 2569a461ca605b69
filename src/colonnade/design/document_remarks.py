"""What a document written by hand says that follows from the rest, and that therefore is not kept as written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from colonnade.design.document_value import of
from colonnade.design.schema import Schema
from colonnade.design.yaml import Node
from colonnade.errors import Place
from colonnade.findings import Finding, declare

FOLLOWS = declare(
    "value-that-follows",
    """A design document states what follows from the rest of it, and states it otherwise.

    `python_name`, `validation_rules`, `migration_plan`, `version` and `indexing_strategy` are written from the design.
    What a person wrote there is read by nothing; state the column, the constraint or the index instead.
    """,
)
DERIVED = (
    ("meta", "version"),
    ("meta", "previous_version"),
    ("migration_plan",),
    ("performance_considerations", "indexing_strategy"),
    ("sqlmodel_config", "validation_rules"),
)


def remarks(root: Node, schema: Schema) -> tuple[Finding, ...]:
    """A note for each such value, with its line; none for a document that Colonnade wrote, which a person edits."""
    body = root.value["database_schema"]
    if schema.intent.facts:
        return ()
    value = of(schema)["database_schema"]
    return (*_sections(body, value), *_names(body))


def _sections(body: Node, value: dict[str, Any]) -> Iterator[Finding]:
    for path in DERIVED:
        node: Node | None = body
        made: Any = value
        for key in path:
            node = node.value.get(key) if node is not None and isinstance(node.value, dict) else None
            made = made.get(key)
        if node is not None and plain(node) not in (made, None, []):
            yield _note(".".join(path), node.place)


def _names(body: Node) -> Iterator[Finding]:
    for entity in _items(body, "entities"):
        for column in _items(entity, "columns"):
            name, python = column.value.get("name"), column.value.get("python_name")
            if python is not None and name is not None and python.value not in (None, name.value):
                yield _note(f"the python_name {python.text} of {name.text}", python.place)


def _items(node: Node, key: str) -> list[Node]:
    found = node.value.get(key)
    several = found.value if found is not None and isinstance(found.value, list) else []
    return [one for one in several if isinstance(one.value, dict)]


def plain(node: Node) -> Any:
    """The value of `node` without places."""
    if isinstance(node.value, dict):
        return {key: plain(one) for key, one in node.value.items()}
    return [plain(one) for one in node.value] if isinstance(node.value, list) else node.value


def _note(what: str, place: Place) -> Finding:
    message = f"{what} follows from the rest of the design and is not kept as written"
    return Finding(FOLLOWS, message, place, "leave it out, or state what it follows from", "note")

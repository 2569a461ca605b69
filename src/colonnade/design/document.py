"""design.yaml: a Schema as a document that people read and edit, in the form `database_schema:`.

The document says everything that the Schema holds, so `load(dump(schema)) == schema`; beside it stand values that
follow from the rest (`python_type`, `indexed`, `migration_plan`), which `load` takes from a hand-written document only
where the rest is silent.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from colonnade.design import document_value, yaml
from colonnade.design.schema import Schema


def dump(schema: Schema) -> str:
    """`schema` as YAML; the same Schema gives the same text."""
    return yaml.write(as_value(schema))


def as_value(schema: Schema) -> dict[str, Any]:
    """`schema` as the document's dicts, lists and scalars."""
    return document_value.of(schema)


def lines(schema: Schema) -> Iterator[str]:
    """The document as JSON, a line as each part is done: `meta`, each `entity` with its `indexes`, and the `rest`."""
    import json

    return (json.dumps(part, ensure_ascii=False) for part in document_value.parts(schema))


def load(text: str, file: str) -> Schema:
    """The Schema that the document `text` says. Raises InputError with every mistake and its line."""
    from colonnade.design import document_load  # most runs only write

    return document_load.of(yaml.read(text, file))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    from colonnade.design.document_form import schema_form

    return schema_form()

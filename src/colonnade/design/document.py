"""design.yaml: a Schema as a document that people read and edit, in the form `database_schema:`.

The document says everything that the Schema holds, so `load(dump(schema)) == schema`; beside it stand values that
follow from the rest (`python_type`, `indexed`, `migration_plan`), which `load` takes from a hand-written document only
where the rest is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from colonnade.design import document_value, yaml
from colonnade.design.schema import Schema
from colonnade.findings import Finding

Plan: TypeAlias = Mapping[str, Any] | None


def dump(schema: Schema, plan: Plan = None) -> str:
    """`schema` as YAML; the same Schema gives the same text. `plan` is what it changes of a design before it."""
    return yaml.write(as_value(schema, plan))


def as_value(schema: Schema, plan: Plan = None) -> dict[str, Any]:
    """`schema` as the document's dicts, lists and scalars."""
    return document_value.of(schema, plan)


def lines(schema: Schema, plan: Plan = None) -> Iterator[str]:
    """The document as JSON, a line as each part is done: `meta`, each `entity` with its `indexes`, and the `rest`."""
    import json

    return (json.dumps(part, ensure_ascii=False) for part in document_value.parts(schema, plan))


def load(text: str, file: str) -> Schema:
    """The Schema that the document `text` says. Raises InputError with every mistake and its line."""
    from colonnade.design import document_load  # most runs only write

    return document_load.of(yaml.read(text, file))


def read(text: str, file: str) -> tuple[Schema, tuple[Finding, ...]]:
    """As `load`, with notes on what a person wrote that is not kept. Raises InputError."""
    from colonnade.design import document_load
    from colonnade.design.document_remarks import remarks

    root = yaml.read(text, file)
    schema = document_load.of(root)
    return schema, remarks(root, schema)


def merge(text: str, file: str, designed: Schema) -> tuple[str, tuple[Finding, ...]]:
    """The edited document `text` with what the documents ask for now, comments and order kept, and what both changed.

    Raises InputError where `text` cannot be read, or where its parts no longer fit together with the new ones.
    """
    from colonnade.design.merge import merged
    from colonnade.design.patch import patched

    edited = load(text, file)
    whole, findings = merged(edited, designed)
    changed = patched(text, as_value(edited), as_value(whole))
    load(changed, file)
    return changed, findings


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the document."""
    from colonnade.design.document_form import schema_form

    return schema_form()

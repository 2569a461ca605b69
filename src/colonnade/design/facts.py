"""A Schema as single facts with a digest each: what was designed, so that a later design can tell who changed what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any, TypeAlias
from urllib.parse import quote, unquote

from colonnade.design.codec import encode
from colonnade.design.schema import Schema, Table
from colonnade.values import replace

Key: TypeAlias = tuple[str, str, str]
"""Table (empty for what stands by itself), kind and name."""

OF_TABLE = ("columns", "constraints", "indexes", "triggers", "policies")
OF_DATABASE = ("namespaces", "extensions", "enums", "domains", "composites", "sequences", "functions", "views")


def facts(schema: Schema) -> dict[Key, Any]:
    """Every part of `schema` that a person may change by itself, by table, kind and name."""
    return dict(_facts(schema))


def _facts(schema: Schema) -> Iterator[tuple[Key, Any]]:
    for kind in OF_DATABASE:
        for one in getattr(schema.database, kind):
            yield ("", kind, _name(one)), one
    for kind, tables in (("tables", schema.database.tables), ("external", schema.external)):
        for table in tables:
            yield (_name(table), kind, ""), _bare(table)
            for part in OF_TABLE:
                for one in getattr(table, part):
                    yield (_name(table), part, one.name), one
    for entity in schema.intent.entities:
        yield (entity.table, "entity", ""), replace(entity, relationships=())
        for relation in entity.relationships:
            yield (entity.table, "relationships", relation.name), relation
    for pattern in schema.intent.patterns:
        yield ("", "patterns", pattern.title), pattern


def _name(one: Any) -> str:
    schema = getattr(one, "schema", "public")
    identity = getattr(one, "identity_arguments", "")
    return ("" if schema == "public" else f"{schema}.") + str(one.name) + (f"({identity})" if identity else "")


def _bare(table: Table) -> Table:
    return replace(table, columns=(), constraints=(), indexes=(), triggers=(), policies=())


_as_text = json.JSONEncoder(check_circular=False).encode


# Keys and timestamps are alike in many tables.
@lru_cache(maxsize=4096)
def digest(fact: Any) -> str:
    """Eight hex digits of what the document says of `fact`; fields at their defaults do not count."""
    text: str = _as_text([type(fact).__name__, encode(fact)])
    return blake2b(text.encode(), digest_size=4).hexdigest()


def recorded(schema: Schema) -> Schema:
    """`schema` with the digests of its facts, one line a table."""
    lines: dict[str, list[str]] = {}
    for (table, kind, name), fact in _facts(schema):
        lines.setdefault(table, []).append(f"{kind}/{_word(name)}={digest(fact)}")
    kept = tuple((table, " ".join(one)) for table, one in lines.items())
    return replace(schema, intent=replace(schema.intent, facts=kept))


def _word(name: str) -> str:
    """`name` without blanks; most names have none, and quoting them costs as much as all the rest."""
    return name if name.isascii() and name.isidentifier() else quote(name, safe="")


def digests(schema: Schema) -> Mapping[Key, str]:
    """The digests that `schema` was recorded with; a word that is none of ours says nothing."""
    found: dict[Key, str] = {}
    for table, line in schema.intent.facts:
        for word in line.split():
            kind, _, rest = word.partition("/")
            name, _, known = rest.rpartition("=")
            found[table, kind, unquote(name)] = known
    return found

"""Which index method searches which type."""

from __future__ import annotations

from colonnade import types

# What searches a type that a B-tree does not, or not usefully; None: nothing does.
METHODS: dict[str, str | None] = {
    "jsonb": "gin", "tsvector": "gin", "hstore": "gin", "point": "gist", "box": "gist", "circle": "gist",
    "polygon": "gist", "int4range": "gist", "int8range": "gist", "numrange": "gist", "daterange": "gist",
    "tsrange": "gist", "tstzrange": "gist", "json": None, "xml": None, "line": None, "lseg": None, "path": None,
}  # fmt: skip


def method_of(type_: str) -> str | None:
    """The index method for a column of the type, or None where there is none."""
    taken = types.take_apart(type_)
    return "gin" if taken.dimensions else METHODS.get(taken.base, "btree")

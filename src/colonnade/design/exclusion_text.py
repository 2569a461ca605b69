"""EXCLUDE as people and PostgreSQL write it, taken apart."""

from __future__ import annotations

import re
from typing import Any

from colonnade import sql

Parts = tuple[tuple[tuple[str, str], ...], str, str]
"""Pairs of a key and an operator, the index method, and the condition or an empty text."""


def parts_of(node: Any) -> Parts:
    """The parts of a parsed EXCLUDE, its expressions as PostgreSQL's parser gives them back."""
    from pglast.stream import RawStream

    elements = tuple(
        (RawStream()(element.expr) if element.expr else element.name, "".join(part.sval for part in operator))
        for element, operator in node.exclusions
    )
    predicate = RawStream()(node.where_clause) if node.where_clause else ""
    return elements, node.access_method or "gist", predicate


def read(text: str) -> Parts | None:
    """`text` as an EXCLUDE, with or without that word, USING and the brackets; None where it is none."""
    from pglast.parser import ParseError

    bare = re.sub(r"^\s*EXCLUDE\b", "", text, flags=re.IGNORECASE).strip()
    if not re.match(r"(?:USING\b|\()", bare, re.IGNORECASE):
        bare = f"({bare})"
    if not re.match(r"USING\b", bare, re.IGNORECASE):
        bare = f"USING gist {bare}"
    try:
        (statement,) = sql.parse(f"ALTER TABLE a ADD CONSTRAINT b EXCLUDE {bare}")
        (command,) = statement.stmt.cmds
        return parts_of(command.def_)
    except (ParseError, ValueError, AttributeError):
        return None

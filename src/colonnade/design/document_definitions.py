"""Whether the statements of a definition, which a person may have written, make what it says and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from colonnade.design.schema import Definition
from colonnade.sql import parse

# The statement that makes an object of each kind, and those that may follow it.
_STATEMENTS: Mapping[str, tuple[str, ...]] = {
    "STATISTICS": ("CreateStatsStmt", "AlterStatsStmt"),
    "RULE": ("RuleStmt", "AlterTableStmt"),
    "AGGREGATE": ("DefineStmt",),
    "TYPE": ("CreateRangeStmt",),
    "EVENT TRIGGER": ("CreateEventTrigStmt", "AlterEventTrigStmt"),
    "COLLATION": ("DefineStmt",),
    "OPERATOR": ("DefineStmt",),
    "CAST": ("CreateCastStmt",),
    "TEXT SEARCH DICTIONARY": ("DefineStmt",),
    "TEXT SEARCH CONFIGURATION": ("DefineStmt", "AlterTSConfigurationStmt"),
    "PUBLICATION": ("CreatePublicationStmt",),
}


def is_what_it_says(one: Definition) -> bool:
    """One statement that makes an object of its kind, under its name, and those that belong to that."""
    kinds = _STATEMENTS.get(one.kind)
    found = [_statement(text) for text in (*one.sql, f"DROP {one.kind} {one.name}")]
    return (
        kinds is not None
        and len(found) > 1
        and found[0] == kinds[0]
        and set(found[1:-1]) <= {kinds[-1]}
        and found[-1] == "DropStmt"
    )


def _statement(text: str) -> str:
    """The kind of the one statement in `text`, or nothing where there is another number of them."""
    from pglast.parser import ParseError

    try:
        (node,) = parse(text)
    except (ParseError, ValueError):
        return ""
    return type(node.stmt).__name__

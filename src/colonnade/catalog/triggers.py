"""Triggers of tables and views."""

from __future__ import annotations

from typing import Any

from colonnade.catalog.expressions import stable
from colonnade.catalog.relations import Relations
from colonnade.catalog.snapshot import Snapshot, grouped, rows
from colonnade.design.schema import Trigger
from colonnade.sql import idents

TRIGGERS = """
SELECT t.oid, t.tgname AS name, t.tgrelid AS relation, t.tgtype AS bits, t.tgattr::int[] AS numbers,
       p.proname AS function, n.nspname AS function_schema, t.tgargs AS arguments,
       CASE WHEN t.tgqual IS NOT NULL THEN pg_get_triggerdef(t.oid) END AS definition, t.tgoldtable AS old_table,
       t.tgnewtable AS new_table, t.tgconstraint <> 0 AS is_constraint, t.tgdeferrable AS is_deferrable,
       t.tginitdeferred AS is_deferred, t.tgenabled::text AS enabled
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid AND c.relkind IN ('r', 'p', 'v')
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND c.relnamespace = ANY(%(namespaces)s)
  AND c.oid <> ALL(%(pg_class_members)s)
ORDER BY t.tgname COLLATE "C"
"""

EACH_ROW, BEFORE, INSTEAD = 1, 2, 64
EVENTS = ((4, "INSERT"), (8, "DELETE"), (16, "UPDATE"), (32, "TRUNCATE"))
ENABLED = {"O": "ORIGIN", "D": "DISABLED", "R": "REPLICA", "A": "ALWAYS"}


def triggers(view: Snapshot, known: Relations) -> dict[int, list[Trigger]]:
    """All triggers by relation, in the order of their names; one that a partitioned table made is told by that one."""
    return grouped((row.relation, _trigger(view, known, row)) for row in rows(view, TRIGGERS))


def _trigger(view: Snapshot, known: Relations, row: Any) -> Trigger:
    timing = "BEFORE" if row.bits & BEFORE else "INSTEAD OF" if row.bits & INSTEAD else "AFTER"
    columns = f" OF {idents(known.columns(row.relation, row.numbers))}" if row.numbers else ""
    events = (word + (columns if word == "UPDATE" else "") for bit, word in EVENTS if row.bits & bit)
    return Trigger(
        row.name,
        timing,
        tuple(events),
        (row.function_schema, row.function),
        tuple(part.decode() for part in row.arguments.split(b"\0")[:-1]),
        bool(row.bits & EACH_ROW),
        stable(_condition(row.definition)) if row.definition else None,
        row.old_table,
        row.new_table,
        row.is_constraint,
        row.is_deferrable,
        row.is_deferred,
        ENABLED[row.enabled],
        view.comment("pg_trigger", row.oid),
    )


def _condition(definition: str) -> str:
    """The text between `WHEN (` and the bracket that closes it, found by PostgreSQL's own scanner."""
    from pglast.parser import scan

    raw = definition.encode()
    tokens = scan(definition)
    start = next(number for number, token in enumerate(tokens) if token.name == "WHEN") + 1
    depth = 0
    for token in tokens[start:]:
        depth += {"ASCII_40": 1, "ASCII_41": -1}.get(token.name, 0)
        if depth == 0:
            return raw[tokens[start].end + 1 : token.start].decode()
    raise ValueError(f"no end of WHEN in {definition}")

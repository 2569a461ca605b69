"""Functions and procedures written in SQL or a procedural language."""

from __future__ import annotations

from typing import Any

from colonnade.catalog.expressions import maybe
from colonnade.catalog.privileges import privileges
from colonnade.catalog.snapshot import Snapshot, rows
from colonnade.design.schema import Function

FUNCTIONS = """
SELECT p.oid, p.proname AS name, p.pronamespace AS namespace, pg_get_userbyid(p.proowner) AS owner,
       p.proacl::text[] AS acl, p.prokind AS kind, pg_get_function_arguments(p.oid) AS arguments,
       pg_get_function_identity_arguments(p.oid) AS identity_arguments, pg_get_function_result(p.oid) AS returns,
       l.lanname AS language, p.prosrc AS body,
       CASE WHEN p.prosqlbody IS NOT NULL THEN pg_get_function_sqlbody(p.oid) END AS sql_body,
       p.provolatile AS volatility, p.proparallel AS parallel, p.proisstrict AS strict, p.prosecdef AS definer,
       p.proleakproof AS leakproof, p.procost AS cost, p.prorows AS rows, p.proretset AS set_returning,
       p.proconfig AS settings
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p') AND l.lanname NOT IN ('c', 'internal')
  AND p.pronamespace = ANY(%(namespaces)s) AND p.oid <> ALL(%(pg_proc_members)s)
"""

VOLATILITY = {"v": "VOLATILE", "s": "STABLE", "i": "IMMUTABLE"}
PARALLEL = {"u": "UNSAFE", "r": "RESTRICTED", "s": "SAFE"}
USUAL_COST, USUAL_ROWS = 100.0, 1000.0


def functions(view: Snapshot) -> tuple[Function, ...]:
    """All functions and procedures but aggregates, window functions and those in C."""
    found = [_function(view, row) for row in rows(view, FUNCTIONS)]
    return tuple(sorted(found, key=lambda one: (one.schema, one.name, one.identity_arguments)))


def _function(view: Snapshot, row: Any) -> Function:
    return Function(
        row.name,
        view.namespaces[row.namespace],
        "procedure" if row.kind == "p" else "function",
        row.arguments,
        row.identity_arguments,
        row.returns,
        row.language,
        "" if row.sql_body else row.body,
        maybe(row.sql_body),
        VOLATILITY[row.volatility],
        PARALLEL[row.parallel],
        row.strict,
        row.definer,
        row.leakproof,
        None if row.cost == USUAL_COST else row.cost,
        None if row.rows == (USUAL_ROWS if row.set_returning else 0.0) else row.rows,
        tuple(sorted(row.settings or ())),
        row.owner,
        privileges(view, row.acl, row.owner, "function"),
        view.comment("pg_proc", row.oid),
    )

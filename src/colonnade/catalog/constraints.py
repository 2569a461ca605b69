"""Constraints of tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.catalog.expressions import maybe, stable
from colonnade.catalog.indexes import Indexes, included, key_sql
from colonnade.catalog.relations import Relations
from colonnade.catalog.snapshot import Snapshot, chosen_name, grouped, rows, since
from colonnade.design.schema import Check, Constraint, Exclusion, ForeignKey, PrimaryKey, Unique

CONSTRAINTS = """
SELECT k.oid, k.conname AS name, k.contype::text AS kind, k.conrelid AS relation, k.conkey AS numbers,
       k.conindid AS index, k.confrelid AS target, k.confkey AS target_numbers, k.confdeltype::text AS on_delete,
       k.confupdtype::text AS on_update, k.confdelsetcols AS set_numbers, k.confmatchtype = 'f' AS match_full,
       k.condeferrable AS is_deferrable, k.condeferred AS is_deferred, k.convalidated AS validated,
       {enforced} AS enforced, {period} AS period, k.connoinherit AS no_inherit,
       CASE WHEN k.contype = 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression,
       k.conexclop AS operators
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid AND c.relkind IN ('r', 'p')
WHERE (k.contype IN ('p', 'u', 'f', 'x') AND k.conislocal AND k.conparentid = 0
    OR k.contype = 'c' AND k.conislocal AND (k.coninhcount = 0 OR NOT c.relispartition)
    OR k.contype = 'n' AND (k.conislocal OR c.relispartition))
  AND c.relnamespace = ANY(%(namespaces)s) AND c.oid <> ALL(%(pg_class_members)s)
ORDER BY k.conname COLLATE "C"
"""

OPERATORS = """
SELECT o.oid, o.oprname AS name, nullif(n.nspname, 'pg_catalog') AS schema
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
"""

ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}


@dataclass(frozen=True, slots=True)
class Constraints:
    """`by_relation` are in the order of their names; `not_null_names` are those that were chosen by a person."""

    by_relation: Mapping[int, list[Constraint]]
    not_null_names: Mapping[tuple[int, int], str]
    unmodelled: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    view: Snapshot
    known: Relations
    indexes: Indexes
    operators: Mapping[int, str]


def constraints(view: Snapshot, known: Relations, indexes: Indexes) -> Constraints:
    """All constraints that a table has by itself; those that a parent gave to it are told by the parent."""
    query = CONSTRAINTS.format(
        enforced=since(view, 18, "k.conenforced", "true"), period=since(view, 18, "k.conperiod", "false")
    )
    found = rows(view, query)
    exclusions = any(row.kind == "x" for row in found)
    operators = {row.oid: _operator(row) for row in rows(view, OPERATORS)} if exclusions else {}
    context = _Context(view, known, indexes, operators)
    not_null = [row for row in found if row.kind == "n"]
    return Constraints(
        grouped((row.relation, MAKERS[row.kind](context, row)) for row in found if row.kind in MAKERS),
        {(row.relation, row.numbers[0]): row.name for row in not_null if row.name != _usual_not_null(known, row)},
        tuple(sorted(name for row in found for name in _beyond(context, row))),
    )


def _operator(row: Any) -> str:
    return str(row.name) if row.schema in (None, "public") else f"OPERATOR({row.schema}.{row.name})"


def _usual_not_null(known: Relations, row: Any) -> str:
    return chosen_name(known.names[row.relation][1], known.column(row.relation, row.numbers[0]), "not_null")


def _primary_key(context: _Context, row: Any) -> PrimaryKey:
    return PrimaryKey(
        row.name,
        context.known.columns(row.relation, row.numbers),
        included(context.indexes.rows[row.index], context.known),
        row.is_deferrable,
        row.is_deferred,
        row.period,
        _options(context, row),
        context.view.comment("pg_constraint", row.oid),
    )


def _options(context: _Context, row: Any) -> tuple[str, ...]:
    return tuple(sorted(context.indexes.rows[row.index].options or ()))


def _unique(context: _Context, row: Any) -> Unique:
    index = context.indexes.rows[row.index]
    return Unique(
        row.name,
        context.known.columns(row.relation, row.numbers),
        included(index, context.known),
        index.nulls_not_distinct,
        row.is_deferrable,
        row.is_deferred,
        row.period,
        _options(context, row),
        context.view.comment("pg_constraint", row.oid),
    )


def _check(context: _Context, row: Any) -> Check:
    comment = context.view.comment("pg_constraint", row.oid)
    return Check(row.name, stable(row.expression), row.validated, row.enforced, row.no_inherit, comment)


def _foreign_key(context: _Context, row: Any) -> ForeignKey:
    return ForeignKey(
        row.name,
        context.known.columns(row.relation, row.numbers),
        context.known.names[row.target],
        context.known.columns(row.target, row.target_numbers),
        ACTIONS[row.on_delete],
        ACTIONS[row.on_update],
        context.known.columns(row.relation, row.set_numbers),
        row.match_full,
        row.is_deferrable,
        row.is_deferred,
        row.validated,
        row.enforced,
        row.period,
        context.view.comment("pg_constraint", row.oid),
    )


def _exclusion(context: _Context, row: Any) -> Exclusion:
    index = context.indexes.rows[row.index]
    keys = (key_sql(key) for key in context.indexes.keys[row.index])
    operators = (context.operators[oid] for oid in row.operators)
    return Exclusion(
        row.name,
        index.method,
        tuple(zip(keys, operators, strict=True)),
        maybe(index.predicate),
        row.is_deferrable,
        row.is_deferred,
        included(index, context.known),
        _options(context, row),
        context.view.comment("pg_constraint", row.oid),
    )


MAKERS: Mapping[str, Callable[[_Context, Any], Constraint]] = {
    "p": _primary_key,
    "u": _unique,
    "c": _check,
    "f": _foreign_key,
    "x": _exclusion,
}


def _beyond(context: _Context, row: Any) -> list[str]:
    """What this constraint has that its class has no field for."""
    schema, table = context.known.names[row.relation]
    facts = (
        (row.kind == "n" and not row.validated, "NOT VALID"),
        (row.kind == "n" and row.no_inherit, "NO INHERIT"),
        (row.kind == "n" and context.view.comment("pg_constraint", row.oid) is not None, "comment"),
    )
    return [f"constraint {row.name} on {schema}.{table}: {fact}" for shown, fact in facts if shown]

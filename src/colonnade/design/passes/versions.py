"""Optimistic locking: a version that the server counts, so that a writer learns that the row has changed."""

from __future__ import annotations

from colonnade import sql, types
from colonnade.design.schema import Column, Function, Reason, Trigger
from colonnade.design.work import Blueprint, Work, each, found, stated
from colonnade.findings import rule
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary import wishes

NAMES = ("version", "lock_version", "row_version", "version_number")
_COUNTS = (Family.SMALLINT, Family.INTEGER, Family.BIGINT)


@rule("optimistic-locking")
def optimistic_locking(work: Work) -> Work:
    """Where a document asks for optimistic locking, each update counts the row's version on by one.

    A writer says in its WHERE which version it has read. If somebody else was faster, no row is met and nothing is
    lost. The server counts, and the application may not set the version, so no client can forget to.
    """
    locked = each(work, _versioned)
    columns = sorted({one.version for one in locked.tables.values() if one.version})
    return replace(locked, functions=(*locked.functions, *(_counting(work, column) for column in columns)))


def _versioned(blueprint: Blueprint) -> Blueprint:
    wish = blueprint.wish(wishes.LOCKING)
    if wish is None:
        return blueprint
    name = next((one for one in NAMES if _counts(blueprint, one)), None) or _free(blueprint)
    there = blueprint.columns.get(name)
    column = replace(there or Column(name, "integer"), nullable=False, default=(there and there.default) or "1")
    trigger = Trigger(
        sql.shorten(f"count_{blueprint.name}_{name}"), "BEFORE", ("UPDATE",), ("public", function_name(name))
    )
    reasons = tuple(Reason(subject, stated(wish.place)) for subject in
                    (f"{blueprint.name}.{name}", f"{blueprint.name}/{trigger.name}"))  # fmt: skip
    taken = found(
        "optimistic-locking", f"{blueprint.name}.version is stated as {blueprint.columns['version'].type}, so the "
        f"version of a row is {name}", blueprint.place_of("version"), severity="note",
    ) if "version" in blueprint.columns and name != "version" else ()  # fmt: skip
    return replace(
        blueprint, columns={**blueprint.columns, name: column}, version=name,
        triggers=(*blueprint.triggers, trigger), reasons=(*blueprint.reasons, *reasons),
        findings=blueprint.findings + taken,
    )  # fmt: skip


def function_name(column: str) -> str:
    return sql.shorten(f"count_{column}_column")


def _counts(blueprint: Blueprint, name: str) -> bool:
    column = blueprint.columns.get(name)
    row = types.take_apart(column.type).row if column and not column.type.endswith("[]") else None
    return row is not None and row.family in _COUNTS and name not in blueprint.key


def _free(blueprint: Blueprint) -> str:
    return next(one for one in (*NAMES, "optimistic_lock_version") if one not in blueprint.columns)


def _counting(work: Work, column: str) -> Function:
    body = f"\nBEGIN\n    NEW.{sql.ident(column)} = OLD.{sql.ident(column)} + 1;\n    RETURN NEW;\nEND;\n"
    settings = ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()
    comment = f"Counts {column} on with every update; made by Colonnade"
    return Function(function_name(column), body=body, settings=settings, comment=comment)

"""Columns that tell the life of a row: created_at, updated_at with its trigger, deleted_at with its view."""

from __future__ import annotations

from colonnade import sql, types
from colonnade.config import Settings
from colonnade.design.schema import Column, Function, Reason, Trigger, View
from colonnade.design.work import Blueprint, Work, each, found, house, stated
from colonnade.findings import Finding, rule
from colonnade.values import replace
from colonnade.vocabulary import habits

TOUCH = "update_updated_at_column"
TOUCH_BODY = "\nBEGIN\n    NEW.updated_at = CURRENT_TIMESTAMP;\n    RETURN NEW;\nEND;\n"
TOUCH_COMMENT = "Sets updated_at on every update; made by Colonnade"


@rule("timestamps")
def timestamps(work: Work) -> Work:
    """Every table has created_at and updated_at, NOT NULL, and a trigger keeps updated_at.

    A table that only relates two others has created_at alone: its rows are made and deleted, never changed.
    """
    changed = each(work, lambda one: one if one.trail_of else _timestamps(one, work.settings))
    settings = ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()
    function = Function(TOUCH, body=TOUCH_BODY, settings=settings, comment=TOUCH_COMMENT)
    needed = any(one.triggers for one in changed.tables.values())
    return replace(changed, functions=(*work.functions, *((function,) if needed else ())))


def _timestamps(blueprint: Blueprint, settings: Settings) -> Blueprint:
    type_ = str(types.resolve("timestamp", settings.timestamps))
    columns = dict(blueprint.columns)
    reasons: list[Reason] = []
    findings: list[Finding] = []
    kept: list[str | None] = []
    for name in ("created_at",) if blueprint.junction else ("created_at", "updated_at"):
        there = columns.get(name)
        if there is not None and not _is_moment(there.type):
            message = f"{blueprint.name}.{name} is stated as {there.type} and is kept, so nothing keeps the time in it"
            findings += found("timestamps", message, blueprint.place_of(name), "state it as a timestamp")
            kept.append(None)
            continue
        default = (there.default if there else None) or "CURRENT_TIMESTAMP"
        columns[name] = replace(there or Column(name, type_), nullable=False, default=default)
        kept.append(name)
        if there is None:
            reasons.append(Reason(f"{blueprint.name}.{name}", house("timestamps")))
    created, updated = (*kept, None)[:2]
    return replace(
        blueprint,
        columns=columns,
        created_at=created,
        updated_at=updated,
        triggers=(*blueprint.triggers, *((_trigger(blueprint),) if updated else ())),
        reasons=(*blueprint.reasons, *reasons),
        findings=(*blueprint.findings, *findings),
    )


def _is_moment(type_: str) -> bool:
    return type_.startswith("timestamp") and not type_.endswith("[]")


def _trigger(blueprint: Blueprint) -> Trigger:
    return Trigger(sql.shorten(f"update_{blueprint.name}_updated_at"), "BEFORE", ("UPDATE",), ("public", TOUCH))


@rule("soft-delete")
def soft_delete(work: Work) -> Work:
    """A table that asks for soft delete has deleted_at, and a view of the rows that are not deleted.

    The view runs with the rights of its reader, so policies hold. No policy hides deleted rows: the delete itself
    would fail then, and nothing could be restored.
    """
    return each(work, lambda one: _deleted_at(one, work.settings) if _soft(one) else one)


def _soft(blueprint: Blueprint) -> bool:
    asked = blueprint.entity.soft_delete
    return asked.value if asked else any(_holds_moment(blueprint, name) for name in habits.DELETED_COLUMNS)


def _holds_moment(blueprint: Blueprint, name: str) -> bool:
    return name in blueprint.columns and _is_moment(blueprint.columns[name].type) and name not in blueprint.key


def _deleted_at(blueprint: Blueprint, settings: Settings) -> Blueprint:
    name = next((one for one in habits.DELETED_COLUMNS if _holds_moment(blueprint, one)), None) or _free(blueprint)
    there = blueprint.columns.get(name)
    type_ = str(types.resolve("timestamp", settings.timestamps))
    column = replace(there, nullable=True, default=None) if there else Column(name, type_)
    fact = blueprint.entity.soft_delete
    because = stated(fact.place) if fact else stated(blueprint.place_of(name))
    return replace(
        blueprint,
        columns={**blueprint.columns, name: column},
        deleted_at=name,
        active_view=sql.shorten(f"active_{blueprint.name}"),
        reasons=(*blueprint.reasons, Reason(f"{blueprint.name}.{name}", because)),
    )


def _free(blueprint: Blueprint) -> str:
    """A name for the column: deleted_at, unless the document uses it for something else."""
    return "deleted_at" if "deleted_at" not in blueprint.columns else "soft_deleted_at"


def active_views(work: Work) -> Work:
    """Every table with soft delete has its view `active_<table>`."""
    views = tuple(_view(one) for one in work.tables.values() if one.active_view and one.deleted_at)
    return replace(work, views=work.views + views)


def _view(blueprint: Blueprint) -> View:
    columns = tuple(blueprint.columns)
    return View(
        blueprint.active_view or "",
        f"SELECT {sql.idents(columns)}\nFROM {sql.ident(blueprint.name)}\n"
        f"WHERE {sql.ident(blueprint.deleted_at or '')} IS NULL",
        columns=columns,
        options=("security_invoker=true",),
        depends_on=(("public", blueprint.name),),
        comment=f"Rows of {blueprint.name} that are not deleted",
    )

"""Audit columns: who made a row, and who changed it last."""

from __future__ import annotations

from colonnade import sql
from colonnade.design.draft import Fact
from colonnade.design.passes.access import user_now
from colonnade.design.schema import Column, Function, Reason, Trigger
from colonnade.design.work import Blueprint, Link, Work, each, found, stated
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import wishes

NOBODY = declare(
    "audit-columns-without-users",
    """A document asks who made and who changed a row, and there is no table of users to point at.

    The columns are left out. Define the users, or say who manages them.
    """,
)
NAMES = ("created_by", "updated_by")
FUNCTION = "update_updated_by_column"


@rule("audit-columns")
def audit_columns(work: Work) -> Work:
    """Where a document asks for audit columns, created_by and updated_by name the users who wrote the row.

    The server fills both in from the current user, and the application may set neither, so they cannot be forged or
    forgotten. When a user is deleted the row stays, and the name in it is emptied.
    """
    tables, links = dict(work.tables), list(work.links)
    for name, one in work.tables.items():
        wish = None if one.external else one.wish(wishes.AUTHORS)
        if wish is None:
            continue
        if work.users is None:
            message = f"{name} is to say who made and changed its rows, and no table holds users"
            findings = one.findings + found(NOBODY, message, wish.place, "define the users")
            tables[name] = replace(one, findings=findings)
        else:
            tables[name] = _with_columns(work.tables[work.users], one, wish)
            there = {link.columns for link in links if link.child == name}
            links += [_link(work, name, column, wish) for column in _made(tables[name]) if (column,) not in there]
    return replace(work, tables=tables, links=tuple(links))


def _with_columns(users: Blueprint, blueprint: Blueprint, wish: Fact[str]) -> Blueprint:
    type_ = users.columns[users.key[0]].type
    columns, reasons, findings = dict(blueprint.columns), list(blueprint.reasons), blueprint.findings
    authors: list[str | None] = []
    for name in NAMES:
        there = columns.get(name)
        if there is not None and there.type != type_:
            message = (
                f"{blueprint.name}.{name} is stated as {there.type}, the key of {users.name} is {type_}; it is kept"
            )
            findings += found("audit-columns", message, blueprint.place_of(name), f"state it as {type_}")
            authors.append(None)
            continue
        columns[name] = there or Column(name, type_)
        authors.append(name)
        reasons += [] if there else [Reason(f"{blueprint.name}.{name}", stated(wish.place))]
    created, updated = authors
    return replace(blueprint, columns=columns, created_by=created, updated_by=updated, reasons=tuple(reasons),
                   findings=findings)  # fmt: skip


def _made(blueprint: Blueprint) -> tuple[str, ...]:
    return tuple(name for name in (blueprint.created_by, blueprint.updated_by) if name)


def _link(work: Work, table: str, column: str, wish: Fact[str]) -> Link:
    users = work.tables[work.users or ""]
    return Link(table, (column,), users.name, users.key[:1], wish.place, stated(wish.place), on_delete="SET NULL")


def signatures(work: Work) -> Work:
    """The columns that name a row's authors are filled in by the server: both on insert, updated_by on update."""
    signed = each(work, lambda one: _signed(work, one))
    keys = {one.columns[one.updated_by].type for one in signed.tables.values() if one.updated_by}
    functions = tuple(_function(work, type_) for type_ in sorted(keys))
    return replace(signed, functions=(*signed.functions, *functions))


def _signed(work: Work, blueprint: Blueprint) -> Blueprint:
    columns = {
        name: replace(blueprint.columns[name], default=user_now(work, blueprint.columns[name].type))
        for name in _made(blueprint)
    }
    trigger = (_trigger(blueprint),) if blueprint.updated_by else ()
    return replace(blueprint, columns={**blueprint.columns, **columns}, triggers=(*blueprint.triggers, *trigger))


def _trigger(blueprint: Blueprint) -> Trigger:
    """Not for an update of these columns: only the server itself makes one, when it empties the name of a user."""
    same = " AND ".join(f"OLD.{sql.ident(one)} IS NOT DISTINCT FROM NEW.{sql.ident(one)}" for one in _made(blueprint))
    name = sql.shorten(f"update_{blueprint.name}_updated_by")
    return Trigger(name, "BEFORE", ("UPDATE",), ("public", FUNCTION), condition=same)


def _function(work: Work, type_: str) -> Function:
    body = f"\nBEGIN\n    NEW.updated_by = coalesce({user_now(work, type_)}, OLD.updated_by);\n    RETURN NEW;\nEND;\n"
    settings = ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()
    return Function(FUNCTION, body=body, settings=settings, comment="Names the user of every update; made by Colonnade")

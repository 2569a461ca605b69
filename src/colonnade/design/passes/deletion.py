"""Soft delete of a parent: what happens to its children, by a trigger on the parent."""

from __future__ import annotations

import re
from collections.abc import Iterable

from colonnade import sql
from colonnade.design.draft import Fact
from colonnade.design.passes.access import ONLY_READ
from colonnade.design.schema import Function, Reason, SoftDelete, Trigger
from colonnade.design.work import Blueprint, Link, Work, found, house, stated
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming, wishes

UNSEEN = declare(
    "children-of-others",
    """Rows that point at a softly deleted row belong to other users, or are not the application's to write.

    Who deletes the parent can neither see nor mark them, so they stay as they are.
    """,
)
NOT_SOFT = declare(
    "children-without-soft-delete",
    """Children are to be deleted softly together with their parent, and have no soft delete themselves.

    They stay as they are. Ask soft delete of both tables.
    """,
)
WISHES: tuple[tuple[str, SoftDelete], ...] = (
    (wishes.REFUSED, "refuse"),
    (wishes.KEPT, "keep"),
    (wishes.TOGETHER, "together"),
)


@rule("soft-delete-children")
def soft_delete_children(work: Work) -> Work:
    """Soft delete of a row reaches its dependent rows, and undelete brings back exactly those.

    Children with soft delete whose foreign key says CASCADE get the parent's deleted_at, in the same statement; a
    child that was deleted before keeps its own time, and undelete leaves it deleted. A document may say that the
    parent is not deleted while it has children, or that they stay; all others stay without being asked. Undelete
    fails by the name of the unique index where a newer row has taken the value.
    """
    findings: list[Finding] = []
    links = tuple(_decided(work, link, findings) for link in work.links)
    reached: dict[str, list[Link]] = {}
    for link in links:
        if link.on_soft_delete in ("together", "refuse"):
            reached.setdefault(link.parent, []).append(link)
    tables = {name: _with_trigger(one, reached[name]) if name in reached else one for name, one in work.tables.items()}
    functions = tuple(_function(work, work.tables[name], of) for name, of in sorted(reached.items()))
    return replace(work, links=links, tables=tables, functions=(*work.functions, *functions),
                   findings=(*work.findings, *findings))  # fmt: skip


def _decided(work: Work, link: Link, findings: list[Finding]) -> Link:
    child, parent = work.tables[link.child], work.tables[link.parent]
    if parent.deleted_at is None or parent.external or child.external:
        return link
    wish = _wished(work, link)
    mode: SoftDelete = wish[0] if wish else "together" if link.on_delete == "CASCADE" and child.deleted_at else "keep"
    if mode == "together" and child.deleted_at is None and wish:
        findings += found(NOT_SOFT, f"{child.name} has no soft delete, so nothing marks its rows with those of "
                          f"{parent.name}", wish[1].place, f"ask soft delete of {child.name}")  # fmt: skip
        return replace(link, on_soft_delete="keep")
    if mode == "keep" or _reachable(link, child, parent):
        return replace(link, on_soft_delete=mode, because_soft=stated(wish[1].place) if wish else "")
    place = wish[1].place if wish else link.place
    findings += found(UNSEEN, f"who deletes a row of {parent.name} softly does not reach the rows of {child.name} that "
                      f"point at it", place, "let the child carry the owner of its parent", "note")  # fmt: skip
    return replace(link, on_soft_delete="keep")


def _reachable(link: Link, child: Blueprint, parent: Blueprint) -> bool:
    """Whether who may delete the parent may see and mark all of its children."""
    written = child.audience not in ONLY_READ or parent.audience in ONLY_READ
    return written and (child.owner is None or link.carried is not None or child.owner in link.columns)


def _wished(work: Work, link: Link) -> tuple[SoftDelete, Fact[str]] | None:
    """What a document says of this parent and this child, whichever of both it says it of."""
    for told_of, other in ((link.parent, link.child), (link.child, link.parent)):
        for name, mode in WISHES:
            wish = work.tables[told_of].wish(name)
            if wish and _about(work, wish.value, told_of, other):
                return mode, wish
    return None


def _about(work: Work, text: str, told_of: str, other: str) -> bool:
    """Whether `text` names the other table, or none that `told_of` is linked with."""
    if _names(text, other):
        return True
    near = {one.child if one.parent == told_of else one.parent for one in work.links
            if told_of in (one.parent, one.child)}  # fmt: skip
    return not any(_names(text, one) for one in near if one != told_of)


def _names(text: str, table: str) -> bool:
    words = {table, naming.singular(table), table.replace("_", " "), naming.singular(table).replace("_", " ")}
    words.add(naming.camel(naming.singular(table)))
    return any(re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) for word in words)


def _with_trigger(blueprint: Blueprint, links: Iterable[Link]) -> Blueprint:
    column = sql.ident(blueprint.deleted_at or "")
    name = sql.shorten(f"delete_{blueprint.name}_children")
    trigger = Trigger(
        name, "AFTER", (f"UPDATE OF {column}",), ("public", name),
        condition=f"OLD.{column} IS DISTINCT FROM NEW.{column}",
    )  # fmt: skip
    because = next((one.because_soft for one in links if one.because_soft), house("soft-delete-children"))
    return replace(
        blueprint, triggers=(*blueprint.triggers, trigger),
        reasons=(*blueprint.reasons, Reason(f"{blueprint.name}/{name}", because)),
    )  # fmt: skip


def _function(work: Work, parent: Blueprint, links: Iterable[Link]) -> Function:
    refused = "".join(_refusal(work, parent, one) for one in links if one.on_soft_delete == "refuse")
    marked = "".join(_marking(work, parent, one) for one in links if one.on_soft_delete == "together")
    settings = ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()
    return Function(
        sql.shorten(f"delete_{parent.name}_children"), body=f"\nBEGIN\n{refused}{marked}    RETURN NULL;\nEND;\n",
        settings=settings, comment=f"Takes the children of {parent.name} along when a row is deleted softly, and back",
    )  # fmt: skip


def _refusal(work: Work, parent: Blueprint, link: Link) -> str:
    child, column = work.tables[link.child], sql.ident(parent.deleted_at or "")
    live = f"\n        AND child.{sql.ident(child.deleted_at)} IS NULL" if child.deleted_at else ""
    message = sql.literal(f"a row of {parent.name} is not deleted while rows of {child.name} point at it")
    return (
        f"    IF OLD.{column} IS NULL AND EXISTS (\n        SELECT FROM {_whole(child)} AS child\n"
        f"        WHERE {_joined(parent, link, 'child.')}{live}\n    ) THEN\n        RAISE EXCEPTION "
        f"{message.strip()}\n            USING ERRCODE = 'restrict_violation', "
        f"TABLE = {sql.literal(child.name).strip()};\n    END IF;\n"
    )


def _marking(work: Work, parent: Blueprint, link: Link) -> str:
    """One statement for delete and undelete: the children that have the parent's old mark get its new one."""
    child = work.tables[link.child]
    mark, column = sql.ident(child.deleted_at or ""), sql.ident(parent.deleted_at or "")
    return (
        f"    UPDATE {_whole(child)} SET {mark} = NEW.{column}\n"
        f"    WHERE {_joined(parent, link)} AND {mark} IS NOT DISTINCT FROM OLD.{column};\n"
    )


def _whole(blueprint: Blueprint) -> str:
    """The table with its schema: a function with a fixed search_path sees no other."""
    return f"{sql.ident(blueprint.schema)}.{sql.ident(blueprint.name)}"


def _joined(parent: Blueprint, link: Link, prefix: str = "") -> str:
    pairs = [*zip(link.columns, link.parent_columns, strict=True)]
    pairs += [(link.carried, parent.owner)] if link.carried and parent.owner else []
    return " AND ".join(f"{prefix}{sql.ident(mine)} = NEW.{sql.ident(theirs)}" for mine, theirs in pairs)

"""Rows that belong to an organisation, a workspace or a team, and to the people in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from colonnade.design.passes.arcs import arcs_of
from colonnade.design.schema import Column, Reason
from colonnade.design.work import Blueprint, Link, Membership, Work, found, house
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming
from colonnade.vocabulary.audiences import MEMBERSHIP, TENANT_TABLES

WRITTEN = declare(
    "tenants-written-by-migrator",
    """Who may make a tenant and who may join it is decided outside the application role.

    If the application could write memberships, every user could join every tenant. The migrator, or a function of
    yours that checks who asks, writes both tables.
    """,
)


@rule("tenant-ownership")
def tenant_ownership(work: Work) -> Work:
    """Rows of an organisation, a workspace or a team are read and written by its members.

    There is a table of tenants and one that relates users to them. Each table that refers to the tenant, or hangs by a
    required reference on one that does, names the tenant in each row. Who is a member is looked up in the memberships,
    for the current user, in every statement: a second setting for the tenant would be believed without a look.
    """
    tenants, membership = _found(work)
    if tenants is None or membership is None:
        return work
    column = naming.singular(tenants) + "_id"
    direct = {
        link.child: link.columns[0] for link in work.links
        if link.parent == tenants and link.required and len(link.columns) == 1
        and link.child not in (membership.table, tenants, work.users) and _ownable(work.tables[link.child])
    }  # fmt: skip
    tables, links = dict(work.tables), list(work.links)
    for name in sorted(direct):
        tables[name] = _of_tenant(tables[name], direct[name])
    for child, parent in _hanging(work, membership, direct):
        tables[child], link = _carried_down(tables[child], parent, tables[tenants], column)
        links.append(link)
    tables[tenants] = _with(tables[tenants], "tenant", tables[tenants].key[0])
    tables[membership.table] = _with(tables[membership.table], "membership", membership.tenant)
    return replace(work, tables=tables, links=tuple(links), membership=membership)


def _found(work: Work) -> tuple[str | None, Membership | None]:
    """The first table of tenants that has memberships, and these."""
    for tenants in TENANT_TABLES:
        there = work.tables.get(tenants)
        if there is None or there.external or len(there.key) != 1:
            continue
        for name in sorted(work.tables):
            of = {link.parent: link for link in work.links if link.child == name and len(link.columns) == 1}
            user, tenant = of.get(work.users or ""), of.get(tenants)
            if user and tenant and name != tenants and _relates(work, name, tenants):
                return tenants, Membership(name, user.columns[0], tenant.columns[0])
    return None, None


def _relates(work: Work, name: str, tenants: str) -> bool:
    """Whether the table is there to say who belongs to a tenant: by its name, or as the relation between both."""
    sides = {work.users, tenants}
    return bool(MEMBERSHIP.fullmatch(name)) or any(
        one.table == name and {one.left, one.right} == sides for one in work.junctions
    )


def _ownable(blueprint: Blueprint) -> bool:
    return not blueprint.external and blueprint.audience == "owner"


def _of_tenant(blueprint: Blueprint, column: str) -> Blueprint:
    columns = {**blueprint.columns, column: replace(blueprint.columns[column], nullable=False)}
    reasons = (*blueprint.reasons, Reason(f"{blueprint.name}.{column}/owner", house("tenant-ownership")))
    return replace(blueprint, columns=columns, audience="members", owner=column, tenant=column, reasons=reasons)


def _with(blueprint: Blueprint, audience: str, column: str) -> Blueprint:
    message = f"{blueprint.name} is read by members and written by the migrator only"
    fix = "write it by a function that checks who asks"
    owner = blueprint.key[0] if audience == "tenant" else blueprint.owner
    return replace(
        blueprint,
        audience="tenant" if audience == "tenant" else "membership",
        owner=owner,
        tenant=column,
        findings=blueprint.findings + found(WRITTEN, message, blueprint.place, fix, "note"),
    )


def _hanging(work: Work, membership: Membership, direct: Iterable[str]) -> list[tuple[str, str]]:
    """(table, its nearest parent that names the tenant) of every table that hangs on one, in order of distance."""
    reached, waiting, hanging = {*direct, membership.table, work.users}, deque(sorted(direct)), []
    arcs, named = arcs_of(work), {*direct}
    while waiting:
        parent = waiting.popleft()
        children = {link.child for link in work.links if link.parent == parent and link.required}
        children |= {child for child, parents in arcs if parent in parents and parents <= named}
        for child in sorted(children - reached):
            if _ownable(work.tables[child]):
                reached.add(child)
                named.add(child)
                hanging.append((child, parent))
                waiting.append(child)
    return hanging


def _carried_down(child: Blueprint, parent: str, tenants: Blueprint, wanted: str) -> tuple[Blueprint, Link]:
    """`child` with the tenant's key of `parent`, and the reference to the tenant that comes with it."""
    column = wanted if wanted not in child.columns else f"tenant_{wanted}"
    key = Column(column, tenants.columns[tenants.key[0]].type, False)
    keys = {name: one for name, one in child.columns.items() if name in child.key}
    rest = {name: one for name, one in child.columns.items() if name not in keys}
    because = house(f"tenant-ownership, as {parent}")
    made = replace(
        child, columns={**keys, column: key, **rest}, audience="members", owner=column, tenant=column,
        reasons=(*child.reasons, Reason(f"{child.name}.{column}", because)),
    )  # fmt: skip
    return made, Link(child.name, (column,), tenants.name, tenants.key, child.place, because, True, "CASCADE")

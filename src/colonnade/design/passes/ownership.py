"""Whose row it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping

from colonnade.design.passes.arcs import arcs_of
from colonnade.design.schema import Column, Reason
from colonnade.design.work import Blueprint, Link, Work, found, house
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import habits, naming

NO_OWNER = declare(
    "no-owner",
    """Nothing says whose rows a table holds.

    It has no policy then: every user of the application reads and changes every row. That is right for lists that
    all share, and wrong for all else.
    """,
)
SEVERAL = declare(
    "several-owners",
    """A table states more than one column that could name the owner of a row.

    One decides who may see the row: user_id before owner_id, author_id, creator_id.
    """,
)
EMPTY = declare(
    "owner-may-be-empty",
    """A document states that the owner of a row may be missing.

    Rows without an owner are nobody's: the policies hide them from every user.
    """,
)

ROLES = declare(
    "two-roles-of-one-user",
    """A reference between tables of users makes people of two roles, such as a renter and an owner, one and the same.

    A row can only point at rows of its own user. Where a renter reserves what others own, describe the table that is
    pointed at as visible to everyone.
    """,
)
PAIR = declare(
    "pair-of-one-owner",
    """A row points at two rows of one table, and both can only be rows of its own user.

    That is right for a task that waits for another task, and wrong for two people who are friends. Where rows of
    others are meant, describe the table that is pointed at as visible to everyone.
    """,
)


@rule("user-ownership")
def user_ownership(work: Work) -> Work:
    """Every table that belongs to a user names the user in each row.

    It states a column for it, or refers to the table of users, or hangs by a required reference on a table that does;
    then the owner's key is carried down. Nothing else gets an owner.
    """
    candidates = _candidates(work)
    owned = {name: links[0] for name, links in candidates.items()}
    inherited = _inherited(work, [name for name in owned if work.tables[name].audience == "owner"])
    carried = naming.singular(work.users) + "_id" if work.users else "user_id"
    tables = dict(work.tables)
    links = list(work.links)
    for child, parent in inherited.items():
        tables[child], link = _carried_down(work, tables[child], tables[parent], carried)
        links.append(link)
    for name, link in owned.items():
        tables[name] = _owned(tables[name], link, candidates[name][1:])
    lists = {name for name, one in tables.items() if one.audience not in ("owner", "everyone")}
    owners = set(owned) | set(inherited) | lists | {work.users}
    tables = {name: one if name in owners or one.external else _ownerless(one) for name, one in tables.items()}
    if work.users and not tables[work.users].external:
        tables[work.users] = replace(tables[work.users], owner=tables[work.users].key[0])
    return replace(work, tables=tables, links=_settled(links, tables))


def _candidates(work: Work) -> dict[str, list[Link]]:
    """The links that could name the owner, best first, of every table that has any."""
    candidates: dict[str, list[Link]] = {}
    for link in work.links:
        if (
            link.parent == work.users
            and link.child != work.users
            and len(link.columns) == 1
            and work.tables[link.child].audience not in ("members", "tenant")
            and _rank(link)[0] < _NEVER
        ):
            candidates.setdefault(link.child, []).append(link)
    return {name: sorted(links, key=_rank) for name, links in candidates.items()}


_NEVER = 1000


def _rank(link: Link) -> tuple[int, str]:
    """Where a column stands among those that name owners; other people's columns come last and never own."""
    column = link.columns[0]
    if column in habits.OWNER_COLUMNS:
        return habits.OWNER_COLUMNS.index(column), column
    return (_NEVER if column.removesuffix("_id") in habits.OTHER_PEOPLE else _NEVER - 1), column


def _inherited(work: Work, owned: Iterable[str]) -> dict[str, str]:
    """The nearest owned parent of every table that hangs on one by a required reference, in order of distance.

    A row that hangs on exactly one of several is owned where all of these are.
    """
    children: dict[str, list[str]] = {}
    for link in work.links:
        if link.required and link.child != link.parent:
            children.setdefault(link.parent, []).append(link.child)
    inherited: dict[str, str] = {}
    owners = set(owned)
    waiting = deque(sorted(owners))
    arcs = arcs_of(work)
    while waiting:
        parent = waiting.popleft()
        hanging = {child for child, parents in arcs if parent in parents and parents <= owners}
        for child in sorted({*children.get(parent, ()), *hanging}):
            if child not in owners and child != work.users and _ownable(work.tables[child]):
                owners.add(child)
                inherited[child] = parent
                waiting.append(child)
    return inherited


def _ownable(blueprint: Blueprint) -> bool:
    return not blueprint.external and blueprint.audience == "owner"


def _owned(blueprint: Blueprint, link: Link, rivals: list[Link]) -> Blueprint:
    """`blueprint` with the owner that `link` names; NOT NULL unless a document states otherwise."""
    column = link.columns[0]
    attribute = blueprint.attributes.get(column)
    said = attribute.nullable if attribute else None
    optional = said.value if said else link.on_delete == "SET NULL"
    optional = optional and column not in blueprint.key
    findings = _rivals(blueprint, link, rivals)
    if optional:
        findings += found(EMPTY, f"{blueprint.name}.{column} may be empty as stated; such rows belong to nobody",
                          link.place, f"state {column} NOT NULL")  # fmt: skip
    columns = {**blueprint.columns, column: replace(blueprint.columns[column], nullable=optional)}
    reasons = (Reason(f"{blueprint.name}.{column}/owner", house("user-ownership")),)
    return replace(
        blueprint,
        columns=columns,
        owner=column,
        findings=blueprint.findings + findings,
        reasons=blueprint.reasons + reasons,
    )


def _rivals(blueprint: Blueprint, chosen: Link, rivals: list[Link]) -> tuple[Finding, ...]:
    names = ", ".join(f"{link.columns[0]} ({link.place})" for link in rivals)
    message = f"{blueprint.name} could be owned by {chosen.columns[0]} or {names}; {chosen.columns[0]} decides"
    return found(SEVERAL, message, chosen.place, "state user_id if another column decides") if rivals else ()


def _carried_down(work: Work, child: Blueprint, parent: Blueprint, column: str) -> tuple[Blueprint, Link]:
    """`child` with the owner's key of `parent`, and the reference to the user that comes with it."""
    users = work.tables[work.users or ""]
    column = column if column not in child.columns else f"owner_{column}"
    key = Column(column, users.columns[users.key[0]].type, False)
    keys = {name: one for name, one in child.columns.items() if name in child.key}
    because = house(f"user-ownership, as {parent.name}")
    blueprint = replace(
        child,
        columns={**keys, column: key, **{name: one for name, one in child.columns.items() if name not in keys}},
        owner=column,
        reasons=(*child.reasons, Reason(f"{child.name}.{column}", because)),
    )
    return blueprint, Link(child.name, (column,), users.name, users.key[:1], child.place, because, True, "CASCADE")


def _ownerless(blueprint: Blueprint) -> Blueprint:
    message = f"nothing says whose rows {blueprint.name} holds, so every user sees all of them"
    fix = "state user_id, or a required reference to a table that has it, if rows belong to users"
    return replace(blueprint, findings=blueprint.findings + found(NO_OWNER, message, blueprint.place, fix, "note"))


def _settled(links: list[Link], tables: Mapping[str, Blueprint]) -> tuple[Link, ...]:
    """The links, an owner's required where its column is."""
    return tuple(
        replace(link, required=not tables[link.child].columns[link.columns[0]].nullable)
        if link.columns == (tables[link.child].owner,)
        else link
        for link in links
    )


@rule("owner-in-foreign-keys")
def owner_in_foreign_keys(work: Work) -> Work:
    """A foreign key between two tables of users carries the owner's key.

    Then a row cannot point at another user's row, whoever writes it: row-level security does not bind foreign keys.
    A table that relates users to something shared, such as members of a project, keeps its plain reference, and so
    does one that refers to rows which every user may read.
    """
    memberships = {one.table for one in work.junctions if work.users in (one.left, one.right)}
    links = tuple(
        link if link.child in memberships else replace(link, carried=_carried(work, link)) for link in work.links
    )
    return replace(work, links=links, findings=work.findings + tuple(_pairs(links)) + tuple(_roles(work, links)))


def _roles(work: Work, links: Iterable[Link]) -> Iterator[Finding]:
    """The references by which two stated columns that name people in different words must agree."""
    for link in links:
        child, parent = work.tables[link.child], work.tables[link.parent]
        mine, theirs = link.carried or "", parent.owner or ""
        stated = mine in child.attributes and theirs in parent.attributes
        if stated and mine != theirs and "user_id" not in (mine, theirs):
            message = (
                f"{child.name}.{link.columns[0]} can only point at {parent.name} of the same user: "
                f"{mine} must be {theirs}"
            )
            fix = f"describe {parent.name} as visible to everyone if rows of other users are meant"
            yield from found(ROLES, message, link.place, fix)


def _pairs(links: Iterable[Link]) -> Iterator[Finding]:
    pairs: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.carried and link.required and link.child != link.parent:
            pairs.setdefault((link.child, link.parent), []).append(link)
    for (child, parent), found_ in pairs.items():
        if len(found_) > 1:
            columns = " and ".join(", ".join(one.columns) for one in found_)
            message = f"{columns} of {child} can only point at {parent} of one and the same user"
            fix = f"describe {parent} as visible to everyone if rows of other users are meant"
            yield from found(PAIR, message, found_[-1].place, fix, "note")


def _carried(work: Work, link: Link) -> str | None:
    """The owner column of the child that the link carries, or None."""
    child, parent = work.tables[link.child], work.tables[link.parent]
    # What everyone may read is still written by its owner, and points at rows of that owner alone.
    writers = "owner" if child.audience == "everyone" else child.audience
    private = parent.audience == writers and writers in ("owner", "members")
    plain = parent.external or parent.owner is None or child.owner is None or parent.owner in link.parent_columns
    plain = plain or not private
    return None if plain or child.owner in link.columns else child.owner


@rule("owner-in-shared-keys")
def owner_in_shared_keys(work: Work) -> Work:
    """A key that holds a reference to another row of the same user names the user, too.

    A subtype shares the key of its supertype, and a line is numbered within its order, so the key alone would do; but
    then a refusal by the key tells who asks that another user's row is there, where a refusal by the foreign key would
    tell nothing. A key that others point at without the user stays as it is, and so does one whose user may be missing.
    """
    plain = {link.parent for link in work.links if not link.carried}
    shared = {
        link.child: link.carried for link in work.links
        if link.carried and link.child not in plain and _keyed_by(work.tables[link.child], link)
    }  # fmt: skip
    tables = {name: replace(one, key=(*one.key, shared[name])) if name in shared else one
              for name, one in work.tables.items()}  # fmt: skip
    return replace(work, tables=tables)


def _keyed_by(blueprint: Blueprint, link: Link) -> bool:
    """Whether the key of `blueprint` holds what `link` refers by and not the owner that it carries."""
    carried = link.carried or ""
    named = carried in blueprint.key or blueprint.columns[carried].nullable
    return not named and set(link.columns) <= set(blueprint.key)

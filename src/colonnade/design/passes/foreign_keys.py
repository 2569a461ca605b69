"""Foreign keys: what happens on delete, cycles, the constraints themselves, and unique columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from colonnade import sql
from colonnade.design import conditions
from colonnade.design.schema import ForeignKey, Reason, Unique
from colonnade.design.work import Blueprint, Condition, Link, Work, assumed, found, house
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import habits, naming

SET_NULL = declare(
    "set-null-on-required",
    """ON DELETE SET NULL is stated for a column that may not be null.

    The delete would always fail. RESTRICT says so at once, so that is what the foreign key gets.
    """,
)
SET_NULL_CHECK = declare(
    "set-null-against-check",
    """An optional reference takes part in a CHECK that says when it may be empty.

    ON DELETE SET NULL would empty it and break the CHECK, so the delete of the parent would fail by the CHECK's name.
    RESTRICT says so at once; where exactly one of several references must be there, the row goes with its parent.
    """,
)
CYCLE = declare(
    "circular-references",
    """Tables require each other in a circle.

    No first row could ever be inserted. One foreign key of the circle is checked at the end of the transaction: the
    first rows of the circle come together in one transaction, with keys that are made beforehand. The models show the
    reference and do not write it; its column is set instead.
    """,
)


@rule("on-delete")
def on_delete(work: Work) -> Work:
    """Every foreign key says what happens when the row that it points to is deleted.

    Dependent rows go with it (CASCADE), optional references are emptied (SET NULL), and what must survive, such as
    invoices and payments, keeps its parent from being deleted (RESTRICT), and so do rows of users that point at what
    all users share, such as a product, and rows that are sorted by a category or a brand. A stated action wins.
    """
    findings: list[Finding] = []
    links = tuple(_decided(work, link, findings) for link in work.links)
    return replace(work, links=links, findings=work.findings + tuple(findings))


def _decided(work: Work, link: Link, findings: list[Finding]) -> Link:
    refusing = _needs_value(work.tables[link.child], link) if not link.required else None
    if refusing and link.on_delete == "SET NULL":
        findings += found(
            SET_NULL_CHECK, f"{link.child}.{link.columns[0]} is emptied on delete ({link.place}), and the constraint "
            f"{' '.join(refusing.text.split())[:80]!r} ({refusing.place}) says when it may be empty: a delete that "
            f"breaks it is refused", link.place, "state RESTRICT or CASCADE",
        )  # fmt: skip
        return link
    if refusing and link.on_delete is None:
        arc = conditions.counts_nulls(refusing.text)
        action = "CASCADE" if arc and not _critical(link.child) else "RESTRICT"
        findings += found(
            SET_NULL_CHECK, f"{link.child}.{link.columns[0]} is optional, and the constraint "
            f"{' '.join(refusing.text.split())[:80]!r} says when it may be empty, so ON DELETE is {action}, not "
            f"SET NULL", refusing.place, "state what happens when the parent is deleted", "note",
        )  # fmt: skip
        return replace(link, on_delete=action)
    if link.on_delete == "SET NULL" and link.required:
        findings += found(
            SET_NULL, f"{link.child}.{link.columns[0]} is NOT NULL and cannot be set to null; RESTRICT instead",
            link.place, "state the column optional, or CASCADE or RESTRICT",
        )  # fmt: skip
        return replace(link, on_delete="RESTRICT")
    if link.on_delete is not None:
        return link
    if not link.required:
        return replace(link, on_delete="SET NULL")
    owner = link.columns == (work.tables[link.child].owner,) and link.parent == work.users
    kept = _critical(link.child) or _shared(work, link) or _sorted_by(work, link)
    return replace(link, on_delete="CASCADE" if owner or not kept else "RESTRICT")


def _shared(work: Work, link: Link) -> bool:
    """Whether rows of users point at what all share, such as a product: removing it must not remove their rows."""
    child, parent = work.tables[link.child], work.tables[link.parent]
    return child.owner is not None and parent.owner is None and link.parent != work.users


def _sorted_by(work: Work, link: Link) -> bool:
    """Whether the parent is a label, such as a category, of rows that are there without it."""
    last = naming.singular(link.parent).rpartition("_")[2]
    return last in habits.CLASSES and not work.tables[link.child].junction and not _among(work, link)


def _among(work: Work, link: Link) -> bool:
    """Whether the child says no more than which rows belong together, or is a part that its name says it is."""
    child = work.tables[link.child]
    return set(link.columns) <= set(child.key) or naming.singular(link.parent) in link.child


def _needs_value(blueprint: Blueprint, link: Link) -> Condition | None:
    """A stated condition that depends on whether the reference is empty, so that emptying it may break it."""
    for condition in blueprint.conditions:
        tested = {blueprint.column(name) for name in conditions.null_tested(condition.text)}
        if tested & set(link.columns):
            return condition
    return None


def _critical(table: str) -> bool:
    """Whether the rows of `table` must survive: its last word says so, as in `invoices`, not in `invoice_lines`."""
    return naming.singular(table).rpartition("_")[2] in habits.CRITICAL


def circular_references(work: Work) -> Work:
    """In every circle of required references one foreign key is deferrable."""
    deferred: set[Link] = set()
    findings: list[Finding] = []
    graph: dict[str, set[str]] = {}
    for link in work.links:
        if link.required and link.child != link.parent and not work.tables[link.child].external:
            graph.setdefault(link.child, set()).add(link.parent)
    links_by_pair = {(one.child, one.parent): one for one in reversed(work.links) if one.required}
    while circle := _circle(graph):
        child, parent = min((pair for pair in itertools.pairwise(circle)), key=lambda pair: pair[::-1])
        chosen = [one for one in work.links if (one.child, one.parent) == (child, parent) and one.required]
        deferred.update(chosen)
        graph[child].discard(parent)
        findings += found(CYCLE, _impact(circle, chosen[0], links_by_pair), chosen[0].place,
                          "make one of these references optional")  # fmt: skip
    findings += _self_required(work, deferred)
    links = tuple(replace(link, deferrable=True) if link in deferred else link for link in work.links)
    return replace(work, links=links, findings=work.findings + tuple(findings))


def _impact(circle: list[str], chosen: Link, links: Mapping[tuple[str, str], Link]) -> str:
    """What a circle means for those who add rows and for those who delete them."""
    deletes = [
        f"deleting a row of {parent} {_DELETES.get(links[child, parent].on_delete or '', 'waits for')} its {child}"
        for child, parent in itertools.pairwise(circle)
    ]
    return (
        f"{' -> '.join(circle)} require each other; {chosen.child}.{chosen.columns[0]} is checked at the end of the "
        f"transaction, so a first row comes in one transaction with those that it needs, {chosen.child} first, under a "
        f"key of {chosen.parent} that is made beforehand; {'; '.join(deletes)}"
    )


_DELETES = {"CASCADE": "deletes", "RESTRICT": "is refused while it has"}


def _circle(graph: dict[str, set[str]]) -> list[str]:
    """A circle of `graph` as child, parent, … back to the child, or an empty list."""
    try:
        TopologicalSorter({child: sorted(parents) for child, parents in sorted(graph.items())}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _self_required(work: Work, deferred: set[Link]) -> Iterable[Finding]:
    for link in work.links:
        if link.required and link.child == link.parent:
            deferred.add(link)
            yield from found(
                CYCLE, f"{link.child}.{link.columns[0]} requires a row of the same table; the first can only point at "
                f"itself, so the reference is checked at the end of the transaction", link.place, "make it optional",
            )  # fmt: skip


def foreign_keys(work: Work) -> Work:
    """Every link is a foreign key, and what it points to with the owner's key is unique with it."""
    constraints: dict[str, list[ForeignKey | Unique]] = {}
    reasons: dict[str, list[Reason]] = {}
    for link in work.links:
        parent = work.tables[link.parent]
        constraint = _foreign_key(link, parent)
        if any(_same(constraint, one) for one in constraints.get(link.child, ())):
            continue
        names = {one.name for one in constraints.get(link.child, ())}
        constraint = replace(constraint, name=_distinct(constraint.name, names))
        constraints.setdefault(link.child, []).append(constraint)
        because = link.because if link.because.startswith("stated") else assumed(link.because.removeprefix("assumed: "))
        reasons.setdefault(link.child, []).append(Reason(f"{link.child}/{constraint.name}", because))
        if link.carried and parent.owner:
            unique = _owner_unique(parent, link)
            there = {one.name for one in constraints.get(parent.name, ())}
            if unique.name not in there and set(unique.columns) != set(parent.key):
                constraints.setdefault(parent.name, []).append(unique)
                reasons.setdefault(parent.name, []).append(
                    Reason(f"{parent.name}/{unique.name}", house("owner-in-foreign-keys"))
                )
    tables = {
        name: replace(one, constraints=(*one.constraints, *constraints[name]), reasons=(*one.reasons, *reasons[name]))
        if name in constraints
        else one
        for name, one in work.tables.items()
    }
    return replace(work, tables=tables)


def _same(one: ForeignKey, other: ForeignKey | Unique) -> bool:
    """Whether two foreign keys relate the same columns; what a document states comes before what carries the owner."""
    pairs = [
        set(zip(key.columns, key.target_columns, strict=True)) for key in (one, other) if isinstance(key, ForeignKey)
    ]
    return len(pairs) == 2 and pairs[0] == pairs[1]


def _foreign_key(link: Link, parent: Blueprint) -> ForeignKey:
    carried, owner = ((link.carried,), (parent.owner or "",)) if link.carried else ((), ())
    columns = link.columns + carried
    return ForeignKey(
        sql.shorten(f"{link.child}_{'_'.join(columns)}_fkey"),
        columns,
        (parent.schema, link.parent),
        link.parent_columns + owner,
        on_delete=link.on_delete or "NO ACTION",
        set_columns=link.columns if carried and link.on_delete == "SET NULL" else (),
        deferrable=link.deferrable,
        deferred=link.deferrable,
    )


def _owner_unique(parent: Blueprint, link: Link) -> Unique:
    columns = (*link.parent_columns, parent.owner or "")
    return Unique(sql.shorten(f"{parent.name}_{'_'.join(columns)}_key"), columns)


def _distinct(name: str, taken: set[str]) -> str:
    distinct, number = name, 1
    while distinct in taken:
        distinct, number = sql.shorten(f"{name}{number}"), number + 1
    return distinct


def unique_constraints(work: Work) -> Work:
    """Stated unique columns and one-to-one references are unique constraints called `<table>_<columns>_key`."""
    one_to_one: dict[str, list[Link]] = {}
    for link in work.links:
        if link.unique:
            one_to_one.setdefault(link.child, []).append(link)
    links: dict[str, list[Link]] = {}
    for link in work.links:
        links.setdefault(link.child, []).append(link)
    tables = {
        name: one if one.external else _uniques(one, one_to_one.get(name, ()), links.get(name, ()))
        for name, one in work.tables.items()
    }
    return replace(work, tables=tables)


def _scope(blueprint: Blueprint, word: str, links: Iterable[Link]) -> str:
    """The column that says whose row it is, as in "unique per user"; empty where there is none."""
    single = naming.singular(word)
    stems = (word, single, f"{single}_id", f"{word}_id")
    named = next((column for one in stems if (column := blueprint.column(one))), None)
    led = next((one.columns[0] for one in links if naming.singular(one.parent) == single), None)
    people = (
        blueprint.owner if single in ("user", "owner", "account", "customer", "member", "person", "tenant") else None
    )
    return named or led or people or ""


def owner_among(columns: Iterable[str], links: Iterable[Link]) -> str | None:
    """The owner whom a key of these columns must hold: the one that a reference in it carries, or None.

    The owner follows from the reference, so the same rows are kept apart; but a refusal can no longer tell a user that
    another user's row is there.
    """
    held = set(columns)
    return next((one.carried for one in links if one.carried and set(one.columns) <= held), None)


def _with_owner(columns: tuple[str, ...], links: Iterable[Link]) -> tuple[str, ...]:
    owner = owner_among(columns, links)
    return tuple(dict.fromkeys((owner, *columns))) if owner else columns


def _uniques(blueprint: Blueprint, one_to_one: Iterable[Link], links: Iterable[Link]) -> Blueprint:
    made: dict[tuple[str, ...], tuple[str, str]] = {}
    findings: list[Finding] = []
    for name, attribute in blueprint.attributes.items():
        if attribute.unique and attribute.unique.value and name in blueprint.columns:
            made.setdefault((name,), ("", f"stated at {attribute.unique.place}"))
    for stated in blueprint.uniques:
        scopes = tuple(_scope(blueprint, word, links) for word in stated.within)
        columns = scopes + tuple(blueprint.column(one) or "" for one in stated.columns)
        made.pop(columns[1:], None) if scopes and all(scopes) else None
        if "" in columns:
            missing = [
                one for one, column in zip((*stated.within, *stated.columns), columns, strict=True) if not column
            ]
            findings += found("unknown-column", f"{blueprint.name} has no column {missing[0]!r}", stated.place,
                              "name one of its columns")  # fmt: skip
        elif not stated.predicate:
            made.setdefault(tuple(dict.fromkeys(columns)), (stated.name, f"stated at {stated.place}"))
    for link in one_to_one:
        made.setdefault(link.columns, ("", f"{link.because} (one-to-one)"))
    made = {_with_owner(columns, links): fact for columns, fact in made.items()}
    made = {columns: fact for columns, fact in made.items() if set(columns) != set(blueprint.key)}
    there = {one.columns for one in blueprint.constraints if isinstance(one, Unique)}
    uniques = [
        (Unique(sql.shorten(name or f"{blueprint.name}_{'_'.join(columns)}_key"), columns), because)
        for columns, (name, because) in made.items()
        if columns not in there
    ]
    return replace(
        blueprint,
        constraints=(*blueprint.constraints, *(unique for unique, _ in uniques)),
        reasons=(*blueprint.reasons, *(Reason(f"{blueprint.name}/{one.name}", because) for one, because in uniques)),
        findings=(*blueprint.findings, *findings),
    )

"""Normal forms: values that are lists, columns that repeat, and columns that follow from less than the whole key.

Nothing is changed here. Each finding has its evidence, the tables to make instead, and the joins that they would cost;
whether a copy is meant, as a price on an invoice, only a person knows. `design --sample` asks real rows.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from colonnade import types
from colonnade.design.schema import Dependency, Unique
from colonnade.design.work import Blueprint, Link, Work, found, stated
from colonnade.errors import Place
from colonnade.findings import Finding, Severity, declare, rule
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary import dependencies as words
from colonnade.vocabulary import naming

SAMPLED = declare(
    "dependency-in-rows",
    """What real rows say of a suspected dependency: `colonnade design specs --sample postgresql://… | rows.csv`.

    Where rows that share the left side differ on the right one, it is none. Where all agree it may be one: that no row
    contradicts it yet is no proof that none will.
    """,
)
_TEXTS = {Family.STRING, Family.TEXT, Family.CITEXT}


@rule("first-normal-form")
def first_normal_form(work: Work) -> Work:
    """A column that holds a list, or columns that repeat under numbers, would be rows of a table of their own.

    No foreign key checks an element of a list and no index finds it; the next number needs a migration. Reported with
    the table to make instead.
    """
    findings = [one for table in _own(work) for one in (*_lists(table), *_repeated(table))]
    return replace(work, findings=(*work.findings, *findings))


@rule("second-normal-form")
def second_normal_form(work: Work) -> Work:
    """A column that follows from a part of the key, or from no key, is reported: second and third normal form.

    That a column follows is stated (`zip → city`, "city depends on zip") or implied by names: `customer_name` beside
    `customer_id`, a city beside a postal code. The dependency stands in the design under `dependencies`.
    """
    links: dict[str, list[Link]] = defaultdict(list)
    for link in work.links:
        links[link.child].append(link)
    told = _told(work)
    known = tuple(one for table in _own(work) for one in _of_table(work, table, links[table.name], told))
    findings = tuple(_finding(work, one) for one in known)
    return replace(work, dependencies=known, findings=(*work.findings, *findings))


def _own(work: Work) -> list[Blueprint]:
    return [one for _, one in sorted(work.tables.items()) if not one.external]


# --- lists and repetitions ------------------------------------------------------------------------------------------


def _lists(table: Blueprint) -> Iterator[Finding]:
    for name, column in table.columns.items():
        taken = types.take_apart(column.type)
        about = table.attributes[name].description if name in table.attributes else ""
        of_ids = words.LISTS_OF_IDS.search(name)
        textual = taken.row is not None and taken.row.family in _TEXTS and not taken.dimensions
        if of_ids and (taken.dimensions or textual or taken.base == "jsonb"):
            other = words.LISTS_OF_IDS.sub("", name)
            fix = f"propose {_pair(table.name, other)}; reading the list costs one join, or two with what it names"
            message = f"{table.name}.{name} is a list of identifiers ({column.type}): no key can check its elements"
            yield from found("first-normal-form", message, table.place_of(name), fix)
        elif textual and (match := words.LIST_IN_TEXT.search(about)):
            one = naming.singular(name)
            rows = f"{naming.singular(table.name)}_{naming.plural(one)} ({_reference(table)}, {one})"
            fix = f"propose {rows} with both as the key, or {column.type}[]; reading the list costs one join"
            message = f"{table.name}.{name} is a list within a text, since it is described by '{match[0]}'"
            yield from found("first-normal-form", message, table.place_of(name), fix)


def _repeated(table: Blueprint) -> Iterator[Finding]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, column in table.columns.items():
        if match := words.NUMBERED.fullmatch(name):
            groups[match[1].rstrip("_"), column.type].append(name)
    for (stem, _), names in sorted(groups.items()):
        # address_line1 and address_line2 are two lines of one value.
        if len(names) > 1 and not stem.endswith("line"):
            one = f"{naming.singular(table.name)}_{naming.plural(stem)}"
            fix = (
                f"propose {one} ({_reference(table)}, number, {stem}) with the first two as the key; it costs one join"
            )
            message = f"{table.name} repeats {stem} under numbers: {', '.join(names)}"
            yield from found("first-normal-form", message, table.place_of(names[1]), fix)


def _pair(table: str, other: str) -> str:
    one = naming.singular(table)
    return f"{one}_{naming.plural(other)} ({one}_id, {other}_id) with both as the key"


def _reference(table: Blueprint) -> str:
    return f"{naming.singular(table.name)}_id"


# --- dependencies ---------------------------------------------------------------------------------------------------


def _of_table(
    work: Work, table: Blueprint, links: list[Link], told: list[tuple[str, str, Place]]
) -> tuple[Dependency, ...]:
    """The dependencies of `table` whose left side is no key: the stated ones, and implied ones that say more."""
    keys = [set(table.key), *(set(one.columns) for one in table.constraints if isinstance(one, Unique))]
    known: dict[tuple[tuple[str, ...], str], Dependency] = {}
    for one in (*_stated(table, told), *_copies(work, table, links), *_implied(table)):
        if not any(key and key <= set(one.determinant) for key in keys):
            for name in one.dependents:
                known.setdefault((one.determinant, name), one)
    return tuple(dict.fromkeys(known.values()))


def _told(work: Work) -> list[tuple[str, str, Place]]:
    """(what decides, what is decided, where) of each sentence that says so, in the words of the documents."""
    draft = work.draft
    sentences = [(fact.value, fact.place) for fact in (*draft.requirements, *draft.global_rules)]
    for entity in draft.entities:
        sentences += [(fact.value, fact.place) for fact in entity.constraints]
        sentences += [(entity.description, entity.name.place)]
        # "depends on the zip" beside a column is said of that column.
        sentences += [(f"{one.name.value} {one.description}", one.name.place) for one in entity.attributes]
    return [(decides, decided, place) for text, place in sentences for decides, decided in _pairs(text)]


# Most columns say nothing beside their names, and tables share many of these.
@lru_cache(maxsize=8192)
def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """(what decides, what is decided) as often as `text` says so."""
    return tuple((match["decides"], match["decided"]) for pattern in words.STATED for match in pattern.finditer(text))


def _stated(table: Blueprint, told: list[tuple[str, str, Place]]) -> Iterator[Dependency]:
    for decides, decided, place in told:
        left, right = (_columns(table, text) for text in (decides, decided))
        if left and right and not set(left) & set(right):
            yield Dependency(table.name, left, right, _form(table, left), stated(place))


def _columns(table: Blueprint, text: str) -> tuple[str, ...]:
    """The columns that a list of names means, or none where one of them is no column of `table`."""
    names = [one for one in words.NAME.findall(text) if one.lower() != "and"]
    columns: list[str] = []
    for name in names:
        entity, _, bare = name.rpartition(".")
        column = table.column(bare) if entity.lower() in ("", table.name, table.model.lower()) else None
        if column is None:
            return ()
        columns.append(column)
    return tuple(columns)


def _copies(work: Work, table: Blueprint, links: list[Link]) -> Iterator[Dependency]:
    """`customer_name` beside `customer_id`, where a customer has a name or may have one."""
    for link in links:
        key, parent = link.columns[-1], work.tables.get(link.parent)
        stem = re.sub(r"_(id|uuid|key|code)$", "", key)
        if parent is None or stem == key:
            continue
        beside = [name for name in table.columns if name.startswith(f"{stem}_") and name not in link.columns]
        copied = [name for name in beside if _is_copy(parent, name.removeprefix(f"{stem}_"))]
        if copied:
            why = f"implied: named after {key}, which refers to {parent.name}"
            yield Dependency(table.name, (key,), tuple(copied), _form(table, (key,)), why, parent.name)


def _is_copy(parent: Blueprint, own: str) -> bool:
    return own not in ("id", "type") and (own in parent.columns or (parent.external and own in words.COPIED))


def _implied(table: Blueprint) -> Iterator[Dependency]:
    for decides, decided in words.IMPLIED:
        for left in (name for name in table.columns if decides.fullmatch(name)):
            start = left.rpartition("_")[0] if decides.fullmatch(left.rpartition("_")[2]) else ""
            right = [one for one in table.columns if decided.fullmatch(one) and one.startswith(start) and one != left]
            if right:
                why = f"implied: {left} usually decides {', '.join(right)}"
                yield Dependency(table.name, (left,), tuple(right), _form(table, (left,)), why)


def _form(table: Blueprint, left: tuple[str, ...]) -> str:
    """Which normal form such a dependency breaks: the second where a part of the key decides, else the third."""
    return "2NF" if set(left) < set(table.key) else "3NF"


def _finding(work: Work, one: Dependency) -> Finding:
    table = work.tables[one.table]
    left, right = ", ".join(one.determinant), ", ".join(one.dependents)
    message = f"{one.table}: {left} → {right} breaks {one.form} ({one.because})"
    if one.parent:
        move = f"keep {right} in {one.parent} only"
    else:
        home = naming.plural(re.sub(r"_(id|code)$", "", one.determinant[-1]))
        move = f"propose {home} ({left} as the key, {right}) and a foreign key on {left}"
    severity: Severity = "warning" if one.because.startswith("stated") else "note"
    fix = f"{move}; reading {right} then costs one join, {_cost(work, one)}; a value of that time may stay"
    return found("second-normal-form", message, table.place_of(one.dependents[0]), fix, severity)[0]


def _cost(work: Work, one: Dependency) -> str:
    """How many of the known queries read the table, and so would join."""
    number = sum(pattern.table == one.table for pattern in work.patterns)
    return f"in up to {number} of {len(work.patterns)} query patterns" if number else "in no known query pattern"

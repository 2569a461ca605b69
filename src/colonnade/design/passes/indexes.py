"""Indexes: stated ones, those of foreign keys, of owners, of the indexing strategy and of listings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from colonnade import sql
from colonnade.design import conditions
from colonnade.design.access_methods import method_of
from colonnade.design.draft import DraftIndex
from colonnade.design.passes.foreign_keys import owner_among
from colonnade.design.passes.statements import unknown_column
from colonnade.design.schema import Index, IndexKey, PrimaryKey, Reason, Unique
from colonnade.design.work import Blueprint, Link, UniqueSet, Work, each, found, house, stated
from colonnade.errors import Place
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming

REDUNDANT = declare(
    "redundant-index",
    """A stated index has the columns of a unique constraint or of another index.

    It would cost a write for every row and serve nothing that the other does not. It is left out.
    """,
)
NO_INDEX = declare(
    "type-without-index",
    """A stated index is on a type that no index method of PostgreSQL can search.

    It is left out.
    """,
)
# The classes that are worth naming; those that PostgreSQL takes by itself need no name.
OPERATOR_CLASSES = frozenset({
    "jsonb_path_ops", "gin_trgm_ops", "gist_trgm_ops", "text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops",
    "vector_l2_ops", "vector_ip_ops", "vector_cosine_ops", "vector_l1_ops", "inet_ops", "range_ops",
})  # fmt: skip
_DIRECTION = re.compile(
    r"(?P<key>.+?)(?:\s+(?P<direction>asc|desc)(?:ending)?)?(?:\s+nulls\s+(?P<nulls>first|last))?",
    re.IGNORECASE | re.DOTALL,
)


def index_name(blueprint: Blueprint, columns: Iterable[str]) -> str:
    """`idx_<table>_<columns>`; the owner's key loses its `_id` beside others."""
    names = tuple(columns)
    parts = [one.removesuffix("_id") if one == blueprint.owner and len(names) > 1 else one for one in names]
    return sql.shorten("_".join(("idx", blueprint.name, *parts)))


def plain(blueprint: Blueprint, *columns: str) -> Index:
    """A B-tree index of plain columns; `created_at DESC` descends."""
    keys = tuple(IndexKey(one.removesuffix(" DESC"), descending=one.endswith(" DESC")) for one in columns)
    return Index(index_name(blueprint, (key.column or "" for key in keys)), keys)


def leads(blueprint: Blueprint, columns: tuple[str, ...]) -> bool:
    """Whether an index or a key of the table starts with `columns`, in any order."""
    wanted = set(columns)
    return any(set(one[: len(columns)]) == wanted for one in _searchable(blueprint))


def _searchable(blueprint: Blueprint) -> list[tuple[str, ...]]:
    keys = [one.columns for one in blueprint.constraints if isinstance(one, PrimaryKey | Unique)]
    return keys + [one.columns for one in blueprint.indexes if one.method == "btree" and one.predicate is None]


def add(blueprint: Blueprint, index: Index, because: str) -> Blueprint:
    """`blueprint` with the index, unless one with the same keys is there."""
    same = any(
        (one.keys, one.method, one.predicate, one.include) == (index.keys, index.method, index.predicate, index.include)
        for one in blueprint.indexes
    )
    keys = [one.columns for one in blueprint.constraints if isinstance(one, PrimaryKey | Unique)]
    if same or (index.columns in keys and len(index.columns) == len(index.keys) and index.predicate is None):
        return blueprint
    reason = Reason(f"{blueprint.name}/{index.name}", because)
    return replace(blueprint, indexes=(*blueprint.indexes, index), reasons=(*blueprint.reasons, reason))


def stated_indexes(work: Work) -> Work:
    """Every stated index is there, under its stated name or one made of its columns."""
    links: dict[str, list[Link]] = {}
    for link in work.links:
        links.setdefault(link.child, []).append(link)
    return each(work, lambda one: _stated_all(one, links.get(one.name, ())))


def _stated_all(blueprint: Blueprint, links: Sequence[Link]) -> Blueprint:
    for index in blueprint.entity.indexes:
        blueprint = _stated(blueprint, index, links)
    for unique in blueprint.uniques:
        if unique.predicate:
            blueprint = _partial_unique(blueprint, unique, links)
    return blueprint


def _among_own(keys: tuple[IndexKey, ...], links: Iterable[Link]) -> tuple[IndexKey, ...]:
    """`keys` of a unique index, led by the owner where those of a unique constraint would be."""
    columns = [key.column for key in keys if key.column]
    owner = owner_among(columns, links)
    return keys if owner is None or owner in columns else (IndexKey(owner), *keys)


def _stated(blueprint: Blueprint, told: DraftIndex, links: Iterable[Link]) -> Blueprint:
    place = told.columns.place
    made = _keys(blueprint, told.columns.value)
    if isinstance(made, str):
        return unknown_column(blueprint, made, place)
    made = _among_own(made, links) if told.unique else made
    predicate = _predicate(blueprint, told.predicate, place)
    if isinstance(predicate, Blueprint):
        return predicate
    methods = [method_of(blueprint.columns[key.column].type) if key.column else "btree" for key in made]
    if not made or None in methods:
        message = f"no index method searches {', '.join(told.columns.value)} of {blueprint.name}"
        return replace(blueprint, findings=blueprint.findings + found(NO_INDEX, message, place, "index an expression"))
    method = told.method.lower() or next((one for one in methods if one and one != "btree"), "btree")
    name = sql.shorten(told.name) if told.name else index_name(blueprint, map(_word, made))
    carried = tuple(map(blueprint.column, told.include))
    if None in carried:
        return unknown_column(blueprint, told.include[carried.index(None)], place)
    method = method if method in _KNOWN else "btree"
    include = tuple(filter(None, carried)) if method in ("btree", "gist", "spgist") else ()
    index = Index(name, made, method, told.unique, include, predicate)
    added = add(blueprint, index, stated(place))
    if added is blueprint:
        message = f"the index on {', '.join(told.columns.value)} of {blueprint.name} repeats one that is there"
        return replace(
            blueprint, findings=blueprint.findings + found(REDUNDANT, message, place, "leave it out", "note")
        )
    return added


_KNOWN = ("btree", "gin", "gist", "brin", "hash", "spgist")


def _word(key: IndexKey) -> str:
    """What stands for `key` in an index's name: of an expression its words, `lower_email`."""
    return key.column or naming.snake("_".join(re.findall(r"\w+", key.expression or "")), "expression")


def _keys(blueprint: Blueprint, written: Iterable[str]) -> tuple[IndexKey, ...] | str:
    """The keys of an index, or the first that is neither a column nor a harmless expression on columns."""
    keys: list[IndexKey] = []
    for one in written:
        match = _DIRECTION.fullmatch(one.strip())
        if match is None:
            return one
        key, opclass = _with_class(match["key"])
        column = blueprint.column(key)
        expression = None if column else _on_columns(blueprint, key)
        if column is None and expression is None:
            return key
        descending = (match["direction"] or "").lower() == "desc"
        first = {"first": True, "last": False}.get((match["nulls"] or "").lower())
        keys.append(IndexKey(column, expression, opclass, None, descending, None if first == descending else first))
    return tuple(dict.fromkeys(keys))


def _with_class(key: str) -> tuple[str, str | None]:
    """A key without the operator class behind it, and that: `tags jsonb_path_ops`."""
    bare, _, last = key.rpartition(" ")
    return (bare.strip(), last.lower()) if bare and last.lower() in OPERATOR_CLASSES else (key, None)


def _on_columns(blueprint: Blueprint, text: str) -> str | None:
    """`text` on the columns as they are called, or None where it is no harmless expression on some."""
    expression = conditions.safe(text)
    if expression is None or not conditions.names(expression):
        return None
    if any(blueprint.column(name) is None for name in conditions.names(expression)):
        return None
    return conditions.renamed(expression, blueprint.column)


def _predicate(blueprint: Blueprint, text: str, place: Place) -> str | Blueprint | None:
    if not text.strip():
        return None
    bare = re.sub(r"^\s*where\s+", "", text, flags=re.IGNORECASE)
    return _on_columns(blueprint, bare) or unknown_column(blueprint, bare, place)


def _partial_unique(blueprint: Blueprint, unique: UniqueSet, links: Iterable[Link]) -> Blueprint:
    made = _keys(blueprint, unique.columns)
    predicate = _predicate(blueprint, unique.predicate, unique.place)
    if isinstance(made, str):
        return unknown_column(blueprint, made, unique.place)
    if isinstance(predicate, Blueprint):
        return predicate
    made = _among_own(made, links)
    name = sql.shorten(unique.name or f"{blueprint.name}_{'_'.join(map(_word, made))}_key")
    return add(blueprint, Index(name, made, unique=True, predicate=predicate), stated(unique.place))


@rule("unique-among-live-rows")
def unique_among_live_rows(work: Work) -> Work:
    """Where rows are deleted softly, a unique column is unique among the rows that are not deleted.

    A deleted row would otherwise keep its value for ever. What a foreign key points to stays unique among all.
    """
    targets = {(link.parent, link.parent_columns) for link in work.links if not link.carried}
    targets |= {(link.parent, (*link.parent_columns, work.tables[link.parent].owner or "")) for link in work.links}
    return each(work, lambda one: _live(one, targets) if one.deleted_at else one)


def _live(blueprint: Blueprint, targets: set[tuple[str, tuple[str, ...]]]) -> Blueprint:
    moved = [
        one for one in blueprint.constraints
        if isinstance(one, Unique) and (blueprint.name, one.columns) not in targets
        and not set(blueprint.key) <= set(one.columns)
    ]  # fmt: skip
    if not moved:
        return blueprint
    predicate = f"{sql.ident(blueprint.deleted_at or '')} IS NULL"
    indexes = tuple(
        Index(one.name, tuple(map(IndexKey, one.columns)), unique=True, predicate=predicate) for one in moved
    )
    message = f"{blueprint.name}: {', '.join(one.name for one in moved)} holds among rows that are not deleted"
    return replace(
        blueprint,
        constraints=tuple(one for one in blueprint.constraints if one not in moved),
        indexes=blueprint.indexes + indexes,
        findings=blueprint.findings + found("unique-among-live-rows", message, blueprint.place, severity="note"),
    )


@rule("owner-index")
def owner_index(work: Work) -> Work:
    """Rows are found by their owner: an index on the owner's key, and one with it before each listed column.

    Every query of a user filters by the owner first, by row-level security if not by itself.
    """
    return each(work, _owner_indexes) if work.draft.indexing_strategy.user_scoped_tables else work


def _owner_indexes(blueprint: Blueprint) -> Blueprint:
    owner = blueprint.owner
    if owner is None or blueprint.key == (owner,):
        return blueprint
    listed = [
        one.keys[0] for one in blueprint.indexes
        if len(one.keys) == 1 and one.method == "btree" and not one.unique and not one.predicate and one.keys[0].column
    ]  # fmt: skip
    blueprint = add(blueprint, plain(blueprint, owner), house("owner-index"))
    for key in listed:
        if key.column != owner:
            columns = (owner, key.column or "")
            index = Index(index_name(blueprint, columns), (IndexKey(owner), key))
            blueprint = add(blueprint, index, house("owner-index"))
    return blueprint


def strategy_indexes(work: Work) -> Work:
    """The indexing strategy is followed: timestamps, enums and composite lists."""
    indexed = each(work, lambda one: _strategy(work, one))
    findings = tuple(
        finding
        for composite in work.draft.indexing_strategy.composite_indexes
        if not any(_all_columns(one, composite.value) for one in work.tables.values() if not one.external)
        for finding in found("unknown-column", f"no table has all of {', '.join(composite.value)}", composite.place,
                             "name columns of one table")
    )  # fmt: skip
    return replace(indexed, findings=indexed.findings + findings)


def _strategy(work: Work, blueprint: Blueprint) -> Blueprint:
    strategy = work.draft.indexing_strategy
    columns: list[tuple[tuple[str, ...], str]] = []
    if strategy.timestamp_columns:
        moments = (blueprint.created_at, blueprint.updated_at)
        columns += [((name,), "timestamp_columns of the indexing strategy") for name in moments if name]
    if strategy.enum_columns:
        enums = (name for name, one in blueprint.columns.items() if one.type in work.enums or _closed(blueprint, name))
        columns += [((name,), "enum_columns of the indexing strategy") for name in enums]
    for composite in strategy.composite_indexes:
        names = _all_columns(blueprint, composite.value)
        columns += [(names, stated(composite.place))] if names else []
    for names, because in columns:
        blueprint = add(blueprint, plain(blueprint, *names), because)
    return blueprint


def _closed(blueprint: Blueprint, column: str) -> bool:
    attribute = blueprint.attributes.get(column)
    return bool(attribute and attribute.enum_values)


def _all_columns(blueprint: Blueprint, written: tuple[str, ...]) -> tuple[str, ...]:
    """The columns written so if the table has them all, else an empty tuple; `tasks.status` is one of tasks only."""
    names: list[str] = []
    for one in written:
        table, dot, column = one.strip().rpartition(".")
        bare, _, direction = column.strip().partition(" ")
        name = blueprint.column(bare)
        if name is None or (dot and table not in (blueprint.name, blueprint.entity.name.value)):
            return ()
        names.append(name + (" DESC" if direction.strip().upper() == "DESC" else ""))
    return tuple(names)


@rule("foreign-key-index")
def foreign_key_index(work: Work) -> Work:
    """Every foreign key has an index that starts with its columns.

    Without one, deleting a parent row reads the whole child table.
    """
    keys: dict[str, list[Link]] = {}
    for link in work.links:
        keys.setdefault(link.child, []).append(link)
    tables = {
        name: _key_indexes(one, keys[name]) if name in keys and not one.external else one
        for name, one in work.tables.items()
    }
    return replace(work, tables=tables)


def _key_indexes(blueprint: Blueprint, links: Iterable[Link]) -> Blueprint:
    for link in links:
        columns = (link.carried, *link.columns) if link.carried else link.columns
        if not leads(blueprint, columns):
            blueprint = add(blueprint, plain(blueprint, *columns), house("foreign-key-index"))
    return blueprint


def in_order(index: Index, equal: Sequence[str], sort: Sequence[tuple[str, bool]]) -> bool:
    """Whether `index` finds rows by `equal` in the order of `sort`, pairs of a column and whether it descends.

    An index is read from either end, so both directions of the whole order are served.
    """
    if index.method != "btree" or index.predicate is not None or any(key.nulls_first for key in index.keys):
        return False
    head, tail = index.keys[: len(equal)], index.keys[len(equal) : len(equal) + len(sort)]
    found = [(key.column, key.descending) for key in tail]
    turned = [(column, not down) for column, down in sort]
    return {key.column for key in head} == set(equal) and found in (list(sort), turned)


@rule("listing-index")
def listing_index(work: Work) -> Work:
    """A user's rows are listed newest first, so an index has them in that order.

    Switched by `pattern_indexes`: without it no index is added beyond the listed ones and those of keys.
    """
    return each(work, _listing) if work.settings.pattern_indexes else work


def _listing(blueprint: Blueprint) -> Blueprint:
    if (
        blueprint.owner is None
        or blueprint.created_at is None
        or blueprint.junction
        or blueprint.key == (blueprint.owner,)
    ):
        return blueprint
    if any(in_order(one, (blueprint.owner,), ((blueprint.created_at, True),)) for one in blueprint.indexes):
        return blueprint
    index = plain(blueprint, blueprint.owner, f"{blueprint.created_at} DESC")
    return add(blueprint, index, house("listing-index"))

"""Query patterns: what the application asks, and the index that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from colonnade import sql, types
from colonnade.design.passes.advice import LEAKPROOF
from colonnade.design.passes.per_value import holds, split_columns
from colonnade.design.schema import EnumType, PrimaryKey, QueryPattern, Unique
from colonnade.design.work import Blueprint, Link, Work
from colonnade.findings import rule
from colonnade.values import replace
from colonnade.vocabulary import habits, naming

PAGE = 50


@rule("query-patterns")
def query_patterns(work: Work) -> Work:
    """The queries that every application runs are written down, each with the index that serves it."""
    by_child: dict[str, list[Link]] = {}
    for link in work.links:
        by_child.setdefault(link.child, []).append(link)
    patterns = tuple(
        pattern
        for name in sorted(work.tables)
        if not (work.tables[name].external or work.tables[name].junction or _unread(work.tables[name]))
        for pattern in _of_table(work, work.tables[name], by_child.get(name, ()))
    )
    return replace(work, patterns=patterns)


def _unread(blueprint: Blueprint) -> bool:
    """Whether the application asks nothing of the table: the audit trail of rows that belong to nobody."""
    return bool(blueprint.trail_of) and blueprint.owner is None


def _of_table(work: Work, blueprint: Blueprint, links: Iterable[Link]) -> Iterator[QueryPattern]:
    yield _one(blueprint)
    if blueprint.owner and blueprint.key != (blueprint.owner,) and blueprint.created_at:
        yield _newest(blueprint)
    for name in _listed(work, blueprint):
        yield _filtered(work, blueprint, (name,), f"by {_words(name)}")
    yield from _overdue(work, blueprint)
    for link in links:
        if link.columns != (blueprint.owner,) and len(link.columns) == 1:
            yield _filtered(work, blueprint, link.columns, f"of one {_words(link.columns[0].removesuffix('_id'))}")
    yield from _counts(work, blueprint)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _source(blueprint: Blueprint) -> str:
    return sql.ident(blueprint.active_view or blueprint.name)


def _mine(blueprint: Blueprint) -> tuple[str, ...]:
    """The owner's column, which leads every condition, where it is not the key itself."""
    return (blueprint.owner,) if blueprint.owner and blueprint.key != (blueprint.owner,) else ()


def _of_user(blueprint: Blueprint) -> str:
    if not _mine(blueprint):
        return ""
    return f" of one {_words((blueprint.owner or '').removesuffix('_id'))}" if blueprint.tenant else " of a user"


def _where(columns: Iterable[str]) -> str:
    return " AND ".join(f"{sql.ident(name)} = ${number}" for number, name in enumerate(columns, 1))


def _types(blueprint: Blueprint, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(blueprint.columns[name].type for name in columns)


def _one(blueprint: Blueprint) -> QueryPattern:
    columns = (*blueprint.key, *(name for name in _mine(blueprint) if name not in blueprint.key))
    text = f"SELECT * FROM {_source(blueprint)} WHERE {_where(columns)}"
    title = f"Get one {_words(naming.singular(blueprint.name))}{_of_user(blueprint)}"
    return QueryPattern(title, blueprint.name, text, _types(blueprint, columns), serving(blueprint, blueprint.key))


def _newest(blueprint: Blueprint) -> QueryPattern:
    owner, created = blueprint.owner or "", blueprint.created_at or ""
    text = (
        f"SELECT * FROM {_source(blueprint)} WHERE {_where((owner,))} ORDER BY {sql.ident(created)} DESC LIMIT {PAGE}"
    )
    title = f"List all {_words(blueprint.name)}{_of_user(blueprint)}"
    return QueryPattern(title, blueprint.name, text, _types(blueprint, (owner,)), serving(blueprint, (owner,), created))


def _filtered(work: Work, blueprint: Blueprint, filters: tuple[str, ...], phrase: str) -> QueryPattern:
    columns = _mine(blueprint) + tuple(name for name in filters if name not in _mine(blueprint))
    text = f"SELECT * FROM {_source(blueprint)} WHERE {_where(columns)}"
    title = f"List {_words(blueprint.name)}{_of_user(blueprint)} {phrase}"
    return QueryPattern(
        title, blueprint.name, text, _types(blueprint, columns), serving(blueprint, columns),
        by_value(blueprint, columns, work.enums),
    )  # fmt: skip


def _listed(work: Work, blueprint: Blueprint) -> list[str]:
    """The closed lists and booleans that an index leads to."""
    indexed = {key.column for one in blueprint.indexes for key in one.keys}
    return [
        name for name, one in blueprint.columns.items()
        if name in indexed and (one.type in work.enums or one.type == "boolean" or _closed(blueprint, name))
    ]  # fmt: skip


def _closed(blueprint: Blueprint, column: str) -> bool:
    attribute = blueprint.attributes.get(column)
    return bool(attribute and attribute.enum_values)


def _overdue(work: Work, blueprint: Blueprint) -> Iterator[QueryPattern]:
    due = next((name for name in habits.DUE_COLUMNS if name in blueprint.columns), None)
    status = next((name for name in habits.STATUS_COLUMNS if name in blueprint.columns), None)
    if due is None or status is None or blueprint.columns[status].type not in work.enums:
        return
    final = [one for one in work.enums[blueprint.columns[status].type].values if one.lower() in habits.FINAL_VALUES]
    kind = blueprint.columns[due].type
    if not final or not (kind == "date" or kind.startswith("timestamp")):
        return
    now = "CURRENT_DATE" if kind == "date" else "CURRENT_TIMESTAMP"
    columns = _mine(blueprint)
    condition = f"{sql.ident(status)} NOT IN ({', '.join(sql.literal(one).strip() for one in final)})"
    clauses = ([_where(columns)] if columns else []) + [condition, f"{sql.ident(due)} < {now}"]
    yield QueryPattern(
        f"List overdue {_words(blueprint.name)}{_of_user(blueprint)}", blueprint.name,
        f"SELECT * FROM {_source(blueprint)} WHERE {' AND '.join(clauses)}", _types(blueprint, columns),
        serving(blueprint, columns, due),
    )  # fmt: skip


def _counts(work: Work, blueprint: Blueprint) -> Iterator[QueryPattern]:
    status = next((name for name in habits.STATUS_COLUMNS if name in blueprint.columns), None)
    if status is None or blueprint.columns[status].type not in work.enums:
        return
    columns, name = _mine(blueprint), sql.ident(status)
    where = f" WHERE {_where(columns)}" if columns else ""
    yield QueryPattern(
        f"Count {_words(blueprint.name)}{_of_user(blueprint)} by {_words(status)}", blueprint.name,
        f"SELECT {name}, count(*) FROM {_source(blueprint)}{where} GROUP BY {name}", _types(blueprint, columns),
        serving(blueprint, columns, status),
    )  # fmt: skip


def _searchable(blueprint: Blueprint, column: str) -> bool:
    """Whether an index that begins with the column can be searched behind a policy."""
    taken = types.take_apart(blueprint.columns[column].type) if column in blueprint.columns else None
    return taken is not None and taken.base in LEAKPROOF and not taken.dimensions


def by_value(
    blueprint: Blueprint, equal: tuple[str, ...], enums: Mapping[str, EnumType], then: str | None = None
) -> tuple[str, ...]:
    """The indexes that serve `equal` behind the policies, one a value of the first enum among it that has them."""
    split = split_columns(blueprint, enums) if blueprint.policies else frozenset()
    for column in (one for one in equal if one in split):
        rest = tuple(one for one in equal if one != column)
        values = enums[blueprint.columns[column].type].values
        found = tuple(filter(None, (serving(blueprint, rest, then, holds(column, value)) for value in values)))
        if len(found) == len(values):
            return found
    return ()


def serving(
    blueprint: Blueprint, equal: tuple[str, ...], then: str | None = None, predicate: str | None = None
) -> str | None:
    """The index or key whose leading columns are most of `equal`, with `then` right after them if any has it.

    It holds all rows, or with a `predicate` those that meet it.
    """
    constraints = blueprint.constraints if predicate is None else ()
    keys = [(one.name, one.columns) for one in constraints if isinstance(one, PrimaryKey | Unique)]
    indexes = (one for one in blueprint.indexes if one.method == "btree" and one.predicate == predicate)
    keys += [(one.name, one.columns) for one in indexes]
    best: tuple[int, int, str] | None = None
    for name, columns in sorted(keys):
        matched = next((at for at, column in enumerate(columns) if column not in equal), len(columns))
        sorted_too = then is not None and matched < len(columns) and columns[matched] == then and matched == len(equal)
        if blueprint.policies and columns and not _searchable(blueprint, columns[0]):
            continue
        score = (2 * matched + sorted_too, -len(columns), name)
        if score[0] and (best is None or score[:2] > best[:2]):
            best = score
    return best[2] if best else None

"""What indexes cost and what they cannot do: findings with a proposal, and the economy that applies it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

from colonnade import types
from colonnade.design import conditions
from colonnade.design.passes.per_value import split_columns
from colonnade.design.schema import Exclusion, Index, PrimaryKey, Unique
from colonnade.design.work import Blueprint, Work, each, found
from colonnade.findings import declare, rule
from colonnade.values import replace

# A schema of a thousand tables has as many indexes to tell of.
MOST_NAMED = 10

BEHIND_POLICY = declare(
    "index-behind-policy",
    """A column of an index cannot be searched behind row-level security.

    Before the policy has let a row through, PostgreSQL calls only leakproof functions, and comparing an enum, a
    numeric, a citext or an expression is none, nor is ILIKE, `@@`, `@>` or `&&`. The index is read for all rows of the
    user, or not at all, and each row is filtered. A varchar with a CHECK (`enums = "check"`) keeps its index, and so
    does a partial index for the one value that is asked for; indexes that a search function reaches are not reported.
    """,
)
AMONG_ALL = declare(
    "unique-among-all-users",
    """A document makes a value unique among the rows of all users.

    Whoever adds a row with the value of another user is refused, and so learns that somebody has it. For a login or a
    number that is printed on a card this is meant; for a title or a name it is a leak. A key that begins with the
    owner, `UNIQUE (user_id, title)`, keeps each user's own rows apart and tells nothing. The attack `probe-unique-key`
    lists each such key as an accepted channel.
    """,
)
# Base types whose B-tree comparison PostgreSQL marks as leakproof; a test holds the list against pg_proc.
LEAKPROOF: frozenset[str] = frozenset({
    "uuid", "text", "character varying", "character", "smallint", "integer", "bigint", "boolean", "date", "oid", "name",
    "timestamp with time zone", "timestamp without time zone", "time without time zone", "time with time zone", "bytea",
    "real", "double precision", "interval", "inet", "cidr", "macaddr", "macaddr8", "pg_lsn", "bit", "bit varying",
})  # fmt: skip


def uniques_among_all_users(work: Work) -> Work:
    """Every unique key and exclusion of users' rows is reported, once a table, that tells one user of another's row.

    One with the owner does not, and one with a reference to a row of a user is asked only by who knows that row.
    """
    pointing: dict[str, set[str]] = {}
    for link in work.links:
        if work.tables[link.parent].owner:
            pointing.setdefault(link.child, set()).update(link.columns)
    return each(work, lambda one: _among_all(one, pointing.get(one.name, set())) if one.owner else one)


def _among_all(blueprint: Blueprint, pointing: Set[str]) -> Blueprint:
    keys = [(one.name, one.columns) for one in blueprint.constraints if isinstance(one, Unique)]
    keys += [
        (one.name, _compared(blueprint, (key.column or key.expression or "" for key in one.keys)))
        for one in blueprint.indexes
        if one.unique
    ]
    keys += [
        (one.name, _compared(blueprint, (key for key, _ in one.elements)))
        for one in blueprint.constraints
        if isinstance(one, Exclusion)
    ]
    told = [
        f"{name} ({', '.join(columns)})"
        for name, columns in keys
        if columns and blueprint.owner not in columns and not pointing & {*columns}
    ]
    if not told:
        return blueprint
    message = f"{blueprint.name}: these tell every user that another one has a value: {', '.join(sorted(told))}"
    fix = f"state it unique per user, as ({blueprint.owner}, …), unless it is meant among all users"
    return replace(blueprint, findings=blueprint.findings + found(AMONG_ALL, message, blueprint.place, fix, "note"))


def _compared(blueprint: Blueprint, keys: Iterable[str]) -> tuple[str, ...]:
    """The columns that the keys, which are columns or expressions on some, compare."""
    found = {name for key in keys for name in ((key,) if key in blueprint.columns else conditions.names(key))}
    return tuple(name for name in blueprint.columns if name in found)


def indexes_behind_policies(work: Work) -> Work:
    """Every index whose later columns a policy makes unsearchable is reported, once a table."""
    if not work.settings.row_level_security:
        return work
    reached = {(one.table, one.index) for one in work.patterns if one.function}
    return each(work, lambda one: _behind_policy(one, split_columns(one, work.enums), reached))


def _behind_policy(blueprint: Blueprint, split: frozenset[str], reached: Set[tuple[str, str | None]]) -> Blueprint:
    if blueprint.owner is None:
        return blueprint
    lost = [
        f"{what} in {index.name}"
        for index in blueprint.indexes
        if (blueprint.name, index.name) not in reached
        for what in _unsearchable(blueprint, index, split)
    ]
    if not lost:
        return blueprint
    message = f"behind the policies of {blueprint.name} these are filtered, not searched: {', '.join(lost)}"
    fix = 'set enums = "check", or state a partial index for the value that is asked for'
    return replace(blueprint, findings=blueprint.findings + found(BEHIND_POLICY, message, blueprint.place, fix, "note"))


def _unsearchable(blueprint: Blueprint, index: Index, split: frozenset[str]) -> Iterator[str]:
    if index.method != "btree" or index.unique:
        return
    for key in index.keys:
        if key.column in split:
            continue
        if key.column is None:
            yield f"({key.expression})"
        elif types.take_apart(blueprint.columns[key.column].type).base not in LEAKPROOF:
            yield f"{key.column} ({blueprint.columns[key.column].type})"
        elif types.take_apart(blueprint.columns[key.column].type).dimensions:
            yield f"{key.column} (a list)"


@rule("index-economy")
def index_economy(work: Work) -> Work:
    """An index that another one covers, or that is on a flag alone, costs every write and serves nothing.

    An index is covered where another starts with the same keys in the same order and holds all rows. A flag splits the
    rows in two, so reading the table is as fast. With `economy` they are left out, else they are reported.
    """
    wasted = {
        table: {index.name: why for index in one.indexes if (why := _waste(one, index))}
        for table, one in work.tables.items()
        if not one.external
    }
    named = [f"{name} ({why})" for table in sorted(wasted) for name, why in sorted(wasted[table].items())]
    if not named:
        return work
    economy = work.settings.economy
    message = f"indexes that serve nothing by themselves {'are left out' if economy else 'cost every write'}"
    fix = "set economy = false to keep them" if economy else "set economy = true to leave them out"
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    listed = ", ".join(named[:MOST_NAMED]) + more
    findings = work.findings + found("index-economy", f"{message}: {listed}", None, fix, "note")
    if economy:
        tables = {name: _without(one, wasted[name]) if name in wasted else one for name, one in work.tables.items()}
        work = replace(work, tables=tables)
    return replace(work, findings=findings)


def _without(blueprint: Blueprint, names: Mapping[str, str]) -> Blueprint:
    gone = {f"{blueprint.name}/{name}" for name in names}
    return replace(
        blueprint,
        indexes=tuple(index for index in blueprint.indexes if index.name not in names),
        reasons=tuple(one for one in blueprint.reasons if one.subject not in gone),
    )


def _waste(blueprint: Blueprint, index: Index) -> str:
    """Why the index serves nothing by itself, or an empty text."""
    if index.unique or index.method != "btree" or index.predicate or index.include:
        return ""
    for other in blueprint.indexes:
        longer = other.keys[: len(index.keys)] == index.keys and len(other.keys) > len(index.keys)
        if longer and other.method == "btree" and other.predicate is None:
            return f"{other.name} starts with it"
    plain = index.columns if len(index.columns) == len(index.keys) and not any(k.descending for k in index.keys) else ()
    for one in blueprint.constraints:
        if isinstance(one, PrimaryKey | Unique) and plain and one.columns[: len(plain)] == plain:
            return f"{one.name} starts with it"
    if len(plain) == 1 and blueprint.columns[plain[0]].type == "boolean":
        return f"{plain[0]} has two values"
    return ""

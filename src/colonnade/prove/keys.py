"""Laws about keys: a second row with the same key, and a row that points at nothing, are refused by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from colonnade.design.schema import Exclusion, ForeignKey, Index, PrimaryKey, Table, Unique
from colonnade.findings import Proof
from colonnade.prove import arcs, stated
from colonnade.prove.claims import reason
from colonnade.prove.probe import Outcome, Row
from colonnade.prove.rows import Stage, attempt
from colonnade.prove.stated import Pair
from colonnade.types import Family, take_apart

UNIQUE, PRIMARY, FOREIGN = "constraint-unique", "constraint-primary-key", "constraint-foreign-key"
EXCLUDED = "constraint-exclude"

# Values that no generated row has, by what a value is.
ABSENT: dict[Family, str] = {
    Family.UUID: "00000000-0000-4000-8000-00000000dead",
    Family.SMALLINT: "32001",
    Family.INTEGER: "2100000001",
    Family.BIGINT: "9100000000000000001",
    Family.DECIMAL: "7",
    Family.STRING: "-",
    Family.TEXT: "no such row",
    Family.CITEXT: "no such row",
    Family.DATE: "1901-01-01",
    Family.TIMESTAMP: "1901-01-01 00:00:00+00",
}


def stated_uniques(pair: Pair) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The column sets that the Draft says are unique, each once, with the reason."""
    found: dict[tuple[str, ...], str] = {}
    for attribute in stated.stored_attributes(pair.entity):
        column = pair.column(attribute.name.value)
        if attribute.unique and attribute.unique.value and column:
            found.setdefault((column.name,), reason(attribute.unique))
    for one in stated.statements(pair.entity):
        if one.kind == "unique":
            _add(found, pair, one.columns, f"stated at {one.place}")
    for index in (*pair.entity.uniques, *(one for one in pair.entity.indexes if one.unique)):
        if not index.predicate:
            names = tuple(name.split()[0] for name in index.columns.value)
            _add(found, pair, names, reason(index.columns))
    return tuple(found.items())


def designed_uniques(table: Table) -> tuple[tuple[tuple[str, ...], str], ...]:
    """The unique constraints of the design itself, for a build without a Draft."""
    return tuple((one.columns, "from the design document") for one in table.constraints if isinstance(one, Unique))


def uniques(stage: Stage, columns: tuple[str, ...], because: str) -> Proof:
    """A second row with the values of an earlier row of the same owner is refused by the right constraint."""
    subject = f"{stage.table.name} ({', '.join(columns)})"
    change = _collision(stage, arcs.sources(stage.table, columns), columns)
    if change is None:
        return Proof(UNIQUE, subject, False, f"unproven: no row has a value in all of these columns ({because})")
    outcome, who = attempt(stage, change)
    other, other_who = attempt(stage, {})
    keepers = _keepers(stage.table, columns, _owner(stage))
    right = outcome.sqlstate == "23505" and (outcome.constraint in keepers or _by_a_part(stage.table, outcome))
    evidence = f"the same values again: {outcome} as the {who}; other values: {other} as the {other_who} ({because})"
    return Proof(UNIQUE, subject, right and other.accepted, evidence)


def _owner(stage: Stage) -> str | None:
    """The column that says whose a row is: the user's, else the tenant's."""
    return stage.facts.owner_column or stage.facts.tenant_column


def _by_a_part(table: Table, outcome: Outcome) -> bool:
    """Whether a partition refused: there each key has a name of the partition's own."""
    return table.partition_by is not None and outcome.table.startswith(f"{table.name}_")


def stated_key(pair: Pair | None) -> frozenset[str]:
    """The columns that the Draft says are the primary key; empty where it says nothing."""
    if pair is None:
        return frozenset()
    marked = [one.name.value for one in pair.entity.attributes if one.primary_key and one.primary_key.value]
    told = [name for one in stated.statements(pair.entity) if one.kind == "primary key" for name in one.columns]
    return frozenset(column.name for name in (*marked, *told) if (column := pair.column(name)))


def primary(stage: Stage, pair: Pair | None) -> Iterator[Proof]:
    """A second row with the primary key of an earlier row is refused by the primary key."""
    found = stage.table.primary_key
    if found is None:
        yield Proof(PRIMARY, stage.table.name, False, "the table has no primary key")
        return
    wanted = stated_key(pair)
    # A reference to a row of the same user names the user, too, and adds nothing to what the key tells apart.
    owner, columns = _owner(stage), set(found.columns)
    carried = any({owner} < set(key.columns) <= columns for key in stage.table.foreign_keys)
    alike = (columns, columns - ({owner} if carried else set()))
    if wanted and wanted not in alike:
        words = f"the key is ({', '.join(found.columns)}), stated is ({', '.join(sorted(wanted))})"
        yield Proof(PRIMARY, stage.table.name, False, words)
        return
    given = [row for row in stage.earlier if all(name in row for name in found.columns)]
    if not given:
        yield Proof(PRIMARY, stage.table.name, False, "unproven: no earlier row has a key of its own to repeat")
        return
    change = dict(given[-1]) if len(found.columns) > 1 else {name: given[-1][name] for name in found.columns}
    outcome, who = attempt(stage, change)
    passed = outcome.sqlstate == "23505" and (outcome.constraint == found.name or _by_a_part(stage.table, outcome))
    evidence = f"a row with the same {', '.join(found.columns)}: {outcome} as the {who}"
    yield Proof(PRIMARY, stage.table.name, passed, evidence)


def orphans(stage: Stage) -> Iterator[Proof]:
    """A row that points at a parent that is not there is refused by the foreign key, by name.

    Other foreign keys on the same columns would refuse it too, so they are set aside while it is tried.
    """
    for one in stage.table.foreign_keys:
        subject = f"{stage.table.name}.{one.name}"
        change = _dangling(stage, one)
        if change is None:
            yield Proof(FOREIGN, subject, False, "unproven: no value is known that no parent has")
            continue
        aside = tuple(key.name for key in stage.table.foreign_keys if key is not one and set(key.columns) & set(change))
        outcome, who = attempt(stage, {**change, **arcs.alone(stage.table, change)}, aside)
        good, good_who = attempt(stage, {})
        passed = outcome.sqlstate == "23503" and outcome.constraint == one.name and good.accepted
        without = f", without {', '.join(aside)}," if aside else ""
        absent = f"{', '.join(change)} of no row in {one.target[1]}{without}: {outcome} as the {who}"
        evidence = f"{absent}; of one that is there: {good} as the {good_who}"
        yield Proof(FOREIGN, subject, passed, evidence)


def overlaps(stage: Stage) -> Iterator[Proof]:
    """A row that an exclusion constraint keeps apart from an earlier one is refused by it, by name."""
    for one in stage.table.constraints:
        if not isinstance(one, Exclusion):
            continue
        subject = f"{stage.table.name}.{one.name}"
        names = tuple(dict.fromkeys(name for key, _ in one.elements for name in stated.columns_in(key)))
        whole = [row for row in stage.earlier if all(row.get(name) is not None for name in names)]
        tries = [attempt(stage, {name: row[name] for name in names}) for row in whole]
        hit = next(((outcome, who) for outcome, who in tries if outcome.constraint == one.name), None)
        good, good_who = attempt(stage, {})
        if hit is None:
            words = str(tries[-1][0]) if tries else "no earlier row has a value in all of its columns"
            yield Proof(EXCLUDED, subject, False, f"unproven: no row was refused by it: {words}")
            continue
        evidence = (
            f"the {', '.join(names)} of an earlier row: {hit[0]} as the {hit[1]}; its own: {good} as the {good_who}"
        )
        yield Proof(EXCLUDED, subject, hit[0].sqlstate == "23P01" and good.accepted, evidence)


def partly_unique(stage: Stage, pair: Pair) -> Iterator[Proof]:
    """A second row with the values of an earlier one is refused where an expression, or some rows only, are unique."""
    told = (*pair.entity.uniques, *(one for one in pair.entity.indexes if one.unique))
    for index in (one for one in told if one.predicate or any("(" in key for key in one.columns.value)):
        where = f" where {index.predicate}" if index.predicate else ""
        subject = f"{stage.table.name} ({', '.join(index.columns.value)}){where}"
        keyed = _of_pair(pair, index.columns.value)
        names = {*keyed, *_of_pair(pair, (index.predicate,))}
        rows = [row for row in stage.earlier if keyed and all(row.get(name) is not None for name in keyed)]
        tries = [attempt(stage, _again(stage, row, names)) for row in rows]
        keepers = {one.name for one in stage.table.indexes if one.unique and _read(one) & keyed}
        hit = next(((outcome, who) for outcome, who in tries if outcome.constraint in keepers), None)
        other, other_who = attempt(stage, {})
        because = reason(index.columns)
        if hit is None:
            words = str(tries[-1][0]) if tries else "no earlier row has a value in all of its columns"
            yield Proof(UNIQUE, subject, False, f"unproven: no row was refused by it: {words} ({because})")
            continue
        evidence = f"the same values again: {hit[0]} as the {hit[1]}; other values: {other} as the {other_who}"
        yield Proof(UNIQUE, subject, hit[0].sqlstate == "23505" and other.accepted, f"{evidence} ({because})")


def _of_pair(pair: Pair, texts: Sequence[str]) -> set[str]:
    """The columns that keys of an index or its condition read: `lower(email)`, `created_at DESC`, `status = 'a'`."""
    written = (name for text in texts if text for name in stated.columns_in(text) or text.split()[:1])
    return {column.name for name in written if (column := pair.column(name))}


def _again(stage: Stage, row: Row, names: set[str]) -> Row:
    """The values that `row` has in `names`, for another row of the same owner."""
    owner = _owner_beside_key(stage)
    same = owner is None or row.get(owner) == stage.row.get(owner)
    return {name: row[name] for name in sorted({*names, *(() if same else (owner or "",))}) if name in row}


def _dangling(stage: Stage, one: ForeignKey) -> Row | None:
    owner = stage.facts.owner_column
    names = [name for name in one.columns if name != owner] or list(one.columns)
    shapes = {name: take_apart(stage.table.column(name).type).row for name in names}
    if any(row is None or row.family not in ABSENT for row in shapes.values()):
        return None
    return {name: ABSENT[row.family] for name, row in shapes.items() if row is not None}


def _collision(stage: Stage, columns: Sequence[str], whole_ones: Sequence[str]) -> Row | None:
    """The values of an earlier row in `columns`; those of `whole_ones` that no server generates must be there."""
    owner = _owner_beside_key(stage)
    given = [name for name in whole_ones if stage.table.column(name).generated is None]
    whole = [row for row in stage.earlier if all(row.get(name) is not None for name in given)]
    whole = [row for row in whole if columns and all(name in row for name in columns)]
    same = [row for row in whole if owner is None or row.get(owner) == stage.row.get(owner)]
    if same:
        return {name: same[-1][name] for name in columns if name != owner or same[-1][name] != stage.row.get(owner)}
    if whole and owner:
        return {name: whole[-1][name] for name in dict.fromkeys((*columns, owner))}
    return None


def _owner_beside_key(stage: Stage) -> str | None:
    """The owner's column; a user's own row is told apart from another's by its key, which must stay its own."""
    key = stage.table.primary_key
    return None if key and stage.facts.owner_column in key.columns else stage.facts.owner_column


def _keepers(table: Table, columns: Sequence[str], owner: str | None) -> set[str]:
    """The names of keys and unique indexes on these columns or fewer, with or without the owner."""
    allowed = {*columns, *([owner] if owner else [])}
    found = {
        one.name for one in table.constraints if isinstance(one, Unique | PrimaryKey) and set(one.columns) <= allowed
    }
    return found | {one.name for one in table.indexes if one.unique and _read(one) <= allowed}


def _read(index: Index) -> set[str]:
    names = {key.column for key in index.keys if key.column}
    return names | {name for key in index.keys if key.expression for name in stated.columns_in(key.expression)}


def _add(found: dict[tuple[str, ...], str], pair: Pair, written: Sequence[str], because: str) -> None:
    columns = [pair.column(name) for name in written]
    if columns and all(columns):
        found.setdefault(tuple(column.name for column in columns if column), because)

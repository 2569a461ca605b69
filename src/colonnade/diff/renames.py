"""Renames: those that a person stated, those that are certain, and those that a person is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from colonnade.design.schema import Database, Index, Table
from colonnade.diff import attached
from colonnade.errors import wrong
from colonnade.ops.op import Op
from colonnade.ops.renames import Rename
from colonnade.ops.tables import DetachPartition, Disinherit
from colonnade.sql import ident, literal, qualified


@dataclass(frozen=True, slots=True)
class Question:
    """`rename` may be what happened to its object, or it was dropped and another one made."""

    rename: Rename
    why: str

    @property
    def answer(self) -> str:
        """What a person writes to say that it was renamed."""
        new = self.rename.new
        return f"--renamed {_shown(self.rename.spelled)}={_shown(ident(new) if self.rename.kind != 'value' else new)}"


def _shown(name: str) -> str:
    return literal(name).strip() if any(mark in name for mark in " '\"$\\;&|<>()\n") else name


def _tables(database: Database) -> dict[tuple[str, str], Table]:
    return {(table.schema, table.name): table for table in database.tables}


# --- what a person stated -----------------------------------------------------------------------------------------


def stated(old: Database, new: Database, answers: tuple[tuple[str, str], ...]) -> tuple[Rename, ...]:
    """The renames that `answers`, pairs of an old and a new name, mean. Raises InputError for one that fits nothing.

    A name is that of a table, view, index, type, sequence or schema, or of a part with what it stands in before it:
    `tasks.title`. The new name may leave that out.
    """
    found = tuple(_meant(old, new, before, after) for before, after in answers)
    order = ("schema", "table", "view", "materialized view", "type", "domain", "sequence")
    # A part stands in the old name of its table, so parts go first.
    return tuple(sorted(found, key=lambda one: one.kind in order))


def _meant(old: Database, new: Database, before: str, after: str) -> Rename:
    here, there = dict(_named(old)), dict(_named(new))
    kinds = [key for key in here if key[1] == before]
    fitting = []
    for kind, spelled in kinds:
        of, bare = here[kind, spelled]
        last = _last(after)
        moved = [key for key, (_, name) in there.items() if key[0] == kind and name in (after, last)]
        if moved:
            fitting.append(Rename(kind, of, bare, there[moved[0]][1]))
    if len(fitting) == 1 or len({one.kind for one in fitting}) == 1:
        return fitting[0]
    if not fitting:
        missing = f"'{before}' is not in the old schema" if not kinds else f"'{after}' is not in the new schema"
        raise wrong(f"--renamed {before}={after}: {missing}", fix="write a table as tasks, a column as tasks.title")
    raise wrong(f"--renamed {before}={after} may mean a " + " or a ".join(sorted({one.kind for one in fitting})))


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _named(database: Database) -> Iterator[tuple[tuple[str, str], tuple[tuple[str, str], str]]]:
    """Every name that can be changed: (kind, as a person writes it) and (what it stands in, bare name)."""
    for namespace in database.namespaces:
        yield ("schema", namespace.name), (("", ""), namespace.name)
    wholes: list[tuple[str, Any]] = [("table", one) for one in database.tables]
    wholes += [("materialized view" if one.materialized else "view", one) for one in database.views]
    wholes += [("type", one) for one in (*database.enums, *database.composites)]
    wholes += [("domain", one) for one in database.domains] + [("sequence", one) for one in database.sequences]
    for kind, one in wholes:
        spelled = one.name if one.schema == "public" else f"{one.schema}.{one.name}"
        yield (kind, spelled), ((one.schema, ""), one.name)
        for part, name in _inside(one):
            yield (part, f"{spelled}.{name}"), ((one.schema, one.name), name)
        for index in getattr(one, "indexes", ()):
            yield ("index", index.name), ((one.schema, ""), index.name)


def _inside(one: Any) -> Iterator[tuple[str, str]]:
    fields = {"column": "columns", "constraint": "constraints", "trigger": "triggers", "policy": "policies"}
    if isinstance(one, Table):
        yield from ((kind, part.name) for kind, field in fields.items() for part in getattr(one, field))
    yield from (("value", value) for value in getattr(one, "values", ()))
    yield from (("attribute", name) for name, _, _ in getattr(one, "attributes", ()))


# --- what is certain ----------------------------------------------------------------------------------------------


def certain(old: Database, new: Database) -> tuple[Op, ...]:
    """Renames of constraints, indexes and sequences that say the same under another name; what leaves its parent.

    After these the catalog has to be read again: what they change is PostgreSQL's to say.
    """
    before, after = _tables(old), _tables(new)
    ops: list[Op] = []
    for name in sorted(before.keys() & after.keys()):
        ops += _parted(before[name], after[name])
        ops += _same_but_name("constraint", before[name], after[name])
        ops += _same_but_name("index", before[name], after[name])
        pairs = attached.renamed(before[name], after[name], before, after)
        ops += [Rename("index", (name[0], ""), one, other) for one, other in sorted(pairs)]
    views = {(one.schema, one.name): one for one in new.views if one.materialized}
    for view in old.views:
        if view.materialized and (view.schema, view.name) in views:
            ops += _same_but_name("index", view, views[view.schema, view.name])
    ops += _sequences(old, new)
    return tuple(ops)


def _parted(old: Table, new: Table) -> Iterator[Op]:
    name = (old.schema, old.name)
    yield from (Disinherit(name, parent) for parent in old.inherits if parent not in new.inherits)
    if old.partition_of is not None and old.partition_of != new.partition_of:
        yield DetachPartition(name, *old.partition_of)


def _same_but_name(kind: str, old: Any, new: Any) -> Iterator[Op]:
    before, after = ({one.name: one for one in getattr(side, _FIELDS[kind])} for side in (old, new))
    free = {name: one for name, one in after.items() if name not in before}
    of = (old.schema, old.name) if kind == "constraint" else (old.schema, "")
    for name, one in before.items():
        if name in after or (isinstance(one, Index) and not one.valid):
            continue
        plain = replace(one, name="", comment=None)
        fits = [other for other, value in free.items() if replace(value, name="", comment=None) == plain]
        if fits:
            del free[fits[0]]
            yield Rename(kind, of, name, fits[0])


_FIELDS = {"constraint": "constraints", "index": "indexes"}


def _sequences(old: Database, new: Database) -> Iterator[Op]:
    """Sequences that go with the same column."""
    names = {(one.schema, one.name) for one in old.sequences}
    owned = {one.owned_by: one for one in new.sequences if one.owned_by and (one.schema, one.name) not in names}
    kept = {(one.schema, one.name) for one in new.sequences}
    for one in old.sequences:
        other = owned.get(one.owned_by) if one.owned_by and (one.schema, one.name) not in kept else None
        if other is not None and other.schema == one.schema:
            yield Rename("sequence", (one.schema, ""), one.name, other.name)


# --- what is asked ------------------------------------------------------------------------------------------------


def questions(old: Database, new: Database) -> tuple[Question, ...]:
    """What looks like a rename: of tables with equal columns, columns of one type, values in one place."""
    return (*_tables_asked(old, new), *_columns_asked(old, new), *_values_asked(old, new))


def _tables_asked(old: Database, new: Database) -> Iterator[Question]:
    before, after = _tables(old), _tables(new)
    added = {name: _shape(table) for name, table in after.items() if name not in before and not table.partition_of}
    for name, table in before.items():
        if name in after or not table.columns or table.partition_of:
            continue
        for other, shape in added.items():
            if shape == _shape(table) and other[0] == name[0]:
                rename = Rename("table", (name[0], ""), name[1], other[1])
                yield Question(rename, f"it may have been renamed to {qualified(*other)}: both have the same columns")


def _shape(table: Table) -> frozenset[tuple[str, str]]:
    return frozenset((column.name, column.type) for column in table.columns)


def _columns_asked(old: Database, new: Database) -> Iterator[Question]:
    after = _tables(new)
    for name, table in _tables(old).items():
        other = after.get(name)
        if other is None or other.partition_of:
            continue
        gone = [one for one in table.columns if not other.has(one.name) and one.generated is None]
        more = [one for one in other.columns if not table.has(one.name) and one.generated is None]
        for column in gone:
            for added in more:
                if column.type == added.type:
                    rename = Rename("column", name, column.name, added.name)
                    yield Question(rename, f"it may have been renamed to {ident(added.name)}: both are {column.type}")


def _values_asked(old: Database, new: Database) -> Iterator[Question]:
    after = {(one.schema, one.name): one for one in new.enums}
    for enum in old.enums:
        other = after.get((enum.schema, enum.name))
        if other is None or len(other.values) != len(enum.values):
            continue
        for value, added in zip(enum.values, other.values, strict=True):
            if value not in other.values and added not in enum.values:
                rename = Rename("value", (enum.schema, enum.name), value, added)
                why = f"it may have been renamed to {literal(added).strip()}: both stand in the same place"
                yield Question(rename, why)
    composites = {(one.schema, one.name): one for one in new.composites}
    for composite in old.composites:
        fresh = composites.get((composite.schema, composite.name))
        if fresh is None:
            continue
        kept, had = {one[0] for one in fresh.attributes}, {one[0] for one in composite.attributes}
        for attribute, added_one in zip(composite.attributes, fresh.attributes, strict=False):
            if attribute[0] not in kept and added_one[0] not in had and attribute[1:] == added_one[1:]:
                rename = Rename("attribute", (composite.schema, composite.name), attribute[0], added_one[0])
                yield Question(rename, f"it may have been renamed to {ident(added_one[0])}: both are {attribute[1]}")

"""Names of relations: tables, views, keys and indexes share one namespace of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade import sql
from colonnade.design.passes.names import COLLISION
from colonnade.design.schema import Exclusion, Index, PrimaryKey, Reason, Unique
from colonnade.design.work import Blueprint, Work, found
from colonnade.values import replace


def distinct_names(work: Work) -> Work:
    """No two relations have one name: tables come first, then views, keys and indexes; the later gets a number."""
    taken = {*work.tables, *work.enums}
    tables: dict[str, Blueprint] = {}
    for name, one in work.tables.items():
        view = _free(one.active_view, taken) if one.active_view else None
        taken |= {view} if view else set()
        tables[name] = one if view == one.active_view else replace(one, active_view=view)
    for one in tables.values():
        taken.update(constraint.name for constraint in _keys(one))
    for name, one in tables.items():
        tables[name] = _distinct_indexes(_distinct_constraints(one), taken)
    return replace(work, tables=tables)


def _keys(blueprint: Blueprint) -> Iterator[PrimaryKey | Unique | Exclusion]:
    """The constraints that are indexes, too."""
    return (one for one in blueprint.constraints if isinstance(one, PrimaryKey | Unique | Exclusion))


def _distinct_constraints(blueprint: Blueprint) -> Blueprint:
    """No two constraints of the table have one name."""
    names = [one.name for one in blueprint.constraints]
    if len(set(names)) == len(names):
        return blueprint
    taken: set[str] = set()
    constraints = []
    for one in blueprint.constraints:
        constraints.append(replace(one, name=_free(one.name, taken)))
        taken.add(constraints[-1].name)
    return replace(blueprint, constraints=tuple(constraints))


def _distinct_indexes(blueprint: Blueprint, taken: set[str]) -> Blueprint:
    indexes: list[Index] = []
    for one in blueprint.indexes:
        indexes.append(replace(one, name=_free(one.name, taken)))
        taken.add(indexes[-1].name)
    renamed = {old.name: new.name for old, new in zip(blueprint.indexes, indexes, strict=True) if old.name != new.name}
    if not renamed:
        return blueprint
    findings = tuple(
        finding
        for old, new in renamed.items()
        for finding in found(COLLISION, f"an index of {blueprint.name} is called {new}: {old} is there already",
                             blueprint.place, severity="note")
    )  # fmt: skip
    subjects = {f"{blueprint.name}/{old}": f"{blueprint.name}/{new}" for old, new in renamed.items()}
    reasons = tuple(Reason(subjects.get(one.subject, one.subject), one.because) for one in blueprint.reasons)
    return replace(blueprint, indexes=tuple(indexes), reasons=reasons, findings=blueprint.findings + findings)


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = sql.shorten(f"{wanted}_{number}"), number + 1
    return name

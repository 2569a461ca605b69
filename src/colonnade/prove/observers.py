"""The two observers of equality, and what a proof says of their verdicts."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from colonnade.design.schema import Database
from colonnade.findings import Proof
from colonnade.prove.ground import Ground

BOOKKEEPING = ("alembic_version",)
"""Tables that tools keep for themselves and that are no part of a schema."""

MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class View:
    """One database as both observers see it."""

    catalog: Database
    dump: str


def observe(ground: Ground, database: str) -> View:
    """What both observers see in `database`, bookkeeping aside."""
    from colonnade import catalog
    from colonnade.catalog import dump

    with ground.session(database) as connection:
        found = catalog.read(connection)
    tables = tuple(table for table in found.tables if table.name not in BOOKKEEPING)
    return View(replace(found, tables=tables), dump.normalised(ground.server, database, BOOKKEEPING))


def compared(law: str, subject: str, left: View, right: View) -> Proof:
    """A proof that both observers see the same on both sides."""
    from colonnade import catalog
    from colonnade.catalog import dump

    facts = catalog.differences(left.catalog, right.catalog)
    return agreement(law, subject, facts, dump.differences(left.dump, right.dump), right.catalog)


def agreement(law: str, subject: str, facts: tuple[str, ...], lines: tuple[str, ...], seen: Database) -> Proof:
    """A proof from the differences that each observer found; either one seeing a difference fails it."""
    if not facts and not lines:
        return Proof(law, subject, True, f"catalog: equal, {counted(seen)}; pg_dump: equal")
    return Proof(law, subject, False, f"catalog: {_listed(facts)}; pg_dump: {_listed(lines)}")


def counted(database: Database) -> str:
    """How many objects of each kind, in words."""
    counts = {field.name: len(getattr(database, field.name)) for field in fields(database)}
    for name in ("columns", "constraints", "indexes", "policies", "triggers"):
        counts[name] = sum(len(getattr(table, name)) for table in database.tables)
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items() if number) or "no object"


def _listed(differences: tuple[str, ...]) -> str:
    if not differences:
        return "equal"
    more = f" and {len(differences) - MOST_SHOWN} more" if len(differences) > MOST_SHOWN else ""
    return f"{len(differences)} differences: {' | '.join(differences[:MOST_SHOWN])}{more}"

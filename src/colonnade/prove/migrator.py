"""The law about the migrator: forced row-level security does not hide the rows from it that it has to change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Table
from colonnade.findings import Proof
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import Outcome, tried
from colonnade.sql import qualified

if TYPE_CHECKING:
    import psycopg

LAW = "migrator-passes"
RIGHTS = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"


@law(LAW)
def migrator_passes(ground: Ground) -> Iterator[Proof]:
    """The migrator, who is no superuser, sees and may change the rows of each table with row-level security.

    By login as the migrator, with no current user: the rows are counted, and counted again FOR UPDATE, which the
    policies of UPDATE narrow. It passes by BYPASSRLS, or by a policy of the table, as the design says.
    """
    if not ground.guarded:
        return
    assert ground.residents is not None
    with ground.session(ground.filled, ground.actors.migrator) as migrator:
        superuser, bypasses = migrator.execute(RIGHTS).fetchone() or (True, False)
        for _, table in ground.scoped:
            yield _passes(table, superuser, bypasses, migrator)


def _passes(table: Table, superuser: bool, bypasses: bool, migrator: psycopg.Connection) -> Proof:
    name = qualified(table.schema, table.name)
    seen, locked = (
        _number(tried(migrator, f"SELECT count(*) FROM (SELECT FROM {name}{clause}) AS one"))
        for clause in ("", " FOR UPDATE")
    )
    way = "by BYPASSRLS" if bypasses else "without BYPASSRLS"
    words = f"the migrator, {way}, counts {seen} rows, {locked} of them to change"
    return Proof(LAW, table.name, not superuser and seen == locked and seen not in (0, None), words)


def _number(outcome: Outcome) -> object:
    return outcome.values[0][0] if outcome.values else str(outcome)

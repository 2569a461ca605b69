"""The law about the auditor: it reads the audit trails of all users, and can do nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from colonnade.design.schema import Table
from colonnade.findings import Proof
from colonnade.prove.audiences import writing
from colonnade.prove.ground import Ground
from colonnade.prove.isolation import DENIED
from colonnade.prove.laws import law
from colonnade.prove.probe import ran, tried
from colonnade.sql import qualified

if TYPE_CHECKING:
    import psycopg

LAW = "auditor-reads-trails"
POWERS = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole OR EXISTS (SELECT FROM pg_auth_members m WHERE m.member = r.oid)
FROM pg_roles r WHERE rolname = %s
"""


@law(LAW)
def auditor_reads_trails(ground: Ground) -> Iterator[Proof]:
    """The auditor counts every entry of each audit trail without being anybody, reads no other table, and changes none.

    As that role: SELECT on every other table, and INSERT, UPDATE of each column, DELETE and TRUNCATE on each table, are
    refused, 42501. It is no superuser, has no BYPASSRLS, and is a member of no role, so that it can become no other.
    """
    auditor = ground.actors.auditor
    if auditor is None:
        return
    assert ground.residents is not None
    trails = {one.table for one in ground.schema.intent.entities if one.audience == "trail"}
    with ground.session(ground.filled) as administrator, ground.session(ground.filled, auditor) as session:
        for table in ground.schema.database.whole_tables:
            yield _closed(table, table.name in trails, session)
            if table.name in trails:
                yield _whole(table, session, administrator)
        (powers,) = administrator.execute(POWERS, [auditor]).fetchone() or (True,)
    told = "has powers beside its own" if powers else "is bound by policies, and a member of nothing"
    yield Proof(LAW, "the role", not powers, f"{auditor} {told}")


def _closed(table: Table, read: bool, session: psycopg.Connection) -> Proof:
    reading = () if read else (f"SELECT FROM {qualified(table.schema, table.name)}",)
    taken = [one for one in (*reading, *writing(table)) if tried(session, one).sqlstate != DENIED]
    words = f"{'changing' if read else 'reading and changing'} it is refused, {DENIED}"
    return Proof(LAW, f"{table.name}: is kept from it", not taken, "; ".join(taken) or words)


def _whole(trail: Table, session: psycopg.Connection, administrator: psycopg.Connection) -> Proof:
    count = f"SELECT count(*) FROM {qualified(trail.schema, trail.name)}"
    (there,), seen = ran(administrator, count).values[0], ran(session, count)
    counted = seen.values[0][0] if seen.accepted else seen
    return Proof(LAW, f"{trail.name}: is read", 0 < there == counted, f"it counts {counted} of {there} entries")

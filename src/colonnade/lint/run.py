"""Running the rules over SQL files, a design or a live database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from colonnade.catalog import read
from colonnade.config import Settings
from colonnade.design.schema import Schema
from colonnade.elaborate import canonical, sql
from colonnade.elaborate.statements import statements
from colonnade.errors import Place
from colonnade.findings import RULES, Finding
from colonnade.lint.places import places
from colonnade.lint.rules import lint_rules
from colonnade.lint.suppress import Judged, Permission, apply, by_place, permissions
from colonnade.lint.world import CHECKS, Fault, World
from colonnade.server import Server, at_home, failure

if TYPE_CHECKING:
    import psycopg

# Types that are stored and compared as another one have no operators of their own.
LEAKPROOF = """
SELECT format_type(o.opcintype, NULL)
FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'btree'
JOIN pg_amop a ON a.amopfamily = o.opcfamily AND a.amoplefttype = o.opcintype AND a.amoprighttype = o.opcintype
JOIN pg_operator p ON p.oid = a.amopopr JOIN pg_proc f ON f.oid = p.oprcode
WHERE o.opcdefault GROUP BY o.opcintype HAVING bool_and(f.proleakproof)
"""
STORED_AS = {"text": ("character varying",)}


def sql_files(server: Server, text_by_file: Mapping[str, str], chosen: Settings | None = None) -> tuple[Finding, ...]:
    """What the rules say of the schema that these SQL files build together. Raises InputError and ServerError."""
    script = statements(text_by_file)
    database = sql(server, text_by_file)
    world = World(database, leakproof=leakproof(server))
    return judged(world, chosen or Settings(), places(script), permissions(script))


def schema(server: Server, designed: Schema, chosen: Settings) -> tuple[Finding, ...]:
    """What the rules say of a design; its expressions are those that the server makes of them."""
    owners = tuple((one.table, one.owner_column) for one in designed.intent.entities if one.owner_column)
    world = World(canonical(server, designed), designed.external, owners, leakproof(server))
    return judged(world, chosen, _stated(designed))


def live(dsn: str, chosen: Settings) -> tuple[Finding, ...]:
    """What the rules say of a live database, which is only read. Raises ServerError."""
    with reading(dsn) as connection:
        world = World(read(connection), leakproof=_leakproof(connection))
    return judged(world, chosen)


@contextmanager
def reading(dsn: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that can only read the database that `dsn` names. Raises ServerError."""
    import psycopg

    try:
        connection = psycopg.connect(dsn, autocommit=True, options="-c default_transaction_read_only=on")
    except psycopg.Error as error:
        raise failure(f"no connection to the database: {' '.join(str(error).split())}", "check the URL") from error
    with connection:
        yield connection


def judged(
    world: World,
    chosen: Settings,
    known: Mapping[str, Place] | None = None,
    allowed: Sequence[Permission] = (),
) -> tuple[Finding, ...]:
    """The findings of every rule that is switched on, less those that somebody allowed, by place."""
    return by_place(apply(faults(world, chosen, known or {}), allowed, chosen))


def faults(world: World, chosen: Settings, known: Mapping[str, Place]) -> list[Judged]:
    """The findings of every rule that is switched on; `known` are places by subject."""
    return [
        Judged(fault.subject, _finding(name, fault, known))
        for name in sorted(lint_rules())
        if chosen.enabled(name)
        for fault in CHECKS[name](world)
    ]


def leakproof(server: Server) -> frozenset[str]:
    """The types whose comparisons are leakproof on `server`."""
    with at_home(server) as connection:
        return _leakproof(connection)


def _leakproof(connection: psycopg.Connection[Any]) -> frozenset[str]:
    found = {str(row[0]) for row in connection.execute(LEAKPROOF)}
    return frozenset(found | {other for name, others in STORED_AS.items() if name in found for other in others})


def _finding(rule: str, fault: Fault, known: Mapping[str, Place]) -> Finding:
    return Finding(rule, fault.message, _place((fault.subject, fault.near), known), fault.fix, RULES[rule].severity)


def _place(subjects: Iterable[str], known: Mapping[str, Place]) -> Place | None:
    """The place of the first subject that has one, else of the first one's table."""
    wanted = [subject for subject in subjects if subject]
    wanted += [re.split(r"[./]", subject, maxsplit=1)[0] for subject in wanted]
    return next((known[subject] for subject in wanted if subject in known), None)


def _stated(designed: Schema) -> dict[str, Place]:
    """The places that the reasons of a design name."""
    found: dict[str, Place] = {}
    for reason in designed.intent.reasons:
        if match := re.match(r"stated at (.+?):(\d+)(?::(\d+))?", reason.because):
            found.setdefault(reason.subject, Place(match[1], int(match[2]), int(match[3] or 0)))
    return found

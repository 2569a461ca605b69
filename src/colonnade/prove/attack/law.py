"""The attack suite as a law of every build."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from colonnade.findings import Proof
from colonnade.prove.attack.registry import Attempt, Verdict
from colonnade.prove.attack.source import of_design
from colonnade.prove.attack.suite import NO_ROWS, Sessions, attempts, ordered, stage_of
from colonnade.prove.filling import numbered
from colonnade.prove.ground import ROWS, Ground
from colonnade.prove.laws import declare, law
from colonnade.seed.rows import Row
from colonnade.server import at_home, connect, new_password
from colonnade.sql import ident, qualified

if TYPE_CHECKING:
    import psycopg

BAD = (Verdict.LEAKED, Verdict.UNPROVEN)


@law("attack-reading")
def attacks(ground: Ground) -> Iterator[Proof]:
    """No attack that reads shows one user a row of another.

    The whole attack suite runs here, by login as the application role; each of its themes is a law. On another's
    server the application's scratch role is given a password to log in with. Where the prover's own login is no
    superuser, and cannot make triggers and foreign keys step aside, what is to be asked without them is asked of a
    clone that has none.
    """
    if not ground.guarded:
        return
    from colonnade import catalog, seed

    assert ground.residents is not None
    actors, source = ground.actors, of_design(ground.schema)
    # Two more rows, since each second one is filled where a kind or a state of its own asks for that.
    more = numbered(ground.schema, seed.rows(ground.schema, ROWS + 2))
    # Where a user has one row only there may be no more of them than are there already.
    kept_back = {place: more[place[1]][len(ground.rows[place[1]]) :] for place in source.scoped}
    spares = {place: max(rows, key=_filled) for place, rows in kept_back.items() if rows}
    with ExitStack() as stack:
        loose = None if ground.server.superuser else stack.enter_context(_loosened(ground))
        application = _login(ground)
        pair = (stack.enter_context(_session(application)) for _ in range(2))
        rest = (stack.enter_context(ground.session(ground.filled, role)) for role in (actors.migrator, None))
        opened = replace(Sessions(*pair, *rest), loose=loose)
        for connection in (opened.application, opened.stranger):
            connection.prepare_threshold = None
        others = sorted(actors.designed)
        found = catalog.read(opened.administrator)
        stage = stage_of(found, source, actors.application, others, spares, opened)
        yield from map(_proof, filter(_counts, attempts(stage, ordered())))


def _login(ground: Ground) -> str:
    """A URL by which the application itself logs in, so that it is nobody else at heart."""
    server, application = ground.server, ground.actors.application
    if server.owned:
        return ground.url(ground.filled, application)
    with at_home(server) as administrator:
        password, attribute = new_password(administrator, application)
        administrator.execute(f"ALTER ROLE {ident(application)} {attribute}")
    return server.dsn(ground.filled, application, password)


def _filled(row: Row) -> int:
    return sum(text is not None for text in row.values())


@contextmanager
def _session(url: str) -> Iterator[psycopg.Connection]:
    with connect(url) as connection:
        connection.execute("SET search_path = public")
        yield connection


@contextmanager
def _loosened(ground: Ground) -> Iterator[psycopg.Connection]:
    """The administrator in a clone of the filled database without foreign keys, and with no trigger awake."""
    with ground.database(ground.filled) as name, ground.session(name) as administrator:
        for table in ground.schema.database.whole_tables:
            relation = qualified(table.schema, table.name)
            administrator.execute(f"ALTER TABLE {relation} DISABLE TRIGGER USER")
            for key in table.foreign_keys:
                administrator.execute(f"ALTER TABLE {relation} DROP CONSTRAINT {ident(key.name)}")
        yield administrator


for _theme, _page in {
    "writing": "No attack that writes adds, changes, takes over or removes a row of another user.",
    "references": "No row can point at another user's, and no refusal tells of one.",
    "surfaces": "Views, partitions and definer functions tell nothing of another user's rows.",
    "sessions": "Nothing of one user's transaction is left for the next on the same connection.",
    "powers": "The application can neither become another role nor change the rules.",
    "channels": "What policies cannot close is listed, with the stronger variant.",
}.items():
    declare(f"attack-{_theme}", _page)


def _counts(attempt: Attempt) -> bool:
    """Whether an attempt is a proof; that a table could not be filled is said once, not with every attack."""
    once = attempt.result is not NO_ROWS or attempt.attack is ordered()[0]
    return once and attempt.result.verdict != Verdict.NOT_APPLICABLE


def _proof(attempt: Attempt) -> Proof:
    result = attempt.result
    words = result.evidence if result.verdict == Verdict.HELD else f"{result.verdict}: {result.evidence}"
    if result.stronger:
        words += f"; stronger: {result.stronger}"
    if result.verdict == Verdict.LEAKED:
        words += "; exploit: " + " ".join(result.exploit)
    subject = f"{attempt.table}: {attempt.attack.name}"
    return Proof(f"attack-{attempt.attack.theme}", subject, result.verdict not in BAD, words)

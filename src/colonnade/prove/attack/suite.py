"""The suite: every attack on every table of a database, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from colonnade import catalog
from colonnade.design.schema import Database, Table
from colonnade.prove.attack import channels, powers, reading, references, sessions, surfaces, writing
from colonnade.prove.attack.belonging import Place
from colonnade.prove.attack.copy import OBSERVER, Copy, copied
from colonnade.prove.attack.registry import ATTACKS, Attack, Attempt, Result, Verdict
from colonnade.prove.attack.source import Source, privileges
from colonnade.prove.attack.stage import Definer, Stage, Subject, insertion, key_of, unique_keys
from colonnade.prove.probe import Outcome, Row, value
from colonnade.server import Server, connect
from colonnade.sql import ident, qualified

if TYPE_CHECKING:
    import psycopg

THEMES = (reading, writing, references, surfaces, sessions, powers, channels)
"""The files of attacks, in the order in which they are reported."""

STATEMENT_SECONDS = 20

DEFINERS = """
SELECT p.oid::regproc::text, p.prokind = 'p',
       array(SELECT format_type(t, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (t, n)
             WHERE n <= p.pronargs - p.pronargdefaults ORDER BY n),
       p.prosrc || coalesce(pg_get_function_sqlbody(p.oid), '')
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND p.prokind IN ('f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
ORDER BY 1, 3
"""

COLUMNS = """
SELECT n.nspname, c.relname, %(privilege)s, array_agg(a.attname::text)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity <> 'a'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND has_column_privilege(%(role)s, c.oid, a.attnum, %(privilege)s)
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Report:
    """All attempts, and what could not be attacked and why; `holds` when nothing leaked and nothing was left open.

    `apart` are tables that belong to no user, as far as can be seen, and were not attacked; `left_out` are extensions
    that the attacked copy does not have. `uncovered` are tables without row-level security that the application may not
    touch: they were attacked by what stands on them, and nothing but privileges keeps their rows.
    """

    application: str
    setting: str
    attempts: tuple[Attempt, ...]
    unclear: tuple[str, ...]
    apart: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()

    def of(self, *verdicts: Verdict) -> tuple[Attempt, ...]:
        """The attempts with one of these verdicts."""
        return tuple(one for one in self.attempts if one.result.verdict in verdicts)

    @property
    def holds(self) -> bool:
        return bool(self.attempts) and not self.unclear and not self.of(Verdict.LEAKED, Verdict.UNPROVEN)


OnAttempt = Callable[[Attempt], None]


def ordered() -> tuple[Attack, ...]:
    """All attacks, theme by theme."""
    places = {module.__name__.rpartition(".")[2]: place for place, module in enumerate(THEMES)}
    return tuple(sorted(ATTACKS.values(), key=lambda one: places[one.theme]))


def attacked(server: Server, source: Source, on_attempt: OnAttempt = lambda attempt: None) -> Report:
    """Copies `source` to a scratch database of `server`, attacks the copy, and tells of each attempt.

    Raises InputError where the DDL cannot be copied.
    """
    with copied(server, source) as copy:
        return besieged(server, copy, copy.name, on_attempt)


def besieged(server: Server, copy: Copy, database: str, on_attempt: OnAttempt = lambda attempt: None) -> Report:
    """Attacks `database`, which is `copy` or a clone of it."""
    made = []
    with staged(server, copy, database) as stage:
        for attempt in attempts(stage, ordered()):
            on_attempt(attempt)
            made.append(attempt)
    source = copy.source
    return Report(
        copy.application, source.setting.name, tuple(made), source.unclear, source.apart, copy.left_out,
        source.uncovered,
    )  # fmt: skip


@contextmanager
def staged(server: Server, copy: Copy, database: str) -> Iterator[Stage]:
    """Sessions on `database`, and what its catalog says now."""
    with ExitStack() as stack:
        roles = (copy.application, copy.application, OBSERVER, None)
        # As options of the connection they are still there after DISCARD ALL.
        options = quote(f"-c search_path=public -c statement_timeout={STATEMENT_SECONDS}s", safe="")
        opened = [stack.enter_context(connect(f"{server.dsn(database, role)}&options={options}")) for role in roles]
        for connection in opened:
            connection.prepare_threshold = None
        found = catalog.read(opened[3])
        yield stage_of(found, copy.source, copy.application, copy.roles, copy.spares, Sessions(*opened))


@dataclass(frozen=True, slots=True)
class Sessions:
    """Open sessions of the application, of the same with no user ever set, of who counts, and of an administrator.

    An administrator who is a superuser makes foreign keys and triggers keep still himself; for another one they are
    gone in the database of `loose`, which has the same rows.
    """

    application: psycopg.Connection
    stranger: psycopg.Connection
    observer: psycopg.Connection
    administrator: psycopg.Connection
    loose: psycopg.Connection | None = None


STILL = ("SET LOCAL session_replication_role = replica",)


def stage_of(
    database: Database, source: Source, application: str, roles: Iterable[str], spares: Mapping[tuple[str, str], Row],
    opened: Sessions,
) -> Stage:  # fmt: skip
    """The stage that `database` makes, as the sessions find it."""
    scoped, administrator = source.scoped, opened.administrator
    tables = [one for one in database.tables if (one.schema, one.name) in scoped]
    owners = tuple(sorted({one.owner for one in tables if one.owner}))
    named = {one.grantee for table in tables for one in privileges(table) if "SELECT" in one.kinds}
    query = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND NOT rolsuper AND NOT rolbypassrls ORDER BY 1"
    # Who passes policies by design is no reader whom they should bind, whichever way it passes; nor is who can be
    # nobody's role: what its functions tell is attacked as theirs.
    passing = {one.name for one in source.people if one.bypasses or one.enclosed or one.oversees}
    bound = administrator.execute(query, [sorted(named - {application, *owners, *passing})]).fetchall()
    definers = administrator.execute(DEFINERS).fetchall()
    return Stage(
        database=database,
        setting=source.setting,
        application=application,
        owners=owners,
        readers=tuple(row[0] for row in bound),
        overseers=tuple(sorted(one.name for one in source.people if one.oversees and one.name != application)),
        roles=tuple(sorted({*roles} - {application})),
        scoped=scoped,
        through=source.through,
        rows={(one.schema, one.name): standing(one, opened.observer) for one in tables},
        spares=spares,
        stated=source.stated,
        shared=source.shared,
        denied=source.denied,
        definers=tuple(Definer(name, tuple(types), procedure, body) for name, procedure, types, body in definers),
        session=opened.application,
        stranger=opened.stranger,
        observer=opened.observer,
        administrator=administrator,
        loose=opened.loose or administrator,
        still=() if opened.loose else STILL,
    )


def attempts(stage: Stage, attacks: Sequence[Attack]) -> Iterator[Attempt]:
    """Each attack on each table of the stage, by the tables' names."""
    settable, changeable = (_columns(stage, one) for one in ("INSERT", "UPDATE"))
    for place in sorted(stage.scoped):
        table = stage.database.table(place[1], place[0])
        subject = _subject(stage, table, settable.get(place, frozenset()), changeable.get(place, frozenset()))
        alone = [name for _, name in stage.scoped].count(table.name) == 1
        title = table.name if alone else f"{table.schema}.{table.name}"
        for one in attacks:
            if place in stage.shared and one.theme not in UNSHARED_THEMES and one.name not in WITHOUT_USER:
                yield Attempt(title, one, FOR_EVERYONE)
            else:
                yield Attempt(title, one, one.run(subject) if subject else NO_ROWS)


NEW_KEY = "00000000-0000-4000-8000-00000000feed"
UNSHARED_THEMES = frozenset({"writing", "powers"})
WITHOUT_USER = frozenset(
    {"read-unset-user", "read-empty-user", "pooled-connection", "aborted-transaction", "reset-setting", "discard-all"}
)
"""What must hold of rows that every user reads on purpose: they are written by their owner, and read by users only."""

FOR_EVERYONE = Result(Verdict.NOT_APPLICABLE, "every user reads these rows on purpose")
NO_ROWS = Result(Verdict.UNPROVEN, "the table could not be given rows of two users")


def _subject(stage: Stage, table: Table, settable: frozenset[str], changeable: frozenset[str]) -> Subject | None:
    place = (table.schema, table.name)
    pairs = list(_pairs(stage, place))
    subjects = (_between(stage, table, one, settable, changeable) for one in pairs)
    # Another user may be of another role: the first who reaches most of what is his own is attacked as.
    return max(subjects, key=_reached, default=None)


def _reached(subject: Subject) -> int:
    """How many of the plain commands reach the user's own row."""
    return sum(one.accepted and bool(one.rows) for one in subject.controls.values())


Pair = tuple[tuple[str, Row], tuple[str, Row]]
"""A user with a row of a table, and another with a row that is not the first one's."""


def _between(stage: Stage, table: Table, pair: Pair, settable: frozenset[str], changeable: frozenset[str]) -> Subject:
    """The table as attacked by the one of `pair` on the other."""
    place = (table.schema, table.name)
    owner, rows = stage.scoped[place], stage.rows[place]
    (me, mine), (them, theirs) = pair
    values = stage.values(place, me)
    spare = stage.spares.get((table.schema, table.name), {})
    pointing = {owner, *(name for key in table.foreign_keys for name in key.columns)}
    alone = {name for _, columns in unique_keys(table) for name in columns} - pointing
    # Where a unique key of few values leaves no row to spare, a new key at least tells the row from one's own.
    counterparts = spare or {name: NEW_KEY for name in key_of(table) if table.column(name).type == "uuid"}
    fresh = {name: text for name, text in counterparts.items() if name in alone}
    own = sum(row[owner] in values for row in rows)
    bare = Subject(
        stage, table, owner, me, them, values, mine, theirs, own, len(rows), fresh, settable, changeable, {}
    )  # fmt: skip
    return replace(bare, controls=_controls(bare))


def _pairs(stage: Stage, place: Place) -> Iterator[Pair]:
    """A pair for each user who has a row of the table."""
    rows = stage.rows[place]
    for me in stage.users(place):
        mine = next((row for row in rows if stage.of(place, row, me)), None)
        others = (row for row in rows if mine is not None and not stage.of(place, row, me))
        found = next(((them, row) for row in others if (them := stage.owner_of(place, row)) is not None), None)
        if mine is not None and found is not None:
            yield (me, mine), found


def _controls(subject: Subject) -> dict[str, Outcome]:
    """What the plain commands do to the user's own row: by this an attack that reaches nothing is told from no row."""
    touched, name, own = subject.touched, subject.name, subject.mine_key
    same = f"{ident(touched)} = {value(subject.mine[touched])}"
    mine = f"{ident(subject.owner)} = {value(subject.own_value)}"
    added = insertion(subject, subject.forged(subject.mine, {subject.owner: subject.own_value}))
    application = subject.stage.application
    new = subject.act(added).outcome
    if not new.accepted:
        # A trigger or a foreign key may refuse a made-up row; policies and privileges alone are to be told.
        new = next((one for one in [subject.act_as(application, added).outcome] if one.accepted), new)
    return {
        "read": subject.act(f"SELECT count(*) FROM {name}").outcome,
        "insert": new,
        "update": subject.act_as(application, f"UPDATE {name} SET {same} WHERE {own}").outcome,
        "own": subject.act_as(application, f"UPDATE {name} SET {mine} WHERE {own}").outcome,
        "delete": subject.act_as(application, f"DELETE FROM {name} WHERE {own}").outcome,
    }


def standing(table: Table, observer: psycopg.Connection) -> list[dict[str, str | None]]:
    """All rows of `table` as the observer sees them, as texts, ordered by its key."""
    names = [column.name for column in table.columns]
    texts = ", ".join(f"({ident(name)})::text" for name in names)
    order = ", ".join(f"({ident(name)})::text" for name in key_of(table))
    query = f"SELECT {texts} FROM {qualified(table.schema, table.name)} ORDER BY {order}"
    return [dict(zip(names, row, strict=True)) for row in observer.execute(query.encode()).fetchall()]


def _columns(stage: Stage, privilege: str) -> dict[tuple[str, str], frozenset[str]]:
    found = stage.administrator.execute(COLUMNS, {"role": stage.application, "privilege": privilege}).fetchall()
    return {(schema, table): frozenset(columns) for schema, table, _, columns in found}

"""Attacks through what stands on top of a table: views, materialised views, partitions, security-definer functions.

None of them may say anything about another user's rows. So each is asked twice, once as things are and once when the
rows of all others are gone: if the two answers differ, the first tells of other users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.design.schema import Table, View
from colonnade.prove.attack.reading import PEEKED, PEEKING, shown
from colonnade.prove.attack.registry import Result, attack, held, leaked, not_applicable, unproven
from colonnade.prove.attack.stage import Act, Definer, Subject
from colonnade.prove.probe import value
from colonnade.sql import ident, qualified
from colonnade.types import ELEMENTS, take_apart
from colonnade.values import replace

TEXTS = ("text", "character varying", "character")


@attack("view-read")
def view_read(subject: Subject) -> Result:
    """A view on the table says nothing about rows of another user."""
    views = list(_views(subject, materialized=False))
    if not views:
        return not_applicable("no view reads this table")
    return _first_leak([_compared(subject, f"view {one.name}", _whole(one)) for one in views])


@attack("view-write")
def view_write(subject: Subject) -> Result:
    """Through a view no row of another user is changed or removed."""
    views = list(_views(subject, materialized=False))
    if not views:
        return not_applicable("no view reads this table")
    return _first_leak([_written(subject, one) for one in views])


@attack("view-leaky-function")
def view_leaky_function(subject: Subject) -> Result:
    """A cheap function in WHERE over a view is shown no row that the view leaves out."""
    views = list(_views(subject, materialized=False))
    if not views:
        return not_applicable("no view reads this table")
    return _first_leak([_peeked(subject, one) for one in views])


@attack("materialised-view")
def materialised_view(subject: Subject) -> Result:
    """A materialised view, to which no policy applies, says nothing about rows of another user."""
    views = list(_views(subject, materialized=True))
    if not views:
        return not_applicable("no materialised view reads this table")
    answers = []
    for one in views:
        refreshed = f"REFRESH MATERIALIZED VIEW {qualified(one.schema, one.name)}"
        answers.append(_compared(subject, f"materialised view {one.name}", _whole(one), refreshed))
    return _first_leak(answers)


@attack("partition-direct")
def partition_direct(subject: Subject) -> Result:
    """A partition, addressed directly so that its parent's policies do not apply, gives up no row of another user."""
    found = list(_parts(subject, subject.table))
    if not found:
        return not_applicable("the table has no partitions and no heirs")
    return _first_leak([_partition(subject, qualified(one.schema, one.name)) for one in found])


@attack("definer-function")
def definer_function(subject: Subject) -> Result:
    """A function that runs with its owner's rights says nothing about another user's rows and changes none."""
    if not subject.stage.definers:
        return not_applicable("there is no security-definer function to call")
    return _first_leak([_called(subject, one) for one in subject.stage.definers])


@attack("definer-shadowed")
def definer_shadowed(subject: Subject) -> Result:
    """A temporary table named like the one that memberships are looked up in does not deceive a definer function."""
    lead = subject.stage.through.get((subject.table.schema, subject.table.name))
    if lead is None or not subject.stage.definers:
        return not_applicable("no security-definer function looks up whose a row is")
    (schema, name), key = lead
    owner = subject.stage.scoped[schema, name]
    shadow = (
        f"CREATE TEMPORARY TABLE {ident(name)} AS TABLE {qualified(schema, name)} WITH NO DATA",
        f"INSERT INTO {ident(name)} ({ident(owner)}, {ident(key)})"
        f" VALUES ({value(subject.me)}, {value(subject.other_value)})",
        f"GRANT SELECT ON {ident(name)} TO PUBLIC",
    )
    # What a function tells without a shadow is told of it by `definer-function`.
    sound = [one for one in subject.stage.definers if _called(subject, one).verdict != "leaked"]
    answers = [_called(subject, one, shadow) for one in sound]
    return _first_leak(answers) if answers else not_applicable("each definer function tells of others without a shadow")


def _first_leak(results: list[Result]) -> Result:
    """The worst of the results; where none is bad, all of them in one."""
    for verdict in ("leaked", "unproven"):
        found = next((one for one in results if one.verdict == verdict), None)
        if found is not None:
            return found
    told = [one.evidence for one in results if one.verdict == "held"]
    return held("; ".join(dict.fromkeys(told))) if told else results[0]


def _views(subject: Subject, *, materialized: bool) -> Iterator[View]:
    """The views that read the table, through others too."""
    reading = {(subject.table.schema, subject.table.name)}
    views = subject.stage.database.views
    for _ in views:
        reading |= {(one.schema, one.name) for one in views if reading & set(one.depends_on)}
    yield from (one for one in views if (one.schema, one.name) in reading and one.materialized == materialized)


def _whole(view: View) -> str:
    return f"SELECT (one.*)::text FROM {qualified(view.schema, view.name)} AS one"


def _compared(subject: Subject, what: str, query: str, *before: str, first: tuple[str, ...] = ()) -> Result:
    """Asks `query` as things are, and without the rows of others, each time after `before`.

    The application itself runs `first`.
    """
    application = subject.stage.application
    done = subject.act_as(application, *first, query, before=before)
    if not done.outcome.accepted:
        return _refused(subject, what, done, (*first, query), before)
    if not done.outcome.values and not subject.act_as(subject.stage.loose.info.user, query).outcome.values:
        return not_applicable(f"{what}: none of the made-up rows comes into it")
    again = subject.act_as(application, *first, query, before=before)
    alone = subject.act_as(application, *first, query, before=(_without_others(subject), *before))
    if _answer(done) == _answer(alone):
        return held(f"{what}: {len(done.outcome.values)} rows, the same without the {subject.others} rows of others")
    if _answer(done) != _answer(again):
        return _changing(subject, what, done, alone)
    words = f"{what}: {len(done.outcome.values)} rows, {len(alone.outcome.values)} without the rows of others"
    if len(done.outcome.values) == len(alone.outcome.values):
        words = f"{what}: its answer depends on rows of others"
    return leaked(words, done.script)


def _refused(subject: Subject, what: str, done: Act, statements: tuple[str, ...], before: tuple[str, ...]) -> Result:
    """An error that is there only with the rows of others tells that one of them is as was asked."""
    alone = subject.act_as(subject.stage.application, *statements, before=(_without_others(subject), *before))
    if alone.outcome.accepted:
        return leaked(f"{what}: its error ({shown(done.outcome)}) depends on rows of others", done.script)
    return held(f"{what}: {shown(done.outcome)}")


LONG = 5
"""Texts shorter than this may well be somewhere by chance."""


def _changing(subject: Subject, what: str, done: Act, alone: Act) -> Result:
    """An answer with new keys or times in it is never the same twice; it is searched for what others' rows hold."""
    place, given = (subject.table.schema, subject.table.name), " ".join(done.script)
    rows = subject.stage.rows[place]
    own = {text for row in rows if subject.stage.of(place, row, subject.me) for text in row.values()}
    others = {text for row in rows for text in row.values() if text and len(text) >= LONG} - own
    told = " ".join(map(repr, done.outcome.values))
    shown_too = sorted(text for text in others if text in told and text not in given)
    if shown_too or len(done.outcome.values) != len(alone.outcome.values):
        return leaked(f"{what}: its answer depends on rows of others", done.script)
    if done.outcome.sqlstate != alone.outcome.sqlstate:
        return unproven(f"{what}: its answer changes by itself")
    return held(f"{what}: its answer changes by itself, and holds nothing of the {subject.others} rows of others")


def _answer(done: Act) -> tuple[str, list[str]]:
    return done.outcome.sqlstate, sorted(map(repr, done.outcome.values))


def _without_others(subject: Subject) -> str:
    return f"DELETE FROM {subject.name} WHERE {subject.their_rows}"


def _written(subject: Subject, view: View) -> Result:
    name, application = qualified(view.schema, view.name), subject.stage.application
    column = next((one for one in view.columns if one == subject.touched), view.columns[0] if view.columns else None)
    statements = [f"DELETE FROM {name}"]
    statements += [f"UPDATE {name} SET {ident(column)} = {ident(column)}"] if column else []
    answers = []
    for statement in statements:
        left = f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows} AND xmin <> pg_current_xact_id()::xid"
        done = subject.act_as(application, statement)
        after = subject.act_as(application, statement, "RESET ROLE", left)
        if done.outcome.accepted and after.outcome.values and after.outcome.values[0][0] < subject.others:
            reached = subject.others - after.outcome.values[0][0]
            return leaked(f"{view.name}: {statement.split()[0]} reaches {reached} rows of others", done.script)
        answers.append(f"{statement.split()[0]} {shown(done.outcome)}")
    return held(f"{view.name}: {', '.join(answers)}; no row of others is reached")


def _peeked(subject: Subject, view: View) -> Result:
    name = qualified(view.schema, view.name)
    query = f"SELECT count(*) FROM {name} AS one WHERE pg_temp.peek((one.*)::text)"
    done, alone = (
        subject.act_as(subject.stage.application, *PEEKING, query, PEEKED, before=before)
        for before in ((), (_without_others(subject),))
    )
    if not done.outcome.accepted:
        return held(f"{view.name}: {shown(done.outcome)}")
    if done.outcome.values != alone.outcome.values:
        return leaked(f"{view.name}: the function was shown rows of others", done.script)
    return held(f"{view.name}: the function was shown nothing of others")


def _parts(subject: Subject, parent: Table) -> Iterator[Table]:
    """The partitions and heirs of `parent`, and theirs."""
    place = (parent.schema, parent.name)
    for one in subject.stage.database.tables:
        if (one.partition_of and one.partition_of[0] == place) or place in one.inherits:
            yield one
            yield from _parts(subject, one)


def _partition(subject: Subject, name: str) -> Result:
    application = subject.stage.application
    statements = {
        "shows": f"SELECT 1 FROM {name} WHERE {subject.their_rows}",
        "gives up": f"DELETE FROM {name} WHERE {subject.their_rows}",
        "lets change": f"UPDATE {name} SET {ident(subject.touched)} = {value(subject.mine[subject.touched])}"
        f" WHERE {subject.their_rows}",
        "is emptied of": f"TRUNCATE {name}",
    }
    answers = []
    for words, statement in statements.items():
        done = subject.act_as(application, statement)
        if done.outcome.accepted and (done.outcome.rows or statement.startswith("TRUNCATE")):
            return leaked(f"{name} {words} rows of others ({shown(done.outcome)})", done.script)
        answers.append(shown(done.outcome))
    return held(f"{name}: {', '.join(answers)}")


CALLS, FEW = 12, 2
"""How many ways a function is called for each table, and for one that its body does not name: the suite stays fast."""

INJECTED = "x' OR 'x' = 'x"
PATTERNS = ("", "%", INJECTED, "' OR true --")
"""What a search may be asked for so that it gives everything: nothing, a wildcard, and the end of a quoted text."""


def _called(subject: Subject, definer: Definer, first: tuple[str, ...] = ()) -> Result:
    """Calls the function, after `first`, with what a user might know or guess of another's row.

    All arguments of a type are given alike.
    """
    results = []
    # By an index a condition is asked about rows of others, too, before the one that leaves them out.
    first = (*first, "SET LOCAL enable_seqscan = off")
    for given in _guesses(subject, definer):
        call = f"{definer.name}({', '.join(_argument(one, given) for one in definer.types)})"
        statement = f"CALL {call}" if definer.procedure else f"SELECT (one.*)::text FROM {call} AS one"
        results.append(_compared(subject, f"function {definer.name}", statement, first=first))
        results.append(_harmless(subject, definer, (*first, statement)))
        if any(one.verdict == "leaked" for one in results):
            break
    return _first_leak(results)


@dataclass(frozen=True, slots=True)
class Guess:
    """A value to call a function with, and its type; a text fits whatever takes texts."""

    text: str
    type: str

    def fits(self, type_: str) -> bool:
        texts = type_.startswith(TEXTS) and not type_.endswith("]")
        return _bare(self.type) == _bare(type_) or (texts and not self.type.endswith("]"))


def _guesses(subject: Subject, definer: Definer) -> list[Guess | None]:
    """The id of the row, the user and the owner, patterns that match everything, and what is in the row.

    Only what the function takes, or nothing in particular where that is nothing.
    """
    types = {one.name: one.type for one in subject.table.columns}
    known = [name for name in subject.key if name != subject.owner][:1]
    row = [name for name in types if name not in (*known, subject.owner)]
    held = [Guess(text, types[name]) for name in (*known, subject.owner) if (text := subject.theirs[name]) is not None]
    held.insert(1, Guess(subject.them, types[subject.owner]))
    patterns = [Guess(one, "text") for one in PATTERNS]
    values = [Guess(text, types[name]) for name in row if (text := subject.theirs[name]) is not None]
    found = dict.fromkeys((*held, *patterns, *values, *_bounds(values), *_failing(values)))
    # What only switches and limits would take comes last.
    telling = [one for one in definer.types if one not in SIMPLEST]
    fitting = [one for one in found if any(map(one.fits, definer.types))]
    ranked = sorted(fitting, key=lambda one: not any(map(one.fits, telling)))
    return list(ranked[: CALLS if _named(subject, definer) else FEW]) or [None]


def _named(subject: Subject, definer: Definer) -> bool:
    """Whether the function says that it reads the table, or puts together what it reads."""
    return subject.table.name in definer.body or "EXECUTE" in definer.body.upper()


def _bounds(values: list[Guess]) -> Iterator[Guess]:
    """The lower bounds of ranges, by which what is within them is asked for."""
    for one in values:
        found = re.match(r'[\[(]"?([^",]+)"?,', one.text) if one.type in ELEMENTS else None
        if found:
            yield Guess(found[1], ELEMENTS[one.type])


def _failing(values: list[Guess]) -> Iterator[Guess]:
    """Patterns that fail at a row which begins with what a text begins with, and at no other."""
    texts = (one.text for one in values if one.type.startswith(TEXTS) and not one.type.endswith("]"))
    yield from (Guess(f"{text[: len(text) // 2]}%\\", "text") for text in texts if len(text) > 1)


def _bare(type_: str) -> str:
    """The type without its length, which arguments do not have."""
    return str(replace(take_apart(type_), arguments=()))


def _argument(type_: str, given: Guess | None) -> str:
    """`given` where the type could hold it, else the simplest value there is."""
    if given is not None and given.fits(type_):
        return f"{value(given.text)}::{type_}"
    return f"{SIMPLEST.get(type_, 'NULL')}::{type_}"


SIMPLEST = {"boolean": "true", "integer": "100", "bigint": "100", "smallint": "100"}
"""What a function is given for a switch or a limit."""


def _harmless(subject: Subject, definer: Definer, statements: tuple[str, ...]) -> Result:
    left = f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows} AND xmin <> pg_current_xact_id()::xid"
    done = subject.act_as(subject.stage.application, *statements, "RESET ROLE", left)
    if done.outcome.accepted and done.outcome.values[0][0] < subject.others:
        reached = subject.others - done.outcome.values[0][0]
        exploit = (*done.script[:-3], "ROLLBACK;")
        return leaked(f"function {definer.name} changes or removes {reached} rows of others", exploit)
    return held(f"function {definer.name}: no row of others is changed")

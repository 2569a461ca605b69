"""Attacks that read: one user's session sees rows of another."""

from __future__ import annotations

import re

from colonnade.prove.attack.registry import Result, attack, held, leaked, not_applicable, unproven
from colonnade.prove.attack.stage import DENIED, Act, Subject, act
from colonnade.prove.probe import Outcome, value
from colonnade.sql import ident, literal

PEEK = (
    "CREATE FUNCTION pg_temp.peek(whole text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS"
    " 'BEGIN PERFORM set_config(''peek.seen'', current_setting(''peek.seen'') || ''<'' || whole || ''>'', true);"
    " RETURN true; END'"
)

PEEKING = (
    PEEK,
    "SELECT set_config('peek.seen', '', true)",
    # An index would leave rows out before the function is asked, and hide for small tables what larger ones show.
    *(f"SET LOCAL enable_{way}scan = off" for way in ("index", "indexonly", "bitmap")),
)
PEEKED = "SELECT current_setting('peek.seen')"


@attack("read-all")
def read_all(subject: Subject) -> Result:
    """SELECT without a condition shows the user's own rows and no other."""
    done = subject.act(f"SELECT count(*) FROM {subject.name}")
    return _counted(subject, done, subject.own, "sees")


@attack("read-by-key")
def read_by_key(subject: Subject) -> Result:
    """Another user's row is not found by its key."""
    done = subject.act(f"SELECT * FROM {subject.name} WHERE {subject.theirs_key}")
    return _none(subject, done)


@attack("read-by-subselect")
def read_by_subselect(subject: Subject) -> Result:
    """A sub-select in the select list, which asks for another user's rows by owner, finds none."""
    inner = f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}"
    return _count(subject, subject.act(f"SELECT ({inner})"))


@attack("read-by-join")
def read_by_join(subject: Subject) -> Result:
    """Joining the table with itself, from the user's own row, brings in no row of another."""
    joined = f"FROM {subject.name} AS a FULL JOIN {subject.name} AS b ON true"
    done = subject.act(f"SELECT count(*) {joined} WHERE b.{subject.their_rows} OR a.{subject.their_rows}")
    return _count(subject, done)


@attack("read-for-update")
def read_for_update(subject: Subject) -> Result:
    """SELECT … FOR UPDATE neither shows nor locks another user's row."""
    done = subject.act(f"SELECT * FROM {subject.name} WHERE {subject.theirs_key} FOR UPDATE")
    return _none(subject, done)


@attack("read-unset-user")
def read_unset_user(subject: Subject) -> Result:
    """A session in which no user was ever set sees no row."""
    done = act(subject.stage, subject.stage.stranger, None, f"SELECT count(*) FROM {subject.name}")
    return _counted(subject, done, 0, "with no user set, sees")


@attack("read-empty-user")
def read_empty_user(subject: Subject) -> Result:
    """A session whose user is the empty text, as a pooled one is left with, sees no row."""
    done = subject.act(f"SELECT count(*) FROM {subject.name}", user="")
    return _counted(subject, done, 0, "with an empty user, sees")


@attack("read-malformed-user")
def read_malformed_user(subject: Subject) -> Result:
    """A user that is no user (a quote and OR 1=1, a wildcard) sees no row or an error."""
    for user in ("' OR 1=1 --", "%", "*", "null"):
        done = subject.act(f"SELECT count(*) FROM {subject.name}", user=user)
        if done.outcome.accepted and done.outcome.values[0][0] > 0:
            return leaked(f"the user {user!r} sees {done.outcome.values[0][0]} of {subject.total} rows", done.script)
    return held(f"four such users see nothing (the last: {shown(done.outcome)}); the observer counts {subject.total}")


@attack("read-unbounded")
def read_unbounded(subject: Subject) -> Result:
    """SET row_security = off, which asks for all rows or an error, gives the error."""
    done = subject.act("SET LOCAL row_security = off", f"SELECT count(*) FROM {subject.name}")
    return _counted(subject, done, subject.own, "with row_security off, sees")


@attack("read-leaky-function")
def read_leaky_function(subject: Subject) -> Result:
    """A cheap function in WHERE, which writes down every row that it is shown, is shown no row of another user."""
    condition = f"pg_temp.peek({ident(subject.owner)}::text)"
    return peeked(subject, f"SELECT count(*) FROM {subject.name} WHERE {condition}")


@attack("read-by-error")
def read_by_error(subject: Subject) -> Result:
    """A cast that fails on another user's row does not put its owner into the error message."""
    cast = f"('x' || {ident(subject.owner)}::text)::integer"
    done = subject.act(f"SELECT 1 FROM {subject.name} WHERE {cast} = 0 AND {subject.their_rows}")
    if f'"x{subject.other_value}"' in done.outcome.message:
        return leaked(f"the error shows another user: {done.outcome.message}", done.script)
    return told(subject, f"the cast is {shown(done.outcome)}, and shows nothing of another user")


@attack("read-copy")
def read_copy(subject: Subject) -> Result:
    """COPY … TO STDOUT writes out the user's own rows and no other."""
    statement = f"COPY {subject.name} TO STDOUT"
    done, text = copied(subject, statement)
    if not done.outcome.accepted:
        return _refused(subject, done.outcome)
    lines = text.count("\n")
    if lines > subject.own:
        return leaked(f"COPY writes {lines} rows, {subject.own} of them the user's own", done.script)
    return told(subject, f"COPY writes {lines} rows; {subject.own} of {subject.total} are the user's own")


@attack("read-statistics")
def read_statistics(subject: Subject) -> Result:
    """The planner's statistics, which hold values of all users, are hidden from the application."""
    named = f"schemaname = {literal(subject.table.schema)} AND tablename = {literal(subject.table.name)}"
    gathered = f"ANALYZE {subject.name}"
    query = f"SELECT attname, most_common_vals, histogram_bounds FROM pg_stats WHERE {named}"
    done = subject.act_as(subject.stage.application, query, before=(gathered,))
    known = [
        row for row in done.outcome.values if re.search(rf"(?<!\w){re.escape(subject.other_value)}(?!\w)", f"{row[1:]}")
    ]
    if known:
        return leaked(f"pg_stats shows another user's values of {known[0][0]}", done.script)
    return held(f"after ANALYZE pg_stats shows {len(done.outcome.values)} columns, none with another user's value")


@attack("read-as-reader")
def read_as_reader(subject: Subject) -> Result:
    """Every other role that may read the table, a read-only one above all, sees the current user's rows only."""
    if not subject.stage.readers:
        return not_applicable("no other role that is subject to policies may read tables")
    seen = []
    for role in subject.stage.readers:
        done = subject.act_as(role, f"SELECT count(*) FROM {subject.name}")
        if done.outcome.accepted and done.outcome.values[0][0] > subject.own:
            return leaked(f"{role} sees {done.outcome.values[0][0]} rows of {subject.total}", done.script)
        seen.append(f"{role}: {done.outcome.values[0][0] if done.outcome.accepted else shown(done.outcome)}")
    return held(f"rows seen by {', '.join(seen)}; {subject.own} are the user's own")


def peeked(subject: Subject, query: str) -> Result:
    """What a function that writes down whatever it is shown has seen after `query`."""
    done = subject.act(*PEEKING, query, PEEKED)
    if not done.outcome.accepted:
        return held(f"the function cannot be used: {shown(done.outcome)}")
    if f"<{subject.other_value}>" in done.outcome.values[0][0]:
        return leaked("the function was shown a row of another user", done.script)
    return told(subject, "the function was shown no row of another user")


def copied(subject: Subject, statement: str) -> tuple[Act, str]:
    """What COPY … TO STDOUT did as the application, and what it wrote."""
    import psycopg

    from colonnade.prove.attack.stage import script, undone

    stage = subject.stage
    assumed = stage.setting.assumed(subject.me)
    lines = script(stage, stage.application, (assumed, statement))
    with undone(stage.session, assumed), stage.session.cursor() as cursor:
        try:
            with cursor.copy(statement.encode()) as copy:
                return Act(Outcome(), lines), b"".join(copy).decode(errors="replace")
        except psycopg.Error as error:
            return Act(Outcome(error.sqlstate or "XX000", message=str(error).splitlines()[0]), lines), ""


def shown(outcome: Outcome) -> str:
    """An outcome for the evidence: refused with its SQLSTATE, or the number of rows."""
    if outcome.accepted:
        return f"accepted, {outcome.rows} row{'' if outcome.rows == 1 else 's'}"
    return f"refused, {outcome.sqlstate}" + (f" by {outcome.blamed}" if outcome.blamed else "")


def told(subject: Subject, evidence: str) -> Result:
    """Held, if the same user does see a row of its own; else nothing was told by seeing none."""
    control = subject.controls["read"]
    if control.accepted and control.values[0][0] > 0:
        return held(f"{evidence}; the observer counts {subject.others} rows of others")
    if control.sqlstate == DENIED:
        return not_applicable("the application may not read the table")
    if control.accepted and subject.lets_nobody("SELECT"):
        return held(f"{evidence}; no policy shows rows to anybody")
    return unproven(f"{evidence}; but the user does not see its own row either ({shown(control)})")


def _refused(subject: Subject, outcome: Outcome) -> Result:
    if outcome.sqlstate == DENIED and subject.controls["read"].sqlstate == DENIED:
        return not_applicable("the application may not read the table")
    return held(shown(outcome))


def _counted(subject: Subject, done: Act, most: int, words: str) -> Result:
    if not done.outcome.accepted:
        return _refused(subject, done.outcome)
    seen = done.outcome.values[0][0]
    evidence = f"the application {words} {seen} rows; {subject.own} of {subject.total} are the user's own"
    return leaked(evidence, done.script) if seen > most else told(subject, evidence)


def _count(subject: Subject, done: Act) -> Result:
    if not done.outcome.accepted:
        return _refused(subject, done.outcome)
    seen = done.outcome.values[0][0]
    if seen:
        return leaked(f"{seen} rows of others are counted", done.script)
    return told(subject, "0 rows of others are counted")


def _none(subject: Subject, done: Act) -> Result:
    if not done.outcome.accepted:
        return _refused(subject, done.outcome)
    if done.outcome.values:
        return leaked(f"{len(done.outcome.values)} row of {value(subject.them)} is shown", done.script)
    return told(subject, "0 rows")

"""What a policy cannot close: channels that are known and accepted, each with the stronger variant beside it."""

from __future__ import annotations

import itertools
import re

from colonnade.prove.attack.reading import shown
from colonnade.prove.attack.registry import Result, accepted, attack, held, not_applicable
from colonnade.prove.attack.sessions import played
from colonnade.prove.attack.stage import Subject, insertion
from colonnade.prove.probe import value
from colonnade.sql import ident, literal

SIGNED = "a signed token in the setting, which a definer function of another role verifies, instead of a bare id"
GIVEN = "random keys, and no INSERT or UPDATE of the key columns for the application (column grants)"
PARAMETERS = "values as parameters, which are not shown, or a role for each user; REVOKE on pg_stat_activity"
NARROWER = "a role that nobody logs in as, reached by functions; grants on the columns that it needs"
NARROW = "nothing but functions for the application, which are given values and no SQL"
OBJECT = 2_000_000_001
ROWS_INSTEAD = "files in rows of a table, or outside of the database; REVOKE of lo_creat() and its like"
HIDDEN = "a database, or a partitioned table with statistics of its own, for each tenant"


@attack("channel-set-the-user")
def set_the_user(subject: Subject) -> Result:
    """Whoever runs arbitrary SQL as the application can set the value itself."""
    done = subject.act(f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}", user=subject.them)
    if done.outcome.accepted and done.outcome.values[0][0]:
        words = f"with the setting changed by SQL, {done.outcome.values[0][0]} rows of the other user are seen"
        return accepted(words, done.script, SIGNED)
    return held(f"setting another user shows nothing of that user: {shown(done.outcome)}")


@attack("channel-other-settings")
def other_settings(subject: Subject) -> Result:
    """A setting beside the user's that the policies ask, such as a switch for administrators, opens all rows."""
    text = " ".join(part for one in subject.table.policies for part in (one.using, one.check) if part)
    others = sorted(set(re.findall(r"current_setting\(\s*'([^']+)'", text)) - {subject.stage.setting.name})
    if not others:
        return not_applicable("the policies ask no other setting")
    for name, given in itertools.product(others, ("on", "true", "1", "admin", subject.them, subject.other_value)):
        switched = f"SELECT set_config({literal(name)}, {literal(given)}, true)"
        done = subject.act(switched, f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}")
        if done.outcome.accepted and done.outcome.values[0][0]:
            words = f"with {name} set to {given!r}, {done.outcome.values[0][0]} rows of others are seen"
            return accepted(words, done.script, "another role for administrators, with a policy of its own")
    return held(f"{', '.join(others)}, set to what a switch usually is, shows nothing of others")


@attack("channel-overseer")
def overseer(subject: Subject) -> Result:
    """A role to which policies open all rows by its name, such as an auditor or a migrator, sees those of all users."""
    names = {role for one in subject.table.policies for role in one.roles}
    answers = []
    for role in filter(names.__contains__, subject.stage.overseers):
        done = subject.act_as(role, f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}")
        if done.outcome.accepted and done.outcome.values[0][0]:
            words = f"{role} sees {done.outcome.values[0][0]} rows of others, as a policy for it says"
            return accepted(words, done.script, NARROWER)
        answers.append(f"{role}: {shown(done.outcome)}")
    return held("; ".join(answers)) if answers else not_applicable("no policy opens all rows to a role by its name")


@attack("channel-probe-primary-key")
def probe_primary_key(subject: Subject) -> Result:
    """Adding a row with a known id tells whether that id is taken."""
    known = {name: subject.theirs[name] for name in subject.key if name != subject.owner}
    if subject.table.primary_key is None or subject.owner in subject.key:
        return not_applicable("there is no primary key, or the owner is part of it")
    row = subject.forged(subject.mine, {subject.owner: subject.own_value, **known})
    done = subject.act(insertion(subject, row))
    if done.outcome.sqlstate != "23505":
        return held(f"a known id is not told of: {shown(done.outcome)}")
    return accepted(f"{shown(done.outcome)}: the id must be known already", done.script, GIVEN)


@attack("channel-sequence-values")
def sequence_values(subject: Subject) -> Result:
    """Counted ids tell how many rows all users have made."""
    counted = [one.name for one in subject.table.columns if one.identity or (one.default or "").startswith("nextval(")]
    if not counted:
        return not_applicable("no column is counted by a sequence")
    row = subject.forged(subject.mine, {subject.owner: subject.own_value})
    given = {name: text for name, text in row.items() if name not in counted}
    done = subject.act(f"{insertion(subject, given)} RETURNING {ident(counted[0])}")
    if not done.outcome.accepted:
        return not_applicable(f"the application does not come to a number: {shown(done.outcome)}")
    words = f"{counted[0]} = {done.outcome.values[0][0]}, though the user has {subject.own} rows"
    return accepted(words, done.script, "uuid keys")


@attack("channel-planner-estimates")
def planner_estimates(subject: Subject) -> Result:
    """EXPLAIN and pg_class tell about how many rows all users have together."""
    query = f"SELECT pg_relation_size({literal(subject.name)}::regclass)"
    done = subject.act(query)
    if not done.outcome.accepted:
        return held(shown(done.outcome))
    # How many bytes depends on when dead rows are pruned, and evidence is the same on every run.
    return accepted("pg_relation_size() tells how large the whole table is", done.script, HIDDEN)


@attack("channel-counters")
def counters(subject: Subject) -> Result:
    """EXPLAIN ANALYZE, and counters such as pg_stat_get_xact_tuples_returned(), tell how many rows are left out."""
    plain = ("SET LOCAL enable_indexscan = off", "SET LOCAL enable_bitmapscan = off")
    query = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT FROM {subject.name}"
    done = subject.act(*plain, query)
    if not done.outcome.accepted:
        return held(shown(done.outcome))
    left_out = sum(int(one) for one in re.findall(r"Rows Removed by Filter: (\d+)", str(done.outcome.values)))
    if not left_out:
        return held("EXPLAIN ANALYZE counts no row that a policy leaves out")
    return accepted(f"EXPLAIN ANALYZE counts {left_out} rows that the policies leave out", done.script, NARROW)


@attack("channel-activity")
def activity(subject: Subject) -> Result:
    """Sessions of one role see in pg_stat_activity what the others of that role run, with the values in its text."""
    subject.stage.stranger.execute(f"SELECT {literal(subject.other_value)}::text".encode())
    done = subject.act("SELECT query FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()")
    if done.outcome.accepted and any(subject.other_value in str(row[0]) for row in done.outcome.values):
        return accepted("a value in another session's statement is read", done.script, PARAMETERS)
    return held(f"no value of another session is seen ({shown(done.outcome)})")


@attack("channel-left-in-session")
def left_in_session(subject: Subject) -> Result:
    """What a user's own SQL keeps in the session (temporary tables, WITH HOLD cursors) is there for the next user."""
    setting = subject.stage.setting
    keep = f"DECLARE kept CURSOR WITH HOLD FOR SELECT count(*) FROM {subject.name}"
    steps = ("BEGIN", setting.assumed(subject.them), keep, "COMMIT", "BEGIN", setting.assumed(subject.me), "FETCH kept")
    done = played(subject, steps, ("CLOSE ALL",))
    if done.outcome.accepted and done.outcome.values and done.outcome.values[0][0]:
        words = f"the cursor that {value(subject.them)} left open is read by the next user"
        return accepted(words, done.script, "DISCARD ALL whenever a connection goes back to the pool")
    return held(shown(done.outcome))


@attack("channel-large-objects")
def large_objects(subject: Subject) -> Result:
    """Large objects have no policies: what one user's session stores in one, another's of the same role reads."""
    setting = subject.stage.setting
    kept = f"SELECT lo_from_bytea({OBJECT}, convert_to({literal(subject.other_value)}, 'UTF8'))"
    read = f"SELECT convert_from(lo_get({OBJECT}), 'UTF8')"
    done = subject.act(kept, setting.assumed(subject.me), read, user=subject.them)
    if done.outcome.accepted and done.outcome.values == ((subject.other_value,),):
        return accepted("what another user's session stored is read", done.script, ROWS_INSTEAD)
    return held(shown(done.outcome))


@attack("channel-timing")
def timing(subject: Subject) -> Result:
    """How long a statement takes may tell of rows that it does not show; this is not measured."""
    query = f"SELECT count(*) FROM {subject.name} WHERE {subject.theirs_key}"
    return accepted("not measured", subject.act(query).script, HIDDEN)

"""Attacks that write: one user's session adds, changes, takes over or removes rows of another."""

from __future__ import annotations

from colonnade.prove.attack.reading import shown
from colonnade.prove.attack.registry import Result, attack, held, leaked, not_applicable, unproven
from colonnade.prove.attack.stage import DENIED, Act, Subject, act, insertion, script, undone
from colonnade.prove.probe import Outcome, value
from colonnade.sql import ident, idents

CONSTRAINT = "23"
COUNTED = "428C9"
NO_USER = ("22", "42704")
"""How a policy fails that makes a value of the user where there is none, or asks for a setting that was never made."""
"""The class of SQLSTATE that constraints have; a policy is asked before them, so it has let the row pass."""


@attack("insert-as-another")
def insert_as_another(subject: Subject) -> Result:
    """INSERT of a row that belongs to another user is refused."""
    return _added(subject, _inserted(subject, insertion(subject, subject.forged(subject.theirs, _theirs(subject)))))


@attack("insert-returning")
def insert_returning(subject: Subject) -> Result:
    """INSERT … RETURNING of a row that belongs to another user is refused."""
    statement = insertion(subject, subject.forged(subject.theirs, _theirs(subject)))
    return _added(subject, _inserted(subject, f"{statement} RETURNING *"))


@attack("insert-unset-user")
def insert_unset_user(subject: Subject) -> Result:
    """A session in which no user was ever set adds no row."""
    statement = insertion(subject, subject.forged(subject.mine, {subject.owner: subject.own_value}))
    done = act(subject.stage, subject.stage.stranger, None, statement)
    return _added_by_nobody(subject, done if _answers(done.outcome) else _inserted(subject, statement, user=""))


@attack("insert-empty-user")
def insert_empty_user(subject: Subject) -> Result:
    """A session whose user is the empty text adds no row."""
    statement = insertion(subject, subject.forged(subject.mine, {subject.owner: subject.own_value}))
    return _added_by_nobody(subject, _inserted(subject, statement, user=""))


@attack("insert-ownerless")
def insert_ownerless(subject: Subject) -> Result:
    """A row without an owner, which might be everybody's, cannot be added."""
    done = subject.act(insertion(subject, subject.forged(subject.mine, {subject.owner: None})))
    if done.outcome.sqlstate.startswith(CONSTRAINT):
        return held(f"a row without an owner: {shown(done.outcome)}")
    return _added(subject, done)


@attack("insert-copy")
def insert_copy(subject: Subject) -> Result:
    """COPY … FROM STDIN puts in no row that belongs to another user."""
    row = subject.forged(subject.theirs, _theirs(subject))
    statement = f"COPY {subject.name} ({idents(tuple(row))}) FROM STDIN"
    return _added(subject, _copied_in(subject, statement, tuple(row.values())))


@attack("update-another")
def update_another(subject: Subject) -> Result:
    """UPDATE by its key does not reach another user's row."""
    return _touched(subject, "update", subject.act(f"{_update(subject)} WHERE {subject.theirs_key}"), 0)


@attack("update-returning")
def update_returning(subject: Subject) -> Result:
    """UPDATE … RETURNING brings back no row of another user."""
    done = subject.act(f"{_update(subject)} WHERE {subject.their_rows} RETURNING *")
    return _touched(subject, "update", done, 0)


@attack("update-blind")
def update_blind(subject: Subject) -> Result:
    """UPDATE without a condition, which no SELECT policy narrows, reaches the user's own rows only."""
    return _touched(subject, "update", _blind(subject, _constant(subject)), 1)


@attack("update-take-over")
def update_take_over(subject: Subject) -> Result:
    """UPDATE without a condition makes no row of another user one's own."""
    statement = f"UPDATE {subject.name} SET {ident(subject.owner)} = {value(subject.own_value)}"
    return _touched(subject, "own", _blind(subject, statement), 1)


@attack("update-give-away")
def update_give_away(subject: Subject) -> Result:
    """UPDATE cannot make one's own row another user's."""
    change = f"{ident(subject.owner)} = {value(subject.other_value)}"
    done = subject.act_as(subject.stage.application, f"UPDATE {subject.name} SET {change} WHERE {subject.mine_key}")
    return _touched(subject, "own", done, 0)


@attack("update-give-away-blind")
def update_give_away_blind(subject: Subject) -> Result:
    """UPDATE without a condition, which no SELECT policy narrows, cannot make rows another user's."""
    change = f"{ident(subject.owner)} = {value(subject.other_value)}"
    return _touched(subject, "own", subject.act_as(subject.stage.application, f"UPDATE {subject.name} SET {change}"), 0)


@attack("update-unset-user")
def update_unset_user(subject: Subject) -> Result:
    """A session in which no user was ever set changes no row."""
    done = act(subject.stage, subject.stage.stranger, None, _constant(subject))
    return _by_nobody(subject, "update", done, 0)


@attack("update-empty-user")
def update_empty_user(subject: Subject) -> Result:
    """A session whose user is the empty text changes no row."""
    done = subject.act_as(subject.stage.application, _constant(subject), user="")
    return _by_nobody(subject, "update", done, 0)


@attack("delete-another")
def delete_another(subject: Subject) -> Result:
    """DELETE by its key does not reach another user's row."""
    return _touched(subject, "delete", subject.act(f"DELETE FROM {subject.name} WHERE {subject.theirs_key}"), 0)


@attack("delete-returning")
def delete_returning(subject: Subject) -> Result:
    """DELETE … RETURNING brings back no row of another user."""
    done = subject.act(f"DELETE FROM {subject.name} WHERE {subject.their_rows} RETURNING *")
    return _touched(subject, "delete", done, 0)


@attack("delete-blind")
def delete_blind(subject: Subject) -> Result:
    """DELETE without a condition, which no SELECT policy narrows, removes the user's own rows only."""
    return _touched(subject, "delete", _blind(subject, f"DELETE FROM {subject.name}"), 1)


@attack("delete-unset-user")
def delete_unset_user(subject: Subject) -> Result:
    """A session in which no user was ever set removes no row."""
    done = act(subject.stage, subject.stage.stranger, None, f"DELETE FROM {subject.name}")
    return _by_nobody(subject, "delete", done, 0)


@attack("delete-empty-user")
def delete_empty_user(subject: Subject) -> Result:
    """A session whose user is the empty text removes no row."""
    done = subject.act_as(subject.stage.application, f"DELETE FROM {subject.name}", user="")
    return _by_nobody(subject, "delete", done, 0)


@attack("upsert")
def upsert(subject: Subject) -> Result:
    """INSERT … ON CONFLICT DO UPDATE with the key of another user's row does not change that row."""
    if subject.table.primary_key is None or subject.owner in subject.key:
        return not_applicable("no key of another user's row can be given: there is none, or the owner is part of it")
    key = {name: subject.theirs[name] for name in subject.key}
    row = insertion(subject, subject.forged(subject.mine, {subject.owner: subject.own_value, **key}))
    column = ident(subject.touched)
    done = _inserted(subject, f"{row} ON CONFLICT ({idents(subject.key)}) DO UPDATE SET {column} = EXCLUDED.{column}")
    return _touched(subject, "update", done, 0)


@attack("merge")
def merge(subject: Subject) -> Result:
    """MERGE finds no row of another user to change or remove."""
    source = f"MERGE INTO {subject.name} AS t USING (SELECT 1) AS s ON {subject.theirs_key}"
    column = ident(subject.touched)
    update = subject.act(f"{source} WHEN MATCHED THEN UPDATE SET {column} = t.{column}")
    if update.outcome.accepted and update.outcome.rows:
        return _touched(subject, "update", update, 0)
    # Since version 17 also what the source does not have may be removed: all, in the words of an attacker.
    beside = f"MERGE INTO {subject.name} AS t USING (SELECT 1) AS s ON false WHEN NOT MATCHED BY SOURCE"
    swept = subject.act(f"{beside} AND {subject.theirs_key} THEN DELETE")
    if swept.outcome.accepted and swept.outcome.rows:
        return _touched(subject, "delete", swept, 0)
    return _touched(subject, "delete", subject.act(f"{source} WHEN MATCHED THEN DELETE"), 0)


@attack("write-as-reader")
def write_as_reader(subject: Subject) -> Result:
    """Every other role that may read the table, a read-only one above all, changes and removes no row of another."""
    if not subject.stage.readers:
        return not_applicable("no other role that is subject to policies may read tables")
    answers = []
    for role in subject.stage.readers:
        for statement in (_constant(subject), f"DELETE FROM {subject.name}"):
            done = subject.act_as(role, statement)
            if done.outcome.rows > subject.own or done.outcome.sqlstate.startswith(CONSTRAINT):
                words = f"{role}: {statement.split()[0]} reaches rows of others ({shown(done.outcome)})"
                return leaked(words, done.script)
            answers.append(f"{role}: {statement.split()[0]} {shown(done.outcome)}")
    return held("; ".join(answers))


@attack("truncate")
def truncate(subject: Subject) -> Result:
    """TRUNCATE, which asks no policy, is refused."""
    done = subject.act(f"TRUNCATE {subject.name} CASCADE")
    if done.outcome.accepted:
        return leaked(f"TRUNCATE empties {subject.total} rows, {subject.others} of them of others", done.script)
    return held(shown(done.outcome))


def _inserted(subject: Subject, statement: str, user: str | None = None) -> Act:
    """Tries an INSERT, and where a trigger may have refused it before a policy was asked, again without triggers."""
    done = subject.act(statement, user=user)
    if _answers(done.outcome):
        return done
    again = subject.act_as(subject.stage.application, statement, user=user)
    return again if _answers(again.outcome) else done


def _answers(outcome: Outcome) -> bool:
    """Whether a policy or a privilege has spoken: by refusing the row, or by letting it in."""
    return outcome.accepted or outcome.sqlstate == DENIED


def _theirs(subject: Subject) -> dict[str, str | None]:
    return {subject.owner: subject.other_value}


def _constant(subject: Subject) -> str:
    """An UPDATE of all rows that reads no column, so that no SELECT policy is asked."""
    return f"UPDATE {subject.name} SET {ident(subject.touched)} = {value(subject.mine[subject.touched])}"


def _blind(subject: Subject, statement: str) -> Act:
    """Tries `statement` as the application while the user has one row only, so that no constraint of its own is hit."""
    others = f"DELETE FROM {subject.name} WHERE NOT ({subject.their_rows}) AND NOT ({subject.mine_key})"
    return subject.act_as(subject.stage.application, statement, before=(others,))


def _update(subject: Subject) -> str:
    column = ident(subject.touched)
    return f"UPDATE {subject.name} SET {column} = {column}"


def _added(subject: Subject, done: Act) -> Result:
    """Whether a row got in. A constraint that refuses it is asked after the policy, which then has let it pass."""
    outcome, control = done.outcome, subject.controls["insert"]
    if outcome.sqlstate.startswith(CONSTRAINT) and outcome.sqlstate == control.sqlstate and not outcome.constraint:
        return unproven(f"a trigger refuses the row before a policy is asked ({shown(outcome)})")
    if outcome.accepted or outcome.sqlstate.startswith(CONSTRAINT):
        return leaked(f"INSERT: {shown(outcome)}" + ("" if outcome.accepted else ", past the policy"), done.script)
    if not subject.settable:
        return not_applicable("the application may not add rows")
    if control.sqlstate == DENIED and subject.lets_nobody("INSERT"):
        return held(f"{shown(outcome)}; no policy lets anybody add rows")
    if control.sqlstate == DENIED:
        return unproven(f"{shown(outcome)}; but a row of one's own is refused too, {control.message}")
    if outcome.sqlstate == DENIED or outcome.sqlstate.startswith("0A"):
        return held(f"INSERT: {shown(outcome)}; a row of one's own: {shown(control)}")
    return _elsewhere(outcome)


def _added_by_nobody(subject: Subject, done: Act) -> Result:
    """As `_added` for a session without a user, whom a policy may answer with an error about the value."""
    control = subject.controls["insert"]
    if done.outcome.sqlstate.startswith(NO_USER) and control.accepted:
        return held(f"INSERT: {shown(done.outcome)}; a row of one's own: {shown(control)}")
    return _added(subject, done)


def _touched(subject: Subject, control: str, done: Act, most: int) -> Result:
    """Whether more than `most` rows were reached, where the same statement reaches the user's own."""
    outcome, own = done.outcome, subject.controls[control]
    if (outcome.accepted and outcome.rows > most) or outcome.sqlstate.startswith(CONSTRAINT):
        reached = f"{shown(outcome)}; {subject.own} are the user's own, {subject.others} of others"
        return leaked(reached if outcome.accepted else f"{shown(outcome)}, past the policy", done.script)
    if own.sqlstate == DENIED and control != "own":
        return not_applicable(f"the application may not {control} rows")
    if outcome.sqlstate == DENIED:
        return held(shown(outcome))
    if not outcome.accepted:
        return _elsewhere(outcome)
    if own.accepted and own.rows:
        return held(f"{outcome.rows} rows; of one's own {own.rows}; the observer counts {subject.others} of others")
    if subject.lets_nobody("DELETE" if control == "delete" else "UPDATE"):
        return held(f"{outcome.rows} rows; no policy lets anybody {'update' if control == 'own' else control} rows")
    return unproven(f"{outcome.rows} rows, but the user's own row is not reached either ({shown(own)})")


def _by_nobody(subject: Subject, control: str, done: Act, most: int) -> Result:
    """As `_touched` for a session without a user, whom a policy may answer with an error about the value."""
    own = subject.controls[control]
    if done.outcome.sqlstate.startswith(NO_USER) and own.accepted and own.rows:
        return held(f"{shown(done.outcome)}; of one's own {own.rows}")
    return _touched(subject, control, done, most)


def _elsewhere(outcome: Outcome) -> Result:
    """Refused by something that is neither a privilege nor a policy nor a constraint: a trigger, or a bad value."""
    if outcome.sqlstate.startswith("P0"):
        return held(f"refused by a trigger or function, {outcome.sqlstate}")
    if outcome.sqlstate == COUNTED:
        return held(f"{shown(outcome)}: the server alone counts it")
    return unproven(f"the attempt itself fails: {outcome.sqlstate} ({outcome.message})")


def _copied_in(subject: Subject, statement: str, row: tuple[str | None, ...]) -> Act:
    import psycopg

    stage = subject.stage
    assumed = stage.setting.assumed(subject.me)
    lines = script(stage, stage.application, (assumed, statement))
    with undone(stage.session, assumed), stage.session.cursor() as cursor:
        try:
            with cursor.copy(statement.encode()) as copy:
                copy.write_row(row)
            return Act(Outcome(rows=max(cursor.rowcount, 0)), lines)
        except psycopg.Error as error:
            found = error.diag
            blamed = found.constraint_name or ""
            return Act(Outcome(error.sqlstate or "XX000", blamed, message=str(error).splitlines()[0]), lines)

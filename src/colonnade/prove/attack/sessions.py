"""Attacks through the session: what one user's transaction leaves behind for the next on the same connection."""

from __future__ import annotations

from collections.abc import Sequence

from colonnade.prove.attack.reading import shown, told
from colonnade.prove.attack.registry import Result, attack, held, leaked
from colonnade.prove.attack.stage import Act, Subject
from colonnade.prove.probe import Outcome, ran
from colonnade.sql import comment_line, ident


@attack("pooled-connection")
def pooled_connection(subject: Subject) -> Result:
    """After COMMIT the next user of a pooled connection, who sets no user, sees no row."""
    done = played(subject, ("BEGIN", _as(subject, subject.them), _all(subject), "COMMIT", _all(subject)))
    return _nothing(subject, done, "after COMMIT")


@attack("aborted-transaction")
def aborted_transaction(subject: Subject) -> Result:
    """After a transaction that failed midway and was rolled back no row is seen."""
    done = played(subject, ("BEGIN", _as(subject, subject.them), "SELECT 1 / 0", "ROLLBACK", _all(subject)))
    return _nothing(subject, done, "after an error and ROLLBACK")


@attack("savepoint")
def savepoint(subject: Subject) -> Result:
    """A user set after a savepoint is forgotten when it is rolled back to."""
    steps = ("BEGIN", _as(subject, subject.me), "SAVEPOINT one", _as(subject, subject.them), "ROLLBACK TO one")
    return _nothing(subject, played(subject, (*steps, _others(subject))), "after ROLLBACK TO")


@attack("set-twice")
def set_twice(subject: Subject) -> Result:
    """When the user is set twice in one transaction, the second alone counts."""
    steps = ("BEGIN", _as(subject, subject.them), _all(subject), _as(subject, subject.me), _others(subject))
    return _nothing(subject, played(subject, steps), "of the first user, the second being set")


@attack("reset-setting")
def reset_setting(subject: Subject) -> Result:
    """RESET of the setting leaves no user, and no row is seen."""
    name = ".".join(ident(part) for part in subject.stage.setting.name.split("."))
    steps = ("BEGIN", _as(subject, subject.me), _all(subject), f"RESET {name}", _all(subject))
    return _nothing(subject, played(subject, steps), "after RESET")


@attack("discard-all")
def discard_all(subject: Subject) -> Result:
    """DISCARD ALL, with which poolers clean a connection, leaves no user, and no row is seen."""
    lasting = _as(subject, subject.them).removesuffix("true)") + "false)"
    return _nothing(subject, played(subject, (lasting, "DISCARD ALL", _all(subject))), "after DISCARD ALL")


@attack("prepared-statement")
def prepared_statement(subject: Subject) -> Result:
    """A statement that was prepared and planned for one user shows the next user no row of the first."""
    steps = (
        "SET plan_cache_mode = force_generic_plan",
        f"PREPARE probe AS {_others(subject)}",
        *("BEGIN", _as(subject, subject.them), "EXECUTE probe", "COMMIT"),
        *("BEGIN", _as(subject, subject.me), "EXECUTE probe"),
    )
    done = played(subject, steps, ("DEALLOCATE ALL", "RESET plan_cache_mode"))
    return _nothing(subject, done, "by the statement that another user prepared")


def played(subject: Subject, steps: Sequence[str], after: Sequence[str] = ()) -> Act:
    """Runs `steps` on the application's session, each whatever came of the one before, and cleans up."""
    session = subject.stage.session
    outcome = Outcome()
    for step in steps:
        outcome = ran(session, step)
    for step in ("ROLLBACK", *after):
        ran(session, step)
    return Act(outcome, (comment_line(f"as {subject.stage.application}"), *(f"{one};" for one in (*steps, "ROLLBACK"))))


def _as(subject: Subject, user: str) -> str:
    return subject.stage.setting.assumed(user)


def _all(subject: Subject) -> str:
    return f"SELECT count(*) FROM {subject.name}"


def _others(subject: Subject) -> str:
    return f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}"


def _nothing(subject: Subject, done: Act, when: str) -> Result:
    if not done.outcome.accepted:
        control = subject.controls["read"]
        return told(subject, shown(done.outcome)) if not control.accepted else held(f"{when}: {shown(done.outcome)}")
    seen = done.outcome.values[0][0] if done.outcome.values else 0
    if seen:
        return leaked(f"{seen} rows are seen {when}", done.script)
    return told(subject, f"0 rows are seen {when}")

"""Attacks on the rules themselves: roles that the application may become, and changes to tables and policies."""

from __future__ import annotations

from colonnade.prove.attack.copy import OWNER
from colonnade.prove.attack.reading import shown
from colonnade.prove.attack.registry import Result, accepted, attack, held, leaked, not_applicable
from colonnade.prove.attack.stage import Subject
from colonnade.sql import ident, literal


@attack("owner-role")
def owner_role(subject: Subject) -> Result:
    """Row-level security is forced, so that it binds the role that owns the table too."""
    owner = subject.table.owner
    if owner is None or owner == subject.stage.application or owner not in subject.stage.owners:
        return not_applicable("the application itself owns the table; the other attacks are made as it")
    if not subject.table.row_security:
        return not_applicable("it has no row-level security to force; what the application reaches is told by the rest")
    # The stand-in of whoever ran the DDL passes policies; whether they are forced shows without that.
    plain = (f"ALTER ROLE {ident(OWNER)} NOBYPASSRLS",) if owner == OWNER else ()
    done = subject.act_as(owner, _others(subject), before=plain)
    if not done.outcome.accepted or done.outcome.values[0][0] == 0:
        return held(f"{owner} sees 0 rows of others ({shown(done.outcome)}); the observer counts {subject.others}")
    words = f"{owner} sees {done.outcome.values[0][0]} rows of others"
    if owner != OWNER and _passes_by(subject, owner):
        stronger = "let an ordinary role without BYPASSRLS own the tables, and force row-level security"
        return accepted(f"{words}: it is a superuser or has BYPASSRLS, and no policy binds it", done.script, stronger)
    return leaked(words, done.script)


@attack("bypassing-role")
def bypassing_role(subject: Subject) -> Result:
    """The application role is no superuser and has no BYPASSRLS, and row-level security is active for it."""
    active = f"SELECT row_security_active({literal(subject.name)}::regclass)"
    done = subject.act_as(subject.stage.application, active)
    if done.outcome.accepted and done.outcome.values[0][0]:
        return held("row_security_active() is true for the application role")
    reads = subject.act(_others(subject))
    if reads.outcome.accepted and reads.outcome.values[0][0]:
        words = f"row-level security is not active for {subject.stage.application}"
        return leaked(words, (*done.script, *reads.script))
    return held(f"row-level security is not active, and the application may not read ({shown(reads.outcome)})")


@attack("set-role")
def set_role(subject: Subject) -> Result:
    """SET ROLE to an owner, or to any other role that sees more or may change the rules, is refused."""
    answers = []
    for role in subject.stage.roles:
        become = f"SET LOCAL ROLE {ident(role)}"
        for steps in ((become, _others(subject)), (become, _loosen(subject), _others(subject))):
            done = subject.act(*steps)
            if done.outcome.accepted and done.outcome.values[0][0]:
                return leaked(f"the application may become {role} and then sees rows of others", done.script)
        answers.append(f"{role}: {shown(done.outcome)}")
    return held("; ".join(answers)) if answers else not_applicable("there is no other role to become")


@attack("session-authorization")
def session_authorization(subject: Subject) -> Result:
    """SET SESSION AUTHORIZATION to another role is refused."""
    answers = []
    for role in subject.stage.roles:
        done = subject.act(f"SET LOCAL SESSION AUTHORIZATION {ident(role)}", _others(subject))
        if done.outcome.accepted and done.outcome.values[0][0]:
            return leaked(f"the application may log itself in as {role}", done.script)
        answers.append(f"{role}: {shown(done.outcome)}")
    return held("; ".join(answers)) if answers else not_applicable("there is no other role to become")


@attack("add-policy")
def add_policy(subject: Subject) -> Result:
    """The application cannot put a permissive policy beside the others."""
    done = subject.act(f"CREATE POLICY everybody ON {subject.name} USING (true)", _others(subject))
    return _refused(done.outcome.accepted, "the application added a policy", shown(done.outcome), done.script)


@attack("disable-row-security")
def disable_row_security(subject: Subject) -> Result:
    """The application cannot switch row-level security off."""
    done = subject.act(_loosen(subject), _others(subject))
    words = "the application switched row-level security off"
    return _refused(done.outcome.accepted, words, shown(done.outcome), done.script)


@attack("add-trigger")
def add_trigger(subject: Subject) -> Result:
    """The application cannot attach a trigger, which would run in every other user's session."""
    spy = "CREATE FUNCTION pg_temp.spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
    trigger = f"CREATE TRIGGER spy BEFORE INSERT ON {subject.name} FOR EACH ROW EXECUTE FUNCTION pg_temp.spy()"
    done = subject.act(spy, trigger)
    return _refused(done.outcome.accepted, "the application attached a trigger", shown(done.outcome), done.script)


@attack("drop-table")
def drop_table(subject: Subject) -> Result:
    """The application cannot drop the table with everybody's rows."""
    done = subject.act(f"DROP TABLE {subject.name} CASCADE")
    return _refused(done.outcome.accepted, "the application dropped the table", shown(done.outcome), done.script)


def _refused(went_through: bool, words: str, answer: str, script: tuple[str, ...]) -> Result:
    return leaked(words, script) if went_through else held(answer)


def _others(subject: Subject) -> str:
    return f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}"


def _loosen(subject: Subject) -> str:
    return f"ALTER TABLE {subject.name} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"


def _passes_by(subject: Subject, role: str) -> bool:
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"
    found = subject.stage.administrator.execute(query, [role]).fetchone()
    return bool(found and found[0])

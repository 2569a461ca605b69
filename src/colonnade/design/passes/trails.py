"""The audit trail: beside a table, what happened to its rows, when, and by whom; written by the server for good."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade import sql, types
from colonnade.design.draft import DraftEntity, Fact, Origin
from colonnade.design.passes.access import user_now
from colonnade.design.passes.sensitive import hidden
from colonnade.design.schema import Check, Column, Function, Index, IndexKey, Policy, Privilege, Reason, Trigger
from colonnade.design.work import Blueprint, Work, found, house, stated
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming, wishes

NO_ROLES = declare(
    "audit-trail-without-roles",
    """A document asks for an audit trail, and the design has no roles.

    What the application itself could write, change and remove would be no trail, so none is made.
    """,
)
KEEP = "keep_audit_trail"
AUDITOR = "app_auditor"
KEEP_BODY = (
    "\nBEGIN\n    RAISE EXCEPTION '% is an audit trail: its rows stay as they were written', TG_TABLE_NAME\n"
    "        USING ERRCODE = 'insufficient_privilege';\nEND;\n"
)
ACTIONS = ("INSERT", "UPDATE", "DELETE")


@rule("audit-trail")
def audit_trail(work: Work) -> Work:
    """Where a document asks for an audit trail, each change of a row is written down in a table beside it.

    It says who changed which row, when and how, and it stays when the row or the user goes: no foreign key leads out of
    it. The row's owner reads it and nobody writes it but a trigger, whose function runs as the owner role.
    """
    tables = dict(work.tables)
    findings = work.findings
    for name in sorted(work.tables):
        one = work.tables[name]
        wish = None if one.external or wishes.HISTORY.fullmatch(name) else one.wish(wishes.TRAIL)
        if wish is not None and not work.settings.roles:
            message = f"{name} is to have an audit trail, and there are no roles to keep the application from it"
            findings += found(NO_ROLES, message, wish.place, "set roles = true")
        elif wish is not None:
            trail = _trail(work, one, wish, frozenset(tables))
            tables[trail.name] = trail
    return replace(work, tables=tables, findings=findings)


def _trail(work: Work, one: Blueprint, wish: Fact[str], taken: frozenset[str]) -> Blueprint:
    singular = naming.singular(one.name)
    name = sql.shorten(f"{singular}_changes")
    name = name if name not in taken else sql.shorten(f"{singular}_audit_trail")
    keys = {
        column: sql.shorten(f"{singular}_{column}") for column in one.key if column != one.owner or one.key == (column,)
    }
    owner = keys.get(one.owner or "", one.owner)
    columns = {
        "id": Column("id", "uuid", False, "gen_random_uuid()"),
        **{new: Column(new, one.columns[old].type, False) for old, new in keys.items()},
        **({owner: replace(one.columns[one.owner], name=owner, default=None)} if owner and one.owner else {}),
        "action": Column("action", "text", False),
        "changed_at": Column("changed_at", str(types.resolve("timestamp", work.settings.timestamps)), False,
                             "CURRENT_TIMESTAMP"),
        "changed_by": Column("changed_by", _user_type(work)),
        "old_values": Column("old_values", "jsonb"),
        "new_values": Column("new_values", "jsonb"),
    }  # fmt: skip
    known = tuple(keys.values())
    lookup = Index(sql.shorten(f"idx_{name}_{'_'.join(known)}"), tuple(map(IndexKey, known)))
    actions = ", ".join(sql.literal(each).strip() for each in ACTIONS)
    check = Check(sql.shorten(f"{name}_action_valid"), f"action IN ({actions})")
    model = naming.camel(naming.singular(name))
    entity = DraftEntity(
        Fact(model, wish.place, Origin.IMPLIED, "audit-trail"),
        Fact("table", wish.place, Origin.IMPLIED, "audit-trail"),
        description=f"What happened to each row of {one.name}: when, by whom, and its values before and after",
    )  # fmt: skip
    shared = one.tenant if one.audience in ("members", "tenant") else None
    return Blueprint(
        name, model, entity, columns=columns, key=("id",), owner=owner, audience="trail", trail_of=one.name,
        tenant=owner if shared else None, constraints=(check,), indexes=(lookup,), created_at="changed_at",
        reasons=(Reason(name, stated(wish.place)), Reason(f"{name}/{lookup.name}", stated(wish.place))),
    )  # fmt: skip


def _user_type(work: Work) -> str:
    """The type of the current user's key; without a table of users what the setting holds."""
    users = work.tables.get(work.users or "")
    return users.columns[users.key[0]].type if users else "text"


def trail_triggers(work: Work) -> Work:
    """A trigger on each table with an audit trail writes it, and one on the trail keeps its rows as they are.

    The function that writes runs as the owner role, the only one with a policy to add rows there. Columns that hold
    secrets are left out.
    """
    trails = {one.trail_of: one for one in work.tables.values() if one.trail_of}
    tables, functions = dict(work.tables), list(work.functions)
    for name, trail in sorted(trails.items()):
        one = work.tables[name or ""]
        functions.append(_recording(work, one, trail))
        record = Trigger(sql.shorten(f"record_{name}_change"), "AFTER", ACTIONS, ("public", functions[-1].name))
        keep = Trigger(sql.shorten(f"keep_{trail.name}"), "BEFORE", ("UPDATE", "DELETE"), ("public", KEEP))
        tables[one.name] = replace(one, triggers=(*one.triggers, record))
        tables[trail.name] = replace(
            trail, triggers=(*trail.triggers, keep), policies=(*trail.policies, *_added(work, trail))
        )
    if trails:
        functions.append(Function(KEEP, body=KEEP_BODY, settings=_path(work), comment="Keeps audit trails as they are"))
    return replace(work, tables=tables, functions=tuple(functions))


@rule("auditor")
def auditor(work: Work) -> Work:
    """Where the setting `auditor` asks for one, a role reads every entry of the audit trails, and nothing else.

    It sees who changed what and when, of all users, by a policy of its own on each trail, and not the tables themselves
    with all that is in them: what an audit needs is written down, less the columns that hold secrets. It is granted
    SELECT on the trails alone, owns nothing and is a member of nothing.
    """
    trails = [one for one in work.tables.values() if one.trail_of]
    if work.roles is None or not work.settings.auditor:
        return work
    if not trails:
        message = "there is no auditor, since no document asks for an audit trail"
        return replace(work, findings=work.findings + found("auditor", message, None, "ask for an audit trail", "note"))
    tables = {**work.tables, **{one.name: _audited(one) for one in trails}}
    return replace(work, roles=replace(work.roles, auditor=AUDITOR), tables=tables)


def _audited(trail: Blueprint) -> Blueprint:
    policy = Policy(sql.shorten(f"{trail.name}_select_audit"), "SELECT", (AUDITOR,), "true")
    reason = Reason(f"{trail.name}/{policy.name}", house("auditor"))
    return replace(
        trail, policies=(*trail.policies, policy) if trail.policies else (), reasons=(*trail.reasons, reason),
        privileges=tuple(sorted((*trail.privileges, Privilege(AUDITOR, ("SELECT",))))),
    )  # fmt: skip


def _added(work: Work, trail: Blueprint) -> Iterator[Policy]:
    """The policy by which the owner role, and so the function that writes, adds rows."""
    if trail.policies and work.roles:
        yield Policy(sql.shorten(f"{trail.name}_insert_record"), "INSERT", (work.roles.owner,), None, "true")


def _recording(work: Work, one: Blueprint, trail: Blueprint) -> Function:
    """The function that writes down a change of a row of `one`."""
    kept = [name for name in trail.columns if name not in ("id", "changed_at")]
    values = ",\n        ".join(_value(work, one, trail, name) for name in kept)
    body = (
        f"\nBEGIN\n    INSERT INTO public.{sql.ident(trail.name)} ({', '.join(map(sql.ident, kept))})\n"
        f"    VALUES (\n        {values}\n    );\n    RETURN NULL;\nEND;\n"
    )
    # Where whoever writes has switched row_security off, for an error instead of a filter, the policy holds here.
    settings = ("row_security=on", *_path(work))
    return Function(
        sql.shorten(f"record_{one.name}_change"), body=body, settings=settings, security_definer=True,
        comment=f"Writes down each change of {one.name} in {trail.name}; made by Colonnade",
    )  # fmt: skip


def _value(work: Work, one: Blueprint, trail: Blueprint, name: str) -> str:
    secret = hidden(one)
    without = f" - ARRAY[{', '.join(sql.literal(each).strip() for each in secret)}]" if secret else ""
    whole = {
        "action": "TG_OP",
        "changed_by": user_now(work, trail.columns["changed_by"].type),
        "old_values": f"to_jsonb(OLD){without}",
        "new_values": f"to_jsonb(NEW){without}",
    }
    source = name if name in one.columns else name.removeprefix(f"{naming.singular(one.name)}_")
    source = source if source in one.columns else next(iter(one.key))
    return whole.get(name) or f"coalesce(NEW.{sql.ident(source)}, OLD.{sql.ident(source)})"


def _path(work: Work) -> tuple[str, ...]:
    return ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()

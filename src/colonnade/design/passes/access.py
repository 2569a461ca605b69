"""Who may see and change what: row-level security, roles and grants."""

from __future__ import annotations

from colonnade import sql, types
from colonnade.design.roles import passing_policy
from colonnade.design.schema import Column, DefaultPrivilege, Policy, Privilege, Reason, Roles
from colonnade.design.work import Blueprint, Work, each, house
from colonnade.findings import rule
from colonnade.types import Family
from colonnade.values import replace

ONLY_READ = ("reference", "tenant", "membership", "trail")
# command, using, check
_COMMANDS = (("SELECT", True, False), ("INSERT", False, True), ("UPDATE", True, True), ("DELETE", True, False))


def roles(work: Work) -> Work:
    """There are roles, owner, migrator, application and reader, unless they are switched off."""
    return replace(work, roles=Roles(passes=work.settings.migrator) if work.settings.roles else None)


@rule("row-level-security")
def row_level_security(work: Work) -> Work:
    """A table of users lets each user see and change only the own rows, whatever the query says.

    It is enabled and forced, so that it binds the owner of the table too. One policy a command compares the owner's
    key with the current user; with none set it shows nothing and raises nothing. Rows that are for everyone are read
    by every user, and written by their owner; those of a tenant are its members'. Nobody makes himself a member.
    """
    if not work.settings.row_level_security:
        return work
    return each(work, lambda one: _policies(work, one))


def bound(roles: Roles | None, command: str) -> tuple[str, ...]:
    """The roles for which the policy of `command` is written: the reader reads by the same one as the application."""
    if roles is None:
        return ("PUBLIC",)
    readers = (roles.reader,) if roles.reader and command == "SELECT" else ()
    return tuple(sorted((roles.application, *readers)))


def _policies(work: Work, blueprint: Blueprint) -> Blueprint:
    if blueprint.owner is None:
        return blueprint
    mine = _owned(work, blueprint, blueprint.owner)
    policies = tuple(
        Policy(
            sql.shorten(f"{blueprint.name}_{command.lower()}_own"), command, bound(work.roles, command),
            mine if using else None, mine if check else None,
        )
        for command, using, check in _COMMANDS
        if command == "SELECT" or blueprint.audience not in ONLY_READ
    )  # fmt: skip
    if blueprint.audience == "everyone":
        name = sql.shorten(f"{blueprint.name}_select_all")
        policies = (replace(policies[0], name=name, using=own_rows(work, blueprint)), *policies[1:])
    reasons = tuple(Reason(f"{blueprint.name}/{one.name}", house("row-level-security")) for one in policies)
    return replace(blueprint, policies=policies, reasons=blueprint.reasons + reasons)


def own_rows(work: Work, blueprint: Blueprint) -> str:
    """The condition that the current user may read a row of a table that has an owner."""
    owner = blueprint.owner or ""
    if blueprint.audience == "everyone":
        return f"{current_user(work, blueprint.columns[owner].type)} IS NOT NULL"
    return _owned(work, blueprint, owner)


def _owned(work: Work, blueprint: Blueprint, owner: str) -> str:
    if blueprint.tenant is not None and blueprint.tenant == owner:
        return rows_of_tenants(work, owner)
    return f"{sql.ident(owner)} = {current_user(work, blueprint.columns[owner].type)}"


def rows_of_tenants(work: Work, column: str) -> str:
    """The condition that a row is of a tenant that the current user is a member of.

    The array is made once for a query, so that an index on the tenant serves it. The memberships have a policy of
    their own, which does not look back here: PostgreSQL would refuse that as a recursion.
    """
    if work.membership is None:
        return "false"
    table = work.tables[work.membership.table]
    name, tenant, user = (sql.ident(one) for one in (table.name, work.membership.tenant, work.membership.user))
    live = f" AND {name}.{sql.ident(table.deleted_at)} IS NULL" if table.deleted_at else ""
    me = current_user(work, table.columns[work.membership.user].type)
    return f"{sql.ident(column)} = ANY (ARRAY(SELECT {name}.{tenant} FROM {name} WHERE {name}.{user} = {me}{live}))"


def current_user(work: Work, type_: str) -> str:
    """The current user's key, NULL where there is none.

    The sub-select is planned once for a query; nullif() turns the empty setting after a transaction into no user.
    """
    return f"(SELECT {user_now(work, type_)})"


def user_now(work: Work, type_: str) -> str:
    """The current user's key where no sub-select may stand: in a default, or in a function."""
    if work.current_user:
        return f"{work.current_user}{'' if type_ == 'uuid' else f'::{_cast(type_)}'}"
    return f"nullif(current_setting({sql.literal(work.setting)}, true), '')::{_cast(type_)}"


def _cast(type_: str) -> str:
    """The type without its length: a cast to varchar(n) would cut the user's key silently."""
    taken = types.take_apart(type_)
    return "text" if taken.row and taken.row.family is Family.STRING else str(replace(taken, arguments=()))


def migrator_policies(work: Work) -> Work:
    """The migrator passes row-level security by a policy of its own, where it is not given BYPASSRLS."""
    if work.roles is None or work.roles.passes != "policy":
        return work
    migrator = work.roles.migrator
    return each(work, lambda one: _open_to(migrator, one) if one.policies else one)


def _open_to(migrator: str, blueprint: Blueprint) -> Blueprint:
    policy = passing_policy(blueprint.name, migrator)
    reason = Reason(f"{blueprint.name}/{policy.name}", "the setting migrator = policy")
    return replace(blueprint, policies=(*blueprint.policies, policy), reasons=(*blueprint.reasons, reason))


@rule("least-privilege")
def least_privilege(work: Work) -> Work:
    """The application may do with rows what an application does, and no more.

    It reads and deletes rows, and inserts and updates the columns that it may set: not created_at, not updated_at,
    not what is generated. The reader reads rows. The migrator reads and writes rows; the owner owns everything, and
    what functions it makes later are open to nobody until they are granted. Reference data, tenants and
    memberships are only read by the application; the migrator writes them.
    """
    if work.roles is None:
        return work
    names = work.roles
    looking = tuple(sorted(Privilege(one, ("SELECT",)) for one in names.names if one != names.owner))
    views = tuple(replace(one, owner=names.owner, privileges=looking) for one in work.views)
    closed = (DefaultPrivilege(names.owner, "FUNCTIONS", ()),)
    return replace(each(work, lambda one: _granted(one, names)), views=views, default_privileges=closed)


def _granted(blueprint: Blueprint, names: Roles) -> Blueprint:
    listed = blueprint.audience in ONLY_READ
    settable = () if listed else (Privilege(names.application, ("INSERT", "UPDATE")),)
    kept = {blueprint.created_at, blueprint.updated_at, blueprint.version, blueprint.created_by, blueprint.updated_by}
    columns = {
        name: one if name in kept or not _settable(one) else replace(one, privileges=settable)
        for name, one in blueprint.columns.items()
    }
    if blueprint.trail_of:
        return replace(blueprint, privileges=_of_trail(blueprint, names))
    privileges = (
        Privilege(names.migrator, ("DELETE", "INSERT", "SELECT", "UPDATE")),
        Privilege(names.application, ("SELECT",) if listed else ("DELETE", "SELECT")),
        *((Privilege(names.reader, ("SELECT",)),) if names.reader else ()),
    )
    return replace(blueprint, columns=columns, privileges=tuple(sorted(privileges)))


def _of_trail(blueprint: Blueprint, names: Roles) -> tuple[Privilege, ...]:
    """A trail is read and never written; that of rows without an owner would be everybody's, so few read it."""
    readers = (names.migrator, *((names.application, names.reader) if blueprint.owner else ()))
    return tuple(sorted(Privilege(one, ("SELECT",)) for one in readers if one))


def _settable(column: Column) -> bool:
    return column.generated is None and not (column.identity and column.identity.always)

"""Who may do what with the rows of each table: the isolation matrix, as the policies and the privileges say."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import Entity, Policy, Roles, Schema, Table

COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
NOTHING = "no"

_WHOSE = {
    "owner": "own rows",
    "everyone": "own rows",
    "reference": "all rows",
    "members": "rows of own tenants",
    "tenant": "own tenants",
    "membership": "own memberships",
}
"""By audience, the rows that a policy lets through."""

Cells = tuple[str, ...]


def matrix(schema: Schema, roles: Roles) -> Iterator[tuple[str, str, Cells]]:
    """By table and role: what each of COMMANDS may reach, NOTHING where the role has no privilege for it."""
    entities = {one.table: one for one in schema.intent.entities}
    for table in schema.database.tables:
        entity = entities.get(table.name)
        for role in filter(None, (roles.application, roles.reader, roles.searcher, roles.auditor, roles.migrator)):
            passes = role == roles.migrator
            yield table.name, role, tuple(_cell(table, entity, role, command, passes) for command in COMMANDS)


def _cell(table: Table, entity: Entity | None, role: str, command: str, passes: bool) -> str:
    if not _granted(table, role, command):
        return NOTHING
    if passes or not table.row_security:
        return "all rows"
    policies = [one for one in table.policies if one.command in ("ALL", command) and role in one.roles]
    return _reached(entity, policies, command) if policies else "no row"


def _granted(table: Table, role: str, command: str) -> bool:
    columns = (one for column in table.columns for one in column.privileges)
    return any(command in one.kinds for one in (*table.privileges, *columns) if one.grantee in (role, "PUBLIC"))


def _reached(entity: Entity | None, policies: list[Policy], command: str) -> str:
    if any("true" in (one.using, one.check) for one in policies):
        return "all rows"
    if entity is None:
        return "as its policies say"
    if entity.audience == "everyone" and command == "SELECT":
        return "all rows, as a user"
    if entity.audience == "trail":
        return "own tenants' entries" if entity.tenant_column else "own entries"
    return _WHOSE[entity.audience]

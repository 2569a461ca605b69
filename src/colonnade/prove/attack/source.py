"""What is attacked: a Database, the roles around it, and, where nobody says so, whose rows are whose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from colonnade.design import provided
from colonnade.design.schema import Database, Entity, Policy, Schema, Table
from colonnade.prove.attack.belonging import Lead, Place, compares
from colonnade.prove.attack.belonging import recognised as belonging_of
from colonnade.prove.attack.stage import Setting, excluding, holds_carried, unique_keys

if TYPE_CHECKING:
    import psycopg

    from colonnade.server import Server

ANONYMOUS = frozenset({"anon"})
"""Roles of visitors who have not logged in: they are the application's only where there is no other."""

LIVING = ("rule ", "foreign table ")
"""Kinds of objects that a copy cannot have, and that could let rows through."""

WRITES = frozenset({"INSERT", "UPDATE", "DELETE"})
EVERYBODY = "PUBLIC"
USUAL = Setting("app.current_user_id")

_SETTING = re.compile(r"current_setting\(\s*'([^']+)'")
_ROLE = re.compile(r"\b(?:CURRENT_USER|SESSION_USER|CURRENT_ROLE)\b", re.IGNORECASE)
_CLAIM = re.compile(r"->>\s*'([^']+)'")


@dataclass(frozen=True, slots=True)
class Person:
    """A role: whether policies do not bind it (superuser, BYPASSRLS), and the roles that it is a member of.

    `enclosed` is one that nobody can be, so that it is reached through its functions alone; `oversees` one that is to
    see the rows of all users that it may read. A `superuser` has every privilege, too.
    """

    name: str
    bypasses: bool = False
    member_of: tuple[str, ...] = ()
    enclosed: bool = False
    oversees: bool = False
    superuser: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A database to attack. `application` is None where the tables' owner itself is what the application logs in as.

    `maker_passes` says that whoever runs the DDL, and owns what nobody else is made the owner of, may well be a
    superuser, so that neither policies nor privileges bind the views and functions that are left to it.
    `through` says of tables whose owner column holds no user where it is looked up.
    `external` are tables that others own; `stated` are the unique keys that documents ask for. `admitted` says that the
    application's privileges are not part of the design, so that it is given those on all rows. `unclear` says of each
    table that cannot be attacked why; `apart` are the tables that belong to no user, as far as can be seen, `shared`
    those of `scoped` whose rows everyone reads on purpose. `denied` are the commands for which there is no policy,
    so that row-level security lets nobody run them. `uncovered` are tables of `scoped` without row-level security that
    the application may not touch; only what stands on them could tell of their rows.
    """

    database: Database
    setting: Setting
    application: str | None
    scoped: Mapping[tuple[str, str], str]
    people: tuple[Person, ...] = ()
    external: tuple[Table, ...] = ()
    admitted: bool = False
    stated: frozenset[str] = frozenset()
    unclear: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    shared: frozenset[Place] = frozenset()
    through: Mapping[Place, Lead] = field(default_factory=dict)
    maker_passes: bool = False
    denied: frozenset[tuple[Place, str]] = frozenset()
    uncovered: tuple[str, ...] = ()


def of_design(schema: Schema) -> Source:
    """A design: it says itself who the application is, which setting holds the user, and whose rows are whose."""
    intent, roles = schema.intent, schema.intent.roles
    known = {one.table: one for one in intent.entities if not one.external}
    owned = [((one.schema, one.name), known[one.name]) for one in schema.database.tables if one.name in known]
    scoped = {place: column for place, one in owned if (column := _owner(one)) is not None}
    stated = frozenset(
        name for table in schema.database.tables for name, columns in (*unique_keys(table), *excluding(table))
        if not _among_own(table, scoped.get((table.schema, table.name)), columns, schema.database)
    )  # fmt: skip
    apart = tuple(one.name for one in schema.database.tables if (one.schema, one.name) not in scoped)
    common = Source(
        schema.database, Setting(intent.setting), "application_role", scoped,
        external=schema.external, admitted=True, stated=stated, apart=apart,
        shared=frozenset(place for place, one in owned if one.audience == "everyone" and place in scoped),
        through=_by_memberships(owned), denied=_denied(schema.database.tables),
    )  # fmt: skip
    if roles is None:
        return common
    readers = (Person(roles.reader),) if roles.reader else ()
    searchers = (Person(roles.searcher, enclosed=True),) if roles.searcher else ()
    auditors = (Person(roles.auditor, oversees=True),) if roles.auditor else ()
    migrator = Person(roles.migrator, True, tuple(filter(None, (roles.owner, roles.searcher))))
    people = (Person(roles.owner), migrator, Person(roles.application), *readers, *searchers, *auditors)
    return replace(common, application=roles.application, people=people, admitted=False)


def _among_own(table: Table, owner: str | None, columns: Sequence[str], database: Database) -> bool:
    """Whether the owner belongs into a key of these columns: they hold a reference that carries it.

    It cannot be there where a row may have none, nor where another foreign key points at the columns as they are.
    """
    if owner is None or table.column(owner).nullable or not holds_carried(table, owner, columns):
        return False
    place = (table.schema, table.name)
    pointing = (key for one in database.tables for key in one.foreign_keys if key.target == place)
    return not any({*key.target_columns} == {*columns} for key in pointing)


def _owner(entity: Entity) -> str | None:
    """The column that says whose a row is; reference data is nobody's."""
    if _of_tenant(entity):
        return entity.tenant_column
    return None if entity.audience == "reference" else entity.owner_column


def _of_tenant(entity: Entity) -> bool:
    """Whether a row belongs to a tenant, and so to its members; a membership names its user."""
    return entity.owner_column is None and entity.tenant_column is not None


def _by_memberships(owned: Sequence[tuple[Place, Entity]]) -> dict[Place, Lead]:
    """The tables of tenants and of their rows, each with where the members of a tenant are looked up."""
    lead = next(((place, one.tenant_column) for place, one in owned if one.audience == "membership"), None)
    if lead is None or lead[1] is None:
        return {}
    return {place: (lead[0], lead[1]) for place, one in owned if _of_tenant(one)}


def of_live(connection: psycopg.Connection) -> Source:
    """A live database: only its catalogs are read."""
    from colonnade import catalog
    from colonnade.elaborate.canonical import roles_of

    database = catalog.read(connection)
    names = sorted(set(roles_of(database)))
    rows = connection.execute(
        "SELECT r.rolname, r.rolsuper OR r.rolbypassrls, array(SELECT g.rolname::text FROM pg_auth_members m"
        " JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid AND g.rolname = ANY(%(names)s) ORDER BY 1),"
        " NOT r.rolcanlogin AND NOT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.member"
        " WHERE m.roleid = r.oid AND NOT (g.rolsuper OR g.rolbypassrls)), r.rolsuper"
        " FROM pg_roles r WHERE r.rolname = ANY(%(names)s) ORDER BY 1",
        {"names": names},
    ).fetchall()
    people = (
        Person(name, bypasses, tuple(groups), closed, superuser=superuser)
        for name, bypasses, groups, closed, superuser in rows
    )
    return recognised(database, tuple(people))


def of_sql(server: Server, texts: Mapping[str, str]) -> Source:
    """SQL files: what they build on `server` in a scratch database; roles that they make are only noted down.

    Raises InputError.
    """
    from colonnade import elaborate

    people: dict[str, Person] = {}
    rest = {file: _without_roles(text, people) for file, text in texts.items()}
    if _for_supabase(rest.values()):
        rest = {"Supabase": _supabase(rest.values()), **{file: _without_extensions(rest[file]) for file in rest}}
        people = {**{one: Person(one, one == "service_role") for one in SUPABASE_ROLES}, **people}
    database = elaborate.sql(server, rest, sorted(people))
    groups = {group for one in people.values() if not one.bypasses for group in one.member_of}
    known = (people[name] for name in sorted(people))
    return recognised(database, tuple(replace(one, enclosed=one.enclosed and one.name not in groups) for one in known))


SUPABASE_ROLES = (*provided.SUPABASE_ROLES, "service_role")


def _for_supabase(texts: Iterable[str]) -> bool:
    """Whether SQL files count on Supabase: they ask for its user or point at its users, and make neither."""
    whole = "\n".join(texts).lower().replace('"', "")
    return bool(re.search(r"\bauth\.(uid|users)\b", whole)) and not re.search(r"create schema\b.*\bauth\b", whole)


def _supabase(texts: Iterable[str]) -> str:
    """What the files expect to find there, of which they name only a part."""
    whole = "\n".join(texts).lower()
    parts = (text for word, text in provided.SUPABASE_PARTS.items() if word in whole)
    return "\n".join((provided.SUPABASE, *parts))


def _without_extensions(text: str) -> str:
    """`text` with blanks in place of what makes or remarks on extensions that a Supabase project has by itself."""
    from pglast import ast, parse_sql
    from pglast.parser import ParseError

    try:
        statements = parse_sql(text)
    except ParseError:
        return text
    for one in statements:
        node = one.stmt
        name = node.extname if isinstance(node, ast.CreateExtensionStmt) else None
        if isinstance(node, ast.CommentStmt):
            name = getattr(node.object, "sval", None)
        if name in provided.SUPABASE_EXTENSIONS:
            text = _blanked(text, one)
    return text


def _blanked(text: str, statement: Any) -> str:
    """`text` with blanks in place of the statement, which keeps the lines of the others."""
    start = statement.stmt_location or 0
    end = start + statement.stmt_len if statement.stmt_len else len(text)
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:].replace(";", " ", 1)


def recognised(database: Database, people: tuple[Person, ...] = ()) -> Source:
    """Whose rows are whose, and which role is the application's, as policies, grants and names of columns tell.

    Of `people` whom nobody can be, only those who own a function are reached by it; to others somebody may be added.
    """
    owning = {one.owner for one in database.functions if one.security_definer}
    stored = _stored(database)
    whole = (one for one in database.tables if one.partition_of is None and not one.inherits)
    tables = [one for one in whole if (one.schema, one.name) not in stored]
    opened = _opened(tables)
    known = {one.name for one in people}
    people = tuple(
        replace(one, enclosed=one.enclosed and one.name in owning, oversees=one.name in opened)
        for one in (*people, *(Person(name) for name in sorted(opened - known)))
    )
    belonging = belonging_of(database)
    subjects = [one for one in tables if (one.schema, one.name) in belonging.scoped]
    # What is compared with a column is a user; a switch, such as one for administrators, is not.
    policies = sorted(
        ((table, one) for table in subjects for one in table.policies), key=lambda both: not compares(*both)
    )
    settings = list(filter(None, (_setting(database, one) for _, one in policies)))
    setting = next((one for one in settings if not _of_role(one)), USUAL)
    application = _application(subjects, people)
    scoped = {(one.schema, one.name): belonging.scoped[one.schema, one.name] for one in subjects if not _by_role(one)}
    uncovered = tuple(
        f"{one.schema}.{one.name}" for one in subjects if not one.row_security and _closed(one, application, people)
    )
    settled = {one.name for one in tables if one.row_security and _settled(one)}
    unclear = tuple(
        f"{one.name} has row-level security, but nothing says whose a row is" + _WHY_ROLE * _by_role(one)
        for one in tables
        if one.row_security and (one.schema, one.name) not in scoped and one.name not in settled
    )
    unclear += tuple(f"{one} cannot be copied" for one in database.unmodelled if one.startswith(LIVING))
    apart = tuple(
        one.name for one in tables
        if (not one.row_security or one.name in settled) and (one.schema, one.name) not in scoped
    ) + tuple(f"{one.schema}.{one.name}" for one in database.tables if (one.schema, one.name) in stored)  # fmt: skip
    return Source(
        database, setting, application, scoped, people, unclear=unclear, apart=apart, through=belonging.through,
        maker_passes=application is not None, denied=_denied(tables), uncovered=uncovered,
    )  # fmt: skip


def _denied(tables: Iterable[Table]) -> frozenset[tuple[Place, str]]:
    """The commands that row-level security, as it was written, lets nobody run, for want of a policy."""
    found = set()
    for table in tables:
        allowed = {one.command for one in table.policies if one.permissive}
        commands = {"SELECT", *WRITES} if table.row_security and "ALL" not in allowed else set()
        found |= {((table.schema, table.name), command) for command in commands - allowed}
    return frozenset(found)


def _stored(database: Database) -> frozenset[Place]:
    """The tables of Supabase that hold what was uploaded: their rows are files, and cannot be made up."""
    there = any((one.schema, one.name) == ("auth", "uid") for one in database.functions)
    return frozenset({("storage", "buckets"), ("storage", "objects")} if there else ())


def _settled(table: Table) -> bool:
    """Whether the policies say of the rows that everybody reads them, or nobody, and that nobody writes them."""
    return all(one.command == "SELECT" and one.using == "true" for one in table.policies)


_WHY_ROLE = ": its policies ask which role is logged in, and each user would need a role"


def _by_role(table: Table) -> bool:
    """Whether the policies of `table` compare with the role that is logged in, which is no user of an application."""
    text = " ".join(part for one in table.policies for part in (one.using, one.check) if part)
    return bool(_ROLE.search(text)) and "(" not in _ROLE.sub("", text).strip("() ")


def _opened(tables: Iterable[Table]) -> frozenset[str]:
    """The roles that policies name, each time to let them see all rows: a migrator, an auditor, a report."""
    named = [(role, one) for table in tables for one in table.policies for role in one.roles if role != EVERYBODY]
    narrowed = {role for role, one in named if {one.using, one.check} - {None, "true"} or not one.permissive}
    return frozenset(role for role, _ in named) - narrowed


def _closed(table: Table, application: str | None, people: tuple[Person, ...]) -> bool:
    """Whether the application, who does not own `table`, may do nothing with it, by a role that it is in neither."""
    groups = next((one.member_of for one in people if one.name == application), ())
    its = {application, EVERYBODY, *groups}
    return application not in (None, table.owner) and not any(one.grantee in its for one in privileges(table))


def _of_role(setting: Setting) -> bool:
    """Whether a setting says that somebody has logged in, and not who."""
    return setting.claim == "role" or setting.name.endswith(".role")


def _setting(database: Database, policy: Policy) -> Setting | None:
    """The setting that a policy reads, itself or in a function that it calls."""
    for place in _texts(database, " ".join(filter(None, (policy.using, policy.check)))):
        found = _SETTING.search(place)
        if found:
            # Up to the next setting that is read: what is taken out of that one is no part of this one.
            claim = _CLAIM.search(place[found.end() :].partition("current_setting(")[0])
            return Setting(found[1], claim[1] if claim else None)
    return None


def _texts(database: Database, text: str) -> Iterator[str]:
    """`text`, and the bodies of the functions that it calls, and that these call."""
    waiting, seen = [text], set()
    while waiting:
        place = waiting.pop(0)
        yield place
        called = [one for one in database.functions if re.search(rf'\b{re.escape(one.name)}"?\(', place)]
        waiting += [one.body + (one.sql_body or "") for one in called if one not in seen]
        seen |= {*called}


def _application(subjects: Iterable[Table], people: tuple[Person, ...]) -> str | None:
    """The role that most policies name, else one that most tables let write and policies bind, else their owner."""
    tables = list(subjects)
    owners = [one.owner for one in tables]
    bypassing = {one.name for one in people if one.bypasses}
    named = Counter(role for table in tables for policy in table.policies for role in policy.roles if role != EVERYBODY)
    writing = (one.grantee for table in tables for one in privileges(table) if set(one.kinds) & WRITES)
    granted = Counter(grantee for grantee in writing if grantee not in owners)
    for counted in (named, Counter({one: n for one, n in granted.items() if one not in bypassing}), granted):
        roles = [one for one in counted if one != EVERYBODY]
        if roles:
            return min(roles, key=lambda role: (role in ANONYMOUS, -counted[role], -granted[role], role))
    if EVERYBODY in granted:
        return "application_role"
    owning = Counter(filter(None, owners))
    return min(owning, key=lambda role: (-owning[role], role)) if owning else None


def privileges(table: Table) -> Iterator[Any]:
    """All privileges on a table and on its columns."""
    yield from table.privileges
    for column in table.columns:
        yield from column.privileges


def _without_roles(text: str, people: dict[str, Person]) -> str:
    """`text` with blanks in place of statements that make or change roles, which are noted down in `people`."""
    from pglast import ast, parse_sql
    from pglast.enums import RoleStmtType
    from pglast.parser import ParseError

    try:
        statements = parse_sql(text)
    except ParseError:
        return text
    for one in statements:
        node = one.stmt
        if isinstance(node, (ast.CreateRoleStmt, ast.AlterRoleStmt)):
            name = str(node.role if isinstance(node, ast.CreateRoleStmt) else getattr(node.role, "rolename", ""))
            before = people.get(name, Person(name))
            said = _said(node, "superuser", "bypassrls")
            made = getattr(node, "stmt_type", None)
            logs_in = _said(node, "canlogin") or [
                made == RoleStmtType.ROLESTMT_USER if made is not None else not before.enclosed
            ]
            superuser = _said(node, "superuser") or [before.superuser]
            people[name] = replace(
                before, bypasses=any(said) if said else before.bypasses, enclosed=not any(logs_in),
                superuser=any(superuser),
            )  # fmt: skip
            text = _blanked(text, one)
        elif isinstance(node, ast.GrantRoleStmt) and node.is_grant:
            groups = tuple(group.priv_name for group in node.granted_roles or ())
            for role in node.grantee_roles or ():
                before = people.get(role.rolename, Person(role.rolename))
                people[role.rolename] = replace(before, member_of=tuple(sorted({*before.member_of, *groups})))
    return text


def _said(statement: Any, *options: str) -> list[bool]:
    """What the statement says of the options that it names."""
    return [bool(one.arg.boolval) for one in statement.options or () if one.defname in options]

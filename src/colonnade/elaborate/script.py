"""Loading SQL in a scratch database, as a role that can do nothing outside of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

from colonnade.catalog import read
from colonnade.design.schema import Database, Table
from colonnade.elaborate.aliases import Aliases
from colonnade.elaborate.statements import Statement, statements
from colonnade.errors import InputError, Mistake
from colonnade.server import (
    Server,
    at_home,
    connect,
    drop_roles,
    failure,
    joined,
    new_password,
    scratch_database,
    scratch_name,
    scratch_roles,
)
from colonnade.sql import ident

STATEMENT_SECONDS = 60


def sql(server: Server, text_by_file: Mapping[str, str], roles: Iterable[str] = ()) -> Database:
    """What the SQL of these files, run one after the other in an empty database, builds.

    Stand-ins of the roles that the SQL names, and of `roles`, exist while it runs. What nobody was made the owner of
    has None as its owner. Raises InputError with the place of a statement that fails, and ServerError.
    """
    script = statements(text_by_file)
    with bench(server, script, roles) as loading:
        for statement in script:
            loading.run(statement)
        return loading.database()


@dataclass(frozen=True, slots=True)
class Bench:
    """An open scratch database: `connection` is the loader's, `administrator` makes the extensions of `beyond`.

    The loader calls roles by `aliases`. What only a superuser may do is done where `trusting` says so.
    """

    connection: Any
    administrator: Any
    beyond: frozenset[str | None]
    loader: str
    aliases: Aliases
    trusting: bool

    def run(self, statement: Statement) -> None:
        """Runs one statement, unless it is about roles, whose stand-ins are there. Raises InputError with its place."""
        administered = (statement.privileged and self.trusting) or statement.extension in self.beyond
        if not statement.about_roles:
            _run(self.administrator if administered else self.connection, statement, self.aliases)

    def database(self) -> Database:
        """What stands there now."""
        found: Database = self.aliases.back(without_owner(read(self.administrator), self.loader))
        return found


@contextmanager
def bench(server: Server, script: Iterable[Statement], roles: Iterable[str] = ()) -> Iterator[Bench]:
    """A scratch database in which `script` may run, with stand-ins of `roles` and of the roles that it names."""
    named = sorted({*roles, *(role for statement in script for role in statement.roles)})
    with workshop(server, tuple(named)) as shop, emptied(shop) as database, opened(shop, database) as loading:
        yield loading


@dataclass(frozen=True, slots=True)
class Workshop:
    """The roles of scratch databases: `loader` may do in them what their `owner` may, and nothing outside of them.

    On a server that is not ours each role that is named has an alias there, and the loader a `password`.
    """

    server: Server
    owner: str
    loader: str
    aliases: Aliases
    password: str | None

    def dsn(self, database: str) -> str:
        """The URL by which the loader comes in."""
        return self.server.dsn(database, self.loader, self.password)


@contextmanager
def workshop(server: Server, roles: tuple[str, ...]) -> Iterator[Workshop]:
    """A role that may act as each of `roles` in scratch databases that belong to a third one.

    All others are members of that one: so the stand-ins can own objects in `public` without a grant that would show
    in the catalog. On a user's server no role of his has any part in it.
    """
    prefix = scratch_name(server)
    owner, loader = f"{prefix}_owner", f"{prefix}_loader"
    aliases = Aliases("" if server.owned else prefix, {one for one in roles if not one.startswith("pg_")})
    named = tuple(sorted(map(aliases.alias, aliases.roles)))
    made = _missing(server, named)
    password, attributes = _login(server, loader)
    # The loader goes last: what it gave to one stand-in of another goes with these.
    with scratch_roles(server, (loader,), attributes), scratch_roles(server, (*made, owner)):
        grants = [f"GRANT {ident(owner)} TO {ident(role)}" for role in (*named, loader)]
        # A file may make one stand-in a member of another, but change nothing of a role that was there before.
        grants += [
            f"GRANT {ident(role)} TO {ident(loader)}" + (" WITH ADMIN OPTION" if role in made else "") for role in named
        ]
        with at_home(server) as connection:
            connection.execute("; ".join(grants))
        try:
            yield Workshop(server, owner, loader, aliases, password)
        finally:
            drop_roles(server, _later(server, loader, made))


def _login(server: Server, role: str) -> tuple[str | None, str]:
    """The password by which `role` comes in, None on our own server, and the attributes for it."""
    if server.owned:
        return None, "LOGIN"
    with at_home(server) as connection:
        password, attribute = new_password(connection, role)
    return password, f"LOGIN {attribute}"


def stand_in(shop: Workshop, role: str) -> None:
    """Makes a stand-in while the workshop is open already."""
    alias = shop.aliases.alias(role)
    shop.aliases.roles.add(role)
    if alias.startswith("pg_") or not _missing(shop.server, (alias,)):
        return
    with at_home(shop.server) as connection:
        connection.execute(f"CREATE ROLE {ident(alias)} NOLOGIN")
        joined(connection, shop.server, (alias,))
        connection.execute(f"GRANT {ident(shop.owner)} TO {ident(alias)}")
        connection.execute(f"GRANT {ident(alias)} TO {ident(shop.loader)} WITH ADMIN OPTION")


def _later(server: Server, loader: str, made: tuple[str, ...]) -> tuple[str, ...]:
    """The stand-ins that were made while the workshop was open."""
    query = (
        "SELECT rolname FROM pg_auth_members JOIN pg_roles ON pg_roles.oid = roleid"
        " WHERE member = (SELECT oid FROM pg_roles WHERE rolname = %s) AND admin_option"
    )
    with at_home(server) as connection:
        return tuple(name for (name,) in connection.execute(query, [loader]) if name not in made)


@contextmanager
def emptied(shop: Workshop, template: str | None = None) -> Iterator[str]:
    """A scratch database of the workshop, empty or a clone of `template`; dropped before its roles are."""
    with scratch_database(shop.server, template) as database:
        with at_home(shop.server) as connection:
            connection.execute(f"ALTER DATABASE {ident(database)} OWNER TO {ident(shop.owner)}")
            if shop.server.owned and connection.info.server_version >= 170000:
                # A trigger of a file must not fire for an administrator who looks in.
                connection.execute(f"ALTER DATABASE {ident(database)} SET event_triggers = off")
        yield database


@contextmanager
def opened(shop: Workshop, database: str) -> Iterator[Bench]:
    """A scratch database with somebody in it."""
    server = shop.server
    with connect(server.dsn(database)) as administrator, _loading(shop, database) as connection:
        connection.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
        beyond = _untrusted_extensions(administrator)
        yield Bench(connection, administrator, beyond, shop.loader, shop.aliases, server.owned)


def _loading(shop: Workshop, database: str) -> Any:
    """The loader's connection. Raises ServerError where the server does not let it in."""
    import psycopg

    from colonnade.elaborate.aliased import AliasedConnection

    try:
        connection = AliasedConnection.connect(shop.dsn(database), autocommit=True)
    except psycopg.OperationalError as error:
        why = " ".join(str(error).split())
        fix = "allow roles to log in by password (pg_hba.conf), or leave out --server"
        raise failure(f"the server does not let a scratch role in: {why}", fix) from error
    connection.aliases = shop.aliases
    return connection


def _missing(server: Server, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `roles` that need a stand-in; others of our own server serve as they are, but never a superuser."""
    with at_home(server) as connection:
        query = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND NOT rolsuper AND rolname !~ '^pg_'"
        present = {row[0] for row in connection.execute(query, [list(roles)])}
    return tuple(role for role in roles if role not in present)


def _untrusted_extensions(connection: Any) -> frozenset[str | None]:
    """The extensions that only an administrator may create; the server has vetted them by having them installed."""
    rows = connection.execute("SELECT DISTINCT name FROM pg_available_extension_versions WHERE NOT trusted")
    return frozenset(row[0] for row in rows)


def _run(connection: Any, statement: Statement, aliases: Aliases) -> None:
    import psycopg

    try:
        connection.execute(statement.text.encode(), prepare=False)
    except psycopg.errors.FeatureNotSupported as error:
        fix = "name a server that has it by --server" if statement.extension else ""
        raise _failed(statement, error, fix, aliases) from error
    except psycopg.Error as error:
        raise _failed(statement, error, error.diag.message_hint or "", aliases) from error


def _failed(statement: Statement, error: Any, fix: str, aliases: Aliases) -> InputError:
    position = aliases.original(statement.text, int(error.diag.statement_position or 1) - 1)
    message = aliases.said(error.diag.message_primary or " ".join(str(error).split()))
    return InputError((Mistake(statement.place(position), message, fix),))


def without_owner(database: Database, role: str) -> Database:
    """`database` with None wherever `role` is the owner: it is ours, and nobody meant it.

    A policy that names it was written for CURRENT_USER, and so were default privileges.
    """
    whoever = "CURRENT_USER"
    bare = replace(
        database,
        **{field.name: tuple(map(_disowned(role), getattr(database, field.name))) for field in fields(database)},
    )
    defaults = (replace(one, role=whoever) if one.role == role else one for one in bare.default_privileges)
    tables = tuple(_for_whoever(role, table) for table in bare.tables)
    return replace(bare, tables=tables, default_privileges=tuple(defaults))


def _for_whoever(role: str, table: Table) -> Table:
    if not any(role in policy.roles for policy in table.policies):
        return table
    words = {role: "CURRENT_USER"}
    policies = (
        replace(one, roles=tuple(sorted(words.get(name, name) for name in one.roles))) for one in table.policies
    )
    return replace(table, policies=tuple(policies))


def _disowned(role: str) -> Callable[[Any], Any]:
    return lambda one: replace(one, owner=None) if getattr(one, "owner", None) == role else one

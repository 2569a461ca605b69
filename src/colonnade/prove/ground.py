"""The ground that laws stand on: scratch databases of one build, and the roles as which everything is proven."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from colonnade.config import Settings
from colonnade.design import provided
from colonnade.design.draft import Draft
from colonnade.design.schema import Database, Entity, Schema, Table
from colonnade.layout import Layout
from colonnade.prove import filling, stubs
from colonnade.server import Server, at_home, connect, drop_roles, failure, joined, scratch_database
from colonnade.sql import ident

if TYPE_CHECKING:
    import psycopg

ROWS = 6


@dataclass(frozen=True, slots=True)
class Actors:
    """Roles as which proofs run, none a superuser. `neighbour` owns what was there before and is not ours."""

    migrator: str
    application: str
    neighbour: str
    owner: str | None
    reader: str | None = None
    searcher: str | None = None
    auditor: str | None = None

    @property
    def designed(self) -> frozenset[str]:
        """All roles but the application and the neighbour."""
        return frozenset(filter(None, (self.migrator, self.owner, self.reader, self.searcher, self.auditor)))


@dataclass(frozen=True, slots=True)
class Loading:
    """What happened when schema.sql was run as the migrator; `error` is None where all of it ran."""

    statements: int
    error: str | None


@dataclass(frozen=True, eq=False)
class Ground:
    """One build under proof, and its databases: making one is what a proof spends most of its time on.

    `empty` holds what stands before schema.sql, and nobody connects to it, so that it can be cloned. `filled` was
    made by schema.sql; laws about rows fill it. `workbench` is the same, for those who load rows of their own, one
    after the other.
    """

    tree: Path
    schema: Schema
    draft: Draft | None
    settings: Settings
    server: Server
    actors: Actors
    empty: str
    filled: str
    workbench: str
    loading: Loading

    @property
    def feature(self) -> str:
        return self.schema.intent.feature

    @property
    def setting(self) -> str:
        return self.schema.intent.setting

    @property
    def guarded(self) -> bool:
        """Whether row-level security is asked for."""
        enabled = all(map(self.settings.enabled, ("user-ownership", "row-level-security")))
        return self.settings.row_level_security and enabled

    @property
    def layout(self) -> Layout:
        """Where the files of the tree lie."""
        return self.settings.tree

    @property
    def backend(self) -> Path:
        return self.tree / self.layout.backend

    @property
    def specification(self) -> Path:
        return self.tree / "specs" / self.feature

    @property
    def scoped(self) -> tuple[tuple[Entity, Table], ...]:
        """The tables whose rows belong to a user and are seen by nobody else, by name."""
        return tuple(pair for pair in self.entities if pair[0].owner_column and pair[0].audience == "owner")

    @property
    def entities(self) -> tuple[tuple[Entity, Table], ...]:
        """Our tables and what the design knows of them, by name."""
        ours = [one for one in self.schema.intent.entities if not one.external]
        return tuple((one, self.schema.database.table(one.table)) for one in sorted(ours, key=lambda e: e.table))

    def url(self, database: str, role: str | None = None) -> str:
        """A URL that logs in as `role`, the administrator where it is None."""
        return login(self.server, database, role)

    @contextmanager
    def session(self, database: str, role: str | None = None) -> Iterator[psycopg.Connection]:
        """A connection in autocommit mode as `role`; closed at the end."""
        with connect(self.url(database, role)) as connection:
            connection.execute("SET search_path = public")
            yield connection

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """A clone of `template` in which the roles have what `roles.sql` gives them; dropped at the end."""
        with clone(self.server, template, self.tree, self.schema, self.actors) as name:
            yield name

    @contextmanager
    def bare_database(self) -> Iterator[str]:
        """A database with nothing in it but what `roles.sql` gives the roles; dropped at the end."""
        with scratch_database(self.server) as name:
            self.empower(name)
            yield name

    def empower(self, database: str) -> None:
        """Gives the roles in `database` what `roles.sql` gives them."""
        with connect(self.server.dsn(database)) as connection:
            _empower(connection, database, self.tree, self.schema, self.actors)

    def load(self, database: str, name: str) -> None:
        """Runs `specs/<feature>/<name>` in `database` as the migrator. Raises psycopg.Error."""
        with self.session(database, self.actors.migrator) as connection:
            connection.execute(script(self.tree, self.schema, name))

    @cached_property
    def rows(self) -> dict[str, list[dict[str, str | None]]]:
        """Good rows of every table, external ones too, parents first."""
        from colonnade import seed

        return filling.numbered(self.schema, seed.rows(self.schema, ROWS))

    @cached_property
    def residents(self) -> filling.Rows:
        """The rows that stand in `filled`; loaded when first asked for, unless they are there."""
        actors = self.actors
        with (
            self.session(self.filled, actors.migrator) as migrator,
            self.session(self.filled, actors.neighbour) as neighbour,
        ):
            if filling.empty(self.schema, self.rows, migrator):
                filling.fill(self.schema, self.rows, migrator, neighbour)
        return self.rows

    @contextmanager
    def emptied_workbench(self) -> Iterator[str]:
        """The workbench, emptied again at the end."""
        try:
            yield self.workbench
        finally:
            with self.session(self.workbench) as administrator:
                filling.clear(self.schema, administrator)

    @cached_property
    def catalog(self) -> Database:
        """The catalog that schema.sql makes, read once, before any role of the proofs is let in."""
        from colonnade import catalog

        with self.session(self.workbench) as connection:
            return catalog.read(connection)

    @cached_property
    def dump(self) -> str:
        """The normalised dump of what schema.sql makes, read once."""
        from colonnade.catalog import dump

        return dump.normalised(self.server, self.workbench)


def login(server: Server, database: str, role: str | None = None) -> str:
    """A URL for `role`; on a server that is not ours its administrator logs in and becomes `role` at once."""
    if role is None or server.owned:
        return server.dsn(database, role)
    option = "-c role=" + role.replace("\\", "\\\\").replace(" ", "\\ ")
    return f"{server.dsn(database)}&options={quote(option, safe='')}"


@contextmanager
def prepared(tree: Path, schema: Schema, draft: Draft | None, settings: Settings, server: Server) -> Iterator[Ground]:
    """The ground for the output `tree`; its databases, and the roles that were not there before, go at the end."""
    with ExitStack() as stack:
        tag = stack.enter_context(scratch_database(server))
        actors = _actors(schema, tag)
        stack.callback(drop_roles, server, sorted(_absent(server, actors)))
        _furnish(server, tag, tree, schema, actors)
        filled = stack.enter_context(clone(server, tag, tree, schema, actors))
        loading = _load(login(server, filled, actors.migrator), script(tree, schema, "schema.sql"))
        workbench = stack.enter_context(clone(server, filled, tree, schema, actors))
        admit(server, filled, schema, actors)
        yield Ground(tree, schema, draft, settings, server, actors, tag, filled, workbench, loading)


@contextmanager
def clone(server: Server, template: str, tree: Path, schema: Schema, actors: Actors) -> Iterator[str]:
    """A copy of `template`; privileges on the database itself are not copied by PostgreSQL, so they are given anew."""
    with scratch_database(server, template) as name:
        with connect(server.dsn(name)) as connection:
            _empower(connection, name, tree, schema, actors)
        yield name


def script(tree: Path, schema: Schema, name: str) -> str:
    """The text of `specs/<feature>/<name>`."""
    return (tree / "specs" / schema.intent.feature / name).read_text(encoding="utf-8")


def statements(sql: str) -> int:
    """How many statements `sql` holds."""
    from pglast.parser import split

    return len(split(sql))


def _actors(schema: Schema, tag: str) -> Actors:
    roles = schema.intent.roles
    if roles is None:
        return Actors(f"{tag}_migrator", f"{tag}_application", f"{tag}_neighbour", None)
    return Actors(
        roles.migrator, roles.application, f"{tag}_neighbour", roles.owner, roles.reader, roles.searcher, roles.auditor
    )


def _absent(server: Server, actors: Actors) -> set[str]:
    names = {actors.application, actors.neighbour, *actors.designed}
    with at_home(server) as connection:
        rows = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [sorted(names)])
        return names - {row[0] for row in rows}


def _furnish(server: Server, database: str, tree: Path, schema: Schema, actors: Actors) -> None:
    """Roles and stand-ins for external tables: all that schema.sql expects to find."""
    with connect(server.dsn(database)) as connection:
        for name, attributes in _made_beforehand(server, schema, actors):
            connection.execute(f"CREATE ROLE {ident(name)} {attributes}")
            joined(connection, server, [name])
        for statement in stubs.statements(schema, actors.neighbour):
            connection.execute(statement)
        _empower(connection, database, tree, schema, actors)
        if schema.intent.roles is not None:
            joined(connection, server, schema.intent.roles.names)


def _made_beforehand(server: Server, schema: Schema, actors: Actors) -> Iterator[tuple[str, str]]:
    """The roles that no roles.sql makes. Raises ServerError where one that must pass policies cannot be made."""
    yield actors.neighbour, "LOGIN"
    if actors.application in provided.SUPABASE_ROLES and actors.application in _absent(server, actors):
        yield actors.application, "LOGIN"
    if schema.intent.roles is None:
        secured = any(table.row_security for table in schema.database.tables)
        if secured and not server.grants_bypass:
            why = f"{ident(server.user)} cannot give BYPASSRLS, and a design without roles has no migrator's policy"
            raise failure(why, "set roles = true, name a superuser in --server, or leave --server out")
        yield actors.migrator, "LOGIN BYPASSRLS" if secured else "LOGIN"
        yield actors.application, "LOGIN"


def _empower(connection: psycopg.Connection, database: str, tree: Path, schema: Schema, actors: Actors) -> None:
    if schema.intent.roles is not None:
        connection.execute(script(tree, schema, "roles.sql"))
        return
    migrator = ident(actors.migrator)
    connection.execute(f"GRANT CREATE ON DATABASE {ident(database)} TO {migrator}")
    connection.execute(f"GRANT CREATE, USAGE ON SCHEMA public TO {migrator}")
    for table in schema.external:
        connection.execute(f"GRANT SELECT, REFERENCES ON {stubs.name(table)} TO {migrator}")


def admit(server: Server, database: str, schema: Schema, actors: Actors) -> None:
    """Where the design has no roles, lets the proofs' own application role work with the tables."""
    if schema.intent.roles is not None:
        return
    with connect(login(server, database, actors.migrator)) as connection:
        application = ident(actors.application)
        connection.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {application}")
        connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {application}")


def _load(dsn: str, text: str) -> Loading:
    import psycopg

    try:
        count = statements(text)
        with connect(dsn) as connection:
            connection.execute(text)
    except (psycopg.Error, ValueError) as error:
        return Loading(0, " ".join(str(error).split()))
    return Loading(count, None)

"""Laws about the migration: it makes what schema.sql makes, and its way back leaves nothing behind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from colonnade import revisions
from colonnade.design.schema import Function
from colonnade.findings import Proof
from colonnade.ops.functions import SHARED_MARK
from colonnade.output import origin
from colonnade.prove import filling, stubs
from colonnade.prove.ground import Ground
from colonnade.prove.imports import environment, importable
from colonnade.prove.laws import declare, law
from colonnade.prove.observers import View, compared, observe
from colonnade.sql import dollar, ident, qualified

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config

NEIGHBOUR = "was_here_before"


EQUALS = declare(
    "migration-equals-ddl",
    """The migration makes exactly what schema.sql makes.

    `alembic upgrade head` runs as the migrator with the generated env.py; catalog and pg_dump of both databases are
    compared, Alembic's own table aside.
    """,
    "files",
)
RESTORES = declare(
    "downgrade-restores",
    """A downgrade gives back the database as it was, and the upgrade works again after it.

    From a database that holds only roles and external tables, with rows in the tables when the downgrade runs; and
    from one where the extensions, the trigger functions (made by another hand) and a table of a neighbour that uses
    them were there already. Where ours follows revisions of others, they run first, and the way back ends there.
    """,
    "files",
)


@law("migrations", "files")
def migrations(ground: Ground) -> Iterator[Proof]:
    """The migration goes up to what schema.sql makes, down to what was before, and up again."""
    follows = _follows(ground)
    # Each run of env.py asks for the models; they are imported once for all of them.
    with importable(ground.backend, ground.layout.tops):
        yield from _from_nothing(ground) if follows is None else _after_a_history(ground, follows)


def _from_nothing(ground: Ground) -> Iterator[Proof]:
    """From an empty database, and from one where others were before."""
    designed = View(ground.catalog, ground.dump)
    with ground.database(ground.empty) as database:
        before = observe(ground, database)
        upgrade(ground, database, "head")
        yield compared(EQUALS, "upgrade and schema.sql", observe(ground, database), designed)
        rows = _fill(ground, database)
        start = f"from an empty database, with {rows} rows"
        yield from _back_and_again(ground, database, "base", start, before, designed)
    with ground.database(ground.empty) as database:
        _occupy(ground, database)
        before = observe(ground, database)
        upgrade(ground, database, "head")
        upgraded = observe(ground, database)
        yield from _back_and_again(ground, database, "base", "from an occupied database", before, upgraded)


def _after_a_history(ground: Ground, follows: str) -> Iterator[Proof]:
    """The same where revisions of others come first: their tables stand where else there are stand-ins."""
    start = f"after revision {follows}"
    with ground.bare_database() as database:
        _take_over(ground, database, follows)
        before = observe(ground, database)
        ground.load(database, "schema.sql")
        designed = observe(ground, database)
    with ground.bare_database() as database:
        _take_over(ground, database, follows)
        upgrade(ground, database, "head")
        yield compared(EQUALS, f"{start}: upgrade and schema.sql", observe(ground, database), designed)
        yield from _back_and_again(ground, database, follows, start, before, designed)


def _follows(ground: Ground) -> str | None:
    """The revision that ours follows, or None where ours is the first."""
    history = revisions.read(ground.tree / ground.layout.migrations / "versions")
    ours = next((one for one in history if one.feature == origin(ground.feature)), None)
    return ours.follows[0] if ours and ours.follows else None


def _take_over(ground: Ground, database: str, revision: str) -> None:
    """Runs what came before ours, and stands in for the external tables that it did not make."""
    upgrade(ground, database, revision)
    with ground.session(database) as connection:
        rows = connection.execute("SELECT schemaname, tablename FROM pg_tables").fetchall()
    made = {(schema, table) for schema, table in rows}
    missing = tuple(one for one in ground.schema.external if (one.schema, one.name) not in made)
    with ground.session(database) as connection:
        for statement in stubs.statements(replace(ground.schema, external=missing), ground.actors.neighbour):
            connection.execute(statement)
    ground.empower(database)


def upgrade(ground: Ground, database: str, target: str) -> None:
    """Runs the migrations up to `target` as the migrator."""
    from alembic import command

    with _alembic(ground, database) as config:
        command.upgrade(config, target)


def downgrade(ground: Ground, database: str, target: str) -> None:
    """Runs the migrations back to `target` as the migrator."""
    from alembic import command

    with _alembic(ground, database) as config:
        command.downgrade(config, target)


@contextmanager
def _alembic(ground: Ground, database: str) -> Iterator[Config]:
    url = ground.url(database, ground.actors.migrator)
    with environment("DATABASE_URL", url):
        yield _config(ground)


def _back_and_again(
    ground: Ground, database: str, target: str, start: str, before: View, upgraded: View
) -> Iterator[Proof]:
    downgrade(ground, database, target)
    yield compared(RESTORES, f"{start}: before and after", observe(ground, database), before)
    upgrade(ground, database, "head")
    yield compared(RESTORES, f"{start}: upgrade again", observe(ground, database), upgraded)


def _config(ground: Ground) -> Config:
    from alembic.config import Config

    config = Config(str(ground.backend / "alembic.ini"), stdout=io.StringIO(), output_buffer=io.StringIO())
    # What is relative in alembic.ini is relative to the current folder, and % is special in it.
    config.set_main_option("script_location", str(ground.tree / ground.layout.migrations).replace("%", "%%"))
    config.set_main_option("prepend_sys_path", "")
    # With a file name, env.py would configure logging, and the logging of this process is not its to change.
    config.config_file_name = None
    return config


def _fill(ground: Ground, database: str) -> int:
    with (
        ground.session(database, ground.actors.migrator) as migrator,
        ground.session(database, ground.actors.neighbour) as neighbour,
    ):
        filling.fill(ground.schema, ground.rows, migrator, neighbour)
    ours = {table.name for table in ground.schema.database.tables}
    return sum(len(rows) for name, rows in ground.rows.items() if name in ours)


def _occupy(ground: Ground, database: str) -> None:
    """Makes, by another hand, what a migration must neither replace nor drop."""
    owner = ground.actors.neighbour
    with ground.session(database) as connection:
        for extension in ground.schema.database.extensions:
            connection.execute(f"CREATE EXTENSION IF NOT EXISTS {ident(extension.name)}")
        # Only what is marked as shared may have been made before; a function of one table is that table's own.
        triggers = [one for one in ground.schema.database.functions if one.comment == SHARED_MARK]
        columns = "id integer PRIMARY KEY, created_at timestamptz, updated_at timestamptz"
        connection.execute(f"CREATE TABLE {NEIGHBOUR} ({columns})")
        for statement in stubs.given_to(owner, "public", f"TABLE {NEIGHBOUR}"):
            connection.execute(statement)
        for number, function in enumerate(triggers):
            _by_another_hand(connection, function, owner, number)


def _by_another_hand(connection: psycopg.Connection, function: Function, owner: str, number: int) -> None:
    name = f"{qualified(function.schema, function.name)}()"
    statements = (
        f"CREATE FUNCTION {name} RETURNS trigger LANGUAGE {ident(function.language)} AS {dollar(function.body)}",
        *stubs.given_to(owner, function.schema, f"FUNCTION {name}"),
        f"CREATE TRIGGER neighbour_{number} BEFORE UPDATE ON {NEIGHBOUR} FOR EACH ROW EXECUTE FUNCTION {name}",
    )
    for statement in statements:
        connection.execute(statement)

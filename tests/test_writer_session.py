"""session.py: every transaction belongs to one user, and a role that sees everything is refused."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa

from colonnade.design.schema import Schema
from colonnade.server import Server, connect, scratch_database
from colonnade.writers.session import session
from colonnade.writers.sql import script
from support.example import task_management
from support.generated import make_external, write
from support.orm import load, make_roles


def imported(schema: Schema, folder: Path) -> Any:
    write(schema, session, folder)
    spec = importlib.util.spec_from_file_location("generated_session", folder / "backend/src/db/session.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return imported(task_management(), tmp_path_factory.mktemp("session"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load(task_management(), "sqlalchemy", tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def place(server: Server) -> Iterator[tuple[str, UUID, UUID]]:
    """A database with two users, whose ids stand behind its name."""
    make_roles(server)
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        make_external(connection, task_management())
        connection.execute(script(task_management().database).encode())
        found = connection.execute("INSERT INTO users SELECT FROM generate_series(1, 2) RETURNING id").fetchall()
        yield name, found[0][0], found[1][0]


@pytest.fixture
def engine(server: Server, place: tuple[str, UUID, UUID], context: Any) -> Iterator[sa.Engine]:
    made = context.make_engine(server.dsn(place[0], "app_user"))
    yield made
    made.dispose()


def test_one_user_sees_only_its_rows_also_after_a_commit(
    engine: sa.Engine, place: tuple[str, UUID, UUID], context: Any, models: Any
) -> None:
    _, mine, yours = place
    with context.user_session(mine, engine) as opened:
        opened.add(models.Task(user_id=mine, title="a"))
        opened.commit()
        assert [task.title for task in opened.scalars(sa.select(models.Task))] == ["a"]
    with context.user_session(yours, engine) as opened:
        assert opened.scalars(sa.select(models.Task)).all() == []


def test_a_row_of_another_user_is_refused(
    engine: sa.Engine, place: tuple[str, UUID, UUID], context: Any, models: Any
) -> None:
    _, mine, yours = place
    with (
        pytest.raises(sa.exc.ProgrammingError, match="row-level security"),
        context.user_session(mine, engine) as opened,
    ):
        opened.add(models.Task(user_id=yours, title="b"))


def test_an_error_rolls_back(engine: sa.Engine, place: tuple[str, UUID, UUID], context: Any, models: Any) -> None:
    _, mine, _ = place
    with pytest.raises(KeyError), context.user_session(mine, engine) as opened:
        opened.add(models.Task(user_id=mine, title="gone"))
        opened.flush()
        raise KeyError
    with context.user_session(mine, engine) as opened:
        assert "gone" not in [task.title for task in opened.scalars(sa.select(models.Task))]


def test_a_connection_goes_back_without_a_user(engine: sa.Engine, place: tuple[str, UUID, UUID], context: Any) -> None:
    with context.user_session(place[1], engine) as opened:
        opened.execute(sa.text("SELECT 1"))
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT current_setting('app.current_user_id', true)")) == ""


@pytest.mark.parametrize("nobody", [None, ""])
def test_no_user_no_session(engine: sa.Engine, context: Any, nobody: str | None) -> None:
    with pytest.raises(context.NoUser), context.user_session(nobody, engine):
        pass


def test_a_session_made_without_a_user_runs_nothing(engine: sa.Engine, context: Any) -> None:
    with context.UserSession(engine) as opened, pytest.raises(context.NoUser):
        opened.execute(sa.text("SELECT 1"))


def test_a_role_that_passes_row_security_is_refused(
    server: Server, place: tuple[str, UUID, UUID], context: Any
) -> None:
    name, mine, _ = place
    made = context.make_engine(server.dsn(name, "app_migrator"))
    with pytest.raises(context.RowSecurityBypassed, match="app_user"), context.user_session(mine, made) as opened:
        opened.execute(sa.text("SELECT 1"))
    made.dispose()


@pytest.mark.parametrize(
    "weakening", ["ALTER TABLE tasks DISABLE ROW LEVEL SECURITY", "ALTER TABLE tasks OWNER TO app_user"]
)
def test_a_table_on_which_row_security_is_not_active_is_refused(
    server: Server, scratch: str, place: tuple[str, UUID, UUID], context: Any, weakening: str
) -> None:
    with connect(server.dsn(scratch)) as connection:
        make_external(connection, task_management())
        connection.execute(script(task_management().database).encode())
        connection.execute("ALTER TABLE tasks NO FORCE ROW LEVEL SECURITY")
        connection.execute(weakening.encode())
        made = context.make_engine(server.dsn(scratch, "app_user"))
        refused = pytest.raises(context.RowSecurityBypassed, match="tasks")
        with refused, context.user_session(place[1], made) as opened:
            opened.execute(sa.text("SELECT 1"))
        made.dispose()


def test_a_database_without_tables_yet_is_entered(server: Server, scratch: str, place: object, context: Any) -> None:
    made = context.make_engine(server.dsn(scratch, "app_user"))
    with made.connect() as connection:
        assert connection.scalar(sa.text("SELECT 1")) == 1
    made.dispose()


@pytest.mark.parametrize(
    "written", ["postgresql://a@b/c?sslmode=require", "postgres://a@b/c", "postgresql+asyncpg://a@b/c"]
)
def test_the_url_is_for_psycopg(context: Any, written: str) -> None:
    url = context.database_url(written.split("&")[0])
    assert (url.drivername, url.database) == ("postgresql+psycopg", "c")


def test_no_url_and_wrong_url(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(LookupError, match="DATABASE_URL is not set"):
        context.database_url()
    with pytest.raises(ValueError, match="must name PostgreSQL"):
        context.database_url("mysql://a@b/c")


def test_only_connecting_is_tried_again(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(context.time, "sleep", waits.append)
    made = context.make_engine("postgresql://nobody@localhost:1/none")
    with pytest.raises(sa.exc.OperationalError):
        made.connect()
    assert tuple(waits) == context.CONNECT_WAITS_SECONDS


def test_a_wrong_password_is_not_tried_again(context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(context.time, "sleep", waits.append)

    class Refusing:
        def connect(self, *_: object, **__: object) -> None:
            raise psycopg.errors.InvalidPassword

    with pytest.raises(psycopg.errors.InvalidPassword):
        context._connect(Refusing(), None, (), {})
    assert waits == []


def test_without_owners_there_is_a_plain_session(tmp_path: Path) -> None:
    schema = task_management()
    entities = tuple(replace(one, owner_column=None) for one in schema.intent.entities)
    tables = tuple(replace(one, row_security=False) for one in schema.database.tables)
    plain = replace(
        schema,
        intent=replace(schema.intent, entities=entities),
        database=replace(schema.database, tables=tables),
    )
    module = imported(plain, tmp_path)
    assert hasattr(module, "open_session")
    assert not hasattr(module, "user_session")

"""What every family of generated models must do on PostgreSQL; the tests of each family call these."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from colonnade import catalog
from colonnade.design.schema import Schema
from colonnade.seed import rows
from colonnade.server import Server, connect, scratch_database
from colonnade.sql import ident
from colonnade.types import TYPES
from colonnade.writers.models import LOSSES, less
from colonnade.writers.sql import script
from colonnade.writers.sqlalchemy import sqlalchemy
from colonnade.writers.sqlmodel import sqlmodel
from support.generated import load as load_package
from support.generated import make_external, prepare, write

WRITERS = {"sqlalchemy": sqlalchemy, "sqlmodel": sqlmodel}
FOLDERS = {"sqlalchemy": "models", "sqlmodel": "sqlmodels"}
ROLES = ("app_owner", "app_migrator BYPASSRLS LOGIN", "app_user LOGIN", "app_reader LOGIN")


def load(schema: Schema, family: str, folder: Path) -> ModuleType:
    """The package that the writer `family` makes of `schema`, imported, with all its mappers configured."""
    write(schema, WRITERS[family], folder)
    module = load_package(folder / "backend/src/db" / FOLDERS[family])
    orm.configure_mappers()
    return module


@contextmanager
def engine(server: Server, database: str, user: str | None = None) -> Iterator[sa.Engine]:
    """An engine on `database` that leaves no connection behind."""
    url = sa.make_url(server.dsn(database, user)).set(drivername="postgresql+psycopg")
    made = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        yield made
    finally:
        made.dispose()


def make_roles(server: Server) -> None:
    with connect(server.dsn()) as connection:
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in ROLES:
            if role.split()[0] not in known:
                connection.execute(f"CREATE ROLE {role}".encode())


def facts_that_differ(server: Server, schema: Schema, family: str, module: ModuleType) -> tuple[str, ...]:
    """What the catalogs of `create_all` and of the DDL do not share, declared losses aside."""
    make_roles(server)
    with scratch_database(server) as ours, scratch_database(server) as theirs:
        with connect(server.dsn(ours)) as connection:
            prepare(connection, schema)
        with engine(server, ours) as made, made.begin() as running:
            module.create_all(running)
        with connect(server.dsn(theirs)) as connection:
            make_external(connection, schema)
            connection.execute(script(schema.database).encode())
        with connect(server.dsn(ours)) as left, connect(server.dsn(theirs)) as right:
            losses = LOSSES[family]
            return catalog.differences(less(catalog.read(left), losses), less(catalog.read(right), losses))


@contextmanager
def made_by_ddl(server: Server, schema: Schema) -> Iterator[sa.Engine]:
    """An engine on a database that holds the DDL of `schema`; as a superuser."""
    make_roles(server)
    with scratch_database(server) as name:
        with connect(server.dsn(name)) as connection:
            make_external(connection, schema)
            connection.execute(script(schema.database).encode())
        with engine(server, name) as made:
            yield made


def relations_work(module: Any, session: orm.Session) -> None:
    """Composite keys, self references and join tables: linking sets the naming column, unlinking keeps the owner."""
    user = module.User()
    project = module.Project(user=user, name="House")
    parent = module.Todo(user=user, title="Paint", project=project)
    child = module.Todo(user=user, title="Buy paint", parent=parent)
    tag = module.Tag(user=user, label="home")
    session.add_all([user, project, parent, child, tag])
    parent.tags.append(tag)
    session.commit()
    assert [one.title for one in parent.children] == ["Buy paint"]
    assert [one.title for one in project.todos] == ["Paint"]
    assert [one.label for one in parent.tags] == ["home"]
    assert [one.title for one in tag.todos] == ["Paint"]
    middle = session.scalars(sa.select(module.TodoTag)).one()
    assert (middle.user_id, middle.todo, middle.tag) == (user.id, parent, tag)
    owner = user.id
    child.parent = None
    project.todos.remove(parent)
    session.commit()
    assert (child.parent_id, child.user_id, parent.project_id, parent.user_id) == (None, owner, None, owner)
    parent.tags.remove(tag)
    session.commit()
    assert session.scalars(sa.select(module.TodoTag)).all() == []


def soft_delete_hides_and_restores(module: Any, session: orm.Session) -> None:
    mine, yours = module.User(), module.User()
    todos = [module.Todo(user=mine, title="a"), module.Todo(user=mine, title="b"), module.Todo(user=yours, title="c")]
    session.add_all(todos)
    session.commit()
    todos[0].soft_delete()
    session.commit()
    assert {one.title for one in session.scalars(module.Todo.select_active())} >= {"b", "c"}
    assert [one.title for one in session.scalars(module.Todo.by_user(mine.id))] == ["b"]
    todos[0].restore()
    session.commit()
    assert {one.title for one in session.scalars(module.Todo.by_user(mine.id))} == {"a", "b"}


def server_values_come_back(module: Any, session: orm.Session) -> None:
    """Defaults are the server's; a change moves updated_at as the trigger says."""
    todo = module.Todo(user=module.User(), title="a")
    session.add(todo)
    session.commit()
    created, updated = todo.created_at, todo.updated_at
    assert todo.mood is module.Mood.TODO
    assert created == updated
    todo.title = "b"
    session.commit()
    assert todo.created_at == created
    assert todo.updated_at > updated


def enum_values_round_trip(module: Any, session: orm.Session, values: tuple[str, ...]) -> None:
    """Every member stores its value, whatever the value is, and comes back as itself; arrays too."""
    assert [member.value for member in module.Mood] == list(values)
    todo = module.Todo(user=module.User(), title="a")
    session.add(todo)
    for member in module.Mood:
        todo.mood = member
        session.commit()
        stored = session.scalar(sa.text("SELECT mood::text FROM todos WHERE id = :id"), {"id": todo.id})
        assert (stored, todo.mood) == (member.value, member)
    plain = [one for one in module.Mood if not set(one.value) & set("\\\"{},'\n| ")]
    listed = module.List(a_mood=plain)
    session.add(listed)
    session.commit()
    assert listed.a_mood == plain


def hostile_columns_round_trip(module: Any, session: orm.Session) -> None:
    names = sorted({one.key for one in sa.inspect(module.Class).column_attrs} - {"id"})
    assert all(name.isidentifier() and not name.startswith("_") for name in names)
    row = module.Class(**{name: f"of {name}" for name in names})
    session.add(row)
    session.commit()
    assert {name: getattr(row, name) for name in names} == {name: f"of {name}" for name in names}


def types_round_trip(module: Any, session: orm.Session, schema: Schema) -> None:
    """What the server stores for a literal, the model reads, and writes again as the same."""
    made = rows(schema, 1)
    for table, model in (("everything", module.Everything), ("lists", module.List)):
        for column, text in made[table][0].items():
            if column == "id" or text is None:
                continue
            identity = session.scalar(
                sa.text(f"INSERT INTO {table} ({ident(column)}) VALUES (:text) RETURNING id"), {"text": text}
            )
            value = getattr(session.get_one(model, identity), column)
            copy = model(**{column: value})
            session.add(copy)
            session.commit()
            query = sa.text(
                f"SELECT count(DISTINCT coalesce({column}::text, 'NULL')), count({column}) FROM {table} "
                "WHERE id IN (:one, :two)"
            )
            assert session.execute(query, {"one": identity, "two": copy.id}).one() == (1, 2), f"{table}.{column}"


def covered_types() -> set[str]:
    """The columns that `types_round_trip` must have seen, one a row of the type table but for xml."""
    return {"a_" + re.sub(r"\W+", "_", row.name) for row in TYPES if row.name != "xml"}

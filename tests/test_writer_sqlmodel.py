"""The SQLModel models: as those of SQLAlchemy, with metadata of their own and pydantic's view of the same fields."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest
import sqlalchemy as sa
import sqlmodel as sqlmodel_library
from sqlalchemy import orm

from colonnade.design.schema import Schema
from colonnade.server import Server
from colonnade.writers.naming import RESERVED_ATTRIBUTES
from colonnade.writers.sqlmodel import sqlmodel
from support import orm as checks
from support.example import task_management
from support.generated import write
from support.wide import HOSTILE_VALUES, wide

FAMILY = "sqlmodel"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return checks.load(wide(), FAMILY, tmp_path_factory.mktemp("wide"))


@pytest.fixture(scope="module")
def engine(server: Server) -> Iterator[sa.Engine]:
    with checks.made_by_ddl(server, wide()) as made:
        yield made


@pytest.fixture
def session(engine: sa.Engine) -> Iterator[orm.Session]:
    with orm.Session(engine) as opened:
        yield opened


def test_names_of_sqlmodel_and_pydantic_are_reserved() -> None:
    assert {name for name in dir(sqlmodel_library.SQLModel) if not name.startswith("_")} <= RESERVED_ATTRIBUTES


@pytest.mark.parametrize("schema", [task_management(), wide()], ids=["example", "wide"])
def test_create_all_gives_the_ddl_less_declared_losses(server: Server, schema: Schema, tmp_path: Path) -> None:
    module = checks.load(schema, FAMILY, tmp_path)
    assert checks.facts_that_differ(server, schema, FAMILY, module) == ()


def test_relations(models: ModuleType, session: orm.Session) -> None:
    checks.relations_work(models, session)


def test_soft_delete(models: ModuleType, session: orm.Session) -> None:
    checks.soft_delete_hides_and_restores(models, session)


def test_server_values(models: ModuleType, session: orm.Session) -> None:
    checks.server_values_come_back(models, session)


def test_enum_values(models: ModuleType, session: orm.Session) -> None:
    checks.enum_values_round_trip(models, session, HOSTILE_VALUES)


def test_hostile_columns(models: ModuleType, session: orm.Session) -> None:
    checks.hostile_columns_round_trip(models, session)


def test_every_type(models: ModuleType, session: orm.Session) -> None:
    checks.types_round_trip(models, session, wide())


def test_both_families_live_in_one_process(tmp_path: Path) -> None:
    ours = checks.load(task_management(), FAMILY, tmp_path / "one")
    theirs = checks.load(task_management(), "sqlalchemy", tmp_path / "two")
    again = checks.load(task_management(), FAMILY, tmp_path / "three")
    tables = [module.Base.metadata.tables["tasks"] for module in (ours, theirs, again)]
    assert len(set(map(id, tables))) == 3
    assert "tasks" not in sqlmodel_library.SQLModel.metadata.tables


def test_fields_are_validated(models: ModuleType) -> None:
    owner = "00000000-0000-4000-8000-000000000001"
    todo = models.Todo.model_validate({"user_id": owner, "title": "a", "mood": "todo"})
    assert (todo.user_id, todo.mood) == (UUID(owner), models.Mood.TODO)
    for wrong in ({"title": "a" * 201}, {"title": 1}, {"mood": "none of these"}, {"user_id": "x"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            models.Todo.model_validate({"user_id": owner, "title": "a", **wrong})


def test_only_the_stated_fields_are_needed(models: ModuleType) -> None:
    assert {name for name, field in models.Todo.model_fields.items() if field.is_required()} == {"user_id", "title"}


def test_text_of_a_row_shows_the_key_and_nothing_else(models: ModuleType) -> None:
    row = models.Employee(password_hash="hidden")
    assert "hidden" not in str(row) + repr(row)


def test_same_schema_same_bytes(tmp_path: Path) -> None:
    assert write(wide(), sqlmodel, tmp_path / "one") == write(wide(), sqlmodel, tmp_path / "two")

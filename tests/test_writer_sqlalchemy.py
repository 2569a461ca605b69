"""The SQLAlchemy models: their tables are those of the DDL, and everything goes through them unchanged."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import DeclarativeBase

from colonnade.design.schema import Check, Database, Entity, EnumType, Intent, PrimaryKey, Schema, Table
from colonnade.server import Server
from colonnade.types import Family
from colonnade.writers.models import LOSSES, less
from colonnade.writers.naming import RESERVED_ATTRIBUTES
from colonnade.writers.spelling import FAMILIES, NAMED
from colonnade.writers.sqlalchemy import sqlalchemy
from support import orm as checks
from support.example import task_management
from support.generated import write
from support.wide import HOSTILE_VALUES, wide

FAMILY = "sqlalchemy"


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


def test_every_family_is_spelled() -> None:
    assert set(FAMILIES) == set(Family)


def test_every_named_spelling_is_a_type_of_the_table() -> None:
    from colonnade.types import BY_NAME

    assert set(NAMED) <= set(BY_NAME)


def test_declarative_names_are_reserved() -> None:
    base = type("Base", (DeclarativeBase,), {})
    assert {name for name in dir(base) if not name.startswith("_")} <= RESERVED_ATTRIBUTES


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
    assert checks.covered_types() <= set(sa.inspect(models.Everything).column_attrs.keys())


def test_the_server_keeps_children_that_may_not_go(models: ModuleType, session: orm.Session) -> None:
    department = models.Department(code="ABC")
    session.add(models.Employee(department=department, first_name="Ada", last_name="Lovelace"))
    session.commit()
    session.delete(department)
    with pytest.raises(sa.exc.IntegrityError, match="employees_department_id_fkey"):
        session.commit()
    session.rollback()


def test_external_tables_are_marked_and_not_made(models: ModuleType) -> None:
    table = models.Base.metadata.tables["users"]
    assert table.info == {"external": True}
    assert table not in models.own_tables()
    assert not models.include_object(table, "users", "table", True, None)
    assert models.include_object(models.Todo.__table__, "todos", "table", False, None)


def test_repr_shows_the_key_and_nothing_else(models: ModuleType) -> None:
    assert repr(models.Employee(password_hash="hidden")) == "<Employee None>"


def test_two_builds_live_in_one_process(tmp_path: Path) -> None:
    first = checks.load(task_management(), FAMILY, tmp_path / "one")
    second = checks.load(task_management(), FAMILY, tmp_path / "two")
    assert first.Base.metadata is not second.Base.metadata


def test_same_schema_same_bytes(tmp_path: Path) -> None:
    assert write(wide(), sqlalchemy, tmp_path / "one") == write(wide(), sqlalchemy, tmp_path / "two")


def test_losses_are_fields_of_the_database() -> None:
    """A misspelt loss would strip nothing and hide nothing."""
    for path in LOSSES[FAMILY]:
        kinds = {Database}
        for part in path.split("."):
            holders = [kind for kind in kinds if part in {field.name for field in dataclasses.fields(kind)}]
            assert holders, path
            kinds = {one for kind in holders for one in _inside(kind, part)}


def _inside(kind: type, part: str) -> set[type]:
    import typing

    from colonnade.design import schema

    def plain(hint: object) -> Iterator[type]:
        if isinstance(hint, type) and dataclasses.is_dataclass(hint):
            yield hint
        for one in typing.get_args(hint):
            yield from plain(one)

    return set(plain(typing.get_type_hints(kind, vars(schema))[part]))


def test_less_keeps_what_is_not_lost() -> None:
    table = Table("a", constraints=(Check("c", "x > 0", validated=False),), row_security=True, comment="kept")
    reduced = less(Database(tables=(table,)), LOSSES[FAMILY]).tables[0]
    assert (reduced.row_security, reduced.comment) == (False, "kept")
    assert reduced.constraints == (Check("c", "x > 0"),)


@pytest.mark.parametrize("name", ["Base", "Mapped", "UUID", "None", "1st", "日本", 'na"me', "sa", "a" * 63, "con"])
def test_hostile_entity_names_import(name: str, tmp_path: Path) -> None:
    from colonnade.design.schema import Column

    table = Table(
        name,
        columns=(Column("id", "uuid", False), Column("state", "State")),
        constraints=(PrimaryKey("k", ("id",)),),
        comment='"""\\',
    )
    schema = Schema(
        Database(enums=(EnumType("State", ("a", "A")),), tables=(table,)),
        Intent("f", "t", entities=(Entity(name, name, description='"""); import os  # \\'),)),
    )
    module = checks.load(schema, FAMILY, tmp_path)
    assert module.Base.metadata.tables[name].comment == '"""\\'
    assert {member.value for member in module.State} == {"a", "A"}

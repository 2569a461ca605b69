"""Values through an ORM session and back."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from colonnade.findings import Proof
from colonnade.prove.fitting import without
from colonnade.prove.ground import Ground
from colonnade.prove.rows import Stage, hands, stages

if TYPE_CHECKING:
    import sqlalchemy as sa
    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Family:
    """The models of one writer, and engines that log in as the application and as the migrator.

    The migrator writes the tables that the application only reads.
    """

    law: str
    package: ModuleType
    engine: sa.Engine
    migrating: sa.Engine


def round_trips(ground: Ground, family: Family, database: str) -> Iterator[Proof]:
    """One proof a table: its values, its enum members and its defaults, each as the model gives and gets them."""
    models = _models(family.package)
    with hands(ground, database) as open_hands:
        for stage in stages(ground, open_hands):
            subject = f"{stage.table.name}"
            model = models.get(stage.table.name)
            if model is None:
                yield Proof(family.law, subject, False, "the package has no model of this table")
                continue
            with _session(ground, family, stage) as session:
                faults, words = _tried(stage, model, session)
            yield Proof(family.law, subject, not faults, "; ".join(faults) or words)


def _tried(stage: Stage, model: Any, session: Session) -> tuple[list[str], str]:
    """What went wrong, and what was shown."""
    names = _attributes(model)
    given = _python_values(stage, model, session)
    written, wrong = _written(model, given, names, session)
    members, wrong_members = _members(written, model, names, stage, session)
    stale = _stale(written, names, stage, session)
    session.rollback()
    _become(session, stage)
    defaults, wrong_defaults = _defaults(model, names, stage, session)
    faults = [*wrong, *wrong_members, *stale, *wrong_defaults]
    who = "application" if stage.settable else "migrator"
    return faults, f"{len(given)} values, {members} enum members and {defaults} defaults as the {who}"


def _written(model: Any, given: dict[str, Any], names: dict[str, str], session: Session) -> tuple[Any, list[str]]:
    one = model(**{names[column]: value for column, value in given.items()})
    session.add(one)
    session.flush()
    session.refresh(one)
    back = {column: getattr(one, names[column]) for column in given}
    return one, [f"{column}: {given[column]!r} came back as {back[column]!r}" for column in given
                 if _differ(given[column], back[column])]  # fmt: skip


def _stale(one: Any, names: dict[str, str], stage: Stage, session: Session) -> list[str]:
    """A row with a version that has changed since the model read it is not written over."""
    import sqlalchemy as sa
    from sqlalchemy.orm.attributes import flag_modified
    from sqlalchemy.orm.exc import StaleDataError

    kept = (*stage.table.primary_key.columns,) if stage.table.primary_key else ()
    column = next((name for name in stage.row if name in stage.settable and name not in kept), None)
    if stage.facts.version_column is None or column is None:
        return []
    table = type(one).__table__
    key = sa.and_(*(part == getattr(one, names[part.name]) for part in table.primary_key))
    session.execute(sa.update(table).where(key).values({table.c[column]: table.c[column]}))
    flag_modified(one, names[column])
    try:
        session.flush()
    except StaleDataError:
        return []
    return [f"{stage.facts.version_column}: a change by somebody else is written over"]


def _members(one: Any, model: Any, names: dict[str, str], stage: Stage, session: Session) -> tuple[int, list[str]]:
    """Each member of each enum column is written, read back, and looked at as the database keeps it."""
    faults, count = [], 0
    for column in model.__table__.columns:
        members = getattr(column.type, "enum_class", None)
        if members is None or column.name not in stage.settable:
            continue
        for member in members:
            back, raw = _kept(one, column, names, member, session)
            count += 1
            if back is not member or raw != member.value:
                faults.append(f"{column.name}: {member!r} is kept as {raw!r}")
    return count, faults


def _kept(one: Any, column: Any, names: dict[str, str], member: Any, session: Session) -> tuple[Any, str]:
    """`member` as the model reads it back and as the database keeps it.

    Where a constraint of the table keeps the row from having it, the value goes through the column's type alone.
    """
    import sqlalchemy as sa

    table = column.table
    try:
        with session.begin_nested():
            setattr(one, names[column.name], member)
            session.flush()
    except sa.exc.IntegrityError:
        session.refresh(one)
        through = sa.cast(sa.bindparam("member", member, type_=column.type), column.type)
        # To the cache of statements two enum types are one: without a name of its own, the first one's cast is run.
        asked = sa.select(through.label(f"{table.name}.{column.name}"), sa.cast(through, sa.Text()))
        back, raw = session.execute(asked).one()
        return back, raw
    session.refresh(one)
    key = sa.and_(*(part == getattr(one, names[part.name]) for part in table.primary_key))
    raw = session.execute(sa.select(sa.cast(column, sa.Text())).where(key)).scalar_one()
    return getattr(one, names[column.name]), raw


def _defaults(model: Any, names: dict[str, str], stage: Stage, session: Session) -> tuple[int, list[str]]:
    """A model made without the columns that have a default gets the server's."""
    owner = stage.facts.owner_column
    # Who wrote a row is empty where nobody is set; a law of its own says what it is where somebody is.
    apart = {owner, stage.facts.created_by, stage.facts.updated_by}
    columns = [one for one in stage.table.columns if one.name not in apart]
    absent = [one for one in columns if one.default and not one.generated]
    defaulted = [one.name for one in absent]
    given = _python_values(replace(stage, row=without(stage, absent)[2]), model, session)
    one = model(**{names[column]: value for column, value in given.items()})
    session.add(one)
    session.flush()
    session.refresh(one)
    empty = [name for name in defaulted if getattr(one, names[name]) is None]
    return len(defaulted), [f"{name}: the default is missing" for name in empty]


def _python_values(stage: Stage, model: Any, session: Session) -> dict[str, Any]:
    """The good row as the model's types give it: PostgreSQL casts each text, the type's own code reads the result."""
    import sqlalchemy as sa

    columns = {column.name: column for column in model.__table__.columns}
    names = [name for name in stage.row if name in stage.settable or not stage.settable]
    casts = [
        sa.type_coerce(sa.literal_column(_cast(stage, name)), columns[name].type).label(f"value_{number}")
        for number, name in enumerate(names)
    ]
    row = session.execute(sa.select(*casts)).one() if casts else ()
    return dict(zip(names, row, strict=True))


def _cast(stage: Stage, name: str) -> str:
    from colonnade.prove.probe import value

    # SQLAlchemy hands %% to the driver as one %, and a literal column may hold any.
    text = value(stage.row[name]).replace("%", "%%")
    return f"({text})::{stage.table.column(name).type}"


@contextmanager
def _session(ground: Ground, family: Family, stage: Stage) -> Iterator[Session]:
    from sqlalchemy.orm import Session

    with Session(family.engine if stage.settable else family.migrating, autoflush=False) as session:
        _become(session, stage)
        yield session
        session.rollback()


def _become(session: Session, stage: Stage) -> None:
    import sqlalchemy as sa

    user = stage.row.get(stage.facts.owner_column) if stage.facts.owner_column else None
    session.execute(sa.select(sa.func.set_config(stage.setting, user or "", True)))


def _models(package: ModuleType) -> dict[str, Any]:
    """The models of a package by the name of their table."""
    found: list[Any] = [getattr(package, name) for name in package.__all__]
    return {one.__table__.name: one for one in found if hasattr(one, "__table__")}


def _attributes(model: Any) -> dict[str, str]:
    """The attribute of a model for each column."""
    import sqlalchemy as sa

    return {attribute.columns[0].name: attribute.key for attribute in sa.inspect(model).column_attrs}


def _differ(given: Any, back: Any) -> bool:
    if isinstance(given, float) and isinstance(back, float):
        return not (given == back or (given != given and back != back))
    if isinstance(given, enum.Enum):
        return given is not back
    return bool(given != back)

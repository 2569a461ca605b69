"""The files around Alembic revisions: alembic.ini, env.py and script.py.mako."""

from __future__ import annotations

from colonnade.design.roles import unbound
from colonnade.design.schema import Roles
from colonnade.layout import Layout

_INI = """\
# Alembic's configuration. The database is named by the environment variable DATABASE_URL.

[alembic]
script_location = %(here)s/__FOLDER__
prepend_sys_path = %(here)s
path_separator = os

[loggers]
keys = root,sqlalchemy,alembic

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_sqlalchemy]
level = WARNING
handlers =
qualname = sqlalchemy.engine

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
datefmt = %H:%M:%S
"""

_ENVIRONMENT = '''\
"""Alembic's environment: reads DATABASE_URL and runs each revision in a transaction of its own."""

from __future__ import annotations

import importlib
import os
import re
from logging.config import fileConfig
from typing import Any

import sqlalchemy as sa
from alembic import context

if context.config.config_file_name is not None:
    fileConfig(context.config.config_file_name, disable_existing_loggers=False)


def database_url() -> str:
    """DATABASE_URL, with psycopg 3 as the driver where it names none."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("Set DATABASE_URL, for example postgresql://app_migrator@localhost/app")
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def metadata_of_models() -> sa.MetaData | None:
    """What autogenerate compares with, or None where this folder is used without the models."""
    try:
        models = importlib.import_module("__MODULE__")
    except ModuleNotFoundError as error:
        if error.name not in __MODULES__:
            raise
        return None
    return models.Base.metadata


target_metadata = metadata_of_models()


def external_tables() -> set[tuple[str | None, str]]:
    """Tables that the models point at and that others own."""
    tables = target_metadata.tables.values() if target_metadata is not None else ()
    return {(table.schema, table.name) for table in tables if table.info.get("external")}


def include_object(item: Any, name: str | None, kind: str, reflected: bool, compare_to: Any) -> bool:
    """Leaves external tables, and all that is in them, alone."""
    table = item if kind == "table" else getattr(item, "table", None)
    return table is None or (table.schema, table.name) not in external_tables()


def run_migrations_offline() -> None:
    """Writes SQL instead of running it; the dialect's own escapes have no place in a script."""
    context.configure(
        url=database_url(),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
        include_object=include_object,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Runs the revisions on the database."""
    engine = sa.create_engine(database_url(), poolclass=sa.NullPool)
    with engine.connect() as connection:
__UNFILTERED__        context.configure(
            connection=connection,
            target_metadata=target_metadata,
            include_object=include_object,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
'''

TEMPLATE = '''\
"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''


def configuration(layout: Layout) -> str:
    """The text of alembic.ini."""
    return _INI.replace("__FOLDER__", str(layout.migrations.relative_to(layout.backend)))


_UNFILTERED = """\
        # A statement that row-level security would filter is an error, never a silent zero.
        connection.execute(sa.text("SET row_security = off"))
        connection.commit()
"""


def environment(layout: Layout, roles: Roles | None) -> str:
    """The text of env.py, which compares with the first family of models of the layout.

    Where no policy binds the migrator, row security is off: with one, that would be an error in itself.
    """
    module = next(iter(layout.models.values())).module
    parts = module.split(".")
    around = tuple(".".join(parts[: count + 1]) for count in range(len(parts)))
    text = _ENVIRONMENT.replace("__UNFILTERED__", _UNFILTERED if unbound(roles) else "")
    return text.replace("__MODULES__", repr(around)).replace("__MODULE__", module)

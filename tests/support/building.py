"""Running what the writers make: roles, stubs of external tables, schema.sql through psql, Alembic as a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from colonnade.catalog import differences, dump, read
from colonnade.config import Settings
from colonnade.design.schema import Database, Schema
from colonnade.ops.namespaces import EXTENSION_MARK
from colonnade.ops.tables import create_sql
from colonnade.server import Server, connect, drop_roles
from colonnade.writers import write
from colonnade.writers.file import Request

MARKED = """
SELECT e.extname FROM pg_extension e JOIN pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_extension'::regclass
WHERE d.description = %s
"""
THREE = ("app_owner", "app_migrator", "app_user", "app_reader")


def psql(server: Server, database: str, text: str, user: str | None = None) -> str:
    """Runs `text` as a file and gives what psql said on stderr. Fails the test where a statement fails."""
    assert server.bin is not None
    command = [
        str(server.bin / "psql"),
        "-v",
        "ON_ERROR_STOP=1",
        "-q",
        "-X",
        "-d",
        server.dsn(database, user),
        "-f",
        "-",
    ]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def files(schema: Schema, only: str, **request: str) -> dict[str, str]:
    """The texts of one writer's files by path."""
    return {str(one.path): one.text for one in write(Request(schema, Settings(), **request), frozenset({only}))}


def only(texts: dict[str, str], ending: str) -> str:
    """The one text whose path ends like this."""
    (found,) = (text for path, text in texts.items() if path.endswith(ending))
    return found


def stubs(schema: Schema) -> str:
    return "".join(f"{create_sql(table)};\n" for table in schema.external)


@contextmanager
def prepared(server: Server, schema: Schema, *databases: str) -> Iterator[None]:
    """External tables and roles are there in `databases`, made by our roles.sql; the roles are dropped afterwards."""
    try:
        for database in databases:
            psql(server, database, stubs(schema))
            if schema.intent.roles:
                psql(server, database, only(files(schema, "roles"), "roles.sql"))
        yield
    finally:
        if schema.intent.roles:
            drop_roles(server, THREE)


def alembic(server: Server, database: str, tree: Path, *arguments: str, user: str | None = None) -> str:
    """Runs Alembic as a person does, in `backend`, and gives its standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=tree / "backend",
        env={**os.environ, "DATABASE_URL": server.dsn(database, user)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def put(tree: Path, texts: dict[str, str]) -> None:
    for path, text in texts.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")


def catalog(server: Server, database: str) -> Database:
    """What is there, less the table in which Alembic keeps its version, with the mark on extensions of ours."""
    with connect(server.dsn(database)) as connection:
        found = read(connection)
        marked = {row[0] for row in connection.execute(MARKED, [EXTENSION_MARK]).fetchall()}
    tables = tuple(table for table in found.tables if table.name != "alembic_version")
    extensions = (replace(one, comment=EXTENSION_MARK) if one.name in marked else one for one in found.extensions)
    return replace(found, tables=tables, extensions=tuple(extensions))


def differing(server: Server, left: str, right: str) -> tuple[str, ...]:
    """What both observers see differ between two databases."""
    dumps = (_sorted_options(dump.normalised(server, database, ("alembic_version",))) for database in (left, right))
    return (*differences(catalog(server, left), catalog(server, right)), *dump.differences(*dumps))


def _sorted_options(text: str) -> str:
    """The order of storage options means nothing and is not kept."""
    return re.sub(r"WITH \((\w[\w.]*='[^()]*')\)", lambda match: ", ".join(sorted(match[1].split(", "))), text)

"""Generated trees in tests: written to a folder, formatted as `build` formats them, and imported under a fresh name."""

from __future__ import annotations

import importlib.util
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import psycopg

from colonnade.config import Settings
from colonnade.design.schema import Schema, Table
from colonnade.sql import ident, qualified
from colonnade.writers.file import File, Request

_NUMBERS = itertools.count(1)


def write(schema: Schema, writer: Callable[[Request], Iterator[File]], folder: Path) -> dict[str, str]:
    """Writes what `writer` makes of `schema` below `folder`; the texts by path."""
    files = {str(one.path): one.text for one in writer(Request(schema, Settings()))}
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return files


def load(folder: Path) -> ModuleType:
    """The package in `folder`, imported under a name that nothing else has."""
    name = f"generated_{next(_NUMBERS)}"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def prepare(connection: psycopg.Connection, schema: Schema) -> None:
    """Makes what models expect to be there: extensions and external tables."""
    for extension in schema.database.extensions:
        connection.execute(f"CREATE EXTENSION IF NOT EXISTS {ident(extension.name)}")  # type: ignore[arg-type]
    make_external(connection, schema)


def make_external(connection: psycopg.Connection, schema: Schema) -> None:
    """Makes the external tables."""
    for table in schema.external:
        connection.execute(stub(table))  # type: ignore[arg-type]


def stub(table: Table) -> str:
    """An external table with its columns, defaults and key, so that rows can be made in it."""
    columns = [
        f"{ident(one.name)} {one.type}{'' if one.nullable else ' NOT NULL'}"
        + (f" DEFAULT {one.default}" if one.default else "")
        for one in table.columns
    ]
    key = table.primary_key
    columns += [f"PRIMARY KEY ({', '.join(map(ident, key.columns))})"] if key else []
    return f"CREATE TABLE {qualified(table.schema, table.name)} ({', '.join(columns)})"

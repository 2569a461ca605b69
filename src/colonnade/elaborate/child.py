"""A program: runs an Alembic folder or Python models with every connection of SQLAlchemy led to a scratch database.

It is a process of its own, for what such code does to modules, logging and the current folder ends with it. Its first
line of input is the task as JSON; it asks for roles, extensions and objects that it was offered, one line each and one
line of answer, and its last line of output is what came of it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from colonnade.elaborate.aliases import Aliases
from colonnade.elaborate.statements import Statement, statements
from colonnade.errors import InputError
from colonnade.ops.op import words

# Roles are made inside of blocks too, after a question whether they are there.
ROLE_IN_BLOCK = re.compile(r'\b(?:CREATE|ALTER)\s+(?:ROLE|USER)\s+("(?:[^"]|"")+"|[^\W\d]\w*)', re.IGNORECASE)
# What the code says of its own engine and means for this one too; the rest is for another driver or server.
KEPT_OPTIONS = ("_is_async", "execution_options", "isolation_level")
MAKE_EXTENSION = re.compile(r"^CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?", re.IGNORECASE)
LIBRARIES = frozenset({"site-packages", "dist-packages"})

Ask = Callable[[str, str], None]


class Refused(Exception):
    """What the code needs cannot be had; the message is for a person."""


def main() -> None:
    """Runs the task of the first line of stdin, and prints what came of it as the last line of stdout."""
    # What the code prints must not get between the lines of the conversation.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    task = json.loads(sys.stdin.readline())
    sys.path.insert(0, str(Path.cwd()))
    try:
        given: set[tuple[str, str]] = set()
        _lead_to(task["url"], tuple(task["offered"]), _asking(answers, given), Aliases(task["mark"], set()))
        run = _alembic if task["kind"] == "alembic" else _models
        _say(answers, {"external": run(task), "used": sorted(name for kind, name in given if kind == "object")})
    except BaseException as error:
        file, line = _where(error, task["folder"])
        _say(answers, {"error": _why(error), "file": file, "line": line})


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _asking(answers: TextIO, given: set[tuple[str, str]]) -> Ask:
    """A function that asks for something and waits for it; what is in `given` is not asked for again."""

    def ask(kind: str, name: str) -> None:
        if (kind, name) in given:
            return
        _say(answers, {kind: name})
        refusal = json.loads(sys.stdin.readline())["refusal"]
        if refusal:
            raise Refused(refusal)
        given.add((kind, name))

    return ask


def _lead_to(url: str, offered: tuple[str, ...], ask: Ask, aliases: Aliases) -> None:
    """Every engine that is made from now on is one of the scratch database, and asks for what its statements need."""
    import sqlalchemy as sa
    from sqlalchemy.engine import create

    places: list[tuple[Any, str]] = [(one, "create_engine") for one in (create, sa.engine, sa)]
    # Without greenlet SQLAlchemy has no asynchronous engines, nor has the code.
    with contextlib.suppress(ImportError):
        places.append((importlib.import_module("sqlalchemy.ext.asyncio.engine"), "_create_engine"))
    original = create.create_engine

    def scratch_engine(_elsewhere: object, **options: Any) -> sa.Engine:
        kept = {name: options[name] for name in KEPT_OPTIONS if name in options}
        return original(url, poolclass=sa.NullPool, **kept)

    for place, name in places:
        setattr(place, name, scratch_engine)

    @sa.event.listens_for(sa.Engine, "before_cursor_execute", retval=True)
    def prepare(connection: Any, _cursor: Any, text: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        for name in offered:
            if name in words(text) and not _is_there(connection, name):
                ask("object", name)
        return aliases.sql(_prepared(text, ask, aliases)), parameters


def _is_there(connection: Any, name: str) -> bool:
    cursor = connection.connection.cursor()
    cursor.execute("SELECT coalesce(to_regclass(%(name)s)::oid, to_regproc(%(name)s)::oid)", {"name": name})
    found = cursor.fetchone()[0] is not None
    cursor.close()
    return found


def _prepared(text: str, ask: Ask, aliases: Aliases) -> str:
    """`text` without what makes or changes roles, after all that it names was asked for."""
    try:
        found = statements({"": text})
    except InputError:
        # With the driver's own placeholders it is no SQL yet, and then it is no DDL either.
        return text
    for one in found:
        for role in sorted(_roles(one)):
            ask("role", role)
            aliases.roles.add(role)
        if one.extension is not None:
            ask("extension", one.extension)
    for one in reversed(found):
        text = text[: one.offset] + _runnable(one) + text[one.offset + len(one.text) :]
    return text


def _runnable(statement: Statement) -> str:
    if statement.about_roles:
        return "SELECT 1"
    if statement.extension is not None:
        return MAKE_EXTENSION.sub("CREATE EXTENSION IF NOT EXISTS ", statement.text)
    return statement.text


def _roles(statement: Statement) -> Iterator[str]:
    yield from statement.roles
    if statement.text[:2].upper() == "DO":
        for name in ROLE_IN_BLOCK.findall(statement.text):
            yield name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()


# --- Alembic ------------------------------------------------------------------------------------------------------


def _alembic(task: dict[str, Any]) -> list[list[str]]:
    """Upgrades to each target, goes back to where it is told to, and drops Alembic's own table again."""
    import sqlalchemy as sa
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    config = _configuration(task)
    script = ScriptDirectory.from_config(config)
    if task["more"]:
        places = os.pathsep.join([*map(str, script._version_locations), task["more"]])
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", places.replace("%", "%%"))
        script = ScriptDirectory.from_config(config)
    ways = [(script._upgrade_revs, target) for target in task["targets"]]
    ways += [(script._downgrade_revs, target) for target in task["back"]]
    tables: set[tuple[str | None, str]] = set()
    for way, target in ways:

        def steps(revision: Any, context: Any, way: Any = way, target: str = target) -> Any:
            tables.add((context.version_table_schema, context.version_table))
            return way(target, revision)

        with EnvironmentContext(config, script, fn=steps, destination_rev=target) as environment:
            _run_environment(script, environment)
    with sa.create_engine("").begin() as connection:
        for schema, name in sorted(tables, key=repr):
            sa.Table(name, sa.MetaData(), schema=schema).drop(connection, checkfirst=True)
    return []


def _run_environment(script: Any, environment: Any) -> None:
    """Runs the folder's env.py, or where it has none the usual lines of one."""
    import sqlalchemy as sa

    if Path(script.dir, "env.py").is_file():
        script.run_env()
        return
    with sa.create_engine("").connect() as connection:
        environment.configure(connection=connection, transaction_per_migration=True)
        with environment.begin_transaction():
            environment.run_migrations()


def _configuration(task: dict[str, Any]) -> Any:
    from alembic.config import Config

    settings = Path(task["settings"]) if task["settings"] else None
    if settings is not None and settings.suffix == ".toml":
        config = Config(toml_file=str(settings))
    else:
        config = Config(str(settings) if settings else None)
    # What is relative there is relative to the current folder, and % is special in it.
    config.set_main_option("script_location", task["folder"].replace("%", "%%"))
    config.set_main_option("sqlalchemy.url", task["url"].replace("%", "%%"))
    return config


# --- Python models ------------------------------------------------------------------------------------------------


def _models(task: dict[str, Any]) -> list[list[str]]:
    """Makes the tables of a metadata, and tells which of them belong to others."""
    import sqlalchemy as sa

    module, _, name = task["argument"].partition(":")
    found = getattr(importlib.import_module(module), name, None)
    metadata = found if isinstance(found, sa.MetaData) else getattr(found, "metadata", None)
    if not isinstance(metadata, sa.MetaData):
        raise Refused(f"{task['argument']} is no base class of models and no MetaData")
    if not metadata.tables:
        raise Refused(f"{task['argument']} has no tables; import the modules that define the models where it is made")
    with sa.create_engine("").begin() as connection:
        for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
            connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        metadata.create_all(connection)
    external = (table for table in metadata.sorted_tables if table.info.get("external"))
    return [[table.schema or "public", table.name] for table in external]


# --- what went wrong ----------------------------------------------------------------------------------------------


def _why(error: BaseException) -> str:
    """The error in one line, in PostgreSQL's own words where it is PostgreSQL's."""
    diagnosis = getattr(getattr(error, "orig", None), "diag", None)
    if diagnosis is not None and diagnosis.message_primary:
        return " ".join(filter(None, (diagnosis.message_primary, diagnosis.message_hint)))
    text = " ".join(str(error).split())
    if isinstance(error, Refused | SystemExit):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _where(error: BaseException, folder: str) -> tuple[str, int]:
    """The last line of the project's own code that ran, or the folder."""
    if isinstance(error, SyntaxError) and error.filename:
        return error.filename, error.lineno or 0
    roots = (Path(folder).resolve(), Path.cwd())
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename).resolve()
        if path.is_file() and any(map(path.is_relative_to, roots)) and not LIBRARIES & set(path.parts):
            return frame.filename, frame.lineno or 0
    return "", 0


if __name__ == "__main__":
    main()

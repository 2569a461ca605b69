"""Linting any source: which rules fit it, and how it comes to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from colonnade.catalog import read
from colonnade.config import Settings
from colonnade.design.schema import Database, Intent, Reason, Schema
from colonnade.elaborate import sql, stand_ins
from colonnade.elaborate.statements import statements
from colonnade.errors import wrong
from colonnade.findings import Finding
from colonnade.lint import changes, migrations, run
from colonnade.lint.places import places
from colonnade.lint.world import World
from colonnade.server import Server
from colonnade.sources.recognise import recognise
from colonnade.sources.sqlfiles import sql_texts
from colonnade.writers.sql import script

Running = Callable[[], AbstractContextManager[Server]]
Designer = Callable[[Sequence[str], str | None], Schema]
Introspector = Callable[[str, Server], Database]

DESIGNED = frozenset({"markdown", "entities", "design", "inputs"})


def findings(
    sources: Sequence[str],
    chosen: Settings,
    server: Running,
    designer: Designer,
    introspector: Introspector,
    base: str | None = None,
    forced: str | None = None,
) -> tuple[Finding, ...]:
    """What the rules say of one schema, or of migrations; these start from `base` where it is given.

    `designer` makes the Schema of documents of a kind, `introspector` the Database of models.
    Raises InputError and ServerError.
    """
    path = Path(sources[0])
    if forced == "alembic" or (forced is None and _has_changes(path, base)):
        if len(sources) > 1:
            raise wrong("migrations are linted one folder at a time", fix="name the folder that holds them all")
        return _changes(path, chosen, server, _base(base, designer))
    kinds = {recognise(source, forced) for source in sources}
    if kinds == {"database"} and len(sources) == 1:
        return run.live(sources[0], chosen)
    if kinds == {"sql"}:
        texts = sql_texts(sources)
        with server() as running:
            return run.sql_files(running, texts, chosen)
    if kinds <= DESIGNED:
        designed = designer(sources, forced)
        with server() as running:
            return _placed(run.schema(running, designed, chosen), sources)
    if len(sources) > 1:
        raise wrong(f"these sources are not linted together: {', '.join(sorted(kinds))}", fix="name one of them")
    with server() as running:
        world = World(introspector(sources[0], running), leakproof=run.leakproof(running))
        return run.judged(world, chosen)


def _placed(found: tuple[Finding, ...], sources: Sequence[str]) -> tuple[Finding, ...]:
    """The findings with the files as the user named them; a design knows only the ends of their paths."""
    named = {finding.place.file for finding in found if finding.place}
    roots = [Path(source) for source in sources]
    files = [file for root in roots for file in (sorted(root.rglob("*")) if root.is_dir() else [root])]
    paths = {end: str(file) for end in named for file in files if f"/{file.as_posix()}".endswith(f"/{end}")}
    return tuple(
        replace(one, place=replace(one.place, file=paths.get(one.place.file, one.place.file))) if one.place else one
        for one in found
    )


def schema(sources: Sequence[str], server: Running, designer: Designer, forced: str | None = None) -> Schema:
    """The schema of any source; of SQL its reasons are the places where each object is made.

    Raises InputError and ServerError.
    """
    kinds = {recognise(source, forced) for source in sources}
    if kinds == {"sql"}:
        texts = sql_texts(sources)
        with server() as running:
            database = sql(running, texts)
        made = places(statements(texts))
        reasons = tuple(Reason(subject, f"made at {made[subject]}") for subject in sorted(made))
        return Schema(database, Intent("", "", reasons=reasons))
    if kinds == {"database"} and len(sources) == 1:
        with run.reading(sources[0]) as connection:
            return Schema(read(connection), Intent("", ""))
    return designer(sources, forced)


def _changes(path: Path, chosen: Settings, server: Running, base: dict[str, str]) -> tuple[Finding, ...]:
    known = changes.changes(path)
    with server() as running:
        return migrations.lint(running, base, known, chosen, str(path) if path.is_file() else None)


def _has_changes(path: Path, base: str | None) -> bool:
    return path.exists() and (base is not None or changes.is_migrations(path))


def _base(base: str | None, designer: Designer) -> dict[str, str]:
    """What migrations start from, as SQL by the name of its file."""
    kind = recognise(base, None) if base is not None else None
    if base is None or kind is None:
        return {}
    if kind == "sql":
        return sql_texts([base])
    if kind == "database":
        with run.reading(base) as connection:
            return {"the base": script(read(connection))}
    if kind not in DESIGNED:
        raise wrong(f"a base of kind {kind} is not read", fix="give SQL, a design, documents or postgresql://...")
    designed = designer([base], None)
    return {"external tables": script(stand_ins(designed)), "the base": script(designed.database)}

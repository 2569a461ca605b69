"""One database's catalogs as a Database."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from colonnade.catalog.constraints import constraints
from colonnade.catalog.definitions import definitions
from colonnade.catalog.functions import functions
from colonnade.catalog.indexes import indexes
from colonnade.catalog.namespaces import extensions, namespaces
from colonnade.catalog.policies import policies
from colonnade.catalog.privileges import default_privileges
from colonnade.catalog.relations import relations
from colonnade.catalog.sequences import sequences
from colonnade.catalog.snapshot import Snapshot, snapshot
from colonnade.catalog.tables import Parts, tables
from colonnade.catalog.triggers import triggers
from colonnade.catalog.types import composites, domains, enums
from colonnade.catalog.unmodelled import unmodelled
from colonnade.catalog.views import column_defaults, views
from colonnade.design.schema import Database

if TYPE_CHECKING:
    import psycopg


def read(connection: psycopg.Connection[Any]) -> Database:
    """All objects of the database that `connection` is in, as of one moment; system's and extensions' own left out.

    One query a kind of object, whatever their number. Inside an open transaction its own changes are seen.
    """
    with snapshot(connection) as view, _collector_paused():
        return _database(view)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """The garbage collector rests: of a hundred thousand new values all stay, and looking for others takes a third."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _database(view: Snapshot) -> Database:
    known = relations(view)
    found_indexes = indexes(view, known)
    found_constraints = constraints(view, known, found_indexes)
    found_sequences = sequences(view)
    parts = Parts(
        known,
        found_constraints,
        found_indexes,
        triggers(view, known),
        policies(view),
        found_sequences.identity,
        found_indexes.clustering,
    )
    beyond = (
        *unmodelled(view),
        *found_constraints.unmodelled,
        *found_sequences.unmodelled,
        *column_defaults(view, known),
    )
    return Database(
        namespaces(view),
        extensions(view),
        enums(view),
        domains(view),
        composites(view),
        found_sequences.standing,
        functions(view),
        tables(view, parts),
        views(view, parts),
        default_privileges(view),
        definitions(view, known),
        tuple(sorted(beyond)),
    )

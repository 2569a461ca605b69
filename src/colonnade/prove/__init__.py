"""The prover: laws checked on PostgreSQL, each with its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from colonnade.config import Settings
from colonnade.design.draft import Draft
from colonnade.design.engine import unfolded
from colonnade.design.schema import Schema
from colonnade.findings import Proof
from colonnade.prove import (
    audiences,
    auditor,
    children,
    constraints,
    deleted,
    generated,
    isolation,
    loading,
    migration,
    migrator,
    models,
    partitions,
    patterns,
    reader,
    searches,
    tenants,
    times,
    trails,
    transitions,
    written,
)
from colonnade.prove.attack import law as attacks
from colonnade.prove.ground import Ground, prepared
from colonnade.prove.laws import LAWS, Lane, Law, held
from colonnade.server import Server

__all__ = ["LAWS", "prove_build"]

SUBJECTS = (
    loading, migration, models, constraints, generated, times, written, transitions, deleted, children, partitions,
    isolation, migrator, audiences, trails, auditor, tenants, attacks, reader, patterns, searches,
)  # fmt: skip
"""The files of laws, in the order in which they are reported."""

HEAVY = ("sqlalchemy.orm", "sqlmodel", "alembic.command")


def prove_build(
    tree: Path,
    schema: Schema,
    draft: Draft | None,
    settings: Settings,
    server: Server,
    on_proof: Callable[[Proof], None],
    laws: frozenset[str] | None = None,
) -> tuple[Proof, ...]:
    """Checks every law, or those named by `laws`, on the complete output tree of a build, and tells each proof.

    `draft` is None for a build from a design document: then claims are read off the design. All databases and roles
    are the prover's own and are dropped at the end. Raises ServerError, and psycopg.Error where none can be made.
    """
    chosen = [law for law in ordered() if laws is None or law.name in laws]
    proofs: list[Proof] = []
    draft = unfolded(draft, settings) if draft else None
    with ExitStack() as stack:
        lanes = {
            lane: stack.enter_context(ThreadPoolExecutor(1, lane)) for lane in sorted({law.lane for law in chosen})
        }
        if "files" in lanes:
            lanes["files"].submit(warm)
        ground = stack.enter_context(prepared(tree, schema, draft, settings, server))
        for proof in _all(ground, chosen, lanes):
            on_proof(proof)
            proofs.append(proof)
    return tuple(proofs)


def warm() -> None:
    """Imports what laws about files need: it takes a second, in which the server makes databases."""
    for name in HEAVY:
        import_module(name)


def ordered() -> tuple[Law, ...]:
    """The laws that have a check of their own, subject by subject."""
    places = {module.__name__: place for place, module in enumerate(SUBJECTS)}
    return tuple(sorted((law for law in LAWS.values() if law.check), key=lambda law: places[law.check.__module__]))


def _all(ground: Ground, laws: Sequence[Law], lanes: Mapping[Lane, Executor]) -> Iterator[Proof]:
    """The proofs of all laws in the order of the registry; the laws of each lane run in a thread of their own."""
    if ground.loading.error is not None:
        yield from held(LAWS["ddl-loads"], ground)
        why = "not checked, since schema.sql does not load"
        others = [law for law in laws if law.name != "ddl-loads"]
        yield from (Proof(law.name, ground.feature, False, why) for law in others)
        return
    # The observers look before the lanes start: rows come and go in one of them, and grants in the other.
    if "files" in lanes:
        assert ground.catalog is not None and ground.dump is not None
    for future in [lanes[law.lane].submit(held, law, ground) for law in laws]:
        yield from future.result()

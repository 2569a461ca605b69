"""Linting changes in their order: each is run and watched, then the schema that they build is judged too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from colonnade.config import Settings
from colonnade.elaborate import Bench, bench
from colonnade.elaborate.statements import Statement, statements
from colonnade.findings import RULES, Finding
from colonnade.lint.changes import Change
from colonnade.lint.places import places
from colonnade.lint.run import faults, leakproof
from colonnade.lint.safety import SAFETY_CHECKS
from colonnade.lint.suppress import Judged, apply, by_place, permissions
from colonnade.lint.watch import Observation, watched
from colonnade.lint.world import World
from colonnade.server import Server
from colonnade.sql import ident


def lint(
    server: Server, base: Mapping[str, str], changes: Sequence[Change], chosen: Settings, only: str | None = None
) -> tuple[Finding, ...]:
    """What the rules say of `changes`, run one after the other on what the SQL of `base` builds.

    Tables that a change makes itself are free to be locked. `only` is the name of the one change that is reported.
    Raises InputError where `base` does not load, and ServerError.
    """
    before = statements(base)
    script = [*before, *(statement for change in changes for statement in change.statements)]
    reported = [change for change in changes if only in (None, change.name)]
    with bench(server, script) as loading:
        for statement in before:
            loading.run(statement)
        _share(loading)
        seen = _all(loading, changes)
        found = [one for change in reported for one in _judged(seen.get(change.name, ()), chosen)]
        if not any(one.failure for observations in seen.values() for one in observations):
            world = World(loading.database(), leakproof=leakproof(server))
            found += _built(world, chosen, script, {change.name for change in reported})
    allowed = [one for change in reported for one in permissions(change.statements)]
    return by_place(apply(found, allowed, chosen))


def _share(loading: Bench) -> None:
    """Gives what stands there to the role of which all others are members: a change may act as any of them."""
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    owner = loading.administrator.execute(query).fetchone()[0]
    loading.administrator.execute(f"REASSIGN OWNED BY {ident(loading.loader)} TO {ident(owner)}")


def _all(loading: Bench, changes: Sequence[Change]) -> dict[str, tuple[Observation, ...]]:
    """What was seen of each change by its name, up to the first that PostgreSQL refuses."""
    seen: dict[str, tuple[Observation, ...]] = {}
    for change in changes:
        seen[change.name] = tuple(watched(loading, change))
        if any(one.failure for one in seen[change.name]):
            break
    return seen


def _judged(seen: Sequence[Observation], chosen: Settings) -> Iterator[Judged]:
    for number, one in enumerate(seen):
        for name in sorted(SAFETY_CHECKS):
            if chosen.enabled(name):
                for message, fix in SAFETY_CHECKS[name](one, seen[:number]):
                    place = one.statement.place()
                    yield Judged(place.file, Finding(name, message, place, fix, RULES[name].severity))


def _built(world: World, chosen: Settings, script: Sequence[Statement], files: set[str]) -> list[Judged]:
    """What the rules about schemas say of the end, as far as it was made in one of `files`."""
    found = faults(world, chosen, places(script))
    return [one for one in found if one.finding.place is not None and one.finding.place.file in files]

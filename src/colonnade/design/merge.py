"""Three ways together: what was designed, a person's edits of it, and what the documents ask for now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from colonnade.design.facts import OF_DATABASE, OF_TABLE, Key, digest, digests, facts
from colonnade.design.schema import Reason, Schema, Table
from colonnade.findings import Finding, declare
from colonnade.values import replace

BOTH_CHANGED = declare(
    "changed-by-both",
    """A person changed a part of the design, and the documents changed it, too.

    The person's version is kept. What only the documents changed is taken over, and what only the person changed stays.
    """,
)


def merged(edited: Schema, designed: Schema) -> tuple[Schema, tuple[Finding, ...]]:
    """`edited` with what the documents changed since it was designed, and what both changed.

    Who changed a part is told by the digests that `edited` was recorded with.
    """
    before, mine, theirs = digests(edited), facts(edited), facts(designed)
    order = tuple(_in_order(mine, theirs))
    digests_of = {key: (before.get(key), _digest(mine.get(key)), _digest(theirs.get(key))) for key in order}
    both = [key for key, (base, own, new) in digests_of.items() if own != new and base not in (own, new)]
    # A table that the documents gave up stays whole where a person worked on a part of it.
    held = {table for table, _, _ in both if table}
    kept = {
        key: mine.get(key) if own not in (base, new) or (key[0] in held and new is None) else theirs.get(key)
        for key, (base, own, new) in digests_of.items()
    }
    whole = _rebuilt({key: fact for key, fact in kept.items() if fact is not None}, edited, designed)
    return whole, tuple(_both(key, mine.get(key), theirs.get(key)) for key in both)


def _digest(fact: Any) -> str | None:
    return None if fact is None else digest(fact)


def _in_order(mine: Mapping[Key, Any], theirs: Mapping[Key, Any]) -> Iterator[Key]:
    """The keys of `mine`, and each that only `theirs` has behind the one that it follows there."""
    following: dict[Key | None, list[Key]] = {}
    last: Key | None = None
    for key in theirs:
        if key in mine:
            last = key
        else:
            following.setdefault(last, []).append(key)
    yield from following.get(None, ())
    for key in mine:
        yield key
        yield from following.get(key, ())


def _both(key: Key, mine: Any, theirs: Any) -> Finding:
    table, kind, name = key
    what = f"{table}{'.' if table and name else ''}{name} ({kind})"
    person, documents = ("removed" if one is None else "changed" for one in (mine, theirs))
    message = f"{what} was {person} by a person and {documents} by the documents; the person's version is kept"
    return Finding(BOTH_CHANGED, message, None, "compare the two and edit the design or the document")


def _rebuilt(kept: Mapping[Key, Any], edited: Schema, designed: Schema) -> Schema:
    parts: dict[tuple[str, str], list[Any]] = {}
    for (table, kind, _), fact in kept.items():
        parts.setdefault((table, kind), []).append(fact)
    database = replace(
        edited.database,
        tables=_tables(parts, "tables"),
        **{kind: _sorted(parts.get(("", kind), [])) for kind in OF_DATABASE},
    )
    entities = tuple(
        replace(one, relationships=tuple(parts.get((one.table, "relationships"), [])))
        for (_, kind), several in sorted(parts.items())
        if kind == "entity"
        for one in several
    )
    reasons = {one.subject: one for source in (edited, designed) for one in source.intent.reasons}
    intent = replace(
        edited.intent,
        entities=entities,
        patterns=tuple(parts.get(("", "patterns"), [])),
        reasons=tuple(Reason(name, reasons[name].because) for name in sorted(reasons)),
        sources=designed.intent.sources,
        facts=designed.intent.facts,
        dependencies=designed.intent.dependencies,
    )
    return Schema(database, intent, _tables(parts, "external"))


def _tables(parts: Mapping[tuple[str, str], list[Any]], kind: str) -> tuple[Table, ...]:
    made = [
        replace(one, **{part: _arranged(part, parts.get((table, part), [])) for part in OF_TABLE})
        for (table, found), several in parts.items()
        if found == kind
        for one in several
    ]
    return _sorted(made)


def _arranged(part: str, several: list[Any]) -> tuple[Any, ...]:
    return tuple(several) if part == "columns" else _sorted(several)


def _sorted(several: list[Any]) -> tuple[Any, ...]:
    return tuple(sorted(several, key=lambda one: str(one.name)))

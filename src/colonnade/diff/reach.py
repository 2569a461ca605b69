"""What a change can reach: of two databases that are mostly the same, the objects that a plan may have to touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from colonnade.design.schema import (
    Check,
    Database,
    Definition,
    Domain,
    Exclusion,
    ForeignKey,
    Function,
    Sequence,
    Table,
    View,
)
from colonnade.ops.op import mentioned
from colonnade.ops.types import type_need
from colonnade.sql import ident, qualified

Place = tuple[str, tuple[str, ...]]
"""Where an object stands in a Database: the field, and what it is told apart by there."""


def reached(old: Database, new: Database) -> tuple[Database, Database]:
    """Both less the objects that are the same in both and use nothing that changes, or is made anew because of it.

    A foreign key, a check or an index is made anew without its table; a view, a function or a type never alone.
    """
    ours, theirs = dict(_objects(old)), dict(_objects(new))
    changed = {place for place in ours.keys() | theirs.keys() if ours.get(place) != theirs.get(place)}
    if not changed:
        return replace(Database(), unmodelled=old.unmodelled), replace(Database(), unmodelled=new.unmodelled)
    users = _users({**ours, **theirs}, changed)
    kept, waiting = set(changed), list(changed)
    while waiting:
        name = _name(*waiting.pop())
        for place, carries_on in users.get(name, ()):
            if place not in kept:
                kept.add(place)
                waiting += [place] if carries_on else []
    return _only(old, kept), _only(new, kept)


def _only(database: Database, kept: set[Place]) -> Database:
    chosen: dict[str, list[Any]] = defaultdict(list)
    for place, one in _objects(database):
        if place in kept:
            chosen[place[0]].append(one)
    return replace(Database(unmodelled=database.unmodelled), **{name: tuple(some) for name, some in chosen.items()})


def _objects(database: Database) -> Iterator[tuple[Place, Any]]:
    for field in fields(database):
        if field.name != "unmodelled":
            yield from (((field.name, _identity(one)), one) for one in getattr(database, field.name))


def _identity(one: Any) -> tuple[str, ...]:
    """What an object is called by others first: its name as SQL, or nothing where nobody calls it."""
    if isinstance(one, Function):
        return (qualified(one.schema, one.name), one.identity_arguments)
    if isinstance(one, Definition):
        return (one.name.partition("(")[0].strip(), one.kind, one.name)
    if not hasattr(one, "name"):
        return ("", one.role, one.objects, one.schema or "")
    if not hasattr(one, "columns") and not hasattr(one, "privileges"):
        return (f"extension {ident(one.name)}",)
    return (qualified(one.schema, one.name) if hasattr(one, "schema") else f"schema {ident(one.name)}",)


def _name(field: str, identity: tuple[str, ...]) -> str:
    return identity[0]


def _users(objects: dict[Place, Any], changed: set[Place]) -> dict[str, list[tuple[Place, bool]]]:
    """Who uses a name, and whether what happens to that one concerns its own users."""
    users: dict[str, list[tuple[Place, bool]]] = defaultdict(list)
    for place, one in objects.items():
        if place in changed:
            continue
        carried = {*_carried(one), f"schema {ident(getattr(one, 'schema', None) or 'public')}"}
        for name in carried:
            users[name].append((place, True))
        for name in {*_stopped(one)} - carried:
            users[name].append((place, False))
    return users


def _carried(one: Any) -> Iterator[str]:
    """What `one` is made of: where that is made anew, so is `one`, or a column of it takes another type."""
    if isinstance(one, Table):
        yield from (type_need(column.type)[1] for column in one.columns)
        yield from (qualified(*parent) for parent in one.inherits)
        yield from (qualified(*one.partition_of[0]),) if one.partition_of else ()
        computed = (column.generated.expression for column in one.columns if column.generated)
        yield from mentioned(one.partition_by, *computed)
    elif isinstance(one, View):
        yield from (qualified(*used) for used in one.depends_on)
        yield from mentioned(one.definition)
    elif isinstance(one, Function):
        yield from mentioned(one.arguments, one.returns, one.sql_body)
    elif isinstance(one, Domain):
        yield type_need(one.type)[1]
        yield from mentioned(one.default, *(check.expression for check in one.checks))
    elif isinstance(one, Sequence):
        yield from (qualified(*one.owned_by[:2]),) if one.owned_by else ()
    elif isinstance(one, Definition):
        yield from (name.partition("(")[0] for _, name in one.uses)
    else:
        yield from (type_need(kind)[1] for _, kind, _ in getattr(one, "attributes", ()))


def _stopped(one: Any) -> Iterator[str]:
    """What only parts of `one` use, which nothing else stands on."""
    for index in getattr(one, "indexes", ()):
        yield from mentioned(
            index.predicate, *(text for key in index.keys for text in (key.expression, key.operator_class))
        )
    for trigger in getattr(one, "triggers", ()):
        yield qualified(*trigger.function)
        yield from mentioned(trigger.condition)
    if not isinstance(one, Table):
        return
    yield from mentioned(*(column.default for column in one.columns))
    yield from mentioned(*(text for policy in one.policies for text in (policy.using, policy.check)))
    yield from (ident(column.collation) for column in one.columns if column.collation)
    for constraint in one.constraints:
        if isinstance(constraint, ForeignKey):
            yield qualified(*constraint.target)
        elif isinstance(constraint, Check):
            yield from mentioned(constraint.expression)
        elif isinstance(constraint, Exclusion):
            yield from mentioned(constraint.predicate, *(text for pair in constraint.elements for text in pair))

"""Parts: a Database taken to pieces, each with what it stands in and what it uses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from colonnade.design.schema import (
    Check,
    Constraint,
    Database,
    Exclusion,
    ForeignKey,
    Index,
    PrimaryKey,
    Sequence,
    Table,
    Trigger,
    Unique,
    View,
)
from colonnade.diff.building import beyond
from colonnade.ops import target
from colonnade.ops.columns import column_key, identity_sequence
from colonnade.ops.op import Key, mentioned
from colonnade.ops.target import Target
from colonnade.ops.types import type_need
from colonnade.sql import ident, qualified

_COMPONENT = re.compile(r'"(?:[^"]|"")+"|[^\W\d][\w$]*')


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a plan can make, drop or alter.

    `value` is the thing, `of` the table or view that it stands in; `home` is the part with which it vanishes, `uses`
    are those that cannot be dropped while it is there, `claims` the names that nothing else may have meanwhile.
    """

    kind: str
    key: Key
    value: Any
    of: Any = None
    home: Key | None = None
    uses: frozenset[Key] = frozenset()
    claims: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Names:
    """What a name in an SQL text may stand for, and the columns of each relation by their names as SQL."""

    objects: Mapping[str, frozenset[Key]]
    columns: Mapping[str, Mapping[str, Key]]
    tables: Mapping[tuple[str, str], Table] = field(default_factory=dict)

    def found(self, *texts: str | None) -> frozenset[Key]:
        """Every object that is named in `texts`, with the columns of named relations that are named too."""
        words = mentioned(*texts)
        keys = set[Key]().union(*(self.objects.get(word, frozenset()) for word in words))
        pieces = components(words)
        for kind, name in tuple(keys):
            if kind == "relation":
                keys |= {key for column, key in self.columns.get(name, {}).items() if column in pieces}
        return frozenset(keys)

    def own(self, relation: str, *texts: str | None) -> frozenset[Key]:
        """As `found`, where bare names may be columns of `relation`."""
        words = mentioned(*texts)
        pieces = components(words)
        named = {key for column, key in self.columns.get(relation, {}).items() if column in pieces}
        return self.found(*texts) | named


def components(words: Iterable[str]) -> frozenset[str]:
    """The single names in dotted ones."""
    return frozenset(piece for word in words for piece in _COMPONENT.findall(word))


def parts(some: Database, whole: Database) -> dict[Key, Part]:
    """The parts of `some` objects of the `whole` database by their keys."""
    names = _names(whole)
    return {part.key: part for part in _parts(some, names)}


def _names(database: Database) -> Names:
    objects: dict[str, set[Key]] = defaultdict(set)
    for at in (
        *map(target.type_, database.enums),
        *map(target.type_, database.domains),
        *map(target.type_, database.composites),
        *map(target.sequence, database.sequences),
        *map(target.table, database.tables),
        *map(target.view, database.views),
    ):
        objects[at.name].add(at.key)
    for function in database.functions:
        objects[qualified(function.schema, function.name)].add(target.function(function).key)
    for definition in database.definitions:
        objects[definition.name.partition("(")[0].strip()].add(definition.key)
    columns = {
        qualified(table.schema, table.name): {
            ident(column.name): column_key((table.schema, table.name), column.name) for column in table.columns
        }
        for table in database.tables
    }
    tables = {(table.schema, table.name): table for table in database.tables}
    return Names({name: frozenset(keys) for name, keys in objects.items()}, columns, tables)


def _parts(database: Database, names: Names) -> Iterator[Part]:
    for namespace in database.namespaces:
        at = target.namespace(namespace)
        yield Part("namespace", at.key, namespace)
    for extension in database.extensions:
        yield Part("extension", target.extension(extension).key, extension, uses=_space(extension.schema))
    yield from _types(database, names)
    for sequence in database.sequences:
        yield _sequence(sequence)
    for function in database.functions:
        body = (function.sql_body,)
        uses = names.found(function.arguments, function.returns, *body) | _space(function.schema)
        key = target.function(function).key
        yield Part("function", key, function, uses=uses - {key})
    for table in database.tables:
        yield from _table(table, names)
    for view in database.views:
        yield from _view(view, names)
    for definition in database.definitions:
        home = ("relation", qualified(*definition.on)) if definition.on else None
        claims = frozenset({f"type {definition.name}"} if definition.kind == "TYPE" else ())
        uses = frozenset(definition.uses) | _space(definition.schema)
        yield Part("definition", definition.key, definition, None, home, uses, claims)
    for default in database.default_privileges:
        key = ("default privilege", f"{default.role} {default.objects} {default.schema or ''}")
        yield Part("default privilege", key, default, uses=_space(default.schema or "public"))


def _space(schema: str) -> frozenset[Key]:
    return frozenset() if schema == "public" else frozenset({("namespace", ident(schema))})


def _typed(*types: str) -> frozenset[Key]:
    return frozenset(type_need(name) for name in types) | frozenset(
        ("relation", type_need(name)[1]) for name in types if name
    )


def _types(database: Database, names: Names) -> Iterator[Part]:
    for enum in database.enums:
        at = target.type_(enum)
        yield Part("enum", at.key, enum, uses=_space(enum.schema), claims=frozenset({f"type {at.name}"}))
    for domain in database.domains:
        at = target.type_(domain)
        texts = (domain.default, *(check.expression for check in domain.checks))
        uses = (names.found(*texts) | _typed(domain.type) | _space(domain.schema)) - {at.key}
        yield Part("domain", at.key, domain, uses=uses, claims=frozenset({f"type {at.name}"}))
    for composite in database.composites:
        at = target.type_(composite)
        uses = _typed(*(type_name for _, type_name, _ in composite.attributes)) | _space(composite.schema)
        yield Part("composite", at.key, composite, uses=uses, claims=frozenset({at.name, f"type {at.name}"}))


def _sequence(sequence: Sequence) -> Part:
    at = target.sequence(sequence)
    home = column_key(sequence.owned_by[:2], sequence.owned_by[2]) if sequence.owned_by else None
    uses = _space(sequence.schema) | ({home} if home else frozenset())
    return Part("sequence", at.key, sequence, None, home, uses, frozenset({at.name}))


# --- tables -------------------------------------------------------------------------------------------------------


def _table(table: Table, names: Names) -> Iterator[Part]:
    at = target.table(table)
    parents = (*table.inherits, *((table.partition_of[0],) if table.partition_of else ()))
    uses = frozenset(("relation", qualified(*parent)) for parent in parents) | _space(table.schema)
    uses |= frozenset(
        column_key(parent, column.name) for parent in parents if parent in names.tables
        for column in names.tables[parent].columns
    )  # fmt: skip
    uses |= names.found(table.partition_by) - {at.key}
    whole = names.tables.get(table.partition_of[0]) if table.partition_of else None
    yield Part("table", at.key, table, whole, None, uses, frozenset({at.name, f"type {at.name}"}))
    yield from _columns(table, at, names)
    for constraint in table.constraints:
        yield _constraint(constraint, table, at, names)
    for index in table.indexes:
        yield _index(index, table, at, names)
    for trigger in table.triggers:
        yield _trigger(trigger, table, at, names)
    for policy in table.policies:
        key = target.part_key(at, "POLICY", policy.name)
        uses = names.own(at.name, policy.using, policy.check) | {at.key}
        yield Part("policy", key, policy, table, at.key, uses)
    if table.replica_identity != "DEFAULT":
        yield _replica(table, at)
    if table.clustered_on is not None:
        uses = frozenset({at.key, *_behind(table, at, table.clustered_on)})
        yield Part("cluster", ("cluster", at.name), table.clustered_on, table, at.key, uses)


def _columns(table: Table, at: Target, names: Names) -> Iterator[Part]:
    whole = names.tables.get(table.partition_of[0]) if table.partition_of else None
    for column in table.columns:
        key = column_key((table.schema, table.name), column.name)
        shared = whole is not None and whole.has(column.name)
        own = beyond(column, table.name, whole) if whole is not None and shared else column
        computed = names.own(at.name, column.generated.expression) if column.generated else frozenset()
        sorted_by = names.found(ident(column.collation)) if column.collation else frozenset()
        uses = (_typed(column.type) | computed | sorted_by | {at.key}) - {key}
        claims = frozenset(
            {identity_sequence((table.schema, table.name), column)} if column.identity and not shared else ()
        )
        yield Part("part column" if shared else "column", key, own, table, at.key, uses, claims)
        if own.default is not None:
            uses = names.found(own.default) | {key}
            yield Part("default", ("default", key[1]), own.default, (table, own), key, uses - {at.key})


def _constraint(constraint: Constraint, table: Table, at: Target, names: Names) -> Part:
    key = target.part_key(at, "CONSTRAINT", constraint.name)
    own = (table.schema, table.name)
    uses: set[Key] = {at.key}
    claims: set[str] = set()
    if isinstance(constraint, Check):
        uses |= names.own(at.name, constraint.expression)
    elif isinstance(constraint, Exclusion):
        uses |= names.own(at.name, constraint.predicate, *(text for one in constraint.elements for text in one))
    else:
        uses |= {column_key(own, column) for column in constraint.columns}
    if isinstance(constraint, PrimaryKey | Unique | Exclusion):
        uses |= {column_key(own, column) for column in constraint.include}
    if isinstance(constraint, ForeignKey):
        uses |= {("relation", qualified(*constraint.target))} | _backing(constraint, names)
        uses |= {column_key(constraint.target, column) for column in constraint.target_columns}
    elif not isinstance(constraint, Check):
        claims = {qualified(table.schema, constraint.name)}
    return Part("constraint", key, constraint, table, at.key, frozenset(uses), frozenset(claims))


def _backing(key: ForeignKey, names: Names) -> set[Key]:
    """The constraints and indexes that may make the target columns of a foreign key unique."""
    aim = names.tables.get(key.target)
    if aim is None:
        return set()
    at, columns = target.table(aim), sorted(key.target_columns)
    constraints = (one for one in aim.constraints if isinstance(one, PrimaryKey | Unique))
    found = {target.part_key(at, "CONSTRAINT", one.name) for one in constraints if sorted(one.columns) == columns}
    if found:
        return found
    indexes = (one for one in aim.indexes if one.unique and sorted(one.columns) == columns)
    return {target.index_key(aim.schema, one.name) for one in indexes}


def _index(index: Index, of: Table | View, at: Target, names: Names) -> Part:
    key = target.index_key(of.schema, index.name)
    own = (of.schema, of.name)
    texts = (index.predicate, *(one.expression for one in index.keys), *(one.operator_class for one in index.keys))
    columns = (*(one.column for one in index.keys if one.column is not None), *index.include)
    uses = names.own(at.name, *texts) | {at.key} | {column_key(own, column) for column in columns}
    return Part("index", key, index, of, at.key, uses, frozenset({key[1]}))


def _trigger(trigger: Trigger, of: Table | View, at: Target, names: Names) -> Part:
    key = ("trigger", f"{at.name}.{ident(trigger.name)}")
    called = names.objects.get(qualified(*trigger.function), frozenset())
    watched = (event.partition(" OF ")[2] for event in trigger.events)
    uses = names.own(at.name, trigger.condition, *watched) | called | {at.key}
    return Part("trigger", key, trigger, of, at.key, uses)


def _replica(table: Table, at: Target) -> Part:
    _, using, index = table.replica_identity.partition("USING INDEX ")
    behind = _behind(table, at, index) if using else set()
    return Part("replica", ("replica", at.name), table.replica_identity, table, at.key, frozenset({at.key, *behind}))


def _behind(table: Table, at: Target, index: str) -> set[Key]:
    """What may make an index of that name: a statement of its own, or a constraint."""
    return {target.index_key(table.schema, index), target.part_key(at, "CONSTRAINT", index)}


def _view(view: View, names: Names) -> Iterator[Part]:
    at = target.view(view)
    read = frozenset(("relation", qualified(*one)) for one in view.depends_on)
    pieces = components(mentioned(view.definition))
    columns = {
        key
        for one in view.depends_on
        for column, key in names.columns.get(qualified(*one), {}).items()
        if column in pieces
    }
    keys = _keys_grouped_by(view, names)
    uses = (names.found(view.definition) | read | columns | keys | _space(view.schema)) - {at.key}
    yield Part("view", at.key, view, None, None, uses, frozenset({at.name, f"type {at.name}"}))
    for index in view.indexes:
        yield _index(index, view, at, names)
    for trigger in view.triggers:
        yield _trigger(trigger, view, at, names)


def _keys_grouped_by(view: View, names: Names) -> set[Key]:
    """The primary keys that let a grouped view show columns it does not group by."""
    tables = (names.tables[one] for one in view.depends_on if one in names.tables)
    if "GROUP BY" not in view.definition:
        return set()
    keyed = ((target.table(table), table.primary_key) for table in tables)
    return {target.part_key(at, "CONSTRAINT", key.name) for at, key in keyed if key is not None}

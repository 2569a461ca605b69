"""What builds a Database from nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from colonnade.design.schema import (
    Check,
    Column,
    CompositeType,
    Constraint,
    Database,
    DefaultPrivilege,
    Definition,
    Domain,
    EnumType,
    ForeignKey,
    Function,
    Index,
    Privilege,
    Privileges,
    SchemaNamespace,
    Sequence,
    Table,
    View,
)
from colonnade.diff.attached import of_attached, taken_in
from colonnade.diff.order import ordered, without_rings
from colonnade.ops import target
from colonnade.ops.columns import identity_sequence
from colonnade.ops.comments import SetComment
from colonnade.ops.constraints import AddConstraint, fits_create_table
from colonnade.ops.definitions import CreateDefinition
from colonnade.ops.functions import SHARED_MARK, CreateFunction, CreateFunctionAs, ShareFunction
from colonnade.ops.grants import (
    DEFAULTS_GIVEN_TO_PUBLIC,
    GIVEN_TO_PUBLIC,
    Grant,
    GrantByDefault,
    Revoke,
    RevokeByDefault,
    SetOwner,
)
from colonnade.ops.indexes import CreateIndex, SetClustering, SetReplicaIdentity
from colonnade.ops.namespaces import CreateExtension, CreateNamespace
from colonnade.ops.op import Key, Op
from colonnade.ops.policies import CreatePolicy, SetRowSecurity
from colonnade.ops.sequences import CreateSequence, SetSequenceOwner
from colonnade.ops.tables import CreateTable
from colonnade.ops.target import Target
from colonnade.ops.triggers import CreateTrigger
from colonnade.ops.types import CreateComposite, CreateDomain, CreateEnum
from colonnade.ops.views import CreateView
from colonnade.sql import chosen_name, qualified
from colonnade.values import replace


def creation(database: Database, runs_as: str | None = None) -> tuple[Op, ...]:
    """The operations that build `database` from nothing, in an order that runs; ties by position and name.

    `runs_as` is the role that will run them: what it shall own needs no change of owner.
    """
    tables = {(table.schema, table.name): table for table in database.tables}
    parts = taken_in(tables)
    ops = _operations(database, runs_as, tables, parts)
    return ordered(tuple(_with_parts(op, parts) for op in ops) if parts else tuple(ops))


def _with_parts(op: Op, parts: Mapping[Key, tuple[Key, ...]]) -> Op:
    if not isinstance(op, CreateIndex | AddConstraint):
        return op
    return replace(op, parts=tuple(one for key in op.creates for one in parts.get(key, ())))


# --- what an object is made of ------------------------------------------------------------------------------------


def _operations(
    database: Database,
    runs_as: str | None,
    tables: Mapping[tuple[str, str], Table],
    parts: Mapping[Key, tuple[Key, ...]],
) -> Iterator[Op]:
    for namespace in database.namespaces:
        yield from of_namespace(namespace, runs_as)
    for extension in database.extensions:
        yield CreateExtension(extension)
        if extension.comment is not None:
            yield SetComment(target.extension(extension), None, extension.comment)
    for enum in database.enums:
        yield from (CreateEnum(enum), *dressed(target.type_(enum), enum, runs_as))
    for domain in database.domains:
        yield from of_domain(domain, runs_as)
    for composite in database.composites:
        yield from (CreateComposite(composite), *dressed(target.type_(composite), composite, runs_as))
    for sequence in database.sequences:
        yield from of_sequence(sequence, runs_as)
    for function in database.functions:
        yield from of_function(function, runs_as)
    inline = _inline(tuple(sorted(database.tables, key=lambda table: (table.schema, table.name))), parts)
    for table in database.tables:
        whole = tables.get(table.partition_of[0]) if table.partition_of else None
        yield from of_table(table, whole, inline[table.schema, table.name], runs_as)
        yield from of_attached(table, tables)
    for view in database.views:
        yield from of_view(view, runs_as)
    for default in database.default_privileges:
        yield from of_default(default)
    for definition in database.definitions:
        yield from of_definition(definition, runs_as)


_Owned = SchemaNamespace | Definition | EnumType | Domain | CompositeType | Sequence | Function | Table | View


def dressed(at: Target, one: _Owned, runs_as: str | None) -> Iterator[Op]:
    """Owner, privileges and comment of an object that was just made."""
    if one.owner is not None and one.owner != runs_as:
        yield SetOwner(at, None, one.owner)
    yield from granted(at, one.owner, one.privileges, GIVEN_TO_PUBLIC.get(at.kind, ()))
    if one.comment is not None:
        yield SetComment(at, None, one.comment)


def granted(at: Target, owner: str | None, privileges: Privileges, given: tuple[str, ...]) -> Iterator[Op]:
    """Grants and revocations that lead from what PUBLIC and the owner have by themselves to `privileges`."""
    if any(one.grantee == owner for one in privileges):
        yield Revoke(at, Privilege(owner or "", ("ALL",)))
    public = {kind for one in privileges if one.grantee == "PUBLIC" for kind in one.kinds}
    withdrawn = tuple(kind for kind in given if kind not in public)
    if withdrawn:
        yield Revoke(at, Privilege("PUBLIC", withdrawn))
    for one in sorted(privileges):
        kinds = tuple(kind for kind in one.kinds if one.grantee != "PUBLIC" or kind not in given)
        if kinds:
            yield Grant(at, replace(one, kinds=kinds))


def of_namespace(namespace: SchemaNamespace, runs_as: str | None) -> Iterator[Op]:
    at = target.namespace(namespace)
    if namespace.name != "public":
        yield CreateNamespace(namespace)
        yield from dressed(at, namespace, runs_as)
        return
    yield from dressed(at, replace(namespace, privileges=()), runs_as)
    yield from granted(at, namespace.owner, namespace.privileges, ("USAGE",))


def of_domain(domain: Domain, runs_as: str | None) -> Iterator[Op]:
    at = target.type_(domain)
    yield CreateDomain(domain)
    yield from dressed(at, domain, runs_as)
    for check in domain.checks:
        if check.comment is not None:
            part = replace(target.part(at, "CONSTRAINT", check.name), key=at.key)
            yield SetComment(part, None, check.comment)


def of_sequence(sequence: Sequence, runs_as: str | None) -> Iterator[Op]:
    yield CreateSequence(sequence)
    yield from dressed(target.sequence(sequence), sequence, runs_as)
    if sequence.owned_by:
        yield SetSequenceOwner((sequence.schema, sequence.name), None, sequence.owned_by)


def of_function(function: Function, runs_as: str | None) -> Iterator[Op]:
    if function.comment == SHARED_MARK:
        yield ShareFunction(function, None if function.owner == runs_as else function.owner)
        return
    if runs_as is not None and function.owner not in (None, runs_as):
        yield CreateFunctionAs(function, runs_as)
        return
    yield CreateFunction(function)
    yield from dressed(target.function(function), function, runs_as)


def of_definition(definition: Definition, runs_as: str | None) -> Iterator[Op]:
    yield CreateDefinition(definition)
    yield from dressed(target.definition(definition), definition, runs_as)


def of_default(default: DefaultPrivilege) -> Iterator[Op]:
    given = DEFAULTS_GIVEN_TO_PUBLIC.get(default.objects, ()) if default.schema is None else ()
    bare = replace(default, privileges=())
    public = {kind for one in default.privileges if one.grantee == "PUBLIC" for kind in one.kinds}
    withdrawn = tuple(kind for kind in given if kind not in public)
    if withdrawn:
        yield RevokeByDefault(bare, Privilege("PUBLIC", withdrawn))
    for one in sorted(default.privileges):
        kinds = tuple(kind for kind in one.kinds if one.grantee != "PUBLIC" or kind not in given)
        if kinds:
            yield GrantByDefault(bare, replace(one, kinds=kinds))


# --- tables -------------------------------------------------------------------------------------------------------


def _inline(tables: tuple[Table, ...], parts: Mapping[Key, tuple[Key, ...]]) -> dict[tuple[str, str], frozenset[str]]:
    """By table, the names of the constraints that its CREATE TABLE can carry.

    A foreign key points at the table itself, at one made before or at one of others, and finds its target's unique
    constraint there. A key that takes in those of partitions comes after them.
    """
    own = [_own_constraints(table, parts) for table in tables]
    numbers = {(table.schema, table.name): number for number, table in enumerate(tables)}
    parents = [(*table.inherits, *((table.partition_of[0],) if table.partition_of else ())) for table in tables]
    hard = {n: {numbers[one] for one in parents[n] if one in numbers} for n in range(len(tables))}
    pointed = [{numbers[key.target] for key in table.foreign_keys if key.target in numbers} for table in tables]
    kept = without_rings(hard, {n: pointed[n] - {n} for n in range(len(tables))})

    def inline(number: int, key: ForeignKey) -> bool:
        aim = numbers.get(key.target)
        if not fits_create_table(key) or (aim is not None and not _has_key(tables[aim], key, own[aim])):
            return False
        return aim is None or aim == number or aim in kept[number] | hard[number]

    return {
        (table.schema, table.name): own[number] | {key.name for key in table.foreign_keys if inline(number, key)}
        for number, table in enumerate(tables)
    }


def _own_constraints(table: Table, parts: Mapping[Key, tuple[Key, ...]]) -> frozenset[str]:
    late = {one.name for one in table.constraints if ("index", qualified(table.schema, one.name)) in parts}
    return inline_constraints(table) - late


def inline_constraints(table: Table) -> frozenset[str]:
    """The names of the constraints that CREATE TABLE can carry whatever else there is."""
    return frozenset(
        one.name for one in table.constraints if fits_create_table(one) and not isinstance(one, ForeignKey)
    )


def _has_key(aim: Table, key: ForeignKey, inline: frozenset[str]) -> bool:
    """Whether a constraint of `aim` in its CREATE TABLE, and not merely an index, makes the target columns unique."""
    keys = (getattr(one, "columns", ()) for one in aim.constraints if one.name in inline and not isinstance(one, Check))
    return any(sorted(columns) == sorted(key.target_columns) for columns in keys)


def of_table(
    table: Table,
    whole: Table | None,
    inline: frozenset[str],
    runs_as: str | None,
) -> Iterator[Op]:
    """The operations for `table`; `whole` is that of which it is a partition, `inline` what CREATE TABLE says."""
    name = (table.schema, table.name)
    early = tuple(one for one in table.constraints if one.name in inline)
    yield CreateTable(_bare(table, early, whole))
    yield from (AddConstraint(name, one) for one in table.constraints if one not in early)
    yield from (index_of(table, index) for index in table.indexes)
    if table.replica_identity != "DEFAULT":
        yield SetReplicaIdentity(name, "DEFAULT", table.replica_identity)
    if table.clustered_on is not None:
        yield SetClustering(name, None, table.clustered_on)
    yield from (CreateTrigger(target.table(table), trigger) for trigger in table.triggers)
    if table.row_security or table.force_row_security:
        yield SetRowSecurity(name, (False, False), (table.row_security, table.force_row_security))
    yield from (CreatePolicy(name, policy) for policy in table.policies)
    yield from dressed(target.table(table), table, runs_as)
    yield from column_grants(target.table(table), ((one.name, one.privileges) for one in table.columns))
    for column in table.columns:
        yield from identity_dressed(table, column)
    yield from _part_comments(table)


def index_of(table: Table, index: Index) -> CreateIndex:
    """One of a partitioned table that is not valid lacks those of the partitions."""
    only = table.partition_by is not None and not index.valid
    return CreateIndex(target.table(table), table.schema, index, only)


def _bare(table: Table, constraints: tuple[Constraint, ...], whole: Table | None) -> Table:
    """What CREATE TABLE says of `table`."""
    columns = table.columns
    return replace(
        table,
        columns=tuple(beyond(one, table.name, whole) for one in columns) if whole else columns,
        constraints=constraints,
        indexes=(),
        triggers=(),
        policies=(),
        row_security=False,
        force_row_security=False,
        replica_identity="DEFAULT",
        clustered_on=None,
        owner=None,
        privileges=(),
    )


def beyond(column: Column, table: str, whole: Table) -> Column:
    """What the column of the partition `table` says beyond that of the whole, from which it takes all else."""
    parent = whole.column(column.name)
    own, given = (one.not_null_name or chosen_name(of, one.name, "not_null")
                  for of, one in ((table, column), (whole.name, parent)))  # fmt: skip
    named = own != given and not column.nullable
    own_default = None if column.default == parent.default else (column.default or "NULL")
    return replace(
        column,
        nullable=column.nullable or (not parent.nullable and not named),
        not_null_name=own if named else None,
        default=own_default,
        identity=None,
        generated=None,
        collation=None,
        compression=None if column.compression == parent.compression else column.compression,
        storage=None if column.storage == parent.storage else column.storage,
    )


def identity_dressed(table: Table, column: Column) -> Iterator[Op]:
    """Privileges and comment of the sequence behind an identity column that was just made."""
    if column.identity is None:
        return
    at = target.counter(target.table(table), identity_sequence((table.schema, table.name), column))
    yield from granted(at, table.owner, column.identity.privileges, ())
    if column.identity.comment is not None:
        yield SetComment(at, None, column.identity.comment)


def column_grants(at: Target, columns: Iterable[tuple[str, Privileges]]) -> Iterator[Op]:
    """One grant for all columns on which a role has the same privileges."""
    together: dict[Privilege, list[str]] = defaultdict(list)
    for name, privileges in columns:
        for privilege in privileges:
            together[privilege].append(name)
    yield from (Grant(at, privilege, tuple(names)) for privilege, names in sorted(together.items()))


def _part_comments(table: Table) -> Iterator[Op]:
    at = target.table(table)
    for column in table.columns:
        if column.comment is not None:
            yield SetComment(target.column(at, column.name), None, column.comment)
    for kind, parts in (("CONSTRAINT", table.constraints), ("TRIGGER", table.triggers), ("POLICY", table.policies)):
        for part in parts:
            if part.comment is not None:
                yield SetComment(target.part(at, kind, part.name), None, part.comment)
    for index in table.indexes:
        if index.comment is not None:
            yield SetComment(target.index(at, table.schema, index.name), None, index.comment)


# --- views --------------------------------------------------------------------------------------------------------


def of_view(view: View, runs_as: str | None) -> Iterator[Op]:
    at = target.view(view)
    yield CreateView(view)
    yield from (CreateIndex(at, view.schema, index) for index in view.indexes)
    yield from (CreateTrigger(at, trigger) for trigger in view.triggers)
    yield from dressed(at, view, runs_as)
    yield from column_grants(at, view.column_privileges)
    comments = [(target.column(at, name), comment) for name, comment in view.column_comments]
    comments += [(target.index(at, view.schema, one.name), one.comment) for one in view.indexes if one.comment]
    comments += [(target.part(at, "TRIGGER", one.name), one.comment) for one in view.triggers if one.comment]
    yield from (SetComment(part, None, comment) for part, comment in comments)

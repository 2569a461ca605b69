"""Kinds: how a part of each kind is made, dropped and altered, and how what it wears changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from colonnade.design.schema import Check, ForeignKey, Identity, Privilege, Privileges, Table, View
from colonnade.diff import building
from colonnade.diff.parts import Part
from colonnade.ops import columns, functions, policies, tables, target, views
from colonnade.ops.comments import SetComment
from colonnade.ops.constraints import AddConstraint, DropConstraint, SetDeferral, ValidateConstraint
from colonnade.ops.definitions import DropDefinition
from colonnade.ops.functions import CreateFunction, DropFunction, ReplaceFunction
from colonnade.ops.grants import (
    DEFAULTS_GIVEN_TO_PUBLIC,
    Grant,
    GrantByDefault,
    Revoke,
    RevokeByDefault,
    SetOwner,
)
from colonnade.ops.indexes import CreateIndex, DropIndex, SetClustering, SetReplicaIdentity
from colonnade.ops.namespaces import CreateExtension, DropExtension, DropNamespace
from colonnade.ops.op import Op
from colonnade.ops.policies import AlterPolicy, CreatePolicy, DropPolicy, SetRowSecurity
from colonnade.ops.sequences import AlterSequence, DropSequence, SetSequenceOwner
from colonnade.ops.tables import DropTable
from colonnade.ops.target import Target
from colonnade.ops.triggers import CreateTrigger, DropTrigger, SwitchTrigger
from colonnade.ops.types import (
    AlterComposite,
    AlterDomain,
    CreateComposite,
    CreateEnum,
    DropComposite,
    DropDomain,
    DropEnum,
    added_values,
    attributes_stay,
)
from colonnade.ops.views import DropView, Populate, ReplaceView

Ops = tuple[Op, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """`alter` is None where only dropping and making anew leads from one part to the other; `at` is what is dressed.

    `early` are dropped before anything else happens, as far as others let them.
    """

    make: Callable[[Part], Ops]
    drop: Callable[[Part], Ops]
    alter: Callable[[Part, Part], Ops | None]
    dress: Callable[[Part, Part], Ops] = lambda old, new: ()
    early: bool = False


def _bare(value: Any) -> Any:
    """`value` without owner, privileges and comment."""
    worn = {"owner": None, "privileges": (), "comment": None}
    return replace(value, **{name: none for name, none in worn.items() if hasattr(value, name)})


def _same_or_new(old: Part, new: Part) -> Ops | None:
    return () if _bare(old.value) == _bare(new.value) else None


# --- what an object wears -----------------------------------------------------------------------------------------


def redressed(at: Target, old: Any, new: Any) -> Ops:
    """Owner, privileges and comment of an object that stays."""
    ops: list[Op] = [SetOwner(at, old.owner, new.owner)] if old.owner != new.owner else []
    ops += regranted(at, old.privileges, new.privileges, old.owner, new.owner)
    ops += [SetComment(at, old.comment, new.comment)] if old.comment != new.comment else []
    return tuple(ops)


def regranted(at: Target, old: Privileges, new: Privileges, owner: str | None, heir: str | None) -> Iterator[Op]:
    """What leads from the privileges `old` to `new` while the object goes from `owner` to `heir`."""
    # A change of owner carries the old owner's privileges over.
    moved = owner != heir
    before = {one for one in old if not (moved and one.grantee in (owner, heir))}
    after = set(new)
    if moved and any(one.grantee == owner for one in old) and not any(one.grantee == heir for one in new):
        # What the old owner had taken from himself is carried over as well.
        yield Grant(at, Privilege(heir or "CURRENT_USER", ("ALL",)))
    for grantee in sorted({one.grantee for one in before ^ after}):
        had = sorted(one for one in before if one.grantee == grantee)
        has = sorted(one for one in after if one.grantee == grantee)
        if grantee == heir:
            if has:
                yield Revoke(at, Privilege(grantee, ("ALL",)))
            else:
                yield Grant(at, Privilege(grantee, ("ALL",)))
        else:
            yield from (Revoke(at, one) for one in _less(had, has))
        yield from (Grant(at, one) for one in (_less(has, had) if grantee != heir else has) if one.kinds)


def _less(some: list[Privilege], others: list[Privilege]) -> list[Privilege]:
    """What of `some` is not in `others`; where the right to grant changes, all of it."""
    if [one.grantable for one in some] != [one.grantable for one in others] and some and others:
        return some
    there = {(one.grantable, kind) for one in others for kind in one.kinds}
    left = (replace(one, kinds=tuple(k for k in one.kinds if (one.grantable, k) not in there)) for one in some)
    return [one for one in left if one.kinds]


def _column_dress(at: Target, name: str, old: Any, new: Any, table_old: Any, table_new: Any) -> Ops:
    """Privileges and comment of a column. What a role loses on the table it loses on each column as well."""
    lost = {one.grantee for one in set(table_old.privileges) ^ set(table_new.privileges)}
    ops: list[Op] = []
    for grantee in sorted({one.grantee for one in (*old.privileges, *new.privileges)}):
        had = sorted(one for one in old.privileges if one.grantee == grantee)
        has = sorted(one for one in new.privileges if one.grantee == grantee)
        if had == has and grantee not in lost:
            continue
        ops += [Revoke(at, one, (name,)) for one in _less(had, has)]
        ops += [Grant(at, one, (name,)) for one in (has if grantee in lost else _less(has, had))]
    if old.comment != new.comment:
        ops.append(SetComment(target.column(at, name), old.comment, new.comment))
    return tuple(ops)


def _identity_dress(at: Target, old: Any, new: Any, table_old: Any, table_new: Any) -> Iterator[Op]:
    """Privileges and comment of the sequence behind an identity column; one that is made anew has none."""
    if new.identity is None:
        return
    sequence = target.counter(at, columns.identity_sequence((table_new.schema, table_new.name), new))
    before = old.identity or Identity(new.identity.always)
    yield from regranted(sequence, before.privileges, new.identity.privileges, table_old.owner, table_new.owner)
    if before.comment != new.identity.comment:
        yield SetComment(sequence, before.comment, new.identity.comment)


# --- schemas, extensions, types, sequences ------------------------------------------------------------------------


def _drop_namespace(part: Part) -> Ops:
    if part.value.name != "public":
        return (DropNamespace(part.value),)
    usual = replace(part.value, owner="pg_database_owner", privileges=_USAGE, comment="standard public schema")
    return redressed(target.namespace(part.value), part.value, usual)


_USAGE: Privileges = (Privilege("PUBLIC", ("USAGE",)),)


def _make_namespace(part: Part) -> Ops:
    if part.value.name != "public":
        return tuple(building.of_namespace(part.value, None))
    usual = replace(part.value, owner="pg_database_owner", privileges=_USAGE, comment="standard public schema")
    return redressed(target.namespace(part.value), usual, part.value)


def _extension_alters(old: Part, new: Part) -> Ops | None:
    return () if old.value.schema == new.value.schema else None


def _make_extension(part: Part) -> Ops:
    comment = part.value.comment
    dress = (SetComment(target.extension(part.value), None, comment),) if comment is not None else ()
    return (CreateExtension(part.value), *dress)


def _dress_extension(old: Part, new: Part) -> Ops:
    one, other = old.value.comment, new.value.comment
    return (SetComment(target.extension(new.value), one, other),) if one != other else ()


def _make_type(part: Part) -> Ops:
    make = {"enum": CreateEnum, "composite": CreateComposite}
    if part.kind == "domain":
        return tuple(building.of_domain(part.value, None))
    at = target.type_(part.value)
    return (make[part.kind](part.value), *building.dressed(at, part.value, None))


def _drop_type(part: Part) -> Ops:
    return ({"enum": DropEnum, "domain": DropDomain, "composite": DropComposite}[part.kind](part.value),)


def _alter_enum(old: Part, new: Part) -> Ops | None:
    return added_values(old.value, new.value)


def _alter_domain(old: Part, new: Part) -> Ops | None:
    if (old.value.type, old.value.collation) != (new.value.type, new.value.collation):
        return None
    return (AlterDomain(old.value, new.value),) if AlterDomain(old.value, new.value).steps() else ()


def _dress_domain(old: Part, new: Part) -> Ops:
    at = target.type_(new.value)
    before = {check.name: check for check in old.value.checks}
    ops = [*redressed(at, old.value, new.value)]
    for check in new.value.checks:
        there = before.get(check.name)
        # A check that is made anew has lost its comment.
        comment = there.comment if there is not None and there.expression == check.expression else None
        if comment != check.comment:
            part = replace(target.part(at, "CONSTRAINT", check.name), key=at.key)
            ops.append(SetComment(part, comment, check.comment))
    return tuple(ops)


def _alter_composite(old: Part, new: Part) -> Ops | None:
    if old.value.attributes == new.value.attributes:
        return ()
    return (AlterComposite(old.value, new.value),) if attributes_stay(old.value, new.value) else None


def _dress_type(old: Part, new: Part) -> Ops:
    return redressed(target.type_(new.value), old.value, new.value)


def _alter_sequence(old: Part, new: Part) -> Ops | None:
    one, other = old.value, new.value
    ops: Ops = (AlterSequence(one, other),) if AlterSequence(one, other).steps() else ()
    if one.owned_by != other.owned_by:
        ops = (*ops, SetSequenceOwner((other.schema, other.name), one.owned_by, other.owned_by))
    return ops


def _dress_sequence(old: Part, new: Part) -> Ops:
    ops = redressed(target.sequence(new.value), old.value, new.value)
    # A sequence that a column owns follows the owner of its table.
    led = old.value.owned_by is not None and old.value.owned_by == new.value.owned_by
    return tuple(op for op in ops if not (led and isinstance(op, SetOwner)))


# --- functions ----------------------------------------------------------------------------------------------------


def _make_function(part: Part) -> Ops:
    at = target.function(part.value)
    return (CreateFunction(part.value), *building.dressed(at, part.value, None))


def _alter_function(old: Part, new: Part) -> Ops | None:
    if _bare(old.value) == _bare(new.value):
        return ()
    return (ReplaceFunction(old.value, new.value),) if functions.replaceable(old.value, new.value) else None


def _dress_function(old: Part, new: Part) -> Ops:
    return redressed(target.function(new.value), old.value, new.value)


# --- tables -------------------------------------------------------------------------------------------------------


def _make_table(part: Part) -> Ops:
    return tuple(building.of_table(part.value, part.of, building.inline_constraints(part.value), None))


def _alter_table(old: Part, new: Part) -> Ops | None:
    one: Table = old.value
    other: Table = new.value
    if one.partition_by != other.partition_by:
        return None
    name = (other.schema, other.name)
    ops: list[Op] = [tables.Disinherit(name, parent) for parent in one.inherits if parent not in other.inherits]
    ops += [tables.Inherit(name, parent) for parent in other.inherits if parent not in one.inherits]
    if one.partition_of != other.partition_of:
        ops += [tables.DetachPartition(name, *one.partition_of)] if one.partition_of else []
        ops += _attached(name, new) if other.partition_of else []
    ops += [tables.SetLogged(name, one.unlogged, other.unlogged)] if one.unlogged != other.unlogged else []
    ops += [tables.SetOptions(name, "TABLE", one.options, other.options)] if one.options != other.options else []
    if one.access_method != other.access_method:
        ops.append(tables.SetAccessMethod(name, one.access_method, other.access_method))
    flags = [(table.row_security, table.force_row_security) for table in (one, other)]
    ops += [SetRowSecurity(name, *flags)] if flags[0] != flags[1] else []
    return tuple(ops)


def _attached(name: tuple[str, str], part: Part) -> Ops:
    """The table becomes a part of `part.of`, whose checks it has to have by then."""
    checks = (one for one in part.of.constraints if isinstance(one, Check) and not one.no_inherit) if part.of else ()
    return (*(AddConstraint(name, one) for one in checks), tables.AttachPartition(name, *part.value.partition_of))


def _dress_table(old: Part, new: Part) -> Ops:
    at = target.table(new.value)
    before, after = ({one.name: one for one in side.value.attached} for side in (old, new))
    wholes = {one.name for one in (*new.of.indexes, *new.of.constraints)} if new.of else set()
    commented = (
        SetComment(
            target.index(at, new.value.schema, name), one.comment, after[name].comment if name in after else None
        )
        for name, one in before.items()
        if one.whole in wholes and one.comment != (after[name].comment if name in after else None)
    )
    return (*redressed(at, old.value, new.value), *commented)


def _table_name(part: Part) -> tuple[str, str]:
    return (part.of.schema, part.of.name)


def _make_column(part: Part) -> Ops:
    at, column = target.table(part.of), part.value
    made: list[Op] = [columns.AddColumn(_table_name(part), column.name, column)]
    made += building.column_grants(at, ((column.name, column.privileges),))
    if column.comment is not None:
        made.append(SetComment(target.column(at, column.name), None, column.comment))
    return (*made, *building.identity_dressed(part.of, column))


def _drop_column(part: Part) -> Ops:
    return (columns.DropColumn(_table_name(part), part.value.name, part.value),)


def _counting(identity: Identity | None) -> Identity | None:
    return identity and replace(identity, privileges=(), comment=None)


def _alter_column(old: Part, new: Part) -> Ops | None:
    """A computed column is made anew; all else has an operation."""
    one, other, table = old.value, new.value, _table_name(new)
    ops: list[Op] = []
    if one.generated != other.generated:
        if other.generated is not None or not one.generated.stored:
            return None
        ops.append(columns.DropExpression(table, other.name, one.generated.expression))
    retyped = (one.type, one.collation) != (other.type, other.collation)
    if retyped and other.generated is not None:
        return None
    if one.identity is not None and other.identity is None:
        ops.append(columns.SetIdentity(table, other.name, one.identity, None))
    ops += [columns.SetType(table, other.name, one, other)] if retyped else []
    renamed = not one.nullable and not other.nullable and one.not_null_name != other.not_null_name
    if one.nullable != other.nullable or renamed:
        ops.append(columns.SetNullable(table, other.name, one, other))
    if other.identity is not None and _counting(one.identity) != _counting(other.identity):
        ops.append(columns.SetIdentity(table, other.name, one.identity, other.identity, other.type))
    settings = columns.SetStorage(table, other.name, one, other)
    # A new type brings its own storage.
    before = replace(one, storage=None) if retyped else one
    settings = columns.SetStorage(table, other.name, before, other)
    return (*ops, settings) if settings.steps() else tuple(ops)


def _dress_column(old: Part, new: Part) -> Ops:
    at = target.table(new.of)
    worn = _column_dress(at, new.value.name, old.value, new.value, old.of, new.of)
    return (*worn, *_identity_dress(at, old.value, new.value, old.of, new.of))


def _make_part_column(part: Part) -> Ops:
    """A column that a partition has from its parent: only what it says beyond it."""
    plain = replace(part.value, default=None, storage=None, compression=None, statistics=None, options=(),
                    privileges=(), comment=None, nullable=True)  # fmt: skip
    before = replace(part, value=plain)
    return (*(_alter_column(before, part) or ()), *_dress_column(before, part))


def joining(old: Part, new: Part) -> Ops:
    """What a column of a table needs before that becomes a partition: it refuses null as the whole does."""
    one, other = old.value, new.of.column(new.value.name)
    if other.nullable or (not one.nullable and one.not_null_name == other.not_null_name):
        return ()
    return (columns.SetNullable(_table_name(new), other.name, one, other),)


def _alter_part_column(old: Part, new: Part) -> Ops | None:
    return _alter_column(replace(old, value=replace(old.value, type=new.value.type)), new)


def _make_default(part: Part) -> Ops:
    table, column = part.of
    return (columns.SetDefault((table.schema, table.name), column.name, None, part.value),)


def _drop_default(part: Part) -> Ops:
    table, column = part.of
    return (columns.SetDefault((table.schema, table.name), column.name, part.value, None),)


def _alter_default(old: Part, new: Part) -> Ops | None:
    table, column = new.of
    if old.value == new.value:
        return ()
    return (columns.SetDefault((table.schema, table.name), column.name, old.value, new.value),)


# --- constraints, indexes, triggers, policies ---------------------------------------------------------------------


def _make_constraint(part: Part) -> Ops:
    return (AddConstraint(_table_name(part), part.value), *_commented(part, "CONSTRAINT"))


def _commented(part: Part, kind: str) -> Ops:
    if part.value.comment is None:
        return ()
    return (SetComment(target.part(_relation(part), kind, part.value.name), None, part.value.comment),)


def _relation(part: Part) -> Target:
    return target.view(part.of) if isinstance(part.of, View) else target.table(part.of)


def _alter_constraint(old: Part, new: Part) -> Ops | None:
    one, other = replace(old.value, comment=None), replace(new.value, comment=None)
    if one == other:
        return ()
    if isinstance(one, Check | ForeignKey) and type(one) is type(other) and replace(one, validated=True) == other:
        return (ValidateConstraint(_table_name(new), other),)
    if isinstance(one, ForeignKey) and isinstance(other, ForeignKey):
        undeferred = replace(one, deferrable=other.deferrable, deferred=other.deferred)
        return (SetDeferral(_table_name(new), one, other),) if undeferred == other else None
    return None


def _dress_part(kind: str) -> Callable[[Part, Part], Ops]:
    def dress(old: Part, new: Part) -> Ops:
        if old.value.comment == new.value.comment:
            return ()
        return (SetComment(target.part(_relation(new), kind, new.value.name), old.value.comment, new.value.comment),)

    return dress


def _make_index(part: Part) -> Ops:
    at = _relation(part)
    whole = isinstance(part.of, Table)
    made: list[Op] = [building.index_of(part.of, part.value) if whole else CreateIndex(at, part.of.schema, part.value)]
    if part.value.comment is not None:
        made.append(SetComment(target.index(at, part.of.schema, part.value.name), None, part.value.comment))
    return tuple(made)


def _alter_index(old: Part, new: Part) -> Ops | None:
    # What a build that failed has left is made anew; on a partitioned table it was meant so.
    meant = new.value.valid or getattr(new.of, "partition_by", None) is None
    one, other = replace(old.value, comment=None), replace(new.value, comment=None, valid=meant)
    return () if one == other else None


def _dress_index(old: Part, new: Part) -> Ops:
    if old.value.comment == new.value.comment:
        return ()
    at = target.index(_relation(new), new.of.schema, new.value.name)
    return (SetComment(at, old.value.comment, new.value.comment),)


def _alter_trigger(old: Part, new: Part) -> Ops | None:
    one, other = replace(old.value, comment=None), replace(new.value, comment=None)
    if one == other:
        return ()
    if replace(one, enabled=other.enabled) != other:
        return None
    return (SwitchTrigger(_relation(new), other, one.enabled, other.enabled),)


def _alter_policy(old: Part, new: Part) -> Ops | None:
    if replace(old.value, comment=None) == replace(new.value, comment=None):
        return ()
    if not policies.alterable(old.value, new.value):
        return None
    return (AlterPolicy(_table_name(new), old.value, new.value),)


# --- views --------------------------------------------------------------------------------------------------------


def _alter_view(old: Part, new: Part) -> Ops | None:
    one, other = old.value, new.value
    if one.materialized != other.materialized or (one.materialized and one.definition != other.definition):
        return None
    if not one.materialized:
        if (one.definition, one.options, one.columns) == (other.definition, other.options, other.columns):
            return ()
        return (ReplaceView(one, other),) if views.replaceable(one, other) else None
    ops: list[Op] = []
    if one.options != other.options:
        ops.append(tables.SetOptions((other.schema, other.name), "MATERIALIZED VIEW", one.options, other.options))
    return (*ops, Populate(one, other)) if one.populated != other.populated else tuple(ops)


def _dress_view(old: Part, new: Part) -> Ops:
    at = target.view(new.value)
    ops = list(redressed(at, old.value, new.value))
    before, after = (dict(one.value.column_comments) for one in (old, new))
    ops += [
        SetComment(target.column(at, name), before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]
    had, has = (dict(one.value.column_privileges) for one in (old, new))
    for name in sorted(had.keys() | has.keys()):
        ops += _column_dress(at, name, _Worn(had.get(name, ())), _Worn(has.get(name, ())), old.value, new.value)
    return tuple(ops)


@dataclass(frozen=True, slots=True)
class _Worn:
    """What a column of a view wears but for its comment, which is told elsewhere."""

    privileges: Privileges
    comment: None = None


# --- default privileges -------------------------------------------------------------------------------------------


def _defaults(old: Any, new: Any, default: Any) -> Ops:
    bare = replace(default, privileges=())
    ops: list[Op] = []
    for grantee in sorted({one.grantee for one in set(old) ^ set(new)}):
        had = sorted(one for one in old if one.grantee == grantee)
        has = sorted(one for one in new if one.grantee == grantee)
        ops += [RevokeByDefault(bare, one) for one in _less(had, has)]
        ops += [GrantByDefault(bare, one) for one in _less(has, had)]
    return tuple(ops)


def _usual(default: Any) -> Privileges:
    given = DEFAULTS_GIVEN_TO_PUBLIC.get(default.objects, ()) if default.schema is None else ()
    return (Privilege("PUBLIC", given),) if given else ()


KINDS: Mapping[str, Kind] = {
    "namespace": Kind(
        _make_namespace,
        _drop_namespace,
        lambda old, new: (),
        lambda old, new: redressed(target.namespace(new.value), old.value, new.value),
    ),
    "extension": Kind(_make_extension, lambda part: (DropExtension(part.value),), _extension_alters, _dress_extension),
    "enum": Kind(_make_type, _drop_type, _alter_enum, _dress_type),
    "domain": Kind(_make_type, _drop_type, _alter_domain, _dress_domain),
    "composite": Kind(_make_type, _drop_type, _alter_composite, _dress_type),
    "sequence": Kind(
        lambda part: tuple(building.of_sequence(part.value, None)),
        lambda part: (DropSequence(part.value),),
        _alter_sequence,
        _dress_sequence,
    ),
    "function": Kind(_make_function, lambda part: (DropFunction(part.value),), _alter_function, _dress_function, True),
    "table": Kind(_make_table, lambda part: (DropTable(part.value),), _alter_table, _dress_table),
    "column": Kind(_make_column, _drop_column, _alter_column, _dress_column),
    "part column": Kind(_make_part_column, lambda part: (), _alter_part_column, _dress_column),
    "default": Kind(_make_default, _drop_default, _alter_default, early=True),
    "constraint": Kind(
        _make_constraint,
        lambda part: (DropConstraint(_table_name(part), part.value),),
        _alter_constraint,
        _dress_part("CONSTRAINT"),
        True,
    ),
    "index": Kind(
        _make_index,
        lambda part: (DropIndex(_relation(part), part.of.schema, part.value),),
        _alter_index,
        _dress_index,
        True,
    ),
    "trigger": Kind(
        lambda part: (CreateTrigger(_relation(part), part.value), *_commented(part, "TRIGGER")),
        lambda part: (DropTrigger(_relation(part), part.value),),
        _alter_trigger,
        _dress_part("TRIGGER"),
        True,
    ),
    "policy": Kind(
        lambda part: (CreatePolicy(_table_name(part), part.value), *_commented(part, "POLICY")),
        lambda part: (DropPolicy(_table_name(part), part.value),),
        _alter_policy,
        _dress_part("POLICY"),
        True,
    ),
    "replica": Kind(
        lambda part: (SetReplicaIdentity(_table_name(part), "DEFAULT", part.value),),
        lambda part: (SetReplicaIdentity(_table_name(part), part.value, "DEFAULT"),),
        lambda old, new: (
            () if old.value == new.value else (SetReplicaIdentity(_table_name(new), old.value, new.value),)
        ),
        early=True,
    ),
    "cluster": Kind(
        lambda part: (SetClustering(_table_name(part), None, part.value),),
        lambda part: (SetClustering(_table_name(part), part.value, None),),
        lambda old, new: () if old.value == new.value else (SetClustering(_table_name(new), old.value, new.value),),
        early=True,
    ),
    "view": Kind(
        lambda part: tuple(building.of_view(part.value, None)),
        lambda part: (DropView(part.value),),
        _alter_view,
        _dress_view,
        True,
    ),
    "definition": Kind(
        lambda part: tuple(building.of_definition(part.value, None)),
        lambda part: (DropDefinition(part.value),),
        lambda old, new: () if old.value.sql == new.value.sql else None,
        lambda old, new: redressed(target.definition(new.value), old.value, new.value),
        True,
    ),
    "default privilege": Kind(
        lambda part: _defaults(_usual(part.value), part.value.privileges, part.value),
        lambda part: _defaults(part.value.privileges, _usual(part.value), part.value),
        lambda old, new: _defaults(old.value.privileges, new.value.privileges, new.value),
    ),
}

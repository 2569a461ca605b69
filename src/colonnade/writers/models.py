"""What both families of ORM models share: tables and relationships as source, and what models cannot say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias

from colonnade.design.schema import (
    Check,
    Column,
    Constraint,
    Database,
    Domain,
    Exclusion,
    ForeignKey,
    Identity,
    Index,
    IndexKey,
    PrimaryKey,
    Relationship,
    Schema,
    Sequence,
    Unique,
)
from colonnade.ops.indexes import key_sql
from colonnade.ops.text import default as default_text
from colonnade.sql import idents
from colonnade.writers.naming import Model, Names, TableKey, enum_homes, names
from colonnade.writers.python import call, docstring, listing, mapping, texts
from colonnade.writers.spelling import Speller, Spelling, domain_constants, spell, speller

# --- what models cannot say ---------------------------------------------------------------------------------------

_LOSSES = (
    "composites",
    "default_privileges",
    "domains.comment",
    "domains.owner",
    "domains.privileges",
    "enums.comment",
    "enums.owner",
    "enums.privileges",
    "extensions",
    "functions",
    "namespaces",
    "sequences.comment",
    "sequences.owned_by",
    "sequences.owner",
    "sequences.privileges",
    "sequences.unlogged",
    "tables.columns.compression",
    "tables.columns.not_null_name",
    "tables.columns.privileges",
    "tables.columns.statistics",
    "tables.columns.storage",
    "tables.constraints.enforced",
    "tables.constraints.no_inherit",
    "tables.constraints.period",
    "tables.constraints.validated",
    "tables.constraints.without_overlaps",
    "tables.force_row_security",
    "tables.indexes.comment",
    "tables.indexes.valid",
    "tables.owner",
    "tables.partition_of",
    "tables.policies",
    "tables.privileges",
    "tables.replica_identity",
    "tables.row_security",
    "tables.triggers",
    "views",
)

LOSSES: dict[str, tuple[str, ...]] = {"sqlalchemy": _LOSSES, "sqlmodel": _LOSSES}
"""By writer, the facts of a catalog that its models cannot give: paths of fields from Database down."""

PREREQUISITES = ("namespaces", "extensions", "composites", "functions")
"""Lost kinds that must be in the database before `create_all`, where the schema has them, beside external tables."""


def less(database: Database, losses: tuple[str, ...]) -> Database:
    """`database` without the facts that `losses` name: each such field has its default.

    `less(ddl, LOSSES["sqlalchemy"])` is what `create_all` must give, owners and privileges aside, which whoever runs it
    leaves; so both sides of a comparison pass through here.
    """
    for loss in losses:
        database = _without(database, tuple(loss.split(".")))
    return database


def _without(value: Any, path: tuple[str, ...]) -> Any:
    known = {field.name: field for field in fields(value)}
    if path[0] not in known:
        return value
    if len(path) == 1:
        return replace(value, **{path[0]: known[path[0]].default})
    return replace(value, **{path[0]: tuple(_without(one, path[1:]) for one in getattr(value, path[0]))})


# --- one request, seen once ---------------------------------------------------------------------------------------


Pair: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Writes:
    """What the ORM writes: (table, column) pairs by (table, relationship), and the other way round."""

    by_relationship: dict[Pair, frozenset[Pair]]
    by_column: dict[Pair, set[Pair]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the modules of one family are written from; `spellings` are by type and collation."""

    schema: Schema
    names: Names
    types: Speller
    spellings: dict[tuple[str, str | None], Spelling]
    homes: dict[str, TableKey | None]
    domains: dict[str, str]
    writes: Writes


def plan(schema: Schema) -> Plan:
    named = names(schema)
    known = speller(schema, named)
    tables = (*schema.database.tables, *schema.external)
    types = sorted({(one.type, one.collation) for table in tables for one in table.columns}, key=str)
    spellings = {(type_, collation): spell(type_, known, collation) for type_, collation in types}
    return Plan(schema, named, known, spellings, enum_homes(schema), domain_constants(schema), _writes(named))


# --- SQL inside Python --------------------------------------------------------------------------------------------

# sa.text() takes `:name` for a parameter and drops a backslash before a colon.
_NOT_FOR_TEXT = re.compile(r"(?<!:):\w|\\:")


def sql_text(sql: str) -> str:
    """SQL text as an SQLAlchemy expression that renders exactly it."""
    return f"sa.{'literal_column' if _NOT_FOR_TEXT.search(sql) else 'text'}({sql!r})"


def _bare_text(sql: str) -> str:
    """SQL text for an argument that takes a plain string as sa.text() does."""
    return sql_text(sql) if _NOT_FOR_TEXT.search(sql) else repr(sql)


# --- columns ------------------------------------------------------------------------------------------------------

_IDENTITY = (
    ("START WITH", "start"),
    ("INCREMENT BY", "increment"),
    ("MINVALUE", "minvalue"),
    ("MAXVALUE", "maxvalue"),
    ("CACHE", "cache"),
)


_SERIAL = ("smallint", "integer", "bigint")


def column_arguments(model: Model, column: Column, type_expression: str) -> list[str]:
    """The arguments of mapped_column() or Column() but for the name: type, generation, key, default, comment."""
    arguments = [type_expression]
    if column.identity is not None:
        arguments.append(_identity(column.identity))
    if column.generated is not None:
        stored = column.generated.stored
        arguments.append(call("sa.Computed", _bare_text(column.generated.expression), persisted=str(stored)))
    key = model.table.primary_key
    in_key = key is not None and column.name in key.columns
    if in_key:
        arguments.append("primary_key=True")
        # Without this an integer key becomes SERIAL.
        arguments += ["autoincrement=False"] if column.identity is None and column.type in _SERIAL else []
    elif not column.nullable:
        arguments.append("nullable=False")
    if column.default is not None:
        arguments.append(f"server_default={sql_text(default_text(column.default))}")
    if column.name == model.entity.updated_at:
        arguments.append("server_onupdate=sa.FetchedValue()")
    if column.comment is not None:
        arguments.append(f"comment={column.comment!r}")
    if column_key(column.name) != column.name:
        arguments.append(f"key={column_key(column.name)!r}")
    return arguments


def _identity(identity: Identity) -> str:
    found = {word: re.search(rf"(?<!NO ){word} (-?\d+)", identity.options) for word, _ in _IDENTITY}
    named: dict[str, str | None] = {name: match[1] for word, name in _IDENTITY if (match := found[word])}
    cycle = "True" if re.search(r"(?<!NO )\bCYCLE\b", identity.options) else None
    return call("sa.Identity", always=str(identity.always), **named, cycle=cycle)


def has_server_value(column: Column) -> bool:
    """True where the server gives a value to a row that names none."""
    return column.default is not None or column.identity is not None or column.generated is not None


# --- constraints and indexes --------------------------------------------------------------------------------------


def table_arguments(model: Model, external: bool) -> list[str]:
    """The parts of `__table_args__` in order: constraints, indexes, and last the options where there are any."""
    table = model.table
    parts = [CONSTRAINTS[type(one)](one) for one in table.constraints]
    parts += [index_source(one) for one in table.indexes]
    options = list(_table_options(model, external))
    return [*parts, mapping(options)] if options else parts


def _table_options(model: Model, external: bool) -> Iterator[tuple[str, str]]:
    table = model.table
    if table.schema != "public":
        yield "schema", repr(table.schema)
    if external:
        yield "info", mapping([("external", "True")])
    if table.unlogged:
        yield "prefixes", texts(["UNLOGGED"])
    if table.partition_by is not None:
        yield "postgresql_partition_by", repr(table.partition_by)
    if table.inherits:
        yield "postgresql_inherits", listing(repr(name) for _, name in table.inherits)
    if table.access_method is not None:
        yield "postgresql_using", repr(table.access_method)
    if table.options:
        yield "postgresql_with", _storage(table.options)
    if table.comment is not None:
        yield "comment", repr(table.comment)


def _storage(options: tuple[str, ...]) -> str:
    pairs = (option.partition("=") for option in options)
    return mapping((name, repr(value)) for name, _, value in pairs)


def column_key(name: str) -> str:
    """How constraints call a column: SQLAlchemy takes the target of a foreign key apart at its dots."""
    return name.replace(".", ":")


def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(column_key, names))


def _yes(flag: bool) -> str | None:
    return "True" if flag else None


def _text_or_none(value: str | None) -> str | None:
    return None if value is None else repr(value)


def _deferral(one: PrimaryKey | Unique | ForeignKey | Exclusion) -> dict[str, str | None]:
    return {"deferrable": _yes(one.deferrable), "initially": repr("DEFERRED") if one.deferred else None}


def _primary_key(one: PrimaryKey) -> str:
    include = texts(_keys(one.include)) if one.include else None
    return call(
        "sa.PrimaryKeyConstraint",
        *map(repr, _keys(one.columns)),
        name=repr(one.name),
        **_deferral(one),
        postgresql_include=include,
        comment=_text_or_none(one.comment),
    )


def _unique(one: Unique) -> str:
    include = texts(_keys(one.include)) if one.include else None
    return call(
        "sa.UniqueConstraint",
        *map(repr, _keys(one.columns)),
        name=repr(one.name),
        **_deferral(one),
        postgresql_include=include,
        postgresql_nulls_not_distinct=_yes(one.nulls_not_distinct),
        comment=_text_or_none(one.comment),
    )


def _check(one: Check) -> str:
    return call(
        "sa.CheckConstraint", _bare_text(one.expression), name=repr(one.name), comment=_text_or_none(one.comment)
    )


def _foreign_key(one: ForeignKey) -> str:
    schema, table = one.target
    prefix = table if schema == "public" else f"{schema}.{table}"
    set_columns = f" ({idents(one.set_columns)})" if one.set_columns else ""
    actions = {"ondelete": one.on_delete + set_columns, "onupdate": one.on_update}
    stated = {word: repr(action) for word, action in actions.items() if action != "NO ACTION"}
    return call(
        "sa.ForeignKeyConstraint",
        texts(_keys(one.columns)),
        texts(f"{prefix}.{name}" for name in _keys(one.target_columns)),
        name=repr(one.name),
        **stated,
        match=repr("FULL") if one.match_full else None,
        **_deferral(one),
        comment=_text_or_none(one.comment),
    )


def _exclusion(one: Exclusion) -> str:
    elements = (f"({sql_text(key)}, {operator!r})" for key, operator in one.elements)
    return call(
        "postgresql.ExcludeConstraint",
        *elements,
        name=repr(one.name),
        using=repr(one.method),
        where=None if one.predicate is None else sql_text(one.predicate),
        **_deferral(one),
        comment=_text_or_none(one.comment),
    )


CONSTRAINTS: dict[type[Constraint], Callable[[Any], str]] = {
    PrimaryKey: _primary_key,
    Unique: _unique,
    Check: _check,
    ForeignKey: _foreign_key,
    Exclusion: _exclusion,
}


def index_source(one: Index) -> str:
    """An index as `sa.Index(...)`: keys that are bare columns by name, all others as SQL."""
    return call(
        "sa.Index",
        repr(one.name),
        *map(_index_key, one.keys),
        unique=_yes(one.unique),
        postgresql_using=None if one.method == "btree" else repr(one.method),
        postgresql_include=texts(_keys(one.include)) if one.include else None,
        postgresql_nulls_not_distinct=_yes(one.nulls_not_distinct),
        postgresql_with=_storage(one.options) if one.options else None,
        postgresql_where=None if one.predicate is None else sql_text(one.predicate),
    )


def _index_key(key: IndexKey) -> str:
    return repr(column_key(key.column)) if key.column and key == IndexKey(key.column) else sql_text(key_sql(key))


# --- relationships ------------------------------------------------------------------------------------------------


def relationship_options(model: Model, one: Relationship, known: Plan) -> dict[str, str | None]:
    """The keywords of relationship(), as source: loading, joins where they are not plain, cascades, the other side."""
    target = known.names.named(one.target)
    partner = target.relationships.get(one.back_populates or "")
    join = _many_to_many(model, target, one, known.names) if one.join_table else _direct_join(model, target, one)
    plain = _leaves_to_server(model, target, one)
    return {
        "back_populates": repr(partner) if partner and one.mode == "back_populated" else None,
        "lazy": repr(one.lazy),
        **join,
        "cascade": repr(one.cascade) if one.cascade else None,
        "passive_deletes": '"all"' if plain else _yes(one.passive_deletes),
        "uselist": "False" if one.kind == "one_to_one" and not one.owns_key else None,
        "viewonly": _yes(one.mode == "computed"),
        "overlaps": _overlaps(model, one, known) if one.mode != "computed" else None,
    }


def nullable_side(model: Model, one: Relationship) -> bool:
    """True where the single row that a relationship leads to may be absent."""
    if not one.owns_key:
        return True
    return any(column.nullable for column in model.table.columns if column.name in one.columns)


def is_list(one: Relationship) -> bool:
    return one.kind in ("one_to_many", "many_to_many")


def _key_of(child: Model, one: Relationship, parent: Model) -> ForeignKey | None:
    """The foreign key of `child` to `parent` that `one` stands for."""
    fitting = [
        key for key in child.table.foreign_keys if key.target == parent.key and set(key.columns) == set(one.columns)
    ]
    return fitting[0] if fitting else None


def _leaves_to_server(model: Model, target: Model, one: Relationship) -> bool:
    """True where the ORM must not touch the children of a deleted parent: the server refuses, and that is wanted."""
    if one.owns_key or one.join_table or one.cascade:
        return False
    key = _key_of(target, one, model)
    return key is not None and key.on_delete in ("RESTRICT", "NO ACTION")


def _direct_join(model: Model, target: Model, one: Relationship) -> dict[str, str | None]:
    child, parent = (model, target) if one.owns_key else (target, model)
    key = _key_of(child, one, parent)
    to_parent = [other for other in child.table.foreign_keys if other.target == parent.key]
    back = [other for other in parent.table.foreign_keys if other.target == child.key]
    if key is not None and len(key.columns) > 1:
        return {"primaryjoin": repr(_composite_join(child, parent, one, key))}
    itself = child.key == parent.key
    if len(to_parent) + len(back) <= 1 and not itself:
        return {}
    found: dict[str, str | None] = {"foreign_keys": repr(listing(_attribute(child, name) for name in one.columns))}
    if itself and one.owns_key and key is not None:
        found["remote_side"] = repr(listing(_attribute(parent, name) for name in key.target_columns))
    return found


def _composite_join(child: Model, parent: Model, one: Relationship, key: ForeignKey) -> str:
    """A join in which only the naming column is foreign, so that unlinking a child never clears its owner."""
    itself = child.key == parent.key
    terms = []
    for mine, theirs in zip(key.columns, key.target_columns, strict=True):
        left, right = _attribute(child, mine), _attribute(parent, theirs)
        left = f"foreign({left})" if mine == one.foreign_column else left
        if itself:
            left, right = (left, f"remote({right})") if one.owns_key else (f"remote({left})", right)
        terms.append(f"{left} == {right}")
    return f"and_({', '.join(terms)})"


def _many_to_many(model: Model, target: Model, one: Relationship, known: Names) -> dict[str, str | None]:
    middle = known.named(one.join_table or "")
    near, far = _middle_keys(model, target, one, middle)
    schema, table = middle.key
    name = table if schema == "public" else f"{schema}.{table}"
    return {
        "secondary": f"lambda: Base.metadata.tables[{name!r}]",
        "primaryjoin": repr(_middle_join(model, middle, near)) if near else None,
        "secondaryjoin": repr(_middle_join(target, middle, far)) if far else None,
    }


def _middle_keys(
    model: Model, target: Model, one: Relationship, middle: Model
) -> tuple[ForeignKey | None, ForeignKey | None]:
    """The two foreign keys of a join table: to this side and to the other, told apart by the columns that name them."""
    near_column, far_column = one.join_columns[0] if one.join_columns else (None, None)
    near = [key for key in middle.table.foreign_keys if key.target == model.key and _names(key, near_column)]
    far = [key for key in middle.table.foreign_keys if key.target == target.key and _names(key, far_column)]
    return (near[0] if near else None), (far[-1] if far else None)


def _names(key: ForeignKey, column: str | None) -> bool:
    return column is None or column in key.columns


def _middle_join(side: Model, middle: Model, key: ForeignKey) -> str:
    pairs = zip(key.columns, key.target_columns, strict=True)
    return f"and_({', '.join(f'{_attribute(side, theirs)} == {_attribute(middle, mine)}' for mine, theirs in pairs)})"


def _attribute(model: Model, column: str) -> str:
    return f"{model.class_name}.{model.attributes[column]}"


def _writes(known: Names) -> Writes:
    by_relationship = {
        (model.table.name, one.name): _written(model, one, known)
        for model in known.models.values()
        for one in model.entity.relationships
        if one.mode != "computed"
    }
    by_column: dict[Pair, set[Pair]] = {}
    for relationship, columns in by_relationship.items():
        for column in columns:
            by_column.setdefault(column, set()).add(relationship)
    return Writes(by_relationship, by_column)


def _written(model: Model, one: Relationship, known: Names) -> frozenset[tuple[str, str]]:
    target = known.named(one.target)
    if one.join_table:
        middle = known.named(one.join_table)
        keys = _middle_keys(model, target, one, middle)
        return frozenset((middle.table.name, column) for key in keys if key for column in key.columns)
    child = model if one.owns_key else target
    return frozenset({(child.table.name, one.foreign_column or one.columns[0])})


def _overlaps(model: Model, one: Relationship, known: Plan) -> str | None:
    """The other relationships that write a column which this one writes too; SQLAlchemy warns of those not named."""
    mine = known.writes.by_relationship[model.table.name, one.name]
    ours = {(model.table.name, one.name), (one.target, one.back_populates)}
    others = {other for column in mine for other in known.writes.by_column[column]} - ours
    found = sorted({known.names.named(table).relationships[name] for table, name in others})
    return repr(",".join(found)) if found else None


# --- enums, domains, sequences ------------------------------------------------------------------------------------


def enum_class(known: Plan, name: str) -> str:
    """An enum type as a class whose members are strings, each with the stored value."""
    members = known.names.members[name]
    lines = [f"    {member} = {value!r}" for value, member in members.items()] or ["    pass"]
    head = f"class {known.names.enums[name]}(str, enum.Enum):\n    {docstring(f'Values of the type {name}.')}\n"
    return head + "\n" + "\n".join(lines) + "\n"


def enums_at(known: Plan, home: TableKey | None) -> list[str]:
    """The names of the enum types whose classes stand in the module of `home`, or in `base.py` for None."""
    return [one.name for one in known.schema.database.enums if known.homes[one.name] == home]


def sequence_source(one: Sequence) -> str:
    """A sequence that the metadata creates before the tables."""
    number = {"smallint": "sa.SmallInteger()", "integer": "sa.Integer()"}.get(one.type, "sa.BigInteger()")
    usual = Sequence(one.name)
    stated = {
        word: str(value)
        for word, value, default in (
            ("start", one.start, usual.start),
            ("increment", one.increment, usual.increment),
            ("minvalue", one.minimum, usual.minimum),
            ("maxvalue", one.maximum, usual.maximum),
            ("cache", one.cache, usual.cache),
        )
        if value != default
    }
    return call(
        "sa.Sequence",
        repr(one.name),
        **stated,
        cycle=_yes(one.cycle),
        data_type=number,
        schema=None if one.schema == "public" else repr(one.schema),
        metadata="Base.metadata",
    )


def domain_sources(known: Plan) -> list[str]:
    """Each domain as a constant that the metadata creates before the tables."""
    return [f"{known.domains[one.name]} = {_domain(one, known)}" for one in known.schema.database.domains]


def _domain(one: Domain, known: Plan) -> str:
    check = one.checks[0] if one.checks else None
    return call(
        "postgresql.DOMAIN",
        repr(one.name),
        spell(one.type, known.types).expression,
        collation=_text_or_none(one.collation),
        default=None if one.default is None else sql_text(default_text(one.default)),
        not_null=_yes(not one.nullable),
        constraint_name=repr(check.name) if check else None,
        check=_bare_text(check.expression) if check else None,
        schema=None if one.schema == "public" else repr(one.schema),
        metadata="Base.metadata",
    )


def needs_server_types(known: Plan) -> bool:
    """True where a column has a type that SQLAlchemy has no class for."""
    domains = (spell(one.type, known.types) for one in known.schema.database.domains)
    return any(one.expression.startswith("Server") for one in (*known.spellings.values(), *domains))

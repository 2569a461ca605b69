"""Primary keys."""

from __future__ import annotations

from colonnade import sql, types
from colonnade.config import Settings
from colonnade.design.draft import DraftAttribute
from colonnade.design.schema import Column, Identity, PrimaryKey, Reason
from colonnade.design.work import Blueprint, Work, each, found, house, stated
from colonnade.findings import declare, rule
from colonnade.types import Family
from colonnade.values import replace
from colonnade.vocabulary.habits import GENERATED_WORDS
from colonnade.vocabulary.naming import singular
from colonnade.vocabulary.wishes import LOOKUP

UUID7 = declare(
    "uuid7-needs-18",
    """Keys by uuidv7() are asked for, and the target version is below 18.

    The function is there from PostgreSQL 18 on, so the keys are made by gen_random_uuid().
    """,
)
_INTEGERS = {Family.SMALLINT, Family.INTEGER, Family.BIGINT}


def stated_keys(work: Work) -> Work:
    """A stated key is the key: marked attributes, else one called id, else one called after its own table."""
    tables = {name: _stated(one) for name, one in work.tables.items()}
    return replace(work, tables=tables)


def _stated(blueprint: Blueprint) -> Blueprint:
    marked = tuple(
        name for name, one in blueprint.attributes.items()
        if one.primary_key and one.primary_key.value and name in blueprint.columns
    )  # fmt: skip
    key = marked or (("id",) if "id" in blueprint.columns else _own_name(blueprint))
    if not key:
        return blueprint
    columns = {**blueprint.columns, **{name: replace(blueprint.columns[name], nullable=False) for name in key}}
    return replace(blueprint, columns=columns, key=key)


def _own_name(blueprint: Blueprint) -> tuple[str, ...]:
    """`device_id` of a table of devices, unless it points somewhere or may be empty: then it is a reference."""
    name = f"{singular(blueprint.name)}_id"
    attribute = blueprint.attributes.get(name)
    if attribute is None or attribute.references or (attribute.nullable and attribute.nullable.value):
        return ()
    told = {blueprint.attribute(one.foreign_key.value) for one in blueprint.entity.relationships if one.foreign_key}
    return () if name in told else (name,)


@rule("uuid-primary-keys")
def uuid_primary_keys(work: Work) -> Work:
    """A table is keyed by `id`, a uuid that the server makes.

    It can be made anywhere without asking, and does not tell how many rows there are. A stated key of another kind
    is kept: an integer becomes an identity column.
    """
    asked = work.settings.primary_keys == "uuid7" and work.settings.target_version < 18
    findings = found(UUID7, "uuidv7() needs target_version = 18; keys use gen_random_uuid()", None,
                     "set target_version = 18 or primary_keys = \"uuid4\"") if asked else ()  # fmt: skip
    keyed = each(work, lambda one: _uuid_key(one, key_default(work.settings)))
    return replace(keyed, findings=keyed.findings + findings)


def key_default(settings: Settings) -> str:
    """The expression that makes a new key."""
    return "uuidv7()" if settings.primary_keys == "uuid7" and settings.target_version >= 18 else "gen_random_uuid()"


def _uuid_key(blueprint: Blueprint, default: str) -> Blueprint:
    if not blueprint.key:
        columns = {"id": Column("id", "uuid", False, default), **blueprint.columns}
        reason = Reason(f"{blueprint.name}.id", house("uuid-primary-keys"))
        return replace(blueprint, columns=columns, key=("id",), reasons=(*blueprint.reasons, reason))
    if len(blueprint.key) > 1:
        return blueprint
    column = blueprint.columns[blueprint.key[0]]
    attribute = blueprint.attributes.get(column.name)
    if column.type == "uuid" and not (attribute and attribute.references):
        return replace(blueprint, columns={**blueprint.columns, column.name: replace(column, default=default)})
    if column.type == "uuid" or blueprint.wish(LOOKUP):
        return blueprint
    message = f"{blueprint.name}.{column.name} is a stated key of type {column.type}, not a uuid"
    finding = found("uuid-primary-keys", message, blueprint.place_of(column.name), "state uuid, or leave the key out")
    return replace(blueprint, findings=blueprint.findings + finding)


def integer_keys(work: Work) -> Work:
    """A key that is one integer counts by itself, and a table without any key gets one that does."""
    return each(work, _counting)


def _counting(blueprint: Blueprint) -> Blueprint:
    if not blueprint.key:
        columns = {"id": Column("id", "bigint", False, identity=Identity(always=False)), **blueprint.columns}
        reason = Reason(f"{blueprint.name}.id", house("uuid-primary-keys") + " is off: an identity column")
        return replace(blueprint, columns=columns, key=("id",), reasons=(*blueprint.reasons, reason))
    column = blueprint.columns[blueprint.key[0]]
    row = types.take_apart(column.type).row
    attribute = blueprint.attributes.get(column.name)
    plain = attribute is not None and attribute.references is None and _made_by_the_server(attribute)
    if len(blueprint.key) > 1 or row is None or row.family not in _INTEGERS or not plain:
        return blueprint
    counted = replace(column, identity=Identity(always=False))
    return replace(blueprint, columns={**blueprint.columns, column.name: counted})


def _made_by_the_server(attribute: DraftAttribute) -> bool:
    return attribute.default is None or attribute.default.value.strip().lower() in GENERATED_WORDS


def primary_keys(work: Work) -> Work:
    """Every table has a primary key called `<table>_pkey`."""
    return each(work, _primary_key)


def _primary_key(blueprint: Blueprint) -> Blueprint:
    constraint = PrimaryKey(sql.shorten(f"{blueprint.name}_pkey"), blueprint.key)
    attribute = blueprint.attributes.get(blueprint.key[0])
    fact = attribute.primary_key if attribute else None
    because = stated(fact.place) if fact else house("uuid-primary-keys")
    reason = Reason(f"{blueprint.name}/{constraint.name}", because)
    return replace(blueprint, constraints=(*blueprint.constraints, constraint), reasons=(*blueprint.reasons, reason))

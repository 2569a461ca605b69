"""Tables that the documents refer to and do not define."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from colonnade.design.access_methods import method_of
from colonnade.design.draft import DraftEntity, Fact, Origin
from colonnade.design.schema import Column, Reason
from colonnade.design.work import Blueprint, Work, assumed, found
from colonnade.errors import Place
from colonnade.findings import Finding, declare
from colonnade.vocabulary import habits, naming

EXTERNAL = declare(
    "external-table",
    """A referenced entity is defined by no document.

    Its table is taken for one that others own: no migration creates it, and proofs stand in for it.
    """,
)


def split_reference(written: str) -> tuple[str, str | None]:
    """`users.id`, `users(id)` or `User` as the entity and the column, None where only the entity is named."""
    bare = written.strip().replace('"', "").replace("`", "").removeprefix("public.")
    head, bracket, tail = bare.partition("(")
    if not bracket:
        head, _, tail = bare.partition(".")
    return head.strip(), tail.strip(" )") or None


def external_tables(work: Work) -> Work:
    """Every referenced entity has a table; one that no document defines is external, keyed as it is referred to."""
    tables = dict(work.tables)
    known = dict(work.known)
    findings: list[Finding] = []
    for target, column, type_, place in _targets(work):
        if known_table(known, target):
            continue
        name = naming.plural(naming.snake(target, "entity"))
        entity = DraftEntity(Fact(target, place, Origin.IMPLIED), Fact("external", place, Origin.IMPLIED))
        key = column or "id"
        tables[name] = Blueprint(
            name, naming.camel(naming.singular(name)), entity, external=True,
            columns={key: Column(key, type_ or "uuid", False)}, key=(key,),
            reasons=(Reason(name, assumed(f"referred to at {place} and defined by no document")),),
        )  # fmt: skip
        for spelling in (target, name, naming.singular(name), naming.snake(target, "entity")):
            known.setdefault(spelling, name)
        findings += found(EXTERNAL, f"{target} is defined by no document and is taken for an external table {name} "
                          f"with the key {key} {type_ or 'uuid'}", place, severity="note")  # fmt: skip
    keyed = {name: _keyed(one) if one.external else one for name, one in tables.items()}
    users = next((name for name in habits.USER_TABLES if name in keyed), None)
    return replace(work, tables=keyed, known=known, users=users, findings=work.findings + tuple(findings))


def known_table(known: Mapping[str, str], written: str) -> str | None:
    """The table of the entity written `written`, or None."""
    bare = written.strip()
    if bare in known:
        return known[bare]
    word = naming.snake(bare, "entity")
    spellings = (word, naming.singular(word), naming.plural(word))
    return next((known[spelling] for spelling in spellings if spelling in known), None)


def _targets(work: Work) -> Iterator[tuple[str, str | None, str | None, Place]]:
    """(entity, column, type of the referring column, place) of everything that is referred to."""
    for blueprint in work.tables.values():
        for name, attribute in blueprint.attributes.items():
            column = blueprint.columns.get(name)
            type_ = _key_type(work, column) if attribute.type else None
            if attribute.references:
                target, key = split_reference(attribute.references.value)
                yield target, key, type_, attribute.references.place
            elif name == "user_id" and not blueprint.external and not _refers(blueprint, name):
                yield "User", None, type_, attribute.name.place
    for blueprint in work.tables.values():
        for relationship in blueprint.entity.relationships:
            written = relationship.foreign_key.value if relationship.foreign_key else ""
            name = blueprint.attribute(written) or f"{naming.singular(naming.snake(relationship.target.value))}_id"
            told = blueprint.attributes.get(name)
            type_ = _key_type(work, blueprint.columns.get(name)) if told and told.type else None
            yield relationship.target.value, None, type_, relationship.target.place


def _key_type(work: Work, column: Column | None) -> str | None:
    """The type of a referring column, if a key of another table can have it: no enum of ours, no list."""
    usable = column is not None and column.type not in work.enums and not column.type.endswith("[]")
    return column.type if column is not None and usable and method_of(column.type) == "btree" else None


def _refers(blueprint: Blueprint, column: str) -> bool:
    """Whether a relationship of the table states `column` as its foreign key."""
    keys = (one.foreign_key.value for one in blueprint.entity.relationships if one.foreign_key)
    return any(blueprint.attribute(key) == column for key in keys)


def _keyed(blueprint: Blueprint) -> Blueprint:
    """An external table with a key: the stated one, else a uuid called id."""
    if blueprint.key:
        return blueprint
    columns = (
        blueprint.columns if "id" in blueprint.columns else {"id": Column("id", "uuid", False), **blueprint.columns}
    )
    return replace(blueprint, columns=columns, key=("id",))

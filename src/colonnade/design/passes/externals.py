"""Tables that the documents refer to and do not define."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from colonnade.design.access_methods import method_of
from colonnade.design.draft import DraftEntity, Fact, Origin
from colonnade.design.schema import Column, Reason
from colonnade.design.work import Blueprint, Work, assumed, found
from colonnade.errors import Place
from colonnade.findings import Finding, declare
from colonnade.values import replace
from colonnade.vocabulary import habits, naming

EXTERNAL = declare(
    "external-table",
    """A referenced entity is defined by no document.

    Its table is taken for one that others own: no migration creates it, and proofs stand in for it.
    """,
)


TWO_SCHEMAS = declare(
    "two-schemas",
    """A table of another schema has the name of a table of this one.

    Both would have one model and one place in every list, so references to the other one are left out.
    """,
)


def split_reference(written: str, known: Mapping[str, str]) -> tuple[str, str | None]:
    """`users.id`, `users(id)` or `User` as the entity and the column, None where only the entity is named.

    `auth.users.id` and `auth.users` name a table of another schema, which stays in front of it: `auth.users`.
    """
    bare = written.strip().replace('"', "").replace("`", "").removeprefix("public.")
    head, bracket, tail = bare.partition("(")
    if not bracket:
        parts = bare.split(".")
        apart = 2 if len(parts) > 2 or (len(parts) == 2 and _schema_first(parts[0], parts[1], known)) else 1
        head, tail = ".".join(parts[:apart]), ".".join(parts[apart:])
    return head.strip(), tail.strip(" )") or None


def _schema_first(first: str, second: str, known: Mapping[str, str]) -> bool:
    """Whether `first.second` names a table in a schema: no table is called `first`, and `second` is a plural."""
    return known_table(known, first) is None and second not in ("id", "address") and naming.plural(second) == second


def external_tables(work: Work) -> Work:
    """Every referenced entity has a table; one that no document defines is external, keyed as it is referred to."""
    tables = dict(work.tables)
    known = dict(work.known)
    findings: list[Finding] = []
    for target, columns, place in _targets(work):
        if known_table(known, target):
            continue
        made = _external(target, columns or {"id": None}, place)
        if made.name in tables:
            findings += found(TWO_SCHEMAS, f"{target} and {made.name} are two tables of one name; the reference to "
                              f"{target} is left out", place, "call one of them something else")  # fmt: skip
            continue
        name, keys = made.name, ", ".join(f"{one.name} {one.type}" for one in made.columns.values())
        tables[name] = made
        bare = target.rpartition(".")[2]
        for spelling in (target, name, naming.singular(name), naming.snake(bare, "entity")):
            known.setdefault(spelling, name)
        findings += found(EXTERNAL, f"{target} is defined by no document and is taken for an external table {name} "
                          f"with the key {keys}", place, severity="note")  # fmt: skip
    keyed = {name: _keyed(one) if one.external else one for name, one in tables.items()}
    users = next((name for name in habits.USER_TABLES if name in keyed and _holds_people(keyed[name])), None)
    return replace(work, tables=keyed, known=known, users=users, findings=work.findings + tuple(findings))


def _holds_people(blueprint: Blueprint) -> bool:
    """Whether a table with the name of a table of users is one: accounts may be of money, and then nobody logs in."""
    names = {*blueprint.columns, *blueprint.attributes}
    return (
        blueprint.external or blueprint.name != "accounts" or bool(names & habits.LOGIN_COLUMNS) or not names - {"id"}
    )


def known_table(known: Mapping[str, str], written: str) -> str | None:
    """The table of the entity written `written`, or None."""
    bare = written.strip()
    if bare in known:
        return known[bare]
    word = naming.snake(bare, "entity")
    spellings = (word, naming.singular(word), naming.plural(word))
    return next((known[spelling] for spelling in spellings if spelling in known), None)


def _external(target: str, columns: Mapping[str, str | None], place: Place) -> Blueprint:
    """The table that `target` names, in its schema, keyed by `columns`, whose types are uuid where none is known."""
    schema, _, bare = target.rpartition(".")
    name = naming.plural(naming.snake(bare, "entity"))
    entity = DraftEntity(Fact(target, place, Origin.IMPLIED), Fact("external", place, Origin.IMPLIED))
    return Blueprint(
        name, naming.camel(naming.singular(name)), entity, schema=schema or "public", external=True,
        columns={key: Column(key, type_ or "uuid", False) for key, type_ in columns.items()}, key=tuple(columns),
        reasons=(Reason(name, assumed(f"referred to at {place} and defined by no document")),),
    )  # fmt: skip


def _targets(work: Work) -> Iterator[tuple[str, dict[str, str | None], Place]]:
    """(entity, its key columns with the types of the referring ones, place) of everything that is referred to."""
    for blueprint in work.tables.values():
        for composite in blueprint.references:
            types_of = [_key_type(work, blueprint.columns.get(name)) for name in composite.columns]
            yield composite.target, dict(zip(composite.target_columns, types_of, strict=False)), composite.place
        for name, attribute in blueprint.attributes.items():
            column = blueprint.columns.get(name)
            type_ = _key_type(work, column) if attribute.type else None
            if attribute.references:
                target, key = split_reference(attribute.references.value, work.known)
                yield target, {key or "id": type_}, attribute.references.place
            elif name == "user_id" and not blueprint.external and not _refers(blueprint, name):
                yield "User", {"id": type_}, attribute.name.place
    for blueprint in work.tables.values():
        for relationship in blueprint.entity.relationships:
            written = relationship.foreign_key.value if relationship.foreign_key else ""
            name = blueprint.attribute(written) or f"{naming.singular(naming.snake(relationship.target.value))}_id"
            told = blueprint.attributes.get(name)
            type_ = _key_type(work, blueprint.columns.get(name)) if told and told.type else None
            target, _ = split_reference(relationship.target.value, work.known)
            yield target, {"id": type_}, relationship.target.place


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

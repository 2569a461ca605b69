"""Names of tables and columns."""

from __future__ import annotations

from collections.abc import Callable, Collection

from colonnade import sql
from colonnade.design.draft import DraftAttribute, DraftEntity
from colonnade.design.schema import Reason
from colonnade.design.work import Blueprint, Work, found, stated
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming

COLLISION = declare(
    "name-collision",
    """Two names become the same name.

    `dueDate` and `due_date` are one column to PostgreSQL once both are in snake_case. The second gets a number.
    """,
)
UNFIT = declare(
    "unfit-name",
    """A stated name is over 63 bytes, or is one that PostgreSQL cannot give to a column.

    A longer name would be cut silently; here it is ended by a hash of the whole, so that it stays distinct.
    """,
)
SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})


def gather(work: Work) -> Work:
    """Every entity that is stored has a blueprint, under the names as written."""
    tables: dict[str, Blueprint] = {}
    findings: list[Finding] = []
    for entity in work.draft.entities:
        if entity.kind.value == "concept":
            continue
        written = entity.table.value if entity.table else entity.name.value
        name = _free(written, tables)
        if name != written:
            findings += _collision("table", written, name, entity)
        tables[name] = Blueprint(
            name=name,
            model=naming.camel(naming.singular(naming.snake(entity.name.value, "entity"))),
            entity=entity,
            external=entity.kind.value == "external",
            attributes=_by_name(entity),
            reasons=(Reason(name, stated(entity.name.place)),),
        )
    return replace(work, tables=tables, findings=work.findings + tuple(findings))


@rule("snake-case-names")
def snake_case_names(work: Work) -> Work:
    """Tables and columns have snake_case names in ASCII.

    They need no quotes then, in any tool. A stated table name is kept as it stands, and so are the columns of
    external tables; the original name of what was renamed stands in its comment.
    """
    tables = {name: one if one.external else _snake_columns(one) for name, one in work.tables.items()}
    named = _rename(replace(work, tables=tables), lambda one: naming.snake(one.entity.name.value, "entity"))
    odd = (one for one in named.tables.values() if one.entity.table and one.name != naming.snake(one.name, "entity"))
    messages = tuple(
        finding
        for one in odd
        for finding in found(
            "snake-case-names",
            f"the stated table name {one.name} is not in snake_case and is kept",
            one.entity.table.place if one.entity.table else one.place,
            f"call it {naming.snake(one.name, 'entity')}",
        )
    )
    return replace(named, findings=named.findings + messages)


@rule("plural-table-names")
def plural_table_names(work: Work) -> Work:
    """A table is named by the plural of its entity.

    `tasks` holds many a Task. A stated table name is kept, and so is the name of a table that others make where it is
    written in small letters, as Better Auth's `user` is: such a table is already there, under that very name.
    """
    return _rename(work, lambda one: naming.plural(one.name) if _is_ours_to_name(one) else one.name)


def _is_ours_to_name(blueprint: Blueprint) -> bool:
    written = blueprint.entity.name.value
    there = blueprint.entity.kind.value == "external" and written == written.lower()
    return naming.spellable(written) and not there


def fit_names(work: Work) -> Work:
    """Every name fits PostgreSQL's 63 bytes, models are distinct, and written names lead to tables and columns."""
    fitted = _rename(work, lambda one: sql.shorten(_printable(one.name)), stated_too=True)
    tables: dict[str, Blueprint] = {}
    models: dict[str, Blueprint] = {}
    for name, one in fitted.tables.items():
        model = _free(one.model, models)
        models[model] = tables[name] = _fit_columns(replace(one, model=model))
    return replace(fitted, tables=tables, known=_known(tables))


def _rename(work: Work, naming_of: Callable[[Blueprint], str], stated_too: bool = False) -> Work:
    """`work` with each table called as `naming_of` says; a collision is a finding and gets a number."""
    tables: dict[str, Blueprint] = {}
    findings: list[Finding] = []
    kept = {name for name, one in work.tables.items() if one.entity.table and not stated_too}
    for name, one in work.tables.items():
        wanted = name if name in kept else naming_of(one)
        new = wanted if name in kept else _free(wanted, {**dict.fromkeys(kept), **tables} if wanted in kept else tables)
        if new != wanted:
            findings += _collision("table", wanted, new, one.entity)
        tables[new] = one if new == name else replace(one, name=new, reasons=(Reason(new, one.reasons[0].because),))
    return replace(work, tables=tables, findings=work.findings + tuple(findings))


def _by_name(entity: DraftEntity) -> dict[str, DraftAttribute]:
    attributes: dict[str, DraftAttribute] = {}
    for attribute in entity.attributes:
        attributes[_free(attribute.name.value, attributes)] = attribute
    return attributes


def _snake_columns(blueprint: Blueprint) -> Blueprint:
    attributes: dict[str, DraftAttribute] = {}
    findings: list[Finding] = []
    for attribute in blueprint.attributes.values():
        wanted = naming.snake(attribute.name.value)
        name = _free(wanted, attributes)
        if name != wanted:
            findings += found(
                COLLISION,
                f"{blueprint.entity.name.value}.{attribute.name.value} is called {name}: {wanted} is there already",
                attribute.name.place,
                "rename one of the two attributes",
            )
        attributes[name] = attribute
    return replace(blueprint, attributes=attributes, findings=blueprint.findings + tuple(findings))


def _fit_columns(blueprint: Blueprint) -> Blueprint:
    attributes: dict[str, DraftAttribute] = {}
    spelled: dict[str, str] = {}
    findings: list[Finding] = []
    for written, attribute in blueprint.attributes.items():
        whole = f"{written}_value" if written in SYSTEM_COLUMNS else _printable(written)
        name = _free(sql.shorten(whole), attributes)
        if name != written:
            findings += found(
                UNFIT, f"the column {written!r} does not fit PostgreSQL and is called {name}", attribute.name.place
            )
        attributes[name] = attribute
        original = attribute.name.value
        for spelling in (name, original, original.lower(), naming.snake(original)):
            spelled.setdefault(spelling, name)
    return replace(blueprint, attributes=attributes, spelled=spelled, findings=blueprint.findings + tuple(findings))


def _known(tables: dict[str, Blueprint]) -> dict[str, str]:
    """Every way to write an entity, to its table: exact names first, so that they win over derived ones."""
    known = {name: name for name in tables}
    for name, one in tables.items():
        known.setdefault(one.entity.name.value, name)
    for name, one in tables.items():
        word = naming.snake(one.entity.name.value, "entity")
        for spelling in (one.model, word, naming.singular(word), naming.plural(word), naming.singular(name)):
            known.setdefault(spelling, name)
    return known


def _free(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, with the first number from 2 that makes it distinct where it is taken."""
    name, number = wanted, 2
    while name in taken:
        name, number = sql.shorten(f"{wanted}_{number}"), number + 1
    return name


def _printable(name: str) -> str:
    """`name` without what no identifier can hold: NUL, lone surrogates, and nothing at all."""
    return name if name and "\x00" not in name and name.isprintable() else naming.snake(name, "name")


def _collision(kind: str, wanted: str, name: str, entity: DraftEntity) -> tuple[Finding, ...]:
    return found(
        COLLISION,
        f"the {kind} of {entity.name.value} is called {name}: {wanted} is there already",
        entity.name.place,
        "rename one of the two entities, or state a table name",
    )

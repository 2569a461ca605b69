"""Polymorphic references: a column of a type beside one of an id becomes one foreign key for each table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade import sql
from colonnade.design.draft import DraftAttribute, Fact, Origin
from colonnade.design.passes.externals import known_table
from colonnade.design.schema import Column, Generated, Reason
from colonnade.design.work import Arc, Blueprint, Condition, Work, found, house
from colonnade.findings import declare, rule
from colonnade.values import replace
from colonnade.vocabulary import naming

UNBOUND = declare(
    "polymorphic-reference",
    """A column of a type beside one of an id points at several tables, and no constraint can keep it.

    PostgreSQL has no foreign key to whichever table a text names. State which tables it may be, as a closed list, and
    each gets a foreign key of its own.
    """,
)
_WORDS = re.compile(r"[A-Za-z_]+")


@rule("exclusive-arcs")
def exclusive_arcs(work: Work) -> Work:
    """A reference to one of several tables is one foreign key a table, and a check that exactly one of them is there.

    `commentable_type` and `commentable_id` stay as generated columns, so they can be read and searched as before, and
    can never say what the keys do not.
    """
    tables = {name: one if one.external else _arcs(work, one) for name, one in work.tables.items()}
    return replace(work, tables=tables)


def _arcs(work: Work, blueprint: Blueprint) -> Blueprint:
    for name in tuple(blueprint.attributes):
        stem = name.removesuffix("_type")
        if stem != name and f"{stem}_id" in blueprint.attributes:
            blueprint = _arc(work, blueprint, stem)
    return blueprint


def _arc(work: Work, blueprint: Blueprint, stem: str) -> Blueprint:
    kind, key = blueprint.attributes[f"{stem}_type"], blueprint.attributes[f"{stem}_id"]
    targets = _targets(work, kind, key)
    if len(targets) < 2:
        if kind.references or key.references or known_table(work.known, stem):
            return blueprint
        message = f"{blueprint.name}.{stem}_id points at whatever {stem}_type names, and nothing keeps it"
        fix = f"list the tables as the values of {stem}_type"
        return replace(blueprint, findings=blueprint.findings + found(UNBOUND, message, kind.name.place, fix))
    columns = {value: _column(blueprint, stem, table) for value, table in targets.items()}
    optional = bool(key.nullable and key.nullable.value)
    added = {
        column: DraftAttribute(
            Fact(column, kind.name.place, Origin.IMPLIED, "exclusive-arcs"),
            nullable=Fact(True, kind.name.place, Origin.IMPLIED, "exclusive-arcs"),
            references=Fact(targets[value], kind.name.place, Origin.IMPLIED, "exclusive-arcs"),
            on_delete=key.on_delete,
        )
        for value, column in columns.items()
    }
    rest = {name: one for name, one in blueprint.attributes.items() if one not in (kind, key)}
    text = f"num_nonnulls({sql.idents(tuple(columns.values()))}) {'<=' if optional else '='} 1"
    condition = Condition(text, kind.name.place, f"{blueprint.name}_{stem}_arc")
    arc = Arc(stem, tuple(columns.items()), kind.name.place, optional)
    return replace(
        blueprint,
        attributes={**rest, **added},
        conditions=(*blueprint.conditions, condition),
        arcs=(*blueprint.arcs, arc),
    )


def _targets(work: Work, kind: DraftAttribute, key: DraftAttribute) -> dict[str, str]:
    """The tables that may be meant, by the word that the document has for each: listed values, else described ones."""
    listed = kind.enum_values.value if kind.enum_values else ()
    found_tables = {value: table for value in listed if (table := known_table(work.known, value))}
    if listed:
        return found_tables if len(found_tables) == len(listed) else {}
    words = _WORDS.findall(f"{kind.description} {key.description}")
    named = {naming.singular(table): table for word in words if (table := known_table(work.known, word))}
    return {} if kind.type is not None and kind.type.value.lower() in work.known else named


def _column(blueprint: Blueprint, stem: str, table: str) -> str:
    name = f"{naming.singular(table)}_id"
    return name if name not in blueprint.attributes else f"{stem}_{name}"


def arcs_of(work: Work) -> list[tuple[str, frozenset[str]]]:
    """The tables with a reference of which exactly one of several must be there, each with the tables that it may be.

    A row of such a table hangs on one of these as it does by a required reference.
    """
    parents = {(link.child, link.columns): link.parent for link in work.links}
    return [
        (name, frozenset(parents[name, (column,)] for _, column in arc.columns))
        for name, one in sorted(work.tables.items())
        for arc in one.arcs
        if not arc.optional and all((name, (column,)) in parents for _, column in arc.columns)
    ]


def arc_columns(work: Work) -> Work:
    """The stated pair of an exclusive arc is generated from its foreign keys."""
    tables = dict(work.tables)
    for name, one in work.tables.items():
        for arc in one.arcs:
            tables[name] = _generated(tables[name], arc)
    return replace(work, tables=tables)


def _generated(blueprint: Blueprint, arc: Arc) -> Blueprint:
    columns = [sql.ident(column) for _, column in arc.columns]
    cases = " ".join(
        f"WHEN {sql.ident(column)} IS NOT NULL THEN {sql.literal(value).strip()}" for value, column in arc.columns
    )
    kinds = {blueprint.columns[column].type for _, column in arc.columns}
    cast, type_ = ("", next(iter(kinds))) if len(kinds) == 1 else ("::text", "text")
    made = {
        f"{arc.stem}_type": Column(f"{arc.stem}_type", "text", True, generated=Generated(f"CASE {cases} END")),
        f"{arc.stem}_id": Column(
            f"{arc.stem}_id", type_, True,
            generated=Generated(f"COALESCE({', '.join(f'{column}{cast}' for column in columns)})"),
        ),
    }  # fmt: skip
    reasons = tuple(_reasons(blueprint, arc))
    return replace(blueprint, columns={**blueprint.columns, **made}, reasons=(*blueprint.reasons, *reasons))


def _reasons(blueprint: Blueprint, arc: Arc) -> Iterator[Reason]:
    for name in (f"{arc.stem}_type", f"{arc.stem}_id"):
        yield Reason(f"{blueprint.name}.{name}", f"{house('exclusive-arcs')}, stated at {arc.place}")

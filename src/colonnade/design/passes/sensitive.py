"""Values that nobody should read who need not: passwords, tokens, national ids, card numbers."""

from __future__ import annotations

from colonnade.design.schema import Column, Privilege, Reason, View
from colonnade.design.work import Blueprint, Work, each, house
from colonnade.findings import rule
from colonnade.values import replace
from colonnade.vocabulary import naming
from colonnade.vocabulary.sensitive import MARK, advice

# Types whose values can be a secret or the hash or the cipher text of one.
_HOLDING = ("text", "character varying", "character", "varchar", "bytea", "citext")


@rule("sensitive-columns")
def sensitive_columns(work: Work) -> Work:
    """Passwords, tokens, national ids and card numbers say what they are, and the reader role cannot read them.

    They are known by name and by wording. Their comment tells the application to hash or encrypt before it stores;
    PostgreSQL cannot see whether it did. The reader is granted SELECT on the other columns one by one, and nothing on
    a view that shows a sensitive one. Seeds hold no value that works.
    """
    marked = each(work, lambda one: _marked(one, work.roles.reader if work.roles else None))
    hiding = {one.active_view for one in marked.tables.values() if one.active_view and hidden(one)}
    reader = work.roles.reader if work.roles else None
    return replace(marked, views=tuple(_without(one, reader) if one.name in hiding else one for one in work.views))


def hidden(blueprint: Blueprint) -> tuple[str, ...]:
    """The names of the sensitive columns of a table, by their marks."""
    return tuple(name for name, one in blueprint.columns.items() if MARK in (one.comment or ""))


def _marked(blueprint: Blueprint, reader: str | None) -> Blueprint:
    told = {name: text for name, one in blueprint.columns.items() if (text := _told(blueprint, one))}
    if not told:
        return blueprint
    columns = {
        name: replace(one, comment=_comment(one, told[name])) if name in told else _read(one, reader, blueprint)
        for name, one in blueprint.columns.items()
    }
    reasons = tuple(Reason(f"{blueprint.name}.{name}/sensitive", house("sensitive-columns")) for name in told)
    privileges = tuple(one for one in blueprint.privileges if one.grantee != reader)
    return replace(blueprint, columns=columns, privileges=privileges, reasons=blueprint.reasons + reasons)


def _told(blueprint: Blueprint, column: Column) -> str | None:
    """What is to be done with the values of `column`, or None; keys and generated columns hold no secret."""
    attribute = blueprint.attributes.get(column.name)
    if column.name in (*blueprint.key, blueprint.owner) or column.generated or not column.type.startswith(_HOLDING):
        return None
    return advice(naming.snake(column.name), attribute.description if attribute else "")


def _comment(column: Column, told: str) -> str:
    text = f"{MARK}: {told}"
    return f"{column.comment} ({text})" if column.comment else text


def _read(column: Column, reader: str | None, blueprint: Blueprint) -> Column:
    """`column`, readable by the reader, which reads this table column by column."""
    if reader is None or not any(one.grantee == reader for one in blueprint.privileges):
        return column
    return replace(column, privileges=tuple(sorted((*column.privileges, Privilege(reader, ("SELECT",))))))


def _without(view: View, reader: str | None) -> View:
    return replace(view, privileges=tuple(one for one in view.privileges if one.grantee != reader))

"""Comments, so that the catalog documents itself."""

from __future__ import annotations

from colonnade.design.schema import Column
from colonnade.design.work import Blueprint, Work, each
from colonnade.findings import rule
from colonnade.values import replace
from colonnade.vocabulary import naming


@rule("comments")
def comments(work: Work) -> Work:
    """Every table says what it holds; owners, closed lists and renamed columns say what they are."""
    return each(work, lambda one: _commented(work, one))


def one_line(text: str) -> str:
    """`text` on one line, without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _commented(work: Work, blueprint: Blueprint) -> Blueprint:
    words = naming.snake(blueprint.model).replace("_", " ")
    written = blueprint.entity.name.value
    text = one_line(blueprint.entity.description) or words[:1].upper() + words[1:]
    columns = {name: _column(work, blueprint, one) for name, one in blueprint.columns.items()}
    return replace(blueprint, columns=columns, comment=_original(text, written))


def _column(work: Work, blueprint: Blueprint, column: Column) -> Column:
    attribute = blueprint.attributes.get(column.name)
    text = one_line(attribute.description) if attribute else ""
    if not text and column.name == blueprint.owner and blueprint.key != (column.name,):
        text = "Owner of the row"
    if not text and column.type in work.enums:
        text = "Values: " + one_line(", ".join(work.enums[column.type].values))
    text = _original(text, attribute.name.value) if attribute else text
    return replace(column, comment=text) if text else column


def _original(text: str, written: str) -> str:
    """`text` with the name as written where ASCII cannot spell it."""
    if written.isascii():
        return text
    return f"{text} (written as {one_line(written)})" if text else f"Written as {one_line(written)}"

"""Sample rows in a table of a section on samples, each under the entity that has those columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from colonnade.design.draft import DraftEntity, Fact
from colonnade.sources.markdown import names
from colonnade.sources.markdown.blocks import Table
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.walk import Part

Columns = Mapping[str, Mapping[str, str]]


def stated(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """The rows of each table whose titles are columns of the entity it stands under, or of one entity only."""
    for part in parts:
        if part.role != "samples" or not isinstance(part.block, Table):
            continue
        heads = [names.plain(span.text).strip() for span in part.block.header]
        about = known.find(part.subject.name) if part.subject else None
        owner = _owner([names.key(head) for head in heads], about, columns)
        for row in part.block.rows if owner else ():
            if owner and row:
                place = row[0].place(file)
                cells = tuple(
                    (head, names.plain(cell.text).strip().strip("'\"")) for head, cell in zip(heads, row, strict=False)
                )
                yield DraftEntity(Fact(owner, place), Fact("table", place), samples=(Fact(cells, place),))


def _owner(heads: Sequence[str], about: str | None, columns: Columns) -> str | None:
    fitting = [one for one, mine in columns.items() if len(heads) > 1 and all(head in {*mine, "id"} for head in heads)]
    return about if about in fitting else fitting[0] if len(fitting) == 1 else None

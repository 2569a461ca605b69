"""The law about generated columns: each holds what the documents say that it is computed from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade.design.conditions import safe
from colonnade.design.schema import Column
from colonnade.errors import Place
from colonnade.findings import Proof
from colonnade.prove import stated
from colonnade.prove.ground import Ground
from colonnade.prove.laws import law
from colonnade.prove.probe import ran, tried
from colonnade.prove.rows import hands
from colonnade.prove.stated import Pair
from colonnade.sql import ident, qualified

LAW = "generated-columns"
_FORM = re.compile(r"(?P<column>\S+)\s+generated\s+always\s+as\s*\((?P<text>.+)\)\s*(?:stored|virtual)?", re.I | re.S)


@law(LAW)
def generated_columns(ground: Ground) -> Iterator[Proof]:
    """A generated column holds in every row what the document computes it from, and nobody writes it.

    The stated expression is worked out over all rows as the migrator and compared with the column; an UPDATE of the
    column is refused, 428C9. An expression that the design refuses with a finding makes no claim.
    """
    if ground.draft is None:
        return
    with hands(ground, ground.filled) as open_hands:
        for pair in stated.pairs(ground.draft, ground.schema):
            for column, text, place in _claims(pair):
                name = qualified(pair.table.schema, pair.table.name)
                differs = f"{ident(column.name)} IS DISTINCT FROM ({text})::{column.type}"
                query = f"SELECT count(*), count(*) FILTER (WHERE {differs}) FROM {name}"
                counts = ran(open_hands.migrator, query)
                write = tried(open_hands.migrator, f"UPDATE {name} SET {ident(column.name)} = NULL")
                rows, wrong = counts.values[0] if counts.accepted else (0, 0)
                passed = rows > 0 and wrong == 0 and write.sqlstate == "428C9"
                words = f"{rows} rows, {wrong} of them differ from {text}; UPDATE of it: {write} (stated at {place})"
                yield Proof(LAW, f"{pair.table.name}.{column.name}", passed, words if counts.accepted else str(counts))


def _claims(pair: Pair) -> Iterator[tuple[Column, str, Place]]:
    for fact in pair.entity.constraints:
        match = _FORM.fullmatch(fact.value.strip())
        column = pair.column(match["column"].strip('"`')) if match else None
        # Only what the design may put into a table is run.
        harmless = match is not None and safe(match["text"]) is not None
        if match and harmless and column and column.generated is not None:
            yield column, match["text"], fact.place

"""The good row without some columns, its other values fitted to what the server gives for those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from colonnade.design.schema import Check, Column
from colonnade.prove.probe import Outcome, Row, become, insert, tried
from colonnade.prove.rows import Stage
from colonnade.prove.stated import columns_in
from colonnade.prove.tries import beside

REFUSED = "23514"


def without(stage: Stage, absent: Sequence[Column], returning: str = "") -> tuple[Outcome, str, Row]:
    """What inserting the good row without the columns `absent` does, as whom it was tried, and the row.

    A CHECK may compare a default with the row's value of another column, as `due_on >= taken_on` does; where it
    refuses the row, such values are fitted to the defaults.
    """
    names = {one.name for one in absent}
    given = {name: text for name, text in stage.row.items() if name not in names}
    outcome, who = _inserted(stage, given, returning)
    for row in _fitted(stage, absent, given, outcome.constraint) if outcome.sqlstate == REFUSED else ():
        again, _ = _inserted(stage, row, returning)
        if again.accepted:
            return again, who, row
    return outcome, who, given


def _inserted(stage: Stage, row: Row, returning: str) -> tuple[Outcome, str]:
    if not stage.settable:
        return tried(stage.hands.migrator, insert(stage.table.name, row) + returning), "migrator"
    if stage.facts.owner_column:
        become(stage.hands.application, stage.setting, stage.row[stage.facts.owner_column])
    row = {name: text for name, text in row.items() if name in stage.settable}
    return tried(stage.hands.application, insert(stage.table.name, row) + returning), "application"


def _fitted(stage: Stage, absent: Sequence[Column], given: Row, check: str) -> Iterator[Row]:
    """`given` without what the CHECK reads and the server gives too, then with such values at and around a default."""
    read = next((columns_in(one.expression) for one in stage.table.constraints
                 if isinstance(one, Check) and one.name == check), ())  # fmt: skip
    others = [stage.table.column(name) for name in read if name in given]
    loose = {one.name for one in others if one.default or one.nullable}
    if loose:
        yield {name: text for name, text in given.items() if name not in loose}
    for other in others:
        for default in (one.default for one in absent if one.name in read and one.type == other.type):
            for near in beside(other, other.type, f"({default})") if default else ():
                found = tried(stage.hands.migrator, f"SELECT ({near})::{other.type}::text")
                yield from ({**given, other.name: text} for (text,) in found.values)

"""The laws about constraints, in one walk over the tables: each is tried when its parents are full and it is not."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.findings import Proof
from colonnade.prove import claims, conditions, conflicts, defaults, deletion, keys, references, stated
from colonnade.prove.filling import refusal
from colonnade.prove.ground import Ground
from colonnade.prove.laws import declare, law
from colonnade.prove.rows import Stage, hands, stages
from colonnade.prove.stated import Pair

PAGES: dict[str, str] = {
    claims.NOT_NULL: """A column that must have a value refuses NULL.

        Derived from what the documents say is required and from closed lists with a default; refused by 23502,
        which must name the column.
        """,
    claims.LISTED: """A closed list takes each of its values and refuses any other.

        Every stated value is inserted; a value outside is refused by the column's enum type or by its check.
        """,
    claims.LENGTH: """A text takes as many characters as stated and not one more, or less.

        The boundary pair is inserted: the stated length is taken, its neighbour refused by 22001 or by the check.
        """,
    claims.NOT_EMPTY: """A required text refuses the empty text and blanks.

        Refused by the check <column>_not_empty; one letter is taken.
        """,
    claims.PRECISION: """A number with a stated precision takes the largest that fits and refuses the next.""",
    claims.RANGE: """A number at its stated limit is taken and its neighbour beyond it is refused.

        The limits come from the words of the document (at least 1, positive, 0-100), never from the check itself;
        refused by the check on the column.
        """,
    claims.STATED: """A stated condition refuses the rows for which it is false.

        PostgreSQL judges the stated text itself, outside the table, over values around its constants: those for
        which it is false must be refused by the check on these columns, their neighbours must be taken.
        """,
    keys.UNIQUE: """What is stated as unique is: a second row with the same values is refused by the constraint.""",
    keys.PRIMARY: """Every table has a primary key, and a second row with the same key is refused by it.""",
    keys.FOREIGN: """A row that points at no parent is refused by the foreign key, by name.

        A reference that the documents state must have such a foreign key.
        """,
    deletion.ON_DELETE: """When a parent goes, its children do what ON DELETE states.

        They go, stay without a parent, or forbid it.
        """,
    defaults.DEFAULT: """A row without the column gets the stated default, or the customary one of a closed list.""",
    "attributes-kept": """Every entity that is said to be stored has a table, and every attribute a column.""",
    "good-rows": """Rows that satisfy the design can be made for every table: without one, nothing can be tried.""",
    claims.FORMAT: """A text of stated type email takes an address and refuses what is none.""",
}

for _name, _page in PAGES.items():
    declare(_name, _page)


@law("constraints")
def constraints(ground: Ground) -> Iterator[Proof]:
    """Every stated constraint is there and does its work.

    Claims are derived from the documents, not from the expressions under test. Each is tried on the database of
    schema.sql: a good row of the table is changed until the claim is broken, and only just not; every try is undone.
    Rows are inserted as the application role; as the migrator only where the application may not set the column.
    """
    by_table = {pair.table.name: pair for pair in stated.pairs(ground.draft, ground.schema)} if ground.draft else {}
    yield from _kept(ground)
    with hands(ground, ground.filled) as open_hands:
        staged: set[str] = set()
        trails = {one.table for one in ground.schema.intent.entities if one.audience == "trail"}
        for stage in stages(ground, open_hands):
            staged.add(stage.table.name)
            yield from _of_table(ground, stage, by_table.get(stage.table.name))
        for table in ground.schema.database.whole_tables:
            if table.name not in staged and table.name not in trails:
                why = refusal(open_hands.migrator, table, ground.rows.get(table.name, []))
                some = ground.rows.get(table.name, [])
                named = conflicts.refusers(ground.schema, open_hands, table, some[0]) if some else ""
                words = f"unproven: no row that was made for this table is taken: {named or why}"
                yield Proof("good-rows", table.name, False, words)
    yield from _references(ground)


@law("delete-actions")
def delete_actions(ground: Ground) -> Iterator[Proof]:
    """Deleting a parent does to its children what the documents state.

    A parent with children is deleted by the one who owns it; the migrator then looks for the child. All is undone.
    """
    said = references.of(ground.draft, ground.schema) if ground.draft else ()
    assert ground.residents is not None
    with ground.session(ground.filled) as administrator:
        yield from deletion.proofs(ground.schema, ground.rows, said, ground.actors, administrator)


def _of_table(ground: Ground, stage: Stage, pair: Pair | None) -> Iterator[Proof]:
    # A junction table, and every table of a design document, has no Draft to be judged by.
    found = claims.from_draft(pair, ground.settings) if pair else claims.from_schema(stage.table, ground.schema)
    yield from conditions.proofs(stage, tuple(found), ground.schema)
    yield from keys.primary(stage, pair)
    unique = keys.stated_uniques(pair) if pair else keys.designed_uniques(stage.table)
    for columns, because in unique:
        yield keys.uniques(stage, columns, because)
    yield from keys.orphans(stage)
    yield from keys.overlaps(stage)
    if pair:
        yield from keys.partly_unique(stage, pair)
        yield from defaults.proofs(stage, pair, ground.settings, ground.schema)


def _kept(ground: Ground) -> Iterator[Proof]:
    if ground.draft is None:
        return
    for entity in stated.missing(ground.draft, ground.schema):
        place = entity.name.place
        yield Proof("attributes-kept", entity.name.value, False, f"the design has no table of it (stated at {place})")
    for pair in stated.pairs(ground.draft, ground.schema):
        attributes = tuple(stated.stored_attributes(pair.entity))
        lost = [one.name for one in attributes if pair.column(one.name.value) is None]
        words = ", ".join(f"no column keeps {name.value} (stated at {name.place})" for name in lost)
        yield Proof(
            "attributes-kept", pair.table.name, not lost, words or f"{len(attributes)} attributes have a column"
        )


def _references(ground: Ground) -> Iterator[Proof]:
    """A stated reference that no foreign key keeps is a failed proof."""
    for one in references.of(ground.draft, ground.schema) if ground.draft else ():
        if references.key_of(one, ground.schema) is None and not references.taken(one, ground.schema):
            column = f".{one.column}" if one.column else ""
            words = f"no foreign key keeps the stated reference ({one.because})"
            yield Proof(keys.FOREIGN, f"{one.child}{column} to {one.parent}", False, words)

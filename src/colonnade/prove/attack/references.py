"""Attacks through references and keys: rows that point across users, and what a refusal gives away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from colonnade.design.schema import ForeignKey, Table, Unique
from colonnade.prove.attack.belonging import Place, asked
from colonnade.prove.attack.reading import shown
from colonnade.prove.attack.registry import Result, accepted, attack, held, leaked, not_applicable, unproven
from colonnade.prove.attack.stage import (
    Act,
    Stage,
    Subject,
    excluding,
    holds_carried,
    insertion,
    known,
    script,
    undone,
    unique_keys,
)
from colonnade.prove.keys import ABSENT
from colonnade.prove.probe import Outcome, Row, ran, value
from colonnade.sql import ident, idents, literal, qualified
from colonnade.types import Family

NOT_UNIQUE, EXCLUDED, NOT_THERE = "23505", "23P01", "23503"
NO_REFERENCE = "no foreign key leads from this table to a row that belongs to one user"


@attack("attach-to-another")
def attach_to_another(subject: Subject) -> Result:
    """A row of one's own cannot be made to point at another user's row, neither by INSERT nor by UPDATE."""
    answers = []
    for key, parent in _parents(subject):
        link = _link(subject, key, parent)
        for done in (_pointing_insert(subject, link), _pointing_update(subject, link)):
            if done.outcome.accepted and done.outcome.rows:
                words = f"{key.name} lets {subject.table.name} point at another user's row of {key.target[1]}"
                return leaked(words, done.script)
            answers.append(f"{key.name}: {shown(done.outcome)}")
    return _answered(subject, answers)


@attack("probe-foreign-key")
def probe_foreign_key(subject: Subject) -> Result:
    """Pointing at another user's row is answered like pointing at a row that does not exist."""
    # Who may have one row only cannot add another: that would be refused whatever it points at.
    pointing = _pointing_update if _one_row_a_user(subject) else _pointing_insert
    answers = []
    for key, parent in _parents(subject):
        absent = _nowhere(subject, key)
        if absent is None or any(absent.get(name) is None for name in key.target_columns if name in absent):
            continue
        there = pointing(subject, _link(subject, key, parent))
        missing = pointing(subject, _link(subject, key, {**parent, **absent}))
        if there.outcome.sqlstate != missing.outcome.sqlstate:
            words = f"{shown(there.outcome)} for another user's row, {shown(missing.outcome)} for none"
            return leaked(f"{key.name} tells them apart: {words}", (*there.script, *missing.script))
        answers.append(f"{key.name}: {shown(there.outcome)} for both")
    return _answered(subject, answers)


@attack("cascade-across")
def cascade_across(subject: Subject) -> Result:
    """Removing one's own row removes or changes no row of another user."""
    answers = []
    for child, key in _children(subject):
        rows = subject.stage.rows[child.schema, child.name]
        theirs = next((row for row in rows if _of_another(subject, (child.schema, child.name), row)), None)
        if theirs is None:
            continue
        words, exploit = _cascaded(subject, child, key, theirs)
        if exploit:
            return leaked(words, exploit)
        answers.append(words)
    if not answers:
        return not_applicable("no foreign key of another user-owned table takes rows along when this row goes")
    return held("; ".join(answers))


@attack("open-by-joining")
def open_by_joining(subject: Subject) -> Result:
    """No row of one's own in a table that the policies ask, a membership or a share, opens another user's rows."""
    stage, answers = subject.stage, []
    counted = f"SELECT count(*) FROM {subject.name} WHERE {subject.their_rows}"
    for place in sorted(asked(subject.table, stage.database) & set(stage.scoped)):
        for statement in _joining(subject, place):
            done = subject.act(statement, counted)
            if done.outcome.sqlstate == NOT_THERE:
                # Made-up users need not stand in the table of users; real ones do.
                done = subject.act_as(stage.application, statement, counted)
            if done.outcome.accepted and done.outcome.values[0][0]:
                words = f"with a row of one's own in {place[1]}, {done.outcome.values[0][0]} rows of others are seen"
                return leaked(words, done.script)
            answers.append(f"{place[1]}: {statement.split()[0]} {shown(done.outcome)}")
    if not answers:
        return not_applicable("the policies ask no other table")
    return held(f"{'; '.join(answers)}; no row of others is seen")


@attack("probe-unique-key")
def probe_unique_key(subject: Subject) -> Result:
    """A value that another user has in a unique key or an exclusion is not refused: that would tell of it."""
    answers = []
    control = subject.controls["insert"]
    if _one_row_a_user(subject):
        return not_applicable("there is one row a user, so nobody adds a second one to compare")
    for name, columns in _open_uniques(subject):
        taken = {column: subject.theirs[column] for column in columns}
        done = subject.act(
            insertion(subject, subject.forged(subject.mine, {subject.owner: subject.own_value, **taken}))
        )
        if done.outcome.sqlstate in (NOT_UNIQUE, EXCLUDED) and done.outcome.blamed == name:
            words = f"{name} tells that another user has this {', '.join(columns)}"
            if name not in subject.stage.stated:
                return leaked(words, done.script)
            asked = f"{words}, as the documents ask for by making it unique among all users"
            return accepted(asked, done.script, f"unique ({subject.owner}, {', '.join(columns)})")
        answers.append(f"({', '.join(columns)}): {shown(done.outcome)}")
    if not answers:
        return not_applicable(
            "every unique key has the owner in it, or is a primary one without a reference that has it"
        )
    if not control.accepted:
        return unproven(f"{'; '.join(answers)}, but a row of one's own is refused too ({shown(control)})")
    return held("; ".join(answers))


def _one_row_a_user(subject: Subject) -> bool:
    alone = (subject.owner,)
    uniques = any(isinstance(one, Unique) and one.columns == alone for one in subject.table.constraints)
    indexes = any(one.unique and one.columns == alone and not one.predicate for one in subject.table.indexes)
    return subject.key == alone or uniques or indexes


def carries_nothing(subject: Subject, key: ForeignKey) -> bool:
    """Whether `key` is no reference between rows of users: to the user itself, or of a membership.

    A membership, whose own key holds the user and whose reference does not, is there to relate a user to what another
    user owns.
    """
    parent_owner = subject.stage.scoped.get(key.target)
    to_user = parent_owner in key.target_columns and subject.owner not in key.columns
    public = parent_owner is None or key.target in subject.stage.shared
    keyed = subject.table.primary_key is not None and subject.owner in subject.key
    membership = keyed and subject.owner not in key.columns
    return public or key.columns == (subject.owner,) or to_user or membership


def _nowhere(subject: Subject, key: ForeignKey) -> Row | None:
    """What `key` may point at that is not there: a row kept back, but of its own table, which would be there itself."""
    spare = subject.stage.spares.get(key.target)
    if spare is not None and key.target != (subject.table.schema, subject.table.name):
        return spare
    target = subject.stage.database.table(key.target[1], key.target[0])
    kinds = {name: target.column(name).type for name in key.target_columns}
    return {
        name: ABSENT[Family.UUID] for name, kind in kinds.items() if kind == "uuid" and name != subject.owner
    } or None


def _parents(subject: Subject) -> Iterator[tuple[ForeignKey, Row]]:
    """Each foreign key to a user-owned table with a row of another user there."""
    for key in subject.table.foreign_keys:
        if carries_nothing(subject, key):
            continue
        rows = subject.stage.rows[key.target]
        other = next((row for row in rows if _of_another(subject, key.target, row)), None)
        if other is not None:
            yield key, other


def _link(subject: Subject, key: ForeignKey, parent: Row) -> dict[str, str | None]:
    pairs = zip(key.columns, key.target_columns, strict=True)
    return {mine: parent[theirs] for mine, theirs in pairs if mine != subject.owner}


def _pointing_insert(subject: Subject, link: Mapping[str, str | None]) -> Act:
    return subject.act(insertion(subject, subject.forged(subject.mine, {subject.owner: subject.own_value, **link})))


def _pointing_update(subject: Subject, link: Mapping[str, str | None]) -> Act:
    change = ", ".join(f"{ident(name)} = {value(text)}" for name, text in link.items())
    return subject.act(f"UPDATE {subject.name} SET {change} WHERE {subject.mine_key}")


def _answered(subject: Subject, answers: list[str]) -> Result:
    if not answers:
        return not_applicable(NO_REFERENCE)
    if not (subject.controls["insert"].accepted or subject.controls["update"].rows):
        return unproven(f"{'; '.join(answers)}, but a row of one's own can be neither added nor changed")
    return held("; ".join(answers))


def _children(subject: Subject) -> Iterator[tuple[Table, ForeignKey]]:
    place = (subject.table.schema, subject.table.name)
    for child in subject.stage.database.tables:
        if (child.schema, child.name) in subject.stage.scoped:
            for key in child.foreign_keys:
                owner = subject.stage.scoped[child.schema, child.name]
                if key.target == place and key.columns != (owner,) and key.on_delete not in ("NO ACTION", "RESTRICT"):
                    yield child, key


def _of_another(subject: Subject, place: Place, row: Row) -> bool:
    """Whether a row of that table belongs to somebody, and not to the current user."""
    stage = subject.stage
    return not stage.of(place, row, subject.me) and stage.owner_of(place, row) is not None


def _cascaded(subject: Subject, child: Table, key: ForeignKey, theirs: Row) -> tuple[str, tuple[str, ...]]:
    """Lets another user hang a row on `mine`, removes `mine`, and looks for that row: words, and a working exploit."""
    stage, owner = subject.stage, subject.stage.scoped[child.schema, child.name]
    pairs = zip(key.columns, key.target_columns, strict=True)
    link = {one: subject.mine[target] for one, target in pairs if one != owner}
    name, hanging = qualified(child.schema, child.name), known(child, theirs)
    change = ", ".join(f"{ident(one)} = {value(text)}" for one, text in link.items())
    hung = (
        stage.setting.assumed(stage.owner_of((child.schema, child.name), theirs) or ""),
        f"UPDATE {name} SET {change} WHERE {hanging}",
    )
    removed = (stage.setting.assumed(subject.me), f"DELETE FROM {subject.name} WHERE {subject.mine_key}")
    with undone(stage.administrator, f"SELECT set_config('role', {literal(stage.application)}, true)"):
        answer = _last(stage, hung)
        if not (answer.accepted and answer.rows):
            return f"{key.name}: no row of another user can hang on it ({shown(answer)})", ()
        gone = _last(stage, removed)
        if not gone.accepted:
            return f"{key.name}: the row cannot be removed ({shown(gone)})", ()
        left = _last(stage, ("RESET ROLE", f"SELECT ({idents(tuple(link))}) IS NOT NULL FROM {name} WHERE {hanging}"))
    if left.values and left.values[0][0]:
        return f"{key.name}: the other user's row is as it was", ()
    exploit = script(stage, stage.application, (*hung, *removed))
    return f"{key.name} takes another user's row of {child.name} along", exploit


def _last(stage: Stage, statements: tuple[str, ...]) -> Outcome:
    outcome = Outcome()
    for statement in statements:
        outcome = ran(stage.administrator, statement)
        if not outcome.accepted:
            break
    return outcome


def _joining(subject: Subject, place: Place) -> Iterator[str]:
    """Statements that tie the current user to `theirs` in the table at `place`."""
    stage = subject.stage
    table, whose = stage.database.table(place[1], place[0]), stage.scoped[place]
    tie = _tie(subject, table)
    if not tie:
        return
    mine = {} if whose in tie else {whose: next(iter(sorted(stage.values(place, subject.me))), None)}
    base = next(iter(stage.rows[place]), {})
    needed = {one.name: base.get(one.name) for one in table.columns if not one.nullable and one.default is None}
    row = {**{name: text for name, text in needed.items() if name not in _made(table)}, **mine, **tie}
    columns, values = idents(tuple(row)), ", ".join(map(value, row.values()))
    name = qualified(table.schema, table.name)
    yield f"INSERT INTO {name} ({columns}) VALUES ({values})"
    yield f"UPDATE {name} SET {', '.join(f'{ident(one)} = {value(text)}' for one, text in tie.items())}"


def _tie(subject: Subject, table: Table) -> Row:
    """What a row of `table` holds that leads to `theirs`."""
    place, lead = (subject.table.schema, subject.table.name), subject.stage.through.get(_place(subject.table))
    if lead is not None and lead[0] == _place(table):
        return {lead[1]: subject.other_value}
    keys = (one for one in table.foreign_keys if one.target == place)
    pairs = next((zip(one.columns, one.target_columns, strict=True) for one in keys), None)
    if pairs is not None:
        return {mine: subject.theirs[target] for mine, target in pairs}
    return next(_beside(subject, table), {})


def _beside(subject: Subject, table: Table) -> Iterator[Row]:
    """What a row of `table` holds that points where `theirs` does too, as messages and members do at a room."""
    for own in subject.table.foreign_keys:
        for one in table.foreign_keys:
            if one.target == own.target and subject.owner not in own.columns:
                there = dict(zip(own.target_columns, own.columns, strict=True))
                pairs = zip(one.columns, one.target_columns, strict=True)
                yield {mine: subject.theirs[there[target]] for mine, target in pairs if target in there}


def _place(table: Table) -> Place:
    return table.schema, table.name


def _made(table: Table) -> set[str]:
    """The columns that nobody gives a value."""
    return {one.name for one in table.columns if one.identity or one.generated}


def _open_uniques(subject: Subject) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Unique keys without the owner that hold a reference which carries it, or, but for the primary one, none at all.

    By the first kind another user's row is refused as a repetition and one that is not there as a reference to nobody.
    A key that holds any other reference is asked only by those who know that row's id; see the accepted channels.
    """
    keys = (key for key in subject.table.foreign_keys if key.target in subject.stage.scoped)
    pointing = {column for key in keys for column in key.columns}
    for name, columns in sorted({*unique_keys(subject.table), *excluding(subject.table)}):
        if not columns or subject.owner in columns or any(subject.theirs[one] is None for one in columns):
            continue
        alone = columns != subject.key and not pointing & set(columns)
        if alone or holds_carried(subject.table, subject.owner, columns):
            yield name, columns

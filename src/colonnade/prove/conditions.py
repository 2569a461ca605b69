"""Laws about values: each claim of the Draft is tried with rows that break it and rows that only just do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from colonnade.design.schema import Check, ForeignKey, PrimaryKey, Schema, Unique
from colonnade.findings import Proof
from colonnade.prove import tries
from colonnade.prove.claims import LISTED, NOT_NULL, STATES, Claim, judged_type
from colonnade.prove.probe import Outcome, Row, shown, value
from colonnade.prove.rows import Stage, attempt
from colonnade.prove.stated import columns_in
from colonnade.sql import ident

if TYPE_CHECKING:
    import psycopg

MOST_TRIES = 12
ANY_STATE = {state for states in STATES.values() for state in states}
MOVING = ("CURRENT_DATE", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP")


@dataclass(frozen=True, slots=True)
class Trial:
    """One change of a good row, and which of the table's claims, by number, it makes false.

    `words` say the change for the evidence, which must read the same tomorrow.
    """

    change: Row
    words: str
    broken: frozenset[int]


def proofs(stage: Stage, claims: Sequence[Claim], schema: Schema) -> Iterator[Proof]:
    """One proof a claim: every row that breaks it is refused by the right object, its good neighbours are taken."""
    judge = stage.hands.migrator
    for number, claim in enumerate(claims):
        changes = _changes(claim, stage, schema, judge)
        trials = _judged(changes, claims, stage, schema, judge)
        yield _proof(claim, number, _chosen(trials, number, None if claim.tries else MOST_TRIES), stage)


def _proof(claim: Claim, number: int, trials: Sequence[Trial], stage: Stage) -> Proof:
    law, subject = claim.law, f"{claim.subject}: {claim.says}"
    if not any(number in trial.broken for trial in trials):
        why = f"unproven: no value was found that breaks it ({claim.because})"
        return Proof(law, subject, False, why)
    evidence: list[str] = []
    faults: list[str] = []
    for trial in trials:
        outcome, who = attempt(stage, trial.change)
        words = f"{trial.words} {outcome} as the {who}"
        fault = _fault(claim, number, trial, outcome, stage)
        (faults if fault else evidence).append(f"{words}{fault}")
    if not faults and not any(not trial.broken for trial in trials):
        faults.append("unproven: no value was found that it takes")
    return Proof(law, subject, not faults, "; ".join(faults or evidence) + f" ({claim.because})")


def _fault(claim: Claim, number: int, trial: Trial, outcome: Outcome, stage: Stage) -> str:
    """What is wrong with `outcome`, or an empty text."""
    if not trial.broken:
        through = outcome.accepted or _by_a_key(trial, outcome, stage)
        return "" if through else ", but it meets every stated constraint"
    if outcome.accepted:
        return ", but it must be refused"
    if trial.broken != {number}:
        return "" if outcome.sqlstate in ANY_STATE else ", for no stated reason"
    if outcome.sqlstate not in STATES[claim.law]:
        return f", but {' or '.join(STATES[claim.law])} was expected"
    return _blame(claim, outcome, stage)


def _by_a_key(trial: Trial, outcome: Outcome, stage: Stage) -> bool:
    """Whether a key on a changed column refused the row: keys are asked last, so every condition let it through."""
    keys = [one for one in stage.table.constraints if isinstance(one, ForeignKey | Unique | PrimaryKey)]
    indexes = [one for one in stage.table.indexes if one.unique]
    named = next((one for one in (*keys, *indexes) if one.name == outcome.constraint), None)
    return named is not None and bool(set(named.columns) & trial.change.keys())


def _blame(claim: Claim, outcome: Outcome, stage: Stage) -> str:
    """Whether the object that refused is the one that the claim is about."""
    if claim.law == NOT_NULL:
        right = outcome.column == claim.columns[0]
    elif outcome.constraint:
        checks = {one.name: one for one in stage.table.constraints if isinstance(one, Check)}
        read = columns_in(checks[outcome.constraint].expression) if outcome.constraint in checks else ()
        right = outcome.constraint == claim.named if claim.named else bool(set(read) & set(claim.columns))
    elif claim.law == LISTED:
        right = stage.table.column(claim.columns[0]).type.strip('"') in outcome.message
    else:
        right = claim.named is None
    expected = claim.named or f"the constraint on {', '.join(claim.columns)}"
    return "" if right else f", but {expected} must refuse it"


def _changes(claim: Claim, stage: Stage, schema: Schema, judge: psycopg.Connection) -> list[tuple[Row, str]]:
    """The changes of the good row to try for `claim`, each with words for it; the good row itself is the first."""
    columns = {name: stage.table.column(name) for name in claim.columns}
    types = {name: judged_type(column, schema) for name, column in columns.items()}
    choices: dict[str, tuple[str, ...]] = {}
    for name, column in columns.items():
        others = [other for other in claim.columns if other != name and types[other] == types[name]]
        near = [one for other in others for one in tries.beside(column, types[name], value(stage.row.get(other)))]
        choices[name] = claim.tries or tuple(dict.fromkeys([*near, *tries.single(column, types[name], claim.holds)]))
    return [({}, "the row as it is"), *_evaluated(list(tries.combined(choices)), types, judge)]


def _evaluated(
    changes: Sequence[dict[str, str]], types: dict[str, str], judge: psycopg.Connection
) -> list[tuple[Row, str]]:
    """Expressions turned into the texts of their values; each distinct change once."""
    expressions = sorted({pair for change in changes for pair in change.items()})
    if not expressions:
        return []
    query = ", ".join(f"(({one})::{types[name]})::text" for name, one in expressions)
    row = judge.execute(f"SELECT {query}".encode()).fetchone()
    texts = dict(zip(expressions, row or (), strict=True))
    found = {
        tuple((name, texts[name, one]) for name, one in change.items()): _words(change, texts) for change in changes
    }
    return [(dict(change), words) for change, words in found.items()]


def _words(change: dict[str, str], texts: dict[tuple[str, str], str | None]) -> str:
    return ", ".join(
        f"{name} = {one if any(word in one for word in MOVING) else shown(texts[name, one])}"
        for name, one in change.items()
    )


def _judged(
    changes: Sequence[tuple[Row, str]], claims: Sequence[Claim], stage: Stage, schema: Schema, judge: psycopg.Connection
) -> list[Trial]:
    """Which claims each changed row breaks, as PostgreSQL judges the stated texts, without the table."""
    names = sorted({name for claim in claims for name in claim.columns})
    rows = [{name: {**stage.row, **change}.get(name) for name in names} for change, _ in changes]
    cells = [", ".join(f"{value(row[name])}::text" for name in names) for row in rows]
    values = ", ".join(f"({number}, {texts})" for number, texts in enumerate(cells))
    header = ", ".join(["number", *(ident(f"c {name}") for name in names)])
    verdicts = ", ".join(_verdict(claim, stage, schema) for claim in claims)
    query = f"SELECT number, {verdicts} FROM (VALUES {values}) AS tried ({header}) ORDER BY number"
    trials = []
    for number, *holds in judge.execute(query.encode()).fetchall():
        change, words = changes[number]
        # What the row does not name, the server gives: nothing can be said of it.
        known = stage.row.keys() | change.keys()
        broken = (n for n, claim in enumerate(claims) if holds[n] is False and known >= set(claim.columns))
        trials.append(Trial(change, words, frozenset(broken)))
    return trials


def _verdict(claim: Claim, stage: Stage, schema: Schema) -> str:
    types = {name: judged_type(stage.table.column(name), schema) for name in claim.columns}
    cells = ", ".join(f"{ident(f'c {column}')}::{types[column]} AS {ident(alias)}" for alias, column in claim.aliases)
    return f"(SELECT ({claim.holds}\n) FROM (SELECT {cells}) AS stated)"


def _chosen(trials: Sequence[Trial], number: int, most: int | None) -> list[Trial]:
    """The trials to run: those that break this claim and, if any, no other; then good neighbours; at most so many."""
    alone = [trial for trial in trials if trial.broken == {number}]
    mixed = [trial for trial in trials if number in trial.broken]
    good = [trial for trial in trials if not trial.broken]
    return [*(alone or mixed)[:most], *good[:most]]

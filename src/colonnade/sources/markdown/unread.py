"""Rules that stand in a document and that nothing keeps: each is a finding, none is dropped silently."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from colonnade.design.draft import DraftEntity
from colonnade.errors import Place
from colonnade.findings import Finding
from colonnade.sources.markdown import facts, rules
from colonnade.sources.markdown.forms import rulings, sentences
from colonnade.sources.markdown.said import Columns, Said
from colonnade.sources.tree import shown
from colonnade.vocabulary import constraints as words
from colonnade.vocabulary import relations, signs, wishes
from colonnade.vocabulary.regex import regex

_KEYED = regex(r"uni|index|idx|dupl|primary|únic|eindeutig|唯一|一意|уникал", re.IGNORECASE)
_WORD = regex(r"[^\W\d_]{2,}")
_SIGN = regex(r"[<>≤≥]|!=")


def findings(said: Iterable[Said], entities: Sequence[DraftEntity], columns: Columns) -> Iterator[Finding]:
    """A finding for each rule of a table's values that is neither in the Draft nor another kind of statement."""
    kept = _kept(entities)
    for one in said:
        for clause in rulings.clauses(one):
            if _is_rule(clause, one) and not _is_understood(clause, one, columns, kept):
                yield _finding(clause, rulings.spoken_of(clause, one, columns), one)


def _finding(clause: str, column: str, one: Said) -> Finding:
    subject = f"{one.entity}.{column}" if column else one.entity
    if words.COUNTED_ROWS.search(clause):
        message = f"{subject}: {shown(clause)} limits how many rows there are, which no constraint can"
        return Finding(rules.NOT_UNDERSTOOD, message, one.place, "keep it in the application or by a trigger", "note")
    message = f"{subject}: the rule {shown(clause)} is not understood, and nothing in the schema keeps it"
    return Finding(
        rules.NOT_UNDERSTOOD, message, one.place, "write it as CHECK (...), a limit or a regular expression", "note"
    )


def _is_rule(clause: str, one: Said) -> bool:
    if not _WORD.search(clause) or not (_limits(clause) or (one.rule and _says_much(clause))):
        return False
    if words.PERMITTED.search(clause):
        return False
    return not (words.NO_RULE.fullmatch(clause) or words.NO_RULE.fullmatch(rulings.bare(clause)))


def _limits(clause: str) -> bool:
    told = signs.RULE.may(clause) and (words.RULE.search(clause) or words.COUNTED_ROWS.search(clause))
    return bool(told)


def _says_much(clause: str) -> bool:
    return len(clause.split()) > 1 or not clause.isascii() or bool(_SIGN.search(clause))


def _is_understood(clause: str, one: Said, columns: Columns, kept: set[tuple[Place, bool]]) -> bool:
    here = _line(one.place)
    if ((here, True) in kept and _KEYED.search(clause)) or (not one.cell and (here, False) in kept):
        return True
    column = rulings.spoken_of(clause, one, columns)
    if (column or one.cell) and rulings.read(clause, one, column):
        return True
    if sentences.condition(clause, column, columns.get(one.entity, {})) or relations.CASCADE.search(clause):
        return True
    return _lists(clause, one) or (wishes.ANY.search(clause) is not None and any(wishes.told(clause)))


def _lists(clause: str, one: Said) -> bool:
    """Whether the clause is a part of a list of values that the whole text states."""
    values = facts.listed(one.text, facts.is_choice(one.column)) if one.column else ()
    return any(value.lower() in clause.lower() for value in values)


def _kept(entities: Sequence[DraftEntity]) -> set[tuple[Place, bool]]:
    """The lines on which something of a whole table was read, and whether that is a key or an index."""
    found: set[tuple[Place, bool]] = set()
    for entity in entities:
        keyed = [one.columns for one in (*entity.indexes, *entity.uniques)]
        other = [*entity.constraints, *entity.transitions, *entity.wishes, *(one.kind for one in entity.relationships)]
        found.update((_line(fact.place), True) for fact in keyed)
        found.update((_line(fact.place), False) for fact in (*keyed, *other))
        found.update([(_line(entity.soft_delete.place), False)] if entity.soft_delete else [])
    return found


def _line(place: Place) -> Place:
    return Place(place.file, place.line)

"""What a person should know of a reading: contradictions, open questions, targets and types that nobody defines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache

from colonnade import types
from colonnade.config import suggestion
from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import Place
from colonnade.findings import Finding
from colonnade.sources.markdown import names, rules
from colonnade.sources.markdown.blocks import Bullets, Paragraph, Span, items
from colonnade.sources.markdown.mentions import Index, find
from colonnade.sources.markdown.relations import Relation, turned
from colonnade.sources.markdown.walk import Part
from colonnade.sources.markdown.written import resolve
from colonnade.sources.reading import Reading
from colonnade.vocabulary import habits
from colonnade.vocabulary.regex import regex

_CLARIFICATION = regex(r"\[NEEDS?[ _-]CLARIFICATION:?\s*(?P<question>[^\]]*)\]", re.IGNORECASE)
_REQUIREMENT = regex(r"\**(?P<id>(?:N?FR|DR|REQ)-[A-Z0-9-]*\d+[a-z]?)\**\s*[:：.–—-]+\**\s*(?P<text>.+)", re.DOTALL)
_DATA_WORD = regex(
    r"\b(?:stor(?:e|es|ed|ing)|persist\w*|record(?:s|ed)?|save[sd]?|table|column|field|entity|database|track(?:s|ed)?)\b",
    re.IGNORECASE,
)
_UUID = regex(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_SHOWN = {"type": "type", "nullable": "null", "unique": "uniqueness", "max_length": "length", "default": "default"}


def lines(parts: Sequence[Part]) -> Iterator[Span]:
    """Every line of text of a document, in paragraphs and list items."""
    for part in parts:
        if isinstance(part.block, Paragraph):
            yield from part.block.lines
        elif isinstance(part.block, Bullets):
            yield from items(part.block)


def clarifications(parts: Sequence[Part], file: str) -> Iterator[Fact[str]]:
    for line in lines(parts):
        for match in _CLARIFICATION.finditer(line.text):
            yield Fact(match["question"].strip() or "unspecified", line.place(file))


def requirements(parts: Sequence[Part], file: str) -> Iterator[Fact[str]]:
    """`FR-001: …` as id and text."""
    for line in lines(parts):
        match = _REQUIREMENT.match(line.text) if "-" in line.text[:16] else None
        if match:
            yield Fact(f"{match['id']}: {names.plain(match['text']).strip()}", line.place(file))


def findings(
    entities: Sequence[DraftEntity],
    readings: Sequence[Reading],
    asked: Sequence[Fact[str]],
    required: Sequence[Fact[str]],
    known: Index,
    told: Sequence[Relation],
    unread: Sequence[Finding],
) -> tuple[Finding, ...]:
    """All findings of the reader, sorted by place."""
    found = [
        *(finding for reading in readings for finding in reading.findings),
        *_contradictions(entities, readings),
        *_undefined(entities, known),
        *_unknown_types(entities),
        *(
            Finding(rules.OPEN_CLARIFICATION, f"open question: {one.value}", one.place, "answer it in the document")
            for one in asked
        ),
        *_unmapped(required, known),
        *_concepts(entities),
        *_samples(entities),
        *_ambiguous(entities, told),
        *unread,
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.place or Place(""), one.rule, one.message)))


def _contradictions(entities: Sequence[DraftEntity], readings: Sequence[Reading]) -> Iterator[Finding]:
    told: dict[tuple[str, str], list[tuple[int, DraftAttribute]]] = {}
    for reading in readings:
        for one in reading.entities:
            for attribute in one.attributes:
                told.setdefault((names.key(one.name.value), names.key(attribute.name.value)), []).append(
                    (reading.precision, attribute)
                )
    for entity in entities:
        keys = {names.key(entity.name.value), *({names.key(entity.table.value)} if entity.table else ())}
        for attribute in entity.attributes:
            said = [one for key in sorted(keys) for one in told.get((key, names.key(attribute.name.value)), ())]
            if len(said) > 1:
                yield from _disagreements(
                    entity, attribute, [one for _, one in sorted(said, key=lambda pair: -pair[0])]
                )


def _disagreements(entity: DraftEntity, attribute: DraftAttribute, said: Sequence[DraftAttribute]) -> Iterator[Finding]:
    for field, label in _SHOWN.items():
        facts = [fact for one in said if (fact := getattr(one, field)) is not None]
        other = next((fact for fact in facts[1:] if _differ(field, facts[0].value, fact.value)), None)
        if other is not None:
            yield Finding(
                rules.CONTRADICTION,
                f"{entity.name.value}.{attribute.name.value}: {label} is {facts[0].value} here and {other.value} at {other.place}",  # noqa: E501
                facts[0].place,
                "make both places say the same",
            )


def _differ(field: str, left: object, right: object) -> bool:
    if field == "type":
        one, other = types.resolve(resolve(str(left)) or str(left)), types.resolve(resolve(str(right)) or str(right))
        if one is None or other is None or one.row is None or other.row is None:
            return False
        texts = {"string", "text"}
        same = (
            one.row.read_as == other.row.read_as
            or {one.row.read_as, other.row.read_as} <= texts
            or {one.row.read_as, other.row.read_as} <= {"integer", "bigint", "decimal", "float"}
        )
        # A string in an interface or sample may hold anything.
        return not same and not {one.row.read_as, other.row.read_as} & texts
    if field == "default":
        words = {str(side).strip("'\"").lower() for side in (left, right)}
        meanings = (habits.NOW_WORDS, habits.GENERATED_WORDS, habits.TRUE_WORDS, habits.FALSE_WORDS)
        return len({word.rstrip("()") for word in words}) > 1 and not any(words <= one for one in meanings)
    return left != right


# So many comparisons of what is misspelt with what is known a document is worth; each takes microseconds.
COMPARISONS = 50_000


def _near(known: Collection[str]) -> Callable[[str], str]:
    """A function from a word to what was meant among `known`, or to an empty string, also after very many words."""
    left = COMPARISONS

    @cache
    def near(word: str) -> str:
        nonlocal left
        left -= len(known)
        return suggestion(word, known) if left >= 0 else ""

    return near


def _undefined(entities: Sequence[DraftEntity], known: Index) -> Iterator[Finding]:
    near = _near(sorted(set(known.by_key.values())))
    for entity in entities:
        for attribute in entity.attributes:
            if attribute.references is None:
                continue
            written = attribute.references.value
            head = written.rpartition(".")[0] or written
            if known.find(written) is None and known.find(head) is None:
                yield Finding(
                    rules.UNDEFINED_REFERENCE,
                    f"{entity.name.value}.{attribute.name.value} points at {head}, which no document defines",
                    attribute.references.place,
                    near(head) or "define it, or say who manages it",
                )


def _unknown_types(entities: Sequence[DraftEntity]) -> Iterator[Finding]:
    near = _near(types.words())
    for entity in entities:
        for attribute in entity.attributes:
            kind = attribute.type
            if (
                kind is None
                or attribute.enum_values is not None
                or kind.value == "enum"
                or types.resolve(kind.value) is not None
            ):
                continue
            yield Finding(
                rules.UNKNOWN_TYPE,
                f"no type is called '{kind.value}' ({entity.name.value}.{attribute.name.value})",
                kind.place,
                near(kind.value.lower()) or "use a PostgreSQL type",
            )


def _unmapped(required: Sequence[Fact[str]], known: Index) -> Iterator[Finding]:
    if not known.by_key:
        return
    for one in required:
        if _DATA_WORD.search(one.value) and not find(one.value, known):
            yield Finding(
                rules.UNMAPPED_REQUIREMENT,
                f"{one.value.split(':')[0]} is about data but names no entity",
                one.place,
                "name the entity that holds the data",
                "note",
            )


def _concepts(entities: Sequence[DraftEntity]) -> Iterator[Finding]:
    for entity in entities:
        if entity.kind.value == "concept":
            yield Finding(
                rules.READ_AS_CONCEPT,
                f"{entity.name.value} is read as a concept and becomes no table",
                entity.name.place,
                "say that it is stored if it is",
                "note",
            )


def _samples(entities: Sequence[DraftEntity]) -> Iterator[Finding]:
    for entity in entities:
        columns: Mapping[str, DraftAttribute] = {names.key(one.name.value): one for one in entity.attributes}
        for sample in entity.samples:
            for name, value in sample.value:
                attribute = columns.get(names.key(name))
                kind = types.resolve(attribute.type.value) if attribute and attribute.type else None
                fault = _fault(kind.base if kind else "", attribute, value)
                if fault:
                    yield Finding(
                        rules.SAMPLE_VIOLATES,
                        f"{entity.name.value}.{name}: the sample {value!r} is {fault}",
                        sample.place,
                        "correct the sample or the type",
                    )


def _fault(base: str, attribute: DraftAttribute | None, value: str) -> str:
    bare = value.strip().strip("'\"")
    if attribute is None or not bare or bare.lower() in ("null", "none") or "(" in bare:
        return ""
    if base == "uuid" and not _UUID.fullmatch(bare):
        return "no UUID"
    if base in ("integer", "bigint", "smallint") and not re.fullmatch(r"-?\d+", bare):
        return "no whole number"
    if attribute.enum_values and bare not in attribute.enum_values.value:
        return "none of " + ", ".join(attribute.enum_values.value)
    if attribute.max_length and len(bare) > attribute.max_length.value:
        return f"longer than {attribute.max_length.value}"
    return ""


def _ambiguous(entities: Sequence[DraftEntity], told: Sequence[Relation]) -> Iterator[Finding]:
    """Relations in words that name no key where several columns of the holder point at the target."""
    keyed = Counter(
        (one.name.value, other.target.value) for one in entities for other in one.relationships if other.foreign_key
    )
    for relation in map(turned, told):
        count = keyed[relation.holder, relation.target]
        if not relation.key and count > 1 and relation.kind != "many-to-many":
            yield Finding(
                rules.AMBIGUOUS_RELATION,
                f"{relation.holder} to {relation.target}: {count} columns could be the key",
                relation.place,
                "name the column",
                "note",
            )

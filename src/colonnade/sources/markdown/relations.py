"""Sentences, arrows and signs about two entities to relations, each told from the side that has the foreign key."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import cast

from colonnade.design.draft import Fact, OnDelete, RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown import names
from colonnade.sources.markdown.mentions import Index, Mention, find
from colonnade.values import replace
from colonnade.vocabulary import prose, qualifiers
from colonnade.vocabulary import relations as wordings
from colonnade.vocabulary.regex import regex

_KEY = regex(r"`?\b(?P<name>[^\W\d]\w*(?:_id|_uuid|Id|ID))\b`?")
_VIA = regex(
    r"\b(?:via|through|using|by|on|FK:?|foreign key:?|fk|key|通过|por|über|par)\s*[:(]?\s*(?:the\s+)?(?:[^\W\d]\w*\.)?`?(?P<name>[^\W\d]\w*)`?",  # noqa: E501
    re.IGNORECASE,
)
_EXPLICIT = regex(
    r"many[- ]to|one[- ]to|\b[1NM*n]\s?[:∶]\s?[1NM*nm]|\b1\s?[-–—]+>?\s?[NM*]|[对対]|대다|[ao] (?:uno|muchos)|para[- ]|[- ]zu[- ]|[- ]à[- ]|к[- ]",  # noqa: E501
    re.IGNORECASE,
)
_SIGN = regex(
    r"(?P<many>\(?\b(?:0|1)?\.?\.?(?:N|M|n|m|many)\b\)?|\(?\d?(?:\.\.)?\*\)?|[|o]\{|\}[|o]|[─-]<|>[─-])|(?P<one>\(\s*(?:0\.\.)?1[^()\n]{0,12}\)|\b(?:0\.\.)?1\b|\bone\b|\|\||\|o|o\|)"
)
_SENTENCE = regex(
    r"(?<=[.;。；!?])\s+|\n|,?\s+(?:and|but|while)\s+(?=(?:an?|each|every|one|the)\s+[\w-]+(?: [\w-]+)?\s+(?:can|may|has|have|belongs|contains)\b)"  # noqa: E501
)
# No word may stand here twice: `an?` and `a` would read a run of them in all combinations.
_LIST = regex(
    r"[\s,、/&·`*]*(?:\b(?:and|or|y|und|e|ou|et|plus)\b)?[\s,、/&`*]*(?:\b(?:an?|the|one|its|their|exactly one|multiple|many|zero or more|one or more|to|of|un|una|uno|une|al|à|um|uma|ein|eine|einem|einer|de|di|le|la|el|il)\b\s*)*",  # noqa: E501
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Relation:
    """`holder` has (or would have) the foreign key, unless `kind` is many-to-many."""

    holder: str
    kind: RelationKind
    target: str
    place: Place
    key: str = ""
    on_delete: str = ""
    explicit: bool = False
    text: str = ""
    # Told as "has many": two of these that face each other are many-to-many.
    many: bool = False
    # The table between the two of a many-to-many: an entity's name, or a name that only this text has.
    through: str = ""


def turned(relation: Relation) -> Relation:
    """A one-to-many told from the other side."""
    if relation.kind != "one-to-many":
        return relation
    return replace(relation, holder=relation.target, target=relation.holder, kind="many-to-one", many=True)


def told(text: str, place: Place, about: str | None, known: Index, *, loose: bool = False) -> list[Relation]:
    """The relations that a line states. `about` is whom it speaks of; `loose`: a list in a section on relations."""
    found: list[Relation] = []
    plain = names.plain(text.replace("`", "")) if len(text) < 4000 else ""
    for sentence in _SENTENCE.split(plain) if not loose or len(plain) > 300 else _statements(plain, known):
        found.extend(_sentence(sentence, place, about, known, loose))
    if any(one.kind == "many-to-many" for one in found):
        between = _between(text, known)
        found = [replace(one, through=between) if one.kind == "many-to-many" else one for one in found]
    return found


def _statements(line: str, known: Index) -> list[str]:
    """`User 1—N Order; Shop 1—N Order` as two: behind a semicolon stands another where it names two entities again."""
    found: list[str] = []
    for piece in line.split(";"):
        seen = find(piece, known) if found else []
        if not found or (len(seen) > 1 and not piece[: seen[0].start].strip()):
            found.append(piece)
        else:
            found[-1] += f";{piece}"
    return found


_THROUGH = regex(
    r"\b(?:via|through|using|linked by|über|mediante|a través de|através d[aeo]|tramite|par|通过|経由)\s+"
    r"(?:(?:an?|the|la|el|o|die|der|das|une?)\s+)?"
    r"(?:(?:junction|join|association|pivot|link(?:ing)?|bridge|intermediate|explicit)\s+)*"
    r"(?:(?:table|entity|model|tabla|tabela|tabelle)\b)?\s*[:(]?\s*(?P<name>`?[^\W\d]\w*`?)"
    r"|\b(?:junction|join|association|pivot|link|bridge)(?:\s+(?:table|entity|model))?\s*[:(]?\s*(?P<table>`?[^\W\d]\w*`?)",
    re.IGNORECASE,
)


def _between(text: str, known: Index) -> str:
    """The table by which a line says that two entities are related, or an empty string."""
    for match in _THROUGH.finditer(text[:600]):
        written = match["name"] or match["table"]
        name = written.strip("`")
        if known.find(name):
            return known.find(name) or ""
        if written != name or (names.looks_coded(name) and not _KEY.fullmatch(name)):
            return name
    return ""


# Before the first name that is known stand another name and a sign: whom it is about is not known.
_SIGN_FIRST = regex(r"[\W\d]*[A-Z][\w ]{1,40}\W*\b(?:1|N|M|n)\s?[:∶]\s?(?:1|N|M|n)\b\W*$")


def _sentence(text: str, place: Place, about: str | None, known: Index, loose: bool) -> list[Relation]:
    seen = find(text, known)
    if not seen or _SIGN_FIRST.match(text[: seen[0].start]):
        return []
    cascade = _cascade(text, seen, place)
    if cascade:
        return cascade
    arrow = _key_arrow(text, seen, place)
    if arrow:
        return arrow
    signed = _signs(text, seen, place)
    if signed:
        return signed
    subject, objects = _subject(text, seen, about, loose)
    if subject is None or not objects:
        return []
    explicit = _explicit(text, subject, objects, place, loose)
    return explicit if explicit else _worded(text, subject, objects, place)


def _key_arrow(text: str, seen: list[Mention], place: Place) -> list[Relation]:
    """`tasks.user_id → users.id`, `Task.userId references User`."""
    if len(seen) < 2 or not seen[0].column or names.key(seen[0].column) == "id":
        return []
    between = text[seen[0].end : seen[1].start]
    if not re.search(r"→|->|=>|references|REFERENCES|refers to|points to|FK|──", between):
        return []
    kind: RelationKind = "one-to-one" if re.search(r"one[- ]to[- ]one|\b1:1\b", text, re.IGNORECASE) else "many-to-one"
    return [Relation(seen[0].name, kind, seen[1].name, place, seen[0].column, _on_delete(text), True, text)]


def _cascade(text: str, seen: list[Mention], place: Place) -> list[Relation]:
    """`Deleting a user also deletes their tasks`: the second has a key to the first."""
    if len(seen) < 2 or seen[0].name == seen[1].name or not wordings.CASCADE.search(text) or seen[0].column:
        return []
    before = text[: seen[0].start].lower()
    first = re.search(r"\b(?:delet|remov)\w*\s+(?:an?|the|of an?|one)?\s*$", before) or re.match(
        r"\s*(?:is |are )?(?:delet|remov)", text[seen[0].end :]
    )
    whole = re.search(r"\b(?:delete|remove)s? all\b", text[: seen[0].end], re.IGNORECASE) and re.search(
        r"\bwhen\b", text[seen[0].end :]
    )
    if whole:
        return [Relation(seen[0].name, "many-to-one", seen[1].name, place, "", "CASCADE", False, text)]
    return (
        [
            Relation(other.name, "many-to-one", seen[0].name, place, "", "CASCADE", False, text)
            for other in _rows(text, seen[1:])
        ]
        if first
        else []
    )


def _rows(text: str, seen: list[Mention]) -> list[Mention]:
    return _in_a_row(text, seen)


def _signs(text: str, seen: list[Mention], place: Place) -> list[Relation]:
    """`User (1) ──< (N) Task`, `Shop 1—N User, Category`, `users ||--o{ tasks`."""
    found: list[Relation] = []
    left, kind = seen[0], ""
    for one, other in itertools.pairwise(seen):
        between = text[one.end : other.start]
        if kind and _LIST.fullmatch(between):
            found.append(_relation(left, kind, other, text, place, explicit=True))
            continue
        kind = _sign_kind(between)
        left = one
        if (kind and one.name != other.name) or (kind and len(between) < 30):
            found.append(_relation(one, kind, other, text, place, explicit=True))
    return found


_WORD = regex(r"[^\W\d_]{3,}")
_SIGN_WORD = regex(r"many|one")
_SIGN_PAIR = regex(
    r"(?<![\w.])(?P<left>1|N|M|n|m|\*|0\.\.1|0\.\.\*|1\.\.\*|0\.\.N|one|many)\)?\s?(?:[:∶]|[-–—─><\s]{1,30}|to)\s?\(?(?P<right>1|N|M|n|m|\*|0\.\.1|0\.\.\*|1\.\.\*|0\.\.[nN]|1\.\.[nN]|one|many)(?![\w.])"
)
_CROWS_FEET = regex(r"(?P<left>\}[o|]|\|[|o]|>)\s?(?:--|\.\.|──|-)[-─.]*\s?(?P<right>[o|]\{|[|o]\||<)")
_LINE_TO_MANY = regex(r"[─-]{1,}<")
_LINE_FROM_MANY = regex(r">[─-]{1,}(?!>)")


def _sign_kind(between: str) -> str:
    if len(between) > 60 or _WORD.search(_SIGN_WORD.sub("", between)):
        return ""
    pair = _SIGN_PAIR.search(between)
    if pair:
        return _kind_of(_is_many(pair["left"]), _is_many(pair["right"]))
    crow = _CROWS_FEET.search(between)
    if crow:
        return _kind_of(crow["left"] in ("}o", "}|", ">"), crow["right"] in ("o{", "|{", "<"))
    if _LINE_TO_MANY.search(between):
        return "one-to-many"
    if _LINE_FROM_MANY.search(between):
        return "many-to-one"
    return ""


def _is_many(sign: str) -> bool:
    return sign.lower() in ("n", "m", "*", "0..*", "1..*", "0..n", "1..n", "many")


def _kind_of(left_many: bool, right_many: bool) -> str:
    return (
        "many-to-many"
        if left_many and right_many
        else "many-to-one"
        if left_many
        else "one-to-many"
        if right_many
        else "one-to-one"
    )


_OPENING = regex(
    r"(?:(?:an?|each|every|one|the|a single|all|any|multiple|many|in|un|una|cada|um|uma|ein|eine|jeder|jede|chaque|une|le|la|el)\s*)*"  # noqa: E501
)
_COLON = regex(r"\s*[:：]")
_COLON_HERE = regex(r"[:：]")
_OWN_KIND = regex(r"parent|self|child|own", re.IGNORECASE)


def _subject(text: str, seen: list[Mention], about: str | None, loose: bool) -> tuple[Mention | None, list[Mention]]:
    """Who the sentence speaks of: the entity that it starts with, else the one it stands under."""
    first = seen[0]
    before = text[: first.start].strip(" *`-–—:").lower()
    opening = _OPENING.fullmatch(before) is not None
    following = text[first.end :].lstrip("`* s")
    role_name = (
        about is not None
        and _COLON.match(text[first.end :].lstrip("`*"))
        and len(seen) > 1
        and seen[1].name == first.name
    )
    if role_name and about is not None:
        return Mention(about, 0, 0, False), seen[1:]
    if (
        opening
        and len(seen) > 1
        and not (about and _COLON_HERE.match(following) and first.name != about and loose and len(seen) == 1)
    ):
        return first, seen[1:]
    if about is None:
        return (first, seen[1:]) if len(seen) > 1 else (None, [])
    objects = [one for one in seen if one.name != about or _OWN_KIND.search(text)]
    return Mention(about, 0, 0, False), objects


def _explicit(text: str, subject: Mention, objects: list[Mention], place: Place, loose: bool) -> list[Relation]:
    """`one-to-many with Task`, `User → Task: 1:N`: the kind is named; it holds for the objects in a row."""
    match = next(
        (
            (kind, found)
            for kind, pattern in wordings.PHRASES
            if (found := pattern.search(text)) and _EXPLICIT.search(found[0])
        ),
        None,
    )
    if match is None:
        return []
    kind, found = match
    after = [one for one in objects if one.start >= found.end()]
    near = [one for one in (after or objects) if one.name != subject.name or len(objects) == 1]
    rows = _in_a_row(text, near or objects)
    return [_relation(subject, kind, one, text, place, explicit=True) for one in rows]


def _in_a_row(text: str, seen: list[Mention]) -> list[Mention]:
    """The first mention and those that a comma or "and" ties to it."""
    row = seen[:1]
    for one, other in itertools.pairwise(seen):
        if not _LIST.fullmatch(text[one.end : other.start]):
            break
        row.append(other)
    return row


def _worded(text: str, subject: Mention, objects: list[Mention], place: Place) -> list[Relation]:
    """`belongs to one Customer and contains many Order Items`: the verb before each object decides."""
    found: list[Relation] = []
    start, verb = subject.end, ""
    previous: Mention | None = None
    for one in objects:
        window = text[start : one.start]
        kind = _verb_kind(window[-90:], one, subject)
        if not kind and previous is not None and _LIST.fullmatch(text[previous.end : one.start]):
            kind = verb
        if (kind and one.name != subject.name) or (kind and re.search(r"parent|child|self", text, re.IGNORECASE)):
            found.append(_relation(subject, kind, one, text, place, explicit=kind == "one-to-one"))
        start, verb, previous = one.end, kind, one
    return found


_CLAUSE_END = regex(r"[.;:。]|\bbut\b")
_OWNING = regex(r"ha[sv]|own|contain|includ", re.IGNORECASE)


def _verb_kind(window: str, one: Mention, subject: Mention) -> str:
    clause = _CLAUSE_END.split(window)[-1]
    many = bool(prose.MANY.search(clause)) or (one.plural and not prose.SINGLE.search(clause))
    # "at most one" counts, and says nothing of a place.
    verbs = re.sub(r"\bat(?= (?:most|least)\b)", "  ", clause)
    to_many, to_one = _last(prose.TO_MANY, verbs), _last(prose.TO_ONE, verbs)
    if to_many is None and to_one is None:
        return ""
    if to_one is not None and (to_many is None or to_one.start() > to_many.start()):
        if to_one[0].lower() in prose.WEAK_TO_ONE:
            return _weak_kind(to_one[0].lower(), clause[to_one.end() :], one, many=many, told=to_many is not None)
        if many and to_one[0].lower().startswith(("referenc", "refers", "points")):
            return "many-to-many"
        return "one-to-many" if many else "many-to-one"
    if many:
        return "one-to-many"
    owning = to_many is not None and _OWNING.match(to_many[0])
    return "one-to-one" if owning and prose.ONLY_ONE.search(clause) else "many-to-one"


def _weak_kind(word: str, behind: str, one: Mention, *, many: bool, told: bool) -> str:
    """`a tip for one Order`, `can appear in many Episodes`: a bare preposition relates only right before the name."""
    if told or len(behind.split()) > 3:
        return ""
    if many:
        return "one-to-many" if prose.MANY.search(behind) else ""
    near = word in ("for", "by", "of", "pour", "d'un", "d'une")
    single = re.fullmatch(r"\s*(?:an?|one|exactly one|un|une|una|uno|ein|einem|einer)\s+", behind, re.IGNORECASE)
    return "many-to-one" if near or single else ""


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = None
    for match in pattern.finditer(text):
        found = match
    return found


def _relation(left: Mention, kind: str, right: Mention, text: str, place: Place, *, explicit: bool) -> Relation:
    made = Relation(
        left.name,
        cast(RelationKind, kind),
        right.name,
        place,
        _key(text, left, right),
        _on_delete(text),
        explicit,
        text,
    )
    return turned(made)


def _key(text: str, left: Mention, right: Mention) -> str:
    """The column that the line names as the key, if it names exactly one."""
    found = {match["name"] for match in _KEY.finditer(text)} - {left.name, right.name}
    via = _VIA.search(text)
    if via and (names.looks_coded(via["name"]) or via["name"] in found):
        return via["name"] if _KEY.fullmatch(via["name"]) else ""
    return found.pop() if len(found) == 1 else ""


def _on_delete(text: str) -> str:
    return next((action for action, pattern in qualifiers.ON_DELETE if pattern.search(text)), "")


def delete_action(relation: Relation) -> Fact[OnDelete] | None:
    return Fact(cast(OnDelete, relation.on_delete), relation.place) if relation.on_delete else None

"""How well a reading agrees with what a document states, by the scoring conventions of the reader's issue.

An entity counts once, a missed one costs its attributes, and an invented one costs what it brought along. A type
counts only where the document states one. A relationship is a pair of entities and a kind, and counts once even when
it is told from both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Entity = Mapping[str, Any]
Link = tuple[str, str, str]

WEIGHTS = {"entities": 0.25, "attributes": 0.35, "types": 0.15, "relationships": 0.25}
UNCHANGED = frozenset("series species news media data analytics criteria kudos focus".split())
IRREGULAR = dict(
    word.split(":")
    for word in (
        "movies:movie cookies:cookie calories:calorie people:person children:child statuses:status aliases:alias "
        "quizzes:quiz buses:bus analyses:analysis indices:index stats:stat"
    ).split()
)
# Endings of a plural and what stands in their place in the singular; the first that fits counts.
ENDINGS = tuple(tuple(pair.split(":")) for pair in "ss:ss us:us is:is ies:y sses:ss xes:x ches:ch shes:sh s:".split())


@dataclass(frozen=True)
class Tally:
    """How many facts of one kind were found, invented and missed."""

    found: int = 0
    invented: int = 0
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.found + other.found, self.invented + other.invented, self.missed + other.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall, None where there was nothing to find and nothing was invented."""
        total = 2 * self.found + self.invented + self.missed
        return 2 * self.found / total if total else None


Score = Mapping[str, Tally]


@dataclass
class Sheet:
    """The tallies of one document while it is marked, and a sentence for each mistake."""

    score: dict[str, Tally] = field(default_factory=lambda: dict.fromkeys(WEIGHTS, Tally()))
    mistakes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pairs:
    """Which predicted entities stand for which stated one, by the stated one's place, and which stand for none."""

    of: Mapping[int, tuple[Entity, ...]]
    left: tuple[Entity, ...]


def combined(score: Score) -> float:
    """One number for the four kinds, those with nothing to find left out; 1 where there is nothing at all."""
    weighed = [(weight, value) for part, weight in WEIGHTS.items() if (value := score[part].f1) is not None]
    return sum(weight * value for weight, value in weighed) / sum(weight for weight, _ in weighed) if weighed else 1.0


def total(scores: Iterable[Score]) -> Score:
    """The tallies of several documents added up."""
    whole = dict.fromkeys(WEIGHTS, Tally())
    for score in scores:
        whole = {part: whole[part] + score[part] for part in WEIGHTS}
    return whole


def same_name(name: str) -> str:
    """The form in which two spellings of a name are compared: snake case, last word in the singular, no schema."""
    bare = name.strip().strip("`\"'[]")
    if qualified := re.fullmatch(r"[A-Za-z_]\w*\.([\w\"`]+)", bare):
        bare = qualified[1].strip('`"')
    parted = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", bare))
    words = re.sub(r"[\W_]+", "_", parted.lower()).strip("_").split("_")
    return "_".join((*words[:-1], _singular(words[-1])))


def _singular(word: str) -> str:
    if word in UNCHANGED or word in IRREGULAR or len(word) <= 3:
        return IRREGULAR.get(word, word)
    return next((word.removesuffix(end) + put for end, put in ENDINGS if word.endswith(end)), word)


def key_name(column: str | None) -> str | None:
    """A foreign key column without its `_id`."""
    return same_name(column).removesuffix("_id") if column else None


def mark(gold: Mapping[str, Any], prediction: Mapping[str, Any]) -> Sheet:
    """`prediction` judged by `gold`, both in the form of `colonnade read --json`."""
    sheet = Sheet()
    stated, told = gold["entities"], prediction.get("entities") or []
    pairs = _pair(stated, told)
    for place, entity in enumerate(stated):
        _mark_entity(sheet, stated, entity, pairs.of.get(place, ()))
    targets = {same_name(one["to"]) for entity in stated for one in entity.get("relationships") or ()}
    for entity in pairs.left:
        _mark_invented(sheet, entity, targets)
    _mark_relationships(sheet, stated, told)
    return sheet


def _count(sheet: Sheet, part: str, tally: Tally, mistake: str = "") -> None:
    sheet.score[part] += tally
    if mistake:
        sheet.mistakes.append(mistake)


def _stated_names(entity: Entity) -> tuple[str, ...]:
    names = (entity["name"], entity.get("table"), *(entity.get("aliases") or ()))
    return tuple(same_name(name) for name in names if name)


def _told_names(entity: Entity) -> tuple[str, ...]:
    return tuple(same_name(name) for name in (entity.get("name"), entity.get("table")) if name)


def _pair(stated: Sequence[Entity], told: Sequence[Entity]) -> Pairs:
    """Required entities by their name, then by table and alias, then optional ones; other spellings join them."""
    of: dict[int, tuple[Entity, ...]] = {}
    free = dict(enumerate(told))
    for by_name_only, optional in ((True, False), (False, False), (False, True)):
        for place, entity in enumerate(stated):
            if place in of or bool(entity.get("optional")) != optional:
                continue
            names = _stated_names(entity)[: 1 if by_name_only else None]
            for number, other in free.items():
                if set(_told_names(other)[: 1 if by_name_only else None]) & set(names):
                    of[place] = (free.pop(number),)
                    break
    owner = _owner_of_names(stated)
    for number, other in tuple(free.items()):
        holder = next((owner[name] for name in _told_names(other) if name in owner), None)
        if holder is not None:
            of[holder] = (*of.get(holder, ()), free.pop(number))
    return Pairs(of, tuple(free.values()))


def _owner_of_names(stated: Sequence[Entity]) -> dict[str, int]:
    owner: dict[str, int] = {}
    for place, entity in enumerate(stated):
        for name in _stated_names(entity):
            owner.setdefault(name, place)
    return owner


def _mark_entity(sheet: Sheet, stated: Sequence[Entity], entity: Entity, told: tuple[Entity, ...]) -> None:
    optional = bool(entity.get("optional"))
    if not told:
        if not optional:
            _count(sheet, "entities", Tally(missed=1), f"entity missed: {entity['name']}")
            for attribute in entity.get("attributes") or ():
                _mark_missed(sheet, attribute)
        return
    if optional:
        return
    _count(sheet, "entities", Tally(found=1))
    _mark_attributes(sheet, entity, told, _excused(stated, entity))


def _mark_missed(sheet: Sheet, attribute: Mapping[str, Any], mistake: str = "") -> None:
    if not attribute.get("optional"):
        _count(sheet, "attributes", Tally(missed=1), mistake)
        _count(sheet, "types", Tally(missed=1 if attribute.get("type") else 0))


def _mark_attributes(sheet: Sheet, entity: Entity, told: tuple[Entity, ...], excused: frozenset[str]) -> None:
    left: dict[str, Mapping[str, Any]] = {}
    for one in told:
        for attribute in one.get("attributes") or ():
            left.setdefault(same_name(attribute["name"]), attribute)
    for attribute in entity.get("attributes") or ():
        names = [same_name(name) for name in (attribute["name"], *(attribute.get("aliases") or ()))]
        hit = next((name for name in names if name in left), None)
        if hit is None:
            _mark_missed(sheet, attribute, f"attribute missed: {entity['name']}.{attribute['name']}")
            continue
        given = left.pop(hit)
        if not attribute.get("optional"):
            _count(sheet, "attributes", Tally(found=1))
            _mark_type(sheet, entity["name"], attribute, given)
    for name, attribute in left.items():
        if name not in excused:
            _count(sheet, "attributes", Tally(invented=1), f"attribute invented: {entity['name']}.{attribute['name']}")


def _mark_type(sheet: Sheet, entity: str, attribute: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    wanted, got = attribute.get("type"), given.get("type")
    if wanted is None:
        return
    if got in (wanted, *(attribute.get("type_alt") or ())):
        _count(sheet, "types", Tally(found=1))
        return
    label = f"type missed: {entity}.{attribute['name']} is {wanted}"
    _count(sheet, "types", Tally(missed=1, invented=0 if got is None else 1), f"{label}, not {got}" if got else label)


def _excused(stated: Sequence[Entity], entity: Entity) -> frozenset[str]:
    """Names that a key of `entity` may take without being an invention: what its relationships suggest, and `id`."""
    names: set[str] = set()
    for one in entity.get("relationships") or ():
        target = same_name(one["to"])
        key = {same_name(one["fk"]), key_name(one["fk"]) or ""} if one.get("fk") else set()
        names |= {form for base in {target, target.split("_")[-1]} | key for form in (base, f"{base}_id")}
    owner = _owner_of_names(stated)
    for other in stated:
        for one in other.get("relationships") or ():
            place = owner.get(same_name(one["to"]))
            if place is not None and stated[place] is entity:
                base = same_name(other["name"])
                both_ways = one["kind"] != "many-to-one" or one.get("kind_alt")
                names |= {base, f"{base}_id"} if both_ways else {base}
    if not any(attribute.get("primary_key") for attribute in entity.get("attributes") or ()):
        names.add("id")
    return frozenset(names)


def _mark_invented(sheet: Sheet, entity: Entity, targets: set[str]) -> None:
    """An entity that the document does not state, unless it is only the stub of one that is pointed at."""
    attributes = {same_name(one["name"]) for one in entity.get("attributes") or ()}
    if same_name(entity["name"]) in targets and attributes <= {"id"}:
        return
    _count(sheet, "entities", Tally(invented=1), f"entity invented: {entity['name']}")
    _count(sheet, "attributes", Tally(invented=len(attributes)))


@dataclass(frozen=True)
class Expected:
    """A stated relationship: the links that are right for it, and its key."""

    links: frozenset[Link]
    key: str | None
    optional: bool
    label: str


def _link(holder: str, target: str, kind: str) -> Link:
    if kind == "one-to-many":
        return target, holder, "many-to-one"
    return (holder, target, kind) if kind == "many-to-one" else (*sorted((holder, target)), kind)  # type: ignore[return-value]


def _expected(stated: Sequence[Entity]) -> Iterator[Expected]:
    owner = _owner_of_names(stated)
    for entity in stated:
        for one in entity.get("relationships") or ():
            kinds = (one["kind"], *(one.get("kind_alt") or ()))
            links = frozenset(
                _link(same_name(entity["name"]), _known(stated, owner, one["to"]), kind) for kind in kinds
            )
            optional = bool(one.get("optional") or entity.get("optional"))
            label = f"{entity['name']} {one['kind']} {one['to']} ({one.get('fk')})"
            yield Expected(links, key_name(one.get("fk")), optional, label)


def _known(stated: Sequence[Entity], owner: Mapping[str, int], name: str) -> str:
    form = same_name(name)
    return same_name(stated[owner[form]]["name"]) if form in owner else form


def _told_links(stated: Sequence[Entity], told: Sequence[Entity]) -> list[tuple[Link, str | None]]:
    owner = _owner_of_names(stated)
    names = {same_name(entity["name"]) for entity in stated}
    links: dict[tuple[Link, str | None], None] = {}
    for entity in told:
        holder = _known(stated, owner, entity["name"])
        if holder not in names and entity.get("table"):
            holder = _known(stated, owner, entity["table"])
        for one in entity.get("relationships") or ():
            links[_link(holder, _known(stated, owner, one["to"]), one["kind"]), key_name(one.get("fk"))] = None
    return list(links)


def _mark_relationships(sheet: Sheet, stated: Sequence[Entity], told: Sequence[Entity]) -> None:
    expected = list(_expected(stated))
    required = [one for one in expected if not one.optional]
    free = _told_links(stated, told)
    done: list[tuple[Link, str | None]] = []
    for one, link in _matched(required, free):
        if link is None:
            _count(sheet, "relationships", Tally(missed=1), f"relationship missed: {one.label}")
        else:
            done.append((link, one.key))
            _count(sheet, "relationships", Tally(found=1))
    optional = {same_name(entity["name"]) for entity in stated if entity.get("optional")}
    allowed = {link for one in expected if one.optional for link in one.links}
    for link, key in free:
        if link in allowed or optional & set(link[:2]) or _repeated(link, key, done) or _implied(link, expected):
            continue
        _count(sheet, "relationships", Tally(invented=1), f"relationship invented: {' '.join(link)} ({key})")


def _matched(
    required: Sequence[Expected], free: list[tuple[Link, str | None]]
) -> Iterator[tuple[Expected, Link | None]]:
    """Each required relationship with the link that stands for it; takes those from `free`, exact keys first."""
    later = []
    for one in required:
        exact = next((each for each in free if one.key and each[0] in one.links and each[1] == one.key), None)
        if exact is None:
            later.append(one)
            continue
        free.remove(exact)
        yield one, exact[0]
    keys = {one.key for one in required if one.key}
    for one in sorted(later, key=lambda each: each.key is None):
        fitting = [each for each in free if each[0] in one.links]
        unclaimed = [each for each in fitting if not one.key or each[1] is None or each[1] not in keys - {one.key}]
        best = next(iter(unclaimed or fitting), None)
        if best:
            free.remove(best)
        yield one, best[0] if best else None


def _repeated(link: Link, key: str | None, done: Sequence[tuple[Link, str | None]]) -> bool:
    """Whether this is a relationship that was found already, told from the other side."""
    return any(link == other for other, _ in done) if key is None else (link, key) in done


def _implied(link: Link, expected: Sequence[Expected]) -> bool:
    """Whether a many-to-many is the shape of a junction that the document states."""
    one_sided: dict[str, set[str]] = {}
    for one in expected:
        for holder, target, kind in one.links:
            if kind == "many-to-one":
                one_sided.setdefault(holder, set()).add(target)
    return link[2] == "many-to-many" and any({link[0], link[1]} <= targets for targets in one_sided.values())

"""Mermaid: erDiagram with entities, keys and cardinalities, and classDiagram with fields and associations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, Fact, RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, key, kind_of, owner_of, without_repeats
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

_DIAGRAM = regex(
    r"^\s*(erDiagram|classDiagram(?:-v2)?|stateDiagram(?:-v2)?|flowchart|graph|sequenceDiagram|gantt|pie|journey)\b"
)

# The marks at one end of a line: (at least one, at most one).
_ENDS: Mapping[str, tuple[bool, bool]] = {
    "||": (True, True),
    "|o": (False, True),
    "o|": (False, True),
    "}o": (False, False),
    "o{": (False, False),
    "}|": (True, False),
    "|{": (True, False),
    "}{": (False, False),
    "|": (True, True),
    "o": (False, True),
    "{": (False, False),
    "}": (False, False),
    "one or zero": (False, True),
    "zero or one": (False, True),
    "one or more": (True, False),
    "one or many": (True, False),
    "many(1)": (True, False),
    "1+": (True, False),
    "zero or more": (False, False),
    "zero or many": (False, False),
    "many(0)": (False, False),
    "0+": (False, False),
    "many": (False, False),
    "only one": (True, True),
    "one": (True, True),
    "1": (True, True),
}
_WORDS = "|".join(
    re.escape(word)
    for word in sorted(_ENDS, key=len, reverse=True)
    if (word[0].isalnum() and len(word) > 1) or word == "1"
)
_NAME = r"(?:\"[^\"\n]{1,120}\"|[^\W\d][\w.\-]{0,119})(?:\[[^\]\n]{0,120}\])?"
_MARKED = regex(
    rf"^\s*(?P<left>{_NAME})\s*(?P<a>\|\||\|o|o\||}}o|}}\||}}\{{|}}|\|(?=[-.])|\bo(?=[-.]))\s*(?:--|\.\.|-\.|\.-|-)\s*"
    rf"(?P<b>\|\||o\||\|o|o\{{|\|\{{|\{{|\||o(?=\s))\s*(?P<right>{_NAME})\s*(?::\s*(?P<label>.*))?$"
)
_SPOKEN = regex(
    rf"^\s*(?P<left>{_NAME})\s+(?P<a>{_WORDS})\s+(?:to|optionally to)\s+(?P<b>{_WORDS})\s+(?P<right>{_NAME})\s*"
    r"(?::\s*(?P<label>.*))?$"
)
_OPENING = regex(rf"^\s*(?P<name>{_NAME})\s*(?::::\w+)?\s*\{{\s*(?P<rest>.*)$")
_ALONE = regex(rf"^\s*(?P<name>{_NAME})\s*$")
_ATTRIBUTE = regex(
    r"^\s*(?P<type>[^\W\d][\w\-]*(?:\([^)\n]*\))?(?:\[\])*\??)\s+(?P<name>\*?[^\W\d][\w\-.]*(?:\([^)\n]*\))?\??)"
    r"(?P<keys>(?:\s*,?\s*(?:PK|FK|UK)\b)*)(?P<rest>.*)$"
)
_QUOTED = regex(r'"([^"\n]*)"')
_KEYWORDS = frozenset(
    ["direction", "title", "acctitle", "accdescr", "classdef", "class", "style", "click", "note", "namespace"]
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A relation line: both ends and what stands at each, with its place."""

    left: str
    right: str
    left_end: tuple[bool, bool]
    right_end: tuple[bool, bool]
    label: str
    place: Place


def _label(name: str) -> tuple[str, str]:
    """The identifier and the shown name of `p[Person]`, `"Order Line"`, `USERS`."""
    match = re.match(r'^("[^"]*"|[^\[\s]+)(?:\[(.*)\])?$', name.strip())
    if match is None:
        return name, name
    bare = match[1].strip('"')
    return bare, (match[2] or bare).strip().strip('"')


def _ordered(written: str, name: str) -> tuple[str, str]:
    """Type and name; people also write the name first (`id uuid PK`)."""
    from colonnade import types

    swapped = types.resolve(name) is not None and types.resolve(written) is None and name.islower()
    return (name, written) if swapped else (written, name)


def _attribute(line: str, place: Place) -> DraftAttribute | None:
    match = _ATTRIBUTE.match(line)
    if match is None:
        return None
    keys = set(re.findall("PK|FK|UK", match["keys"]))
    written, name = _ordered(match["type"], match["name"].lstrip("*"))
    facts: dict[str, Any] = {"type": Fact(written.rstrip("?"), place)}
    listed = re.match(r"(?i)^enum\((.*)\)$", written)
    if listed:
        facts = {"type": Fact("enum", place), "enum_values": Fact(tuple(re.findall(r"[\w-]+", listed[1])), place)}
    if "PK" in keys or match["name"].startswith("*"):
        facts |= {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    elif written.endswith("?") or name.endswith("?"):
        facts["nullable"] = Fact(True, place)
    if "UK" in keys:
        facts["unique"] = Fact(True, place)
    comment = _QUOTED.search(match["rest"])
    words = comment[1] if comment else match["rest"].strip(" ,")
    attribute = annotated(DraftAttribute(name=Fact(name.rstrip("?"), place), **facts), words, place)
    return _foreign(attribute, place) if "FK" in keys else attribute


def _foreign(attribute: DraftAttribute, place: Place) -> DraftAttribute:
    """A key marked FK with no stated target points at the entity in its name; the merge checks that one exists."""
    if attribute.references is not None:
        return attribute
    owner = owner_of(attribute.name.value)
    return replace(attribute, references=Fact(owner, place)) if owner else attribute


def _relation(line: str, place: Place) -> _Line | None:
    match = _MARKED.match(line) or _SPOKEN.match(line)
    if match is None:
        return None
    ends = [_ENDS.get(match[name].strip()) for name in ("a", "b")]
    if ends[0] is None or ends[1] is None:
        return None
    label = (match["label"] or "").strip().strip('"')
    return _Line(match["left"], match["right"], ends[0], ends[1], label, place)


# No line that people write is longer; the bound keeps matching linear in the text.
_LONGEST_LINE = 1000


def _tidy(line: str) -> str:
    """A line without its comment and with single spaces."""
    return " ".join(line.split("%%", 1)[0].split())[:_LONGEST_LINE]


def _diagram(seen: Block, first: int, lines: Sequence[str]) -> tuple[dict[str, DraftEntity], list[_Line]]:
    """The entities by identifier and the relation lines of an erDiagram."""
    entities: dict[str, DraftEntity] = {}
    collected: dict[str, list[DraftAttribute]] = {}
    relations: list[_Line] = []
    current: str | None = None
    for number in range(first, len(lines)):
        place = seen.line_at(number + 1, len(lines[number]) - len(lines[number].lstrip()))
        line = _tidy(lines[number])
        if current is not None:
            body, closed, _ = line.partition("}")
            attribute = _attribute(body, place)
            if attribute is not None:
                collected[current].append(attribute)
            current = None if closed else current
            continue
        relation = _relation(line, place)
        if relation is not None:
            relations.append(relation)
            continue
        opening = _OPENING.match(line)
        named = opening or _ALONE.match(line)
        if named is None or named["name"].split("[")[0].lower() in _KEYWORDS:
            continue
        identifier, shown = _label(named["name"])
        entities.setdefault(identifier, _entity(shown, place))
        collected.setdefault(identifier, [])
        if opening:
            inside = opening["rest"].split("}")[0]
            found = [_attribute(part, place) for part in inside.split(";")] if inside.strip() else []
            collected[identifier] += [one for one in found if one is not None]
            current = None if "}" in opening["rest"] else identifier
    for identifier, attributes in collected.items():
        entities[identifier] = replace(entities[identifier], attributes=without_repeats(attributes))
    return entities, relations


def _entity(name: str, place: Place) -> DraftEntity:
    return DraftEntity(name=Fact(name, place), kind=Fact(kind_of(name), place))


def _kind(line: _Line) -> RelationKind:
    """The relation as seen from the left."""
    left_single, right_single = line.left_end[1], line.right_end[1]
    if left_single and right_single:
        return "one-to-one"
    if left_single:
        return "one-to-many"
    return "many-to-one" if right_single else "many-to-many"


@dataclass(frozen=True, slots=True)
class _Keys:
    """The columns of one entity that may point elsewhere, by the name they speak of; and the unclear ones."""

    exact: Mapping[str, Sequence[Fact[str]]]
    ending: Mapping[str, Sequence[Fact[str]]]
    free: Sequence[Fact[str]]


# With more keys than this that speak of no entity there is nothing to conclude.
_MOST_UNCLEAR = 20


def _keys(entity: DraftEntity, known: frozenset[str]) -> _Keys:
    exact: dict[str, list[Fact[str]]] = {}
    ending: dict[str, list[Fact[str]]] = {}
    free: list[Fact[str]] = []
    for one in entity.attributes:
        owner = owner_of(one.name.value)
        stated = one.references.value if one.references else ""
        target = stated.rsplit(".", 1)[0] if "." in stated else owner
        if target:
            words = key(target).split("_")[-6:]
            exact.setdefault("_".join(words), []).append(one.name)
            for start in range(1, len(words)):
                ending.setdefault("_".join(words[start:]), []).append(one.name)
        if stated and stated == owner and stated not in known:
            free.append(one.name)
    return _Keys(exact, ending, free)


def _key_for(keys: _Keys | None, parent: str, taken: set[str]) -> Fact[str] | None:
    """The column that points at `parent`: `<parent>_id`, `<role>_<parent>_id`, else the only unclear key."""
    if keys is None:
        return None
    wanted = key(parent)
    for named in (
        keys.exact.get(wanted, ()),
        keys.ending.get(wanted, ()),
        keys.exact.get(wanted.rsplit("_", 1)[-1], ()),
    ):
        chosen = next((one for one in named if one.value not in taken), None)
        if chosen is not None:
            return chosen
    # A key whose name speaks of no entity (`boss_id FK`) belongs to the only line that has none yet.
    left = [one for one in keys.free[:_MOST_UNCLEAR] if one.value not in taken]
    return left[0] if len(left) == 1 and len(keys.free) <= _MOST_UNCLEAR else None


def _pointing(entities: Mapping[str, DraftEntity]) -> frozenset[str]:
    """What keys of the diagram reference that is an entity of it."""
    names = {key(entity.name.value) for entity in entities.values()}
    references = (one.references.value for entity in entities.values() for one in entity.attributes if one.references)
    return frozenset(one for one in references if key(one.rsplit(".", 1)[0] if "." in one else one) in names)


def _carried(
    line: _Line, entities: Mapping[str, DraftEntity], keys: Mapping[str, _Keys]
) -> tuple[str, str, RelationKind, bool]:
    """Who carries the relation of a line, whom it points at, its kind from there, and whether it is optional."""
    left, left_name = _label(line.left)
    right, right_name = _label(line.right)
    left_name = entities[left].name.value if left in entities else left_name
    right_name = entities[right].name.value if right in entities else right_name
    kind = _kind(line)
    turned = kind == "one-to-one" and _key_for(keys.get(left), right_name, set()) is None
    if kind == "one-to-many" or turned:
        return right, left_name, "one-to-one" if turned else "many-to-one", not line.left_end[0]
    return left, right_name, kind, not line.right_end[0]


def _relations(lines: Sequence[_Line], entities: Mapping[str, DraftEntity]) -> dict[str, tuple[DraftRelationship, ...]]:
    """The relations of a diagram by the identifier of the entity that carries each."""
    known = _pointing(entities)
    keys = {name: _keys(entity, known) for name, entity in entities.items()}
    told: dict[str, list[DraftRelationship]] = {}
    taken: dict[str, set[str]] = {}
    for line in lines:
        carrier, target, kind, optional = _carried(line, entities, keys)
        used = taken.setdefault(carrier, set())
        foreign = None if kind == "many-to-many" else _key_for(keys.get(carrier), target, used)
        if foreign is not None:
            used.add(foreign.value)
        relation = DraftRelationship(
            kind=Fact(kind, line.place),
            target=Fact(target, line.place),
            foreign_key=foreign,
            optional=Fact(optional, line.place) if kind != "many-to-many" else None,
            description=line.label,
        )
        told.setdefault(carrier, []).append(relation)
    return {name: tuple(relations) for name, relations in told.items()}


def _er(seen: Block, first: int, lines: Sequence[str]) -> Reading | None:
    entities, relations = _diagram(seen, first, lines)
    for line in relations:
        for name in (line.left, line.right):
            identifier, shown = _label(name)
            entities.setdefault(identifier, _entity(shown, line.place))
    told = _relations(relations, entities)
    known = {key(entity.name.value) for entity in entities.values()}
    made = [
        replace(_settled(entity, told.get(name, ()), known), relationships=told.get(name, ()))
        for name, entity in entities.items()
    ]
    if not made:
        return None
    # Beside entities that are drawn with their attributes, a name on a line only is told about, not defined.
    drawn = [entity for entity in made if entity.attributes] or made
    apart = tuple(entity for entity in made if not entity.attributes) if len(drawn) < len(made) else ()
    return Reading("mermaid", PRECISION["mermaid"], tuple(drawn), stated_apart=apart)


def _settled(entity: DraftEntity, relations: tuple[DraftRelationship, ...], known: set[str]) -> DraftEntity:
    """`entity` whose keys marked FK point where the lines say; a guess at no entity of the diagram is dropped."""
    targets = {one.foreign_key.value: one.target.value for one in relations if one.foreign_key}
    attributes = []
    for one in entity.attributes:
        if one.name.value in targets and one.references and "." not in one.references.value:
            one = replace(one, references=Fact(targets[one.name.value], one.references.place))
        elif (
            one.references
            and one.references.value == owner_of(one.name.value)
            and key(one.references.value) not in known
        ):
            one = replace(one, references=None)
        attributes.append(one)
    return replace(entity, attributes=tuple(attributes))


_CLASS = regex(
    r"^\s*class\s+(?P<name>`[^`\n]+`|[^\W\d][\w.\-]*)(?:~\w+~)?(?:\[\"(?P<shown>[^\"\n]*)\"\])?\s*(?::::\w+)?\s*(?P<open>\{)?\s*(?P<rest>.*)$"
)
_MEMBER = regex(r"^\s*(?P<owner>[^\W\d]\w*)\s*:\s*(?P<member>.+)$")
_LINK = regex(
    r"^\s*(?P<left>`[^`\n]+`|[^\W\d][\w.\-]*)\s*(?:\"(?P<a>[^\"\n]*)\")?\s*(?P<line>[<|*o}]{0,2}(?:--|\.\.)[>|*o{]{0,2})\s*(?:\"(?P<b>[^\"\n]*)\")?\s*"
    r"(?P<right>`[^`\n]+`|[^\W\d][\w.\-]*)\s*(?::\s*(?P<label>.*))?$"
)
_COLON_FIELD = regex(r"^[+\-#~]?\s*(?P<name>[^\W\d]\w*)\??\s*:\s*(?P<type>[^\W\d][\w.<>~\[\](), ]*\??)\s*(?P<rest>.*)$")
_SPACE_FIELD = regex(
    r"^[+\-#~]?\s*(?P<type>[^\W\d][\w.<>~]*(?:\([^)\n]*\))?(?:\[\])*\??)\s+(?P<name>[^\W\d]\w*)\s*(?P<rest>.*)$"
)
_MANY = regex(r"\*|\bn\b|\bm\b|many|\.\.\s*[*n]", re.IGNORECASE)


def _field(line: str, place: Place) -> DraftAttribute | None:
    """`+String name`, `+name: String`, `id : uuid`; a method is none."""
    text = line.strip()
    if (
        not text
        or text.startswith("<<")
        or (
            re.search(r"\w\s*\([^)]*\)\s*\S*$", text)
            and not re.search(r"\b(?:varchar|char|decimal|numeric|string)\(", text, re.I)
        )
    ):
        return None
    match = _COLON_FIELD.match(text) or _SPACE_FIELD.match(text)
    if match is None:
        return None
    ordered = (
        _ordered(match["type"].strip(), match["name"])
        if match.re is _SPACE_FIELD
        else (match["type"].strip(), match["name"])
    )
    written, name = re.sub(r"^(?:List|Set|Array|Collection)~(\w+)~", r"\1[]", ordered[0]), ordered[1]
    facts: dict[str, Any] = {"type": Fact(written.rstrip("?").replace("~", ""), place)}
    if written.endswith("?"):
        facts["nullable"] = Fact(True, place)
    rest = match["rest"]
    if re.search(r"\bPK\b", rest):
        facts |= {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    attribute = DraftAttribute(name=Fact(name, place), **facts)
    return annotated(attribute, rest.strip(" -(){}"), place)


def _class_line(match: re.Match[str], place: Place) -> _Line | None:
    """An association with what stands at its ends; inheritance and realisation make no relation."""
    line = match["line"]
    if "|" in line:
        return None
    many_left, many_right = bool(_MANY.search(match["a"] or "")), bool(_MANY.search(match["b"] or ""))
    if not match["a"] and not match["b"]:
        # An arrow without numbers is a reference to one; a diamond is on the side of the whole.
        whole_left = line[0] in "*o"
        return _Line(
            match["left"], match["right"], (True, whole_left), (True, not whole_left), match["label"] or "", place
        )
    least = [not (text or "").strip().startswith("0") for text in (match["a"], match["b"])]
    return _Line(
        match["left"],
        match["right"],
        (least[0], not many_left),
        (least[1], not many_right),
        match["label"] or "",
        place,
    )


def _classes(seen: Block, first: int, lines: Sequence[str]) -> Reading | None:
    entities: dict[str, DraftEntity] = {}
    collected: dict[str, list[DraftAttribute]] = {}
    stereotypes: dict[str, str] = {}
    enums: dict[str, list[str]] = {}
    relations: list[_Line] = []
    current: str | None = None
    for number in range(first, len(lines)):
        place = seen.line_at(number + 1, len(lines[number]) - len(lines[number].lstrip()))
        line = _tidy(lines[number])
        if current is not None:
            body, closed, _ = line.partition("}")
            _member(body, current, place, collected, stereotypes, enums)
            current = None if closed else current
            continue
        opening, link, member = _CLASS.match(line), _LINK.match(line), _MEMBER.match(line)
        if opening:
            name = opening["name"].strip("`")
            entities.setdefault(name, _entity(opening["shown"] or name, place))
            current = name if opening["open"] and "}" not in opening["rest"] else None
        elif link:
            made = _class_line(link, place)
            relations += [made] if made else []
        elif member and member["owner"].lower() not in _KEYWORDS:
            entities.setdefault(member["owner"], _entity(member["owner"], place))
            _member(member["member"], member["owner"], place, collected, stereotypes, enums)
    return _class_reading(entities, collected, stereotypes, enums, relations)


def _member(
    body: str,
    owner: str,
    place: Place,
    collected: dict[str, list[DraftAttribute]],
    stereotypes: dict[str, str],
    enums: dict[str, list[str]],
) -> None:
    stereotype = re.match(r"\s*<<\s*(\w+)\s*>>", body)
    if stereotype:
        stereotypes[owner] = stereotype[1].lower()
        return
    value = re.match(r"^\s*[^\W\d]\w*\s*$", body)
    if value:
        enums.setdefault(owner, []).append(value[0].strip())
        return
    attribute = _field(body, place)
    if attribute is not None:
        collected.setdefault(owner, []).append(attribute)


def _class_reading(
    entities: dict[str, DraftEntity],
    collected: Mapping[str, list[DraftAttribute]],
    stereotypes: Mapping[str, str],
    enums: Mapping[str, list[str]],
    relations: Sequence[_Line],
) -> Reading | None:
    listed = {name: Fact(tuple(dict.fromkeys(enums[name])), entities[name].name.place)
              for name, word in stereotypes.items()
              if word.startswith("enum") and name in enums and name in entities}  # fmt: skip
    kept = {
        name: entity
        for name, entity in entities.items()
        if name in collected and stereotypes.get(name) not in ("interface", "service", "enumeration", "enum")
    }
    for name, entity in kept.items():
        attributes = [
            replace(one, enum_values=listed[one.type.value]) if one.type and one.type.value in listed else one
            for one in collected[name]
        ]
        kept[name] = replace(
            entity,
            attributes=without_repeats(
                one for one in attributes if not one.type or one.type.value.removesuffix("[]") not in kept
            ),
        )
    inside = [line for line in relations if {_label(line.left)[0], _label(line.right)[0]} <= kept.keys()]
    told = _relations(inside, kept)
    made = tuple(replace(entity, relationships=told.get(name, ())) for name, entity in kept.items())
    return Reading("classdiagram", PRECISION["classdiagram"], made, tuple(listed.items())) if made or listed else None


def _start(lines: Sequence[str]) -> tuple[str, int] | None:
    """The kind of diagram and the index of the line after its name; front matter and comments come before it."""
    for number, line in enumerate(lines):
        match = _DIAGRAM.match(line)
        if match:
            return match[1], number + 1
    return None


def read(text: str, place: Place) -> Reading | None:
    """The entities of a Mermaid diagram, or None for a diagram of something else."""
    seen = block(text, place)
    lines = text.split("\n")
    start = _start(lines)
    if start is None:
        return None
    if start[0] == "erDiagram":
        return _er(seen, start[1], lines)
    return _classes(seen, start[1], lines) if start[0].startswith("classDiagram") else None


def sniff(text: str) -> bool:
    start = _start(text.split("\n")[:40])
    return start is not None and start[0] in ("erDiagram", "classDiagram", "classDiagram-v2")

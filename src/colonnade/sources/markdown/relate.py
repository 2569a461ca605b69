"""All relations of the entities, from keys and from words, each once and from the side that holds the key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, Fact, Origin
from colonnade.sources.markdown import names
from colonnade.sources.markdown.facts import SCHEMAS
from colonnade.sources.markdown.forms.block import snake
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.relations import Relation, delete_action, turned
from colonnade.values import replace
from colonnade.vocabulary import storage
from colonnade.vocabulary.naming import plural

_NO_TARGET = frozenset(
    [
        "parent",
        "external",
        "session",
        "request",
        "correlation",
        "trace",
        "device",
        "stripe",
        "google",
        "github",
        "provider",
        "message",
        "transaction",
        "customer",
        "client",
        "object",
        "resource",
        "target",
        "entity",
        "record",
        "source",
        "ref",
        "public",
        "tax",
        "national",
    ]
)


def resolved(entities: Sequence[DraftEntity], known: Index) -> tuple[DraftEntity, ...]:
    """`entities` with what their columns point at in the form `table.column` or `Entity`, and types that are entities turned into pointers."""  # noqa: E501
    keys = {(one.name.value, target) for one in entities for target in _keys_to(one, known)}
    return tuple(
        replace(
            one,
            attributes=tuple(
                _pointed(one, _turned(one, attribute, known, keys), known) for attribute in one.attributes
            ),
        )
        for one in entities
    )


def _keys_to(entity: DraftEntity, known: Index) -> Iterator[str]:
    """The entities that columns of `entity` point at, by what they say or by their names."""
    for attribute in entity.attributes:
        told = attribute.references
        target = target_of(told.value, known) if told else _implied(entity, attribute, known)
        if target is not None:
            yield target


def _turned(entity: DraftEntity, attribute: DraftAttribute, known: Index, keys: set[tuple[str, str]]) -> DraftAttribute:
    """`orders: Order[]` of a customer is no column where an order has a key to the customer, or a third has both."""
    kind = attribute.type
    if kind is None or attribute.references is not None or not _is_named(kind.value.removesuffix("[]")):
        return attribute
    other = known.find(kind.value.removesuffix("[]"))
    if other is None or other == entity.name.value:
        return attribute
    between = {holder for holder, target in keys if target == other} & {
        holder for holder, target in keys if target == entity.name.value
    }
    if (other, entity.name.value) in keys or (kind.value.endswith("[]") and between - {other, entity.name.value}):
        return replace(attribute, stored=Fact(False, kind.place))
    return attribute


def _pointed(entity: DraftEntity, attribute: DraftAttribute, known: Index) -> DraftAttribute:
    kind, target = attribute.type, attribute.references
    if attribute.stored is not None and not attribute.stored.value:
        return attribute
    if (
        kind is not None
        and attribute.enum_values is None
        and not names.looks_coded(kind.value)
        and kind.value.islower()
        and _is_named(kind.value.rstrip("[]"))
        and kind.value != "enum"
        and known.find(kind.value.rstrip("[]")) is None
        and not _is_misspelt(kind.value)
    ):
        # A word in the place of a type that no table knows says nothing about the type.
        attribute, kind = replace(attribute, type=None), None
    if (
        kind is not None
        and target is None
        and not kind.value.endswith("[]")
        and names.key(kind.value) not in ("json", "text", "date", "time", "point")
        and _is_named(kind.value)
    ):
        found = known.find(kind.value)
        if found is not None:
            return replace(attribute, type=None, references=Fact(found, kind.place))
    if (
        kind is not None
        and kind.value.endswith("[]")
        and attribute.enum_values is not None
        and _is_named(kind.value[:-2])
    ):
        return replace(attribute, type=Fact("text[]", kind.place))
    if kind is not None and kind.value.endswith("[]") and _is_named(kind.value[:-2]) and known.find(kind.value[:-2]):
        return replace(attribute, type=Fact("jsonb[]", kind.place))
    if target is not None:
        return replace(
            attribute,
            references=Fact(
                _qualified(target.value, entity, attribute, known), target.place, target.origin, target.rule
            ),
        )
    return attribute


def _is_misspelt(word: str) -> bool:
    from colonnade.sources.markdown.written import is_misspelt

    return is_misspelt(word)


def _is_named(word: str) -> bool:
    from colonnade.sources.markdown.written import resolve

    return names.is_identifier(word) and resolve(word) is None


def _qualified(written: str, entity: DraftEntity, attribute: DraftAttribute, known: Index) -> str:
    parts = written.split(".")
    if len(parts) == 1 and names.key(written) in ("self", "parent"):
        return entity.name.value
    if len(parts) == 1 and (found := known.find(written)) and plural(snake(found)) != plural(snake(written)):
        # Of `cita` and `citas` English makes two tables.
        return found
    if len(parts) == 2 and parts[0].lower() in SCHEMAS and known.find(parts[0]) is None:
        return f"{written}.id"
    return written


def target_of(written: str, known: Index) -> str:
    """The entity or table of `users.id`, `auth.users.id`, `User`."""
    found = known.find(written) if "." not in written else None
    if found:
        return found
    head, _, _ = written.rpartition(".")
    if not head:
        return written
    return known.find(head) or known.find(head.rpartition(".")[2]) or head


def related(entities: Sequence[DraftEntity], told: Iterable[Relation], known: Index) -> tuple[DraftEntity, ...]:
    """`entities` with their relations."""
    by_name = {one.name.value: one for one in entities}
    keyed = _Links()
    single = {pair for one in entities for pair in _one_to_one(one, known)}
    for one in entities:
        keyed.extend(one.name.value, _keyed(one, known, single))
    own = [relation for one in entities for relation in _own(one, known)]
    every = [_with_key(relation, by_name, known) for relation in (*own, *(turned(relation) for relation in told))]
    extra = _reconciled(every, keyed, by_name)
    return tuple(
        replace(one, relationships=tuple(_distinct([*keyed.of(one.name.value), *extra.of(one.name.value)])))
        for one in entities
    )


def _with_key(relation: Relation, by_name: Mapping[str, DraftEntity], known: Index) -> Relation:
    """A told relation with the column that is named after the last words of the entity at its other end: `message_id`
    of a recipient that belongs to a group message.
    """
    if relation.key or relation.kind == "many-to-many" or not {relation.holder, relation.target} <= by_name.keys():
        return relation
    found = _keys_for(by_name[relation.holder], relation.target, known)
    if not found and relation.kind == "one-to-one":
        found = _keys_for(by_name[relation.target], relation.holder, known)
        relation = replace(relation, holder=relation.target, target=relation.holder) if len(found) == 1 else relation
    return replace(relation, key=found[0]) if len(found) == 1 else relation


def _keys_for(holder: DraftEntity, target: str, known: Index) -> list[str]:
    """The columns of `holder` that point at nothing and are named after the last or the first words of `target`."""
    last, first = f"_{names.key(target)}", f"{names.key(target)}_"
    return [
        one.name.value
        for one in holder.attributes
        if one.references is None
        and (key := snake(one.name.value)).endswith("_id")
        and (last.endswith(f"_{key[:-3]}") or ("_" in key[:-3] and first.startswith(key[:-2])))
        and _implied(holder, one, known) is None
    ]


class _Links:
    """Relations by the entity that holds them, in order; those of a pair, or of a pair by a key, without a search."""

    def __init__(self) -> None:
        self._held: dict[str, list[DraftRelationship]] = {}
        self._at: dict[tuple[str, ...], list[int]] = {}
        self._holders: dict[str, list[str]] = {}

    def of(self, holder: str) -> Sequence[DraftRelationship]:
        return self._held.get(holder, ())

    def add(self, holder: str, one: DraftRelationship) -> None:
        held, target = self._held.setdefault(holder, []), one.target.value
        if not self.between(holder, target):
            self._holders.setdefault(target, []).append(holder)
        self._at.setdefault((holder, target), []).append(len(held))
        self._at.setdefault((holder, target, _key_of(one)), []).append(len(held))
        held.append(one)

    def extend(self, holder: str, found: Iterable[DraftRelationship]) -> None:
        for one in found:
            self.add(holder, one)

    def between(self, holder: str, target: str) -> Sequence[int]:
        """The numbers of the relations from one to the other."""
        return self._at.get((holder, target), ())

    def by_key(self, holder: str, target: str, key: str) -> Sequence[int]:
        """The numbers of those that the column `key` holds; with no name, of those that name none."""
        return self._at.get((holder, target, names.key(key) if key else ""), ())

    def enrich(self, holder: str, number: int, relation: Relation) -> None:
        """The relation stays the same, and is told more of."""
        self._held[holder][number] = _enriched(self._held[holder][number], relation)

    def joined(self, ends: frozenset[str]) -> bool:
        """Whether an entity with keys to all `ends` stands between them."""
        fewest = min((self._holders.get(end, []) for end in ends), key=len)
        return any(one not in ends and all(self.between(one, end) for end in ends) for one in fewest)

    def has_many(self, holder: str, target: str) -> bool:
        return any(self._held[holder][number].kind.value == "many-to-many" for number in self.between(holder, target))


def _key_of(one: DraftRelationship) -> str:
    return names.key(one.foreign_key.value) if one.foreign_key else ""


def _distinct(found: Iterable[DraftRelationship]) -> Iterator[DraftRelationship]:
    seen: set[tuple[str, str, str]] = set()
    for one in found:
        key = (
            one.kind.value if one.kind.value == "many-to-many" else "",
            names.key(one.target.value),
            _key_of(one),
        )
        if key not in seen:
            seen.add(key)
            yield one


def _one_to_one(entity: DraftEntity, known: Index) -> Iterator[tuple[str, str]]:
    """(holder of the key, `entity`) for `profile: PlayerProfile`, a field that shows the other side of a key and one of it."""  # noqa: E501
    for one in entity.attributes:
        shown = one.type is not None and one.stored is not None and not one.stored.value
        other = known.find(one.type.value) if shown and one.type and not one.type.value.endswith("[]") else None
        key = names.key(one.name.value)
        if other is not None and (names.key(other) == key or names.key(other).endswith(f"_{key}")):
            yield other, entity.name.value


def _keyed(entity: DraftEntity, known: Index, one_to_one: set[tuple[str, str]]) -> Iterator[DraftRelationship]:
    """The relations of the columns: those that say what they point at, and `<entity>_id`."""
    sole = sum(1 for one in entity.attributes if one.primary_key and one.primary_key.value) == 1
    for attribute in entity.attributes:
        if attribute.references is not None:
            target, origin, place = (
                target_of(attribute.references.value, known),
                attribute.references.origin,
                attribute.references.place,
            )
        else:
            implied = _implied(entity, attribute, known)
            if implied is None:
                continue
            target, origin, place = implied, Origin.IMPLIED, attribute.name.place
        single = bool(attribute.unique and attribute.unique.value) or (
            sole and bool(attribute.primary_key and attribute.primary_key.value)
        )
        single = single or (entity.name.value, target) in one_to_one
        rule = "key-named-after-entity" if origin is Origin.IMPLIED else ""
        yield DraftRelationship(
            Fact("one-to-one" if single else "many-to-one", place, origin, rule),
            Fact(target, place, origin, rule),
            attribute.name,
            attribute.on_delete,
            attribute.nullable,
        )


def _implied(entity: DraftEntity, attribute: DraftAttribute, known: Index) -> str | None:
    """The entity after which a column `<entity>_id` is named."""
    key = snake(attribute.name.value)
    base = next((key.removesuffix(ending) for ending in ("_id", "_uuid", "_ref", "_fk") if key.endswith(ending)), "")
    if not base and key.startswith(("id_", "fk_")) and known.find(key[3:]) not in (None, entity.name.value):
        # `id_cliente`, as other languages put it.
        return None if attribute.type and attribute.type.value.endswith("[]") else known.find(key[3:])
    if (
        not base
        or (attribute.primary_key and attribute.primary_key.value and known.find(base) == entity.name.value)
        or (attribute.type and attribute.type.value.endswith("[]"))
        or base.partition("_")[0] in storage.PROVIDERS
    ):
        return None
    found = known.find(base) or known.named_after(base)
    if found is None and "_" in base:
        last = base.rpartition("_")[2]
        found = known.find(last) if last not in _NO_TARGET else None
        if found is None and "_by_" in base:
            # `created_by_member_id` of the only entity that is a member of something.
            found = known.by_tail.get(last)
    if found is None and base not in _NO_TARGET and len(base) > 3:
        found = known.by_tail.get(base)
        # `movement_id` of MigratoryMovement is its own.
        found = None if found == entity.name.value else found
    if found is None and base == "parent" and (attribute.references is None):
        found = entity.name.value
    return (
        found
        if found != entity.name.value
        or base.startswith(("parent", "previous", "next", "original", "root", "replaces", "reply"))
        or (known.find(base) is None and not (attribute.unique and attribute.unique.value))
        else None
    )


def _own(entity: DraftEntity, known: Index) -> Iterator[Relation]:
    """The relations that a form told for this entity, as words."""
    for one in entity.relationships:
        target = known.find(one.target.value) or one.target.value
        key = one.foreign_key.value if one.foreign_key else ""
        yield turned(
            Relation(
                entity.name.value,
                one.kind.value,
                target,
                one.kind.place,
                key,
                one.on_delete.value if one.on_delete else "",
                True,
                through=one.through.value if one.through else "",
            )
        )


def _reconciled(told: list[Relation], keyed: _Links, by_name: dict[str, DraftEntity]) -> _Links:
    """The told relations that no key shows yet; what they add to one that is there is written into `keyed`."""
    extra = _Links()
    for relation in _mutual(told):
        if relation.holder not in by_name or (relation.target not in by_name and not relation.key):
            continue
        if relation.many and not relation.text and keyed.joined(frozenset((relation.holder, relation.target))):
            # `tags: Tag[]` beside a table that stands between both is told by that table.
            continue
        if relation.kind == "many-to-many":
            _add_many(relation, keyed, extra, by_name)
        elif not _absorbed(relation, keyed) and (relation.explicit or not _known_pair(relation, extra)):
            _add(extra, relation)
    return extra


def _add_many(relation: Relation, keyed: _Links, extra: _Links, by_name: dict[str, DraftEntity]) -> None:
    """A many-to-many: the keys of the entity that the words put between both, or itself where none stands there."""
    holder, target = relation.holder, relation.target
    if relation.through in by_name and relation.through not in (holder, target):
        for end in _ends(relation):
            if not _absorbed(end, keyed) and not _known_pair(end, extra):
                _add(extra, end)
    elif not (
        keyed.joined(frozenset((holder, target))) or extra.has_many(target, holder) or extra.has_many(holder, target)
    ):
        extra.add(holder, _made(relation))


def _mutual(told: list[Relation]) -> list[Relation]:
    """Two sides that each have many of the other are many-to-many; explicit wordings come first."""
    facing = {(one.holder, one.target) for one in told if one.many and not one.key}
    told = [
        replace(one, kind="many-to-many")
        if one.many and (one.target, one.holder) in facing and one.holder != one.target
        else one
        for one in told
    ]
    many = {frozenset((one.holder, one.target)) for one in told if one.kind == "many-to-many"}
    directed = {(one.holder, one.target) for one in told if one.kind == "many-to-one" and not one.key}
    loose = {(a, b) for a, b in directed if (b, a) in directed and a != b}
    explicit = {(one.holder, one.target) for one in told if one.explicit}
    result = []
    for one in sorted(told, key=lambda relation: not relation.explicit):
        pair = frozenset((one.holder, one.target))
        if one.kind != "many-to-many" and pair in many and not one.key:
            continue
        told_better = (one.holder, one.target) in loose and (one.target, one.holder) in explicit
        if one.explicit or not told_better:
            result.append(one)
    return result


def _ends(relation: Relation) -> list[Relation]:
    """A many-to-many through an entity as what that entity has: a key to each side."""
    sides = (relation.holder, relation.target)
    return [replace(relation, holder=relation.through, kind="many-to-one", target=one, through="") for one in sides]


def _absorbed(relation: Relation, keyed: _Links) -> bool:
    """Whether a key already shows this relation; it takes over the delete action and a one-to-one that the words state."""  # noqa: E501
    for holder, target in ((relation.holder, relation.target), (relation.target, relation.holder)):
        same = keyed.between(holder, target)
        exact = keyed.by_key(holder, target, relation.key) if relation.key else ()
        if not same or (relation.key and not exact and holder == relation.holder and holder != target):
            continue
        for number in exact or (same if len(same) == 1 else ()):
            keyed.enrich(holder, number, relation)
        return True
    return False


def _enriched(one: DraftRelationship, relation: Relation) -> DraftRelationship:
    kind = Fact(relation.kind, relation.place) if relation.kind == "one-to-one" and relation.explicit else one.kind
    return replace(one, kind=kind, on_delete=one.on_delete or delete_action(relation))


def _known_pair(relation: Relation, extra: _Links) -> bool:
    return bool(extra.between(relation.holder, relation.target) or extra.between(relation.target, relation.holder))


def _add(extra: _Links, relation: Relation) -> None:
    holder, target = relation.holder, relation.target
    same = extra.between(holder, target)
    if relation.key:
        same = [*extra.by_key(holder, target, ""), *extra.by_key(holder, target, relation.key)]
    if same:
        extra.enrich(holder, min(same), relation)
    elif relation.kind != "one-to-one" or not extra.between(target, holder):
        extra.add(holder, _made(relation))


def _made(relation: Relation) -> DraftRelationship:
    return DraftRelationship(
        Fact(relation.kind, relation.place),
        Fact(relation.target, relation.place),
        Fact(relation.key, relation.place) if relation.key else None,
        delete_action(relation),
        through=Fact(relation.through, relation.place) if relation.through else None,
        description=relation.text[:300],
    )

"""What the code forms share: places inside a block, names of entities, and attributes filled step by step."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, EntityKind, Fact
from colonnade.errors import Place
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

# Where two forms of one document disagree, the higher one wins in the merge.
PRECISION: Mapping[str, int] = {
    "sql": 90,
    "prisma": 85,
    "drizzle": 85,
    "sqlalchemy": 85,
    "sqlmodel": 80,
    "django": 80,
    "typeorm": 80,
    "sql-foreign": 75,
    "sql-pseudo": 60,
    "python": 45,
    "typescript": 45,
    "mermaid": 40,
    "json-schema": 40,
    "classdiagram": 30,
    "json-example": 10,
}


@dataclass(frozen=True, slots=True)
class Block:
    """The text of one fence and the offset of each of its lines."""

    text: str
    place: Place
    starts: tuple[int, ...]

    def at(self, offset: int) -> Place:
        """The place of the character at `offset`; a block whose line is not known gives its file only."""
        if not self.place.line:
            return self.place
        row = bisect_right(self.starts, offset) - 1
        indent = max(self.place.column - 1, 0)
        return Place(self.place.file, self.place.line + row, indent + offset - self.starts[row] + 1)

    def line_at(self, line: int, column: int = 0) -> Place:
        """The place of a 1-based line and 0-based column of this block's text."""
        return self.at(min(self.starts[min(line, len(self.starts)) - 1] + column, len(self.text)))


def block(text: str, place: Place) -> Block:
    return Block(text, place, (0, *(match.end() for match in re.finditer("\n", text))))


_HUMP = regex(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAK = regex(r"[^\w]+")


_LOW_LINES = regex("_+")


@lru_cache(maxsize=65536)
def snake(name: str) -> str:
    """`OrderLine`, `order-line` and `Order Line` as `order_line`."""
    return _LOW_LINES.sub("_", _BREAK.sub("_", _HUMP.sub("_", name[:200]).lower())).strip("_")


# Endings by which a plural is made singular well enough to compare two names.
_SINGULAR = (("sses", "ss"), ("ies", "y"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ss", "ss"), ("us", "us"),
             ("s", ""))  # fmt: skip


def key(name: str) -> str:
    """A name by which `users`, `User` and `auth.User` are the same entity."""
    word = snake(name.rsplit(".", 1)[-1])
    for ending, singular in _SINGULAR:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + singular
    return word


def owner_of(column: str) -> str | None:
    """The entity that a key column's name speaks of: `user` for `user_id` and `userId`, None for `id`."""
    name = snake(column)
    return name[:-3] if name.endswith("_id") and len(name) > 3 else None


# Names of classes and interfaces that carry data but are no stored data, whatever their fields.
_TRANSFER = regex(
    r"\w(?:Create|Update|Patch|Response|Req|Res|D[Tt][Oo]|Payload|Params|Props|Output|Error|Exception|Service|Repository|"
    r"Repo|Controller|Handler|Context|Hook|Callback|Serializer|Validator|Factory|Middleware|Router|ViewSet|FormData|"
    r"FormValues|Args|Mixin|Database|Public|Read|Protocol|Api|Adapter)$|^(?:Create|Update|Patch|Delete|Upsert|Paginated)[A-Z]|[a-z]With[A-Z]"
)
# Names that are stored data where they have a key of their own: a LeaveRequest, a LabTest, an InsuranceProvider.
_PERHAPS = regex(
    r"\w(?:Request|Schema|In|Out|Input|Config|Options|Store|Action|Manager|Client|Provider|Filter|Filters|Query|Test|"
    r"Tests|Result|Command|Base)$|^(?:New|Get|List|Insert)[A-Z]"
)
_CONCEPT = regex(
    r"^(?:Filter|UI|Ui|App|Form|Auth|View|Page|Store|Modal|Redux|Search|Loading|Global|Root)\w*State$|\w(?:List|Details?|Page|Form|Modal|Dialog|Screen|Filters?|Search|View)State$|"
    r"\w(?:Summary|Stats|Statistics|Metrics|View|ViewModel|Breakdown|NodeData)$"
)


def is_transfer(name: str, columns: Collection[str]) -> bool:
    """Whether a class is about data and not data: `TaskCreate`, `TaskService`; `LoginRequest`, which has no key."""
    if _TRANSFER.search(name):
        return True
    own = {"id", "_id", "uuid", "pk", snake(name) + "_id"}
    return bool(_PERHAPS.search(name)) and not any(snake(column) in own for column in columns)


def kind_of(name: str) -> EntityKind:
    """A concept for what is computed or shown (`FilterState`, `DashboardSummary`), else a table."""
    return "concept" if _CONCEPT.search(name) else "table"


def filled(attribute: DraftAttribute, facts: Mapping[str, Any]) -> DraftAttribute:
    """`attribute` with each of `facts` that it does not state itself."""
    missing = {name: fact for name, fact in facts.items() if not getattr(attribute, name)}
    return replace(attribute, **missing) if missing else attribute


def changed(entity: DraftEntity, column: str, **facts: Any) -> DraftEntity:
    """`entity` with `facts` set on the attribute called `column`; unchanged where it has none."""
    wanted = column.lower()
    attributes = tuple(replace(one, **facts) if one.name.value.lower() == wanted else one for one in entity.attributes)
    return replace(entity, attributes=attributes)


def has(entity: DraftEntity, column: str) -> bool:
    return any(one.name.value.lower() == column.lower() for one in entity.attributes)


def many_to_one(attribute: DraftAttribute, target: str, place: Place) -> DraftRelationship:
    """The relation that a foreign key column makes; one-to-one where the column is unique."""
    single = bool(
        (attribute.unique and attribute.unique.value) or (attribute.primary_key and attribute.primary_key.value)
    )
    return DraftRelationship(
        kind=Fact("one-to-one" if single else "many-to-one", place),
        target=Fact(target, place),
        foreign_key=attribute.name,
        on_delete=attribute.on_delete,
        optional=attribute.nullable,
    )


def target_of(reference: str) -> str:
    """The table or entity of `users.id`, `auth.users.id`, `User`."""
    return reference.rsplit(".", 1)[0] if "." in reference else reference


def with_key_relations(entity: DraftEntity) -> DraftEntity:
    """`entity` with the relation of each attribute that says what it references, unless one is there already."""
    named = {one.foreign_key.value for one in entity.relationships if one.foreign_key}
    sole = sum(1 for one in entity.attributes if one.primary_key and one.primary_key.value) == 1
    made = []
    for attribute in entity.attributes:
        if attribute.references is None or attribute.name.value in named:
            continue
        seen = attribute if sole else replace(attribute, primary_key=None)
        made.append(many_to_one(seen, target_of(attribute.references.value), attribute.references.place))
    return replace(entity, relationships=entity.relationships + tuple(made)) if made else entity


def without_repeats(attributes: Iterable[DraftAttribute]) -> tuple[DraftAttribute, ...]:
    """The first attribute of each name."""
    first: dict[str, DraftAttribute] = {}
    for attribute in attributes:
        first.setdefault(attribute.name.value, attribute)
    return tuple(first.values())

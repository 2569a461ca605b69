"""Python: SQLModel, SQLAlchemy, Django, Pydantic, dataclasses, TypedDict and Enum classes, by the syntax tree alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, DraftRelationship, EntityKind, Fact
from colonnade.errors import Place
from colonnade.sources.markdown.forms import django
from colonnade.sources.markdown.forms.block import PRECISION, is_transfer, key, kind_of, with_key_relations
from colonnade.sources.markdown.forms.python_columns import (
    COLUMN_CALLS,
    Column,
    EnumValues,
    TableArguments,
    column,
    flag,
    keywords,
    sql_type,
    table_arguments,
)
from colonnade.sources.markdown.forms.python_columns import (
    text as string,
)
from colonnade.sources.markdown.forms.python_source import ENUM_BASES, Class, classes, enum_members
from colonnade.sources.markdown.forms.python_types import Typed, default_text, name_of, typed
from colonnade.sources.markdown.forms.remarks import annotated, loosened
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.regex import regex

_DECLARATIVE = frozenset(
    {"Base", "DeclarativeBase", "Model", "MappedAsDataclass", "DeclarativeBaseNoMeta", "AbstractBase", "BaseTable"}
)
_PLAIN = frozenset({"BaseModel", "TypedDict", "NamedTuple", "RootModel", "Document", "Struct"})
_ABSTRACT = regex(r"^(?:Base|Abstract)|(?:Base|Mixin|Mixins)$")
_BOUNDS: Mapping[str, str] = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


@dataclass(frozen=True, slots=True)
class Known:
    """The classes and enums of a block by name, and what kind each class is."""

    classes: Mapping[str, Class]
    enums: EnumValues
    kinds: Mapping[str, str]


@dataclass(slots=True)
class _Found:
    """The facts of one class while its statements are read."""

    attributes: dict[str, DraftAttribute] = field(default_factory=dict)
    relationships: list[DraftRelationship] = field(default_factory=list)
    indexes: list[DraftIndex] = field(default_factory=list)
    uniques: list[DraftIndex] = field(default_factory=list)
    constraints: list[Fact[str]] = field(default_factory=list)
    table: Fact[str] | None = None


def _kind(one: Class, all_classes: Mapping[str, Class], seen: frozenset[str] = frozenset()) -> str:
    """sqlmodel, sqlmodel-base, sqlalchemy, django, enum, plain, or empty for a class that is no data."""
    bases = one.bases
    if set(bases) & ENUM_BASES:
        return "enum"
    if flag(one.keyword("table")):
        return "sqlmodel"
    if "SQLModel" in bases:
        return "sqlmodel-base"
    if django.is_model(one):
        return "django"
    assigned = {name_of(node.targets[0]) for node in one.node.body if isinstance(node, ast.Assign)}
    if "__tablename__" in assigned or (set(bases) & _DECLARATIVE and _has_columns(one)):
        return "sqlalchemy"
    if set(bases) & _PLAIN or {"dataclass", "define", "attrs", "frozen", "s", "dataclasses"} & set(one.decorators):
        return "plain"
    inherited = [all_classes[base] for base in bases if base in all_classes and base not in seen]
    kinds = [_kind(base, all_classes, seen | {one.name}) for base in inherited] if len(seen) < 20 else []
    return next((kind for kind in kinds if kind), "sqlalchemy" if _has_columns(one) and bases else "")


def _has_columns(one: Class) -> bool:
    for node in one.node.body:
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Call) and name_of(value.func) in COLUMN_CALLS:
            return True
        if (
            isinstance(node, ast.AnnAssign)
            and isinstance(node.annotation, ast.Subscript)
            and name_of(node.annotation.value) == "Mapped"
        ):
            return True
    return False


def _enum_facts(shape: Typed, known: Known, place: Place) -> dict[str, Fact[Any]]:
    if shape.values:
        return {"enum_values": Fact(shape.values, place)}
    values = tuple(known.enums.get(shape.named, {}).values())
    return {"enum_values": Fact(values, place)} if values else {}


def _field_call(node: ast.expr | None) -> ast.Call | None:
    return node if isinstance(node, ast.Call) else None


def _annotation_field(annotation: ast.expr) -> ast.Call | None:
    """The `Field(…)` inside `Annotated[str, Field(…)]`."""
    if (
        isinstance(annotation, ast.Subscript)
        and name_of(annotation.value) == "Annotated"
        and isinstance(annotation.slice, ast.Tuple)
    ):
        return next((one for one in annotation.slice.elts[1:] if isinstance(one, ast.Call)), None)
    return None


def _annotated(one: Class, node: ast.AnnAssign, found: _Found, known: Known, kind: str) -> None:
    """`name: type = Field(…)` of any kind of class."""
    if not isinstance(node.target, ast.Name) or _skipped(node):
        return
    name, place = node.target.id, one.at(node)
    shape = typed(node.annotation)
    call = _field_call(node.value)
    maker = name_of(call.func) if call else ""
    if maker in ("Relationship", "relationship") or known.kinds.get(shape.named) in (
        "sqlmodel",
        "sqlalchemy",
        "plain",
        "sqlmodel-base",
    ):
        _relation(shape, call, name, place, found, known)
        return
    facts: dict[str, Any] = {"type": Fact(shape.written, place)} if shape.written else {}
    facts["nullable"] = Fact(shape.nullable, place)
    if shape.meaning and not shape.many:
        facts["meaning"] = Fact(shape.meaning, place)
    facts |= _enum_facts(shape, known, place)
    told = _call_facts(call, maker, name, place, found, known)
    inner = _annotation_field(node.annotation)
    if inner is not None:
        told = {**_call_facts(inner, name_of(inner.func), name, place, found, known), **told}
    if call is None and node.value is not None and (plain := default_text(node.value, known.enums)):
        told["default"] = Fact(plain, place)
    facts |= {word: value for word, value in told.items() if word not in ("name", "description")}
    attribute = DraftAttribute(
        name=Fact(told.get("name", name), place), description=told.get("description", ""), **facts
    )
    _keep(one, node, attribute, found, kind)


def _skipped(node: ast.AnnAssign) -> bool:
    name = node.target.id if isinstance(node.target, ast.Name) else ""
    held = name_of(node.annotation.value) if isinstance(node.annotation, ast.Subscript) else name_of(node.annotation)
    return name.startswith("__") or name == "model_config" or held == "ClassVar"


def _keep(one: Class, node: ast.stmt, attribute: DraftAttribute, found: _Found, kind: str) -> None:
    place = one.at(node)
    comment = one.beside(node)
    attribute = annotated(attribute, comment, place)
    if kind == "plain":
        attribute = loosened(attribute, comment, place)
        if attribute.name.value == "id" and attribute.primary_key is None:
            attribute = replace(attribute, primary_key=Fact(True, place))
    if attribute.primary_key and attribute.primary_key.value:
        attribute = replace(attribute, nullable=Fact(False, attribute.primary_key.place))
    found.attributes[attribute.name.value] = attribute


def _call_facts(
    call: ast.Call | None, maker: str, name: str, place: Place, found: _Found, known: Known
) -> dict[str, Any]:
    """What the call on the right says, by field of DraftAttribute; `name` and `description` beside them."""
    if call is None:
        return {}
    if maker in COLUMN_CALLS:
        return _column_facts(column(call, place, known.enums), name, place, found)
    if maker not in ("Field", "field", "PydanticField", "SQLField"):
        return {}
    named = keywords(call)
    facts: dict[str, Any] = {}
    inner = named.get("sa_column")
    if isinstance(inner, ast.Call):
        facts |= _column_facts(column(inner, place, known.enums), name, place, found)
    stated = sql_type(named["sa_type"], known.enums) if "sa_type" in named else None
    if stated is not None:
        facts["type"] = Fact(stated[0], place)
    for word in ("max_length", "min_length"):
        value = named.get(word)
        if isinstance(value, ast.Constant) and isinstance(value.value, int):
            facts[word] = Fact(value.value, place)
    for word in ("primary_key", "unique", "nullable"):
        stated_flag = flag(named.get(word))
        if stated_flag is not None and (stated_flag or word == "nullable"):
            facts[word] = Fact(stated_flag, place)
    facts |= _key_facts(named, place)
    facts |= _default_facts(call, named, place, known)
    if flag(named.get("index")):
        found.indexes.append(DraftIndex(Fact((name,), place)))
    found.constraints += _bounds(named, name, place)
    facts["description"] = string(named.get("description")) or facts.get("description", "")
    return facts


def _key_facts(named: Mapping[str, ast.expr], place: Place) -> dict[str, Any]:
    from colonnade.sources.markdown.forms.python_columns import ACTIONS

    target = string(named.get("foreign_key"))
    action = (string(named.get("ondelete")) or "").upper()
    facts: dict[str, Any] = {"references": Fact(target, place)} if target else {}
    return facts | ({"on_delete": Fact(ACTIONS[action], place)} if action in ACTIONS else {})


def _default_facts(call: ast.Call, named: Mapping[str, ast.expr], place: Place, known: Known) -> dict[str, Any]:
    candidates = [*call.args[:1], *(named[word] for word in ("default", "default_factory") if word in named)]
    value = next((found for one in candidates if (found := default_text(one, known.enums))), None)
    return {"default": Fact(value, place)} if value else {}


def _bounds(named: Mapping[str, ast.expr], name: str, place: Place) -> list[Fact[str]]:
    """`ge=0, le=100` as constraint texts."""
    found = []
    for word, sign in _BOUNDS.items():
        value = default_text(named.get(word), {})
        if value is not None and value.lstrip("-").replace(".", "", 1).isdigit():
            found.append(Fact(f"{name} {sign} {value}", place))
    return found


def _column_facts(made: Column, name: str, place: Place, found: _Found) -> dict[str, Any]:
    if made.indexed:
        found.indexes.append(DraftIndex(Fact((made.name or name,), place)))
    found.constraints += [Fact(check, place) for check in made.checks]
    facts: dict[str, Any] = dict(made.facts)
    if made.name:
        facts["name"] = made.name
    return facts | {"description": made.description}


def _relation(shape: Typed, call: ast.Call | None, name: str, place: Place, found: _Found, known: Known) -> None:
    """`items: list["Item"] = Relationship(…)`, or a field whose type is another class of the block."""
    named = keywords(call) if call else {}
    target = (
        shape.named.removesuffix("[]")
        or shape.written.removesuffix("[]")
        or (name_of(call.args[0]) if call and call.args else "")
    )
    if not target or known.kinds.get(target) == "enum":
        return
    through = name_of(named.get("link_model") or named.get("secondary"))
    kind: Any = "many-to-many" if through else "one-to-many" if shape.many else "many-to-one"
    found.relationships.append(
        DraftRelationship(
            Fact(kind, place),
            Fact(target, place),
            through=Fact(through, place) if through else None,
            optional=Fact(shape.nullable, place) if kind == "many-to-one" else None,
            description=name,
        )
    )


def _assigned(one: Class, node: ast.Assign, found: _Found, known: Known) -> None:
    """`name = Column(…)`, `__tablename__`, `__table_args__`, and classic relationship()."""
    if len(node.targets) != 1 or not isinstance(node.targets[0], ast.Name):
        return
    name, place = node.targets[0].id, one.at(node)
    if name == "__tablename__":
        stated = string(node.value)
        found.table = Fact(stated, place) if stated else None
    elif name == "__table_args__":
        _arguments(table_arguments(node.value, one.at), found)
    elif isinstance(node.value, ast.Call) and name_of(node.value.func) in COLUMN_CALLS:
        facts = {
            "nullable": Fact(True, place),
            **_column_facts(column(node.value, place, known.enums), name, place, found),
        }
        description = facts.pop("description", "")
        attribute = DraftAttribute(name=Fact(facts.pop("name", name), place), description=description, **facts)
        _keep(one, node, attribute, found, "sqlalchemy")
    elif (
        isinstance(node.value, ast.Call)
        and name_of(node.value.func) == "relationship"
        and "secondary" in keywords(node.value)
    ):
        _relation(Typed(), node.value, name, place, found, known)


def _arguments(told: TableArguments, found: _Found) -> None:
    found.indexes += told.indexes
    found.uniques += told.uniques
    found.constraints += told.constraints
    for name, facts in told.told:
        if name in found.attributes:
            found.attributes[name] = replace(found.attributes[name], **dict[str, Any](facts))


def _gather(one: Class, found: _Found, known: Known, kind: str, done: set[str]) -> None:
    """The statements of a class after those of its bases in the block; a ring of bases ends where it closes."""
    if one.name in done or len(done) > 20:
        return
    done.add(one.name)
    for base in one.bases:
        if base in known.classes:
            _gather(known.classes[base], found, known, kind, done)
    late = [
        node for node in one.node.body if isinstance(node, ast.Assign) and name_of(node.targets[0]) == "__table_args__"
    ]
    for node in one.node.body:
        if isinstance(node, ast.AnnAssign):
            _annotated(one, node, found, known, kind)
        elif isinstance(node, ast.Assign) and node not in late:
            _assigned(one, node, found, known)
    for node in late:
        _assigned(one, node, found, known)


def _entity(one: Class, known: Known, kind: str) -> DraftEntity | None:
    found = _Found()
    _gather(one, found, known, kind, set())
    if not found.attributes:
        return None
    place = one.at(one.node)
    stored: EntityKind = "table" if kind in ("sqlmodel", "sqlalchemy") else kind_of(one.name)
    made = DraftEntity(
        Fact(one.name, place), Fact(stored, place), found.table, tuple(found.attributes.values()),
        indexes=tuple(found.indexes), uniques=tuple(found.uniques), constraints=tuple(found.constraints),
        description=_described(one),
    )  # fmt: skip
    keyed = with_key_relations(made)
    pointed = {key(relation.target.value) for relation in keyed.relationships}
    told = [replace(relation, description="") for relation in found.relationships
            if relation.kind.value != "many-to-one" or key(relation.target.value) not in pointed]  # fmt: skip
    return replace(keyed, relationships=keyed.relationships + tuple(told))


def _described(one: Class) -> str:
    words = ast.get_docstring(one.node) or ""
    return " ".join(words.split("\n\n", 1)[0].split())[:300]


def _wanted(all_classes: Sequence[Class], known: Known) -> list[tuple[Class, str]]:
    """The classes that are entities: tables where there are any; else plain data that is neither base nor transfer."""
    tables = [one for one in all_classes if known.kinds[one.name] in ("sqlmodel", "sqlalchemy")]
    if any(known.kinds[one.name] == "django" for one in all_classes) or tables:
        based = {base for one in all_classes for base in one.bases}
        return [
            (one, known.kinds[one.name])
            for one in tables
            if not (_ABSTRACT.search(one.name) and one.name in based) and not _is_abstract(one)
        ]
    based = {base for one in all_classes for base in one.bases}
    plain = [one for one in all_classes if known.kinds[one.name] in ("plain", "sqlmodel-base")]
    return [(one, "plain") for one in plain if not is_transfer(one.name, _columns(one))
            and not (one.name in based and _ABSTRACT.search(one.name))]  # fmt: skip


def _is_abstract(one: Class) -> bool:
    return any(isinstance(node, ast.Assign) and name_of(node.targets[0]) == "__abstract__" for node in one.node.body)


def _columns(one: Class) -> list[str]:
    return [
        node.target.id
        for node in one.node.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]


_FORMS: Mapping[str, str] = {"sqlmodel": "sqlmodel", "sqlalchemy": "sqlalchemy", "plain": "python"}


def read(text: str, place: Place) -> Reading | None:
    """The models and enums of a Python fence, or None where it holds none."""
    found = classes(text, place)
    by_name = {one.name: one for one in found}
    known = Known(
        by_name,
        {one.name: enum_members(one) for one in found if set(one.bases) & ENUM_BASES},
        {one.name: _kind(one, by_name) for one in found},
    )
    models = django.entities([one for one in found if known.kinds[one.name] == "django"], known.enums)
    wanted = _wanted(found, known)
    made = tuple(entity for one, kind in wanted if (entity := _entity(one, known, kind)) is not None)
    enums = tuple(
        (one.name, Fact(tuple(known.enums[one.name].values()), one.at(one.node)))
        for one in found if known.kinds[one.name] == "enum" and known.enums[one.name]
    )  # fmt: skip
    if not made and not models and not enums:
        return None
    form = (
        "django"
        if models
        else _FORMS[min((kind for _, kind in wanted), key=("sqlmodel", "sqlalchemy", "plain").index, default="plain")]
    )
    return Reading(form, PRECISION[form], (*models, *made), enums)


_SNIFF = regex(
    r"^class\s+\w+\s*\([^)\n]*\b(?:SQLModel|BaseModel|Base|Model|models\.Model|Enum|TypedDict|DeclarativeBase)\b|^@dataclass\b",
    re.MULTILINE,
)


def sniff(text: str) -> bool:
    """Whether an unlabelled fence is a Python model: a class of a known kind."""
    return bool(_SNIFF.search(text))

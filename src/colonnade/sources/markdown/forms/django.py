"""Django models: fields, keys with on_delete, choices and Meta, by the syntax tree alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, DraftRelationship, Fact, OnDelete
from colonnade.errors import Place
from colonnade.sources.markdown.forms.block import PRECISION, without_repeats
from colonnade.sources.markdown.forms.python_columns import (
    EnumValues,
    TableArguments,
    constant,
    flag,
    keywords,
    together,
)
from colonnade.sources.markdown.forms.python_columns import text as string
from colonnade.sources.markdown.forms.python_source import ENUM_BASES, Class, classes, enum_members
from colonnade.sources.markdown.forms.python_types import default_text, name_of
from colonnade.sources.markdown.forms.remarks import annotated
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary.formats import MEANING_OF

_TYPES: Mapping[str, str] = {
    "CharField": "varchar",
    "SlugField": "varchar",
    "EmailField": "varchar",
    "URLField": "varchar",
    "FileField": "varchar",
    "ImageField": "varchar",
    "FilePathField": "varchar",
    "TextField": "text",
    "IntegerField": "integer",
    "PositiveIntegerField": "integer",
    "SmallIntegerField": "smallint",
    "PositiveSmallIntegerField": "smallint",
    "BigIntegerField": "bigint",
    "PositiveBigIntegerField": "bigint",
    "AutoField": "integer",
    "BigAutoField": "bigint",
    "DecimalField": "decimal",
    "FloatField": "double precision",
    "BooleanField": "boolean",
    "NullBooleanField": "boolean",
    "DateTimeField": "timestamptz",
    "DateField": "date",
    "TimeField": "time",
    "DurationField": "interval",
    "UUIDField": "uuid",
    "JSONField": "jsonb",
    "BinaryField": "bytea",
    "GenericIPAddressField": "inet",
    "ArrayField": "text[]",
    "PhoneNumberField": "varchar",
    "MoneyField": "decimal",
    "PointField": "point",
    "SearchVectorField": "tsvector",
    "VectorField": "vector",
}
_RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField", "ForeignKeyField", "TreeForeignKey"})
_ON_DELETE: Mapping[str, OnDelete] = {
    "CASCADE": "CASCADE",
    "PROTECT": "RESTRICT",
    "RESTRICT": "RESTRICT",
    "SET_NULL": "SET NULL",
    "SET_DEFAULT": "SET DEFAULT",
    "DO_NOTHING": "NO ACTION",
}
_MODEL_BASES = frozenset({"AbstractUser", "AbstractBaseUser", "TimeStampedModel", "MPTTModel"})


def is_model(one: Class) -> bool:
    """Whether a class is a Django model: it derives from models.Model, or has `models.…Field` members."""
    direct = any(
        isinstance(base, ast.Attribute) and base.attr == "Model" and name_of(base.value) == "models"
        for base in one.node.bases
    )
    return direct or bool(set(one.bases) & _MODEL_BASES) or any(_field(node) is not None for node in one.node.body)


def _field(node: ast.stmt) -> ast.Call | None:
    """The call of `name = models.CharField(…)`."""
    if (
        not isinstance(node, ast.Assign)
        or not isinstance(node.value, ast.Call)
        or not isinstance(node.targets[0], ast.Name)
    ):
        return None
    word = name_of(node.value.func)
    known = word in _TYPES or (word in _RELATIONS and word != "ForeignKey")
    prefixed = isinstance(node.value.func, ast.Attribute) and name_of(node.value.func.value) in (
        "models",
        "postgres_fields",
    )
    return node.value if prefixed or known else None


def _choices(node: ast.expr | None, one: Class, enums: EnumValues) -> tuple[str, ...]:
    """The values of `choices`: an enum's, a list of pairs, or the name of such a list in the class."""
    if node is None:
        return ()
    if isinstance(node, ast.Attribute) and node.attr == "choices":
        return tuple(enums.get(name_of(node.value), {}).values())
    word = name_of(node) if isinstance(node, ast.Name | ast.Attribute) else ""
    if word in enums:
        return tuple(enums[word].values())
    if word:
        node = next(
            (item.value for item in one.node.body if isinstance(item, ast.Assign) and name_of(item.targets[0]) == word),
            None,
        )
    pairs = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    strings = _strings(one)
    values = (_choice(pair, strings) for pair in pairs)
    return tuple(value for value in values if value is not None)


def _choice(pair: ast.expr, strings: Mapping[str, str]) -> str | None:
    first = pair.elts[0] if isinstance(pair, ast.List | ast.Tuple) and pair.elts else pair
    return string(first) or strings.get(name_of(first))


def _strings(one: Class) -> Mapping[str, str]:
    """The string constants of a class body: `DRAFT = 'draft'`."""
    return {name_of(node.targets[0]): value for node in one.node.body
            if isinstance(node, ast.Assign) and (value := string(node.value)) is not None}  # fmt: skip


def _typed(word: str, named: Mapping[str, ast.expr]) -> str | None:
    base = _TYPES.get(word)
    length, digits, places = (constant(named.get(key)) for key in ("max_length", "max_digits", "decimal_places"))
    if base == "varchar" and isinstance(length, int):
        return f"varchar({length})"
    if base == "decimal" and isinstance(digits, int):
        return f"decimal({digits},{places if isinstance(places, int) else 0})"
    if word == "ArrayField" and isinstance(inner := named.get("base_field"), ast.Call):
        return f"{_TYPES.get(name_of(inner.func), 'text')}[]"
    return base


def _default(named: Mapping[str, ast.expr], one: Class, enums: EnumValues) -> str | None:
    if flag(named.get("auto_now_add")) or flag(named.get("auto_now")):
        return "now()"
    node = named.get("default")
    constant_name = _strings(one).get(name_of(node)) if isinstance(node, ast.Name) else None
    return f"'{constant_name}'" if constant_name else default_text(node, enums)


def _attribute(one: Class, node: ast.Assign, call: ast.Call, enums: EnumValues) -> DraftAttribute:
    named, word, place = keywords(call), name_of(call.func), one.at(node)
    name = name_of(node.targets[0])
    relation = word in _RELATIONS
    facts: dict[str, Any] = {"nullable": Fact(bool(flag(named.get("null"))) or word == "NullBooleanField", place)}
    written = (
        None
        if relation
        else _typed(word, {**named, **({"base_field": call.args[0]} if word == "ArrayField" and call.args else {})})
    )
    if written:
        facts["type"] = Fact(written, place)
    if word.lower() in MEANING_OF:
        facts["meaning"] = Fact(MEANING_OF[word.lower()], place)
    if flag(named.get("primary_key")) or word in ("AutoField", "BigAutoField"):
        facts |= {"primary_key": Fact(True, place), "nullable": Fact(False, place)}
    if flag(named.get("unique")) or word == "OneToOneField":
        facts["unique"] = Fact(True, place)
    default = _default(named, one, enums)
    if default:
        facts["default"] = Fact(default, place)
    values = _choices(named.get("choices"), one, enums)
    if values:
        facts["enum_values"] = Fact(values, place)
    if relation:
        facts["references"] = Fact(_target(call, one), place)
        action = _ON_DELETE.get(name_of(_on_delete(call, named)))
        if action:
            facts["on_delete"] = Fact(action, place)
    column = string(named.get("db_column")) or (f"{name}_id" if relation else name)
    made = DraftAttribute(name=Fact(column, place), description=string(named.get("help_text")) or "", **facts)
    return annotated(made, one.beside(node), place)


def _on_delete(call: ast.Call, named: Mapping[str, ast.expr]) -> ast.expr | None:
    return named.get("on_delete") or (call.args[1] if len(call.args) > 1 else None)


def _target(call: ast.Call, one: Class) -> str:
    """The model that a key points at: a class, `'app.Model'`, `'self'`, or settings.AUTH_USER_MODEL."""
    node = call.args[0] if call.args else keywords(call).get("to")
    word = name_of(node)
    if word == "self":
        return one.name
    return "User" if word in ("AUTH_USER_MODEL", "get_user_model") or isinstance(node, ast.Call) else word or "?"


def _names(node: ast.expr | None) -> tuple[str, ...]:
    listed = node.elts if isinstance(node, ast.List | ast.Tuple) else []
    words = (string(one) for one in listed)
    return tuple(f"{word[1:]} DESC" if word.startswith("-") else word for word in words if word)


def _groups(node: ast.expr, place: Place) -> TableArguments:
    """`unique_together = ('a', 'b')` or a list of such tuples."""
    nested: list[ast.expr] = [one for one in getattr(node, "elts", []) if isinstance(one, ast.List | ast.Tuple)]
    groups = [columns for one in (nested or [node]) if (columns := _names(one))]
    return TableArguments(uniques=tuple(DraftIndex(Fact(columns, place), unique=True) for columns in groups))


def _calls(node: ast.expr, one: Class) -> TableArguments:
    """`indexes = [models.Index(fields=[…])]` and `constraints = [UniqueConstraint(…), CheckConstraint(…)]`."""
    indexes, uniques = [], []
    for call in getattr(node, "elts", []):
        if not isinstance(call, ast.Call):
            continue
        named, word = keywords(call), name_of(call.func)
        columns = _names(named.get("fields"))
        name = string(named.get("name")) or ""
        method = {"GinIndex": "gin", "GistIndex": "gist", "BrinIndex": "brin", "HashIndex": "hash"}.get(word, "")
        if word == "UniqueConstraint" and columns and "condition" not in named:
            uniques.append(DraftIndex(Fact(columns, one.at(call)), name, True))
        elif word.endswith("Index") and columns:
            indexes.append(DraftIndex(Fact(columns, one.at(call)), name, method=method))
    return TableArguments(tuple(indexes), tuple(uniques))


def _meta(one: Class) -> tuple[TableArguments, Fact[str] | None, bool]:
    """What `class Meta` says: indexes and uniques, the table's name, and whether the model is abstract."""
    found: list[TableArguments] = []
    table, abstract = None, False
    inner = next((node for node in one.node.body if isinstance(node, ast.ClassDef) and node.name == "Meta"), None)
    for node in inner.body if inner else ():
        if not isinstance(node, ast.Assign):
            continue
        word, place = name_of(node.targets[0]), one.at(node)
        if word == "unique_together":
            found.append(_groups(node.value, place))
        elif word in ("indexes", "constraints"):
            found.append(_calls(node.value, one))
        elif word == "db_table" and (stated := string(node.value)):
            table = Fact(stated, place)
        elif word == "abstract":
            abstract = bool(flag(node.value))
    return together(found), table, abstract


def _columns(
    one: Class, models: Mapping[str, Class], enums: EnumValues, depth: int = 0
) -> list[tuple[Class, ast.Assign, ast.Call]]:
    """The fields of a model after those of its abstract bases in the block."""
    bases = [models[base] for base in one.bases if base in models and depth < 10 and models[base] is not one]
    inherited = [found for base in bases if _meta(base)[2] for found in _columns(base, models, enums, depth + 1)]
    own = [
        (one, node, call)
        for node in one.node.body
        if isinstance(node, ast.Assign) and (call := _field(node)) is not None
    ]
    return inherited + own


def _relation(attribute: DraftAttribute) -> DraftRelationship | None:
    if attribute.references is None or attribute.type is not None:
        return None
    place = attribute.references.place
    single = attribute.unique is not None
    return DraftRelationship(
        Fact("one-to-one" if single else "many-to-one", place), attribute.references, attribute.name,
        attribute.on_delete, attribute.nullable,
    )  # fmt: skip


def _many(one: Class, node: ast.Assign, call: ast.Call) -> DraftRelationship:
    place = one.at(node)
    through = name_of(keywords(call).get("through"))
    return DraftRelationship(
        Fact("many-to-many", place), Fact(_target(call, one), place), through=Fact(through, place) if through else None
    )


def entities(found: Sequence[Class], enums: EnumValues) -> tuple[DraftEntity, ...]:
    """The models of a block; abstract ones only lend their fields."""
    models = {one.name: one for one in found}
    made = []
    for one in found:
        told, table, abstract = _meta(one)
        choices = {**enums, **_inner_enums(one)}
        fields = _columns(one, models, choices)
        if abstract or not fields:
            continue
        columns = [
            _attribute(owner, node, call, choices)
            for owner, node, call in fields
            if name_of(call.func) != "ManyToManyField"
        ]
        many = [_many(owner, node, call) for owner, node, call in fields if name_of(call.func) == "ManyToManyField"]
        place = one.at(one.node)
        entity = DraftEntity(
            Fact(one.name, place), Fact("table", place), table, without_repeats(columns),
            tuple(relation for column in columns if (relation := _relation(column)) is not None) + tuple(many),
            _indexes(fields) + told.indexes, told.uniques,
            description=" ".join((ast.get_docstring(one.node) or "").split())[:300],
        )  # fmt: skip
        made.append(_on_columns(entity))
    return tuple(made)


def _indexes(fields: Sequence[tuple[Class, ast.Assign, ast.Call]]) -> tuple[DraftIndex, ...]:
    """The indexes of `db_index=True`."""
    marked = [(owner, node) for owner, node, call in fields if flag(keywords(call).get("db_index"))]
    return tuple(DraftIndex(Fact((name_of(node.targets[0]),), owner.at(node))) for owner, node in marked)


def _on_columns(entity: DraftEntity) -> DraftEntity:
    """`entity` whose indexes name columns (`user_id`) where Meta names fields (`user`)."""
    columns = {one.name.value for one in entity.attributes}

    def named(made: DraftIndex) -> DraftIndex:
        words = tuple(_as_column(word, columns) for word in made.columns.value)
        return replace(made, columns=Fact(words, made.columns.place))

    return replace(entity, indexes=tuple(map(named, entity.indexes)), uniques=tuple(map(named, entity.uniques)))


def _as_column(word: str, columns: set[str]) -> str:
    name, space, order = word.partition(" ")
    return f"{name}_id{space}{order}" if name not in columns and f"{name}_id" in columns else word


def _inner_enums(one: Class) -> dict[str, Mapping[str, str]]:
    """The TextChoices classes inside a model."""
    inner = [replace(one, node=node) for node in one.node.body if isinstance(node, ast.ClassDef)]
    return {each.name: enum_members(each) for each in inner if set(each.bases) & ENUM_BASES}


def read(text: str, place: Place) -> Reading | None:
    """The Django models of a fence, or None where it holds none."""
    found = classes(text, place)
    enums = {one.name: enum_members(one) for one in found if set(one.bases) & ENUM_BASES}
    made = entities([one for one in found if is_model(one)], enums)
    listed = tuple((name, Fact(tuple(members.values()), place)) for name, members in enums.items() if members)
    return Reading("django", PRECISION["django"], made, listed) if made else None


def sniff(text: str) -> bool:
    return bool(re.search(r"^class\s+\w+\s*\([^)\n]*models\.Model", text, re.MULTILINE))

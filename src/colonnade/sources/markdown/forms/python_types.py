"""Python annotations and values as the words that the type table knows, from the syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from colonnade.values import replace
from colonnade.vocabulary.formats import MEANING_OF

TYPES: Mapping[str, str] = {
    "str": "string",
    "int": "integer",
    "float": "float",
    "bool": "boolean",
    "bytes": "bytea",
    "Decimal": "decimal",
    "condecimal": "decimal",
    "datetime": "timestamp",
    "AwareDatetime": "timestamptz",
    "NaiveDatetime": "timestamp",
    "PastDatetime": "timestamp",
    "FutureDatetime": "timestamp",
    "date": "date",
    "PastDate": "date",
    "FutureDate": "date",
    "time": "time",
    "timedelta": "interval",
    "UUID": "uuid",
    "UUID4": "uuid",
    "UUID7": "uuid",
    "ULID": "string",
    "dict": "json",
    "Dict": "json",
    "Mapping": "json",
    "defaultdict": "json",
    "OrderedDict": "json",
    "Any": "json",
    "object": "json",
    "Json": "json",
    "JSON": "json",
    "EmailStr": "string",
    "HttpUrl": "string",
    "AnyUrl": "string",
    "AnyHttpUrl": "string",
    "SecretStr": "string",
    "constr": "string",
    "StrictStr": "string",
    "conint": "integer",
    "PositiveInt": "integer",
    "NonNegativeInt": "integer",
    "StrictInt": "integer",
    "PositiveFloat": "float",
    "NonNegativeFloat": "float",
    "confloat": "float",
    "StrictBool": "boolean",
    "Path": "string",
    "IPvAnyAddress": "inet",
    "IPv4Address": "inet",
}
_LISTS = frozenset(
    {
        "list",
        "List",
        "Sequence",
        "Iterable",
        "Set",
        "set",
        "FrozenSet",
        "frozenset",
        "Tuple",
        "tuple",
        "conlist",
        "deque",
    }
)
_THROUGH = frozenset(
    {
        "Mapped",
        "Annotated",
        "ClassVar",
        "Final",
        "Required",
        "NotRequired",
        "ReadOnly",
        "WriteOnlyMapped",
        "DynamicMapped",
    }
)
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Typed:
    """An annotation taken apart. `named` is the class that it names where that is no known type.

    `meaning` is what the values are where the class tells it: an EmailStr is a string that holds an address.
    """

    written: str = ""
    values: tuple[str, ...] = ()
    nullable: bool = False
    many: bool = False
    named: str = ""
    meaning: str = ""


def name_of(node: ast.AST | None) -> str:
    """The last name of `uuid.UUID`, `sa.Column`, `Field`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.strip().rsplit(".", 1)[-1]
    return ""


def arms(node: ast.expr, depth: int = 0) -> list[ast.expr]:
    """The arms of `A | B | None`, `Union[A, B]`, `Optional[A]`."""
    if depth < _DEEPEST and isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return arms(node.left, depth + 1) + arms(node.right, depth + 1)
    if isinstance(node, ast.Subscript) and name_of(node.value) in ("Optional", "Union"):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        extra: list[ast.expr] = [ast.Constant(None)] if name_of(node.value) == "Optional" else []
        return [arm for one in inner for arm in (arms(one, depth + 1) if depth < _DEEPEST else [one])] + extra
    return [node]


def typed(node: ast.expr | None, depth: int = 0) -> Typed:
    """An annotation as a type; a string annotation is parsed, nothing is evaluated."""
    if node is None or depth > _DEEPEST:
        return Typed()
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _quoted(node.value, depth)
    parts = arms(node)
    kept = [
        one for one in parts if not (isinstance(one, ast.Constant) and one.value is None) and name_of(one) != "None"
    ]
    nullable = len(kept) < len(parts)
    if len(kept) != 1:
        words = [typed(one, depth + 1) for one in kept]
        known = next((one for one in words if one.written and not one.named), words[0] if words else Typed())
        return replace(known, nullable=nullable or any(one.nullable for one in words))
    found = _single(kept[0], depth)
    return replace(found, nullable=nullable or found.nullable)


def _quoted(text: str, depth: int) -> Typed:
    try:
        node = ast.parse(text.strip()[:500], mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Typed()
    return typed(node, depth + 1) if not isinstance(node, ast.Constant) else Typed()


def _single(node: ast.expr, depth: int) -> Typed:
    if isinstance(node, ast.Subscript):
        return _subscript(node, depth)
    if isinstance(node, ast.Call):
        return Typed(TYPES.get(name_of(node.func), ""))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _quoted(node.value, depth)
    word = name_of(node)
    if word in _LISTS:
        return Typed("json[]", many=True)
    return Typed(TYPES.get(word, word), named="" if word in TYPES else word, meaning=MEANING_OF.get(word.lower(), ""))


def _subscript(node: ast.Subscript, depth: int) -> Typed:
    head = name_of(node.value)
    first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
    if head == "Literal":
        listed = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        values = tuple(str(one.value) for one in listed if isinstance(one, ast.Constant) and one.value is not None)
        return Typed("enum" if len(values) > 1 else "string", values if len(values) > 1 else ())
    if head in _THROUGH:
        return typed(first, depth + 1)
    if head in _LISTS:
        inner = typed(first, depth + 1)
        return replace(inner, written=(inner.written or "json") + "[]", many=True)
    return Typed(TYPES.get(head, head), named="" if head in TYPES else head)


_NOW = frozenset(
    {"now", "utcnow", "func.now", "timezone.now", "current_timestamp", "utc_now", "now_utc", "today", "get_utc_now"}
)


def default_text(node: ast.expr | None, enums: Mapping[str, Mapping[str, str]]) -> str | None:
    """A default as SQL text: `'medium'`, `false`, `now()`, `gen_random_uuid()`; None where it is not a plain one."""
    if isinstance(node, ast.Constant):
        return _constant(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        inner = _constant(node.operand.value)
        return f"-{inner}" if inner else None
    if isinstance(node, ast.Lambda):
        return default_text(node.body, enums)
    if isinstance(node, ast.Call):
        return _called(node, enums)
    if isinstance(node, ast.List | ast.Tuple) and not node.elts:
        return "'[]'"
    if isinstance(node, ast.Dict) and not node.keys:
        return "'{}'"
    if isinstance(node, ast.Attribute):
        owner = node.value.attr if isinstance(node.value, ast.Attribute) and node.attr in ("value", "name") else ""
        member = owner or node.attr
        holder = node.value.value if owner and isinstance(node.value, ast.Attribute) else node.value
        value = enums.get(name_of(holder), {}).get(member)
        return f"'{value}'" if value is not None else _maker(node)
    return _maker(node) if isinstance(node, ast.Name) else None


def _constant(value: object) -> str | None:
    if value is None or value is ...:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value) if isinstance(value, int | float) and abs(value) < 10**30 else None


def _maker(node: ast.expr | None) -> str | None:
    """What a default_factory makes: `uuid4`, `datetime.utcnow`, `list`."""
    word = name_of(node)
    if word in ("uuid4", "uuid_generate_v4"):
        return "gen_random_uuid()"
    if word == "uuid7":
        return "uuidv7()"
    if word in _NOW:
        return "now()"
    return {"list": "'[]'", "dict": "'{}'", "date": None}.get(word)


def _called(node: ast.Call, enums: Mapping[str, Mapping[str, str]]) -> str | None:
    word = name_of(node.func)
    if word == "text" and node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
        return node.args[0].value
    if word == "Decimal" and node.args and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value)
    return {"gen_random_uuid": "gen_random_uuid()", "uuid_generate_v4": "gen_random_uuid()"}.get(word) or _maker(
        node.func
    )

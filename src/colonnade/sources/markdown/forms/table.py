"""Pipe tables: columns of an entity, a list of entities with their columns, indexes, values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from colonnade.design.draft import DraftAttribute, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts, names, written
from colonnade.sources.markdown.blocks import Span, Table
from colonnade.sources.markdown.facts import Facts
from colonnade.vocabulary import columns, qualifiers, typewords
from colonnade.vocabulary.regex import regex

PRECISION = 70
_ROLE_OF: dict[str, str] = {}
for _role, _titles in columns.ROLES.items():
    for _word in _titles:
        _ROLE_OF.setdefault(_word, _role)

_NAMING = frozenset(
    "field column attribute campo columna atributo coluna feld spalte champ colonne campo colonna".split()
)

_PSEUDO = regex(
    r"(?:composite |table |check |unique )?(?:unique(?: constraint| index| key)?|primary key|pk|fk|foreign keys?|index(?:es)?|constraints?|check|unique together|relations?|relationships?|idx|索引|唯一约束|主键|"  # noqa: E501
    r"unique\s*\(.*\)|index\s*\(.*\)|primary key\s*\(.*\)|check\s*\(.*\)|foreign key\s*\(.*\)|@@\w+.*|table name|composite pk|composite key|composite primary key|soft delete|audit|timestamps)",  # noqa: E501
    re.IGNORECASE,
)  # fmt: skip
_NAME_SPLIT = regex(r"\s*(?:,|/|;|、|&|\+|\band\b|\by\b|\bund\b|\be\b)\s*")
_GONE = regex(
    r"\b(?:removed?|dropped?|deleted?|deprecated|remove|drop|eliminad[oa]|entfernt|supprimé|removid[oa]|删除|削除)\b",
    re.IGNORECASE,
)
_CELL_TAIL = regex(r"\s*(?P<bracket>[(（\[].*[)）\]])\s*$")


@dataclass(frozen=True, slots=True)
class Shape:
    """What each column of a table holds; `kind` says what its rows are."""

    kind: str
    roles: tuple[str, ...]

    def at(self, *wanted: str) -> int | None:
        return next((position for role in wanted for position, one in enumerate(self.roles) if one == role), None)


def shape(table: Table) -> Shape:
    """What the rows of `table` are, such as attributes, entities, indexes, relations, enums or rules; else other."""
    heads = [title_words(span.text) for span in table.header]
    roles = [_ROLE_OF.get(head, "") or _role_by_words(head) for head in heads]
    if not heads:
        return Shape("other", ())
    if roles.count("type") > 1:
        roles = _of_the_database(roles, heads)
    if roles[1:2] == ["type"] and not roles[0] and not {"name", "columns", "key", "entity"} & set(roles):
        named = [row[0].text.strip() for row in table.rows if row]
        roles = ["name", *roles[1:]] if _mostly(named, _is_name) else roles
    if not {"name", "type", "entity", "values", "from", "relation"} & set(roles):
        roles = _by_content(table, roles)
    if re.search(r"\bindex(?: name)?$|索引名?|インデックス|índice", heads[0]) and "columns" in [
        *roles,
        *(_plural(head) for head in heads),
    ]:
        return Shape("indexes", tuple(_as_columns(roles, heads, "index")))
    first = roles[1] if roles[0] == "number" and len(roles) > 1 else roles[0]
    if any(head in columns.FOREIGN for head in heads[:1]) and "type" not in roles:
        return Shape("other", tuple(roles))
    return Shape(_kind(first, roles, heads), tuple(_settled(first, roles)))


_STORED_TYPE = regex(r"\b(?:sql|postgres\w*|mysql|sqlite|mariadb|db|database|bd|base)\b")


def _of_the_database(roles: list[str], heads: Sequence[str]) -> list[str]:
    """Of `PHP type` and `SQL type` the second is the type; what the first says counts where the second says nothing."""
    stored = [at for at, role in enumerate(roles) if role == "type" and _STORED_TYPE.search(heads[at])]
    if len(stored) != 1:
        return roles
    return ["other type" if role == "type" and at != stored[0] else role for at, role in enumerate(roles)]


_MARKED = regex(r"\b(?:not null|null|pk|fk|primary key|foreign key|unique|default|references)\b", re.IGNORECASE)


def _by_content(table: Table, roles: list[str]) -> list[str]:
    """The roles of columns under titles that no vocabulary has: by their cells one is of types, one before it of names."""  # noqa: E501
    cells = [[row[at].text.strip() for row in table.rows if at < len(row)] for at in range(len(roles))]
    typed = next((at for at, column in enumerate(cells) if at and _mostly(column, _is_type)), None)
    named = next((at for at in range(typed or 0) if _mostly(cells[at], _is_name)), None)
    if typed is None or named is None:
        return roles
    found = list(roles)
    found[named], found[typed] = "name", "type"
    for at, column in enumerate(cells):
        if at not in (named, typed) and not found[at]:
            found[at] = "constraints" if any(map(_MARKED.search, column)) else "description"
    return found


def _mostly(column: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return len(column) > 1 and sum(map(fits, column)) * 10 >= len(column) * 8


def _is_type(text: str) -> bool:
    taken = written.take(text)
    return taken.known and taken.type is not None


def _is_name(text: str) -> bool:
    return names.is_identifier(names.plain(text).strip())


_NO_TITLE_SIGN = regex(r"[^\w\s/&().#?'’°№-]")


def title_words(text: str) -> str:
    return " ".join(_NO_TITLE_SIGN.sub(" ", names.plain(text)).lower().split()).strip(" .:")


def _role_by_words(head: str) -> str:
    parts = head.replace("/", " ").replace("(", " ").replace(")", " ").split()
    for part in parts:
        if part in (
            "description",
            "notes",
            "descripción",
            "descrição",
            "beschreibung",
            "說明",
            "备注",
            "説明",
            "comment",
            "purpose",
        ):
            return "description"
    for part in parts:
        role = _ROLE_OF.get(part, "")
        if role in ("type", "required", "nullable", "default", "constraints", "validation", "values"):
            return role
    if len(parts) == 2 and parts[0] in _NAMING and parts[1] not in _ROLE_OF:
        # `Field ID`, `Campo SAP`: the name of the column there.
        return "name"
    if (
        len(parts) <= 3
        and parts
        and _ROLE_OF.get(parts[-1]) in ("name", "columns")
        and parts[-1] not in ("key", "name")
    ):
        return "name"
    return ""


def _plural(head: str) -> str:
    return (
        "columns"
        if re.search(
            r"\bcolumns?\b|\bfields?\b|\bcolumnas\b|\bcolunas\b|字段|列|カラム|\bspalten\b|\battributes?\b|\bcampos\b|\batributos\b|\bdatos\b|\bdados\b|\bfelder\b|\bproperties\b|\bkey data\b|属性|열$|컬럼|필드|字段|カラム|項目",  # noqa: E501
            head,
        )
        else ""
    )


def _as_columns(roles: Sequence[str], heads: Sequence[str], first: str) -> Iterator[str]:
    yield first
    for role, head in zip(roles[1:], heads[1:], strict=True):
        yield "columns" if _plural(head) else "entity" if role == "entity" else role


def _kind(first: str, roles: Sequence[str], heads: Sequence[str]) -> str:
    has = set(roles)
    if (
        first in ("relation", "from")
        or heads[0] in ("relationship", "relation", "relationships")
        or {"from", "to"} <= has
    ):
        return "relations"
    if first == "entity":
        if "relation" in has and not has & {"name", "columns"}:
            return "relations"
        listed = any(
            _plural(head)
            or head in ("attributes", "key attributes", "atributos", "attribute", "属性", "main attributes")
            for head in heads[1:]
        )
        if "type" in has and "name" in roles[1:]:
            return "columns of entities"
        if listed:
            return "entities with columns"
        return (
            "columns of entities"
            if "name" in roles[1:] and has & {"constraints", "required", "nullable"}
            else "entities"
        )
    if first in ("name", "columns", "key"):
        if heads[0] in ("name", "key", "nombre", "nome", "名称", "nom") and not has & {
            "type",
            "constraints",
            "required",
            "nullable",
            "default",
        }:
            return "named"
        if has & {"type", "constraints", "required", "nullable", "default"}:
            return "attributes"
        return "rules" if "validation" in has else "described" if len(heads) > 1 else "other"
    if heads[0] in ("enum", "enum name", "enumeration", "enum type", "type") and has & {"values", "columns"}:
        return "enums"
    if first == "values" or heads[0] in (
        "value",
        "status",
        "state",
        "code",
        "option",
        "constant",
        "role",
        "wert",
        "valor",
        "estado",
        "值",
        "値",
    ):
        return "values"
    return "other"


def _settled(first: str, roles: Sequence[str]) -> Iterator[str]:
    """Each role once where it must be: the first name column is the name, the first type column is the type."""
    seen: set[str] = set()
    for role in roles:
        settled = "name" if role == "columns" and first in ("columns", "name") and "name" not in seen else role
        if settled in ("name", "type") and settled in seen:
            settled = "description"
        seen.add(settled)
        yield settled


def attributes(table: Table, roles: Shape, file: str) -> tuple[DraftAttribute, ...]:
    """One attribute a row, or several where a row names several."""
    found: list[DraftAttribute] = []
    for row in table.rows:
        found.extend(row_attributes(row, roles, file))
    return tuple(found)


def row_attributes(row: tuple[Span, ...], roles: Shape, file: str) -> tuple[DraftAttribute, ...]:
    position = roles.at("name", "columns", "key")
    if position is None or position >= len(row) or _is_gone(row, roles):
        return ()
    cell = row[position]
    place = cell.place(file)
    heads = name_parts(cell.text, typed=_has_type(row, roles))
    if not heads or (
        len(row) > 1 and not any(span.text.strip(" -–—*") for number, span in enumerate(row) if number != position)
    ):
        return ()
    told = _row_facts(row, roles, file, heads[0][0])
    if len(heads) > 1:
        # A row for several columns cannot make each of them the key.
        told = {field: fact for field, fact in told.items() if field != "primary_key"}
    description = _description(row, roles)
    target = (_pointed_at(row, description) or _class_of_key(row, roles)) if "references" not in told else ""
    if target:
        told = {**told, "references": Fact(target, place)}
    return tuple(
        facts.attribute(name, place, facts.joined(_bracket(bracket, place, name), told), description)
        for name, bracket in heads
    )


def _pointed_at(row: tuple[Span, ...], description: str) -> str:
    """`| orgId | FK | Organization |`: the name alone beside a cell that only says that the column points somewhere."""
    pointing = any(names.plain(span.text).strip().lower() in typewords.REFERENCE_WORDS for span in row)
    return description if pointing and re.fullmatch(r"[A-Z][A-Za-z]+", description) else ""


def _class_of_key(row: tuple[Span, ...], roles: Shape) -> str:
    """`| owner | ?User | FK uuid |`: the class beside the type of a key in the database."""
    kind, other = roles.at("type"), roles.at("other type")
    if kind is None or other is None or max(kind, other) >= len(row):
        return ""
    written = names.plain(row[other].text).strip(" ?\\")
    marked = re.match(r"FK\b|foreign key", names.plain(row[kind].text).strip(), re.IGNORECASE)
    return written if marked and re.fullmatch(r"[A-Z][A-Za-z]+", written) else ""


def _has_type(row: tuple[Span, ...], roles: Shape) -> bool:
    position = roles.at("type")
    if position is None or position >= len(row):
        return False
    taken = written.take(row[position].text.strip())
    return taken.known and bool(taken.type)


def _bracket(text: str, place: Place, name: str) -> Facts:
    """`id (PK)`, `tags (string[])`: what a bracket behind the name says."""
    if not text:
        return {}
    told = facts.read(text, place, "type", name)
    kind = told.get("type")
    if kind is not None and not written.resolve(str(kind.value)) and "enum_values" not in told:
        told.pop("type")
    return told


def _is_gone(row: tuple[Span, ...], roles: Shape) -> bool:
    """A row of a delta table that takes its column away."""
    texts = [
        span.text
        for span, role in zip(row, roles.roles, strict=False)
        if role in ("description", "") and len(span.text.split()) <= 2
    ]
    return any(_GONE.fullmatch(names.plain(text).strip(" .❌🗑️")) for text in texts)


_LEADING_MARKS = regex(r"^[^\w(（\"'$@]+")
_TRAILING_MARKS = regex(r"\s*(?:🔑|🔗|\*|†|✅|⚠️|🆕|:|：|\.\.\.)+$")
_CHANGE_MARK = regex(r"^(?:new|added|changed|modified)\s*[:：]\s*", re.IGNORECASE)


def name_parts(text: str, *, typed: bool = False) -> list[tuple[str, str]]:
    """(name, bracket behind it) for each column that a name cell names; nothing for a pseudo column.

    `typed`: a type stands beside it, so `notes` and `index` are columns like others.
    """
    plain = names.plain(text).strip()
    plain = _LEADING_MARKS.sub("", plain).strip().strip("\"'")
    plain = _TRAILING_MARKS.sub("", plain)
    plain = _CHANGE_MARK.sub("", plain)
    if not plain or (_PSEUDO.fullmatch(plain) and not typed) or len(plain) > 120:
        return []
    tail = _CELL_TAIL.search(plain)
    bracket = tail["bracket"].strip("()（）[] ") if tail else ""
    head = plain[: tail.start()].strip() if tail and tail.start() else plain
    optional = head.endswith("?")
    head = head.rstrip("?*! ")
    if head.startswith("(") or not head:
        return []
    parts = [part.strip() for part in _NAME_SPLIT.split(head) if part.strip()]
    several = len(parts) > 1 and all(names.is_identifier(part) for part in parts)
    chosen = parts if several else [head]
    note = ", ".join(part for part in (bracket, "optional" if optional else "") if part)
    return [(name, note) for part in chosen if (name := column_name(part))]


# `使用主密码加密` and `由系统生成后保存` say something and name nothing.
CJK_CLAUSE = regex(r"用于.{3,}|(?:使用|存储|由|仅|只|列出|支持|展示|根据|按照)\S*[的在并后于为所]\S+")
_ARRAY_MARK = regex(r"\[\]$")
_LETTER = regex(r"[^\W\d_]")
_NO_NAME = regex(r"[=<>{};!?|]|\.\.")


@lru_cache(maxsize=65536)
def column_name(text: str) -> str:
    """A column's name as written, or "" for what cannot be one."""
    text = _ARRAY_MARK.sub("", text.strip().strip("`\"' "))
    plain = text.rsplit(".", 1)[-1] if names.is_identifier(text) and "." in text else text
    if not _LETTER.search(plain) or len(plain.split()) > 4 or len(plain) > 63 or _NO_NAME.search(plain):
        return ""
    if not plain[0].isascii() and CJK_CLAUSE.fullmatch(plain):
        return ""
    return plain


def _description(row: tuple[Span, ...], roles: Shape) -> str:
    texts = [names.plain(span.text) for span, role in zip(row, roles.roles, strict=False) if role == "description"]
    return " ".join(texts).strip()


def _row_facts(row: tuple[Span, ...], roles: Shape, file: str, column: str) -> Facts:
    order = (
        "type",
        "other type",
        "constraints",
        "key",
        "required",
        "nullable",
        "default",
        "values",
        "length",
        "stored",
        "derived",
        "validation",
        "description",
        "",
    )
    parts: list[Facts] = []
    for wanted in order:
        for span, role, number in zip(row, roles.roles, range(len(row)), strict=False):
            if role == wanted and span.text.strip():
                parts.append(_cell_facts(span, role, file, column, number))
    return facts.joined(*parts)


_KEY_BEFORE = regex(r"^(?:FK|foreign key)\s+(?=`?[a-z]+`?$)", re.IGNORECASE)
_WORD_END = regex(r"[\s,;(（]")
# `` `LoadStatus` enum below ``: a remark that names the list of the values.
_NAMED_LIST = regex(r"`?[A-Z]\w+`? enum\b")


def _cell_facts(span: Span, role: str, file: str, column: str, number: int) -> Facts:
    text, place = span.text.strip(), span.place(file)
    lowered = names.plain(text).lower().strip(" .")
    head = _WORD_END.split(lowered, maxsplit=1)[0]
    if role == "type":
        text = _KEY_BEFORE.sub("", text)
    if role == "other type":
        return facts.read(text, place, "type", column)
    if role in ("required", "nullable"):
        return _yes_or_no(text, head, place, role, column)
    if role == "default":
        return _default(text, lowered, place)
    if role == "key":
        return _key(text, lowered, place, column)
    if role == "values":
        found, _ = facts.values(text, facts.is_choice(column), "constraint")
        return {"enum_values": Fact(found, place)} if found else {}
    if role in ("stored", "derived"):
        return _stored(lowered, role, place)
    if role == "length":
        return {"max_length": Fact(int(lowered), place)} if lowered.isdigit() and 0 < int(lowered) < 10**7 else {}
    if role == "description" and _NAMED_LIST.match(text):
        role = "type"
    if (
        role == "description"
        and (alone := written.take(text)).known
        and not alone.rest.strip()
        and len(text.split()) <= 3
    ):
        # A column of remarks that holds nothing but types is one of types.
        role = "type"
    if role in ("type", "constraints", "validation", "description"):
        return facts.read(text, place, {"type": "type", "description": "remark"}.get(role, "constraint"), column)  # type: ignore[arg-type]
    return (
        {
            field: fact
            for field, fact in facts.read(text, place, "remark", column).items()
            if field in ("references", "enum_values", "stored")
        }
        if number
        else {}
    )


_WORKED_OUT = regex(
    r"(?:derived|computed|calculated|virtual|transient|in[- ]memory|not (?:stored|persisted)|"
    r"calculad[oa]|derivad[oa]|berechnet|abgeleitet|calculé|dérivé)\b",
    re.IGNORECASE,
)


def _stored(lowered: str, role: str, place: Place) -> Facts:
    """A cell below "Stored?" that says no, below "Derived?" that says yes, or in either one that says "derived"."""
    denied = qualifiers.NO if role == "stored" else qualifiers.YES
    told = lowered in denied - qualifiers.EMPTY or _WORKED_OUT.match(lowered)
    return {"stored": Fact(False, place)} if told else {}


def _yes_or_no(text: str, head: str, place: Place, role: str, column: str) -> Facts:
    said = facts.read(text, place, "constraint", column)
    flag = (
        True
        if head in qualifiers.YES or text.strip() in qualifiers.YES
        else False
        if head in qualifiers.NO or text.strip() in qualifiers.NO
        else None
    )
    if flag is None or head in ("required", "optional"):
        return said
    nullable = flag if role == "nullable" else not flag
    rest = {field: fact for field, fact in said.items() if field != "nullable"}
    return {"nullable": Fact(nullable, place), **rest}


def _default(text: str, lowered: str, place: Place) -> Facts:
    bare = names.plain(text).strip().strip("`")
    if lowered in qualifiers.EMPTY or lowered in (
        "null",
        "auto",
        "required",
        "auto-generated",
        "generated",
        "autoincrement",
        "yes",
        "no",
        "undefined",
        "computed",
        "provided",
        "nil",
    ):
        return {}
    return {"default": Fact(facts.unquoted(bare), place)} if len(bare) <= 80 and len(bare.split()) <= 4 else {}


def _key(text: str, lowered: str, place: Place, column: str) -> Facts:
    """A cell below "PK", "FK", "Unique", "References"; a bare tick is told apart by the header, which `row` lacks."""
    if lowered in qualifiers.EMPTY or lowered in qualifiers.NO or lowered in qualifiers.YES:
        return {}
    said = facts.read(text, place, "constraint", column)
    if "references" not in said and not said:
        found = facts.target(f"references {text}")
        return (
            {"references": Fact(found, place)}
            if found and (names.looks_coded(found) or found[0].isupper() or names.is_identifier(lowered))
            else {}
        )
    return said


def ticks(table: Table, roles: Shape, file: str) -> dict[str, Facts]:
    """What bare ticks say below the titles PK, FK and Unique, by column."""
    position = roles.at("name", "columns")
    told: dict[str, Facts] = {}
    flags = {
        "pk": "primary_key",
        "primary key": "primary_key",
        "unique": "unique",
        "unique?": "unique",
        "主键": "primary_key",
        "único": "unique",
        "唯一": "unique",
        "ユニーク": "unique",
    }
    for number, span in enumerate(table.header):
        field = flags.get(title_words(span.text))
        if field is None or position is None:
            continue
        for row in table.rows:
            if (
                number < len(row)
                and position < len(row)
                and names.plain(row[number].text).strip().lower() in qualifiers.YES
            ):
                for name, _ in name_parts(row[position].text):
                    told.setdefault(name, {})[field] = Fact(True, row[number].place(file))
    return told


def is_convincing(table: Table, roles: Shape, found: Sequence[DraftAttribute]) -> bool:
    """Whether the rows are columns whatever their heading says: names like a programmer's, types that are types."""
    if roles.kind != "attributes" or not found or "type" not in roles.roles:
        return False
    typed = sum(
        1
        for one in found
        if (one.type is not None and written.resolve(one.type.value) is not None)
        or one.enum_values is not None
        or one.references is not None
    )
    coded = sum(1 for one in found if names.is_identifier(one.name.value))
    return typed * 2 >= len(found) and coded * 2 >= len(found)

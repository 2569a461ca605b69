"""A type as people write it, taken apart: the type, a closed list of values, null, a target, and what is left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from colonnade import types
from colonnade.sources.markdown import names
from colonnade.values import replace
from colonnade.vocabulary import qualifiers, typewords
from colonnade.vocabulary.regex import regex

_CLOSERS = {"(": ")", "[": "]", "{": "}", "<": ">", "（": "）"}
_WORD = regex(r"[^\W\d][\w.]*(?:[-/&][^\W\d][\w.]*)*")
_ARGUMENTS = regex(r"\s?\(\s*\d+\s*(?:,\s*\d+\s*)?\)")
_ARRAY = regex(r"\s?(?:\[\d*\])+")
_TAIL = regex(r"\s+(?:with(?:out)? time ?zone|precision|varying|unsigned|array|object|with tz|w/ tz)\b", re.IGNORECASE)
_VALUE = r"(?:'[^'\n]{1,48}'|\"[^\"\n]{1,48}\"|`[^`\n]{1,48}`|“[^”\n]{1,48}”|[^\s,|;/()'\"`\[\]{}][^,|;()'\"`\[\]{}\n]{0,47})"  # noqa: E501
_QUOTED = r"(?:'[^'\n]{1,48}'|\"[^\"\n]{1,48}\"|`[^`\n]{1,48}`|“[^”\n]{1,48}”)"
_PIPES = regex(rf"\s*{_VALUE}(?:\s*\|\s*{_VALUE})+\s*")
_QUOTED_LIST = regex(
    rf"{_QUOTED}(?:\s*(?:,\s*(?:or\s+|and\s+|o\s+|oder\s+|ou\s+)?|/|\bor\b|\band\b|\||、|\bo\b|\boder\b|\bou\b|→|->)\s*{_QUOTED})+"
)
_SLASHES = regex(r"[^\W_][\w-]{0,30}(?:\s?/\s?[^\W_][\w-]{0,30})+")
_DEFAULT_MARK = regex(
    r"(?<!\s)\s*(?:[(（]\s*)?(?:default|por defecto|padrão|standard|默认|デフォルト|par défaut)\s*(?:[)）]\s*)?$"
    r"|^\s*default\s+",
    re.IGNORECASE,
)
_SEPARATORS = regex(r"\s*(?:\||,|;|、|/|，|；|\bor\b|\band\b|\bo\b|\bou\b|\boder\b)\s*")
_OPEN_GENERIC = regex(r"(?P<name>[A-Za-z_][\w. ]*?)\s*(?P<open>[<\[(])")
_NOISE = frozenset(("null", "none", "undefined", "nil"))
_NULLS = _NOISE - {"none"}


@dataclass(frozen=True, slots=True)
class Written:
    """`type` is a word that `colonnade.types` knows where there is one, else as written; `rest` is the text behind it."""  # noqa: E501

    type: str | None = None
    values: tuple[str, ...] = ()
    nullable: bool | None = None
    target: str | None = None
    default: str | None = None
    rest: str = ""
    known: bool = False


@lru_cache(maxsize=32768)
def resolve(word: str) -> str | None:
    """`word` as the type table writes it, or None where no table knows it."""
    lowered = " ".join(word.lower().split())
    if lowered in typewords.WORDS:
        return typewords.WORDS[lowered]
    if lowered in typewords.FOREIGN_TYPES:
        return word
    if types.resolve(word) is not None:
        return word
    bracket = re.fullmatch(r"(.+?)\s*(\(\d+(?:\s*,\s*\d+)?\))", lowered)
    if bracket and bracket[1] in typewords.WORDS:
        meant = typewords.WORDS[bracket[1]]
        return meant + bracket[2] if meant in ("string", "decimal") else meant
    return None


_IN_QUOTES = regex(r"['\"].*['\"]")
# The types whose names are mistyped.
_SPELT = frozenset(
    "string integer boolean timestamp timestamptz datetime decimal numeric varchar bigint jsonb float".split()
)


@lru_cache(maxsize=8192)
def is_misspelt(word: str) -> bool:
    """Whether a single word is the name of a type but for one letter: `strng`, `integr`, `timestmap`."""
    if not re.fullmatch(r"[a-z]{4,12}", word) or resolve(word) is not None or word.removesuffix("s") in _SPELT:
        return False
    return any(abs(len(word) - len(one)) < 2 and _near(word, one) for one in _SPELT)


def _near(left: str, right: str) -> bool:
    """Whether one letter is missing, added, changed or swapped with the next."""
    start = next((at for at, (one, other) in enumerate(zip(left, right, strict=False)) if one != other), len(right))
    one, other = left[start:], right[start:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return start > 0 and (swapped or one[1:] == other or one == other[1:] or one[1:] == other[1:])


@lru_cache(maxsize=32768)
def take(text: str) -> Written:
    """The type at the start of `text`, or a Written whose `type` is None and whose `rest` is the text."""
    shown = (
        names.plain(text.replace("\\|", "|")).strip().strip("\"'“”")
        if not _IN_QUOTES.search(text)
        else _without_ticks(text)
    )
    if not shown:
        return Written()
    if shown.startswith("?") and len(shown) > 1:
        return replace(take(shown[1:]), nullable=True)
    for reader in (_enumeration, _union, _generic, _collection, _known, _reference):
        found = reader(shown)
        if found is not None:
            return found
    return Written(rest=shown)


def _without_ticks(text: str) -> str:
    text = text.replace("\\|", "|").strip()
    return re.sub(r"`([^`]*)`", lambda match: match[1], text).replace("**", "")


def closed(text: str) -> tuple[tuple[str, ...], str | None]:
    """The values of a closed list and the one that is marked as default; nothing where the list is open."""
    if qualifiers.OPEN_LIST.search(text):
        return (), None
    quoted = re.findall(_QUOTED, text)
    outside = re.sub(_QUOTED, " ", text)
    bare = len(re.findall(r"[\w-]+", re.sub(r"\b(?:or|and|default|null|o|ou|oder)\b", " ", outside)))
    parts = quoted if len(quoted) > 1 and bare <= len(quoted) else _SEPARATORS.split(text)
    values, default = [], None
    for part in parts:
        word = _DEFAULT_MARK.sub("", part.strip())
        marked = word != part.strip()
        word = (
            re.sub(r"\s*[=:]\s*.*$|\s+[-–—(].*$", "", word).strip(" \t`'\"“”.()[]{}*")
            if not part.startswith(("'", '"'))
            else word.strip("'\"` ")
        )
        if word and word.lower() not in _NULLS and word not in values:
            values.append(word)
            default = word if marked else default
    sound = 1 < len(values) <= 60 and all(len(value) <= 48 and len(value.split()) <= 4 for value in values)
    return (tuple(values), default) if sound else ((), None)


def _union(text: str) -> Written | None:
    """`'a' | 'b'`, `string | null`, `low | medium | high`."""
    head = _before_prose(text)
    if "|" not in head:
        quoted = _QUOTED_LIST.match(head.strip("() "))
        if quoted and head.strip("() ").startswith(("'", '"', "“")):
            values, default = closed(quoted[0])
            return (
                Written("enum", values, None, None, default, text[len(quoted[0]) :].strip(" )("), bool(values))
                if values
                else None
            )
        return None
    match = _PIPES.match(head)
    if match is None:
        return None
    parts = [part.strip() for part in match[0].split("|")]
    null = any(part.lower() in _NOISE for part in parts)
    real = [part for part in parts if part.lower() not in _NOISE]
    rest = text[match.end() :]
    if len(real) > 1 and (all(_literal(part) for part in real) or _words_only(real)):
        values, default = closed(" | ".join(real))
        return Written("enum", values, null or None, None, default, rest, True) if values else None
    # A bracket behind the last type belongs to it: `null | varchar(20)`.
    first = take(real[0] + (rest if len(real) == 1 and rest.startswith(("(", "<", "[")) else "")) if real else Written()
    return replace(first, nullable=null or first.nullable, rest=first.rest or rest)


def _words_only(parts: list[str]) -> bool:
    """`text | image | video`: plain words, one of which is no type, are values, though others be types as well."""
    plain = all(re.fullmatch(r"[a-z][a-z_-]*", part) for part in parts)
    return plain and any(resolve(part) is None for part in parts)


def _literal(part: str) -> bool:
    return bool(re.fullmatch(_QUOTED, part)) or resolve(part) is None


_PROSE_START = regex(r"\s[-–—]\s|[;；]\s|\s\(|（")


def _before_prose(text: str) -> str:
    """`text` up to a dash or a bracket that opens a remark."""
    return _PROSE_START.split(text, maxsplit=1)[0]


_ENUM_WORD = regex(
    r"(?:(?:string|text|varchar(?:\(\d+\))?|postgres(?:ql)?|db)[\s/]*)?(?P<word>[^\W\d]+)(?:\s+(?:of|type|values?))?\b",
    re.IGNORECASE,
)
_NAMED_ENUM = regex(r"(?P<name>[A-Z]\w+)\s+enum\b")
_ENUM_MARK = regex(r"^[:：=]\s*")
_ENUM_NAME = regex(r"`?([A-Z]\w+)`?")


def _enumeration(text: str) -> Written | None:
    """`ENUM('a','b')`, `enum: a, b`, `enum (a | b)`, `Enum<a, b>`, `string enum: …`."""
    match = _ENUM_WORD.match(text)
    if match is None or match["word"].lower() not in typewords.ENUM_WORDS:
        after = _NAMED_ENUM.match(text)
        return Written(after["name"], rest=text[after.end() :], known=True) if after else None
    rest = text[match.end() :].lstrip()
    rest = _ENUM_MARK.sub("", rest)
    if rest[:1] in _CLOSERS:
        inside, tail = _inside(rest)
        named = _ENUM_NAME.fullmatch(inside)
        values, default = closed(inside)
        if values or not named:
            return Written("enum", values, None, None, default, tail, True)
        return Written(named[1], rest=tail, known=True)
    listed = _list_at_start(rest)
    values, default = closed(listed) if listed else ((), None)
    return Written("enum", values, None, None, default, rest[len(listed) :] if values else rest, True)


def _list_at_start(text: str) -> str:
    """The list that `text` starts with, up to the next remark."""
    head = re.split(r"\s[-–—]\s|[;；.](?:\s|$)|\s\((?!default)", text, maxsplit=1)[0]
    for pattern in (_QUOTED_LIST, _PIPES):
        match = pattern.match(head)
        if match:
            return match[0]
    return (
        head
        if re.search(r"[,/、|]", head)
        and len(head) < 300
        and not re.search(r"\b(?:default|required|not null|nullable|unique)\b", head, re.IGNORECASE)
        else _until_qualifier(head)
    )


def _until_qualifier(text: str) -> str:
    """`a, b, c` of `a, b, c, default a, required`."""
    kept = []
    for part in re.split(r"(\s*[,/、|]\s*)", text):
        if re.match(r"(?:default|required|not null|nullable|unique|optional)\b", part.strip(), re.IGNORECASE):
            break
        kept.append(part)
    return "".join(kept).rstrip(" ,/、|")


def _inside(text: str) -> tuple[str, str]:
    """What stands in the bracket that `text` starts with, and what follows it; without its end, all."""
    opener, closer, depth = text[0], _CLOSERS[text[0]], 0
    for position, character in enumerate(text):
        depth += (character == opener) - (character == closer)
        if depth == 0:
            return text[1:position], text[position + 1 :]
    return text[1:], ""


def _generic(text: str) -> Written | None:
    """`Optional[str]`, `List<string>`, `Record<string, unknown>`, `FK(User)`."""
    match = _OPEN_GENERIC.match(text)
    if match is None:
        return None
    word = match["name"].strip().lower()
    kind = typewords.WRAPPERS.get(word)
    if kind is None or (match["open"] == "(" and kind in ("optional", "json", "array")):
        return None
    inside, rest = _inside(text[match.end() - 1 :])
    if kind == "optional":
        return replace(take(inside), nullable=True, rest=rest)
    if kind == "json":
        return Written("json", rest=rest, known=True)
    if kind == "enum":
        values, default = closed(inside)
        return Written("enum", values, None, None, default, rest, True)
    if kind == "reference":
        target = re.match(r"\s*['\"`]?(?:ref:\s*)?([^\W\d][\w.]*)", inside)
        return Written(
            None,
            target=target[1] if target and target[1].lower() not in qualifiers.NO_TARGET else None,
            rest=rest,
            known=True,
        )
    if word == "array" and not inside.strip():
        return Written("text[]", rest=rest, known=True)
    return Written(_array_of(inside), rest=rest, known=True)


def _array_of(inside: str) -> str:
    """The array type of its elements; an array of things that are no values is one of json."""
    element = take(inside).type
    known = element if element and types.resolve(element) and not element.endswith("[]") else None
    return f"{known or ('jsonb' if inside.strip()[:1].isupper() and not known else 'text')}[]"


_COLLECTION_OF = regex(
    r"(?:json |jsonb )?(?:array|list|set|collection|lista|liste)\s*(?:of|de|von)\s+(?P<what>[\w.]+(?:\s?\(\d+\))?)",
    re.IGNORECASE,
)
_IN_BRACKETS = regex(r"\[\s*(?P<what>[A-Za-z_][\w.]*)\s*\](?P<null>\??)")


def _collection(text: str) -> Written | None:
    """`array of strings`, `list of UUIDs`, `[String]`, `string array`."""
    match = _COLLECTION_OF.match(text)
    if match:
        return Written(
            _array_of(names.singular(match["what"].lower()) if match["what"].islower() else match["what"]),
            rest=text[match.end() :],
            known=True,
        )
    match = _IN_BRACKETS.match(text)
    if match:
        return Written(
            _array_of(match["what"]), nullable=True if match["null"] else None, rest=text[match.end() :], known=True
        )
    return None


_WORDS = regex(r"[^\W\d][\w./-]*(?:[ \t&][^\W_][\w./-]*){0,4}")
_WORD_START = regex(r"(?<=[^\s&])(?=[\s&])")


def _known(text: str) -> Written | None:
    """The longest run of up to five words at the start that the type tables know."""
    match = _WORDS.match(text)
    if match is None:
        return None
    parts = _WORD_START.split(match[0])
    for count in range(len(parts), 0, -1):
        head = "".join(parts[:count])
        tail = text[len(head) :]
        arguments = _ARGUMENTS.match(tail)
        found = resolve(head + arguments[0].strip()) if arguments else resolve(head)
        if found is not None:
            return _with_array(found, tail[arguments.end() :] if arguments else tail)
    return _slashed(parts[0], text)


def _slashed(head: str, text: str) -> Written | None:
    """`UUID/string`, `text/enum`: the first of two types; `UUID/nullable` is one that may be empty."""
    first, slash, second = head.partition("/")
    found = resolve(first) if slash else None
    nullable = True if second.lower() in ("null", "nullable", "optional") else None
    if nullable is None and resolve(second) is None and second.lower() not in typewords.ENUM_WORDS:
        # `days/times` are two words for what is kept, and no types.
        return None
    return Written(found, nullable=nullable, rest=text[len(head) :], known=True) if found else None


def _with_array(found: str, tail: str) -> Written:
    nullable = None
    if tail.startswith("?"):
        tail, nullable = tail[1:], True
    suffix = _TAIL.match(tail)
    if suffix and suffix[0].split()[0].lower() in ("with", "without", "precision", "varying"):
        found, tail = (found + suffix[0] if resolve(found + suffix[0]) else found), tail[suffix.end() :]
    array = _ARRAY.match(tail) or re.match(r"\s+array\b", tail, re.IGNORECASE)
    if array:
        found, tail = found.rstrip("[]") + "[]", tail[array.end() :]
        nullable = True if tail.startswith("?") else nullable
    return Written(found, nullable=nullable, rest=tail.lstrip("?!"), known=True)


_CAPITAL_NAME = regex(r"(?P<name>[A-Z][A-Za-z0-9_]*)(?P<array>\[\])?(?P<null>\?)?(?=$|[\s,;(|/!])")
_LOWER_WORD = regex(r"\s+[a-z]")
_HUMP = regex(r"[a-z][A-Z]")
_SNAKE_NAME = regex(r"(?P<name>[a-z]+(?:_[a-z0-9]+)+)(?P<array>\[\])?(?=$|[\s,;(|])")
_LOWER_NAME = regex(
    r"(?P<name>[a-z]{3,})(?P<array>\[\])?(?=$|\s+(?:NOT NULL|NULL|DEFAULT|UNIQUE|PK|FK|REFERENCES|PRIMARY)\b)"
)


def _reference(text: str) -> Written | None:
    """A word that only says that it points somewhere, or a name in capitals: a named enum or an entity."""
    match = _WORD.match(text)
    if match is None:
        return None
    if match[0].lower() in typewords.REFERENCE_WORDS:
        return Written(None, rest=text, known=True)
    named = _CAPITAL_NAME.match(text)
    prose = named and _LOWER_WORD.match(text[named.end() :]) and not _HUMP.search(named["name"])
    if named and not prose and not named["name"].isupper():
        return Written(
            named["name"] + (named["array"] or ""), nullable=True if named["null"] else None, rest=text[named.end() :]
        )
    lower = _SNAKE_NAME.match(text) or _LOWER_NAME.match(text)
    if lower is None or any(pattern.search(lower["name"]) for _, _, pattern in qualifiers.FLAGS):
        return None
    return Written(lower["name"] + (lower["array"] or ""), rest=text[lower.end() :])

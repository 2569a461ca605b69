"""What a heading, a bold line or the head of a bullet names: an entity, or something about entities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from colonnade.sources.markdown import names
from colonnade.vocabulary import headings, storage
from colonnade.vocabulary.regex import regex

_NUMBER = regex(
    r"^(?:(?:\(?\d+(?:\.\d+)*(?:[a-z](?=[.):\s]))?[.):]?|[A-Z]\d*[.)]|[IVX]+[.)]|[①-⑳]|§\s?\d+(?:\.\d+)*|第\d+[章节節])\s*)(?=[^\d\s])"
)
_DECORATION = regex(r"^[^\w`(（\[【\"'*]+|[^\w`)）\]】\"'*?。]+$")
_BRACKETS = regex(r"[(（\[［【]([^()（）\[\]［］【】]*)[)）\]］】]")
_MARKER_WORDS = "|".join(sorted((re.escape(word) for word in headings.MARKERS), key=len, reverse=True))
_MARKER_BEFORE = regex(
    rf"^(?:{_MARKER_WORDS})(?:\s*[:：]\s*|\s*#?\d+(?:\.\d+)*\s*[:：.\-–—)]?\s*|\s*[-–—]\s+|\s+(?=[`*\"]))"
    # In Spanish and Portuguese what a table is about stands behind `de`; a bare word is its name.
    r"|^(?:tabla|tabela|tabella|tabelle)\s+(?=\w+\s?(?:$|[(（]))",
    re.IGNORECASE,
)
_MARKER_AFTER = regex(
    r"[\s_]+(?:db |database )?(?:entity|table|model|collection|aggregate|aggregate root|entidad|tabla|tabelle|entität|sqlmodel|object store)$|(?:表|テーブル|エンティティ|模型|实体)$",  # noqa: E501
    re.IGNORECASE,
)
_SPLIT = regex(r"\s+[–—―-]{1,2}\s+|\s*[:：]\s+|\s*[:：]$|\s*[—]\s*|\s*\|\s*|\s+(?:→|->|=>|←|↔|⟶)\s+")
_ARROW = regex(r"→|->|=>|↔|<->|⟶|──|—<|\bto\b.*\bone-to|\s(?:1|N|M):(?:1|N|M)\b")
_SENTENCE = regex(r"[.!?。！？]\s*$|[，；]|[=<>{};]|\bis\b|\bare\b|\bmust\b|\bshould\b|\bwill\b")
_VERSION = regex(
    r"^(?:phase|step|stage|version|part|option|milestone|sprint|v?\d+(?:\.\d+)*|fr|sc|us|nfr|user story|story|epic|ac|t\d+|ep)[- ]?\d",  # noqa: E501
    re.IGNORECASE,
)
_FILE = regex(
    r"\.(?:py|ts|tsx|js|sql|md|ya?ml|json|kt|swift|go|rs|java|cs|prisma|csv|dart|rb|php)\b|/\w+/|^/|https?:|\{\w+\}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Title:
    """`role` is "entity", or what the thing below is about; `notes` are the texts in brackets behind the name."""

    role: str
    name: str = ""
    table: str = ""
    notes: tuple[str, ...] = ()
    rest: str = ""
    aliases: tuple[str, ...] = ()
    marked: bool = False
    # The role follows from single words only; columns right below prove that it is an entity after all.
    soft: bool = False


_KEYCAP = regex(r"^[\d#*]\ufe0f?\u20e3\s*")


# What follows so many letters of a title is no part of a name.
_LONGEST = 1000


@lru_cache(maxsize=65536)
def bare(text: str) -> str:
    """`text` without emoji, numbering and Markdown marks."""
    text = _KEYCAP.sub("", text[:_LONGEST].strip())
    for _ in range(3):
        shorter = _NUMBER.sub("", _DECORATION.sub("", text)).strip()
        if shorter == text:
            break
        text = shorter
    return text


def _role_table() -> dict[str, str]:
    table: dict[str, str] = {}
    for role, phrases in headings.WHOLE.items():
        for phrase in phrases:
            table.setdefault(phrase, role)
    for word in headings.OTHER:
        table.setdefault(word.replace("-", " "), "other")
        table.setdefault(word, "other")
    return table


_ROLES = _role_table()
# `Table: users` names users, while `Data Model: Shop` names the page.
_NAMING = frozenset(headings.MARKERS) - {"schema", "data model", "entities"}


@lru_cache(maxsize=65536)
def role_of(text: str) -> str:
    """The role of a title that is no entity, or an empty string."""
    lowered, without = _lowered(text)
    return _whole_role(lowered, without) or _role_by_words(without)


def _lowered(text: str) -> tuple[str, str]:
    lowered = " ".join(names.plain(text).lower().split()).strip(" :：.*_")
    return lowered, " ".join(_BRACKETS.sub(" ", lowered).split())


def _whole_role(lowered: str, without: str) -> str:
    head = _SPLIT.split(without)[0].strip()
    for candidate in (lowered, without, "" if head in _NAMING else head):
        if candidate in _ROLES:
            return _ROLES[candidate]
    if re.match(r"key (?:data |domain )?entities\b", without):
        return "key entities"
    if _ATTRIBUTES_OF.search(without) or _HOLDING.search(without):
        return "attributes"
    if headings.STATE_OF_SCREEN.match(without):
        return "unstored"
    return "entities" if headings.ENTITIES_AND.match(without) else ""


# `One record a gauge is kept:` and `Each order holds:` announce columns.
_HOLDING = regex(
    r"\b(?:is|are) (?:kept|stored|held|recorded|saved)$"
    r"|^(?:it|each \w+|every \w+|an? \w+) (?:holds|stores|keeps|records|contains|has)$"
)
# `核心属性`: what stands before the word says which of them.
_ATTRIBUTES_OF = regex(r"^[^\x00-\x7f]{0,4}[/／]?[^\x00-\x7f]{0,4}(?:属性|字段|フィールド)$")


def _role_by_words(lowered: str) -> str:
    if headings.ABOUT_ENDING.search(lowered):
        return "other"
    parts = re.split(r"[\s/]+", lowered)
    first, last = parts[0].strip("&,"), parts[-1].strip("&,:")
    if len(parts) > 1 and last in headings.LAST_WORDS:
        return headings.LAST_WORDS[last]
    if first in headings.FIRST_WORDS and (
        len(parts) > 1 or first not in ("step", "phase", "note", "notes", "test", "example", "sample", "index", "enum")
    ):
        return headings.FIRST_WORDS[first]
    if last in headings.LAST_WORDS and last not in (
        "flow",
        "process",
        "procedure",
        "string",
        "case",
        "story",
        "cases",
        "stories",
        "mode",
        "changes",
        "usage",
        "hierarchy",
        "mappings",
        "mapping",
        "operations",
        "query",
        "request",
        "response",
        "payload",
        "example",
        "pipeline",
        "variables",
        "workflow",
        "workflows",
        "triggers",
        "scenarios",
        "tests",
        "driver",
        "provider",
        "providers",
        "environment",
    ):
        return headings.LAST_WORDS[last]
    return ""


_CODE_FIRST = regex(r"`[^`]+`.*")
_CODE_NAME = regex(r"`[A-Za-z_][\w.]*`\s*(?:[(（\[].*)?")


@lru_cache(maxsize=65536)
def read(text: str) -> Title:
    """What `text`, a heading or a label without its Markdown sign, names."""
    shown = _collected(_mapped(_changed(bare(text))))
    view = _VIEW.match(shown)
    if view:
        return Title("entity", view["name"], notes=("not a table",), marked=True)
    marked = bool(_MARKER_BEFORE.match(names.plain(shown)) or _CODE_FIRST.fullmatch(shown))
    # A title in back-ticks is a name, whatever it means in English.
    whole = "" if _CODE_NAME.fullmatch(shown) else role_of(shown)
    soft = bool(whole) and not _is_whole(shown)
    if whole and (not soft or (whole == "enums" and marked)):
        return Title(whole, shown, notes=tuple(_BRACKETS.findall(shown)))
    stripped = _MARKER_BEFORE.sub("", names.plain(shown) if not shown.startswith("`") else shown, count=1).strip()
    notes = tuple(note.strip() for note in _BRACKETS.findall(names.plain(stripped)))
    naked = " ".join(_BRACKETS.sub(" ", names.plain(stripped)).split())
    head, _, rest = _partition(naked)
    table, aliases = _table_of(stripped, notes)
    cleaned = _MARKER_AFTER.sub("", head) if not marked or " " in head else head
    called = cleaned.strip(" ,;:.`\"'") or head
    name = _pick(called, notes)
    if name in notes and called.isidentifier() and not called.isascii():
        # `账号（Account）` is called so in the text.
        aliases = (*aliases, called)
    marked = marked or cleaned != head
    role = _role_of_name(name, shown, marked)
    if not marked and not names.looks_coded(name) and (soft or role_of(name)):
        by_words = whole or role_of(name)
        return Title(by_words, name, table, notes, rest, aliases, soft=role == "entity" and not _is_whole(name))
    return Title(role, name, table, notes, rest, aliases, marked)


def announced(text: str) -> bool:
    """Whether a word before its name says that a title names an entity: `Entity: Loan`, `Table 3: loans`."""
    return _MARKER_BEFORE.match(names.plain(bare(text))) is not None


# `View: `open_loans`` is worked out from tables.
_VIEW = regex(
    r"(?:(?:database|sql|materiali[sz]ed|public) )?view\s*(?:[:：]|[-–—])\s*`?(?P<name>[a-z]\w*)`?\s*(?:[(（].*)?$",
    re.IGNORECASE,
)


_CHANGE = regex(
    r"(?:(?:add(?:ed|itions?)?|alter(?:ed|ations?)?|extend(?:ed)?|chang(?:e|ed|es|ing)|modif(?:y|ied|ications?)|updat(?:e|ed|es)|creat(?:e|ed)|extensions?|new|amend(?:ed|ments?)?|"
    r"(?:new|added|changed|modified|additional)\s+(?:columns|fields|attributes))(?:\s+(?:to|of|on|in|for))?(?:\s+(?:the|existing|new))*(?:\s+(?:table|entity|model|collection))?)\s*[:：]?\s+"
    r"(?:the\s+)?(?P<name>`[A-Za-z_][\w.]*`|[a-z][a-z0-9_]*(?=\s+(?:table|entity|model|collection)\b))(?P<rest>(?:\s+(?:table|entity|model|collection))?\s*(?:[(（—–:-].*)?)",
    re.IGNORECASE,
)


_MAPPED = regex(
    r"(?P<name>[^\W\d][\w ]{0,40}?)\s*(?:→|->|=>)\s*(?:table\s+)?`?(?P<table>[a-z][a-z0-9_]*)`?\s*"
    r"(?P<rest>(?:[(（].*)?)",
    re.IGNORECASE,
)


def _mapped(text: str) -> str:
    """``Truck → `trucks` ``, an entity and its table, as `Truck (trucks)`; of two entities it tells a relation."""
    match = _MAPPED.fullmatch(names.plain(text))
    alike = match and match["table"].islower() and names.key(match["table"]) == names.key(match["name"])
    return f"{match['name']} (`{match['table']}`) {match['rest']}".strip() if match and alike else text


# `trips/{tripId}/stops/{stopId}`, the path of a document; `/trips/{id}` is one of a page unless a word says otherwise.
_PATH = regex(
    r"(?P<marker>(?:(?:sub-?)?collection|document|firestore)\s*[:：]?\s+(?=`?/?\w))?(?P<code>`?)(?(marker)/?)(?:[A-Za-z]\w*/[{<$][^{}<>/\s]*[}>]?/)*"
    r"(?P<name>[A-Za-z]\w*)/[{<$][^{}<>/`\s]*[}>]?(?P=code)(?P<rest>\s*(?:[(（—–:-].*)?)",
    re.IGNORECASE,
)


def _collected(text: str) -> str:
    """The path of a document in a store of documents as the collection that holds it."""
    match = _PATH.fullmatch(text)
    return f"Collection: `{match['name']}`{match['rest']}" if match else text


def _changed(text: str) -> str:
    """``Changes to `orders` `` and ``Altered table `orders` (new column)`` as what they name."""
    match = _CHANGE.fullmatch(text)
    return (
        f"Table: {match['name']}{re.sub(r'^ *(?:table|entity|model|collection)', '', match['rest'])}" if match else text
    )


def _is_whole(text: str) -> bool:
    """Whether the role of `text` comes from the table of whole titles, not from its first or last word."""
    return bool(_whole_role(*_lowered(text)))


def _partition(text: str) -> tuple[str, str, str]:
    match = _SPLIT.search(text)
    if match is None or match.start() == 0:
        return text, "", ""
    return text[: match.start()], match[0], text[match.end() :]


def _pick(name: str, notes: tuple[str, ...]) -> str:
    """`name`, or the identifier in brackets behind one in another script."""
    if name.isascii() or re.search(r"[A-Za-z]{3}", name):
        # `User ユーザー` names the same thing twice; the Latin word is what the code uses.
        match = re.match(r"([A-Za-z][\w ]*?)[\s　・/]+[^\x00-\u024f]", name)
        return match[1] if match else name
    return next(
        (
            note.strip("`")
            for note in notes
            if re.fullmatch(r"`?[A-Za-z][A-Za-z0-9_]*(?: [A-Z][A-Za-z0-9]*){0,2}`?", note)
        ),
        name,
    )


_KINDS_OF_TABLE = frozenset("lookup reference junction join link pivot code master association the a new".split())


def _table_of(text: str, notes: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A table name in brackets: `User (users)`, `Order (table: orders)`; other single names are aliases."""
    code = re.search(
        r"[(（](?:(?:db |database )?table(?: name)?[:：]?\s*|表[:：]\s*|テーブル[:：]?\s*)?`?([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)`?(?: table)?[)）]",  # noqa: E501
        text,
    )
    table = (
        code[1]
        if code
        and code[1] not in _KINDS_OF_TABLE
        and (key_like(code[1], text) or "table" in code[0].lower() or "`" in code[0] or "_" in code[1])
        else ""
    )
    aliases = tuple(
        note
        for note in notes
        if re.fullmatch(r"[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?", note) and not storage.UNSTORED_NOTE.search(note)
    )
    return table, aliases


def key_like(table: str, text: str) -> bool:
    """Whether `table` is the plural or the snake_case of the name before the bracket."""
    name = names.key(_BRACKETS.sub("", names.plain(text)))
    return names.key(table) == name or names.key(table).endswith(name) or name.endswith(names.key(table))


_LETTER = regex(r"[^\W\d_]")
_SEVERAL_THINGS = regex(
    r"[,;&+]|\band\b|\bvs\.?\b|\bfor\b|\bwith\b|\bof (?:the|a)\b|\bto\b|\bby\b|\bin\b|\bon\b|\bfrom\b"
)


# `Las quince tablas`, `Les règles communes`
_THE_SEVERAL = regex(r"(?:las|los|les|gli|le|die|as|os)\s+\S+\s+\S", re.IGNORECASE)
_RELATED = regex(
    r"(?P<one>[^\W\d][\w ]{0,40}?)\s+"
    r"(?P<verb>(?:has|have|owns?|contains?)\s+(?:many|multiple|several|one|zero or more|one or more)"
    r"|belongs?\s+to(?:\s+(?:many|one|exactly one|an?))?)\s+(?P<other>[^\W\d][\w ]{0,40}?)",
    re.IGNORECASE,
)


def related(text: str) -> tuple[str, str, str] | None:
    """(one, verb, other) of a title that tells a relation: `Payment has many Refund`."""
    match = _RELATED.fullmatch(" ".join(_BRACKETS.sub(" ", names.plain(bare(text))).split()))
    return (match["one"], match["verb"].lower(), match["other"]) if match else None


def holder(text: str) -> str:
    """Whose columns stand below a title that tells a relation: the side that has the key, or nobody's."""
    told = related(text)
    if told is None or told[1].endswith("to many"):
        return ""
    return told[0] if told[1].startswith("belong") else told[2]


def _role_of_name(name: str, shown: str, marked: bool) -> str:
    parts = name.split()
    if related(shown):
        return "relationships"
    if not name or not _LETTER.search(name) or _FILE.search(name) or _VERSION.match(name):
        return "other"
    if _ARROW.search(name) or (_ARROW.search(shown) and not marked):
        return "relationships"
    if len(parts) > 5 or len(name) > 60 or _SENTENCE.search(name):
        return "other"
    if (_SEVERAL_THINGS.search(name) or _THE_SEVERAL.match(name)) and not marked:
        return "other"
    return "entity"


def is_stored(title: Title) -> bool:
    """False where the brackets behind the name say that it is computed, shown or sent, not stored."""
    said = (*title.notes, title.rest if len(title.rest.split()) <= 4 else "")
    # `(dropped columns)` speaks of columns.
    texts = [text for text in said if not re.search(r"\b(?:columns?|fields?|attributes?)\b", text, re.IGNORECASE)]
    return not any(storage.UNSTORED_NOTE.search(text) for text in texts if text)

"""List items that each name a column: `- title: VARCHAR(200) (not null)`, `` - `priority` (enum: low|high) — … ``."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from colonnade import types
from colonnade.design.draft import DraftAttribute, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts, names, titles, written
from colonnade.sources.markdown.blocks import Bullets, Item, Span
from colonnade.sources.markdown.facts import NOWHERE, Facts
from colonnade.sources.markdown.forms.table import column_name
from colonnade.vocabulary import prose, qualifiers
from colonnade.vocabulary.regex import regex

PRECISION = 65

_IDENT = r"[^\W\d][\w$]*(?:\.[^\W\d][\w$]*)?(?:\[\])?"
_QUOTED_NAME = (
    rf"(?:\*\*`?[^*`\n]{{1,60}}`?\*\*|`[^`\n]{{1,80}}`|\*[^*\n]{{1,60}}\*|__[^_\n]{{1,60}}__|\"{_IDENT}\"|'{_IDENT}')"
)
_HEAD = regex(
    rf"(?P<names>{_QUOTED_NAME}(?:\s*(?:,|/|&|\+|;|、|\band\b|\bund\b|\by\b|\be\b|\bor\b)\s*{_QUOTED_NAME})*|{_IDENT}(?:\s*(?:,|/|&|、)\s*{_IDENT})*|[^\W\d][\w '’/-]{{1,40}}?)(?P<mark>[?*!]?)(?P<rest>\s*(?:[:：(（=]|[-–—→]\s|\s[-–—→]\s|->|…\s).*|\s+[A-Za-z].*|)",  # noqa: E501
    re.DOTALL,
)
_PHRASE = regex(r"(?P<names>[^\W\d][\w'’/-]*(?: [\w'’/-]+){0,3})(?P<mark>[?*!]?)(?P<rest>\s*[:：(（].*)", re.DOTALL)
# `Número secuencial único`: a name of two words and what it is.
_FLAG_BEHIND = regex(r"(?P<name>[^\W\d_]+ [^\W\d_]+)\s+(?P<flag>[^\W\d_]+)\W*")
_UNIQUE = regex(r"únic[oa]|unique|eindeutig|unico|unica", re.IGNORECASE)
_EACH = regex(_QUOTED_NAME)
_DASH = regex(r"\s+[-–—]{1,2}\s+|\s+…\s+|\s*—\s*|\s+//\s+|\s+#\s+|\s+<-+\s+")
_BRACKET = regex(r"\s*[(（\[](?P<inside>(?:[^()（）\[\]]|[(（\[][^()（）\[\]]*[)）\]])*)[)）\]]")
# Heads of items that say something about the entity instead of naming a column.
_META = regex(
    r"(?:purpose|description|note|notes|storage|lifecycle|primary key|foreign keys?|table|table name|examples?|usage|relationships?|relations?|validation(?: rules)?|validations|constraints?|index(?:es)?|unique(?: constraints?)?|"  # noqa: E501
    r"unique together|composite (?:key|unique|index|primary key)|states?(?: transitions)?|business rules?|rules?|on delete|cascade(?: delete)?|default|soft delete|rls|security|access(?: control)?|permissions?|ownership|identity|uniqueness|"  # noqa: E501
    r"belongs to|has many|has one|many-to-one|one-to-many|many-to-many|one-to-one|owned by|references?|referenced by|source|location|file|why|rationale|retention|invariants?|extends|implements|inherits|key attributes|attributes|fields|"  # noqa: E501
    r"columns|properties|key fields|enum|enums|values|computed|derived|triggers?|performance|partial index|check(?: constraint)?|migration|query|queries|schema|behavior|cardinality|pk|fk|parent|children|methods?|important|warning|"  # noqa: E501
    r"required|optional|format|key|ttl|scope|hierarchy|volume|size|expected volume|created|updated|deleted|read|write|insert|update|delete|select|create|actions?|events?|status transitions|responsibilities|role|managed by|consumers?|producer|"  # noqa: E501
    r"relación|relação|relazione|beziehung|relation|depende de|depends on|pertenece a|pertence a|raw value|cases|"
    r"一意制約|制約|関連|关系|约束|索引|说明|備考|補足|補足説明|目的|用途|restricciones|relaciones|relações|restrições|beziehungen|einschränkungen|propósito|zweck|objectif|validaciones|validações|índices|reglas|regras|regeln|nota|notas|hinweis)s?",
    re.IGNORECASE,
)  # fmt: skip
# Of these, the ones that no column is called.
_NEVER = regex(
    r"(?:(?:key |core |main )?(?:fields?|columns?|attributes?|properties)|purpose|primary key|foreign keys?|table name|relationships?|relations?|validations?|validation rules?|constraints?|index(?:es)?|unique"  # noqa: E501
    r"|unique together|unique constraints?|business rules?|rules?|on delete|belongs to|has many|has one|one-to-many|many-to-one|pk|fk|enum)s?",  # noqa: E501
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Read:
    """The columns that an item names, and how sure that is: 3 a type or key, 2 written like code, 1 a word and a remark."""  # noqa: E501

    attributes: tuple[DraftAttribute, ...]
    sure: int


# `/orders/[id]` is a page or an address.
# `N:N → Order` is a relation, ``Add `priority: Int` to Task`` speaks of another entity.
_CARDINALITY = regex(r"\W*(?:1|N|M|n|0\.\.1|0\.\.\*|1\.\.\*)\s?[:∶]\s?(?:1|N|M|n|0\.\.1|0\.\.\*|1\.\.\*)(?!\w)")
_ADDED_TO = regex(r"\W*add(?:s|ed)?\s+`[^`]+`\s+to\s+`?[A-Z]", re.IGNORECASE)
_PATH = regex(r"[`*\"]*(?:(?:GET|POST|PUT|PATCH|DELETE)\s+)?/\w")
Reader = Callable[[str], Read | None]


def names_columns(entry: Item) -> bool:
    """Whether a list item names a column: whether `item` reads one."""
    return bool(entry.lines) and line(entry.text.strip()) is not None


def placed(place: Place, read: Read | None) -> Read | None:
    """`read`, found at `place`."""
    return Read(tuple(facts.placed(place, one) for one in read.attributes), read.sure) if read else None


def item(entry: Item, file: str, reader: Reader | None = None) -> Read | None:
    """The columns of one list item, or None where it names none."""
    if not entry.lines:
        return None
    text = entry.text.strip()
    place = entry.lines[0].place(file)
    nested = next((child for child in entry.children if isinstance(child, Bullets)), None)
    below = _labelled(text, nested, file) if nested and reader is None else None
    if below is not None:
        return below
    result = placed(place, (reader or line)(text))
    return _with_children(result, nested, file) if result and nested else result


_LABEL = regex(r"[^`:：]{2,60}[:：]\W*")


def _labelled(text: str, nested: Bullets, file: str) -> Read | None:
    """The columns in back-ticks below a label of several words: `Standard codes:` is none itself."""
    words = names.plain(text).rstrip(":： ")
    if not _LABEL.fullmatch(text) or names.is_identifier(words) or facts.is_choice(words):
        return None
    if len(nested.items) < 2 or not all(one.text.startswith("`") for one in nested.items):
        return None
    reads = [item(one, file) for one in nested.items]
    return Read(tuple(one for read in reads if read for one in read.attributes), 2) if all(reads) else None


_TUPLE = regex(
    r"(?:(?:PK|primary key|composite pk|clave primaria|主键)\s*)?`?\(\s*(?P<names>[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)+)\s*\)`?\s*(?P<rest>.*)",  # noqa: E501
    re.IGNORECASE | re.DOTALL,
)
# A delta list: `Add `x` (uuid)` names a column, `Remove `y`` takes one away.
_CHANGE = regex(r"\**(?:(?P<gone>remove[ds]?|drop(?:ped|s)?|delete[ds]?|deprecated?)|(?:add(?:ed|s)?|new|change[ds]?|modif(?:y|ied)|extend(?:ed)?))\**\s*[:：]?\s*(?:columns?|fields?)?\s*[:：]?\s*(?=`)", re.IGNORECASE)  # fmt: skip  # noqa: E501
_TICKED = regex(r"\s*`[^\W\d][\w.]*\??`")


def _tuple(text: str) -> Read | None:
    """`PK (a, b)` and `(a, b)` alone: the columns of a key."""
    match = _TUPLE.fullmatch(text)
    if match is None or re.match(r"\W*(?:unique|index|check|must|is|are|→|must)", match["rest"], re.IGNORECASE):
        return None
    key = bool(
        re.match(r"\W*(?:PK|primary|composite|clave|主键)", text, re.IGNORECASE)
        or re.match(r"\W*(?:composite )?(?:PK|primary key)\b", match["rest"], re.IGNORECASE)
    )
    told: Facts = {"primary_key": Fact(True, NOWHERE)} if key else {}
    return Read(
        tuple(facts.attribute(name.strip(), NOWHERE, told) for name in match["names"].split(",")), 3 if key else 2
    )


# `hasMany(Subscription)`: a relation of a model, which is told where relations are read.
_MODEL_CALL = regex(r"[`*]*(?:has_?(?:many|one)|belongs_?to(?:_?many)?|many_?to_?many|morph\w+)\w*\s*\(", re.IGNORECASE)
_KEY_ITEM = regex(
    r"\W*(?:primary key|PK|主キー|主键|기본 ?키|clave primaria|llave primaria|chave primária|Primärschlüssel|"
    r"clé primaire|chiave primaria)\W*[:：]\W*"
    rf"`?(?P<name>{_IDENT})`?\s*(?:\((?P<type>[^()]*(?:\([^()]*\)[^()]*)?)\))?\W*",
    re.IGNORECASE,
)
_FOREIGN_ITEM = regex(r"\W*foreign keys?\W*[:：]\**\s*(?P<rest>.+)", re.IGNORECASE | re.DOTALL)
_FOREIGN_PAIR = regex(
    rf"`?(?P<name>{_IDENT})`?\s*(?:→|->|=>|references|to)\s*`?(?P<target>{_IDENT}(?:\([^()]*\))?)`?(?:\s.*)?",
    re.IGNORECASE,
)


def _key(text: str) -> Read | None:
    """`**Primary Key**: `id` (bigint)`: the column of the key."""
    match = _KEY_ITEM.fullmatch(text)
    if match is None:
        return None
    told = facts.said(match["type"], "type", facts.is_choice(match["name"])) if match["type"] else {}
    return Read((facts.attribute(match["name"], NOWHERE, {**told, "primary_key": Fact(True, NOWHERE)}),), 3)


def key_item(entry: Item, file: str) -> tuple[DraftAttribute, ...]:
    """The column that `**Primary Key**: `id`` beside a list of columns names."""
    read = placed(entry.lines[0].place(file), _key(entry.text.strip())) if entry.lines else None
    return read.attributes if read else ()


def _foreign(text: str) -> Read | None:
    """`**Foreign Keys**: `user_id` → users, `agent_id` → agents`: the columns that point somewhere."""
    match = _FOREIGN_ITEM.fullmatch(text)
    pairs = [_FOREIGN_PAIR.fullmatch(piece.strip()) for piece in top_level(match["rest"])] if match else []
    if not pairs or not all(pairs):
        return None
    made = (facts.attribute(one["name"], NOWHERE, {"references": Fact(one["target"], NOWHERE)}) for one in pairs if one)
    return Read(tuple(made), 3)


def _plain_list(text: str) -> Read | None:
    """`id, caseNumber (unique), outcome (open|done), reason?`: three or more bare names, each with a bracket at most."""  # noqa: E501
    pieces = [piece.strip() for piece in top_level(text.rstrip(". ")) if not _AND_SO_ON.fullmatch(piece)]
    if len(pieces) < 3 or not all(re.fullmatch(rf"{_IDENT}\??(?:\s*\([^()]*\))?", piece) for piece in pieces):
        return None
    reads = [_piece(piece) for piece in pieces]
    return Read(tuple(one for read in reads for one in read), 2)


def bare_names(text: str) -> Read | None:
    """The columns of a text that holds nothing but names, one of them written like code."""
    read = _plain_list(names.plain(text)) if text.count(",") > 2 else None
    coded = read is not None and any(names.looks_coded(one.name.value) for one in read.attributes)
    return read if coded else None


def _piece(piece: str) -> tuple[DraftAttribute, ...]:
    """The column that one of several bare names names: in a list of names each is one, whatever it means elsewhere."""
    read = line(piece)
    if read is not None:
        return read.attributes
    match = re.match(rf"(?P<name>{_IDENT})(?P<mark>\??)\s*(?:\((?P<inside>[^()]*)\))?", piece)
    assert match is not None
    told = qualified(match["inside"], facts.is_choice(match["name"])) if match["inside"] else {}
    if match["mark"]:
        told.setdefault("nullable", Fact(True, NOWHERE))
    return (facts.attribute(match["name"], NOWHERE, told),)


# `status`: one of `open`, `closed` — what follows are values.
_VALUES_LISTED = regex(
    r"\s*`[^`]+`\s*[:：(–—-]+\s*(?:\w+,?\s+)?"
    r"(?:one of|either|enum(?:eration)?(?: of)?|values?|allowed(?: values)?|options?|uno de|um de|eines von)\b",
    re.IGNORECASE,
)


def _several(text: str) -> Read | None:
    """`` `id` UUID PK, `tenant_id`, `notes` text ``: several columns in one line, each with what is said of it."""
    pieces = top_level(text)
    ticked = [number for number, piece in enumerate(pieces) if _TICKED.match(piece)]
    if len(ticked) < 2 or ticked[0] != 0 or _VALUES_LISTED.match(text):
        return None
    runs = [
        ", ".join(pieces[start:end]).strip().rstrip(".")
        for start, end in zip(ticked, [*ticked[1:], len(pieces)], strict=True)
    ]
    said = [bool(names.plain(run).split()[1:]) for run in runs]
    reads = [line(run) for run in runs]
    # `a`, `b`: text — the remark at the end is about all of them.
    if not any(said[:-1]) or any(read is None for read in reads):
        return None
    return Read(
        tuple(one for read in reads if read for one in read.attributes), max(read.sure for read in reads if read)
    )


@lru_cache(maxsize=65536)
def column(text: str) -> Read | None:
    """The columns that one line of text names, whatever their names mean, at no place."""
    if len(text) > 1200 or _PATH.match(text) or _CARDINALITY.match(text) or _ADDED_TO.match(text):
        return None
    change = _CHANGE.match(text)
    if change:
        return None if change["gone"] else line(text[change.end() :])
    if _MODEL_CALL.match(text):
        return None
    keyed = _key(text) or _foreign(text)
    if keyed is not None:
        return keyed
    listed = _plain_list(text) or _tuple(text) or (_several(text) if text.count("`") > 3 else None)
    if listed is not None:
        return listed
    text = re.sub(r"^(?:✅|❌|🔑|🔗|➕|🆕|\[[ xX]\])\s*", "", text)
    whole = re.fullmatch(r"`([^`]+)`\s*(.*)", text, re.DOTALL)
    if (
        whole
        and re.match(rf"{_IDENT}\??\s*[:\s]\s*\S", whole[1])
        and not whole[1].startswith(("http", "GET ", "POST ", "SELECT ", "UNIQUE", "INDEX", "CHECK"))
    ):
        # The whole declaration stands in back-ticks: `id: string` or `id UUID PRIMARY KEY`.
        inner = line(whole[1])
        return _described(inner, whole[2]) if inner and inner.sure == 3 else None
    match = _phrase(text) or _HEAD.fullmatch(text)
    if match is None:
        return None
    heads = _names(match["names"])
    if not heads:
        return None
    longer = _FLAG_BEHIND.fullmatch(text)
    if longer and _UNIQUE.fullmatch(longer["flag"]) and longer["name"].split()[:1] == heads:
        return Read((facts.attribute(longer["name"], NOWHERE, {"unique": Fact(True, NOWHERE)}),), 2)
    return _read(heads, match["names"], match["mark"], match["rest"])


def line(text: str) -> Read | None:
    """The columns that one line of text names, unless it only speaks about columns: `Note: …`, `Role: …`."""
    read = column(text)
    heads = [one.name.value for one in read.attributes] if read else []
    if read is None or text.startswith("`") or not any(_META.fullmatch(head) for head in heads):
        return read
    match = _phrase(text) or _HEAD.fullmatch(text)
    if match is None:
        return read
    body = match["rest"].lstrip(" :：")
    known = not _divided(match["rest"]) or written.take(body).known or _NAMED_TYPE.match(body) is not None
    typed = read.attributes[0].type is not None and known
    never = any(_NEVER.fullmatch(head) for head in heads) and _divided(match["rest"])
    return read if typed and not never else None


def announced(text: str) -> Read | None:
    """The columns of a line below a title that announces columns, where `role` and `Venue ID` are some as well."""
    read = column(text)
    if read is None:
        words = re.fullmatch(r"(?P<name>[^\W\d_]\w*(?: [^\W\d_]\w*){1,2})", text.strip(" ."))
        plain = words is not None and not prose.STOP.search(words["name"]) and not written.resolve(words["name"])
        return Read((facts.attribute(words["name"], NOWHERE, {}),), 1) if words and plain else None
    never = any(_NEVER.fullmatch(one.name.value) for one in read.attributes)
    return None if never and not text.startswith("`") else read


# `role: MessageRole - …`: a type of the document's own.
_NAMED_TYPE = regex(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)+\??(?:\s+[-–—]\s|\s*$)")


def _divided(rest: str) -> bool:
    return rest.lstrip().startswith((":", "："))


def _phrase(text: str) -> re.Match[str] | None:
    """A name of several words before a colon or bracket: `Date of birth: date`; but not `name VARCHAR(255)`."""
    match = _PHRASE.fullmatch(text)
    if match is None or len(match["names"].split()) == 1:
        return None
    last = match["names"].split()[-1]
    return None if written.resolve(last) and match["rest"].lstrip().startswith("(") else match


def _described(inner: Read, rest: str) -> Read:
    remark = facts.said(rest.strip(" -–—:"), "remark", facts.is_choice(inner.attributes[0].name.value))
    return Read(tuple(_filled(one, remark, rest.strip(" -–—:")) for one in inner.attributes), inner.sure)


def _filled(one: DraftAttribute, told: Facts, description: str) -> DraftAttribute:
    known = {
        name: getattr(one, name)
        for name in DraftAttribute.__slots__
        if name not in ("name", "description") and getattr(one, name) is not None
    }
    return facts.attribute(one.name.value, one.name.place, facts.joined(known, told), one.description or description)


_NAME_END = regex(r"\s*(?:,|、|\s/\s|/|&)\s*")
_NAME_SIGN = regex(r"[,/&、]")
_INNER_END = regex(r"\s*[,/、]\s*")
_FROM_BRACKET = regex(r"\s*[(（].*$")


def _names(text: str) -> list[str]:
    quoted = _EACH.findall(text)
    parts = quoted if quoted else _NAME_END.split(text) if _NAME_SIGN.search(text) else [text]
    found = []
    for part in parts:
        plain = names.plain(part).strip().strip("\"'").rstrip(":：")
        several = _INNER_END.split(plain)
        for one in several if len(several) > 1 and all(names.is_identifier(each) for each in several) else [plain]:
            name = column_name(_FROM_BRACKET.sub("", one).rstrip("?*! "))
            if not name:
                return []
            found.append(name)
    return found


_INSIDE_NAME = regex(r"[(（](?P<inside>[^()（）]*)[)）]")
_DIVIDER = regex(r"\s*(?:[:：(（=]|[-–—→]|->|…\s)")


def _read(heads: list[str], written_name: str, mark: str, rest: str) -> Read | None:
    quoted, bold = written_name.startswith("`") or "`" in written_name[:4], written_name.startswith(("**", "__"))
    inside_name = _INSIDE_NAME.search(names.plain(written_name)) if quoted or bold else None
    choice = facts.is_choice(heads[0])
    told, description, typed = _rest(rest, choice)
    if inside_name:
        told = facts.joined(told, facts.said(inside_name["inside"], "type", choice))
        typed = typed or "type" in told
    if mark == "?":
        told.setdefault("nullable", Fact(True, NOWHERE))
    if len(heads) > 1:
        told.pop("primary_key", None)
    strong = typed or any(field in told for field in ("primary_key", "references", "enum_values"))
    words = len(heads[0].split())
    if not quoted and not bold and words > 1 and not (strong or {"nullable", "unique"} & told.keys()):
        return None
    plain_word = names.is_identifier(heads[0])
    said = rest.strip(" :：-–—")
    divided = not rest.strip() or bool(_DIVIDER.match(rest))
    if (
        not divided
        and not strong
        and not (quoted or bold)
        and not (told.keys() & {"nullable", "unique"} and len(rest.split()) <= 4)
    ):
        return None
    if not strong and not said and not (quoted or names.looks_coded(heads[0])):
        return Read(_made(heads, told, description), 1) if plain_word else None
    sure = (
        3
        if strong
        else 2
        if quoted or names.looks_coded(heads[0]) or (told.keys() & {"nullable", "unique", "max_length", "default"})
        else 1
    )
    return Read(_made(heads, told, description), sure)


def _made(heads: list[str], told: Facts, description: str) -> tuple[DraftAttribute, ...]:
    return tuple(facts.attribute(head, NOWHERE, told, description) for head in heads)


_DASH_OR_ARROW = regex(r"(?:[-–—]{1,2}|→|->|…(?=\s))\s*")


def _rest(rest: str, choice: bool) -> tuple[Facts, str, bool]:
    """(facts, description, whether a type was given) of what follows the name."""
    text = rest.strip()
    parts: list[Facts] = []
    bracket = _BRACKET.match(text)
    if bracket and not text.startswith("["):
        parts.append(qualified(bracket["inside"], choice))
        text = text[bracket.end() :].strip()
    coded = text[:1] in (":", "：", "=")
    dash = _DASH_OR_ARROW.match(text)
    body = text[1:].strip() if coded else text[dash.end() :] if dash else text
    body = body.rstrip(".") if " " not in body else body
    if dash and dash[0].strip() in ("→", "->"):
        found = facts.target(f"→ {body}")
        parts.append({"references": Fact(found, NOWHERE)} if found else {})
    if body:
        parts.append(_body(body, choice))
    told = facts.joined(*parts)
    return told, names.plain(body), "type" in told


# No blank may be read in two ways: a list of many words would be read in all combinations of them.
_WORDS_LISTED = regex(r"[^\W_][\w-]*(?:\s*[,/|]\s*[^\W_][\w-]*(?: +[\w-]+)*)+")
# In Spanish a name, in French a number.
_NAME_LISTED = regex(r"nombre\s*[,y]", re.IGNORECASE)


# `(optional, Project.id)`: the key that the column holds.
_KEY_OF = regex(r"(?:^|[,、;]\s*)(?P<target>[A-Z]\w*\.id)(?=$|\s*[,、;])")
# `Pending, InTraining, Active`: words with a capital each.
_CAPITAL_WORDS = regex(r"[A-Z][A-Za-z0-9-]*(?:\s*,\s*[A-Z][A-Za-z0-9-]*)+")


def _chosen(inside: str) -> Facts:
    """The values of a column that takes one of a few, where its bracket holds nothing but words with capitals."""
    listed = inside.partition(";")[0].strip()
    words = [word.strip() for word in listed.split(",")] if _CAPITAL_WORDS.fullmatch(listed) else []
    typed = sum(written.resolve(word) is not None for word in words)
    flagged = any(pattern.fullmatch(word) for word in words for _, _, pattern in qualifiers.FLAGS)
    if not words or typed == len(words) or flagged or types.resolve(words[0]) is not None:
        return {}
    return facts.joined(
        {"enum_values": Fact(tuple(dict.fromkeys(words)), NOWHERE)}, facts.said(inside[len(listed) :], "remark")
    )


def qualified(inside: str, choice: bool) -> Facts:
    """A bracket behind a name: a type and qualifiers, or a remark."""
    if _NAME_LISTED.match(inside):
        return {}
    chosen = _chosen(inside) if choice else {}
    if chosen:
        return chosen
    told = facts.said(inside, "type", choice)
    pointed = _KEY_OF.search(names.plain(inside))
    if pointed:
        told = facts.joined(told, {"references": Fact(pointed["target"], NOWHERE)})
    kind = told.get("type")
    if (
        kind is not None
        and written.resolve(str(kind.value)) is None
        and str(kind.value) != "enum"
        and not re.fullmatch(r"[A-Z]\w*(?:\[\])?", str(kind.value))
    ):
        told.pop("type")
    if (
        kind is not None
        and "type" in told
        and written.resolve(str(kind.value)) is None
        and str(kind.value) != "enum"
        and len(inside.split()) > 2
        and "," not in inside
    ):
        told.pop("type")
    if not told and _WORDS_LISTED.fullmatch(inside.strip()) and not qualifiers.OPEN_LIST.search(inside):
        found, default = facts.values(inside, choice, "constraint")
        if found:
            told["enum_values"] = Fact(found, NOWHERE)
            if default:
                told["default"] = Fact(default, NOWHERE)
    return told


def _body(body: str, choice: bool) -> Facts:
    """`VARCHAR(200), not null — the title` or a sentence; brackets in it may hold the type."""
    head, *tail = _DASH.split(body, maxsplit=1)
    taken = written.take(head)
    if (
        taken.known
        and (taken.type is not None or taken.target is not None)
        and not _is_sentence(head, taken.rest, taken.type)
    ):
        return facts.joined(facts.said(head, "type", choice), facts.said(tail[0] if tail else "", "remark", choice))
    if not taken.known and written.is_misspelt(head.strip(" .")):
        return {"type": Fact(head.strip(" ."), NOWHERE)}
    coded = taken.type is not None and names.looks_coded(taken.type) and not taken.rest.strip()
    if taken.type is not None and (
        coded or re.fullmatch(r"[A-Z][A-Za-z0-9]*(?:\[\])?\??(?:\s*[(,].*)?", head.strip().strip("`"), re.DOTALL)
    ):
        return facts.joined(facts.said(head, "type", choice), facts.said(tail[0] if tail else "", "remark", choice))
    brackets = [qualified(match["inside"], choice) for match in _BRACKET.finditer(body) if len(match["inside"]) < 200]
    short = head if len(head.split()) <= 3 else ""
    standing = facts.said(short, "constraint", choice) if short else {}
    later = _type_later(body)
    return facts.joined(standing, *brackets, later, facts.said(body, "remark", choice))


def _is_sentence(head: str, rest: str, kind: str | None) -> bool:
    """`date of birth` and `text shown to users` start with a type word and are no types."""
    following = rest.lstrip("`* ")
    if not rest[:1].isspace() or not re.match(r"[a-z]+\s+[a-z]", following):
        return False
    return not re.match(
        r"(?:not null|primary key|foreign key|unique|default|references|fk|pk|optional|required|nullable|auto|max|min|null|with|without|array|enum|in|between|generated|check|on delete|and not|or null|indexed|unsigned|representing|for|from|to|that|of)\b",  # noqa: E501
        following,
        re.IGNORECASE,
    ) or bool(
        re.match(r"(?:of (?!string|uuid|int|object|text|number)|for|to|from)\b", following)
        and kind
        and kind.lower()
        in (
            "date",
            "text",
            "time",
            "number",
            "file",
            "name",
            "path",
            "code",
            "count",
            "amount",
            "year",
            "price",
            "object",
            "list",
            "set",
            "line",
            "point",
            "document",
            "point",
            "image",
            "token",
            "record",
            "collection",
            "period",
            "interval",
            "counter",
            "money",
            "string",
        )
    )


def _type_later(body: str) -> Facts:
    """A type behind a comma or at the end: `Unique task key, UUID`."""
    for part in re.split(r"[,;]\s+", body)[1:4]:
        taken = written.take(part)
        if taken.known and taken.type and not taken.rest.strip(" .)") and len(part.split()) <= 3:
            return {"type": Fact(taken.type, NOWHERE)}
    return {}


def _with_children(read: Read, nested: Bullets, file: str) -> Read:
    """Sub-items are the values of an enumeration, or remarks on the column."""
    one = read.attributes[0]
    values = _plain_values(nested)
    place = nested.items[0].lines[0].place(file) if nested.items and nested.items[0].lines else one.name.place
    choice = (
        one.enum_values is None
        and values
        and ((one.type and one.type.value.lower() == "enum") or facts.is_choice(one.name.value))
    )
    if choice:
        return Read((_filled(one, {"enum_values": Fact(values, place)}, ""), *read.attributes[1:]), max(read.sure, 2))
    told: list[Facts] = []
    for child in nested.items:
        text = child.text
        typed = re.match(r"\**(?:type|data type|tipo|typ)\**\s*[:：]\**\s*(?P<type>.+)", text, re.IGNORECASE)
        where = child.lines[0].place(file) if child.lines else place
        told.append(
            facts.read(typed["type"], where, "type", one.name.value)
            if typed
            else facts.read(
                re.sub(r"^\**(?:constraints?|validation|rules?)\**\s*[:：]\**", "", text, flags=re.IGNORECASE),
                where,
                "constraint" if len(text.split()) <= 6 else "remark",
                one.name.value,
            )
        )
    merged = facts.joined(*told)
    sure = 3 if "type" in merged else read.sure
    return Read(tuple(_filled(each, merged, "") for each in read.attributes), sure)


def _plain_values(nested: Bullets) -> tuple[str, ...]:
    values = []
    for child in nested.items:
        match = re.fullmatch(
            r"[`'\"*]*(?P<value>[^\W_][\w -]{0,30}?)[`'\"*]*\s*(?:\((?:default|initial)\))?(?:\s*[:：=–—-].*)?",
            child.text,
            re.DOTALL | re.IGNORECASE,
        )
        if match is None or len(match["value"].split()) > 3:
            return ()
        values.append(match["value"])
    return tuple(values) if len(values) > 1 else ()


# A list of these tells of one column and is none of an entity.
_OF_A_COLUMN = regex(
    r"\*\*(?:(?:data )?type|allowed values|constraints?|examples?|required|nullable|default(?: value)?|validation"
    r"|format|description|range|length)(?:\*\*\s*[:：]|[:：]\*\*)",
    re.IGNORECASE,
)


def describe_a_column(entries: Sequence[Item]) -> bool:
    """Whether the items of a list are the type, the constraints and the like of one column."""
    return sum(bool(_OF_A_COLUMN.match(entry.text)) for entry in entries) * 2 > len(entries) > 1


def attributes(entries: Sequence[Item], file: str, *, labelled: bool) -> tuple[DraftAttribute, ...]:
    """The columns of a list, or nothing where too few of its items are columns. `labelled`: a title says they are."""
    entries = [entry for entry in entries if not ((change := _CHANGE.match(entry.text)) and change["gone"])]
    if describe_a_column(entries):
        return ()
    reads = [item(entry, file, announced if labelled else line) for entry in entries]
    if not labelled and sum(read is not None and read.sure > 1 for read in reads) * 2 >= len(entries):
        reads = [read or _bare(entry, file) for entry, read in zip(entries, reads, strict=True)]
    known = [one for one in reads if one is not None]
    sure = sum(1 for one in known if one.sure >= 2)
    typed = sum(1 for one in known if one.sure == 3)
    counted = sum(1 for entry, one in zip(entries, reads, strict=True) if one is not None or not is_meta(entry))
    named = sum(len(one.attributes) for one in known)
    if (
        known
        and not typed
        and all(one.name.value.isupper() and "_" in one.name.value for read in known for one in read.attributes)
    ):
        # `LINE_5`: the north line, `LINE_6`: the south line. These are rows.
        return ()
    if not known or (len(known) * 10 < counted * 6 and named < 2 * counted):
        return ()
    whole = typed > 1 and sure * 2 >= len(entries) == len(known)
    if labelled or whole or (sure * 10 >= counted * 6 and (typed or sure == counted)) or named >= 2 * counted:
        return tuple(attribute for one in known if labelled or one.sure >= 1 for attribute in one.attributes)
    return ()


def _bare(entry: Item, file: str) -> Read | None:
    """`Notes` and `Location (nullable)` among columns: a word that elsewhere speaks about the entity, with no text behind it."""  # noqa: E501
    alone = not entry.children and re.fullmatch(r"[^\W\d_]\w*\s*(?:\([^()]*\))?", entry.text.strip())
    return item(entry, file, announced) if alone else None


def is_about(head: str) -> bool:
    """Whether the word that opens an item says something about the entity instead of naming a column: `Purpose`."""
    return _META.fullmatch(head.strip()) is not None


def is_meta(entry: Item) -> bool:
    head = re.match(r"\**`?(?P<head>[^:：*`\n]{1,40}?)`?(?:[:：]\**|\**\s*[:：])", entry.text)
    return bool(
        head and (_META.fullmatch(head["head"].strip()) or titles.role_of(head["head"]) not in ("", "entity", "other"))
    )


# `app/models/order.py` names a file and no columns.
_FILE = regex(r"\w/[\w.-]+\.(?:py|ts|tsx|js|jsx|sql|php|rb|java|kt|cs|go|rs|swift|dart|md|prisma|vue|json|ya?ml)\b")


_AND_SO_ON = regex(r"\W*(?:and )?(?:etc|more|others|so on)?\W*", re.IGNORECASE)


def inline(text: str, span: Span, file: str, reader: Reader | None = None) -> tuple[DraftAttribute, ...]:
    """The columns of `id, name (string), created_at`: a comma list in one line; nothing where it is a sentence."""
    pieces = [one for one in top_level(text) if not _AND_SO_ON.fullmatch(one)] if not _FILE.search(text) else []
    place = Place(file, span.line, span.column)
    found: list[DraftAttribute] = []
    missed = 0
    for piece in pieces:
        bare = piece.strip().rstrip(".").strip()
        read = placed(place, (reader or line)(bare)) if bare else None
        if read is None or (len(bare.split()) > 6 and read.sure < 2):
            missed += bool(bare)
        else:
            found.extend(read.attributes)
    return tuple(found) if found and missed * 3 <= len(pieces) else ()


_BRACKET_OR_MARK = regex(r"[(\[{（<)\]}）>,;、；，]")


def top_level(text: str) -> list[str]:
    """`text` cut at the commas and semicolons that stand in no bracket and no quotes."""
    pieces, start, depth = [], 0, 0
    for match in _BRACKET_OR_MARK.finditer(text):
        character, position = match[0], match.start()
        depth += (character in "([{（<") - (character in ")]}）>" and depth > 0)
        if character in ",;、；，" and depth == 0:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]]

"""What is said around the entities: relationship sections, index lists, constraints, cascade wording, state transitions."""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from colonnade import sql
from colonnade.design.draft import DraftAttribute, DraftEntity, DraftIndex, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts, limits, mentions, names, relations, titles
from colonnade.sources.markdown.blocks import Bullets, Fence, Item, Paragraph, Span, Table
from colonnade.sources.markdown.forms import bullets, calls, drawing, table
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.relations import Relation
from colonnade.sources.markdown.walk import Part, announces_columns
from colonnade.values import replace
from colonnade.vocabulary import storage
from colonnade.vocabulary.regex import regex

Columns = Mapping[str, Mapping[str, str]]

_INDEX_LEAD = regex(
    r"\b(?:unique\s+)?(?:composite\s+|partial\s+|b-?tree\s+|gin\s+|gist\s+|covering\s+)*index(?:es|ed)?\b|\bidx_\w+|\bix_\w+|索引|インデックス|índice",
    re.IGNORECASE,
)
_UNIQUE_LEAD = regex(
    r"\bunique(?:ness)?\b|\bduplicates? not allowed\b|一意|唯一|únic[oa]|eindeutig|уникальн", re.IGNORECASE
)
# The index of a primary key is the key's own.
_OF_THE_KEY = regex(
    r"\W*(?:PK|primary key|clave primaria|chave primária|clé primaire|主键|主キー)\b(?!.*\bindex)", re.IGNORECASE
)
_SPEAKS = regex(r"index|uni|idx|ix_|índice|索引|インデックス|一意|唯一|dupli|únic|eindeut|уникал", re.IGNORECASE)
_GROUP = regex(
    r"[(（\[]\s*(?P<columns>`?[^\W\d]\w*`?(?:\s+(?:ASC|DESC))?(?:\s*[,+、]\s*`?[^\W\d]\w*`?(?:\s+(?:ASC|DESC))?)*)\s*[)）\]]",
    re.IGNORECASE,
)
_PAIR = regex(r"(?<!\w)`?(?P<first>[^\W\d]\w*)`?(?:\s{0,8}(?:\+|,|/|&|、|\band\b)\s*`?[^\W\d]\w*`?)+")
_WITHIN = regex(
    r"\b(?:unique|uniqueness|eindeutig|únic[oa])\s+(?:within|per|for each|for|by|in|across|inside|por|dentro d\w+|pro|je)\s+(?:an?\s+|the\s+|each\s+|same\s+|given\s+|el\s+|la\s+)?`?(?P<scope>[^\W\d]\w*(?:_id|Id)?)`?",  # noqa: E501
    re.IGNORECASE,
)
_WHERE = regex(r"\bWHERE\s+(?P<predicate>[^;`)]+)", re.IGNORECASE)
_NAME = regex(
    r"(?<!\w)`?(?P<name>(?:idx|ix|uq|uk|uniq|unique|index|ux|ak)_\w+|\w+_(?:idx|index|key|uniq|unique))`?",
    re.IGNORECASE,
)


def told(parts: Sequence[Part], known: Index, file: str) -> Iterator[Relation]:
    """The relations that sections, lists, tables and drawings around the entities state."""
    done: set[str] = set()
    for part in parts:
        if part.key_entities or part.role in (
            "transfer",
            "queries",
            "samples",
            "policies",
            "states",
            "unstored",
            "before",
            "enums",
        ):
            continue
        about = known.find(part.subject.name) if part.subject else None
        heading = part.path[-1] if part.path else ""
        if (part.role == "relationships" or titles.related(heading)) and heading not in done:
            done.add(heading)
            yield from relations.told(titles.bare(heading), _first(part, file), about, known, loose=True)
        yield from _block(part, about, known, file)


def _first(part: Part, file: str) -> Place:
    block = part.block
    spans = block.lines if isinstance(block, Paragraph) else ()
    return spans[0].place(file) if spans else Place(file)


def _block(part: Part, about: str | None, known: Index, file: str) -> Iterator[Relation]:
    block = part.block
    if isinstance(block, Fence):
        if drawing.is_drawing(block):
            yield from drawing.told(block, known, file)
    elif isinstance(block, Table):
        yield from _table(part, block, about, known, file)
    elif isinstance(block, Bullets):
        for item in block.items:
            yield from _item(item, part.role == "relationships", about, known, file)
    elif isinstance(block, Paragraph):
        if about is not None:
            yield from (
                one for text, place in lines_of(part, file, calls.CALL) for one in calls.told(text, place, about, known)
            )
        if part.role == "relationships":
            for line in block.lines:
                yield from relations.told(line.text, line.place(file), about, known, loose=True)
        else:
            yield from _announced(block.lines, about, known, file)
            if about is not None and part.headed and part.role == "entity":
                yield from _described(block, about, known, file)


# `Belongs to exactly one shop.`, `Each shop has many orders.`
_DESCRIBED = regex(
    r"(?:(?:it|each|every|one|an?|the)\s+(?:[\w-]+\s+){0,2})?(?:belongs? to|has many|have many|is owned by|owned by)\b",
    re.IGNORECASE,
)
_SENTENCE_END = regex(r"(?<=[.!?])\s+")


def _described(block: Paragraph, about: str, known: Index, file: str) -> Iterator[Relation]:
    """The relations that sentences in the text below an entity's title tell."""
    place = block.lines[0].place(file)
    for sentence in _SENTENCE_END.split(names.plain(" ".join(line.text for line in block.lines))[:1200]):
        if _DESCRIBED.match(sentence):
            yield from relations.told(sentence, place, about, known)


_ANNOUNCED = regex(
    r"\*{0,4}`?(?:relationships?|relations?|associations?|foreign keys?|belongs to|has many|has one|many-to-one|one-to-many|many-to-many|one-to-one|references|parent|children|relaciones|relações|beziehungen|关系|関連|リレーション|связи|owned by)[^:：]{0,20}`?\*{0,4}\s{0,4}[:：]",  # noqa: E501
    re.IGNORECASE,
)


def _announced(lines: Sequence[Span], about: str | None, known: Index, file: str) -> Iterator[Relation]:
    for line in _joined(lines):
        match = _ANNOUNCED.match(line.text)
        if match:
            text = (
                line.text
                if not re.match(
                    r"\**(?:relation|assoc|foreign|rela|bezieh|关系|関連|リレ|связи)", line.text, re.IGNORECASE
                )
                else line.text[match.end() :]
            )
            for piece in bullets.top_level(text) if not re.search(r"\band\b", text) else [text]:
                yield from relations.told(piece.strip(" *"), line.place(file), about, known, loose=True)


def _joined(lines: Sequence[Span]) -> Iterator[Span]:
    """The lines of a paragraph, each with those that go on with it: a new one starts with a bold word."""
    run: Span | None = None
    for line in lines:
        if run is not None and not line.text.startswith("**"):
            run = Span(f"{run.text} {line.text}", run.line, run.column)
            continue
        if run is not None:
            yield run
        run = line
    if run is not None:
        yield run


_RELATION_WORD = regex(r"\*{0,4}(?:relation|assoc|foreign|rela|bezieh|关系|関連|リレ|связи)", re.IGNORECASE)
_RELATION_START = regex(
    r"(?:\*\*)?(?:belongs to|has many|has one|owned by|contains many|references one|many-to-|one-to-)", re.IGNORECASE
)


def _item(item: Item, relational: bool, about: str | None, known: Index, file: str) -> Iterator[Relation]:
    if not item.lines:
        return
    place = item.lines[0].place(file)
    text = item.text
    if about is not None:
        yield from calls.told(text, place, about, known)
    announced = _ANNOUNCED.match(text)
    stated = relational or bool(announced)
    found: list[Relation] = []
    if stated:
        body = text[announced.end() :] if announced and _RELATION_WORD.match(text) else text
        found = relations.told(body.strip(" *"), place, about, known, loose=True)
        yield from found
    elif _RELATION_START.match(text):
        yield from relations.told(text, place, about, known, loose=True)
    head = mentions.find(text[:80], known)
    inner = head[0].name if head and head[0].start < 4 and stated else about
    for child in item.children:
        if isinstance(child, Bullets):
            for below in child.items:
                # Below a relation stand remarks on it; only another one named as such counts.
                yield from (one for one in _item(below, stated, inner, known, file) if one.explicit or not found)


def _table(part: Part, block: Table, about: str | None, known: Index, file: str) -> Iterator[Relation]:
    shape = table.shape(block)
    if shape.kind != "relations" and part.role != "relationships":
        return
    heads = [table.title_words(span.text) for span in block.header]
    parents = bool(heads) and heads[0] in ("parent", "parent entity", "parent table", "one", "from")
    for row in block.rows:
        if not row:
            continue
        text = " | ".join(span.text for span in row)
        place = row[0].place(file)
        seen = mentions.find(names.plain(row[0].text), known)
        found = relations.told(text, place, None if seen else about, known, loose=True)
        if not found and parents and len(row) > 1:
            other = mentions.find(names.plain(row[1].text), known)
            if seen and other:
                found = [
                    Relation(
                        other[0].name,
                        "many-to-one",
                        seen[0].name,
                        place,
                        relations._key(text, seen[0], other[0]),
                        relations._on_delete(text),
                        True,
                        text,
                    )
                ]
        yield from found


# Indexes and uniques.


_INDEX_LIST = regex(
    r"\*{0,4}(?:(?:unique |composite )?index(?:es)?|índices?|索引|インデックス|indizes)\*{0,4}\s{0,4}[:：]\*{0,4}"
    r"(?P<rest>.+)",
    re.IGNORECASE,
)
_SAID_UNIQUE = regex(r"\bunique\b", re.IGNORECASE)


def indexes(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """Indexes and unique constraints that lists and tables state, each under the entity whose columns it names."""
    for part in parts:
        if part.key_entities or part.role in ("transfer", "queries", "samples", "policies", "unstored", "before"):
            continue
        about = known.find(part.subject.name) if part.subject else None
        if isinstance(part.block, Table):
            yield from _index_table(part, part.block, about, known, columns, file)
        elif isinstance(part.block, Bullets):
            for item in part.block.items:
                yield from _index_item(item, part.role, about, known, columns, file)
        elif isinstance(part.block, Paragraph):
            for line in part.block.lines:
                listed = _INDEX_LIST.match(line.text)
                if listed and about is not None:
                    for piece in bullets.top_level(listed["rest"]):
                        yield from _made(
                            piece,
                            line.place(file),
                            about,
                            columns,
                            unique=bool(_SAID_UNIQUE.search(line.text)),
                        )
                elif (_UNIQUE_LEAD.search(line.text) or part.role == "indexes") and not announces_columns(line.text):
                    yield from _stated(line.text, line.place(file), part.role, about, known, columns)


def _index_item(
    item: Item, role: str, about: str | None, known: Index, columns: Columns, file: str
) -> Iterator[DraftEntity]:
    if item.lines and not announces_columns(item.text):
        yield from _stated(item.text, item.lines[0].place(file), role, about, known, columns)
        head = mentions.find(names.plain(item.text[:60]), known)
        about = head[0].name if head and head[0].start == 0 else about
    for child in item.children:
        if isinstance(child, Bullets):
            for below in child.items:
                yield from _index_item(
                    below,
                    "indexes" if re.match(r"\W*index", item.text, re.IGNORECASE) else role,
                    about,
                    known,
                    columns,
                    file,
                )


def _index_table(
    part: Part, block: Table, about: str | None, known: Index, columns: Columns, file: str
) -> Iterator[DraftEntity]:
    shape = table.shape(block)
    if shape.kind == "attributes":
        yield from _pseudo_rows(block, about, columns, file)
        yield from _scoped_cells(block, shape, about, columns, file)
        return
    if shape.kind != "indexes" and part.role != "indexes":
        return
    for row in block.rows:
        if row:
            text = " ".join(
                f"({span.text.strip('() ')})" if role == "columns" and "(" not in span.text else span.text
                for span, role in zip(row, shape.roles, strict=False)
            )
            yield from _stated(text, row[0].place(file), "indexes", about, known, columns)


def _pseudo_rows(block: Table, about: str | None, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """`| **unique** | (a, b) | |` among the columns of a table."""
    if about is None:
        return
    for row in block.rows:
        head = names.plain(row[0].text).lower() if row else ""
        if re.match(r"(?:composite |table )?(?:unique|index|idx|唯一|索引)", head) and names.key(
            head
        ) not in columns.get(about, {}):
            yield from _made(
                " ".join(span.text for span in row),
                row[0].place(file),
                about,
                columns,
                unique="unique" in head or "唯一" in head,
            )


def _scoped_cells(
    block: Table, shape: table.Shape, about: str | None, columns: Columns, file: str
) -> Iterator[DraftEntity]:
    """`unique per studio` in a cell beside a column."""
    named = shape.at("name", "columns", "key")
    if about is None or named is None:
        return
    mine = columns.get(about, {})
    for row in block.rows:
        column = mine.get(names.key(names.plain(row[named].text))) if named < len(row) else None
        for span in row if column else ():
            if _WITHIN.search(span.text):
                yield from _made(f"{column} {span.text}", span.place(file), about, columns, unique=True)


def _stated(
    text: str, place: Place, role: str, about: str | None, known: Index, columns: Columns
) -> Iterator[DraftEntity]:
    if (role != "indexes" and not _SPEAKS.search(text)) or _OF_THE_KEY.match(text):
        return
    unique = bool(_UNIQUE_LEAD.search(re.sub(r"unique(?:ly)? identif\w+", "", text, flags=re.IGNORECASE)))
    indexed = role == "indexes" or bool(_INDEX_LEAD.search(text))
    if (not unique and not indexed) or len(text) > 600:
        return
    groups = re.findall(r"`?([^\W\d][\w.]*)`?\s?(\([^()]+\))", names.plain(text)) if role == "indexes" else []
    tables = [(found, inside) for name, inside in groups if (found := known.find(name))]
    if len(tables) > 1:
        for name, inside in tables:
            yield from _made(inside, place, name, columns, unique=unique)
        return
    owner = _owner(text, about, known)
    if owner is not None:
        yield from _made(text, place, owner, columns, unique=unique)


def _owner(text: str, about: str | None, known: Index) -> str | None:
    """`tasks(user_id)`, `on tasks`, `tasks.user_id`; else whom the section is about."""
    plain = names.plain(text)
    for mention in mentions.find(plain, known):
        after = plain[mention.end :]
        before = plain[: mention.start]
        if (
            mention.column
            or re.match(r"\s*[(:：]", after)
            or re.search(r"\bon\s+(?:the\s+)?$|\btable\s+$|\bin\s+$", before, re.IGNORECASE)
            or not before.strip(" -*")
        ):
            return mention.name
    if about is not None:
        return about
    seen = mentions.find(plain, known)
    if seen:
        return seen[0].name
    name = _NAME.search(plain)
    inside = re.search(r"(?:idx|ix|uq|uk|index)_(\w+)", name["name"]) if name else None
    return _table_in(inside[1], known) if inside else None


def _table_in(text: str, known: Index) -> str | None:
    """The entity with which an index name goes on: `tasks` of `tasks_user_id`."""
    parts = text.split("_")
    return next((found for count in range(len(parts), 0, -1) if (found := known.find("_".join(parts[:count])))), None)


def _made(text: str, place: Place, owner: str, columns: Columns, *, unique: bool) -> Iterator[DraftEntity]:
    mine = columns.get(owner, {})
    found = _columns_in(text, mine, unique)
    if not found:
        return
    name = _NAME.search(names.plain(text))
    where = _WHERE.search(text)
    method = re.search(r"\b(gin|gist|brin|hash|hnsw|ivfflat|spgist)\b", text, re.IGNORECASE)
    index = DraftIndex(
        Fact(found, place),
        name["name"] if name else "",
        unique,
        method[1].lower() if method else "",
        where["predicate"].strip() if where else "",
    )
    only = DraftEntity(Fact(owner, place), Fact("table", place))
    single = unique and len(found) == 1
    if single and not where and re.search(r"\bindex\b", text, re.IGNORECASE) is None:
        return
    yield _with(only, index, unique and len(found) > 1)


def _with(only: DraftEntity, index: DraftIndex, unique: bool) -> DraftEntity:
    return replace(only, uniques=(index,)) if unique else replace(only, indexes=(index,))


def _columns_in(text: str, mine: Mapping[str, str], unique: bool) -> tuple[str, ...]:
    """The columns of an index in `text`: a bracket of known columns, names tied by + or comma, a column and its scope."""  # noqa: E501
    plain = names.plain(_NAME.sub(" ", text) if "(" in text or " on " in text.lower() else text)
    for match in _GROUP.finditer(plain):
        parts = [
            re.sub(r"\s+(ASC|DESC)$", lambda found: f" {found[1].upper()}", part.strip(" `"), flags=re.IGNORECASE)
            for part in re.split(r"[,+、]", match["columns"])
        ]
        if all(_known(part, mine) for part in parts):
            return tuple(_ordered(part, mine) for part in parts)
    within = _WITHIN.search(plain)
    if within:
        scope = _known(within["scope"], mine) or _known(within["scope"] + "_id", mine)
        head = next(
            (found for word in re.findall(r"[^\W\d]\w*", plain[: within.start()]) if (found := _known(word, mine))),
            None,
        )
        return (scope, head) if scope and head and scope != head else ()
    pair = next(
        (match for match in _PAIR.finditer(plain) if all(_known(part, mine) for part in _parts(match[0]))), None
    )
    if pair:
        return tuple(_ordered(part, mine) for part in _parts(pair[0]))
    single = [
        found
        for word in re.findall(r"[^\W\d]\w*", plain)
        if (found := _known(word, mine)) and (names.looks_coded(word) or f"`{word}`" in text or len(plain.split()) <= 4)
    ]
    return tuple(dict.fromkeys(single[:1]))


def _parts(text: str) -> list[str]:
    return [part.strip(" `") for part in re.split(r"\s*(?:\+|,|/|&|、|\band\b)\s*", text)]


def _known(written: str, mine: Mapping[str, str]) -> str | None:
    return mine.get(names.key(written.split()[0])) if written.split() else None


def _ordered(written: str, mine: Mapping[str, str]) -> str:
    found = _known(written, mine) or written
    return f"{found} DESC" if written.upper().endswith(" DESC") else found


_KEY_LINE = regex(
    r"(?P<before>[^:：(（]{0,60}?)\b(?:composite )?(?:primary key|PK|clave primaria|chave primária|主键|主キー)"
    r"(?:\W{0,8}?[:：]\**|(?P<bare>[\s*`]{0,4}(?=[(（])))\s*(?P<rest>.+)",
    re.IGNORECASE,
)
_IN = regex(r"\b(?:in|on|of|for)\s+(?:the\s+)?$", re.IGNORECASE)


def keys(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """`Primary Key: (a, b)` and `PK (a, b)` beside the columns."""
    for part in parts:
        if part.role in ("transfer", "queries", "samples", "unstored", "states"):
            continue
        about = known.find(part.subject.name) if part.subject else None
        for text, place in lines_of(part, file, _KEY_WORD):
            match = _KEY_LINE.match(text)
            if match and not (match["bare"] is not None and isinstance(part.block, Fence)):
                yield from _keyed(match, about, place, known, columns)


def _keyed(
    match: re.Match[str], about: str | None, place: Place, known: Index, columns: Columns
) -> Iterator[DraftEntity]:
    group = _GROUP.search(match["rest"])
    named = _parts(group["columns"]) if group else [match["rest"].strip(" `.")]
    behind = match["rest"][group.end() :] if group else ""
    owner = _key_owner(match["before"], behind, known, about, named, columns)
    mine = columns.get(owner, {}) if owner else {}
    found = [column for one in named if (column := _known(one, mine))]
    if owner and found and len(found) == len(named):
        told = {"primary_key": Fact(True, place)}
        attributes = tuple(facts.attribute(one, place, told) for one in found)
        yield DraftEntity(Fact(owner, place), Fact("table", place), attributes=attributes)


def _key_owner(
    before: str, behind: str, known: Index, about: str | None, named: Sequence[str], columns: Columns
) -> str | None:
    """Whom a line on a key names; else whom it stands under, if it has the columns; else the only one that has."""
    told = [one.name for one in mentions.find(before, known)]
    told += [one.name for one in mentions.find(behind, known) if _IN.search(behind[: one.start])]
    if told or re.search(r"\w", before):
        return told[0] if told else None
    having = [one for one, mine in columns.items() if all(_known(name, mine) for name in named)]
    return about if about in having else having[0] if len(having) == 1 and len(named) > 1 else None


_BELONGS = regex(
    r"\W*(?:many-to-one\W+)?(?:optionally )?"
    r"(?:belongs to|references?|refers to|points to|owned by|many-to-one(?: with| to)?)\s+"
    r"(?:(?:an?|one|exactly one|the|its|zero or one)\s+)?(?P<target>[A-Z]\w*)\b(?!\.)",
    re.IGNORECASE,
)
# `` `WebsiteId` → `Websites.Id` ``
_ARROW = regex(r"→|->")
_ARROWED = regex(r"\W*(?P<column>[^\W\d]\w*)\W*?\s*(?:→|->)\s*\W*(?P<target>[A-Za-z]\w*)\.\w+")
_BELONGS_WORD = regex(r"belongs|refer|owned|points|many-to-one", re.IGNORECASE)


def pointers(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """`Belongs to Coin` among the relations of an entity with a column `coin_id`, where no document defines a coin."""
    for part in parts:
        about = known.find(part.subject.name) if part.subject else None
        if about is None or part.role != "relationships":
            continue
        for text, place in lines_of(part, file, _ARROW):
            match = _ARROWED.match(text)
            key = columns.get(about, {}).get(names.key(match["column"])) if match else None
            if match and key and known.find(match["target"]) is None:
                told = facts.attribute(key, place, {"references": Fact(match["target"], place)})
                yield DraftEntity(Fact(about, place), Fact("table", place), attributes=(told,))
        for text, place in lines_of(part, file, _BELONGS_WORD):
            match = _BELONGS.match(text)
            target = match["target"] if match and match["target"][0].isupper() else ""
            ending = f"{names.key(target)}_id"
            mine = [one for key, one in columns.get(about, {}).items() if f"_{key}".endswith(f"_{ending}")]
            if target and known.find(target) is None and len(mine) == 1:
                column = facts.attribute(mine[0], place, {"references": Fact(target, place)})
                yield DraftEntity(Fact(about, place), Fact("table", place), attributes=(column,))


_COMPARED = regex(
    r"(?:CHECK\s*)?\(?\s*(?P<text>(?P<column>[^\W\d]\w*)\s*(?:>=|<=|<>|!=|≥|≤|>|<|=|\bBETWEEN\b|\bIN\b)\s*[^;`]{1,80}?)\s*\)?\.?",
    re.IGNORECASE,
)


def checks(parts: Sequence[Part], known: Index, columns: Columns, file: str) -> Iterator[DraftEntity]:
    """`price > 0`, `CHECK (start_time < end_time)`, `price cannot be negative` in a list of rules below an entity."""
    for part in parts:
        about = known.find(part.subject.name) if part.subject else None
        if about is None or part.role != "constraints":
            continue
        yield from _limited(part, about, columns.get(about, {}), file)
        for text, place in lines_of(part, file, _SIGN):
            match = _COMPARED.fullmatch(re.split(r"\s+[—–-]\s+", text)[0].strip())
            if match and names.key(match["column"]) in columns.get(about, {}):
                stated = match["text"].replace("≥", ">=").replace("≤", "<=")
                if sql.expression(stated) is None and any(limits.read(stated)):
                    continue
                yield replace(DraftEntity(Fact(about, place), Fact("table", place)), constraints=(Fact(stated, place),))


_FIRST = regex(
    r"\W*(?P<column>[^\W\d]\w*(?: [^\W\d]\w*){0,2}?)[`*\"']*"
    r"(?=\s+(?:must|may|can|should|is|has|in|between|at|>|<|≥|≤)|\s*:)"
)


def _limited(part: Part, about: str, columns: Mapping[str, str], file: str) -> Iterator[DraftEntity]:
    """What the rules of an entity say of how large a number may be: `rating must be between 1 and 5`."""
    for text, place in lines_of(part, file):
        match = _FIRST.match(text)
        column = columns.get(names.key(match["column"])) if match else None
        said = facts.read(text[match.end() :], place, "remark") if match and column else {}
        least, most = said.get("least"), said.get("most")
        condition = _COMPARED.fullmatch(text)
        if column and (least or most) and not (condition and sql.expression(condition["text"])):
            attribute = DraftAttribute(Fact(column, place), least=least, most=most)
            yield DraftEntity(Fact(about, place), Fact("table", place), attributes=(attribute,))


_SIGN = regex(r"[<>=≥≤]|\bBETWEEN\b|\bIN\b", re.IGNORECASE)


_KEY_WORD = regex(r"key|pk\b|主|clave|chave", re.IGNORECASE)
_DELETE_WORD = regex(r"delet|削除|删除|lógic|удален|logique", re.IGNORECASE)
_ANYTHING = regex("")


def lines_of(part: Part, file: str, wanted: re.Pattern[str] = _ANYTHING) -> Iterator[tuple[str, Place]]:
    """The lines of a part that hold what is `wanted`, without Markdown's marks."""
    block = part.block
    if isinstance(block, Fence):
        for number, line in enumerate(block.text.split("\n")[:200]):
            if wanted.search(line):
                yield line, Place(file, block.start.line + number, block.start.column)
    elif isinstance(block, Bullets):
        for item in block.items:
            if item.lines and wanted.search(item.text):
                yield names.plain(item.text), item.lines[0].place(file)
    elif isinstance(block, Paragraph):
        for span in block.lines:
            if wanted.search(span.text):
                yield names.plain(span.text), span.place(file)


def soft_deleted(parts: Sequence[Part], known: Index, file: str) -> Iterator[DraftEntity]:
    """`Soft delete via deleted_at` in a section about an entity."""
    for part in parts:
        about = known.find(part.subject.name) if part.subject else None
        if about is None or part.role in ("transfer", "queries", "samples", "unstored"):
            continue
        for text, place in lines_of(part, file, _DELETE_WORD):
            if storage.SOFT_DELETE.search(text) and not re.search(
                r"\bno soft|\bnot soft|\bwithout soft|\bhard[- ]delete", text, re.IGNORECASE
            ):
                yield replace(DraftEntity(Fact(about, place), Fact("table", place)), soft_delete=Fact(True, place))

"""Key Entities: `- **Order**: A purchase by a customer; has a total, a status (pending, paid) and an optional note`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from colonnade import types
from colonnade.design.draft import DraftAttribute, EntityKind, Fact, RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown import facts, names, relations, subject, titles, written
from colonnade.sources.markdown.blocks import Block, Bullets, Item, Paragraph, Span, Table
from colonnade.sources.markdown.facts import NOWHERE, Facts
from colonnade.sources.markdown.forms import bullets, table
from colonnade.sources.markdown.mentions import Index, find
from colonnade.sources.markdown.sections import Section, walk
from colonnade.sources.markdown.subject import Subject
from colonnade.vocabulary import prose, qualifiers, storage
from colonnade.vocabulary.regex import regex

PRECISION = 20
# A longer text about one entity is a chapter, no description; nothing in it is read as a list of columns.
LONGEST = 8000

_ENTRY = regex(
    r"(?:\*\*(?P<bold>[^*\n]{1,90}?)\*\*|__(?P<under>[^_\n]{1,90})__|\*(?P<italic>[^*\n]{1,90})\*|`(?P<code>[^`\n]{1,80})`|(?P<word>[^\W\d][\w /'’&-]{0,48}?)(?=\s*(?:[:：(（]|\s[-–—]\s)))\s*(?P<rest>.*)",  # noqa: E501
    re.DOTALL,
)
_NOTES = regex(
    r"\s*(?P<notes>(?:[(（\[][^()（）\[\]]*(?:\([^()]*\)[^()（）\[\]]*)*[)）\]]\s*|\*[^*\n]{1,60}\*\s*)*)(?:[:：]|[-–—]+|=|→)?\s*(?P<rest>.*)",
    re.DOTALL,
)
_SENTENCES = regex(r"(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?<!z\.B\.)(?<=[.!?])\s+(?=[A-Z*`\"(À-ÞА-Я¿])|(?<=[。！？])\s*|\n")
_BRACKET = regex(r"\s*[(（\[](?P<inside>(?:[^()（）\[\]]|[(（\[][^()（）\[\]]*[)）\]])*)[)）\]]")
_JOIN = regex(
    r",?\s+(?:and|or|y|und|et|e|ou|o|plus|as well as|along with|sowie|и|и/или|&)\s+(?:an?\s+|its?\s+|their\s+)?|\s*[、・]\s*|\s*(?:和|以及|及|と|および)\s*"  # noqa: E501
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One Key Entity as written: what it is called, the text about it, and the blocks below."""

    subject: Subject
    lines: tuple[Span, ...]
    text: str
    children: tuple[Block, ...] = ()
    aliases: tuple[str, ...] = ()


def entries(section: Section, file: str) -> tuple[Entry, ...]:
    """The entities that a Key Entities section lists, as items, paragraphs, sub-sections or table rows."""
    found: list[Entry] = []
    for block in section.blocks:
        found.extend(_entries_of(block, file))
    for below in section.sections:
        found.extend(_of_section(below, file))
    return tuple(found)


# `` `runs` records mode, target date and status. ``
_SPOKEN = regex(
    r"`(?P<name>[a-z][a-z0-9_]*)` (?P<text>(?:records|stores|holds|keeps|contains|captures|tracks|has)\s[^`]*,.*)",
    re.DOTALL,
)


def spoken(root: Section, file: str) -> Iterator[Entry]:
    """The tables that a text without any list or table tells of, a sentence each."""
    paragraphs = (block for section in walk(root) for block in section.blocks if isinstance(block, Paragraph))
    for block in paragraphs:
        for sentence in _SENTENCES.split(block.text[:LONGEST]):
            match = _SPOKEN.fullmatch(sentence or "")
            if match:
                about = Subject(match["name"], block.lines[0].place(file), description=names.plain(sentence)[:500])
                yield Entry(about, block.lines, match["text"])


def _entries_of(block: Block, file: str) -> Iterator[Entry]:
    if isinstance(block, Bullets):
        for item in block.items:
            entry = _of_item(item, file)
            if entry:
                yield entry
    elif isinstance(block, Paragraph) and block.lines[0].text.startswith("**"):
        for lines in _paragraphs(block):
            entry = _of_text(lines, (), file)
            if entry:
                yield entry
    elif isinstance(block, Table):
        yield from _of_table(block, file)


def _paragraphs(block: Paragraph) -> Iterator[tuple[Span, ...]]:
    """The lines of a paragraph, cut where a line starts with a bold name."""
    run: list[Span] = []
    for line in block.lines:
        if run and re.match(r"\*\*[^*]+\*\*\s*[:：(（–—-]|\*\*[^*]+[:：]\*\*", line.text):
            yield tuple(run)
            run = []
        run.append(line)
    yield tuple(run)


def _of_item(item: Item, file: str) -> Entry | None:
    if item.lines:
        return _of_text(item.lines, item.children, file)
    return None


def _of_text(lines: tuple[Span, ...], children: tuple[Block, ...], file: str) -> Entry | None:
    text = " ".join(line.text for line in lines).strip()
    match = _ENTRY.fullmatch(text)
    if match is None:
        bare = names.plain(text).strip(" :：.")
        if not children and (len(bare.split()) > 3 or not bare[:1].isupper()):
            return None
        return _entry(bare, "", "", lines, children, file)
    head = (match["bold"] or match["under"] or match["italic"] or match["code"] or match["word"]).strip().rstrip(":：")
    notes = _NOTES.fullmatch(match["rest"])
    assert notes is not None
    return _entry(head, notes["notes"] or "", notes["rest"].strip(), lines, children, file)


def _entry(
    head: str, notes: str, text: str, lines: tuple[Span, ...], children: tuple[Block, ...], file: str
) -> Entry | None:
    if any(
        subject.unstored_item(item.text) for child in children if isinstance(child, Bullets) for item in child.items
    ):
        text = f"Not stored. {text}"
    title = titles.read(f"{head} {names.plain(notes)}".strip())
    if (
        title.role
        in (
            "constraints",
            "relationships",
            "indexes",
            "policies",
            "states",
            "queries",
            "description",
            "attributes",
            "samples",
        )
        and not title.soft
    ):
        return None
    name = title.name or head
    if len(name.split()) > 7 or not re.search(r"[^\W\d_]", name):
        return None
    place = lines[0].place(file)
    return Entry(
        Subject(
            _name(head, name),
            place,
            title.table,
            _kind(name, title, text),
            _managed(f"{notes} {text}", place),
            names.plain(text)[:500],
            bool(storage.EXISTING.search(notes)),
        ),
        lines,
        text[:LONGEST],
        children,
        title.aliases,
    )


def _name(head: str, name: str) -> str:
    """The name without its bracket; a slash in it stays: `Member / Guest`."""
    bare = names.plain(titles.bare(head)).strip()
    bare = re.sub(r"\s*[(（\[].*$", "", bare).strip()
    return bare if "/" in bare and len(bare) < 60 else name


def _managed(text: str, place: Place) -> Fact[str] | None:
    match = storage.MANAGED.search(names.plain(text))
    return Fact(match["who"], place) if match and storage.HANDS_OFF.search(text) else None


def _kind(name: str, title: titles.Title, text: str) -> EntityKind:
    last = names.key(name).split("_")[-1]
    concept = (
        not titles.is_stored(title)
        or subject.unstored_text(names.plain(text), name)
        or (last in storage.CONCEPT_WORDS and not _has_lead(text))
        or (_is_of_the_program(last, names.plain(text)) and not _has_lead(text))
    )
    return "concept" if concept else "table"


def _is_of_the_program(last: str, text: str) -> bool:
    """Whether a text tells what a part of the program does: `Model Service: abstract interface for …`."""
    does = last in storage.PROGRAM_WORDS and storage.DOING.match(text)
    return bool(does or storage.NEVER_STORED.match(text))


def _has_lead(text: str) -> bool:
    return bool(prose.STRONG_LEAD.search(text))


_ABOUT = frozenset(("attributes", "relationships", "constraints", "indexes", "states", "description"))


def is_group(blocks: tuple[Block, ...]) -> bool:
    """Whether lists below a heading name entities, each with a text about it, and the heading is none itself."""
    items = [item for block in blocks if isinstance(block, Bullets) for item in block.items]
    told = [
        match["rest"]
        for item in items
        if (
            match := re.match(
                r"(?:\*\*(?P<bold>[^*]+)\*\*|`[^`]+`)\s*(?:\((?P<note>[^()]*)\)\s*)?(?:[:：]|[–—-])\s*(?P<rest>.+)",
                item.text,
                re.DOTALL,
            )
        )
        # `note` (optional string): … is a column.
        and not (match["note"] and "type" in facts.read(match["note"], Place(""), "type"))
        # **Relationships**: … speaks about the entity above.
        and not (match["bold"] and titles.role_of(match["bold"].rstrip(":： ")) in _ABOUT)
    ]
    rich = [
        text
        for text in told
        if text.count("`") >= 4 or prose.STRONG_LEAD.search(text) or (len(text.split()) > 8 and prose.LEAD.search(text))
    ]
    listing = sum(_lists_attributes(item) for item in items)
    return len(items) > 1 and len(told) * 10 >= len(items) * 8 and max(len(rich), listing) * 2 >= len(items)


def _lists_attributes(item: Item) -> bool:
    """Whether `Key attributes: a, b` stands below the item: then it is no column itself."""
    below = [one for child in item.children if isinstance(child, Bullets) for one in child.items]
    heads = (_LABEL.match(one.text) for one in below)
    return any(head and titles.role_of(head["head"]) == "attributes" for head in heads)


def _of_section(section: Section, file: str) -> Iterator[Entry]:
    if section.title is None:
        return
    title = titles.read(section.text)
    if is_group(section.blocks):
        for block in section.blocks:
            yield from _entries_of(block, file)
    elif title.role in ("entity", "other") and (title.role == "entity" or title.soft):
        about = subject.of_section(section, title, file)
        paragraphs = [block for block in section.blocks if isinstance(block, Paragraph) and not _tells_rules(block)]
        lines = tuple(line for block in paragraphs for line in block.lines)
        children = tuple(block for block in section.blocks if not isinstance(block, Paragraph))
        below = tuple(
            block
            for part in section.sections
            for block in part.blocks
            if titles.read(part.text).role in ("attributes",)
        )
        yield Entry(
            about, lines or (section.title,), " ".join(line.text for line in lines), (*children, *below), title.aliases
        )
    elif title.role in ("entities", "attributes", "other", "key entities", "description"):
        for block in section.blocks:
            yield from _entries_of(block, file)
        for below_section in section.sections:
            yield from _of_section(below_section, file)


_BOLD_HEAD = regex(r"\*\*(?P<head>[^*:：\n]{1,40})[:：]?\*\*\s*[:：]?")


def _tells_rules(block: Paragraph) -> bool:
    """Whether a line such as `**Index**: `a`, (`b`, `c`)` begins with what its columns are named for."""
    match = _BOLD_HEAD.match(block.lines[0].text)
    return match is not None and titles.role_of(match["head"]) in ("indexes", "constraints", "policies", "queries")


def _of_table(block: Table, file: str) -> Iterator[Entry]:
    """`| Entity | Description | Key Attributes |`: a row each."""
    shape = table.shape(block)
    if shape.kind not in ("entities", "entities with columns", "named", "described", "other") or not block.header:
        return
    heads = [table.title_words(span.text) for span in block.header]
    first = shape.at("entity") if shape.at("entity") is not None else 0
    for row in block.rows:
        if first is None or first >= len(row):
            continue
        cells = [
            (bool(re.search(r"attribut|field|campo|atribut|属性|字段", head)), span.text.rstrip("."))
            for span, head, number in zip(row, heads, range(len(row)), strict=False)
            if number != first and span.text.strip(" -–—")
        ]
        listed = any(names_columns for names_columns, _ in cells)
        # Beside a list of attributes the description names none.
        texts = [
            f"Attributes: {text}." if names_columns else f"{prose.LEAD.sub('of', text) if listed else text}."
            for names_columns, text in cells
        ]
        entry = _entry(names.plain(row[first].text), "", " ".join(texts), (row[first],), (), file)
        if entry:
            yield entry


def attributes(entry: Entry, known: Index, file: str) -> tuple[DraftAttribute, ...]:
    """What the text about an entity and the lists below it name as its attributes."""
    found: list[DraftAttribute] = []
    place = entry.lines[0].place(file)
    for child in entry.children:
        found.extend(_below(child, entry, known, file))
    ticked = [one for one in coded_columns(entry.text, place) if known.find(one.name.value) is None]
    dotted = f"`{entry.subject.name}." in entry.text
    if len(ticked) > 1 or (ticked and (dotted or names.looks_coded(ticked[0].name.value))):
        found.extend(ticked)
    sentences = _SENTENCES.split(entry.text)
    # Where attributes are announced as such, "with" and "has" elsewhere introduce something else.
    announced = [sentence for sentence in sentences if sentence and _ANNOUNCED.search(sentence)]
    for sentence in announced or sentences:
        first = not found and sentence is not None and entry.text.startswith(sentence)
        where = _place_of(entry, sentence, place)
        found.extend(facts.placed(where, one) for one in _sentence(sentence, entry, known, first=first))
    return _pointing(_distinct(found), entry.text, known)


_KEY_OF = regex(r"`(?P<column>\w+)`\s*[(（](?P<target>[A-Z]\w*(?: [A-Z]\w*)?) (?:IDs?|id|reference|ref)[)）]")


def _pointing(found: tuple[DraftAttribute, ...], text: str, known: Index) -> tuple[DraftAttribute, ...]:
    """`found` with what a bracket behind them says that they are keys of: `source` (Node ID)."""
    targets = {match["column"]: known.find(match["target"]) for match in _KEY_OF.finditer(text)}
    return tuple(
        replace(one, references=Fact(target, one.name.place))
        if one.references is None and (target := targets.get(one.name.value) or _referred(one.name.value, known))
        else one
        for one in found
        if not ((many := _MANY_OF.fullmatch(one.name.value)) and known.find(many["target"]))
    )


# `order reference`, `所属网站的引用`: a key of what is named.
_REFERENCE_TO = regex(
    r"(?P<target>[^\W\d][\w ]*?) (?:reference|ref)|(?:所属|关联)的?(?P<other>[^\x00-\x7f]+?)的?(?:引用|ID|编号|标识)",
    re.IGNORECASE,
)
# `关联的账号列表`: those that point here.
_MANY_OF = regex(r"(?:关联|包含|所属)的?(?P<target>[^\x00-\x7f]+?)列表")


def _referred(name: str, known: Index) -> str | None:
    match = _REFERENCE_TO.fullmatch(name)
    return known.find(match["target"] or match["other"]) if match else None


_ANNOUNCED = regex(r"\b(?:attributes?|fields|properties)\s*[:：]", re.IGNORECASE)


def _place_of(entry: Entry, sentence: str, default: Place) -> Place:
    start = sentence.strip()[:24]
    for line in entry.lines:
        position = line.text.find(start) if start else -1
        if position >= 0:
            return Place(default.file, line.line, line.column + position)
    return default


def _distinct(found: list[DraftAttribute]) -> tuple[DraftAttribute, ...]:
    first: dict[str, DraftAttribute] = {}
    for one in found:
        first.setdefault(names.key(one.name.value), one)
    return tuple(first.values())


def _below(child: Block, entry: Entry, known: Index, file: str) -> Iterator[DraftAttribute]:
    if isinstance(child, Table):
        shape = table.shape(child)
        if shape.kind in ("attributes", "described", "named", "rules"):
            yield from table.attributes(child, shape, file)
    elif isinstance(child, Bullets):
        listed = (
            ()
            if any(_is_label(item) for item in child.items)
            else bullets.attributes(child.items, file, labelled=False)
        )
        if listed:
            yield from (one for one in listed if known.find(one.name.value) is None or one.type)
            return
        announced = any(_announces(item) for item in child.items)
        for item in child.items:
            if not (announced and _remarks(item)):
                yield from _sub_item(item, entry, known, file)
    elif isinstance(child, Paragraph):
        for sentence in _SENTENCES.split(child.text):
            place = child.lines[0].place(file)
            yield from (facts.placed(place, one) for one in _sentence(sentence, entry, known, first=False))


_LABEL = regex(r"\**`?(?P<head>[^:：*`\n]{1,50}?)`?(?:\*\*\s*[:：]|[:：]\s*\*\*|[:：])\s*(?P<rest>.*)", re.DOTALL)


def _is_label(item: Item) -> bool:
    """`Attributes: a, b` and `Metadata: createdAt, updatedAt` announce columns and name none themselves."""
    head = _LABEL.match(item.text)
    return bool(
        head
        and (
            titles.role_of(head["head"]) == "attributes"
            or (
                _is_listed(head["rest"])
                and not names.looks_coded(head["head"])
                and len(_cut(head["rest"], ",")) > 1
                and head["head"][:1].isupper()
                and not _flags_only(head["rest"])
            )
        )
    )


def _announces(item: Item) -> bool:
    head = _LABEL.match(item.text)
    return head is not None and titles.role_of(head["head"]) == "attributes"


def _remarks(item: Item) -> bool:
    """Whether `**Traceability**: …` beside a list of attributes says something of the entity and names no column."""
    head = _LABEL.match(item.text)
    if head is None or item.children or titles.role_of(head["head"]) == "attributes":
        return False
    return item.text.startswith("**") and not names.looks_coded(head["head"]) and not _is_listed(head["rest"])


def _flags_only(text: str) -> bool:
    """`string, required`: what stands behind a column's name."""
    pieces = [names.plain(piece).strip(" .") for piece in _cut(text, ",;")]
    return any(written.resolve(piece) or facts._flagged(piece, "constraint") for piece in pieces)


def _sub_item(item: Item, entry: Entry, known: Index, file: str) -> Iterator[DraftAttribute]:
    """`- Attributes: a, b`, `- Email address (unique)`; what starts with a verb or speaks of relations is none."""
    if not item.lines:
        return
    head = _LABEL.match(item.text)
    role = titles.role_of(head["head"]) if head else ""
    nested = next((child for child in item.children if isinstance(child, Bullets)), None)
    if role == "attributes" and nested:
        yield from bullets.attributes(nested.items, file, labelled=True) or tuple(
            one for below in nested.items for one in _sub_item(below, entry, known, file)
        )
    spoken = head is not None and (role not in ("", "entity", "other") or bullets.is_about(head["head"]))
    place = item.lines[0].place(file)
    if head and (role == "attributes" or (not spoken and _is_listed(head["rest"]))):
        yield from (facts.placed(place, one) for one in _pieces(head["rest"], entry, known))
    elif not spoken:
        read = bullets.item(item, file)
        if read is not None and (read.sure >= 2 or (head and _is_new(head["head"], known))):
            yield from (one for one in read.attributes if read.sure < 2 or known.find(one.name.value) is None)
        else:
            yield from (facts.placed(place, one) for one in _in_words(item.text, entry, known))


def _is_new(name: str, known: Index) -> bool:
    return len(name.split()) <= 3 and known.find(name) is None


def _in_words(text: str, entry: Entry, known: Index) -> Iterator[DraftAttribute]:
    """The attributes of a line that is no column itself: of a short one its noun, else what its sentences list."""
    if len(text.split()) <= 8:
        yield from _piece(text.rstrip("."), entry, known)
        return
    for sentence in _SENTENCES.split(text):
        yield from _sentence(sentence, entry, known, first=False)


def _is_listed(text: str) -> bool:
    """`fkSystem (foreign key), system` and `createdAt, updatedAt`: short pieces between commas, most of them like code."""  # noqa: E501
    pieces = [_BRACKET.sub("", piece).strip(" .`") for piece in _cut(text, ",;、，")]
    return (
        len(pieces) > 1
        and all(len(piece.split()) <= 3 for piece in pieces)
        and sum(names.is_identifier(piece) for piece in pieces) * 2 >= len(pieces)
    )


def _sentence(text: str, entry: Entry, known: Index, *, first: bool) -> Iterator[DraftAttribute]:
    """The attributes that one sentence lists."""
    if prose.RELATED.match(text):
        return
    strong = _strong_lead(text)
    if strong:
        yield from _pieces(text[strong.end() :], entry, known)
        return
    colon = re.search(r"[:：]\s+", _BRACKET.sub(lambda match: " " * len(match[0]), text))
    closing = _closing_bracket(text) if first else ""
    if closing:
        yield from _expanded("", closing, entry, known)
        return
    clauses = _cut(text, ";；")
    for match in _CERTAIN.finditer(text):
        if match["name"].lower().startswith(("both ", "all ", "these ", "those ")):
            continue
        yield from _piece(f"{match['name']} ({match['how']})", entry, known)
    for listed in (text, text[colon.end() :] if colon else "", *(clauses[1:] if len(clauses) > 1 else ())):
        if listed and _is_bare_list(listed):
            yield from _pieces(listed, entry, known)
            return
    yield from _in_brackets(text, entry, known)
    for clause in _clauses(text):
        lead = _lead(clause, entry, known)
        if lead is not None:
            yield from _pieces(clause[lead:], entry, known)


def _strong_lead(text: str) -> re.Match[str] | None:
    """The words that announce attributes; in a bracket of a list, `rules (for select fields: a list)`, they announce none."""  # noqa: E501
    for match in prose.STRONG_LEAD.finditer(text):
        before = text[: match.start()]
        opened = before.rfind("(") if before.count("(") > before.count(")") else -1
        if opened < 0 or not prose.LEAD.search(before[:opened]):
            return match
    return None


_GENERIC_LIST = regex(
    r"\b(?P<noun>(?:\w+\s+)?(?:details?|attributes|fields|information|info|data|properties|metadata|columns|settings|parameters|datos|dados|daten|informations))\s*[(（](?P<inside>[^()（）]{3,300})[)）]",
    re.IGNORECASE,
)


def _in_brackets(text: str, entry: Entry, known: Index) -> Iterator[DraftAttribute]:
    """`payment details (type, last four digits)`, `an account (email, password hash)`: a bracket that lists columns."""
    for match in _GENERIC_LIST.finditer(text):
        if len(_inner(match["inside"])) < 2:
            continue
        yield from _expanded(match["noun"], match["inside"], entry, known)
    lead = prose.LEAD.search(text)
    bracket = _BRACKET.search(text)
    if bracket and (lead is None or bracket.start() < lead.start()):
        pieces = _inner(bracket["inside"])
        listed = len(pieces) > 1 and all(len(_BRACKET.sub("", piece).split()) <= 5 for piece in pieces)
        if (
            listed
            and any(prose.COLUMN_NOUN.search(_BRACKET.sub("", piece).strip()) for piece in pieces)
            and not qualifiers.OPEN_LIST.search(bracket["inside"])
        ):
            yield from _expanded("", bracket["inside"], entry, known)


def _closing_bracket(text: str) -> str:
    """The bracket at the end of `a bakery or person that gives food (name, phone)`, if it lists columns."""
    brackets = list(_BRACKET.finditer(text))
    if (
        not brackets
        or text[brackets[-1].end() :].strip(" .")
        or len(text[: brackets[-1].start()].split()) < 3
        or prose.LEAD.search(text[: brackets[-1].start()])
    ):
        return ""
    inside = brackets[-1]["inside"]
    pieces = [_BRACKET.sub("", piece).strip() for piece in _inner(inside)]
    nouns = sum(bool(prose.COLUMN_NOUN.search(piece)) for piece in pieces)
    return (
        inside
        if len(pieces) > 1
        and nouns
        and not qualifiers.OPEN_LIST.search(inside)
        and all(len(piece.split()) <= 5 for piece in pieces)
        else ""
    )


def _clauses(text: str) -> list[str]:
    """`text` cut at semicolons outside brackets; a clause without a lead of its own belongs to the list before it."""
    clauses: list[str] = []
    for piece in _cut(text, ";；"):
        if clauses and not prose.LEAD.search(piece) and prose.LEAD.search(clauses[-1]) and len(piece.split()) <= 8:
            clauses[-1] += "," + piece
        else:
            clauses.append(piece)
    return clauses


_BRACKET_OR_MARK = regex(r"[(\[（)\]）,;、，；/]")


def _cut(text: str, marks: str) -> list[str]:
    pieces, start, depth = [], 0, 0
    for match in _BRACKET_OR_MARK.finditer(text):
        character, position = match[0], match.start()
        depth += (character in "([（") - (character in ")]）" and depth > 0)
        if character in marks and depth == 0:
            pieces.append(text[start:position])
            start = position + 1
    return [*pieces, text[start:]]


def _is_bare_list(text: str) -> bool:
    """`make, model, year and an optional price`: three or more short pieces and nothing else."""
    pieces = [part for piece in _cut(text.strip().rstrip("."), ",、，") for part in _joined(piece) if part.strip()]
    bare = [_BRACKET.sub("", piece).strip() for piece in pieces]
    short = all(len(piece.split()) <= 5 and not prose.LEAD.search(piece) for piece in bare)
    nouns = sum(_noun(piece) is not None for piece in bare)
    # One that begins with a number, such as `2-week horizon`, does not spoil a list.
    counted = sum(piece[:1].isdigit() for piece in bare)
    return short and nouns >= 3 and nouns + counted == len(bare)


# So many letters before a word decide whether it leads a list in: the longest of those that forbid it, and blanks.
_BEFORE = 60


def _lead(clause: str, entry: Entry, known: Index) -> int | None:
    """Where the list behind "has", "with", … begins; None where the word means something else."""
    for match in prose.LEAD.finditer(clause):
        before = clause[: match.start()]
        if before.count("(") > before.count(")") or prose.NO_LEAD_BEFORE.search(before[-_BEFORE:]):
            continue
        if prose.NO_LEAD_BEHIND.match(clause, match.start()):
            continue
        if _other_subject(before, entry, known):
            continue
        later = (
            re.search(r"\b(?:with|including|such as)\b", clause[match.end() :])
            if re.match(r"track|record|captur|stor|hold|keep|persist", match[0], re.IGNORECASE)
            else None
        )
        generic = _DETAILS_SUCH_AS.match(clause[match.end() :])
        if generic:
            return match.end() + generic.end()
        inside = later and clause[: match.end() + later.start()].count("(") > clause[
            : match.end() + later.start()
        ].count(")")
        return match.end() + (later.end() if later and not inside else 0)
    return None


# `with visible details such as name and value`: the details are what follows.
_DETAILS_SUCH_AS = regex(
    r"\s+(?:[\w-]+\s+){0,2}(?:details?|information|data|attributes|fields|properties|metadata|datos|dados|daten)"
    r"\s+(?:such as|including|like|como|wie)\s",
    re.IGNORECASE,
)


def _other_subject(before: str, entry: Entry, known: Index) -> bool:
    """`Users who have …`, `A customer has …`: the sentence speaks of another entity."""
    seen = find(before, known)
    opening = bool(seen) and len(before[: seen[0].start].split()) <= 1
    return opening and seen[0].name != entry.subject.name and len(before[seen[0].end :].split()) <= 2


_WHETHER_IT = regex(r"\bwhether (?:it|they|the \w+) (?:is|are|was|were|has been) ", re.IGNORECASE)
_OR_MORE = regex(r"\b(?:zero|one|two|0|1)[ -]or[ -]more\b", re.IGNORECASE)


def _pieces(text: str, entry: Entry, known: Index) -> Iterator[DraftAttribute]:
    """The attributes of a list up to the end of its sentence."""
    text = _inside(text.strip().rstrip(".。").lstrip(":： "))
    text = _WHETHER.sub(lambda match: f"{match['what']} {match['how']}", text)
    text = _WHETHER_IT.sub("", text)
    text = _OR_MORE.sub("many", text)
    for piece in _cut(text, ",;、，；"):
        for part in () if _ASKED.match(piece) else _joined(piece):
            outside = _THAT_IT.sub("", _BRACKET.sub(" ", part).lstrip())
            relative, clause = prose.RELATIVE.search(outside), prose.CLAUSE.search(outside)
            if clause and (relative is None or clause.start() < relative.start()):
                return
            yield from _piece(part, entry, known)
            if relative:
                break


# `the feature identifier it belongs to`: a clause about the noun, and not the next sentence.
_THAT_IT = regex(r"\s(?:it|they|he|she)\s\w+(?:\s(?:to|for|from|by|in|on|with))?\s*$", re.IGNORECASE)
# `who asked for it and when` is no name.
_ASKED = regex(r"\s*(?:who|whom|why|quién|quiénes|cuándo|por qué|quem|quando|wer|wann|qui|quand)\s", re.IGNORECASE)
# `whether permission has been obtained` is the flag `permission obtained`.
_WHETHER = regex(
    r"\bwhether (?:the |an? |its )?(?!it\b|they\b)(?P<what>[\w-]+(?: [\w-]+)?) (?:is|are|was|were|has been|have been) (?P<how>[\w-]+)",  # noqa: E501
    re.IGNORECASE,
)
# `the date of the next maintenance` is the `next maintenance date`.
_OF_THE = regex(r"(?P<head>date|time) of (?:the|its|an?) (?P<rest>[\w-]+(?: [\w-]+)?)", re.IGNORECASE)
_CERTAIN = regex(
    r"(?:^|[.;,]\s*|\b(?:the|its|an?)\s+)(?P<name>[\w-]+(?: [\w-]+){0,2}?)\s+(?:is|are|must be)\s+(?P<how>unique|required|optional|mandatory|nullable)\b",  # noqa: E501
    re.IGNORECASE,
)


_ANY_BRACKET = regex(r"[(（\[][^()（）\[\]]*[)）\]]")
_HIDDEN = regex("\x01(\\d+)\x02")
_NO_SIGNS = {1: None, 2: None}


def _joined(piece: str) -> list[str]:
    """`piece` cut at its "and"s and the like outside brackets."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return f"\x01{len(hidden) - 1}\x02"

    # A document may hold the two signs itself; without them it says the same.
    cut = _JOIN.split(_ANY_BRACKET.sub(hide, piece.translate(_NO_SIGNS)))
    return [_HIDDEN.sub(lambda match: hidden[int(match[1])], part) for part in cut]


def _inside(text: str) -> str:
    """`text` up to a bracket that it closes and does not open."""
    depth = 0
    for match in _BRACKET_OR_MARK.finditer(text):
        depth += (match[0] in "([（") - (match[0] in ")]）")
        if depth < 0:
            return text[: match.start()]
    return text


_TICKED = regex(
    r"`(?:[A-Z]\w*\.)?(?P<name>[^\W\d]\w*)\??`\s*(?P<bracket>[(（][^()（）]*[)）])?(?P<rest>[^`.;]*(?:`[^`]*\|[^`]*`)?)"
)
_TIED = regex(r"[\s,/&]*(?:\b(?:and|y|und|e|et|or)\b)?[\s,/&]*")


def coded_columns(text: str, place: Place) -> tuple[DraftAttribute, ...]:
    """The columns that a text names in back-ticks, each with what stands behind it: `` `slug` único, `status`: `A | B` ``."""  # noqa: E501
    found = _coded(text[:LONGEST]) if "`" in text else ()
    return tuple(facts.placed(place, one) for one in found)


@lru_cache(maxsize=1024)
def _coded(text: str) -> tuple[DraftAttribute, ...]:
    found: list[DraftAttribute] = []
    tied: list[str] = []
    for match in _TICKED.finditer(text):
        name = match["name"]
        if not _names_a_column(match, text):
            continue
        told = _told_behind(name, match["bracket"] or "", match["rest"])
        if not told and not match["bracket"] and _TIED.fullmatch(match["rest"]):
            tied.append(name)
            continue
        # `a` and `b` (timestamp): what is said of the last holds for those that are tied to it.
        shared = (
            {
                field: fact
                for field, fact in told.items()
                if field == "nullable" or (field == "type" and fact.value != "enum")
            }
            if match["bracket"]
            else {}
        )
        found.extend(facts.attribute(one, NOWHERE, shared) for one in tied)
        found.append(facts.attribute(name, NOWHERE, told))
        tied = []
    return _distinct([*found, *(facts.attribute(one, NOWHERE, {}) for one in tied)])


_POINTED_AT = regex(r"(?:→|->|references|of|on|from|in|de|trigger|function|table|tabla|por|by|via|\w\()\s*$")


# `States: `open`, `closed``: what follows are values, up to the end of the sentence.
_VALUES_AHEAD = regex(
    r"\b(?:states?|status|statuses|values|estados|valores|zustände|werte|états|valeurs)\b"
    r"(?:[^.`:：;]{0,60}[:：]|\s+(?:is|are|becomes|equals|reaches|changes to))"
    r"\s*(?:`[^`.]*`[\s,]*(?:\b(?:and|or|y|e|o|und|et|ou)\b\s*)?)*$",
    re.IGNORECASE,
)


def _names_a_column(match: re.Match[str], text: str) -> bool:
    """Whether a word in back-ticks is no value, function or table: not the words of `status (`draft`, `done`)`."""
    name, start = match["name"], match.start()
    inside = text.count("(", 0, start) > text.count(")", 0, start)
    if inside and not names.looks_coded(name) and not prose.COLUMN_NOUN.search(name):
        return False
    if inside and (match["rest"].lstrip().startswith("|") or text[:start].rstrip().endswith("|")):
        return False
    called = match["rest"].startswith("(")
    if _VALUES_AHEAD.search(text[max(0, start - 300) : start]):
        return False
    return not (name.isupper() or called or _POINTED_AT.search(text[max(0, start - 12) : start]))


def _told_behind(name: str, bracket: str, rest: str) -> Facts:
    inside = bracket[1:-1].replace("`", "")
    told: Facts = (bullets.qualified(inside, facts.is_choice(name)) or _choices(inside)) if inside else {}
    if not inside:
        body = rest.strip().lstrip(":：— -")
        values, _ = (
            facts.values(body.strip("`(), \n"), facts.is_choice(name), "constraint") if "|" in body else ((), None)
        )
        told = (
            {"enum_values": Fact(values, NOWHERE)}
            if values
            else bullets.qualified(body.strip(" ,()"), facts.is_choice(name))
            if 0 < len(body.split()) <= 4
            else {}
        )
    kind = told.get("type")
    if kind is not None and not written.resolve(str(kind.value)) and str(kind.value) != "enum":
        told.pop("type")
    if "enum_values" not in told and re.search(r"[,/|]", inside):
        told = facts.joined(told, _choices(inside) if not told else {})
    return told


# `whether required`
_WHETHER_ALONE = regex(r"\s*whether (?P<how>[a-z]{4,20})\s*", re.IGNORECASE)
_SPLIT_NOUN = regex(r"(?P<left>(?:(?:an?|the|its) )?[^\W\d_]+) \([^\W\d_]+\) (?P<right>[^\W\d_]+)")
# `fecha de inicio (`startDate`)`: what it is called follows what it is.
_NAMED_IN_CODE = regex(r"[^`()（）]{2,60}\s*[(（]`(?P<name>[^\W\d]\w*)`[)）]")


def _piece(text: str, entry: Entry, known: Index) -> Iterator[DraftAttribute]:
    """The attribute, or the attributes in a bracket, that one piece of a list names."""
    named = _NAMED_IN_CODE.fullmatch(text.strip(" .*"))
    if named:
        yield facts.attribute(named["name"], NOWHERE, {})
        return
    bracket = _BRACKET.search(text)
    inside = bracket["inside"] if bracket else ""
    split = _SPLIT_NOUN.fullmatch(text.strip(" ."))
    if split:
        # `the last (halted) phase`
        text, bracket, inside = f"{split['left']} {split['right']}", None, ""
    said = _WHETHER_ALONE.fullmatch(text)
    if said:
        yield facts.attribute(said["how"], NOWHERE, {})
        return
    coded = re.match(r"\s*(?:(?:an?|the|its|optional|unique)\s+)*[`*]*`(?P<name>[^`]+)`", text)
    head = text[: bracket.start()] if bracket else text
    told = _told(text, head, inside, coded["name"] if coded else head)
    if coded:
        name = table.column_name(coded["name"])
        if name and names.is_identifier(name) and known.find(name) is None:
            yield facts.attribute(name, NOWHERE, told)
        return
    noun = head.strip() if "type" in told and re.fullmatch(r"\s*\w+\s*", head) else _noun(head)
    if noun is None:
        return
    if inside and inside.count(",") > 1 and not _LIST_OF.match(head.strip()) and _expands(noun, inside):
        yield from _expanded(noun, inside, entry, known)
        return
    if "type" in told and known.find(noun) is None:
        yield facts.attribute(noun, NOWHERE, told)
        return
    if inside and not _LIST_OF.match(head.strip()) and _expands(noun, inside):
        yield from _expanded(noun, inside, entry, known)
        return
    for name in _paired(noun):
        if _is_attribute(name, entry, known):
            yield facts.attribute(name, NOWHERE, told)


def _paired(noun: str) -> tuple[str, ...]:
    """`created/updated dates` are two columns; `success/failure status` is one with two values."""
    pair = re.fullmatch(r"(?P<left>\w+)\s?/\s?(?P<right>\w+) (?P<what>\w+)", noun)
    if pair is None or facts.is_choice(pair["what"]):
        return (noun,)
    what = names.singular(pair["what"])
    return f"{pair['left']} {what}", f"{pair['right']} {what}"


_LIST_OF = regex(r"(?:number|list|set|collection|array|series|history|kind|type|amount) of (.+)", re.IGNORECASE)
# `created by user identifier`
_DONE_BY = regex(
    r"(?P<done>(?:last )?(?:creat|updat|modifi|chang|delet|approv|review|assign|upload|perform|request|record|verifi|"
    r"resolv|invit|add)ed by)"
    r"(?: [\w-]+){1,2}",
    re.IGNORECASE,
)
_OF_ANOTHER = regex(r"\s+of\s+(?:the|a|an|each|its|their)\b.*$")
_IDENTIFIES = regex(
    r"(?:unique )?(?:identifier|id)|(?:identificador|id)(?: únic[oa])?|eindeutige id|identifiant(?: unique)?",
    re.IGNORECASE,
)
_LETTER = regex(r"[^\W\d_]")
_HUMPED = regex(r"\b[a-z]+[A-Z]\w*")
_NO_NOUN = regex(r"[=<>{}|!?%$]|\d{3,}")


# What stands farther behind in a piece is no part of its noun.
_LONGEST_PIECE = 400


@lru_cache(maxsize=65536)
def _noun(head: str) -> str | None:
    """The noun of a piece without articles, qualifiers and relative clauses; None where it is no noun."""
    head = head[:_LONGEST_PIECE]
    bare = names.plain(head).strip().strip("\"'“”.,;:：*")
    bare = prose.FRONT.sub("", bare + " ").strip()
    bare = _OF_THE.sub(lambda match: f"{match['rest']} {match['head']}", bare)
    bare = prose.CUT.sub("", bare).strip()
    bare = _DONE_BY.sub(lambda match: match["done"], bare)
    bare = prose.PREPOSITION.sub("", bare).strip() if len(bare.split()) > 3 else bare
    of = _LIST_OF.fullmatch(bare)
    bare = of[1] if of and not bare.lower().startswith(("number", "type", "kind", "amount")) else bare
    bare = _OF_ANOTHER.sub("", bare)
    parts = bare.split()
    if _IDENTIFIES.fullmatch(bare):
        return "id"
    flag = len(parts) == 2 and parts[0].lower() in ("has", "is", "can")
    verb = (
        not flag
        and bool(parts)
        and len(head.split()) > 1
        and parts[0].lower() in prose.VERBS
        and not (len(parts) > 1 and prose.COLUMN_NOUN.search(bare))
    )
    if prose.NO_NOUN.match(bare) or table.CJK_CLAUSE.fullmatch(bare):
        return None
    if not parts or _length(parts) > 4 or not _LETTER.match(bare) or verb or len(bare) > 50:
        return None
    bare = _HUMPED.sub(lambda match: match[0].lower(), bare) if len(parts) > 1 else bare
    if _NO_NOUN.search(bare) or parts[-1].lower() in (
        "sent",
        "made",
        "placed",
        "given",
        "taken",
        "done",
        "submitted",
    ):
        return None
    return bare


def _length(parts: list[str]) -> int:
    """How many words a noun has without the small ones that tie them: `motivo de rechazo` has two."""
    return sum(part.lower() not in ("de", "del", "da", "do", "di", "des", "du", "la", "el", "of") for part in parts)


_COUNTED = regex(r"\b(?:number|count|total|amount|maximum|minimum)\b", re.IGNORECASE)


def _is_attribute(noun: str, entry: Entry, known: Index) -> bool:
    """Not a generic word, not another entity."""
    last = noun.lower().split()[-1]
    if (noun.lower() in prose.GENERIC and noun.lower() not in ("content", "value")) or (
        last in prose.GENERIC
        and last
        not in (
            "value",
            "timestamp",
            "state",
            "content",
            "reference",
            "key",
            "description",
            "date",
            "identifier",
            "rule",
            "rules",
            "specification",
            "scope",
            "role",
        )
        and len(noun.split()) > 1
        and last
        not in (
            "timestamps",
            "settings",
            "details",
            "metadata",
            "data",
            "information",
            "preferences",
            "notes",
            "history",
            "statistics",
            "credentials",
            "configuration",
            "dates",
            "permissions",
            "record",
            "list",
            "references",
        )
    ):
        return False
    found = known.find(noun)
    if found is not None:
        return False
    seen = find(noun, known)
    counted = _COUNTED.search(noun)
    return bool(counted) or not (
        seen and seen[-1].end >= len(noun) and not prose.COLUMN_NOUN.search(noun) and seen[-1].plural
    )


_PIECE_END = regex(r"[,;]|\s[—–-]\s|\s(?=\d+\s?[–-]\s?\d+$)")
_SAID_OPTIONAL = regex(r"\boptional(?:ly)?\b|\bopcional|\boptionnel|\bnullable\b", re.IGNORECASE)
_SAID_REQUIRED = regex(r"\b(?:required|mandatory)\b", re.IGNORECASE)
_SAID_UNIQUE = regex(r"\W*(?:(?:an?|its|the)\s*)?(?:globally )?unique\s+(?!identifier|id\b|ID\b)", re.IGNORECASE)


def _told(text: str, head: str, inside: str, name: str) -> Facts:
    told: Facts = bullets.qualified(inside, facts.is_choice(name.strip())) if inside else {}
    kind = told.get("type")
    # In prose `(username)` explains a word; only a type that PostgreSQL or its relatives know is one.
    if kind is not None and str(kind.value) != "enum" and types.resolve(_PIECE_END.split(inside)[0].strip()) is None:
        told.pop("type")
    if inside and not told.keys() & {"enum_values", "type", "references", "primary_key"}:
        told = facts.joined(told, _choices(inside))
    if _SAID_OPTIONAL.search(head):
        told.setdefault("nullable", Fact(True, NOWHERE))
    if _SAID_REQUIRED.search(head):
        told.setdefault("nullable", Fact(False, NOWHERE))
    if _SAID_UNIQUE.match(head):
        told.setdefault("unique", Fact(True, NOWHERE))
    return told


_YES_OR_NO = regex(
    r"\s*(?:yes|true|s[ií]|ja|oui|sim|да|はい|是)\s*(?:/|\||,|or)\s*(?:no|false|nein|non|não|нет|いいえ|否)\s*",
    re.IGNORECASE,
)
_CHOICE_END = regex(r"\s*[,/|]\s*|\s+or\s+")
_SHORT_CHOICE = regex(r"[^\W_][\w'’-]*(?: [\w'’-]+)?")


def _choices(inside: str) -> Facts:
    """`state (draft, sent)`: short words in a bracket behind a noun are its values, unless they are columns themselves."""  # noqa: E501
    listed, _, said = inside.partition(";")
    if _YES_OR_NO.fullmatch(listed):
        return {"type": Fact("boolean", NOWHERE)}
    pieces = [piece.strip() for piece in _CHOICE_END.split(listed)]
    if "/" in listed and types.resolve(pieces[0].lower()) is not None:
        return {"type": Fact(pieces[0].lower(), NOWHERE)}
    short = all(_SHORT_CHOICE.fullmatch(piece) for piece in pieces)
    if (
        len(pieces) < 2
        or not short
        or any(prose.QUALITY.fullmatch(piece) for piece in pieces)
        or qualifiers.OPEN_LIST.search(inside)
        or sum(bool(prose.COLUMN_NOUN.search(piece)) for piece in pieces) * 2 > len(pieces)
    ):
        return {}
    told: Facts = {"enum_values": Fact(tuple(dict.fromkeys(pieces)), NOWHERE)}
    return facts.joined(told, facts.said(said, "constraint")) if said else told


def _expands(noun: str, inside: str) -> bool:
    """`detail fields (plate, year)` and `rental period (start date and due-back date)` stand for what is inside."""
    last = noun.lower().split()[-1] if noun else ""
    pieces = _inner(inside)
    if len(pieces) < 2 or (qualifiers.OPEN_LIST.search(inside) and last not in prose.GENERIC):
        return False
    if last in prose.SPELLED_OUT or not noun:
        return not any(pattern.search(inside) for _, _, pattern in qualifiers.FLAGS) or len(pieces) > 2
    return all(prose.COLUMN_NOUN.search(piece) for piece in pieces) and not facts.is_choice(noun)


def _inner(inside: str) -> list[str]:
    pieces = [part.strip() for piece in _cut(inside, ",;/、，") for part in _JOIN.split(piece)]
    return [
        re.sub(r"^(?:e\.g\.|i\.e\.|such as|including)[,\s]*", "", piece).strip()
        for piece in pieces
        if piece.strip() and not re.fullmatch(r"(?:etc|e\.g|i\.e)\.?", piece.strip())
    ]


def _expanded(noun: str, inside: str, entry: Entry, known: Index) -> Iterator[DraftAttribute]:
    for piece in _inner(inside):
        yield from _piece(piece, entry, known)


def relations_of(entry: Entry, known: Index) -> list[relations.Relation]:
    """The relations that the text about an entity and the lists below it state."""
    about = known.find(entry.subject.name)
    found = relations.told(entry.text, entry.subject.place, about, known)
    if about is not None:
        found.extend(_listed_relatives(entry, about, known))
    for child in entry.children:
        if isinstance(child, Bullets):
            for item in child.items:
                if item.lines:
                    found.extend(relations.told(item.text, item.lines[0].place(entry.subject.place.file), about, known))
                for below in item.children:
                    if isinstance(below, Bullets):
                        for inner in below.items:
                            found.extend(relations.told(inner.text, entry.subject.place, about, known))
    return found


def _listed_relatives(entry: Entry, about: str, known: Index) -> Iterator[relations.Relation]:
    """`Related to: Asset, Bookings`, and what in `Attributes: customer, total` is an entity: one each, or many."""
    for sentence in _SENTENCES.split(entry.text):
        related, strong = prose.RELATED.match(sentence), _strong_lead(sentence)
        lead = related or strong
        for piece in _cut(sentence[lead.end() :], ",;、，") if lead else ():
            name = _BRACKET.sub("", names.plain(piece)).strip(" .")
            other = known.find(name) or (known.by_tail.get(names.key(name)) if related else None)
            many = names.key(name) != names.spelling(name)
            if other is None or other == about or _EXPLICIT_KIND.search(piece) or (many and not related):
                continue
            kind: RelationKind = "one-to-many" if many else "many-to-one"
            place = entry.subject.place
            yield relations.turned(relations.Relation(about, kind, other, place, text=sentence))


_EXPLICIT_KIND = regex(r"\b(?:one|many)-to-|\d:|:\d|N:|:N")

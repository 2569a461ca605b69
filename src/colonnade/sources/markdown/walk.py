"""From the tree of a document to readings: each block goes to the recogniser of its form, with the subject it stands under."""  # noqa: E501

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.design.draft import DraftAttribute, DraftEntity, DraftRelationship, EntityKind, Fact, RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown import facts, fences, names, subject, titles
from colonnade.sources.markdown.blocks import Block, Bullets, Fence, Item, Paragraph, Span, Table, items
from colonnade.sources.markdown.forms import bullets, prose, relational, table
from colonnade.sources.markdown.forms.block import is_transfer
from colonnade.sources.markdown.sections import LABEL, Section
from colonnade.sources.markdown.sections import walk as walk_sections
from colonnade.sources.markdown.subject import Subject
from colonnade.sources.reading import Reading
from colonnade.values import replace
from colonnade.vocabulary import columns as column_titles
from colonnade.vocabulary import qualifiers, storage
from colonnade.vocabulary.regex import regex

# In these parts of a document nothing defines a column.
SPEAKING = frozenset(
    (
        "constraints",
        "relationships",
        "indexes",
        "states",
        "enums",
        "policies",
        "queries",
        "samples",
        "transfer",
        "other",
        "description",
    )
)
# Code in these parts is a definition only in a form that nobody uses for anything else.
DEFINING = frozenset(
    (
        "sql",
        "prisma",
        "sqlmodel",
        "sqlalchemy",
        "drizzle",
        "django",
        "typeorm",
        "mermaid",
        "sql-pseudo",
        "sql-foreign",
        "mongoose",
        "notation",
        "outline",
        "yaml",
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """A block with what is known of its surroundings: `role` of the section, `subject`, and the headings above."""

    block: Block
    role: str
    subject: Subject | None
    path: tuple[str, ...]
    labelled: bool = False
    key_entities: bool = False
    # Under a title that announces entities, and not under a bold line that may be anything.
    listed: bool = False
    # Right below a heading, not below a bold line.
    headed: bool = True


def parts(root: Section, file: str) -> Iterator[Part]:
    """Every block of a document in order, with its surroundings."""
    yield from _parts(root, "entities", None, (), file, listed=False)


def _parts(
    section: Section, role: str, about: Subject | None, path: tuple[str, ...], file: str, *, listed: bool
) -> Iterator[Part]:
    labelled = False
    if section.title is not None:
        title = titles.read(section.text)
        role, about, labelled = _entered(section, title, role, about, file)
        path = (*path, section.text)
        listed = (listed or title.role == "entities") and role in ("entities", "entity")
    # A title that tells a relation tells it with nothing below it too.
    told = (Paragraph((section.title,)),) if section.title and titles.related(section.text) else ()
    for block in section.blocks or told:
        part = Part(
            block,
            role,
            about,
            path,
            labelled,
            role == "key entities",
            listed and section.level < LABEL,
            section.level < LABEL,
        )
        yield part
        yield from (replace(part, block=fence) for fence in _inside(block))
    texts = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    if section.sections and any(storage.UNSTORED_BELOW.search(text) for text in texts):
        role = "unstored"
    for below in section.sections:
        yield from _parts(below, role, about, path, file, listed=listed)


def _inside(block: Block) -> Iterator[Fence]:
    """The code below the items of a list."""
    for item in block.items if isinstance(block, Bullets) else ():
        yield from (child for child in item.children if isinstance(child, Fence))


# Titles on states that no columns below can make an entity of; a washing machine may be one.
_MOVING = regex(r"\b(?:state machine|life ?cycle|transitions|states)\W*$", re.IGNORECASE)


def _entered(
    section: Section, title: titles.Title, role: str, about: Subject | None, file: str
) -> tuple[str, Subject | None, bool]:
    """(role, subject, whether the title announces columns) inside a section called `title`."""
    inherited = role in SPEAKING or role in ("unstored", "before", "global")
    if section.level == 1 and (title.role in ("other", "description") or _is_page(section, title)):
        # The name of the page says nothing about what is on it.
        return role, None, False
    if title.role == "relationships" and not inherited and titles.holder(section.text) and _shows_columns(section):
        title = replace(title, role="entity", name=titles.holder(section.text))
    if (
        role in ("entities", "entity")
        and title.role not in ("entity", "entities", "key entities", "global")
        and _defines(section, title, about, file)
    ):
        title = replace(title, role="entity", name=re.sub(r"\s*[(（].*$", "", title.name or section.text), soft=False)
    if title.role == "other" and role in ("entities", "entity", "other") and _is_data_file(section):
        title = replace(title, role="entity", name=_DATA_FILE.sub(r"\1", section.text), soft=False)
    if title.soft and title.role in ("unstored", "transfer") and section.sections and not _shows_columns(section):
        return title.role, None, False
    if section.sections and not inherited and any(storage.UNSTORED_GROUP.search(note) for note in title.notes):
        return "unstored", None, False
    if about is not None and about.announced and role == "entity" and _is_part(title, section):
        return role, about, True
    if title.role == "entity" or (title.soft and not inherited and not _MOVING.search(section.text)):
        if role in ("transfer", "samples", "queries", "unstored", "before", "states", "enums", "policies"):
            named = subject.of_section(section, title, file)
            return role, replace(named, kind="concept", proven=False), False
        named = subject.of_section(section, title, file)
        if about is not None and section.level >= 4 and not named.proven:
            return title.role, about, False
        return (role if inherited and role != "other" else "entity"), named, False
    if title.role == "attributes" and any(storage.UNSTORED_GROUP.search(note) for note in title.notes):
        return "unstored", about, False
    if title.role == "attributes":
        kept = about if about is None or section.level > 2 or about.proven else None
        return (
            ("entity" if role in ("entities", "other", "description", "entity", "key entities") else role),
            kept,
            True,
        )
    if title.role == "entities":
        return ("entities" if role not in ("transfer", "unstored", "before") else role), None, False
    if title.role == "after":
        return "entity" if about else "entities", about, False
    if title.role == "key entities":
        return "key entities", None, False
    return title.role, about, False


def _is_part(title: titles.Title, section: Section) -> bool:
    """`Custom data of the patient` below `Entity: Patient`: several words, and none that says it names another."""
    several = len(title.name.split()) > 1 and not names.looks_coded(title.name)
    return title.role == "attributes" or (title.role == "entity" and several and not titles.announced(section.text))


_CALL = regex(
    r"[`*]*(?P<name>(?!(?i:unique|index|primary|check|foreign)\b)[^\W\d]\w*)[`*]*\s?\((?P<inside>[^\W\d]\w*(?:[^()]|\([^()]*\))*)\)\.?"
)


def _called(block: Paragraph, file: str) -> Iterator[Reading]:
    """`users(id, name, email)`, a line an entity, at least two of them or one with three columns."""
    bold = re.match(r"\*\*(?P<name>[a-z][a-z0-9_]*)\*\*\s+(?P<rest>.+)", block.text, re.DOTALL)
    ticked = prose.coded_columns(bold["rest"], block.lines[0].place(file)) if bold else ()
    if bold and len(ticked) > 1:
        about = Subject(bold["name"], block.lines[0].place(file))
        yield Reading("list", bullets.PRECISION - 20, (subject.entity(about, ticked),))
    found = [
        (line, match)
        for line in block.lines
        if (match := _CALL.fullmatch(line.text.strip())) and match["inside"].count(",") > 1
    ]
    for line, match in found if len(found) == len(block.lines) else ():
        columns = bullets.inline(match["inside"], line, file)
        if len(columns) > 2 and _coded(columns):
            about = Subject(match["name"], line.place(file))
            yield Reading("list", bullets.PRECISION - 10, (subject.entity(about, columns),))


_SPELLED = regex(r"`(?P<name>[a-z]\w*)`\s*[:：]\s*(?P<rest>(?:`\w+`(?:\s*\([^()]*\))?[\s,.]*){3,})", re.DOTALL)


def _spelled(block: Paragraph, file: str) -> Iterator[Reading]:
    """`` `loan`: `reader_id`, `due_on`, `fee`. ``: a table and all its columns in back-ticks, one of them a key."""
    match = _SPELLED.fullmatch(block.text.strip())
    place = block.lines[0].place(file)
    found = prose.coded_columns(match["rest"], place) if match else ()
    if match and len(found) > 2 and any(_is_key(one.name.value) for one in found):
        yield Reading("list", bullets.PRECISION - 20, (subject.entity(Subject(match["name"], place), found),))


def _is_key(name: str) -> bool:
    return name == "id" or name.endswith(("_id", "Id")) or name.startswith("id_")


def _is_page(section: Section, title: titles.Title) -> bool:
    """Whether a title that could name an entity is the page's, with the entities below it."""
    if title.role != "entity" or title.marked or _shows_columns(section):
        return False
    below = [one for one in section.sections if one.title is not None and titles.read(one.text).role == "entity"]
    return sum(any(isinstance(block, Table) for block in one.blocks) for one in below) > 1


# `data/stops.json` holds rows as a table does, where its columns stand below.
_DATA_FILE = regex(r".*?`(?:[\w.-]+/)*([\w-]+)\.(?:json|jsonl|ndjson|csv|tsv|parquet)`.*")


def _is_data_file(section: Section) -> bool:
    if not _DATA_FILE.fullmatch(section.text):
        return False
    labelled = (block for below in section.sections if below.level >= LABEL for block in below.blocks)
    listed = next((block for block in (*section.blocks, *labelled) if isinstance(block, (Bullets, Table))), None)
    if isinstance(listed, Bullets):
        return len(listed.items) > 1 and all(item.text.startswith("`") for item in listed.items)
    return listed is not None


def _shows_columns(section: Section) -> bool:
    """Whether a table, list or code stands right below a title, or below a bold line in its part."""
    own = any(isinstance(block, (Table, Bullets, Fence)) for block in section.blocks)
    return own or any(below.level >= LABEL and below.blocks for below in section.sections)


def _defines(section: Section, title: titles.Title, about: Subject | None, file: str) -> bool:
    """Whether columns stand right below a title such as `Note` or `Event`, which elsewhere only speaks about entities."""  # noqa: E501
    short = len(names.words(title.name or section.text)) <= 2 and section.level < LABEL
    if not short or (about is not None and about.proven):
        return False
    for block in section.blocks:
        if isinstance(block, Table):
            shape = table.shape(block)
            found = table.attributes(block, shape, file)
            return table.is_convincing(block, shape, found) and (_has_key(found) or len(found) > 2)
        if isinstance(block, Bullets):
            if title.role == "attributes" and any(
                item.children and announces_columns(item.text) for item in block.items
            ):
                return True
            listed = bullets.attributes(block.items, file, labelled=False) if _may_have_key(block) else ()
            return len(listed) > 1 and _has_key(listed) and any(one.type is not None for one in listed)
    return False


_PRIMARY = "|".join(pattern.pattern for field, _, pattern in qualifiers.FLAGS if field == "primary_key")
_KEY_SIGN = regex(rf"(?<![^\W_])ids?(?![^\W_])|pk|primary|composite|{_PRIMARY}", re.IGNORECASE)


def _may_have_key(block: Bullets) -> bool:
    """Whether any item names a key, before all of them are read: a list of sentences may be long."""
    return any(_KEY_SIGN.search(line.text) for line in items(block))


def _has_key(found: tuple[DraftAttribute, ...]) -> bool:
    return any(one.primary_key is not None or names.key(one.name.value) == "id" for one in found)


def readings(found: Iterator[Part] | tuple[Part, ...], file: str) -> Iterator[Reading]:
    """What the blocks define; each Reading names its form."""
    for part in found:
        yield from _reading(part, file)


def _reading(part: Part, file: str) -> Iterator[Reading]:
    block = part.block
    if isinstance(block, Fence):
        yield from _code(part, block, file)
    elif part.key_entities:
        return
    elif isinstance(block, Table):
        yield from _table(part, block, file)
    elif isinstance(block, Bullets):
        yield from _list(part, block, file)
    elif isinstance(block, Paragraph):
        yield from _inline(part, block, file)


_OF_A_SCREEN = regex(r"(?:Filter|UI|Ui|App|Form|Auth|View|Page|Modal|Redux|Loading|Sidebar|Theme)\w*State$")


def _is_transfer(about: Subject, attributes: tuple[DraftAttribute, ...]) -> bool:
    """`LoadCreate` and `LoadResponse` below a title: types of an API, unless they have a key of their own."""
    name, columns = about.name, [one.name.value for one in attributes]
    keyed = any(one.primary_key for one in attributes) or any(names.key(column) == "id" for column in columns)
    return not keyed and names.is_identifier(name) and (is_transfer(name, columns) or bool(_OF_A_SCREEN.match(name)))


def _defined(
    form: str, precision: int, about: Subject | None, attributes: tuple[DraftAttribute, ...], place_of: Span, file: str
) -> Reading:
    if about is not None and about.kind == "table" and about.existing is False and _is_transfer(about, attributes):
        about = replace(about, kind="concept")
    if about is None:
        nobody = DraftEntity(Fact("", place_of.place(file)), Fact("table", place_of.place(file)), attributes=attributes)
        return Reading(form, precision, (nobody,))
    return Reading(form, precision, (subject.entity(about, attributes),))


def _code(part: Part, block: Fence, file: str) -> Iterator[Reading]:
    if part.role == "transfer":
        return
    found = fences.read(block, file)
    if found is not None and found.findings and not (found.entities or found.stated_apart or found.enums):
        # A policy or trigger alone: nothing to carry over, and still something to say.
        yield found
        return
    if found is None or not (found.entities or found.stated_apart or found.enums or found.queries):
        yield from _listing(part, block, file)
        return
    weak = found.form not in DEFINING
    if part.role == "samples" and part.subject is not None:
        yield from _sampled(part.subject, found)
    if (
        weak
        and part.role in SPEAKING
        and not (
            part.subject and part.subject.proven and part.role not in ("samples", "queries", "policies", "constraints")
        )
    ):
        return
    unstored = part.role in ("unstored", "before") or (
        part.subject is not None and part.subject.kind == "concept" and weak
    )
    entities = (
        tuple(replace(one, kind=Fact("concept", one.kind.place)) for one in found.entities)
        if unstored
        else found.entities
    )
    short = part.subject is not None and len(names.words(part.subject.name)) <= 2
    if not (part.headed and part.role == "entity" and short):
        # Samples below a bold line are of something that was described before.
        entities = tuple(one for one in entities if one.name.value)
    yield replace(found, entities=_under(entities, part.subject, weak))


def _sampled(about: Subject, found: Reading) -> Iterator[Reading]:
    """An example below the title of an entity: it shows the columns where nothing tells them."""
    shown = [one for one in found.entities if not one.name.value and len(one.attributes) > 1]
    if about.proven and about.kind == "table" and len(shown) == len(found.entities) == 1:
        columns = tuple(replace(one, primary_key=None) for one in shown[0].attributes)
        yield Reading("words", 30, (subject.entity(about, columns),))


def _listing(part: Part, block: Fence, file: str) -> Iterator[Reading]:
    """`name: TYPE` a line, in braces or bare, in a block without a language below the title of an entity."""
    if (
        part.subject is None
        or not part.subject.proven
        or part.role != "entity"
        or block.language not in ("", "text", "txt", "plaintext", "plain")
    ):
        return
    found: list[DraftAttribute] = []
    missed = 0
    for number, text in enumerate(block.text.split("\n")[:300]):
        bare, _, remark = text.strip().rstrip(",").partition("//")
        if not bare.strip(" {}()[]") or bare.strip().endswith(("{", "(")):
            continue
        place = Place(file, block.start.line + number, len(text) - len(text.lstrip()) + 1)
        read = bullets.line(bare.strip().rstrip(",") + (f" — {remark.strip()}" if remark else ""))
        typed = read is not None and read.sure == 3
        found.extend(facts.placed(place, one) for one in (read.attributes if read and typed else ()))
        missed += not typed
    if len(found) > 1 and missed * 3 <= len(found):
        yield Reading("list", bullets.PRECISION - 5, (subject.entity(part.subject, found),))


def _under(entities: tuple[DraftEntity, ...], about: Subject | None, weak: bool) -> tuple[DraftEntity, ...]:
    """The entities of a block under the heading of one: the only table below it is that entity, whatever it is called."""  # noqa: E501
    if about is None or not about.proven or not entities:
        return entities
    # A sample below the title of an entity shows that entity.
    nameless = [
        replace(one, name=Fact(about.name, about.place), kind=Fact(about.kind, about.place))
        if not one.name.value
        else one
        for one in entities
    ]
    entities = tuple(nameless)
    called = {names.key(name) for name in names.either(about.name)}
    same = [
        one
        for one in entities
        if names.key(one.name.value) in called or (one.table and names.key(one.table.value) == names.key(about.name))
    ]
    if same:
        kind: EntityKind = about.kind
        return tuple(
            replace(one, kind=Fact(kind, about.place), managed_by=one.managed_by or about.managed_by)
            if one is same[0] and kind != "table"
            else one
            for one in entities
        )
    if len(entities) == 1 and not weak and _similar(entities[0].name.value, about.name):
        only = entities[0]
        return (replace(only, name=Fact(about.name, about.place), table=only.table or only.name),)
    return entities


def _similar(code: str, title: str) -> bool:
    """Whether a table's name shares a word with the title above it."""
    left, right = set(names.key(code).split("_")), {names.singular(word) for word in names.key(title).split("_")}
    return bool(left & right)


def _table(part: Part, block: Table, file: str) -> Iterator[Reading]:
    roles = table.shape(block)
    if roles.kind == "columns of entities":
        yield from _grouped(block, roles, file)
    elif roles.kind == "entities with columns" and part.role not in SPEAKING:
        yield from _rows_of_entities(block, roles, file)
    elif roles.kind == "entities" and part.role not in SPEAKING:
        yield from _rows_with_keys(block, roles, file)
    elif roles.kind in ("attributes", "described", "rules", "named"):
        yield from _columns(part, block, roles, file)


def _columns(part: Part, block: Table, roles: table.Shape, file: str) -> Iterator[Reading]:
    found = table.attributes(block, roles, file)
    told = table.ticks(block, roles, file)
    found = tuple(bullets._filled(one, told[one.name.value], "") if one.name.value in told else one for one in found)
    if not found:
        return
    prefixed = _prefixed(block, roles, file) if part.role not in ("transfer", "queries", "samples") else []
    if prefixed:
        yield from prefixed
        return
    convincing = table.is_convincing(block, roles, found)
    about = part.subject
    place = block.header[0]
    if part.role in ("transfer", "queries", "samples", "before", "unstored"):
        if part.role in ("unstored", "before") and about is not None:
            yield _defined("table", table.PRECISION, replace(about, kind="concept"), found, place, file)
        return
    if roles.kind in ("rules", "named") or part.role in SPEAKING - {"other", "description"}:
        if convincing and part.role not in ("states", "policies", "constraints", "indexes", "relationships", "enums"):
            yield _defined("table", table.PRECISION, about, found, place, file)
        elif about is not None:
            yield Reading("table", table.PRECISION - 30, stated_apart=(subject.entity(about, found),))
        return
    if part.role in ("other", "description") and not convincing:
        return
    if roles.kind == "described" and not (part.labelled or (about is not None and about.proven and _coded(found))):
        return
    if about is not None and not about.proven and not convincing:
        return
    yield _defined("table", table.PRECISION, about, found, place, file)


def _prefixed(block: Table, roles: table.Shape, file: str) -> list[Reading]:
    """A table whose names are `table.column` throughout speaks of the columns of several entities."""
    position = roles.at("name", "columns", "key") or 0
    rows: dict[str, list[DraftAttribute]] = {}
    for row in block.rows:
        written = names.plain(row[position].text).strip() if position < len(row) else ""
        head, dot, _ = written.partition(".")
        if not dot or not names.is_identifier(written):
            return []
        rows.setdefault(head, []).extend(table.row_attributes(row, roles, file))
    place = block.header[0].place(file)
    return [
        Reading("table", table.PRECISION, (subject.entity(Subject(name, place), found),))
        for name, found in rows.items()
        if found
    ]


def _coded(found: tuple[DraftAttribute, ...]) -> bool:
    return sum(names.is_identifier(one.name.value) for one in found) * 10 >= len(found) * 8


def _grouped(block: Table, roles: table.Shape, file: str) -> Iterator[Reading]:
    """A table whose rows name entity and column; an empty first cell repeats the entity above."""
    position = roles.at("entity") or 0
    rows: dict[str, list[DraftAttribute]] = {}
    spans: dict[str, Span] = {}
    current = ""
    for row in block.rows:
        cell = names.plain(row[position].text).strip() if position < len(row) else ""
        current = cell or current
        spans.setdefault(current, row[min(position, len(row) - 1)])
        rows.setdefault(current, []).extend(table.row_attributes(row, roles, file))
    for name, attributes in rows.items():
        title = titles.read(name)
        if title.role == "entity" and attributes:
            about = Subject(title.name, spans[name].place(file), title.table)
            yield Reading("table", table.PRECISION, (subject.entity(about, attributes),))


def _rows_of_entities(block: Table, roles: table.Shape, file: str) -> Iterator[Reading]:
    """A table with an entity a row and its columns in a cell."""
    first = roles.at("entity") or 0
    heads = [table.title_words(span.text) for span in block.header]
    position = next(
        (
            number
            for number, head in enumerate(heads)
            if number != first
            and (
                table._plural(head)
                or head in ("attributes", "key attributes", "atributos", "attribute", "属性", "main attributes")
            )
        ),
        None,
    )
    for row in block.rows:
        if position is None or position >= len(row) or first >= len(row):
            continue
        title = _title_of(row[first])
        attributes = bullets.inline(row[position].text, row[position], file)
        if title.role == "entity" and attributes:
            about = Subject(
                title.name, row[first].place(file), title.table, kind="table" if titles.is_stored(title) else "concept"
            )
            yield Reading("table", table.PRECISION - 20, (subject.entity(about, attributes),))


def _rows_with_keys(block: Table, roles: table.Shape, file: str) -> Iterator[Reading]:
    """A table with an entity a row and the columns of its key in a cell: the key, and nothing else of the entity."""
    first = roles.at("entity") or 0
    heads = [table.title_words(span.text) for span in block.header]
    position = next((number for number, head in enumerate(heads) if head in column_titles.ROW_KEYS), None)
    tables = {names.plain(row[first].text).strip() for row in block.rows if first < len(row)}
    for row in block.rows if position is not None else ():
        if position is None or max(position, first) >= len(row):
            continue
        title = _title_of(row[first])
        place = row[position].place(file)
        keys = [name.strip("` ") for name in re.split(r"\s*[,+、]\s*", names.plain(row[position].text).strip("() "))]
        if title.role == "entity" and titles.is_stored(title) and all(map(names.is_identifier, keys)):
            single = {"primary_key": Fact(True, place)} if len(keys) == 1 else {}
            found = [facts.attribute(name, place, single) for name in keys]
            for number, span in enumerate(row):
                told = prose.coded_columns(span.text, span.place(file)) if number not in (first, position) else ()
                found.extend(one for one in told if one.name.value.islower() and one.name.value not in {*tables, *keys})
            about = Subject(title.name, row[first].place(file), title.table)
            yield Reading("table", table.PRECISION - 20, (subject.entity(about, found),))


def _title_of(cell: Span) -> titles.Title:
    """What a cell of a table of entities names; one in back-ticks is a name, whatever it means in English."""
    title = titles.read(names.plain(cell.text))
    return titles.read(cell.text) if title.role != "entity" and cell.text.strip().startswith("`") else title


def _list(part: Part, block: Bullets, file: str) -> Iterator[Reading]:
    if part.role in ("transfer", "queries", "samples", "policies"):
        return
    announced = part.labelled and part.role in ("entity", "entities")
    if part.role in ("entity", "entities", "other") and not announced:
        related = relational.of_items(block, file)
        if related or _lists_tables(block):
            yield from (related,) if related else _listed_tables(block, file)
            return
    if part.role == "entity" and not announced and prose.is_group((block,)):
        for entry in block.items:
            yield from _entity_item(part, entry, file)
        return
    if part.subject is not None and (part.role in ("entity", "unstored", "before") or announced):
        yield from _columns_of(part, part.subject, block, announced, file)
    elif part.role == "global":
        return
    elif part.role in ("entities", "entity"):
        for entry in block.items:
            yield from _entity_item(part, entry, file)
    elif part.role in ("constraints",) and part.subject is not None:
        yield from _rules(part.subject, block, file)


_TABLE_HEAD = regex(
    r"\*\*`?(?P<name>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)`?\*\*\s*(?P<note>\(.*?\)(?=\s|$))?\s*(?:[:—–-].*)?", re.DOTALL
)


def _lists_tables(block: Bullets) -> bool:
    """Whether each item is a bold name in the plural or with columns below it, and none is a column itself."""
    heads = [_TABLE_HEAD.fullmatch(item.text.strip()) for item in block.items]
    if len(heads) < 2 or not all(heads):
        return False
    held = [len(bullets.attributes(_nested(item), "", labelled=False)) > 1 for item in block.items]
    named = [match["name"] for match in heads if match]
    if any(_is_key(name) or name.endswith("_at") for name in named):
        return False
    several = sum(name != names.singular(name) for name in named)
    told = [match["note"] for match in heads if match and match["note"]]
    pointing = sum(bool(re.search(r"\b(?:FK|PK)\b", note)) for note in told)
    return sum(held) * 2 >= len(named) or (several * 10 >= len(named) * 6 and (any(held) or pointing * 2 >= len(named)))


def _nested(item: Item) -> tuple[Item, ...]:
    nested = next((child for child in item.children if isinstance(child, Bullets)), None)
    return tuple(nested.items) if nested else ()


_FK_NOTE = regex(
    r"\bFKs?\s+(?:to\s+|→\s*|->\s*)?(?P<target>[a-z]\w*)|\b(?P<single>1:1)\W+(?:[^\W\d_]{1,4}\s+)?(?P<other>[a-z]\w+)"
)
_BETWEEN = regex(r"(?P<left>[a-z]\w*)\s*(?:<->|↔)\s*(?P<right>[a-z]\w*)")


def _listed_tables(block: Bullets, file: str) -> Iterator[Reading]:
    """The tables of a list, each with the columns below it and what the bracket behind its name says it points at."""
    for item in block.items:
        match = _TABLE_HEAD.fullmatch(item.text.strip())
        assert match is not None
        place = item.lines[0].place(file)
        found = bullets.attributes(_nested(item), file, labelled=False)
        made = subject.entity(Subject(match["name"], place), found)
        relations = tuple(_noted(match["note"] or "", place))
        yield Reading("bullets", bullets.PRECISION, (replace(made, relationships=relations),))


def _noted(note: str, place: Place) -> Iterator[DraftRelationship]:
    for match in _FK_NOTE.finditer(note):
        kind: RelationKind = "one-to-one" if match["single"] else "many-to-one"
        yield DraftRelationship(Fact(kind, place), Fact(match["target"] or match["other"], place))
    for match in _BETWEEN.finditer(note):
        for end in (match["left"], match["right"]):
            yield DraftRelationship(Fact("many-to-one", place), Fact(end, place))


def _columns_of(part: Part, about: Subject, block: Bullets, announced: bool, file: str) -> Iterator[Reading]:
    """The list below an entity's title: columns, or remarks that hold lists of columns."""
    if bullets.describe_a_column(block.items) or _tells_of_calls(block):
        return
    found = bullets.attributes(block.items, file, labelled=announced)
    kind: EntityKind = "concept" if part.role in ("unstored", "before") else about.kind
    about = replace(about, kind=kind)
    if found:
        convincing = any(one.type or one.references or one.primary_key for one in found)
        if about.proven or convincing:
            place = block.items[0].lines[0] if block.items[0].lines else Span("", about.place.line, 1)
            yield _defined("bullets", bullets.PRECISION, about, found, place, file)
    for entry in block.items:
        if announces_columns(entry.text) and not (found and bullets.names_columns(entry)):
            yield from _announced_item(about, entry, file)
        elif not found and about.proven and (key := bullets.key_item(entry, file)):
            yield _defined("list", bullets.PRECISION - 10, about, key, entry.lines[0], file)
        yield from _foreign_keys(about, entry, file)
    if found:
        return
    weak = _weak_columns(part, block, file) if part.listed else ()
    if weak and about.proven:
        yield Reading("words", 30, (subject.entity(about, weak),))


_CALLED = regex(r"\b(?:GET|POST|PUT|PATCH|DELETE) /")


def _tells_of_calls(block: Bullets) -> bool:
    """Whether half of a list tells of calls of an interface, `Create (`POST /orders`): …`."""
    return sum(bool(_CALLED.search(item.text)) for item in block.items) * 3 >= len(block.items)


_ANNOUNCED = regex(
    r"\**`?(?P<head>[^:：*`\n]{1,40}?)`?(?:\*\*\s*[:：]|[:：]\s*\*\*|[:：]|\*\*(?=$))\s*(?P<rest>.*)", re.DOTALL
)


# As titles these announce columns; as the head of an item they are columns or remarks.
_REMARKS = frozenset(
    "type types data model table database backend frontend definition shape structure spec sql".split()
)


def _announces(head: str) -> bool:
    return titles.role_of(head) == "attributes" and names.plain(head).strip().lower() not in _REMARKS


def announces_columns(text: str) -> bool:
    """Whether `text` is `**Fields**: id, name (unique)`, where what a bracket says is said of one column."""
    match = _ANNOUNCED.match(text)
    return match is not None and _announces(match["head"])


def _announced_item(about: Subject, entry: Item, file: str) -> Iterator[Reading]:
    """`- **Fields**: id, name` and `- Attributes:` above a nested list."""
    match = _ANNOUNCED.match(entry.text)
    if match is None or not _announces(match["head"]) or not entry.lines:
        return
    nested = next((child for child in entry.children if isinstance(child, Bullets)), None)
    place = entry.lines[0]
    if nested:
        found = bullets.attributes(nested.items, file, labelled=True)
        if found:
            yield _defined("bullets", bullets.PRECISION, about, found, place, file)
    elif match["rest"].strip():
        found = bullets.inline(match["rest"], place, file, bullets.announced)
        if found:
            yield _defined("list", bullets.PRECISION - 10, about, found, place, file)


_FOREIGN_KEYS = regex(r"\W*(?:foreign keys?|FKs?)\W*", re.IGNORECASE)


def _foreign_keys(about: Subject, entry: Item, file: str) -> Iterator[Reading]:
    """What the columns in the list below `Foreign Keys:` point at."""
    nested = next((child for child in entry.children if isinstance(child, Bullets)), None)
    if nested is None or not _FOREIGN_KEYS.fullmatch(entry.text):
        return
    reads = [bullets.item(below, file) for below in nested.items]
    found = tuple(one for read in reads if read for one in read.attributes if one.references)
    if found:
        yield Reading("rules", bullets.PRECISION - 5, stated_apart=(subject.entity(about, found),))


def _weak_columns(part: Part, block: Bullets, file: str) -> tuple[DraftAttribute, ...]:
    """`- **Name**: the name that is shown`: bold words with a remark each, where nothing better describes the entity."""  # noqa: E501
    reads = [bullets.item(entry, file) for entry in block.items]
    bold = [entry.text.startswith(("**", "`")) for entry in block.items]
    sure = [read for read in reads if read is not None]
    meta = sum(bullets.is_meta(entry) for entry in block.items)
    fit = len(sure) * 10 >= (len(block.items) - meta) * 8 and len(sure) > 1
    wordy = any(len(one.name.value.split()) > 3 for read in sure for one in read.attributes)
    named = all(bold) or all(names.is_identifier(one.name.value) for read in sure for one in read.attributes)
    return (
        tuple(one for read in sure for one in read.attributes)
        if fit and named and not wordy and not part.key_entities
        else ()
    )


def _entity_item(part: Part, entry: Item, file: str) -> Iterator[Reading]:
    """`- **User**` with a nested list, `- users: id, email`, `- tasks(id, title, user_id)`."""
    if not entry.lines:
        return
    text = entry.text.strip()
    match = re.match(
        r"(?:\*\*(?P<bold>[^*]{1,60})\*\*|`(?P<code>[^`]{1,60})`|(?P<word>[^\W\d][\w ]{0,40}?)(?=\s*[:：(]|$))\s*(?P<rest>.*)",  # noqa: E501
        text,
        re.DOTALL,
    )
    if match is None:
        return
    head = match["bold"] or match["code"] or match["word"]
    title = titles.read(head.rstrip(":： "))
    if title.role != "entity":
        return
    rest = match["rest"].strip()
    about = Subject(
        title.name,
        entry.lines[0].place(file),
        title.table,
        kind="table"
        if titles.is_stored(titles.read(f"{head} {rest[:60]}"))
        and not subject.unstored_text(names.plain(rest.lstrip(":：-–— ")), title.name)
        else "concept",
    )
    nested = next((child for child in entry.children if isinstance(child, Bullets)), None)
    found = bullets.attributes(nested.items, file, labelled=False) if nested else ()
    if found and nested:
        yield Reading("bullets", bullets.PRECISION, (subject.entity(about, found),))
        for below in nested.items:
            if announces_columns(below.text) and not bullets.names_columns(below):
                yield from _announced_item(about, below, file)
        return
    ticked = prose.coded_columns(rest, about.place) if match["bold"] or match["code"] else ()
    if len(ticked) > 1:
        for name in (
            re.split(r"\s*/\s*", about.name)
            if re.fullmatch(r"[a-z_]+(?:\s*/\s*[a-z_]+)+", about.name)
            else [about.name]
        ):
            yield Reading("list", bullets.PRECISION - 20, (subject.entity(replace(about, name=name), ticked),))
        return
    if nested:
        announced = [reading for child in nested.items for reading in _announced_item(about, child, file)]
        yield from announced
        if announced:
            return
    body = re.sub(r"^(?:[:：]|[-–—]+)\s*", "", rest)
    inside = re.match(r"\((?P<inside>(?:[^()]|\([^()]*\))*)\)", body)
    listed = bullets.inline(inside["inside"] if inside else body, entry.lines[0], file) if body else ()
    if len(listed) > 1 and _coded(listed) and (len(bullets.top_level(inside["inside"] if inside else body)) > 1):
        yield Reading("list", bullets.PRECISION - 10, (subject.entity(about, listed),))


def _rules(about: Subject, block: Bullets, file: str) -> Iterator[Reading]:
    """`- title: 1-200 characters` in a list of rules adds to the columns that are there."""
    found: list[DraftAttribute] = []
    for entry in block.items:
        read = bullets.item(entry, file)
        found.extend(read.attributes if read else ())
    if found:
        yield Reading("rules", bullets.PRECISION - 30, stated_apart=(subject.entity(about, found),))


def _inline(part: Part, block: Paragraph, file: str) -> Iterator[Reading]:
    """`**Fields**: id, name, email` in a line of its own, and `users(id, name, email)`."""
    if part.role in ("entities", "entity", "other"):
        related = relational.read("\n".join(line.text for line in block.lines), block.lines[0].place(file))
        yield from (related,) if related else _called(block, file)
        yield from _spelled(block, file)
    if part.subject is None or part.role in SPEAKING - {"other"}:
        return
    yield from _bare_list(part, block, part.subject, file)
    for line in block.lines:
        match = _ANNOUNCED.match(line.text)
        if match and _announces(match["head"]) and match["rest"].strip():
            found = bullets.inline(match["rest"], line, file, bullets.announced)
            if len(found) > 1:
                yield _defined("list", bullets.PRECISION - 10, part.subject, found, line, file)


def _bare_list(part: Part, block: Paragraph, about: Subject, file: str) -> Iterator[Reading]:
    """`title, starts_at, status (open|done), created_by` alone below the title of an entity."""
    read = bullets.bare_names(block.text) if part.role == "entity" and part.headed and about.proven else None
    if read is not None:
        found = tuple(facts.placed(block.lines[0].place(file), one) for one in read.attributes)
        yield _defined("list", bullets.PRECISION - 20, about, found, block.lines[0], file)


def titled_entities(root: Section, defined: set[str], file: str) -> tuple[Subject, ...]:
    """Titles below one that announces entities, where others beside them are defined (or none is anywhere)."""
    found: list[Subject] = []
    for section in walk_sections(root):
        if section.title is None or titles.read(section.text).role != "entities" or not 1 < section.level < LABEL:
            continue
        named = [
            (below, titles.read(below.text))
            for below in section.sections
            if below.title is not None and below.level < LABEL
        ]
        candidates = [title for _, title in named if title.role == "entity"]
        if defined and sum(names.key(title.name) in defined for title in candidates) * 2 < len(candidates):
            continue
        for below, title in named:
            about = subject.of_section(below, title, file) if title.role == "entity" else None
            called = {names.key(name) for name in names.either(title.name)}
            if about is not None and about.kind != "concept" and not called & defined and below.blocks:
                found.append(about)
    return tuple(found)


_TABLE_NAME = regex(r"[`*]*(?P<name>[a-z][a-z0-9]*(?:_[a-z0-9]+)*)[`*]*")
_TABLE_NAMES = regex(r"[`*]*[a-z][a-z0-9]*(?:_[a-z0-9]+)*[`*]*(?:\s*/\s*[`*]*[a-z][a-z0-9]*(?:_[a-z0-9]+)*[`*]*)*")


def named_tables(root: Section, defined: set[str], file: str) -> Iterator[Subject]:
    """What titles and lists name as tables do, `group_members` or `ideas / votes`, beside others that are defined."""
    for section in walk_sections(root):
        if section.title is not None and titles.read(section.text).role == "entities":
            for block in section.blocks:
                yield from _bare_names(block, file)
        below = [one for one in section.sections if one.title is not None and 1 < one.level < LABEL]
        named = [one for one in below if _TABLE_NAMES.fullmatch(one.text) and "".join(one.text).strip("`* ")]
        keys = {names.key(name) for one in named for name in _split(one.text)}
        if len(named) > 2 and len(named) * 2 >= len(below) and keys & defined and any("_" in key for key in keys):
            for one in named:
                yield from (
                    Subject(name, one.title.place(file))
                    for name in _split(one.text)
                    if one.title is not None and names.key(name) not in defined
                )


def _split(text: str) -> list[str]:
    return [part.strip("`* ") for part in text.split("/")]


def _bare_names(block: Block, file: str) -> Iterator[Subject]:
    """`- users` and `- order_items` below a title that announces tables, and nothing else in the list."""
    if not isinstance(block, Bullets) or len(block.items) < 2:
        return
    found = [(_TABLE_NAME.fullmatch(item.text.strip()), item) for item in block.items]
    if all(match and item.lines and not item.children for match, item in found):
        for match, item in found:
            assert match is not None
            yield Subject(match["name"], item.lines[0].place(file))


def listed_entities(section: Section, file: str) -> Iterator[Subject]:
    """The rows of a table of entities, and the bold heads of a list of them."""
    role = titles.read(section.text).role if section.title else "entities"
    for block in section.blocks:
        if isinstance(block, Table) and table.shape(block).kind == "entities":
            yield from _row_subjects(block, file)
        elif isinstance(block, Bullets) and role == "entities":
            yield from _item_subjects(block, file)


def _item_subjects(block: Bullets, file: str) -> Iterator[Subject]:
    """The bold heads of a list, unless half of them name no entity."""
    found = []
    for entry in block.items:
        match = re.match(r"(?:\*\*|`)(?P<head>[^*`]{1,60})(?:\*\*|`)", entry.text)
        title = titles.read(match["head"].rstrip(":： ")) if match else titles.Title("other")
        if title.role == "entity" and entry.lines:
            found.append(Subject(title.name, entry.lines[0].place(file), title.table))
    yield from found if len(found) * 2 > len(block.items) else ()


def _row_subjects(block: Table, file: str) -> Iterator[Subject]:
    shape = table.shape(block)
    first = shape.at("entity") or 0
    tables = [
        number
        for number, span in enumerate(block.header)
        if table.title_words(span.text) in ("table", "table name", "tabla", "表名", "テーブル名") and number != first
    ]
    for row in block.rows:
        title = _title_of(row[first]) if first < len(row) else titles.Title("other")
        if title.role == "entity":
            named = names.plain(row[tables[0]].text).strip() if tables and tables[0] < len(row) else title.table
            yield Subject(title.name, row[first].place(file), named if names.is_identifier(named) else "")

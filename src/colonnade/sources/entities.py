"""An entity list, JSON or YAML, as a Draft: the `DatabaseSchemaInput` of the reference, every fact with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from colonnade.config import suggestion
from colonnade.design.draft import (
    Draft,
    DraftAttribute,
    DraftEntity,
    DraftIndex,
    DraftRelationship,
    Fact,
    IndexingStrategy,
)
from colonnade.errors import InputError, Mistake
from colonnade.findings import Finding, declare
from colonnade.sources import constraint as constraints
from colonnade.sources import shape
from colonnade.sources.constraint import Clauses, Condition, Constraint, UniqueIndex, read_constraint
from colonnade.sources.index_text import IndexText, quoting, read_index
from colonnade.sources.shape import Form, Key, ListOf, MapOf, Switch, Text
from colonnade.sources.tree import Node, items, member, parse, shown
from colonnade.sources.typeword import Problem, TypeWord, read_type
from colonnade.sql import NAME_BYTES, fingerprint
from colonnade.values import replace
from colonnade.vocabulary import wishes as words
from colonnade.vocabulary.naming import plural, snake

MAX_COLUMNS = 1600
PROVIDERS = (
    "neon-postgresql", "neon", "postgresql", "postgres", "supabase", "aws-rds-postgresql", "aurora-postgresql",
    "azure-postgresql", "google-cloud-sql", "alloydb", "crunchy-bridge", "timescale",
)  # fmt: skip
MIGRATION_TOOLS = ("alembic", "prisma")
RELATION_KINDS = ("one-to-many", "many-to-one", "many-to-many")
ONE_TO_ONE = (
    ("one-to-one", 'write many-to-one, and make its foreign key unique by a constraint, as in "profile_id UNIQUE"'),
)
CASCADES = ("CASCADE", "RESTRICT", "SET NULL")
# Every PostgreSQL table has these already; a column of such a name is refused.
SYSTEM_COLUMNS = frozenset({"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"})
GENERIC_STEMS = frozenset({"entities", "entity", "entity_list", "input", "spec", "schema", "database", "data_model"})
# What the house rules add where no document lists it, so an index may name it.
HOUSE_COLUMNS = ("id", "created_at", "updated_at")

ATTRIBUTES = '{"id": "uuid", "title": "string(200)"}'
# Keys beyond the reference's, each with the wish that it stands for; a text is the wish's words.
WISHES: tuple[tuple[Key, str], ...] = (
    (
        Key("optimistic_locking", Switch("Whether a version column tells a writer that the row has changed.")),
        words.LOCKING,
    ),
    (Key("audit_columns", Switch("Whether each row names who made it and who changed it last.")), words.AUTHORS),
    (
        Key(
            "partition_by",
            Text(
                "How a large table is divided: by the time in a column, or by a hash.",
                examples=("month of created_at", "hash of user_id into 8"),
            ),
        ),
        words.PARTITION,
    ),
    (
        Key("retention", Text("How long rows of a table divided by time are kept.", examples=("24 months",))),
        words.RETENTION,
    ),
    (Key("abstract", Switch("Whether only the entities that extend this one have rows.")), words.ABSTRACT),
    (Key("extends", Text("The entity whose attributes this one has, too.", examples=("Vehicle",))), words.EXTENDS),
    (
        Key(
            "inheritance",
            Text("How entities that extend this one are stored.", (words.SINGLE, words.JOINED, words.CONCRETE)),
        ),
        "",
    ),
    (Key("value_object", Text("How the value stands in its owner's row.", ("columns", "jsonb"))), words.VALUE),
    (Key("lookup", Switch("Whether the rows are a list that the application only reads.")), words.LOOKUP),
    (
        Key("audit_trail", Switch("Whether each change of a row is written down beside the table, for good.")),
        words.TRAIL,
    ),
)  # fmt: skip
CHILDREN = {"together": words.TOGETHER, "refuse": words.REFUSED, "keep": words.KEPT}
ENTITY = Form(
    "One thing that is stored: it becomes a table.",
    "an entity",
    (
        Key(
            "name",
            Text(
                "The entity's name in the singular; the table's name is its plural in snake_case.", examples=("Task",)
            ),
            True,
        ),
        Key(
            "attributes",
            MapOf(
                f"The attributes: each name with its type, as in {ATTRIBUTES}.",
                Text(
                    "A type.",
                    examples=("uuid", "string(200)", "text", "enum(todo,done)", "decimal(10,2)", "timestamp", "text[]"),
                ),
                ATTRIBUTES,
            ),
            True,
        ),
        Key(
            "indexes",
            ListOf(
                "Columns to index; one item may name several.",
                Text(
                    "A column, or columns with commas between.",
                    examples=("due_date", "created_at DESC", "user_id, status", "lower(email)", "status WHERE done"),
                ),
            ),
        ),
        Key(
            "constraints",
            ListOf(
                "What every row must meet.",
                Text(
                    "A constraint in the words of SQL.",
                    examples=("title NOT NULL", "email UNIQUE", "UNIQUE (a, b)", "age > 0", "price DEFAULT 0"),
                ),
            ),
        ),
        Key(
            "relationships",
            ListOf(
                "How the entity is related to others.",
                Form(
                    "One relation, told from the entity that it stands under.",
                    "a relationship",
                    (
                        Key("type", Text("How many of each there are.", RELATION_KINDS, advice=ONE_TO_ONE), True),
                        Key("target_entity", Text("The other entity's name.", examples=("User",)), True),
                        Key("foreign_key", Text("The column that points to the other table.", examples=("user_id",))),
                        Key(
                            "cascade",
                            Text("What happens to a row when the row that it points to is deleted.", CASCADES),
                        ),
                        Key(
                            "soft_delete",
                            Text(
                                "What happens to the children when their parent is deleted softly.",
                                tuple(CHILDREN),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        Key("soft_delete", Switch("Whether rows are marked as deleted by deleted_at and kept.")),
        Key(
            "description",
            Text("What the rows are, in plain words; also who reads them.", examples=("Visible to everyone.",)),
        ),
        *(key for key, _ in WISHES),
    ),
)
STRATEGY = Form(
    "Which columns get an index without being named.",
    "indexing_strategy",
    (
        Key("user_scoped_tables", Switch("Index user_id.", True)),
        Key("timestamp_columns", Switch("Index created_at and updated_at.")),
        Key("enum_columns", Switch("Index every column with a closed list of values.")),
        Key(
            "composite_indexes",
            ListOf(
                "Indexes over several columns, for each table that has them all.",
                ListOf("The columns of one index, in order.", Text("A column.", examples=("user_id",)), 1),
            ),
        ),
    ),
)
INPUT = Form(
    "The entities of one feature, from which the database is designed.",
    "the entity list",
    (
        Key("$schema", Text("Where this JSON Schema is, for editors.", examples=("entities.schema.json",))),
        Key(
            "spec_file",
            Text("The feature's spec; its folder names the feature.", examples=("specs/001-task-management/spec.md",)),
        ),
        Key("entities", ListOf("The entities.", ENTITY, 1), True),
        Key("database_provider", Text("Who runs the database.", PROVIDERS)),
        Key("migration_tool", Text("What applies migrations; this version writes Alembic.", MIGRATION_TOOLS)),
        Key("indexing_strategy", STRATEGY),
    ),
)

UNLISTED_KEY = declare(
    "unlisted-foreign-key",
    """A relationship names a foreign key that is not among the entity's attributes.

    The column is added with the type of the key that it points to. If the name is a slip of the pen, the table then
    has two columns where one was meant.
    """,
)
NEAR_ENTITY = declare(
    "near-entity",
    """A relationship points to an entity that no document defines and whose name is close to one that is defined.

    It is taken for a table that exists outside of this schema. If the name is a slip of the pen, the foreign key
    points to the wrong table.
    """,
)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an entity list, with descriptions, for completion in editors."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Colonnade entity list"}
    return {**head, **shape.json_schema(INPUT)}


def read(text: str, file: str) -> Draft:
    """The Draft of the entity list `text`, which the user calls `file`. Raises InputError with every mistake."""
    top = parse(text, file)
    found = [*shape.mistakes(top, INPUT, "the entity list")]
    listed = items(top, "entities", "object")
    values = frozenset(_value_objects(listed))
    parts = tuple(interpret(one, values) for one in listed)
    found += _document_mistakes(top, parts)
    if found:
        raise InputError(tuple(sorted(dict.fromkeys(found), key=lambda one: (one.place is not None, one))))
    return _draft(top, parts, text, file)


# What one entity's texts say, before they are judged and built from.


@dataclass(frozen=True, slots=True)
class Part:
    """One entity of the list, its texts understood once; `columns` leads from every spelling to an attribute."""

    node: Node
    name: Node | None
    attributes: tuple[tuple[Node, Node, TypeWord | Problem], ...]
    constraints: tuple[tuple[Node, Constraint | Problem], ...]
    indexes: tuple[tuple[Node, IndexText], ...]
    relationships: tuple[Node, ...]
    columns: Mapping[str, str]
    implied: Mapping[str, str]

    @property
    def label(self) -> str:
        return shown(self.name.text) if self.name else "an entity"

    def column(self, written: str) -> str | None:
        """The attribute that `written` means, or the column that a relationship or a house rule adds; or None."""
        return next(
            (known[key] for known in (self.columns, self.implied) for key in _spellings(written) if key in known), None
        )


def _value_objects(listed: tuple[Node, ...]) -> Iterator[str]:
    """The names, in snake_case, of the entities that stand in the rows of others, as types of attributes."""
    for one in listed:
        name = member(one, "name", "string")
        if name and member(one, "value_object", "string"):
            yield snake(name.text)


def _type(text: str, values: frozenset[str]) -> TypeWord | Problem:
    return TypeWord(text.strip()) if snake(text.strip().removesuffix("[]") or "none") in values else read_type(text)


def interpret(node: Node, values: frozenset[str] = frozenset()) -> Part:
    """The texts of the entity `node`, whose types may be `values`; whatever has not the form of one is left out."""
    attributes = member(node, "attributes", "object")
    typed = tuple((key, value) for key, value in attributes.members if value.kind == "string") if attributes else ()
    named = tuple(key.text for key, _ in attributes.members) if attributes else ()
    relationships = items(node, "relationships", "object")
    columns = {spelling: name for name in reversed(named) for spelling in _spellings(name)}
    implied = {spelling: name for name in _implied(node, relationships) for spelling in _spellings(name)}
    return Part(
        node,
        member(node, "name", "string"),
        tuple((key, value, _type(value.text, values)) for key, value in typed),
        tuple((one, read_constraint(one.text)) for one in _constraints(node, named)),
        tuple((one, _index(one.text, {**implied, **columns})) for one in items(node, "indexes", "string")),
        relationships,
        columns,
        implied,
    )


def _index(text: str, known: Mapping[str, str]) -> IndexText:
    """Columns with commas between, else what SQL says; where neither holds only `known` names, the columns."""
    columns = _split_columns(text)
    plain = IndexText(columns, tuple(map(_without_order, columns)))
    if all(any(spelling in known for spelling in _spellings(name)) for name in plain.names):
        return plain
    return read_index(text, quoting(iter(known.values()))) or plain


def _constraints(node: Node, columns: tuple[str, ...]) -> Iterator[Node]:
    for one in items(node, "constraints", "string"):
        yield one._replace(text=constraints.quoting_columns(one.text, columns))


def _spellings(name: str) -> tuple[str, ...]:
    bare = constraints.unquoted(name)
    return bare, bare.casefold(), snake(bare)


def _split_columns(text: str) -> tuple[str, ...]:
    bare = text.strip()
    inner = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
    return tuple(part.strip() for part in inner.split(","))


def _implied(node: Node, relationships: tuple[Node, ...]) -> Iterator[str]:
    yield from HOUSE_COLUMNS
    soft = member(node, "soft_delete", "boolean")
    if soft and soft.text.lower() == "true":
        yield "deleted_at"
    for one in relationships:
        yield from _own_key(one)


def _own_key(relationship: Node) -> Iterator[str]:
    """The column of this entity that a many-to-one relationship uses."""
    kind, target = member(relationship, "type", "string"), member(relationship, "target_entity", "string")
    if kind and target and shape.choice(kind.text, RELATION_KINDS) == "many-to-one":
        stated = member(relationship, "foreign_key", "string")
        yield stated.text if stated else f"{snake(target.text)}_id"


# What is wrong.


def _document_mistakes(top: Node, parts: tuple[Part, ...]) -> Iterator[Mistake]:
    yield from _spec_file_mistakes(member(top, "spec_file", "string"))
    tool = member(top, "migration_tool", "string")
    if tool and shape.choice(tool.text, MIGRATION_TOOLS) == "prisma":
        yield Mistake(tool.place, "prisma migrations are not available in this version", "write alembic")
    yield from _same_names((part.name for part in parts if part.name), _table, "entities", "table")
    for part in parts:
        for judge in JUDGES:
            yield from judge(part)
    strategy = member(top, "indexing_strategy", "object")
    for node, columns in _composites(strategy):
        if parts and not any(all(part.column(one) for one in columns) for part in parts):
            message = f"no entity has all of the columns {', '.join(map(shown, columns))}"
            yield Mistake(node.place, message, "name the columns of one entity")


def _table(name: str) -> str:
    return plural(snake(name, "entity"))


def _spec_file_mistakes(node: Node | None) -> Iterator[Mistake]:
    if node is None:
        return
    path = node.text.replace("\\", "/")
    absolute = path.startswith(("/", "~")) or path[1:2] == ":"
    if absolute or ".." in path.split("/"):
        yield Mistake(
            node.place, f"spec_file {shown(node.text)} leads out of the project", "write a relative path without '..'"
        )
    elif not node.text.isprintable() or not node.text.strip():
        yield Mistake(
            node.place,
            f"spec_file {shown(node.text)} is no path",
            "write a path such as specs/001-task-management/spec.md",
        )
    elif any(len(step.encode()) > 200 for step in path.split("/")):
        yield Mistake(node.place, f"spec_file {shown(node.text)} is too long for a path", "shorten it")


def _same_names(nodes: Iterator[Node], become: Callable[[str], str], plural_noun: str, noun: str) -> Iterator[Mistake]:
    """A mistake for each name that becomes the same as an earlier one."""
    first: dict[str, Node] = {}
    for node in nodes:
        result = become(node.text)
        earlier = first.setdefault(result, node)
        if earlier is not node and earlier.text == node.text:
            yield Mistake(
                node.place,
                f"{shown(node.text)} stands twice among the {plural_noun}",
                f"the first is at {earlier.place}",
            )
        elif earlier is not node:
            message = f"{shown(earlier.text)} and {shown(node.text)} both give the {noun} {shown(result)}"
            yield Mistake(node.place, message, f"rename one; the first is at {earlier.place}")


def _name_mistakes(node: Node, noun: str) -> Iterator[Mistake]:
    if not node.text.strip():
        yield Mistake(node.place, f"the name of {noun} is empty", "write a name")
    elif len(node.text.encode("utf-8", "replace")) > NAME_BYTES:
        yield Mistake(
            node.place,
            f"the name {shown(node.text)} is over {NAME_BYTES} bytes long",
            "shorten it; PostgreSQL would cut it",
        )


def _attribute_mistakes(part: Part) -> Iterator[Mistake]:
    if part.name:
        yield from _name_mistakes(part.name, "an entity")
    attributes = member(part.node, "attributes", "object")
    keys = tuple(key for key, _ in attributes.members) if attributes else ()
    if attributes and len(keys) > MAX_COLUMNS:
        message = f"{part.label} has {len(keys):,} attributes"
        yield Mistake(attributes.place, message, f"PostgreSQL's limit is {MAX_COLUMNS:,} columns; split the entity")
    distinct = {key.text: key for key in reversed(keys) if key.text.strip()}
    yield from _same_names(
        iter(sorted(distinct.values(), key=lambda key: key.place)), snake, f"attributes of {part.label}", "column"
    )
    noun = f"an attribute of {part.label}"
    for key in keys:
        yield from _name_mistakes(key, noun)
        if snake(key.text) in SYSTEM_COLUMNS:
            yield Mistake(
                key.place, f"{shown(key.text)} is a column that every PostgreSQL table has already", "rename it"
            )
    for _, value, read_ in part.attributes:
        if isinstance(read_, Problem):
            yield Mistake(value.place, read_.message, read_.fix)


def _unknown(part: Part, node: Node, name: str) -> Mistake:
    near = suggestion(name, sorted(set(part.columns.values())))
    return Mistake(
        node.place, f"{part.label} has no attribute called {shown(name)}", near or "list it under attributes"
    )


def _index_mistakes(part: Part) -> Iterator[Mistake]:
    seen: set[IndexText] = set()
    for node, index in part.indexes:
        for name in index.names:
            if part.column(name) is None:
                yield _unknown(part, node, name)
        found = [part.column(_without_order(key)) or key for key in index.keys]
        if len(set(found)) < len(found):
            yield Mistake(node.place, f"the index {shown(node.text)} names a column twice", "remove one")
        folded = replace(index, keys=tuple(" ".join(key.casefold().split()) for key in index.keys), names=())
        if folded in seen:
            yield Mistake(node.place, f"the index {shown(node.text)} stands twice", "remove one")
        seen.add(folded)


def _without_order(column: str) -> str:
    words = column.split()
    for tail in (2, 0):
        ends = tail and len(words) > tail and " ".join(words[-2:]).upper() in ("NULLS FIRST", "NULLS LAST")
        words = words[:-2] if ends else words
    return " ".join(words[:-1] if len(words) > 1 and words[-1].upper() in ("ASC", "DESC") else words)


def _constraint_mistakes(part: Part) -> Iterator[Mistake]:
    for node, read_ in part.constraints:
        if isinstance(read_, Problem):
            yield Mistake(node.place, read_.message, read_.fix)
            continue
        names = (read_.column,) if isinstance(read_, Clauses) else read_.columns
        listed = part.columns if isinstance(read_, Clauses | constraints.Key) else {**part.implied, **part.columns}
        for written in names:
            name = _without_table(part, written)
            if not any(key in listed for key in _spellings(name)):
                yield _unknown(part, node, name)
        if isinstance(read_, Clauses) and read_.default is not None:
            yield from _default_mistakes(part, node, read_)


def _without_table(part: Part, name: str) -> str:
    """`name` without the entity's own table before it: `tasks.age` is age."""
    table, dot, column = name.rpartition(".")
    own = dot and part.name and table and _table(table) == _table(part.name.text)
    return column if own else name


def _default_mistakes(part: Part, node: Node, clauses: Clauses) -> Iterator[Mistake]:
    """A default may not refer to a column; a bare word is fine where it is a value of the enum."""
    values = next(
        (
            one.values
            for key, _, one in part.attributes
            if isinstance(one, TypeWord) and key.text == part.column(clauses.column)
        ),
        None,
    )
    bare = (clauses.default or "").strip()
    names = constraints.names_in(bare)
    if names and bare not in (values or ()):
        yield Mistake(
            node.place, f"the default {shown(bare)} refers to a column", f"write a text between quotes: '{names[0]}'"
        )
    quoted = len(bare) > 1 and bare[0] == bare[-1] == "'"
    if values and quoted and bare[1:-1].replace("''", "'") not in values:
        near = suggestion(bare[1:-1], values)
        yield Mistake(
            node.place,
            f"the default {shown(bare[1:-1])} is no value of the enum",
            near or f"write one of {', '.join(values)}",
        )


def _relationship_mistakes(part: Part) -> Iterator[Mistake]:
    for one in part.relationships:
        for key, noun in (("target_entity", "a target entity"), ("foreign_key", "a foreign key")):
            node = member(one, key, "string")
            if node:
                yield from _name_mistakes(node, noun)


JUDGES: tuple[Callable[[Part], Iterator[Mistake]], ...] = (
    _attribute_mistakes,
    _index_mistakes,
    _constraint_mistakes,
    _relationship_mistakes,
)


# What the list says, once nothing is wrong with it.


def _draft(top: Node, parts: tuple[Part, ...], text: str, file: str) -> Draft:
    spec_file = _text(top, "spec_file")
    known = {_table(part.name.text): part.name.text for part in parts if part.name}
    return Draft(
        entities=tuple(map(_entity, parts)),
        feature=feature_of(spec_file, file),
        spec_file=spec_file,
        database_provider=shape.choice(_text(top, "database_provider"), PROVIDERS) or "neon-postgresql",
        migration_tool=shape.choice(_text(top, "migration_tool"), MIGRATION_TOOLS) or "alembic",
        indexing_strategy=_strategy(member(top, "indexing_strategy", "object")),
        findings=tuple(finding for part in parts for finding in _findings(part, known)),
        sources=((file, fingerprint(text)),),
    )


def feature_of(spec_file: str, file: str) -> str:
    """The feature's name: the folder in `spec_file`, else the stem of `file`, or its folder where that is generic."""
    folder = PurePath(spec_file.replace("\\", "/")).parent.name
    if folder:
        return folder
    path = PurePath(file)
    above = path.parent.name.strip(".") if snake(path.stem) in GENERIC_STEMS else ""
    return above or path.stem.strip(".") or "schema"


def _text(node: Node, key: str) -> str:
    found = member(node, key, "string")
    return found.text if found else ""


def _switch(node: Node | None, key: str, default: bool) -> bool:
    found = member(node, key, "boolean")
    return found.text.lower() == "true" if found else default


def _composites(strategy: Node | None) -> tuple[tuple[Node, tuple[str, ...]], ...]:
    lists = items(strategy, "composite_indexes", "list")
    return tuple((one, tuple(column.text for column in one.children if column.kind == "string")) for one in lists)


def _strategy(node: Node | None) -> IndexingStrategy:
    return IndexingStrategy(
        _switch(node, "user_scoped_tables", True),
        _switch(node, "timestamp_columns", False),
        _switch(node, "enum_columns", False),
        tuple(Fact(columns, one.place) for one, columns in _composites(node)),
    )


def _entity(part: Part) -> DraftEntity:
    assert part.name is not None, "an entity without a name is a mistake, so nothing is built"
    soft = member(part.node, "soft_delete", "boolean")
    uniques = (
        DraftIndex(Fact(tuple(map(part.column, one.columns)), node.place), unique=True)  # type: ignore[arg-type]
        for node, one in part.constraints
        if isinstance(one, constraints.Unique) and len(one.columns) > 1
    )
    return DraftEntity(
        name=Fact(part.name.text, part.name.place),
        kind=Fact("table", part.name.place),
        attributes=_attributes(part),
        relationships=tuple(map(_relationship, part.relationships)),
        indexes=(
            *(_drafted(part, node, index) for node, index in part.indexes),
            *(_drafted(part, node, one.index) for node, one in part.constraints if isinstance(one, UniqueIndex)),
        ),
        uniques=tuple(uniques),
        constraints=tuple(Fact(node.text, node.place) for node, one in part.constraints if isinstance(one, Condition)),
        soft_delete=Fact(soft.text.lower() == "true", soft.place) if soft else None,
        wishes=tuple(_wishes(part)),
        description=_text(part.node, "description"),
    )


def _wishes(part: Part) -> Iterator[Fact[tuple[str, str]]]:
    """The wishes that the entity's keys state; a key that says false states none."""
    for key, wish in WISHES:
        node = member(part.node, key.name, "boolean") or member(part.node, key.name, "string")
        if node and not (node.kind == "boolean" and node.text.lower() == "false"):
            yield Fact((wish or shape.fold(node.text), node.text), node.place)
    for one in part.relationships:
        stated, target = member(one, "soft_delete", "string"), member(one, "target_entity", "string")
        if stated and target:
            yield Fact((CHILDREN[shape.choice(stated.text, tuple(CHILDREN)) or "keep"], target.text), stated.place)


def _drafted(part: Part, node: Node, index: IndexText) -> DraftIndex:
    return DraftIndex(
        Fact(tuple(_as_listed(part, one) for one in index.keys), node.place),
        unique=index.unique,
        method=index.method,
        predicate=index.predicate,
        include=tuple(part.column(one) or one for one in index.include),
    )


def _as_listed(part: Part, key: str) -> str:
    """`key` of an index, a column's name as the attribute is written, its order as the index says."""
    bare = _without_order(key)
    return f"{part.column(bare) or bare} {key.removeprefix(bare).strip()}".strip()


def _attributes(part: Part) -> tuple[DraftAttribute, ...]:
    facts = {key.text: _attribute(key, value, read_) for key, value, read_ in part.attributes}
    for node, read_ in part.constraints:
        for name, stated in _stated(part, read_):
            found = {fact: Fact(value, node.place) for fact, value in stated.items()}
            facts[name] = replace(facts[name], **found)  # type: ignore[arg-type]
    return tuple(facts.values())


def _attribute(key: Node, value: Node, read_: TypeWord | Problem) -> DraftAttribute:
    assert isinstance(read_, TypeWord), "a type that is none is a mistake, so nothing is built"
    return DraftAttribute(
        Fact(key.text, key.place),
        type=Fact(read_.written, value.place),
        enum_values=Fact(read_.values, value.place) if read_.values is not None else None,
        max_length=Fact(read_.max_length, value.place) if read_.max_length is not None else None,
    )


def _stated(part: Part, read_: Constraint | Problem) -> Iterator[tuple[str, dict[str, object]]]:
    """The facts about attributes that a constraint states, by attribute."""
    match read_:
        case Clauses():
            flags = {"unique": read_.unique, "primary_key": read_.primary_key}
            values: dict[str, object] = {name: True for name, on in flags.items() if on}
            texts = {"default": read_.default, "references": read_.references, "on_delete": read_.on_delete}
            values |= {name: text for name, text in texts.items() if text is not None}
            if read_.null or read_.not_null:
                values["nullable"] = read_.null
            yield str(part.column(read_.column)), values
        case constraints.Unique() if len(read_.columns) == 1:
            yield str(part.column(read_.columns[0])), {"unique": True}
        case constraints.Key():
            for name in read_.columns:
                yield str(part.column(name)), {"primary_key": True}


def _relationship(node: Node) -> DraftRelationship:
    kind, target = member(node, "type", "string"), member(node, "target_entity", "string")
    assert kind is not None and target is not None, "a relationship that lacks a key is a mistake, so nothing is built"
    key, cascade = member(node, "foreign_key", "string"), member(node, "cascade", "string")
    return DraftRelationship(
        kind=Fact(shape.choice(kind.text, RELATION_KINDS), kind.place),  # type: ignore[arg-type]
        target=Fact(target.text, target.place),
        foreign_key=Fact(key.text, key.place) if key else None,
        on_delete=Fact(shape.choice(cascade.text, CASCADES), cascade.place) if cascade else None,  # type: ignore[arg-type]
    )


def _near_entity(name: str, known: Mapping[str, str]) -> str:
    """A suggestion for `name` among the entities; only those that begin alike are compared, since there may be many."""
    if len(name) < 5:
        return ""
    alike = (one for one in known.values() if one[0] == name[0] and abs(len(one) - len(name)) < 3)
    return suggestion(name, alike)


def _findings(part: Part, known: Mapping[str, str]) -> Iterator[Finding]:
    """What is likely a slip in the relationships of `part`; `known` leads from tables to entities."""
    for one in part.relationships:
        target, key = member(one, "target_entity", "string"), member(one, "foreign_key", "string")
        if target and _table(target.text) not in known:
            near = _near_entity(target.text, known)
            if near:
                yield Finding(NEAR_ENTITY, f"no entity is called {shown(target.text)}", target.place, near)
        own = tuple(_own_key(one))
        if key and own and not any(spelling in part.columns for spelling in _spellings(own[0])):
            message = f"{part.label} has no attribute called {shown(key.text)}; the column is added"
            yield Finding(UNLISTED_KEY, message, key.place, suggestion(key.text, part.columns.values()))

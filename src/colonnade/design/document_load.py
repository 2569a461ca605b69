"""design.yaml as a Schema: every mistake with its line, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from colonnade import sql
from colonnade.config import suggestion
from colonnade.design import exclusion_text
from colonnade.design.codec import Mistakes, decode, items, known_keys, mapping, types_of, value_of, wrong
from colonnade.design.document_checks import check
from colonnade.design.document_columns import columns_of
from colonnade.design.document_definitions import is_what_it_says
from colonnade.design.document_form import (
    DOCUMENT_KEYS,
    ENTITY_KEYS,
    INDEX_KEYS,
    KINDS_OF_RELATIONSHIP,
    META_KEYS,
    PRIMARY_KEY_KEYS,
    RELATIONSHIP_KEYS,
)
from colonnade.design.document_value import KINDS, SECTIONS, usual_column, usual_table
from colonnade.design.schema import (
    Audience,
    Constraint,
    Database,
    Dependency,
    Entity,
    Index,
    IndexKey,
    Intent,
    Policy,
    PrimaryKey,
    QueryPattern,
    Reason,
    Relationship,
    Roles,
    Schema,
    SoftDelete,
    Table,
    Trigger,
    Unique,
)
from colonnade.design.yaml import Node
from colonnade.errors import InputError
from colonnade.values import replace
from colonnade.vocabulary import naming

_T = TypeVar("_T")
_CLASSES = {name: cls for cls, name in KINDS.items()}
_TABLE_SKIP = frozenset({"columns", "constraints", "indexes", "triggers", "policies"})


@dataclass(frozen=True, slots=True)
class Read:
    """An entity of the document as far as it can be read by itself."""

    node: Node
    table: Table
    external: bool
    entity: Entity | None
    indexed: tuple[str, ...] = ()


def of(root: Node) -> Schema:
    """The Schema of a parsed document. Raises InputError with all mistakes."""
    mistakes: Mistakes = []
    known_keys(mistakes, root, {"database_schema"}, "the document")
    body = root.value.get("database_schema") if isinstance(root.value, dict) else None
    if body is None or not isinstance(body.value, dict):
        wrong(mistakes, root.place, "has no `database_schema:` mapping", "begin with `database_schema:`")
        raise InputError(tuple(mistakes))
    known_keys(mistakes, body, DOCUMENT_KEYS, "database_schema")
    reasons: dict[str, str] = {}
    sections = {name: _section(mistakes, body, name) for name in SECTIONS}
    named = {one.name for name in ("enums", "domains", "composites") for one in sections[name]}
    roles = _roles(mistakes, body.value.get("roles"))
    extended = bool(sections["extensions"])
    reads = [
        _with_usual(roles, _entity(mistakes, node, named, extended, reasons))
        for node in items(mistakes, body.value.get("entities"), "entities")
    ]
    indexes = _indexes(mistakes, body.value.get("indexes"), reads, reasons)
    tables = [replace(one, table=_with_indexes(one, indexes[number])) for number, one in enumerate(reads)]
    check(mistakes, [(one.node, one.table) for one in tables], sections["enums"])
    schema = _schema(mistakes, body, roles, tables, sections, reasons)
    if mistakes:
        raise InputError(tuple(sorted(set(mistakes), key=lambda one: (one.place is None, one))))
    return schema


def _section(mistakes: Mistakes, body: Node, name: str) -> tuple[Any, ...]:
    node = body.value.get(name)
    hint = types_of(Database)[name]
    made = () if node is None else value_of(mistakes, hint, node, name)
    if name == "definitions" and node is not None:
        refused = (one for one in made or () if not is_what_it_says(one))
        for one in refused:
            fix = "copy what `colonnade introspect` prints of it"
            wrong(mistakes, node.place, f"the statements of {one.kind.lower()} '{one.name}' make something else", fix)
    return made if name == "unmodelled" else _sorted(made or ())


def _sorted(values: tuple[_T, ...]) -> tuple[_T, ...]:
    """By name, where they have one; the order of the document decides between equals."""
    return tuple(sorted(values, key=lambda one: str(getattr(one, "name", ""))))


def _text(node: Node | None) -> str | None:
    if node is None or node.value is None or isinstance(node.value, dict | list):
        return None
    return node.value if isinstance(node.value, str) else node.text


def _flag(mistakes: Mistakes, node: Node | None, what: str, default: bool = False) -> bool:
    if node is None or node.value is None:
        return default
    return bool(value_of(mistakes, bool, node, what))


def _entity(mistakes: Mistakes, node: Node, named: set[str], extended: bool, reasons: dict[str, str]) -> Read:
    keys = mapping(mistakes, node, "an entity")
    model, table_name = _text(keys.get("name")), _text(keys.get("table_name"))
    if model is None and table_name is None:
        wrong(mistakes, node.place, "an entity lacks the key 'name'", "add it")
    name = table_name or naming.plural(naming.snake(model or "entity", "entity"))
    filled = Node({**keys, "table_name": Node(name, node.place, name)}, node.place, keys=node.keys)
    base = decode(mistakes, Table, filled, _TABLE_SKIP, ENTITY_KEYS | {"triggers", "policies"})
    _because(keys.get("because"), name, reasons)
    columns, from_columns, indexed = columns_of(mistakes, name, keys, named, extended, reasons)
    made = [
        one
        for one in (_constraint(mistakes, name, node, reasons) for node in _list(mistakes, keys, "constraints"))
        if one
    ]
    key = _primary_key(mistakes, name, keys.get("primary_key"), reasons)
    constraints = _completed([key] if key else [], made, from_columns)
    table = replace(
        base or Table(name),
        columns=columns,
        constraints=_sorted(tuple(constraints)),
        triggers=_parts(mistakes, keys, "triggers", Trigger, name, reasons),
        policies=_parts(mistakes, keys, "policies", Policy, name, reasons),
    )
    entity = _intent_of(mistakes, keys, model, table) if model is not None else None
    return Read(node, table, _flag(mistakes, keys.get("external"), "external"), entity, indexed)


def _list(mistakes: Mistakes, keys: Mapping[str, Node], name: str) -> list[Node]:
    return items(mistakes, keys.get(name), name)


def _because(node: Node | None, subject: str, reasons: dict[str, str]) -> None:
    text = _text(node)
    if text is not None:
        reasons[subject] = text


def _parts(
    mistakes: Mistakes, keys: Mapping[str, Node], section: str, cls: type[_T], table: str, reasons: dict[str, str]
) -> tuple[_T, ...]:
    made: list[_T] = []
    for node in _list(mistakes, keys, section):
        one = decode(mistakes, cls, node, also=frozenset({"because"}))
        if one is not None:
            made.append(one)
            _because(node.value.get("because"), f"{table}/{one.name}", reasons)
    return _sorted(tuple(made))


def _completed(key: list[Constraint], made: list[Constraint], from_columns: list[Constraint]) -> list[Constraint]:
    """What stands as a constraint, and what only a column says of itself."""
    there = key + made
    for one in from_columns:
        if isinstance(one, PrimaryKey):
            there += [] if any(isinstance(other, PrimaryKey) for other in there) else [one]
        elif isinstance(one, Unique):
            same = any(isinstance(other, Unique) and other.columns == one.columns for other in there)
            there += [] if same else [one]
        else:
            there += [] if any(other.name == one.name for other in there) else [one]
    return there


def _primary_key(mistakes: Mistakes, table: str, node: Node | None, reasons: dict[str, str]) -> PrimaryKey | None:
    keys = mapping(mistakes, node, "primary_key")
    if node is None or not keys:
        return None
    single = keys.get("column_name")
    columns = (single and Node([single], single.place)) or keys.get("columns")
    if columns is None:
        wrong(mistakes, node.place, "primary_key lacks the key 'column_name'", "name its column")
        return None
    filled = {"name": _named(f"{table}_pkey", node), **keys, "columns": columns}
    made = decode(mistakes, PrimaryKey, Node(filled, node.place, keys=node.keys), also=PRIMARY_KEY_KEYS)
    if made is not None:
        _because(keys.get("because"), f"{table}/{made.name}", reasons)
    return made  # type: ignore[no-any-return]


def _named(name: str, node: Node) -> Node:
    return Node(sql.shorten(name), node.place, name)


_SUFFIX = {"unique": "key", "foreign_key": "fkey", "check": "check", "exclude": "excl"}


def _constraint(mistakes: Mistakes, table: str, node: Node, reasons: dict[str, str]) -> Constraint | None:
    keys = mapping(mistakes, node, "a constraint")
    kind = _text(keys.get("type"))
    if kind is None or kind not in _CLASSES or kind == "primary_key":
        fix = suggestion(kind or "", _SUFFIX) or f"write one of {', '.join(_SUFFIX)}"
        wrong(mistakes, keys["type"].place if kind else node.place, f"a constraint has the type '{kind or ''}'", fix)
        return None
    columns = [_text(one) or "" for one in items(mistakes, keys.get("columns"), "columns")]
    if kind == "exclude":
        keys = _spelled_out(mistakes, keys)
    filled = {"name": _named("_".join((table, *columns, _SUFFIX[kind])), node), **_target(keys)}
    cls = _CLASSES[kind]
    made: Constraint | None = decode(
        mistakes,
        cls,
        Node(filled, node.place, keys=node.keys),
        also=frozenset({"type", "because", "columns"} | ({"expression"} if kind == "exclude" else set())),
    )
    if made is not None:
        _because(keys.get("because"), f"{table}/{made.name}", reasons)
    return made


def _spelled_out(mistakes: Mistakes, keys: Mapping[str, Node]) -> Mapping[str, Node]:
    """`expression: USING gist (room_id WITH =, during WITH &&)` as the elements, the method and the condition."""
    text = keys.get("expression")
    if text is None or "elements" in keys:
        return keys
    known = {name: one for name, one in keys.items() if name != "expression"}
    parts = exclusion_text.read(text.text) if isinstance(text.value, str) else None
    if parts is None:
        fix = "write it as in USING gist (room_id WITH =, during WITH &&)"
        wrong(mistakes, text.place, f"{text.text[:60]!r} is no EXCLUDE", fix)
        parts = ((), "gist", "")
    elements, method, condition = parts
    pairs = [Node([_said(key, text), _said(operator, text)], text.place) for key, operator in elements]
    made = {"elements": Node(pairs, text.place), "method": _said(method, text)}
    return {**known, **made, **({"condition": _said(condition, text)} if condition else {})}


def _said(value: str, near: Node) -> Node:
    return Node(value, near.place, value)


def _target(keys: Mapping[str, Node]) -> Mapping[str, Node]:
    """`target: users` is a table of public, and its `id` where no columns are named."""
    target = keys.get("target")
    if target is None:
        return keys
    pair = [Node("public", target.place, "public"), target] if isinstance(target.value, str) else target.value
    columns = Node([Node("id", target.place, "id")], target.place)
    return {"target_columns": columns, **keys, "target": Node(pair, target.place)}


def _intent_of(mistakes: Mistakes, keys: Mapping[str, Node], model: str, table: Table) -> Entity:
    relations = [_relationship(mistakes, node) for node in _list(mistakes, keys, "relationships")]
    return Entity(
        model,
        table.name,
        _flag(mistakes, keys.get("external"), "external"),
        _text(keys.get("description")) or "",
        _text(keys.get("owner_column")),
        _text(keys.get("created_at")),
        _text(keys.get("updated_at")),
        _text(keys.get("deleted_at")),
        _text(keys.get("active_view")),
        tuple(one for one in relations if one is not None),
        audience=value_of(mistakes, Audience, keys["audience"], "audience") or "owner"
        if "audience" in keys
        else "owner",
        tenant_column=_text(keys.get("tenant_column")),
        version_column=_text(keys.get("version_column")),
        created_by=_text(keys.get("created_by")),
        updated_by=_text(keys.get("updated_by")),
        feature=_text(keys.get("feature")) or "",
    )


# The words of the reference's form, as SQLAlchemy writes them.
_CASCADES = {"delete_orphan": "all, delete-orphan", "save_update": "save-update", "all": "all", "delete": "all, delete"}


def _relationship(mistakes: Mistakes, node: Node) -> Relationship | None:
    keys = mapping(mistakes, node, "a relationship")
    known_keys(mistakes, node, RELATIONSHIP_KEYS, "a relationship")
    kind = _text(keys.get("type"))
    target = _text(keys.get("related_table")) or _text(keys.get("related_entity"))
    if kind not in KINDS_OF_RELATIONSHIP or target is None:
        fix = suggestion(kind or "", KINDS_OF_RELATIONSHIP) or f"write one of {', '.join(KINDS_OF_RELATIONSHIP)}"
        wrong(mistakes, node.place, f"a relationship has the type '{kind or ''}'" if target else
              "a relationship lacks the key 'related_entity'", fix if target else "add it")  # fmt: skip
        return None
    foreign = _text(keys.get("foreign_key_column")) or ""
    columns = tuple(_text(one) or "" for one in items(mistakes, keys.get("columns"), "columns"))
    lazy = keys.get("lazy")
    eager = lazy is not None and lazy.value is False
    loading = _text(keys.get("loading")) or (_text(lazy) if lazy and isinstance(lazy.value, str) else None)
    cascade = (
        (_text(keys.get("cascade")) or "")
        .replace("delete_orphan", "all, delete-orphan")
        .replace("save_update", "save-update")
    )
    return Relationship(
        _text(keys.get("name")) or naming.snake(target),
        kind,  # type: ignore[arg-type]
        target,
        columns or ((foreign,) if foreign and "columns" not in keys else ()),
        foreign,
        _flag(mistakes, keys.get("owns_key"), "owns_key", kind == "many_to_one"),
        _text(keys.get("back_populates")),
        _CASCADES.get(cascade, cascade),
        _flag(mistakes, keys.get("passive_deletes"), "passive_deletes"),
        loading or ("joined" if eager else "select"),
        on_soft_delete=value_of(mistakes, SoftDelete, keys["on_soft_delete"], "on_soft_delete")
        if "on_soft_delete" in keys
        else None,
        join_table=_text(keys.get("join_table")),
        join_columns=tuple(
            (_text(one.value.get("entity_column")) or "", _text(one.value.get("related_column")) or "")
            for one in items(mistakes, keys.get("join_table_columns"), "join_table_columns")
            if isinstance(one.value, dict)
        ),
    )


def _indexes(mistakes: Mistakes, node: Node | None, reads: list[Read], reasons: dict[str, str]) -> list[list[Index]]:
    """The indexes of each entity, in the order of the entities."""
    places = {(one.table.schema, one.table.name): number for number, one in enumerate(reads)}
    made: list[list[Index]] = [[] for _ in reads]
    for one in items(mistakes, node, "indexes"):
        keys = mapping(mistakes, one, "an index")
        slot = (_text(keys.get("schema")) or "public", _text(keys.get("table_name")) or "")
        if slot not in places:
            fix = suggestion(slot[1], [name for _, name in places]) or "name a table of the document"
            wrong(mistakes, one.place, f"an index is on the table '{slot[1]}', which the document does not have", fix)
            continue
        index = _index(mistakes, one, reads[places[slot]].table)
        if index is not None:
            made[places[slot]].append(index)
            _because(keys.get("because"), f"{slot[1]}/{index.name}", reasons)
    return made


def _index(mistakes: Mistakes, node: Node, table: Table) -> Index | None:
    keys = node.value
    columns = [_key(one, table) for one in items(mistakes, keys.get("columns"), "columns")]
    names = [_text(one.value.get("column")) or "expression" for one in columns]
    filled = {
        "index_name": _named("_".join(("idx", table.name, *names)), node), **keys, "columns": Node(columns, node.place),
    }  # fmt: skip
    made: Index | None = decode(mistakes, Index, Node(filled, node.place, keys=node.keys), also=INDEX_KEYS)
    return made


def _key(node: Node, table: Table) -> Node:
    """`created_at`, `created_at DESC` or `lower(email)` as the mapping that an index key is."""
    if not isinstance(node.value, str) or table.has(node.value):
        return node if isinstance(node.value, dict) else Node({"column": node}, node.place)
    bare, _, direction = node.value.strip().rpartition(" ")
    if direction.upper() in ("ASC", "DESC"):
        descending = direction.upper() == "DESC"
        return Node({**_key(Node(bare, node.place, bare), table).value,
                     "descending": Node(descending, node.place, str(descending).lower())}, node.place)  # fmt: skip
    return Node({"expression" if "(" in node.value else "column": node}, node.place)


def _with_indexes(one: Read, indexes: list[Index]) -> Table:
    """The table with its indexes, and one for each column that says it is indexed and by none is led."""
    led = {index.columns[:1] for index in indexes}
    led |= {key.columns[:1] for key in one.table.constraints if isinstance(key, PrimaryKey | Unique)}
    more = [
        Index(sql.shorten(f"idx_{one.table.name}_{column}"), (IndexKey(column),))
        for column in one.indexed
        if (column,) not in led
    ]
    return replace(one.table, indexes=_sorted(tuple(indexes + more)))


def _with_usual(roles: Roles | None, read: Read) -> Read:
    """Where the document is silent about owner and privileges, what the house gives to its roles."""
    if roles is None or read.external:
        return read
    keys, table = read.node.value, read.table
    silent = {
        _text(one.value.get("name"))
        for one in _silent(keys.get("columns"))
        if isinstance(one.value, dict) and "privileges" not in one.value
    }
    columns = tuple(
        replace(one, privileges=usual_column(one, roles)) if one.name in silent else one for one in table.columns
    )
    owner = table.owner if "owner" in keys else roles.owner
    privileges = table.privileges if "privileges" in keys else usual_table(roles)
    return replace(read, table=replace(table, columns=columns, owner=owner, privileges=privileges))


def _silent(node: Node | None) -> list[Node]:
    return node.value if node is not None and isinstance(node.value, list) else []


def _schema(
    mistakes: Mistakes,
    body: Node,
    roles: Roles | None,
    reads: list[Read],
    sections: Mapping[str, tuple[Any, ...]],
    reasons: dict[str, str],
) -> Schema:
    own = _sorted(tuple(one.table for one in reads if not one.external))
    external = _sorted(tuple(one.table for one in reads if one.external))
    database = Database(tables=own, **dict(sections))
    return Schema(database, _intent(mistakes, body, roles, reads, reasons), external)


def _intent(mistakes: Mistakes, body: Node, roles: Roles | None, reads: list[Read], reasons: dict[str, str]) -> Intent:
    meta = body.value.get("meta")
    keys = mapping(mistakes, meta, "meta")
    if meta is not None:
        known_keys(mistakes, meta, META_KEYS, "meta")
    spec_file = _text(keys.get("spec_file")) or ""
    feature = _text(keys.get("feature")) or _feature(spec_file)
    title = _text(keys.get("title"))
    target = keys.get("target_version")
    defaults = Intent("", "")
    return Intent(
        feature=feature,
        title=feature.replace("-", " ").title() if title is None else title,
        spec_file=spec_file,
        revision_message=_text(keys.get("revision_message")) or "",
        house_rules=_text(keys.get("house_rules")) or defaults.house_rules,
        target_version=value_of(mistakes, int, target, "meta.target_version") or 15 if target else 15,
        roles=roles,
        setting=_text(keys.get("setting")) or defaults.setting,
        entities=_entities(mistakes, body, reads),
        patterns=_listed(mistakes, QueryPattern, body.value.get("query_patterns"), "query_patterns"),
        dependencies=_listed(mistakes, Dependency, body.value.get("dependencies"), "dependencies"),
        notes=_texts(mistakes, body, "performance_considerations", "query_optimization_notes"),
        denormalizations=_texts(mistakes, body, "performance_considerations", "denormalization_recommendations"),
        facts=tuple(
            (name, _text(one) or "") for name, one in mapping(mistakes, body.value.get("facts"), "facts").items()
        ),
        table_args=_texts(mistakes, body, "sqlmodel_config", "table_args"),
        reasons=_reasons(mistakes, body.value.get("reasons"), reasons),
        sources=tuple(
            (_text(one.value.get("file")) or "", _text(one.value.get("fingerprint")) or "")
            for one in items(mistakes, keys.get("sources"), "meta.sources")
            if isinstance(one.value, dict)
        ),
    )


def _feature(spec_file: str) -> str:
    parts = [part for part in spec_file.split("/") if part]
    return parts[-2] if len(parts) > 1 else "001-design"


def _roles(mistakes: Mistakes, node: Node | None) -> Roles | None:
    return decode(mistakes, Roles, node) if node is not None and node.value is not None else None


def _listed(mistakes: Mistakes, cls: type[_T], node: Node | None, section: str) -> tuple[_T, ...]:
    made = (decode(mistakes, cls, one) for one in items(mistakes, node, section))
    return tuple(one for one in made if one is not None)


def _texts(mistakes: Mistakes, body: Node, section: str, key: str) -> tuple[str, ...]:
    node = mapping(mistakes, body.value.get(section), section).get(key)
    texts = (_text(one) for one in items(mistakes, node, key))
    return tuple(one for one in texts if one is not None)


def _reasons(mistakes: Mistakes, node: Node | None, inline: dict[str, str]) -> tuple[Reason, ...]:
    made = [decode(mistakes, Reason, one) for one in items(mistakes, node, "reasons")]
    listed = [one for one in made if one is not None]
    if not inline:
        return tuple(listed)
    return tuple(sorted([*(Reason(*one) for one in inline.items()), *listed], key=lambda one: one.subject))


def _entities(mistakes: Mistakes, body: Node, reads: list[Read]) -> tuple[Entity, ...]:
    """The entities by table, with what stands apart from them: row counts, modes, and targets named by their model."""
    tables = {one.entity.name: one.table.name for one in reads if one.entity}
    known = {one.table.name for one in reads}
    counts = _counts(mistakes, body.value.get("performance_considerations"))
    modes = _modes(mistakes, body.value.get("sqlmodel_config"))
    made = []
    for one in reads:
        if one.entity is None:
            continue
        relations = tuple(
            replace(
                relation,
                target=relation.target if relation.target in known else tables.get(relation.target, relation.target),
                mode=modes.get((one.entity.name, relation.name), relation.mode),
            )
            for relation in one.entity.relationships
        )
        made.append(replace(one.entity, relationships=relations, estimated_rows=counts.get(one.table.name)))
    return tuple(sorted(made, key=lambda entity: entity.table))


def _counts(mistakes: Mistakes, node: Node | None) -> dict[str, int]:
    counts = mapping(mistakes, node, "performance_considerations").get("estimated_row_counts")
    read = mapping(mistakes, counts, "estimated_row_counts")
    return {name: value_of(mistakes, int, one, f"estimated_row_counts.{name}") for name, one in read.items()}


def _modes(mistakes: Mistakes, node: Node | None) -> dict[tuple[str, str], Any]:
    modes: dict[tuple[str, str], Any] = {}
    for one in items(
        mistakes, mapping(mistakes, node, "sqlmodel_config").get("relationship_config"), "relationship_config"
    ):
        keys = mapping(mistakes, one, "relationship_config")
        mode = _text(keys.get("mode"))
        if mode in ("linked", "back_populated", "computed"):
            modes[_text(keys.get("entity")) or "", _text(keys.get("relationship")) or ""] = mode
        else:
            wrong(
                mistakes,
                one.place,
                f"a relationship has the mode '{mode or ''}'",
                "write linked, back_populated or computed",
            )
    return modes

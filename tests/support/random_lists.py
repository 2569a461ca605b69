"""Entity lists drawn at random, each from one seed: types, relations and wishes in all mixtures.

A list may be odd, but it does not contradict itself: what it asks for can be built, and every proof must hold.
"""

from __future__ import annotations

from random import Random
from typing import Any

Entity = dict[str, Any]

NOUNS = (
    "Order", "Task", "Photo", "User Profile", "Invoice Line", "Café", "ÉtatCivil", "naïve plan", "Select", "Group",
    "Table", "Boat", "Quiz", "API Key", "HTTPRequest", "Ware-House", "Ticket", "Series", "News", "Person", "Child",
    "Category", "Day", "Leaf", "Index", "Window", "Analysis", "Datum", "注文", "Заказ", "A", "Sensor reading of the "
    "outer northern measuring station", "Tag", "Comment", "Booking",
)  # fmt: skip
NAMES = (
    "title", "name", "order", "user", "from", "end", "select", "email", "url", "phone", "slug", "country_code",
    "currency", "price", "amount", "percentage", "rating", "starts_at", "ends_at", "due_date", "is_done", "isActive",
    "notes", "code", "größe", "価格", "first name", "Level", "count", "position", "token", "password_hash", "ip",
    "location", "data", "tags", "duration", "metadata", "class", "type", "state", "kind", "parent", "value", "status",
    "priority", "a_rather_long_name_of_an_attribute_just_below_the_limit_of_63",
)  # fmt: skip
TYPES = (
    "uuid", "string", "string(1)", "string(200)", "text", "char(2)", "integer", "smallint", "bigint", "decimal(10,2)",
    "numeric", "money", "float", "double precision", "boolean", "date", "time", "timestamp", "timestamptz", "interval",
    "json", "jsonb", "bytea", "inet", "cidr", "macaddr", "text[]", "integer[]", "uuid[]", "enum(a,b)",
    "enum(low, medium, high)", "enum(it's, \"so\", x y)", "daterange", "tstzrange", "int4range", "email", "url",
    "phone", "slug", "currency", "percentage", "citext", "bit(3)", "xml", "point", "tsvector", "hstore", "ltree",
)  # fmt: skip
NUMBERS = frozenset({"integer", "smallint", "bigint", "decimal(10,2)", "numeric", "float", "double precision"})
TEXTS = frozenset({"string", "string(200)", "text"})
# Types whose values have an equality that a key or an index can use.
KEYED = NUMBERS | TEXTS | {"uuid", "date", "timestamp", "timestamptz", "inet", "char(2)", "email", "slug", "citext"}
# Names that mean a format, which a list of made-up values contradicts.
MEANT = frozenset({"email", "url", "phone", "slug", "country_code", "currency"})
CASCADES = ("CASCADE", "RESTRICT", "SET NULL")


def entity_list(seed: int) -> dict[str, Any]:
    """Up to six entities that point at each other and at users."""
    random = Random(seed)
    nouns = random.sample(NOUNS, random.randint(1, 6))
    entities = [_entity(random, noun) for noun in nouns]
    for entity in entities:
        entity["relationships"] = [*_owner(random, entity), *_relations(random, entity, nouns)]
    _extend(random, entities)
    strategy = {key: random.random() < 0.5 for key in ("user_scoped_tables", "timestamp_columns", "enum_columns")}
    return {"spec_file": f"specs/{seed:03d}-drawn/spec.md", "entities": entities, "indexing_strategy": strategy}


def _entity(random: Random, noun: str) -> Entity:
    chosen = random.sample(NAMES, random.randint(0, 8))
    attributes = {name: random.choice(TYPES) for name in chosen}
    key = random.choice(("uuid", "uuid", "uuid", "integer", "bigint", None))
    entity: Entity = {"name": noun, "attributes": {**({"id": key} if key else {}), **attributes}}
    entity["constraints"] = [one for name, kind in attributes.items() for one in _constraints(random, name, kind)]
    entity["indexes"] = [name for name, kind in attributes.items() if kind in KEYED and random.random() < 0.2]
    for wish, chance in (("soft_delete", 0.3), ("optimistic_locking", 0.15), ("audit_columns", 0.15)):
        if random.random() < chance:
            entity[wish] = True
    if random.random() < 0.1:
        entity["description"] = random.choice(("Visible to everyone.", "Only administrators change it.", "'; DROP --"))
    return entity


def _constraints(random: Random, name: str, kind: str) -> list[str]:
    found = [f"{name} NOT NULL"] if random.random() < 0.4 else []
    if kind in KEYED and random.random() < 0.15:
        found.append(f"{name} UNIQUE")
    if kind in NUMBERS and random.random() < 0.4:
        found.append(random.choice((f"{name} > 0", f"{name} BETWEEN 1 AND 5", f"{name} >= 0", f"{name} <> 3")))
    if kind in TEXTS and name not in MEANT and random.random() < 0.2:
        found.append(random.choice((f"length({name}) >= 2", f"{name} <> ''", f"{name} IN ('aa', 'b''b', 'c')")))
    # Not every server is built to take XML, and not every name can stand in SQL without quotes.
    return found if name.isidentifier() and name.isascii() and kind != "xml" else []


def _owner(random: Random, entity: Entity) -> list[Entity]:
    if random.random() < 0.3:
        return []
    if random.random() < 0.8:
        entity["attributes"]["user_id"] = "uuid"
    cascade = {"cascade": "CASCADE"} if random.random() < 0.5 else {}
    return [{"type": "many-to-one", "target_entity": "User", "foreign_key": "user_id", **cascade}]


def _relations(random: Random, entity: Entity, nouns: list[str]) -> list[Entity]:
    """References to others and to itself, and tables between two."""
    found: list[Entity] = []
    for target in random.sample(nouns, random.randint(0, min(2, len(nouns)))):
        kind = random.choice(("many-to-one", "many-to-one", "one-to-many", "many-to-many"))
        if target == entity["name"] and kind != "many-to-one":
            continue
        more = {"cascade": random.choice(CASCADES)} if random.random() < 0.6 else {}
        found.append({"type": kind, "target_entity": target, **more})
    return found


def _extend(random: Random, entities: list[Entity]) -> None:
    """Now and then the last entity is a kind of the first, or the first one is divided by time or by a hash."""
    first, last = entities[0], entities[-1]
    if len(entities) > 1 and random.random() < 0.2:
        last["extends"] = first["name"]
        last["inheritance"] = random.choice(("single-table", "joined", "concrete"))
        # The kind has the owner of the first, or none.
        for name in {*first["attributes"], "user_id"} & {*last["attributes"]}:
            del last["attributes"][name]
        kept = {*last["attributes"]}
        last["constraints"] = [
            one for one in last["constraints"] if one.split()[0].removeprefix("length(").rstrip(")") in kept
        ]
        last["indexes"] = [one for one in last["indexes"] if one in kept]
        last["relationships"] = [one for one in last["relationships"] if one["target_entity"] != "User"]
        # What others say of the kind may contradict what it has from the first, and a row that needs one of its own
        # kind would need one without end.
        for one in entities:
            one["relationships"] = [told for told in one["relationships"] if told["target_entity"] != last["name"]]
    elif random.random() < 0.15:
        first["partition_by"] = random.choice(("month of created_at", "hash of id into 2"))
        first["attributes"]["id"] = "uuid"

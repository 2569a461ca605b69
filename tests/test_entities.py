"""Entity lists: what is read from them, and what is said of wrong ones."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade import sql
from colonnade.design.draft import Draft, DraftAttribute
from colonnade.errors import InputError
from colonnade.sources import entities, form, shape
from colonnade.sources.constraint import quoting_columns, read_constraint
from colonnade.sources.typeword import Problem, TypeWord, read_type

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples/task-management/entities.json"
TASK: dict[str, Any] = json.loads(EXAMPLE.read_text())


def read(value: object, file: str = "list.json") -> Draft:
    return entities.read(value if isinstance(value, str) else json.dumps(value, indent=2), file)


def one(attributes: dict[str, str], **more: object) -> dict[str, Any]:
    return {"entities": [{"name": "Thing", "attributes": attributes, **more}]}


def said(value: object, file: str = "list.json") -> list[str]:
    """The mistakes of an input, as the user sees them."""
    with pytest.raises(InputError) as caught:
        read(value, file)
    return [str(mistake) for mistake in caught.value.mistakes]


def attribute(draft: Draft, name: str) -> DraftAttribute:
    return next(each for each in draft.entities[0].attributes if each.name.value == name)


def test_the_example_is_read_whole_and_each_fact_has_its_place() -> None:
    draft = read(EXAMPLE.read_text(), "entities.json")
    (task,) = draft.entities
    assert [each.name.value for each in task.attributes] == list(TASK["entities"][0]["attributes"])
    status = attribute(draft, "status")
    assert status.type and status.type.value == "enum"
    assert status.enum_values and status.enum_values.value == ("todo", "in_progress", "done")
    title = attribute(draft, "title")
    assert title.nullable and (title.nullable.value, str(title.nullable.place)) == (False, "entities.json:18:23")
    assert title.type and str(title.type.place) == "entities.json:9:18"
    (owner,) = task.relationships
    assert owner.foreign_key and owner.on_delete
    assert (owner.kind.value, owner.target.value, owner.foreign_key.value) == ("many-to-one", "User", "user_id")
    assert owner.on_delete.value == "CASCADE"
    assert (draft.feature, draft.database_provider, draft.migration_tool) == (
        "001-task-management",
        "neon-postgresql",
        "alembic",
    )
    assert draft.findings == () and task.constraints == ()


def test_json_and_yaml_say_the_same() -> None:
    yaml = """
entities:
  - name: Task
    attributes:
      id: uuid
      status: enum(todo, 'in progress', "it's, done")
      tags: text[]
      no: boolean
    indexes: [status, "no"]
    constraints:
      - status NOT NULL
    soft_delete: true
indexing_strategy:
  {user_scoped_tables: false, timestamp_columns: true, enum_columns: true, composite_indexes: [[status, no]]}
"""
    value = {
        "entities": [
            {
                "name": "Task",
                "attributes": {
                    "id": "uuid",
                    "status": "enum(todo, 'in progress', \"it's, done\")",
                    "tags": "text[]",
                    "no": "boolean",
                },
                "indexes": ["status", "no"],
                "constraints": ["status NOT NULL"],
                "soft_delete": True,
            }
        ],
        "indexing_strategy": {
            "user_scoped_tables": False,
            "timestamp_columns": True,
            "enum_columns": True,
            "composite_indexes": [["status", "no"]],
        },
    }
    left, right = read(yaml, "list.yaml"), read(value)
    assert _without_places(left) == _without_places(right)
    values = attribute(left, "status").enum_values
    assert values and values.value == ("todo", "in progress", "it's, done")
    assert str(left.entities[0].attributes[1].name.place) == "list.yaml:6:7"
    assert left.indexing_strategy.composite_indexes[0].value == ("status", "no")


def _without_places(draft: Draft) -> Any:
    def bare(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: bare(inner) for key, inner in value.items() if key != "source"}
        return [bare(inner) for inner in value] if isinstance(value, list) else value

    return bare(form.as_json(draft))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("enum(a,b)", ("a", "b")),
        ("ENUM ( a , b c )", ("a", "b c")),
        ("enum('a, b', \"c)\", O'Brien)", ("a, b", "c)", "O'Brien")),
        ("enum('it''s', 'back\\'d')", ("it's", "back'd")),
        ("enum('')', x)", None),
        ("enum()", None),
        ("enum", None),
        ("enum(a,,b)", None),
        ("enum(a,)", None),
        ("enum(a,a)", None),
        ("enum(" + "x" * 64 + ")", None),
        ("enum(" + "x" * 63 + ")", ("x" * 63,)),
        ("enum(a,b)[]", None),
        ("enum('); DROP TABLE x; --')", ("); DROP TABLE x; --",)),
    ],
)
def test_closed_lists(text: str, values: tuple[str, ...] | None) -> None:
    found = read_type(text)
    assert (found.values if isinstance(found, TypeWord) else None) == values


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=15), min_size=1, unique=True))
def test_quoted_values_come_back_whatever_they_hold(values: list[str]) -> None:
    quoted = ("'" + value.replace("\\", "\\\\").replace("'", "''") + "'" for value in values)
    assert read_type(f"enum({', '.join(quoted)})") == TypeWord("enum", tuple(values))


@pytest.mark.parametrize(
    "text",
    [
        "string(200)",
        "decimal(10,2)",
        "decimal(5)",
        "uuid",
        "text[]",
        "jsonb",
        "TIMESTAMP",
        "varchar",
        "timestamp(3)",
        "time",
    ],
)
def test_types_are_kept_as_written(text: str) -> None:
    assert read_type(text) == TypeWord(text)


def test_a_length_of_text_is_a_fact_of_its_own() -> None:
    assert read_type("text(500)") == TypeWord("text(500)", None, 500)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("strng", "did you mean 'string'?"),
        ("strng(20)", "no type is called 'strng'"),
        ("string(0)", "1 to 10485760"),
        ("string(abc)", "write whole numbers"),
        ("string(10485761)", "write whole numbers"),
        ("decimal(2,10)", "more digits after the point"),
        ("uuid(3)", "takes no number"),
        ("string(200) NOT NULL", "write the type alone (string(200))"),
        ("string(20); DROP TABLE x", "is more than a type; write the type alone (string(20))"),
        ("enum(a,b) NOT NULL", "write the type alone (enum(a,b))"),
        ("enum[]", "the enum has no list of values"),
        ("", "the type is empty"),
        ("(" * 5000, "over 200 characters"),
        ("string(٣)", "write whole numbers"),
    ],
)
def test_what_is_no_type_is_explained(text: str, part: str) -> None:
    found = read_type(text)
    assert isinstance(found, Problem)
    assert part in f"{found.message}; {found.fix}"


def test_constraints_become_facts_or_stay_as_conditions() -> None:
    draft = read(
        one(
            {
                "a": "integer",
                "b": "integer",
                "email": "citext",
                "price": "decimal(10,2)",
                "maxAge": "integer",
                "due date": "date",
            },
            constraints=[
                "a NOT NULL",
                "email UNIQUE NOT NULL",
                "UNIQUE (a, b)",
                "price NOT NULL DEFAULT 0",
                "due date NOT NULL",
                "PRIMARY KEY (a)",
                "a REFERENCES others(id) ON DELETE SET NULL",
                "maxAge > 0",
                "CHECK (a < b AND price IS NOT NULL)",
                "email IS NOT NULL",
                "things.b > 0",
            ],
        )
    )
    (thing,) = draft.entities
    a, email, price = (attribute(draft, name) for name in ("a", "email", "price"))
    assert a.nullable and a.nullable.value is False
    assert a.primary_key and a.references and a.on_delete
    assert (a.primary_key.value, a.references.value, a.on_delete.value) == (True, "others.id", "SET NULL")
    assert email.unique and email.unique.value and email.nullable and not email.nullable.value
    assert price.default and price.default.value == "0" and price.nullable and not price.nullable.value
    due = attribute(draft, "due date").nullable
    assert due and due.value is False
    assert [index.columns.value for index in thing.uniques] == [("a", "b")]
    assert [fact.value for fact in thing.constraints] == [
        "maxAge > 0",
        "CHECK (a < b AND price IS NOT NULL)",
        "email IS NOT NULL",
        "things.b > 0",
    ]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1) ; DROP TABLE x; --", "is not understood"),
        ("a > 0) OR (SELECT true", "is not understood"),
        ("a > (SELECT 1)", "looks beyond its own row"),
        ("titel NOT NULL", "did you mean 'title'?"),
        ("other > 0", "no attribute called 'other'"),
        ("t.a > 0", "no attribute called 't.a'"),
        ("a + 1", "is no condition"),
        ("true", "is no condition"),
        ("a must be positive", "is not understood"),
        ("a DEFAULT b", "refers to a column"),
        ("a DEFAULT 1; DROP TABLE x", "not one expression"),
        ("a NULL NOT NULL", "both NULL and NOT NULL"),
        ("", "the constraint is empty"),
        ("+".join(["a"] * 5000) + " > 0", "over 2000 characters"),
        ("status DEFAULT 'opn'", "did you mean 'open'?"),
        ("UNIQUE (a, c)", "no attribute called 'c'"),
        ("a = $1", "looks beyond its own row"),
    ],
)
def test_what_is_no_constraint_is_explained(text: str, part: str) -> None:
    (message,) = said(
        one({"a": "integer", "b": "integer", "title": "text", "status": "enum(open,done)"}, constraints=[text])
    )
    assert part in message
    assert message.startswith("list.json:")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("from >= 1", '"from" >= 1'), ("CHECK (user <> 'user')", """CHECK ("user" <> 'user')"""),
        ("to > from", '"to" > "from"'), ("end > \"from\"", '"end" > "from"'), ("limit NOT NULL", "limit NOT NULL"),
        ("CASE WHEN limit > 0 THEN true ELSE false END", 'CASE WHEN "limit" > 0 THEN true ELSE false END'),
        ("UNIQUE (order, user)", "UNIQUE (order, user)"), ("left(note, 1) = 'a'", "left(note, 1) = 'a'"),
        ("from >=", "from >="),
    ],
)  # fmt: skip
def test_columns_called_like_keywords_need_no_quotes(text: str, written: str) -> None:
    columns = ("from", "to", "user", "order", "limit", "left", "note", "and", *(["end"] if "CASE" not in text else []))
    assert quoting_columns(text, columns) == written


def test_a_bare_word_may_be_the_default_of_an_enum() -> None:
    draft = read(one({"status": "enum(open,done)"}, constraints=["status DEFAULT open"]))
    default = attribute(draft, "status").default
    assert default and default.value == "open"


def test_indexes_name_columns_of_the_entity_or_of_the_house() -> None:
    indexes = ["created_at DESC", "a, b", "(a, created_at DESC NULLS LAST)", "deleted_at", "owner_id", "dueDate"]
    relation = {"type": "MANY_TO_ONE", "target_entity": "Owner", "cascade": "set_null"}
    draft = read(
        one({"a": "text", "b": "text", "due_date": "date"}, indexes=indexes, soft_delete=True, relationships=[relation])
    )
    (thing,) = draft.entities
    assert [index.columns.value for index in thing.indexes][:3] == [
        ("created_at DESC",),
        ("a", "b"),
        ("a", "created_at DESC NULLS LAST"),
    ]
    assert thing.indexes[-1].columns.value == ("due_date",)
    assert thing.relationships[0].on_delete and thing.relationships[0].on_delete.value == "SET NULL"
    assert "no attribute called 'b'" in said(one({"a": "text"}, indexes=["lower(b)"]))[0]
    assert "stands twice" in said(one({"a": "text"}, indexes=["a", "a"]))[0]


@pytest.mark.parametrize(
    ("text", "keys", "rest"),
    [
        ("lower(order)", ('lower("order")',), {}),
        ("(data->>'kind')", ("data ->> 'kind'",), {}),
        ("tags USING gin", ("tags",), {"method": "gin"}),
        ("USING gin (data jsonb_path_ops)", ("data jsonb_path_ops",), {"method": "gin"}),
        ("a, order DESC NULLS LAST INCLUDE (b)", ("a", "order DESC NULLS LAST"), {"include": ("b",)}),
        ("unique (a) where order <> 'x, y'", ("a",), {"unique": True, "predicate": "\"order\" <> 'x, y'"}),
    ],
)
def test_an_index_may_be_written_as_sql_writes_it(text: str, keys: tuple[str, ...], rest: dict[str, object]) -> None:
    attributes = {"a": "text", "b": "text", "order": "text", "tags": "text[]", "data": "jsonb"}
    (index,) = read(one(attributes, indexes=[text])).entities[0].indexes
    told = {"unique": False, "method": "", "predicate": "", "include": (), **rest}
    assert index.columns.value == keys
    assert {name: getattr(index, name) for name in told} == told


@pytest.mark.parametrize(
    "text", ["a); DROP TABLE x; --", "CREATE INDEX i ON t (a)", "upper(", "a WHERE", "a; SELECT 1"]
)
def test_what_is_no_index_is_a_mistake(text: str) -> None:
    assert "no attribute called" in said(one({"a": "text"}, indexes=[text]))[0]


def test_a_unique_set_of_expressions_or_of_some_rows_is_an_index() -> None:
    draft = read(one({"a": "text", "b": "text"}, constraints=["UNIQUE (lower(a))", "b UNIQUE WHERE a IS NOT NULL"]))
    first, second = draft.entities[0].indexes
    assert (first.unique, first.columns.value, second.predicate) == (True, ("lower(a)",), "a IS NOT NULL")
    assert "no attribute called 'c'" in said(one({"a": "text"}, constraints=["UNIQUE (lower(c))"]))[0]


WRONG: list[tuple[object, str]] = [
    ({"entities": []}, "entities is an empty list"),
    ({}, "lacks the key 'entities'"),
    ([], "the entity list is a list"),
    ({"entities": [], "entitys": []}, "did you mean 'entities'?"),
    ({"entities": [3]}, "item 1 of entities is a number"),
    (one({}, name=""), "the name of an entity is empty"),
    (one({"": "text"}), "the name of an attribute of 'Thing' is empty"),
    (one({"x" * 64: "text"}), "over 63 bytes"),
    (one({"ctid": "text"}), "every PostgreSQL table has already"),
    (one({"a\x00b": "text"}), "holds a NUL"),
    (one({"a": "enum('\ud800')"}), "half of a surrogate pair"),
    (one({"Title": "text", "title": "text"}), "both give the column 'title'"),
    (one({"userId": "text", "user_id": "text"}), "both give the column 'user_id'"),
    (one({"a": "text"}, soft_delete="yes"), "write true or false"),
    (one({"a": 3}), "write its type as a text"),  # type: ignore[dict-item]
    ({"entities": [{"name": "A", "attributes": [{"name": "a", "type": "text"}]}]}, 'write an object: {"id": "uuid"'),
    (one({"a": "text"}, relationships=[{"type": "one-to-one", "target_entity": "B"}]), "make its foreign key unique"),
    (one({"a": "text"}, relationships=[{"type": "many-to-one"}]), "lacks the key 'target_entity'"),
    (
        one({"a": "text"}, relationships=[{"type": "many-to-one", "target_entity": "B", "cascade": "x"}]),
        "write one of CASCADE",
    ),
    ({**one({"a": "text"}), "database_provider": "mysql"}, "database_provider is 'mysql', which is not known"),
    ({**one({"a": "text"}), "migration_tool": "prisma"}, "not available in this version"),
    ({**one({"a": "text"}), "migration_tool": "alembik"}, "did you mean 'alembic'?"),
    ({**one({"a": "text"}), "spec_file": "/etc/passwd"}, "leads out of the project"),
    ({**one({"a": "text"}), "spec_file": "specs/../../x/spec.md"}, "leads out of the project"),
    ({**one({"a": "text"}), "spec_file": "..\\x\\spec.md"}, "leads out of the project"),
    ({**one({"a": "text"}), "spec_file": "C:\\x\\spec.md"}, "leads out of the project"),
    ({**one({"a": "text"}), "spec_file": "a\nb/spec.md"}, "is no path"),
    (
        {**one({"a": "text"}), "indexing_strategy": {"composite_indexes": [["a", "z"]]}},
        "no entity has all of the columns",
    ),
    (
        {"entities": [{"name": "Task", "attributes": {}}, {"name": "task", "attributes": {}}]},
        "both give the table 'tasks'",
    ),
    (
        {"entities": [{"name": "Task", "attributes": {}}, {"name": "Tasks", "attributes": {}}]},
        "both give the table 'tasks'",
    ),
    ({"entities": [{"name": "Task", "attributes": {}}] * 2}, "'Task' stands twice"),
    (one({f"c{number}": "text" for number in range(1601)}), "1,601 attributes"),
    ("", "is empty"),
    ("\ufeff  \n", "is empty"),
    ("{", "is not valid JSON"),
    ('{"entities": [],}', "remove the comma"),
    ('{"entities": NaN}', "NaN is no value"),
    ("[" * 100_000, "64 levels deep"),
    ("[" * 500 + "]" * 500, "levels deep"),
    ('{"entities": [], "entities": []}', "stands twice"),
    ('{"entities": ' + "9" * 6000 + "}", "entities is a number"),
]


@pytest.mark.parametrize(("value", "part"), WRONG, ids=[part for _, part in WRONG])
def test_wrong_lists_are_explained(value: object, part: str) -> None:
    assert any(part in message for message in said(value)), said(value)


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    value = one({"a": "strng", "ctid": "uuid"}, indexes=["z"], constraints=["q NOT NULL", "a >"], softdelete=True)
    messages = said({**value, "migration_tool": "prisma"})
    assert len(messages) == 7
    places = [tuple(map(int, message.split(": ")[0].split(":")[1:])) for message in messages]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: &x [1]\nb: *x\n", "aliases"),
        ("entities: !!python/object:os.system [x]\n", "tags"),
        ("entities: []\n---\nentities: []\n", "second YAML document"),
        ("entities: []\nentities: []\n", "stands twice"),
        ("entities:\n\t- a\n", "is not valid YAML"),
        ("entities: [\n", "is not valid YAML"),
        ("[" * 100_000, "levels deep"),
        ("- " * 50_000, "levels deep"),
        ('entities: "\\UFFFFFFFF"\n', "is not valid YAML"),
        ("%YAML 9.9\n---\nentities: []\n", "list.yaml"),
        ("? [a]\n: b\n", "no key called"),
        ("just words\n", "the entity list is a text"),
        ("a: 1\n<<: {b: 2}\n", "no key called"),
    ],
)
def test_wrong_yaml_is_explained(text: str, part: str) -> None:
    assert any(part in message for message in said(text, "list.yaml")), said(text, "list.yaml")


def test_positions_survive_tabs_surrogate_pairs_and_line_ends() -> None:
    text = '{"entities":\r\n\t[{"name": "\\ud83d\\ude00 x", "attributes": {"é😀": "text",\t"b": "strng"}}]}'
    assert said(text) == [
        "list.json:2:"
        + str(text.split("\n")[1].index('"strng"') + 1)
        + ": no type is called 'strng'; did you mean 'string'?"
    ]


def test_messages_cannot_steer_a_terminal() -> None:
    (message,) = said(one({"a": "\x1b[31mred\n"}))
    assert "\x1b" not in message and "\n" not in message


def test_the_feature_is_the_folder_of_the_spec_file_or_what_the_file_is_called() -> None:
    plain = one({"a": "text"})
    assert read({**plain, "spec_file": "specs/007-x/spec.md"}).feature == "007-x"
    assert read(plain, "lists/shop.json").feature == "shop"
    assert read(plain, "shop/entities.json").feature == "shop"
    assert read({**plain, "spec_file": "spec.md"}, "shop/entities.json").feature == "shop"
    assert read(plain, "../entities.json").feature == "entities"


def test_slips_in_relationships_are_findings() -> None:
    relation = {"type": "many-to-one", "target_entity": "Custmer", "foreign_key": "custmer_id"}
    value = {
        "entities": [
            {"name": "Customer", "attributes": {"id": "uuid"}},
            {"name": "Invoice", "attributes": {"id": "uuid", "customer_id": "uuid"}, "relationships": [relation]},
        ]
    }
    assert [(finding.rule, finding.fix) for finding in read(value).findings] == [
        ("near-entity", "did you mean 'Customer'?"),
        ("unlisted-foreign-key", "did you mean 'customer_id'?"),
    ]


HOSTILE = [
    "Order",
    "user",
    'na"me',
    "naïve",
    "O'Brien",
    "x" * 63,
    "Задача",
    "a\nb",
    "'); DROP TABLE x; --",
    '"""',
    "{{ }}",
    "%s",
    ":name",
    "\\",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_data(name: str) -> None:
    draft = read({"entities": [{"name": name, "attributes": {name: "text", "other": "uuid"}, "indexes": ["other"]}]})
    assert (draft.entities[0].name.value, draft.entities[0].attributes[0].name.value) == (name, name)


def test_the_json_schema_takes_the_example_and_names_every_key() -> None:
    schema = entities.json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    assert set(TASK) <= set(schema["properties"])
    entity = schema["properties"]["entities"]["items"]
    assert set(TASK["entities"][0]) <= set(entity["properties"])
    assert entity["required"] == ["name", "attributes"]
    described = [schema["properties"][key.name]["description"] for key in entities.INPUT.keys]
    assert all(text.endswith(".") for text in described)
    assert shape.json_schema(entities.INPUT) == {
        key: value for key, value in schema.items() if key not in ("$schema", "title")
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text()
            | st.sampled_from(["entities", "name", "attributes", "indexes", "constraints", "relationships", "type"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


def survives(text: str, file: str) -> None:
    """Reading gives a Draft or mistakes with messages, nothing else."""
    try:
        form.as_json(entities.read(text, file))
    except InputError as error:
        assert error.mistakes
        assert all(mistake.message and str(mistake).isprintable() for mistake in error.mistakes)


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from(["x.json", "x.yaml"]))
def test_any_json_value_survives(value: object, file: str) -> None:
    survives(json.dumps(value), file)


@settings(max_examples=150, deadline=None)
@given(st.text(), st.sampled_from(["x.json", "x.yaml", "x"]))
def test_any_text_survives(text: str, file: str) -> None:
    survives(text, file)


def _paths(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, child in inner for found in _paths(child, (*path, key)))]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_valid_list_with_anything_changed_survives(data: st.DataObject) -> None:
    value = copy.deepcopy(TASK)
    path = data.draw(st.sampled_from(_paths(value)[1:]))
    holder: Any = value
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = data.draw(JSON)
    survives(json.dumps(value), "x.json")


@settings(max_examples=250, deadline=None)
@given(st.integers(0, 800), st.integers(0, 20), st.text(max_size=8), st.booleans())
def test_a_valid_text_with_any_cut_survives(start: int, length: int, inserted: str, as_yaml: bool) -> None:
    text = EXAMPLE.read_text()
    survives(text[:start] + inserted + text[start + length :], "x.yaml" if as_yaml else "x.json")


@settings(max_examples=200, deadline=None)
@given(st.text("abx ()'\",;<>=+-*/\\%$&|01\n\tNOTULPRIMAYKEQSDFC", max_size=60))
def test_any_constraint_survives(text: str) -> None:
    survives(
        json.dumps(one({"a": "integer", "b": "text"}, constraints=[text, f"a {text}", f"CHECK ({text})"])), "x.json"
    )
    assert read_constraint(text) is not None


@pytest.mark.parametrize(
    "text",
    ["a) OR (b", "1) OVER (ORDER BY 1", "1) FILTER (WHERE true", "a) + probe(b", "DISTINCT (a)", "(a) ORDER BY (b)"],
)
def test_brackets_of_an_expression_close_only_what_it_opens(text: str) -> None:
    assert sql.expression(text) is None


def test_whole_expressions_with_brackets_are_expressions() -> None:
    for text in ("(a) OR (b)", "lower(a) = 'x)'", "probe(a)", "a IN (1, 2)", "(a > 0) -- )", "a = ')' OR (b)"):
        assert sql.expression(text) is not None, text

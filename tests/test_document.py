"""design.yaml: there and back, by hand, and with mistakes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.config import Settings
from colonnade.design import document
from colonnade.design.engine import design
from colonnade.design.schema import (
    Check,
    Column,
    CompositeType,
    Database,
    Entity,
    EnumType,
    Exclusion,
    Function,
    Generated,
    Identity,
    Index,
    IndexKey,
    Intent,
    Policy,
    PrimaryKey,
    Privilege,
    QueryPattern,
    Reason,
    Roles,
    Schema,
    Sequence,
    Table,
    Unique,
    View,
)
from colonnade.errors import InputError
from support.drafts import task_management

NAMES = st.one_of(
    st.sampled_from(
        (
            "Order",
            "user",
            'na"me',
            "naïve",
            "O'Brien",
            "n" * 63,
            "two\nlines",
            "'); --",
            '"""',
            "{{ }}",
            "%s",
            "no",
            "null",
            "1",
            "1.5",
            "~",
            "- a",
            "a: b",
            "#x",
            "[x]",
            "&a",
            "*a",
            "!t",
            "é\u2028",
            " lead",
            "y",
        )
    ),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=12),
)
TEXTS = st.one_of(NAMES, st.text(st.sampled_from("ab \n\t'\"\\:#-é\r\x85"), max_size=20))
TYPES = st.sampled_from(
    ("uuid", "text", "character varying(20)", "integer[]", "timestamp(3) with time zone", "numeric(10,2)")
)
DEFAULTS = st.sampled_from(
    (None, "'todo'", "now()", "0", "true", "'{}'::jsonb", "nextval('a'::regclass)", "ARRAY[1]", "-1.5")
)
CONDITIONS = st.sampled_from(("a > 0", "length(trim(title)) > 0", "x = 'a: b # c'", "y ~ '^[^@]+$'"))
PRIVILEGES = st.lists(st.builds(Privilege, NAMES, st.just(("SELECT",)), st.booleans()), max_size=2).map(tuple)
COLUMNS = st.builds(
    Column,
    NAMES,
    TYPES,
    st.booleans(),
    DEFAULTS,
    st.sampled_from((None, Identity(True), Identity(False, "START WITH 5", (Privilege("r", ("USAGE",)),), "counts"))),
    st.sampled_from((None, Generated("a + 1"), Generated("b", False))),
    privileges=PRIVILEGES,
    comment=st.none() | TEXTS,
)


def by_name(values):
    return tuple(sorted(values, key=lambda one: one.name))


@st.composite
def tables(draw, name):
    columns = draw(st.lists(COLUMNS, min_size=1, max_size=4, unique_by=lambda one: one.name))
    names = st.lists(st.sampled_from([one.name for one in columns]), min_size=1, max_size=2, unique=True).map(tuple)
    key = draw(st.none() | st.builds(PrimaryKey, NAMES, names))
    if key:
        columns = [replace(one, nullable=False) if one.name in key.columns else one for one in columns]
    rest = st.lists(
        st.builds(Unique, NAMES, names, nulls_not_distinct=st.booleans())
        | st.builds(Check, NAMES, CONDITIONS, comment=st.none() | TEXTS)
        | st.builds(Exclusion, NAMES, st.just("gist"), st.just((("room_id", "="), ("tstzrange(a, b)", "&&")))),
        max_size=2,
    )
    keys = st.lists(
        names.map(lambda some: IndexKey(some[0])) | st.just(IndexKey(expression="lower(a)", descending=True)),
        min_size=1,
        max_size=2,
    ).map(tuple)
    return Table(
        name,
        columns=tuple(columns),
        constraints=by_name(([key] if key else []) + draw(rest)),
        indexes=by_name(draw(st.lists(st.builds(Index, NAMES, keys, predicate=st.none() | CONDITIONS), max_size=2))),
        policies=by_name(draw(st.lists(st.builds(Policy, NAMES, using=st.none() | CONDITIONS), max_size=2))),
        owner=draw(st.none() | st.sampled_from(("app_owner", "other"))),
        privileges=draw(PRIVILEGES),
        comment=draw(st.none() | TEXTS),
        options=draw(st.sampled_from(((), ("fillfactor=70",)))),
        partition_of=draw(st.sampled_from((None, (("public", "p"), "FOR VALUES IN (1)")))),
    )


@st.composite
def schemas(draw):
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    made = [draw(tables(name)) for name in names]
    split = draw(st.integers(0, len(made)))
    entities = [
        Entity(draw(NAMES), one.name, number >= split, draw(TEXTS), estimated_rows=draw(st.none() | st.integers(0, 9)))
        for number, one in enumerate(made)
    ]
    return Schema(
        Database(
            enums=by_name(
                draw(st.lists(st.builds(EnumType, NAMES, st.lists(TEXTS, max_size=3).map(tuple)), max_size=2))
            ),
            composites=by_name(
                draw(st.lists(st.builds(CompositeType, NAMES, st.just((("a", "text", None),))), max_size=1))
            ),
            sequences=by_name(
                draw(st.lists(st.builds(Sequence, NAMES, owned_by=st.just(("public", "a", "b"))), max_size=1))
            ),
            functions=by_name(
                draw(
                    st.lists(
                        st.builds(
                            Function,
                            NAMES,
                            body=TEXTS,
                            cost=st.sampled_from((None, 1.5)),
                            returns=st.sampled_from((None, "text")),
                        ),
                        max_size=2,
                    )
                )
            ),
            tables=by_name(made[:split]),
            views=by_name(draw(st.lists(st.builds(View, NAMES, TEXTS), max_size=1))),
            unmodelled=tuple(draw(st.lists(TEXTS, max_size=2))),
        ),
        Intent(
            draw(NAMES),
            draw(TEXTS),
            draw(TEXTS),
            roles=draw(st.sampled_from((None, Roles()))),
            entities=tuple(sorted(entities, key=lambda one: one.table)),
            patterns=tuple(draw(st.lists(st.builds(QueryPattern, NAMES, NAMES, TEXTS), max_size=2))),
            reasons=tuple(draw(st.lists(st.builds(Reason, st.sampled_from(("a", *names)), TEXTS), max_size=3))),
            sources=(("spec.md", "ab"),),
        ),
        by_name(made[split:]),
    )


@given(schemas())
def test_what_is_dumped_is_loaded(schema):
    assert document.load(document.dump(schema), "design.yaml") == schema


def test_the_value_is_plain_json_and_the_json_schema_is_one():
    schema, _ = design(task_management(soft_delete=True), Settings())
    json.dumps(document.as_value(schema))
    assert document.json_schema()["required"] == ["database_schema"]


MINIMAL = """
database_schema:
  entities:
    - name: Todo
      columns:
        - {name: id, database_type: uuid, constraints: [primary_key], default: gen_random_uuid()}
        - {name: title, database_type: varchar(200), nullable: false, check_expression: length(title) > 0}
        - {name: state, database_type: text, default: open}
        - {name: done, database_type: boolean, default: false, indexed: true}
        - {name: at, database_type: timestamp}
        - {name: slug, database_type: varchar, constraints: [unique, not_null]}
      constraints:
        - {type: unique, columns: [title, at]}
      relationships: []
  indexes:
    - {table_name: todos, columns: [at DESC, lower(title)]}
"""


def test_a_minimal_document_by_hand_gets_the_rest():
    table = document.load(MINIMAL, "design.yaml").database.table("todos")
    assert [one.type for one in table.columns] == [
        "uuid",
        "character varying(200)",
        "text",
        "boolean",
        "timestamp with time zone",
        "character varying",
    ]
    assert [one.name for one in table.constraints] == [
        "todos_pkey",
        "todos_slug_key",
        "todos_title_at_key",
        "todos_title_check",
    ]
    assert (table.column("state").default, table.column("done").default) == ("'open'", "false")
    assert table.indexes[0].keys[0] == IndexKey("at", descending=True)
    assert {one.name for one in table.indexes} == {"idx_todos_at_expression", "idx_todos_done"}


def test_edits_by_hand_work():
    schema, _ = design(task_management(), Settings())
    text = document.dump(schema).replace("on_delete: CASCADE", "on_delete: RESTRICT")
    text = text.replace(
        "        - name: created_at\n", "        - {name: note, database_type: text}\n        - name: created_at\n", 1
    )
    table = document.load(text, "design.yaml").database.table("tasks")
    assert table.foreign_keys[0].on_delete == "RESTRICT"
    assert table.column("note").privileges == table.column("title").privileges


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("nullable: false", "nulable: false", "did you mean 'nullable'?"),
        ("database_type: boolean", "database_type: boolen", "did you mean 'boolean'?"),
        ("type: unique,", "type: uniqe,", "did you mean 'unique'?"),
        ("columns: [title, at]", "columns: [titel, at]", "did you mean 'title'?"),
        ("table_name: todos", "table_name: todo", "did you mean 'todos'?"),
        ("length(title) > 0", "1) ; DROP TABLE x; --", "is not one SQL expression"),
        ("default: open", "default: [open]", "a default is one value"),
        ("indexed: true", "indexed: true, indexed: true", "stands twice"),
        ("entities:", "entities", "is not valid YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, message):
    with pytest.raises(InputError) as caught:
        document.load(MINIMAL.replace(old, new, 1), "design.yaml")
    (mistake,) = (one for one in caught.value.mistakes if message in str(one))
    assert mistake.place.file == "design.yaml" and mistake.place.line > 1


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE t"],
        ["CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING; DROP TABLE t"],
        ["CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING", "DROP TABLE t"],
        [],
    ],
)
def test_a_definition_makes_what_it_says_and_nothing_else(statements):
    def text(some):
        rule = json.dumps([{"kind": "RULE", "name": "r ON t", "sql": some}])
        return MINIMAL.replace("database_schema:\n", f"database_schema:\n  definitions: {rule}\n", 1)

    good = document.load(text(["CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING"]), "design.yaml")
    assert [one.name for one in good.database.definitions] == ["r ON t"]
    with pytest.raises(InputError, match="make something else"):
        document.load(text(statements), "design.yaml")


def test_all_mistakes_come_at_once():
    text = MINIMAL.replace("nullable: false", "nulable: false").replace("type: unique,", "type: uniqe,")
    with pytest.raises(InputError) as caught:
        document.load(text, "design.yaml")
    assert len(caught.value.mistakes) == 2


@pytest.mark.parametrize(
    "text", ["", "[]", "a: b", "database_schema: 3", "- x", "&a [*a]", "\x00", "database_schema: {entities: 4}"]
)
def test_what_is_no_design_is_an_input_error(text):
    with pytest.raises(InputError):
        document.load(text, "design.yaml")


def test_exclude_is_read_in_the_form_of_the_reference():
    forms = ("USING gist (at WITH &&, slug WITH =)", "EXCLUDE (at WITH &&, slug WITH =)", "at WITH &&, slug WITH =")
    for form in forms:
        stated = f"constraints:\n        - {{type: exclude, columns: [at], expression: '{form}', name: once}}"
        text = MINIMAL.replace("constraints:\n", f"{stated}\n", 1)
        (found,) = (one for one in document.load(text, "d").database.table("todos").constraints if one.name == "once")
        assert found == Exclusion("once", "gist", (("at", "&&"), ("slug", "=")))
    with pytest.raises(InputError, match="is no EXCLUDE"):
        document.load(text.replace(forms[-1], "at; DROP TABLE x"), "d")


def test_what_follows_from_the_rest_is_noted_where_a_person_states_it_otherwise():
    text = MINIMAL.replace("{name: done,", "{name: done, python_name: isDone,")
    _, notes = document.read(text + "  meta: {version: '2.0.0'}\n  sqlmodel_config: {validation_rules: [short]}\n", "d")
    assert [one.message.split(" follows")[0] for one in notes] == [
        "meta.version", "sqlmodel_config.validation_rules", "the python_name isDone of done",
    ]  # fmt: skip
    assert all(one.place and one.place.line > 1 for one in notes)
    schema, _ = design(task_management(), Settings())
    assert document.read(document.dump(schema), "d") == (schema, ())

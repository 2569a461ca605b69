"""Normal forms: what a document states or names suggest is found with evidence, and what is a key is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.design import document
from colonnade.server import Server, connect

HEAD = "# T\n## Entities\n### Customer\n| Field | Type | Notes |\n|---|---|---|\n| id | uuid | primary key |\n"
ORDER = "### Order\n| Field | Type | Notes |\n|---|---|---|\n| id | uuid | primary key |\n"


def designed(tmp_path: Path, text: str) -> api.Design:
    path = tmp_path / "spec.md"
    path.write_text(HEAD + text, encoding="utf-8")
    return api.design([str(path)], Settings())


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("| phone1 | string | |\n| phone2 | string | |\n", "repeats phone under numbers: phone1, phone2"),
        ("| tags | string | comma-separated labels |\n", "customers.tags is a list within a text"),
        ("| friend_ids | uuid[] | |\n", "customer_friends (customer_id, friend_id)"),
        ("| zip | string | |\n| city | string | |\n", "customers: zip → city breaks 3NF (implied"),
        ("| brand | string | |\n| land | string | depends on the brand |\n\n- brand -> land\n", "brand → land"),
        (f"| name | string | |\n{ORDER}| customer_id | uuid | FK → Customer |\n| customer_name | string | |\n",
         "keep customer_name in customers only"),
        ("### Line\n| Field | Type | Notes |\n|---|---|---|\n| order_id | uuid | primary key, FK → Order |\n"
         "| customer_id | uuid | primary key, FK → Customer |\n| customer_id_label | string | label |\n"
         f"| zip | string | primary key |\n| city | string | |\n{ORDER}", "zip → city breaks 2NF"),
    ],
)  # fmt: skip
def test_what_breaks_a_normal_form_is_found_with_a_proposal(tmp_path: Path, text: str, wanted: str) -> None:
    said = [str(one) for one in designed(tmp_path, text).findings if one.rule.endswith("normal-form")]
    assert any(wanted in one for one in said), said


@pytest.mark.parametrize(
    "text",
    [
        "| address_line1 | string | |\n| address_line2 | string | |\n",
        "| zip | string | unique |\n| city | string | |\n",
        "| state | string | cart -> placed |\n| city | string | |\n",
        "| customer_since | date | |\n",
    ],
)
def test_what_is_no_fault_is_not_named(tmp_path: Path, text: str) -> None:
    assert not [one for one in designed(tmp_path, text).findings if one.rule.endswith("normal-form")]


def test_dependencies_stand_in_the_document_and_come_back(tmp_path: Path) -> None:
    schema = designed(tmp_path, "| zip | string | |\n| city | string | |\n").schema
    (known,) = schema.intent.dependencies
    assert (known.determinant, known.dependents, known.form) == (("zip",), ("city",), "3NF")
    assert document.load(document.dump(schema), "design.yaml") == schema


ROWS = [
    ("1010", "Vienna", "AT"), ("1010", "Wien", "AT"), ("8010", "Graz", "AT"), ("8010", "Graz", "AT"),
    ("9020", "nothing", "AT"), ("9020", None, "AT"),
]  # fmt: skip
PLACES = (
    "| zip | string | |\n| city | string | |\n| state | string | |\n| isbn | string | |\n| publisher | string | |\n"
)
SAID = [
    "customers: zip → city is refuted: 2 of 3 shared values differ, such as 1010: 'Vienna', 'Wien'",
    "customers: zip → state holds in all 3 shared values of 6 rows",
    "customers: isbn → publisher is undecided: no two of 0 rows share isbn",
]


def test_rows_of_files_confirm_or_refute(tmp_path: Path) -> None:
    lines = ["zip,city,state,isbn,publisher", *(",".join((row[0], row[1] or "", row[2], "", "")) for row in ROWS)]
    (tmp_path / "customers.csv").write_text("\n".join(lines), encoding="utf-8")
    made = designed(tmp_path, PLACES)
    assert [
        one.message for one in api.sampled(made, str(tmp_path)).findings if one.rule == "dependency-in-rows"
    ] == SAID


def test_rows_of_a_database_say_the_same(tmp_path: Path, server: Server, scratch: str) -> None:
    with connect(server.dsn(scratch)) as connection:
        connection.execute("CREATE TABLE customers (zip text, city text, state text, isbn text, publisher text)")
        for row in ROWS:
            connection.execute("INSERT INTO customers VALUES (%s, %s, %s)", row)
    made = api.sampled(designed(tmp_path, PLACES), server.dsn(scratch))
    assert [one.message for one in made.findings if one.rule == "dependency-in-rows"] == SAID


def test_the_parts_of_a_stream_are_the_document(tmp_path: Path) -> None:
    schema = designed(tmp_path, PLACES).schema
    first, *entities, last = map(json.loads, document.lines(schema))
    whole = document.as_value(schema)["database_schema"]
    assert {**first, "entities": [one["entity"] for one in entities],
            "indexes": [index for one in entities for index in one["indexes"]], **last["rest"]} == whole  # fmt: skip

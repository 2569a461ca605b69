"""Normal forms: what a document states or names suggest is found with evidence, and what is a key is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.design import document

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

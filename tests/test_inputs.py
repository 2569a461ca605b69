"""The calling convention: a document that names the documents to read."""

from __future__ import annotations

from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.design import document
from colonnade.errors import InputError
from colonnade.sources import read

CALL = """skill: "database-modeling"
inputs:
  database_spec: "database/orders.md"
  feature_specs: [{features}]
  performance_context:
    expected_rows_per_table: {{{rows}}}
"""
ORDERS = """# Orders

## Entities

### Order

| Field | Type | Constraints |
|-------|------|-------------|
| id | uuid | primary key |
| user_id | uuid | not null |
| total | decimal(12,2) | not null |
"""


def call(folder: Path, features: str = "", rows: str = "orders: 1000, users: 9") -> str:
    (folder / "specs" / "database").mkdir(parents=True)
    (folder / "specs" / "database" / "orders.md").write_text(ORDERS)
    path = folder / "call.yaml"
    path.write_text(CALL.format(features=features, rows=rows))
    return str(path)


def test_the_named_documents_are_read_and_the_rows_give_sizes(tmp_path: Path) -> None:
    made = api.design([call(tmp_path)], Settings())
    assert [one.name for one in made.schema.database.tables] == ["orders"]
    value = document.as_value(made.schema)["database_schema"]["performance_considerations"]
    assert value["estimated_row_counts"] == {"orders": 1000}
    assert value["sizes"][0]["heap_bytes"] % 8192 == 0 and set(value["totals"]) == {"1x", "10x", "100x"}
    assert document.load(document.dump(made.schema), "design.yaml") == made.schema


@pytest.mark.parametrize(
    ("features", "rows", "words"),
    [
        ('"features/none.md"', "", "no file is called"),
        ('"../../secret.md"', "", "no file is called"),
        ("", "orders: many", "are no number"),
        ("", "nothing: 5", "no table is called"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, features: str, rows: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read.draft([call(tmp_path, features, rows)])
    assert words in str(caught.value.mistakes[0]) and "call.yaml:" in str(caught.value.mistakes[0])

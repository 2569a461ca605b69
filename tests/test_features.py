"""Several features of one repository share one schema, each entity owned by the feature that introduced it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from colonnade import api
from colonnade.config import Settings
from colonnade.design import document
from colonnade.errors import InputError


def specs(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / "specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "specs"


def listed(*entities: tuple[str, dict[str, str]]) -> str:
    return json.dumps({"entities": [{"name": name, "attributes": attributes} for name, attributes in entities]})


MARKDOWN = {
    "001-shop/spec.md": "# Shop\n## Key Entities\n- **Product**: has a name (string, required), price (decimal)\n",
    "002-reviews/spec.md": "# Reviews\n## Key Entities\n- **Review**: has a text, belongs to a Product\n"
    "- **Product**: gains an average_rating (decimal)\n",
}


def owners(made: api.Design) -> dict[str, str]:
    return {one.table: one.feature for one in made.schema.intent.entities}


def test_markdown_of_two_features_is_one_schema_with_owners(tmp_path: Path) -> None:
    folder = specs(tmp_path, MARKDOWN)
    made = api.design([str(folder)], Settings())
    assert owners(made) == {"products": "001-shop", "reviews": "002-reviews"}
    assert made.schema.database.table("products").has("average_rating")
    assert document.load(made.yaml(), "design.yaml") == made.schema
    files = [str(folder / name) for name in MARKDOWN]
    assert len({api.design(one, Settings()).yaml() for one in (files, files[::-1])}) == 1


def test_one_feature_alone_names_no_owner(tmp_path: Path) -> None:
    folder = specs(tmp_path, {"001-shop/spec.md": MARKDOWN["001-shop/spec.md"]})
    assert set(owners(api.design([str(folder)], Settings())).values()) == {""}


def test_a_later_list_extends_an_entity_of_an_earlier_one(tmp_path: Path) -> None:
    first = ("Product", {"name": "string(80)"})
    files = {
        "002-b/entities.json": listed(
            ("Product", {"name": "string(80)", "rank": "integer"}), ("Tag", {"name": "text"})
        ),
        "001-a/entities.json": listed(first),
    }
    folder = specs(tmp_path, files)
    made = api.design([str(folder / name) for name in files], Settings())
    assert owners(made) == {"products": "001-a", "tags": "002-b"}
    assert made.schema.database.table("products").has("rank")


def test_features_that_contradict_each_other_are_told_with_both_places(tmp_path: Path) -> None:
    files = {
        "001-a/entities.json": listed(("Product", {"name": "string(80)"})),
        "002-b/entities.json": listed(("Product", {"name": "integer"})),
    }
    folder = specs(tmp_path, files)
    with pytest.raises(InputError, match=r"Product.name is 'integer' here and 'string\(80\)' at .*001-a"):
        api.design([str(folder / name) for name in files], Settings())

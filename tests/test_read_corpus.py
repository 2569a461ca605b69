"""The corpus of specifications: no document is read worse than before, and the golds and their scorer are sound."""

from __future__ import annotations

import json
from math import floor
from typing import Any

import pytest

from support.corpus import CASES, Case, cases, first_tries, judged
from support.reading_scores import Tally, combined, mark, same_name, total

FLOORS = CASES / "read-floors.json"
TYPES = frozenset(
    "date timestamp uuid string text integer bigint decimal float boolean enum json array binary other".split()
)
KINDS = frozenset({"many-to-one", "one-to-one", "many-to-many"})


def kept_floors() -> dict[str, float]:
    return json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}


def raised_floors(found: dict[str, float], kept: dict[str, float]) -> dict[str, float]:
    """For each case the higher one of its kept floor and its score now, rounded down."""
    return {name: max(floor(score * 100) / 100, kept.get(name, 0.0)) for name, score in sorted(found.items())}


def test_no_document_is_read_worse_than_its_floor(request: pytest.FixtureRequest) -> None:
    found = {case.name: combined(judged(case).score) for case in cases()}
    if request.config.getoption("--update"):
        FLOORS.write_text(json.dumps(raised_floors(found, kept_floors()), indent=2) + "\n", encoding="utf-8")
    kept = kept_floors()
    assert sorted(kept) == sorted(found)
    worse = [f"{name}: {found[name]:.3f}, floor {kept[name]}" for name in kept if found[name] < kept[name]]
    assert not worse, "make read-scores lists the mistakes of a case with --mistakes CASE\n" + "\n".join(worse)


def test_floors_only_rise() -> None:
    raised = raised_floors({"better": 0.987, "worse": 0.5, "new": 0.333}, {"better": 0.9, "worse": 0.6, "gone": 0.4})
    assert raised == {"better": 0.98, "new": 0.33, "worse": 0.6}


def test_every_document_has_its_first_try() -> None:
    tries = first_tries()
    assert [case.name for case in cases() if case.fingerprint not in tries] == []


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_gold_agrees_fully_with_itself_and_not_with_nothing(case: Case) -> None:
    sheet = mark(case.gold, case.gold)
    assert sheet.mistakes == []
    assert combined(sheet.score) == 1.0
    stated = [entity for entity in case.gold["entities"] if not entity.get("optional")]
    assert combined(mark(case.gold, {"entities": []}).score) == (0.0 if stated else 1.0)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_gold_uses_the_words_of_the_conventions(case: Case) -> None:
    for entity in case.gold["entities"]:
        names = [same_name(attribute["name"]) for attribute in entity["attributes"]]
        assert len(names) == len(set(names))
        for attribute in entity["attributes"]:
            assert {attribute["type"] or "text", *attribute.get("type_alt", ())} <= TYPES
        for relationship in entity["relationships"]:
            assert {relationship["kind"], *relationship.get("kind_alt", ())} <= KINDS | {"one-to-many"}


def entity(name: str, *attributes: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": one, "type": "text"} for one in attributes], **more}


def to(target: str, kind: str = "many-to-one", fk: str | None = None, **more: Any) -> dict[str, Any]:
    return {"to": target, "kind": kind, "fk": fk, **more}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("public.OrderLines", "order_line"),
        ("dueDate", "due_date"),
        ("HTTPRequest", "http request"),
        ("Boxes", "box"),
        ("statuses", "status"),
        ("Categories", "category"),
        ("address", "address"),
        ("öffnet um", "öffnet_um"),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert same_name(one) == same_name(other)


def test_a_missed_entity_costs_its_attributes_and_an_invented_one_its_own() -> None:
    gold = {"entities": [entity("Boat", "name", "length")]}
    score = mark(gold, {"entities": [entity("Harbour", "depth")]}).score
    assert score["entities"] == Tally(0, 1, 1)
    assert score["attributes"] == Tally(0, 1, 2)
    assert score["types"] == Tally(0, 0, 2)


def test_a_wrong_type_counts_on_both_sides_and_a_missing_one_on_one() -> None:
    gold = {"entities": [entity("Boat", "name", "length")]}
    told = entity("boats", "name", "length")
    told["attributes"][0]["type"] = "uuid"
    told["attributes"][1]["type"] = None
    assert mark(gold, {"entities": [told]}).score["types"] == Tally(0, 1, 2)


def test_optional_facts_are_neither_rewarded_nor_punished() -> None:
    gold = {"entities": [entity("Boat", "name"), entity("View", "sum", optional=True)]}
    assert combined(mark(gold, {"entities": [entity("Boat", "name")]}).score) == 1.0
    both = mark(gold, {"entities": [entity("Boat", "name"), entity("View", "sum", "other")]})
    assert combined(both.score) == 1.0


def test_a_relationship_told_from_both_sides_counts_once() -> None:
    gold = {"entities": [entity("Boat", relationships=[to("Harbour", fk="harbour_id")]), entity("Harbour")]}
    told = [
        entity("Boat", "harbour_id", relationships=[to("Harbour", fk="harbour_id")]),
        entity("Harbour", relationships=[to("Boat", "one-to-many")]),
    ]
    score = mark(gold, {"entities": told}).score
    assert score["relationships"] == Tally(1, 0, 0)
    assert score["attributes"] == Tally(0, 0, 0)


def test_two_keys_to_one_entity_are_two_relationships() -> None:
    links = [to("Team", fk="home_id"), to("Team", fk="away_id")]
    gold = {"entities": [entity("Match", relationships=links), entity("Team")]}
    told = [entity("Match", relationships=links[:1]), entity("Team")]
    assert mark(gold, {"entities": told}).score["relationships"] == Tally(1, 0, 1)


def test_many_to_many_is_implied_by_a_junction() -> None:
    junction = entity("Crew", relationships=[to("Boat"), to("Sailor")])
    stated = [entity("Boat"), entity("Sailor"), junction]
    told = [entity("Boat", relationships=[to("Sailor", "many-to-many")]), entity("Sailor"), junction]
    assert mark({"entities": stated}, {"entities": told}).score["relationships"] == Tally(2, 0, 0)


def test_the_whole_is_weighed_without_parts_that_have_nothing_to_find() -> None:
    gold = {"entities": [{"name": "Boat", "attributes": [{"name": "name", "type": None}]}]}
    score = mark(gold, {"entities": [entity("Boat", "length")]}).score
    assert combined(score) == pytest.approx(0.25 / 0.60)
    assert total([score, score])["entities"] == Tally(2, 0, 0)

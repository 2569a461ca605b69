"""Permissions: where a comment holds, that text in a string is no comment, and that a useless one is told."""

from __future__ import annotations

import pytest

from colonnade.config import Settings
from colonnade.findings import Finding
from colonnade.lint import run
from colonnade.server import Server

KEY = "CREATE TABLE a (id uuid PRIMARY KEY);\n"
TIME = "CREATE TABLE b (\n  id uuid PRIMARY KEY,\n  at timestamp\n);\n"


def judged(server: Server, sql: str, **settings: tuple[str, ...] | frozenset[str]) -> list[str]:
    found: tuple[Finding, ...] = run.sql_files(server, {"a.sql": sql}, Settings(**settings))
    return [f"{one.place.line if one.place else 0} {one.rule}" for one in found]


@pytest.mark.parametrize(
    "sql",
    [
        KEY + "-- colonnade: allow timestamp-without-time-zone\n" + TIME,
        KEY + "-- colonnade: allow TY001\n\n-- another comment\n" + TIME,
        KEY + TIME.replace("at timestamp", "at timestamp -- colonnade: allow timestamp without time zone"),
        KEY
        + TIME.replace(");", "); -- colonnade: allow TY001 because clocks there have no zone")
        + KEY.replace(" a ", " c "),
        KEY + "--colonnade:ALLOW ty001\n" + TIME,
    ],
    ids=["above", "above, by id, with more between", "in it, as words", "behind it, with a reason", "tight"],
)
def test_a_comment_on_or_above_a_statement_allows(server: Server, sql: str) -> None:
    assert judged(server, sql) == []


@pytest.mark.parametrize(
    "sql",
    [
        "-- colonnade: allow TY001\n" + KEY + TIME,
        TIME + "-- colonnade: allow TY001\n" + KEY,
    ],
    ids=["above another", "below"],
)
def test_a_comment_on_another_statement_allows_nothing(server: Server, sql: str) -> None:
    assert sorted(one.split()[1] for one in judged(server, sql)) == [
        "timestamp-without-time-zone",
        "useless-suppression",
    ]


def test_what_stands_in_a_string_is_no_comment(server: Server) -> None:
    text = "COMMENT ON TABLE b IS '\n-- colonnade: allow TY001\n';\n"
    assert judged(server, TIME + text) == ["3 timestamp-without-time-zone"]


def test_a_name_that_no_rule_has_is_told(server: Server) -> None:
    assert judged(server, "-- colonnade: allow everything\n" + KEY) == ["1 useless-suppression"]


def test_the_configuration_allows_by_object_and_switches_off(server: Server) -> None:
    assert judged(server, TIME, allow=("TY001:b.at",)) == []
    assert judged(server, TIME, allow=("timestamp-without-time-zone:b",)) == []
    assert judged(server, TIME, allow=("TY001:c",)) == ["0 useless-suppression", "3 timestamp-without-time-zone"]
    assert judged(server, TIME, disabled_rules=frozenset({"timestamp-without-time-zone"})) == []
    off = frozenset({"useless-suppression"})
    assert judged(server, TIME, allow=("TY001:c",), disabled_rules=off) == ["3 timestamp-without-time-zone"]

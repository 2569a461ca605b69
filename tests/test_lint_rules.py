"""Each rule fires on its own Bad example, alone, and nothing fires on its Good one: both run on PostgreSQL."""

from __future__ import annotations

import pytest

from colonnade.findings import Rule
from colonnade.lint import run
from colonnade.lint.pages import parts
from colonnade.lint.rules import lint_rules
from colonnade.server import Server

RULES = sorted(lint_rules().values(), key=lambda rule: rule.id)


def fired(server: Server, sql: str) -> set[str]:
    report = run.sql_files(server, {"example.sql": sql})
    return {finding.rule for finding in report}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_fires_on_its_bad_example_and_on_no_good_one(server: Server, rule: Rule) -> None:
    example = parts(rule)
    assert fired(server, example["Bad"]) == {rule.name}
    assert fired(server, example["Good"]) == set()


def test_there_are_many_rules_and_each_has_a_sentence() -> None:
    assert len(RULES) >= 40
    for rule in RULES:
        assert rule.id and rule.title.endswith("."), rule.name

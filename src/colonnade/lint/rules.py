"""All lint rules: importing this module registers them. It loads no driver and no parser."""

from __future__ import annotations

from colonnade.findings import RULES, Rule, declare
from colonnade.lint import columns, functions, indexes, isolation, keys, naming, safety
from colonnade.lint.world import CHECKS

SUBJECTS = (keys, indexes, columns, naming, isolation, functions, safety)
"""The files of rules, in the order of their pages."""


USELESS = declare(
    "useless-suppression",
    """A comment or a setting allows what no rule complains of, or names no rule.

    `-- colonnade: allow foreign-key-without-index` on or above a statement keeps that rule silent about it; several
    rules are separated by commas, and a reason may follow after `because`. `allow = ["FK001:books"]` in the
    configuration does so for one object of any source, and `rules.<name> = false` switches a rule off.
    A permission that nothing needs hides the next fault.
    """,
)


def lint_rules() -> dict[str, Rule]:
    """The rules that lint runs over a database, by name."""
    return {name: RULES[name] for name in CHECKS}


def by_word(word: str) -> Rule | None:
    """The rule of that name or id, with blanks or hyphens between the words of its name."""
    name = "-".join(word.split())
    return RULES.get(name) or next((one for one in RULES.values() if one.id and one.id == word.upper()), None)

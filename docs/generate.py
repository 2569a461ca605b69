"""Writes the pages of docs/ that come from the code: the rules, the laws, and what the reader recognises."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path

import colonnade
from colonnade.findings import RULES, Rule
from colonnade.lint.checklists import CHECKLISTS, Item
from colonnade.lint.pages import markdown
from colonnade.lint.safety import SAFETY_CHECKS
from colonnade.prove.laws import LAWS, Law
from colonnade.sources.markdown import guide

FOLDER = Path(__file__).parent
NOTICE = "<!-- Written by docs/generate.py from the code; edit the docstrings there and run `make docs`. -->\n"

RULES_HEAD = """# Rules

A finding names the rule that it comes from.
`colonnade explain RULE` prints the page of one of them.

- `rules.<name> = false` in the [configuration](configuration.md) switches a rule off.
- `-- colonnade: allow <name>` on or above a statement of SQL keeps a lint rule silent about it (`# colonnade: …` in an
  Alembic revision); several rules are separated by commas, and a reason may follow after `because`.
- `allow = ["<id or name>:<object>"]` in the configuration does so for one table, column, constraint or index.
- A permission that nothing needs is a finding itself.

Each example under *Bad* and *Good* is run on PostgreSQL by the tests: the rule fires on the first and on none of the
second. *Given* is what stands there before.
"""
CHECKLISTS_HEAD = """# Checklists

What reviewers look at before they sign, and what looks at it here: rules tell of faults, laws are checked on PostgreSQL
for every build, writers are those whose files answer it.
"""
LAWS_HEAD = """# Laws

What the prover claims of every build and checks on PostgreSQL, in scratch databases.
A build moves its files only when every law holds; `colonnade prove` checks them without writing anything.
"""


def load_everything() -> None:
    """Imports every module, since importing is what registers rules and laws."""
    for module in pkgutil.walk_packages(colonnade.__path__, "colonnade."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def pages() -> dict[str, str]:
    """The generated pages by the name of their file."""
    load_everything()
    return {
        "rules.md": rules_page(),
        "laws.md": laws_page(),
        "reading.md": guide.page(),
        "checklists.md": checklists_page(),
    }


def rules_page() -> str:
    lint = [rule for rule in RULES.values() if rule.id and rule.name not in SAFETY_CHECKS]
    migrations = [rule for rule in RULES.values() if rule.name in SAFETY_CHECKS]
    others = [rule for rule in RULES.values() if not rule.id]
    sections = (
        ("Rules of lint about schemas", sorted(lint, key=lambda rule: rule.id)),
        ("Rules of lint about migrations", sorted(migrations, key=lambda rule: rule.id)),
        ("Rules of the house and of the readers", sorted(others, key=lambda rule: rule.name)),
    )
    parts = [NOTICE + RULES_HEAD]
    parts += [_section(title, rules) for title, rules in sections]
    return "\n".join(parts)


def _section(title: str, rules: Iterable[Rule]) -> str:
    return "\n".join([f"## {title}\n", *map(_rule, rules)])


def _rule(rule: Rule) -> str:
    head = f"### {rule.id} {rule.name} ({rule.severity})" if rule.id else f"### {rule.name}"
    return f"{head}\n\n{markdown(rule)}"


def checklists_page() -> str:
    return "\n".join([NOTICE + CHECKLISTS_HEAD, *(_checklist(*one) for one in CHECKLISTS.items())])


def _checklist(title: str, items: Iterable[Item]) -> str:
    rows = [f"| {one.asks} | {_links(one.rules, 'rules.md')} | {_links(one.laws, 'laws.md')} | {', '.join(one.files)} |"
            for one in items]  # fmt: skip
    return "\n".join([f"## {title}\n", "| what | rules | laws | writers |", "| --- | --- | --- | --- |", *rows, ""])


def _links(names: Iterable[str], page: str) -> str:
    return ", ".join(f"[{name}]({page}#{_anchor(name, page)})" for name in names)


def _anchor(name: str, page: str) -> str:
    """The anchor that a reader of Markdown makes of the rule's heading."""
    rule = RULES.get(name) if page == "rules.md" else None
    return f"{rule.id.lower()}-{name}-{rule.severity}" if rule and rule.id else name


def laws_page() -> str:
    return "\n".join([NOTICE + LAWS_HEAD, *(_law(LAWS[name]) for name in sorted(LAWS))])


def _law(law: Law) -> str:
    return f"## {law.name}\n\n{law.page}\n"


if __name__ == "__main__":
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")

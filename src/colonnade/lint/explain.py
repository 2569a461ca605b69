"""What `explain` answers: the page of a rule or a law, or the story of an object of the design."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from colonnade.design.schema import Schema
from colonnade.errors import wrong
from colonnade.findings import RULES
from colonnade.lint import pages, story
from colonnade.lint.rules import by_word


def page(name: str, laws: Mapping[str, str]) -> tuple[str, object] | None:
    """The page of the rule or law of that name as text and as a value, or None; `laws` are pages by name."""
    rule = by_word(name)
    if rule is not None:
        value = {"name": rule.name, "kind": "rule", "id": rule.id, "severity": rule.severity, "page": rule.page}
        return pages.text(rule), value
    if name in laws:
        return f"{name} (law)\n\n{laws[name]}", {"name": name, "kind": "law", "page": laws[name]}
    return None


def told(name: str, schema: Schema, titles: Mapping[str, str]) -> tuple[str, object]:
    """The story of `name` in `schema`, as text and as a value; `titles` are those of the laws. Raises InputError."""
    subject = story.find(schema, name)
    if subject is None:
        near = difflib.get_close_matches(name, _names(schema, titles), n=3, cutoff=0.5)
        tables = ", ".join(table.name for table in schema.database.tables[:5])
        fix = "did you mean " + " or ".join(f"'{one}'" for one in near) + "?" if near else f"the tables are {tables}"
        raise wrong(f"nothing here is called '{name}'", fix=fix)
    one = story.story(schema, subject)
    return story.text(one, titles), story.as_value(one, titles)


def _names(schema: Schema, titles: Mapping[str, str]) -> list[str]:
    """All that can be explained, and the names of constraints and indexes without their table."""
    known = story.subjects(schema)
    short = [subject.partition("/")[2] for subject in known if "/" in subject]
    return sorted({*known, *short, *RULES, *titles})

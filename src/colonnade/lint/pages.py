"""The parts of a rule's page: what it says, and SQL that it refuses and accepts."""

from __future__ import annotations

import re
from textwrap import dedent

from colonnade.findings import Rule

_PART = re.compile(r"^(Given|Bad|Good):\n((?:[ \t]+\S.*\n?|\n)+)", re.MULTILINE)


def parts(rule: Rule) -> dict[str, str]:
    """The SQL under `Given:`, `Bad:` and `Good:` of the rule's page."""
    return {match[1]: dedent(match[2]).strip() + "\n" for match in _PART.finditer(rule.page + "\n")}


def prose(rule: Rule) -> str:
    """The page without its SQL."""
    return _PART.sub("", rule.page + "\n").strip()


def markdown(rule: Rule) -> str:
    """The page as Markdown, without a heading."""
    blocks = [prose(rule)]
    blocks += [f"{name}:\n\n```sql\n{sql}```" for name, sql in parts(rule).items()]
    return "\n\n".join(blocks) + "\n"


def text(rule: Rule) -> str:
    """The page for a terminal: name, severity, what it says, and how to switch it off."""
    head = f"{rule.id} {rule.name} ({rule.severity})" if rule.id else rule.name
    ways = [f"rules.{rule.name} = false"]
    # Only SQL and revisions have comments for it, and the rules with an id are those that look at them.
    ways += [f"-- colonnade: allow {rule.name}"] if rule.id else []
    return f"{head}\n\n{rule.page}\n\nSwitch it off: {', or '.join(ways)}\n"

"""Finding, Proof and the registry of rules."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from colonnade.errors import Place

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about an input or a design: rule, place, message, fix."""

    rule: str
    message: str
    place: Place | None = None
    fix: str = ""
    severity: Severity = "warning"

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.severity}: {self.message} [{self.rule}]" + (f"; {self.fix}" if self.fix else "")

    def json(self) -> dict[str, object]:
        return {
            "rule": self.rule,
            "severity": self.severity,
            "place": self.place.json() if self.place else None,
            "message": self.message,
            "fix": self.fix,
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """A law checked on PostgreSQL: what was claimed of what, whether it held, and the evidence."""

    law: str
    subject: str
    passed: bool
    evidence: str
    milliseconds: float = 0.0

    def __str__(self) -> str:
        return f"{'ok' if self.passed else 'FAILED'}  {self.law}  {self.subject}: {self.evidence}"

    def json(self) -> dict[str, object]:
        return {
            "law": self.law,
            "subject": self.subject,
            "passed": self.passed,
            "evidence": self.evidence,
            "milliseconds": round(self.milliseconds, 1),
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule; `name` is kebab-case, `page` is the docstring of the function that implements it.

    A lint rule also has a short `id` such as FK001, a `severity`, and a name that reads after the word "allow".
    """

    name: str
    page: str
    id: str = ""
    severity: Severity = "warning"

    @property
    def title(self) -> str:
        return self.page.split("\n", 1)[0]


RULES: dict[str, Rule] = {}

_Function = TypeVar("_Function", bound=Callable[..., object])


def rule(name: str, *, id: str = "", severity: Severity = "warning") -> Callable[[_Function], _Function]:  # noqa: A002
    """Registers a function as the rule `name`; its docstring is the rule's page. Raises on a second use of a name."""

    def register(function: _Function) -> _Function:
        if name in RULES or (id and any(one.id == id for one in RULES.values())):
            raise ValueError(f"two rules are called {name} or {id}")
        RULES[name] = Rule(name, inspect.cleandoc(function.__doc__ or ""), id, severity)
        return function

    return register


def declare(name: str, page: str) -> str:
    """Registers a rule that has no function of its own (a finding of a reader) and returns its name."""
    if name in RULES:
        raise ValueError(f"two rules are called {name}")
    RULES[name] = Rule(name, inspect.cleandoc(page))
    return name

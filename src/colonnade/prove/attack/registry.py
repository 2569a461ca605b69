"""The registry of attacks: one row an attack, and what can come of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from colonnade.prove.attack.stage import Subject


class Verdict(StrEnum):
    """What came of an attack; `UNPROVEN` is no success: it says that the attack could not tell."""

    HELD = "held"
    LEAKED = "leaked"
    UNPROVEN = "unproven"
    ACCEPTED = "accepted"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict and its evidence; `exploit` are the exact statements that show a leak or an accepted channel.

    `stronger` names the variant that closes an accepted channel.
    """

    verdict: Verdict
    evidence: str
    exploit: tuple[str, ...] = ()
    stronger: str = ""


Run = Callable[[Subject], Result]


@dataclass(frozen=True, slots=True)
class Attack:
    """A named way to reach another user's rows; `page` says in a sentence what must not happen."""

    name: str
    theme: str
    page: str
    run: Run


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attack on one table, and what came of it."""

    table: str
    attack: Attack
    result: Result


ATTACKS: dict[str, Attack] = {}


def attack(name: str) -> Callable[[Run], Run]:
    """Registers a function as the attack `name`, its module as the theme. Raises ValueError on a second use."""

    def register(run: Run) -> Run:
        if name in ATTACKS:
            raise ValueError(f"two attacks are called {name}")
        theme = run.__module__.rpartition(".")[2]
        ATTACKS[name] = Attack(name, theme, inspect.cleandoc(run.__doc__ or ""), run)
        return run

    return register


def held(evidence: str) -> Result:
    return Result(Verdict.HELD, evidence)


def leaked(evidence: str, exploit: tuple[str, ...]) -> Result:
    return Result(Verdict.LEAKED, evidence, exploit)


def unproven(evidence: str) -> Result:
    return Result(Verdict.UNPROVEN, evidence)


def not_applicable(why: str) -> Result:
    return Result(Verdict.NOT_APPLICABLE, why)


def accepted(evidence: str, exploit: tuple[str, ...], stronger: str) -> Result:
    return Result(Verdict.ACCEPTED, evidence, exploit, stronger)

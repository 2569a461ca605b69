"""The registry of laws: what Colonnade claims of every build, and the function that checks it on PostgreSQL."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

from colonnade.findings import Proof
from colonnade.prove.ground import Ground

Check = Callable[[Ground], Iterator[Proof]]
Lane = Literal["files", "rows"]
"""Laws of one lane run one after the other; the lanes run beside each other, in databases of their own."""


@dataclass(frozen=True, slots=True)
class Law:
    """A named claim; `page` says what is claimed, and how it is checked.

    `check` is None where the check of another law, which goes over the same rows, yields its proofs too.
    """

    name: str
    page: str
    check: Check | None
    lane: Lane

    @property
    def title(self) -> str:
        return self.page.split("\n", 1)[0]


LAWS: dict[str, Law] = {}


def law(name: str, lane: Lane = "rows") -> Callable[[Check], Check]:
    """Registers a function as the check of the law `name`. Raises ValueError on a second use of a name."""

    def register(check: Check) -> Check:
        if name in LAWS:
            raise ValueError(f"two laws are called {name}")
        LAWS[name] = Law(name, inspect.cleandoc(check.__doc__ or ""), check, lane)
        return check

    return register


def declare(name: str, page: str, lane: Lane = "rows") -> str:
    """Registers a law whose proofs come from another law's check, and returns its name. Raises on a second use."""
    if name in LAWS:
        raise ValueError(f"two laws are called {name}")
    LAWS[name] = Law(name, inspect.cleandoc(page), None, lane)
    return name


def held(law: Law, ground: Ground) -> tuple[Proof, ...]:
    """What `law` observed, each proof with its time. A check that cannot run is a failed proof, never a skip."""
    proofs: list[Proof] = []
    started = perf_counter()
    check = law.check or _nothing
    try:
        for proof in check(ground):
            now = perf_counter()
            proofs.append(proof if proof.milliseconds else replace(proof, milliseconds=(now - started) * 1000))
            started = perf_counter()
    except Exception as error:
        spent = (perf_counter() - started) * 1000
        proofs.append(Proof(law.name, ground.feature, False, _unable(error, ground), spent))
    return tuple(proofs)


def _unable(error: Exception, ground: Ground) -> str:
    """Why a check could not run, in words that are the same on every run: without folders and scratch names."""
    words = reason(error).replace(f"{ground.tree}/", "")
    for name in (ground.empty, ground.filled, ground.workbench):
        words = words.replace(name, "the scratch database")
    return f"the check could not run: {words}"


def reason(error: BaseException) -> str:
    """An exception in one line: its class, its SQLSTATE where there is one, its first line."""
    state = getattr(error, "sqlstate", None)
    lines = str(getattr(getattr(error, "diag", None), "message_primary", None) or error).splitlines()
    return " ".join(part for part in (type(error).__name__, state, lines[0] if lines else "") if part)


def _nothing(ground: Ground) -> Iterator[Proof]:
    yield from ()

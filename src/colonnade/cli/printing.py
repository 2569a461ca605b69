"""What the commands print: results on stdout, progress and findings on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colonnade.errors import Mistake, OutputError, Place
from colonnade.findings import Finding, Proof


def show(text: str) -> None:
    """Prints a line of the result."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Prints a line that is not the result."""
    sys.stderr.write(text + "\n")


def print_json(value: object) -> None:
    show(json.dumps(value, indent=2, ensure_ascii=False))


def print_findings(findings: Iterable[Finding]) -> None:
    sys.stderr.write("".join(f"{finding}\n" for finding in findings))


def write(path: Path, text: str) -> None:
    """Writes `text` to `path`. Raises OutputError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError((Mistake(Place(str(path)), f"cannot be written: {error.strerror}"),)) from None


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def summary(proofs: tuple[Proof, ...]) -> str:
    """How many proofs hold, and each that does not."""
    failed = [proof for proof in proofs if not proof.passed]
    seconds = sum(proof.milliseconds for proof in proofs) / 1000
    if not failed:
        return f"All {count(len(proofs), 'proof')} hold ({seconds:.1f} s on PostgreSQL)."
    lines = [
        f"{len(failed)} of {count(len(proofs), 'proof')} failed:",
        *(f"  {proof.law}  {proof.subject}: {proof.evidence}" for proof in failed),
    ]
    return "\n".join(lines)


class Plain:
    """Progress as plain lines, for pipes and CI."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def stage(self, name: str) -> None:
        """Stages are only of interest while somebody watches."""

    def proof(self, proof: Proof) -> None:
        self._show(str(proof))


class Live:
    """Progress in a terminal: a spinner with the stage, and each proof as it is done, one line while it holds."""

    def __init__(self, status: Any, out: Any) -> None:
        self._status, self._out = status, out

    def stage(self, name: str) -> None:
        self._status.update(name)

    def proof(self, proof: Proof) -> None:
        from rich.text import Text

        mark = ("ok     ", "green") if proof.passed else ("FAILED ", "bold red")
        line = Text.assemble(mark, (f"{proof.law}  ", "bold"), f"{proof.subject}: {proof.evidence}")
        self._out.print(line, no_wrap=proof.passed, overflow="ellipsis" if proof.passed else "fold")


@contextmanager
def progress(as_json: bool) -> Iterator[Plain | Live]:
    """Live where both streams are a terminal, plain lines elsewhere, on stderr where stdout holds JSON."""
    if as_json or not (sys.stderr.isatty() and sys.stdout.isatty()):
        yield Plain(say if as_json else show)
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("reading") as status:
        yield Live(status, Console(highlight=False))

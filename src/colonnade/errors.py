"""One exception a stage, and Place: what went wrong, where, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a source: the file as the user named it, and a 1-based line and column (0: not known)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])

    def json(self) -> dict[str, object]:
        return {"file": self.file, "line": self.line, "column": self.column}


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong with an input: where, what, and what to do next."""

    place: Place | None
    message: str
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message}" + (f"; {self.fix}" if self.fix else "")


class ColonnadeError(Exception):
    """Anything that Colonnade reports without a traceback; `exit_code` is the process's."""

    exit_code = 2

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


class InputError(ColonnadeError):
    """The input or the call is wrong; all mistakes of a file at once (exit 2)."""


class ServerError(ColonnadeError):
    """A PostgreSQL server could not be started or reached, or is not supported (exit 2)."""


class OutputError(ColonnadeError):
    """The output folder cannot be written as asked (exit 2)."""


class Refused(ColonnadeError):
    """What was asked is possible but not done without a word from the user (exit 3)."""

    exit_code = 3


class Interrupted(ColonnadeError):
    """A person stopped the command (exit 130)."""

    exit_code = 130


def interrupted(what_stands: str) -> Interrupted:
    """An Interrupted that says what the stop left behind."""
    return Interrupted((Mistake(None, f"interrupted; {what_stands}"),))


def wrong(message: str, *, place: Place | None = None, fix: str = "") -> InputError:
    """An InputError with one mistake."""
    return InputError((Mistake(place, message, fix),))

"""The calling convention of a modelling skill: a document that names documents to read, and how many rows to expect."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from colonnade.design.draft import Draft, DraftEntity, Fact
from colonnade.errors import InputError, Mistake
from colonnade.sources.text import read_text
from colonnade.sources.tree import Node, items, member, parse, shown
from colonnade.vocabulary.naming import plural, snake

ROWS_KEY = "expected_rows_per_table"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a `skill:` document asks for: the paths to read, and the rows of each table as facts."""

    paths: tuple[str, ...]
    rows: tuple[tuple[str, Fact[int]], ...]


def read(argument: str) -> Inputs:
    """The documents that the file at `argument` names, found beside it or below a `specs` folder. Raises InputError."""
    path = Path(argument)
    top = parse(read_text(path), argument)
    asked = member(top, "inputs", "object") or top
    named = [one for one in (member(asked, "database_spec", "string"),) if one is not None]
    named += items(asked, "feature_specs", "string")
    mistakes: list[Mistake] = []
    paths: list[str] = []
    for node in named:
        found = _found(path, node.text)
        if found is None:
            mistakes.append(Mistake(node.place, f"no file is called {shown(node.text)}", "write it relative to specs/"))
        else:
            paths.append(str(found))
    if not named:
        mistakes.append(Mistake(top.place, "names no document to read", "write inputs.database_spec"))
    context = member(asked, "performance_context", "object")
    counts = member(context, ROWS_KEY, "object") if context is not None else None
    rows = tuple(_rows(counts, mistakes)) if counts is not None else ()
    if mistakes:
        raise InputError(tuple(mistakes))
    return Inputs(tuple(paths), rows)


def _found(document: Path, written: str) -> Path | None:
    """The file that `written` names: beside the document, or in `specs` there or in a folder above."""
    if Path(written).is_absolute() or ".." in Path(written).parts:
        return None
    folder = document.parent
    above = (folder, *folder.resolve().parents)
    candidates = [folder / written, *(one / "specs" / written for one in above), *(one / written for one in above)]
    return next((one for one in candidates if one.is_file()), None)


def _rows(counts: Node, mistakes: list[Mistake]) -> list[tuple[str, Fact[int]]]:
    rows: list[tuple[str, Fact[int]]] = []
    for name, count in counts.members:
        digits = count.text.replace("_", "") if count.kind == "number" else ""
        if digits.isdigit() and len(digits) < 16:
            rows.append((name.text, Fact(int(digits), count.place)))
        else:
            mistakes.append(Mistake(count.place, f"the rows of {shown(name.text)} are no number", "write one"))
    return rows


def with_rows(draft: Draft, rows: tuple[tuple[str, Fact[int]], ...]) -> Draft:
    """`draft` with the expected rows of its tables. Raises InputError where a name is no table of it."""
    known = {name: number for number, entity in enumerate(draft.entities) for name in _names(entity)}
    entities = list(draft.entities)
    mistakes: list[Mistake] = []
    for name, fact in rows:
        if name in known:
            entities[known[name]] = replace(entities[known[name]], rows=fact)
        elif not _is_users(name):
            mistakes.append(Mistake(fact.place, f"no table is called {shown(name)}", "name a table of the documents"))
    if mistakes:
        raise InputError(tuple(mistakes))
    return replace(draft, entities=tuple(entities))


def _names(entity: DraftEntity) -> tuple[str, ...]:
    word = snake(entity.name.value, "entity")
    stated = (entity.table.value,) if entity.table else ()
    return (entity.name.value, word, plural(word), *stated)


def _is_users(name: str) -> bool:
    """The table of users is often another's: its rows are expected and change nothing here."""
    return name.lower() in ("user", "users")

"""Alembic folders, read by `ast` and never run: which revisions are there, and where ours goes."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from colonnade.errors import InputError, Mistake, Place, Refused, wrong
from colonnade.layout import HOME
from colonnade.output import maker, origin

ELSEWHERE = tuple(map(PurePosixPath, ("backend/alembic", "alembic", "migrations")))
FIRST = "001"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision file: its id, the ids that it follows, and the feature it was generated from (None: not ours)."""

    path: Path
    id: str
    follows: tuple[str, ...]
    feature: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """Where our revision stands: its id, what it follows, its folder, and the revisions that follow it."""

    id: str
    follows: str | None
    folder: PurePosixPath
    others: tuple[Revision, ...] = ()
    followed_by: tuple[str, ...] = ()


def position(out: Path, feature: str, digest: Callable[[], str], home: PurePosixPath = HOME.migrations) -> Position:
    """Where the first revision of `feature` stands in the Alembic folder of `out`, which is `home` where there is none.

    `digest` gives the id of one after a foreign head, and is asked only then. Raises InputError where the history
    cannot be read or has several heads.
    """
    folder = alembic_folder(out, home)
    history = read(out / folder / "versions")
    ours = [revision for revision in history if revision.feature == origin(feature)]
    others = tuple(revision for revision in history if revision.feature != origin(feature))
    if ours:
        first = ours[0]
        before = tuple(one for one in others if one.id not in _after(first.id, history))
        follows = first.follows[0] if first.follows else None
        identity = first.id if follows is None else digest()[:12]
        followed_by = _after(first.id, history)
        return Position(first.id if followed_by else identity, follows, folder, before, followed_by)
    head = _head(out / folder, others)
    return Position(FIRST if head is None else digest()[:12], head, folder, others)


@dataclass(frozen=True, slots=True)
class Continuation:
    """Where the next revision goes: its folder, what it follows, and what has to be there before it."""

    folder: PurePosixPath
    follows: tuple[str, ...]
    depends: tuple[str, ...] = ()


def continuation(
    out: Path, head: str | None = None, merge: bool = False, home: PurePosixPath = HOME.migrations
) -> Continuation:
    """What follows the head of the history in `out`: of several the one that is named, or with `merge` all of them.

    Raises InputError where the history cannot be read or has no such head, Refused where it has several.
    """
    folder = alembic_folder(out, home)
    history = read(out / folder / "versions")
    ends = heads(history)
    place = Place(str(out / folder))
    if history and not ends:
        raise _ring(place)
    if head is not None and head not in ends:
        raise wrong(f"the history has no head {head}", place=place, fix=f"its heads are {', '.join(ends) or 'none'}")
    if head is not None:
        return Continuation(folder, (head,), tuple(one for one in ends if one != head))
    if len(ends) > 1 and not merge:
        message = f"the history has {len(ends)} heads: {', '.join(ends)}"
        raise Refused((Mistake(place, message, "say --head ID for the one that goes on, or --merge to join them"),))
    return Continuation(folder, ends)


def commits_each(environment: Path) -> bool:
    """Whether an env.py says that each revision is a transaction of its own."""
    tree = ast.parse(environment.read_text(encoding="utf-8"))
    words = (word for node in ast.walk(tree) if isinstance(node, ast.Call) for word in node.keywords)
    return any(
        word.arg == "transaction_per_migration" and isinstance(word.value, ast.Constant) and word.value.value is True
        for word in words
    )


def _ring(place: Place) -> InputError:
    return wrong("the Alembic history is a ring", place=place, fix="mend down_revision in one of its files")


def read(versions: Path) -> tuple[Revision, ...]:
    """The revisions in a `versions` folder by file name. Raises InputError with every file that cannot be read."""
    found: list[Revision] = []
    mistakes: list[Mistake] = []
    for path in sorted(versions.glob("*.py")) if versions.is_dir() else []:
        try:
            text = path.read_text(encoding="utf-8")
            made = maker(text)
            # One of ours that nobody edited says all of it before its functions, which may be long.
            head = text.partition("\ndef ")[0] if made and made[1] else text
            names = _assignments(ast.parse(head))
        except (OSError, SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", 0) or 0
            mistakes.append(Mistake(Place(str(path), line), f"cannot be read as a revision: {error}"))
            continue
        identity = names.get("revision")
        if isinstance(identity, str):
            found.append(Revision(path, identity, _ids(names.get("down_revision")), made[0] if made else None))
    if mistakes:
        raise InputError(tuple(mistakes))
    return tuple(found)


def heads(history: Sequence[Revision]) -> tuple[str, ...]:
    """The ids that no other revision follows, sorted."""
    followed = {one for revision in history for one in revision.follows}
    return tuple(sorted(revision.id for revision in history if revision.id not in followed))


def _head(folder: Path, history: Sequence[Revision]) -> str | None:
    ends = heads(history)
    if len(ends) > 1:
        raise wrong(
            f"the Alembic history has {len(ends)} heads: {', '.join(ends)}",
            place=Place(str(folder)),
            fix="join them with 'alembic merge heads', then build again",
        )
    if history and not ends:
        raise _ring(Place(str(folder)))
    return ends[0] if ends else None


def _after(start: str, history: Sequence[Revision]) -> tuple[str, ...]:
    found = {start}
    while more := {one.id for one in history if found & set(one.follows)} - found:
        found |= more
    return tuple(sorted(found - {start}))


def alembic_folder(out: Path, home: PurePosixPath) -> PurePosixPath:
    """The Alembic folder of a project, `home` where there is none."""
    if (out / home).is_dir():
        return home
    for base in (PurePosixPath("backend"), PurePosixPath()):
        configuration = out / base / "alembic.ini"
        if configuration.is_file():
            import configparser

            parser = configparser.RawConfigParser(strict=False)
            try:
                parser.read(configuration, encoding="utf-8")
            except (configparser.Error, UnicodeDecodeError) as error:
                raise wrong(f"cannot be read: {error}", place=Place(str(configuration))) from None
            location = (
                parser.get("alembic", "script_location", fallback="").replace("%(here)s/", "").replace("%(here)s", ".")
            )
            if location and not Path(location).is_absolute() and ".." not in Path(location).parts:
                return base / location
    return next((folder for folder in ELSEWHERE if (out / folder / "env.py").is_file()), home)


def _assignments(module: ast.Module) -> dict[str, object]:
    return {
        name: ast.literal_eval(value)
        for node in module.body
        for name, value in _assigned(node)
        if name in ("revision", "down_revision")
    }


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement assigns, and their values."""
    value = getattr(node, "value", None)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    for target in targets:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = zip(target.elts, value.elts, strict=False)
        else:
            pairs = zip([target], filter(None, [value]), strict=False)
        yield from ((one.id, said) for one, said in pairs if isinstance(one, ast.Name))


def _ids(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, (tuple, list)) else ()

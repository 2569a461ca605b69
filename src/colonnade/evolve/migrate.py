"""The next revisions of an Alembic history: what it builds compared with the design, and the proof that they arrive."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from colonnade import output
from colonnade.elaborate import Code
from colonnade.errors import Place
from colonnade.evolve.pairs import Leg, Source, Wish, compare
from colonnade.evolve.revision import Revision, revision, way_back
from colonnade.evolve.series import legs
from colonnade.findings import Finding
from colonnade.plan import PlanRefused, Refusal, not_online_json
from colonnade.revisions import Continuation, commits_each
from colonnade.server import Server
from colonnade.writers import File, formatted

SLUG_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Next:
    """A revision that was written: its id, what it follows, its file and what its way back is."""

    id: str
    follows: tuple[str, ...]
    file: File
    leg: Leg

    def json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "path": str(self.file.path),
            "follows": list(self.follows),
            "way_back": way_back(self.leg.back),
            "lost": [{"object": one.object, "why": one.why} for one in self.leg.there.losses],
            "not_online": not_online_json(self.leg.there),
            "at_once": list(self.leg.at_once),
        }


def following(
    server: Server, history: Path, place: Continuation, design: Source, message: str, wish: Wish
) -> tuple[Next, ...]:
    """The revisions that lead from what the Alembic folder `history` builds to `design`, run there and back.

    None where it builds the design already. Raises InputError, and PlanRefused as a diff does.
    """
    built = Source(str(history), {}, code=Code("alembic", str(history)))
    found: list[Next] = []
    here = place
    parts = legs(server, built, design, wish)
    for number, leg in enumerate(parts, 1):
        title = _title(message, leg, number, len(parts))
        made = revision(leg, title, f"{design.label} says so", here.follows, here.depends)
        found.append(Next(made.id, here.follows, _file(made, here, title), leg))
        here = Continuation(place.folder, (made.id,))
    done = tuple(
        replace(one, file=file) for one, file in zip(found, formatted([one.file for one in found]), strict=True)
    )
    if done:
        _prove(server, built, design, place, done)
    return done


def _title(message: str, leg: Leg, number: int, parts: int) -> str:
    stage = f", {leg.stage}" if leg.stage else ""
    return message if parts == 1 else f"{message} ({number} of {parts}{stage})"


def _file(made: Revision, place: Continuation, title: str) -> File:
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower())[:SLUG_LENGTH].strip("_") or "change"
    return File(place.folder / "versions" / f"{made.id}_{slug}.py", made.text, "migrate")


def _prove(server: Server, built: Source, design: Source, place: Continuation, found: tuple[Next, ...]) -> None:
    """Runs the revisions after the history, and back. Raises PlanRefused where they do not arrive."""
    assert built.code is not None
    files = [replace(one.file, path=PurePosixPath(one.file.path.name)) for one in found]
    with output.temporary_tree(files) as more:
        there = replace(built.code, more=str(more))
        _arrives(server, replace(built, code=there), design, "the way there")
        if all(not isinstance(one.leg.back, str) for one in found):
            back = replace(there, back=(next(iter(place.follows), "base"),))
            begun = replace(built, offers=design.stubs)
            _arrives(server, replace(built, code=back, offers=design.stubs), begun, "the way back")


def _arrives(server: Server, source: Source, wanted: Source, what: str) -> None:
    left = compare(server, source, wanted, Wish("plain", allow_data_loss=True)).ops
    if left:
        where = ", ".join(dict.fromkeys(op.subject for op in left))
        raise PlanRefused((Refusal(where, f"{what} as Alembic runs it does not arrive there", "write it by hand"),))


def transactions(history: Path, found: tuple[Next, ...]) -> tuple[Finding, ...]:
    """A warning where the environment of the folder would run revisions in one transaction that must not be."""
    environment = history / "env.py"
    alone = len(found) > 1 or any("autocommit_block" in one.file.text for one in found)
    if not alone or not environment.is_file() or commits_each(environment):
        return ()
    message = "runs all revisions in one transaction, and these want one each"
    fix = "say transaction_per_migration=True in context.configure()"
    return (Finding("one-transaction-for-all", message, Place(str(environment)), fix, "warning"),)

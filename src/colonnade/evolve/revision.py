"""A plan and its way back as an Alembic revision."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.design.schema import Database
from colonnade.evolve.pairs import Leg
from colonnade.plan import SESSION, Batch, Move, Plan
from colonnade.sql import fingerprint
from colonnade.writers.alembic_calls import Said, calls, execute, said_of

_IMPORTS = {
    "sa.": "import sqlalchemy as sa",
    "op.": "from alembic import op",
    "postgresql.": "from sqlalchemy.dialects import postgresql",
}


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision file: its id and its text."""

    id: str
    text: str


def revision(leg: Leg, title: str, why: str, follows: tuple[str, ...] = (), depends: tuple[str, ...] = ()) -> Revision:
    """The revision that goes a leg of the way and back, after `follows`; its id is a fingerprint of what it does.

    It wants `transaction_per_migration=True`: each part that is alone in the plan runs in a block of its own.
    """
    back = leg.back
    body = "\n\n\n".join(
        [
            _function("upgrade", leg.there, leg.after),
            _no_way_back(back) if isinstance(back, str) else _function("downgrade", back, leg.after),
        ]
    )
    used = [line for word, line in _IMPORTS.items() if re.search(rf"\b{re.escape(word)}", body)]
    identity = fingerprint(repr((follows, depends, body)))[:12]
    ids = (
        f"revision = {identity!r}",
        f"down_revision = {_one_or_all(follows)}",
        "branch_labels = None",
        f"depends_on = {_one_or_all(depends)}",
    )
    docstring = _docstring(leg, title, why, identity, follows)
    head = (docstring, "from __future__ import annotations", "\n".join(used), "\n".join(ids))
    return Revision(identity, "\n\n".join(head) + f"\n\n\n{body}\n")


def _one_or_all(ids: tuple[str, ...]) -> str:
    return repr(ids if len(ids) > 1 else next(iter(ids), None))


def _function(name: str, plan: Plan, new: Database) -> str:
    """A function of the revision: one transaction, or a block for each batch where there are more."""
    said = said_of(new, plan.ops)
    lines = [f"def {name}() -> None:", *(f"    {execute(one)}" for one in SESSION)]
    for batch in plan.batches:
        if len(plan.batches) == 1 and batch.transactional:
            lines += [f"    {text}" for text in _batch(batch, said)]
            continue
        # In this block each statement stands alone, so a transaction of several says so itself.
        inside = batch.transactional and len(batch.moves) > 1
        texts = [execute("BEGIN"), *_batch(batch, said), execute("COMMIT")] if inside else [*_batch(batch, said)]
        lines += ["    with op.get_context().autocommit_block():", *(f"        {text}" for text in texts)]
    return "\n".join(lines)


def _no_way_back(why: str) -> str:
    return f"def downgrade() -> None:\n    raise RuntimeError({why!r})"


def _batch(batch: Batch, said: Said) -> Iterator[str]:
    done: list[Move] = []
    for move in batch.moves:
        if move in done:
            continue
        whole = [one for one in batch.moves if one.op is move.op]
        if tuple(one.step for one in whole) == move.op.steps():
            done += whole
            yield from calls(move.op, said)
        else:
            yield execute(move.step.sql)


def _docstring(leg: Leg, title: str, why: str, identity: str, follows: tuple[str, ...]) -> str:
    there, back = leg.there, leg.back
    locks = sorted({lock for batch in there.batches for move in batch.moves for lock in move.step.locks})
    rewritten = sorted({name for batch in there.batches for move in batch.moves for name in move.step.rewrites})
    lost = "; ".join(f"{one.object}: {one.why}" for one in there.losses) or "nothing"
    form = f" Not online: {there.not_online}." if there.not_online else ""
    paragraphs = (
        title,
        "What: " + "; ".join(dict.fromkeys(op.subject for op in there.ops)) + ".",
        f"Why: {why}.",
        f"Impact on existing data: lost is {lost}; rewritten is {', '.join(rewritten) or 'no table'}.",
        "Locks: " + (", ".join(f"{level} on {relation}" for relation, level in locks) or "none") + "." + form,
        f"Way back: {way_back(back)}.",
        *(f"At once: {one}." for one in leg.at_once),
        *((f"Then: {leg.then}.",) if leg.then else ()),
    )
    text = "\n\n".join(textwrap.fill(" ".join(map(_escaped, one.split())), 96) for one in paragraphs)
    return f'"""{text}\n\nRevision ID: {identity}\nRevises: {", ".join(map(_escaped, follows))}\n"""'


def way_back(back: Plan | str) -> str:
    """Whether the way back is lossless, lossy or impossible, and why."""
    if isinstance(back, str):
        return f"impossible, because {back}"
    return "lossy, " + "; ".join(f"{one.object}: {one.why}" for one in back.losses) if back.losses else "lossless"


def _escaped(word: str) -> str:
    """`word` inside a docstring, which nothing in it can end."""
    marks = {"\\": "\\\\", '"': '\\"'}
    return "".join(marks.get(mark) or (mark if mark.isprintable() else ascii(mark)[1:-1]) for mark in word)

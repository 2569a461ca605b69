"""A plan and its way back as an Alembic revision."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from colonnade.design.schema import Database
from colonnade.plan import SESSION, Batch, Move, Plan
from colonnade.sql import fingerprint
from colonnade.writers.alembic_calls import Said, calls, execute, said_of

_IMPORTS = {
    "sa.": "import sqlalchemy as sa",
    "op.": "from alembic import op",
    "postgresql.": "from sqlalchemy.dialects import postgresql",
}


def revision(there: Plan, back: Plan | str, new: Database, title: str) -> str:
    """The text of a revision file; `back` is the reason where there is no way back.

    It wants `transaction_per_migration=True`: each part that is alone in the plan runs in a block of its own.
    """
    body = "\n\n\n".join(
        [
            _function("upgrade", there, new),
            _function("downgrade", back, new) if isinstance(back, Plan) else _no_way_back(back),
        ]
    )
    used = [line for word, line in _IMPORTS.items() if re.search(rf"\b{re.escape(word)}", body)]
    digest = fingerprint(body)[:12]
    ids = (f"revision = {digest!r}", "down_revision = None", "branch_labels = None", "depends_on = None")
    head = (_docstring(there, back, title), "from __future__ import annotations", "\n".join(used), "\n".join(ids))
    return "\n\n".join(head) + f"\n\n\n{body}\n"


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


def _docstring(there: Plan, back: Plan | str, title: str) -> str:
    locks = sorted({lock for batch in there.batches for move in batch.moves for lock in move.step.locks})
    lost = "; ".join(f"{one.object}: {one.why}" for one in there.losses) or "nothing"
    lost_back = back if isinstance(back, str) else "; ".join(f"{one.object}: {one.why}" for one in back.losses)
    paragraphs = (
        title,
        "What: " + "; ".join(dict.fromkeys(op.subject for op in there.ops)) + ".",
        f"Impact on existing data: lost is {lost}.",
        "Locks: " + (", ".join(f"{level} on {relation}" for relation, level in locks) or "none") + ".",
        f"Way back: {lost_back or 'lossless'}.",
    )
    text = "\n\n".join(textwrap.fill(" ".join(map(_escaped, one.split())), 96) for one in paragraphs)
    return f'"""{text}\n"""'


def _escaped(word: str) -> str:
    """`word` inside a docstring, which nothing in it can end."""
    marks = {"\\": "\\\\", '"': '\\"'}
    return "".join(marks.get(mark) or (mark if mark.isprintable() else ascii(mark)[1:-1]) for mark in word)

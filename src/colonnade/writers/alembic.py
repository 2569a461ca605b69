"""Writer `alembic`: the first revision, and the folder around it where there is none."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence

from colonnade.diff import undoing
from colonnade.ops.functions import ShareFunction, has_sql_body
from colonnade.ops.namespaces import ShareExtension
from colonnade.ops.op import Irreversible, Op
from colonnade.ops.tables import CreateTable
from colonnade.sql import ident
from colonnade.writers.alembic_calls import Said, calls, execute, said_of
from colonnade.writers.alembic_folder import TEMPLATE, configuration, environment
from colonnade.writers.file import File, Request, writer
from colonnade.writers.operations import operations

_SLUG_LENGTH = 40
# What the docstring counts, by the operation that makes it.
_COUNTED = {
    "CreateNamespace": ("schema", "schemas"),
    "CreateExtension": ("extension", "extensions"),
    "ShareExtension": ("extension", "extensions"),
    "CreateEnum": ("enum type", "enum types"),
    "CreateDomain": ("domain", "domains"),
    "CreateComposite": ("composite type", "composite types"),
    "CreateSequence": ("sequence", "sequences"),
    "CreateFunction": ("function", "functions"),
    "ShareFunction": ("function that may be shared", "functions that may be shared"),
    "CreateTable": ("table", "tables"),
    "CreateIndex": ("index", "indexes"),
    "CreateTrigger": ("trigger", "triggers"),
    "CreatePolicy": ("policy", "policies"),
    "CreateView": ("view", "views"),
}
_IMPORTS = {
    "sa.": "import sqlalchemy as sa",
    "op.": "from alembic import op",
    "postgresql.": "from sqlalchemy.dialects import postgresql",
}


@writer("alembic")
def alembic(request: Request) -> Iterator[File]:
    """The revision that builds the design, and alembic.ini, env.py and script.py.mako where there are none."""
    slug = _slug(request.schema.intent.revision_message or request.schema.intent.title)
    home = request.layout.migrations
    yield File(request.layout.backend / "alembic.ini", configuration(request.layout), once=True)
    yield File(home / "env.py", environment(request.layout, request.schema.intent.roles), once=True)
    yield File(home / "script.py.mako", TEMPLATE, once=True)
    yield File(home / "versions" / f"{request.revision}_{slug}.py", revision(request, operations(request)))


def _slug(message: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", message.lower())[:_SLUG_LENGTH].strip("_") or "schema"


def revision(request: Request, ops: tuple[Op, ...]) -> str:
    """The text of the revision file that runs `ops` and, on the way down, undoes them."""
    intent = request.schema.intent
    said = said_of(request.schema.database, ops)
    owner = intent.roles.owner if intent.roles else None
    settings = (execute("SET LOCAL check_function_bodies = off"),) if any(map(has_sql_body, ops)) else ()
    upgrade = _function("upgrade", "Makes all of it.", owner, [*settings, *_calls(ops, said)])
    downgrade = _function(
        "downgrade", "Drops what upgrade() made, and only that.", owner, [*_calls(undoing(ops), said)]
    )
    body = "\n\n\n".join(["\n".join(upgrade), "\n".join(downgrade)])
    ids = (
        f"revision = {request.revision!r}",
        f"down_revision = {request.down_revision!r}",
        "branch_labels = None",
        "depends_on = None",
    )
    head = (_docstring(request, ops), "from __future__ import annotations", "\n".join(_imports(body)), "\n".join(ids))
    return "\n\n".join(head) + f"\n\n\n{body}\n"


def _imports(body: str) -> list[str]:
    return [line for word, line in _IMPORTS.items() if re.search(rf"\b{re.escape(word)}", body)]


def _function(name: str, title: str, owner: str | None, body: Sequence[str]) -> list[str]:
    """A function whose calls run as the owner of all objects, where there is one."""
    before = (execute(f"SET ROLE {ident(owner)}"),) if owner else ()
    after = (execute("RESET ROLE"),) if owner else ()
    lines = [f"    {line}" for line in (*before, *body, *after)]
    return [f"def {name}() -> None:", f'    """{title}"""', *lines]


def _calls(ops: Sequence[Op | Irreversible], said: Said) -> Iterator[str]:
    for op in ops:
        if isinstance(op, Irreversible):
            yield f"# Not undone: {' '.join(op.why.split())}."
        else:
            yield from calls(op, said)


# --- what the docstring says --------------------------------------------------------------------------------------


def _docstring(request: Request, ops: Sequence[Op]) -> str:
    intent = request.schema.intent
    follows = request.down_revision or ""
    paragraphs = (
        intent.revision_message or intent.title,
        f"What: makes {_contents(ops)}.",
        f"Why: {intent.title}" + (f", as {intent.spec_file} states it." if intent.spec_file else "."),
        "Impact on existing data: none; every object is new and no row of another table is touched.",
        f"Locks: {_locks(ops)}",
        f"Way back: {_way_back(ops)}",
    )
    text = "\n\n".join(_filled(" ".join(map(_escaped, paragraph.split()))) for paragraph in paragraphs)
    return f'"""{text}\n\nRevision ID: {_escaped(request.revision)}\nRevises: {_escaped(follows)}\n"""'


def _filled(paragraph: str) -> str:
    return textwrap.fill(paragraph, 96, break_long_words=False, break_on_hyphens=False)


def _escaped(word: str) -> str:
    """`word` inside a docstring, which nothing in it can end."""
    marks = {"\\": "\\\\", '"': '\\"'}
    return "".join(marks.get(mark) or (mark if mark.isprintable() else ascii(mark)[1:-1]) for mark in word)


def _contents(ops: Sequence[Op]) -> str:
    counts = Counter(_COUNTED[name] for op in ops if (name := type(op).__name__) in _COUNTED)
    order = {words: number for number, words in enumerate(_COUNTED.values())}
    found = sorted(counts.items(), key=lambda item: order[item[0]])
    return ", ".join(f"{count} {words[count > 1]}" for words, count in found) or "nothing"


def _locks(ops: Sequence[Op]) -> str:
    """The locks on relations that were there before, each at its strongest."""
    made = {key[1] for op in ops for key in op.creates}
    held = {lock for op in ops for step in op.steps() for lock in step.locks if lock[0] not in made}
    said = (f"{level} on {relation}" for relation, level in sorted(held))
    listed = ", ".join(said)
    return (
        f"{listed}, until the revision commits; no row is read there." if listed else "none on what was there before."
    )


def _way_back(ops: Sequence[Op]) -> str:
    tables = any(isinstance(op, CreateTable) for op in ops)
    shared = any(isinstance(op, ShareFunction | ShareExtension) for op in ops)
    loss = (
        "the schema comes back exactly, the rows in its tables are lost (back them up first)" if tables else "lossless"
    )
    kept = "; a shared function or extension stays while anything else uses it" if shared else ""
    return f"downgrade() drops all that upgrade() made; {loss}{kept}."

"""The operations that schema.sql and the first migration both run."""

from __future__ import annotations

from functools import lru_cache

from colonnade.diff import creation
from colonnade.ops.namespaces import CreateExtension, ShareExtension
from colonnade.ops.op import Op
from colonnade.values import replace
from colonnade.writers.file import Request


# The two writers that read it ask one after the other.
@lru_cache(maxsize=1)
def operations(request: Request) -> tuple[Op, ...]:
    """What builds the design in a database that may have neighbours: extensions that are there already are shared."""
    roles = request.schema.intent.roles
    # Who installed a shared extension is told by its comment.
    extensions = tuple(replace(extension, comment=None) for extension in request.schema.database.extensions)
    ops = creation(replace(request.schema.database, extensions=extensions), roles.owner if roles else None)
    return tuple(ShareExtension(op.extension) if isinstance(op, CreateExtension) else op for op in ops)

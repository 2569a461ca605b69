"""A program: prints the SQL of Alembic revisions as JSON, each statement with the line that wrote it.

It runs in a process of its own, since revisions are code: `python -m colonnade.lint.offline VERSIONS`. The project's
env.py is not run, so no database is needed.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

# Otherwise each % of a statement is doubled, for a driver that is not there.
NAMED = {"paramstyle": "named"}


def main(versions: Path) -> dict[str, Any]:
    """The revisions below `versions`, oldest first, and what kept one of them from being rendered."""
    from alembic.script import ScriptDirectory

    directory = ScriptDirectory(str(versions.parent), version_locations=[str(versions)])
    revisions: list[dict[str, Any]] = []
    mistakes: list[dict[str, Any]] = []
    for script in reversed(list(directory.walk_revisions())):
        path = str(versions / Path(script.path).name)
        try:
            revisions.append({"path": path, "statements": rendered(script)})
        except Exception as error:
            line = _line_of(traceback.extract_tb(error.__traceback__), script.path)
            message = f"cannot be rendered without a database: {type(error).__name__}: {error}"
            fix = "lint the SQL that it runs, or write it without reading from the connection"
            mistakes.append({"place": [path, line], "message": message, "fix": fix})
    return {"revisions": revisions, "mistakes": mistakes}


def rendered(script: Any) -> list[tuple[int, str]]:
    """The statements of one revision's upgrade, each with the line of the revision that wrote it."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    written: list[tuple[int, str]] = []
    options = {"as_sql": True, "output_buffer": io.StringIO(), "transactional_ddl": True}
    context = MigrationContext.configure(dialect_name="postgresql", dialect_opts=NAMED, opts=options)

    def record(text: str) -> None:
        written.append((_current_line(script.path), text))

    context.impl.static_output = record  # type: ignore[method-assign]
    with Operations.context(context):
        script.module.upgrade()
    return written


def _current_line(path: str) -> int:
    """The line of the file at `path` that is running now."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == path:
            return frame.f_lineno
        frame = frame.f_back
    return 1


def _line_of(stack: traceback.StackSummary, path: str) -> int:
    return next((frame.lineno or 1 for frame in reversed(stack) if frame.filename == path), 1)


if __name__ == "__main__":
    # What a revision prints must not get between the braces.
    with contextlib.redirect_stdout(sys.stderr):
        answer = main(Path(sys.argv[1]))
    sys.stdout.write(json.dumps(answer))

"""The options that several commands take, each said once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from colonnade.server import Server

FILE: click.Path = click.Path(path_type=Path)

documents = click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
as_json = click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
as_kind = click.option(
    "--as",
    "as_kind",
    metavar="KIND",
    help="Read the sources as: markdown, entities, design, sql, database, alembic, python.",
)
config = click.option("--config", type=FILE, metavar="FILE", help="Use this configuration file.")
strict = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
out_file = click.option("--out", type=FILE, metavar="FILE", help="Write to FILE instead of stdout.")
server = click.option(
    "--server", "url", metavar="URL", help="Use this PostgreSQL (15 to 18), in scratch databases only."
)


def running(url: str | None) -> AbstractContextManager[Server]:
    """The server at `url`, else the embedded one, started when it is entered."""
    from colonnade import server

    return server.embedded() if url is None else server.at(url)


def announce(sources: Iterable[str], forced: str | None) -> None:
    """Says on stderr which of the sources are code that is about to run."""
    from colonnade.cli.printing import say
    from colonnade.sources.recognise import recognise

    for one in sources:
        if recognise(one, forced) in ("alembic", "python"):
            say(f"note: {one} is run as code; its connections are led to a scratch database")

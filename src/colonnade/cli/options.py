"""The options that several commands take, each said once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from colonnade.errors import wrong

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


plain = click.option("--plain", is_flag=True, help="One transaction, for tables that nobody waits for.")
allow_data_loss = click.option(
    "--allow-data-loss", is_flag=True, help="Go on where rows or values are lost; no name was changed."
)
renamed = click.option(
    "--renamed", multiple=True, metavar="OLD=NEW", help="A name that changed: tasks.title=name. May be repeated."
)
ignored = click.option(
    "--ignore", "ignored", multiple=True, metavar="PATTERN",
    help="Leave out what is called like this: 'tmp_*', 'audit.*'. May be repeated.",
)  # fmt: skip

strict_coverage = click.option(
    "--strict-coverage", is_flag=True, help="Refuse what has an object that cannot be said, instead of naming it."
)


def answers(renamed: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The pairs of names that `--renamed` says. Raises InputError."""
    pairs = tuple(tuple(one.split("=", 1)) for one in renamed)
    bad = [one for one, pair in zip(renamed, pairs, strict=True) if len(pair) != 2 or not all(pair)]
    if bad:
        raise wrong(f"--renamed {bad[0]} has no two names", fix="write --renamed old=new, as in tasks.title=name")
    return tuple((pair[0], pair[1]) for pair in pairs)


@contextmanager
def refusing(as_json: bool) -> Iterator[None]:
    """Prints a plan that is refused, one line an object, and exits with 3."""
    from colonnade.cli.printing import print_json, say
    from colonnade.plan import PlanRefused

    try:
        yield
    except PlanRefused as refused:
        if as_json:
            print_json({"refused": [one.json() for one in refused.refusals]})
        for one in refused.refusals:
            say(" ".join(str(one).split()))
        raise click.exceptions.Exit(3) from None


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


def announce_history() -> None:
    """Says on stderr that the Alembic folder of the project is code that is about to run."""
    from colonnade.cli.printing import say

    say("note: the Alembic history is run as code; its connections are led to a scratch database")

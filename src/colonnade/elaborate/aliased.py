"""A connection on which roles are called by their aliases."""

from __future__ import annotations

from typing import Any

import psycopg

from colonnade.elaborate.aliases import Aliases


class AliasedConnection(psycopg.Connection[Any]):
    """A connection that calls roles by their aliases in whatever it executes without values."""

    aliases: Aliases

    def execute(self, query: Any, params: Any = None, **options: Any) -> psycopg.Cursor[Any]:
        """As psycopg does. Raises psycopg.Error."""
        text = query.decode() if isinstance(query, bytes) else query
        given = query if params is not None or not isinstance(text, str) else self.aliases.sql(text).encode()
        return super().execute(given, params, **options)

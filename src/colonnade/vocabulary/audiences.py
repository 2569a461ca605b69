"""Words by which documents say who may read and who may write the rows of a table."""

from __future__ import annotations

import re

from colonnade.vocabulary.regex import regex

_ALL = r"(everyone|everybody|anyone|anybody|all users|any user|every user|all (signed|logged)[- ]in users|the public)"
_STAFF = r"(the )?(admin|admins|administrator|administrators|system|staff|operators?|back[- ]office)"

# Rows that the application only reads: lists that others keep.
REFERENCE = regex(
    r"\b(reference data|reference table|master data|lookup (table|data|list|values)|code list|static data"
    rf"|(managed|maintained|edited|curated|changed|written|created) (only |solely |exclusively )?by {_STAFF}"
    rf"|only {_STAFF} (may|can|could) (edit|change|write|add|create|modify|manage)"
    r"|read[- ]only (for|to) (all )?(the )?(users|everyone|application|customers)|admin(istrator)?[- ]managed)\b",
    re.IGNORECASE,
)

# Rows that every user reads and only their owner writes.
EVERYONE = regex(
    rf"\b((visible|readable|shown|available|accessible|public|open) (to|by|for) {_ALL}|(read|seen|viewed) by {_ALL}"
    rf"|{_ALL} (can|may) (read|see|view|browse)|publicly (visible|readable|available|accessible)"
    r"|shared with (everyone|all users))\b",
    re.IGNORECASE,
)

# Tables of those to whom several people belong, outermost first.
TENANT_TABLES: tuple[str, ...] = (
    "tenants", "organizations", "organisations", "orgs", "companies", "workspaces", "teams", "households",
)  # fmt: skip

# Tables that say who belongs to a tenant.
MEMBERSHIP = regex(
    r"(.*_)?(memberships?|members)|(tenant|organi[sz]ation|org|company|workspace|team|household)_users"
    r"|user_(tenants|organi[sz]ations|orgs|companies|workspaces|teams|households)"
)

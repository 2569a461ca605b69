"""Access control lists as Privileges, and default privileges."""

from __future__ import annotations

from functools import lru_cache

from colonnade.catalog.snapshot import Snapshot, rows
from colonnade.design.schema import DefaultPrivilege, Privilege, Privileges

KINDS = {
    "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE", "D": "TRUNCATE", "x": "REFERENCES", "t": "TRIGGER",
    "X": "EXECUTE", "U": "USAGE", "C": "CREATE", "c": "CONNECT", "T": "TEMPORARY", "s": "SET", "A": "ALTER SYSTEM",
    "m": "MAINTAIN",
}  # fmt: skip

# What an owner has by himself, by kind of object, and whether everybody has the first of it.
FULL = {
    "relation": frozenset("arwdDxt"),
    "sequence": frozenset("rwU"),
    "function": frozenset("X"),
    "type": frozenset("U"),
    "schema": frozenset("UC"),
}
OPEN_TO_ALL = frozenset({"function", "type"})

DEFAULTS = """
SELECT defaclrole AS role, defaclnamespace AS namespace, defaclobjtype AS objects, defaclacl::text[] AS acl
FROM pg_default_acl WHERE defaclnamespace = 0 OR defaclnamespace = ANY(%(namespaces)s)
"""
OBJECTS = {
    "r": ("TABLES", "relation"),
    "S": ("SEQUENCES", "sequence"),
    "f": ("FUNCTIONS", "function"),
    "T": ("TYPES", "type"),
    "n": ("SCHEMAS", "schema"),
    "L": ("LARGE OBJECTS", "sequence"),
}


def privileges(view: Snapshot, acl: list[str] | None, owner: str, kind: str) -> Privileges:
    """All privileges that `acl` gives but the owner's own full set.

    An owner who has less is listed with what is left, with no kinds where that is nothing. An absent list means the
    server's default, which for functions and types lets everybody use them.
    """
    if acl is None:
        return (Privilege("PUBLIC", tuple(KINDS[letter] for letter in FULL[kind])),) if kind in OPEN_TO_ALL else ()
    maintain = frozenset("m" if kind == "relation" and view.version >= 17 else "")
    return _own_set_removed(tuple(acl), owner, FULL[kind] | maintain)


def explicit(acl: list[str] | None) -> Privileges:
    """All privileges that `acl` gives, where no owner has any by himself: on columns, in defaults of one schema."""
    return _listed(tuple(acl or ()))


@lru_cache(maxsize=4096)
def _own_set_removed(acl: tuple[str, ...], owner: str, letters: frozenset[str]) -> Privileges:
    full = {KINDS[letter] for letter in letters}
    listed = _listed(acl)
    own = {word for one in listed if one.grantee == owner for word in one.kinds}
    if own >= full:
        return tuple(one for one in listed if one.grantee != owner)
    return listed if own else tuple(sorted((*listed, Privilege(owner, ()))))


@lru_cache(maxsize=4096)
def _listed(acl: tuple[str, ...]) -> Privileges:
    found: dict[tuple[str, bool], set[str]] = {}
    for item in acl:
        grantee, letters = _split(item)
        for position, letter in enumerate(letters):
            if letter != "*":
                grantable = letters[position + 1 : position + 2] == "*"
                found.setdefault((grantee, grantable), set()).add(KINDS[letter])
    return tuple(
        sorted(Privilege(grantee, tuple(sorted(kinds)), grantable) for (grantee, grantable), kinds in found.items())
    )


def _split(item: str) -> tuple[str, str]:
    """The grantee and the letters of `grantee=letters/grantor`; a name that is not plain stands in double quotes."""
    if item.startswith('"'):
        end = 1
        while item[end] != '"' or item[end + 1 : end + 2] == '"':
            end += 2 if item[end] == '"' else 1
        return item[1:end].replace('""', '"'), item[end + 2 :].split("/", 1)[0]
    grantee, rest = item.split("=", 1)
    return grantee or "PUBLIC", rest.split("/", 1)[0]


def default_privileges(view: Snapshot) -> tuple[DefaultPrivilege, ...]:
    """What ALTER DEFAULT PRIVILEGES has set."""
    found = []
    for row in rows(view, DEFAULTS):
        objects, kind = OBJECTS[row.objects]
        role = view.roles[row.role]
        # Those of one schema are added to the role's own; those without a schema replace the server's.
        listed = explicit(row.acl) if row.namespace else privileges(view, row.acl, role, kind)
        found.append(DefaultPrivilege(role, objects, listed, view.namespaces.get(row.namespace)))
    return tuple(sorted(found, key=lambda one: (one.role, one.schema or "", one.objects)))

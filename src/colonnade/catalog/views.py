"""Views and materialised views."""

from __future__ import annotations

from typing import Any

from colonnade.catalog.expressions import stable
from colonnade.catalog.privileges import explicit, privileges
from colonnade.catalog.relations import Relations
from colonnade.catalog.snapshot import Snapshot, grouped, rows
from colonnade.catalog.tables import Parts
from colonnade.design.schema import View

USES = """
SELECT DISTINCT r.ev_class AS relation, d.refobjid AS used
FROM pg_rewrite r
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class AND r.rulename = '_RETURN'
"""


def views(view: Snapshot, parts: Parts) -> tuple[View, ...]:
    """All views; `depends_on` names the tables and views of the user that a definition reads."""
    uses = grouped((row.relation, row.used) for row in rows(view, USES))
    names = {row.oid: (view.namespaces[row.namespace], row.name) for row in parts.known.rows}
    found = [
        _view(view, parts, row, tuple(sorted(names[oid] for oid in uses.get(row.oid, ()) if oid in names)))
        for row in parts.known.rows
        if row.kind in "vm"
    ]
    return tuple(sorted(found, key=lambda one: (one.schema, one.name)))


def _view(view: Snapshot, parts: Parts, row: Any, depends_on: tuple[tuple[str, str], ...]) -> View:
    columns = list(parts.known.attributes.get(row.oid, {}).values())
    comments = ((one.name, view.comment("pg_class", row.oid, one.number)) for one in columns)
    return View(
        row.name,
        stable(row.definition).strip().removesuffix(";"),
        view.namespaces[row.namespace],
        tuple(one.name for one in columns),
        row.kind == "m",
        row.populated,
        tuple(sorted(row.options or ())),
        parts.indexes.standing.get(row.oid, ()),
        tuple(parts.triggers.get(row.oid, ())),
        depends_on,
        tuple(sorted((name, text) for name, text in comments if text is not None)),
        tuple(sorted((one.name, explicit(one.acl)) for one in columns if one.acl)),
        row.owner,
        privileges(view, row.acl, row.owner, "relation"),
        view.comment("pg_class", row.oid),
    )


def column_defaults(view: Snapshot, known: Relations) -> tuple[str, ...]:
    """Defaults on columns of views, which no View can say."""
    return tuple(
        sorted(
            f"default of {view.namespaces[row.namespace]}.{row.name}.{one.name}"
            for row in known.rows
            if row.kind == "v"
            for one in known.attributes.get(row.oid, {}).values()
            if one.standard is not None
        )
    )

"""What a catalog holds and a Database cannot say, by name."""

from __future__ import annotations

from colonnade.catalog.definitions import KINDS as DEFINITIONS
from colonnade.catalog.snapshot import FIRST_USER_OID, Snapshot, rows

# Every object of these catalogs that a user made and that meets the condition. Comments on what a Database has no
# comment for are found in the same way, and so are facts of modelled objects that no field holds.
OBJECTS = {
    "pg_am": "true",
    "pg_conversion": "true",
    "pg_foreign_data_wrapper": "true",
    "pg_foreign_server": "true",
    "pg_language": "true",
    "pg_largeobject_metadata": "true",
    "pg_opclass": "true",
    "pg_opfamily": "true",
    "pg_subscription": "o.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
    "pg_transform": "true",
    "pg_ts_parser": "true",
    "pg_ts_template": "true",
    "pg_class": "o.relkind = 'f' AND o.relnamespace = ANY(%(namespaces)s)",
    # Base and shell types; an array comes with its type.
    "pg_type": "o.typtype IN ('b', 'p') AND o.typcategory <> 'A' AND o.typnamespace = ANY(%(namespaces)s)",
    "pg_proc": "(o.prokind = 'w' OR o.prokind <> 'a'"
    " AND o.prolang IN (SELECT oid FROM pg_language WHERE lanname IN ('c', 'internal')))"
    " AND o.pronamespace = ANY(%(namespaces)s) AND NOT EXISTS (SELECT FROM pg_depend i WHERE"
    " i.classid = 'pg_proc'::regclass AND i.objid = o.oid AND i.deptype = 'i')",
}

ADDRESSED_AS = {"pg_largeobject_metadata": "pg_largeobject"}

# Facts of modelled objects without a field: (what it is, the rows that have it as c.oid and, of a column, c.number).
FACTS = {
    "tablespace": "SELECT oid, 0 AS number FROM pg_class WHERE reltablespace <> 0",
    "typed table": "SELECT oid, 0 FROM pg_class WHERE reloftype <> 0",
    "CLUSTER ON": "SELECT i.indexrelid, 0 FROM pg_index i JOIN pg_class m ON m.oid = i.indrelid"
    " WHERE i.indisclustered AND m.relkind = 'm'",
    "column options": "SELECT a.attrelid, a.attnum::int FROM pg_attribute a JOIN pg_class m ON m.oid = a.attrelid"
    " WHERE a.attoptions IS NOT NULL AND a.attnum > 0 AND (m.relkind NOT IN ('r', 'p')"
    " OR NOT (a.attislocal OR m.relispartition))",
    "index column statistics": "SELECT a.attrelid, a.attnum::int FROM pg_attribute a JOIN pg_index i ON"
    " i.indexrelid = a.attrelid WHERE a.attstattarget >= 0",
}

OBJECTS_QUERY = """
SELECT i.type || ' ' || i.identity AS name FROM ({objects}) o, pg_identify_object(o.classid, o.oid, 0) i
WHERE (o.classid, o.oid) NOT IN (
  SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e')
"""

# pg_identify_object is slow: it must see only the few rows that are left.
FACTS_QUERY = """
WITH found AS MATERIALIZED (
  SELECT f.* FROM ({facts}) f JOIN pg_class c ON c.oid = f.oid AND c.relnamespace = ANY(%(namespaces)s)
  WHERE c.oid <> ALL(%(pg_class_members)s))
SELECT i.type || ' ' || i.identity || ': ' || f.fact AS name
FROM found f, pg_identify_object('pg_class'::regclass, f.oid, f.number) i
"""

USER_MAPPINGS = "SELECT srvname || ' for ' || usename AS name FROM pg_user_mappings"
LABELS = "SELECT objtype || ' ' || objname AS name FROM pg_seclabels WHERE objtype NOT IN ('role', 'database')"

# Where a Database has a place for the comment, by catalog: (condition on d, which is a row of pg_description).
COMMENTED = {
    "pg_class": "d.objsubid = 0 AND d.objoid IN"
    " (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'i', 'I', 'S'))"
    " OR d.objsubid > 0 AND d.objoid IN (SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm'))",
    **{kind.catalog: "true" for kind in DEFINITIONS},
    "pg_constraint": "d.objoid IN (SELECT oid FROM pg_constraint WHERE conislocal OR contypid <> 0)",
    "pg_extension": "true",
    "pg_namespace": "true",
    "pg_policy": "true",
    "pg_proc": "true",
    "pg_trigger": "true",
    "pg_type": "true",
}

COMMENTS_QUERY = """
SELECT 'comment on ' || i.type || ' ' || i.identity AS name
FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE d.objoid >= {first} AND d.classoid <> 'pg_largeobject'::regclass AND NOT ({commented})
  AND (d.classoid, d.objoid) NOT IN (
    SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e')
"""


def unmodelled(view: Snapshot) -> tuple[str, ...]:
    """The names of objects and facts that were seen and are not in the Database."""
    objects = " UNION ALL ".join(
        f"SELECT '{ADDRESSED_AS.get(catalog, catalog)}'::regclass AS classid, o.oid FROM {catalog} o"
        f" WHERE o.oid >= {FIRST_USER_OID} AND ({condition})"
        for catalog, condition in OBJECTS.items()
    )
    facts = " UNION ALL ".join(f"SELECT '{fact}' AS fact, x.oid, x.number FROM ({query}) x (oid, number)"
                               for fact, query in FACTS.items())  # fmt: skip
    commented = " OR ".join(
        f"d.classoid = '{catalog}'::regclass AND ({condition})" for catalog, condition in COMMENTED.items()
    )
    found = (
        *rows(view, OBJECTS_QUERY.format(objects=objects)),
        *rows(view, FACTS_QUERY.format(facts=facts)),
        *rows(view, COMMENTS_QUERY.format(first=FIRST_USER_OID, commented=commented)),
    )
    mappings = (f"user mapping {row.name}" for row in rows(view, USER_MAPPINGS))
    labels = (f"security label on {row.name}" for row in rows(view, LABELS))
    return tuple(sorted({*(row.name for row in found), *mappings, *labels}))

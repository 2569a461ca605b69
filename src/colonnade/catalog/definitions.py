"""Objects that are told by the statements that make them: one query a kind, most of them empty in most databases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from colonnade.catalog.privileges import privileges
from colonnade.catalog.relations import Relations
from colonnade.catalog.snapshot import FIRST_USER_OID, Snapshot, rows, since
from colonnade.design.schema import Definition
from colonnade.sql import ident, literal, qualified

# What belongs to no extension, of each catalog; `{catalog}` and the alias o are filled in.
MINE = (
    "o.oid >= {first} AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass"
    " AND d.objid = o.oid AND d.deptype IN ('e', 'i') AND d.refclassid <> 'pg_class'::regclass)"
)

STATISTICS = """
SELECT o.oid, o.stxname AS name, o.stxnamespace AS namespace, pg_get_userbyid(o.stxowner) AS owner, o.stxrelid AS "on",
       pg_get_statisticsobjdef(o.oid) AS sql, nullif(o.stxstattarget, -1) AS target
FROM pg_statistic_ext o WHERE {mine}
"""

RULES = """
SELECT o.oid, o.rulename AS name, o.ev_class AS "on", o.ev_class::regclass::text AS relation,
       o.ev_enabled::text AS state,
       pg_get_ruledef(o.oid) AS sql, 0::oid AS namespace, NULL AS owner
FROM pg_rewrite o WHERE o.rulename <> '_RETURN' AND {mine}
"""

AGGREGATES = """
SELECT o.oid, o.proname AS name, o.pronamespace AS namespace, pg_get_userbyid(o.proowner) AS owner,
       o.proacl::text[] AS acl,
       pg_get_function_identity_arguments(o.oid) AS arguments, o.proparallel::text AS parallel, a.aggkind::text AS kind,
       a.aggtransfn::regproc::text AS sfunc, format_type(a.aggtranstype, NULL) AS stype, a.aggtransspace AS sspace,
       nullif(a.aggfinalfn, 0)::regproc::text AS finalfunc, a.aggfinalextra AS finalfunc_extra,
       a.aggfinalmodify::text AS finalfunc_modify, nullif(a.aggcombinefn, 0)::regproc::text AS combinefunc,
       nullif(a.aggserialfn, 0)::regproc::text AS serialfunc,
       nullif(a.aggdeserialfn, 0)::regproc::text AS deserialfunc,
       a.agginitval AS initcond, nullif(a.aggmtransfn, 0)::regproc::text AS msfunc,
       nullif(a.aggminvtransfn, 0)::regproc::text AS minvfunc,
       CASE WHEN a.aggmtranstype <> 0 THEN format_type(a.aggmtranstype, NULL) END AS mstype,
       a.aggmtransspace AS msspace,
       nullif(a.aggmfinalfn, 0)::regproc::text AS mfinalfunc, a.aggmfinalextra AS mfinalfunc_extra,
       a.aggmfinalmodify::text AS mfinalfunc_modify, a.aggminitval AS minitcond,
       CASE WHEN a.aggsortop <> 0 THEN 'OPERATOR(' || n.nspname || '.' || p.oprname || ')' END AS sortop
FROM pg_proc o JOIN pg_aggregate a ON a.aggfnoid = o.oid
LEFT JOIN pg_operator p ON p.oid = a.aggsortop LEFT JOIN pg_namespace n ON n.oid = p.oprnamespace
WHERE {mine}
"""

RANGES = """
SELECT o.oid, o.typname AS name, o.typnamespace AS namespace, pg_get_userbyid(o.typowner) AS owner,
       o.typacl::text[] AS acl,
       format_type(r.rngsubtype, NULL) AS subtype, format_type(r.rngmultitypid, NULL) AS multirange_type_name,
       nullif(r.rngcanonical, 0)::regproc::text AS canonical, nullif(r.rngsubdiff, 0)::regproc::text AS subtype_diff,
       CASE WHEN NOT c.opcdefault THEN n.nspname || '.' || quote_ident(c.opcname) END AS subtype_opclass,
       CASE WHEN r.rngcollation <> t.typcollation THEN r.rngcollation::regcollation::text END AS collation
FROM pg_type o JOIN pg_range r ON r.rngtypid = o.oid JOIN pg_type t ON t.oid = r.rngsubtype
JOIN pg_opclass c ON c.oid = r.rngsubopc JOIN pg_namespace n ON n.oid = c.opcnamespace
WHERE {mine}
"""

EVENT_TRIGGERS = """
SELECT o.oid, o.evtname AS name, 0::oid AS namespace, NULL AS owner, o.evtevent AS event, o.evttags AS tags,
       o.evtfoid::regproc::text AS function, o.evtenabled::text AS state
FROM pg_event_trigger o WHERE {mine}
"""

COLLATIONS = """
SELECT o.oid, o.collname AS name, o.collnamespace AS namespace, pg_get_userbyid(o.collowner) AS owner,
       o.collprovider::text AS provider, o.collisdeterministic AS deterministic, o.collcollate AS lc_collate,
       o.collctype AS lc_ctype, {locale} AS locale, {rules} AS rules
FROM pg_collation o WHERE {mine}
"""

OPERATORS = """
SELECT o.oid, o.oprname AS name, o.oprnamespace AS namespace, pg_get_userbyid(o.oprowner) AS owner,
       CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END AS leftarg,
       CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END AS rightarg,
       o.oprcode::regproc::text AS function,
       CASE WHEN o.oprcom <> 0 THEN 'OPERATOR(' || cn.nspname || '.' || c.oprname || ')' END AS commutator,
       CASE WHEN o.oprnegate <> 0 THEN 'OPERATOR(' || nn.nspname || '.' || n.oprname || ')' END AS negator,
       nullif(o.oprrest, 0)::regproc::text AS restrict, nullif(o.oprjoin, 0)::regproc::text AS join,
       o.oprcanhash AS hashes, o.oprcanmerge AS merges
FROM pg_operator o LEFT JOIN pg_operator c ON c.oid = o.oprcom LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_operator n ON n.oid = o.oprnegate LEFT JOIN pg_namespace nn ON nn.oid = n.oprnamespace
WHERE o.oprcode <> 0 AND {mine}
"""

CASTS = """
SELECT o.oid, '(' || format_type(o.castsource, NULL) || ' AS ' || format_type(o.casttarget, NULL) || ')' AS name,
       0::oid AS namespace, NULL AS owner, o.castmethod::text AS method, o.castcontext::text AS context,
       CASE WHEN o.castfunc <> 0 THEN o.castfunc::regprocedure::text END AS function
FROM pg_cast o WHERE {mine}
"""

DICTIONARIES = """
SELECT o.oid, o.dictname AS name, o.dictnamespace AS namespace, pg_get_userbyid(o.dictowner) AS owner,
       n.nspname AS template_schema, t.tmplname AS template, o.dictinitoption AS options
FROM pg_ts_dict o JOIN pg_ts_template t ON t.oid = o.dicttemplate JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE {mine}
"""

CONFIGURATIONS = """
SELECT o.oid, o.cfgname AS name, o.cfgnamespace AS namespace, pg_get_userbyid(o.cfgowner) AS owner,
       n.nspname AS parser_schema, p.prsname AS parser,
       ARRAY(SELECT t.alias || ' WITH ' || string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)
             FROM pg_ts_config_map m JOIN ts_token_type(o.cfgparser) t ON t.tokid = m.maptokentype
             WHERE m.mapcfg = o.oid GROUP BY t.alias ORDER BY t.alias) AS mappings
FROM pg_ts_config o JOIN pg_ts_parser p ON p.oid = o.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE {mine}
"""

PUBLICATIONS = """
SELECT o.oid, o.pubname AS name, 0::oid AS namespace, o.puballtables AS everything,
       CASE WHEN NOT o.puballtables AND NOT EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = o.oid)
         THEN pg_get_userbyid(o.pubowner) END AS owner,
       ARRAY(SELECT r.prrelid FROM pg_publication_rel r WHERE r.prpubid = o.oid) AS relations,
       concat_ws(', ', CASE WHEN o.pubinsert THEN 'insert' END, CASE WHEN o.pubupdate THEN 'update' END,
                 CASE WHEN o.pubdelete THEN 'delete' END, CASE WHEN o.pubtruncate THEN 'truncate' END) AS publish,
       o.pubviaroot AS via_root, {generated} AS generated,
       ARRAY(SELECT r.prrelid::regclass::text || coalesce(
               ' (' || (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a
                        WHERE a.attrelid = r.prrelid AND a.attnum = ANY(r.prattrs)) || ')', '')
               || coalesce(' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')', '')
             FROM pg_publication_rel r WHERE r.prpubid = o.oid ORDER BY 1) AS tables,
       ARRAY(SELECT quote_ident(n.nspname) FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid
             WHERE s.pnpubid = o.oid ORDER BY 1) AS schemas
FROM pg_publication o WHERE {mine}
"""

USES = """
SELECT d.classid::regclass::text AS catalog, d.objid AS oid, d.refclassid::regclass::text AS used,
       d.refobjid AS used_oid, d.refobjsubid AS number
FROM pg_depend d WHERE d.classid = ANY(%(catalogs)s::regclass[]) AND d.objid = ANY(%(oids)s::oid[])
  AND d.deptype IN ('n', 'a') AND d.refobjid >= {first}
"""


FUNCTIONS = f"""
SELECT oid, pronamespace AS namespace, proname AS name, pg_get_function_identity_arguments(oid) AS arguments
FROM pg_proc WHERE oid >= {FIRST_USER_OID} AND prokind <> 'a'
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """`word` is how DROP and COMMENT ON call it, `name` how they name one of it, `sql` makes it."""

    word: str
    catalog: str
    query: str
    name: Callable[[Any, str], str]
    sql: Callable[[Any, str], tuple[str, ...]]
    privileged: str = ""


def _named(row: Any, schema: str) -> str:
    return qualified(schema, row.name)


def _options(row: Any, names: tuple[str, ...], texts: tuple[str, ...] = ()) -> list[str]:
    """`name = value` for what is set; those of `texts` are strings."""
    found = [(name, getattr(row, name)) for name in names]
    said = [f"{name} = {value}" for name, value in found if value not in (None, False, 0) and value is not True]
    flags = [name for name, value in found if value is True]
    values = ((name, getattr(row, name)) for name in texts)
    return [*said, *flags, *(f"{name} = {literal(value).strip()}" for name, value in values if value is not None)]


def _made(head: str, options: list[str]) -> tuple[str, ...]:
    return (f"{head} (\n    " + ",\n    ".join(options) + "\n)",)


def _statistics(row: Any, schema: str) -> tuple[str, ...]:
    counted = (f"ALTER STATISTICS {_named(row, schema)} SET STATISTICS {row.target}",) if row.target is not None else ()
    return (row.sql, *counted)


def _rule(row: Any, schema: str) -> tuple[str, ...]:
    switch = SWITCHES.get(row.state)
    switched = (f"ALTER TABLE {row.relation} {switch} RULE {ident(row.name)}",) if switch else ()
    return (row.sql.removesuffix(";"), *switched)


SWITCHES = {"D": "DISABLE", "R": "ENABLE REPLICA", "A": "ENABLE ALWAYS"}
MODIFIES = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}
PARALLEL = {"s": "SAFE", "r": "RESTRICTED"}


def _signature(row: Any, schema: str) -> str:
    return f"{_named(row, schema)}({row.arguments or '*'})"


def _aggregate(row: Any, schema: str) -> tuple[str, ...]:
    plain = _options(
        row,
        (
            "sfunc", "stype", "sspace", "finalfunc", "finalfunc_extra", "combinefunc", "serialfunc", "deserialfunc",
            "msfunc",
            "minvfunc", "mstype", "msspace", "mfinalfunc", "mfinalfunc_extra", "sortop",
        ),
        ("initcond", "minitcond"),
    )  # fmt: skip
    usual = "r" if row.kind == "n" else "w"
    modify = [f"finalfunc_modify = {MODIFIES[row.finalfunc_modify]}"] if row.finalfunc_modify != usual else []
    modify += [f"mfinalfunc_modify = {MODIFIES[row.mfinalfunc_modify]}"] if row.mfinalfunc_modify != usual else []
    modify += [f"parallel = {PARALLEL[row.parallel]}"] if row.parallel in PARALLEL else []
    return _made(
        f"CREATE AGGREGATE {_signature(row, schema)}", [*plain, *modify, *["hypothetical"] * (row.kind == "h")]
    )


def _range(row: Any, schema: str) -> tuple[str, ...]:
    names = ("subtype", "subtype_opclass", "collation", "canonical", "subtype_diff", "multirange_type_name")
    return _made(f"CREATE TYPE {_named(row, schema)} AS RANGE", _options(row, names))


def _event_trigger(row: Any, schema: str) -> tuple[str, ...]:
    tags = f"\n    WHEN TAG IN ({', '.join(literal(tag).strip() for tag in row.tags)})" if row.tags else ""
    made = f"CREATE EVENT TRIGGER {ident(row.name)} ON {row.event}{tags}\n    EXECUTE FUNCTION {row.function}()"
    switch = SWITCHES.get(row.state)
    return (made, *((f"ALTER EVENT TRIGGER {ident(row.name)} {switch}",) if switch else ()))


PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "default"}


def _collation(row: Any, schema: str) -> tuple[str, ...]:
    options = [
        f"provider = {PROVIDERS[row.provider]}",
        *_options(row, (), ("locale", "lc_collate", "lc_ctype", "rules")),
    ]
    return _made(
        f"CREATE COLLATION {_named(row, schema)}", options + ["deterministic = false"] * (not row.deterministic)
    )


def _operator_name(row: Any, schema: str) -> str:
    space = "" if schema == "public" else f"{ident(schema)}."
    return f"{space}{row.name} ({row.leftarg or 'NONE'}, {row.rightarg or 'NONE'})"


def _operator(row: Any, schema: str) -> tuple[str, ...]:
    names = ("function", "leftarg", "rightarg", "commutator", "negator", "restrict", "join", "hashes", "merges")
    return _made(f"CREATE OPERATOR {_operator_name(row, schema).partition(' (')[0]}", _options(row, names))


def _cast(row: Any, schema: str) -> tuple[str, ...]:
    how = {"f": f"WITH FUNCTION {row.function}", "i": "WITH INOUT", "b": "WITHOUT FUNCTION"}[row.method]
    return (f"CREATE CAST {row.name} {how}" + {"a": " AS ASSIGNMENT", "i": " AS IMPLICIT", "e": ""}[row.context],)


def _within(schema: str, name: str) -> str:
    return ident(name) if schema == "pg_catalog" else qualified(schema, name)


def _dictionary(row: Any, schema: str) -> tuple[str, ...]:
    options = [f"TEMPLATE = {_within(row.template_schema, row.template)}", *([row.options] if row.options else [])]
    return _made(f"CREATE TEXT SEARCH DICTIONARY {_named(row, schema)}", options)


def _configuration(row: Any, schema: str) -> tuple[str, ...]:
    name = _named(row, schema)
    made = f"CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {_within(row.parser_schema, row.parser)})"
    mappings = (f"ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {one}" for one in row.mappings)
    return (made, *mappings)


def _publication(row: Any, schema: str) -> tuple[str, ...]:
    aims = [f"TABLE {', '.join(row.tables)}"] * bool(row.tables)
    aims += [f"TABLES IN SCHEMA {', '.join(row.schemas)}"] * bool(row.schemas)
    what = " FOR ALL TABLES" if row.everything else f" FOR {', '.join(aims)}" if aims else ""
    options = [f"publish = {literal(row.publish).strip()}"] * (row.publish != "insert, update, delete, truncate")
    options += ["publish_via_partition_root = true"] * row.via_root
    options += [f"publish_generated_columns = {row.generated}"] * (row.generated is not None)
    return (f"CREATE PUBLICATION {ident(row.name)}{what}" + (f" WITH ({', '.join(options)})" if options else ""),)


KINDS = (
    Kind("STATISTICS", "pg_statistic_ext", STATISTICS, _named, _statistics),
    Kind("RULE", "pg_rewrite", RULES, lambda row, schema: f"{ident(row.name)} ON {row.relation}", _rule),
    Kind("AGGREGATE", "pg_proc", AGGREGATES, _signature, _aggregate),
    Kind("TYPE", "pg_type", RANGES, _named, _range),
    Kind("EVENT TRIGGER", "pg_event_trigger", EVENT_TRIGGERS, lambda row, schema: ident(row.name), _event_trigger),
    Kind("COLLATION", "pg_collation", COLLATIONS, _named, _collation),
    Kind("OPERATOR", "pg_operator", OPERATORS, _operator_name, _operator),
    Kind("CAST", "pg_cast", CASTS, lambda row, schema: str(row.name), _cast),
    Kind("TEXT SEARCH DICTIONARY", "pg_ts_dict", DICTIONARIES, _named, _dictionary),
    Kind("TEXT SEARCH CONFIGURATION", "pg_ts_config", CONFIGURATIONS, _named, _configuration),
    Kind("PUBLICATION", "pg_publication", PUBLICATIONS, lambda row, schema: ident(row.name), _publication),
)


def definitions(view: Snapshot, known: Relations) -> tuple[Definition, ...]:
    """All objects of these kinds, sorted by kind and name."""
    varying = {
        "locale": since(view, 17, "o.colllocale", "o.colliculocale"),
        "rules": since(view, 16, "o.collicurules", "NULL::text"),
        "generated": since(view, 18, "CASE o.pubgencols WHEN 's' THEN 'stored' END", "NULL::text"),
    }
    found: list[tuple[Kind, Any]] = []
    for kind in KINDS:
        mine = MINE.format(first=FIRST_USER_OID, catalog=kind.catalog)
        found += [(kind, row) for row in rows(view, kind.query.format(mine=mine, **varying))]
    if not found:
        return ()
    uses = _uses(view, known, found)
    made = (_definition(view, known, kind, row, uses[kind.catalog, row.oid]) for kind, row in found)
    return tuple(sorted(made, key=lambda one: (one.kind, one.name)))


def _definition(view: Snapshot, known: Relations, kind: Kind, row: Any, uses: set[tuple[str, str]]) -> Definition:
    schema = view.namespaces.get(row.namespace, "public")
    on = known.names.get(row.on) if hasattr(row, "on") else None
    acl = {"AGGREGATE": "function", "TYPE": "type"}.get(kind.word)
    return Definition(
        kind.word,
        kind.name(row, schema),
        kind.sql(row, schema),
        schema,
        on,
        tuple(sorted(uses)),
        row.owner,
        privileges(view, row.acl, row.owner, acl) if acl else (),
        view.comment(kind.catalog, row.oid),
    )


def _uses(
    view: Snapshot, known: Relations, found: list[tuple[Kind, Any]]
) -> Mapping[tuple[str, int], set[tuple[str, str]]]:
    """What each of them needs to be there, as keys of operations."""
    names = {(kind.catalog, row.oid): (kind, row) for kind, row in found}
    wanted = {"catalogs": sorted({kind.catalog for kind, _ in found}), "oids": [row.oid for _, row in found]}
    uses: dict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for kind, row in found:
        relations = (oid for oid in getattr(row, "relations", ()) if oid in known.names)
        uses[kind.catalog, row.oid] |= {("relation", qualified(*known.names[oid])) for oid in relations}
    spelled = {"pg_proc": _functions(view), "pg_type": _types(view)}
    for row in rows(view, USES.format(first=FIRST_USER_OID), wanted):
        place = (row.catalog, row.oid)
        if row.used == "pg_class" and row.used_oid in known.names:
            name = qualified(*known.names[row.used_oid])
            uses[place].add(("relation", name))
            if row.number:
                uses[place].add(("column", f"{name}.{ident(known.column(row.used_oid, row.number))}"))
        elif (row.used, row.used_oid) in names:
            kind, other = names[row.used, row.used_oid]
            name = kind.name(other, view.namespaces.get(other.namespace, "public"))
            uses[place].add(Definition(kind.word, name, ()).key)
        elif row.used_oid in spelled.get(row.used, {}):
            uses[place].add((row.used.removeprefix("pg_").replace("proc", "function"), spelled[row.used][row.used_oid]))
        elif row.used == "pg_namespace" and view.namespaces.get(row.used_oid, "public") != "public":
            uses[place].add(("namespace", ident(view.namespaces[row.used_oid])))
    return uses


def _functions(view: Snapshot) -> dict[int, str]:
    found = (row for row in rows(view, FUNCTIONS) if row.namespace in view.namespaces)
    return {row.oid: f"{qualified(view.namespaces[row.namespace], row.name)}({row.arguments})" for row in found}


def _types(view: Snapshot) -> dict[int, str]:
    query = f"SELECT oid, format_type(oid, NULL) AS name FROM pg_type WHERE oid >= {FIRST_USER_OID}"
    return {row.oid: row.name.removesuffix("[]") for row in rows(view, query)}

"""Writer `docs`: data-model.md, from the same Schema as everything else."""

from __future__ import annotations

from collections.abc import Iterator

from colonnade.design.schema import (
    Column,
    Entity,
    Index,
    Policy,
    Schema,
    Table,
    Trigger,
    Unique,
)
from colonnade.ops.constraints import body
from colonnade.ops.indexes import key_sql, tail_sql
from colonnade.queries import rendered, serving_keys
from colonnade.sql import ident, idents, qualified
from colonnade.writers.diagram import diagram
from colonnade.writers.file import File, Request, writer
from colonnade.writers.markdown import block, bullets, cell_code, code, prose, table
from colonnade.writers.matrix import COMMANDS, matrix

_COLUMN_HEAD = ("Column", "Type", "Constraints", "Description")


@writer("docs")
def docs(request: Request) -> Iterator[File]:
    """data-model.md: diagram, tables, query patterns, isolation, history and reasons."""
    yield File(request.feature_folder / "data-model.md", _text(request))


def _text(request: Request) -> str:
    schema = request.schema
    entities = {one.table: one for one in schema.intent.entities}
    parts = [
        f"# Data Model: {prose(schema.intent.title)}",
        f"Made from {code(schema.intent.spec_file)}." if schema.intent.spec_file else "",
        "## Entity Relationship Diagram",
        block(diagram(schema), "mermaid"),
        "## Tables",
        *(part for one in schema.database.whole_tables for part in _table(one, entities.get(one.name), schema)),
        *_external(schema),
        *_types(schema),
        *_views(schema),
        *_patterns(schema),
        *_isolation(schema),
        *_history(request),
        *_reasons(schema),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


# --- tables -------------------------------------------------------------------------------------------------------


def _table(one: Table, entity: Entity | None, schema: Schema) -> Iterator[str]:
    purpose = (entity.description if entity else "") or one.comment or ""
    yield f"### {prose(qualified(one.schema, one.name))}"
    yield f"**Purpose**: {prose(purpose)}" if purpose else ""
    yield f"**Introduced by**: {code(entity.feature)}" if entity and entity.feature else ""
    yield f"**Row-Level Security**: {_security(one, entity, schema)}"
    yield table(_COLUMN_HEAD, (_column(column, one) for column in one.columns))
    yield from _listed("Indexes", [_index(index) for index in one.indexes])
    yield from _listed("Constraints", [f"{code(each.name)}: {code(body(each))}" for each in one.constraints])
    yield from _listed("Relationships", list(_relationships(entity)))
    yield from _listed("Triggers", [_trigger(trigger) for trigger in one.triggers])
    yield from _listed("Policies", [_policy(policy) for policy in one.policies])


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"**{title}**:"
        yield bullets(lines)


def _security(one: Table, entity: Entity | None, schema: Schema) -> str:
    owner = entity.owner_column if entity else None
    if not one.row_security:
        return f"off; every query must filter by {code(owner)}" if owner else "off; rows have no owner"
    bound = "enabled and forced, so it binds the owner of the table too" if one.force_row_security else "enabled"
    whose = f"; only rows whose {code(owner)} is the user in {code(schema.intent.setting)}" if owner else ""
    return bound + whose


def _column(column: Column, one: Table) -> tuple[str, str, str, str]:
    constraints = ", ".join(_column_constraints(column, one))
    described = prose(column.comment or "")
    return cell_code(column.name), cell_code(column.type), constraints, described


def _column_constraints(column: Column, one: Table) -> Iterator[str]:
    key = one.primary_key
    if key is not None and column.name in key.columns:
        yield "PRIMARY KEY"
    elif not column.nullable:
        yield "NOT NULL"
    if any(isinstance(each, Unique) and each.columns == (column.name,) for each in one.constraints):
        yield "UNIQUE"
    if column.default is not None:
        yield f"DEFAULT {cell_code(column.default)}"
    if column.identity is not None:
        yield f"IDENTITY {'ALWAYS' if column.identity.always else 'BY DEFAULT'}"
    if column.generated is not None:
        yield f"GENERATED {cell_code(column.generated.expression)}"
    for each in one.foreign_keys:
        if column.name in each.columns:
            target = each.target_columns[each.columns.index(column.name)]
            yield f"FK {cell_code(f'{qualified(*each.target)}({ident(target)})')}"


def _index(index: Index) -> str:
    unique = "unique, " if index.unique else ""
    keys = ", ".join(map(key_sql, index.keys))
    method = f" by {index.method}" if index.method != "btree" else ""
    tail = tail_sql(index).strip()
    return f"{code(index.name)}: {unique}on {code(f'({keys})')}{method}" + (f" {code(tail)}" if tail else "")


def _relationships(entity: Entity | None) -> Iterator[str]:
    for one in entity.relationships if entity else ():
        through = f" through {code(one.join_table)}" if one.join_table else ""
        cascade = f", cascade {code(one.cascade)}" if one.cascade else ""
        yield f"{code(one.name)}: {one.kind.replace('_', ' ')} to {code(one.target)}{through}{cascade}"


def _trigger(trigger: Trigger) -> str:
    events = " or ".join(trigger.events)
    rows = "each row" if trigger.each_row else "each statement"
    return f"{code(trigger.name)}: {trigger.timing} {prose(events)}, {rows}, runs {code(f'{trigger.function[1]}()')}"


def _policy(policy: Policy) -> str:
    roles = ", ".join(map(code, policy.roles))
    using = f" using {code(policy.using)}" if policy.using else ""
    check = f" with check {code(policy.check)}" if policy.check else ""
    kind = "" if policy.permissive else ", restrictive,"
    return f"{code(policy.name)}: {policy.command}{kind} to {roles}{using}{check}"


# --- the rest -----------------------------------------------------------------------------------------------------


def _external(schema: Schema) -> Iterator[str]:
    if schema.external:
        yield "## External tables"
        yield "These belong to others. No migration makes or changes them; foreign keys point at them."
        yield bullets(f"{code(one.name)}: {code(f'({idents(_key_columns(one))})')}" for one in schema.external)


def _key_columns(one: Table) -> tuple[str, ...]:
    key = one.primary_key
    return key.columns if key else tuple(column.name for column in one.columns)


def _types(schema: Schema) -> Iterator[str]:
    enums, domains = schema.database.enums, schema.database.domains
    if enums or domains:
        yield "## Types"
    if enums:
        rows = ((cell_code(one.name), ", ".join(map(cell_code, one.values)), prose(one.comment or "")) for one in enums)
        yield table(("Enum", "Values", "Description"), rows)
    if domains:
        checks = {one.name: "; ".join(cell_code(check.expression) for check in one.checks) for one in domains}
        yield table(
            ("Domain", "Type", "Checks"),
            ((cell_code(one.name), cell_code(one.type), checks[one.name]) for one in domains),
        )


def _views(schema: Schema) -> Iterator[str]:
    if not schema.database.views:
        return
    yield "## Views"
    for view in schema.database.views:
        yield f"### {prose(qualified(view.schema, view.name))}"
        yield prose(view.comment or "")
        yield block(view.definition, "sql")


def _patterns(schema: Schema) -> Iterator[str]:
    if schema.intent.patterns:
        yield "## Query Patterns"
    keys = serving_keys(schema.database)
    for one in schema.intent.patterns:
        pattern = rendered(one, keys)
        yield f"### {prose(pattern.title)}"
        yield block(pattern.sql, "sql")
        parameters = ", ".join(f"{code(name)} is {code(type_)}" for name, type_ in pattern.parameters)
        yield f"Parameters: {parameters}." if parameters else ""
        served = f" on {code(f'({pattern.serves})')}" if pattern.serves else ""
        yield f"Served by {code(pattern.index)}{served}." if pattern.index else "No index serves it."
        split = ", ".join(map(code, pattern.by_value))
        yield f"Behind the policies each value has an index of its own: {split}." if split else ""


_AUDITOR = "reads every entry of the audit trails, of all users, and nothing else"
_SEARCHER = "owns the functions that search past the policies, each for the current user; nobody logs in as it"


def _isolation(schema: Schema) -> Iterator[str]:
    secured = [one for one in schema.database.whole_tables if one.row_security]
    roles, setting = schema.intent.roles, code(schema.intent.setting)
    if not secured and roles is None:
        return
    yield "## Isolation"
    if secured:
        names = ", ".join(code(one.name) for one in secured)
        yield f"Row-level security binds {names}: a transaction sees only the rows of the user in {setting}."
        yield f"The application sets {setting} at the start of every transaction; where it is not set, no row is seen."
    if roles is not None:
        yield table(
            ("Role", "Purpose"),
            (
                (cell_code(roles.owner), "owns every object; nobody logs in as it"),
                (cell_code(roles.migrator), "runs migrations and seeds, and passes row-level security"),
                (cell_code(roles.application), "is what the application connects as; row-level security binds it"),
                *(((cell_code(roles.reader), "reads what policies show it, changes nothing"),) if roles.reader else ()),
                *(((cell_code(roles.searcher), _SEARCHER),) if roles.searcher else ()),
                *(((cell_code(roles.auditor), _AUDITOR),) if roles.auditor else ()),
            ),
        )
        yield "What each role may reach; anything but no is a privilege, and says for which rows."
        rows = ((cell_code(name), cell_code(role), *cells) for name, role, cells in matrix(schema, roles))
        yield table(("Table", "Role", *COMMANDS), rows)


def _history(request: Request) -> Iterator[str]:
    yield "## Migration History"
    message = request.schema.intent.revision_message or "Create the schema"
    after = f", after {code(request.down_revision)}" if request.down_revision else ""
    yield bullets([f"**{prose(request.revision)}**{after}: {prose(message)}"])


def _reasons(schema: Schema) -> Iterator[str]:
    if schema.intent.reasons:
        yield "## Reasons"
        rows = ((cell_code(one.subject), prose(one.because)) for one in schema.intent.reasons)
        yield table(("What", "Because"), rows)

"""The engine: a Draft through all passes to a Schema."""

from __future__ import annotations

import re
from collections.abc import Iterator

from colonnade import sql, types
from colonnade.config import Settings
from colonnade.design.draft import Draft
from colonnade.design.passes import PASSES, UNFOLDING
from colonnade.design.schema import (
    Database,
    EnumType,
    Exclusion,
    Extension,
    Function,
    IndexKey,
    Intent,
    PrimaryKey,
    Privilege,
    Reason,
    Roles,
    Schema,
    Table,
)
from colonnade.design.work import Blueprint, Pass, Work
from colonnade.findings import RULES, Finding
from colonnade.values import replace


def design(draft: Draft, settings: Settings) -> tuple[Schema, tuple[Finding, ...]]:
    """The Schema that `draft` asks for under `settings`, and what a person should know about it."""
    work = Work(draft, settings)
    for one in PASSES:
        if settings.enabled(rule_name(one)):
            work = one(work)
    return assemble(work), findings(work)


def unfolded(draft: Draft, settings: Settings) -> Draft:
    """`draft` as tables hold it: value objects in the rows of their owners, subtypes as they are stored."""
    work = Work(draft, settings)
    for one in UNFOLDING:
        if settings.enabled(rule_name(one)):
            work = one(work)
    return work.draft


def rule_name(one: Pass) -> str:
    """The name under which a pass is switched, which is also its rule's if it is a house rule."""
    return one.__name__.replace("_", "-")


def house_rules() -> tuple[str, ...]:
    """The names of the passes that can be switched off, in the order in which they run."""
    return tuple(name for name in map(rule_name, PASSES) if name in RULES)


def findings(work: Work) -> tuple[Finding, ...]:
    """All findings of the draft and the passes, each once, in the order of their places."""
    every = (*work.draft.findings, *work.findings, *(one for table in work.tables.values() for one in table.findings))
    kept = (one for one in dict.fromkeys(every) if work.settings.enabled(one.rule))
    return tuple(sorted(kept, key=_order))


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    place = finding.place
    return (place.file, place.line, place.column, finding.rule, finding.message) if place else (
        "", 0, 0, finding.rule, finding.message
    )  # fmt: skip


def assemble(work: Work) -> Schema:
    """The finished Schema: every tuple of named objects sorted by name."""
    own = [one for _, one in sorted(work.tables.items()) if not one.external]
    owner = work.roles.owner if work.roles else None
    database = Database(
        extensions=_extensions(own),
        enums=_enums(work, own, owner),
        functions=tuple(_function(one, work.roles) for one in sorted(work.functions, key=lambda one: one.name)),
        tables=tuple(sorted((part for one in own for part in _whole(one, owner)), key=lambda one: one.name)),
        views=tuple(sorted(work.views, key=lambda one: one.name)),
        default_privileges=work.default_privileges,
    )
    external = tuple(_external(one) for _, one in sorted(work.tables.items()) if one.external)
    return Schema(database, _intent(work, own), external)


def _table(blueprint: Blueprint, owner: str | None) -> Table:
    return Table(
        blueprint.name,
        blueprint.schema,
        columns=tuple(blueprint.columns.values()),
        constraints=tuple(sorted(blueprint.constraints, key=lambda one: one.name)),
        indexes=tuple(sorted(blueprint.indexes, key=lambda one: one.name)),
        triggers=tuple(sorted(blueprint.triggers, key=lambda one: one.name)),
        policies=tuple(sorted(blueprint.policies, key=lambda one: one.name)),
        row_security=bool(blueprint.policies),
        force_row_security=bool(blueprint.policies),
        partition_by=blueprint.partition_by,
        owner=owner,
        privileges=blueprint.privileges,
        comment=blueprint.comment,
    )


def _whole(blueprint: Blueprint, owner: str | None) -> Iterator[Table]:
    """The table and its partitions, which are reached through it alone: secured without a policy, granted to none."""
    whole = _table(blueprint, owner)
    yield whole
    for name, bound in blueprint.partitions:
        yield Table(
            name, blueprint.schema, row_security=whole.row_security, force_row_security=whole.force_row_security,
            partition_of=((blueprint.schema, blueprint.name), bound), owner=owner,
        )  # fmt: skip


def _external(blueprint: Blueprint) -> Table:
    """A table of others: its columns and its key, as far as the documents know them."""
    columns = {
        name: replace(one, default="gen_random_uuid()") if (name,) == blueprint.key and one.type == "uuid" else one
        for name, one in blueprint.columns.items()
    }
    key = PrimaryKey(sql.shorten(f"{blueprint.name}_pkey"), blueprint.key)
    return _table(replace(blueprint, columns=columns, constraints=(*blueprint.constraints, key)), None)


def _enums(work: Work, own: list[Blueprint], owner: str | None) -> tuple[EnumType, ...]:
    used = {column.type.removesuffix("[]") for one in own for column in one.columns.values()}
    usage = (Privilege("PUBLIC", ("USAGE",)),)
    return tuple(
        replace(one, owner=owner, privileges=usage) for name, one in sorted(work.enums.items()) if name in used
    )


def _function(function: Function, roles: Roles | None) -> Function:
    if roles is None:
        return replace(function, privileges=(Privilege("PUBLIC", ("EXECUTE",)),))
    return replace(function, owner=function.owner or roles.owner)


def _extensions(own: list[Blueprint]) -> tuple[Extension, ...]:
    rows = {types.take_apart(column.type).row for one in own for column in one.columns.values()}
    wanted = {row.extension for row in rows if row and row.extension}
    wanted |= {"btree_gist"} if any(_compares_plainly(one) for one in own) else set()
    wanted |= {"pg_trgm"} if any("trgm" in (key.operator_class or "") for key in _index_keys(own)) else set()
    return tuple(Extension(name) for name in sorted(wanted))


def _index_keys(own: list[Blueprint]) -> Iterator[IndexKey]:
    return (key for one in own for index in one.indexes for key in index.keys)


def _compares_plainly(blueprint: Blueprint) -> bool:
    """Whether an exclusion compares by `=` or `<>` what GiST by itself knows no such operator for."""
    return any(
        one.method == "gist" and operator in ("=", "<>")
        for one in blueprint.constraints
        if isinstance(one, Exclusion)
        for _, operator in one.elements
    )


def _intent(work: Work, own: list[Blueprint]) -> Intent:
    draft = work.draft
    title = " ".join(draft.title.split()) or _title(draft.feature)
    return Intent(
        feature=draft.feature,
        title=title,
        spec_file=draft.spec_file,
        revision_message=_message([one.name for one in own], title),
        target_version=work.settings.target_version,
        roles=work.roles,
        setting=work.setting,
        entities=work.entities,
        patterns=work.patterns,
        reasons=_reasons(work),
        sources=draft.sources,
        dependencies=work.dependencies,
        notes=work.notes,
        denormalizations=work.denormalizations,
    )


def _reasons(work: Work) -> tuple[Reason, ...]:
    reasons = {one.subject: one for table in work.tables.values() for one in table.reasons}
    return tuple(reasons[subject] for subject in sorted(reasons))


def _title(feature: str) -> str:
    return re.sub(r"^\d+[-_ ]*", "", feature).replace("-", " ").replace("_", " ").title() or feature


def _message(tables: list[str], title: str) -> str:
    if len(tables) == 1:
        return f"Create {tables[0]} table"
    if len(tables) <= 3:
        return f"Create {', '.join(tables[:-1])} and {tables[-1]} tables" if tables else f"Create {title}"
    return f"Create {len(tables)} tables of {title}"

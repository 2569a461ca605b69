"""The passes from a Draft to a Schema, in the order in which they run.

A function that is registered as a rule is a house rule, switched by `rules.<name>`; the others always run.
"""

from __future__ import annotations

from colonnade.design.passes import (
    access,
    checks,
    comments,
    defaults,
    externals,
    foreign_keys,
    indexes,
    keys,
    lifecycle,
    links,
    names,
    ownership,
    patterns,
    relations,
    statements,
    types,
)
from colonnade.design.work import Pass

PASSES: tuple[Pass, ...] = (
    names.gather,
    names.snake_case_names,
    names.plural_table_names,
    names.fit_names,
    statements.stated_constraints,
    types.column_types,
    types.enum_defaults,
    defaults.stated_defaults,
    keys.stated_keys,
    keys.uuid_primary_keys,
    keys.integer_keys,
    externals.external_tables,
    links.resolve_links,
    links.junction_tables,
    ownership.user_ownership,
    ownership.owner_in_foreign_keys,
    foreign_keys.on_delete,
    foreign_keys.circular_references,
    keys.primary_keys,
    foreign_keys.foreign_keys,
    foreign_keys.unique_constraints,
    lifecycle.timestamps,
    lifecycle.soft_delete,
    lifecycle.active_views,
    checks.text_not_empty,
    checks.length_checks,
    checks.email_format,
    checks.stated_checks,
    indexes.stated_indexes,
    indexes.owner_index,
    indexes.strategy_indexes,
    indexes.foreign_key_index,
    indexes.listing_index,
    indexes.unique_among_live_rows,
    access.roles,
    access.row_level_security,
    access.least_privilege,
    comments.comments,
    patterns.query_patterns,
    relations.orm_relationships,
)

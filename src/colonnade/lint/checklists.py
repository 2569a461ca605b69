"""What reviewers of a schema look at before they sign, item by item, and what looks at it here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at; `rules` and `laws` are names, `files` are writers whose output answers it."""

    asks: str
    rules: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


CHECKLISTS: dict[str, tuple[Item, ...]] = {
    "Before tables are made": (
        Item("The documents say what is stored, without gaps and contradictions",
             ("documents-contradict", "open-clarification", "guessed-type", "unread-constraint", "unknown-type"),
             ("attributes-kept",)),
        Item("Each relation is defined on both sides",
             ("conflicting-relationships", "ambiguous-relation", "reference-to-undefined-table",
              "reference-without-foreign-key", "circular-references")),
        Item("Primary and foreign keys are there",
             ("table-without-primary-key", "foreign-key-of-another-type", "foreign-key-without-on-delete"),
             ("constraint-primary-key", "constraint-foreign-key", "constraint-on-delete")),
        Item("Indexes are planned", ("foreign-key-without-index", "owner-index", "query-indexes"), ("pattern-runs",)),
        Item("Users are kept apart",
             ("user-ownership", "user-scoped-table-without-row-level-security", "row-level-security-not-forced",
              "foreign-key-without-owner", "no-owner"),
             ("isolation", "foreign-key-carries-owner", "attack-reading", "attack-writing")),
        Item("What is secret or personal is looked after",
             ("sensitive-columns", "least-privilege", "table-granted-to-public", "view-without-security-invoker"),
             ("reader-reads-only", "attack-surfaces")),
    ),
    "Before indexes are added": (
        Item("The queries that need them are known", ("query-patterns", "query-indexes", "unread-query"),
             ("pattern-runs",)),
        Item("No index costs more than it serves",
             ("duplicate-index", "overlapping-index", "index-duplicating-constraint", "index-economy",
              "redundant-index")),
        Item("Columns stand in the order of their use", ("query-indexes", "listing-index", "overlapping-index")),
        Item("Partial ones are partial for a reason", ("index-on-boolean", "index-per-value",
                                                       "unique-among-live-rows")),
        Item("They can be kept and can be used", ("invalid-index", "index-unusable-behind-policy",
                                                  "btree-index-on-document", "type-without-index")),
    ),
    "Before constraints are made": (
        Item("The rules of the business are in them",
             ("unread-constraint", "constraint-not-understood", "status-without-values", "state-transitions"),
             ("constraint-check", "constraint-closed-list", "constraint-range", "state-transitions")),
        Item("They agree with each other, with defaults and with the data that is stated",
             ("default-not-in-enum", "default-not-of-type", "sample-violates-table", "set-null-against-check",
              "comparison-with-null"),
             ("good-rows", "constraints", "constraint-default")),
        Item("What is refused is refused by a name that an application can catch", (),
             ("constraint-check", "constraint-not-empty", "constraint-unique"), ("dictionary",)),
        Item("Rows that are there already are thought of",
             ("constraint-not-validated", "required-column-without-default", "dropped-rows",
              "type-change-in-use", "rename-in-use")),
        Item("What they cost under load is known",
             ("table-rewrite", "read-under-exclusive-lock", "read-under-write-lock", "lock-without-timeout",
              "change-of-all-rows")),
    ),
    "Best practices": (
        Item("Every table has a primary key", ("table-without-primary-key",), ("constraint-primary-key",)),
        Item("Every foreign key has an index", ("foreign-key-without-index", "foreign-key-index")),
        Item("What is searched often has an index", ("owner-index", "listing-index", "query-indexes"),
             ("pattern-runs", "value-behind-policy")),
        Item("Each row says when it was made and changed",
             ("table-without-timestamps", "updated-at-without-trigger", "timestamps"),
             ("created-at-fixed", "updated-at-moves")),
        Item("Types fit what they hold",
             ("timestamp-without-time-zone", "padded-text", "float-for-money", "uuid-as-text", "moment-as-text",
              "boolean-as-text", "json-column"),
             ("constraint-precision", "constraint-length")),
        Item("Defaults stand where they help", ("enum-defaults", "default-not-of-type"), ("constraint-default",)),
        Item("Only what may be missing may be empty", ("boolean-that-may-be-empty", "unique-with-empty-column"),
             ("constraint-not-null",)),
        Item("Changes come as migrations, with a way back", ("statement-that-fails",),
             ("migration-equals-ddl", "downgrade-restores"), ("alembic",)),
        Item("Connections are pooled", files=("session",)),
        Item("Names follow one convention", ("name-with-capitals-or-blanks", "reserved-word-as-name",
                                             "snake-case-names", "plural-table-names")),
        Item("Nothing is stored twice without a reason",
             ("first-normal-form", "second-normal-form", "list-of-identifiers", "numbered-columns",
              "copy-of-parent-column", "denormalisation")),
        Item("Large tables are divided", ("partitions", "retention-without-partitions"), ("partitions",)),
    ),
}  # fmt: skip

"""Documented lifecycles: a trigger keeps a state to the moves that the document allows."""

from __future__ import annotations

from collections.abc import Mapping

from colonnade import sql
from colonnade.design.draft import Fact
from colonnade.design.schema import Function, Reason, Trigger
from colonnade.design.work import Blueprint, Work, found, stated
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import habits

UNKNOWN_STATE = declare(
    "unknown-state",
    """A documented move starts or ends at a state that the closed list does not have.

    The move cannot happen, so it is left out; a list that lacks a state refuses it as a value.
    """,
)
UNREACHABLE = declare(
    "unreachable-state",
    """No documented move leads to a state, and rows do not start in it.

    Either a move is missing, or the state is.
    """,
)
_START = frozenset({"", "[*]", "*", "start", "(start)", "new", "none", "initial", "()", "null"})
Moves = tuple[tuple[str, str], ...]


@rule("state-transitions")
def state_transitions(work: Work) -> Work:
    """A state changes only as the documented lifecycle says.

    A trigger refuses every other move with SQLSTATE 23514 under the name `<table>_<column>_transition`. Rows are
    inserted in any state; a document that says no moves gets no trigger.
    """
    tables = dict(work.tables)
    functions: list[Function] = []
    for name, one in work.tables.items():
        if not one.external and one.entity.transitions:
            tables[name], made = _kept(work, one)
            functions += made
    return replace(work, tables=tables, functions=(*work.functions, *functions))


def _kept(work: Work, blueprint: Blueprint) -> tuple[Blueprint, list[Function]]:
    findings: list[Finding] = []
    moves = moves_of(work, blueprint, findings)
    functions: list[Function] = []
    for column, allowed in moves.items():
        name = sql.shorten(f"{blueprint.name}_{column}_transition")
        settings = ("search_path=pg_catalog, pg_temp",) if work.settings.function_search_path else ()
        comment = f"Keeps {blueprint.name}.{column} to its documented moves"
        functions.append(
            Function(
                f"keep_{name}"[:63], body=_body(blueprint, column, name, allowed), settings=settings, comment=comment
            )
        )
        quoted = sql.ident(column)
        trigger = Trigger(
            sql.shorten(f"keep_{name}"), "BEFORE", (f"UPDATE OF {quoted}",), ("public", functions[-1].name),
            condition=f"OLD.{quoted} IS DISTINCT FROM NEW.{quoted}",
        )  # fmt: skip
        reason = Reason(f"{blueprint.name}/{trigger.name}", stated(blueprint.entity.transitions[0].place))
        blueprint = replace(blueprint, triggers=(*blueprint.triggers, trigger), reasons=(*blueprint.reasons, reason))
        findings += _unreachable(work, blueprint, column, allowed)
    return replace(blueprint, findings=(*blueprint.findings, *findings)), functions


def _body(blueprint: Blueprint, column: str, name: str, allowed: Moves) -> str:
    quoted = sql.ident(column)
    moves = ",\n        ".join(f"({sql.literal(old).strip()}, {sql.literal(new).strip()})" for old, new in allowed)
    message = sql.literal(f"{blueprint.name}.{column} does not go from % to %".replace("\\", "/")).strip()
    return (
        f"\nBEGIN\n    IF OLD.{quoted} IS NULL OR (OLD.{quoted}::text, NEW.{quoted}::text) IN (\n        {moves}\n"
        f"    ) THEN\n        RETURN NEW;\n    END IF;\n    RAISE EXCEPTION {message}, OLD.{quoted}, NEW.{quoted}\n"
        f"        USING ERRCODE = 'check_violation', CONSTRAINT = {sql.literal(name).strip()},\n"
        f"            TABLE = {sql.literal(blueprint.name).strip()}, COLUMN = {sql.literal(column).strip()};\nEND;\n"
    )


def moves_of(work: Work, blueprint: Blueprint, findings: list[Finding]) -> dict[str, Moves]:
    """The allowed moves of each state column, in the order of the closed list."""
    lists = {name: values for name in blueprint.columns if (values := values_of(work, blueprint, name))}
    told: dict[str, list[tuple[str, str]]] = {}
    for fact in blueprint.entity.transitions:
        column = _column(blueprint, fact, lists)
        if column is None:
            continue
        old, new = (_state(one, lists[column]) for one in fact.value[1:])
        if new and fact.value[1].strip().lower() in _START and old is None:
            continue
        if old is None or new is None:
            findings += found(
                UNKNOWN_STATE, f"{blueprint.name}.{column} goes from {fact.value[1]!r} to {fact.value[2]!r} as stated, "
                f"and its values are {', '.join(lists[column])}", fact.place, "add the state, or correct the move",
            )  # fmt: skip
        elif old != new:
            told.setdefault(column, []).append((old, new))
    return {column: _in_order(set(moves), lists[column]) for column, moves in told.items()}


def _in_order(moves: set[tuple[str, str]], values: tuple[str, ...]) -> Moves:
    return tuple((old, new) for old in values for new in values if (old, new) in moves)


def values_of(work: Work, blueprint: Blueprint, column: str) -> tuple[str, ...]:
    """The closed list of a column, empty where it has none."""
    enum = work.enums.get(blueprint.columns[column].type)
    attribute = blueprint.attributes.get(column)
    stated_values = attribute.enum_values.value if attribute and attribute.enum_values else ()
    return enum.values if enum else stated_values


def _column(blueprint: Blueprint, fact: Fact[tuple[str, str, str]], lists: Mapping[str, tuple[str, ...]]) -> str | None:
    """The column that the move is about: the named one, else the only one that has both states, states first."""
    named = blueprint.column(fact.value[0]) if fact.value[0] else None
    if named in lists:
        return named
    ranked = sorted(lists, key=lambda name: (name not in habits.STATUS_COLUMNS, name))
    both = [name for name in ranked if all(_state(one, lists[name]) for one in fact.value[1:])]
    one = [name for name in ranked if any(_state(one, lists[name]) for one in fact.value[1:])]
    return next(iter(both or one), None)


def _state(written: str, values: tuple[str, ...]) -> str | None:
    wanted = _key(written)
    return next((value for value in values if _key(value) == wanted), None)


def _key(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _unreachable(work: Work, blueprint: Blueprint, column: str, allowed: Moves) -> tuple[Finding, ...]:
    values = values_of(work, blueprint, column)
    default = (blueprint.columns[column].default or "").strip("'")
    start = default if default in values else values[0]
    lost = [value for value in values if value != start and all(new != value for _, new in allowed)]
    place = blueprint.entity.transitions[0].place
    message = f"no documented move of {blueprint.name}.{column} leads to {', '.join(lost)}"
    return found(UNREACHABLE, message, place, "state the move, or remove the state", "note") if lost else ()

"""Types of columns: as stated, or guessed from the name; closed lists as enum types or as checks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from colonnade import sql, types
from colonnade.config import suggestion
from colonnade.design.draft import DraftAttribute, Origin
from colonnade.design.meanings import spelled
from colonnade.design.schema import Check, Column, EnumType, Reason
from colonnade.design.work import Blueprint, Work, assumed, found, house, why
from colonnade.findings import Finding, declare, rule
from colonnade.values import replace
from colonnade.vocabulary import habits, naming

_IDENTITY = re.compile(r"identity(?: column)?|auto[- ]?(?:increment(?:ed|ing)?|number(?:ed)?)", re.IGNORECASE)
GUESSED = declare(
    "guessed-type",
    """No document states the type of an attribute.

    It is guessed from the name, or text where the name says nothing. State the type to be sure.
    """,
)
UNKNOWN = declare(
    "text-for-unknown-type",
    """A stated type is none that PostgreSQL or the type table knows.

    The column becomes text, which takes any value.
    """,
)
VALUES = declare(
    "enum-values",
    """A closed list has values that PostgreSQL refuses or that occur twice.

    An enum label has at most 63 bytes and is listed once. Duplicates are left out; with a label that is too long,
    or with no label at all, the column is a varchar with a CHECK.
    """,
)
ENUM_BYTES = 63
_PLAIN_WORDS = frozenset({"enum", "enumeration", "choice", "choices", "select", "literal", "union", "one of"})


def column_types(work: Work) -> Work:
    """Every attribute is a column with a type as format_type() prints it; closed lists are enum types or checks."""
    shared = _shared_enums(work.tables.values())
    enums: dict[str, EnumType] = {}
    tables = {name: _typed(work, one, shared, enums) for name, one in work.tables.items()}
    return replace(work, tables=tables, enums=enums)


def _typed(
    work: Work, blueprint: Blueprint, shared: Mapping[str, tuple[str, ...]], enums: dict[str, EnumType]
) -> Blueprint:
    columns: dict[str, Column] = {}
    reasons: list[Reason] = []
    findings: list[Finding] = []
    constraints: list[Check] = []
    for name, attribute in blueprint.attributes.items():
        if attribute.stored and not attribute.stored.value:
            continue
        values = _values(attribute, shared)
        if values and blueprint.external:
            type_, because = "text", why(attribute.enum_values or attribute.name)
        elif values:
            type_, check = _enum(work, blueprint, name, values, shared, enums, findings)
            constraints += [check] if check else []
            because = why(attribute.enum_values or attribute.name)
        else:
            type_, because = _plain(work, blueprint, name, attribute, findings)
        nullable = attribute.nullable.value if attribute.nullable else True
        columns[name] = Column(name, type_, nullable)
        reasons.append(Reason(f"{blueprint.name}.{name}", because))
    return replace(
        blueprint,
        columns=columns,
        constraints=blueprint.constraints + tuple(constraints),
        reasons=blueprint.reasons + tuple(reasons),
        findings=blueprint.findings + tuple(findings),
    )


def _refers(blueprint: Blueprint, attribute: DraftAttribute) -> bool:
    """Whether the column takes its type from the key that it points at."""
    keys = (one.foreign_key.value for one in blueprint.entity.relationships if one.foreign_key)
    return attribute.references is not None or attribute.name.value in keys


def _plain(
    work: Work, blueprint: Blueprint, name: str, attribute: DraftAttribute, findings: list[Finding]
) -> tuple[str, str]:
    """The type of an attribute without a closed list, and why."""
    where = f"{blueprint.entity.name.value}.{attribute.name.value}"
    if attribute.type is None or not attribute.type.value.strip():
        if _IDENTITY.fullmatch(attribute.description.strip()):
            return "bigint", f"stated at {attribute.name.place}"
        guess = habits.guessed_type(name, attribute.limits)
        fixed = types.resolve(guess, work.settings.timestamps)
        if attribute.name.origin is Origin.STATED and not _refers(blueprint, attribute):
            findings += found(
                GUESSED, f"{where} has no stated type and becomes {fixed}", attribute.name.place, severity="note"
            )
        return str(fixed), assumed(f"{fixed} by " + ("its limits" if attribute.limits else f"the name {name}"))
    written = spelled(attribute.type, attribute.meaning)
    resolved = types.resolve(written, work.settings.timestamps)
    if resolved is None and written.strip().lower() in _PLAIN_WORDS:
        findings += found(VALUES, f"{where} is a closed list whose values no document states; it becomes text",
                          attribute.type.place, "list its values")  # fmt: skip
        return "text", assumed("text for a closed list without values")
    if resolved is None:
        fix = suggestion(written.lower(), types.words()) or "write a PostgreSQL type"
        findings += found(UNKNOWN, f"{where} has the type {written!r}, which is not known; it becomes text",
                          attribute.type.place, fix)  # fmt: skip
        return "text", assumed(f"text for the unknown type {' '.join(written.split())}")
    if not _within_limits(resolved):
        findings += found(UNKNOWN, f"{where} has the type {written!r}, and its bracket is refused; it is left out",
                          attribute.type.place, "write a length or precision that PostgreSQL takes")  # fmt: skip
        resolved = replace(resolved, arguments=())
    return str(_precise(resolved, written, attribute)), why(attribute.type)


# The largest bracket of each type, from the server's own limits.
_LIMITS = {"character varying": 10_485_760, "character": 10_485_760, "bit": 83_886_080, "bit varying": 83_886_080,
           "numeric": 1000, "vector": 16_000}  # fmt: skip


def _within_limits(resolved: types.TypeName) -> bool:
    if not resolved.arguments:
        return True
    first, *scale = map(int, resolved.arguments)
    least = 0 if resolved.base.startswith("time") else 1
    most = _LIMITS.get(resolved.base, 6)
    return least <= first <= most and len(scale) <= 1 and all(one <= 1000 for one in scale)


def _precise(resolved: types.TypeName, written: str, attribute: DraftAttribute) -> types.TypeName:
    """`resolved` with the stated length, and with a precision where the word means money."""
    word = written.strip().lower()
    if resolved.base == "numeric" and not resolved.arguments and word in habits.MONEY_WORDS:
        return replace(resolved, arguments=("12", "2"))
    if resolved.base == "character varying" and not resolved.arguments and attribute.max_length:
        return replace(resolved, arguments=(str(attribute.max_length.value),))
    return resolved


def _values(attribute: DraftAttribute, shared: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    if attribute.enum_values and attribute.enum_values.value:
        return attribute.enum_values.value
    return shared.get(_word(attribute), ())


def _word(attribute: DraftAttribute) -> str:
    """The name of the enum that an attribute's type refers to, or an empty string."""
    written = attribute.type.value.strip() if attribute.type else ""
    known = not written or written.lower() in _PLAIN_WORDS or not written.replace("_", "").isalnum()
    return "" if known or types.resolve(written) else written


def _shared_enums(tables: Iterable[Blueprint]) -> dict[str, tuple[str, ...]]:
    """The values of every named enum that two attributes refer to and agree on."""
    values: dict[str, set[tuple[str, ...]]] = {}
    uses: dict[str, int] = {}
    for blueprint in tables:
        for attribute in blueprint.attributes.values():
            word = _word(attribute)
            if word:
                uses[word] = uses.get(word, 0) + 1
                if attribute.enum_values:
                    values.setdefault(word, set()).add(attribute.enum_values.value)
    return {word: next(iter(lists)) for word, lists in values.items() if len(lists) == 1 and uses[word] > 1}


def _enum(
    work: Work,
    blueprint: Blueprint,
    name: str,
    stated_values: tuple[str, ...],
    shared: Mapping[str, tuple[str, ...]],
    enums: dict[str, EnumType],
    findings: list[Finding],
) -> tuple[str, Check | None]:
    """The type of a column with a closed list, and its CHECK where it is no enum type."""
    attribute = blueprint.attributes[name]
    where = f"{blueprint.entity.name.value}.{attribute.name.value}"
    values = tuple(dict.fromkeys(value for value in stated_values if value and "\x00" not in value))
    if values != stated_values:
        findings += found(VALUES, f"the closed list of {where} has values that are empty or occur twice",
                          attribute.name.place, "list each value once")  # fmt: skip
    too_long = [value for value in values if len(value.encode()) > ENUM_BYTES]
    if too_long:
        findings += found(VALUES, f"a value of {where} is over {ENUM_BYTES} bytes, so it is a varchar with a CHECK",
                          attribute.name.place, "shorten the value")  # fmt: skip
    if not values:
        return "text", None
    several = _is_list(attribute)
    if too_long or work.settings.enums == "check":
        return _checked(blueprint, name, values, several)
    word = _word(attribute).removesuffix("[]")
    own = naming.snake(naming.joined(naming.singular(blueprint.name), name), "enum")
    wanted = naming.snake(word, "enum") if shared.get(word) == stated_values else own
    return _register(sql.shorten(wanted), values, enums, work.tables) + "[]" * several, None


def _is_list(attribute: DraftAttribute) -> bool:
    """Whether the attribute holds several of the values: `Role[]`, `array of enum`, `Set<Role>`."""
    written = attribute.type.value.strip().lower() if attribute.type else ""
    return written.endswith(("[]", " array", " list")) or written.startswith(("array", "list", "set"))


def _register(wanted: str, values: tuple[str, ...], enums: dict[str, EnumType], tables: Collection[str]) -> str:
    """The name under which the enum stands in `enums`; a table's row type already has the table's name."""
    # A type that needs quotes would have to carry them wherever a column's type is written.
    wanted = wanted if sql.ident(wanted) == wanted else f"{wanted}_type"
    name, number = wanted, 2
    while name in tables or types.resolve(name) or (name in enums and enums[name].values != values):
        name, number = sql.shorten(f"{wanted}_{number}"), number + 1
    enums.setdefault(name, EnumType(name, values))
    return name


def _checked(blueprint: Blueprint, name: str, values: tuple[str, ...], several: bool) -> tuple[str, Check]:
    """A varchar that takes only the values, or a list of it that takes only lists of them."""
    listed = ", ".join(sql.literal(value).strip() for value in values)
    type_ = f"character varying({max(20, *(len(value) for value in values))})"
    column = sql.ident(name)
    expression = f"{column} <@ ARRAY[{listed}]::{type_}[]" if several else f"{column} IN ({listed})"
    return type_ + "[]" * several, Check(sql.shorten(f"{blueprint.name}_{name}_check"), expression)


@rule("enum-defaults")
def enum_defaults(work: Work) -> Work:
    """A status starts with its first value, a priority with its middle one.

    Only `status` and `state`, `priority` and `severity` have such a habit; a stated default wins.
    """
    tables = {name: one if one.external else _habits(work, one) for name, one in work.tables.items()}
    return replace(work, tables=tables)


def _habits(work: Work, blueprint: Blueprint) -> Blueprint:
    columns = dict(blueprint.columns)
    for name in blueprint.columns.keys() & (habits.FIRST_VALUE_COLUMNS | habits.MIDDLE_VALUE_COLUMNS):
        attribute, column = blueprint.attributes.get(name), columns[name]
        if attribute is None or attribute.default is not None or not attribute.enum_values:
            continue
        values = work.enums[column.type].values if column.type in work.enums else attribute.enum_values.value
        default = _habit(name, values)
        if default is not None:
            required = attribute.nullable is None or not attribute.nullable.value
            columns[name] = replace(column, default=sql.literal(default), nullable=not required)
    if columns == blueprint.columns:
        return blueprint
    reasons = tuple(
        Reason(f"{blueprint.name}.{name}/default", house("enum-defaults"))
        for name, column in columns.items()
        if column.default != blueprint.columns[name].default
    )
    return replace(blueprint, columns=columns, reasons=blueprint.reasons + reasons)


def _habit(name: str, values: tuple[str, ...]) -> str | None:
    if name in habits.FIRST_VALUE_COLUMNS:
        return values[0]
    return next((value for value in habits.MIDDLE_VALUES if value in values), None)

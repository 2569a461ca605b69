"""References between tables: from relationships, stated references and names to links with columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from colonnade import sql, types
from colonnade.design.draft import DraftEntity, DraftRelationship, Fact, Origin
from colonnade.design.passes.externals import known_table, split_reference
from colonnade.design.schema import Column, Reason
from colonnade.design.work import Blueprint, Junction, Link, Work, assumed, found, house, stated, why
from colonnade.errors import Place
from colonnade.findings import Finding, declare
from colonnade.values import replace
from colonnade.vocabulary import habits, naming

CONFLICT = declare(
    "conflicting-relationships",
    """Two statements point one column at two tables, or say two things of what happens when the other row goes.

    The first one is followed. Say which is meant, or give each its own column.
    """,
)
TYPE = declare(
    "foreign-key-type",
    """A stated type differs from the type of the key that the column refers to.

    A foreign key needs both to be the same, so the column takes the type of the key.
    """,
)
TARGET = declare(
    "reference-not-unique",
    """A reference names a column that does not identify a row of its table.

    A foreign key needs a unique target, so it points to the primary key.
    """,
)
SELF = declare(
    "reference-to-itself",
    """A column refers to itself, by which every row would be its own parent.

    Such a foreign key says nothing, so it is left out. Often a table of another schema of the same name is meant.
    """,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A reference as told: who refers to whom, by which column if any, and how firmly."""

    child: str
    parent: str
    column: str | None
    key: str | None
    place: Place
    because: str
    optional: Fact[bool] | None = None
    on_delete: str | None = None
    unique: bool = False
    assumed: bool = False
    columns: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def resolve_links(work: Work) -> Work:
    """Every reference that the documents tell, or a name suggests, is a link with columns on both sides."""
    merged: dict[tuple[str, tuple[str, ...]], Link] = {}
    by_pair: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    findings: list[Finding] = []
    for told in (*_composites(work), *_references(work), *_relationships(work), *_names(work)):
        link = _link(work, told, by_pair, findings)
        slot = (link.child, link.columns)
        if link.child == link.parent and link.columns == link.parent_columns:
            words = f"{link.child}.{', '.join(link.columns)} refers to itself; the reference is left out"
            findings += found(SELF, words, told.place, "name the other table")
            continue
        before = merged.get(slot)
        alike = by_pair.get((link.child, link.parent), [])
        if _covered(work, link, [merged[link.child, columns] for columns in alike]):
            continue
        if before is None:
            by_pair.setdefault((link.child, link.parent), []).append(link.columns)
            merged[slot] = link
        elif before.parent == link.parent:
            findings += _two_actions(before, link)
            merged[slot] = _merged(before, link)
        elif not link.assumed:
            findings += _conflict(before, link)
    return _with_columns(replace(work, links=tuple(merged.values()), findings=work.findings + tuple(findings)))


def _composites(work: Work) -> Iterator[Told]:
    """Stated foreign keys of several columns."""
    for blueprint in work.tables.values():
        for told in blueprint.references:
            parent = known_table(work.known, told.target)
            if parent is None:
                continue
            keys = tuple(work.tables[parent].column(one) or one for one in told.target_columns)
            yield Told(blueprint.name, parent, None, None, told.place, stated(told.place), on_delete=told.on_delete,
                       columns=told.columns, keys=keys or work.tables[parent].key)  # fmt: skip


def _covered(work: Work, link: Link, others: Sequence[Link]) -> bool:
    """Whether one of `others`, to the same table, has more columns and says what `link` says or guesses from a name."""
    pairs = set(zip(link.columns, link.parent_columns, strict=True))
    columns = work.tables[link.child].columns
    for one in others:
        whole = all(name in columns and not columns[name].nullable for name in one.columns)
        if pairs < set(zip(one.columns, one.parent_columns, strict=True)) and (whole or link.assumed):
            return True
    return False


def _references(work: Work) -> Iterator[Told]:
    """What attributes say of themselves."""
    for blueprint in work.tables.values():
        for name, attribute in blueprint.attributes.items():
            if attribute.references is None or blueprint.external:
                continue
            target, key = split_reference(attribute.references.value, work.known)
            parent = known_table(work.known, target)
            if parent is not None:
                yield Told(
                    blueprint.name, parent, name, key, attribute.references.place, why(attribute.references),
                    on_delete=attribute.on_delete.value if attribute.on_delete else None,
                    unique=bool(attribute.unique and attribute.unique.value),
                )  # fmt: skip


_ORDER = {"many-to-one": 0, "one-to-one": 1, "one-to-many": 2}


def _relationships(work: Work) -> Iterator[Told]:
    """What relationships tell; those that stand with their key come first."""
    told = [
        (_ORDER[one.kind.value], one.foreign_key is None, number, blueprint, one)
        for number, blueprint in enumerate(work.tables.values())
        for one in blueprint.entity.relationships
        if one.kind.value in _ORDER
    ]
    for _, _, _, blueprint, relationship in sorted(told, key=lambda row: row[:3]):
        target = known_table(work.known, split_reference(relationship.target.value, work.known)[0])
        if target is None:
            continue
        child, parent = _sides(work, blueprint, work.tables[target], relationship)
        if child.external:
            continue
        written = relationship.foreign_key.value if relationship.foreign_key else None
        column = (child.attribute(written) or naming.snake(written)) if written else None
        yield Told(
            child.name, parent.name, column, None, relationship.kind.place, why(relationship.kind),
            relationship.optional if child is blueprint else None,
            relationship.on_delete.value if relationship.on_delete else None,
            unique=relationship.kind.value == "one-to-one",
        )  # fmt: skip


def _sides(
    work: Work, blueprint: Blueprint, target: Blueprint, relationship: DraftRelationship
) -> tuple[Blueprint, Blueprint]:
    """(child, parent): the side of a one-to-one that has the column is the child, else the one that tells it."""
    if relationship.kind.value != "one-to-one":
        return (target, blueprint) if relationship.kind.value == "one-to-many" else (blueprint, target)
    written = relationship.foreign_key.value if relationship.foreign_key else ""
    here = blueprint.attribute(written or f"{naming.singular(target.name)}_id")
    there = target.attribute(written or f"{naming.singular(blueprint.name)}_id")
    told_by_parent = blueprint.external or blueprint.name == work.users or (there and not here)
    return (target, blueprint) if told_by_parent and not target.external else (blueprint, target)


def _names(work: Work) -> Iterator[Told]:
    """What names suggest: `project_id` beside a table of projects, and the owner columns beside one of users."""
    for blueprint in work.tables.values():
        for name, attribute in blueprint.attributes.items():
            if (
                blueprint.external
                or attribute.references
                or name not in blueprint.columns
                or any(name in map(blueprint.attribute, one.columns) for one in blueprint.references)
                or name in blueprint.key == (name,)
            ):
                continue
            parent = _named_parent(work, blueprint, name)
            if parent is not None and (attribute.type is None or _fits(work.tables[parent], blueprint.columns[name])):
                yield Told(blueprint.name, parent, name, None, attribute.name.place,
                           assumed(f"named after the table {parent}"), assumed=True)  # fmt: skip


def _named_parent(work: Work, blueprint: Blueprint, column: str) -> str | None:
    stem = column.removesuffix("_id")
    if stem != column and stem in work.known:
        return work.known[stem]
    if stem == "parent" and stem != column:
        return blueprint.name
    people = column in habits.OWNER_COLUMNS or stem in habits.OTHER_PEOPLE
    return work.users if people and column not in ("owner", "user", "author", "creator") else None


def _fits(parent: Blueprint, column: Column) -> bool:
    """Whether `column` could hold the key of `parent`: a text called created_by is no reference to a uuid."""
    if len(parent.key) != 1:
        return False
    left, right = types.take_apart(column.type).row, types.take_apart(parent.columns[parent.key[0]].type).row
    return left is not None and right is not None and (left.family == right.family or left.read_as == right.read_as)


def _link(
    work: Work, told: Told, by_pair: Mapping[tuple[str, str], list[tuple[str, ...]]], findings: list[Finding]
) -> Link:
    child, parent = work.tables[told.child], work.tables[told.parent]
    if told.columns and _identifies(parent, told.columns, told.keys):
        return Link(told.child, told.columns, told.parent, told.keys, told.place, told.because,
                    _required(child, told.columns, told), told.on_delete)  # fmt: skip
    if told.columns:
        message = f"{told.child} ({', '.join(told.columns)}) refers to {told.parent} ({', '.join(told.keys)})"
        fix = f"state UNIQUE ({', '.join(told.keys)}) on {parent.name}, or refer to its key"
        findings += found(TARGET, f"{message}, which is not unique; it refers to the key instead", told.place, fix)
        told = replace(told, column=told.columns[0])
    keys = _target_columns(parent, told, findings)
    columns = _columns(child, parent, keys, told, by_pair.get((child.name, parent.name), []))
    return Link(
        child.name, columns, parent.name, keys, told.place, told.because,
        _required(child, columns, told), told.on_delete, told.unique, told.assumed,
    )  # fmt: skip


def _identifies(parent: Blueprint, columns: tuple[str, ...], keys: tuple[str, ...]) -> bool:
    """Whether `keys` of `parent` are its key or are stated as unique, one for each of `columns`."""
    uniques = [tuple(parent.column(name) for name in one.columns) for one in parent.uniques if not one.predicate]
    return len(keys) == len(columns) and (keys == parent.key or keys in uniques)


def _target_columns(parent: Blueprint, told: Told, findings: list[Finding]) -> tuple[str, ...]:
    if told.key is None or parent.key == (told.key,):
        return parent.key
    name = parent.column(told.key)
    attribute = parent.attributes.get(name) if name else None
    if name and attribute and attribute.unique and attribute.unique.value:
        return (name,)
    if name not in parent.key:
        message = f"{told.child}.{told.column} refers to {parent.name}.{told.key}, which is not unique"
        fix = f"refer to {parent.name}.{parent.key[0]}, as the foreign key does now"
        findings += found(TARGET, message, told.place, fix)
    return parent.key


def _columns(
    child: Blueprint, parent: Blueprint, keys: tuple[str, ...], told: Told, taken: list[tuple[str, ...]]
) -> tuple[str, ...]:
    """The columns of `child` that hold the reference: stated, found by name, found by reference, or new."""
    if told.column and len(keys) == 1:
        return (told.column,)
    stem = "parent" if child is parent else naming.singular(parent.name)
    if len(keys) > 1:
        return tuple(child.column(f"{stem}_{key}") or f"{stem}_{key}" for key in keys)
    model = naming.snake(parent.model)
    candidates = (f"{stem}_{keys[0]}", f"{stem}_id", f"{model}_id", f"{model}_{keys[0]}", f"{stem}_uuid")
    named = next((name for name in candidates if name in child.columns), None)
    if named:
        return (named,)
    return taken[0] if taken else (sql.shorten(f"{stem}_{keys[0]}" if keys[0] != model else keys[0]),)


def _required(child: Blueprint, columns: tuple[str, ...], told: Told) -> bool:
    """Stated by the attribute, else by the relationship, else by what happens on delete, else as a column is."""
    attribute = child.attributes.get(columns[0])
    if attribute and attribute.nullable:
        return not attribute.nullable.value
    if set(columns) <= set(child.key):
        return True
    if told.optional is not None:
        return not told.optional.value
    # The first row of a tree has no parent, whatever becomes of the others when theirs goes.
    if child.name == told.parent:
        return False
    if told.on_delete in ("SET NULL", "CASCADE"):
        return told.on_delete == "CASCADE"
    return attribute is None


def _merged(first: Link, second: Link) -> Link:
    """Two tellings of one link: what either states, the first where both do."""
    return replace(
        first,
        required=first.required or (second.required and first.assumed),
        on_delete=first.on_delete or second.on_delete,
        unique=first.unique or second.unique,
        assumed=first.assumed and second.assumed,
    )


def _conflict(first: Link, second: Link) -> tuple[Finding, ...]:
    column = ", ".join(first.columns)
    return found(
        CONFLICT,
        f"{first.child}.{column} points to {first.parent} ({first.place}) and to {second.parent} ({second.place}); "
        f"the first is followed",
        second.place,
        "say which is meant, or name a column for each",
    )


def _two_actions(first: Link, second: Link) -> tuple[Finding, ...]:
    if None in (first.on_delete, second.on_delete) or first.on_delete == second.on_delete:
        return ()
    column = ", ".join(first.columns)
    message = (
        f"{first.child}.{column}: ON DELETE {first.on_delete} ({first.place}) and {second.on_delete} "
        f"({second.place}); the first is followed"
    )
    return found(CONFLICT, message, second.place, "make both sides of the relationship say the same")


def _with_columns(work: Work) -> Work:
    """The columns of every link are there, in the type of the key that they refer to."""
    types_of = _key_types(work)
    wanted: dict[str, list[Link]] = {}
    for link in work.links:
        wanted.setdefault(link.child, []).append(link)
    tables = {
        name: _linked(work, one, wanted[name], types_of) if name in wanted else one for name, one in work.tables.items()
    }
    return replace(work, tables=tables)


def _key_types(work: Work) -> dict[tuple[str, str], str]:
    """The type of every linked column: that of the column at the end of its chain of references."""
    above = {
        (link.child, column): (link.parent, key)
        for link in work.links
        for column, key in zip(link.columns, link.parent_columns, strict=True)
    }
    found_types: dict[tuple[str, str], str] = {}
    for start in above:
        table, name = _root(start, above)
        column = work.tables[table].columns.get(name)
        found_types[start] = column.type if column else "uuid"
    return found_types


def _root(start: tuple[str, str], above: Mapping[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    """The column at the end of the chain of references; of a circle the first by name, whoever asks."""
    path = [start]
    while path[-1] in above:
        following = above[path[-1]]
        if following in path:
            return min(path[path.index(following) :])
        path.append(following)
    return path[-1]


def _linked(
    work: Work, blueprint: Blueprint, links: Iterable[Link], types_of: Mapping[tuple[str, str], str]
) -> Blueprint:
    columns = dict(blueprint.columns)
    added: dict[str, Column] = {}
    reasons: list[Reason] = []
    findings: list[Finding] = []
    for link in links:
        for name in link.columns:
            type_ = types_of[link.child, name]
            if name not in columns and name not in added:
                added[name] = Column(name, type_, not link.required)
                reasons.append(Reason(f"{blueprint.name}.{name}", link.because))
            elif name in columns:
                findings += _type_conflict(work, blueprint, columns[name], type_, link)
                optional = not link.required and name not in blueprint.key
                columns[name] = replace(columns[name], type=type_, nullable=optional, default=None, identity=None)
    keys = {name: columns.pop(name) for name in blueprint.key}
    retyped = {sql.shorten(f"{blueprint.name}_{name}_check") for link in links for name in link.columns}
    return replace(
        blueprint,
        constraints=tuple(one for one in blueprint.constraints if one.name not in retyped),
        columns={**keys, **added, **columns}
        if added
        else {name: {**keys, **columns}[name] for name in blueprint.columns},
        reasons=blueprint.reasons + tuple(reasons),
        findings=blueprint.findings + tuple(findings),
    )


def _type_conflict(work: Work, blueprint: Blueprint, column: Column, type_: str, link: Link) -> tuple[Finding, ...]:
    attribute = blueprint.attributes.get(column.name)
    if column.type == type_ or attribute is None or attribute.type is None:
        return ()
    message = f"{blueprint.name}.{column.name} is stated as {column.type}, its key {link.parent}." \
        f"{link.parent_columns[0]} is {type_}"  # fmt: skip
    other = work.tables[link.parent].place_of(link.parent_columns[0])
    return found(TYPE, f"{message} ({other})", attribute.type.place, "state the same type in both places")


def junction_tables(work: Work) -> Work:
    """Every many-to-many relation has a table whose key is both sides; one that the documents define is used."""
    linked: dict[str, dict[str, tuple[str, ...]]] = {}
    for link in work.links:
        linked.setdefault(link.child, {}).setdefault(link.parent, link.columns)
    tables, links, junctions = dict(work.tables), list(work.links), []
    seen: set[tuple[str, ...]] = set()
    for left, relationship in _many_to_many(work):
        right_name = known_table(work.known, relationship.target.value)
        if right_name is None:
            continue
        right = work.tables[right_name]
        through = relationship.through.value if relationship.through else ""
        slot = (*sorted((left.name, right.name)), through)
        if slot in seen:
            continue
        seen.add(slot)
        name = _defined_junction(work, left, right, through, linked)
        if name is None:
            blueprint, made = _junction(work, left, right, through, relationship, tables)
            tables[blueprint.name] = blueprint
            links += made
            junctions.append(Junction(blueprint.name, left.name, right.name, made[0].columns, made[1].columns))
        elif {left.name, right.name} <= linked[name].keys() and left is not right:
            junctions.append(Junction(name, left.name, right.name, linked[name][left.name], linked[name][right.name]))
    return replace(work, tables=tables, links=tuple(links), junctions=tuple(junctions))


def _many_to_many(work: Work) -> Iterator[tuple[Blueprint, DraftRelationship]]:
    for blueprint in work.tables.values():
        for relationship in blueprint.entity.relationships:
            if relationship.kind.value == "many-to-many":
                yield blueprint, relationship


def _defined_junction(
    work: Work, left: Blueprint, right: Blueprint, through: str, linked: Mapping[str, Mapping[str, tuple[str, ...]]]
) -> str | None:
    """The table of the documents that already keeps the relation: named as such, or made of nothing but both keys."""
    one, two = naming.singular(left.name), naming.singular(right.name)
    names = (through,) if through else (f"{one}_{two}", f"{two}_{one}", f"{one}{two}", f"{two}{one}")
    for name in names:
        table = known_table(work.known, name)
        if table is not None and table in linked:
            return table
    return None


def _junction(
    work: Work,
    left: Blueprint,
    right: Blueprint,
    through: str,
    told: DraftRelationship,
    tables: Mapping[str, Blueprint],
) -> tuple[Blueprint, tuple[Link, Link]]:
    one, two = naming.singular(left.name), naming.singular(right.name)
    wanted = naming.snake(through, "entity") if through else f"{one}_{right.name}"
    name = sql.shorten(wanted)
    while name in tables:
        name = sql.shorten(f"{name}_links")
    right_stem = f"related_{two}" if left is right else two
    sides = tuple(
        Link(name, tuple(sql.shorten(f"{stem}_{key}") for key in side.key), side.name, side.key, told.kind.place,
             why(told.kind), required=True, on_delete="CASCADE" if told.on_delete is None else told.on_delete.value)
        for stem, side in ((one, left), (right_stem, right))
    )  # fmt: skip
    columns = {
        column: Column(column, work.tables[link.parent].columns[key].type, False)
        for link in sides
        for column, key in zip(link.columns, link.parent_columns, strict=True)
    }
    entity = DraftEntity(
        Fact(naming.camel(naming.singular(name)), told.kind.place, Origin.IMPLIED, "junction-tables"),
        Fact("table", told.kind.place, Origin.IMPLIED, "junction-tables"),
        description=f"Which {left.name} and {right.name} belong together",
    )
    blueprint = Blueprint(
        name, naming.camel(naming.singular(name)), entity, junction=True, columns=columns, key=tuple(columns),
        reasons=(Reason(name, house(f"junction-tables, {why(told.kind)}")),
                 *(Reason(f"{name}.{column}", why(told.kind)) for column in columns)),
    )  # fmt: skip
    return blueprint, (sides[0], sides[1])

"""From one Database to another: which parts are made, dropped, altered and made anew, in an order that runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from colonnade.design.schema import CompositeType, Database, Domain, EnumType, ForeignKey, PrimaryKey, Unique
from colonnade.diff.kinds import KINDS, Ops, joining
from colonnade.diff.order import arranged, without_rings
from colonnade.diff.parts import Part, parts
from colonnade.diff.reach import reached
from colonnade.ops import target
from colonnade.ops.columns import MoveIdentity, SetIdentity, SetNullable, SetType, column_key
from colonnade.ops.constraints import AddConstraint, AdoptIndex, SetDeferral, ValidateConstraint
from colonnade.ops.functions import ReplaceFunction
from colonnade.ops.op import Key, Op
from colonnade.ops.policies import AlterPolicy
from colonnade.ops.renames import Rename
from colonnade.ops.tables import AttachPartition, DetachPartition, SetLogged
from colonnade.ops.types import AddEnumValue, AlterComposite, AlterDomain
from colonnade.ops.views import ReplaceView

TYPES = ("enum", "domain", "composite")
# PostgreSQL itself carries indexes and constraints over to the new type of a column, but none of these.
STOPS_RETYPING = ("view", "policy", "trigger", "function", "default", "column", "definition")
OLD_TYPE_SUFFIX = "_old"


@dataclass(frozen=True, slots=True)
class Both:
    """Two databases in parts; `remade` are the keys of parts that are dropped and made anew.

    `adopted` are the names of unique indexes that are there, by the keys that take them over.
    """

    old: Mapping[Key, Part]
    new: Mapping[Key, Part]
    alters: Mapping[Key, Ops]
    remade: frozenset[Key]
    retyped: frozenset[Key]
    adopted: Mapping[Key, str]

    @property
    def gone(self) -> frozenset[Key]:
        stay = {target.index_key(self.new[key].of.schema, index) for key, index in self.adopted.items()}
        return frozenset(self.old.keys() - self.new.keys()) - stay | self.remade

    @property
    def fresh(self) -> frozenset[Key]:
        return frozenset(self.new.keys() - self.old.keys()) | self.remade


@dataclass(frozen=True, slots=True)
class Node:
    """An operation in the graph: what it brings, needs, removes, no longer uses afterwards, and alters."""

    op: Op
    stage: int
    creates: frozenset[Key] = frozenset()
    needs: frozenset[Key] = frozenset()
    drops: frozenset[Key] = frozenset()
    used: frozenset[Key] = frozenset()
    changes: frozenset[Key] = frozenset()
    claims: frozenset[str] = frozenset()
    frees: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()
    number: int = 0


PRELUDE, EARLY, MIDDLE, COLUMNS, LATE = range(5)


def diff(old: Database, new: Database, rebuild: frozenset[Key] = frozenset()) -> tuple[Op, ...]:
    """The operations that lead from `old` to `new`, in an order that runs; parts in `rebuild` are made anew.

    Both came through a catalog, so that equal expressions are equal texts. Names that changed are not guessed: see
    `renames`, whose operations run first.
    """
    some, others = reached(old, new)
    both = compared(parts(some, old), parts(others, new), rebuild)
    return _counting_on(_sequence(tuple(_nodes(both))))


def _counting_on(ops: tuple[Op, ...]) -> tuple[Op, ...]:
    """`ops` in which a column that takes over from another one of its table counts on where that one stood."""
    given = {op.table: op for op in ops if isinstance(op, SetIdentity) and op.old is None}
    taken = {op.table: op for op in ops if isinstance(op, SetIdentity) and op.new is None and op.table in given}
    moved = {one: _moved(taken[table], one) for table, one in given.items() if table in taken}
    left = tuple(taken.values())
    return tuple(moved[op] if isinstance(op, SetIdentity) and op in moved else op for op in ops if op not in left)


def _moved(source: SetIdentity, aim: SetIdentity) -> Op:
    assert source.old is not None
    assert aim.new is not None
    return MoveIdentity(aim.table, aim.name, source.name, source.old, aim.new, aim.type)


def compared(old: Mapping[Key, Part], new: Mapping[Key, Part], rebuild: frozenset[Key]) -> Both:
    """What happens to each part."""
    alters: dict[Key, Ops] = {}
    remade = set(rebuild & old.keys() & new.keys())
    for key in old.keys() & new.keys():
        ops = _altered(old[key], new[key])
        if ops is None:
            remade.add(key)
        elif ops:
            alters[key] = ops
    retyped = {key for key, ops in alters.items() if any(isinstance(op, SetType) for op in ops)}
    adopted = dict(_adopted(old, new, remade))
    both = Both(old, new, alters, frozenset(remade), frozenset(retyped), adopted)
    _spread(old, new, both.gone, remade, retyped)
    kept = {key: ops for key, ops in alters.items() if key not in remade}
    return Both(old, new, kept, frozenset(remade), frozenset(retyped), adopted)


def _adopted(old: Mapping[Key, Part], new: Mapping[Key, Part], remade: set[Key]) -> Iterator[tuple[Key, str]]:
    """Keys that are new and whose unique index is there already, and would otherwise go."""
    there = {_unique(part): part.value.name for key, part in old.items() if part.kind == "index" and key not in new}
    for key, part in new.items():
        fresh = key not in old or key in remade
        if part.kind == "constraint" and fresh and isinstance(part.value, PrimaryKey | Unique):
            one = part.value
            nulls = isinstance(one, Unique) and one.nulls_not_distinct
            found = there.get((part.home, one.columns, one.include, nulls, one.options))
            if found is not None and part.of.partition_by is None and not one.without_overlaps:
                yield key, found


def _unique(part: Part) -> tuple[object, ...] | None:
    """What an index says that a key could say as well, or None."""
    one = part.value
    if not (one.unique and one.valid and one.method == "btree" and one.predicate is None) or part.of is None:
        return None
    if not all(key.plain for key in one.keys):
        return None
    return (part.home, one.columns, one.include, one.nulls_not_distinct, one.options)


def _altered(old: Part, new: Part) -> Ops | None:
    if old.kind != new.kind:
        # A table that joins or leaves a partitioned one keeps its columns.
        if (old.kind, new.kind) == ("column", "part column"):
            return joining(old, new)
        return () if (old.kind, new.kind) == ("part column", "column") else None
    if old.kind == "index" and old.home != new.home:
        return None
    return KINDS[old.kind].alter(old, new)


def _spread(
    old: Mapping[Key, Part], new: Mapping[Key, Part], gone: Iterable[Key], remade: set[Key], retyped: set[Key]
) -> None:
    """Adds to `remade` all that stands in the way of what goes, is made anew or takes another type."""
    users: dict[Key, set[Key]] = defaultdict(set)
    for part in old.values():
        for key in {*part.uses, *((part.home,) if part.home else ())}:
            users[key].add(part.key)
    waiting = [*gone, *remade, *retyped]
    while waiting:
        key = waiting.pop()
        disturbed = key not in retyped or key in remade
        for user in sorted(users[key]):
            if user in remade or user not in new:
                continue
            part = old[user]
            column_of_type = part.kind in ("column", "part column") and key[0] == "type" and key in remade
            if column_of_type and not part.value.generated:
                if user not in retyped:
                    retyped.add(user)
                    waiting.append(user)
            elif _falls(part, new[user], key, disturbed):
                remade.add(user)
                waiting.append(user)


def _falls(part: Part, after: Part, key: Key, disturbed: bool) -> bool:
    """Whether `part` has to be made anew because `key` goes, or only takes another type."""
    if part.home == key and after.home == key and disturbed:
        return True
    if part.kind in ("table", "part column", "sequence", "namespace", "extension"):
        return False
    if part.kind == "column":
        return part.value.generated is not None and after.value.generated is not None
    # A foreign key may stand between two columns of which one has already changed.
    return disturbed or part.kind in STOPS_RETYPING or isinstance(part.value, ForeignKey)


# --- nodes --------------------------------------------------------------------------------------------------------


def _nodes(both: Both) -> Iterator[Node]:
    rebuilt = {key for key in both.remade if both.old[key].kind in TYPES and both.new[key].kind in TYPES}
    for key in sorted(both.gone):
        if key in rebuilt:
            yield from _type_set_aside(both.old[key], _asides(both, rebuilt))
        elif not _covered(both, both.old, key):
            yield from _dropped(both, both.old[key])
    for key in sorted(both.fresh):
        if not _made_with_home(both, key):
            yield from _made(_standing_alone(both, both.new[key]), both.adopted.get(key))
    for key in sorted(both.old.keys() & both.new.keys() - both.remade):
        yield from _changed(both, key, frozenset(rebuilt))


def _covered(both: Both, side: Mapping[Key, Part], key: Key) -> bool:
    """Whether what `key` stands in goes as well, and takes it along."""
    part = side[key]
    if part.kind == "table" and part.value.partition_of:
        # A key that points at the whole leans on its partitions, so that none of them can go before it.
        return target.relation(*part.value.partition_of[0]).key in both.gone
    if part.home is None or part.home not in both.gone:
        return False
    # Neither of two tables that point at each other can go first.
    return not (isinstance(part.value, ForeignKey) and _other_goes(both, part))


def _other_goes(both: Both, part: Part) -> bool:
    aim = target.relation(*part.value.target).key
    return aim in both.gone and aim != part.home


def _made_with_home(both: Both, key: Key) -> bool:
    part = both.new[key]
    return part.kind != "sequence" and part.home is not None and part.home in both.fresh


def _below(side: Mapping[Key, Part], key: Key) -> frozenset[Key]:
    """`key` and all that vanishes with it."""
    inside = {one.key for one in side.values() if one.home == key}
    return frozenset({key}).union(*(_below(side, one) for one in inside))


def _asides(both: Both, rebuilt: Iterable[Key]) -> dict[Key, Key]:
    """The keys of types that are made anew, while they stand aside."""
    types = {key: both.old[key].value for key in rebuilt}
    return {key: target.type_(replace(one, name=_aside(one))).key for key, one in types.items()}


def _type_set_aside(part: Part, asides: Mapping[Key, Key]) -> Iterator[Node]:
    """A type that is made anew steps aside under another name, until all columns have changed over."""
    one = part.value
    aside = replace(one, name=_aside(one))
    kind = "domain" if part.kind == "domain" else "type"
    rename = Rename(kind, (one.schema, ""), one.name, aside.name)
    # What uses it goes on using it under that name.
    yield Node(rename, MIDDLE, frees=part.claims)
    (drop,) = KINDS[part.kind].drop(replace(part, value=aside))
    used = frozenset(asides.get(key, key) for key in part.uses)
    yield Node(drop, LATE, drops=frozenset({target.type_(aside).key}), used=used)


def _aside(one: EnumType | Domain | CompositeType) -> str:
    from colonnade.sql import shorten

    return shorten(one.name + OLD_TYPE_SUFFIX)


def _dropped(both: Both, part: Part) -> Iterator[Node]:
    kind = KINDS[part.kind]
    inside = _below(both.old, part.key)
    stage = EARLY if kind.early else COLUMNS if part.kind == "column" else LATE
    used = frozenset[Key]().union(*(both.old[key].uses for key in inside)) - inside
    claims = frozenset[str]().union(*(both.old[key].claims for key in inside))
    for op in (*_taken_out(part), *kind.drop(part)):
        yield Node(op, stage, drops=inside, used=used, frees=claims)


def _taken_out(part: Part) -> Ops:
    """What a partition needs before it can be dropped: keys that point at the whole lean on each partition."""
    if part.kind != "table" or part.value.partition_of is None:
        return ()
    return (DetachPartition((part.value.schema, part.value.name), *part.value.partition_of),)


def _standing_alone(both: Both, part: Part) -> Part:
    """A column of a table that is about to become a partition, and does not get it from its parent."""
    before = both.old.get(part.home) if part.home else None
    if part.kind != "part column" or before is None or before.value.partition_of == part.of.partition_of:
        return part
    return replace(part, kind="column", value=part.of.column(part.value.name))


def _made(part: Part, adopted: str | None = None) -> Iterator[Node]:
    # The column that owns a sequence may count by it, so the sequence is there first.
    uses = part.uses - {part.home} if part.kind == "sequence" else part.uses
    for number, op in enumerate(KINDS[part.kind].make(part)):
        if adopted is not None and isinstance(op, AddConstraint):
            assert isinstance(op.constraint, PrimaryKey | Unique)
            op = AdoptIndex(op.table, op.constraint, adopted)
        first = number == 0
        yield Node(
            op,
            MIDDLE,
            frozenset(op.creates) | ({part.key} if first else frozenset()),
            frozenset(op.needs) | (uses if first else {part.key}) - ({part.key} if first else frozenset()),
            claims=part.claims if first else frozenset(),
            mentions=op.mentions,
        )


def _changed(both: Both, key: Key, rebuilt: frozenset[Key]) -> Iterator[Node]:
    old, new = both.old[key], both.new[key]
    ops = both.alters.get(key, ())
    if key in both.retyped and not any(isinstance(op, SetType) for op in ops) and new.kind == "column":
        through = "text[]" if new.value.type.endswith("]") else "text"
        ops = (SetType((new.of.schema, new.of.name), new.value.name, old.value, new.value, through), *ops)
    dress = KINDS[new.kind].dress(old, new) if old.kind == new.kind else ()
    changes = frozenset({key}) if ops else frozenset[Key]()
    used = old.uses - rebuilt
    used |= frozenset(_asides(both, rebuilt & old.uses).values())
    for op in ops:
        stage = PRELUDE if isinstance(op, AddEnumValue) else MIDDLE
        # A table that joins a partitioned one has all its columns by then.
        inside = _columns_of(both.new, key) if isinstance(op, AttachPartition) else frozenset[Key]()
        inside |= _switched_before(both, key, op) if isinstance(op, SetLogged) else frozenset()
        inside |= _refused_before(both, new, op) if isinstance(op, SetNullable) else frozenset()
        yield Node(
            op, stage, frozenset(op.creates), frozenset(op.needs) | new.uses | inside, used=used, changes=changes,
            claims=new.claims - old.claims, frees=old.claims - new.claims, mentions=op.mentions,
        )  # fmt: skip
    for op in dress:
        yield Node(op, MIDDLE, needs=frozenset({key}))


def _switched_before(both: Both, key: Key, op: SetLogged) -> frozenset[Key]:
    """No logged table may point at an unlogged one meanwhile."""
    pointing = ((one.home, target.relation(*one.value.target).key) for one in both.new.values()
                if isinstance(one.value, ForeignKey))  # fmt: skip
    pairs = (pair if op.new else pair[::-1] for pair in pointing)
    return frozenset(first for first, then in pairs if then == key and first is not None and first != key)


def _refused_before(both: Both, part: Part, op: SetNullable) -> frozenset[Key]:
    """A partition takes its own NOT NULL up or down before the whole refuses null, and down after the whole does."""
    if not op.new.nullable:
        return frozenset(
            one.key
            for one in both.new.values()
            if one.kind == "part column" and one.of.partition_of[0] == op.table and one.value.name == op.name
        )
    whole = both.new.get(target.relation(*part.of.partition_of[0]).key) if part.kind == "part column" else None
    if whole is None or not whole.value.column(op.name).nullable:
        return frozenset()
    return frozenset({column_key(part.of.partition_of[0], op.name)})


def _columns_of(side: Mapping[Key, Part], key: Key) -> frozenset[Key]:
    return frozenset(one.key for one in side.values() if one.home == key and one.key[0] == "column")


# --- order --------------------------------------------------------------------------------------------------------


def _sequence(nodes: tuple[Node, ...]) -> tuple[Op, ...]:
    """The operations so that each comes when it can: what stands in the way goes first, what is used last."""
    nodes = tuple(replace(node, number=number) for number, node in enumerate(nodes))
    nodes = tuple(sorted(nodes, key=lambda node: (node.stage, node.op.position, node.op.subject)))
    hard, soft = _edges(nodes)
    kept = without_rings(hard, soft)
    places = [_place(node) for node in nodes]
    return tuple(nodes[number].op for number in arranged(places, hard, kept))


def _place(node: Node) -> tuple[tuple[int, int, str], tuple[int, str]]:
    position = node.op.position
    falls = node.stage in (EARLY, LATE)
    level, rank = (-position.level, -position.rank) if falls else (int(position.level), position.rank)
    return (node.stage, level, position.section), (rank, position.name)


def _edges(nodes: tuple[Node, ...]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """For each node those that it must follow, and those that it would rather follow."""
    makers, droppers, users, named = (defaultdict[object, set[int]](set) for _ in range(4))
    frees = defaultdict[str, set[int]](set)
    for number, node in enumerate(nodes):
        # What a table needs of its own it has before it joins another.
        made = node.creates if isinstance(node.op, AttachPartition) else node.creates | node.changes
        for key in made:
            makers[key].add(number)
        for key in node.creates:
            named[key[1]].add(number)
        for key in node.drops:
            droppers[key].add(number)
        for key in node.used:
            users[key].add(number)
        for name in node.frees:
            frees[name].add(number)
    hard: dict[int, set[int]] = {}
    soft: dict[int, set[int]] = {}
    for number, node in enumerate(nodes):
        before = set[int]().union(*(droppers[key] for key in node.creates), *(frees[name] for name in node.claims))
        hard[number] = before - {number}
        wanted = set[int]().union(
            *(makers[key] for key in node.needs),
            *(users[key] for key in node.drops),
            *({one for one in users[key] if nodes[one].drops} for key in node.changes if node.stage != PRELUDE),
            *(named[word] for word in node.mentions),
        )
        same = {one for one in wanted if node.changes and nodes[one].changes == node.changes}
        soft[number] = wanted - {number} - hard[number] - same
    _chained(nodes, hard)
    return hard, soft


def _chained(nodes: tuple[Node, ...], hard: dict[int, set[int]]) -> None:
    """Operations on one part keep the order in which its kind gave them."""
    last: dict[frozenset[Key], int] = {}
    order = sorted(range(len(nodes)), key=lambda number: nodes[number].number)
    for number in order:
        if nodes[number].changes:
            if nodes[number].changes in last:
                hard[number].add(last[nodes[number].changes])
            last[nodes[number].changes] = number


def rebuildable(op: Op) -> Key | None:
    """The part that `op` alters and that can be made anew instead, where PostgreSQL refuses to alter it."""
    if isinstance(op, ReplaceView):
        return target.view(op.new).key
    if isinstance(op, ReplaceFunction):
        return target.function(op.new).key
    if isinstance(op, AlterComposite | AlterDomain):
        return target.type_(op.new).key
    if isinstance(op, AlterPolicy):
        return target.part_key(target.relation(*op.table), "POLICY", op.new.name)
    if isinstance(op, SetDeferral | ValidateConstraint):
        name = op.new.name if isinstance(op, SetDeferral) else op.constraint.name
        return target.part_key(target.relation(*op.table), "CONSTRAINT", name)
    return None

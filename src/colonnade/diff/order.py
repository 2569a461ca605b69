"""Operations in an order that runs, and the way back of operations that make things."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from colonnade.ops.op import Irreversible, Key, Op

Edges = dict[int, set[int]]


def undoing(ops: tuple[Op, ...]) -> tuple[Op | Irreversible, ...]:
    """The way back of `ops`, last first; what vanishes with an object that goes is not undone by itself.

    A part that leans on something made after its own object, such as a policy that looks into a later table, would
    keep that from being dropped first, so it is undone.
    """
    made = {key: number for number, op in enumerate(ops) for key in op.creates}
    named = {key[1]: number for key, number in made.items()}

    def vanishes(op: Op) -> bool:
        start = made.get(op.within) if op.within else None
        return start is not None and all(named.get(word, start) <= start for word in op.mentions)

    return tuple(op.reverse() for op in reversed(ops) if not vanishes(op))


def ordered(ops: tuple[Op, ...]) -> tuple[Op, ...]:
    """`ops` so that each comes after what it needs, one section at a time where that is possible."""
    placed = sorted(((op.position, op.subject, number) for number, op in enumerate(ops)))
    ops = tuple(ops[number] for _, _, number in placed)
    places = [((int(at.level), at.section), (at.rank, at.name)) for at, _, _ in placed]
    return tuple(ops[number] for number in arranged(places, *_edges(ops)))


def arranged(places: Sequence[tuple[Any, Any]], hard: Edges, soft: Edges) -> Iterator[int]:
    """The numbers of `places`, which are (section, rank in it) pairs, so that each comes after those it must follow.

    A section is finished before the next one begins wherever the edges allow it.
    """
    sorter = _sorter(hard, soft)
    sections: dict[Any, list[tuple[Any, int]]] = defaultdict(list)
    waiting: list[Any] = []
    current: Any = None
    while sorter.is_active():
        for number in sorter.get_ready():
            section, rank = places[number]
            if not sections[section]:
                heapq.heappush(waiting, section)
            heapq.heappush(sections[section], (rank, number))
        # Sections may stand in `waiting` twice; an empty one is passed over.
        while current is None or not sections[current]:
            current = heapq.heappop(waiting)
        number = heapq.heappop(sections[current])[1]
        if sections[current]:
            heapq.heappush(waiting, current)
        yield number
        sorter.done(number)


def _edges(ops: tuple[Op, ...]) -> tuple[Edges, Edges]:
    """For each operation those that it needs, and those that it only seems to mention."""
    makers: dict[Key, set[int]] = defaultdict(set)
    named: dict[str, set[int]] = defaultdict(set)
    for number, op in enumerate(ops):
        for key in op.creates:
            makers[key].add(number)
            named[key[1]].add(number)
    empty: set[int] = set()
    hard = {n: set().union(*(makers.get(key, empty) for key in op.needs)) - {n} for n, op in enumerate(ops)}
    soft = {n: set().union(*(named.get(word, empty) for word in op.mentions)) - {n} for n, op in enumerate(ops)}
    return hard, {number: soft[number] - hard[number] for number in soft}


def _sorter(hard: Edges, soft: Edges) -> TopologicalSorter[int]:
    """A prepared sorter over both kinds of edges, less those mentions that would close a ring."""
    kept = without_rings(hard, soft)
    while True:
        sorter = TopologicalSorter({number: sorted(hard[number] | kept[number]) for number in hard})
        try:
            sorter.prepare()
        except CycleError as error:
            ring = error.args[1]
            broken = [(after, before) for before, after in pairwise(ring) if before in kept[after]]
            if not broken:
                raise
            kept[broken[0][0]].discard(broken[0][1])
        else:
            return sorter


def without_rings(hard: Edges, soft: Edges) -> Edges:
    """`soft` less the edges that lead back to where a walk came from; the walk is depth first, by number."""
    kept = {number: set(befores) for number, befores in soft.items()}
    state: dict[int, str] = {}
    for start in sorted(hard):
        trail = [(start, iter(sorted(hard[start] | soft[start])))] if start not in state else []
        state.setdefault(start, "open")
        while trail:
            number, rest = trail[-1]
            before = next(rest, None)
            if before is None:
                state[number] = "done"
                trail.pop()
            elif before not in state:
                state[before] = "open"
                trail.append((before, iter(sorted(hard[before] | soft[before]))))
            elif state[before] == "open":
                kept[number].discard(before)
    return kept

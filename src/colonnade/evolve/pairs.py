"""Two sources in scratch databases, the plan that leads from one to the other, and its trial there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import Any

from colonnade.catalog import differences, dump
from colonnade.design.schema import Database
from colonnade.diff.change import diff, rebuildable
from colonnade.diff.renames import Question, certain, questions, stated
from colonnade.elaborate import Code, Workshop, emptied, opened, workshop
from colonnade.elaborate.canonical import roles_of
from colonnade.elaborate.code import Offer
from colonnade.elaborate.code import run as run_code
from colonnade.elaborate.statements import Statement, statements
from colonnade.evolve.asked import asked, fingerprint_of, notes_of_tools
from colonnade.ops.comments import SetComment
from colonnade.ops.definitions import CreateDefinition, DropDefinition, is_privileged
from colonnade.ops.namespaces import CreateExtension, DropExtension
from colonnade.ops.op import Key, Op
from colonnade.ops.renames import Rename
from colonnade.ops.twins import Copies, twinned
from colonnade.plan import Batch, Form, NotOnline, Plan, PlanRefused, Refusal, batches, losses
from colonnade.server import Server
from colonnade.sql import ident, qualified
from colonnade.writers.sql import script

ATTEMPTS = 6
ALLOW = "say --allow-data-loss to go on"


@dataclass(frozen=True, slots=True)
class Source:
    """A schema as SQL files by name, as a live catalog, or as code that makes it.

    `stubs` stand in for what others own; that, and the tables of `external`, is left out of both sides.
    `offers` is what code of the other side may find in place; what it relies on is left out as well.
    `ignored` are patterns of names, as `audit.*` or `tmp_*`, of objects that nobody asks about.
    """

    label: str
    files: Mapping[str, str]
    live: Database | None = None
    external: frozenset[tuple[str, str]] = frozenset()
    code: Code | None = None
    stubs: Database = field(default_factory=Database)
    offers: Database = field(default_factory=Database)
    ignored: tuple[str, ...] = ()

    @property
    def apart(self) -> frozenset[tuple[str, str]]:
        """Tables and functions by schema and name, and schemas, that are not compared."""
        tables = {(one.schema, one.name) for one in self.stubs.tables}
        functions = {(one.schema, one.name) for one in self.stubs.functions}
        return self.external | tables | functions | {(one.name, "") for one in self.stubs.namespaces}


@dataclass(frozen=True, slots=True)
class Side:
    """A source that was read: its database, and the scratch database that holds it."""

    source: Source
    database: Database
    scratch: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asked for: the form, the way back, what may be lost, and which names changed.

    With `strict_coverage` nothing may be there that no plan can say.
    """

    form: Form = "online"
    reverse: bool = False
    allow_data_loss: bool = False
    renamed: tuple[tuple[str, str], ...] = ()
    strict_coverage: bool = False


def compare(server: Server, old: Source, new: Source, wish: Wish) -> Plan:
    """The tried plan from `old` to `new`, or back; without batches where they are equal.

    Raises InputError where one cannot be read, PlanRefused where the plan would lose something, guess, or not arrive.
    """
    return addressed(server, old, new, wish).plan


@dataclass(frozen=True, slots=True)
class Addressed:
    """A plan with the fingerprints of what it leads from and to, and what these leave out."""

    plan: Plan
    before: str
    after: str
    apart: tuple[tuple[str, str], ...]
    ignored: tuple[str, ...]


def addressed(server: Server, old: Source, new: Source, wish: Wish) -> Addressed:
    """The plan as `compare` gives it, with what it needs to know the databases that it is for."""
    with sides(server, old, new) as (shop, before, after):
        before, after = levelled(before, after)
        renames = stated(before.database, after.database, wish.renamed)
        plan = _planned(shop, before, after, Known(renames), wish)
        if wish.reverse:
            refuse_lossy_way_back(plan, wish)
            plan = _planned(shop, after, before, Known(renames).undone, wish)
        ends = [fingerprint_of(side.database) for side in (before, after)]
        begin, end = reversed(ends) if wish.reverse else ends
        return Addressed(plan, begin, end, tuple(sorted(before.source.apart)), before.source.ignored)


@dataclass(frozen=True, slots=True)
class Known:
    """What two databases do not tell: which names changed, and which columns are copies of others."""

    renames: tuple[Rename, ...] = ()
    copies: Copies = field(default_factory=dict)

    @property
    def undone(self) -> Known:
        """What is known of the way back."""
        return Known(tuple(one for op in reversed(self.renames) if isinstance(one := op.reverse(), Rename)))


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the way: the plan, its way back or the reason why there is none, and what is there before and after.

    `apart` and `ignored` are left out of both. `stage` is what a part of a series is called, `then` what people do
    once it has run; `at_once` are the columns that could not change over in parts, and why.
    """

    there: Plan
    back: Plan | str
    before: Database
    after: Database
    apart: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()
    stage: str = ""
    then: str = ""
    at_once: tuple[str, ...] = ()

    @property
    def addressed(self) -> Addressed:
        """The way there, with what it needs to know the databases that it is for."""
        ends = fingerprint_of(self.before), fingerprint_of(self.after)
        return Addressed(self.there, *ends, self.apart, self.ignored)

    @property
    def turned(self) -> Leg:
        """The way back as the way there. Raises PlanRefused where there is none."""
        if isinstance(self.back, str):
            raise PlanRefused((Refusal(self.stage or "the way back", self.back, BY_HAND),))
        return replace(self, there=self.back, back=self.there, before=self.after, after=self.before, then="")


def there_and_back(server: Server, old: Source, new: Source, wish: Wish) -> Leg:
    """The whole way as one. Raises as `compare` does."""
    with sides(server, old, new) as (shop, before, after):
        before, after = levelled(before, after)
        known = Known(stated(before.database, after.database, wish.renamed))
        return leg(shop, before, after, wish, known, known.undone)


def leg(shop: Workshop, before: Side, after: Side, wish: Wish, known: Known, undone: Known) -> Leg:
    """The way from one side to the other and back. Raises as `compare` does."""
    there = _planned(shop, before, after, known, wish)
    try:
        back: Plan | str = _planned(shop, after, before, undone, replace(wish, allow_data_loss=True))
    except PlanRefused as refused:
        back = "; ".join(f"{one.object}: {one.why}" for one in refused.refusals)
    apart = tuple(sorted(before.source.apart))
    return Leg(there, back, before.database, after.database, apart, before.source.ignored)


@contextmanager
def reached(shop: Workshop, old: Side, new: Side, ops: tuple[Op, ...]) -> Iterator[Side]:
    """What `old` is after `ops`, in a scratch database of its own."""
    with emptied(shop, old.scratch) as clone:
        with opened(shop, clone) as bench:
            bench.connection.execute("SET search_path = public; SET check_function_bodies = off")
            _run_ops(shop, bench, ops)
            database = _seen(old, new, bench.database())
        yield replace(old, database=database, scratch=clone)


def differing(server: Server, old: Source, new: Source) -> tuple[str, ...]:
    """Each fact in which two sources differ. Raises InputError."""
    with sides(server, old, new) as (_, before, after):
        before, after = levelled(before, after)
        return differences(before.database, after.database)


def read(server: Server, source: Source) -> Database:
    """The database of one source. Raises InputError."""
    if source.live is not None:
        return source.live
    with sides(server, source, None) as (_, side, _other):
        return side.database


# --- reading ------------------------------------------------------------------------------------------------------


@contextmanager
def sides(server: Server, old: Source, new: Source | None) -> Iterator[tuple[Workshop, Side, Side]]:
    """Both sources in scratch databases that the same roles own."""
    sources = [one for one in (old, new) if one is not None]
    scripts = [_script(one) for one in sources]
    named = {role for some in scripts for one in some for role in one.roles}
    named |= {role for one in sources if one.live is not None for role in roles_of(one.live)}
    with workshop(server, tuple(sorted(named))) as shop, emptied(shop) as first, emptied(shop) as second:
        offered = {name: offer for one in sources for name, offer in (*_offers(one.stubs), *_offers(one.offers))}
        sides = [_loaded(shop, *one, offered) for one in zip(sources, scripts, (first, second), strict=False)]
        yield shop, sides[0], sides[-1]


def _script(source: Source) -> tuple[Statement, ...]:
    files = source.files if source.live is None else {source.label: script(source.live)}
    if source.stubs != Database():
        files = {"external tables": script(source.stubs), **files}
    return statements(files)


def _offers(others: Database) -> Iterator[tuple[str, Offer]]:
    """Each table and function that somebody else makes, by its name."""
    made = [(one.schema, one.name, Database(tables=(one,))) for one in others.tables]
    made += [(one.schema, one.name, Database(functions=(one,))) for one in others.functions]
    for schema, name, alone in made:
        text = f"CREATE SCHEMA IF NOT EXISTS {ident(schema)};\n{script(alone)}"
        yield qualified(schema, name), Offer(schema, name, text)


def _loaded(
    shop: Workshop, source: Source, some: tuple[Statement, ...], scratch: str, offered: Mapping[str, Offer]
) -> Side:
    with opened(shop, scratch) as bench:
        for statement in some:
            bench.run(statement)
        if source.live is not None:
            return _side(source, source.live, scratch)
        if source.code is not None:
            source = replace(source, external=source.external | run_code(shop, bench, source.code, scratch, offered))
        # Nothing of the files is undone where they forgot to commit.
        bench.connection.execute("COMMIT")
        return _side(source, bench.database(), scratch)


def _side(source: Source, database: Database, scratch: str) -> Side:
    """A side of which the table that Alembic keeps its own version in is no part, whatever it is called."""
    return Side(replace(source, external=source.external | notes_of_tools(database)), database, scratch)


def levelled(old: Side, new: Side) -> tuple[Side, Side]:
    """Both without what others own; between a file and a live database no owner that the file leaves open counts."""
    apart, ignored = old.source.apart | new.source.apart, old.source.ignored + new.source.ignored
    old, new = (replace(one, source=replace(one.source, external=apart, ignored=ignored)) for one in (old, new))
    one, other = (_compared(old, new, side.database) for side in (old, new))
    if (old.source.live is None) != (new.source.live is None):
        one, other = _owned_alike(one, other), _owned_alike(other, one)
    return replace(old, database=one), replace(new, database=other)


def _compared(old: Side, new: Side, database: Database) -> Database:
    """`database` without what others own and what nobody asks about."""
    return asked(database, old.source.apart | new.source.apart, old.source.ignored + new.source.ignored)


def _owned_alike(one: Database, other: Database) -> Database:
    """`one` with no owner wherever `other` says none."""
    changed = {}
    for each in fields(one):
        values = getattr(one, each.name)
        if values and hasattr(values[0], "owner"):
            open_ = {_name(value) for value in getattr(other, each.name) if value.owner is None}
            changed[each.name] = tuple(
                replace(value, owner=None) if _name(value) in open_ else value for value in values
            )
    return replace(one, **changed)


def _name(value: Any) -> tuple[str, ...]:
    return (getattr(value, "schema", ""), value.name, getattr(value, "identity_arguments", ""))


# --- planning -----------------------------------------------------------------------------------------------------


def _planned(shop: Workshop, old: Side, new: Side, known: Known, wish: Wish) -> Plan:
    if wish.strict_coverage:
        refuse_uncovered((*old.database.unmodelled, *new.database.unmodelled))
    if not known.renames and not differences(old.database, new.database):
        _refuse_unseen(shop, old, new)
        return Plan((), (), uncompared=_uncompared(shop, old, new))
    _refuse_unmodelled(old.database, new.database)
    prefix, base = _prefixed(shop, old, new, known.renames)
    asked = questions(base, new.database)
    if asked and not wish.allow_data_loss:
        raise PlanRefused(tuple(_asked(one) for one in asked))
    planned = twinned(diff(base, new.database), known.copies)
    lost = losses(planned, base, new.database)
    if lost and not wish.allow_data_loss:
        raise PlanRefused(tuple(Refusal(one.object, one.why, ALLOW) for one in lost))
    ops, steps, not_online = _tried(shop, old, new, prefix, base, known.copies, wish.form)
    lost = losses(ops, base, new.database)
    return Plan(ops, steps, lost, asked, not_online, _uncompared(shop, old, new))


def _asked(question: Question) -> Refusal:
    return Refusal(question.rename.subject, question.why, f"say {question.answer}, or --allow-data-loss if it was not")


def refuse_uncovered(names: Iterable[str]) -> None:
    """Raises PlanRefused where there is anything that a Database cannot say."""
    why, fix = "it cannot be said", "leave out --strict-coverage to go on without it"
    refused = tuple(Refusal(name, why, fix) for name in sorted(set(names)))
    if refused:
        raise PlanRefused(refused)


def _refuse_unmodelled(old: Database, new: Database) -> None:
    one, other = set(old.unmodelled), set(new.unmodelled)
    said = [(name, "only in the old schema") for name in one - other] + [
        (name, "only in the new schema") for name in other - one
    ]
    if said:
        fix = "make this change by hand, then compare again"
        raise PlanRefused(
            tuple(Refusal(name, f"it is {where}, and no plan can say it", fix) for name, where in sorted(said))
        )


def _refuse_unseen(shop: Workshop, old: Side, new: Side) -> None:
    """What only the second observer sees, such as another definition of an object of which we know but the name."""
    # What stands in for the objects of others may look different on the two sides.
    others = any(one != Database() for side in (old, new) for one in (side.source.stubs, side.source.offers))
    left = () if others else _dumped(shop, old, new, old.scratch)
    if left:
        raise PlanRefused(tuple(Refusal(_object(one), f"no plan can say it: {one}", BY_HAND) for one in left))


def _dumped(shop: Workshop, old: Side, new: Side, scratch: str) -> tuple[str, ...]:
    """How the scratch database differs from that of `new` in the eyes of pg_dump, where both hold whole files.

    pg_dump cannot leave out, by a pattern, objects of every kind.
    """
    if not _is_dumped(shop, old, new):
        return ()
    apart = tuple(name for schema, name in old.source.apart | new.source.apart if schema == "public")
    ours, theirs = (dump.normalised(shop.server, one, apart) for one in (scratch, new.scratch))
    return tuple(map(shop.aliases.said, dump.differences(ours, theirs)))


def _is_dumped(shop: Workshop, old: Side, new: Side) -> bool:
    whole = old.source.live is None and new.source.live is None and not (old.source.ignored or new.source.ignored)
    return whole and shop.server.bin is not None


def _uncompared(shop: Workshop, old: Side, new: Side) -> tuple[str, ...]:
    """What both sides have and neither observer has compared but by its name."""
    return () if _is_dumped(shop, old, new) else new.database.unmodelled


def refuse_lossy_way_back(there: Plan, wish: Wish) -> None:
    if there.losses and not wish.allow_data_loss:
        refused = (Refusal(one.object, f"the way there loses it: {one.why}", ALLOW) for one in there.losses)
        raise PlanRefused(tuple(refused))


def _prefixed(shop: Workshop, old: Side, new: Side, renames: tuple[Rename, ...]) -> tuple[tuple[Op, ...], Database]:
    """What comes first, because PostgreSQL has to say what it leads to; and what it says."""
    base, prefix = old.database, tuple[Op, ...]()
    following: tuple[Op, ...] = renames or certain(base, new.database)
    if not following:
        return (), base
    with emptied(shop, old.scratch) as clone, opened(shop, clone) as bench:
        while following:
            _run_ops(shop, bench, following)
            prefix = (*prefix, *following)
            base = _seen(old, new, bench.database())
            following = tuple(op for op in certain(base, new.database) if op not in prefix)
    return prefix, base


def _seen(old: Side, new: Side, database: Database) -> Database:
    """What a scratch database holds, in the words in which the sides are compared."""
    found = _compared(old, new, database)
    if old.source.live is not None:
        # What the live catalog says of objects that no script can carry stays true.
        found = replace(found, unmodelled=old.database.unmodelled)
    return found if new.source.live is None and old.source.live is None else _owned_alike(found, new.database)


def _run_ops(shop: Workshop, bench: Any, ops: Iterable[Op]) -> None:
    """Runs the operations one after the other. Raises PlanRefused where PostgreSQL refuses one."""
    import psycopg

    for op in ops:
        try:
            for step in op.steps():
                _run_text(bench, op, step.sql)
        except psycopg.Error as error:
            raise PlanRefused((_refused(_failed(shop, op, error)),)) from error


def _administered(op: Op, bench: Any) -> bool:
    """Whether only an administrator may do it."""
    if isinstance(op, CreateExtension | DropExtension):
        return op.extension.name in bench.beyond
    return bench.trusting and _is_wide(op)


def _is_wide(op: Op) -> bool:
    """Whether it concerns more than its own database's objects, so that it takes a superuser."""
    if isinstance(op, SetComment):
        return op.target.kind == "EVENT TRIGGER"
    return isinstance(op, CreateDefinition | DropDefinition) and is_privileged(op.definition)


def _run_text(bench: Any, op: Op, text: str) -> None:
    connection = bench.administrator if _administered(op, bench) else bench.connection
    connection.execute(text.encode(), prepare=False)


# --- trial --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Failure:
    op: Op | None
    why: str


def _failed(shop: Workshop, op: Op | None, error: Any) -> _Failure:
    return _Failure(op, shop.aliases.said(error.diag.message_primary or " ".join(str(error).split())))


def _tried(
    shop: Workshop, old: Side, new: Side, prefix: tuple[Op, ...], base: Database, copies: Copies, form: Form
) -> tuple[tuple[Op, ...], tuple[Batch, ...], NotOnline | None]:
    """Operations that were seen to lead from `old` to `new`, their batches, and why these are not online if so.

    Where PostgreSQL refuses to alter something, it is made anew; where something is still different at the end, that
    is planned as well; where it refuses the online form, the plain one is tried. Raises PlanRefused.
    """
    not_online: NotOnline | None = None
    rebuild: frozenset[Key] = frozenset()
    more: tuple[Op, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    for _ in range(ATTEMPTS):
        ops = (*prefix, *twinned(diff(base, new.database, rebuild), copies), *more)
        steps = batches(ops, old.database, form)
        failure, left, got = _trial(shop, old, new, steps)
        if failure is None and not left:
            return ops, steps, not_online
        if failure is not None:
            key = rebuildable(failure.op) if failure.op is not None else None
            refusals = (_refused(failure),)
            if key is not None and key not in rebuild:
                rebuild |= {key}
            elif form == "online":
                form, more = "plain", ()
                not_online = NotOnline(_subject(failure), failure.why)
            else:
                break
        else:
            refusals = tuple(Refusal(_object(one), f"no plan makes it equal: {one}", BY_HAND) for one in left)
            extra = certain(got, new.database) or diff(got, new.database)
            if extra and extra != more:
                more = (*more, *extra)
            elif form == "online":
                form, more = "plain", ()
                not_online = NotOnline(refusals[0].object, "in that form it would be left different")
            else:
                break
    raise PlanRefused(refusals)


def _object(difference: str) -> str:
    """The object that a difference names first."""
    said = re.sub(r"^only on the (?:left|right): ", "", difference)
    statement = re.match(r"(?:CREATE|ALTER|COMMENT ON) (?:UNIQUE )?(\w+(?: \w+)? (?:\"[^\"]+\"|[\w.])+)", said)
    return statement[1].lower() if statement else said.partition(": ")[0]


BY_HAND = "make this change by hand, then compare again"


def _subject(failure: _Failure) -> str:
    return failure.op.subject if failure.op is not None else "the plan"


def _refused(failure: _Failure) -> Refusal:
    return Refusal(_subject(failure), f"PostgreSQL refuses the change: {failure.why}", BY_HAND)


def _trial(
    shop: Workshop, old: Side, new: Side, steps: tuple[Batch, ...]
) -> tuple[_Failure | None, tuple[str, ...], Database]:
    """Runs the plan on a clone of `old`: what failed, what is still different, and what is there then."""
    import psycopg

    with emptied(shop, old.scratch) as clone:
        with opened(shop, clone) as bench:
            bench.connection.execute("SET search_path = public; SET check_function_bodies = off")
            bench.administrator.execute("SET search_path = public")
            op: Op | None = None
            try:
                for batch in steps:
                    for op, text in _texts(batch):
                        if op is None:
                            bench.connection.execute(text)
                        else:
                            _run_text(bench, op, text)
            except psycopg.Error as error:
                return _failed(shop, op, error), (), old.database
            got = _seen(old, new, bench.database())
        left = differences(got, new.database)
        return None, left or _dumped(shop, old, new, clone), got


def _texts(batch: Batch) -> Iterator[tuple[Op | None, str]]:
    apart = any(isinstance(move.op, CreateExtension | DropExtension) or _is_wide(move.op) for move in batch.moves)
    # What another session makes, such as an extension, has to see what this one did.
    inside = batch.transactional and not apart
    if inside:
        yield None, "BEGIN"
    for move in batch.moves:
        yield move.op, move.step.sql
    if inside:
        yield None, "COMMIT"

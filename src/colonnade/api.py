"""The dozen functions that the doors call: read, design, build, prove."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from colonnade import output, revisions
from colonnade.config import DEFAULTS, Settings, find, load
from colonnade.design.draft import Draft
from colonnade.design.facts import recorded
from colonnade.design.schema import Database, Reason, Schema
from colonnade.errors import Mistake, Place, ServerError, wrong
from colonnade.findings import RULES, Finding, Proof
from colonnade.layout import Layout
from colonnade.sql import fingerprint, ident, shorten
from colonnade.writers.file import File, Request

if TYPE_CHECKING:
    from colonnade.apply import Outcome
    from colonnade.evolve import Leg, Wish
    from colonnade.evolve.drift import Drift
    from colonnade.evolve.migrate import Next
    from colonnade.plan import Plan
    from colonnade.prove.attack.registry import Attempt
    from colonnade.prove.attack.source import Source as AttackSource
    from colonnade.prove.attack.suite import Report as IsolationReport
    from colonnade.server import Server

OnProof = Callable[[Proof], None]
OnStage = Callable[[str], None]


def silent(_: object) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Design:
    """What was read and what was designed; `draft` is None when a design document was the source.

    `edited` is the text of the document that a person edited and that this was merged into. `plan` is what it changes
    of a design before it, None where there was none.
    """

    draft: Draft | None
    schema: Schema
    findings: tuple[Finding, ...]
    source: Path | None = None
    edited: str | None = None
    plan: Mapping[str, Any] | None = None

    def yaml(self) -> str:
        """The design document: the edited one that this was merged into, else a new one."""
        from colonnade.design import document

        return document.dump(self.schema, self.plan) if self.edited is None else self.edited


@dataclass(frozen=True, slots=True)
class Build:
    """What a build did, or with `check` would do. `proven` says whether every proof ran and held."""

    ok: bool
    proven: bool
    out: Path
    files: tuple[output.Change, ...]
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...]

    def json(self) -> dict[str, object]:
        return {
            "ok": self.ok,
            "proven": self.proven,
            "out": str(self.out),
            "files": [change.json() for change in self.files],
            "findings": [finding.json() for finding in self.findings],
            "proofs": [proof.json() for proof in self.proofs],
        }


def settings(config: Path | None = None, start: Path | None = None) -> Settings:
    """The settings of `config`, else of the nearest configuration file from `start` upwards. Raises InputError."""
    return load(config or find(start or Path.cwd()), _rules)


def _rules() -> frozenset[str]:
    """The name of every rule: importing what declares them registers them."""
    import colonnade.design.document_remarks
    import colonnade.design.merge
    import colonnade.design.passes
    import colonnade.lint.rules
    import colonnade.sources.entities
    import colonnade.sources.linked
    import colonnade.sources.markdown.rules  # noqa: F401

    return frozenset(RULES)


def read(paths: Sequence[str], forced: str | None = None, chosen: Settings = DEFAULTS) -> Draft:
    """What the documents at `paths` state, less findings of rules that `chosen` switches off.

    Raises InputError with every mistake.
    """
    from colonnade.sources import read as sources

    draft = sources.draft(paths, forced)
    return replace(draft, findings=tuple(one for one in draft.findings if chosen.enabled(one.rule)))


def design(paths: Sequence[str], chosen: Settings, forced: str | None = None) -> Design:
    """The design of the documents at `paths`: read and passed through the house rules. Raises InputError."""
    from colonnade.sources.recognise import recognise

    kinds = [recognise(path, forced) for path in paths]
    if "design" in kinds:
        return _designed(paths)
    drafted = ("markdown", "entities", "inputs")
    other = [(path, kind) for path, kind in zip(paths, kinds, strict=True) if kind not in drafted]
    if other:
        raise _unreadable(other)
    from colonnade.design.engine import design as run
    from colonnade.sources.read import designable

    draft = designable(paths, forced)
    schema, findings = run(draft, chosen)
    return Design(draft, _portable(schema), findings)


def merged(designed: Design, edited: Path) -> Design:
    """`designed` merged into the design document at `edited`, comments and order kept. Raises InputError."""
    from colonnade.design import document
    from colonnade.sources.text import read_text

    text, found = document.merge(read_text(edited), str(edited), designed.schema)
    schema = document.load(text, str(edited))
    return replace(designed, schema=schema, findings=(*designed.findings, *found), edited=text)


def succeeding(designed: Design, previous: str, chosen: Settings) -> Design:
    """`designed` with the migration plan that leads there from the design of the source `previous`.

    Raises InputError.
    """
    from colonnade.changes import migration_plan

    before = design([previous], chosen).schema.database
    return replace(designed, plan=migration_plan(before, designed.schema.database))


def sampled(designed: Design, source: str) -> Design:
    """`designed` with what the rows of `source` say of its dependencies. Raises InputError and ServerError."""
    from colonnade import sample

    return replace(designed, findings=(*designed.findings, *sample.check(source, designed.schema)))


def build(
    designed: Design,
    chosen: Settings,
    out: Path,
    *,
    server: Callable[[], AbstractContextManager[Server]] | None = None,
    check: bool = False,
    force: bool = False,
    strict: bool = False,
    only: frozenset[str] | None = None,
    on_proof: OnProof = silent,
    on_stage: OnStage = silent,
) -> Build:
    """Writes every file of `designed` to `out`, when all proofs hold; `server` None moves them unproven.

    With `check` nothing is written or proven. Raises InputError, OutputError or ServerError.
    """
    on_stage("writing")
    place = revisions.position(
        out, designed.schema.intent.feature, lambda: _digest(designed.schema), chosen.tree.migrations
    )
    files = write(designed.schema, chosen, place, only)
    planned = _planned(designed, files, place, chosen.tree, out, force=force, complete=only is None)
    findings = (*_severity(designed.findings, strict), *_edited(planned, out))
    if check:
        seen = output.checked(planned)
        return Build(all(one.status == "unchanged" for one in seen), False, out, seen, findings, ())
    if any(finding.severity == "error" for finding in designed_errors(designed.findings, strict)):
        return Build(False, False, out, (), findings, ())
    proofs: tuple[Proof, ...] = ()
    with nullcontext() if server is None else server() as running:
        if running is not None:
            on_stage("proving")
            substituted = substitutions(designed.schema, running)
            findings = (*findings, *_severity(substituted, strict))
            if designed_errors(substituted, strict):
                return Build(False, False, out, (), findings, ())
            proofs = prove(designed, chosen, running, place=place, on_proof=on_proof)
            if not all(proof.passed for proof in proofs):
                return Build(False, False, out, (), findings, proofs)
        output.move(planned, out)
        if _stands(planned, place) and (running is None or not _arrives(running, place, chosen, out)):
            findings += _behind(place, out)
    complete = not {"edited-file", "history-goes-on"} & {finding.rule for finding in findings}
    result = Build(complete, running is not None, out, planned, findings, proofs)
    output.write_reports(out, _reports(result))
    return result


def _arrives(server: Server, place: revisions.Position, chosen: Settings, out: Path) -> bool:
    """Whether the history in `out` builds what the designs there say: then there is nothing to migrate."""
    from colonnade.elaborate import Code
    from colonnade.errors import InputError
    from colonnade.evolve import Source, differing
    from colonnade.evolve.origin import designs

    folder = str(out / place.folder)
    try:
        history = Source(folder, {}, code=Code("alembic", folder))
        return not differing(server, history, designs(_own_designs(out), chosen))
    except InputError:
        return False


def write(
    schema: Schema, chosen: Settings, place: revisions.Position, only: frozenset[str] | None = None
) -> tuple[File, ...]:
    """Every generated file of `schema`, each with its fingerprint in the first line."""
    from colonnade import writers

    request = Request(schema, chosen, place.id, place.follows)
    return tuple(output.sealed(file, schema.intent.feature) for file in writers.write(request, only))


def prove(
    designed: Design,
    chosen: Settings,
    server: Server,
    *,
    place: revisions.Position | None = None,
    on_proof: OnProof = silent,
) -> tuple[Proof, ...]:
    """Writes all files to a private folder and checks every law on `server`. Raises ServerError."""
    import psycopg

    from colonnade.prove import prove_build

    schema = designed.schema if server.owned else fitted(designed.schema, server)
    where = place or revisions.Position(revisions.FIRST, None, chosen.tree.migrations)
    files = [*write(schema, chosen, where), *_history(where, chosen.tree)]
    try:
        with output.temporary_tree(files) as tree:
            return prove_build(tree, schema, designed.draft, chosen, server, on_proof)
    except (psycopg.errors.InsufficientPrivilege, psycopg.OperationalError) as error:
        if _interrupted(error):
            # What fails while all is put away is no news to somebody who has asked to stop.
            raise KeyboardInterrupt from None
        # A failing law is a proof; what comes here kept the prover from making its databases and roles.
        message = f"the server would not let the prover work: {str(error).strip().splitlines()[0]}"
        fix = "name a superuser in --server, or leave --server out to prove on the embedded PostgreSQL"
        raise ServerError((Mistake(None, message, fix),)) from None


def _interrupted(error: BaseException | None) -> bool:
    """Whether `error` came up while an interruption was being handled."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def fitted(schema: Schema, server: Server) -> Schema:
    """`schema` as it can be proven on a user's server: roles under names of ours, BYPASSRLS only if it can be given."""
    from colonnade.design.roles import passing_by_policy, renamed

    named = renamed(schema, _scratch_names(schema, server))
    return named if server.grants_bypass else passing_by_policy(named)


def _scratch_names(schema: Schema, server: Server) -> dict[str, str]:
    """What each role is called on `server`: roles outlive databases, so that their own names may be somebody's."""
    roles = schema.intent.roles
    return {name: shorten(f"{server.prefix}_{name}") for name in roles.names} if roles else {}


def substitutions(schema: Schema, server: Server) -> tuple[Finding, ...]:
    """What is proven otherwise on `server` than the files say it."""
    names = {} if server.owned else _scratch_names(schema, server)
    found = []
    if names:
        listed = ", ".join(f"{ident(name)} as {ident(other)}" for name, other in sorted(names.items()))
        found.append(
            Finding("scratch-roles", f"on this server the files are proven with other roles: {listed}", severity="note")
        )
    if names and not server.grants_bypass and schema.intent.roles and schema.intent.roles.passes == "bypassrls":
        why = f"{ident(server.user)} cannot give BYPASSRLS to a role: the files are proven with a policy in its place"
        fix = 'set migrator = "policy" to have that policy in the files, or name a superuser in --server'
        found.append(Finding("migrator-policy", why, fix=fix, severity="warning"))
    return tuple(found)


def designed_errors(findings: Sequence[Finding], strict: bool) -> tuple[Finding, ...]:
    """The findings that forbid a build; with `strict` a warning does."""
    return tuple(finding for finding in _severity(findings, strict) if finding.severity == "error")


def _severity(findings: Sequence[Finding], strict: bool) -> tuple[Finding, ...]:
    if not strict:
        return tuple(findings)
    return tuple(replace(one, severity="error") if one.severity == "warning" else one for one in findings)


def _designed(paths: Sequence[str]) -> Design:
    from colonnade.design import document
    from colonnade.sources.recognise import DESIGNS
    from colonnade.sources.text import read_text

    if len(paths) > 1:
        raise wrong("a design document is the whole design", fix="give it as the only source")
    path = Path(paths[0])
    path = next(one for name in DESIGNS if (one := path / name).is_file()) if path.is_dir() else path
    schema, remarks = document.read(read_text(path), str(path))
    return Design(None, schema, remarks, path)


def _portable(schema: Schema) -> Schema:
    """`schema` with each source named by the shortest end of its path that is its own.

    The same documents then give the same bytes, whatever folder they are read from.
    """
    files = [file for file, _ in schema.intent.sources]
    labels = {file: _shortest_end(file, files) for file in sorted(files, key=len, reverse=True)}

    def portable(text: str) -> str:
        return next((text.replace(file, label) for file, label in labels.items() if file in text), text)

    reasons = tuple(
        one if (because := portable(one.because)) == one.because else Reason(one.subject, because)
        for one in schema.intent.reasons
    )
    dependencies = tuple(replace(one, because=portable(one.because)) for one in schema.intent.dependencies)
    sources = tuple(sorted((labels[file], digest) for file, digest in schema.intent.sources))
    intent = replace(schema.intent, reasons=reasons, sources=sources, dependencies=dependencies)
    return recorded(replace(schema, intent=intent))


def _shortest_end(file: str, files: Sequence[str]) -> str:
    parts = PurePosixPath(file).parts
    for count in range(1, len(parts)):
        end = parts[-count:]
        if sum(PurePosixPath(other).parts[-count:] == end for other in files) == 1:
            return "/".join(end)
    return file


def _unreadable(other: Sequence[tuple[str, str]]) -> Exception:
    from colonnade.errors import InputError

    return InputError(
        tuple(
            Mistake(
                Place(path),
                f"a schema cannot be designed from this source ({kind})",
                "give Markdown, an entity list or a design.yaml",
            )
            for path, kind in other
        )
    )


def _digest(schema: Schema) -> str:
    from colonnade.design import document

    return fingerprint(document.dump(schema))


def _planned(
    designed: Design,
    files: Sequence[File],
    place: revisions.Position,
    layout: Layout,
    out: Path,
    *,
    force: bool,
    complete: bool,
) -> tuple[output.Change, ...]:
    foreign = place.folder != layout.migrations
    moved = [
        _relocated(file, layout.migrations, place.folder)
        for file in files
        if not (foreign and file.once and file.writer == "alembic")
    ]
    if designed.source is not None:
        source = designed.source.resolve()
        moved = [file for file in moved if (out / file.path).resolve() != source]
    planned = output.changes(moved, out, force=force, complete=complete)
    if not place.followed_by:
        return planned
    # A revision that others follow has been applied somewhere: it is history, and history is not rewritten.
    return tuple(one for one in planned if not (_is_revision(one, place) and one.status != "unchanged"))


def _relocated(file: File, home: PurePosixPath, folder: PurePosixPath) -> File:
    if folder == home or not file.path.is_relative_to(home):
        return file
    return replace(file, path=folder / file.path.relative_to(home))


def _is_revision(change: output.Change, place: revisions.Position) -> bool:
    return change.path.is_relative_to(place.folder / "versions")


def _stands(planned: Sequence[output.Change], place: revisions.Position) -> bool:
    return bool(place.followed_by) and not any(_is_revision(change, place) for change in planned)


def _edited(planned: Sequence[output.Change], out: Path) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "edited-file",
            "was edited after it was generated and is kept",
            Place(str(out / change.path)),
            _way_on(out / change.path),
            "error",
        )
        for change in planned
        if change.status == "edited"
    )


def _behind(place: revisions.Position, out: Path) -> tuple[Finding, ...]:
    followed = ", ".join(place.followed_by)
    return (
        Finding(
            "history-goes-on",
            f"the design changed, and revision {place.id} is followed by {followed}",
            Place(str(out / place.folder / "versions")),
            "write the next revision with 'colonnade migrate -m \"what changed\"'",
            "error",
        ),
    )


def _way_on(edited: Path) -> str:
    if edited.name == "design.yaml":
        both = f"bring both together with 'colonnade design SOURCE --merge {edited} --out {edited}'"
        return f"build from your edit, {both}, or overwrite it with --force"
    return "build from your edit, move it elsewhere, or overwrite it with --force"


def _history(place: revisions.Position, layout: Layout) -> list[File]:
    return [
        File(layout.migrations / "versions" / revision.path.name, revision.path.read_text(encoding="utf-8"), "history")
        for revision in place.others
    ]


def _reports(result: Build) -> dict[str, str]:
    from colonnade import report

    return {
        "report.json": json.dumps(result.json(), indent=2, ensure_ascii=False) + "\n",
        "report.md": report.markdown(result.proofs, result.findings, _titles(result.proofs)),
    }


def _titles(proofs: Sequence[Proof]) -> dict[str, str]:
    if not proofs:
        return {}  # the laws need a server's libraries, which take long to import
    from colonnade.prove import LAWS

    return {law.name: law.title for law in LAWS.values()}


def annotate(paths: Sequence[str], forced: str | None = None) -> str:
    """The Markdown documents at `paths` with the reading of each line beside it. Raises InputError."""
    from colonnade.sources import read as sources

    return sources.annotated(paths, forced)


def json_schema(name: str) -> dict[str, object]:
    """The JSON Schema of an input document: `entities` or `design`. Raises InputError for another name."""
    if name == "entities":
        from colonnade.sources import entities

        return entities.json_schema()
    if name == "design":
        from colonnade.design import document

        return document.json_schema()
    raise wrong(f"no schema is called '{name}'", fix="write entities or design")


def isolation(
    paths: Sequence[str],
    chosen: Settings,
    server: Server,
    *,
    forced: str | None = None,
    on_attempt: Callable[[Attempt], None] = silent,
) -> IsolationReport:
    """Attacks a scratch copy of the source on `server`: documents, a design, SQL, or the DDL of a live database.

    Of a live database only the catalogs are read. Raises InputError and ServerError.
    """
    from colonnade.prove import attack

    return attack.attacked(server, _target(paths, chosen, server, forced), on_attempt)


def _target(paths: Sequence[str], chosen: Settings, server: Server, forced: str | None) -> AttackSource:
    from colonnade.prove.attack import source
    from colonnade.server import looking
    from colonnade.sources.recognise import recognise
    from colonnade.sources.sqlfiles import sql_texts

    kinds = {recognise(path, forced) for path in paths}
    if kinds == {"database"} and len(paths) == 1:
        with looking(paths[0]) as connection:
            return source.of_live(connection)
    if kinds == {"sql"}:
        return source.of_sql(server, sql_texts(paths))
    if len(paths) == 1 and kinds & {"alembic", "python"}:
        return source.recognised(introspect(paths[0], chosen, server, forced))
    return source.of_design(design(paths, chosen, forced).schema)


def lint(
    sources: Sequence[str],
    chosen: Settings,
    server: Callable[[], AbstractContextManager[Server]],
    *,
    base: str | None = None,
    forced: str | None = None,
    strict: bool = False,
) -> tuple[Finding, ...]:
    """What the lint rules say of a schema, or of migrations on top of `base`. Raises InputError and ServerError."""
    from colonnade.lint import source

    found = source.findings(
        sources,
        chosen,
        server,
        designer=lambda paths, kind: design(paths, chosen, kind).schema,
        introspector=lambda argument, running: introspect(argument, chosen, running, forced),
        base=base,
        forced=forced,
    )
    return _severity(found, strict)


def explain(
    name: str,
    sources: Sequence[str],
    chosen: Settings,
    server: Callable[[], AbstractContextManager[Server]],
    forced: str | None = None,
) -> tuple[str, object]:
    """The story of an object of a schema, or the page of a rule or a law: as text, and as a value for JSON.

    A name that is neither raises InputError with what is near.
    """
    from colonnade.lint import explain as stories
    from colonnade.lint import source
    from colonnade.prove import LAWS

    page = stories.page(name, {law.name: law.page for law in LAWS.values()})
    if page is not None:
        return page
    schema = source.schema(sources or ["."], server, lambda paths, kind: design(paths, chosen, kind).schema, forced)
    return stories.told(name, schema, {law.name: law.title for law in LAWS.values()})


def diff(
    old: str,
    new: str,
    chosen: Settings,
    server: Server,
    wish: Wish,
    forced: str | None = None,
    ignored: tuple[str, ...] = (),
) -> tuple[Plan, str]:
    """The tried plan that leads from one source to another, and what it is called.

    Raises InputError, ServerError and, where it would lose something or guess, PlanRefused.
    """
    return planned(old, new, chosen, server, wish, forced, ignored)[:2]


def planned(
    old: str,
    new: str,
    chosen: Settings,
    server: Server,
    wish: Wish,
    forced: str | None = None,
    ignored: tuple[str, ...] = (),
) -> tuple[Plan, str, str]:
    """As `diff`, and the plan as a file for `apply`."""
    from colonnade import evolve
    from colonnade.evolve import planfile

    before, after = (replace(evolve.source(one, chosen, forced), ignored=ignored) for one in (old, new))
    names = (after.label, before.label) if wish.reverse else (before.label, after.label)
    found = evolve.addressed(server, before, after, wish)
    title = f"From {names[0]} to {names[1]}"
    return found.plan, title, planfile.dump(planfile.planfile(found, title))


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the way from one source to another: what it is called, its plan, what people do then, and its file."""

    name: str
    title: str
    leg: Leg
    file: str

    def json(self) -> dict[str, object]:
        from colonnade import plan
        from colonnade.evolve.revision import way_back

        said = {"stage": self.leg.stage, "then": self.leg.then, "at_once": list(self.leg.at_once)}
        return {**said, "way_back": way_back(self.leg.back), **plan.json(self.leg.there)}


def series(
    old: str,
    new: str,
    chosen: Settings,
    server: Server,
    wish: Wish,
    forced: str | None = None,
    ignored: tuple[str, ...] = (),
) -> tuple[Stage, ...]:
    """The parts of the way between which the application goes on, each with its plan as a file for `apply`.

    There are none where the sources are equal. Raises as `diff` does.
    """
    from colonnade import evolve
    from colonnade.evolve import planfile

    before, after = (replace(evolve.source(one, chosen, forced), ignored=ignored) for one in (old, new))
    names = (after.label, before.label) if wish.reverse else (before.label, after.label)
    found = (evolve.legs_back if wish.reverse else evolve.legs)(server, before, after, wish)
    stages = []
    for number, leg in enumerate(found, 1):
        name = f"{number}-{leg.stage or 'change'}"
        title = f"From {names[0]} to {names[1]}, part {number} of {len(found)}: {leg.stage or 'change'}"
        stages.append(Stage(name, title, leg, planfile.dump(planfile.planfile(leg.addressed, title))))
    return tuple(stages)


def apply(path: Path, url: str, tell: Callable[[str], None], lock_timeout: int, attempts: int) -> Outcome:
    """Runs the plan of a file, or what is left of it, on the database at `url`.

    Raises InputError, ServerError, Refused where the plan is not for this database, Stopped where a statement fails.
    """
    from colonnade.apply import Patience, run
    from colonnade.evolve import planfile

    return run(planfile.load(path), url, tell, Patience(lock_timeout, attempts))


def revision(
    old: str,
    new: str,
    chosen: Settings,
    server: Server,
    wish: Wish,
    forced: str | None = None,
    ignored: tuple[str, ...] = (),
) -> tuple[Plan, str]:
    """The plan that leads from one source to another, and its Alembic revision. Raises as `diff` does."""
    from colonnade import evolve
    from colonnade.evolve import revision as written

    before, after = (replace(evolve.source(one, chosen, forced), ignored=ignored) for one in (old, new))
    leg = evolve.there_and_back(server, before, after, wish)
    title = f"From {before.label} to {after.label}"
    return leg.there, written.revision(leg, title, f"{after.label} says so").text


@dataclass(frozen=True, slots=True)
class Migration:
    """The revisions that follow a history, none where it builds the design already; `changes` are their files."""

    out: Path
    revisions: tuple[Next, ...]
    findings: tuple[Finding, ...]

    def json(self) -> dict[str, object]:
        return {
            "ok": True,
            "equal": not self.revisions,
            "out": str(self.out),
            "revisions": [one.json() for one in self.revisions],
            "findings": [one.json() for one in self.findings],
        }


def migrate(
    message: str,
    sources: Sequence[str],
    chosen: Settings,
    out: Path,
    server: Server,
    wish: Wish,
    *,
    head: str | None = None,
    merge: bool = False,
    check: bool = False,
    forced: str | None = None,
    ignored: tuple[str, ...] = (),
) -> Migration:
    """Writes the revisions that lead from what the Alembic history in `out` builds to the designs, by default its own.

    With `check` nothing is written. Raises InputError, ServerError, Refused, and PlanRefused as `diff` does.
    """
    from colonnade.evolve import migrate as next_revisions
    from colonnade.evolve.origin import designs

    place = revisions.continuation(out, head, merge, chosen.tree.migrations)
    history = _alembic_folder(out / place.folder)
    design = replace(designs(list(sources) or _own_designs(out), chosen, forced), ignored=ignored)
    found = next_revisions.following(server, history, place, design, message, wish)
    if not check:
        output.move([output.Change(one.file.path, "migrate", "created", one.file.text) for one in found], out)
    return Migration(out, found, next_revisions.transactions(history, found))


def drift(url: str, chosen: Settings, out: Path, server: Server, ignored: tuple[str, ...] = ()) -> Drift:
    """What differs between a live database and the Alembic history in `out` up to the revision that it is at.

    Raises InputError and ServerError.
    """
    from colonnade import evolve
    from colonnade.evolve import drift as drifting

    live = replace(evolve.source(url, chosen, "database"), ignored=ignored)
    folder = out if (out / "versions").is_dir() else out / revisions.alembic_folder(out, chosen.tree.migrations)
    return drifting.drift(server, url, live, _alembic_folder(folder))


def _alembic_folder(path: Path) -> Path:
    if not path.is_dir():
        raise wrong("there is no Alembic folder", place=Place(str(path)), fix="write one with 'colonnade build'")
    return path


def _own_designs(out: Path) -> list[str]:
    """The design documents of the features of a project."""
    found = sorted(map(str, (out / "specs").glob("*/design.yaml")))
    if not found:
        raise wrong("no design is there", place=Place(str(out / "specs")), fix="name the design or the documents")
    return found


def introspect(argument: str, chosen: Settings, server: Server, forced: str | None = None) -> Database:
    """What a database built from the source, or the live one that it names, holds. Raises InputError, ServerError."""
    from colonnade import evolve

    return evolve.read(server, evolve.source(argument, chosen, forced))

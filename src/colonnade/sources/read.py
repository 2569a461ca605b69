"""Documents of any number and kind as one Draft."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from colonnade.design.draft import Draft, DraftEntity, IndexingStrategy
from colonnade.errors import InputError, Mistake, Place, wrong
from colonnade.findings import Finding
from colonnade.sources import entities, inputs
from colonnade.sources.features import extended
from colonnade.sources.linked import followed
from colonnade.sources.recognise import documents, entity_lists, other_entity_lists, recognise
from colonnade.sources.text import read_text
from colonnade.sources.tree import shown
from colonnade.sql import fingerprint
from colonnade.vocabulary.naming import plural, snake

# What a Draft holds when its documents name no provider.
UNSTATED_PROVIDER = "neon-postgresql"


@dataclass(frozen=True, slots=True, order=True)
class Document:
    """One file to read: its name as the user wrote it, its kind, and the feature that its place suggests."""

    name: str
    kind: str
    feature: str

    @property
    def path(self) -> Path:
        return Path(self.name)


NO_DATA = "No stored data is described here: no entity was found in a table, a list, a diagram or code"


def stores(read: Draft) -> bool:
    """Whether the draft describes data to store."""
    return any(entity.kind.value != "concept" for entity in read.entities)


def designable(paths: Sequence[str], forced: str | None = None) -> Draft:
    """The draft of the documents at `paths`, for a design. Raises InputError, also where they describe no data."""
    found = draft(paths, forced)
    if not stores(found):
        raise wrong(NO_DATA, fix="'colonnade read' shows what was read")
    return found


def draft(paths: Sequence[str], forced: str | None = None) -> Draft:
    """What the Markdown documents and entity lists at `paths` state, whatever their order. Raises InputError."""
    if not paths:
        raise wrong("no source is given", fix="give a Markdown file, an entity list, or a folder that holds them")
    kinds = tuple((path, recognise(path, forced)) for path in paths)
    asked = tuple(inputs.read(path) for path, kind in kinds if kind == "inputs")
    plain = [(path, kind) for path, kind in kinds if kind != "inputs"]
    plain += [(path, recognise(path, None)) for one in asked for path in one.paths]
    found = _distinct(one for path, kind in plain for one in _expand(path, kind))
    mistakes: list[Mistake] = []
    drafts: list[Draft] = []
    for one in found:
        if one.kind == "entities":
            try:
                drafts.append(_entity_list(one))
            except InputError as error:
                mistakes.extend(error.mistakes)
    pages = tuple(one for one in found if one.kind == "markdown")
    if pages:
        drafts.append(_markdown(pages))
    merged, contradictions = merge(tuple(drafts)) if drafts else (None, ())
    if mistakes or contradictions or merged is None:
        raise InputError((*mistakes, *contradictions))
    return inputs.with_rows(merged, tuple(pair for one in asked for pair in one.rows))


def annotated(paths: Sequence[str], forced: str | None = None) -> str:
    """The Markdown documents at `paths` with the reading of each line beside it. Raises InputError."""
    from colonnade.sources import markdown

    found = _distinct(one for path in paths for one in _expand(path, recognise(path, forced)))
    other = [one for one in found if one.kind != "markdown"]
    if other or not found:
        place = Place(other[0].name) if other else None
        raise wrong("only Markdown can be annotated", place=place, fix="read it without --annotate")
    return markdown.annotate(_with_linked(found)[0], found[0].feature)


def _distinct(found: Iterable[Document]) -> tuple[Document, ...]:
    """The documents in sorted order, one file once however often and by whatever name it is given."""
    by_path: dict[Path, Document] = {}
    for one in sorted(found):
        by_path.setdefault(one.path.resolve(), one)
    return tuple(by_path.values())


def _expand(argument: str, kind: str) -> tuple[Document, ...]:
    path = Path(argument)
    if kind not in ("markdown", "entities"):
        raise wrong(_why_not(kind), place=Place(argument), fix="give Markdown or an entity list")
    if not path.is_dir():
        return (Document(str(path), kind, feature_of_file(path)),)
    feature = _printable(path.resolve().name) or "schema"
    files = entity_lists(path) or other_entity_lists(path) if kind == "entities" else tuple(documents(path, kind))
    if not files:
        raise wrong(f"this folder holds no source of the kind {kind}", place=Place(argument))
    return tuple(Document(str(one), kind, feature) for one in files)


def _why_not(kind: str) -> str:
    return f"this source is of the kind {kind}, which states a schema and no draft"


def feature_of_file(path: Path) -> str:
    """The feature that a file's place suggests; `data-model.md` and the like say nothing, so their folder does."""
    whole = path.resolve()
    generic = snake(path.stem) in entities.GENERIC_STEMS
    return _printable((whole.parent.name if generic else "") or path.stem) or "schema"


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "_" for char in name)


def _entity_list(document: Document) -> Draft:
    found = entities.read(read_text(document.path), document.name)
    stated = "/" in found.spec_file.replace("\\", "/")
    return found if stated else replace(found, feature=document.feature)


def _markdown(pages: tuple[Document, ...]) -> Draft:
    from colonnade.sources import markdown

    texts, findings = _with_linked(pages)
    found = markdown.read(texts, pages[0].feature)
    sources = tuple(sorted((name, fingerprint(text)) for name, text in texts))
    return replace(found, sources=sources, findings=found.findings + findings)


def _with_linked(pages: tuple[Document, ...]) -> tuple[tuple[tuple[str, str], ...], tuple[Finding, ...]]:
    """The names and texts of `pages` and of the documents that they link to, and a finding on each of the latter."""
    linked = followed([one.name for one in pages])
    names = (*(one.name for one in pages), *(name for name, _ in linked))
    return tuple((name, read_text(Path(name))) for name in names), tuple(finding for _, finding in linked)


def merge(drafts: tuple[Draft, ...]) -> tuple[Draft, tuple[Mistake, ...]]:
    """One Draft of all, and a mistake for each thing that two of them state differently; `drafts` are sorted."""
    first = next((one for one in drafts if one.spec_file), drafts[0])
    strategies = tuple(
        dict.fromkeys(one.indexing_strategy for one in drafts if one.indexing_strategy != IndexingStrategy())
    )
    providers = _stated_providers(drafts)
    told, differences = extended(tuple(entity for one in drafts for entity in one.entities))
    merged = replace(
        first,
        database_provider=providers[0] if providers else UNSTATED_PROVIDER,
        entities=told,
        indexing_strategy=strategies[0] if strategies else IndexingStrategy(),
        queries=tuple(query for one in drafts for query in one.queries),
        requirements=tuple(fact for one in drafts for fact in one.requirements),
        clarifications=tuple(fact for one in drafts for fact in one.clarifications),
        global_rules=tuple(fact for one in drafts for fact in one.global_rules),
        findings=tuple(finding for one in drafts for finding in one.findings),
        sources=tuple(sorted(source for one in drafts for source in one.sources)),
    )
    return merged, (*differences, *_repeated(merged.entities), *_contradictions(drafts, providers, len(strategies)))


def _stated_providers(drafts: tuple[Draft, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.database_provider for one in drafts if one.database_provider != UNSTATED_PROVIDER))


def _contradictions(drafts: tuple[Draft, ...], providers: tuple[str, ...], strategies: int) -> tuple[Mistake, ...]:
    files = ", ".join(sorted(file for one in drafts for file, _ in one.sources))
    fix = f"state one of them in all of {files}"
    stated = (
        (len(providers) > 1, f"the sources name different database providers: {', '.join(sorted(providers))}"),
        (strategies > 1, "the sources state different indexing strategies"),
    )
    return tuple(Mistake(None, message, fix) for wrong_, message in stated if wrong_)


def _repeated(found: tuple[DraftEntity, ...]) -> tuple[Mistake, ...]:
    first: dict[str, DraftEntity] = {}
    mistakes: list[Mistake] = []
    for entity in found:
        if entity.kind.value == "concept":
            continue
        table = entity.table.value if entity.table else plural(snake(entity.name.value, "entity"))
        earlier = first.setdefault(table, entity)
        if earlier is not entity and earlier.name.place.file != entity.name.place.file:
            message = f"the entity {shown(entity.name.value)} is defined in two sources"
            mistakes.append(Mistake(entity.name.place, message, f"remove one; the other is at {earlier.name.place}"))
    return tuple(mistakes)

"""Regular expressions beside a column: ``matches ^[A-Z]{3}$``, ``pattern: `INV-\\d{4}` ``, ``/^[a-z]+$/i``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from colonnade import sql, types
from colonnade.design import regular
from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.sources.markdown import written
from colonnade.sources.markdown.said import Said
from colonnade.vocabulary import constraints as words
from colonnade.vocabulary.regex import regex

_TEXTS = frozenset(("string", "text"))


def stated(said: Iterable[Said], entities: Mapping[str, DraftEntity]) -> Iterator[DraftEntity]:
    """Each regular expression that a text states for a column of text, as a condition of its entity."""
    for one in said:
        found = condition(one.text, one.column) if one.column else ""
        if found and _holds_text(entities[one.entity], one.column):
            yield DraftEntity(
                Fact(one.entity, one.place), Fact("table", one.place), constraints=(Fact(found, one.place),)
            )


def condition(text: str, column: str) -> str:
    """`code ~ '^[A-Z]{3}$'` for a text that says so of `column`, or "" where it does not or PostgreSQL cannot."""
    pattern, flags = _pattern(text)
    if regular.understood(pattern) is None:
        return ""
    return f"{sql.ident(column)} {'~*' if 'i' in flags else '~'} '{_quoted(pattern)}'"


def hidden(text: str) -> str:
    """`text` with the regular expression in it that is understood taken for one sign, `HIDDEN`."""
    pattern, _ = _pattern(text)
    return text if regular.understood(pattern) is None else text.replace("\\|", "|").replace(pattern, HIDDEN, 1)


HIDDEN = "\x01"
_SLASHED = regex(r"/(?P<inner>(?:[^/\\]|\\.)+)/(?P<flags>[gimsu]*)")
_TICKED = regex(r"`(?P<inner>[^`]+)`")
_BARE = regex(r"[\^\[\\][^\s`]*")


def _pattern(text: str) -> tuple[str, str]:
    """The regular expression in `text` and its flags, or two empty strings."""
    lead = words.PATTERN_LEAD.search(text)
    alone = words.PATTERN_ALONE.search(text)
    rest = text[lead.end() :] if lead else text[alone.start() :] if alone else ""
    ticked = _TICKED.match(rest)
    rest = ticked["inner"] if ticked else rest
    slashed = _SLASHED.match(rest)
    bare = _BARE.match(rest)
    inner = slashed["inner"] if slashed else rest if ticked else _trimmed(bare[0]) if bare else ""
    pattern = inner.strip().replace("\\|", "|").replace("\\/", "/")
    return (pattern, slashed["flags"] if slashed else "") if words.PATTERN_SIGN.search(pattern) else ("", "")


def _trimmed(bare: str) -> str:
    """`bare` without the sentence behind it: up to its last $, or without the sign that ends a clause."""
    return bare[: bare.rindex("$") + 1] if "$" in bare else bare.rstrip(",;.)")


def _quoted(pattern: str) -> str:
    return pattern.replace("'", "''")


def _holds_text(entity: DraftEntity, column: str) -> bool:
    attribute: DraftAttribute | None = next((one for one in entity.attributes if one.name.value == column), None)
    if attribute is None or attribute.enum_values is not None or attribute.references is not None:
        return False
    kind = attribute.type.value if attribute.type else "text"
    resolved = types.resolve(written.resolve(kind) or kind)
    return (
        resolved is not None and resolved.row is not None and resolved.row.read_as in _TEXTS and not resolved.dimensions
    )

"""What a document may ask of a whole table, in its words and as a key of the entity list: one row a wish."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from colonnade.vocabulary.regex import regex

_I = re.IGNORECASE


@dataclass(frozen=True, slots=True)
class Wish:
    """`name` is what the passes look for, `words` find it in a sentence; `sure` are words that find it in a title."""

    name: str
    words: re.Pattern[str]
    title: re.Pattern[str] | None = None


def _wish(name: str, words: str, title: str = "") -> Wish:
    return Wish(name, regex(words, _I), regex(title, _I) if title else None)


LOCKING, AUTHORS, TRAIL = "optimistic-locking", "audit-columns", "audit-trail"
PARTITION, RETENTION = "partition", "retention"
EXTENDS, ABSTRACT, VALUE, LOOKUP = "extends", "abstract", "value-object", "lookup"
SINGLE, JOINED, CONCRETE = "single-table", "joined", "concrete"
KEPT, REFUSED, TOGETHER = "children-kept", "children-refused", "children-together"

_PARENT = r"(?:the |an? )?[`*\"]*(?P<parent>[^\W\d]\w*)"

WISHES: tuple[Wish, ...] = (
    _wish(
        LOCKING,
        r"\boptimistic(?:ally)?[- ](?:lock\w*|concurrency)|\b(?:row|record) version (?:number|column|counter)"
        r"|\bversion (?:column|number|counter|field)\b[^.;]{0,40}\b(?:optimistic|concurren\w+|lost update\w*|conflict\w*|stale)",
    ),
    _wish(
        AUTHORS,
        r"\baudit (?:columns?|fields?)\b|\bcreated_by\b[^.;]{0,20}\bupdated_by\b"
        r"|\bwho (?:created|made|added)\b[^.;]{0,40}\b(?:updated|changed|modified|edited)\b",
    ),
    _wish(
        TRAIL,
        r"\baudit[- ](?:trail|log(?:s|ged|ging)?|history)\b|\b(?:fully |is |are |be )audited\b"
        r"|\b(?:every|each|all) (?:change|update|modification|edit)s?\b[^.;]{0,60}"
        r"\b(?:recorded|logged|tracked|written down|audited|traceable)\b",
        r"\baudited\b",
    ),
    _wish(PARTITION, r"\bpartition(?:ed|s|ing)?\b"),
    _wish(
        RETENTION,
        r"\b(?:kept|keep|retain\w*|retention|stored|older than|deleted after|dropped after|purged after|expire after)\b"
        r"[^.;]{0,40}?\b(?P<count>\d{1,4})\s*-?(?P<unit>day|week|month|year)s?\b",
    ),
    _wish(
        EXTENDS,
        r"\b(?:extends|inherits(?: all)?(?: \w+){0,2} from|specialisation of|specialization of|subtype of|subclass of"
        rf"|is an? (?:kind|type|special case) of) {_PARENT}",
        rf"\b(?:extends|inherits from|subtype of|subclass of|is an?|kind of)[:]? {_PARENT}",
    ),
    _wish(
        ABSTRACT, r"\babstract (?:entity|base|class|supertype|parent|model)\b|\bis abstract\b|\bnever stored by itself\b",
        r"\babstract\b",
    ),
    _wish(VALUE, r"\bvalue (?:object|type)\b|\bembedded (?:object|value|type)\b", r"\bvalue (?:object|type)\b|\bembedded\b"),
    _wish(LOOKUP, r"\blook-?up (?:table|list|data)\b|\bcode (?:table|list)\b", r"\blook-?up\b|\bcode (?:table|list)\b"),
    _wish(SINGLE, r"\bsingle[- ]table\b|\btable per hierarchy\b|\bone table for all\b", r"\bsingle[- ]table\b"),
    _wish(
        JOINED, r"\bjoined(?:[- ]table)? (?:inheritance|subclass\w*)|\bclass[- ]table inheritance|\btable per (?:sub)?type\b",
        r"\bjoined\b",
    ),
    _wish(CONCRETE, r"\bconcrete(?:[- ]table)? (?:inheritance|tables?)|\btable per (?:concrete )?class\b", r"\bconcrete\b"),
    _wish(
        TOGETHER,
        r"\bsoft[- ]?delet\w+[^.;]{0,60}\b(?:also|too|as well|together with|along with|cascad\w+)\b"
        r"|\b(?:also|too|as well|together|along)\b[^.;]{0,30}\bsoft[- ]?delet\w+",
    ),
    _wish(KEPT, r"\bsoft[- ]delet\w+\b[^.;]{0,40}\b(?:keeps?|leaves?|does not (?:touch|affect|delete))\b"),
    _wish(
        REFUSED,
        r"\b(?:cannot|can't|can not|may not|must not) be (?:soft[- ])?(?:deleted|removed) (?:while|as long as|if|when)\b"
        r"|\bsoft[- ]delet\w+ is refused\b",
    ),
)  # fmt: skip

ANY: re.Pattern[str] = regex("|".join(re.sub(r"\?P<\w+>", "?:", one.words.pattern) for one in WISHES), _I)
"""Whether a sentence may hold a wish at all; most do not, and are passed over here."""

EVERY = regex(r"\b(?:all|every|each)\s+(?:\w+\s+)?(?:tables?|entit(?:y|ies)|records?|models?|rows?)\b", _I)
_REFUSING = regex(r"\b(?:no|not|never|without|neither|nor|isn't|aren't|don't|doesn't)\b[^.;,]{0,24}$", _I)


def told(text: str, title: bool = False) -> Iterator[str]:
    """The names of the wishes that `text` holds; a wish that the words before it refuse is none."""
    for one in WISHES:
        pattern = one.title if title else one.words
        match = pattern.search(text) if pattern else None
        if match and not _REFUSING.search(text[: match.start()]):
            yield one.name


HISTORY = regex(r"(.*_)?(audits?|audit_(log|trail|entr|event|record)\w*|histor(y|ies)|change_?logs?|changes)")
"""Tables in which documents themselves keep what happened; no second trail is kept of these."""

BY_NAME = {one.name: one for one in WISHES}

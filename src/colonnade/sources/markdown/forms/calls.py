"""Relations as models call them: `hasMany(Subscription)`, `belongsTo(User)` via `user_id`, `has_many :posts`."""

from __future__ import annotations

import re

from colonnade.design.draft import RelationKind
from colonnade.errors import Place
from colonnade.sources.markdown import names
from colonnade.sources.markdown.mentions import Index
from colonnade.sources.markdown.relations import Relation, turned
from colonnade.vocabulary.regex import regex

CALL = regex(
    r"\b(?P<call>has_?many|has_?one|has_?and_?belongs_?to_?many|belongs_?to_?many|belongs_?to|many_?to_?many)(?:through)?"
    r"(?:\s{0,4}\(\s{0,4}:?|\s{1,4}:)[`'\"]?(?P<target>[A-Za-z_][\w\\.:]{0,120})",
    re.IGNORECASE,
)
_KINDS: dict[str, RelationKind] = {
    "hasmany": "one-to-many",
    "hasone": "one-to-one",
    "belongsto": "many-to-one",
    "belongstomany": "many-to-many",
    "hasandbelongstomany": "many-to-many",
    "manytomany": "many-to-many",
}
_COLUMN = regex(r"\b[^\W\d]\w{0,60}(?:_id|_uuid|Id)\b")
_BETWEEN = regex(r"\b(?:via|through|using|pivot|table)\b\W{0,12}(?P<name>[^\W\d]\w{0,62})")


def told(text: str, place: Place, about: str, known: Index) -> list[Relation]:
    """The relations of the model `about` that a line calls; what stands behind a call, up to the next, is about it."""
    matches = list(CALL.finditer(text))
    ends = [match.start() for match in matches[1:]] + [len(text)] * bool(matches)
    return [
        _relation(match, text[match.end() : end], place, about, known) for match, end in zip(matches, ends, strict=True)
    ]


def _relation(match: re.Match[str], behind: str, place: Place, about: str, known: Index) -> Relation:
    kind = _KINDS[match["call"].replace("_", "").lower()]
    # `App\\Models\\User::class`
    written = re.split(r"[\\\\.]", match["target"].partition("::")[0])[-1]
    target = known.find(written) or written
    key = _COLUMN.search(behind)
    if kind == "many-to-many":
        between = _BETWEEN.search(behind)
        through = (known.find(between["name"]) or between["name"]) if between and not _is_key(between["name"]) else ""
        return Relation(about, kind, target, place, explicit=True, text=match[0], through=through)
    made = Relation(about, kind, target, place, key[0] if key else "", explicit=True, text=match[0])
    # The other side of `hasOne` has the key.
    return (
        Relation(target, kind, about, place, made.key, explicit=True, text=match[0])
        if kind == "one-to-one"
        else turned(made)
    )


def _is_key(name: str) -> bool:
    return bool(_COLUMN.fullmatch(name)) or (not names.looks_coded(name) and name.islower())

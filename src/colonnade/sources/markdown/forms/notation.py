"""Tables in braces: DBML, and what people write like it: `Label { id, name }`, `Note { int id // key }`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from colonnade.design.draft import DraftAttribute, DraftEntity, Fact
from colonnade.errors import Place
from colonnade.sources.markdown import facts, written
from colonnade.sources.markdown.forms import bullets
from colonnade.sources.markdown.forms.block import PRECISION, Block, block, is_transfer, kind_of
from colonnade.sources.reading import Reading
from colonnade.vocabulary.regex import regex

_HEAD = regex(
    r"^[ \t]*(?P<word>(?:[Tt]able|[Ee]ntity|[Ee]num|[Mm]odel|[Cc]ollection)[ \t]+)?"
    r"(?P<name>\"[^\"\n]{1,60}\"|[^\W\d][\w.]{0,80})"
    r"(?:[ \t]+as[ \t]+\w+)?[ \t]*(?:\[[^\]\n]*\][ \t]*)?[:=]?[ \t]*\{[ \t]*(?://[^\n]*)?$",
    re.MULTILINE,
)
_REFERENCE = regex(
    r"^[ \t]*Ref(?:[ \t]+\w+)?[ \t]*:[ \t]*(?P<left>[\w.\"]+)[ \t]*(?P<sign><>|[<>-])[ \t]*"
    r"(?P<right>[\w.\"]+)[ \t]*(?:\[(?P<settings>[^\]\n]*)\])?",
    re.MULTILINE,
)
# Lines inside the braces of a table that are no columns, with the braces that they may open.
_INNER = regex(r"^(?:indexes|checks)\s*\{|^note\s*(?::|\{)|^@@|^\}|^\{|^---|^\.\.\.", re.IGNORECASE)
_PROGRAM = regex(
    r"=>|;\s*\n[ \t]*(?:return|const|let|var)\b|"
    r"\b(?:function|return|import|class|interface|query|mutation|fragment|func|def)\b|</|^\s*[.#@]",
    re.MULTILINE,
)
# How DBML writes what a table cell would say.
_SETTINGS: tuple[tuple[re.Pattern[str], str], ...] = (
    (regex(r"\bnote\s*:\s*(?:'[^'\n]*'|\"[^\"\n]*\")", re.IGNORECASE), ""),
    (regex(r"\bref\s*:\s*[<>-]+\s*", re.IGNORECASE), "FK → "),
    (regex(r"\bpk\b", re.IGNORECASE), "primary key"),
    (regex(r"\bincrement\b", re.IGNORECASE), ""),
)


class Body(NamedTuple):
    """What stands in one pair of braces: the word before the name, the name, and each line with its offset."""

    word: str
    name: str
    start: int
    lines: tuple[tuple[int, str], ...]


def sniff(text: str) -> bool:
    """Whether an unlabelled block holds tables in braces."""
    found = _HEAD.search(text) is not None or len(_LISTS.findall(text)) > 1
    return found and not _PROGRAM.search(text)


def read(text: str, place: Place) -> Reading | None:
    """The tables of a block, its named lists of values, and what its `Ref:` lines point at."""
    if _PROGRAM.search(text):
        return None
    seen = block(text, place)
    bodies = tuple(_bodies(text))
    lists = tuple((one.name, found) for one in bodies if one.word == "enum" and (found := _values(one, seen)))
    made = tuple(table for one in bodies if one.word != "enum" and (table := _entity(one, seen)))
    made = made or tuple(_listed(text, seen))
    apart = tuple(one for match in _REFERENCE.finditer(text) for one in _pointer(match, seen)) if made else ()
    return Reading("notation", PRECISION["sql-pseudo"], made, lists, apart) if made or lists else None


# `pupils { id, class_id*, born_on?, marks[], state ("here"|"away") }`: names alone, in as many lines as they need.
_LISTS = regex(
    r"^[ \t]*(?P<name>[^\W\d]\w{0,60})[ \t]*\{[ \t]*"
    r"(?P<inside>[^\W\d]\w*[*?]?(?:\[\])?[ \t]*(?:\([^(){}\n]*\)\s*)?(?:,[^{}:;<>]{1,1200})?)\}[ \t]*$",
    re.MULTILINE,
)
_LISTED = regex(r"(?P<name>[^\W\d]\w*)(?P<marks>[*?!]*)(?P<many>\[\])?\s*(?:\((?P<said>[^()]*)\))?")


def _listed(text: str, seen: Block) -> Iterator[DraftEntity]:
    """The tables whose columns stand in one pair of braces, where most have an id or a key."""
    found = [(match, _names(match, seen)) for match in _LISTS.finditer(text)]
    keyed = sum(any(one.name.value.lower() in ("id", "_id", "uuid") for one in columns) for _, columns in found)
    for match, columns in found if len(found) > 1 and keyed * 2 >= len(found) else ():
        if len(columns) > 1 and not is_transfer(match["name"], [one.name.value for one in columns]):
            here = seen.at(match.start("name"))
            yield DraftEntity(Fact(match["name"], here), Fact(kind_of(match["name"]), here), None, columns)


def _names(match: re.Match[str], seen: Block) -> tuple[DraftAttribute, ...]:
    found, offset = [], match.start("inside")
    for piece in bullets.top_level(match["inside"]):
        one = _LISTED.fullmatch(piece.strip())
        if one is None:
            return ()
        place = seen.at(match.string.index(one["name"], offset))
        told = facts.read(one["said"], place, "constraint", one["name"]) if one["said"] else {}
        if "?" in one["marks"]:
            told = {**told, "nullable": Fact(True, place)}
        if one["name"].lower() in ("id", "_id", "uuid"):
            told = {**told, "primary_key": Fact(True, place)}
        if one["many"]:
            told = {**told, "type": Fact("text[]", place)}
        found.append(facts.attribute(one["name"], place, told))
    return tuple(found)


def _bodies(text: str) -> Iterator[Body]:
    position = 0
    while match := _HEAD.search(text, position):
        position, lines, depth = match.end() + 1, [], 1
        while depth and position < len(text):
            end = text.find("\n", position)
            line = text[position : end if end >= 0 else len(text)]
            depth += line.count("{") - line.count("}")
            lines.append((position, line))
            position += len(line) + 1
        yield Body((match["word"] or "").strip().lower(), match["name"].strip('"'), match.start("name"), tuple(lines))


def _columns(body: Body) -> Iterator[tuple[int, str]]:
    """The lines that stand in the body itself, not in braces inside it."""
    depth = 0
    for offset, line in body.lines:
        bare = line.strip()
        if depth == 0 and bare and not _INNER.match(bare) and not bare.startswith(("//", "#", "/*")):
            yield offset + len(line) - len(line.lstrip()), bare
        depth = max(depth + bare.count("{") - bare.count("}"), 0)


def _values(body: Body, seen: Block) -> Fact[tuple[str, ...]] | None:
    values = [match[0].strip('"') for _, line in _columns(body) if (match := re.match(r"\"[^\"]+\"|[\w-]+", line))]
    return Fact(tuple(dict.fromkeys(values)), seen.at(body.start)) if len(values) > 1 else None


def _entity(body: Body, seen: Block) -> DraftEntity | None:
    lines = [(offset, *_divided(line)) for offset, line in _columns(body)]
    type_first = _is_type_first([text for _, text, _ in lines])
    found: list[DraftAttribute] = []
    sure = missed = 0
    for offset, text, remark in lines:
        for piece in bullets.top_level(text) if "(" not in text else [text]:
            if not piece.strip():
                continue
            one = bullets.placed(seen.at(offset), bullets.line(told(piece.strip(), remark, type_first)))
            found.extend(one.attributes if one else ())
            missed += one is None
            sure += one is not None and one.sure == 3
    named = [one.name.value for one in found]
    keyed = any(name.lower() in ("id", "_id", "uuid") for name in named)
    if len(found) < 2 or missed * 3 > len(found) or not (sure * 2 >= len(found) or keyed or body.word):
        return None
    name = body.name.rpartition(".")[2]
    if is_transfer(name, named):
        return None
    return DraftEntity(Fact(name, seen.at(body.start)), Fact(kind_of(name), seen.at(body.start)), None, tuple(found))


def _divided(line: str) -> tuple[str, str]:
    """(the column, the remark behind it)."""
    bare, _, remark = line.partition("//")
    return bare.strip().rstrip(",;").strip(), remark.strip()


def _is_type_first(lines: list[str]) -> bool:
    """Whether most lines are `int id`, not `id int`."""
    pairs = [words for text in lines if len(words := re.split(r"[\s:]+", text)[:2]) == 2 and ":" not in text]
    first = sum(written.resolve(one) is not None and written.resolve(two) is None for one, two in pairs)
    second = sum(written.resolve(two.split("(")[0]) is not None for one, two in pairs)
    return first > second


def told(text: str, remark: str, type_first: bool) -> str:
    """A column as an item of a list would write it."""
    settings = re.search(r"\s*\[(?P<inside>[^\]]*[a-z][^\]]*)\]\s*$", text)
    if settings:
        said = settings["inside"]
        for pattern, spelt in _SETTINGS:
            said = pattern.sub(spelt, said)
        text = f"{text[: settings.start()]}, {said.strip(' ,')}" if said.strip(" ,") else text[: settings.start()]
    words = text.split(None, 2)
    if not re.match(r"[\w\"`]+\??\s*:", text) and len(words) > 1:
        name, kind = (words[1], words[0]) if type_first else (words[0], words[1])
        text = " ".join((f"`{name}`: {kind}", *words[2:])).replace(" ,", ",")
    return f"{text} — {remark}" if remark else text


def _pointer(match: re.Match[str], seen: Block) -> Iterator[DraftEntity]:
    """`Ref: posts.user_id > users.id [delete: cascade]` as what it says of the column on the side of many."""
    many, one = (match["right"], match["left"]) if match["sign"] == "<" else (match["left"], match["right"])
    table, dot, column = many.replace('"', "").rpartition(".")
    if not dot or match["sign"] == "<>":
        return
    place = seen.at(match.start("left"))
    told: facts.Facts = {"references": Fact(one.replace('"', ""), place)}
    action = re.search(r"delete\s*:\s*(cascade|restrict|set null|set default|no action)", match["settings"] or "", re.I)
    if action:
        told["on_delete"] = Fact(action[1].upper(), place)
    if match["sign"] == "-":
        told["unique"] = Fact(True, place)
    name = Fact(table.rpartition(".")[2], place)
    yield DraftEntity(name, Fact("table", place), None, (facts.attribute(column, place, told),))

"""Made-up values: the text of a literal for a type, a column's name and its limits; the same number, the same value."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial

from colonnade.design import regular
from colonnade.design.schema import Column, Domain, EnumType
from colonnade.seed.limits import Limits, limits
from colonnade.sql import fingerprint
from colonnade.types import Family, TypeName, take_apart
from colonnade.vocabulary.sensitive import MARK

FIRST_DAY = date(2024, 1, 15)
FIRST_MOMENT = datetime(2024, 1, 15, 9, 30, tzinfo=UTC)

# An owner must never read a seed's secret as one that works; no password or token hashes to this.
LOCKED = "!locked"
_TEXTUAL = (Family.STRING, Family.TEXT, Family.CITEXT, Family.BINARY)
_SECRET = re.compile(
    r"passw(or)?d|passphrase|secret|token|api_?key|private_?key|credential|\bpin\b|\botp\b|\bcvv\b|\bssn\b"
)

PEOPLE = (
    "Ada Lovelace",
    "Grace Hopper",
    "Alan Turing",
    "Edsger Dijkstra",
    "Barbara Liskov",
    "Donald Knuth",
    "Radia Perlman",
    "Niklaus Wirth",
)
TITLES = (
    "Write the report",
    "Book the venue",
    "Review the budget",
    "Call the supplier",
    "Plan the launch",
    "Update the website",
    "Order new chairs",
    "Prepare the workshop",
)
SENTENCES = (
    "The first draft is due before the end of the month.",
    "Agreed with the whole team on Tuesday.",
    "Waiting for an answer from the supplier.",
    "A short note for whoever picks this up next.",
    "Needs two more reviews.",
    "Done once already, to be repeated every quarter.",
)
CITIES = ("Lisbon", "Utrecht", "Tallinn", "Graz", "Bergen", "Turin")
# The first of each are the most usual; a unique column needs as many as there are rows.
COUNTRIES = tuple("PT NL EE AT NO IT DE FR ES SE FI DK PL CZ IE BE GR HU RO BG HR SI SK LT LV LU CY MT IS CH".split())
CURRENCIES = tuple("EUR USD GBP JPY CHF SEK NOK DKK PLN CZK HUF RON BGN ISK CAD AUD NZD SGD HKD KRW INR BRL".split())
LANGUAGES = tuple("en de fr es it pt nl sv da fi nb pl cs sk sl hr hu ro bg el et lv lt is ga mt tr uk ja ko".split())
ZONES = (
    "UTC",
    *(f"Europe/{city}" for city in "Lisbon Amsterdam Tallinn Vienna Oslo Rome Berlin Paris Madrid Stockholm".split()),
    *(f"America/{city}" for city in "New_York Chicago Denver Toronto Bogota Lima Santiago Halifax".split()),
    *(f"Asia/{city}" for city in "Tokyo Seoul Singapore Dubai Kolkata Bangkok Manila Jakarta".split()),
)
LABELS = ("urgent", "home", "work", "errand", "idea", "later")


def _word(number: int, words: tuple[str, ...]) -> str:
    """The word of that number; from the second round on with the round behind it, so that no two are alike."""
    turn, place = divmod(number, len(words))
    return words[place] if turn == 0 else f"{words[place]} {turn + 1}"


def _slug(number: int) -> str:
    return _word(number, LABELS).replace(" ", "-")


TextMaker = Callable[[int], str]

BY_NAME: tuple[tuple[re.Pattern[str], TextMaker], ...] = tuple(
    (re.compile(pattern), maker)
    for pattern, maker in (
        (r"(^|_)id$", lambda number: f"id-{number + 1}"),
        (r"e_?mail", lambda number: f"{PEOPLE[number % 8].split()[0].lower()}.{number + 1}@example.com"),
        (r"url|website|link|homepage|avatar|image", lambda number: f"https://example.com/{number + 1}"),
        (r"phone|mobile|fax", lambda number: f"+1202555{number + 1:04d}"),
        (r"slug|tag|label|category", _slug),
        (r"first_name|given_name", lambda number: PEOPLE[number % 8].split()[0]),
        (r"last_name|surname|family_name", lambda number: PEOPLE[number % 8].split()[1]),
        (r"user_?name|login|handle|nickname", lambda number: f"{PEOPLE[number % 8].split()[0].lower()}{number + 1}"),
        (r"name|author|assignee|contact", lambda number: _word(number, PEOPLE)),
        (r"city|town", lambda number: CITIES[number % len(CITIES)]),
        (r"country|nation", lambda number: COUNTRIES[number % len(COUNTRIES)]),
        (r"currency", lambda number: CURRENCIES[number % len(CURRENCIES)]),
        (r"locale|language", lambda number: LANGUAGES[number % len(LANGUAGES)]),
        (r"time_?zone", lambda number: ZONES[number % len(ZONES)]),
        (r"colou?r", lambda number: f"#{number * 7919 % 0xFFFFFF:06x}"),
        (r"title|subject|task|summary|headline", lambda number: _word(number, TITLES)),
        (r"code|number|reference|sku|external_id", lambda number: f"A{number + 1:04d}"),
    )
)

# Tried in this order where a column has a pattern that the text of its name does not fit.
FORMATS: tuple[TextMaker, ...] = (
    lambda number: f"ada.{number + 1}@example.com",
    lambda number: f"https://example.com/{number + 1}",
    lambda number: f"+1202555{number + 1:04d}",
    _slug,
    lambda number: f"sample_{number + 1}",
    lambda number: f"sample{number + 1}",
    lambda number: _letters(number, 3),
    lambda number: _letters(number, 2),
    lambda number: _letters(number, 3).lower(),
    lambda number: f"#{number:06x}",
    lambda number: f"#{number:06X}",
    lambda number: f"{number + 1}",
    lambda number: f"{number:04d}",
    lambda number: f"{number:05d}",
    lambda number: f"{number:06d}",
    lambda number: f"A{number + 1:04d}",
    lambda number: f"{_letters(number, 3)}-{number + 1:04d}",
    lambda number: f"{_letters(number, 2)}-{number + 1:03d}",
    lambda number: f"{number % 24:02d}:00",
    lambda number: f"1.0.{number}",
    lambda number: f"192.0.2.{number % 250 + 1}",
    lambda number: f"example-{number + 1}.com",
    lambda number: "/" + _slug(number),
    lambda number: fingerprint(str(number)),
    lambda number: fingerprint(str(number))[:32],
    lambda number: fingerprint(str(number))[:40],
)


def _letters(number: int, width: int) -> str:
    marks = ""
    for _ in range(width):
        number, place = divmod(number, 26)
        marks = chr(ord("A") + place) + marks
    return marks


@dataclass(frozen=True, slots=True)
class Known:
    """The types of the schema itself, by name."""

    enums: dict[str, EnumType]
    domains: dict[str, Domain]


@lru_cache(maxsize=8192)
def secret(column: str) -> bool:
    """True for a column whose name says that its value must not be known."""
    return bool(_SECRET.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column).lower()))


def uuid(space: str, number: int) -> str:
    """A fixed UUID (in the form of version 4) for the row of that number in `space`."""
    digits = fingerprint("seed", space, str(number))
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def _locked(column: Column, name: TypeName) -> bool:
    """Whether the column holds secrets, by its name or by what its comment says, in a type that can hold the mark."""
    textual = name.row is not None and name.row.family in _TEXTUAL and not name.dimensions
    return textual and (secret(column.name) or MARK in (column.comment or ""))


def value(space: str, column: Column, asked: Limits, known: Known, number: int) -> str | None:
    """The text of a literal for `column` in the row of that number; None is NULL. `space` keeps tables apart."""
    name = take_apart(column.type)
    if _locked(column, name):
        mark = f"{LOCKED}-{number + 1}"
        if column.nullable:
            return None
        if _fits(mark, asked) and len(mark) <= (name.length or len(mark)):
            return mark
    if name.base == "xml" and column.nullable:
        # Many servers are built without libxml and take no XML at all.
        return None
    one = _scalar(space, column.name, name, asked, known, number)
    return _array(one) if name.dimensions else one


def _array(element: str) -> str:
    escaped = element.replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + escaped + '"}'


def _scalar(space: str, column: str, name: TypeName, asked: Limits, known: Known, number: int) -> str:
    if name.base in known.domains:
        domain = known.domains[name.base]
        own = limits(check.expression for check in domain.checks).get("value", asked)
        return _scalar(space, column, take_apart(domain.type), own, known, number)
    values = known.enums[name.base].values if name.base in known.enums else ()
    # One condition may choose what another excludes, as where both speak of a state that this row need not be in.
    for choices in (asked.choices, values):
        allowed = [one for one in choices if one not in asked.excluded]
        if allowed:
            return allowed[number % len(allowed)]
    if values:
        return values[number % len(values)]
    maker = MAKERS.get(name.row.family) if name.row else None
    if maker is None:
        return name.row.sample if name.row else ""
    return maker(f"{space}.{column}", name, asked, number)


# --- one maker a family -------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _named(column: str) -> TextMaker:
    """The maker for texts of a column of that name."""
    found = (maker for pattern, maker in BY_NAME if pattern.search(column))
    return next(found, lambda number: _word(number, SENTENCES))


def _text(space: str, name: TypeName, asked: Limits, number: int) -> str:
    own = _named(space.rpartition(".")[2].lower())
    longest = min(one for one in (name.length, asked.longest, 10_000) if one is not None)
    if name.base == "character":
        # Shorter ones would come back with blanks behind them.
        width = name.length or 1
        usual = _letters(number, width)
        texts = (usual, usual.lower(), *(maker(number) for maker in _fitting(asked)))
        return next((one for one in texts if len(one) == width and _fits(one, asked)), usual)
    for maker in (own, *FORMATS, *_fitting(asked)):
        text = _fitted(maker(number), number, asked.shortest, longest)
        if _fits(text, asked):
            return text
    return _fitted(own(number), number, asked.shortest, longest)


def _fits(text: str, asked: Limits) -> bool:
    return all(pattern.search(text) for pattern in asked.patterns) and text not in asked.excluded


def _fitting(asked: Limits) -> Iterator[TextMaker]:
    """Makers of texts that fit each pattern of `asked`, where none of the usual texts does."""
    for pattern in asked.patterns:
        part = regular.understood(pattern.pattern)
        if part is not None:
            yield from (partial(regular.text, part, repeats) for repeats in regular.REPEATS)


def _fitted(text: str, number: int, shortest: int, longest: int) -> str:
    """`text` no longer than `longest` (its number then ends it) and no shorter than `shortest`."""
    if len(text) > longest:
        tail = str(number + 1)
        text = text[: max(longest - len(tail), 0)].rstrip() + tail
        text = text[:longest]
    return text + "x" * (shortest - len(text))


def _numeric_limits(asked: Limits, step: Decimal) -> tuple[Decimal | None, Decimal | None]:
    lows = [bound if included else bound + step for bound, included in _numbers(asked.lows)]
    highs = [bound if included else bound - step for bound, included in _numbers(asked.highs)]
    return max(lows, default=None), min(highs, default=None)


def _numbers(bounds: tuple[tuple[str, bool], ...]) -> list[tuple[Decimal, bool]]:
    found = []
    for text, included in bounds:
        try:
            found.append((Decimal(text), included))
        except InvalidOperation:
            # A bound that is no number (a date, a call) says nothing here.
            continue
    return found


def _within(wanted: Decimal, low: Decimal | None, high: Decimal | None, step: Decimal) -> Decimal:
    """`wanted` moved into the range, each number to another place as long as there is room."""
    if low is not None and (wanted < low or high is not None):
        wanted = low + wanted
    if high is not None and wanted > high:
        start = low if low is not None else high - wanted
        room = int((high - start) / step) + 1
        wanted = start + step * (int(wanted / step) % max(room, 1))
    return wanted


def _integer(_: str, __: TypeName, asked: Limits, number: int) -> str:
    low, high = _numeric_limits(asked, Decimal(1))
    wanted = Decimal(number + 1 + 10 * asked.rank)
    return str(int(_within(wanted, low, high, Decimal(1))))


def _decimal(_: str, name: TypeName, asked: Limits, number: int) -> str:
    scale = int(name.arguments[1]) if len(name.arguments) > 1 else 2
    step = Decimal(1).scaleb(-scale)
    low, high = _numeric_limits(asked, step)
    if len(name.arguments) > 1:
        most = Decimal(10) ** (int(name.arguments[0]) - scale) - step
        high = most if high is None else min(high, most)
    wanted = Decimal(number + 1 + 10 * asked.rank) * (Decimal("9.5") if scale and high is None else 1)
    return f"{_within(wanted, low, high, step):.{max(scale, 0)}f}"


def _float(space: str, _: TypeName, asked: Limits, number: int) -> str:
    return _decimal(space, TypeName("numeric"), asked, number)


def _day(number: int, asked: Limits) -> timedelta:
    return timedelta(days=number + 7 * asked.rank)


def _moment(_: str, name: TypeName, asked: Limits, number: int) -> str:
    moment = FIRST_MOMENT + _day(number, asked) + timedelta(hours=number % 8)
    return moment.strftime("%Y-%m-%d %H:%M:%S") + ("+00" if name.base.endswith("with time zone") else "")


def _time(_: str, name: TypeName, asked: Limits, number: int) -> str:
    return f"{(8 + number + asked.rank) % 24:02d}:30" + ("+00" if name.base.endswith("with time zone") else "")


def _bits(_: str, name: TypeName, __: Limits, number: int) -> str:
    width = int(name.arguments[0]) if name.arguments else 1
    return f"{number % 2**width:0{width}b}"


def _vector(_: str, name: TypeName, __: Limits, number: int) -> str:
    dimensions = int(name.arguments[0]) if name.arguments else 3
    return f"[{','.join(str((number + place) % 10) for place in range(dimensions))}]"


def _network(_: str, name: TypeName, __: Limits, number: int) -> str:
    """An address of the documentation ranges, or a device's; distinct for some sixty thousand rows."""
    high, low = number >> 8 & 255, number & 255
    forms = {"macaddr": f"02:00:00:00:{high:02x}:{low:02x}", "macaddr8": f"02:00:00:ff:fe:00:{high:02x}:{low:02x}",
             "cidr": f"10.{high}.{low}.0/24"}  # fmt: skip
    return forms.get(name.base, f"10.{high}.{low}.1")


def _json(_: str, name: TypeName, asked: Limits, number: int) -> str:
    if asked.json in _JSON:
        return _JSON[asked.json]
    if not asked.members:
        return name.row.sample if name.row else "{}"
    return json.dumps({member: f"{member} {number + 1}" for member in asked.members})


_JSON = {"array": "[]", "string": '"text"', "number": "1", "boolean": "true", "null": "null"}


def _range(_: str, name: TypeName, asked: Limits, number: int) -> str:
    low, high = (_range_bound(name.base, 2 * (number + 7 * asked.rank) + place) for place in (0, 1))
    body = f"[{low},{high})"
    return f"{{{body}}}" if name.base.endswith("multirange") else body


def _range_bound(base: str, number: int) -> str:
    if base.startswith(("date", "ts")):
        return (FIRST_DAY + timedelta(days=number)).isoformat()
    return str(number + 1)


MAKERS: dict[Family, Callable[[str, TypeName, Limits, int], str]] = {
    Family.UUID: lambda space, _, __, number: uuid(space, number),
    Family.STRING: _text,
    Family.TEXT: _text,
    Family.CITEXT: _text,
    Family.SMALLINT: _integer,
    Family.INTEGER: _integer,
    Family.BIGINT: _integer,
    Family.DECIMAL: _decimal,
    Family.FLOAT: _float,
    Family.BOOLEAN: lambda _, __, ___, number: "true" if number % 2 else "false",
    Family.DATE: lambda _, __, asked, number: (FIRST_DAY + _day(number, asked)).isoformat(),
    Family.TIME: _time,
    Family.TIMESTAMP: _moment,
    Family.INTERVAL: lambda _, __, asked, number: f"{number + 1 + asked.rank} hours",
    Family.BINARY: lambda _, __, ___, number: f"\\x{number + 1:04x}",
    Family.BITS: _bits,
    Family.JSON: _json,
    Family.NETWORK: _network,
    Family.RANGE: _range,
    Family.VECTOR: _vector,
    Family.LTREE: lambda _, __, ___, number: f"top.n{number + 1}",
}
"""How a literal of each family is made; a family without a maker takes the sample of its type."""

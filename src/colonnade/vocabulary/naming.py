"""Names: snake_case, CamelCase, plural and singular, and stable ASCII names for other scripts."""

from __future__ import annotations

import hashlib
import keyword
import unicodedata
from functools import cache, lru_cache

from colonnade.vocabulary.regex import regex

# Words whose plural or singular the general rules get wrong, as (singular, plural); equal where there is one form.
IRREGULAR: tuple[tuple[str, str], ...] = (
    ("alias", "aliases"),
    ("alumnus", "alumni"),
    ("analytics", "analytics"),
    ("apparatus", "apparatus"),
    ("atlas", "atlases"),
    ("audio", "audio"),
    ("axis", "axes"),
    ("beta", "betas"),
    ("bias", "biases"),
    ("bonus", "bonuses"),
    ("bus", "buses"),
    ("cache", "caches"),
    ("cactus", "cacti"),
    ("cafe", "cafes"),
    ("calculus", "calculi"),
    ("calorie", "calories"),
    ("campus", "campuses"),
    ("canvas", "canvases"),
    ("carafe", "carafes"),
    ("census", "censuses"),
    ("chassis", "chassis"),
    ("chorus", "choruses"),
    ("consensus", "consensuses"),
    ("cookie", "cookies"),
    ("corpus", "corpora"),
    ("criterion", "criteria"),
    ("data", "data"),
    ("debris", "debris"),
    ("echo", "echoes"),
    ("ellipsis", "ellipses"),
    ("emphasis", "emphases"),
    ("equipment", "equipment"),
    ("feedback", "feedback"),
    ("focus", "focuses"),
    ("foot", "feet"),
    ("fungus", "fungi"),
    ("gas", "gases"),
    ("genius", "geniuses"),
    ("genus", "genera"),
    ("german", "germans"),
    ("goose", "geese"),
    ("hero", "heroes"),
    ("hiatus", "hiatuses"),
    ("history", "histories"),
    ("information", "information"),
    ("inventory", "inventories"),
    ("iris", "irises"),
    ("leaf", "leaves"),
    ("lens", "lenses"),
    ("life", "lives"),
    ("loaf", "loaves"),
    ("media", "media"),
    ("metadata", "metadata"),
    ("move", "moves"),
    ("movie", "movies"),
    ("news", "news"),
    ("nucleus", "nuclei"),
    ("oasis", "oases"),
    ("person", "people"),
    ("phenomenon", "phenomena"),
    ("pie", "pies"),
    ("plus", "pluses"),
    ("prospectus", "prospectuses"),
    ("pus", "pus"),
    ("quota", "quotas"),
    ("radius", "radii"),
    ("roman", "romans"),
    ("safe", "safes"),
    ("schema", "schemas"),
    ("selfie", "selfies"),
    ("series", "series"),
    ("sinus", "sinuses"),
    ("software", "software"),
    ("species", "species"),
    ("staff", "staff"),
    ("status", "statuses"),
    ("stimulus", "stimuli"),
    ("surplus", "surpluses"),
    ("terminus", "termini"),
    ("thesis", "theses"),
    ("tie", "ties"),
    ("tooth", "teeth"),
    ("trellis", "trellises"),
    ("veto", "vetoes"),
    ("virus", "viruses"),
    ("weather", "weather"),
)

_PLURALS = dict(IRREGULAR)
_SINGULARS = {plural: singular for singular, plural in IRREGULAR}
# Letters that NFKD leaves whole and that have a customary spelling in ASCII.
_SPELLINGS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "œ": "oe", "Œ": "OE",
     "þ": "th", "Þ": "Th", "ð": "d", "ı": "i"}
)  # fmt: skip
_WORD_BREAK = regex(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_WORD = regex(r"[^a-z0-9]+")


def ascii_fold(text: str) -> str:
    """`text` without accents and without the characters that ASCII cannot spell."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKD", text.translate(_SPELLINGS)).encode("ascii", "ignore").decode()


@lru_cache(maxsize=65536)
def snake(name: str, stem: str = "column") -> str:
    """`name` in snake_case and ASCII: `OrderItem` is order_item; with no letter left, `<stem>_<8 hex of its hash>`."""
    folded = _NOT_WORD.sub("_", _WORD_BREAK.sub("_", ascii_fold(name)).lower()).strip("_")
    if not folded:
        return f"{stem}_{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return f"{stem}_{folded}" if folded[0].isdigit() else folded


def spellable(name: str) -> bool:
    """Whether ASCII can spell any of `name`; where it cannot, snake() makes a name of its hash."""
    return bool(_NOT_WORD.sub("", ascii_fold(name).lower()))


def camel(name: str) -> str:
    """`name` in CamelCase, fit for a Python class: `order_item` is OrderItem."""
    if name.isascii() and name.isidentifier() and name[0].isupper() and "_" not in name:
        joined = name
    else:
        joined = "".join(part[:1].upper() + part[1:] for part in snake(name, "entity").split("_"))
    return joined + "Model" if keyword.iskeyword(joined) else joined


@lru_cache(maxsize=65536)
def plural(name: str) -> str:
    """The snake_case `name` with its last word in the plural; a plural stays."""
    return _with_last_word(name, _plural_word)


@lru_cache(maxsize=65536)
def joined(table: str, column: str) -> str:
    """A name of both, what the one ends and the other begins with said once: `payment_type` of payment and it."""
    words, others = table.split("_"), column.split("_")
    longest = min(len(words), len(others) - 1)
    shared = next((size for size in range(longest, 0, -1) if words[-size:] == others[:size]), 0)
    return "_".join((*words, *others[shared:]))


def singular(name: str) -> str:
    """The snake_case `name` with its last word in the singular; a singular stays."""
    return _with_last_word(name, _singular_word)


def _with_last_word(name: str, change: object) -> str:
    head, underscore, last = name.rpartition("_")
    return head + underscore + (change(last) if callable(change) and last else last)


@cache
def _plural_word(word: str) -> str:
    if word in _SINGULARS or word in _PLURALS:
        return _PLURALS.get(word, word)
    import inflection

    return str(inflection.pluralize(word))


@cache
def _singular_word(word: str) -> str:
    if word in _PLURALS or word in _SINGULARS:
        return _SINGULARS.get(word, word)
    import inflection

    return str(inflection.singularize(word))

"""Plurals of French, Portuguese, Spanish, Italian and German nouns, by how a word ends."""

from __future__ import annotations

import re
from functools import lru_cache

from colonnade.vocabulary.naming import ascii_fold
from colonnade.vocabulary.regex import regex

# (how the singular ends, what takes the place of its last group), without accents.
ENDINGS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (regex(rf".*?(?P<end>{end})$"), endings)
    for end, endings in (
        (r"(?<=eau)|(?<=.eu)|(?<=..ou)|(?<=.au)", ("x",)),
        ("al", ("aux", "ais")),
        ("ail", ("aux",)),
        (r"(?<=..[dlnr])", ("es",)),
        ("z", ("ces", "zes")),
        ("s", ("ses",)),
        ("ao", ("oes", "aes", "aos")),
        ("el", ("eis",)),
        ("ol", ("ois",)),
        ("ul", ("uis",)),
        ("il", ("is", "eis")),
        ("m", ("ns",)),
        ("io", ("i",)),
        ("co", ("chi", "ci")),
        ("go", ("ghi", "gi")),
        ("ca", ("che",)),
        ("ga", ("ghe",)),
        ("(?<=..)[oe]", ("i",)),
        ("(?<=..)a", ("e",)),
        # Short words in English often become another by one letter: car and care.
        ("(?<=....e)", ("n",)),
        ("(?<=....[b-df-hj-np-tv-z])", ("e", "en")),
        ("(?<=....in)", ("nen",)),
        ("(?<=^kind)|(?<=^bild)|(?<=^feld)|(?<=^schild)|(?<=^kleid)|(?<=^glied)", ("er",)),
    )
)
# German nouns that change their vowel: Haus and Häuser, Buch and Bücher, Auftrag and Aufträge.
_CHANGED = {"au": ("äu", "aeu"), "a": ("ä", "ae"), "o": ("ö", "oe"), "u": ("ü", "ue")}
_VOWEL = regex(r"au|[aou](?=[^aeiouäöü]*$)")
# Words of English that are the plural of no name: what an entity called Data or Quota is not.
ENGLISH = frozenset("date quote scheme code driven lighten stripe humane".split())


@lru_cache(maxsize=16384)
def of(word: str) -> frozenset[str]:
    """The plurals that `word`, in lower case, may have, with and without accents."""
    bare = ascii_fold(word)
    if len(bare) < 3:
        return frozenset()
    found = {
        bare[: match.start("end")] + ending
        for pattern, endings in ENDINGS
        if (match := pattern.match(bare))
        for ending in endings
    }
    vowels = list(_VOWEL.finditer(word))
    if vowels:
        last = vowels[-1]
        found.update(
            word[: last.start()] + changed + word[last.end() :] + ending
            for changed in _CHANGED[last[0]]
            for ending in ("", "e", "er")
        )
    return frozenset(found - ENGLISH - {word, bare})

"""What the values of an attribute mean: an address, a slug, a percentage; as stated, or by a name without doubt."""

from __future__ import annotations

from colonnade import types
from colonnade.config import Settings
from colonnade.design.draft import DraftAttribute, Fact, Origin
from colonnade.findings import declare
from colonnade.vocabulary import formats, habits
from colonnade.vocabulary.naming import snake

# The rule of a type that is known only because a document names a meaning: `email` instead of `string`.
IMPLIED_BY_MEANING = "meaning"

BY_NAME = declare(
    "meaning-by-name",
    """A text called `email`, `phone` or `slug`, or a number called `latitude`, holds what its name says.

    It gets the same check as a column whose stated type is that word. Only names that leave no doubt count, and a
    closed list of values says more than any name.
    """,
)


def meaning(attribute: DraftAttribute, settings: Settings) -> Fact[str] | None:
    """The meaning of the values, a word of `vocabulary.formats`; None where nothing tells it."""
    if attribute.meaning is not None:
        return attribute.meaning
    word = formats.MEANING_OF.get(attribute.type.value.strip().lower()) if attribute.type else None
    if word is not None and attribute.type is not None:
        return Fact(word, attribute.type.place)
    named = formats.of_name(snake(attribute.name.value)) if settings.enabled(BY_NAME) else None
    if named is None or attribute.enum_values is not None or attribute.references is not None:
        return None
    return Fact(named, attribute.name.place, Origin.IMPLIED, BY_NAME)


def held(attribute: DraftAttribute, type_: str, settings: Settings) -> Fact[str] | None:
    """As `meaning`, in a column of the type `type_`: a name says nothing where no such value would fit."""
    told = meaning(attribute, settings)
    longest = types.take_apart(type_).length
    if told is None or told.origin is not Origin.IMPLIED or longest is None:
        return told
    return None if longest < formats.shortest(told.value) else told


def spelled(type_: Fact[str], meaning: Fact[str] | None) -> str:
    """The type as the type table knows it; where only a meaning implies it, the type that holds such values."""
    word = (meaning.value if meaning and type_.rule == IMPLIED_BY_MEANING else type_.value).strip().lower()
    return habits.IDIOMS.get(word) or formats.TYPES_OF.get(word, type_.value)

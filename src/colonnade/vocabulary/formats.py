"""Formats of values by what a document calls their type: one row an idiom."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """`words` are type words, `check` is SQL with `{}` for the column, `suffix` ends the name of the constraint.

    `good` and `bad` are values on either side of it.
    """

    words: frozenset[str]
    check: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    suffix: str = "format"


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


FORMATS: tuple[Format, ...] = (
    Format(
        _words("slug", "url slug", "slugfield"), "{} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'",
        ("a-slug", "a1"), ("A Slug", "-a", ""),
    ),
    Format(
        _words("currency code", "iso 4217", "iso4217", "currency_code"), "{} ~ '^[A-Z]{{3}}$'", ("EUR",), ("eur", "EU"),
    ),
    Format(
        _words("country code", "iso 3166", "iso3166", "country_code"), "{} ~ '^[A-Z]{{2}}$'", ("DE",), ("de", "D"),
    ),
    Format(
        _words("language code", "locale", "locale code", "language_code"), "{} ~ '^[a-z]{{2,3}}(-[A-Z]{{2}})?$'",
        ("de", "de-AT"), ("DE", "de_AT"),
    ),
    Format(
        _words("url", "uri", "httpurl", "urlfield", "web address", "website"), "{} ~* '^https?://[^[:space:]]+$'",
        ("https://a.example", "http://a.example/b?c=d"), ("a.example", "javascript:alert(1)", "https://a b"),
    ),
    Format(
        _words("phone", "phone number", "telephone", "phone_number", "mobile number"),
        "{} ~ '^[+]?[0-9 ().-]{{4,32}}$'", ("+49 30 123456", "(030) 123-456"), ("no phone", "12"),
    ),
    Format(
        _words("hex color", "hex colour", "color hex", "hexcolor"), "{} ~* '^#[0-9a-f]{{6}}$'",
        ("#00ff7F",), ("00ff7f", "#00ff7"),
    ),
    Format(_words("percentage", "percent"), "{0} >= 0 AND {0} <= 100", ("0", "100"), ("-1", "101"), "range"),
    Format(_words("latitude",), "{0} >= -90 AND {0} <= 90", ("-90", "90"), ("-91", "91"), "range"),
    Format(_words("longitude",), "{0} >= -180 AND {0} <= 180", ("-180", "180"), ("-181", "181"), "range"),
)  # fmt: skip

FORMAT_OF: dict[str, Format] = {word: row for row in FORMATS for word in row.words}

# The types of idioms that the general table of types does not know.
TYPES_OF: dict[str, str] = {
    "iso 4217": "varchar(3)", "iso4217": "varchar(3)", "currency_code": "varchar(3)", "iso 3166": "varchar(2)",
    "iso3166": "varchar(2)", "country_code": "varchar(2)", "language code": "varchar(16)", "locale": "varchar(16)",
    "locale code": "varchar(16)", "language_code": "varchar(16)", "urlfield": "text", "web address": "text",
    "website": "text", "telephone": "varchar(32)", "phone_number": "varchar(32)", "mobile number": "varchar(32)",
    "slugfield": "varchar(255)", "url slug": "varchar(255)", "hex color": "varchar(7)", "hex colour": "varchar(7)",
    "color hex": "varchar(7)", "hexcolor": "varchar(7)", "latitude": "double precision",
    "longitude": "double precision", "rating": "smallint", "tax rate": "numeric(6,4)", "exchange rate": "numeric(18,8)",
    "weight": "numeric(10,3)", "distance": "numeric(10,3)", "quantity": "integer", "sku": "varchar(64)",
    "isbn": "varchar(17)", "iban": "varchar(34)", "ip range": "cidr", "tag list": "text[]", "tags": "text[]",
    "string list": "text[]", "list of strings": "text[]", "date interval": "daterange", "price range": "numrange",
    "full-text vector": "tsvector",
}  # fmt: skip

"""Formats of values by what a document calls their type, says of them or calls the column: one row an idiom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from colonnade.vocabulary.regex import regex


@dataclass(frozen=True, slots=True)
class Format:
    """`meaning` is the word for it, `words` are type words, `check` is SQL with `{}` for the column.

    `good` and `bad` are values on either side of the check, `suffix` ends the name of the constraint.
    """

    meaning: str
    words: frozenset[str]
    check: str
    good: tuple[str, ...]
    bad: tuple[str, ...]
    suffix: str = "format"


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


FORMATS: tuple[Format, ...] = (
    Format(
        "slug", _words("slug", "url slug", "slugfield", "url-safe slug", "kebab-case slug"),
        "{} ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", ("a-slug", "a1"), ("A Slug", "-a", ""),
    ),
    Format(
        "currency code",
        _words("currency code", "iso 4217", "iso4217", "iso-4217", "currency_code", "iso currency code", "iso 4217 code"),
        "{} ~ '^[A-Z]{{3}}$'", ("EUR",), ("eur", "EU"),
    ),
    Format(
        "country code",
        _words("country code", "iso 3166", "iso3166", "iso-3166", "country_code", "iso country code", "iso 3166-1 alpha-2"),
        "{} ~ '^[A-Z]{{2}}$'", ("DE",), ("de", "D"),
    ),
    Format(
        "language code", _words("language code", "locale", "locale code", "language_code"),
        "{} ~ '^[a-z]{{2,3}}(-[A-Z]{{2}})?$'", ("de", "de-AT"), ("DE", "de_AT"),
    ),
    Format(
        "url",
        _words("url", "uri", "httpurl", "anyurl", "anyhttpurl", "urlfield", "web address", "website", "web url", "网址"),
        "{} ~* '^https?://[^[:space:]]+$'",
        ("https://a.example", "http://a.example/b?c=d"), ("a.example", "javascript:alert(1)", "https://a b"),
    ),
    Format(
        "phone",
        _words(
            "phone", "phone number", "telephone", "telephone number", "phone_number", "mobile number", "phonenumber",
            "teléfono", "telefone", "telefon", "téléphone", "telefono", "telefonnummer", "numer telefonu", "e.164",
            "电话", "电话号码", "手机号", "手机号码", "電話番号", "전화번호", "телефон",
        ),
        "{} ~ '^[+]?[0-9 ().-]{{4,32}}$'", ("+49 30 123456", "(030) 123-456"), ("no phone", "12"),
    ),
    Format(
        "hex color", _words("hex color", "hex colour", "color hex", "hexcolor"), "{} ~* '^#[0-9a-f]{{6}}$'",
        ("#00ff7F",), ("00ff7f", "#00ff7"),
    ),
    Format(
        "percentage",
        _words(
            "percentage", "percent", "porcentaje", "porcentagem", "prozent", "pourcentage", "percentuale", "procent", "百分比",
        ),
        "{0} >= 0 AND {0} <= 100", ("0", "100"), ("-1", "101"), "range",
    ),
    Format("latitude", _words("latitude"), "{0} >= -90 AND {0} <= 90", ("-90", "90"), ("-91", "91"), "range"),
    Format("longitude", _words("longitude"), "{0} >= -180 AND {0} <= 180", ("-180", "180"), ("-181", "181"), "range"),
)  # fmt: skip

# An address has checks of its own.
EMAIL = "email"
EMAIL_WORDS: frozenset[str] = _words(
    "email", "e-mail", "email address", "e-mail address", "emailstr", "email_address", "emailfield",
    "correo electrónico", "adresse e-mail", "courriel", "e-mail-adresse", "e-posta", "邮箱", "电子邮件", "电子邮箱",
    "メールアドレス", "이메일", "электронная почта",
)  # fmt: skip

# The format of each meaning that has a check here, and the meaning of each type word that has one.
FORMAT_OF: dict[str, Format] = {row.meaning: row for row in FORMATS}
MEANING_OF: dict[str, str] = {word: row.meaning for row in FORMATS for word in row.words} | dict.fromkeys(
    EMAIL_WORDS, EMAIL
)


def shortest(meaning: str) -> int:
    """The length of the shortest value that is written for `meaning`."""
    return len("a@b.co") if meaning == EMAIL else min(map(len, FORMAT_OF[meaning].good))


def _patterns(*rows: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((meaning, regex(pattern, re.IGNORECASE)) for meaning, pattern in rows)


# What a remark beside a column says of its values.
REMARKS = _patterns(
    (EMAIL, r"\bvalid (?:rfc ?\d+ )?e-?mail\b|\be-?mail (?:address )?(?:format|validation)\b|\be-?mail (?:válido|valide|valida)\b|"
            r"\bgültige e-?mail\b"),
    ("url", r"\bvalid (?:https? )?ur[li]\b|\bur[li] format\b|\babsolute ur[li]\b|\bhttps? url\b|\burl (?:válida|valide|valida)\b|"
            r"\bgültige url\b"),
    ("phone", r"\bvalid (?:tele)?phone\b|\bphone (?:number )?format\b|\bE\.164\b"),
    ("currency code", r"\biso[ -]?4217\b"),
    ("country code", r"\biso[ -]?3166(?:-1)?(?:[ -]alpha[ -]?2)?(?![\w ,(-]*(?:alpha[ -]?3|numeric)|-?\d)"),
    ("slug", r"\b(?:valid|url-safe|kebab-case) slug\b|\bslug format\b"),
    ("hex color", r"\bhex(?:adecimal)? colou?r\b"),
)  # fmt: skip

# Names of texts and numbers that leave no doubt about what they hold.
NAMES = _patterns(
    (EMAIL, r"(?:.*_)?e_?mail(?:_address)?|correo(?:_electronico)?|courriel|e_posta"),
    ("phone", r"(?:.*_)?(?:tele)?phone(?:_number)?|telefono|telefone|telefon"),
    ("slug", r"(?:.*_)?slug"),
    ("url", r"website(?:_url)?|homepage(?:_url)?"),
    ("currency code", r"(?:.*_)?currency_code"),
    ("country code", r"(?:.*_)?country_code"),
    ("latitude", r"(?:.*_)?latitude"),
    ("longitude", r"(?:.*_)?longitude"),
)  # fmt: skip


def of_remark(text: str) -> str | None:
    """The meaning that a remark states for the values beside it."""
    return next((meaning for meaning, pattern in REMARKS if pattern.search(text)), None)


# Tables share many of their names.
@lru_cache(maxsize=8192)
def of_name(column: str) -> str | None:
    """The meaning that the name of a column, in snake_case, leaves no doubt of."""
    return next((meaning for meaning, pattern in NAMES if pattern.fullmatch(column)), None)


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

"""Regular expressions of documents: PostgreSQL takes each that is understood, and the texts made for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colonnade.design import regular
from colonnade.server import connect, scratch_database
from colonnade.sources.markdown.forms.patterns import condition

UNDERSTOOD = (
    "^[A-Z]{3}$", r"^INV-\d{4}(-[a-f]+)?$", "^(?:left|right)$", "[^abc]{2,5}", r"^\+?[1-9]\d{1,14}$",
    r"^[\u4e00-\u9fa5]{2,4}$", r"^[\w.-]+@[\w-]+\.\w{2,}$", "^#[0-9a-fA-F]{6}$", "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^[[:alpha:]_][[:alnum:]_]*$", r"^\d{5}(?:-\d{4})?$", "a|b|", "^it's$", r"^a\/b\s?c$", "^.{1,3}$", "^x+?y*$",
)  # fmt: skip
# PostgreSQL reads these otherwise (\\b is a blank there), or no text is made for them.
FOREIGN = (
    r"\bfoo\b",
    r"^(?=.*\d).+$",
    r"\p{L}+",
    "(?P<a>x)",
    "[a",
    "(a",
    "a)",
    "a{",
    "a**",
    "x{1,300}",
    "b^a",
    "a$b",
    "",
)


@pytest.mark.parametrize("pattern", FOREIGN)
def test_what_postgresql_reads_otherwise_is_not_understood(pattern):
    assert regular.understood(pattern) is None


def test_postgresql_takes_each_pattern_and_each_text_made_for_it(server):
    with scratch_database(server) as name, connect(server.dsn(name)) as connection:
        for pattern in UNDERSTOOD:
            part = regular.understood(pattern)
            assert part is not None, pattern
            texts = [regular.text(part, repeats, number) for repeats in regular.REPEATS for number in (0, 1, 7, 4000)]
            query = "SELECT bool_and(one ~ %s) FROM unnest(%s::text[]) AS t (one)"
            assert connection.execute(query, (pattern, texts)).fetchone() == (True,), (pattern, texts)


@given(st.text("ab^$[]()|*+?{}\\\\d-,1:", max_size=14))
def test_any_text_is_understood_or_not_without_an_error(text):
    part = regular.understood(text)
    assert part is None or isinstance(regular.text(part, 2, 5), str)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NOT NULL, matches ^[A-Z]{3}$", "code ~ '^[A-Z]{3}$'"),
        ("must match `/^[a-z0-9-]+$/i`", "code ~* '^[a-z0-9-]+$'"),
        ("code (^[A-Z]{2,3}$), unique", "code ~ '^[A-Z]{2,3}$'"),
        ("checked against ^(a\\|b)$.", "code ~ '^(a|b)$'"),
        ("格式 `^1[3-9]\\d{9}$`", "code ~ '^1[3-9]\\d{9}$'"),
        ("format: `it's-\\d+`", "code ~ 'it''s-\\d+'"),
        ("format: `YYYY-MM-DD`", ""),
        ("see /specs/x/ and `users`", ""),
        ("must match (?=.*\\d)", ""),
    ],
)
def test_a_pattern_in_words_is_a_condition(text, expected):
    assert condition(text, "code") == expected

"""Mutated documents never crash the reader and never take it long; time grows with the size, not faster."""

from __future__ import annotations

import os
import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade.sources.form import as_json
from colonnade.sources.markdown import annotate, read
from colonnade.sources.markdown.guide import EXAMPLES

LIMIT = 1.0
PIECES = (
    ["|", "`", "**", "(", ")", "[", "]", "\n", "\n\n", "- ", "  - ", "# ", "### ", "```", "```sql\n", "\t", "\r\n", "<!--", "-->", "~~", "---\n"]
    + ["→", "FK", "enum: ", "a | b", "'", '"', "\\", "\x00", "\x019\x02", "\ufeff", "\u3000", "（", "漢字", ":", " — ", ",", ";", "=", "%s", "{{", "}}", "_"]
    + ["1:N", "||--o{", "CREATE TABLE ", "(a, b)", "UNIQUE (", "\u2028", " " * 50, "(" * 40, "|" * 30, "a," * 60, "x " * 80, "`a`, " * 40, "**" * 40]
)  # fmt: skip
WHOLE = "\n\n".join(one.document for one in EXAMPLES)


def mutated(seed: int) -> str:
    """The examples with two dozen cuts, insertions and repetitions at places that `seed` chooses."""
    chance = random.Random(seed)
    start = chance.randrange(len(WHOLE) - 1500)
    text = WHOLE[start : start + 2500]
    for _ in range(chance.randrange(1, 24)):
        place, end = chance.randrange(len(text) + 1), chance.randrange(1, 120)
        kind = chance.random()
        if kind < 0.5:
            text = text[:place] + chance.choice(PIECES) + text[place:]
        elif kind < 0.8:
            text = text[:place] + text[place + end :]
        else:
            text = text[: place + end] + text[place:]
    return text


def seconds(text: str) -> float:
    start = time.process_time()
    as_json(read([("a.md", text)], "fuzz"))
    return time.process_time() - start


# The deep run is the measure that the reader is held to: ten thousand mutated documents.
DOCUMENTS = 10_000 if os.environ.get("HYPOTHESIS_PROFILE") == "deep" else 300


@settings(deadline=None, max_examples=DOCUMENTS, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(min_value=0, max_value=2**48))
def test_mutated_documents_are_read_in_no_time(seed: int) -> None:
    assert seconds(mutated(seed)) < LIMIT


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="|-#*`: \n\tab()_,é漢\\'\"<>~", max_size=300))
def test_any_text_is_read_and_annotated(text: str) -> None:
    annotate([("a.md", text)], "fuzz")


@settings(deadline=None, max_examples=40)
@given(st.integers(min_value=0, max_value=2**48))
def test_a_document_is_read_the_same_twice(seed: int) -> None:
    text = mutated(seed)
    assert read([("a.md", text)], "x") == read([("a.md", text)], "x")


def test_long_lines_take_no_exponential_time() -> None:
    for piece in (
        *PIECES,
        "has a, ",
        "a (b, c), ",
        "- a: b (c: d) ",
        "one to many ",
        "a/b",
        "`a: b`",
        "'a' | ",
        "FK → a.b ",
        "unique within ",
    ):
        for frame in (
            "{}",
            "### Key Entities\n\n- **A**: {}",
            "### A\n\n- a: {}",
            "| A | Type |\n|---|---|\n| a | {} |",
            "## Relationships\n\n- {}",
            "```sql\n{}\n```",
        ):
            assert seconds(frame.format(piece * 1500)) < 2 * LIMIT, (piece, frame)


# Each once took the square of its length, or for ever.
COSTLY = {
    "a name of many parts in a drawing": "## A\n\n- id: uuid\n\n```\nA ──< A: a" + "_a" * 200 + ", a\n```\n",
    "words with blanks between slashes": "## A\n\n- b (" + "a / " * 60 + "!)\n- c: text",
    "articles between two names": "## A\n\n- id: uuid\n\n## B\n\n- id: uuid\n\n## Relationships\n\n- A has many B "
    + "a " * 200
    + "x A",
    "blanks before a value": "## A\n\n- status: 'a', 'b" + " " * 3_000 + "c', 'd'",
    "signs before a word": "### Key Entities\n\n- **A**: has "
    + "*" * 20_000
    + "b, c and "
    + "\n" * 1
    + "-" * 20_000
    + " d",
    "a title that ends in signs": "# Depot" + "," * 20_000 + " x",
    "a title of blanks": "# Depot" + " -" * 20_000 + " x",
    "a piece of blanks": "### Key Entities\n\n- **A**: has a b" + "\t" * 1_500 + "c" + " a" * 1_500,
    "many words that lead a list in": "### Key Entities\n\n- **A**: " + "the user with " * 2_500,
    "a row of a broken table far to the right": "| a | b |\n" + " " * 30_000 + "| c x |\n" + " " * 30_000 + "| d |",
}


@pytest.mark.parametrize("text", COSTLY.values(), ids=COSTLY)
def test_what_took_long_takes_no_time(text: str) -> None:
    assert seconds(text) < LIMIT


def test_a_run_of_one_word_is_read_in_one_way() -> None:
    assert seconds(f"| Column | Type | Constraints |\n|---|---|---|\n| status | text | {'or ' * 150}! |") < LIMIT

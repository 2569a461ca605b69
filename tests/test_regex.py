"""Regular expressions that look for signs first find what they would find without."""

from __future__ import annotations

import gc
import re
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colonnade.sources.markdown import walk
from colonnade.vocabulary import needed
from colonnade.vocabulary.regex import Regex, told

assert walk
# Every regular expression of the reader that has signs, in an order that does not depend on this run.
EVERY = sorted({(one.pattern, int(one.flags)) for one in gc.get_objects() if isinstance(one, Regex)})
SIGNED = [(pattern, flags) for pattern, flags in EVERY if needed.signs(pattern, flags) is not None]


def often(pattern: str, flags: int = 0) -> Regex:
    """A pattern that was asked so often that it has its signs."""
    found = Regex(pattern, flags)
    for _ in range(1000):
        found.search("zzz")
    return found


def test_most_of_the_long_ones_have_signs() -> None:
    assert len(EVERY) > 500
    assert len([pattern for pattern, _ in SIGNED if len(pattern) > 50]) > 200


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_what_a_pattern_finds_bears_one_of_its_signs(data: st.DataObject) -> None:
    pattern, flags = data.draw(st.sampled_from(SIGNED))
    plain = re.compile(pattern, flags)
    text = data.draw(st.text(max_size=3)) + data.draw(st.from_regex(plain)) + data.draw(st.text(max_size=3))
    found, guarded = plain.search(text), often(pattern, flags).search(text)
    assert (found and found.span()) == (guarded and guarded.span())


@pytest.mark.parametrize(
    ("pattern", "signs"),
    [
        (r"\bnot null\b|\brequired", {"null", "required"}),
        (r"nullable|null", {"null"}),
        (r"max\s*\d+", {"max"}),
        (r"a\s?\d", set("0123456789")),
        (r"[<>]=?", {"<", ">"}),
        (r"(?:ab)?cd", {"cd"}),
        (r"(?<=where)\s\w+", {"where"}),
        (r"(?!where)cd", {"cd"}),
        (r"主键|pk", {"pk"}),
        (r"yabancı", {"yabanc"}),
        (r"ı|pk", None),
        (r"\w+|pk", None),
        (r"x*", None),
        (r"[^,]pk", {"pk"}),
    ],
)
def test_the_signs_of_a_pattern(pattern: str, signs: set[str] | None) -> None:
    assert needed.signs(pattern, re.IGNORECASE) == signs


@pytest.mark.parametrize("text", ["\u017fet null", "SET NULL", "\u212aey", "yabanci", "a PK, 主", "—pk—"])
def test_letters_written_otherwise_are_found(text: str) -> None:
    for pattern in ("set null" + "|q" * 30, "key" + "|q" * 30, "yabancı" + "|q" * 30, "pk" + "|q" * 30):
        plain = re.compile(pattern, re.IGNORECASE).search(text)
        guarded = often(pattern, re.IGNORECASE).search(text)
        assert (plain and plain.span()) == (guarded and guarded.span())


def test_a_pattern_is_compiled_when_it_is_asked() -> None:
    broken = Regex("(")
    with pytest.raises(re.error):
        broken.search("a")
    assert Regex("a").sub("b", "aa") == "bb" and Regex("(a)").groups == 1
    with pytest.raises(AttributeError):
        _ = Regex("a").missing


def test_replacing_passes_over_what_holds_no_sign() -> None:
    pattern = r"\bnot[ _]null\b|\brequired\b|\bmandatory\b|\bobligatory\b"
    found = often(pattern, re.IGNORECASE)
    assert told("a thing that is REQUIRED") and found.sub("x", "a REQUIRED b required", count=1) == "a x b required"
    assert found.sub("x", "nothing of the kind") == "nothing of the kind"


def test_without_the_parser_of_expressions_everything_is_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(re, "_parser")
    monkeypatch.setitem(sys.modules, "re._parser", None)
    assert needed.signs("required") is None
    found = often("required" + "|q" * 30)
    assert found.search("is required") and not found.search("is not")

"""REGEX: the same answers as Python's for whole texts, in time that no pattern can blow up."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_salesforce.formulas import CannotCompute, NotUnderstood
from mock_salesforce.formulas.patterns import Pattern


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        (r"[0-9]{3}-[0-9]{2}-[0-9]{4}", ["123-45-6789"], ["123-45-678", "x123-45-6789"]),
        (r"\D*?(\d\D*?){10}", ["(415) 555-1212"], ["555-1212"]),
        (r"^([\w.+-]+)@([\w-]+\.)+[A-Za-z]{2,}$", ["a.b+c@d-e.example.com"], ["a@b", "@b.com"]),
        (r"(?i)ab[c-e]\p{Digit}", ["ABc1", "aBE2"], ["abf1"]),
        (r"[^\d\s]+|\t", ["abc", "\t"], ["a1", ""]),
        (r"^$|^x$", ["", "x"], ["xx"]),
        (r"a{2,3}b?", ["aa", "aaab"], ["a", "aaaa"]),
        (r"[]a-]+\.", ["]-a."], ["."]),
        (r"A\u00e9\x41", ["A\u00e9A"], ["AeA"]),
        (r"(a$|b)c?", ["a", "bc"], ["ac"]),
    ],
)
def test_patterns_match_whole_texts(pattern: str, matching: list[str], others: list[str]) -> None:
    compiled = Pattern(pattern)
    assert all(compiled.matches(each) for each in matching)
    assert not any(compiled.matches(each) for each in others)


@pytest.mark.parametrize(
    "pattern",
    [r"(a)\1", "(?=a)b", "a++", "[a[b]]", "(a", "a)", "*a", "a{2", "[a", "\\", r"\q", "a**", "a{3,2}", r"\p{Greek}"],
)
def test_what_a_pattern_cannot_have_is_refused(pattern: str) -> None:
    with pytest.raises(NotUnderstood):
        Pattern(pattern)


def test_a_pattern_that_would_be_huge_is_refused() -> None:
    for pattern in ("(" * 300 + ")" * 300, "((a{99}){99}){99}", "(" * 30 + "a" + "+)" * 30 + "{9}"):
        with pytest.raises(NotUnderstood):
            Pattern(pattern + "a{9999}")


def test_nested_repetitions_take_no_longer_than_others() -> None:
    assert not Pattern("(a+)+").matches("a" * 50_000 + "b")
    assert not Pattern("(a|a)*b").matches("a" * 50_000)


def test_a_match_that_takes_too_much_is_given_up() -> None:
    crowded = Pattern("(?:.*a){300}.*")
    with pytest.raises(CannotCompute, match="Regex too complicated"):
        crowded.matches("a" * 300 + "".join(chr(300 + each) for each in range(5_000)))


_ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", "(?:ab)", "(a|b)", "c"])
_COUNTS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "*?"])
_PATTERNS = st.lists(st.tuples(_ATOMS, _COUNTS), min_size=1, max_size=5).map(
    lambda items: "".join(atom + count for atom, count in items)
)


@given(st.lists(_PATTERNS, min_size=1, max_size=3).map("|".join), st.text(alphabet="abc1\n", max_size=8))
def test_answers_are_those_of_pythons_engine(pattern: str, text: str) -> None:
    assert Pattern(pattern).matches(text) == (re.fullmatch(pattern, text, re.ASCII) is not None)


@given(st.text(max_size=30) | st.text(alphabet=r"ab[](){}*+?|^$\dp-,12", max_size=30))
def test_any_text_is_a_pattern_or_refused(text: str) -> None:
    why = ""
    try:
        Pattern(text).matches("abab")
    except NotUnderstood as refused:
        why = str(refused)
    assert why == "" or why.startswith("the pattern ")

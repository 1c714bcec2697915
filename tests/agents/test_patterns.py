"""Patterns: what is taken runs in linear time on hostile text, what is refused says what to write instead."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.patterns import why_unsafe

SAFE = [
    "",
    "refund",
    "^[a-z]+$",
    r"^\d{1,3}(,\d{3})*(\.\d{1,2})?$",
    r"^[^@\s]+@[^@\s]+$",
    r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$",
    r"^[a-z]+(-[a-z]+)*$",
    r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
    r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{1,30}$",
    r"^-?[0-9]+(\.[0-9]{1,9})?$",
    "^(EUR|USD|GBP)$",
    "^refund$|^credit$",
    "^(foo|bar)?$",
    "^.*$",
    "^https://[^/]+/[^?]*$",
    "^(ab){3}$",
    r"^\d{4}-\d{2}-\d{2}$",
]
UNSAFE = [
    ("^(a+)+$", "no fixed length"),
    ("^(a|aa)*$", "no fixed length"),
    ("^(a*b?)*$", "no fixed length"),
    ("^a*a*$", "between them"),
    ("^(a?){30}a{30}$", "no fixed length"),
    ("^" + "a?" * 30 + "a" * 30 + "$", "too many readings"),
    ("^(a{0,64}){0,64}$", "no fixed length"),
    ("^([a-z]{0,9}){3}$", "no fixed length"),
    ("^(-[a-z]*){0,64}[a-z]*$", "between them"),
    ("^[a-z]+(-[a-z]+)*-*$", "between them"),
    ("[a-z]+", "put ^ in front"),
    ("(^)?a*$", "put ^ in front"),
    ("^a|b*c", "put ^ in front"),
    (r"^\d+\.?\d*$", "between them"),
    (r"^\s*\S*\s*$", "between them"),
    ("^Ж*[^a]*$", "between them"),
    (r"(\w)\1", "back reference"),
    ("(?=a)b", "look-around"),
    ("(?<!a)b", "look-around"),
    ("(?i)^a$", "flags"),
    ("^(?i:a)*$", "flags"),
    ("x{0,100000}", "put ^ in front"),
    ("a" * 501, "500 letters"),
    ("[", "no pattern"),
    ("(" * 200 + ")" * 200, ""),
]


@pytest.mark.parametrize("pattern", SAFE)
def test_ordinary_patterns_are_taken(pattern: str) -> None:
    assert why_unsafe(pattern) == ""


@pytest.mark.parametrize(("pattern", "words"), UNSAFE, ids=[row[0][:30] for row in UNSAFE])
def test_patterns_that_could_take_very_long_are_refused(pattern: str, words: str) -> None:
    why = why_unsafe(pattern)
    assert words in why
    assert why or not words


_atoms = st.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "-", "(a|b)", "(ab)", "(-a+)", "(-[ab]*)"])
_repeats = st.sampled_from(["", "", "?", "*", "+", "{0,9}", "{3}", "{2,}"])
_patterns = st.lists(st.tuples(_atoms, _repeats), max_size=5).map(
    lambda parts: "^" + "".join(a + r for a, r in parts) + "$"
)
_texts = st.tuples(
    st.sampled_from(["a", "b", "ab", "-a", "-", "1", "aab-"]), st.sampled_from(["", "!", "\n!", "c", "-!"])
)


@settings(max_examples=300, deadline=None)
@given(_patterns, _texts)
def test_what_is_taken_runs_quickly_on_long_text(pattern: str, text: tuple[str, str]) -> None:
    if why_unsafe(pattern):
        return
    hostile = text[0] * 5_000 + text[1]
    started = time.thread_time()
    re.search(pattern, hostile)
    assert time.thread_time() - started < 0.5, pattern

"""Whatever an agent writes is shown as plain text, and nothing in it can hide."""

from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.faces.marks import PLAIN, SPACES, runs
from approvals.templatetags.countersign import coded, marks, plain_marks, short_id
from tests.core.vectors import load
from tests.pages.drawing import read

NAUGHTY = load("blns")["strings"]
OURS = {"bdi", "span"}


@pytest.mark.parametrize("text", NAUGHTY)
def test_a_naughty_string_becomes_text_and_marks_alone(text: str) -> None:
    document = read(str(marks(text)))
    assert {tag for tag, _ in document.elements} <= OURS
    assert document.mistakes == []
    assert not [letter for letter in "".join(document.texts) if is_hidden(letter)]


@given(st.text())
def test_nothing_hidden_is_left_and_nothing_seen_is_lost(text: str) -> None:
    shown = str(marks(text))
    assert not [letter for letter in shown if is_hidden(letter)]
    assert "".join(run.text for run in runs(text) if not run.is_mark) == "".join(
        letter for letter in text if not is_marked(letter)
    )
    assert shown.count('<span class="mark">') == sum(is_marked(letter) for letter in text)


@given(st.text())
def test_the_text_can_be_read_back_from_its_marks(text: str) -> None:
    whole = "".join(chr(int(run.text.removeprefix("U+"), 16)) if run.is_mark else run.text for run in runs(text))
    assert whole == text


@given(st.text(min_size=1), st.integers(min_value=1, max_value=20))
def test_a_long_text_says_how_much_of_it_is_shown(text: str, most: int) -> None:
    shown = html.unescape(re.sub(r"<[^>]+>", "", str(marks(text, most))))
    assert (f"of {len(text)} characters shown" in shown) == (len(text) > most)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("a\u202egpj.exe", "U+202E"),
        ("pay\u200bpal", "U+200B"),
        ("\x1b[31mred", "U+001B"),
        ("soft\u00adhyphen", "U+00AD"),
        ("\u3164", "U+3164"),
        ("\U000e0041tag", "U+E0041"),
        ("\x00", "U+0000"),
        ("a\ufe0f", "U+FE0F"),
        ("\ud800", "U+D800"),
    ],
)
def test_what_hides_is_shown_by_its_code_point(text: str, mark: str) -> None:
    assert f'<span class="mark">{mark}</span>' in str(marks(text))


@pytest.mark.parametrize("text", ["Malmö", "Łódź", "日本語", "عربي", "two\nlines", "tab\tbed", "€ 1 840", "café", "👍"])
def test_ordinary_writing_is_left_alone(text: str) -> None:
    assert str(marks(text)) == f"<bdi>{text}</bdi>"


def test_markup_is_text() -> None:
    assert str(marks('<a href="x">&')) == "<bdi>&lt;a href=&quot;x&quot;&gt;&amp;</bdi>"


def test_an_attribute_gets_marks_as_text() -> None:
    assert plain_marks("a\u202eb") == "aU+202Eb"
    assert plain_marks("abcdef", 4) == "abc…"


def test_our_own_words_may_hold_code_and_nothing_else() -> None:
    assert str(coded("Say `status: <b>` twice.")) == "Say <code>status: &lt;b&gt;</code> twice."


def test_an_id_is_short_where_it_is_only_a_name() -> None:
    assert short_id("act_01kaz9m3p0000000000000q814") == "act_…q814"
    assert [short_id(text) for text in ("acme", "key_x", "")] == ["acme", "key_x", ""]


def is_marked(letter: str) -> bool:
    return any(run.is_mark for run in runs(letter))


def is_hidden(letter: str) -> bool:
    """Tell, by the Unicode database alone, whether a letter is invisible or turns text around."""
    if letter in PLAIN or ord(letter) in SPACES:
        return False
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp", "Zs"}

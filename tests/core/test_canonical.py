"""One value has one spelling, the one of RFC 8785."""

import hashlib
import json
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import NotIJson, action_digest, canonical, digest
from core.strict_json import parse
from tests.core.vectors import load

NUMBERS = [  # RFC 8785, appendix B, and ECMAScript's borders between its two notations
    (0x0000000000000000, "0"),
    (0x8000000000000000, "0"),
    (0x0000000000000001, "5e-324"),
    (0x8000000000000001, "-5e-324"),
    (0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"),
    (0x4340000000000000, "9007199254740992"),
    (0xC340000000000000, "-9007199254740992"),
    (0x4430000000000000, "295147905179352830000"),
    (0x44B52D02C7E14AF5, "9.999999999999997e+22"),
    (0x44B52D02C7E14AF6, "1e+23"),
    (0x44B52D02C7E14AF7, "1.0000000000000001e+23"),
    (0x444B1AE4D6E2EF4E, "999999999999999700000"),
    (0x444B1AE4D6E2EF4F, "999999999999999900000"),
    (0x444B1AE4D6E2EF50, "1e+21"),
    (0x3EB0C6F7A0B5ED8C, "9.999999999999997e-7"),
    (0x3EB0C6F7A0B5ED8D, "0.000001"),
    (0x41B3DE4355555553, "333333333.3333332"),
    (0x41B3DE4355555555, "333333333.3333333"),
    (0xBECBF647612F3696, "-0.0000033333333333333333"),
    (0x43143FF3C1CB0959, "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "spelled"), NUMBERS)
def test_numbers_are_spelled_as_ecmascript_does(bits: int, spelled: str):
    assert canonical(struct.unpack(">d", struct.pack(">Q", bits))[0]).decode() == spelled


def test_the_example_of_rfc_8785():
    text = (
        r'{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        r'"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
    )
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        r'"string":"€$\u000f\nA' + "'" + r'B\"\\\\\"/"}'
    )
    assert canonical(parse(text.encode())).decode() == expected


def test_names_are_ordered_by_utf_16_code_units():
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    assert canonical(names).decode() == '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        2**53 + 1,
        10**400,
        "\ud800",
        {"\udfff": 1},
        "\ufffe",
        {1: 2},
        {None: 2, "a": 1},
        b"bytes",
        {1, 2},
        object(),
        ("a", [1j]),
    ],
)
def test_what_is_not_i_json_has_no_canonical_form(value: object):
    with pytest.raises(NotIJson):
        canonical(value)


def test_depth_without_end_is_refused_too():
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(NotIJson):
        canonical(value)
    while value:  # taken apart by hand, so that no destructor recurses
        value = value.pop()  # type: ignore[assignment]


@pytest.mark.parametrize("text", [text for text in load("blns")["strings"] if text != "\ufffe"])
def test_naughty_strings_are_spelled_as_the_reference_does(text: str):
    assert canonical({text: text}) == rfc8785.dumps({text: text})


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda c: ord(c) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(c) <= 0xFDEF
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(CHARACTERS), inner), max_leaves=30
)


@given(VALUES)
def test_values_are_spelled_as_the_reference_does(value: object):
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(VALUES)
def test_a_canonical_text_is_its_own_canonical_form(value: object):
    spelled = canonical(value)
    assert canonical(json.loads(spelled)) == spelled


@given(VALUES, st.booleans())
def test_what_we_take_in_has_a_canonical_form(value: object, ascii_only: bool):
    body = json.dumps({"v": value}, ensure_ascii=ascii_only, indent=1).encode()
    if b"\\u0000" not in body:
        assert canonical(parse(body)) == canonical({"v": value})


def test_the_digest_of_an_action_names_who_and_where():
    body = b'{"action":"refund.create","agent":"refunds","arguments":{"a":1,"b":"x"},"organization":"acme"}'
    expected = "sha256:" + hashlib.sha256(body).hexdigest()
    assert action_digest("acme", "refunds", "refund.create", {"b": "x", "a": 1.0}) == expected
    assert action_digest("acme2", "refunds", "refund.create", {"b": "x", "a": 1.0}) != expected
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

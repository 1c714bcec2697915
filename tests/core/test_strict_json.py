"""What is not I-JSON is refused, with a code, quickly."""

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import TooLarge
from core.strict_json import MAX_BYTES, InvalidJson, parse
from tests.core.vectors import load

SUITE = [(case["name"], base64.b64decode(case["b64"])) for case in load("json_suite")["cases"]]
# What JSONTestSuite takes and I-JSON does not.
STRICTER = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",
    "y_string_null_escape.json",
    "y_string_escaped_noncharacter.json",
    "y_string_last_surrogates_1_and_2.json",
    "y_string_nonCharacterInUTF-8_U+10FFFF.json",
    "y_string_nonCharacterInUTF-8_U+FFFF.json",
    "y_string_unicode_U+10FFFE_nonchar.json",
    "y_string_unicode_U+1FFFE_nonchar.json",
    "y_string_unicode_U+FDD0_nonchar.json",
    "y_string_unicode_U+FFFE_nonchar.json",
}


def code_of(body: bytes) -> str:
    try:
        parse(body)
    except InvalidJson as exc:
        return exc.code
    return "accepted"


@pytest.mark.parametrize(("name", "body"), SUITE, ids=[name for name, _ in SUITE])
def test_the_json_test_suite(name: str, body: bytes):
    accepted = code_of(body) == "accepted"
    if name.startswith("y_") and name not in STRICTER:
        assert accepted
        assert parse(body) == json.loads(body)
    elif name.startswith("n_") or name in STRICTER:
        assert not accepted


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"  \n", "invalid_json"),
        (b"{} {}", "invalid_json"),
        (b'{"a":NaN}', "invalid_json"),
        (b"[-Infinity]", "invalid_json"),
        (b"{'a':1}", "invalid_json"),
        (b'{"a":1,}', "invalid_json"),
        (b"[01]", "invalid_json"),
        (b'["\x1f"]', "invalid_json"),
        ("[１]".encode(), "invalid_json"),
        (b'\xef\xbb\xbf{"a":1}', "not_utf8"),
        (b'["\xff"]', "not_utf8"),
        (b'["\xed\xa0\x80"]', "not_utf8"),
        ('{"a":1}'.encode("utf-16"), "not_utf8"),
        ('{"a":1}'.encode("utf-16-le"), "nul_character"),
        (b'{"a":1,"b":2,"a":1}', "duplicate_key"),
        (b'{"a":1,"\\u0061":2}', "duplicate_key"),
        (b'[{"x":{"a":1,"a":1}}]', "duplicate_key"),
        (b"9007199254740993", "number_out_of_range"),
        (b"[-9007199254740993]", "number_out_of_range"),
        (b"[99999999999999999999]", "number_out_of_range"),
        (b"1" * 5000, "number_out_of_range"),
        (b"[1e400]", "number_out_of_range"),
        (b"[-1E+00309]", "number_out_of_range"),
        (b"1" + b"0" * 400 + b".0", "number_out_of_range"),
        (b"1." + b"0" * 400 + b"e999", "number_out_of_range"),
        (b'["\\ud800"]', "lone_surrogate"),
        (b'["\\udc00\\ud800"]', "lone_surrogate"),
        (b'{"\\uDFFF":1}', "lone_surrogate"),
        (b'["\\ud83d","\\ude00"]', "lone_surrogate"),
        (b'["a\\u0000"]', "nul_character"),
        (b'{"\\u0000":1}', "nul_character"),
        (b'["\x00"]', "nul_character"),
        (b'["\\ufffe"]', "noncharacter"),
        (b'["\\uFDD0"]', "noncharacter"),
        (b'["\\ud83f\\udffe"]', "noncharacter"),
        ('["\uffff"]'.encode(), "noncharacter"),
        ('{"\U0010ffff":1}'.encode(), "noncharacter"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b"[" * 65 + b"1" + b"]" * 65, "too_deep"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "too_deep"),
        (b"[" * 100_000, "too_deep"),
    ],
)
def test_what_is_not_i_json_is_refused_with_its_code(body: bytes, code: str):
    assert code_of(body) == code


@pytest.mark.parametrize(
    "body",
    [
        b"[9007199254740992,-9007199254740992]",
        b"[1e308,-0.0,1e-400,123456789012345678.5]",
        b"[" * 64 + b"1" + b"]" * 64,
        b'{"a":' * 63 + b"{}" + b"}" * 63,
        b'["\\\\u0000 \\\\ud800", "\\ud83d\\ude00", "\\uffef"]',
        b'["12345678901234567890", "1e999"]',
        '["\U0001f600 é \ue000 \U0001fffd"]'.encode(),
        b" null\r\n",
        b'""',
    ],
)
def test_what_only_looks_dangerous_is_read_as_python_reads_it(body: bytes):
    assert parse(body) == json.loads(body)


def test_a_long_body_is_too_large_before_it_is_read():
    assert parse(b'"' + b"a" * (MAX_BYTES - 2) + b'"') == "a" * (MAX_BYTES - 2)
    with pytest.raises(TooLarge) as refused:
        parse(b"\xff" * (MAX_BYTES + 1))
    assert refused.value.status == 413
    with pytest.raises(TooLarge):
        parse(b"[1,2]", max_bytes=4)


@pytest.mark.parametrize("text", [text for text in load("blns")["strings"] if text != "\ufffe"])
def test_naughty_strings_come_back_unchanged(text: str):
    for ascii_only in (True, False):
        assert parse(json.dumps({text: [text]}, ensure_ascii=ascii_only).encode()) == {text: [text]}


def filled(piece: bytes, before: bytes = b"[", after: bytes = b"0]") -> bytes:
    return before + piece * ((MAX_BYTES - len(before) - len(after)) // len(piece)) + after


HOSTILE = {
    "open arrays": b"[" * MAX_BYTES,
    "open objects": (b'{"a":' * MAX_BYTES)[:MAX_BYTES],
    "digits": b"1" * MAX_BYTES,
    "a long integer": b"[" + b"1" * (MAX_BYTES - 2) + b"]",
    "a long fraction": b"1." + b"1" * (MAX_BYTES - 2),
    "a long exponent": b"1e" + b"9" * (MAX_BYTES - 2),
    "empty objects": filled(b"{},"),
    "empty arrays": filled(b"[],"),
    "nests of 64": filled(b"[" * 63 + b"]" * 63 + b","),
    "small integers, exactly": filled(b"0,", b"[123456789012345.5,1234567890123456,"),
    "large exponents": filled(b"1e300,"),
    "surrogate pairs": filled(b'"\\ud83d\\ude00",'),
    "backslashes": filled(b"\\\\", b'["', b'"]'),
    "spaces": b" " * MAX_BYTES,
    "an open string": b'"' + b"a" * (MAX_BYTES - 1),
    "duplicates": filled(b'"a":1,', b"{", b'"b":0}'),
    "minus signs": b"-" * MAX_BYTES,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_take_a_moment_only(name: str):
    started = time.thread_time()
    code_of(HOSTILE[name])
    assert time.thread_time() - started < 2  # 0.04 s measured at worst; the rest is for busy machines


@given(
    st.binary(max_size=200)
    | st.text(alphabet='[]{}",:0123456789eE+-.\\u\0\ufffe\ud83d aftn').map(lambda t: t.encode(errors="replace"))
)
def test_any_bytes_give_a_value_or_a_refusal(body: bytes):
    if code_of(body) == "accepted":
        assert parse(body) == json.loads(body)

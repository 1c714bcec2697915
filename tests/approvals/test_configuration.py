"""Reading a document: every fault is found, with its place and what to write instead."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from approvals.configuration.check import Checked, check
from approvals.configuration.compile import compile_policy
from approvals.configuration.faults import Fault, InvalidDocument
from approvals.terms import Policy
from tests.approvals.wrong_documents import WHOLE, WRONG


def faults(text: str | bytes) -> list[Fault]:
    with pytest.raises(InvalidDocument) as refusal:
        check(text)
    return list(refusal.value.faults)


def policy(text: str = WHOLE) -> Policy:
    return compile_policy(check(text).document)


def test_a_whole_document_is_taken_and_compiled() -> None:
    read = policy()
    assert [person.email for person in read.people] == ["ana@acme.test", "bo@acme.test"]
    assert read.people[1].name == "No"
    assert read.teams[0].name == "010"
    assert str(read.people[1].authority.max_amount) == "2000 EUR"
    kind = read.agents[0].actions[0]
    assert kind.reversible
    assert str(kind.limits.amount_per_day) == "5000.50 EUR"
    assert kind.schema is not None
    assert kind.schema["properties"]["amount"]["const"] == "1:30"
    assert kind.schema["properties"]["when"]["enum"] == ["no", "on", "2026-12-25"]
    assert read.rules[0].when[0].value == "on"
    assert read.rules[0].when[1].op == "any"
    assert read.routes[0].when[0].value == ("refund.create",)
    assert read.routes[-1].when == ()
    assert read.chain("standard").decide_within.total_seconds() == 4 * 3600


def test_the_same_in_json_is_the_same() -> None:
    checked = check(WHOLE)
    for indent in (None, 2, "\t"):
        assert check(json.dumps(checked.document, indent=indent)).document == checked.document
    assert check("\ufeff" + WHOLE).document == checked.document
    assert check(WHOLE.replace("\n", "\r\n").encode()).document == checked.document


def test_json_spells_characters_beyond_the_first_plane_in_pairs() -> None:
    document = check(WHOLE).document
    document["organization"]["name"] = 'Acme 😀 "quoted" \\ud83d \\/'
    assert check(json.dumps(document)).document == document
    assert check(json.dumps(document, ensure_ascii=False)).document == document


def change(old: str, new: str) -> str:
    assert WHOLE.count(old) >= 1, old
    return WHOLE.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "path", "code", "words"), WRONG, ids=[f"{row[3]}:{row[1][:40]}" for row in WRONG]
)
def test_what_is_wrong_is_named_with_its_place_and_what_to_write(
    old: str, new: str, path: str, code: str, words: str
) -> None:
    text = change(old, new)
    found = [fault for fault in faults(text) if (fault.path, fault.code) == (path, code)]
    assert found, faults(text)
    assert words in found[0].message, found[0].message
    line = text[: text.index(new) + 1].count("\n") + 1 if new else found[0].line
    assert abs(found[0].line - line) <= 4, (found[0], line)


def test_all_faults_are_listed_at_once_in_the_order_of_the_lines() -> None:
    text = WHOLE
    for old, new in (
        ("slug: acme,", "slug: A,"),
        ("risk: medium", "risk: med"),
        ("4h", "4x"),
        ("owner: ana", "owner: x"),
    ):
        text = text.replace(old, new, 1)
    found = faults(text)
    assert [fault.line for fault in found] == sorted(fault.line for fault in found)
    assert {fault.code for fault in found} == {"invalid_slug", "invalid_choice", "invalid_duration", "unknown_name"}
    refusal = InvalidDocument(found)
    assert refusal.status == 422
    assert len(refusal.errors) == len(found)


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "just words", "- a\n- b", "3", b"\xff\xfe", b"\x00", "{", '{"a"', "\t- x", "%TAG"]
)
def test_what_is_no_mapping_is_refused_with_one_fault(text: str | bytes) -> None:
    (fault,) = faults(text)
    assert fault.line >= 1
    assert fault.message


def test_later_sections_that_say_nothing_pass() -> None:
    text = WHOLE + "calendars: []\nschedules: []\ndelegations: []\n"
    assert check(text).document == check(WHOLE).document


def test_explicit_defaults_say_nothing_more() -> None:
    text = change("always_ask: true", "always_ask: true\n    assign: all").replace(
        "ratified}", "ratified, owner_may_decide: false}"
    )
    assert check(text).document == check(WHOLE).document


def warnings(checked: Checked) -> dict[str, str]:
    return {warning.code: warning.path for warning in checked.warnings}


def test_what_looks_wrong_is_a_warning() -> None:
    assert warnings(check(WHOLE)) == {}
    found = check(change("reversible: true", "reversible: false"))
    assert warnings(found) == {"ceiling_unreachable": "/agents/0/actions/0/ceiling"}
    found = check(change("[refund.create]", "[refund.creat]"))
    assert warnings(found) == {"unknown_type": "/routes/0/when/0/value/0"}
    assert "“refund.create”" in found.warnings[0].message
    found = check(change("approvals: 1, from: {team", "approvals: 2, from: {team"))
    place = "/routes/0/stages/0/0/approvals"
    assert warnings(found) == {"owner_barred": place, "everybody_needed": place}
    found = check(change("[admin, approver]", "[approver]"))
    assert warnings(found) == {"no_admin": "/people"}


def test_a_circle_of_managers_is_told_once() -> None:
    found = faults(change("timezone: Europe/Amsterdam}", "manager: bo@acme.test}"))
    assert [fault.code for fault in found] == ["manager_cycle"]
    assert "ana@acme.test → bo@acme.test" in found[0].message


HOSTILE: list[tuple[str, Any]] = [
    ("deep list", "a: " + "[" * 100_000),
    ("deep map", "a: " + "{a: " * 50_000),
    ("deep blocks", "\n".join(" " * n + "a:" for n in range(1000))),
    ("deep json", '{"a":' * 50_000 + "1" + "}" * 50_000),
    ("laughs", "a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]"),
    ("many", "a: [" + "1," * 300_000 + "]"),
    ("many names", "\n".join(f"a{n}: 1" for n in range(60_000))),
    ("too large", "a: " + "x" * 1_100_000),
    ("long text", WHOLE.replace("name: No", "name: " + "x" * 900_000)),
    ("long number", WHOLE.replace("per_minute: 600", "per_minute: " + "9" * 500_000)),
    ("long float", WHOLE.replace("value: 3", "value: 0." + "9" * 500_000)),
    ("long words", "a: " + "a-" * 400_000),
    ("long slug", WHOLE.replace("slug: acme", "slug: " + "A " * 200_000)),
    ("quotes", "a: " + "'" * 500_001),
]


@pytest.mark.parametrize("text", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_hostile_documents_are_refused_soon(text: str) -> None:
    started = time.thread_time()
    assert faults(text)
    assert time.thread_time() - started < 5

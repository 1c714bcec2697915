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

WHOLE = """\
version: 1
organization: {slug: acme, name: Acme Outdoor, timezone: Europe/Amsterdam, promotion: ratified}
people:
  - {email: Ana@Acme.test, name: Ana Ruiz, roles: [admin, approver], timezone: Europe/Amsterdam}
  - email: bo@acme.test
    name: No
    roles: [approver]
    manager: ana@acme.test
    authority: {max_amount: "2000 EUR", max_risk: high, actions: ["refund.*"]}
teams:
  - {slug: finance, name: 010, members: [bo@acme.test, ana@acme.test]}
agents:
  - slug: refunds
    name: Refunds agent
    owner: ana@acme.test
    callback_url: https://agents.acme.test/callback
    limits: {per_minute: 600, pending: 500}
    actions:
      - type: refund.create
        title: "Refund {amount} to {/customer/name}"
        effect: "{amount} leaves the payments account within a minute"
        undo: "No, once the card network settles"
        risk: medium
        reversible: true
        amount: {value: /amount, currency: /currency}
        schema: {type: object, properties: {amount: {type: string, const: 1:30}, when: {enum: [no, on, 2026-12-25]}}}
        ceiling: monitored
        limits: {per_hour: 50, max_amount: "2000 EUR", amount_per_day: "5000.50 EUR"}
rules:
  - name: never at night
    when: [{field: environment, op: is, value: on}, {any: [{field: /x, op: exists}, {not: {field: /n, op: above, value: 3}}]}]
    then: deny
routes:
  - name: big refunds
    when: [{field: action, op: in, value: [refund.create]}, {field: amount, op: at_least, value: "500 EUR"}]
    stages: [[{approvals: 1, from: {team: finance}}]]
    always_ask: true
    chain: standard
    fallback: {person: ana@acme.test}
  - {name: everything else, stages: [[{approvals: 1, from: {role: approver}}]], chain: standard}
chains:
  - {slug: standard, decide_within: 4h, execute_within: 15m, clock: wall, finally: reject}
"""


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


# (what is replaced, by what, pointer, code, a part of the message)
WRONG = [
    ("version: 1", "version: 2", "/version", "invalid_version", "version: 1"),
    ("version: 1\n", "", "", "missing", "“version”"),
    ("slug: acme,", "slug: Acme Outdoor,", "/organization/slug", "invalid_slug", "“acme-outdoor”"),
    ("timezone: Europe/Amsterdam,", "timezone: Europe/Amsterdm,", "/organization/timezone", "invalid_timezone", "“Europe/Amsterdam”"),
    ("promotion: ratified", "promotion: automatic", "/organization/promotion", "not_available_yet", "ratified"),
    ("promotion: ratified", "slack_team: T024BE7LD", "/organization/slack_team", "not_available_yet", "Leave it out"),
    ("promotion: ratified", "require_signatures: yes", "/organization/require_signatures", "wrong_type", "Write true"),
    ("promotion: ratified", "require_signatures: 'false'", "/organization/require_signatures", "wrong_type", "Write false, without quotes"),
    ("promotion: ratified", "promotoin: ratified", "/organization/promotoin", "unknown_field", "“promotion”"),
    ("bo@acme.test\n    name", "bo-acme.test\n    name", "/people/1/email", "invalid_email", "ana@acme.test"),
    ("bo@acme.test\n    name", "ANA@acme.test\n    name", "/people/1/email", "duplicate", "line 4"),
    ("roles: [approver]\n", "roles: [aprover]\n", "/people/1/roles/0", "invalid_choice", "“approver”"),
    ("roles: [approver]\n", "roles: approver\n", "/people/1/roles", "wrong_type", "[approver]"),
    ("manager: ana@acme.test", "manager: ann@acme.test", "/people/1/manager", "unknown_name", "“ana@acme.test”"),
    ("manager: ana@acme.test", "manager: bo@acme.test", "/people/1/manager", "manager_cycle", "themselves"),
    ("manager: ana@acme.test", "slack: U1", "/people/1/slack", "not_available_yet", "“slack”"),
    ("manager: ana@acme.test", "notify: {low: [inapp]}", "/people/1/notify", "not_available_yet", "“notify”"),
    ("manager: ana@acme.test", "quiet: {from: '22:00', to: '08:00'}", "/people/1/quiet", "not_available_yet", "“quiet”"),
    ("manager: ana@acme.test", "away: [{starts: x}]", "/people/1/away", "not_available_yet", "“away”"),
    ('max_amount: "2000 EUR", max_risk', 'max_amount: 2000, max_risk', "/people/1/authority/max_amount", "invalid_amount", "“2000 EUR”"),
    ('max_amount: "2000 EUR", max_risk', 'max_amount: "EUR 2,000", max_risk', "/people/1/authority/max_amount", "invalid_amount", "“2000 EUR”"),
    ("max_risk: high", "max_risk: highest", "/people/1/authority/max_risk", "invalid_choice", "“high”"),
    ('["refund.*"]', "[]", "/people/1/authority/actions", "empty_list", "nothing"),
    ("[bo@acme.test, ana@acme.test]", "[bo@acme.test, bo@acme.test]", "/teams/0/members/1", "duplicate", "“bo@acme.test”"),
    ("[bo@acme.test, ana@acme.test]", "[bo@acme.test, cy@acme.test]", "/teams/0/members/1", "unknown_name", "bo@acme.test"),
    ("members: [", "slack: C1, members: [", "/teams/0/slack", "not_available_yet", "“slack”"),
    ("teams:", "calendars: [{slug: office}]\nteams:", "/calendars", "not_available_yet", "“calendars”"),
    ("teams:", "schedules: [{slug: duty}]\nteams:", "/schedules", "not_available_yet", "“schedules”"),
    ("teams:", "delegations: [{from: x}]\nteams:", "/delegations", "not_available_yet", "“delegations”"),
    ("owner: ana@acme.test", "owner: eve@acme.test", "/agents/0/owner", "unknown_name", "person"),
    ("per_minute: 600", "per_minute: 0", "/agents/0/limits/per_minute", "invalid_number", "from 1"),
    ("per_minute: 600", "per_minute: '600'", "/agents/0/limits/per_minute", "invalid_number", "without quotes"),
    ("per_minute: 600", "per_minute: 1.5", "/agents/0/limits/per_minute", "invalid_number", "whole"),
    ("per_minute: 600", "per_minutes: 600", "/agents/0/limits/per_minutes", "unknown_field", "“per_minute”"),
    ("type: refund.create", "type: Refund Create", "/agents/0/actions/0/type", "invalid_type", "lower-case"),
    ("{/customer/name}", "{customer.name}", "/agents/0/actions/0/title", "invalid_template", "{/customer/name}"),
    ("{/customer/name}", "{/customer/name", "/agents/0/actions/0/title", "invalid_template", "{{"),
    ("risk: medium", "risk: critical", "/agents/0/actions/0/ceiling", "ceiling_too_high", "“assisted”"),
    ("value: /amount", "value: amount", "/agents/0/actions/0/amount/value", "invalid_pointer", "“/amount”"),
    ("schema: {type: object", "schema: {type: objekt", "/agents/0/actions/0/schema/type", "invalid_schema", "2020-12"),
    ("const: 1:30", "$ref: https://example.test/s.json", "/agents/0/actions/0/schema/properties/amount/$ref", "invalid_reference", "nothing is fetched"),
    ("const: 1:30", "$ref: '#'", "/agents/0/actions/0/schema/properties/amount/$ref", "invalid_reference", "without end"),
    ("const: 1:30", "pattern: '^(a+)+$'", "/agents/0/actions/0/schema/properties/amount/pattern", "unsafe_pattern", "very long"),
    ("ceiling: monitored", "trust: {cooldown: 14d}", "/agents/0/actions/0/trust", "not_available_yet", "“trust”"),
    ("ceiling: monitored", "promotion: automatic", "/agents/0/actions/0/promotion", "not_available_yet", "ratified"),
    ("field: environment", "field: enviroment", "/rules/0/when/0/field", "unknown_field", "“environment”"),
    ("field: environment, op: is", "field: environment, op: at_least", "/rules/0/when/0/op", "invalid_operator", "matches"),
    ("field: environment, op: is, value: on", "field: time, op: outside, value: office", "/rules/0/when/0/field", "not_available_yet", "calendars"),
    ("op: above, value: 3", "op: above", "/rules/0/when/1/any/1/not", "missing", "“value”"),
    ("op: above, value: 3", "op: above, value: many", "/rules/0/when/1/any/1/not/value", "invalid_number", "number"),
    ("then: deny", "then: reject", "/rules/0/then", "invalid_choice", "deny or allow"),
    ("value: [refund.create]", "value: []", "/routes/0/when/0/value", "empty_list", "at least one"),
    ('value: "500 EUR"', "value: 500", "/routes/0/when/1/value", "invalid_amount", "“500 EUR”"),
    ("approvals: 1, from: {team: finance}", "approvals: 3, from: {team: finance}", "/routes/0/stages/0/0/approvals", "unreachable_quorum", "only 2 have"),
    ("approvals: 1, from: {team: finance}", "approvals: 0, from: {team: finance}", "/routes/0/stages/0/0/approvals", "invalid_number", "from 1"),
    ("approvals: 1, from: {team: finance}", "from: {team: finance}", "/routes/0/stages/0/0", "missing", "“approvals”"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {team: finanse}", "/routes/0/stages/0/0/from/team", "unknown_name", "“finance”"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {role: auditor}", "/routes/0/stages/0/0/approvals", "unreachable_quorum", "nobody has"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {manager_of: asked}", "/routes/0/stages/0/0/from/manager_of", "not_available_yet", "“manager_of”"),
    ("approvals: 1, from: {team: finance}", "approvals: 1, from: {team: finance, role: admin}", "/routes/0/stages/0/0/from", "invalid_target", "team or role"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[{approvals: 1, from: {team: finance}}]", "/routes/0/stages/0", "wrong_type", "[[{"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[[{approvals: 1, from: {team: finance}}], [{approvals: 1, from: {team: finance}}]]", "/routes/0/stages/1", "not_available_yet", "Several stages"),
    ("[[{approvals: 1, from: {team: finance}}]]", "[[{approvals: 1, from: {team: finance}}, {approvals: 1, from: {role: admin}}]]", "/routes/0/stages/0/1", "not_available_yet", "Several requirements"),
    ("always_ask: true", "assign: round_robin", "/routes/0/assign", "not_available_yet", "all"),
    ("    chain: standard\n    fallback", "    chain: standart\n    fallback", "/routes/0/chain", "unknown_name", "“standard”"),
    ("fallback: {person: ana@acme.test}", "fallback: {role: viewer}", "/routes/0/fallback", "nobody_eligible", "approver"),
    ("{name: everything else, ", "{name: everything else, when: [{field: risk, op: is, value: low}], ", "/routes/1/when", "no_default_route", "Add such a route"),
    ("    when: [{field: action, op: in", "    whem: [{field: action, op: in", "/routes/0/whem", "unknown_field", "“when”"),
    ("decide_within: 4h", "decide_within: 4 hours", "/chains/0/decide_within", "invalid_duration", "“4h”"),
    ("decide_within: 4h", "decide_within: 1h30m", "/chains/0/decide_within", "invalid_duration", "“90m”"),
    ("decide_within: 4h", "decide_within: 90", "/chains/0/decide_within", "invalid_duration", "“90s”"),
    ("decide_within: 4h, ", "", "/chains/0", "missing", "“decide_within”"),
    ("clock: wall", "clock: office", "/chains/0/clock", "not_available_yet", "clock: wall"),
    ("finally: reject", "finally: approve", "/chains/0/finally", "not_available_yet", "reject or hold"),
    ("finally: reject", "steps: [{at: 25%, do: remind}]", "/chains/0/steps", "not_available_yet", "“steps”"),
    # the YAML itself
    ("name: Acme Outdoor,", "name: &a Acme,", "", "anchor_refused", "Write it out"),
    ("name: Acme Outdoor,", "name: *a,", "", "anchor_refused", "Write it out"),
    ("name: Acme Outdoor,", "name: !!python/object/apply:os.system [x],", "", "tag_refused", "Leave the tag out"),
    ("name: Acme Outdoor,", "slug: other,", "", "duplicate_name", "line 2"),
    ("organization: {", "<<: {a: b}\norganization: {", "", "merge_refused", "Write the fields out"),
    ("organization: {", "[a]: b\norganization: {", "", "name_not_text", "text"),
    ("    name: No\n", "   name: No\n", "", "unreadable", "indentation"),
    ("    name: No\n", "    name: a: b\n", "", "unreadable", "needs quotes"),
    ("    name: No\n", '    name: "a\\0b"\n', "", "forbidden_character", "U+0000"),
    ("    name: No\n", "    name: .inf\n", "", "wrong_type", "finite"),
    ("chains:", "---\nversion: 1\nchains:", "", "several_documents", "---"),
]  # fmt: skip


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
    assert warnings(found) == {"owner_barred": "/routes/0/stages/0/0/approvals"}
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
    started = time.perf_counter()
    assert faults(text)
    assert time.perf_counter() - started < 5

"""What can be said but is hardly meant is a warning; approval by silence only where nothing can go wrong."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from approvals.configuration.check import check
from approvals.configuration.faults import Fault, InvalidDocument
from tests.approvals.test_configuration import change, faults, warnings
from tests.approvals.wrong_documents import WHOLE

MONDAYS = "{slug: office, hours: {mon: ['08:00-17:00']}, holidays: [2026-11-23, 2026-11-30]}"
DECEMBER = "starts: '2026-12-01T00:00', until: '2026-12-02T00:00'"
DUTY = "schedules: [{slug: duty, people: [PEOPLE], every: 1w, starts: '2026-11-02T09:00'}]\nteams:"
FINANCE = "[[{approvals: 1, from: {team: finance}}]]"
DOUBTFUL = [
    ([("manager: ana@acme.test", "slack: U024BE7LH")], {"no_slack_team": "/organization"}, "slack_team"),
    (
        [("manager: ana@acme.test", "notify: {low: [slack, email]}")],
        {"no_slack_id": "/people/1/notify"},
        "until then it is mail",
    ),
    (
        [("manager: ana@acme.test", "notify: {high: [email], critical: [inapp]}")],
        {"one_channel": "/people/1/notify/high"},
        "of risk high",
    ),
    (
        [("finally: reject", "steps: [{at: 1h, do: remind}, {at: 4h, do: warn}]")],
        {"unreachable_step": "/chains/0/steps/1"},
        "4h",
    ),
    (
        [("finally: reject", "steps: [{at: 50%, do: remind}, {at: 75%, do: repeat, times: 3}]")],
        {"unreachable_step": "/chains/0/steps"},
        "goes on for 11h, but it ends after 4h: steps 1.1, 1.2, 1.3",
    ),
    (
        [("finally: reject", "steps: [{at: 1h, do: add, to: {role: auditor}}]")],
        {"adds_nobody": "/chains/0/steps/0/to"},
        "role “auditor”",
    ),
    (
        [
            ("finally: reject", "steps: [{at: 1h, do: add, to: {manager_of: asked}}]"),
            ("    manager: ana@acme.test\n", ""),
        ],
        {"adds_nobody": "/chains/0/steps/0/to"},
        "the managers of those asked",
    ),
    ([("teams:", "teams:\n  - {slug: none}")], {"empty_team": "/teams/0"}, "Nobody"),
    (
        [("from: {role: approver}", "from: {person: bo@acme.test}")],
        {"everybody_needed": "/routes/1/stages/0/0/approvals"},
        "or a fallback",
    ),
    (
        [(FINANCE, "[{requirements: [{approvals: 1, from: {team: finance}}], deny_threshold: 3}]")],
        {"never_rejected": "/routes/0/stages/0/deny_threshold"},
        "only 2 may decide",
    ),
    (
        [("from: {role: approver}", "from: {schedule: duty}"), ("teams:", DUTY.replace("PEOPLE", "bo@acme.test"))],
        {"no_fallback": "/routes/1/stages/0/0/from"},
        "schedule “duty” is nobody or away",
    ),
    (
        [
            ("teams:", "  - {email: cy@acme.test}\nteams:"),
            ("teams:", DUTY.replace("PEOPLE", "bo@acme.test, cy@acme.test")),
        ],
        {"cannot_decide": "/schedules/0/people/1"},
        "cy@acme.test",
    ),
    (
        [
            ("teams:", "  - {email: cy@acme.test}\nteams:"),
            ("teams:", f"delegations: [{{from: bo@acme.test, to: cy@acme.test, {DECEMBER}}}]\nteams:"),
        ],
        {"cannot_decide": "/delegations/0/to"},
        "cy@acme.test",
    ),
    (
        [
            ("teams:", f"calendars: [{MONDAYS}]\nteams:"),
        ],
        {"closed_for_long": "/calendars/0"},
        "14 days",
    ),
]


@pytest.mark.parametrize(("edits", "expected", "words"), DOUBTFUL, ids=[next(iter(row[1])) for row in DOUBTFUL])
def test_what_can_hardly_be_meant_is_a_warning(
    edits: list[tuple[str, str]], expected: dict[str, str], words: str
) -> None:
    text = WHOLE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    found = check(text, now=datetime(2026, 11, 21, 12, tzinfo=UTC))
    assert warnings(found) == expected
    assert words in found.warnings[0].message, found.warnings[0].message


def test_a_fallback_makes_up_for_a_duty_that_nobody_has() -> None:
    text = change("from: {role: approver}", "from: {schedule: duty}").replace(
        "teams:", DUTY.replace("PEOPLE", "bo@acme.test"), 1
    )
    with_fallback = text.replace("chain: standard}\n", "chain: standard, fallback: {role: approver}}\n")
    assert warnings(check(with_fallback)) == {}
    with_step = text.replace("finally: reject", "steps: [{at: 50%, do: add, to: {role: approver}}]")
    assert warnings(check(with_step)) == {}


def test_a_chain_that_its_calendar_never_lets_end_is_refused() -> None:
    text = change("teams:", "calendars: [{slug: blink, hours: {mon: ['08:00-08:01']}}]\nteams:")
    text = text.replace("decide_within: 4h, execute_within: 15m, clock: wall", "decide_within: 1d, clock: blink")
    assert [(fault.code, fault.path) for fault in faults(text)] == [("never_ends", "/chains/0/decide_within")]


def approving(when: str, kinds: str = "", more: str = "") -> list[Fault]:
    """Return what a document is refused for whose second of three routes leads to a chain that ends in approval."""
    text = WHOLE.replace("risk: medium", "risk: low")
    text = text.replace("rules:\n", f"{kinds}rules:\n", 1)
    text = text.replace(
        "  - {name: everything else",
        f"  - {{name: trifles, when: {when}, stages: {FINANCE}, chain: lenient}}\n  - {{name: everything else",
    )
    text += "  - {slug: lenient, decide_within: 4h, finally: approve}\n" + more
    try:
        check(text)
    except InvalidDocument as refusal:
        return list(refusal.faults)
    return []


OTHERS = "{not: {field: agent, op: is, value: refunds}}"
OTHER_AGENT = (
    "  - {slug: other, actions: [{type: refund.create, risk: low}, {type: note.add, risk: low, reversible: true}]}\n"
)


@pytest.mark.parametrize(
    "when",
    [
        "[{field: agent, op: is, value: refunds}, {field: action, op: is, value: refund.create}]",
        "[{field: agent, op: in, value: [refunds]}, {field: action, op: in, value: [refund.create]}]",
        "[{field: risk, op: is, value: low}, {field: reversible, op: is, value: true}]",
        "[{field: risk, op: below, value: high}, {field: reversible, op: is, value: true}, {field: /n, op: exists}]",
        "[{not: {any: [{field: risk, op: at_least, value: medium}, {field: reversible, op: is, value: false}]}}]",
        "[{all: [{field: agent, op: is, value: other}, {field: action, op: is, value: note.add}]}]",
    ],
)
def test_silence_may_approve_what_is_harmless_whoever_posts_it(when: str) -> None:
    assert approving(when, OTHER_AGENT) == []


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ("[{field: amount, op: below, value: 9 EUR}]", "types that refunds has not been given"),
        ("[{field: action, op: is, value: note.add}]", "types that refunds has not been given"),
        ("[{field: agent, op: is, value: refunds}]", "types that refunds has not been given"),
        ("[{field: action, op: is, value: refund.create}]", "refund.create of other"),
        ("[{field: agent, op: is, value: other}, {field: action, op: matches, value: '*'}]", "refund.create of other"),
        ("[{field: agent, op: is, value: other}, {field: risk, op: is, value: low}]", "refund.create of other"),
        ("[{field: reversible, op: is, value: false}]", "refund.create of other"),
        ("[{any: [{field: rate, op: is, value: 1}, {field: risk, op: is, value: low}]}]", "types that refunds"),
        ("[{not: {field: risk, op: is, value: low}}]", "types that refunds has not been given"),
        ("[{not: {field: action, op: is, value: wire.send}}]", "refund.create of other"),
    ],
)
def test_silence_may_not_approve_what_could_come_by_any_route(when: str, words: str) -> None:
    (fault,) = approving(when, OTHER_AGENT)
    assert (fault.code, fault.path) == ("approve_not_allowed", "/chains/1/finally")
    assert "route “trifles”" in fault.message
    assert words in fault.message, fault.message


def test_rules_and_earlier_routes_do_not_help_an_approval_by_silence() -> None:
    everything = change("finally: reject", "finally: approve").replace("risk: medium", "risk: low")
    everything = everything.replace("rules:\n", f"{OTHER_AGENT}rules:\n", 1)
    everything = everything.replace("rules:\n", f"rules:\n  - {{name: none, when: [{OTHERS}], then: deny}}\n", 1)
    assert [fault.code for fault in faults(everything)] == ["approve_not_allowed"] * 2, "by both routes"

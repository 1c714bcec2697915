"""What the document says of trust: what it comes to, what weakens it, how a change of it is told."""
# ruff: noqa: E501 - tables

from __future__ import annotations

import copy
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.terms import RISKS, ActionType, LevelWish, Money, TrustTerms
from agents.trust import TOLERANCES, trust_of, usual
from approvals.configuration.check import check
from approvals.configuration.compile import compile_policy
from approvals.configuration.difference import difference
from approvals.configuration.export import as_json, as_yaml
from approvals.configuration.faults import InvalidDocument
from approvals.configuration.shares import percent
from approvals.drafting.merge import redo
from approvals.drafting.people import person_edit
from tests.approvals.documents import action_types
from tests.approvals.test_configuration import change, faults, policy, warnings
from tests.approvals.test_configuration_export import changes
from tests.approvals.trusts import trusts
from tests.approvals.wrong_documents import WHOLE
from tests.world import cast

PLACE = "/agents/0/actions/0"
REFUND = "/agents/refunds/actions/refund.create"
TOLD = "Agent Refunds agent (refunds), action type refund.create"


def with_trust(said: str, document: str = WHOLE) -> str:
    assert "ceiling: monitored" in document
    return document.replace("ceiling: monitored", said, 1)


def kind_of(text: str) -> ActionType:
    return policy(text).agents[0].actions[0]


def test_without_a_word_everything_is_as_usual_and_people_agree() -> None:
    read = policy()
    kind = read.agents[0].actions[0]
    assert kind.trust == TrustTerms()
    assert kind.ratified
    assert read.organization.practice == 0.0
    assert read.agents[0].type_named("never.given").ratified
    assert trust_of(kind, "medium").levels == usual("medium").levels


def test_everything_that_is_said_is_compiled() -> None:
    kind = kind_of(
        with_trust(
            "trust: {levels: {assisted: {tolerance: 0.10, alpha: 0.05, gross: 0.25, sample: 0.30, sample_flagged: 1.0, min_labels: 20,"
            " min_days: 1.5}, autonomous: {tolerance: 1.0e-2}}, cooldown: 14d, severe_cooldown: 30d, stale: 4w, evidence: 365d,"
            " maturity: 72h, reading_floor: 5s, min_confidence: 0.6, soft_amount: '200 EUR', hard_amount: '1000.50 EUR',"
            " tighten_on_report: cluster, tighten_on_drift: false, versions: minor, selective: [0.9, 0.8, 0.5]}"
        )
    )
    assert kind.trust == TrustTerms(
        levels=(
            LevelWish(
                tolerance=0.1, alpha=0.05, gross=0.25, sample=0.3, sample_flagged=1.0, min_labels=20, min_days=1.5
            ),
            LevelWish(),
            LevelWish(tolerance=0.01),
        ),
        cooldown=timedelta(days=14),
        severe_cooldown=timedelta(days=30),
        stale=timedelta(weeks=4),
        evidence=timedelta(days=365),
        maturity=timedelta(hours=72),
        reading_floor=timedelta(seconds=5),
        min_confidence=0.6,
        soft_amount=Money(Decimal(200), "EUR"),
        hard_amount=Money(Decimal("1000.50"), "EUR"),
        tighten_on_report="cluster",
        tighten_on_drift=False,
        versions="minor",
        selective=(0.9, 0.8, 0.5),
    )


@pytest.mark.parametrize(
    ("organization", "kind", "ratified"),
    [
        (None, None, True),
        (None, "automatic", False),
        ("automatic", None, False),
        ("automatic", "ratified", True),
        ("automatic", "automatic", False),
        ("ratified", "automatic", False),
    ],
)
def test_a_type_overrides_who_agrees(organization: str | None, kind: str | None, *, ratified: bool) -> None:
    document = check(WHOLE).document
    for row, said in ((document["organization"], organization), (document["agents"][0]["actions"][0], kind)):
        row |= {"promotion": said} if said else {}
    for text in (as_json(document), as_yaml(check(as_json(document)).document)):
        assert kind_of(text).ratified is ratified


def test_what_says_no_more_than_the_default_is_left_out() -> None:
    plain = check(WHOLE.replace("ceiling: monitored", "ceiling: monitored\n        trust: {}")).document
    assert plain == check(WHOLE).document
    said = "trust: {levels: {assisted: {}, monitored: {}}, min_confidence: 0.0, selective: [], tighten_on_report: all, tighten_on_drift: true, versions: semver}"
    assert "trust" not in check(with_trust(said)).document["agents"][0]["actions"][0]
    assert check(change("promotion: ratified", "practice: 0.0")).document == check(WHOLE).document
    assert policy(change("promotion: ratified", "practice: 0.05")).organization.practice == 0.05


def test_a_number_has_one_spelling() -> None:
    texts = [with_trust(f"trust: {{levels: {{monitored: {{sample_flagged: {one}}}}}}}") for one in ("1", "1.0", "1e0")]
    found = [check(text).document for text in texts]
    assert found[0] == found[1] == found[2]
    assert {json.dumps(one) for one in found} == {json.dumps(found[0])}
    small = check(with_trust("trust: {levels: {monitored: {alpha: 0.000001}}}")).document
    assert check(as_yaml(small)).document == check(as_json(small)).document == small
    assert [percent(one) for one in (0.05, 0.005, 1, 0.3, 0.000001)] == ["5 %", "0.5 %", "100 %", "30 %", "0.0001 %"]


def test_levels_beyond_the_ceiling_of_which_nothing_is_said_need_not_fit() -> None:
    """Who may come to assisted at most can be held to less than is usual at monitored."""
    strict = "risk: critical\n        trust: {levels: {assisted: {tolerance: 0.001}}}"
    assert check(with_trust(strict, change("        risk: medium\n", ""))).warnings == ()
    found = faults(with_trust("trust: {levels: {assisted: {tolerance: 0.001}}}"))
    assert [(one.path, one.code) for one in found] == [
        (f"{PLACE}/trust/levels/assisted/tolerance", "tolerance_grows"),
    ]


def test_one_thing_wrong_is_told_once() -> None:
    for said in (
        "levels: {assisted: {tolerance: five, gross: 0.01}}",
        "levels: {assisted: {tolerance: -1}, monitored: {tolerance: 0.4}}",
        "levels: {monitored: {sample: often, sample_flagged: 0.001}}",
        "soft_amount: 10, hard_amount: 1 EUR",
    ):
        assert len(faults(with_trust(f"trust: {{{said}}}"))) == 1, said
    text = change("risk: medium", "risk: midium")
    assert [one.code for one in faults(with_trust("trust: {levels: {monitored: {tolerance: 0.1}}}", text))] == [
        "invalid_choice"
    ]


NO_AMOUNT = ("        amount: {value: /amount, currency: /currency}\n", "")
CAPPED = "ceiling: assisted\n        "
DOUBTFUL: list[tuple[str, list[tuple[str, str]], dict[str, str], str]] = [
    ("trust: {levels: {assisted: {tolerance: 0.21}}}", [], {"weak_trust": f"{PLACE}/trust/levels/assisted/tolerance"}, "21 % of the actions may be wrong; usual is 10 %"),
    ("trust: {levels: {assisted: {tolerance: 0.2}}}", [], {}, ""),
    ("trust: {levels: {monitored: {alpha: 0.11}}}", [], {"weak_trust": f"{PLACE}/trust/levels/monitored/alpha"}, "a chance of 11 %; usual is 2 %"),
    ("trust: {levels: {monitored: {alpha: 0.1}}}", [], {}, ""),
    ("trust: {levels: {monitored: {gross: 0.16}}}", [], {"weak_trust": f"{PLACE}/trust/levels/monitored/gross"}, "up to 16 % may still be wrong"),
    ("trust: {levels: {monitored: {gross: 0.15}}}", [], {}, ""),
    ("trust: {levels: {autonomous: {sample: 0.005}}}", [], {"weak_trust": f"{PLACE}/trust/levels/autonomous/sample"}, "about 199 wrong actions"),
    ("trust: {tighten_on_drift: false}", [], {"weak_trust": f"{PLACE}/trust/tighten_on_drift"}, "only after a found error"),
    ("trust: {versions: ignore}", [], {"weak_trust": f"{PLACE}/trust/versions"}, "earlier one"),
    ("trust: {tighten_on_report: major, versions: patch}", [], {}, ""),
    (CAPPED + "trust: {levels: {monitored: {alpha: 0.5}}}", [], {"level_unreachable": f"{PLACE}/trust/levels/monitored"}, "stays at assisted at most"),
    ("trust: {levels: {monitored: {alpha: 0.01}}}", [("reversible: true", "reversible: false")], {"level_unreachable": f"{PLACE}/trust/levels/monitored"}, "stays at assisted"),
    ("ceiling: supervised\n        promotion: automatic\n        trust: {levels: {assisted: {alpha: 0.01}}, versions: ignore}", [], {"level_unreachable": f"{PLACE}/trust/levels/assisted"}, "stays at supervised"),
    ("trust: {soft_amount: 2 EUR}", [NO_AMOUNT], {"no_amount": f"{PLACE}/trust/soft_amount"}, "Add “amount”"),
    ("trust: {hard_amount: 2 EUR}", [NO_AMOUNT], {"no_amount": f"{PLACE}/trust/hard_amount"}, "Add “amount”"),
    ("promotion: automatic", [], {}, ""),
    ("promotion: automatic", [("reversible: true", "reversible: false")], {"assisted_at_most": f"{PLACE}/promotion"}, "refund.create is not reversible"),
    ("promotion: automatic", [("risk: medium", "risk: critical")], {"assisted_at_most": f"{PLACE}/promotion"}, "refund.create is critical"),
    (CAPPED + "promotion: automatic", [], {"assisted_at_most": f"{PLACE}/promotion"}, "has the ceiling assisted"),
    ("ceiling: monitored", [("promotion: ratified", "promotion: automatic")], {}, ""),
    ("risk: medium", [("promotion: ratified", "promotion: automatic"), ("risk: medium", "risk: critical")], {"assisted_at_most": "/organization/promotion"}, "refund.create: critical"),
    ("promotion: ratified", [("promotion: ratified", "promotion: automatic"), ("risk: medium", "risk: critical")], {}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("said", "edits", "expected", "words"), DOUBTFUL, ids=[row[0][-50:] for row in DOUBTFUL])
def test_what_weakens_trust_or_is_said_in_vain_is_a_warning(
    said: str, edits: list[tuple[str, str]], expected: dict[str, str], words: str
) -> None:
    text = WHOLE
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    text = with_trust(said, text) if said != "risk: medium" else text.replace("        ceiling: monitored\n", "")
    found = check(text)
    assert warnings(found) == expected
    assert all(words in one.message for one in found.warnings), found.warnings


ASSISTED = {"tolerance": 0.1, "alpha": 0.05, "sample_flagged": 1}


def trusting(**said: Any) -> Any:
    return lambda document: document["agents"][0]["actions"][0].update(trust=said)


TRUSTED = trusting(levels={"assisted": ASSISTED}, cooldown="14d", selective=[0.9, 0.5])
CHANGES: list[tuple[Any, Any, list[tuple[str, str]]]] = [
    (
        lambda document: None,
        lambda document: document["organization"].update(promotion="automatic", practice=0.02),
        [
            ("/organization/promotion", "The organization: promotion is now automatic, was ratified."),
            ("/organization/practice", "The organization: practice is now 2 %, was 0 %."),
        ],
    ),
    (
        lambda document: document["organization"].update(promotion="automatic"),
        lambda document: document["agents"][0]["actions"][0].update(promotion="ratified"),
        [(f"{REFUND}/promotion", f"{TOLD}: promotion is now ratified.")],
    ),
    (
        lambda document: None,
        TRUSTED,
        [
            (f"{REFUND}/trust/levels/assisted/tolerance", f"{TOLD}: trust at assisted, tolerance is now 10 %."),
            (f"{REFUND}/trust/levels/assisted/alpha", f"{TOLD}: trust at assisted, alpha is now 5 %."),
            (f"{REFUND}/trust/levels/assisted/sample_flagged", f"{TOLD}: trust at assisted, sample flagged is now 100 %."),
            (f"{REFUND}/trust/cooldown", f"{TOLD}: trust, cooldown is now 14d."),
            (f"{REFUND}/trust/selective", f"{TOLD}: trust, selective is now 0.9, 0.5."),
        ],
    ),
    (
        TRUSTED,
        trusting(levels={"assisted": ASSISTED | {"tolerance": 0.085, "min_labels": 40}}, cooldown="14d", versions="patch"),
        [
            (f"{REFUND}/trust/levels/assisted/tolerance", f"{TOLD}: trust at assisted, tolerance is now 8.5 %, was 10 %."),
            (f"{REFUND}/trust/levels/assisted/min_labels", f"{TOLD}: trust at assisted, min labels are now 40."),
            (f"{REFUND}/trust/versions", f"{TOLD}: trust, versions are now patch, were semver."),
            (f"{REFUND}/trust/selective", f"{TOLD}: trust, selective is no longer set, was 0.9, 0.5."),
        ],
    ),
    (
        trusting(tighten_on_drift=False),
        lambda document: document["agents"][0]["actions"][0].pop("trust"),
        [(f"{REFUND}/trust/tighten_on_drift", f"{TOLD}: trust, tighten on drift is now yes, was no.")],
    ),
    (
        lambda document: None,
        lambda document: document["agents"][0]["actions"].append(
            {"type": "coupon.send", "risk": "low", "reversible": True, "promotion": "automatic", "trust": {"cooldown": "1d"}}
        ),
        [("/agents/refunds/actions/coupon.send", "Agent Refunds agent (refunds), action type coupon.send is new: risk low, promotion automatic, trust on terms of its own.")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("prepare", "edit", "told"), CHANGES, ids=[row[2][0][1][-50:] for row in CHANGES])
def test_a_change_of_trust_is_told_in_sentences(prepare: Any, edit: Any, told: list[tuple[str, str]]) -> None:
    found = [(path, text) for path, _, text in changes(edit, prepare)]
    assert sorted(found) == sorted(told)


def test_edits_of_people_and_of_two_admins_at_once_leave_trust_alone() -> None:
    document = cast("acme")
    TRUSTED(document)
    document["organization"] |= {"promotion": "automatic", "practice": 0.03}
    before = check(as_json(document)).document
    mine, theirs = copy.deepcopy(before), copy.deepcopy(before)
    person_edit("bo@acme.test", {"name": "Bo L.", "role-approver": "1", "manager": "ana@acme.test"})(mine)
    theirs["people"][2]["name"] = "Cy O."
    merged = redo(before, mine, theirs)
    assert merged.both == ()
    again = check(as_json(merged.document)).document
    assert (again["agents"], again["organization"]) == (before["agents"], before["organization"])
    assert [one.path for one in difference(before, again)] == ["/people/bo@acme.test/name", "/people/cy@acme.test/name"]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(action_types(), st.data())
def test_whatever_is_taken_makes_terms_at_every_risk_and_never_easier_at_a_raised_one(
    row: dict[str, Any], data: st.DataObject
) -> None:
    document = cast("acme")
    document["agents"][0]["actions"][0] = row | {"type": "refund.create"}
    document["agents"][0]["actions"][0].pop("schema", None)
    plain = check(json.dumps(document)).document
    kind = compile_policy(plain).agents[0].actions[0]
    for risk in RISKS[RISKS.index(kind.risk) :]:
        terms = trust_of(kind, risk)
        assert [one.tolerance < one.gross for one in terms.levels] == [True] * 3
        assert all(one.sample <= one.sample_flagged for one in terms.levels)
        if risk != kind.risk:
            assert all(one.tolerance <= least for one, least in zip(terms.levels, TOLERANCES[risk], strict=True))
    own = [one.tolerance for one in trust_of(kind, kind.risk).levels]
    assert own == sorted(own, reverse=True)
    other = data.draw(trusts(kind.risk))
    document["agents"][0]["actions"][0]["trust"] = other
    after = check(json.dumps(document)).document
    assert bool(difference(plain, after)) == (after != plain)
    if not difference(plain, after):
        assert compile_policy(after) == compile_policy(plain)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["tolerance", "alpha", "gross", "sample", "sample_flagged", "min_labels", "min_days", "x"]),
        st.sampled_from([0, 1, -1, 0.5, 0.05, 1e-7, 1e300, None, True, "5%", "", [], {}, 0.999999]),
    ),
    st.sampled_from(RISKS),
)
def test_a_level_of_anything_is_taken_or_refused_in_place(level: dict[str, Any], risk: Any) -> None:
    document = cast("acme")
    kind = document["agents"][0]["actions"][0]
    kind |= {"risk": risk, "trust": {"levels": {"assisted": level}}}
    try:
        plain = check(json.dumps(document)).document
    except InvalidDocument as refusal:
        found = refusal.faults
    else:
        found = ()
        trust_of(compile_policy(plain).agents[0].actions[0], risk)
    assert all(one.path.startswith(f"{PLACE}/trust/levels/assisted") for one in found)

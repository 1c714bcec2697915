"""What those try who want trust that was not earned: agents, their owners, stampers, reporters, admins in a hurry."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from agents.sampling import uniform
from approvals import history, tell
from approvals.flow import freeze, report, revoke, set_level, submit, trust_sweep, withdraw
from approvals.flow.answer_audit import answer_audit
from approvals.habits import FEW
from approvals.models import Action, Audit
from approvals.posted import PostedAction
from approvals.schemas.auditing import Judgement
from core import clock, ids, tx, vault
from tests.journeys.test_trust_evidence import labels, looked, note
from tests.lanes import NOTE, climbed, codes, known, lane, quickly, replays
from tests.play import cast, key_of
from tests.world import Document, World

Told = dict[str, Any]
ASKED = {
    "name": "notes",
    "when": [{"field": "action", "op": "is", "value": NOTE}, {"field": "environment", "op": "is", "value": "prod"}],
    "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
    "always_ask": True,
    "chain": "standard",
}


@pytest.fixture
def acme(world: World) -> World:
    """Return the world where notes earn trust quickly, and are nothing unusual."""
    world.change(lambda document: quickly(document, promotion="automatic"))
    with tell.muted():
        for _ in range(FEW):
            cast(world, "bo", note(world), review_seconds=1.0)
    history.forget()
    return world


def drawn(world: World, share: float, *, is_in: bool = True) -> uuid.UUID:
    """Return an id that the lanes' lot draws with this share, or does not."""
    secret = vault.derived(f"sampling {world.org}")
    return next(one for one in iter(ids.new, None) if (uniform(secret, ids.public("act", one)) < share) is is_in)


def posted(world: World, identifier: uuid.UUID, **more: Any) -> Told:
    more = {"action": NOTE, "arguments": {"customer": "Marta"}} | more
    told, _ = submit.submit(world.as_agent(), PostedAction(body=b"{}", **more), identifier=identifier)
    return told


def review_of(told: Told, world: World) -> dict[str, Any]:
    with tx.reading(world.org):
        found: dict[str, Any] = Action.objects.get(pk=key_of(told)).verdict["review"]
    return found


@pytest.mark.parametrize("is_in", [True, False])
def test_what_people_are_asked_about_anyway_weighs_the_same_whatever_the_lot_says(acme: World, is_in: bool) -> None:
    acme.change(lambda document: document["routes"].insert(0, ASKED))
    climbed(acme, "assisted")
    told = posted(acme, drawn(acme, 0.3, is_in=is_in), environment="prod")
    assert told["status"] == "pending"
    found = review_of(told, acme)
    assert (found["p"], found["w"]) == (1.0, 0.3)
    looked(acme, "bo", told)
    assert labels(acme, told)[0].weight == 0.3


@pytest.mark.parametrize("is_in", [True, False])
def test_what_a_rule_is_unsure_of_weighs_the_same_whatever_the_lot_says(acme: World, is_in: bool) -> None:
    def unsure(document: Document) -> None:
        document["rules"].append(
            {"name": "odd", "when": [{"field": "/size", "op": "above", "value": 5}], "then": "deny"}
        )

    acme.change(unsure)
    climbed(acme, "assisted")
    told = posted(acme, drawn(acme, 0.3, is_in=is_in))
    assert told["status"] == "pending"
    found = review_of(told, acme)
    assert (found["p"], found["w"]) == (1.0, 0.3)


@pytest.mark.parametrize("currency", ["JPY", "EUR"])
def test_an_amount_that_cannot_be_told_to_be_below_the_hard_limit_waits(acme: World, currency: str) -> None:
    def limited(document: Document) -> None:
        kind = next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)
        kind["amount"] = {"value": "/amount", "currency": "/currency"}
        kind["trust"] |= {"soft_amount": "50 EUR", "hard_amount": "100 EUR"}

    acme.change(limited)
    climbed(acme, "autonomous")
    arguments = (
        {"customer": "Marta", "amount": "90", "currency": currency} if currency != "EUR" else {"customer": "Marta"}
    )
    for _ in range(10):
        told = posted(acme, drawn(acme, 0.3, is_in=False), arguments=arguments)
        assert told["status"] == "pending", told["verdict"]
        assert review_of(told, acme)["w"] == 0.05


def audit_of(world: World, told: Told, kind: str) -> Audit:
    with tx.reading(world.org):
        return Audit.objects.get(action_id=key_of(told), kind=kind)


def judge(world: World, name: str, audit: Audit, verdict: str = "right", **more: Any) -> None:
    more = ({"severity": "minor", "note": "No."} if verdict == "wrong" else {}) | more
    world.turn(seconds=30)
    answer_audit(world.org, audit.pk, actor=world.as_person(name), said=Judgement(verdict, review_seconds=30.0, **more))


def wrong(world: World) -> int:
    """Return how many errors the attempt at autonomous counts."""
    return sum(count for (_, _, loss), count in known(world).attempt(3).cells.items() if loss)


def bad_news(world: World, told: Told, severity: str) -> None:
    report.report(world.org, key_of(told), actor=world.as_reporter(), verdict="incorrect", severity=severity)


def test_an_overturned_error_takes_no_other_error_with_it(acme: World) -> None:
    climbed(acme, "monitored")
    first = posted(acme, drawn(acme, 0.1))
    judge(acme, "bo", audit_of(acme, first, "sampled"), "wrong", severity="critical")
    assert (known(acme).earned, wrong(acme)) == (0, 0), "what it counts towards began after the error"
    looked(acme, "bo", note(acme), "reject")
    assert wrong(acme) == 1
    judge(acme, "cy", audit_of(acme, first, "adjudication"))
    assert wrong(acme) == 1, "another error, which nobody overturned"
    assert replays(acme) == 1


def test_an_error_found_later_is_moved_in_the_attempt_that_began_before_it_was_counted(acme: World) -> None:
    climbed(acme, "monitored")
    told = posted(acme, drawn(acme, 0.1))
    acme.turn(days=61)  # so long that the label finds the lane stale: it goes down, and what it counts towards begins
    judge(acme, "bo", audit_of(acme, told, "sampled"))
    assert known(acme).earned == 1
    before = wrong(acme)
    bad_news(acme, told, "major")
    assert wrong(acme) == before + 1
    assert replays(acme) == 1


def test_an_approval_that_is_taken_back_is_no_evidence(acme: World) -> None:
    told = note(acme)
    looked(acme, "bo", told)
    assert known(acme).attempt(1).cells == {(1.0, 0.9, 0.0): 1}
    for _ in range(2):
        revoke.revoke(acme.org, key_of(told), actor=acme.as_person("bo"), reason="Not this customer.")
    assert known(acme).attempt(1).cells == {(1.0, 0.0, 0.0): 1}
    assert codes(acme) == [], "nobody said that it was an error"
    bad_news(acme, told, "major")
    assert known(acme).attempt(1).cells == {(1.0, 0.0, 1.0): 1}
    assert replays(acme) == 1


def test_an_approval_that_is_taken_back_while_it_waits_never_counts(acme: World) -> None:
    acme.change(lambda document: document["agents"][0]["actions"][1]["trust"].update(maturity="72h"))
    told = note(acme)
    looked(acme, "bo", told)
    revoke.revoke(acme.org, key_of(told), actor=acme.as_person("bo"), reason="Not this customer.")
    acme.turn(days=4)
    trust_sweep.sweep(at=clock.now(), org=acme.org)
    assert known(acme).attempt(1).cells == {}


def test_nobody_judges_away_what_happened_afterwards(acme: World) -> None:
    climbed(acme, "monitored")
    told = posted(acme, drawn(acme, 0.1))
    judge(acme, "bo", audit_of(acme, told, "sampled"), "wrong")
    bad_news(acme, told, "major")
    judge(acme, "cy", audit_of(acme, told, "adjudication"))
    (stands,) = (one for one in labels(acme, told) if not one.dropped and one.replaced_by is None)
    assert (stands.source, stands.loss, wrong(acme)) == ("outcome", 1.0, 1)
    assert replays(acme) == 1


@pytest.mark.parametrize("how", ["frozen", "lowered"])
def test_a_lane_that_people_hold_for_a_while_comes_back_tightened_after_bad_news(acme: World, how: str) -> None:
    climbed(acme, "assisted")
    told = posted(acme, drawn(acme, 0.3, is_in=False))
    assert told["status"] == "approved"
    owner = acme.as_person("ana")
    if how == "frozen":
        freeze.freeze(acme.org, actor=owner, agent="refunds", action=NOTE, risk="low", reason="Looking.")
    else:
        until = clock.now() + timedelta(days=1)
        set_level.set_level(
            acme.org, actor=owner, agent="refunds", action=NOTE, risk="low", level="supervised", reason="x", until=until
        )
    bad_news(acme, told, "major")
    if how == "frozen":
        freeze.unfreeze(acme.org, actor=acme.as_person("cy"), agent="refunds", action=NOTE, risk="low", reason="Done.")
    acme.turn(days=1, minutes=1)
    trust_sweep.sweep(at=clock.now(), org=acme.org)
    row = lane(acme)
    assert row is not None
    assert (row.level, row.tightened) == (1, True)
    assert posted(acme, drawn(acme, 0.3, is_in=False))["status"] == "pending"


def autonomous_at(tolerance: float, document: Document) -> None:
    document["agents"][0]["actions"][1]["trust"]["levels"]["autonomous"]["tolerance"] = tolerance


def test_versions_and_terms_back_and_forth_never_spend_more_than_alpha(acme: World) -> None:
    climbed(acme, "assisted")
    spent = {target: [known(acme).attempt(target).alpha] for target in (1, 2, 3)}
    for turn in range(8):
        posted(acme, ids.new(), agent_version=("1.0", "2.0")[turn % 2])
        tolerance = (0.06, 0.05)[turn % 2]
        acme.change(partial(autonomous_at, tolerance))
        for target, alphas in spent.items():
            if (now_is := known(acme).attempt(target).alpha) != alphas[-1]:
                alphas.append(now_is)
    assert known(acme).earned == 0
    for target, alphas in spent.items():
        assert alphas == sorted(alphas, reverse=True)
        assert sum(alphas) <= (0.05, 0.02, 0.01)[target - 1]
    assert replays(acme) == 1


def test_what_the_agent_takes_away_or_repeats_counts_against_it_once(acme: World) -> None:
    climbed(acme, "assisted")
    told = posted(acme, drawn(acme, 0.3))
    for _ in range(2):
        withdraw.withdraw(acme.org, key_of(told), actor=acme.as_agent(), reason="Never mind.")
    for _ in range(2):
        acme.turn(days=7, minutes=1)
        trust_sweep.note_waiting(acme.org)
        trust_sweep.sweep(at=clock.now(), org=acme.org)
    assert wrong(acme) == 1
    assert replays(acme) == 1


def test_a_lane_that_silence_opened_begins_with_its_terms_whatever_comes_first(acme: World) -> None:
    told = posted(acme, ids.new(), risk="medium")
    withdraw.withdraw(acme.org, key_of(told), actor=acme.as_agent(), reason="Never mind.")
    owner = acme.as_person("ana")
    freeze.freeze(acme.org, actor=owner, agent="refunds", action=NOTE, risk="medium", reason="Looking.")
    assert replays(acme) == 2

"""What people say of an action moves its lane: each loss, once, and nothing where nobody looked."""

from __future__ import annotations

from typing import Any

import pytest

from agents.models import LabelRow
from approvals import history
from approvals.flow import trust_sweep, vote, withdraw
from approvals.flow.approve_twins import approve_twins
from approvals.flow.revise import revise
from approvals.posted import CastVote
from approvals.ratchet import telling
from core import clock, tx
from tests.journeys.browser import browser_of
from tests.lanes import NOTE, climbed, codes, known, lane, quickly, replays
from tests.play import cast, key_of, now, post, refund, revised, sweep
from tests.world import Document, World

Told = dict[str, Any]
SILENT_NOTES = {
    "name": "notes",
    "when": [{"field": "agent", "op": "is", "value": "refunds"}, {"field": "action", "op": "is", "value": NOTE}],
    "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
    "chain": "silent",
}


def labels(world: World, told: Told) -> list[LabelRow]:
    with tx.reading(world.org):
        return list(LabelRow.objects.filter(action=key_of(told)).order_by("said_at", "id"))


def note(world: World, **more: Any) -> Told:
    """Let an agent post a note, of low risk and reversible."""
    return post(world, {"customer": "Marta"}, action=NOTE, **more)


def looked(world: World, name: str, told: Told, how: str = "approve", **more: Any) -> Told:
    """Let somebody read before they vote."""
    return cast(world, name, told, how, **{"review_seconds": 30.0} | more)


def pass_time(world: World, **by: float) -> int:
    """Turn the clock and let the engine see to what waited."""
    world.turn(**by)
    sweep(world)
    return trust_sweep.sweep(at=clock.now(), org=world.org)


def test_an_approval_of_who_looked_is_clean_and_counts_once(world: World) -> None:
    told = post(world)
    looked(world, "bo", told)
    looked(world, "bo", told)
    (label,) = labels(world, told)
    assert (label.source, label.loss, label.weight, label.catch, label.entry) == ("decision", 0.0, 1.0, None, 2)
    row = lane(world, "refund.create", "medium")
    assert row is not None
    assert row.entries == 2, "its terms, and the label"
    assert known(world, "refund.create", "medium").attempts[0].cells == {(1.0, 0.9, 0.0): 1}
    assert replays(world) == 1


@pytest.mark.parametrize(("fine", "loss"), [(True, 0.0), (False, 1.0), (None, 0.5)])
def test_an_edit_is_an_error_unless_it_was_fine_as_proposed(world: World, fine: bool | None, loss: float) -> None:
    told = post(world)
    looked(world, "bo", told, arguments=refund("90.00"), fine_as_proposed=fine)
    (label,) = labels(world, told)
    assert (label.loss, label.entry) == (loss, 2)


def test_a_rejection_is_an_error_unless_the_agent_could_not_have_known(world: World) -> None:
    wrong, unlucky = post(world), post(world)
    looked(world, "bo", wrong, "reject")
    looked(world, "bo", unlucky, "reject", no_fault=True)
    (label,) = labels(world, wrong)
    assert (label.loss, label.entry, label.note) == (1.0, 2, "Not this one.")
    assert labels(world, unlucky) == []
    row = lane(world, "refund.create", "medium")
    assert row is not None
    assert row.entries == 2


def test_what_nobody_read_is_worth_nothing(world: World) -> None:
    fast, slow = post(world), post(world)
    cast(world, "bo", fast, review_seconds=0.5)
    cast(world, "bo", slow, review_seconds=4.9)
    for told in (fast, slow):
        (label,) = labels(world, told)
        assert (label.loss, label.catch, label.entry, label.due_at) == (0.0, 0.0, None, None)
    assert known(world, "refund.create", "medium").attempts[0].cells == {}


def test_what_was_approved_in_bulk_is_worth_nothing(world: World) -> None:
    world.change(lambda document: document["agents"][0]["actions"][0].update(risk="low"))
    for number in range(22):
        cast(world, "cy", post(world, refund(f"{10 + number * 6}.00")), review_seconds=1.0)
    history.forget()
    twins = [post(world, refund("42.00")), post(world, refund("31.40"))]
    world.turn(minutes=5)
    done = approve_twins(world.org, {key_of(one): one["digest"] for one in twins}, actor=world.as_person("bo"))
    assert all(one.answer for one in done)
    for told in twins:
        (label,) = labels(world, told)
        assert (label.loss, label.catch, label.entry, label.due_at) == (0.0, 0.0, None, None)
    assert known(world, "refund.create", "low").attempts[0].cells == {}


def test_a_page_is_not_believed_that_somebody_read_longer_than_they_could(world: World) -> None:
    told = post(world)
    vote.vote(
        world.org,
        key_of(told),
        actor=world.as_person("bo"),
        cast=CastVote("approve", told["digest"], review_seconds=30.0),
    )
    assert labels(world, told)[0].catch == 0.0


def test_by_api_the_time_since_they_were_asked_is_held_to_the_floor_that_policy_names(world: World) -> None:
    unsaid = post(world)
    cast(world, "bo", unsaid)
    assert labels(world, unsaid)[0].catch is None, "nobody measured it, and policy names no floor"
    world.change(
        lambda document: document["agents"][0]["actions"][0].setdefault("trust", {}).update(reading_floor="5s")
    )
    fast, told = post(world), post(world)
    cast(world, "bo", fast)
    world.turn(seconds=6)
    cast(world, "bo", told)
    assert [labels(world, one)[0].catch for one in (fast, told)] == [0.0, None]


def test_rules_questions_and_unknown_types_say_nothing(world: World) -> None:
    asked = post(world, {"q": "Which?"}, kind="question")
    looked(world, "bo", asked, answer="That one.")
    unknown = post(world, {"x": 1}, action="rocket.launch")
    looked(world, "bo", unknown, "reject")
    assert labels(world, asked) == labels(world, unknown) == []
    assert lane(world, "rocket.launch", "high") is None


def test_good_news_waits_and_bad_news_does_not(world: World) -> None:
    def patient(document: Document) -> None:
        quickly(document, promotion="automatic")
        document["agents"][0]["actions"][1]["trust"]["maturity"] = "72h"

    world.change(patient)
    good, bad = note(world), note(world)
    looked(world, "bo", good)
    looked(world, "bo", bad, "reject")
    (label,) = labels(world, good)
    assert label.entry is None
    assert label.due_at is not None
    assert known(world).attempts[0].cells == {(1.0, 0.9, 1.0): 1}
    assert pass_time(world, hours=71) == 0
    assert pass_time(world, hours=1.1) == 1
    (label,) = labels(world, good)
    assert (label.due_at, label.entry) == (None, 3)
    assert known(world).attempts[0].cells == {(1.0, 0.9, 0.0): 1, (1.0, 0.9, 1.0): 1}
    assert replays(world) == 1
    assert pass_time(world, hours=1) == 0


def test_silence_counts_against_a_promotion_after_a_week(world: World) -> None:
    expired, gone, held = post(world), post(world), post(world)
    withdraw.withdraw(world.org, key_of(gone), actor=world.as_agent(), reason="No longer needed.")
    world.turn(days=2)
    sweep(world)
    for told in (expired, gone, held):
        (label,) = labels(world, told)
        assert (label.source, label.loss, label.answered, label.entry) == ("silence", 1.0, False, None)
    pass_time(world, days=4)
    assert labels(world, gone)[0].entry is None
    pass_time(world, days=1.1)
    assert known(world, "refund.create", "medium").attempts[0].cells == {(1.0, 0.0, 1.0): 3}
    assert known(world, "refund.create", "medium").level_labels == 0, "nobody answered"
    assert replays(world) == 1


def test_what_the_agent_changed_itself_was_never_judged_as_it_was_drawn(world: World) -> None:
    told = post(world)
    changed = revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("80.00")))
    looked(world, "bo", changed)
    (label,) = labels(world, told)
    assert (label.source, label.entry) == ("silence", None)
    again = post(world)
    changed = revise(world.org, key_of(again), actor=world.as_agent(), revised=revised(refund("80.00")))
    looked(world, "bo", changed, "reject")
    assert labels(world, again)[0].loss == 1.0, "an error is an error"


def test_a_time_out_that_approves_is_no_evidence(world: World) -> None:
    def silent(document: Document) -> None:
        document["chains"].append({"slug": "silent", "decide_within": "1h", "finally": "approve"})
        document["routes"].insert(0, SILENT_NOTES)

    world.change(silent)
    told = note(world)
    world.turn(hours=2)
    sweep(world)
    assert now(world, told)["decision"]["by"] == "deadline"
    assert now(world, told)["status"] == "approved"
    assert labels(world, told) == []


def test_an_error_found_tightens_at_once_and_is_told(world: World) -> None:
    world.change(lambda document: quickly(document, promotion="automatic"))
    climbed(world, "assisted")
    told = next(one for one in (note(world) for _ in range(20)) if one["status"] == "pending")
    looked(world, "bo", told, "reject")
    row = lane(world)
    assert row is not None
    assert row.tightened
    assert codes(world)[-1] == "tighten"
    assert all(note(world)["status"] == "pending" for _ in range(5)), "nothing runs alone"
    assert replays(world) == 1


def test_the_page_asks_what_an_edit_and_a_rejection_mean(world: World) -> None:
    bo = browser_of(world, "bo")
    rejected, edited, wrong = post(world), post(world), post(world)
    page = bo.text(f"/actions/{rejected['id']}")
    assert "The agent could not have known" in page
    assert "It would have been fine as proposed" in page
    bo.decide(rejected, "reject", comment="A fraud case was opened.", no_fault="1", reviewed="30")
    change = {"edited": "1", "arg:/amount": "90.00", "reviewed": "30"}
    bo.decide(edited, "approve", **change, fine_as_proposed="1")
    bo.decide(wrong, "approve", **change)
    assert now(world, rejected)["status"] == "rejected"
    assert labels(world, rejected) == []
    assert [label.loss for told in (edited, wrong) for label in labels(world, told)] == [0.0, 1.0]


def test_an_engine_that_is_killed_between_leaves_what_is_due_due(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def patient(document: Document) -> None:
        quickly(document, promotion="automatic")
        document["agents"][0]["actions"][1]["trust"]["maturity"] = "1h"

    def killed(*_: object) -> None:
        raise SystemExit

    world.change(patient)
    told = [note(world) for _ in range(3)]
    for one in told:
        looked(world, "bo", one)
    before = lane(world)
    assert before is not None
    world.turn(hours=2)
    with monkeypatch.context() as broken:
        broken.setattr(telling, "tell", killed)
        with pytest.raises(SystemExit):
            trust_sweep.sweep(at=clock.now(), org=world.org)
    row = lane(world)
    assert row is not None
    assert row.state == before.state
    assert all(labels(world, one)[0].due_at for one in told)
    assert trust_sweep.sweep(at=clock.now(), org=world.org) == 1
    assert known(world).attempts[0].cells == {(1.0, 0.9, 0.0): 3}
    assert replays(world) == 1


def test_what_waits_longer_than_a_week_is_silence_until_it_is_answered(world: World) -> None:
    world.change(lambda document: document["chains"][0].update(decide_within="30d"))
    waiting, gone = post(world), post(world)
    looked(world, "bo", post(world))
    world.turn(days=6)
    assert trust_sweep.note_waiting(world.org) == 0
    world.turn(days=2)
    assert trust_sweep.note_waiting(world.org) == 2
    assert trust_sweep.note_waiting(world.org) == 0
    assert trust_sweep.sweep(at=clock.now(), org=world.org) == 1
    assert known(world, "refund.create", "medium").attempts[0].cells == {(1.0, 0.0, 1.0): 2, (1.0, 0.9, 0.0): 1}
    looked(world, "bo", waiting)
    assert known(world, "refund.create", "medium").attempts[0].cells == {(1.0, 0.0, 1.0): 1, (1.0, 0.9, 0.0): 2}
    looked(world, "bo", gone, "reject")
    assert known(world, "refund.create", "medium").attempts[0].cells == {(1.0, 0.9, 1.0): 1, (1.0, 0.9, 0.0): 2}
    assert replays(world) == 1

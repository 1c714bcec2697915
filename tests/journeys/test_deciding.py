"""How people decide: votes, edits, questions, handing over, and what everybody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.flow import ask, claim, escalate, finish, reassign, reply, report, revoke, snooze, start, withdraw
from approvals.flow.refusals import (
    AlreadyClaimed,
    AlreadyClosed,
    AlreadyStarted,
    CommentRequired,
    InvalidArguments,
    InvalidVote,
    NoQuestion,
    NotAsked,
    NotStarted,
    QuestionOpen,
    SelfApproval,
    Stale,
)
from approvals.flow.report import AgentsCannotPraise
from approvals.flow.snooze import InvalidSnooze
from approvals.models import Revision
from core import clock, tx
from core.canonical import action_digest
from tests.play import cast, history_holds, key_of, kinds, now, parcels, post, refund, sweep
from tests.world import Document, World


def test_one_approval_decides_and_the_agent_is_told(world: World) -> None:
    told = post(world, callback_url="https://agent.example/hook", state={"mine": [1, 2]})
    assert {one["email"] for one in told["asked"]} == {world.email(name) for name in ("bo", "cy", "dee")}
    done = cast(world, "bo", told, comment="Looks right.")
    assert done["status"] == "approved"
    assert done["decision"]["outcome"] == "approved"
    assert done["decision"]["people"][0]["email"] == world.email("bo")
    assert done["decision"]["people"][0]["comment"] == "Looks right."
    assert done["asked"] == []
    assert done["execute_by"] is not None
    (callback,) = parcels(world, told)
    assert callback["payload"]["type"] == "action.decided"
    assert callback["payload"]["data"]["decision"]["id"] == done["decision"]["id"]
    assert callback["payload"]["data"]["state"] == {"mine": [1, 2]}
    assert kinds(world, told) == ["action.posted", "action.voted", "action.decided"]
    history_holds(world)


def test_two_of_a_team(world: World) -> None:
    told = post(world, refund("600.00"))
    assert told["votes"] == {"approvals": 0, "needed": 2}
    first = cast(world, "bo", told)
    assert (first["status"], first["votes"]["approvals"]) == ("pending", 1)
    assert [one["email"] for one in first["asked"]] == [world.email("cy")]
    assert cast(world, "cy", told)["status"] == "approved"


def test_one_rejection_ends_it_and_needs_a_reason(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    with pytest.raises(CommentRequired):
        cast(world, "cy", told, "reject", comment="  ")
    ended = cast(world, "cy", told, "reject", comment="Offer a replacement first.")
    assert (ended["status"], ended["decision"]["comment"]) == ("rejected", "Offer a replacement first.")
    assert ended["execute_by"] is None


def test_a_vote_can_be_changed_until_it_is_decided(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    ended = cast(world, "bo", told, "reject", comment="On second thoughts, no.")
    assert ended["status"] == "rejected"
    assert kinds(world, told).count("action.voted") == 2
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)


def test_repeating_ones_own_vote_answers_the_same(world: World) -> None:
    told = post(world)
    first = cast(world, "bo", told)
    again = cast(world, "bo", told)
    assert again["decision"]["id"] == first["decision"]["id"]
    assert kinds(world, told).count("action.voted") == 1


def test_a_vote_on_something_else_is_stale(world: World) -> None:
    told = post(world)
    with pytest.raises(Stale):
        cast(world, "bo", told, digest="sha256:" + "f" * 64)


def test_approving_with_changes_decides_where_one_approval_suffices(world: World) -> None:
    told = post(world)
    done = cast(world, "bo", told, arguments=refund("50.00"), comment="Half.")
    assert done["status"] == "approved"
    assert done["decision"]["edited"] is True
    assert done["arguments"]["amount"] == "50.00"
    assert done["original_arguments"]["amount"] == "100.00"
    assert done["revision"] == 2
    assert done["digest"] == action_digest(world.slug, "refunds", "refund.create", refund("50.00"))
    begun = start.start(world.org, key_of(told), actor=world.as_agent(), digest=done["digest"])
    assert begun["execution"]["status"] == "started"
    with tx.reading(world.org):
        assert Revision.objects.filter(action_id=key_of(told)).count() == 2
    history_holds(world)


def test_an_edit_must_fit_the_schema_and_policy(world: World) -> None:
    told = post(world)
    with pytest.raises(InvalidArguments) as refused:
        cast(world, "bo", told, arguments={"amount": 50, "currency": "EUR"})
    assert refused.value.errors[0].pointer == "/arguments/amount"
    world.change(lambda document: document["agents"][0]["actions"][0].update(limits={"max_amount": "200 EUR"}))
    with pytest.raises(InvalidArguments):
        cast(world, "bo", told, arguments=refund("300.00"))
    assert now(world, told)["revision"] == 1


def test_an_edit_where_two_are_needed_is_a_proposal_its_author_cannot_approve(world: World) -> None:
    def third(document: Document) -> None:
        document["people"].append({"email": world.email("gus"), "name": "Gus", "roles": ["approver"]})
        document["teams"][0]["members"].append(world.email("gus"))

    world.change(third)
    told = post(world, refund("600.00"))
    cast(world, "cy", told)
    changed = cast(world, "bo", told, arguments=refund("550.00"))
    assert (changed["status"], changed["revision"], changed["votes"]["approvals"]) == ("pending", 2, 0)
    with pytest.raises(SelfApproval):
        cast(world, "bo", changed)
    cast(world, "cy", changed)
    done = cast(world, "gus", changed)
    assert (done["status"], done["decision"]["edited"]) == ("approved", True), "it is not what was proposed"
    history_holds(world)


def test_raising_the_amount_beyond_one_approval_asks_for_two(world: World) -> None:
    told = post(world)
    changed = cast(world, "bo", told, arguments=refund("900.00"))
    assert (changed["status"], changed["votes"]["needed"]) == ("pending", 2)


def test_a_critical_action_is_never_decided_by_its_editor(world: World) -> None:
    told = post(world, {"customer": "Marta"}, action="account.close")
    changed = cast(world, "bo", told, arguments={"customer": "Marta", "keep_data": True})
    assert changed["status"] == "pending"


def test_a_question_stops_the_clock_and_the_answer_lets_it_go_on(world: World) -> None:
    told = post(world, callback_url="https://agent.example/hook")
    asked = ask.ask(world.org, key_of(told), actor=world.as_person("bo"), text="Which order is it?")
    assert asked["info_requested"]["text"] == "Which order is it?"
    with pytest.raises(QuestionOpen):
        ask.ask(world.org, key_of(told), actor=world.as_person("cy"), text="And me?")
    world.turn(hours=3)
    answered = reply.reply(world.org, key_of(told), actor=world.as_agent(), text="48213")
    assert answered["info_requested"] is None
    assert answered["replies"][0]["text"] == "48213"
    with pytest.raises(NoQuestion):
        reply.reply(world.org, key_of(told), actor=world.as_agent(), text="again")
    world.turn(hours=2)  # five hours after the post, two after the answer
    assert sweep(world) == 0
    assert now(world, told)["status"] == "pending"
    world.turn(hours=2, minutes=1)
    assert sweep(world) == 1
    assert [one["kind"] for one in parcels(world, told)] == ["action.info_requested", "action.decided"]


def test_a_question_nobody_answers_stops_the_clock_for_a_day_at_most(world: World) -> None:
    told = post(world)
    ask.ask(world.org, key_of(told), actor=world.as_person("bo"), text="Hello?")
    world.turn(hours=24, seconds=1)
    assert sweep(world) == 1
    assert now(world, told)["status"] == "pending"
    world.turn(hours=4)
    assert sweep(world) == 1
    assert now(world, told)["status"] == "expired"


def test_a_claim_names_its_holder_binds_nobody_and_ends(world: World) -> None:
    told = post(world)
    claim.claim(world.org, key_of(told), actor=world.as_person("bo"))
    with pytest.raises(AlreadyClaimed) as refused:
        claim.claim(world.org, key_of(told), actor=world.as_person("cy"))
    assert refused.value.extra["claimed_by"] == world.email("bo")
    world.turn(minutes=16)
    claim.claim(world.org, key_of(told), actor=world.as_person("cy"))
    assert cast(world, "bo", told, "reject", comment="No.")["status"] == "rejected"


def test_handing_over_keeps_quorum_and_clock(world: World) -> None:
    told = post(world)
    moved = reassign.reassign(world.org, key_of(told), actor=world.as_person("bo"), to=world.email("cy"))
    assert world.email("bo") not in [one["email"] for one in moved["asked"]]
    assert (moved["decide_by"], moved["votes"]["needed"]) == (told["decide_by"], 1)
    with pytest.raises(NotAsked):
        cast(world, "bo", told)
    assert cast(world, "cy", told)["status"] == "approved"


def test_escalating_asks_the_fallback_once_and_only_from_a_fresh_page(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(owner=world.email("eve")))
    told = post(world)
    with pytest.raises(Stale):
        escalate.escalate(world.org, key_of(told), actor=world.as_person("bo"), epoch=told["epoch"] + 1)
    more = escalate.escalate(world.org, key_of(told), actor=world.as_person("bo"), epoch=told["epoch"])
    assert world.email("ana") in [one["email"] for one in more["asked"]]
    assert more["epoch"] == told["epoch"] + 1
    assert cast(world, "ana", more)["status"] == "approved"


def test_snoozing_is_personal_and_ends_before_the_deadline(world: World) -> None:
    told = post(world)
    with pytest.raises(InvalidSnooze):
        snooze.snooze(world.org, key_of(told), actor=world.as_person("bo"), until=clock.now() - timedelta(minutes=1))
    snooze.snooze(world.org, key_of(told), actor=world.as_person("bo"), until=clock.now() + timedelta(days=2))
    assert now(world, told)["decide_by"] == told["decide_by"]
    with pytest.raises(NotAsked):
        snooze.snooze(world.org, key_of(told), actor=world.as_person("eve"), until=clock.now() + timedelta(hours=1))


def test_questions_take_a_choice_or_free_text(world: World) -> None:
    choices = ({"name": "card", "title": "To the card"}, {"name": "voucher", "title": "As a voucher"})
    told = post(world, kind="question", choices=choices)
    with pytest.raises(InvalidVote):
        cast(world, "bo", told)
    with pytest.raises(InvalidVote):
        cast(world, "bo", told, choice="cash")
    done = cast(world, "bo", told, choice="voucher")
    assert (done["status"], done["decision"]["outcome"], done["decision"]["choice"]) == (
        "approved",
        "answered",
        "voucher",
    )
    free = post(world, kind="question")
    assert cast(world, "bo", free, answer="Next week.")["decision"]["answer"] == "Next week."


def test_withdrawing_ends_it_for_everybody(world: World) -> None:
    told = post(world, callback_url="https://agent.example/hook")
    gone = withdraw.withdraw(world.org, key_of(told), actor=world.as_agent(), reason="solved otherwise")
    assert (gone["status"], gone["asked"]) == ("withdrawn", [])
    assert withdraw.withdraw(world.org, key_of(told), actor=world.as_agent(), reason="")["status"] == "withdrawn"
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)
    history_holds(world)


def test_taking_an_approval_back(world: World) -> None:
    told = cast(world, "bo", post(world, callback_url="https://agent.example/hook"))
    back = revoke.revoke(world.org, key_of(told), actor=world.as_person("cy"), reason="wrong customer")
    assert back["execution"]["status"] == "revoked"
    assert [one["kind"] for one in parcels(world, told)] == ["action.decided", "action.revoked"]
    used = cast(world, "bo", post(world))
    start.start(world.org, key_of(used), actor=world.as_agent(), digest=used["digest"])
    with pytest.raises(AlreadyStarted):
        revoke.revoke(world.org, key_of(used), actor=world.as_person("bo"), reason="too late")


def test_finishing_and_what_happened_afterwards(world: World) -> None:
    told = cast(world, "bo", post(world))
    agent = world.as_agent()
    with pytest.raises(NotStarted):
        finish.finish(world.org, key_of(told), actor=agent, status="succeeded", detail="")
    start.start(world.org, key_of(told), actor=agent, digest=told["digest"])
    done = finish.finish(world.org, key_of(told), actor=agent, status="succeeded", detail="re_123")
    assert done["execution"] | {"at": ""} == {"status": "succeeded", "at": "", "detail": "re_123"}
    with pytest.raises(AgentsCannotPraise):
        report.report(world.org, key_of(told), actor=agent, verdict="correct")
    wrong = report.report(
        world.org, key_of(told), actor=world.as_reporter(), verdict="incorrect", severity="minor", note="twice"
    )
    assert (wrong["outcome"]["verdict"], wrong["outcome"]["severity"]) == ("incorrect", "minor")


def test_a_chain_that_ends_in_hold_keeps_waiting(world: World) -> None:
    told = post(world, {"to": "a@b.example"}, agent="outreach", action="email.send")
    world.turn(days=2, seconds=1)
    assert sweep(world) == 1
    held = now(world, told)
    assert (held["status"], held["held"], held["step"]["next_at"]) == ("pending", True, None)
    assert held["decide_by"] is None
    assert len(parcels(world, told, "email")) > len(told["asked"])
    assert cast(world, "cy", told)["status"] == "approved"
    history_holds(world)


def test_an_unknown_type_is_high_risk_and_noted(world: World) -> None:
    told = post(world, {"x": 1}, action="never.heard")
    assert told["verdict"]["risk"] == "high"
    assert "agent.unknown_type" in kinds(world, told)

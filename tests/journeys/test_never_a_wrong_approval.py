"""What must never happen, told as it would be tried."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from approvals.flow import ask, pause, reassign, revise, revoke, start, vote
from approvals.flow.refusals import (
    AlreadyClosed,
    AlreadyStarted,
    DigestMismatch,
    Lapsed,
    NotApproved,
    NotAsked,
    NotAuthorized,
    OverLimit,
    Paused,
    Revoked,
    SelfApproval,
    Stale,
)
from approvals.models import Action
from approvals.posted import CastVote
from core import tx
from tests.play import cast, history_holds, key_of, kinds, now, parcels, post, refund, revised, sweep
from tests.world import Document, World


def only_in_finance(name: str) -> Callable[[Document], None]:
    """Leave one person in the team, and ask for one approval everywhere."""

    def change(document: Document) -> None:
        members = document["teams"][0]["members"]
        document["teams"][0]["members"] = [email for email in members if email.startswith(f"{name}@")]
        document["routes"][0]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]]

    return change


def test_silence_expires_and_counts_as_rejected(world: World) -> None:
    told = post(world, callback_url="https://agent.example/hook")
    world.turn(hours=4, seconds=1)
    assert sweep(world) == 1
    ended = now(world, told)
    assert ended["status"] == "expired"
    assert (ended["decision"]["outcome"], ended["decision"]["by"]) == ("rejected", "deadline")
    assert ended["decision"]["people"] == []
    assert [parcel["kind"] for parcel in parcels(world, told)] == ["action.decided"]
    assert sweep(world) == 0
    history_holds(world)


def test_a_late_vote_is_refused_although_no_engine_ran(world: World) -> None:
    told = post(world)
    world.turn(hours=4, seconds=1)
    with pytest.raises(AlreadyClosed) as refused:
        cast(world, "bo", told)
    assert refused.value.extra["decision"]["by"] == "deadline"
    assert now(world, told)["status"] == "expired"
    assert "action.vote_late" in kinds(world, told)
    history_holds(world)


def test_the_deadline_moment_itself_is_too_late(world: World) -> None:
    told = post(world, decide_within=60)
    world.turn(seconds=60)
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)


def test_who_asked_is_never_asked_and_cannot_decide(world: World) -> None:
    told = post(world, requested_by=world.email("bo"))
    assert world.email("bo") not in [one["email"] for one in told["asked"]]
    with pytest.raises(SelfApproval):
        cast(world, "bo", told)
    assert now(world, told)["status"] == "pending"


def test_the_agents_owner_cannot_decide_unless_the_organization_says_so(world: World) -> None:
    told = post(world, action="note.add", arguments={"customer": "Marta"})
    with pytest.raises(SelfApproval):
        cast(world, "ana", told)
    world.change(lambda document: document["organization"].update(owner_may_decide=True))
    world.change(lambda document: document["teams"][0]["members"].append(world.email("ana")))
    told = post(world)
    assert cast(world, "ana", told)["status"] == "approved"


def test_the_requester_as_only_approver_leads_to_the_fallback(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(owner=world.email("eve")))
    world.change(only_in_finance("bo"))
    told = post(world, requested_by=world.email("bo"))
    assert [one["email"] for one in told["asked"]] == [world.email("ana")]
    with pytest.raises(SelfApproval):
        cast(world, "bo", told)


def test_nobody_eligible_holds_and_raises_an_alarm(world: World) -> None:
    world.change(only_in_finance("dee"))
    told = post(world, refund("400.00"))  # beyond Dee; the fallback, Ana, owns the agent
    assert told["status"] == "pending"
    assert told["held"] is True
    assert told["decide_by"] is None
    assert "action.held" in kinds(world, told)
    assert [one["address"] for one in parcels(world, told, "email")] == [world.email("ana")]
    world.turn(days=9)
    assert sweep(world) == 0
    assert now(world, told)["status"] == "pending"


def test_a_held_action_is_decided_once_somebody_may(world: World) -> None:
    world.change(only_in_finance("dee"))
    told = post(world, refund("400.00"))
    assert told["held"]
    world.change(lambda document: document["teams"][0].update(members=[world.email("dee"), world.email("cy")]))
    assert cast(world, "cy", told)["status"] == "approved"
    history_holds(world)


def test_a_changed_action_needs_new_votes(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    changed = revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("700.00")))
    assert changed["revision"] == 2
    assert changed["votes"] == {"approvals": 0, "needed": 2}
    assert changed["decide_by"] == told["decide_by"]
    with pytest.raises(Stale):
        cast(world, "cy", told)
    cast(world, "bo", changed)
    assert cast(world, "cy", changed)["status"] == "approved"
    history_holds(world)


def test_a_revision_that_policy_forbids_ends_the_action(world: World) -> None:
    world.change(lambda document: document["agents"][0]["actions"][0].update(limits={"max_amount": "800 EUR"}))
    told = post(world, refund("600.00"))
    changed = revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("900.00")))
    assert (changed["status"], changed["decision"]["by"]) == ("rejected", "limit")
    history_holds(world)


def test_a_revision_cannot_take_the_shorter_road(world: World) -> None:
    told = post(world, refund("600.00"))
    changed = revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund("60.00")))
    assert changed["votes"]["needed"] == 2


def test_an_approval_starts_once_in_time_and_for_what_was_approved(world: World) -> None:
    told = post(world)
    agent = world.as_agent()
    with pytest.raises(NotApproved):
        start.start(world.org, key_of(told), actor=agent, digest=told["digest"])
    approved = cast(world, "bo", told)
    with pytest.raises(DigestMismatch):
        start.start(world.org, key_of(told), actor=agent, digest="sha256:" + "0" * 64)
    begun = start.start(world.org, key_of(told), actor=agent, digest=approved["digest"])
    assert begun["execution"]["status"] == "started"
    with pytest.raises(AlreadyStarted):
        start.start(world.org, key_of(told), actor=agent, digest=approved["digest"])
    assert kinds(world, told).count("action.started") == 1
    assert kinds(world, told).count("action.start_refused") == 3


def test_an_unused_approval_lapses(world: World) -> None:
    told = post(world, callback_url="https://agent.example/hook")
    cast(world, "bo", told)
    world.turn(minutes=15, seconds=1)
    with pytest.raises(Lapsed):
        start.start(world.org, key_of(told), actor=world.as_agent(), digest=told["digest"])
    assert now(world, told)["execution"]["status"] == "lapsed"
    assert [one["kind"] for one in parcels(world, told)] == ["action.decided", "action.lapsed"]


def test_what_is_paused_revoked_or_over_a_limit_by_now_does_not_start(world: World) -> None:
    agent = world.as_agent()
    told = cast(world, "bo", post(world))
    pause.pause(world.org, actor=world.as_person("bo"), agent="refunds", reason="odd refunds")
    with pytest.raises(Paused):
        start.start(world.org, key_of(told), actor=agent, digest=told["digest"])
    assert post(world)["verdict"]["by"] == "paused"
    pause.resume(world.org, actor=world.as_person("ana"), agent="refunds", reason="looked into it")
    world.change(lambda document: document["agents"][0]["actions"][0].update(limits={"max_amount": "50 EUR"}))
    with pytest.raises(OverLimit):
        start.start(world.org, key_of(told), actor=agent, digest=told["digest"])
    world.change(lambda document: document["agents"][0]["actions"][0].pop("limits"))
    revoke.revoke(world.org, key_of(told), actor=world.as_person("cy"), reason="wrong customer")
    with pytest.raises(Revoked):
        start.start(world.org, key_of(told), actor=agent, digest=told["digest"])


def test_a_demoted_approvers_vote_is_void(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    world.change(lambda document: document["people"][1].update(roles=["viewer"]))
    second = cast(world, "cy", told)
    assert second["status"] == "pending"
    assert second["votes"]["approvals"] == 1
    with pytest.raises(NotAuthorized):
        cast(world, "bo", told, comment="again")


def test_an_archived_approver_cannot_decide(world: World) -> None:
    told = post(world)
    bo = world.as_person("bo")

    def without_bo(document: Document) -> None:
        document["people"].pop(1)
        document["teams"][0]["members"].remove(world.email("bo"))
        document["agents"][1].update(owner=world.email("eve"))

    world.change(without_bo)
    with pytest.raises((NotAsked, NotAuthorized)):
        vote.vote(world.org, key_of(told), actor=bo, cast=CastVote("approve", told["digest"]))


def test_too_few_left_asks_the_fallback_and_then_holds(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(owner=world.email("eve")))
    told = post(world, refund("600.00"))  # 2 of bo, cy; Dee only up to 100
    waiting = cast(world, "bo", told, "abstain")
    assert world.email("ana") in [one["email"] for one in waiting["asked"]]
    held = cast(world, "ana", told, "abstain")
    assert held["held"] is True
    assert held["votes"]["needed"] == 2


def test_who_is_not_asked_cannot_vote(world: World) -> None:
    told = post(world)
    for name in ("eve", "finn"):
        with pytest.raises(NotAsked):
            cast(world, name, told)


def test_beyond_ones_authority_is_beyond(world: World) -> None:
    told = post(world, refund("150.00"))
    assert world.email("dee") not in [one["email"] for one in told["asked"]]
    with pytest.raises(NotAuthorized):
        cast(world, "dee", told)


def test_a_question_does_not_let_the_agent_outlive_its_own_deadline(world: World) -> None:
    told = post(world, decide_within=3600)
    ask.ask(world.org, key_of(told), actor=world.as_person("bo"), text="Which order?")
    world.turn(minutes=61)
    assert sweep(world) == 1
    assert now(world, told)["status"] == "expired"


def test_handing_over_to_somebody_barred_is_refused(world: World) -> None:
    told = post(world, requested_by=world.email("cy"))
    with pytest.raises(NotAuthorized):
        reassign.reassign(world.org, key_of(told), actor=world.as_person("bo"), to=world.email("cy"))


@pytest.mark.parametrize("amount", [None, "1e9", "NaN", "-600.00", 1e400])
def test_an_amount_that_cannot_be_read_takes_the_strictest_route(world: World, amount: object) -> None:
    arguments = refund()
    if amount is None:
        arguments.pop("amount")
    else:
        arguments["amount"] = amount if amount != 1e400 else "infinity"
    told = post(world, arguments)
    assert told["verdict"]["route"] == "big refunds"
    assert told["votes"]["needed"] == 2


def test_another_currency_takes_the_strictest_route(world: World) -> None:
    assert post(world, refund("10.00", "USD"))["verdict"]["route"] == "big refunds"


@pytest.mark.parametrize("order", ["deny first", "allow first"])
def test_deny_wins_in_either_order_and_both_hits_are_kept(world: World, order: str) -> None:
    rules = [
        {"name": "small is fine", "when": [{"field": "action", "op": "is", "value": "refund.create"}], "then": "allow"},
        {"name": "frozen", "when": [{"field": "environment", "op": "is", "value": "production"}], "then": "deny"},
    ]
    world.change(lambda document: document.update(rules=rules if order == "allow first" else rules[::-1]))
    told = post(world, environment="production")
    assert (told["status"], told["verdict"]["by"]) == ("rejected", "rule")
    with tx.reading(world.org):
        assert sorted(Action.objects.get(pk=key_of(told)).verdict["rules"]) == ["frozen", "small is fine"]
    assert post(world, environment="staging")["verdict"]["by"] == "rule"
    assert post(world, environment="staging")["status"] == "approved"


def test_admins_are_told_once_what_policy_could_not_tell(world: World) -> None:
    arguments = refund()
    arguments.pop("amount")
    first, second = post(world, arguments), post(world, arguments)
    assert "routing.indeterminate" in kinds(world, first)
    assert [one["address"] for one in parcels(world, first, "email") if one["kind"] == "mail"] == [world.email("ana")]
    assert [one for one in parcels(world, second, "email") if one["kind"] == "mail"] == []


def test_admins_are_told_once_of_a_type_nobody_gave(world: World) -> None:
    first, second = post(world, {"x": 1}, action="never.heard"), post(world, {"x": 2}, action="never.heard")
    assert [one["address"] for one in parcels(world, first, "email") if one["kind"] == "mail"] == [world.email("ana")]
    assert [one for one in parcels(world, second, "email") if one["kind"] == "mail"] == []

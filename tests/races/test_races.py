"""Two things at the same instant, twenty rounds each, on the real database."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from approvals.flow import lapse, pause, revise, start, submit, vote, withdraw
from approvals.flow.refusals import AlreadyClosed, AlreadyStarted, Stale
from approvals.models import Decision, Vote
from approvals.posted import CastVote, PostedAction
from core import clock, tx
from tests.play import at_once, cast, history_holds, key_of, kinds, now, post, refund, revised
from tests.world import Document, World, make_world

ROUNDS = 20


def ballot(world: World, name: str, told: dict[str, Any], how: str = "approve") -> Any:
    """Return a vote to be cast, with everything looked up before the race."""
    actor, wanted = world.as_person(name), CastVote(how, told["digest"], comment="" if how == "approve" else "No.")
    return partial(vote.vote, world.org, key_of(told), actor=actor, cast=wanted)


def cast_to(results: list[object]) -> list[tuple[dict[str, Any], bool]]:
    """Return the results of posts, each of which must have succeeded."""
    assert all(isinstance(one, tuple) for one in results), results
    return results  # type: ignore[return-value]


def test_two_who_decide_at_once_make_one_decision_and_the_loser_learns_it(world: World) -> None:
    for round_ in range(ROUNDS):
        told = post(world, refund(f"{round_ + 1}.00"))
        results = at_once(ballot(world, "bo", told), ballot(world, "cy", told, "reject"))
        won = [one for one in results if isinstance(one, dict)]
        lost = [one for one in results if isinstance(one, AlreadyClosed)]
        assert (len(won), len(lost)) == (1, 1), results
        assert lost[0].extra["decision"]["id"] == won[0]["decision"]["id"]
        assert kinds(world, told).count("action.decided") == 1
    history_holds(world)


def test_eight_approve_where_two_are_needed(world: World) -> None:
    def eight(document: Document) -> None:
        for number in range(8):
            email = f"p{number}@{world.slug}.test"
            document["people"].append({"email": email, "name": f"P {number}", "roles": ["approver"]})
            document["teams"][0]["members"].append(email)

    world.change(eight)
    for _ in range(ROUNDS // 4):
        told = post(world, refund("600.00"))
        results = at_once(*[ballot(world, f"p{number}", told) for number in range(8)])
        assert all(isinstance(one, dict | AlreadyClosed) for one in results), results
        with tx.reading(world.org):
            standing = Counter(Vote.objects.filter(action_id=key_of(told)).values_list("standing", flat=True))
            assert Decision.objects.filter(action_id=key_of(told)).count() == 1
        assert standing == {"counted": 2, "late": 6}
    history_holds(world)


def test_one_persons_double_click_is_one_vote(world: World) -> None:
    for _ in range(ROUNDS):
        told = post(world)
        first, second = at_once(ballot(world, "bo", told), ballot(world, "bo", told))
        assert isinstance(first, dict)
        assert isinstance(second, dict)
        assert first["decision"]["id"] == second["decision"]["id"]
        assert kinds(world, told).count("action.voted") == 1


def test_a_vote_and_the_deadline(world: World) -> None:
    for _ in range(ROUNDS):
        told = post(world, decide_within=2)
        world.turn(seconds=1.98)
        voted, lapsed = at_once(ballot(world, "bo", told), partial(_lapse_until, world, told))
        ended = now(world, told)
        assert ended["status"] in ("approved", "expired")
        assert isinstance(voted, dict if ended["status"] == "approved" else AlreadyClosed), (voted, lapsed)
        assert kinds(world, told).count("action.decided") == 1
    history_holds(world)


def _lapse_until(world: World, told: dict[str, Any]) -> bool:
    until = clock.monotonic() + 0.2
    while clock.monotonic() < until:
        if lapse.lapse(world.org, key_of(told)):
            return True
    return False


def test_ten_starts_are_one_start(world: World) -> None:
    for _ in range(ROUNDS // 4):
        told = cast(world, "bo", post(world))
        agent = world.as_agent()
        go = partial(start.start, world.org, key_of(told), actor=agent, digest=told["digest"])
        results = at_once(*[go] * 10)
        assert sum(isinstance(one, dict) for one in results) == 1
        assert sum(isinstance(one, AlreadyStarted) for one in results) == 9
        assert kinds(world, told).count("action.started") == 1


def test_the_same_post_twice_is_one_action(world: World) -> None:
    agent = world.as_agent()
    for round_ in range(ROUNDS):
        posted = PostedAction(body=b"{}", action="refund.create", arguments=refund(), idempotency_key=f"key-{round_}")
        results = at_once(*[partial(submit.submit, agent, posted)] * 2)
        pairs = cast_to(results)
        assert sorted(created for _, created in pairs) == [False, True]
        assert len({told["id"] for told, _ in pairs}) == 1


def test_a_hundred_parallel_posts_cannot_slip_past_a_limit(world: World) -> None:
    limits = {"per_hour": 30, "amount_per_day": "5000 EUR"}
    world.change(lambda document: document["agents"][0]["actions"][0].update(limits=limits))
    agent = world.as_agent()
    posted = PostedAction(body=b"{}", action="refund.create", arguments=refund("250.00"))

    def ten() -> list[str]:
        return [submit.submit(agent, posted)[0]["status"] for _ in range(10)]

    statuses = Counter(status for one in at_once(*[ten] * 10) for status in one)  # type: ignore[attr-defined]
    assert statuses == {"pending": 20, "rejected": 80}  # 20 × 250 EUR = 5,000 EUR
    history_holds(world)


def test_a_vote_and_a_revision(world: World) -> None:
    for round_ in range(ROUNDS):
        told = post(world)
        change = partial(
            revise.revise, world.org, key_of(told), actor=world.as_agent(), revised=revised(refund(f"{round_ + 2}.00"))
        )
        voted, changed = at_once(ballot(world, "bo", told), change)
        if isinstance(voted, dict):
            assert voted["status"] == "approved"
            assert isinstance(changed, AlreadyClosed)
            assert voted["digest"] == told["digest"]
        else:
            assert isinstance(voted, Stale)
            assert now(world, told)["status"] == "pending"
    history_holds(world)


def test_a_vote_and_a_withdrawal(world: World) -> None:
    for _ in range(ROUNDS):
        told = post(world)
        back = partial(withdraw.withdraw, world.org, key_of(told), actor=world.as_agent(), reason="")
        voted, gone = at_once(ballot(world, "bo", told), back)
        assert isinstance(voted, dict) != isinstance(gone, dict), (voted, gone)


def test_after_a_pause_nothing_posted_is_approved_by_itself(world: World) -> None:
    rule = {"name": "fine", "when": [{"field": "action", "op": "is", "value": "note.add"}], "then": "allow"}
    for _ in range(ROUNDS // 4):
        world = make_world(lambda document: document["rules"].append(rule))
        agent, bo = world.as_agent(), world.as_person("bo")
        posted = PostedAction(body=b"{}", action="note.add", arguments={"customer": "Marta"})
        results = at_once(
            partial(pause.pause, world.org, actor=bo, agent="refunds", reason="stop"),
            *[partial(submit.submit, agent, posted)] * 4,
        )
        assert isinstance(results[0], dict)
        assert submit.submit(agent, posted)[0]["verdict"]["by"] == "paused"
        for told, _ in cast_to(results[1:]):
            assert told["verdict"]["by"] in ("rule", "paused")


def test_two_engines_run_a_moment_once(world: World) -> None:
    for _ in range(ROUNDS):
        told = post(world, decide_within=1)
        world.turn(seconds=2)
        ran = at_once(*[partial(lapse.lapse, world.org, key_of(told))] * 2)
        assert sorted(ran) == [False, True], ran  # type: ignore[type-var]
        assert kinds(world, told).count("action.decided") == 1

"""Two things at the same instant about an action's chain, twenty rounds each, on the real database."""

from __future__ import annotations

from functools import partial

from approvals.flow import ask, escalate, lapse, reapply, reply
from approvals.flow.refusals import AlreadyClosed, Stale
from core import clock
from tests.chains import STANDARD, asked, entries, mail, ran, row, sent, to
from tests.chains import with_chain as chain
from tests.play import at_once, cast, history_holds, key_of, kinds, now, post, sweep
from tests.world import World

ROUNDS = 20


def test_two_who_move_it_on_at_once_move_it_once(world: World) -> None:
    world.change(
        chain({"at": "1h", "do": "add", "to": to(world, "mia")}, {"at": "2h", "do": "add", "to": to(world, "max")})
    )
    actors = [world.as_person("bo"), world.as_person("cy")]
    for _ in range(ROUNDS):
        told = post(world)
        go = [partial(escalate.escalate, world.org, key_of(told), actor=one, epoch=told["epoch"]) for one in actors]
        results = at_once(*go)
        assert sorted(type(one).__name__ for one in results) == ["Stale", "dict"], results
        assert asked(world, told) == {"bo", "cy", "dee", "mia"}
        assert ran(world, told) == ["1"]
    history_holds(world)


def test_a_step_by_hand_and_the_same_step_by_its_clock_is_one(world: World) -> None:
    world.change(chain({"at": "1s", "do": "add", "to": to(world, "mia")}))
    bo = world.as_person("bo")
    for _ in range(ROUNDS):
        told = post(world)
        world.turn(seconds=2)
        by_hand, _ = at_once(
            partial(escalate.escalate, world.org, key_of(told), actor=bo, epoch=told["epoch"]),
            partial(lapse.lapse, world.org, key_of(told)),
        )
        assert isinstance(by_hand, Stale), "what was due is done first"
        assert ran(world, told) == ["1"]
        assert mail(world, told)["action.asked"] == ["mia"]


def test_re_applying_and_a_step_of_the_old_chain(world: World) -> None:
    ana = world.as_person("ana")
    for round_ in range(ROUNDS // 2):
        world.change(chain({"at": "1s", "do": "add", "to": to(world, "mia")}))
        told = post(world)
        world.change(chain(*STANDARD, decide_within=f"{round_ + 5}h"))
        world.turn(seconds=2)
        moved, _ = at_once(
            partial(reapply.reapply, world.org, key_of(told), actor=ana, config_version=world.version),
            partial(lapse.lapse, world.org, key_of(told)),
        )
        assert isinstance(moved, dict), moved
        assert ran(world, told) == ["1"], "it was due before"
        assert row(world, told).step == 0
        assert len(entries(world, told, "action.reapplied")) == 1
    history_holds(world)


def test_an_answer_and_the_end_of_the_pause(world: World) -> None:
    world.change(chain(*STANDARD))
    bo, agent = world.as_person("bo"), world.as_agent()
    for _ in range(ROUNDS // 2):
        told = post(world)
        ask.ask(world.org, key_of(told), actor=bo, text="Why?")
        world.turn(hours=24, seconds=1)
        answered, _ = at_once(
            partial(reply.reply, world.org, key_of(told), actor=agent, text="Because."),
            partial(lapse.lapse, world.org, key_of(told)),
        )
        assert isinstance(answered, dict), answered
        kept = row(world, told)
        assert kept.paused_at is None
        assert kept.lapse_at is not None
        assert abs((kept.lapse_at - clock.now()).total_seconds() - 3600) < 5
        cast(world, "bo", now(world, told))


def test_a_vote_and_the_end_of_a_chain_with_steps(world: World) -> None:
    world.change(chain({"at": "1s", "do": "add", "to": to(world, "mia")}, decide_within="2s"))
    for _ in range(ROUNDS):
        told = post(world)
        sent(world)
        world.turn(seconds=2)
        voted, _ = at_once(partial(cast, world, "bo", told), partial(lapse.lapse, world.org, key_of(told)))
        assert isinstance(voted, AlreadyClosed)
        assert kinds(world, told).count("action.decided") == 1
        assert ran(world, told) == ["1"]
        assert mail(world, told) == {}
    assert sweep(world) == 0
    history_holds(world)

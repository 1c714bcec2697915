"""How a chain ends and how its clock stands still: silence that approves, pauses with a cap, business hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals.flow import ask, pause, reply, snooze
from approvals.flow.refusals import AlreadyClosed, QuestionOpen
from approvals.models import Action, Asked
from core import clock, tx
from tests.chains import REMIND, STANDARD, asked, entries, mail, moment, ran, row, sent, to
from tests.chains import with_chain as chain
from tests.play import cast, history_holds, key_of, now, parcels, post, sweep
from tests.world import Document, World

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE: Document = {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"mon-fri": ["08:00-17:00"]}}


def silent(document: Document) -> None:
    """Let silence approve notes, which are of low risk and reversible."""
    chain(*STANDARD)(document)
    document["chains"].append({"slug": "silent", "decide_within": "1h", "finally": "approve"})
    document["routes"].insert(
        0,
        {
            "name": "notes",
            "when": [
                {"field": "agent", "op": "is", "value": "refunds"},
                {"field": "action", "op": "is", "value": "note.add"},
            ],
            "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
            "chain": "silent",
        },
    )


def note(world: World, **more: Any) -> Document:
    """Let the agent ask to add a note."""
    return post(world, {"customer": "Marta"}, action="note.add", **more)


def question(world: World, told: Document, name: str = "bo") -> Document:
    """Let somebody ask the agent."""
    return ask.ask(world.org, key_of(told), actor=world.as_person(name), text="Why?")


def answer(world: World, told: Document) -> Document:
    """Let the agent answer."""
    return reply.reply(world.org, key_of(told), actor=world.as_agent(), text="Because.")


def test_silence_approves_what_an_admin_allowed_and_says_so_everywhere(world: World) -> None:
    world.change(silent)
    told = note(world, callback_url="http://127.0.0.1:9/hook")
    sent(world)
    world.turn(hours=1)
    sweep(world)
    ended = now(world, told)
    assert (ended["status"], ended["decision"]["outcome"], ended["decision"]["by"]) == (
        "approved",
        "approved",
        "deadline",
    )
    assert ended["decision"]["people"] == []
    (made,) = entries(world, told, "action.decided")
    assert (made["resolution"], made["evidence"], made["by"]) == ("timed_out_allow", False, "deadline")
    (callback,) = [one for one in parcels(world, told) if one["kind"] == "action.decided"]
    assert callback["payload"]["data"]["decision"] == ended["decision"]
    history_holds(world)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda kind: kind.update(risk="medium"), "its risk is"),
        (lambda kind: kind.update(reversible=False), "reversible"),
    ],
)
def test_silence_rejects_if_the_type_is_no_longer_harmless(world: World, change: Any, why: str) -> None:
    world.change(silent)
    told = note(world)

    def harder(document: Document) -> None:
        document["routes"] = document["routes"][1:]
        change(document["agents"][0]["actions"][1])

    world.change(harder)
    world.turn(hours=1)
    sweep(world)
    ended = now(world, told)
    assert (ended["status"], ended["decision"]["outcome"], ended["decision"]["by"]) == (
        "expired",
        "rejected",
        "deadline",
    )
    assert why in ended["decision"]["comment"]


def test_silence_rejects_what_a_rule_forbids_what_is_risky_and_what_a_stopped_agent_asks(world: World) -> None:
    world.change(silent)
    risky, forbidden, stopped = note(world, risk="high"), note(world, environment="production"), note(world)
    rule = {"name": "no", "when": [{"field": "environment", "op": "is", "value": "production"}], "then": "deny"}
    world.change(lambda document: document["rules"].append(rule))
    world.turn(hours=1)
    sweep_of = [now(world, one)["status"] for one in (risky, forbidden, stopped)]
    assert sweep_of == ["pending"] * 3
    pause.pause(world.org, actor=world.as_person("ana"), agent="refunds", reason="stop")
    sweep(world)
    assert [now(world, one)["status"] for one in (risky, forbidden, stopped)] == ["expired"] * 3
    history_holds(world)


def test_an_agent_cannot_have_silence_approve_sooner(world: World) -> None:
    world.change(silent)
    told = note(world, decide_within=1)
    world.turn(seconds=2)
    sweep(world)
    assert now(world, told)["status"] == "expired"


def test_a_question_lets_steps_and_deadline_wait_for_the_answer(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    world.turn(minutes=30)
    asked_ = question(world, told)
    assert asked_["step"]["next_at"] is None
    world.turn(hours=5)
    assert sweep(world) == 0
    back = answer(world, told)
    assert abs(moment(back["step"], "next_at") - clock.now() - timedelta(minutes=30)) < timedelta(seconds=2)
    assert abs(moment(back, "decide_by") - moment(told, "decide_by") - timedelta(hours=5)) < timedelta(seconds=2)
    world.turn(minutes=31)
    sweep(world)
    assert ran(world, told) == ["1"]


def test_a_pause_ends_after_24_hours_in_total_and_then_the_steps_go_on(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    question(world, told)
    with pytest.raises(QuestionOpen):
        question(world, told, "cy")
    world.turn(hours=20)
    answer(world, told)
    question(world, told)
    world.turn(hours=5)
    sweep(world)
    assert ran(world, told) == ["1"], "four hours more of a pause, and one of the clock"
    with pytest.raises(QuestionOpen):
        question(world, told)
    answer(world, told)
    assert question(world, told)["step"]["next_at"] is not None, "the time to stand still is used up"
    world.turn(hours=3, seconds=5)
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)
    assert now(world, told)["status"] == "expired"


def test_the_agents_own_time_runs_while_it_owes_an_answer(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world, decide_within=3600)
    question(world, told)
    world.turn(minutes=61)
    sweep(world)
    assert now(world, told)["status"] == "expired"


def test_a_muted_reminder_is_not_sent_and_the_clock_does_not_notice(world: World) -> None:
    world.change(chain({"at": "1h", "do": "remind"}, {"at": "1h", "do": "remind"}))
    told = post(world)
    sent(world)
    until = moment(told, "created_at") + timedelta(days=1)
    after = snooze.snooze(world.org, key_of(told), actor=world.as_person("bo"), until=until)
    assert (after["decide_by"], after["step"]) == (told["decide_by"], told["step"])
    with tx.reading(world.org):
        (snoozed,) = Asked.objects.filter(action_id=key_of(told)).exclude(snoozed_until=None)
    assert snoozed.snoozed_until == row(world, told).decide_by, "at most to the end, or to others being asked"
    world.turn(hours=1, minutes=1)
    sweep(world)
    assert mail(world, told) == {"action.reminded": ["cy", "dee"]}


def test_a_mute_ends_when_the_chain_asks_others(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    sent(world)
    until = moment(told, "created_at") + timedelta(days=1)
    snooze.snooze(world.org, key_of(told), actor=world.as_person("bo"), until=until)
    world.turn(hours=1, minutes=1)
    sweep(world)
    assert mail(world, told) == {"action.reminded": ["cy", "dee"]}
    sent(world)
    world.turn(hours=1)
    sweep(world)
    assert mail(world, told) == {"action.asked": ["mia"], "action.reminded": ["bo", "cy", "dee"]}


def test_two_hours_from_friday_at_four_end_on_tuesday_at_nine_if_monday_is_a_holiday(world: World) -> None:
    friday = datetime(2026, 12, 4, 16, tzinfo=AMSTERDAM)

    def on_office_time(document: Document) -> None:
        document["calendars"] = [OFFICE | {"holidays": ["2026-12-07"]}]
        chain({"at": "2h", "do": "remind"}, clock="office", decide_within="9h")(document)

    world.change(on_office_time)
    _turn_to(world, friday)
    told = post(world)
    due = moment(told["step"], "next_at").astimezone(AMSTERDAM)
    assert timedelta(0) <= due - datetime(2026, 12, 8, 9, tzinfo=AMSTERDAM) < timedelta(seconds=5)
    question(world, told)
    world.turn(hours=20)  # Saturday noon: nothing of the office's time
    back = answer(world, told)
    assert (
        timedelta(0)
        <= moment(back["step"], "next_at") - datetime(2026, 12, 8, 9, tzinfo=AMSTERDAM)
        < timedelta(minutes=61)
    )
    _turn_to(world, datetime(2026, 12, 9, 12, tzinfo=AMSTERDAM))
    sweep(world)
    assert ran(world, told) == ["1"]
    assert now(world, told)["status"] == "expired"


@pytest.mark.parametrize(
    ("night", "opens"),
    [(datetime(2027, 3, 28, 0, tzinfo=AMSTERDAM), 5), (datetime(2026, 10, 25, 0, tzinfo=AMSTERDAM), 7)],
)
def test_a_night_of_changed_clocks_has_as_many_hours_as_it_has(world: World, night: datetime, opens: int) -> None:
    nights = {"slug": "nights", "timezone": "Europe/Amsterdam", "hours": {"mon-sun": ["00:00-06:00"]}}

    def by_night(document: Document) -> None:
        document["calendars"] = [nights]
        chain({"at": f"{opens}h", "do": "remind"}, clock="nights", decide_within="20h")(document)

    world.change(by_night)
    _turn_to(world, night)
    told = post(world)
    after = moment(told["step"], "next_at").astimezone(AMSTERDAM)
    assert after - night.replace(hour=6) < timedelta(days=1, seconds=5)
    assert (moment(told["step"], "next_at") - moment(told, "created_at")) >= timedelta(hours=opens)


def test_elapsed_time_knows_nothing_of_changed_clocks(world: World) -> None:
    world.change(chain(REMIND))
    _turn_to(world, datetime(2027, 3, 28, 1, 30, tzinfo=AMSTERDAM))
    told = post(world)
    assert moment(told, "decide_by") - moment(told, "created_at") == timedelta(hours=4)


def test_a_chain_that_ends_in_a_hold_keeps_waiting_and_can_still_be_decided(world: World) -> None:
    world.change(chain(*STANDARD, **{"finally": "hold"}))
    told = post(world)
    world.turn(hours=5)
    sweep(world)
    held = now(world, told)
    assert (held["status"], held["held"], held["decide_by"]) == ("pending", True, None)
    assert asked(world, told) == {"bo", "cy", "dee", "mia"}
    assert "action.held" in mail(world, told)
    assert cast(world, "mia", held)["status"] == "approved"


def test_an_action_of_before_chains_had_steps_goes_on(world: World) -> None:
    told = post(world)
    _make_old(world.org, told)
    question(world, told)
    world.turn(hours=2)
    back = answer(world, told)
    assert abs(moment(back, "decide_by") - moment(told, "decide_by") - timedelta(hours=2)) < timedelta(seconds=2)
    world.turn(hours=4, seconds=5)
    assert sweep(world) == 1
    assert now(world, told)["status"] == "expired"
    history_holds(world)


def test_a_person_who_is_handed_it_is_asked_by_no_step(world: World) -> None:
    world.change(chain({"at": "1h", "do": "add", "to": to(world, "mia")}))
    told = post(world)
    world.turn(hours=1)
    sweep(world)
    with tx.reading(world.org):
        rows = Asked.objects.filter(action_id=key_of(told), left_at=None)
        by = {email.partition("@")[0]: step for email, step in rows.values_list("person__email", "step")}
    assert by == {"bo": "", "cy": "", "dee": "", "mia": "1"}


@tx.use_case
def _make_old(org: int, told: Document) -> None:
    """Write the plan as it was before."""
    action = Action.objects.get(pk=key_of(told))
    plan = dict(action.plan or {})
    plan["chain"] = {
        name: plan["chain"][name] for name in ("slug", "decide_within", "execute_within", "clock", "finally", "steps")
    }
    plan.pop("added")
    plan.pop("assign")
    Action.objects.filter(pk=action.pk).update(plan=plan)


def _turn_to(world: World, at: datetime) -> None:
    world.turn(seconds=(at.astimezone(UTC) - clock.now()).total_seconds())


def test_the_agents_own_limit_ends_what_is_held(world: World) -> None:
    world.change(chain(decide_within="1h", **{"finally": "hold"}))
    told = post(world, decide_within=2 * 3600)
    world.turn(hours=1)
    sweep(world)
    held = now(world, told)
    assert (held["status"], held["held"]) == ("pending", True)
    world.turn(hours=1)
    with pytest.raises(AlreadyClosed):
        cast(world, "bo", told)
    ended = now(world, told)
    assert (ended["status"], ended["decision"]["by"]) == ("expired", "deadline")
    history_holds(world)


def test_the_agents_own_limit_ends_what_nobody_could_decide(world: World) -> None:
    world.change(chain(decide_within="4h"))
    world.change(lambda document: document["routes"][-1].update(stages=[[{"approvals": 1, "from": to_ana(document)}]]))
    world.change(lambda document: document["routes"][-1].pop("fallback", None))
    told = post(world, decide_within=3600)
    assert told["held"] is True
    assert "It is held: nobody_eligible" in told["verdict"]["reason"]
    world.turn(hours=1, seconds=1)
    assert sweep(world) == 1
    assert now(world, told)["status"] == "expired"


def to_ana(document: Document) -> dict[str, str]:
    return {"person": f"ana@{document['organization']['slug']}.test"}

"""What is in flight keeps the road it began with, whatever is published, until an admin puts it on another."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.viewer import NotYourRole
from approvals.flow import ask, reapply
from approvals.flow.refusals import AlreadyClosed, Stale
from core import clock
from tests.chains import ADD_MANAGER, STANDARD, asked, entries, mail, moment, ran, row, sent, to
from tests.chains import with_chain as chain
from tests.play import cast, history_holds, key_of, kinds, now, post, refund, sweep
from tests.world import Document, World, row_of

QUICK = ({"at": "50%", "do": "remind"}, {"at": "75%", "do": "add", "to": {"manager_of": "asked"}})


def preview(world: World, told: Document) -> dict[str, Any]:
    """Return what re-applying would change, as an admin sees it."""
    return reapply.preview(world.org, key_of(told), actor=world.as_person("ana"))


def move(world: World, told: Document, *, version: int | None = None) -> dict[str, Any]:
    """Let the admin put an action on today's road."""
    actor = world.as_person("ana")
    return reapply.reapply(world.org, key_of(told), actor=actor, config_version=version or world.version)


def test_an_action_follows_the_chain_it_began_with_to_its_end(world: World) -> None:
    """Policy v1 in flight; v2 is published, a step deleted, a person, a team and a calendar deleted."""
    office = {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"mon-sun": ["00:00-24:00"]}}
    duty = {
        "slug": "duty",
        "timezone": "UTC",
        "people": [world.email("max")],
        "every": "1w",
        "starts": "2026-01-01T00:00",
    }
    steps = (
        {"at": "25%", "do": "add", "to": {"team": "second"}},
        {"at": "40%", "do": "add", "to": {"schedule": "duty"}},
        {"at": "50%", "do": "add", "to": to(world, "cy")},
        {"at": "75%", "do": "add", "to": to(world, "mia")},
    )

    def first(document: Document) -> None:
        chain(*steps, clock="office")(document)
        document["calendars"], document["schedules"] = [office], [duty]
        document["teams"].append({"slug": "second", "name": "Second line", "members": [world.email("max")]})
        document["routes"] = document["routes"][2:]

    def second(document: Document) -> None:
        del document["calendars"], document["schedules"], document["teams"][1]
        row_of(document, "chains", "standard").update(clock="wall", steps=[], decide_within="1d")
        document["people"] = [one for one in document["people"] if one["email"] != world.email("cy")]
        document["teams"][0]["members"] = [world.email("bo")]

    world.change(first)
    told = post(world)
    world.change(second)
    for _ in range(4):
        world.turn(hours=1)
        sweep(world)
    assert ran(world, told) == ["1", "4", "2", "3"], "what is gone finds nobody, and the next step comes at once"
    assert asked(world, told) == set()
    assert now(world, told)["status"] == "expired"
    history_holds(world)


def test_a_team_that_is_gone_leaves_nobody_and_the_ladder_begins(world: World) -> None:
    world.change(chain(ADD_MANAGER, {"at": "75%", "do": "add", "to": to(world, "max")}))
    told = post(world)

    def disband(document: Document) -> None:
        document["teams"] = [{"slug": "other", "name": "Other", "members": [world.email("max")]}]
        for route in document["routes"]:
            route["stages"] = [[{"approvals": 1, "from": {"team": "other"}}]]
        for name in ("bo", "cy", "dee"):
            row_of(document, "people", world.email(name))["roles"] = ["viewer"]

    world.change(disband)
    assert asked(world, told) == {"max"}
    assert ran(world, told) == ["2"]
    assert now(world, told)["held"] is False
    assert cast(world, "max", now(world, told))["status"] == "approved"
    history_holds(world)


def test_a_preview_says_what_would_change_and_changes_nothing(world: World) -> None:
    told = post(world)
    assert preview(world, told)["changes"] == []
    world.change(chain(*STANDARD, decide_within="8h"))
    seen = preview(world, told)
    assert seen["changes"] == ["decide_by", "steps"]
    assert [one["do"] for one in seen["then"]["steps"]] == ["remind", "add", "warn"]
    later = moment(seen["then"], "decide_by") - moment(seen["now"], "decide_by")
    assert abs(later - timedelta(hours=4)) < timedelta(seconds=1)
    assert (seen["keeps_votes"], seen["would_weaken"], seen["ends_at_once"]) == (True, None, False)
    assert now(world, told) == told


def test_re_applying_carries_over_the_time_that_has_passed(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    sent(world)
    world.turn(hours=1)
    world.change(chain(*QUICK, decide_within="2h"))
    moved = move(world, told)
    assert abs(moment(moved, "decide_by") - moment(told, "created_at") - timedelta(hours=2)) < timedelta(seconds=1)
    assert moved["epoch"] > told["epoch"]
    assert moved["votes"] == {"approvals": 1, "needed": 2}
    assert ran(world, told) == ["1"], "half of two hours has passed"
    assert mail(world, told) == {"action.reminded": ["cy"]}
    world.turn(minutes=30)
    sweep(world)
    assert asked(world, told) == {"cy", "mia"}
    world.turn(hours=2, minutes=40)
    assert sweep(world) == 1
    assert now(world, told)["status"] == "expired"
    assert ran(world, told) == ["1", "2"], "nothing of the old chain is run"
    (made,) = entries(world, told, "action.reapplied")
    assert made["config_version"] == world.version
    history_holds(world)


def test_half_of_the_time_moves_with_a_calendar_only_when_it_is_re_applied(world: World) -> None:
    office = {"slug": "office", "timezone": "Europe/Amsterdam", "hours": {"mon-sun": ["00:00-24:00"]}}

    def on_office_time(document: Document) -> None:
        document["calendars"] = [office]
        chain({"at": "50%", "do": "remind"}, clock="office")(document)

    world.change(on_office_time)
    told = post(world)
    world.change(lambda document: document["calendars"][0].update(hours={"mon-sun": ["03:00-03:30"]}))
    assert now(world, told)["step"] == told["step"]
    assert preview(world, told)["changes"] == ["decide_by"]
    moved = move(world, told)
    assert moment(moved["step"], "next_at") > moment(told["step"], "next_at") + timedelta(days=2)


def test_a_road_with_other_people_asks_anew(world: World) -> None:
    told = post(world, refund("600.00"))
    cast(world, "bo", told)
    world.change(chain())

    def three(document: Document) -> None:
        document["routes"][0]["stages"] = [[{"approvals": 3, "from": {"role": "approver"}}]]

    world.change(three)
    seen = preview(world, told)
    assert (seen["changes"], seen["keeps_votes"]) == (["needed", "people"], False)
    moved = move(world, told)
    assert moved["votes"] == {"approvals": 0, "needed": 3}
    assert asked(world, told) == {"bo", "cy", "mia", "max"}
    assert moved["verdict"]["config_version"] == world.version
    for name in ("bo", "mia", "max"):
        moved = cast(world, name, moved)
    assert moved["status"] == "approved"
    history_holds(world)


@pytest.mark.parametrize(
    ("weaker", "why"),
    [
        (
            lambda document: document["routes"][0].update(stages=[[{"approvals": 1, "from": {"team": "finance"}}]]),
            "1 instead of 2",
        ),
        (lambda document: document["chains"][0].update({"finally": "hold"}), "hold instead of reject"),
    ],
)
def test_re_applying_never_asks_less(world: World, weaker: Any, why: str) -> None:
    told = post(world, refund("600.00"))
    world.change(weaker)
    assert why in preview(world, told)["would_weaken"]
    with pytest.raises(reapply.WouldWeaken):
        move(world, told)
    assert now(world, told) == told


def test_re_applying_is_for_admins_and_bound_to_what_they_saw(world: World) -> None:
    told = post(world)
    seen = world.version
    world.change(chain(*STANDARD))
    with pytest.raises(Stale):
        move(world, told, version=seen)
    with pytest.raises(NotYourRole):
        reapply.reapply(world.org, key_of(told), actor=world.as_person("bo"), config_version=world.version)
    with pytest.raises(NotYourRole):
        reapply.preview(world.org, key_of(told), actor=world.as_person("bo"))
    cast(world, "bo", told)
    with pytest.raises(AlreadyClosed):
        move(world, told)
    with pytest.raises(AlreadyClosed):
        preview(world, told)


def test_an_action_that_is_held_gets_a_clock_again(world: World) -> None:
    world.change(lambda document: document["routes"][2].pop("fallback"))
    told = post(world)
    for name in ("bo", "cy", "dee"):
        cast(world, name, told, "abstain")
    assert now(world, told)["held"] is True
    world.turn(hours=9)

    def others(document: Document) -> None:
        chain(*STANDARD)(document)
        document["routes"][2]["stages"] = [[{"approvals": 1, "from": to(world, "mia")}]]

    world.change(others)
    moved = move(world, told)
    assert (moved["held"], moved["status"]) == (False, "pending")
    assert moment(moved, "decide_by") - clock.now() > timedelta(hours=3), "what it was held does not count"
    assert cast(world, "mia", moved)["status"] == "approved"
    history_holds(world)


def test_an_action_whose_agent_owes_an_answer_stays_paused(world: World) -> None:
    told = post(world)
    ask.ask(world.org, key_of(told), actor=world.as_person("bo"), text="Why?")
    world.turn(hours=2)
    world.change(chain(*STANDARD, decide_within="6h"))
    moved = move(world, told)
    assert (moved["step"]["next_at"], row(world, told).paused_at is not None) == (None, True)
    world.turn(hours=23)
    sweep(world)
    assert moment(now(world, told)["step"], "next_at") > moment(told, "created_at") + timedelta(hours=25)
    assert row(world, told).paused_at is None


def test_a_rule_that_forbids_it_today_ends_it(world: World) -> None:
    told = post(world)
    rule = {"name": "none", "when": [{"field": "action", "op": "is", "value": "refund.create"}], "then": "deny"}
    world.change(lambda document: document["rules"].append(rule))
    assert preview(world, told)["would_be_rejected"]
    assert move(world, told)["decision"]["by"] == "rule"
    history_holds(world)


def test_it_is_asked_for_and_done_over_http(world: World) -> None:
    told = post(world)
    world.change(chain(*STANDARD))
    client = Client(headers={"authorization": f"Bearer {world.person_key('ana')}"})
    path = f"/api/v1/actions/{told['id']}/reapply"
    seen = client.get(path).json()
    assert seen["changes"] == ["steps"]
    body = {"config_version": seen["config_version"]}
    done = client.post(path, body, content_type="application/json")
    assert (done.status_code, done.json()["step"]["of"]) == (200, 4)
    stale = client.post(path, {"config_version": 1}, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    bo = Client(headers={"authorization": f"Bearer {world.person_key('bo')}"})
    assert (bo.get(path).status_code, bo.get(path).json()["code"]) == (403, "role_required")


def test_an_operator_re_applies_to_all_that_wait_and_is_told_what_stays(world: World) -> None:
    first, big = post(world), post(world, refund("600.00"))

    def change(document: Document) -> None:
        chain(*STANDARD)(document)
        document["routes"][0]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]]

    world.change(change)
    out = io.StringIO()
    call_command("reapply", "--org", world.slug, "--dry-run", stdout=out)
    assert "1 would change, 1 stay as they are." in out.getvalue()
    assert kinds(world, first).count("action.reapplied") == 0
    out = io.StringIO()
    call_command("reapply", "--org", world.slug, "--chain", "standard", stdout=out)
    assert f"{first['id']}  steps" in out.getvalue()
    assert f"{big['id']}  It would need 1 instead of 2 approvals." in out.getvalue()
    assert now(world, first)["step"]["of"] == 4
    assert now(world, big)["step"]["of"] == 1
    out = io.StringIO()
    call_command("reapply", "--org", world.slug, "--chain", "patient", stdout=out)
    assert "0 changed, 0 stay as they are." in out.getvalue()

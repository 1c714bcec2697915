"""A new version while actions wait, and what a dry run says it would have changed."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command

from approvals.configuration.export import as_json
from approvals.flow.apply import apply
from approvals.flow.submit import submit
from approvals.flow.vote import vote
from approvals.models import Action
from approvals.posted import CastVote, PostedAction
from approvals.rehearsal import Rehearsal, rehearse
from core import clock, ids, tx
from core.canonical import canonical
from tests.approvals.at_once import at_once
from tests.world import World, cast, row_of


def post(
    world: World, amount: str = "120.00", *, action: str = "refund.create", agent: str = "refunds", **more: Any
) -> dict[str, Any]:
    arguments = {"amount": amount, "currency": "EUR", "customer": {"name": "Marta"}}
    body = canonical({"action": action, "arguments": arguments} | more)
    told, created = submit(world.as_agent(agent), PostedAction(body=body, action=action, arguments=arguments, **more))
    assert created
    return told


def stored(world: World, told: dict[str, Any]) -> tuple[Action, set[str]]:
    identifier = ids.parse("act", told["id"])
    assert isinstance(identifier, UUID)
    with tx.reading(world.org):
        action = Action.objects.get(pk=identifier)
        asked = {one.person.email for one in action.asked.filter(left_at=None).select_related("person")}
    return action, asked


def without(world: World, *names: str) -> Any:
    gone = {world.email(name) for name in names}

    def edit(document: dict[str, Any]) -> None:
        document["people"] = [row for row in document["people"] if row["email"] not in gone]
        for team in document["teams"]:
            team["members"] = [member for member in team["members"] if member not in gone]

    return edit


def approve(world: World, told: dict[str, Any], name: str) -> dict[str, Any]:
    identifier = ids.parse("act", told["id"])
    assert identifier
    return vote(
        world.org, identifier, actor=world.as_person(name), cast=CastVote(vote="approve", digest=told["digest"])
    )


def test_an_action_that_waits_keeps_the_road_it_began_on(world: World) -> None:
    told = post(world, "900.00")
    before, _ = stored(world, told)
    world.change(lambda document: row_of(document, "routes", "big refunds")["stages"][0][0].update(approvals=1))
    after, _ = stored(world, told)
    assert (after.needed, after.plan, after.config_version) == (2, before.plan, 1)
    assert approve(world, told, "bo")["status"] == "pending"
    assert approve(world, told, "cy")["status"] == "approved"


def test_who_left_is_no_longer_asked_and_their_vote_is_void(world: World) -> None:
    told = post(world, "900.00")
    assert stored(world, told)[1] == {world.email("bo"), world.email("cy")}
    approve(world, told, "bo")

    def edit(document: dict[str, Any]) -> None:
        without(world, "bo")(document)
        row_of(document, "agents", "outreach")["owner"] = world.email("cy")
        row_of(document, "people", world.email("dee")).pop("authority")

    world.change(edit)
    action, asked = stored(world, told)
    assert action.status == "pending"
    assert action.approvals == 0
    assert world.email("bo") not in asked
    assert approve(world, told, "cy")["status"] == "pending", "Bo's vote counts no more"
    assert approve(world, told, "dee")["status"] == "approved"


def test_too_few_left_are_held_and_asked_again_when_somebody_comes(world: World) -> None:
    told = post(world, "900.00")

    def lower(document: dict[str, Any]) -> None:
        row_of(document, "people", world.email("cy"))["authority"] = {"max_amount": "10 EUR"}

    world.change(lower)
    action, asked = stored(world, told)
    assert action.held_at is not None, "Ana, the fallback, owns the agent"
    assert asked == {world.email("bo")}

    def hire(document: dict[str, Any]) -> None:
        gil = world.email("gil")
        document["people"].append({"email": gil, "name": "Gil Amari", "roles": ["approver"]})
        document["teams"][0]["members"].append(gil)

    world.change(hire)
    _, asked = stored(world, told)
    assert asked == {world.email("bo"), world.email("gil")}
    approve(world, told, "bo")
    assert approve(world, told, "gil")["status"] == "approved"


def test_an_absence_that_leaves_too_few_is_noticed_at_once(world: World) -> None:
    told = post(world, "900.00")
    yesterday, later = (clock.now() + timedelta(days=days) for days in (-1, 9))
    away = [{"starts": f"{yesterday:%Y-%m-%dT00:00}", "until": f"{later:%Y-%m-%dT00:00}"}]
    world.change(lambda document: row_of(document, "people", world.email("cy")).update(away=away))
    action, _ = stored(world, told)
    assert action.held_at is not None, "Bo alone is here, and Ana, the fallback, owns the agent"
    assert approve(world, told, "cy")["status"] == "pending", "who comes although away may decide"
    assert approve(world, told, "bo")["status"] == "approved"


def dry(world: World, edit: Any) -> Rehearsal:
    document = cast(world.slug)
    edit(document)
    return rehearse(as_json(document))


def test_a_dry_run_changes_nothing_and_tells_what_would_begin_differently(world: World) -> None:
    small, big = post(world, "120.00"), post(world, "900.00")
    note = post(world, action="note.add")

    def edit(document: dict[str, Any]) -> None:
        row_of(document, "agents", "refunds")["actions"][0]["limits"] = {"max_amount": "500 EUR"}
        document["rules"].append(
            {"name": "notes are free", "when": [{"field": "action", "op": "is", "value": "note.add"}], "then": "allow"}
        )

    found = dry(world, edit)
    assert found.considered == 3
    assert {one.action: one.text.partition("would ")[2] for one in found.different} == {
        big["id"]: f"refuse it by a limit, instead of needing 2 of {world.email('bo')}, {world.email('cy')} on route"
        " “big refunds”.",
        note["id"]: f"let it run by a rule, instead of needing 1 of {world.email('bo')}, {world.email('cy')},"
        f" {world.email('dee')} on route “everything else”.",
    }
    assert small["id"] not in [one.action for one in found.different]
    assert found.headline == "Of the last 3 actions (30 days) 2 would begin differently."
    assert found.applied.version == 2
    assert world.organization().config_version == 1
    assert world.organization().directory_version == 1


def test_a_dry_run_of_what_is_in_force_finds_no_difference(world: World) -> None:
    for amount in ("1.00", "499.99", "500", "9000", "x"):
        post(world, amount)
    post(world, action="unknown.type", risk="critical", requested_by=world.email("bo"))
    found = dry(world, lambda document: document["organization"].update(name="Other"))
    assert (found.considered, found.different) == (6, ())


def test_a_dry_run_looks_back_thirty_days(world: World) -> None:
    post(world)
    world.turn(days=31)
    post(world)
    found = dry(
        world, lambda document: row_of(document, "routes", "everything else")["stages"][0][0].update(approvals=2)
    )
    assert (found.considered, len(found.different)) == (1, 1)


def test_a_dry_run_counts_how_often_agents_asked(world: World) -> None:
    for _ in range(4):
        post(world)
    found = dry(world, lambda document: row_of(document, "agents", "refunds").update(limits={"per_minute": 3}))
    assert (found.considered, len(found.different)) == (4, 1)


def test_a_dry_run_by_command_of_a_new_organization(world: World, tmp_path: Any) -> None:
    path = tmp_path / "acme.json"
    path.write_text(as_json(cast(world.slug + "-new")))
    out = io.StringIO()
    call_command("apply", str(path), "--dry-run", "--json", stdout=out)
    said = json.loads(out.getvalue())
    assert (said["dry_run"], said["version"], said["created"]) == (True, 1, {"agents": {}})
    assert said["replay"] == {"considered": 0, "different": 0, "actions": []}
    out = io.StringIO()
    call_command("apply", str(path), "--dry-run", stdout=out)
    assert "no actions of the last 30 days" in out.getvalue()
    assert "Nothing was changed" in out.getvalue()


@pytest.mark.race
def test_documents_are_applied_while_agents_post_and_people_vote(world: World) -> None:
    """Neither waits for the other in a circle: twenty rounds of two posts, two votes and two documents at once."""
    bo, cy, agent = world.as_person("bo"), world.as_person("cy"), world.as_agent()
    for round_ in range(20):
        waiting = [post(world, "20.00") for _ in range(2)]
        texts = []
        for number in range(2):
            document = cast(world.slug)
            document["people"][4]["name"] = f"Eve {round_}.{number}"
            document["people"][3]["authority"]["max_amount"] = f"{100 + round_ // 5} EUR"
            document["agents"][0]["name"] = f"Refunds {round_}.{number}"
            texts.append(as_json(document))
        steps: list[Callable[[], object]] = [partial(apply, text) for text in texts]
        for told, who in zip(waiting, (bo, cy), strict=True):
            identifier = ids.parse("act", told["id"])
            assert identifier
            cast_ = CastVote(vote="approve", digest=told["digest"])
            steps.append(partial(vote, world.org, identifier, actor=who, cast=cast_))
        body = canonical({"action": "note.add", "arguments": {}})
        steps += [partial(submit, agent, PostedAction(body=body, action="note.add", arguments={}))] * 2
        at_once(steps)
        assert [stored(world, told)[0].status for told in waiting] == ["approved", "approved"]
    assert world.organization().config_version == 41

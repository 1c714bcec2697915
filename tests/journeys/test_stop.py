"""Everything is stopped, by an organization's people or from outside; posts and starts see it at once."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Installation
from approvals import quick
from approvals.flow import stop_everything
from core import tx
from tests.api.cast import Acme, Answer, callers
from tests.lanes import NOTE, climbed, quickly
from tests.play import history_holds
from tests.world import World, make_world

REASON = {"reason": "Posts nobody wanted"}


@pytest.fixture
def acme(world: World) -> Acme:
    world.change(quickly)
    world.change(lambda document: [one.update(callback_url="https://example.com/hook") for one in document["agents"]])
    climbed(world, "monitored")
    return callers(world)


@pytest.fixture
def installation(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Return a second organization of an installation of two; the switch is turned back at the end."""
    other = make_world(quickly)
    monkeypatch.setattr(stop_everything, "all_orgs", lambda: (world.org, other.org))
    yield other
    Installation.objects.update(stopped_at=None, stopped_reason="")


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def note(acme: Acme) -> dict[str, Any]:
    answer = acme.agent.post("/actions", {"action": NOTE, "arguments": {"customer": "Mia"}})
    assert answer.status_code == 201, answer.content
    action: dict[str, Any] = answer.json()
    return action


def alone(acme: Acme) -> dict[str, Any]:
    return next(one for one in (note(acme) for _ in range(60)) if one["status"] == "approved")


def start(acme: Acme, action: dict[str, Any]) -> Answer:
    return acme.agent.post(f"/actions/{action['id']}/start", {"digest": action["digest"]})


def is_stopped(acme: Acme) -> bool:
    told = note(acme)
    assert told["status"] in ("rejected", "approved", "pending")
    return (told["status"], told["verdict"]["by"]) == ("rejected", "paused")


def told_agents(acme: Acme) -> list[tuple[str, bool]]:
    with tx.reading(acme.org), connection.cursor() as cursor:
        cursor.execute("select kind, payload from delivery_parcel where kind like 'agent.%%' order by number")
        return [(kind, json.loads(payload)["data"]["paused"]) for kind, payload in cursor.fetchall()]


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_all_agents_are_stopped_at_once_and_what_is_unused_is_listed(acme: Acme) -> None:
    used, unused = alone(acme), alone(acme)
    by_people = acme.posted("20.00")
    acme.vote("bo", by_people)
    assert start(acme, used).status_code == 200
    assert refused(acme.finn.post("/pause", REASON)) == (403, "cannot_pause_all")
    assert refused(acme.agent.post("/pause", REASON)) == (403, "agents_cannot_decide")
    before = len(told_agents(acme))
    stopped = acme.bo.post("/pause", REASON).json()
    assert (stopped["paused"], stopped["paused_by"], stopped["agents"]) == (True, acme.world.email("bo"), 2)
    assert {unused["id"], by_people["id"]} <= set(stopped["unused"]["actions"])
    assert used["id"] not in stopped["unused"]["actions"]
    assert stopped["unused"]["count"] == len(stopped["unused"]["actions"])
    assert is_stopped(acme)
    assert acme.agent.get("/agent").json()["paused"]
    assert acme.other_agent.post("/actions", {"action": "email.send", "arguments": {"to": "x"}}).json()["status"] == (
        "rejected"
    )
    for action in (unused, by_people):
        answer = start(acme, action)
        assert refused(answer) == (409, "paused")
        assert "Posts nobody wanted" in answer.json()["detail"]
    assert told_agents(acme)[before:] == [("agent.paused", True)] * 2
    assert acme.ana.post("/pause", REASON).json()["paused_by"] == acme.world.email("bo"), "the first one stands"
    assert refused(acme.bo.post("/resume", REASON)) == (403, "cannot_resume_all")
    assert not acme.ana.post("/resume", REASON).json()["paused"]
    assert not is_stopped(acme)
    assert start(acme, unused).status_code == 200
    entries = {one["kind"]: one for one in acme.ana.get("/audit?limit=200").json()["items"]}
    assert entries["organization.paused"]["facts"]["unused"] == stopped["unused"]
    history_holds(acme.world)


def test_an_agent_paused_by_itself_stays_paused(acme: Acme) -> None:
    unused = alone(acme)
    paused = acme.bo.post("/agents/refunds/pause", REASON).json()
    assert unused["id"] in paused["unused"]["actions"]
    acme.bo.post("/pause", REASON)
    acme.ana.post("/resume", REASON)
    assert is_stopped(acme)
    assert acme.ana.post("/agents/refunds/resume", REASON).status_code == 200
    assert not is_stopped(acme)


def test_what_a_process_remembers_does_not_outlive_a_stop(acme: Acme) -> None:
    for _ in range(3):
        note(acme)
    assert quick._grounds, "the quick road is warm"
    acme.bo.post("/pause", REASON)
    assert is_stopped(acme)
    acme.ana.post("/resume", REASON)
    assert not is_stopped(acme)
    acme.bo.post(f"/agents/refunds/lanes/{NOTE}/low/freeze", REASON)
    assert {note(acme)["status"] for _ in range(8)} == {"pending"}


def test_the_whole_installation_is_stopped_with_what_comes_meanwhile(acme: Acme, installation: World) -> None:
    other = callers(installation)
    unused = alone(acme)
    for _ in range(2):
        note(other)
    said = run("pause", "--reason", "An incident at the host")
    assert f"{acme.slug}: 2 agents stopped" in said
    assert unused["id"] in said
    assert is_stopped(acme)
    assert is_stopped(other)
    assert refused(start(acme, unused)) == (409, "paused")
    newcomer = callers(make_world(quickly))
    assert is_stopped(newcomer)
    assert newcomer.agent.get("/agent").json()["paused"]
    acme.ana.post("/resume", REASON)
    assert is_stopped(acme), "no admin lifts what the installation's owner stopped"
    with pytest.raises(CommandError, match="whole installation"):
        run("resume", "--org", acme.slug)
    run("pause", "--reason", "again")
    said = run("resume", "--reason", "It is over")
    assert f"{other.slug}: goes on" in said
    assert not any(is_stopped(one) for one in (acme, other, newcomer))
    kinds = [one["kind"] for one in acme.ana.get("/audit?limit=200").json()["items"]]
    assert kinds.count("organization.stopped") == kinds.count("organization.released") == 1
    history_holds(acme.world)


def test_one_organization_is_stopped_from_outside(acme: Acme, installation: World) -> None:
    other = callers(installation)
    states = [
        json.loads(line) for line in run("pause", "--org", acme.slug, "--reason", "Unpaid", "--json").splitlines()
    ]
    assert [(one["organization"], one["stopped_by_operator"]) for one in states] == [(acme.slug, True)]
    assert is_stopped(acme)
    assert not is_stopped(other)
    acme.bo.post("/pause", REASON)
    assert f"still paused by {acme.world.email('bo')}" in run("resume", "--org", acme.slug)
    assert is_stopped(acme)
    acme.ana.post("/resume", REASON)
    assert not is_stopped(acme)
    with pytest.raises(CommandError, match="no organization"):
        run("pause", "--org", "nobody", "--reason", "x")

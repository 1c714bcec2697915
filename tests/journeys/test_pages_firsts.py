"""An empty inbox: the first steps of a new organization, later what was done today."""

from __future__ import annotations

from approvals.models import Action
from core import ids, tx
from tests.journeys.browser import browser_of, form_of, words
from tests.play import cast, history_holds, post
from tests.world import Document, World, row_of


def test_an_admin_of_a_new_organization_sees_the_first_steps(world: World) -> None:
    ana = browser_of(world, "ana")
    page = ana.text("/")
    said = words(page)
    assert "Set up, 2 of 5" in said
    assert "Slack is not available yet" in said
    assert f"python3 manage.py key --org {world.slug} --agent refunds" in said
    assert "curl -X POST" in said
    assert 'href="/delegation"' in page
    assert "Set up" not in words(browser_of(world, "bo").text("/"))


def test_one_is_sent_and_decided_and_then_the_steps_are_gone(world: World) -> None:
    ana, bo = browser_of(world, "ana"), browser_of(world, "bo")
    fields = form_of(ana.text("/"), "/first-request")
    assert ana.post("/first-request", fields).status_code == 303
    assert ana.post("/first-request", fields).status_code == 303  # a double click is one request
    with tx.reading(world.org):
        action = Action.objects.get()
    assert action.risk == "low"
    said = words(ana.text("/"))
    assert "Sent: " in said
    page = words(bo.text("/"))
    assert "Sent from the inbox by Ana Ruiz, not by the agent" in page
    assert bo.decide({"id": ids.public("act", action.pk)}, "approve").status_code == 303
    assert "Set up" not in words(ana.text("/"))
    assert ana.post("/first-request").status_code == 409
    history_holds(world)


def test_only_admins_send_one(world: World) -> None:
    assert browser_of(world, "bo").post("/first-request").status_code == 403


def test_an_agent_that_is_told_by_callback_is_left_alone(world: World) -> None:
    def edit(document: Document) -> None:
        for slug in ("refunds", "outreach"):
            row_of(document, "agents", slug)["callback_url"] = "https://agent.example/told"

    world.change(edit)
    ana = browser_of(world, "ana")
    assert "Send one for me" not in words(ana.text("/"))
    assert ana.post("/first-request").status_code == 409


def test_what_was_decided_today_is_said_when_nothing_waits(world: World) -> None:
    bo = browser_of(world, "bo")
    assert "New requests appear here by themselves." in words(bo.text("/"))
    made = [post(world) for _ in range(3)]
    cast(world, "bo", made[0])
    world.turn(minutes=9)
    cast(world, "bo", made[1])
    world.turn(minutes=30)
    cast(world, "bo", made[2], "reject")
    said = words(browser_of(world, "bo").text("/"))
    assert "You decided 3 requests today, half of them within 10 minutes." in said
    assert "What you decided" in said

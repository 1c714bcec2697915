"""The other pages: real data, the right doors, and what can be done on them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals.history import forget
from audit.kinds import all_kinds
from core import ids, tx
from delivery.models import Parcel
from tests.journeys.browser import browser_of, words
from tests.play import cast, key_of, now, post, refund
from tests.world import World

EVERYBODYS = (
    "/agents",
    "/people",
    "/routing",
    "/escalation",
    "/delegation",
    "/insights",
    "/settings",
    "/agents/refunds",
    "/agents/refunds/about",
)


@pytest.mark.parametrize("name", ["ana", "bo", "eve", "finn"])
def test_everybody_reads_the_common_pages(world: World, name: str) -> None:
    post(world)
    browser = browser_of(world, name)
    for path in EVERYBODYS:
        assert "</main>" in browser.text(path), path


def test_roles_open_the_other_doors(world: World) -> None:
    doors = {"/audit": {"ana", "eve"}, "/developer": {"ana"}, "/outbox": {"ana"}}
    for name in ("ana", "bo", "eve", "finn"):
        browser = browser_of(world, name)
        for path, may in doors.items():
            answer = browser.get(path)
            assert answer.status_code == (200 if name in may else 403), (name, path)
            if name not in may:
                assert "needs the role" in words(answer.content.decode())
    finn = browser_of(world, "finn")
    finn.text("/agents")
    assert finn.post("/audit/check").status_code == 403
    assert finn.post("/audit/export").status_code == 403
    assert finn.post("/agents/refunds/pause", {"reason": "no"}).status_code == 403


def test_an_agent_is_stopped_and_goes_on(world: World) -> None:
    bo = browser_of(world, "bo")
    bo.text("/agents/refunds")
    assert bo.post("/agents/refunds/pause", {"reason": ""}).status_code == 422
    assert bo.post("/agents/refunds/pause", {"reason": "It refunds twice."}).status_code == 303
    assert post(world)["verdict"]["by"] == "paused"
    said = words(bo.text("/agents/refunds"))
    assert "It refunds twice." in said
    assert bo.post("/agents/refunds/resume", {"reason": "x"}).status_code == 403
    ana = browser_of(world, "ana")
    ana.text("/agents")
    assert ana.post("/agents/refunds/resume", {"reason": "Mended."}).status_code == 303
    assert post(world)["status"] == "pending"
    assert ana.get("/agents/nobody").status_code == 404
    assert ana.get("/agents/%00").status_code == 404


def test_an_agent_page_says_how_often_reviewers_agree(world: World) -> None:
    for number in range(21):
        action = post(world, refund(f"{10 + number}.00"))
        cast(world, "bo", action, "reject" if number % 7 == 0 else "approve")
    forget()
    said = words(browser_of(world, "bo").text("/agents/refunds/about"))
    assert "86% (18 of 21)" in said
    assert "Too early to say, 0 of 20" in said


def test_the_log_shows_entries_and_one_of_them_open(world: World) -> None:
    action = post(world)
    eve = browser_of(world, "eve")
    page = eve.text(f"/audit?q={action['id']}")
    assert f"/actions/{action['id']}" in page
    assert "Not checked yet." in words(page)
    opened = words(eve.text("/audit?open=1"))
    assert "Holds" in opened
    assert '"kind":' in opened
    assert words(eve.text("/audit?kind=action.posted")).count("posted refund.create") == 1
    for odd in ("before=-1", "before=99999999999999999999", "open=x", "kind=%00", "q=%00%25", "before=2&open=1"):
        assert eve.get(f"/audit?{odd}").status_code == 200, odd
    assert len(all_kinds()) <= page.count("<option")


def test_the_chain_is_checked_on_a_press_and_the_result_is_kept(world: World) -> None:
    cast(world, "bo", post(world))
    eve = browser_of(world, "eve")
    eve.text("/audit")
    assert eve.get("/audit/check").status_code == 405
    assert eve.post("/audit/check").status_code == 303
    assert "The chain holds." in words(eve.text("/audit"))


def test_an_export_is_a_file_and_is_written_down(world: World) -> None:
    post(world)
    eve = browser_of(world, "eve")
    eve.text("/audit")
    assert eve.get("/audit/export").status_code == 405
    answer = eve.post("/audit/export")
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert "audit.exported" in eve.text("/audit?kind=audit.exported")


def test_developers_see_deliveries_and_send_them_again(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(callback_url="https://agent.example/hook"))
    action = post(world)
    cast(world, "bo", action)
    ana = browser_of(world, "ana")
    page = ana.text("/developer?agent=refunds")
    said = words(page)
    assert "action.decided" in said
    assert "curl -X POST" in said
    parcel = _give_up(world, action)
    page = ana.text("/developer?agent=refunds")
    assert "gave up" in words(page)
    assert ana.post(f"/developer/deliveries/{parcel}/retry").status_code == 303
    assert ana.post(f"/developer/deliveries/{parcel}/retry").status_code == 409
    assert ana.post("/developer/deliveries/dlv_x/retry").status_code == 404
    _give_up(world, action)
    assert ana.post("/developer/deliveries/retry").status_code == 303
    assert "gave up" not in words(ana.text("/developer?agent=refunds"))


def test_a_decision_that_has_not_arrived_says_so(world: World) -> None:
    world.change(lambda document: document["agents"][0].update(callback_url="https://agent.example/hook"))
    action = post(world)
    cast(world, "bo", action)
    _give_up(world, action)
    said = words(browser_of(world, "bo").text(f"/actions/{action['id']}"))
    assert "The agent has not been told yet. It answered 503." in said
    assert "Take back" in said


def test_the_outbox_shows_what_was_not_sent(world: World) -> None:
    action = post(world)
    said = words(browser_of(world, "ana").text("/outbox"))
    assert action["title"] in said


def test_settings_are_kept_and_shape_every_page(world: World) -> None:
    bo = browser_of(world, "bo")
    bo.text("/settings")
    assert bo.post("/settings", {"theme": "neon", "undo_seconds": "10"}).status_code == 422
    assert bo.post("/settings", {"theme": "dark", "undo_seconds": "60"}).status_code == 303
    page = bo.text("/")
    assert 'data-theme="dark"' in page
    assert 'data-single-keys="off"' in page
    assert 'data-undo="60"' in page


def test_insights_count_what_people_decided(world: World) -> None:
    for number in range(6):
        cast(world, "bo", post(world, refund(f"{10 + number}.00")), "reject" if number == 0 else "approve")
    said = words(browser_of(world, "bo").text("/insights"))
    assert "Decided by people 6" in said
    assert "17% (1 of 6)" in said


def _give_up(world: World, action: dict[str, Any]) -> str:
    """Let the callback about an action be given up, as the worker does after 72 hours."""

    @tx.use_case
    def end(org: int) -> str:
        row = Parcel.objects.get(action=key_of(action), channel="callback")
        row.status, row.attempts, row.last_error, row.answer_status = "dead", 9, "It answered 503", 503
        row.save()
        return ids.public("dlv", row.pk)

    assert now(world, action)["status"] == "approved"
    return end(world.org)

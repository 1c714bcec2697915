"""The pages of trust with real data: what they say agrees with the lanes, and every form does what it says."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agents.keeping import Given, append, hold_or_open, lane_of
from agents.ledger import Label, Signal
from agents.models import LabelRow, LaneRow
from agents.promotion import blockers
from agents.trust import trust_of
from approvals.models import Draft
from approvals.policies import policy_of
from core import clock, ids, tx
from tests.journeys.browser import Browser, browser_of, form_of, words
from tests.play import cast, post, refund
from tests.world import World

PAGE = "/agents/refunds?lane=note.add/low"
LANE = {"lane": "note.add/low"}


@tx.use_case
def said(org: int, world: World, losses: list[float], *, days: int = 0) -> LaneRow:
    """Let people say what some notes were, at noon of one day after the other, from `days` ago on."""
    terms = policy_of(org, world.version).agent("refunds")
    assert terms is not None
    trust, agent = trust_of(terms.type_named("note.add"), "low"), world.agent()
    start = clock.now() - timedelta(days=days)
    row = hold_or_open(agent.pk, "note.add", "low", trust, now=start)
    for number, loss in enumerate(losses):
        at = start + timedelta(days=days * number / len(losses))
        fresh = LabelRow(
            id=ids.new(), org_id=org, lane_id=row.pk, action=ids.new(), once=ids.new().hex, source="audit",
            loss=loss, weight=1.0, reviewer="bo@x.test", said_at=at, note="Not so" if loss else "",
        )  # fmt: skip
        row = append(row, [Given(Label(loss), fresh.pk)], now=at, by=f"person:{world.email('bo')}").row
        fresh.entry = row.entries
        fresh.save(force_insert=True)
    return row


@tx.use_case
def worry(org: int, world: World) -> None:
    row = LaneRow.objects.select_for_update().get(type="note.add")
    append(row, [Given(Signal("Twice as many escalations as usual"))], now=clock.now(), by="engine")


def lane_now(world: World) -> LaneRow:
    with tx.reading(world.org):
        return LaneRow.objects.get(type="note.add", risk="low", floor=0)


def press(browser: Browser, verb: str, **fields: Any) -> Any:
    browser.text(PAGE)
    return browser.post(f"/agents/refunds/{verb}", LANE | fields)


def mark_of(page: str) -> str:
    found = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_before_anything_was_reviewed_the_page_says_so(world: World) -> None:
    page = browser_of(world, "ana").text("/agents/refunds")
    text = words(page)
    assert "Nothing reviewed yet" in text
    assert "Too early to say, 0 of 30" in text
    assert "To reach Assisted" in text
    assert "It has not moved yet." in text


def test_a_decision_that_somebody_read_is_on_the_page(world: World) -> None:
    told = post(world)
    world.turn(seconds=30)
    cast(world, "bo", told, "reject", comment="Too much.")
    page = browser_of(world, "eve").text("/agents/refunds?lane=refund.create/medium")
    text = words(page)
    assert "Too early to say, 1 of 30" in text
    assert "“Too much.”" in text
    assert f"/actions/{told['id']}" in page
    assert "Raise to Assisted" in text
    assert "<summary>Lower</summary>" not in page
    assert "An admin who does not own the agent can raise it." in text


def test_the_chart_stands_beside_its_table_and_says_what_it_shows(world: World) -> None:
    said(world.org, world, [0.0] * 60 + [1.0] + [0.0] * 40, days=50)
    page = browser_of(world, "bo").text(PAGE)
    text = words(page)
    assert page.count('<svg class="chart" viewBox="0 0 760 392" role="img" aria-labelledby="ct cd">') == 1
    assert "The level is" in page
    assert "Show as table" in text
    assert "99.0% over the last 101 reviewed. The true rate since" in text
    assert "Ready to rise" in text
    assert 'class="dis"' in page
    assert 'class="agree"' in page
    assert "style=" not in page.split("<main")[1]


def test_what_is_missing_is_what_the_ratchet_says_is_missing(world: World) -> None:
    row = said(world.org, world, [0.0] * 12, days=2)
    text = words(browser_of(world, "bo").text(PAGE))
    assert "12 of 20" in text
    lane, trust = lane_of(row)
    assert "8 more reviews at this level" in blockers(lane, trust)
    said(world.org, world, [0.0] * 60, days=0)
    row = lane_now(world)
    lane, trust = lane_of(row)
    assert row.proposed
    assert "5 of 5" in words(browser_of(world, "bo").text(PAGE))


def test_an_admin_who_does_not_own_it_agrees_lowers_sets_by_hand_and_freezes(world: World) -> None:
    world.change(lambda document: document["people"][1].update(roles=["admin", "approver"]))
    said(world.org, world, [0.0] * 80, days=3)
    bo = browser_of(world, "bo")
    assert "Raise to Assisted" in words(bo.text(PAGE))
    assert press(bo, "level", level="assisted").status_code == 303
    assert lane_now(world).level == 1
    text = words(bo.text(PAGE))
    assert "ratified by" in text
    assert "note.add at low risk is assisted now." in text
    assert press(bo, "level", level="monitored", reason="A pilot", **{"for": "7"}).status_code == 303
    assert lane_now(world).level == 2
    assert "Bo Lind set monitored by hand" in words(bo.text(PAGE))
    assert press(bo, "level", level="supervised", reason="Complaints").status_code == 303
    assert lane_now(world).level == 0
    assert press(bo, "freeze", reason="Incident").status_code == 303
    assert lane_now(world).frozen
    assert "This lane is frozen." in words(bo.text(PAGE))
    assert "note.add at low risk is frozen" in words(bo.text("/agents"))
    assert press(bo, "unfreeze", reason="Mended").status_code == 303
    assert not lane_now(world).frozen
    assert bo.post("/agents/refunds/freeze", {"lane": "", "reason": "All of it"}).status_code == 303
    assert lane_now(world).frozen


def test_whoever_owns_the_agent_reads_why_they_cannot_raise_it(world: World) -> None:
    said(world.org, world, [0.0] * 80, days=3)
    ana = browser_of(world, "ana")
    page = ana.text(PAGE)
    assert "This agent is yours" in words(page)
    with pytest.raises(AssertionError):
        form_of(page, "/agents/refunds/level")
    assert press(ana, "level", level="assisted").status_code == 403
    assert press(ana, "level", level="assisted", reason="mine", **{"for": "7"}).status_code == 403
    assert lane_now(world).level == 0
    assert press(browser_of(world, "finn"), "level", level="assisted").status_code == 403
    assert press(browser_of(world, "finn"), "freeze", reason="x").status_code == 403


@pytest.mark.parametrize(
    ("verb", "fields", "status"),
    [
        ("level", {"level": "boss"}, 400),
        ("level", {"level": "supervised", "for": "9999"}, 400),
        ("level", {"lane": "note.add"}, 400),
        ("level", {"level": "monitored", "reason": "x", "for": "7", "lane": "note.add/huge"}, 404),
        ("level", {"level": "supervised", "lane": "no.such/low"}, 404),
        ("freeze", {"reason": ""}, 422),
        ("freeze", {"reason": "x" * 3000}, 422),
        ("unfreeze", {"reason": ""}, 422),
    ],
)
def test_forms_that_are_none_of_ours_change_nothing(
    world: World, verb: str, fields: dict[str, str], status: int
) -> None:
    said(world.org, world, [0.0] * 5)
    before = lane_now(world).entries
    answer = press(browser_of(world, "ana"), verb, **{"level": "supervised", **fields})
    assert answer.status_code in (status, 400, 404, 422)
    assert answer.status_code == status, answer.content[-600:]
    assert lane_now(world).entries == before


def test_odd_addresses_show_the_usual_lane(world: World) -> None:
    said(world.org, world, [0.0] * 5)
    bo = browser_of(world, "bo")
    for query in ("?lane=x", "?lane=%00", "?days=-1", "?days=99999", "?lane=note.add/low/0.9", "?days=30"):
        assert "note.add" in words(bo.text(f"/agents/refunds{query}"))
    assert bo.get("/agents/nobody/trust").status_code == 404
    assert bo.get("/agents/refunds/trust?type=no.such").status_code == 404


def test_what_looks_wrong_is_told_on_both_pages(world: World) -> None:
    world.change(lambda document: document["people"][1].update(roles=["admin", "approver"]))
    said(world.org, world, [0.0] * 80, days=3)
    bo = browser_of(world, "bo")
    press(bo, "level", level="assisted")
    worry(world.org, world)
    assert "Everything waits for people at this moment." in words(bo.text(PAGE))
    assert "Watched closely" in words(bo.text("/agents"))


def test_all_agents_are_stopped_and_go_on(world: World) -> None:
    bo, ana = browser_of(world, "bo"), browser_of(world, "ana")
    assert "Pause all agents" in words(bo.text("/agents"))
    assert "Pause all agents" not in words(browser_of(world, "finn").text("/agents"))
    assert bo.post("/pause-all", {"reason": " "}).status_code == 422
    assert bo.post("/pause-all", {"reason": "An incident"}).status_code == 303
    text = words(bo.text("/agents"))
    assert "All agents are stopped" in text
    assert "An incident" in text
    assert "All are stopped" in words(bo.text("/agents/refunds"))
    assert post(world)["verdict"]["by"] == "paused"
    assert bo.post("/resume-all", {"reason": "x"}).status_code == 403
    ana.text("/agents")
    assert ana.post("/resume-all", {"reason": "Over"}).status_code == 303
    assert post(world)["status"] == "pending"


def test_the_list_says_who_does_what_alone(world: World) -> None:
    for number in range(3):
        post(world, refund(f"{number + 1}.00"))
    text = words(browser_of(world, "finn").text("/agents"))
    assert "Refunds agent Owned by Ana Ruiz Running Supervised" in text
    assert "Outreach agent Owned by Bo Lind" in text


def test_other_terms_are_kept_in_the_draft_and_replayed_on_the_past(world: World) -> None:
    said(world.org, world, [0.0] * 80, days=20)
    ana = browser_of(world, "ana")
    path = "/agents/refunds/trust?type=note.add"
    page = ana.text(path)
    assert 'placeholder="15 %"' in page
    mark = mark_of(page)
    answer = ana.post(path, {"mark": mark, "assisted-tolerance": "2 %", "cooldown": "7d", "promotion": "automatic"})
    assert answer.status_code == 303, words(answer.content.decode())
    with tx.reading(world.org):
        kept = json.loads(Draft.objects.get().document)
    note = next(one for one in kept["agents"][0]["actions"] if one["type"] == "note.add")
    assert note["trust"] == {"levels": {"assisted": {"tolerance": 0.02}}, "cooldown": "7d"}
    assert note["promotion"] == "automatic"
    page = ana.text(answer["Location"])
    text = words(page)
    assert "1 fault" in text or "grows" in text or "More trust would tolerate more errors" in text


def test_a_draft_without_faults_says_what_it_would_have_done(world: World) -> None:
    said(world.org, world, [0.0] * 80, days=20)
    ana = browser_of(world, "ana")
    path = "/agents/refunds/trust?type=note.add"
    stricter = {f"{level}-tolerance": "1 %" for level in ("assisted", "monitored", "autonomous")}
    answer = ana.post(path, {"mark": mark_of(ana.text(path)), **stricter})
    assert answer.status_code == 303
    text = words(ana.text(answer["Location"]))
    assert "Today it would be supervised instead of" in text
    assert "It would never have left supervised." in text
    assert "80 reviews since" in text


def test_what_cannot_be_read_is_said_beside_its_field(world: World) -> None:
    ana, path = browser_of(world, "ana"), "/agents/refunds/trust?type=note.add"
    mark = mark_of(ana.text(path))
    answer = ana.post(
        path, {"mark": mark, "assisted-tolerance": "much", "cooldown": "soon", "assisted-min_labels": "x"}
    )
    assert answer.status_code == 422
    text = words(answer.content.decode())
    assert "Write a share in per cent, like 5 %." in text
    assert "Write a length like 5s" in text
    assert 'value="much"' in answer.content.decode()
    assert browser_of(world, "bo").post(path, {"mark": mark}).status_code == 403
    assert "Keep in the draft" not in words(browser_of(world, "bo").text(path))


def test_the_trust_page_asks_the_database_no_more_the_longer_the_past(world: World) -> None:
    said(world.org, world, [0.0, 1.0, 0.0], days=5)
    bo = browser_of(world, "bo")
    counts = []
    for more in (0, 150):
        said(world.org, world, [0.0, 0.0, 0.0, 1.0, 0.0] * (more // 5), days=0)
        for path in (PAGE, "/agents"):
            bo.text(path)
            with CaptureQueriesContext(connection) as found:
                bo.text(path)
            counts.append(len(found))
    assert counts[:2] == counts[2:]
    assert counts[0] <= 30
    assert counts[1] <= 26

"""What an agent is sure of earns trust by itself, through the real API, while the rest waits for people."""

from __future__ import annotations

import pytest

from agents.ledger import Follow, entry_from_json
from agents.models import LabelRow, LaneRow, LedgerRow
from agents.terms import LEVELS
from approvals.flow.freeze import freeze
from approvals.flow.report import report
from approvals.models import Action
from core import tx
from tests.api.cast import callers
from tests.journeys.browser import browser_of
from tests.lanes import NOTE, quickly, replays
from tests.play import Told, cast, history_holds, key_of, post
from tests.world import Document, World

FLOOR = 0.9
GENEROUS = {"tolerance": 0.4, "alpha": 0.4, "sample": 0.5, "sample_flagged": 0.5, "min_labels": 1, "min_days": 0}
SURE, UNSURE = 0.95, 0.4


def selective(document: Document, *floors: float) -> None:
    """Let what the agent is sure of earn trust of its own, cheaply."""
    quickly(document, promotion="automatic")
    note = next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)
    note["trust"] = {"levels": {name: dict(GENEROUS) for name in LEVELS[1:]}, "selective": list(floors)}


@pytest.fixture
def acme(world: World) -> World:
    """Return the cast with one confidence that notes are certified from."""
    world.change(lambda document: selective(document, FLOOR))
    return world


def note(world: World, confidence: float | None) -> Told:
    return post(world, {"customer": "Mia"}, action=NOTE, confidence=confidence)


def judged(world: World, confidence: float, how: str = "approve") -> Told:
    """Let the agent post until people are asked; Bo reads, and says."""
    told = next(one for one in (note(world, confidence) for _ in range(60)) if one["status"] == "pending")
    return cast(world, "bo", told, how, review_seconds=30.0)


def row(world: World, floor: float = 0.0) -> LaneRow:
    with tx.reading(world.org):
        return LaneRow.objects.get(type=NOTE, floor=floor)


def review_of(world: World, told: Told) -> Told:
    with tx.reading(world.org):
        found: Told = Action.objects.get(pk=key_of(told)).verdict["review"]
    return found


def knowing(world: World) -> None:
    """Let the agent be right where it is sure, and wrong half the time where it is not, until it earned assisted."""
    for _ in range(40):
        judged(world, SURE)
        judged(world, UNSURE, "reject")
        if row(world, FLOOR).earned:
            return
    raise AssertionError("it earned nothing")


def test_what_it_is_sure_of_is_trusted_and_the_rest_waits(acme: World) -> None:
    knowing(acme)
    assert (row(acme, FLOOR).level, row(acme).level) == (1, 0)
    alone = next(one for one in (note(acme, SURE) for _ in range(60)) if one["status"] == "approved")
    assert (alone["verdict"]["by"], alone["verdict"]["level"]) == ("ratchet", "assisted")
    assert review_of(acme, alone)["floor"] == FLOOR
    for unsure in (UNSURE, 0.89, None):
        asked = note(acme, unsure)
        assert asked["status"] == "pending", unsure
        assert (review_of(acme, asked)["floor"], review_of(acme, asked)["weights"]) == (0.0, {"0": 0.5})
    report(acme.org, key_of(alone), actor=acme.as_person("bo"), verdict="incorrect", severity="critical", note="Wrong")
    assert (row(acme, FLOOR).level, row(acme).level) == (0, 0)
    assert note(acme, SURE)["status"] == "pending"
    assert replays(acme) == 2
    history_holds(acme)


def test_a_label_counts_in_every_lane_its_confidence_reaches(acme: World) -> None:
    acme.change(lambda document: selective(document, FLOOR, 0.5))
    for confidence, floors in ((0.95, [0.0, 0.5, 0.9]), (0.6, [0.0, 0.5]), (0.3, [0.0])):
        told = judged(acme, confidence)
        with tx.reading(acme.org):
            found = LabelRow.objects.filter(action=key_of(told)).order_by("lane__floor")
            assert list(found.values_list("lane__floor", "loss", "weight")) == [(floor, 0.0, 1.0) for floor in floors]
    judged(acme, 0.95, "reject")
    counted = {floor: row(acme, floor).state["attempts"][0]["cells"] for floor in (0.0, 0.5, 0.9)}
    assert [sum(cell[3] for cell in cells) for cells in counted.values()] == [4, 3, 2]
    assert replays(acme) == 3


def test_the_lane_of_all_waits_for_that_of_the_sure(acme: World) -> None:
    for _ in range(10):
        judged(acme, UNSURE)
    assert (row(acme).earned, row(acme).state["reach"]) == (0, 0), "however right it is where it is not sure"
    for _ in range(30):
        judged(acme, SURE)
        if row(acme).earned:
            break
    assert row(acme, FLOOR).earned >= row(acme).earned == 1
    with tx.reading(acme.org):
        bodies = LedgerRow.objects.filter(lane=row(acme)).order_by("number").values_list("body", flat=True)
    reached = [entry.what.level for body in bodies if isinstance((entry := entry_from_json(body)).what, Follow)]
    assert reached == sorted(reached)
    assert replays(acme) == 2


def test_people_agree_to_what_the_lane_of_the_sure_has_earned(acme: World) -> None:
    acme.change(quickly_agreed)
    for _ in range(20):
        judged(acme, SURE)
    assert (row(acme, FLOOR).proposed, row(acme).proposed) == (True, False)
    api = callers(acme)
    wish = {"level": "assisted", "reason": "Earned"}
    lane = f"/agents/refunds/lanes/{NOTE}/low/level"
    assert api.cy.post(lane, wish).status_code == 422, "that of all has to wait"
    assert api.cy.post(lane, wish | {"confidence": 0.8}).status_code == 404
    told = api.cy.post(lane, wish | {"confidence": FLOOR})
    assert told.status_code == 200, told.content
    levels = {one.get("confidence"): one["level"] for one in told.json()["lanes"] if one["action"] == NOTE}
    assert levels == {None: "supervised", FLOOR: "assisted"}
    page = browser_of(acme, "cy").post(
        "/agents/refunds/level", {"lane": f"{NOTE}/low/0.9", "level": "supervised", "for": "", "reason": "Odd"}
    )
    assert page.status_code in (200, 302, 303), page.content
    assert (row(acme, FLOOR).earned, row(acme).earned) == (0, 0)
    assert replays(acme) == 2


def quickly_agreed(document: Document) -> None:
    next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)["promotion"] = "ratified"


def test_a_floor_that_is_taken_out_of_the_document_has_no_say_any_more(acme: World) -> None:
    knowing(acme)
    acme.change(selective)
    assert {note(acme, SURE)["status"] for _ in range(8)} == {"pending"}
    judged(acme, SURE)
    assert "reach" not in row(acme).state, "nothing comes first now"


def test_whoever_freezes_the_lane_freezes_what_it_is_sure_of(acme: World) -> None:
    knowing(acme)
    freeze(acme.org, actor=acme.as_person("bo"), agent="refunds", action=NOTE, risk="low", reason="Odd notes")
    assert {note(acme, SURE)["status"] for _ in range(8)} == {"pending"}
    assert (row(acme, FLOOR).frozen, row(acme).frozen) == (True, True)
    assert replays(acme) == 2

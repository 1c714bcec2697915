"""Lanes climb from supervised to autonomous and fall back, all by the API, with the clock turned between.

In the lane of notes people agree to every promotion, in the lane of tags nobody is asked. Whatever a lane does, the
agent reads it at once, is called back in the order it happened, and every sentence is what the ledger gives.
"""

from __future__ import annotations

import io
import ipaddress
import json
from typing import Any

import pytest
from django.core.management import call_command

from agents.models import LaneRow, MoveRow
from agents.terms import LEVELS
from approvals.flow import trust_sweep
from approvals.models import Action
from core import clock, tx
from delivery.send import drain
from tests.api.cast import Acme, callers
from tests.fakes.agent import FakeAgent
from tests.lanes import NOTE, known, label, lane, replays
from tests.play import history_holds, key_of
from tests.world import Document, World

TAG, PRICE = "tag.add", "price.change"
TOLERANCES = (0.30, 0.25, 0.20)
GENEROUS = {
    level: {
        "tolerance": rate,
        "alpha": 0.2,
        "sample": 0.5,
        "sample_flagged": 0.5,
        "min_labels": 2,
        "min_days": days,
    }
    for level, rate, days in zip(LEVELS[1:], TOLERANCES, (0.5, 1, 2), strict=True)
}
UP = ["promote"] * 3
Told = dict[str, Any]


@pytest.fixture
def fake() -> Any:
    """Return the agent's own server, where it is called back."""
    with FakeAgent() as agent:
        yield agent


@pytest.fixture
def acme(world: World, fake: FakeAgent, settings: Any) -> Acme:
    """Return the cast: Cy is an admin who owns nothing, and trust is cheap in two lanes."""
    settings.OUTBOUND_ALLOW = ((ipaddress.ip_network("127.0.0.0/8"), fake.port),)

    def edit(document: Document) -> None:
        agent = document["agents"][0]
        agent["callback_url"] = fake.url()
        terms = {"risk": "low", "reversible": True, "trust": {"levels": GENEROUS, "min_confidence": 0.5}}
        agent["actions"] = [
            *(one for one in agent["actions"] if one["type"] != NOTE),
            {"type": NOTE, "title": "Add a note to {/customer}", "promotion": "ratified"} | terms,
            {"type": TAG, "title": "Tag {/customer}", "promotion": "automatic"} | terms,
            {"type": PRICE, "title": "Change a price", "risk": "medium", "reversible": True, "promotion": "automatic"},
        ]
        next(one for one in document["people"] if one["email"].startswith("cy@"))["roles"] = ["admin", "approver"]

    world.change(edit)
    return callers(world)


def stands(acme: Acme, kind: str) -> Told:
    """Return a lane as the agent reads it, which is as its row has it."""
    answer = acme.agent.get("/agent")
    assert answer.status_code == 200, answer.content
    told: Told = next(one for one in answer.json()["lanes"] if one["action"] == kind)
    row = lane(acme.world, kind)
    if row is not None:
        assert (told["level"], told["tightened"]) == (LEVELS[row.level], row.tightened)
        assert told["ceiling"] == "autonomous"
        assert not (row.tightened and row.frozen)
    return told


def ask(acme: Acme, kind: str, confidence: float = 0.9) -> Told:
    """Let the agent ask for one more thing."""
    body = {"action": kind, "arguments": {"customer": "Mia"}, "confidence": confidence}
    answer = acme.agent.post("/actions", body)
    assert answer.status_code == 201, answer.content
    action: Told = answer.json()
    return action


def review(acme: Acme, kind: str, how: str = "approve") -> Told:
    """Let the agent ask, unsure, until people are to look before anything happens; Bo looks, and says."""
    action = next(one for one in (ask(acme, kind, confidence=0.3) for _ in range(40)) if one["status"] == "pending")
    acme.world.turn(seconds=30)
    answer = acme.vote("bo", action, how, **({"comment": "Not this customer."} if how == "reject" else {}))
    assert answer.status_code == 200, answer.content
    told: Told = answer.json()
    return told


def alone(acme: Acme, kind: str) -> Told:
    """Let the agent ask until trust lets one through that nobody is to look at; it does it."""
    for _ in range(40):
        action = ask(acme, kind)
        with tx.reading(acme.org):
            drawn = Action.objects.get(pk=key_of(action)).verdict["review"]
        if action["status"] == "approved" and not drawn["reviewed"]:
            break
    assert action["verdict"]["by"] == "ratchet"
    assert acme.agent.post(f"/actions/{action['id']}/start", {"digest": action["digest"]}).status_code == 200
    assert acme.agent.post(f"/actions/{action['id']}/finish", {"status": "succeeded"}).status_code == 200
    return action


def wrong(acme: Acme, action: Told, severity: str) -> None:
    """Let the shop's own system tell that something was wrong."""
    said = {"verdict": "incorrect", "severity": severity, "note": "The customer called."}
    assert acme.reporter.post(f"/actions/{action['id']}/outcome", said).status_code == 200


def rises(acme: Acme, kind: str, *, days: float, agree: bool) -> int:
    """Let a lane earn its next level, whose wait is `days`; return how many reviews that took."""
    before = LEVELS.index(stands(acme, kind)["level"])
    for count in range(1, 40):
        review(acme, kind)
        told = stands(acme, kind)
        if not agree and LEVELS.index(told["level"]) == before + 1:
            return count
        if agree and told["blockers"] == ["a person has to agree"]:
            assert told["level"] == LEVELS[before], "it is only proposed"
            wish = {"level": LEVELS[before + 1], "reason": "Earned"}
            assert acme.ana.post(f"/agents/refunds/lanes/{kind}/low/level", wish).json()["code"] == "own_agent"
            assert acme.cy.post(f"/agents/refunds/lanes/{kind}/low/level", wish).status_code == 200
            assert stands(acme, kind)["level"] == LEVELS[before + 1]
            return count
        if count == 2:
            acme.world.turn(days=days)
    raise AssertionError(f"{kind} stays at {told['level']}: {told['blockers']}")


def eases(acme: Acme, kind: str) -> None:
    """Let clean reviews show that the error rate is not gross."""
    for _ in range(40):
        review(acme, kind)
        if not stands(acme, kind)["tightened"]:
            return
    raise AssertionError(f"{kind} stays tightened")


def falls(acme: Acme, kind: str) -> None:
    """Let people find errors until the lane comes down."""
    before = stands(acme, kind)["level"]
    for _ in range(20):
        review(acme, kind, "reject")
        told = stands(acme, kind)
        assert told["tightened"], "one error is enough for that"
        if told["level"] != before:
            return
    raise AssertionError(f"{kind} stays at {before}")


def moves(acme: Acme, kind: str) -> list[MoveRow]:
    """Return the moves of a lane, in order."""
    with tx.reading(acme.org):
        found = MoveRow.objects.filter(lane__type=kind, lane__risk="low").order_by("entry", "part")
        return list(found)


def heard(acme: Acme, fake: FakeAgent, kind: str) -> list[tuple[str, bool]]:
    """Return the levels of a lane as the agent was called back, in the order the calls came; repeats once."""
    drain("callback", now=clock.now(), org=acme.org)
    found: list[tuple[str, bool]] = [("supervised", False)]
    for one in fake.received:
        told = json.loads(one.body)
        if told["type"] == "agent.level_changed":
            stood = next(one for one in told["data"]["lanes"] if one["action"] == kind)
            if (stood["level"], stood["tightened"]) != found[-1]:
                found.append((stood["level"], stood["tightened"]))
    return found


def made(acme: Acme, kind: str) -> list[tuple[str, bool]]:
    """Return what the lane's moves say it went through, one for each entry of its ledger that changed something."""
    found, is_tight = [("supervised", False)], False
    rows = moves(acme, kind)
    for place, one in enumerate(rows):
        is_tight = one.code == "tighten" or (is_tight and one.code not in ("eased", *DEMOTED))
        last = place == len(rows) - 1 or rows[place + 1].entry != one.entry
        if last and (LEVELS[one.level_after], is_tight) != found[-1]:
            found.append((LEVELS[one.level_after], is_tight))
    return found


DEMOTED = ("severe", "drift", "unproven")  # each lets go of what was tightened, and tightens anew above supervised


@pytest.mark.timeout(120)
def test_a_lane_earns_its_way_up_and_loses_it(acme: Acme, fake: FakeAgent) -> None:
    assert stands(acme, NOTE) | {"limits": []} == stands(acme, TAG) | {"limits": [], "action": NOTE}
    for kind in (NOTE, TAG):
        assert stands(acme, kind)["level"] == "supervised"
        counts = [rises(acme, kind, days=days, agree=kind == NOTE) for days in (0.5, 1, 2)]
        assert sum(counts) < 40
        told = stands(acme, kind)
        assert (told["level"], told["blockers"]) == ("autonomous", ["at the ceiling set by policy"])
        assert told["accuracy_bound"] >= 1 - TOLERANCES[2]

    noted, tagged = alone(acme, NOTE), alone(acme, TAG)
    wrong(acme, noted, "major")  # nobody looked at it: a signal, which holds everything and moves no level
    assert (stands(acme, NOTE)["level"], stands(acme, NOTE)["tightened"]) == ("autonomous", True)
    assert {ask(acme, NOTE)["status"] for _ in range(3)} == {"pending"}
    eases(acme, NOTE)
    assert alone(acme, NOTE)["verdict"]["level"] == "autonomous"
    falls(acme, NOTE)
    assert stands(acme, NOTE)["level"] == "monitored"
    assert stands(acme, TAG)["level"] == "autonomous", "another lane"
    assert ask(acme, NOTE)["status"] == "pending"

    wrong(acme, tagged, "critical")
    assert stands(acme, TAG)["level"] == "supervised"
    assert ask(acme, TAG)["status"] == "pending"
    assert acme.cy.post(f"/agents/refunds/lanes/{TAG}/low/level", {"level": "assisted"}).status_code == 422

    silent = [move.code for move in moves(acme, NOTE)]
    assert [code for code in silent if code != "restart"][:6] == ["proposed", "promote"] * 3
    assert {"tighten", "eased"} <= set(silent)
    assert silent[-2] in ("drift", "unproven")
    fell = moves(acme, NOTE)[-2]
    assert (LEVELS[fell.level_before], LEVELS[fell.level_after]) == ("autonomous", "monitored")
    assert [move.code for move in moves(acme, TAG)][:4] == [*UP, "severe"]
    _is_all_true(acme, fake)


def _is_all_true(acme: Acme, fake: FakeAgent) -> None:
    """Check every sentence against the ledger, what the agent was told against the moves, and history."""
    for kind in (NOTE, TAG):
        assert heard(acme, fake, kind) == made(acme, kind)
    out = io.StringIO()
    call_command("ratchet", "verify", "--org", acme.slug, stdout=out)
    assert out.getvalue() == "2 lanes, 0 differences\n"
    assert replays(acme.world) == 2
    told = [one for one in acme.ana.get("/audit?limit=200").json()["items"] if one["kind"] == "lane.moved"]
    with tx.reading(acme.org):
        every = {(row.entry, row.sentence) for row in MoveRow.objects.all()}
    assert {(one["facts"]["entry"], one["facts"]["sentence"]) for one in told} == every
    history_holds(acme.world)


def test_silence_takes_a_level_too(acme: Acme) -> None:
    label(acme.world, 20, kind=TAG)
    acme.world.turn(days=0.6)
    label(acme.world, 1, kind=TAG)
    assert stands(acme, TAG)["level"] == "assisted"
    acme.world.turn(days=31)
    assert ask(acme, TAG)["status"] == "pending", "late is never alone"
    trust_sweep.sweep(at=clock.now(), org=acme.org)
    assert (stands(acme, TAG)["level"], stands(acme, TAG)["tightened"]) == ("assisted", True)
    acme.world.turn(days=30)
    trust_sweep.sweep(at=clock.now(), org=acme.org)
    assert stands(acme, TAG)["level"] == "supervised"
    assert [move.code for move in moves(acme, TAG)][-1] == "stale"


def test_by_the_usual_terms_it_takes_37_then_96_then_280_clean_reviews(acme: Acme) -> None:
    """Show the table of the specification, for a reviewer who misses nothing and a lane of medium risk."""
    done = 0
    for level, (needed, days) in enumerate(((37, 1.1), (96, 7.1), (280, 14.1)), start=1):
        label(acme.world, 1, kind=PRICE, risk="medium")
        acme.world.turn(days=days)
        label(acme.world, needed - done - 2, kind=PRICE, risk="medium")
        assert known(acme.world, PRICE, "medium").earned == level - 1
        label(acme.world, 1, kind=PRICE, risk="medium")
        assert known(acme.world, PRICE, "medium").earned == level
        done = needed
    with tx.reading(acme.org):
        row = LaneRow.objects.get(type=PRICE)
        sentences = list(MoveRow.objects.filter(lane=row).order_by("entry").values_list("sentence", flat=True))
    counts = [one.split(": ")[1].partition(" reviewed")[0] for one in sentences]
    assert counts == ["37 of 37", "96 of 96", "280 of 280"]
    assert replays(acme.world) == 1

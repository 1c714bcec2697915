"""A new version runs in the shadow of the old: where it did the same, its lane stays where the old one stood."""

from __future__ import annotations

import pytest

from agents.ledger import NewVersion, entry_from_json
from agents.models import LaneRow, LedgerRow
from agents.terms import LEVELS
from agents.transfer import Shadowed
from core import tx
from tests.api.cast import Acme, callers
from tests.lanes import NOTE, codes, label, lane, quickly, replays
from tests.play import Told, history_holds, kinds, post
from tests.world import Document, World

GENEROUS = {"tolerance": 0.4, "alpha": 0.4, "sample": 0.5, "sample_flagged": 0.5, "min_labels": 1, "min_days": 0}
OLD, NEW = "1.0.0", "2.0.0"
SAME, OTHER = {"customer": "Mia"}, {"customer": "Max"}


def generous(document: Document) -> None:
    quickly(document, promotion="automatic")
    note = next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)
    note["trust"] = {"levels": {name: dict(GENEROUS) for name in LEVELS[1:]}}


@pytest.fixture
def acme(world: World) -> Acme:
    """Return a lane of notes at autonomous, of the old version."""
    world.change(generous)
    for _ in range(40):
        label(world)
    note(world, OLD)
    assert row(world).level == 3
    return callers(world)


def note(world: World, version: str) -> Told:
    return post(world, SAME, action=NOTE, agent_version=version)


def row(world: World) -> LaneRow:
    found = lane(world)
    assert found is not None
    return found


def ran(acme: Acme, told: Told, arguments: Told = SAME, *, version: str = NEW) -> Told:
    answer = acme.reporter.post("/shadow", {"version": version, "of": told["id"], "arguments": arguments})
    assert answer.status_code == 200, answer.content
    found: Told = answer.json()
    return found


def came(acme: Acme) -> NewVersion:
    """Let the new version post for the first time, and return what the lane's ledger has of it."""
    note(acme.world, NEW)
    with tx.reading(acme.org):
        found = LedgerRow.objects.get(lane=row(acme.world), body__type="version")
    entry = entry_from_json(found.body).what
    assert isinstance(entry, NewVersion)
    assert replays(acme.world) == 1
    return entry


def test_one_that_did_the_same_stays_where_the_old_one_stood(acme: Acme) -> None:
    note(acme.world, OLD)  # before the shadow began
    for _ in range(40):
        assert ran(acme, told := note(acme.world, OLD)) == {"of": told["id"], "version": NEW, "same": True}
    assert came(acme).shadowed == Shadowed(40, 0)
    assert (row(acme.world).level, row(acme.world).tightened, row(acme.world).agent_version) == (3, False, NEW)
    assert kinds(acme.world, told).count("action.shadowed") == 1
    history_holds(acme.world)


def test_what_was_not_shadowed_since_it_began_is_a_difference(acme: Acme) -> None:
    ran(acme, note(acme.world, OLD))
    for _ in range(12):
        note(acme.world, OLD)
    ran(acme, note(acme.world, OLD), OTHER)
    assert came(acme).shadowed == Shadowed(1, 13)
    assert row(acme.world).level == 0, "a major version"
    assert codes(acme.world)[-1] == "version"


def test_only_a_reporter_may_tell_and_what_it_told_first_stands(acme: Acme) -> None:
    told = note(acme.world, OLD)
    body = {"version": NEW, "of": told["id"], "arguments": SAME}
    for caller, code in ((acme.agent, "agents_cannot_report_correct"), (acme.bo, "wrong_key")):
        answer = caller.post("/shadow", body)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert ran(acme, told, OTHER)["same"] is False
    assert ran(acme, told, SAME)["same"] is False
    assert acme.reporter.post("/shadow", body | {"version": OLD}).json()["code"] == "not_another_version"
    assert acme.reporter.post("/shadow", body | {"of": "act_nothing"}).status_code == 404
    assert ran(acme, note(acme.world, OLD), {"customer": "Mia"}, version="3.0.0")["same"]
    assert came(acme).shadowed == Shadowed(0, 2)

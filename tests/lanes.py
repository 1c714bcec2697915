"""Lanes for journeys: terms under which a few dozen labels lead up, labels without the actions, and how a lane stands.

trusted(world)                            # another admin, Cy; notes earn trust quickly, and people agree to it
label(world, 60)                          # sixty clean reviews of notes
climbed(world, "autonomous")              # up to a level, one by one
"""

from __future__ import annotations

from typing import Any

from agents.keeping import Given, append, days, hold_or_open, lane_of, named
from agents.lane import Lane
from agents.ledger import Label, NewTerms, Ratify, entry_from_json
from agents.models import LaneRow, LedgerRow, MoveRow
from agents.ratchet import fold
from agents.terms import LEVELS, Risk
from agents.trust import trust_of
from approvals.ground import stand
from core import tx
from tests.world import Document, World

NOTE = "note.add"
AT_ONCE = {"min_labels": 1, "min_days": 0, "sample_flagged": 0.3}  # what is new here is unusual, and so flagged


def quickly(document: Document, *, promotion: str = "ratified") -> None:
    """Let notes earn trust without waits, and Cy be an admin who owns no agent; Ana owns `refunds`."""
    note = next(one for one in document["agents"][0]["actions"] if one["type"] == NOTE)
    note |= {"promotion": promotion, "trust": {"levels": {name: dict(AT_ONCE) for name in LEVELS[1:]}}}
    next(one for one in document["people"] if one["email"].startswith("cy@"))["roles"] = ["admin", "approver"]


@tx.use_case
def _label(org: int, world_agent: Any, kind: str, risk: Risk, labels: list[Label], ratify: bool) -> None:
    ground = stand(world_agent)
    trust = trust_of(ground.terms.type_named(kind), risk)
    row = hold_or_open(world_agent, kind, risk, trust, now=ground.now)
    append(row, [Given(one) for one in labels], now=ground.now, by="test")
    if ratify and row.proposed:
        append(row, [Given(Ratify("test"))], now=ground.now, by="test")


def label(
    world: World,
    count: int = 1,
    *,
    loss: float = 0.0,
    severe: bool = False,
    kind: str = NOTE,
    risk: Risk = "low",
    ratify: bool = False,
    agent: str = "refunds",
) -> None:
    """Let so many reviews of a lane be known, by somebody who sees everything."""
    _label(world.org, world.agent(agent).pk, kind, risk, [Label(loss, 1.0, 1.0, severe)] * count, ratify)


def climbed(world: World, level: str, *, kind: str = NOTE, risk: Risk = "low") -> LaneRow:
    """Lead a lane up to a level by clean reviews."""
    for _ in range(100):
        if (row := lane(world, kind, risk)) is not None and row.earned >= LEVELS.index(level):
            return row
        label(world, 20, kind=kind, risk=risk, ratify=True)
    raise AssertionError(f"{kind} did not reach {level}")


def lane(world: World, kind: str = NOTE, risk: str = "low") -> LaneRow | None:
    """Return the lane's row, if it is there."""
    with tx.reading(world.org):
        return LaneRow.objects.filter(agent__slug="refunds", type=kind, risk=risk, floor=0).first()


def known(world: World, kind: str = NOTE, risk: str = "low") -> Lane:
    """Return the lane."""
    row = lane(world, kind, risk)
    assert row is not None
    return lane_of(row)[0]


def codes(world: World, kind: str = NOTE, risk: str = "low") -> list[str]:
    """Return the codes of the lane's moves, in order."""
    row = lane(world, kind, risk)
    assert row is not None
    with tx.reading(world.org):
        return list(MoveRow.objects.filter(lane=row).order_by("entry", "part").values_list("code", flat=True))


def replays(world: World) -> int:
    """Check that every lane is the fold of its ledger, byte for byte; return how many lanes there are."""
    with tx.reading(world.org):
        rows = list(LaneRow.objects.all())
        for row in rows:
            ledger = [(one.number, one.body) for one in LedgerRow.objects.filter(lane=row).order_by("number")]
            assert [number for number, _ in ledger] == list(range(1, row.entries + 1))
            entries = [entry_from_json(body) for _, body in ledger]
            assert isinstance(entries[0].what, NewTerms)
            again = fold(entries[0].what.trust, entries, now=days(row.opened_at), naming=named)
            assert again.lane.as_json() == row.state
            assert (again.lane.level(again.trust), again.lane.earned) == (row.level, row.earned)
            moves = MoveRow.objects.filter(lane=row).order_by("entry", "part")
            assert [move.sentence for move in again.moves] == [move.sentence for move in moves]
    return len(rows)

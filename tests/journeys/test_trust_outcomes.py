"""What happened afterwards: bad news moves the lane at once, whoever tells it; good news never does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from approvals.flow.report import AgentsCannotPraise, report
from core import tx
from delivery.models import Parcel
from tests.journeys.test_trust_evidence import labels, looked, note
from tests.lanes import climbed, codes, known, lane, quickly, replays
from tests.play import key_of
from tests.world import Document, World

Told = dict[str, Any]


@pytest.fixture
def acme(world: World) -> World:
    """Return the world where notes earn trust quickly, and the agent hears of it."""

    def edit(document: Document) -> None:
        quickly(document, promotion="automatic")
        document["agents"][0]["callback_url"] = "https://agents.test/hook"

    world.change(edit)
    return world


def said(world: World, told: Told, how: str = "incorrect", severity: str = "major", by: str = "crm") -> None:
    """Let a reporter tell what became of an action."""
    actor = world.as_agent() if by == "agent" else world.as_reporter(by)
    report(world.org, key_of(told), actor=actor, verdict=how, severity=severity, note="It bounced.")


def drawn(world: World, is_drawn: bool) -> Told:
    """Let the agent post notes until one is looked at, or is not."""
    return next(one for one in (note(world) for _ in range(40)) if (one["status"] == "pending") is is_drawn)


def told_agent(world: World) -> list[Told]:
    """Return what the agent was told of its levels."""
    with tx.reading(world.org):
        rows = Parcel.objects.filter(kind="agent.level_changed").order_by("number")
        return [json.loads(row.payload) for row in rows]


def told_people(world: World) -> set[str]:
    """Return who was written to about a lane."""
    with tx.reading(world.org):
        return set(Parcel.objects.filter(once__startswith="lane:").values_list("address", flat=True))


def test_an_error_reported_of_what_was_approved_corrects_the_count(acme: World) -> None:
    climbed(acme, "assisted")
    told = drawn(acme, True)
    looked(acme, "bo", told)
    before = known(acme).attempts[1].cells
    said(acme, told)
    after = known(acme).attempts[1].cells
    assert sum(after.values()) == sum(before.values()), "one count was moved, none was added"
    assert sum(count for (_, _, loss), count in after.items() if loss) == 1
    decision, outcome = labels(acme, told)
    assert (decision.replaced_by, outcome.source, outcome.loss) == (outcome.pk, "outcome", 1.0)
    assert "tighten" in codes(acme)
    said(acme, told)
    assert known(acme).attempts[1].cells == after, "said twice it is one error"
    assert replays(acme) == 1


def test_good_news_moves_nothing_and_an_agent_may_not_bring_it(acme: World) -> None:
    told = note(acme)
    looked(acme, "bo", told)
    row = lane(acme)
    assert row is not None
    said(acme, told, "correct")
    with pytest.raises(AgentsCannotPraise):
        said(acme, told, "correct", by="agent")
    again = lane(acme)
    assert again is not None
    assert again.entries == row.entries
    said(acme, told, by="agent")
    assert labels(acme, told)[-1].loss == 1.0, "its own bad news counts"


@pytest.mark.parametrize(
    ("policy", "severity", "reports", "tightens"),
    [
        ("all", "minor", 1, True),
        ("major", "minor", 1, False),
        ("major", "major", 1, True),
        ("cluster", "major", 2, False),
        ("cluster", "minor", 3, True),
    ],
)
def test_of_what_was_not_drawn_an_error_is_a_signal(
    acme: World, policy: str, severity: str, reports: int, tightens: bool
) -> None:
    acme.change(lambda document: document["agents"][0]["actions"][1]["trust"].update(tighten_on_report=policy))
    climbed(acme, "assisted")
    for told in [drawn(acme, False) for _ in range(reports)]:
        said(acme, told, severity=severity)
        (label,) = labels(acme, told)
        assert (label.weight, label.dropped) == (0.0, True)
    row = lane(acme)
    assert row is not None
    assert row.tightened is tightens
    assert row.level == 1, "a signal moves no level"


@pytest.mark.parametrize("is_drawn", [True, False])
def test_a_critical_error_puts_the_lane_back_to_supervised(acme: World, is_drawn: bool) -> None:
    climbed(acme, "monitored")
    told = drawn(acme, is_drawn)
    if is_drawn:
        looked(acme, "bo", told)
    said(acme, told, severity="critical")
    row = lane(acme)
    assert row is not None
    assert (row.level, codes(acme)[-1]) == (0, "severe")
    data = told_agent(acme)[-1]
    assert next(one for one in data["data"]["lanes"] if one["action"] == "note.add")["level"] == "supervised"
    assert told_people(acme) == {acme.email("ana"), acme.email("cy")}, "its owner, and the admins"
    assert replays(acme) == 1

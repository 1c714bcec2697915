"""The demo is played through the real flows: its history holds, and it never makes anybody wait."""

from __future__ import annotations

import pytest
import yaml
from django.core.management import call_command

from accounts.doors import org_by_slug
from approvals.demo import history
from approvals.management.commands.demo import PLAYED
from approvals.models import Action, Decision
from approvals.replay import replay
from audit.verify import verify
from core import clock, tx
from delivery.models import Parcel


@pytest.fixture
def halden() -> int:
    """Return the demo organization, played once a run."""
    if org_by_slug("halden") is None:
        call_command("demo", "--days", "10")
    org = org_by_slug("halden")
    assert org is not None
    return org


@pytest.mark.timeout(120)
def test_weeks_of_work_hold_in_every_detail(halden: int) -> None:
    with tx.reading(halden):
        statuses = set(Action.objects.values_list("status", flat=True))
        oldest = Action.objects.order_by("created_at").values_list("created_at", flat=True).first()
        waiting = Action.objects.filter(status="pending").count()
        by = set(Decision.objects.values_list("by", flat=True))
        promised = Parcel.objects.count()
    assert {"approved", "rejected", "pending"} <= statuses
    assert "people" in by
    assert oldest is not None
    assert (clock.now() - oldest).days >= 6
    assert waiting >= 5  # so that the inbox is worth opening
    assert promised == 0  # nobody gets mail that is weeks old
    assert verify(halden, replay=replay).holds


def test_the_demo_takes_no_agent_of_yours() -> None:
    """Each start takes a new key for every agent that is played, and so ends the oldest of two."""
    tried = {str(one["slug"]) for one in yaml.safe_load(history.DOCUMENT.read_text())["agents"]}
    assert tried - set(PLAYED) == {"mine"}


@pytest.mark.timeout(120)
def test_a_slow_machine_gets_a_shorter_past(halden: int) -> None:
    house = history.open_house(halden, end=clock.now(), seed=1)
    house.until = clock.monotonic() - 1
    history.post(house, clock.now())
    assert house.posted == 0

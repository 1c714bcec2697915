"""The demo is played through the real flows: its history holds, and it never makes anybody wait."""

from __future__ import annotations

import io

import pytest
import yaml
from django.core.management import call_command

from accounts.doors import org_by_slug
from agents.models import LabelRow, LaneRow, MoveRow
from agents.terms import LEVELS
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


@pytest.mark.timeout(120)
def test_its_lanes_have_a_past_that_their_ledgers_tell(halden: int) -> None:
    out = io.StringIO()
    call_command("ratchet", "verify", "--org", "halden", stdout=out)
    assert out.getvalue() == "6 lanes, 0 differences\n"
    with tx.reading(halden):
        stands = {row.type: row for row in LaneRow.objects.all()}
        codes = list(
            MoveRow.objects.filter(lane__type="refund.create").order_by("at", "part").values_list("code", "by")
        )
        fallen = MoveRow.objects.get(lane__type="refund.create", level_before=2, level_after=1)
        wrong = LabelRow.objects.filter(loss=1, answered=True)
        assert Action.objects.filter(pk__in=wrong.values("action")).count() == wrong.values("action").distinct().count()
    levels = {kind: LEVELS[row.level] for kind, row in stands.items()}
    assert levels == {
        "campaign.send": "supervised",
        "invoice.pay": "assisted",
        "price.change": "autonomous",
        "refund.create": "assisted",
        "replicas.set": "assisted",
        "volume.delete": "supervised",
    }
    assert stands["campaign.send"].proposed
    assert stands["invoice.pay"].tightened
    assert ("promote", "person:dana@halden.example") in codes
    assert fallen.code == "drift"
    assert 30 <= (clock.now() - fallen.at).days <= 50


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

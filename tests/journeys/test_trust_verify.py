"""Every lane is the fold of its ledger; one that is not is frozen, and the admins are told."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import connection

from agents.models import LaneRow
from approvals.models import Beat
from approvals.ratchet import nightly
from core import tx
from delivery.models import Parcel
from tests.journeys.test_trust_evidence import looked, note
from tests.lanes import climbed, lane, quickly
from tests.world import World


@pytest.fixture
def acme(world: World) -> World:
    """Return the world with a lane that has gone up and down."""
    world.change(lambda document: quickly(document, promotion="automatic"))
    climbed(world, "assisted")
    looked(world, "bo", next(one for one in (note(world) for _ in range(40)) if one["status"] == "pending"), "reject")
    return world


def verify(world: World) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("ratchet", "verify", "--org", world.slug, stdout=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    return 0, out.getvalue()


@tx.use_case
def spoil(org: int, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_stands_is_what_the_ledger_says(acme: World) -> None:
    assert verify(acme) == (0, "1 lanes, 0 differences\n")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("update agents_lane set level = 3", "level is 3, its ledger gives 1"),
        ("update agents_lane set tightened = false", "tightened is False"),
        ("update agents_lane set state = jsonb_set(state, '{earned}', '\"autonomous\"')", "state is"),
        ("update agents_lane set entries = entries + 1", "its ledger has a gap"),
        ("update agents_label set entry = null", "counts a label that says otherwise: decision:act_"),
    ],
)
def test_one_line_a_difference(acme: World, statement: str, said: str) -> None:
    spoil(acme.org, statement)
    code, told = verify(acme)
    assert code == 1
    assert said in told
    assert told.startswith("refunds note.add at low risk: ")


def test_at_night_a_lane_that_differs_is_frozen_and_admins_are_told(acme: World) -> None:
    Beat.objects.filter(name=nightly.NAME).delete()
    spoil(acme.org, "update agents_lane set level = 3")
    thread = nightly.start_if_due()
    assert thread is not None
    thread.join(timeout=60)
    row = lane(acme)
    assert row is not None
    assert (row.frozen, row.level) == (True, 0)
    assert Beat.objects.get(name=nightly.NAME).facts["broken"][nightly.INVARIANT] >= 1
    with tx.reading(acme.org):
        told = Parcel.objects.filter(once__startswith="differs:").values_list("address", flat=True)
        assert set(told) == {acme.email("ana"), acme.email("cy")}
        assert LaneRow.objects.get().version > 1
    assert note(acme)["status"] == "pending"
    assert not nightly.run_if_due(), "once a day"

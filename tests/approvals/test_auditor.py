"""The hourly look at what must always hold: it finds what is broken, tells, and runs once an hour wherever it runs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from approvals import auditor
from approvals.models import Action, Beat
from core import clock, ids, tx
from delivery.models import Parcel
from tests.play import kinds, post
from tests.world import World


@tx.use_case
def spoil(org: int, identifier: UUID) -> None:
    """Close an action as no flow would: without a decision, its clock running, its people still asked."""
    Action.objects.filter(pk=identifier).update(status="rejected", closed_at=clock.now())


def test_a_sound_organization_breaks_nothing(world: World) -> None:
    post(world)
    assert auditor.examine(world.org, since=clock.now() - timedelta(days=1)) == []


def test_what_is_broken_is_named_recorded_and_told_to_the_admins(world: World) -> None:
    told = post(world)
    spoiled = told["id"]
    identifier = ids.parse("act", spoiled)
    assert identifier is not None
    spoil(world.org, identifier)
    found = auditor.audit(world.org, since=clock.now() - timedelta(days=1))
    assert {one.invariant for one in found} == {
        "closed_action_with_a_clock",
        "closed_action_still_asked",
        "closed_action_without_a_decision",
    }
    assert {(one.count, one.example) for one in found} == {(1, spoiled)}
    assert "system.invariant_broken" in kinds(world, told)
    with tx.reading(world.org):
        mail = list(Parcel.objects.filter(once__startswith=f"broken:{world.slug}").values_list("address", flat=True))
    assert mail == [world.email("ana")]


def test_it_runs_once_an_hour_however_many_engines_there_are(world: World) -> None:
    Beat.objects.filter(name=auditor.NAME).delete()
    assert auditor.run_if_due()
    assert not auditor.run_if_due()
    facts = Beat.objects.get(name=auditor.NAME).facts
    assert facts["organizations"] >= 1
    assert set(facts["broken"]) == set(auditor.INVARIANTS)
    world.turn(hours=1, minutes=1)
    assert auditor.run_if_due()

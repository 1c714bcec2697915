"""The engine and delegations: fair between organizations, nothing lost when it is killed, a poisoned one alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from approvals.flow import lend, stand_in
from approvals.models import Asked, Beat, Delegation
from audit.models import Entry
from config.management.commands.engine import beat
from core import clock, ids, tx
from tests.lending import asked, ends, engine, lends, mails, small
from tests.play import history_holds, post, refund
from tests.world import World, make_world

__all__ = ["small"]


class Killed(BaseException):
    """The engine dies here."""


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_an_engine_killed_between_two_actions_leaves_the_rest_to_the_next(
    small: World, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    waiting = [post(small, refund(f"{number}.00")) for number in range(1, 4)]
    lent = lends(small, "bo", "cy")
    done = 0

    def dying(*args: Any, **more: Any) -> bool:
        nonlocal done
        if done == after:
            raise Killed
        done += 1
        return stand_in.stand_in(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(lend, "stand_in", dying)
        patch.setattr(lend, "_settle", lambda *_: (_ for _ in ()).throw(Killed()))
        with pytest.raises(Killed):
            lend.sweep(at=clock.now(), org=small.org)
    assert mails(small, "cy") == []
    assert lend.sweep(at=clock.now(), org=small.org) == 0, "it is somebody's for a minute"
    small.turn(seconds=61)
    engine(small)
    assert all(asked(small, told) == [("bo", None), ("cy", "bo")] for told in waiting)
    ((_, text),) = mails(small, "cy")
    assert "3 actions wait for you now" in text
    with tx.reading(small.org):
        assert Entry.objects.filter(subject=lent["id"], kind="delegation.started").count() == 1
        assert Asked.objects.filter(on_behalf_of__isnull=False).count() == 3
    history_holds(small)


def test_many_of_one_organization_do_not_hold_up_another(small: World) -> None:
    for number in range(30):
        lends(small, "bo", "cy", reason=str(number))
    other = make_world()
    lends(other, "bo", "ana")
    with connection.cursor() as cursor:
        cursor.execute("select org_id from due_delegations(%s, 10000)", [clock.now()])
        turns = [row[0] for row in cursor.fetchall()]
    assert turns.count(small.org) == 30
    assert turns.index(other.org) < [number for number, org in enumerate(turns) if org == small.org][1]


def test_a_poisoned_one_delays_nobody(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, _ = lends(small, "bo", "cy", reason="bad"), lends(small, "bo", "cy", reason="good")
    poisoned = ids.parse("dlg", bad["id"])
    real = lend._settle

    def some(org: int, taken: Any) -> None:
        if taken.id == poisoned:
            raise RuntimeError("poison")
        real(org, taken)

    monkeypatch.setattr(lend, "_settle", some)
    assert lend.sweep(at=clock.now(), org=small.org) == 1
    with tx.reading(small.org):
        assert Delegation.objects.get(reason="good").told_at is not None


def test_many_actions_are_moved_a_few_at_a_time(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lend, "AT_ONCE", 2)
    waiting = [post(small, refund(f"{number}.00")) for number in range(1, 6)]
    lends(small, "bo", "cy")
    counts = []
    for _ in range(3):
        assert lend.sweep(at=clock.now(), org=small.org) == 1
        with tx.reading(small.org):
            counts.append(Asked.objects.filter(on_behalf_of__isnull=False).count())
    assert counts == [2, 4, 5]
    assert lend.sweep(at=clock.now(), org=small.org) == 0
    assert len(mails(small, "cy")) == 1
    assert all(("cy", "bo") in asked(small, told) for told in waiting)


def test_what_never_began_is_ended_in_silence(small: World) -> None:
    lent = lends(small, "bo", "cy", starts=clock.now() + timedelta(days=1), until=clock.now() + timedelta(days=2))
    ends(small, lent, "bo")
    small.turn(seconds=5)
    engine(small)
    assert mails(small, "bo") == mails(small, "cy") == []
    with tx.reading(small.org):
        assert Delegation.objects.get().next_at is None


def test_after_an_outage_over_its_whole_time_nothing_is_moved(small: World) -> None:
    told = post(small, decide_within=None)
    lends(small, "bo", "cy")
    small.turn(days=2)
    engine(small)
    small.turn(seconds=5)
    engine(small)
    assert [who for who, _ in asked(small, told)] in ([], ["bo"])
    assert mails(small, "cy") == []


def test_a_beat_of_the_engine_sees_to_it_and_routing_learns_of_every_change(small: World) -> None:
    told = post(small)
    versions = [small.organization().directory_version]
    lent = lends(small, "bo", "cy")
    versions.append(small.organization().directory_version)
    while ("cy", "bo") not in asked(small, told):
        assert beat(0.1)[0] > 0
    Beat.objects.all().delete()  # the pulse would be an outage to tests that turn the clock
    versions.append(small.organization().directory_version)
    ends(small, lent, "bo")
    versions.append(small.organization().directory_version)
    assert versions == sorted(set(versions))

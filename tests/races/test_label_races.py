"""What people say of an action against posts, reports and the engine at the same instant."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection

from agents.models import LabelRow
from approvals import quick
from approvals.flow import submit, trust_sweep, vote
from approvals.flow.report import report
from approvals.posted import CastVote, PostedAction
from core import clock, ids, tx
from tests.lanes import NOTE, climbed, known, label, lane, quickly, replays
from tests.play import at_once, by_key, cast, history_holds, key_of, post
from tests.world import World

ROUNDS = 20


@pytest.fixture
def acme(world: World) -> World:
    """Return the world where notes earn trust quickly, and good news waits."""
    world.change(lambda document: quickly(document, promotion="automatic"))
    return world


def posted(world: World) -> dict[str, Any]:
    """Post a note by the quick road, or by the plain one where that gives way."""
    one = PostedAction(body=b"{}", action=NOTE, arguments={"customer": "Mia"})
    told = quick.submit(by_key(world), one)
    return told if told is not None else submit.submit(world.as_agent(), one)[0]


def drawn(world: World) -> dict[str, Any]:
    """Let the agent post notes until one is looked at."""
    return next(one for one in (posted(world) for _ in range(60)) if one["status"] == "pending")


def place(world: World, kind: str, subject: str) -> int:
    """Return where the last entry of a kind about something stands in history, which is the order of commits."""
    with tx.reading(world.org), connection.cursor() as cursor:
        cursor.execute("select max(seq) from audit_entry where kind = %s and subject = %s", [kind, subject])
        return int(cursor.fetchone()[0])


def test_nothing_that_comes_after_an_error_was_found_runs_alone(acme: World) -> None:
    climbed(acme, "assisted")
    row = lane(acme)
    assert row is not None
    subject, bo = ids.public("lan", row.pk), acme.as_person("bo")
    alone = 0
    for _ in range(ROUNDS):
        label(acme, 60)  # eased again, and far from coming down
        told = drawn(acme)
        no = partial(vote.vote, acme.org, key_of(told), actor=bo, cast=CastVote("reject", told["digest"], "No."))
        first, said, second = at_once(partial(posted, acme), no, partial(posted, acme))
        assert isinstance(said, dict), said
        tightened = place(acme, "lane.moved", subject)
        for one in (first, second):
            assert isinstance(one, dict), one
            if one["status"] == "approved":
                alone += 1
                assert place(acme, "action.posted", one["id"]) < tightened
        again = lane(acme)
        assert again is not None
        assert again.tightened or again.level == 0
        assert posted(acme)["status"] == "pending"
    assert replays(acme) == 1
    history_holds(acme)


def test_bad_news_and_the_moment_good_news_is_due_come_to_one_error(acme: World) -> None:
    acme.change(lambda document: document["agents"][0]["actions"][1]["trust"].update(maturity="1h"))
    reporter = acme.as_reporter()
    for number in range(1, ROUNDS + 1):
        told = post(acme, {"customer": "Mia"}, action=NOTE)
        cast(acme, "bo", told, review_seconds=30.0)
        acme.turn(hours=1, seconds=1)
        wrong = partial(report, acme.org, key_of(told), actor=reporter, verdict="incorrect", severity="minor")
        engine = partial(trust_sweep.sweep, at=clock.now(), org=acme.org)
        results = at_once(engine, wrong, wrong)
        assert not [one for one in results if isinstance(one, Exception)], results
        with tx.reading(acme.org):
            standing = LabelRow.objects.filter(action=key_of(told), dropped=False, replaced_by=None)
            assert [one.loss for one in standing] == [1.0]
        cells = known(acme).attempts[1].cells if known(acme).attempts[1].number == 1 else {}
        assert sum(cells.values()) in (0, number)
    assert replays(acme) == 1

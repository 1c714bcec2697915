"""Practice: what was rejected once comes again as if it were new. Nothing can come of it, and one hears at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from approvals.actors import PersonActor
from approvals.flow.answer_practice import answer_practice
from approvals.flow.refusals import NoSuchAction
from approvals.flow.vote import vote
from approvals.models import Action, Audit
from approvals.posted import CastVote
from approvals.practice.planting import A_DAY
from approvals.ratchet.reviewers import catch_of, proven
from core import ids, tx
from delivery.models import Parcel
from tests.journeys.browser import Browser, browser_of
from tests.play import cast, history_holds, post
from tests.world import Document, World

Told = dict[str, Any]


def practising(document: Document) -> None:
    document["organization"]["practice"] = 0.02


@pytest.fixture
def school(world: World) -> World:
    """Cy rejected a refund once; the organization practises."""
    world.change(practising)
    cast(world, "cy", post(world, reason="Because."), "reject", comment="She was paid on Monday.", review_seconds=20.0)
    return world


def given(world: World, name: str) -> list[Audit]:
    with tx.reading(world.org):
        return list(Audit.objects.filter(person__email=world.email(name)).order_by("created_at"))


def reviewed(world: World, name: str = "bo") -> None:
    cast(world, name, post(world), review_seconds=20.0)


def page_of(audit: Audit) -> str:
    return f"/actions/{ids.public('act', audit.pk)}"


def pressed(browser: Browser, audit: Audit, how: str, **more: Any) -> Any:
    return browser.decide({"id": ids.public("act", audit.pk)}, how, **more)


def test_it_is_off_unless_the_organization_wants_it(world: World) -> None:
    cast(world, "cy", post(world), "reject", review_seconds=20.0)
    reviewed(world)
    assert given(world, "bo") == []


def test_who_reviews_gets_what_somebody_else_rejected_as_if_it_were_new(school: World) -> None:
    reviewed(school)
    (audit,) = given(school, "bo")
    bo = browser_of(school, "bo")
    inbox = bo.text("/")
    assert page_of(audit) in inbox
    assert "of what you review here is practice" in inbox
    page = bo.text(page_of(audit))
    for words in ("Because.", "Approve", "Reject"):
        assert words in page
    for secret in ("She was paid on Monday.", "This was practice", "Cy Okafor rejected"):
        assert secret not in page
    for piece in ("detail", "decide", "row"):
        assert bo.get(f"{page_of(audit)}/{piece}").status_code == 200


@pytest.mark.parametrize(
    ("how", "said"), [("reject", "You rejected it, which is right."), ("approve", "You approved it. It was wrong.")]
)
def test_the_answer_is_told_at_once_and_nothing_comes_of_it(school: World, how: str, said: str) -> None:
    reviewed(school)
    (audit,) = given(school, "bo")
    with tx.reading(school.org):
        before = (Action.objects.count(), Parcel.objects.count())
    bo = browser_of(school, "bo")
    answer = pressed(bo, audit, how, comment="Looks odd.")
    assert (answer.status_code, answer["Location"]) == (303, page_of(audit))
    told = bo.text(page_of(audit))
    assert "This was practice" in told
    assert said in told
    assert "She was paid on Monday." in told
    assert page_of(audit) not in bo.text("/")
    (audit,) = given(school, "bo")
    assert audit.verdict == how
    pressed_again = bo.post(page_of(audit), {"vote": "approve", "digest": ""})
    assert pressed_again.status_code in (303, 422)
    assert given(school, "bo")[0].verdict == how, "the first answer stands"
    with tx.reading(school.org):
        assert (Action.objects.count(), Parcel.objects.count()) == before
    history_holds(school)


def test_nobody_can_execute_it_and_nobody_else_can_see_it(school: World) -> None:
    reviewed(school)
    (audit,) = given(school, "bo")
    for name in ("cy", "ana"):
        assert browser_of(school, name).get(page_of(audit)).status_code == 404
        with pytest.raises(NoSuchAction):
            answer_practice(school.org, audit.pk, actor=actor(school, name), verdict="approve", review_seconds=None)
    with pytest.raises(NoSuchAction):
        vote(school.org, audit.pk, actor=actor(school, "bo"), cast=CastVote("approve", f"sha256:{'0' * 64}"))
    with tx.reading(school.org), connection.cursor() as cursor:
        cursor.execute("select count(*) from approvals_action where id = %s", [audit.pk])
        assert cursor.fetchone() == (0,)


def actor(world: World, name: str) -> PersonActor:
    return world.as_person(name)


def test_one_at_a_time_three_a_day_and_never_the_same_twice(school: World) -> None:
    for number in range(6):
        cast(school, "cy", post(school), "reject", comment=f"No {number}.", review_seconds=20.0)
    for _ in range(5):
        reviewed(school)
        reviewed(school)
        for one in given(school, "bo"):
            answer_practice(school.org, one.pk, actor=actor(school, "bo"), verdict="reject", review_seconds=9.0)
    assert len(given(school, "bo")) == A_DAY
    school.turn(hours=25)
    reviewed(school)
    found = given(school, "bo")
    assert len(found) == A_DAY + 1
    assert len({one.action_id for one in found}) == len(found)


def test_what_nobody_answers_is_over_after_a_day_and_counts_for_nothing(school: World) -> None:
    reviewed(school)
    (audit,) = given(school, "bo")
    school.turn(hours=25)
    bo = browser_of(school, "bo")
    assert page_of(audit) not in bo.text("/")
    assert "Its time is over" in bo.text(page_of(audit))


def test_what_somebody_catches_is_proven_by_practice(school: World) -> None:
    assert proven(9, 0) is None, "nine tell too little"
    assert proven(10, 0) == 0.76
    assert proven(20, 20) == 0.28
    with tx.reading(school.org):
        assert catch_of(school.person("bo").pk) is None

"""What an admin is told of how people review, and that it is told of nobody where few review."""

from __future__ import annotations

from dataclasses import replace

from approvals.audits import alarms as weekly
from approvals.audits.reviewers import Reviewer, alarms, reviewers
from approvals.models import Audit, Vote
from core import tx
from delivery.models import Parcel
from tests.journeys.browser import browser_of
from tests.play import cast, post
from tests.world import Document, World

CALM = Reviewer(None, "Bo Lind", 100, 90, 100, 90, 88.0, 20.0, 25, 18.0, 60, 21.0, 9, 1)


def test_calm_reviewing_alarms_nobody() -> None:
    assert alarms(CALM) == ()
    assert alarms(replace(CALM, beside=10, beside_yes=10, expected=1.0)) == (), "too few to compare"
    assert alarms(replace(CALM, caught=0, missed=4)) == (), "too few to tell"


def test_three_things_are_worth_a_look() -> None:
    assert alarms(replace(CALM, caught=5, missed=5)) == ("approved 5 of 10 practice requests, which were wrong",)
    assert alarms(replace(CALM, beside_yes=100, expected=70.0)) == (
        "approves 100% where others approve 70% of the same kinds of request",
    )
    assert alarms(replace(CALM, late_seconds=2.0)) == ("reads for 2 s this week, and for 21 s before",)


def crowd(document: Document) -> None:
    for person in document["people"]:
        if person["email"].split("@")[0] in ("eve", "finn"):
            person["roles"] = ["approver"]
    document["teams"][0]["members"] = [one["email"] for one in document["people"]]


def review(world: World, *names: str, seconds: float = 20.0) -> None:
    told = [post(world) for _ in names]
    for name, one in zip(names, told, strict=True):
        cast(world, name, one, "reject" if name == "cy" else "approve", review_seconds=seconds)


def test_where_few_review_only_totals_are_told(world: World) -> None:
    review(world, "bo", "bo", "cy", "dee")
    with tx.reading(world.org):
        (total,) = reviewers(world.org, tx.now())
    assert (total.person, total.votes, total.approved, total.seconds) == (None, 4, 3, None)
    page = browser_of(world, "ana").text("/people/reviewers")
    assert "only totals are told" in page
    assert "Bo Lind" not in page
    assert browser_of(world, "bo").get("/people/reviewers").status_code == 403


def test_each_is_seen_beside_the_others_where_enough_review(world: World) -> None:
    world.change(crowd)
    review(world, "bo", "bo", "cy", "cy", "dee", "eve", "finn")
    with tx.reading(world.org):
        found = {one.name: one for one in reviewers(world.org, tx.now())}
    bo, cy = found["Bo Lind"], found["Cy Okafor"]
    assert (bo.votes, bo.approved, bo.beside, bo.beside_yes, bo.seconds) == (2, 2, 2, 2, 20.0)
    assert bo.expected == 2 * 3 / 5
    assert cy.expected == 2.0
    page = browser_of(world, "ana").text("/people/reviewers")
    assert "100% (2 of 2)" in page
    assert "60% of the same kinds" in page
    assert "Too early to say" in page


@tx.use_case
def missed(org: int, world: World, times: int) -> None:
    """Let Bo have approved so many practice requests."""
    bo = world.person("bo").pk
    for action in Vote.objects.values_list("action_id", flat=True)[:times]:
        Audit.objects.create(
            org_id=org,
            kind="practice",
            action_id=action,
            person_id=bo,
            config_version=1,
            created_at=tx.now(),
            answered_at=tx.now(),
            answered_by_id=bo,
            verdict="approve",
        )


def mails(world: World) -> list[str]:
    with tx.reading(world.org):
        return list(Parcel.objects.filter(once__startswith="reviewers:").values_list("address", flat=True))


def test_admins_hear_of_it_once_a_week_at_most(world: World) -> None:
    world.change(crowd)
    review(world, "bo", "bo", "bo", "bo", "bo", "cy", "dee", "eve", "finn")
    assert weekly.look(world.org) == 0
    missed(world.org, world, 5)
    assert weekly.look(world.org) == 1
    assert mails(world) == [world.email("ana")]
    world.turn(days=6)
    assert weekly.look(world.org) == 0
    world.turn(days=2)
    assert weekly.look(world.org) == 1
    assert len(mails(world)) == 2

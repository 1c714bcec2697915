"""Votes for somebody else, over HTTP: whose seat it is, who fills it once, and who can never fill it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from approvals.flow import lend
from approvals.models import Asked, Vote
from core import clock, tx
from tests.api.cast import Acme, Answer, callers
from tests.journeys.test_stages import away, road, team, voted, votes
from tests.play import history_holds, key_of
from tests.world import Document, World, row_of

Told = dict[str, Any]


@pytest.fixture
def acme(world: World) -> Acme:
    """The cast with Gus, an approver of no team but security; everything else needs one of finance."""
    made = callers(world)
    road(made, [{"approvals": 1, "from": team("finance")}])
    return made


def needs(acme: Acme, *stages: Any, **more: Any) -> None:
    """Put everything else on another road: `needs(acme, [(2, "finance")])`."""
    road(acme, *([{"approvals": many, "from": team(name)} for many, name in stage] for stage in stages), **more)


def lends(acme: Acme, by: str, whom: str, **more: Any) -> Told:
    """Let somebody lend for a day; the engine has not come by yet."""
    body = {"to": acme.world.email(whom), "until": (clock.now() + timedelta(days=1)).isoformat()} | more
    answer = acme.people[by].post("/delegations", body)
    assert answer.status_code == 201, answer.content
    told: Told = answer.json()
    return told


def ends(acme: Acme, by: str, lent: Told) -> None:
    answer = acme.people[by].post(f"/delegations/{lent['id']}", method="DELETE")
    assert answer.status_code == 200, answer.content


def engine(acme: Acme) -> None:
    """Let the engine see to delegations."""
    while lend.sweep(at=clock.now(), org=acme.org):
        pass


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def decided(acme: Acme, told: Told) -> list[tuple[str, str | None]]:
    """Return who decided, and in whose name, by their first names."""
    return [
        (one["email"].partition("@")[0], one["on_behalf_of"] and one["on_behalf_of"].partition("@")[0])
        for one in told["decision"]["people"]
    ]


def loses(acme: Acme, name: str, **change: Any) -> None:
    """Change what somebody may do."""
    acme.world.change(lambda document: row_of(document, "people", acme.world.email(name)).update(change))


# One seat counts once


def test_a_vote_for_somebody_fills_their_seat_and_says_so(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"))
    assert (told["status"], decided(acme, told)) == ("approved", [("gus", "bo")])
    with tx.reading(acme.org):
        vote = Vote.objects.get(action_id=key_of(told))
        assert vote.delegation_id is not None
    history_holds(acme.world)


@pytest.mark.parametrize(("first", "second"), [("bo", "gus"), ("gus", "bo")])
def test_whoever_votes_first_takes_the_seat_and_the_second_is_told(acme: Acme, first: str, second: str) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "gus")
    told = voted(acme, first, acme.posted("60.00"))
    assert told["votes"] == {"approvals": 1, "needed": 2}
    assert refused(votes(acme, second, told)) == (409, "seat_taken")
    assert refused(votes(acme, second, told, "reject")) == (409, "seat_taken")
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_ones_own_seat_and_a_lent_one_are_one_person(acme: Acme) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "cy")
    told = voted(acme, "cy", acme.posted("60.00"))
    told = voted(acme, "cy", told, on_behalf_of=acme.world.email("bo"))
    assert told["votes"] == {"approvals": 1, "needed": 2}
    told = voted(acme, "dee", told)
    assert sorted(decided(acme, told)) == [("cy", "bo"), ("dee", None)]
    history_holds(acme.world)


def test_two_are_needed_of_two_and_one_stands_in_for_the_other_so_the_next_people_are_asked(acme: Acme) -> None:
    needs(acme, [(2, "security")], fallback={"person": acme.world.email("dee")}, edit=away(acme, "gus"))
    lends(acme, "gus", "cy")
    told = acme.posted("60.00")
    assert {one["email"].partition("@")[0] for one in told["asked"]} == {"cy", "dee"}
    assert voted(acme, "dee", voted(acme, "cy", told))["status"] == "approved"


def test_who_stands_in_for_two_fills_the_seat_that_is_free(acme: Acme) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "gus")
    lends(acme, "cy", "gus")
    told = acme.posted("60.00")
    first = next(one for one in told["asked"] if one["on_behalf_of"])["on_behalf_of"].partition("@")[0]
    other = "cy" if first == "bo" else "bo"
    told = voted(acme, "gus", voted(acme, first, told))
    assert sorted(decided(acme, told), key=str) == sorted([(first, None), ("gus", other)], key=str)
    history_holds(acme.world)


def test_the_same_vote_for_somebody_again_is_the_one_there_is(acme: Acme) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"))
    assert voted(acme, "gus", told) == told
    assert voted(acme, "gus", told, on_behalf_of=acme.world.email("bo").upper()) == told
    with tx.reading(acme.org):
        assert Vote.objects.filter(action_id=key_of(told)).count() == 1


# Nobody decides their own


def test_nobody_decides_for_somebody_what_they_asked_for_themselves(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = acme.posted("60.00", requested_by=acme.world.email("gus"))
    bo = acme.world.email("bo")
    assert refused(votes(acme, "gus", told)) == (403, "self_approval")
    assert refused(votes(acme, "gus", told, on_behalf_of=bo)) == (403, "self_approval")
    assert all(not one["on_behalf_of"] for one in told["asked"])


def test_nobody_decides_for_whoever_asked_for_it(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = acme.posted("60.00", requested_by=acme.world.email("bo"))
    assert refused(votes(acme, "gus", told, on_behalf_of=acme.world.email("bo"))) == (403, "self_approval")
    assert refused(votes(acme, "gus", told)) == (403, "not_asked")


def test_nobody_decides_for_the_owner_of_the_agent(acme: Acme) -> None:
    needs(acme, [(1, "finance")], edit=lambda document: document["teams"][0]["members"].append(acme.world.email("ana")))
    lends(acme, "ana", "gus")
    assert refused(votes(acme, "gus", acme.posted("60.00"), on_behalf_of=acme.world.email("ana"))) == (
        403,
        "self_approval",
    )


def test_who_edited_it_for_somebody_decides_it_no_more_for_nobody(acme: Acme) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "gus")
    changed = {"amount": "50.00", "currency": "EUR", "customer": {"name": "Marta"}}
    told = voted(acme, "gus", acme.posted("60.00"), arguments=changed)
    assert (told["revision"], told["votes"]["approvals"]) == (2, 0)
    assert refused(votes(acme, "gus", told)) == (403, "self_approval")
    assert refused(votes(acme, "gus", told, on_behalf_of=acme.world.email("bo"))) == (403, "self_approval")
    assert voted(acme, "cy", voted(acme, "bo", told))["status"] == "approved"
    history_holds(acme.world)


def test_nobody_takes_a_seat_that_was_not_lent_to_them(acme: Acme) -> None:
    lends(acme, "bo", "cy")
    told = acme.posted("60.00")
    bo = acme.world.email("bo")
    assert refused(votes(acme, "gus", told, on_behalf_of=bo)) == (403, "not_authorized")
    assert refused(votes(acme, "dee", told, on_behalf_of=bo)) == (403, "not_authorized")
    assert refused(votes(acme, "cy", told, on_behalf_of="nobody@example.test")) == (403, "not_authorized")


# What is lent is what both may decide, now


def test_with_depth_one_an_absent_delegate_leads_to_the_ladder_and_not_further(acme: Acme) -> None:
    needs(acme, [(1, "security")], fallback={"person": acme.world.email("dee")}, edit=_only_gus(acme, depth=1))
    lends(acme, "gus", "bo")
    lends(acme, "bo", "cy")
    told = acme.posted("60.00")
    assert [one["email"].partition("@")[0] for one in told["asked"]] == ["dee"]
    assert refused(votes(acme, "cy", told)) == (403, "not_asked")


def test_with_depth_two_the_next_stands_in_and_the_path_is_kept(acme: Acme) -> None:
    needs(acme, [(1, "security")], fallback={"person": acme.world.email("dee")}, edit=_only_gus(acme, depth=2))
    lends(acme, "gus", "bo")
    lends(acme, "bo", "cy", max_amount="100 EUR")
    told = acme.posted("60.00")
    assert [one["email"].partition("@")[0] for one in told["asked"]] == ["cy"]
    told = voted(acme, "cy", told)
    assert decided(acme, told) == [("cy", "gus")]
    assert _paths(acme, told) == [["gus", "bo", "cy"]]
    beyond = acme.posted("160.00")
    assert [one["email"].partition("@")[0] for one in beyond["asked"]] == ([] if beyond["held"] else ["dee"])
    history_holds(acme.world)


def _only_gus(acme: Acme, *, depth: int) -> Any:
    """Security is Gus alone, who is away, and so is Bo, to whom he lends."""

    def edit(document: Document) -> None:
        document["organization"]["delegation_depth"] = depth
        document["teams"][1]["members"] = [acme.world.email("gus")]
        for name in ("gus", "bo"):
            away(acme, name)(document)

    return edit


def _paths(acme: Acme, told: Told) -> list[list[str]]:
    """Return over whom each vote came, as history has it."""
    entries = acme.people["ana"].get("/audit").json()["items"]
    return [
        [email.partition("@")[0] for email in entry["facts"]["path"]]
        for entry in entries
        if entry["subject"] == told["id"] and entry["kind"] == "action.voted"
    ]


def test_an_edit_for_somebody_is_bounded_by_what_was_lent(acme: Acme) -> None:
    lends(acme, "bo", "gus", max_amount="100 EUR")
    told = acme.posted("60.00")
    more = {"amount": "120.00", "currency": "EUR", "customer": {"name": "Marta"}}
    assert refused(votes(acme, "gus", told, arguments=more)) == (403, "not_authorized")
    less = more | {"amount": "99.00"}
    told = voted(acme, "gus", told, arguments=less)
    assert (told["status"], told["arguments"]["amount"], decided(acme, told)) == ("approved", "99.00", [("gus", "bo")])
    history_holds(acme.world)


def test_a_vote_for_somebody_stays_when_what_was_lent_ends(acme: Acme) -> None:
    needs(acme, [(2, "finance")])
    lent = lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"))
    ends(acme, "bo", lent)
    engine(acme)
    told = acme.read(told)
    assert told["votes"]["approvals"] == 1
    told = voted(acme, "cy", told)
    assert decided(acme, told) == [("gus", "bo"), ("cy", None)]
    history_holds(acme.world)


@pytest.mark.parametrize("who", ["bo", "gus"])
def test_it_is_void_when_either_of_them_may_no_longer_decide(acme: Acme, who: str) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"))
    loses(acme, who, roles=["viewer"])
    told = acme.read(told)
    assert told["votes"]["approvals"] == 0
    told = voted(acme, "cy", told)
    assert told["status"] == "pending"
    if who == "gus":
        told = voted(acme, "bo", told)
        assert decided(acme, told) == [("cy", None), ("bo", None)], "the seat is bo's again"
    history_holds(acme.world)


def test_it_stays_when_either_of_them_goes_away(acme: Acme) -> None:
    needs(acme, [(2, "finance")])
    lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"))
    acme.world.change(away(acme, "bo"))
    acme.world.change(away(acme, "gus"))
    assert acme.read(told)["votes"]["approvals"] == 1
    assert voted(acme, "cy", told)["status"] == "approved"


def test_who_is_off_boarded_stands_in_for_nobody_and_others_are_found(acme: Acme) -> None:
    needs(acme, [(1, "security")], fallback={"person": acme.world.email("dee")}, edit=_gone(acme))
    lends(acme, "gus", "bo")
    told = acme.posted("60.00")
    assert [one["email"].partition("@")[0] for one in told["asked"]] == ["bo"]
    loses(acme, "bo", roles=["viewer"])
    told = acme.read(told)
    assert ([one["email"].partition("@")[0] for one in told["asked"]], told["held"]) == (["dee"], False)


def _gone(acme: Acme) -> Any:
    def edit(document: Document) -> None:
        document["teams"][1]["members"] = [acme.world.email("gus")]
        away(acme, "gus")(document)

    return edit


# What else stands in


def test_a_delegate_who_recuses_leaves_the_seat_to_its_owner(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"), "abstain")
    assert told["status"] == "pending"
    told = voted(acme, "bo", told)
    assert [one["vote"] for one in told["decision"]["people"]] == ["abstain", "approve"]
    assert decided(acme, told) == [("gus", "bo"), ("bo", None)]
    history_holds(acme.world)


def test_who_recuses_lends_nothing_of_it(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = voted(acme, "bo", acme.posted("60.00"), "abstain")
    assert {one["email"].partition("@")[0] for one in told["asked"]} == {"cy", "dee"}
    explicit: Told = {"on_behalf_of": acme.world.email("bo")}
    for more in ({}, explicit):
        assert refused(votes(acme, "gus", told, **more)) == (403, "not_authorized")


def test_a_rejection_for_somebody_needs_a_reason_and_rejects(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = acme.posted("60.00")
    assert refused(votes(acme, "gus", told, "reject", comment="")) == (422, "comment_required")
    told = voted(acme, "gus", told, "reject")
    assert (told["status"], decided(acme, told)) == ("rejected", [("gus", "bo")])
    history_holds(acme.world)


def test_who_stands_in_hands_it_on_to_somebody_whose_own_authority_then_counts(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = acme.posted("60.00")
    answer = acme.people["gus"].post(f"/actions/{told['id']}/reassign", {"to": acme.world.email("finn")})
    assert refused(answer) == (403, "not_authorized")
    loses(acme, "finn", roles=["approver"])
    answer = acme.people["gus"].post(f"/actions/{told['id']}/reassign", {"to": acme.world.email("finn")})
    assert answer.status_code == 200
    assert decided(acme, voted(acme, "finn", told)) == [("finn", None)]
    history_holds(acme.world)


def test_in_another_stage_neither_the_delegate_nor_the_owner_of_the_seat_decides_again(acme: Acme) -> None:
    needs(acme, [(1, "finance")], [(1, "finance")])
    lends(acme, "bo", "gus")
    told = voted(acme, "gus", acme.posted("60.00"))
    assert {one["email"].partition("@")[0] for one in told["asked"]} == {"cy", "dee"}
    assert refused(votes(acme, "bo", told)) == (403, "not_authorized")
    assert refused(votes(acme, "gus", told, comment="Again.")) == (403, "not_authorized")
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_who_is_away_and_lent_it_is_not_asked_and_their_stand_in_is(acme: Acme) -> None:
    needs(acme, [(1, "finance")], edit=away(acme, "bo"))
    lends(acme, "bo", "gus")
    told = acme.posted("60.00")
    asked = {(one["email"].partition("@")[0], (one["on_behalf_of"] or "").partition("@")[0]) for one in told["asked"]}
    assert asked == {("cy", ""), ("dee", ""), ("gus", "bo")}
    with tx.reading(acme.org):
        rows = Asked.objects.filter(action_id=key_of(told), on_behalf_of__isnull=False)
        assert [row.via for row in rows] == ["stands in for Bo Lind"]
    assert decided(acme, voted(acme, "bo", told)) == [("bo", None)], "who is away may decide if they come"


def test_an_agents_key_decides_for_nobody(acme: Acme) -> None:
    lends(acme, "bo", "gus")
    told = acme.posted("60.00")
    body = {"vote": "approve", "digest": told["digest"], "on_behalf_of": acme.world.email("bo")}
    assert refused(acme.agent.post(f"/actions/{told['id']}/votes", body)) == (403, "agents_cannot_decide")

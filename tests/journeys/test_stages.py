"""Stages in order, requirements side by side, votes that change, people who come, go and are away: over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from approvals.models import Asked, Vote
from core import clock, tx
from tests.api.cast import Acme, Answer, Caller, callers
from tests.play import history_holds, key_of
from tests.world import Document, World, row_of

Told = dict[str, Any]


@pytest.fixture
def acme(world: World) -> Acme:
    return callers(world)


def votes(acme: Acme, name: str, told: Told, how: str = "approve", **more: Any) -> Answer:
    """Let somebody vote on what there is now; return the answer."""
    said = {"vote": how, "digest": acme.read(told)["digest"]} | ({"comment": "No."} if how == "reject" else {}) | more
    return acme.people[name].post(f"/actions/{told['id']}/votes", said)


def voted(acme: Acme, name: str, told: Told, how: str = "approve", **more: Any) -> Told:
    """Let somebody vote, which is taken; return the action."""
    answer = votes(acme, name, told, how, **more)
    assert answer.status_code == 200, answer.content
    now: Told = answer.json()
    return now


def refused(answer: Answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def asked(told: Told) -> set[str]:
    """Return the first names of those who are asked."""
    return {one["email"].partition("@")[0] for one in told["asked"]}


def of(acme: Acme, *needs: tuple[int, Document]) -> list[Document]:
    """Return a stage: so many of such people each."""
    return [{"approvals": many, "from": target} for many, target in needs]


def team(name: str) -> Document:
    return {"team": name}


def road(acme: Acme, *stages: Any, edit: Callable[[Document], object] = lambda _: None, **more: Any) -> None:
    """Put everything else on a road of these stages. Beside finance (bo, cy, dee) there is security (cy, gus)."""

    def change(document: Document) -> None:
        gus = acme.world.email("gus")
        if not any(row["email"] == gus for row in document["people"]):
            document["people"].append({"email": gus, "name": "Gus", "roles": ["approver"]})
            document["teams"].append({"slug": "security", "name": "Security", "members": [acme.world.email("cy"), gus]})
        route = document["routes"][-1]
        route["stages"] = list(stages)
        route.pop("fallback", None)
        route.update(more)
        edit(document)

    acme.world.change(change)
    acme.people["gus"] = Caller(acme.world.person_key("gus"))


def local(**ago: float) -> str:
    """Return the organization's local time so long ago, as the document spells it."""
    at = (clock.now() - timedelta(**ago)).astimezone(ZoneInfo("Europe/Amsterdam"))
    return at.strftime("%Y-%m-%dT%H:%M")


def away(acme: Acme, name: str, **until: float) -> Callable[[Document], object]:
    """Return an edit that sends somebody away from an hour ago until then."""
    ends = {unit: -many for unit, many in (until or {"days": 1}).items()}
    period = {"starts": local(hours=1), "until": local(**ends)}
    return lambda document: row_of(document, "people", acme.world.email(name)).update({"away": [period]})


def duty(acme: Acme) -> Callable[[Document], object]:
    """Return an edit that puts bo and cy on call, an hour each, bo first."""
    people = [acme.world.email(name) for name in ("bo", "cy")]
    row = {"slug": "duty", "timezone": "Europe/Amsterdam", "people": people, "every": "1h", "starts": local(minutes=5)}
    return lambda document: document.update({"schedules": [row]})


# Stages


def test_when_stage_one_approves_the_people_of_stage_two_are_found_then_and_not_at_the_post(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance"))), of(acme, (1, team("security"))))
    told = acme.posted("60.00")
    assert asked(told) == {"bo", "cy", "dee"}
    acme.world.change(lambda document: document["teams"][1]["members"].append(acme.world.email("ana")))
    acme.world.change(lambda document: document["agents"][0].update({"owner": acme.world.email("finn")}))
    told = voted(acme, "bo", told)
    assert (told["status"], asked(told)) == ("pending", {"cy", "gus", "ana"})
    assert told["votes"] == {"approvals": 0, "needed": 1}
    assert voted(acme, "gus", told)["status"] == "approved"
    history_holds(acme.world)


def test_the_same_person_may_not_fill_a_seat_of_both_stages(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance"))), of(acme, (1, team("security"))))
    told = voted(acme, "cy", acme.posted("60.00"))
    assert asked(told) == {"gus"}
    assert voted(acme, "cy", told) == told, "the same vote again is the one there is"
    assert refused(votes(acme, "cy", told, comment="Really.")) == (403, "not_authorized")
    assert voted(acme, "gus", told)["status"] == "approved"
    history_holds(acme.world)


def test_unless_the_stage_allows_it(acme: Acme) -> None:
    shared = {"requirements": of(acme, (1, team("security"))), "allow_shared_seat": True}
    road(acme, of(acme, (1, team("finance"))), shared)
    told = voted(acme, "cy", acme.posted("60.00"))
    assert asked(told) == {"cy", "gus"}
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_who_is_left_of_stage_two_is_too_few_so_it_escalates_at_once(acme: Acme) -> None:
    ana = {"person": acme.world.email("ana")}
    road(
        acme,
        of(acme, (1, team("finance"))),
        of(acme, (2, team("security"))),
        fallback=ana,
        edit=lambda document: document["agents"][0].update({"owner": acme.world.email("finn")}),
    )
    told = voted(acme, "cy", acme.posted("60.00"))
    assert (asked(told), told["held"]) == ({"gus", "ana"}, False)
    assert voted(acme, "ana", voted(acme, "gus", told))["status"] == "approved"
    history_holds(acme.world)


def test_a_rejection_in_stage_two_ends_it_all(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance"))), of(acme, (1, team("security"))))
    told = voted(acme, "gus", voted(acme, "bo", acme.posted("60.00")), "reject")
    assert told["status"] == "rejected"
    assert [one["vote"] for one in told["decision"]["people"]] == ["approve", "reject"]
    history_holds(acme.world)


def test_a_stage_that_is_no_longer_met_opens_again(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance"))), of(acme, (1, team("security"))))
    told = voted(acme, "bo", acme.posted("60.00"))

    def demote(document: Document) -> None:
        row_of(document, "people", acme.world.email("bo"))["roles"] = ["viewer"]

    acme.world.change(demote)
    told = acme.read(told)
    assert (asked(told), told["votes"]) == ({"cy", "dee"}, {"approvals": 0, "needed": 1})
    assert refused(votes(acme, "gus", told)) == (403, "not_asked"), "it is not gus's turn again"
    told = voted(acme, "dee", told)
    assert asked(told) == {"cy", "gus"}
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_a_vote_in_stage_two_waits_while_stage_one_is_open_again(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance"))), of(acme, (2, team("security"))))
    told = voted(acme, "gus", voted(acme, "bo", acme.posted("60.00")))

    def demote(document: Document) -> None:
        row_of(document, "people", acme.world.email("bo"))["roles"] = ["viewer"]

    acme.world.change(demote)
    told = voted(acme, "dee", acme.read(told))
    assert (asked(told), told["votes"]) == ({"cy"}, {"approvals": 1, "needed": 2})
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_a_revision_begins_at_stage_one_again(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance"))), of(acme, (1, team("security"))))
    told = voted(acme, "bo", acme.posted("60.00"))
    changed = {"amount": "61.00", "currency": "EUR", "customer": {"name": "Marta"}}
    answer = acme.agent.post(f"/actions/{told['id']}/revise", {"arguments": changed})
    assert (answer.status_code, asked(answer.json())) == (200, {"bo", "cy", "dee"})
    assert voted(acme, "gus", voted(acme, "bo", told))["status"] == "approved"
    history_holds(acme.world)


# Requirements side by side


@pytest.mark.parametrize("order", [("cy", "gus"), ("cy", "bo"), ("bo", "cy"), ("gus", "cy")])
def test_finance_and_security_need_two_people_whoever_votes_first(acme: Acme, order: tuple[str, str]) -> None:
    road(acme, of(acme, (1, team("finance")), (1, team("security"))))
    told = acme.posted("60.00")
    assert asked(told) == {"bo", "cy", "dee", "gus"}
    told = voted(acme, order[0], told)
    assert (told["status"], told["votes"]) == ("pending", {"approvals": 1, "needed": 2})
    assert voted(acme, order[1], told)["status"] == "approved"
    history_holds(acme.world)


def test_two_of_finance_leave_security_open(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance")), (1, team("security"))))
    told = voted(acme, "dee", voted(acme, "bo", acme.posted("60.00")))
    assert (told["status"], told["votes"]) == ("pending", {"approvals": 1, "needed": 2})
    assert voted(acme, "gus", told)["status"] == "approved"
    history_holds(acme.world)


# Votes that change


def test_a_vote_changed_from_approve_to_reject_before_closing_rejects_and_history_has_both(acme: Acme) -> None:
    road(acme, of(acme, (2, team("finance"))))
    told = voted(acme, "bo", voted(acme, "bo", acme.posted("60.00")), "reject")
    assert told["status"] == "rejected"
    with tx.reading(acme.org):
        rows = Vote.objects.filter(action_id=key_of(told)).order_by("cast_at")
        assert [(row.vote, row.standing) for row in rows] == [("approve", "superseded"), ("reject", "counted")]
    assert refused(votes(acme, "bo", told)) == (409, "already_closed")
    history_holds(acme.world)


def test_a_rejection_is_taken_back_where_one_is_not_enough(acme: Acme) -> None:
    road(acme, {"requirements": of(acme, (2, team("finance"))), "deny_threshold": 2})
    told = voted(acme, "bo", acme.posted("60.00"), "reject")
    assert told["status"] == "pending"
    told = voted(acme, "bo", told)
    assert told["votes"]["approvals"] == 1
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_two_rejections_close_it_where_two_are_asked_for(acme: Acme) -> None:
    road(acme, {"requirements": of(acme, (1, team("finance"))), "deny_threshold": 2})
    told = voted(acme, "bo", acme.posted("60.00"), "reject")
    assert voted(acme, "cy", told, "reject")["status"] == "rejected"
    history_holds(acme.world)


def test_who_recuses_makes_it_impossible_so_it_escalates_at_once(acme: Acme) -> None:
    road(acme, of(acme, (2, team("security"))), fallback={"person": acme.world.email("dee")})
    told = voted(acme, "cy", acme.posted("60.00"), "abstain")
    assert (asked(told), told["held"]) == ({"gus", "dee"}, False)
    assert voted(acme, "dee", voted(acme, "gus", told))["status"] == "approved"
    history_holds(acme.world)


def test_who_recuses_with_nobody_left_holds_it_with_an_alarm(acme: Acme) -> None:
    road(acme, of(acme, (2, team("security"))))
    told = voted(acme, "cy", acme.posted("60.00"), "abstain")
    assert told["held"]
    assert told["decide_by"] is None
    assert voted(acme, "gus", told)["status"] == "pending", "the quorum is never lowered"


def test_with_three_needed_of_three_one_who_is_off_boarded_escalates_it_and_three_stay_needed(acme: Acme) -> None:
    fay, hal = acme.world.email("fay"), acme.world.email("hal")

    def join(document: Document) -> None:
        """Let Fay be of finance, up to one euro only, and Hal be nobody's member."""
        small = {"max_amount": "1 EUR"}
        document["people"].append({"email": fay, "name": "Fay", "roles": ["approver"], "authority": small})
        document["people"].append({"email": hal, "name": "Hal", "roles": ["approver"]})
        document["teams"][0]["members"].append(fay)

    def leave(document: Document) -> None:
        document["people"] = [row for row in document["people"] if row["email"] != acme.world.email("dee")]
        document["teams"][0]["members"].remove(acme.world.email("dee"))

    road(acme, of(acme, (3, team("finance"))), fallback={"person": hal}, edit=join)
    told = acme.posted("60.00")
    assert asked(told) == {"bo", "cy", "dee"}
    acme.world.change(leave)
    told = acme.read(told)
    assert (asked(told), told["votes"]["needed"], told["held"]) == ({"bo", "cy", "hal"}, 3, False)


# Whom a target means


def test_whoever_was_on_call_keeps_it_when_the_turn_is_over(acme: Acme) -> None:
    road(acme, of(acme, (1, {"schedule": "duty", "who": "on_call"})), edit=duty(acme))
    told = acme.posted("60.00")
    assert asked(told) == {"bo"}
    acme.world.turn(hours=1)
    assert refused(votes(acme, "cy", told)) == (403, "not_asked")
    assert asked(acme.posted("61.00")) == {"cy"}
    assert voted(acme, "bo", told)["status"] == "approved"
    history_holds(acme.world)


def test_whoever_is_next_on_call(acme: Acme) -> None:
    road(acme, of(acme, (1, {"schedule": "duty", "who": "next"})), edit=duty(acme))
    assert asked(acme.posted("60.00")) == {"cy"}


@pytest.mark.parametrize(
    ("whose", "more", "who"),
    [("owner", {}, {"gus"}), ("requester", {"requested_by": "bo"}, {"ana"}), ("asked", {}, {"bo", "cy", "dee", "ana"})],
)
def test_the_manager_of(acme: Acme, whose: str, more: Told, who: set[str]) -> None:
    def managers(document: Document) -> None:
        document["agents"][0]["owner"] = acme.world.email("finn")
        row_of(document, "people", acme.world.email("finn"))["manager"] = acme.world.email("gus")

    needs: list[tuple[int, Document]] = [(1, {"manager_of": whose})]
    road(acme, of(acme, *([(1, team("finance")), *needs] if whose == "asked" else needs)), edit=managers)
    told = acme.posted("60.00", **{key: acme.world.email(name) for key, name in more.items()})
    assert asked(told) == who
    last = "gus" if whose == "owner" else "ana"
    assert voted(acme, last, voted(acme, "dee", told) if whose == "asked" else told)["status"] == "approved"
    history_holds(acme.world)


def test_a_manager_who_is_asked_stays_so_when_somebody_else_becomes_it(acme: Acme) -> None:
    def owned(document: Document) -> None:
        document["agents"][0]["owner"] = acme.world.email("finn")
        row_of(document, "people", acme.world.email("finn"))["manager"] = acme.world.email("gus")

    road(acme, of(acme, (1, {"manager_of": "owner"})), edit=owned)
    told = acme.posted("60.00")

    def moves(document: Document) -> None:
        row_of(document, "people", acme.world.email("finn"))["manager"] = acme.world.email("cy")

    acme.world.change(moves)
    assert refused(votes(acme, "cy", told)) == (403, "not_asked")
    assert voted(acme, "gus", told)["status"] == "approved"
    history_holds(acme.world)


# Absence


def test_who_is_away_is_not_asked_and_may_decide_if_they_come(acme: Acme) -> None:
    road(acme, of(acme, (1, team("security"))), edit=away(acme, "cy"))
    told = acme.posted("60.00")
    assert asked(told) == {"gus"}
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_all_are_away_so_the_fallback_is_asked_at_once(acme: Acme) -> None:
    def both(document: Document) -> None:
        for name in ("cy", "gus"):
            away(acme, name)(document)

    road(acme, of(acme, (1, team("security"))), fallback={"person": acme.world.email("dee")}, edit=both)
    told = acme.posted("60.00")
    assert (asked(told), told["held"]) == ({"dee"}, False)


def test_all_are_away_and_there_is_no_fallback_so_it_is_held_with_an_alarm(acme: Acme) -> None:
    def both(document: Document) -> None:
        for name in ("cy", "gus"):
            away(acme, name)(document)

    road(acme, of(acme, (1, team("security"))), edit=both)
    told = acme.posted("60.00")
    assert (told["status"], told["held"]) == ("pending", True)
    assert voted(acme, "gus", told)["status"] == "approved", "who comes back early can decide it"


def test_going_away_voids_nothing(acme: Acme) -> None:
    road(acme, of(acme, (2, team("finance"))))
    told = voted(acme, "bo", acme.posted("60.00"))
    acme.world.change(away(acme, "bo"))
    told = acme.read(told)
    assert told["votes"]["approvals"] == 1
    assert voted(acme, "cy", told)["status"] == "approved"
    history_holds(acme.world)


def test_who_comes_back_is_asked_from_then_on(acme: Acme) -> None:
    road(acme, of(acme, (1, team("security"))), edit=away(acme, "cy", hours=1))
    assert asked(acme.posted("60.00")) == {"gus"}
    acme.world.turn(hours=2)
    assert asked(acme.posted("61.00")) == {"cy", "gus"}


# Who keeps what


def test_what_is_handed_on_is_the_requirement_that_was_asked_and_five_times_at_most(acme: Acme) -> None:
    road(acme, of(acme, (1, team("finance")), (1, team("security"))))
    told = acme.posted("60.00")
    path = f"/actions/{told['id']}/reassign"
    assert acme.people["gus"].post(path, {"to": acme.world.email("bo")}).status_code == 200
    with tx.reading(acme.org):
        assert Asked.objects.get(action_id=key_of(told), person__email=acme.world.email("gus")).left_why == "reassigned"
    told = acme.posted("60.00")
    path = f"/actions/{told['id']}/reassign"
    turns = ["bo", "gus", "bo", "gus", "bo", "gus", "bo"]
    road(acme, of(acme, (1, team("finance"))))
    told = acme.posted("60.00")
    path = f"/actions/{told['id']}/reassign"
    answers = [acme.people[one].post(path, {"to": acme.world.email(other)}) for one, other in itertools.pairwise(turns)]
    assert [answer.status_code for answer in answers[:5]] == [200] * 5
    assert refused(answers[5]) == (409, "too_many_handovers")

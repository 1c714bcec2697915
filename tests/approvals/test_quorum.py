"""Quorum: the corners of SEMANTICS.md section 2, one by one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from approvals.quorum import Ballot, Eligible, InvalidQuorum, Plan, Stage, Tally, can_be_met, outcome
from approvals.terms import Requirement, Route, Target

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
FINANCE, SECURITY = Target("team", "finance"), Target("team", "security")


def k_of(*approvals: int, **rest: Any) -> Stage:
    return Stage(tuple(Requirement(k, FINANCE) for k in approvals), **rest)


def people(*names: str) -> frozenset[str]:
    return frozenset(names)


def vote(person: str, word: Any = "approve", minute: int = 0, **rest: Any) -> Ballot:
    return Ballot(person=person, vote=word, at=NOON + timedelta(minutes=minute), **rest)


def told(plan: Plan | Stage, ballots: list[Ballot], *eligible: tuple[frozenset[str], ...], **rest: Any) -> Tally:
    plan = plan if isinstance(plan, Plan) else Plan((plan,))
    given_: Eligible = eligible
    return outcome(plan, ballots, given_, **({"now": NOON, "decide_by": None} | rest))


ABC = (people("a", "b", "c"),)

CORNERS: list[tuple[str, Stage, list[Ballot], tuple[frozenset[str], ...], str, int]] = [
    ("nobody voted", k_of(1), [], ABC, "pending", 0),
    ("any one decides", k_of(1), [vote("b")], ABC, "approved", 1),
    ("one of two waits", k_of(2), [vote("a")], ABC, "pending", 1),
    ("two of two", k_of(2), [vote("a"), vote("b")], ABC, "approved", 2),
    ("the same person twice is one", k_of(2), [vote("a"), vote("a", minute=1)], ABC, "pending", 1),
    ("a rejection comes first", k_of(1), [vote("a"), vote("b", "reject")], ABC, "rejected", 1),
    ("a rejection by a stranger is nothing", k_of(1), [vote("x", "reject")], ABC, "pending", 0),
    ("two rejections asked for, one given", k_of(1, deny_threshold=2), [vote("a", "reject")], ABC, "pending", 0),
    (
        "two rejections",
        k_of(2, deny_threshold=2),
        [vote("a", "reject"), vote("b", "reject"), vote("c")],
        ABC,
        "rejected",
        1,
    ),
    ("approval taken back into a rejection", k_of(2), [vote("a"), vote("a", "reject", 1)], ABC, "rejected", 0),
    ("rejection turned into an approval", k_of(2), [vote("a", "reject"), vote("a", minute=1)], ABC, "pending", 1),
    ("votes are in order of time, not of the list", k_of(2), [vote("a", "reject", 1), vote("a")], ABC, "rejected", 0),
    ("a stranger's approval is void", k_of(1), [vote("x")], ABC, "pending", 0),
    ("no longer eligible, so void", k_of(2), [vote("a", eligible=False), vote("b")], ABC, "pending", 1),
    ("abstaining leaves enough", k_of(2), [vote("a", "abstain")], ABC, "pending", 0),
    ("abstaining makes it unreachable", k_of(2), [vote("a", "abstain"), vote("b", "abstain")], ABC, "unreachable", 0),
    ("more needed than there are", k_of(4), [], ABC, "unreachable", 0),
    ("nobody at all", k_of(1), [], (people(),), "unreachable", 0),
    ("all of three", k_of(3), [vote("a"), vote("b"), vote("c")], ABC, "approved", 3),
    ("an edited approval decides alone", k_of(1), [vote("a", edited=True)], ABC, "approved", 1),
    ("an edited approval is none of two", k_of(2), [vote("a", edited=True), vote("b")], ABC, "pending", 1),
    ("an edited rejection is a rejection", k_of(2), [vote("a", "reject", edited=True)], ABC, "rejected", 0),
    (
        "in both sets, yet one seat",
        k_of(1, 1),
        [vote("a")],
        (people("a", "b"), people("a")),
        "pending",
        1,
    ),
    (
        "in both sets, shared seats allowed",
        k_of(1, 1, allow_shared_seat=True),
        [vote("a")],
        (people("a", "b"), people("a")),
        "approved",
        2,
    ),
    (
        "whoever voted first moves over",
        k_of(1, 1),
        [vote("a"), vote("b", minute=1)],
        (people("a", "b"), people("a")),
        "approved",
        2,
    ),
    ("one person in two sets cannot meet both", k_of(1, 1), [], (people("a"), people("a")), "unreachable", 0),
    (
        "own seat and a lent one are one natural person",
        k_of(2),
        [vote("b"), vote("b", on_behalf_of="a", minute=1)],
        ABC,
        "pending",
        1,
    ),
    (
        "a seat voted by its owner and by a delegate is one seat",
        k_of(2),
        [vote("a"), vote("x", on_behalf_of="a", minute=1)],
        ABC,
        "pending",
        1,
    ),
    ("a delegate fills the grantor's seat", k_of(1), [vote("x", on_behalf_of="a")], ABC, "approved", 1),
    ("a delegate of nobody eligible is void", k_of(1), [vote("x", on_behalf_of="y")], ABC, "pending", 0),
    (
        "the grantor's rejection beats the delegate's approval",
        k_of(1, deny_threshold=2),
        [vote("x", on_behalf_of="a"), vote("a", "reject", 1)],
        ABC,
        "pending",
        0,
    ),
    (
        "who recuses lends nothing",
        k_of(1),
        [vote("x", on_behalf_of="a"), vote("a", "abstain", 1)],
        ABC,
        "pending",
        0,
    ),
    ("a delegate abstains for himself alone", k_of(3), [vote("x", "abstain", on_behalf_of="a")], ABC, "pending", 0),
]


@pytest.mark.parametrize(
    ("stage", "ballots", "sets", "state", "approvals"), [c[1:] for c in CORNERS], ids=[c[0] for c in CORNERS]
)
def test_each_corner_has_one_answer(
    stage: Stage, ballots: list[Ballot], sets: tuple[frozenset[str], ...], state: str, approvals: int
) -> None:
    tally = told(stage, ballots, sets)
    assert (tally.state, tally.approvals, tally.needed) == (state, approvals, stage.needed)


def test_the_deadline_is_over_at_the_deadline_itself_and_comes_before_everything() -> None:
    votes = [vote("a"), vote("b", "reject")]
    late = NOON + timedelta(microseconds=1)
    assert told(k_of(1), votes, ABC, decide_by=NOON).state == "expired"
    assert told(k_of(1), votes, ABC, decide_by=late).state == "rejected"
    assert told(k_of(1), [vote("a")], ABC, decide_by=late).state == "approved"


def test_void_votes_are_named() -> None:
    tally = told(k_of(2), [vote("x"), vote("a", eligible=False), vote("b")], ABC)
    assert (tally.counted, set(tally.voided)) == (("b",), {"x", "a"})


def test_seats_say_who_fills_which_requirement() -> None:
    tally = told(k_of(1, 1), [vote("a"), vote("b", minute=1)], (people("a", "b"), people("a")))
    assert {(seat.requirement, seat.person) for seat in tally.seats} == {(0, "b"), (1, "a")}


def test_a_second_stage_opens_when_the_first_is_met_and_takes_other_people() -> None:
    plan = Plan((k_of(1), k_of(1)))
    first = told(plan, [vote("a")], ABC)
    assert (first.state, first.stage, first.approvals) == ("stage_closed", 2, 0)
    assert told(plan, [vote("a")], ABC, ABC).state == "pending"
    again = [vote("a"), vote("a", minute=1, stage=2)]
    assert told(plan, again, ABC, ABC).state == "pending"
    assert told(plan, again, ABC, (people("a"),)).state == "unreachable"
    assert told(plan, [vote("a"), vote("b", minute=1, stage=2)], ABC, ABC).state == "approved"
    assert told(plan, [vote("a"), vote("b", "reject", 1, stage=2)], ABC, ABC).state == "rejected"


def test_who_sat_in_an_earlier_stage_neither_lends_nor_borrows_a_seat_of_a_later_one() -> None:
    plan = Plan((k_of(1), k_of(1)))
    borrowed = [vote("a"), vote("a", minute=1, stage=2, on_behalf_of="c")]
    lent = [vote("a"), vote("x", minute=1, stage=2, on_behalf_of="a")]
    assert told(plan, borrowed, ABC, ABC).state == "pending"
    assert told(plan, lent, ABC, ABC).state == "pending"


def test_one_person_may_sit_in_both_stages_only_where_the_later_one_allows_it() -> None:
    votes = [vote("a"), vote("a", minute=1, stage=2)]
    shared = k_of(1, allow_shared_seat=True)
    assert told(Plan((k_of(1), shared)), votes, ABC, ABC).state == "approved"
    assert told(Plan((shared, k_of(1))), votes, ABC, ABC).state == "pending"


def test_votes_of_a_later_stage_do_not_count_for_an_earlier_one() -> None:
    assert told(Plan((k_of(1), k_of(1))), [vote("a", stage=2)], ABC).state == "pending"


@pytest.mark.parametrize("k", [0, -1, None, "2", 1.0, True, 1.5])
def test_a_quorum_that_is_none_is_refused(k: Any) -> None:
    with pytest.raises(InvalidQuorum):
        k_of(k)
    with pytest.raises(InvalidQuorum):
        k_of(1, deny_threshold=k)
    stored = Plan((k_of(1),)).to_json()
    stored["stages"][0]["requirements"][0]["approvals"] = k
    with pytest.raises(InvalidQuorum):
        Plan.from_json(stored)


def test_no_stage_and_no_requirement_never_approve() -> None:
    with pytest.raises(InvalidQuorum):
        Plan(())
    with pytest.raises(InvalidQuorum):
        Stage(())
    with pytest.raises(InvalidQuorum):
        Plan.of(Route("r", (), (), "standard"))
    broken: list[Any] = [{}, {"stages": []}, {"stages": [{}]}, {"stages": None}, {"stages": [], "fallback": None}]
    for stored in broken:
        with pytest.raises(InvalidQuorum):
            Plan.from_json(stored)


def test_people_who_do_not_fit_the_plan_are_refused() -> None:
    with pytest.raises(InvalidQuorum):
        told(k_of(1), [vote("a")], (people("a"), people("a")))


def test_a_plan_survives_being_stored() -> None:
    plan = Plan(
        (
            Stage((Requirement(2, FINANCE), Requirement(1, SECURITY)), deny_threshold=2, allow_shared_seat=True),
            k_of(1),
        ),
        fallback=Target("person", "ana@acme.test"),
    )
    assert Plan.from_json(plan.to_json() | {"chain": {"slug": "standard"}}) == plan
    assert Plan.from_json(Plan((k_of(1),)).to_json()) == Plan((k_of(1),))


def test_a_route_gives_its_plan() -> None:
    route = Route("r", (), ((Requirement(2, FINANCE),),), "standard", fallback=Target("person", "a"))
    assert Plan.of(route) == Plan((Stage((Requirement(2, FINANCE),)),), Target("person", "a"))


def test_a_stage_can_be_met_only_by_enough_distinct_people() -> None:
    assert can_be_met(k_of(2), (people("a", "b"),))
    assert not can_be_met(k_of(2), (people("a"),))
    assert not can_be_met(k_of(1, 1), (people("a"), people("a")))

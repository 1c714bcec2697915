"""Out of office, as SEMANTICS.md section 3 and 7 D say: what moves, who may decide, and what never happens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.flow.refusals import NotAsked, NotAuthorized, SelfApproval
from core import clock
from tests.lending import asked, chain, demote_bo, ends, engine, eur, lends, mails, pair, small, voted
from tests.play import cast, history_holds, kinds, now, post, refund
from tests.world import Document, World

__all__ = ["pair", "small"]


def test_only_new_actions_if_so_wished(small: World) -> None:
    before = post(small)
    lends(small, "bo", "cy", waiting_too=False)
    engine(small)
    after = post(small, refund("2.00"))
    assert asked(small, before) == [("bo", None)]
    assert asked(small, after) == [("bo", None), ("cy", "bo")]
    assert "Nothing waits just now" in mails(small, "cy")[0][1]


def test_it_begins_and_ends_by_itself(small: World) -> None:
    told = post(small, decide_within=None)
    lends(small, "bo", "cy", starts=clock.now() + timedelta(hours=1), until=clock.now() + timedelta(hours=2))
    assert engine(small) == 0
    with pytest.raises(NotAsked):
        cast(small, "cy", told)
    small.turn(hours=1)
    assert engine(small) == 1
    assert asked(small, told) == [("bo", None), ("cy", "bo")]
    small.turn(hours=1)
    with pytest.raises((NotAsked, NotAuthorized)):
        cast(small, "cy", told)  # though no engine has come by
    assert engine(small) >= 1
    assert asked(small, told) == [("bo", None)]
    small.turn(seconds=5)
    engine(small)
    assert mails(small, "bo")[-1][0] == "Cy Okafor no longer decides for you"
    history_holds(small)


def test_a_new_action_asks_who_stands_in_even_before_an_engine_has_come(small: World) -> None:
    lends(small, "bo", "cy")
    assert asked(small, post(small)) == [("bo", None), ("cy", "bo")]


def test_revoked_between_page_load_and_click(small: World) -> None:
    lent = lends(small, "bo", "cy")
    told = post(small)
    ends(small, lent, "bo")
    for named in ({}, {"on_behalf_of": small.email("bo")}):
        with pytest.raises((NotAsked, NotAuthorized)):
            cast(small, "cy", told, **named)
    assert "action.voted" not in kinds(small, told)
    assert now(small, told)["status"] == "pending"


def test_nobody_decides_their_own_through_a_delegation(small: World) -> None:
    lends(small, "bo", "cy")
    mine = post(small, requested_by=small.email("cy"))
    assert asked(small, mine) == [("bo", None)]
    for named in ({}, {"on_behalf_of": small.email("bo")}):
        with pytest.raises(SelfApproval):
            cast(small, "cy", mine, **named)
    theirs = post(small, refund("3.00"), requested_by=small.email("bo").upper())
    assert asked(small, theirs) == []
    with pytest.raises(SelfApproval):
        cast(small, "cy", theirs, on_behalf_of=small.email("bo"))
    with pytest.raises((NotAsked, NotAuthorized, SelfApproval)):
        cast(small, "cy", theirs)
    assert now(small, theirs)["held"]


def test_the_scope_bounds_what_is_lent(small: World) -> None:
    lends(small, "bo", "cy", agents=("refunds",), actions=("refund.*",), max_amount=eur("50"))
    engine(small)
    assert asked(small, post(small, refund("50.00"))) == [("bo", None), ("cy", "bo")]
    too_much = post(small, refund("50.01"))
    assert asked(small, too_much) == [("bo", None)]
    other = post(small, {"customer": "Marta"}, action="note.add")
    assert asked(small, other) == [("bo", None)]
    for told in (too_much, other):
        with pytest.raises((NotAsked, NotAuthorized)):
            cast(small, "cy", told, on_behalf_of=small.email("bo"))


def test_nobody_decides_more_in_anothers_name_than_in_their_own(small: World) -> None:
    lends(small, "bo", "dee")
    assert asked(small, post(small, refund("100.00"))) == [("bo", None), ("dee", "bo")]
    big = post(small, refund("101.00"))
    assert asked(small, big) == [("bo", None)]
    with pytest.raises((NotAsked, NotAuthorized)):
        cast(small, "dee", big, on_behalf_of=small.email("bo"))


def test_a_grantor_who_may_decide_less_lends_less_at_once(pair: World) -> None:
    lends(pair, "bo", "ana")
    told = post(pair, refund("80.00"))
    assert asked(pair, told) == [("ana", "bo"), ("bo", None), ("cy", None)]
    demote_bo(pair)
    assert asked(pair, told) == [("cy", None)]
    with pytest.raises(NotAuthorized):
        cast(pair, "ana", told, on_behalf_of=pair.email("bo"))
    assert asked(pair, post(pair, refund("50.00"))) == [("ana", "bo"), ("bo", None), ("cy", None), ("dee", None)]


def test_a_vote_in_somebodys_name_falls_with_their_authority_and_stands_without_the_delegation(pair: World) -> None:
    first, second = post(pair, refund("600.00")), post(pair, refund("601.00"))
    lent = lends(pair, "bo", "ana")
    engine(pair)
    for told in (first, second):
        assert cast(pair, "ana", told)["votes"] == {"approvals": 1, "needed": 2}
    ends(pair, lent, "bo")
    engine(pair)
    assert now(pair, first)["votes"]["approvals"] == 1
    assert cast(pair, "cy", first)["status"] == "approved"
    demote_bo(pair)
    assert now(pair, second)["votes"]["approvals"] == 0
    assert cast(pair, "cy", second)["status"] == "pending"
    history_holds(pair)


def test_one_natural_person_fills_one_seat(pair: World) -> None:
    lends(pair, "bo", "cy")
    told = post(pair, refund("600.00"))
    assert cast(pair, "cy", told)["votes"] == {"approvals": 1, "needed": 2}
    assert cast(pair, "cy", told, on_behalf_of=pair.email("bo"), comment="once more")["votes"]["approvals"] == 1
    assert now(pair, told)["status"] == "pending"


def test_a_rejection_in_somebodys_name_rejects(small: World) -> None:
    lends(small, "bo", "cy")
    told = cast(small, "cy", post(small), "reject")
    assert told["status"] == "rejected"
    assert told["decision"]["people"][0]["on_behalf_of"] == small.email("bo")


def test_with_depth_one_an_absent_delegate_lends_no_further(small: World) -> None:
    chain(small, 1)
    told = post(small, refund("80.00"), agent="refunds")
    assert ("ana", "bo") not in asked(small, told)
    with pytest.raises((NotAsked, NotAuthorized, SelfApproval)):
        cast(small, "ana", told, on_behalf_of=small.email("bo"))


def test_with_depth_two_the_next_decides_within_every_scope_on_the_way(small: World) -> None:
    small.change(lambda document: document["organization"].update(owner_may_decide=True))
    chain(small, 2)
    told = post(small, refund("80.00"))
    assert asked(small, told) == [("ana", "bo"), ("bo", None)]
    decided = cast(small, "ana", told)
    assert decided["decision"]["people"][0]["on_behalf_of"] == small.email("bo")
    facts = voted(small, told)
    assert [one.partition("@")[0] for one in facts["path"]] == ["bo", "cy", "ana"]
    assert [one[:4] for one in facts["delegations"]] == ["dlg_", "dlg_"]
    for beyond in (post(small, refund("91.00")), post(small, {"customer": "x"}, action="note.add")):
        assert ("ana", "bo") not in asked(small, beyond)
        with pytest.raises((NotAsked, NotAuthorized)):
            cast(small, "ana", beyond, on_behalf_of=small.email("bo"))


def test_who_is_away_without_a_usable_delegate_goes_up_the_ladder(small: World) -> None:
    def both_away(document: Document) -> None:
        begins, until = clock.now() - timedelta(days=2), clock.now() + timedelta(days=30)
        away = {"starts": f"{begins:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
        for person in document["people"][1:3]:
            person["away"] = [away]
        document["routes"][-1]["fallback"] = {"person": small.email("dee")}

    small.change(both_away)
    lends(small, "bo", "cy")
    told = post(small, refund("80.00"))
    assert asked(small, told) == [("dee", None)]
    assert cast(small, "dee", told)["status"] == "approved"


def test_a_delegation_rescues_what_is_held(small: World) -> None:
    def away(document: Document) -> None:
        begins, until = clock.now() - timedelta(days=2), clock.now() + timedelta(days=30)
        period = {"starts": f"{begins:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
        document["people"][1]["away"] = [period]

    small.change(away)
    told = post(small)
    assert told["held"]
    lends(small, "bo", "cy", made_by="ana")
    engine(small)
    assert asked(small, told) == [("cy", "bo")]
    assert cast(small, "cy", told)["status"] == "approved"


def test_a_grantor_who_was_away_is_asked_again_when_it_ends(small: World) -> None:
    def away(document: Document) -> None:
        begins, until = clock.now() - timedelta(days=2), clock.now() + timedelta(hours=30)
        period = {"starts": f"{begins:%Y-%m-%dT%H:%M}", "until": f"{until:%Y-%m-%dT%H:%M}"}
        document["people"][1]["away"] = [period]
        document["chains"][0]["decide_within"] = "5d"

    small.change(away)
    lends(small, "bo", "cy", until=clock.now() + timedelta(hours=40))
    told = post(small)
    assert asked(small, told) == [("cy", "bo")]
    engine(small)
    small.turn(hours=41)
    engine(small)
    assert asked(small, told) == [("bo", None)]
    small.turn(seconds=5)
    engine(small)
    assert "1 action waits for you now" in mails(small, "bo")[-1][1]


def test_the_narrowest_delegation_wins_then_the_newest(small: World) -> None:
    lends(small, "bo", "ana")
    lends(small, "bo", "cy", actions=("note.*",))
    engine(small)
    assert asked(small, post(small, {"customer": "Marta"}, action="note.add")) == [("bo", None), ("cy", "bo")]

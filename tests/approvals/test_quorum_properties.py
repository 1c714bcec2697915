"""Quorum against a small reference that says the same in another way: it tries every seating there is."""

from __future__ import annotations

import itertools
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.quorum import Ballot
from tests.approvals.test_quorum import ABC, k_of, told, vote

NAMES = "abcde"
names = st.sampled_from(NAMES)
sets_of = st.lists(st.frozensets(names), min_size=1, max_size=3)
ballots_of = st.lists(
    st.builds(
        vote,
        names,
        st.sampled_from(["approve", "approve", "reject", "abstain"]),
        st.integers(0, 3),
        on_behalf_of=st.none() | st.none() | names,
        eligible=st.sampled_from([True, True, True, False]),
    ),
    max_size=7,
)


def most(claims: list[tuple[str, str]], sets: list[frozenset[str]], ks: list[int]) -> int:
    """Return the most seats that (person, seat owner) pairs can fill, by trying every seating."""
    best = 0
    for seating in itertools.product([None, *range(len(sets))], repeat=len(claims)):
        fits = all(table is None or claims[i][1] in sets[table] for i, table in enumerate(seating))
        if fits and all(seating.count(table) <= k for table, k in enumerate(ks)):
            best = max(best, sum(table is not None for table in seating))
    return best


def reference(ks: list[int], threshold: int, ballots: list[Ballot], sets: list[frozenset[str]]) -> tuple[str, int]:
    last: dict[str, Ballot] = {}
    for ballot in sorted(ballots, key=lambda one: one.at):
        last[ballot.person] = ballot
    recused = {b.person for b in last.values() if b.vote == "abstain" and b.on_behalf_of is None}
    sets = [one - recused for one in sets]
    anyone = frozenset[str]().union(*sets)
    good = [b for b in last.values() if b.eligible and (b.on_behalf_of or b.person) in anyone]
    rejecting = [b for b in good if b.vote == "reject"]
    taken = {b.on_behalf_of or b.person for b in rejecting}
    claims = []
    for ballot in sorted((b for b in good if b.vote == "approve"), key=lambda one: one.at):
        owner = ballot.on_behalf_of or ballot.person
        if owner not in taken:
            taken.add(owner)
            claims.append((ballot.person, owner))
    filled = most(claims, sets, ks)
    if len(rejecting) >= threshold:
        return "rejected", filled
    if filled == sum(ks):
        return "approved", filled
    rest = [(p, p) for p in sorted(anyone) if p not in last and p not in {owner for _, owner in claims}]
    return ("pending" if most(claims + rest, sets, ks) == sum(ks) else "unreachable"), filled


@settings(max_examples=400, deadline=None)
@given(sets_of, st.data(), st.integers(1, 2), ballots_of)
def test_it_agrees_with_a_reference_that_tries_everything(
    sets: list[frozenset[str]], data: st.DataObject, threshold: int, ballots: list[Ballot]
) -> None:
    ks = data.draw(st.lists(st.integers(1, 2), min_size=len(sets), max_size=len(sets)))
    tally = told(k_of(*ks, deny_threshold=threshold), ballots, tuple(sets))
    assert (tally.state, tally.approvals) == reference(ks, threshold, ballots, sets)


@settings(deadline=None)
@given(sets_of, st.data(), ballots_of)
def test_approved_means_k_distinct_eligible_people_said_yes_last(
    sets: list[frozenset[str]], data: st.DataObject, ballots: list[Ballot]
) -> None:
    ks = data.draw(st.lists(st.integers(1, 2), min_size=len(sets), max_size=len(sets)))
    tally = told(k_of(*ks), ballots, tuple(sets))
    seated = [seat.person for seat in tally.seats]
    assert len(set(seated)) == len(seated) == tally.approvals
    if tally.state == "approved":
        assert len(seated) == sum(ks)
        last = {b.person: b for b in sorted(ballots, key=lambda one: one.at)}
        assert all(last[person].vote == "approve" and last[person].eligible for person in seated)
        assert not [b for b in last.values() if b.vote == "reject" and b.person in tally.counted]


@given(ballots_of, st.randoms())
def test_the_order_of_the_list_changes_nothing_where_moments_differ(ballots: list[Ballot], random: Any) -> None:
    apart = [vote(b.person, b.vote, i, on_behalf_of=b.on_behalf_of, eligible=b.eligible) for i, b in enumerate(ballots)]
    mixed = random.sample(apart, len(apart))
    assert told(k_of(2), apart, ABC) == told(k_of(2), mixed, ABC)


@given(ballots_of, names)
def test_one_more_rejection_never_helps(ballots: list[Ballot], person: str) -> None:
    more = [*ballots, vote(person, "reject", 9)]
    assert told(k_of(1), more, ABC).state != "approved" or person not in ABC[0]

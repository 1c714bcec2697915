"""Who may raise and lower a lane: whatever a lane has been through, nobody gets more for it than they may give."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.lane import Lane
from agents.ledger import Entry, Lower, Ratify, SetOverride, Tick
from agents.ratchet import IncompleteOverride, NotReady, step
from agents.terms import LEVELS
from agents.trust import Trust
from approvals.ratchet.levels import (
    AboveCeiling,
    CannotLower,
    CannotRaise,
    LaneFrozen,
    OwnAgent,
    Rights,
    UntilTooFar,
    Wish,
    entry_for,
    force,
)
from tests.agents.test_ratchet_properties import last, ledgers, trusts

REFUSED = (AboveCeiling, CannotLower, CannotRaise, IncompleteOverride, LaneFrozen, NotReady, OwnAgent, UntilTooFar)
rights = st.builds(Rights, st.booleans(), st.booleans(), st.booleans())
wishes = st.tuples(
    st.integers(0, 3), st.sampled_from(["", "a pilot"]), st.none() | st.sampled_from([-1.0, 3.0, 29.0, 90.0])
)
LATER = (0.0, 2.0, 3.5, 20.0, 29.5, 60.0, 95.0)


@settings(deadline=None, max_examples=60)
@given(trusts, ledgers, wishes, rights)
def test_nobody_gets_more_for_a_lane_than_they_may_give(
    trust: Trust, ledger: tuple[Entry, ...], wanted: tuple[int, str, float | None], may: Rights
) -> None:
    lane, terms = last(trust, ledger)
    lane = step(lane, terms, Entry(lane.now, Tick())).lane
    level, reason, days = wanted
    wish = Wish(level, "ana@acme.test", reason, None if days is None else lane.now + days)
    try:
        entry = entry_for(lane, terms, wish, may)
        if entry is None:
            assert force(lane, terms) == level
            return
        after = step(lane, terms, Entry(lane.now, entry)).lane
    except REFUSED:
        return
    assert after.level(terms) <= terms.ceiling
    assert after.frozen == lane.frozen
    waits = [lane.now + wait for wait in LATER]
    for moment in waits:
        before, now = (step(one, terms, Entry(moment, Tick())).lane for one in (lane, after))
        if force(now, terms) > force(before, terms):
            assert may.may_raise, "who may not raise it raised it"
            assert lane.frozen is None
    lasts = lane.override.until if lane.override is not None else lane.now
    if isinstance(entry, SetOverride) and entry.level > lane.earned and entry.until > lasts:
        assert may.is_admin
        assert not may.is_owner
        assert entry.until <= lane.now + 30
    if not isinstance(entry, Ratify | SetOverride):
        assert isinstance(entry, Lower)
        assert force(after, terms) <= level


@pytest.mark.parametrize("may", [Rights(), Rights(is_approver=True), Rights(is_owner=True), Rights(True, True, True)])
def test_only_an_admin_who_does_not_own_the_agent_raises(may: Rights) -> None:
    trust = Trust()
    lane = step(_fresh(trust), trust, Entry(1.0, Tick())).lane
    for level, until in itertools.product(range(1, len(LEVELS)), (None, 5.0)):
        with pytest.raises(OwnAgent if may.is_owner else CannotRaise):
            entry_for(lane, trust, Wish(level, "ana@acme.test", "a pilot", until), may)


def test_an_admin_raises_for_thirty_days_at_most_with_a_reason() -> None:
    trust, admin = Trust(), Rights(is_admin=True)
    lane = step(_fresh(trust), trust, Entry(1.0, Tick())).lane
    assert entry_for(lane, trust, Wish(2, "ana", "a pilot", 31.0), admin) == SetOverride(2, 31.0, "ana", "a pilot")
    for wish, refusal in (
        (Wish(2, "ana", "a pilot", 31.1), UntilTooFar),
        (Wish(2, "ana", "", 5.0), IncompleteOverride),
        (Wish(2, "ana", "a pilot", 1.0), IncompleteOverride),
        (Wish(1, "ana", "a pilot"), IncompleteOverride),
    ):
        with pytest.raises(refusal):
            entry_for(lane, trust, wish, admin)


def _fresh(trust: Trust) -> Lane:
    return last(trust, ())[0]

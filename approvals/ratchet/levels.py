"""What a person's wish for the level of a lane comes to: who may raise or lower it, and by which entry of its ledger.

Lowering is for everybody who answers for the agent, and never waits. Raising takes an admin who does not own it.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.lane import Lane, Override
from agents.ledger import Lower, Ratify, SetOverride
from agents.promotion import blockers
from agents.ratchet import IncompleteOverride
from agents.terms import LEVELS
from agents.trust import Trust
from core.errors import Conflict, Forbidden, Unprocessable

MOST_DAYS = 30.0  # of an override upward
LONGEST_DAYS = 366.0  # of one downward
UNSAID = "no reason was given"


class CannotRaise(Forbidden):
    """Raising a lane takes an admin."""

    code, title = "cannot_raise", "You cannot raise this lane"


class OwnAgent(Forbidden):
    """Whoever owns an agent never gives it more freedom."""

    code, title = "own_agent", "This agent is yours"


class CannotLower(Forbidden):
    """Only admins, approvers and the agent's owner lower a lane."""

    code, title = "cannot_lower", "You cannot lower this lane"


class AboveCeiling(Unprocessable):
    """Policy lets the lane go no higher."""

    code, title = "above_ceiling", "Above the lane's ceiling"


class UntilTooFar(Unprocessable):
    """The override would last too long."""

    code, title = "until_too_far", "Too far ahead"


class LaneFrozen(Conflict):
    """The lane is frozen: nothing raises it."""

    code, title = "lane_frozen", "The lane is frozen"


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do to the lanes of one agent."""

    is_admin: bool = False
    is_approver: bool = False
    is_owner: bool = False

    @property
    def may_raise(self) -> bool:
        """Whether they may let the agent do more alone."""
        return self.is_admin and not self.is_owner

    @property
    def may_lower(self) -> bool:
        """Whether they may let it do less."""
        return self.is_admin or self.is_approver or self.is_owner


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants which level, why, and until when, as a lane's day count; without an end it is meant for good."""

    level: int
    who: str
    reason: str = ""
    until: float | None = None


Entry = Ratify | SetOverride | Lower


def entry_for(lane: Lane, trust: Trust, wish: Wish, rights: Rights) -> Entry | None:
    """Return what has to happen to the lane, which is as it stands now; None if it is as wished already.

    Without an end: a proposed promotion is agreed to, what was set lower by hand is lifted, and a lower level is for
    good. Raises CannotRaise, OwnAgent, CannotLower, AboveCeiling, UntilTooFar, LaneFrozen, IncompleteOverride.
    """
    stands = force(lane, trust)
    if wish.level > stands:
        _check_raise(lane, rights)
    if wish.level > trust.ceiling:
        raise AboveCeiling(
            f"This lane reaches {LEVELS[trust.ceiling]} at most: by its risk, because it cannot be undone, or by the"
            " type's `ceiling` in the configuration."
        )
    entry = _for_good(lane, trust, wish, stands) if wish.until is None else _for_now(lane, wish, wish.until)
    if entry is None:
        if not rights.may_lower:
            raise CannotLower("Ask an admin, an approver or the agent's owner.")
        return None
    if relaxes(lane, trust, entry):
        _check_raise(lane, rights)
        _check_override(lane, entry, wish)
    elif not rights.may_lower:
        raise CannotLower("Ask an admin, an approver or the agent's owner to lower it.")
    return entry


def force(lane: Lane, trust: Trust) -> int:
    """Return the level the lane stands at, frozen or not."""
    return min(lane.override.level if lane.override else lane.earned, trust.ceiling)


def relaxes(lane: Lane, trust: Trust, entry: Entry) -> bool:
    """Whether the lane would stand higher than it does at any moment from now on."""
    match entry:
        case Ratify():
            return True
        case Lower():
            return False
        case SetOverride(level, until, who, reason):
            after = Override(level, until, who, reason)
    moments = [lane.now, after.until, *([lane.override.until] if lane.override else [])]
    return any(_at(lane, trust, after, moment) > _at(lane, trust, lane.override, moment) for moment in moments)


def _at(lane: Lane, trust: Trust, override: Override | None, moment: float) -> int:
    level = override.level if override is not None and moment < override.until else lane.earned
    return min(level, trust.ceiling)


def _for_good(lane: Lane, trust: Trust, wish: Wish, stands: int) -> Entry | None:
    level, override = wish.level, lane.override
    if lane.proposed and level == lane.earned + 1 and level >= stands:
        return Ratify(wish.who)
    if level == stands:
        return None
    if override is not None and min(lane.earned, stands) < level < max(lane.earned, stands):
        return SetOverride(
            level, override.until, wish.who, wish.reason or UNSAID
        )  # between what is earned and what was set
    if override is not None and level == lane.earned > stands:
        return SetOverride(level, override.until, wish.who, wish.reason or UNSAID)  # what was set lower is lifted
    if level < stands:
        return Lower(level, wish.who, wish.reason or UNSAID)
    missing = "; ".join(blockers(lane, trust)) or "it has not been proposed"
    raise IncompleteOverride(
        f"There is no promotion to {LEVELS[level]} to agree to: {missing}. To set the level by hand say `until`, at"
        f" most {MOST_DAYS:.0f} days ahead, and why."
    )


def _for_now(lane: Lane, wish: Wish, until: float) -> SetOverride:
    if until <= lane.now:
        raise IncompleteOverride("`until` is over: an override ends in the future.")
    if until > lane.now + LONGEST_DAYS:
        raise UntilTooFar(
            f"An override ends within {LONGEST_DAYS:.0f} days. Without `until` a lower level is for good."
        )
    return SetOverride(wish.level, until, wish.who, wish.reason or UNSAID)


def _check_raise(lane: Lane, rights: Rights) -> None:
    if rights.is_owner:
        raise OwnAgent("Whoever owns an agent never gives it more freedom. Ask another admin.")
    if not rights.is_admin:
        raise CannotRaise("Only an admin who does not own the agent can raise its lanes.")
    if lane.frozen is not None:
        raise LaneFrozen(f"The lane is frozen: {lane.frozen}. Let it go on first.")


def _check_override(lane: Lane, entry: Entry, wish: Wish) -> None:
    if not isinstance(entry, SetOverride):
        return
    if not wish.reason:
        raise IncompleteOverride("Say why, in `reason`: whoever sets a level by hand answers for it.")
    if entry.level > lane.earned and entry.until > lane.now + MOST_DAYS:
        raise UntilTooFar(f"A level above the earned one ends within {MOST_DAYS:.0f} days.")

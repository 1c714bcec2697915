"""A post that names another version of its agent: what was proven of the old one is not proven of the new.

Every lane of the agent starts its evidence anew, and comes down as far as the type's `versions` says. The first version
that a lane hears of is noted and changes nothing; so does a post that names none. One that ran in the shadow of the old
and did the same may stay where the old one stood (agents.transfer).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from agents.keeping import Given, append
from agents.ledger import NewVersion, VersionKind
from agents.models import Agent, LaneRow
from agents.standing import Standing
from agents.terms import VersionsAs
from approvals.ground import Ground, stand
from approvals.models import Action
from approvals.posted import PostedAction
from approvals.ratchet import telling
from approvals.ratchet.shadowing import shadowed_by
from core import tx

_NUMBERS = re.compile(r"[vV]?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?![\d.])", re.ASCII)


def is_news(ground: Ground, posted: PostedAction) -> bool:
    """Whether the post names a version that some lane of the agent has not heard of."""
    lanes: Iterable[Standing] = (one for some in ground.lanes.values() for one in some)
    return bool(posted.agent_version) and any(one.agent_version != posted.agent_version for one in lanes)


@tx.inside_use_case
def take_notice(ground: Ground, posted: PostedAction) -> Ground:
    """Let the agent's lanes begin anew under the version a post names, and return the ground as it is then.

    A post that is repeated tells nothing new.
    """
    Agent.objects.select_for_update(no_key=True).get(pk=ground.agent.pk)
    if posted.idempotency_key is not None and _is_there(ground, posted.idempotency_key):
        return ground
    rows = LaneRow.objects.select_for_update(of=("self",), no_key=True).filter(agent_id=ground.agent.pk).order_by("pk")
    for row in rows:
        before = row.agent_version
        if before == posted.agent_version:
            continue
        kind = kind_of(before, posted.agent_version, ground.terms.type_named(row.type).trust.versions)
        LaneRow.objects.filter(pk=row.pk).update(agent_version=posted.agent_version)
        if before and kind is not None:
            row.version += 1  # who composed a post of the old version must look again
            ran = shadowed_by(row, posted.agent_version)
            kept = append(row, [Given(NewVersion(kind, ran))], now=ground.now, by=f"agent:{ground.agent.slug}")
            telling.tell(kept, ground)
    return stand(ground.agent.pk)


def _is_there(ground: Ground, key: str) -> bool:
    return Action.objects.filter(agent_id=ground.agent.pk, idempotency_key=key).exists()


def kind_of(before: str, after: str, counts_as: VersionsAs) -> VersionKind | None:
    """Return what a change of version counts as; None if it counts as nothing.

    By their numbers, 1.4.2 to 1.5.0 is minor and to 2.0.0 major; one without numbers is minor.
    """
    if counts_as == "ignore":
        return None
    if counts_as != "semver":
        return counts_as
    old, new = _numbers(before), _numbers(after)
    if old is None or new is None:
        return "minor"
    kinds: tuple[VersionKind, ...] = ("major", "minor", "patch")
    return next((kind for kind, one, other in zip(kinds, old, new, strict=True) if one != other), "patch")


def _numbers(version: str) -> tuple[int, ...] | None:
    found = _NUMBERS.match(version)
    return tuple(int(number or 0) for number in found.groups()) if found else None

"""The trust page of an agent: its head, one row for each of its lanes, and one lane whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.models import Organization, Person
from accounts.organizations import all_stopped
from accounts.viewer import Viewer
from agents.models import Agent, LaneRow
from agents.terms import LEVELS, RISKS, ActionType, AgentTerms, Risk
from agents.trust import trust_from_json, trust_of
from approvals.faces.glyphs import glyph_of
from approvals.faces.trust import KindRow, LaneFace, NextFace, TrustPageFace
from approvals.portraits import trust_words as words
from approvals.portraits.trust_figures import range_face
from approvals.portraits.trust_lane import PERIODS, Sitting, Stand, lane_face, people_of, stand_of
from approvals.portraits.trust_read import WAITING, query, shares_of, stated_of
from approvals.ratchet.levels import Rights

MOST_LANES = 200


def trust_page(
    agent: Agent, org: Organization, terms: AgentTerms | None, viewer: Viewer, now: datetime, *, lane: str, period: int
) -> TrustPageFace:
    """Return the page of an agent with the lane `lane` ("refund.create/medium") open, else the one with most reviews.

    Read in the scope that is open, by a number of queries that does not grow.
    """
    rights = rights_of(agent, terms, viewer)
    sitting = Sitting(viewer, now, rights, people_of())
    stands = stands_of(agent, terms, now)
    open_one = _open(stands, lane)
    shares = shares_of(agent.org_id, agent.pk)
    return TrustPageFace(
        name=agent.name,
        slug=agent.slug,
        glyph=glyph_of(agent.slug),
        owner=agent.owner.name if agent.owner else "",
        version=open_one.row.agent_version if open_one is not None and open_one.row is not None else "",
        paused_reason=agent.paused_reason,
        paused_by=sitting.people.get(agent.paused_by.lower(), agent.paused_by),
        is_paused=agent.paused_at is not None,
        all_stopped=org.paused_at is not None or org.stopped_at is not None or all_stopped(),
        may_pause=rights.is_admin if agent.paused_at else rights.may_lower,
        waiting=dict(query(WAITING, org=agent.org_id)).get(agent.pk, 0),
        kinds=tuple(_kind(one, open_one, shares, sitting) for one in stands),
        lane=_lane(open_one, agent, sitting, period) if open_one is not None else None,
        raisers=_raisers(agent, terms, viewer),
    )


def rights_of(agent: Agent, terms: AgentTerms | None, viewer: Viewer) -> Rights:
    """Return what the reader may do with the lanes of an agent."""
    owns = agent.owner_id == viewer.person_id or bool(terms and (terms.owner or "").lower() == viewer.email.lower())
    return Rights(viewer.has("admin"), viewer.has("approver"), owns)


def stands_of(agent: Agent, terms: AgentTerms | None, now: datetime) -> list[Stand]:
    """Return the agent's lanes: one for each type it was given, at the type's own risk, and all that were opened."""
    rows = LaneRow.objects.filter(agent_id=agent.pk).order_by("type", "risk", "floor")[:MOST_LANES]
    return stands_among(terms, list(rows), now)


def stands_among(terms: AgentTerms | None, rows: Sequence[LaneRow], now: datetime) -> list[Stand]:
    """Return the lanes of an agent whose rows were read already."""
    given: dict[str, ActionType] = {one.type: one for one in terms.actions} if terms else {}
    there = {(row.type, row.risk) for row in rows if not row.floor}
    found = [
        stand_of(kind, kind.risk, trust_of(kind, kind.risk), None, now)
        for kind in given.values()
        if (kind.type, kind.risk) not in there
    ]
    for row in rows:
        known = given.get(row.type)
        risk: Risk = row.risk  # type: ignore[assignment]  # one of RISKS
        trust = trust_of(known, risk) if known else trust_from_json(row.terms)
        found.append(stand_of(known or ActionType(row.type, known=False), risk, trust, row, now, row.floor))
    places = {name: place for place, name in enumerate(given)}
    return sorted(
        found,
        key=lambda one: (places.get(one.kind.type, len(places)), RISKS.index(one.risk), one.floor),
    )


def most_reviewed(stands: Sequence[Stand]) -> Stand | None:
    """Return the lane that people have looked at most."""
    return max(stands, key=lambda one: (one.band.reviewed, one.row is not None), default=None)


def _open(stands: Sequence[Stand], lane: str) -> Stand | None:
    return next((one for one in stands if one.key == lane), None) or most_reviewed(stands)


def _lane(stand: Stand, agent: Agent, sitting: Sitting, period: int) -> LaneFace:
    length = period if period in dict(PERIODS) else PERIODS[-1][0]
    return lane_face(stand, sitting, stated_of(agent.org_id, agent.pk, stand.kind.type), period=length)


def _kind(
    stand: Stand, open_one: Stand | None, shares: Mapping[tuple[str, str], tuple[int, int]], sitting: Sitting
) -> KindRow:
    total = sum(count for count, _ in shares.values())
    count = shares.get((stand.kind.type, stand.risk), (0, 0))[0]
    band, following = stand.band, words.next_level(stand.lane, stand.trust, sitting.named)
    ready = bool(following.level) and following.met == len(following.checks)
    return KindRow(
        type=stand.kind.type,
        title=words.title_of(stand.kind, stand.floor),
        risk=stand.risk,
        url=f"?lane={stand.key}",
        current=stand is open_one,
        share=f"{count / total:.0%}" if total else "",
        level=LEVELS[stand.lane.level(stand.trust)],
        reviewed=band.reviewed,
        agrees=range_face(band, stand.required),
        next=_next(stand, following, ready=ready),
        ready=ready,
        frozen=stand.lane.frozen is not None,
        tightened=stand.lane.tightened is not None,
    )


def _next(stand: Stand, following: NextFace, *, ready: bool) -> str:
    """Return what comes next for a lane, in a few words."""
    if stand.lane.frozen is not None:
        return "Frozen"
    if not following.level:
        return "As high as there is" if stand.trust.ceiling == len(LEVELS) - 1 else "Policy stops here"
    if ready:
        return f"Ready to rise to {following.level}"
    if stand.lane.tightened is not None:
        return "Everything waits"
    waits = stand.lane.no_promotion_before - stand.lane.now
    if waits > 0:
        return f"Nothing rises for {waits:.0f} days"
    about = following.checks[0].remark.rpartition(". ")[2] if not following.checks[0].holds else ""
    return about or next(one.title for one in following.checks if not one.holds)


def _raisers(agent: Agent, terms: AgentTerms | None, viewer: Viewer) -> str:
    """Return who can raise the agent: "Priya Raman or you"."""
    admins = Person.objects.filter(roles__contains=["admin"], archived_at=None).order_by("name")[:6]
    owner = (terms.owner or "").lower() if terms else ""
    them = [one for one in admins if one.pk != agent.owner_id and one.email.lower() != owner]
    names = [one.name for one in them if one.pk != viewer.person_id][:3]
    names += ["you"] if any(one.pk == viewer.person_id for one in them) else []
    if not names:
        return ""
    names[0] = names[0][:1].upper() + names[0][1:]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"

"""The whole face of one action."""

from __future__ import annotations

from approvals.faces.action import ActionFace, AgentFace, ClaimFace
from approvals.faces.glyphs import glyph_of
from approvals.faces.notes import NoteFace
from approvals.portraits import bar, chain, content, rail, seats, states, timetable
from approvals.portraits.bar import NOTHING_TYPED, Typed
from approvals.portraits.names import face
from approvals.portraits.sight import Sight

LONGEST_REASON = 220


def action_face(
    sight: Sight,
    *,
    view: str = "fields",
    next_url: str = "",
    told: tuple[NoteFace, ...] = (),
    locked: str = "",
    typed: Typed = NOTHING_TYPED,
    place: str = "",
    previous_url: str = "",
    following_url: str = "",
) -> ActionFace:
    """Return everything the page of an action shows.

    `told` are notes about what the reader just tried, shown first; `place` and the two addresses are of its neighbours
    in the reader's inbox.
    """
    action, story = sight.action, sight.story
    args = content.args(sight, view=view)
    claim = claim_of(sight)
    coming = timetable.people_to_come(sight)
    onward = chain.next_name(sight, coming) if sight.is_pending else ""
    return ActionFace(
        id=sight.public_id,
        url=sight.url,
        title=action.title,
        type=action.type,
        agent=AgentFace(story.agent.name, story.agent.slug, glyph_of(action.type), action.level),
        risk=action.risk,
        digest=action.digest,
        outcome=content.outcome(sight),
        kind=action.kind,
        status=action.status,
        version=action.version,
        revision=action.revision,
        asked_at=action.created_at,
        environment=action.environment,
        requested_by=action.requested_by,
        claim=claim,
        may_claim=claim is None and sight.is_pending and sight.refusal is None and len(sight.asked_now) > 1,
        reason=(story.revision.reason or story.revision.summary)[:LONGEST_REASON],
        chain=chain.chain(sight, coming),
        chain_head=chain.head(sight, coming),
        chain_rest=chain.rest(sight, coming),
        chain_needs=seats.needs(sight),
        chain_lines=timetable.lines(sight),
        why_asked=seats.why_asked(sight),
        odd=content.odd(sight, args.rows),
        args=args,
        say=content.say(sight),
        limits=rail.limits(sight),
        similar=rail.similar(sight),
        moments=rail.moments(sight),
        notes=(*told, *states.states(sight, onward)),
        decide=bar.bar(sight, next_url=next_url, locked=locked, typed=typed, onward=onward),
        place=place,
        previous_url=previous_url,
        next_url=following_url,
    )


def claim_of(sight: Sight) -> ClaimFace | None:
    """Return who is reviewing it now."""
    action = sight.action
    holder = action.claimed_by
    if holder is None or action.claimed_until is None or action.claimed_until <= sight.now:
        return None
    return ClaimFace(face(sight, holder.name, holder.email))

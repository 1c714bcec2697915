"""A new action composed in memory: verdict, route, rows, messages. Pure but for new identifiers.

Nothing here reads the database; `flow.submit` writes what comes out.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from agents.conditions import Facts
from agents.limits import Usage
from agents.policy import Verdict, amount_of, effective_risk
from agents.terms import ActionType, Money
from approvals import receipts, shadow, tell
from approvals.actors import AgentActor
from approvals.assignment import Pick
from approvals.counted import limits_json
from approvals.entries import Entry, entries_of
from approvals.ground import DEFAULT_EXECUTE_WITHIN, Ground, facts_of
from approvals.models import Action, Asked, Decision, Revision
from approvals.plans import plan_json, wind
from approvals.posted import PostedAction
from approvals.ratchet.treatment import judge
from approvals.routing import AskedPerson, Asking, Chosen, ask, choose, strictest
from approvals.story import Story
from approvals.terms import Chain
from approvals.titles import title_of
from core import ids
from core.canonical import action_digest, canonical
from delivery.post import Promise

Oddity = Callable[[str, dict[str, Any], Money | None], str]


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything a new action brings. `limits` is what the database counts under its lock, or None."""

    story: Story
    promises: tuple[Promise, ...]
    entries: tuple[Entry, ...]
    limits: dict[str, Any] | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class _Way:
    """Where the verdict sends the action; all None if nobody is asked."""

    chosen: Chosen | None = None
    asking: Asking | None = None
    chain: Chain | None = None

    @property
    def barred(self) -> frozenset[str]:
        """Who may not decide."""
        return self.asking.barred if self.asking else frozenset()

    def doubts(self, verdict: Verdict) -> tuple[str, ...]:
        """Return what policy could not tell."""
        return verdict.indeterminate + ((self.chosen.reason,) if self.chosen and self.chosen.strict else ())


def compose(
    ground: Ground,
    actor: AgentActor,
    posted: PostedAction,
    *,
    usage: Usage,
    odd: Oddity,
    pick: Pick | None = None,
    over_limit: bool = False,
    identifier: uuid.UUID | None = None,
) -> Draft:
    """Return the action that a post makes. Raises AmountMismatch if the stated amount is not that of the arguments.

    `odd` names the strangest thing about an action of a type, by its arguments and amount. `pick` says who is asked
    where a route asks only as many as it needs. `over_limit` says that `usage` was counted under the lock and is over
    a limit, whatever the verdict was before. `identifier` is the action's, by which its lane draws it; a new one unless
    it was composed before: what is composed again must not be drawn again.
    """
    kind = ground.terms.type_named(posted.action)
    amount = amount_of(kind, posted.arguments, posted.amount)
    risk = effective_risk(kind.risk, posted.risk)
    facts = facts_of(
        ground,
        kind,
        arguments=posted.arguments,
        amount=amount,
        risk=risk,
        confidence=posted.confidence,
        environment=posted.environment,
        agent_version=posted.agent_version,
        requested_by=posted.requested_by,
        rate=usage.recent_hour if ground.looks.rate else None,
    )
    identifier, oddity = identifier or ids.new(), odd(kind.type, posted.arguments, amount)
    verdict, review = judge(
        ground, kind, facts, usage, identifier=identifier, oddity=oddity, is_question=posted.kind == "question"
    )
    way = _way(ground, facts, verdict, posted.requested_by, pick)
    action = _action(ground, actor, posted, kind, amount, verdict, way, identifier)
    action.level, action.oddity = facts.level, oddity
    if review is not None:
        action.verdict["review"] = review.as_json() | {"risk": risk}  # its lane, whatever an edit makes of it
    if ground.looks.shadow:
        action.verdict["shadow"] = shadow.watch(ground.policy, facts, verdict).as_json()
    story = Story(
        action=action, agent=ground.agent, org=ground.org, revisions=[_revision(ground, actor, posted, action)]
    )
    _settle(story, ground, verdict, way)
    return Draft(
        story=story,
        promises=(*tell.first(story, ground, kind), *tell.warnings(story, ground, kind, way.doubts(verdict))),
        entries=entries_of(story, actor, verdict, kind, doubts=way.doubts(verdict), barred=way.barred),
        limits=None
        if over_limit or (verdict.by != "route" and verdict.effect == "reject")
        else limits_json(ground, kind, amount),
        currency=kind.limits.amount_per_day.currency if kind.limits.amount_per_day else None,
    )


def _way(ground: Ground, facts: Facts, verdict: Verdict, requested_by: str, pick: Pick | None) -> _Way:
    """Return where the verdict sends the action."""
    if verdict.effect != "ask":
        return _Way()
    chosen = choose(ground.policy.routes, facts)
    if verdict.strict:
        chosen = strictest(ground.policy.routes, chosen)
    asking = ask(
        chosen.route,
        facts,
        ground.directory,
        ground.barred(requested_by),
        around=ground.around(requested_by),
        pick=pick,
    )
    return _Way(chosen, asking, ground.policy.chain(chosen.route.chain))


def _action(
    ground: Ground,
    actor: AgentActor,
    posted: PostedAction,
    kind: ActionType,
    amount: Money | None,
    verdict: Verdict,
    way: _Way,
    identifier: uuid.UUID,
) -> Action:
    now = ground.now
    execute_within = _shorter(
        way.chain.execute_within if way.chain else None, posted.execute_within, DEFAULT_EXECUTE_WITHIN
    )
    return Action(
        id=identifier,
        org=ground.org,
        agent=ground.agent,
        key_id=actor.key_id,
        idempotency_key=posted.idempotency_key,
        body_hash=hashlib.sha256(posted.body).digest(),
        type=posted.action,
        kind=posted.kind,
        risk=effective_risk(kind.risk, posted.risk),
        title=title_of(kind, posted.arguments, amount),
        amount=amount.value if amount else None,
        currency=amount.currency if amount else "",
        confidence=posted.confidence,
        environment=posted.environment,
        agent_version=posted.agent_version,
        run_id=posted.run_id,
        requested_by=posted.requested_by,
        callback_url=posted.callback_url,
        state=_as_given(posted.state) if posted.state is not None else None,
        offer={"choices": list(posted.choices), "reject_options": list(posted.reject_options)},
        digest=action_digest(ground.org.slug, ground.agent.slug, posted.action, posted.arguments),
        config_version=ground.org.config_version,
        verdict=_verdict_json(verdict, way, amount),
        plan=_plan(ground, way),
        needed=way.asking.needed if way.asking else 0,
        created_at=now,
        decide_cap=now + timedelta(seconds=posted.decide_within) if posted.decide_within else None,
        execute_within=execute_within,
    )


def _plan(ground: Ground, way: _Way) -> dict[str, Any] | None:
    """Return the snapshot of the road, or None if nobody is asked."""
    if way.chosen is None or way.chain is None or way.asking is None:
        return None
    return plan_json(way.chosen.route, way.chain, way.asking, at=ground.now, calendars=ground.policy.calendars)


def _as_given(state: dict[str, Any]) -> bytes:
    """Return the agent's state as it is given back: members in their order, 1.0 still 1.0."""
    return json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()


def _shorter(given: timedelta | None, wished: int | None, default: timedelta) -> timedelta:
    policy = given if given is not None else default
    return min(policy, timedelta(seconds=wished)) if wished else policy


def _verdict_json(verdict: Verdict, way: _Way, amount: Money | None) -> dict[str, Any]:
    return {
        "by": verdict.by,
        "reason": _reason(verdict, way),
        "route": way.chosen.route.name if way.chosen else None,
        "rules": list(verdict.rules_hit),
        "limits": [hit.sentence for hit in verdict.limits_hit],
        "indeterminate": list(verdict.indeterminate),
        "amount": f"{amount.value:f}" if amount else None,
    }


def _reason(verdict: Verdict, way: _Way) -> str:
    reason = way.chosen.reason if way.chosen and way.chosen.reason else verdict.reason
    said = f"{verdict.reason} {reason}" if verdict.strict and reason != verdict.reason else reason
    return f"{said} It is held: {way.asking.reason}." if way.asking and way.asking.held else said


def _revision(ground: Ground, actor: AgentActor, posted: PostedAction, action: Action) -> Revision:
    return Revision(
        id=ids.new(),
        org=ground.org,
        action=action,
        number=1,
        body=posted.body,
        arguments=canonical(posted.arguments),
        digest=action.digest,
        summary=posted.summary,
        reason=posted.reason,
        context=canonical(cast(Any, list(posted.context))),
        author=actor.who,
        created_at=ground.now,
    )


def _settle(story: Story, ground: Ground, verdict: Verdict, way: _Way) -> None:
    """Set the clock of an action that waits, or the end of one that does not."""
    action, now = story.action, ground.now
    if way.asking is None or way.chain is None:
        outcome = "approved" if verdict.effect == "approve" else "rejected"
        action.status, action.closed_at = outcome, now
        if outcome == "approved" and action.execute_within:
            action.execute_by = action.lapse_at = now + action.execute_within
        story.decision = Decision(
            id=ids.new(),
            org=ground.org,
            action=action,
            outcome=outcome,
            by=verdict.by,
            comment=verdict.reason,
            decided_at=now,
        )
        story.decision.receipt = receipts.receipt(story, story.decision)
        return
    if way.asking.held:
        action.held_at, action.held_reason = now, way.asking.reason[:200]
        action.decide_by = action.lapse_at = action.decide_cap  # the agent's own limit is never stopped
    else:
        wind(action)
    story.asked = [_asked(ground, action, one) for one in way.asking.asked]


def _asked(ground: Ground, action: Action, whom: AskedPerson) -> Asked:
    known, owner = ground.people[whom.email], ground.people.get(whom.on_behalf_of)
    asked = Asked(
        id=ids.new(),
        org=ground.org,
        action=action,
        person_id=known.id,
        on_behalf_of_id=owner.id if owner else None,
        delegation_id=whom.delegation,
        requirement=whom.requirement,
        via=whom.via[:200],
        since=ground.now,
        due_at=action.decide_by,
    )
    asked.person = tell.person_of(known, ground.org)
    if owner is not None:
        asked.on_behalf_of = tell.person_of(owner, ground.org)
    return asked

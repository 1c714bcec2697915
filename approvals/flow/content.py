"""New content of an action that waits: policy judges it again, and the road may become longer, never shorter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from agents.limits import Usage
from agents.policy import Verdict, amount_of, decide
from agents.terms import ActionType, Money
from approvals.electors import author_of
from approvals.flow import steps
from approvals.ground import Ground, facts_of, usage_from
from approvals.history import oddity
from approvals.models import Action, Revision
from approvals.plans import plan_json
from approvals.routing import Asking, Chosen, ask, choose, strictest
from approvals.story import Story
from approvals.titles import title_of
from core import tx
from core.canonical import action_digest, canonical


@dataclass(frozen=True, slots=True)
class Judged:
    """What policy says of new arguments."""

    kind: ActionType
    amount: Money | None
    verdict: Verdict
    chosen: Chosen
    asking: Asking


def judge(story: Story, ground: Ground, arguments: dict[str, Any], *, barring: str) -> Judged:
    """Return what policy says of `arguments` in place of the action's. `barring` wrote them and is not asked."""
    action = story.action
    kind = steps.kind_of(story, ground)
    amount = amount_of(kind, arguments, None) if kind.amount else _own(action)
    facts = facts_of(
        ground,
        kind,
        arguments=arguments,
        amount=amount,
        risk=action.risk,  # type: ignore[arg-type]
        confidence=action.confidence,
        environment=action.environment,
        agent_version=action.agent_version,
        requested_by=action.requested_by,
    )
    verdict = decide(
        facts,
        agent=ground.terms,
        type=kind,
        rules=ground.policy.rules,
        usage=usage_without(action, ground, kind),
        paused=ground.paused,
        level="supervised",
    )
    chosen = choose(ground.policy.routes, facts)
    if verdict.strict:
        chosen = strictest(ground.policy.routes, chosen)
    asking = ask(chosen.route, facts, ground.directory, ground.barred(action.requested_by, barring))
    return Judged(kind, amount, verdict, chosen, asking)


def usage_without(action: Action, ground: Ground, kind: ActionType) -> Usage:
    """Return what was used today, this action apart; how often the agent asks was judged when it asked."""
    limit = kind.limits.amount_per_day
    if limit is None:
        return Usage()
    asked = {
        "amount_per_day": str(limit.value),
        "currency": limit.currency,
        "day_began": ground.day_began.isoformat(),
        "except": str(action.pk),
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "select agent_usage(%s, %s, %s, %s::jsonb)",
            [ground.org.pk, ground.agent.pk, action.type, tx.as_json(asked)],
        )
        return usage_from(tx.from_json(cursor.fetchone()[0]), limit.currency)


@tx.inside_use_case
def replace(
    story: Story,
    ground: Ground,
    judged: Judged,
    *,
    author: str,
    body: bytes,
    arguments: dict[str, Any],
    summary: str | None = None,
    reason: str | None = None,
    context: tuple[dict[str, Any], ...] | None = None,
) -> None:
    """Make the next revision, and let the action carry its digest, amount and title."""
    action, last = story.action, story.revision
    digest = action_digest(story.org.slug, story.agent.slug, action.type, arguments)
    fresh = Revision(
        org=story.org,
        action=action,
        number=action.revision + 1,
        body=body,
        arguments=canonical(arguments),
        digest=digest,
        summary=last.summary if summary is None else summary,
        reason=last.reason if reason is None else reason,
        context=bytes(last.context) if context is None else canonical(list(context)),
        author=author,
        created_at=ground.now,
    )
    fresh.save(force_insert=True)
    story.revisions.append(fresh)
    action.revision, action.digest, action.epoch = fresh.number, digest, action.epoch + 1
    action.title = title_of(judged.kind, arguments, judged.amount)
    action.amount = judged.amount.value if judged.amount else None
    action.currency = judged.amount.currency if judged.amount else ""
    action.verdict = action.verdict | {"amount": f"{judged.amount.value:f}" if judged.amount else None}
    action.config_version = ground.org.config_version
    action.oddity = oddity(story.org.pk, story.agent.pk, action.type, arguments, judged.amount)
    changed = ["revision", "digest", "epoch", "title", "amount", "currency", "verdict", "config_version", "oddity"]
    action.save(update_fields=changed)
    facts = {"revision": fresh.number, "digest": digest, "title": action.title, "summary": fresh.summary}
    steps.note(story, "action.revised", actor=author, at=ground.now, **facts)


@tx.inside_use_case
def ask_again(story: Story, ground: Ground, judged: Judged) -> None:
    """Dismiss the votes and ask everybody anew, on the longer of the old road and the new one. The clock goes on."""
    action, now = story.action, ground.now
    steps.dismiss_votes(story, now, "the action changed")
    steps.leave(story, now, "changed")
    chain = ground.policy.chain(judged.chosen.route.chain)
    plan = plan_json(judged.chosen.route, chain, judged.asking)
    if judged.asking.needed >= action.needed:
        plan["chain"] = (action.plan or plan)["chain"]
        action.plan, action.needed = plan, judged.asking.needed
        action.verdict = action.verdict | {
            "route": judged.chosen.route.name,
            "reason": judged.chosen.reason or action.verdict["reason"],
        }
        people = [(asked.email, asked.via) for asked in judged.asking.asked]
    else:
        people = [(asked.person.email, asked.via) for asked in story.asked]
    barred = ground.barred(action.requested_by, author_of(story))
    action.claimed_by = action.claimed_until = None
    steps.ask(story, ground, [one for one in dict.fromkeys(people) if one[0].lower() not in barred])
    if judged.asking.held and action.held_at is None:
        steps.hold(story, ground, judged.asking.reason)
    steps.save(story, "plan", "needed", "verdict", "approvals", "claimed_by", "claimed_until")


def _own(action: Action) -> Money | None:
    return Money(action.amount, action.currency) if action.amount is not None else None

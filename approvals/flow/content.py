"""New content of an action that waits: policy judges it again, and the road may become longer, never shorter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from agents.conditions import Facts
from agents.limits import Usage
from agents.policy import Verdict, amount_of, decide, effective_risk
from agents.terms import ActionType, Money
from approvals import tell
from approvals.assignment import ALL
from approvals.flow import count, steps
from approvals.ground import Ground, facts_of, usage_from
from approvals.history import oddity
from approvals.invitations import invited
from approvals.models import Action, Asked, Revision
from approvals.plans import is_anchored, people_steps, plan_json
from approvals.quorum import Plan
from approvals.routing import Asking, Chosen, ask, choose, strictest
from approvals.story import Story
from approvals.terms import Target
from approvals.titles import title_of
from approvals.turns import Picker
from core import tx
from core.canonical import action_digest, canonical
from delivery import post


@dataclass(frozen=True, slots=True)
class Judged:
    """What policy says of new arguments."""

    kind: ActionType
    facts: Facts
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
        risk=effective_risk(kind.risk, action.risk),
        confidence=action.confidence,
        environment=action.environment,
        agent_version=action.agent_version,
        requested_by=action.requested_by,
        rate=_rate(action, ground) if ground.looks.rate else None,
    )
    verdict = decide(
        facts,
        agent=ground.terms,
        type=kind,
        rules=ground.policy.rules,
        usage=usage_without(action, ground, kind),
        paused=ground.paused,
    )
    chosen = choose(ground.policy.routes, facts)
    if verdict.strict:
        chosen = strictest(ground.policy.routes, chosen)
    near = ground.around(action.requested_by)
    asking = ask(chosen.route, facts, ground.directory, ground.barred(action.requested_by, barring), around=near)
    return Judged(kind, facts, amount, verdict, chosen, asking)


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
    return _used(action, ground, asked, limit.currency)


def _rate(action: Action, ground: Ground) -> int:
    """Return how many actions of this type the agent posted in the past hour, this one among them."""
    return _used(action, ground, {"per_hour": 1_000_000}, None).recent_hour


def _used(action: Action, ground: Ground, asked: dict[str, Any], currency: str | None) -> Usage:
    with connection.cursor() as cursor:
        cursor.execute(
            "select agent_usage(%s, %s, %s, %s::jsonb)",
            [ground.org.pk, ground.agent.pk, action.type, tx.as_json(asked)],
        )
        return usage_from(tx.from_json(cursor.fetchone()[0]), currency)


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
    action.risk = judged.facts.risk
    action.amount = judged.amount.value if judged.amount else None
    action.currency = judged.amount.currency if judged.amount else ""
    action.verdict = action.verdict | {"amount": f"{judged.amount.value:f}" if judged.amount else None}
    action.config_version = ground.org.config_version
    action.oddity = oddity(story.org.pk, story.agent.pk, action.type, arguments, judged.amount)
    changed = [
        "revision",
        "digest",
        "epoch",
        "title",
        "risk",
        "amount",
        "currency",
        "verdict",
        "config_version",
        "oddity",
    ]
    action.save(update_fields=changed)
    facts = {"revision": fresh.number, "digest": digest, "title": action.title, "summary": fresh.summary}
    steps.note(story, "action.revised", actor=author, at=ground.now, **facts)


@tx.inside_use_case
def ask_again(story: Story, ground: Ground, judged: Judged) -> None:
    """Dismiss the votes and ask everybody anew, on the road of the new content. The clock goes on.

    Where the old road asked more of the same people, it stays: a change cannot shorten it.
    """
    action, now = story.action, ground.now
    before = [one for one in story.asked if one.stage == 1 and one.on_behalf_of_id is None]
    steps.dismiss_votes(story, now, "the action changed")
    steps.leave(story, now, "changed")
    post.supersede(action.pk, tell.ABOUT_SEEN)  # mail that is not sent yet would show what was
    action.claimed_by, action.claimed_until, action.stage = None, None, 1
    asking = judged.asking
    if asks_more(story, judged):
        _ask(story, ground, before)
    elif judged.chosen.route.assign != ALL and _is_assigned_alike(story, judged):
        take_road(story, ground, judged, asking)
        _ask(story, ground, before)
    else:
        asking = _asking(story, ground, judged)
        take_road(story, ground, judged, asking)
        steps.ask(story, ground, asking.asked)
        _ask(story, ground, [one for one in before if one.step])
    if asking.held and action.held_at is None and not _may_go_on(action):
        steps.hold(story, ground, asking.reason)
    steps.save(story, "claimed_by", "claimed_until", "stage")
    count.settle(story, ground, actor="engine")


def _may_go_on(action: Action) -> bool:
    """Whether the chain knows people who are still to be asked: counting the votes asks them, or holds the action."""
    return is_anchored(action.plan) and bool(people_steps(action.plan or {}, action.step))


def _is_assigned_alike(story: Story, judged: Judged) -> bool:
    """Whether those who were picked for the action are as good for its new content."""
    return (story.action.plan or {}).get("assign") == judged.chosen.route.assign and is_same_road(story, judged)


def _asking(story: Story, ground: Ground, judged: Judged) -> Asking:
    """Return whom the road of the new content asks: so many as it assigns, or everybody it names."""
    action, route = story.action, judged.chosen.route
    if route.assign == ALL:
        return judged.asking
    picker = Picker(ground, run_id=action.run_id, action=action.pk)
    near = ground.around(action.requested_by)
    asking = ask(route, judged.facts, ground.directory, judged.asking.barred, around=near, pick=picker)
    picker.keep()
    return asking


def _ask(story: Story, ground: Ground, before: list[Asked]) -> None:
    """Ask those anew who were asked before, and may still decide."""
    whose = {one.person.email.lower(): one for one in before}
    for email, one in whose.items():
        if one.left_why != "replaced":
            steps.ask(story, ground, invited([email], one.via, story, ground, requirement=one.requirement))


def asks_more(story: Story, judged: Judged) -> bool:
    """Whether the action's road asks more of the same people than that of the new content."""
    old, new = Plan.from_json(story.action.plan or {}), Plan.of(judged.chosen.route)
    return old.needed > new.needed and _targets(old) == _targets(new)


def is_same_road(story: Story, judged: Judged) -> bool:
    """Whether the new content asks the same of the same people as the action does."""
    return Plan.from_json(story.action.plan or {}).stages == Plan.of(judged.chosen.route).stages


@tx.inside_use_case
def take_road(story: Story, ground: Ground, judged: Judged, asking: Asking) -> None:
    """Put the action on the road of its new content; the chain, and so the clock, stays the one it began with."""
    action, route = story.action, judged.chosen.route
    chain = ground.policy.chain(route.chain)
    plan = plan_json(route, chain, asking, at=ground.now, calendars=ground.policy.calendars)
    plan["chain"] = (action.plan or plan)["chain"]
    plan["added"] = (action.plan or plan).get("added", [])
    action.plan, action.needed = plan, asking.needed
    action.verdict = action.verdict | {
        "route": route.name,
        "reason": judged.chosen.reason or action.verdict["reason"],
    }
    action.save(update_fields=["plan", "needed", "verdict"])


def _targets(plan: Plan) -> list[list[Target]]:
    return [[one.target for one in stage.requirements] for stage in plan.stages]


def _own(action: Action) -> Money | None:
    return Money(action.amount, action.currency) if action.amount is not None else None

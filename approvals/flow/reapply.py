"""An admin puts an action that waits on the road of today's configuration, never a weaker one.

What it has waited is counted; steps of the new chain that should have been run by then are run at once.
"""

from __future__ import annotations

import uuid
from typing import Any

from accounts.viewer import NotYourRole
from approvals import plans, tell
from approvals.actors import PersonActor
from approvals.flow import content, count, lapse, steps
from approvals.flow.closed import closed
from approvals.flow.refusals import Stale
from approvals.flow.todays_road import Road, preview_json, road_of_today
from approvals.ground import Ground, look
from approvals.present import action_json
from approvals.ratchet import silent
from approvals.story import Story, load
from core import tx
from core.errors import Conflict, DomainError
from delivery.models import Parcel


class WouldWeaken(Conflict):
    """The road of today asks less than the one the action is on."""

    code, title = "would_weaken", "This would ask for less"


def preview(org: int, identifier: uuid.UUID, *, actor: PersonActor) -> dict[str, Any]:
    """Return what re-applying would change, and change nothing. Raises NotYourRole, AlreadyClosed."""
    _check(actor)
    with tx.reading(org):
        story = load(identifier)
        if story.action.status != "pending":
            raise closed(story)
        ground = look(story.action.agent_id)
        return preview_json(story, ground, road_of_today(story, ground))


def reapply(org: int, identifier: uuid.UUID, *, actor: PersonActor, config_version: int) -> dict[str, Any]:
    """Put the action on the road of configuration version `config_version`, which must be the one in force.

    Raises NotYourRole, AlreadyClosed, Stale, WouldWeaken.
    """
    _check(actor)
    answer = apply_to(org, identifier, who=actor.who, config_version=config_version)
    if isinstance(answer, DomainError):
        raise answer
    return answer


@tx.use_case
def apply_to(org: int, identifier: uuid.UUID, *, who: str, config_version: int) -> dict[str, Any] | DomainError:
    """Do it under the lock; what is refused is returned, so that what the clock had due before stays done."""
    story, ground = steps.lock(identifier)
    if not lapse.catch_up(story, ground):
        return closed(story)
    if config_version != ground.org.config_version:
        return Stale("The configuration changed since you looked.", config_version=ground.org.config_version)
    road = road_of_today(story, ground)
    if road.weakens:
        return WouldWeaken(f"{road.weakens} The action stays on its road.")
    steps.note(
        story,
        "action.reapplied",
        actor=who,
        at=ground.now,
        config_version=config_version,
        before=story.action.plan,
        after=road.plan,
    )
    if road.judged.verdict.effect == "reject":
        verdict = road.judged.verdict
        steps.close(
            story,
            status="rejected",
            outcome="rejected",
            by=verdict.by,
            at=ground.now,
            actor=who,
            comment=verdict.reason,
        )
        silent.unanswered(story, ground)
        return action_json(story)
    _take(story, ground, road)
    return action_json(story)


@tx.inside_use_case
def _take(story: Story, ground: Ground, road: Road) -> None:
    """Put the action on the road, and do at once what its chain should have done by now."""
    action, judged = story.action, road.judged
    action.plan, action.step, action.epoch = road.plan, road.step, action.epoch + 1
    action.config_version, action.risk = ground.org.config_version, judged.facts.risk
    action.verdict = action.verdict | {"route": judged.chosen.route.name, "reason": judged.chosen.reason}
    action.held_at, action.held_reason = None, ""
    unsent = _untold(story)
    steps.supersede(story, (*tell.TO_PEOPLE, tell.STEP))
    if action.paused_at is None:
        plans.wind(action)
    steps.due(story)
    changed = ("plan", "step", "epoch", "config_version", "risk", "verdict", "held_at", "held_reason", "decide_by")
    steps.save(story, *changed, "lapse_at")
    if road.is_same:
        people = [one for one in story.asked if one.left_at is None and one.person_id in unsent]
        tell.send(tell.asked(story, people, ground, judged.kind))
        count.settle(story, ground, actor="engine")
    else:
        content.ask_again(story, ground, judged)
    lapse.catch_up(story, ground)


def _untold(story: Story) -> set[uuid.UUID | None]:
    """Return who has not been told that they are asked: mail to them had not left."""
    waiting = Parcel.objects.filter(action=story.action.pk, kind=tell.ASKED, status=Parcel.Status.WAITING)
    return set(waiting.exclude(person=None).values_list("person", flat=True))


def _check(actor: PersonActor) -> None:
    if "admin" not in actor.roles:
        raise NotYourRole("Only an admin puts what waits on another road. Ask one, or escalate.")

"""What several flows share: taking an action's lock, asking people, closing. Runs inside a use case."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F, Q

from accounts.models import Person
from agents.models import Agent
from agents.terms import ActionType
from approvals import hints, plans, receipts, tell
from approvals.actors import PersonActor
from approvals.cards import card_of
from approvals.flow.ending import ending
from approvals.flow.refusals import NoSuchAction
from approvals.gathering import gathered
from approvals.ground import Ground, stand
from approvals.mail import ended
from approvals.models import Action, Asked, Decision, Vote
from approvals.quorum import Eligible
from approvals.routing import AskedPerson
from approvals.story import Story, story_of
from audit.record import record
from core import ids, tx
from delivery import post

NOTHING: Mapping[str, Any] = {}


@tx.inside_use_case
def lock(identifier: uuid.UUID, *, with_agent: bool = False) -> tuple[Story, Ground]:
    """Lock an action and return its story with the ground under it; `ground.now` is after the lock was had.

    With `with_agent` its agent is locked too, after it: then nobody stops the agent, and nothing else of its uses a
    limit up, before this is over. Raises NoSuchAction if there is none in this organization.
    """
    action = Action.objects.select_for_update(of=("self",)).filter(pk=identifier).first()
    if action is None:
        raise NoSuchAction("There is no such action.")
    if with_agent:
        Agent.objects.select_for_update(no_key=True).get(pk=action.agent_id)
    ground = stand(action.agent_id)
    return story_of(action, agent=ground.agent, org=ground.org), ground


def kind_of(story: Story, ground: Ground) -> ActionType:
    """Return the action's type as the configuration in force has it."""
    return ground.terms.type_named(story.action.type)


def subject(story: Story) -> str:
    """Return the name under which history knows the action."""
    return ids.public("act", story.action.pk)


def person(actor: PersonActor, story: Story) -> Person:
    """Return the acting person's row, for telling, not for saving."""
    return Person(id=actor.person_id, org=story.org, email=actor.email, name=actor.name)


def card(story: Story, ground: Ground) -> dict[str, Any]:
    """Return what the person who votes was shown, to be kept with the vote."""
    return card_of(story, kind_of(story, ground)).as_json()


@tx.inside_use_case
def save(story: Story, *fields: str) -> None:
    """Write the named columns, count the change, and hint at it."""
    story.action.version += 1
    _write(story.action, *fields, "version")
    hints.changed(story)


def _write(action: Action, *fields: str) -> None:
    """Write the named columns, now or with those of other actions."""
    if (together := gathered()) is not None:
        together.save(action, fields)
    else:
        action.save(update_fields=list(fields))


@tx.inside_use_case
def note(story: Story, kind: str, *, actor: str, at: datetime, **facts: Any) -> None:
    """Record something about the action."""
    record(kind, actor=actor, subject=subject(story), facts=facts, at=at)


@tx.inside_use_case
def leave(story: Story, at: datetime, why: str, *, people: Iterable[uuid.UUID] | None = None) -> None:
    """Take the action from those who are asked (all, or `people`, who then hear no more of it)."""
    wanted = set(people) if people is not None else None
    going = [one for one in story.asked if one.left_at is None and (wanted is None or one.person_id in wanted)]
    if (together := gathered()) is not None:
        together.leave(going, at, why)
    else:
        open_asks = Asked.objects.filter(action_id=story.action.pk, left_at=None)
        if wanted is not None:
            open_asks = open_asks.filter(person_id__in=wanted)
        open_asks.update(left_at=at, left_why=why)
    for asked in going:
        asked.left_at, asked.left_why = at, why
    if wanted is not None and going:
        supersede(story, tell.ABOUT_SEEN, people=[one.person_id for one in going])


@tx.inside_use_case
def ask(
    story: Story,
    ground: Ground,
    people: Iterable[AskedPerson | tuple[str, str]],
    *,
    step: str = "",
    is_silent: bool = False,
) -> list[Asked]:
    """Ask people, also given as (e-mail, why); those who are asked already stay as they are. Returns the new ones.

    `step` is the step of the chain that asks them; with `is_silent` whoever calls tells them.
    """
    action = story.action
    there = {asked.person_id for asked in story.asked if asked.left_at is None}
    fresh = []
    for one in people:
        who = one if isinstance(one, AskedPerson) else AskedPerson(*one)
        known = ground.people.get(who.email)
        if known is None or known.id in there:
            continue
        there.add(known.id)
        owner = ground.people.get(who.on_behalf_of)
        asked = Asked(
            org=story.org,
            action=action,
            person_id=known.id,
            stage=action.stage,
            requirement=who.requirement,
            via=who.via[:200],
            since=ground.now,
            due_at=action.decide_by,
            on_behalf_of_id=owner.id if owner else None,
            delegation_id=who.delegation,
            step=step,
        )
        asked.person = tell.person_of(known, story.org)
        asked.on_behalf_of = tell.person_of(owner, story.org) if owner else None
        fresh.append(asked)
    if (together := gathered()) is not None:
        together.asked += fresh
    else:
        Asked.objects.bulk_create(fresh)
    story.asked.extend(fresh)
    if fresh and not is_silent:
        note(story, "action.asked", actor="engine", at=ground.now, people=[asked.person.email for asked in fresh])
        tell.send(tell.asked(story, tell.not_lending(story, fresh), ground, kind_of(story, ground)))
    return fresh


@tx.inside_use_case
def due(story: Story) -> None:
    """Carry the action's deadline over to those who are asked; their inbox is sorted by it."""
    if (together := gathered()) is not None:
        together.due.add(story.action.pk)
    else:
        Asked.objects.filter(action_id=story.action.pk, left_at=None).update(due_at=story.action.decide_by)


@tx.inside_use_case
def supersede(story: Story, kinds: Iterable[str], *, people: Iterable[uuid.UUID] | None = None) -> None:
    """Take back what was promised about the action and is not sent yet, to `people` or to all."""
    if (together := gathered()) is not None:
        together.supersede(story.action.pk, kinds, people)
    else:
        post.supersede(story.action.pk, kinds, people=people)


@tx.inside_use_case
def dismiss_votes(story: Story, at: datetime, why: str) -> int:
    """Dismiss every counted vote; people are asked again."""
    counted = [vote for vote in story.votes if vote.standing == Vote.Standing.COUNTED]
    Vote.objects.filter(pk__in=[vote.pk for vote in counted]).update(standing=Vote.Standing.DISMISSED)
    for vote in counted:
        vote.standing = Vote.Standing.DISMISSED
    story.action.approvals = 0
    if counted:
        note(story, "action.votes_dismissed", actor="engine", at=at, count=len(counted), reason=why)
    return len(counted)


@tx.inside_use_case
def hold(story: Story, ground: Ground, reason: str) -> None:
    """Stop the clock and raise the alarm: nobody eligible can decide, or the chain ends in hold.

    The agent's own limit, which nothing stops, still ends it.
    """
    action = story.action
    action.held_at, action.held_reason = ground.now, reason[:200]
    if action.paused_at is None:
        action.plan = plans.stopped(action.plan or {}, ground.now)
    action.decide_by = action.lapse_at = action.decide_cap
    action.paused_at = None
    due(story)
    note(story, "action.held", actor="engine", at=ground.now, reason=reason)
    tell.send(tell.alarm(story, ground, kind_of(story, ground)))
    save(story, "held_at", "held_reason", "decide_by", "lapse_at", "paused_at", "plan")


@tx.inside_use_case
def close(
    story: Story,
    *,
    status: str,
    by: str,
    at: datetime,
    actor: str,
    outcome: str | None = None,
    in_time: bool = False,
    eligible: Eligible = (),
    facts: Mapping[str, Any] = NOTHING,
    **told: Any,
) -> bool:
    """End the action, once. Returns False if `in_time` is asked for and the database's clock is past the deadline.

    `outcome` makes a decision (approved, rejected, answered); without one (withdrawn, superseded) there is none.
    `eligible` are the people by whom the votes were counted, kept so that anybody can count again; `facts` are kept in
    history beside it. `told` are further columns of the decision: people, comment, edited, choice, answer,
    reject_option.
    """
    action = story.action
    execute_by = at + action.execute_within if status == "approved" and action.execute_within else None
    changed = {
        "status": status,
        "closed_at": at,
        "execute_by": execute_by,
        "lapse_at": execute_by,
        "claimed_by": None,
        "claimed_until": None,
    }
    if not _end(action, changed, in_time=in_time):
        return False
    leave(story, at, "closed")
    supersede(story, tell.ABOUT_WAITING)  # what is not sent yet would only mislead
    if outcome is not None:
        _decide(story, outcome=outcome, by=by, at=at, told=told)
    note(story, "action.decided", actor=actor, at=at, **ending(story, status, by, outcome, eligible), **facts)
    tell.send(tell.callback(story, "action.decided", at))
    ended.spread(story, at)
    hints.changed(story)
    return True


def _end(action: Action, changed: dict[str, Any], *, in_time: bool) -> bool:
    """Close the action's row; False if it was closed before, or if its deadline is over and that matters."""
    together = gathered()
    if together is not None and not in_time:
        if action.status != "pending":
            return False
        together.save(action, [*changed, "epoch", "version", "approvals"])
    else:
        rows = Action.objects.filter(pk=action.pk, status="pending")
        if in_time:
            rows = rows.filter(
                Q(held_at__isnull=False)
                | Q(paused_at__isnull=False, lapse_at__gt=tx.Now())
                | Q(decide_by__isnull=True)
                | Q(decide_by__gt=tx.Now())
            ).filter(Q(decide_cap__isnull=True) | Q(decide_cap__gt=tx.Now()))
        if not rows.update(epoch=F("epoch") + 1, version=F("version") + 1, approvals=action.approvals, **changed):
            return False
    for name, value in changed.items():
        setattr(action, name, value)
    action.epoch, action.version = action.epoch + 1, action.version + 1
    return True


def _decide(story: Story, *, outcome: str, by: str, at: datetime, told: Mapping[str, Any]) -> None:
    """Write the decision, with its receipt."""
    story.decision = Decision(org=story.org, action=story.action, outcome=outcome, by=by, decided_at=at, **told)
    story.decision.receipt = receipts.receipt(story, story.decision)
    if (together := gathered()) is not None:
        together.decisions.append(story.decision)
    else:
        story.decision.save(force_insert=True)

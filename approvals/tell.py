"""What is promised to whom when an action changes: mail to the asked, callbacks to the agent, alarms to admins."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organization, Person
from agents.terms import ActionType
from approvals.cards import card_of
from approvals.ground import Ground, Known
from approvals.models import Asked
from approvals.present import action_json, moment
from approvals.story import Story
from core import ids, tx
from delivery import post
from delivery.models import Parcel

GIVE_UP_AFTER = timedelta(hours=72)


def person_of(known: Known, org: Organization) -> Person:
    """Return a person's row from what is kept in memory, for telling, not for saving."""
    return Person(id=known.id, org=org, email=known.email, name=known.name)


def first_parcels(story: Story, ground: Ground, kind: ActionType) -> tuple[Parcel, ...]:
    """Return what a new action sends: mail to everyone asked, or the news of its end to the agent."""
    if story.decision is not None:
        return tuple(callback_parcels(story, "action.decided", ground.now))
    parcels = asked_parcels(story, story.asked, ground, kind)
    if story.action.held_at is not None:
        parcels += alarm_parcels(story, ground, kind)
    return tuple(parcels)


def asked_parcels(story: Story, asked: Iterable[Asked], ground: Ground, kind: ActionType) -> list[Parcel]:
    """Return one mail for each person asked, with the card they are shown."""
    people = list(asked)
    if not people:
        return []
    card = card_of(story, kind, ground.now)
    action = story.action
    return [
        Parcel(
            id=ids.new(),
            org=story.org,
            channel="email",
            kind="action.asked",
            action=action.pk,
            person=one.person_id,
            address=one.person.email,
            once=f"asked:{action.pk.hex}:{one.person_id.hex}:{action.revision}",
            payload=json.dumps(card | {"to": {"name": one.person.name, "email": one.person.email}, "via": one.via}),
            due_at=ground.now,
            give_up_at=action.decide_by,
            created_at=ground.now,
        )
        for one in people
    ]


def alarm_parcels(story: Story, ground: Ground, kind: ActionType) -> list[Parcel]:
    """Return one mail for each admin: an action is held and nobody eligible can decide it."""
    card = card_of(story, kind, ground.now)
    action = story.action
    admins = [person.email for person in ground.policy.people if "admin" in person.roles]
    return [
        Parcel(
            id=ids.new(),
            org=story.org,
            channel="email",
            kind="action.held",
            action=action.pk,
            person=ground.people[email].id,
            address=email,
            once=f"held:{action.pk.hex}:{ground.people[email].id.hex}:{action.epoch}",
            payload=json.dumps(
                card | {"to": {"name": ground.people[email].name, "email": email}, "via": action.held_reason}
            ),
            due_at=ground.now,
            created_at=ground.now,
        )
        for email in admins
        if email in ground.people
    ]


def callback_parcels(story: Story, event: str, now: datetime, *, data: dict[str, Any] | None = None) -> list[Parcel]:
    """Return the callback that tells the agent, or nothing if it has no address. In order for one action."""
    action = story.action
    address = action.callback_url or story.agent.callback_url
    if not address:
        return []
    body = {"type": event, "timestamp": moment(now), "data": data or action_json(story)}
    return [
        Parcel(
            id=ids.new(),
            org=story.org,
            channel="callback",
            kind=event,
            action=action.pk,
            agent=story.agent.pk,
            address=address,
            once=f"{event}:{action.pk.hex}:{action.epoch}:{action.version}",
            payload=json.dumps(body, ensure_ascii=False, separators=(",", ":")),
            order_key=action.pk,
            due_at=now,
            give_up_at=now + GIVE_UP_AFTER,
            created_at=now,
        )
    ]


@tx.inside_use_case
def send(parcels: Iterable[Parcel]) -> None:
    """Promise parcels in the transaction that is open."""
    for parcel in parcels:
        post.promise(
            channel=parcel.channel,
            kind=parcel.kind,
            address=parcel.address,
            once=parcel.once,
            payload=parcel.payload,
            action=parcel.action,
            agent=parcel.agent,
            person=parcel.person,
            order_key=parcel.order_key,
            due_at=parcel.due_at,
            give_up_at=parcel.give_up_at,
        )

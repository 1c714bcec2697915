"""What is promised to whom when an action changes: mail to the asked, callbacks to the agent, alarms to admins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from accounts.models import Organization, Person
from agents.terms import ActionType
from approvals import rooms
from approvals.cards import card_of
from approvals.coming import onward_of
from approvals.gathering import gathered
from approvals.ground import Ground, Known
from approvals.models import Asked
from approvals.present import action_json, action_url, moment
from approvals.story import Story
from delivery import letters, mornings
from delivery.cards import Card
from delivery.cards import moment as moment_of_day
from delivery.post import Promise, promise_all
from delivery.preferences import DEFAULT, Channel, Telling, tellings, urgency_of

ASKED, HELD, REMINDED, WARNED = "action.asked", "action.held", letters.REMINDED, letters.WARNED
STEP = "action.step"  # a webhook of the chain
TO_PEOPLE = (ASKED, REMINDED, WARNED)
ABOUT_SEEN = (*TO_PEOPLE, rooms.ANSWERED)  # what whoever has been there need not hear any more
ABOUT_WAITING = (*TO_PEOPLE, HELD, rooms.ANSWERED, STEP)  # what must not leave once the action is decided
GIVE_UP_AFTER = timedelta(hours=72)

_UNKNOWN = (
    "It is held to be of high risk, and people are asked every time. Give the agent this type in the configuration,"
    " with a title and a risk, or ask its owner what it is about."
)


def person_of(known: Known, org: Organization) -> Person:
    """Return a person's row from what is kept in memory, for telling, not for saving."""
    return Person(id=known.id, org=org, email=known.email, name=known.name, timezone=known.timezone, slack=known.slack)


def first(story: Story, ground: Ground, kind: ActionType) -> list[Promise]:
    """Return what a new action sends: mail to everyone asked, or the news of its end to the agent."""
    if story.decision is not None:
        return callback(story, "action.decided", ground.now)
    mail = asked(story, not_lending(story, story.asked), ground, kind)
    return mail + alarm(story, ground, kind) if story.action.held_at is not None else mail


def asked(story: Story, people: Iterable[Asked], ground: Ground, kind: ActionType) -> list[Promise]:
    """Return what is sent to each person asked, on each of their channels, with the card they are shown."""
    epoch, people, on = story.action.epoch, list(people), onward_of(story, ground)
    return rooms.promises(story, people, ground, kind, word=ASKED) + [
        promise
        for one in people
        for promise in _to(
            story,
            one,
            ground,
            card_of(story, kind, one.person, on),
            once=f"asked:{one.pk.hex}:{epoch}",
        )
    ]


def _to(story: Story, one: Asked, ground: Ground, card: Card, *, once: str, word: str = ASKED) -> list[Promise]:
    """Return what is sent to one person, on the channels and at the times they wish; the app shows it without."""
    action, person = story.action, one.person
    promises = []
    for telling in ways_to(story, one.person, ground):
        if telling.channel == "inapp":
            continue
        if telling.channel == "email" and telling.is_put_off and urgency_of(action.risk) == "low":
            promises.append(mornings.promised(person.pk, person.email, telling.at))
            continue
        if (by_slack := telling.channel == "slack") and rooms.is_told_there(story, one, ground):
            continue
        promises.append(
            Promise(
                channel=telling.channel,
                kind=word,
                address=person.slack if by_slack else person.email,
                once=f"slack:{once}" if by_slack else once,
                payload=card.as_json(),
                action=action.pk,
                person=one.person_id,
                due_at=telling.at,
                give_up_at=action.decide_by,
            )
        )
    return promises


def heard_at(story: Story, one: Asked, ground: Ground) -> datetime | None:
    """Return when a person is first told of something outside the app; None if they want the app alone."""
    return min((way.at for way in ways_to(story, one.person, ground) if way.channel != "inapp"), default=None)


def ways_to(story: Story, person: Person, ground: Ground) -> tuple[Telling, ...]:
    """Return how a person wishes to be told of an action at this moment."""
    found = ground.directory.people.get(person.email.lower())
    return tellings(
        found.wish if found is not None else DEFAULT,
        urgency_of(story.action.risk),
        now=ground.now,
        decide_by=story.action.decide_by,
        able=channels_of(person, story.org),
    )


def channels_of(person: Person, org: Organization) -> tuple[Channel, ...]:
    """Return the channels that reach somebody: Slack where they are known there."""
    return ("slack", "email", "inapp") if person.slack and org.slack_team else ("email", "inapp")


def not_lending(story: Story, people: Iterable[Asked]) -> list[Asked]:
    """Return those of `people` whose seat nobody is asked to fill for them: who has lent it is away, and not mailed."""
    lent = {one.on_behalf_of_id for one in story.asked if one.left_at is None and one.on_behalf_of_id is not None}
    return [one for one in people if one.person_id not in lent]


def reminder(story: Story, people: Iterable[Asked], ground: Ground, kind: ActionType) -> list[Promise]:
    """Return what is sent to each of `people` and to their channels: somebody reminds them of what they are asked."""
    minute = int(ground.now.timestamp() // 60)
    return [
        replace(one, kind=REMINDED, once=f"{one.once.replace('asked', 'remind', 1)}:{minute}")
        for one in asked(story, people, ground, kind)
    ]


@dataclass(frozen=True, slots=True)
class Missed:
    """Steps of a chain that are run later than they were due, because nobody was there to run them."""

    count: int
    first: datetime
    last: datetime

    def sentence(self, reader: Person, story: Story, now: datetime) -> str:
        """Return "3 steps were missed between 02:10 and 02:45.", on the reader's clock."""
        zone = reader.timezone or story.org.timezone
        first, last = (moment_of_day(at, zone=zone, now=now) for at in (self.first, self.last))
        return f"{self.count} steps were missed between {first} and {last}."


def by_step(
    story: Story,
    people: Iterable[Asked],
    ground: Ground,
    kind: ActionType,
    *,
    step: str,
    word: str,
    missed: Missed | None,
) -> list[Promise]:
    """Return one mail for each of `people`, told by step `step` of the chain; `word` is ASKED, REMINDED or WARNED."""
    told, on = [], onward_of(story, ground) if word != WARNED else None
    for one in people:
        card = card_of(story, kind, one.person, on)
        if missed is not None:
            card = replace(card, next=f"{card.next} {missed.sentence(one.person, story, ground.now)}")
        once = f"step:{story.action.pk.hex}:{one.person_id.hex}:{story.action.epoch}:{step}"
        told += _to(story, one, ground, card, once=once, word=word)
    return told


def webhook(story: Story, url: str, ground: Ground, *, step: str) -> list[Promise]:
    """Return the signed POST that a step of the chain sends to `url`. In nobody's order: it waits for no callback."""
    action = story.action
    body: dict[str, Any] = {"type": STEP, "timestamp": moment(ground.now), "data": action_json(story)}
    return [
        Promise(
            channel="callback",
            kind=STEP,
            address=url,
            once=f"hook:{action.pk.hex}:{action.epoch}:{step}",
            payload=body,
            action=action.pk,
            agent=story.agent.pk,
            due_at=ground.now,
            give_up_at=ground.now + GIVE_UP_AFTER,
        )
    ]


def alarm(story: Story, ground: Ground, kind: ActionType) -> list[Promise]:
    """Return one mail for each admin: an action is held and nobody eligible can decide it."""
    action = story.action
    return [
        Promise(
            channel="email",
            kind=HELD,
            address=admin.email,
            once=f"held:{action.pk.hex}:{admin.id.hex}:{action.epoch}",
            payload=card_of(story, kind, person_of(admin, story.org)).as_json(),
            action=action.pk,
            person=admin.id,
            due_at=ground.now,
        )
        for admin in admins_of(ground)
    ]


def warnings(story: Story, ground: Ground, kind: ActionType, doubts: tuple[str, ...]) -> list[Promise]:
    """Return mail to admins about what policy could not tell, or a type nobody gave the agent; once for each."""
    action, agent = story.action, story.agent
    told: list[tuple[str, str, str]] = []
    if not kind.known:
        subject = f"{agent.name} posted {kind.type}, a type it has not been given"
        told.append((f"unknown:{agent.pk.hex}:{kind.type}", subject, _UNKNOWN))
    if doubts:
        mark = sha256(doubts[0].encode()).hexdigest()[:24]
        told.append(
            (
                f"doubt:{action.config_version}:{agent.pk.hex}:{mark}",
                f"Policy could not tell what to do with {kind.type}",
                f"{doubts[0]} People are asked by the strictest route that may apply. Mend the rule or the agent.",
            )
        )
    return [
        Promise(
            channel="email",
            kind=letters.MAIL,
            address=admin.email,
            once=f"{once}:{admin.id.hex}"[-200:],
            payload=letters.seal(subject, f"{body}\n\n{action_url(action)}\n", ""),
            action=action.pk,
            person=admin.id,
            due_at=ground.now,
        )
        for once, subject, body in told
        for admin in admins_of(ground)
    ]


def admins_of(ground: Ground) -> list[Known]:
    """Return the organization's active admins."""
    return [
        ground.people[one.email] for one in ground.policy.people if "admin" in one.roles and one.email in ground.people
    ]


def callback(story: Story, event: str, now: datetime) -> list[Promise]:
    """Return the callback that tells the agent, or nothing if it has no address. In order for one action."""
    action = story.action
    address = action.callback_url or story.agent.callback_url
    if not address:
        return []
    body: dict[str, Any] = {"type": event, "timestamp": moment(now), "data": action_json(story)}
    return [
        Promise(
            channel="callback",
            kind=event,
            address=address,
            once=f"{event}:{action.pk.hex}:{action.version}",
            payload=body,
            action=action.pk,
            agent=story.agent.pk,
            order_key=action.pk,
            due_at=now,
            give_up_at=now + GIVE_UP_AFTER,
        )
    ]


_muted: ContextVar[bool] = ContextVar("countersign_muted", default=False)


@contextmanager
def muted() -> Iterator[None]:
    """Promise nothing inside the block: for playing a past whose mail would come weeks late."""
    token = _muted.set(True)
    try:
        yield
    finally:
        _muted.reset(token)


def is_muted() -> bool:
    """Whether nothing is promised just now."""
    return _muted.get()


def send(promises: Iterable[Promise]) -> None:
    """Promise in the transaction that is open, or with what else it gathers."""
    if _muted.get():
        return
    if (together := gathered()) is not None:
        together.promises += promises
    else:
        promise_all(list(promises))

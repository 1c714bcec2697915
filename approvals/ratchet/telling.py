"""Who hears that a lane moved: the agent by a callback, its owner and the admins as they wish."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import Organization, Person
from agents.keeping import Kept
from agents.models import Agent, MoveRow
from agents.terms import LEVELS, Risk
from approvals import tell as promising
from approvals.ground import Ground
from approvals.lanes import agent_json
from approvals.present import moment
from approvals.terms import Policy
from core import tx
from delivery import letters
from delivery.cards import moment as moment_of_day
from delivery.post import Promise
from delivery.preferences import DEFAULT, tellings, urgency_of

LEVEL_CHANGED = "agent.level_changed"
WORD = {
    "promote": "raised to {after}",
    "proposed": "is proposed for {next}",
    "tighten": "is held: everything waits for people",
    "override": "set to {after}",
    "override-expired": "back to {after}",
    "override-stopped": "back to {after}",
    "override-ended": "back to {after}",
    "freeze": "frozen",
    "unfreeze": "goes on at {after}",
}
SILENT = frozenset({"restart", "eased"})  # nobody has anything to do or to fear
WAITS = "Every request of this kind now waits for a person."


@dataclass(frozen=True, slots=True)
class Around:
    """What telling needs to know; of a configuration that is being applied, the one to come."""

    agent: Agent
    org: Organization
    policy: Policy
    now: datetime


@tx.inside_use_case
def tell(kept: Kept, ground: Ground) -> None:
    """Promise the news of a lane that moved: to the agent, and to its owner and admins where it concerns them."""
    tell_around(kept, Around(ground.agent, ground.org, ground.policy, ground.now))


@tx.inside_use_case
def tell_around(kept: Kept, around: Around) -> None:
    """Promise the news of a lane that moved, as `tell` does."""
    if kept.changed and around.agent.callback_url:
        promising.send([_callback(kept, around)])
    news = next((one for one in reversed(_told(kept.moves)) if one.code not in SILENT), None)
    if news is not None:
        promising.send([promise for person in _readers(around) for promise in _news(news, kept, around, person)])


def _told(moves: Iterable[MoveRow]) -> list[MoveRow]:
    """Return the moves to tell of, the one that matters most last: a demotion rather than what follows from it."""
    return sorted(moves, key=lambda one: (one.code not in SILENT, one.code != "tighten", one.part))


def _callback(kept: Kept, around: Around) -> Promise:
    agent = around.agent
    data = agent_json(agent, terms=around.policy.agent(agent.slug))
    return Promise(
        channel="callback",
        kind=LEVEL_CHANGED,
        address=agent.callback_url,
        once=f"{LEVEL_CHANGED}:{kept.row.pk.hex}:{kept.row.entries}",
        payload={"type": LEVEL_CHANGED, "timestamp": moment(around.now), "data": data},
        agent=agent.pk,
        order_key=agent.pk,
        due_at=around.now,
        give_up_at=around.now + promising.GIVE_UP_AFTER,
    )


def _readers(around: Around) -> list[Person]:
    """Return who is told: the agent's owner and every admin."""
    whose = Q(roles__contains=["admin"]) | Q(pk=around.agent.owner_id)
    return list(Person.objects.filter(whose, archived_at=None).order_by("id"))


def _news(move: MoveRow, kept: Kept, around: Around, person: Person) -> list[Promise]:
    """Return what one person is sent, on the channels and at the times they wish; the app shows it without."""
    terms = next((one for one in around.policy.people if one.email == person.email.lower()), None)
    risk: Risk = kept.row.risk  # type: ignore[assignment]  # rows have one of RISKS
    found = tellings(
        terms.wish if terms is not None else DEFAULT,
        urgency_of(risk),
        now=around.now,
        decide_by=None,
        able=promising.channels_of(person, around.org),
    )
    once = f"lane:{kept.row.pk.hex}:{move.entry}:{person.pk.hex}"
    said = spoken(move, kept, around, person)
    promises = []
    for one in found:
        if one.channel == "inapp":
            continue
        by_slack = one.channel == "slack"
        promises.append(
            Promise(
                channel=one.channel,
                kind=letters.MAIL,
                address=person.slack if by_slack else person.email,
                once=f"slack:{once}" if by_slack else once,
                payload=said if by_slack else _letter(said),
                person=person.pk,
                due_at=one.at,
            )
        )
    return promises


def spoken(move: MoveRow, kept: Kept, around: Around, person: Person) -> dict[str, Any]:
    """Return the news in words: `{"title", "text", "why", "url", "button", "id"}`."""
    row, agent = kept.row, around.agent
    word = WORD.get(move.code, "lowered to {after}" if move.level_after < move.level_before else "{after}")
    following = LEVELS[min(kept.lane.earned + 1, len(LEVELS) - 1)]
    what = word.format(after=LEVELS[move.level_after].capitalize(), next=following.capitalize())
    holds = row.level == 0 or row.tightened or row.frozen
    who = "Automatic" if move.by in ("engine", "policy") else f"After what {move.by.partition(':')[2]} decided"
    at = moment_of_day(move.at, zone=person.timezone or around.org.timezone, now=around.now)
    text = f"{move.sentence} {WAITS}" if holds and move.code != "proposed" else move.sentence
    return {
        "title": letters.header(f"{agent.name}, {row.spoken}: {what}"),
        "text": text[:1].upper() + text[1:],
        "why": f"{who}, {at}",
        "url": f"{settings.BASE_URL}/agents/{agent.slug}?lane={row.type}/{row.risk}",
        "button": "See the evidence",
        "id": f"trust:{agent.slug}",
    }


def _letter(said: dict[str, Any]) -> dict[str, str]:
    return letters.seal(said["title"], f"{said['text']}\n\n{said['why']}\n\n{said['button']}: {said['url']}\n", "")

"""One action as one reader sees it: everything its page needs, read in a fixed number of queries."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import connection
from django.db.models import Q

from accounts.viewer import Viewer
from agents.limits import Usage
from agents.terms import ActionType, Money
from approvals.electorate import owners
from approvals.electors import Place, place_of
from approvals.ground import Ground, look, usage_from
from approvals.history import History, alike, history_of, odds_of
from approvals.likeness import Similar
from approvals.models import Action, Asked, Question, Report, Revision, Vote
from approvals.odds import Odds
from approvals.present import money
from approvals.story import Story
from audit.models import Entry
from audit.queries import Told, told
from core import ids, tx
from core.errors import DomainError
from delivery.models import Parcel

OF_THE_CHAIN = (
    "action.step_run",
    "action.extended",
    "action.stage_opened",
    "action.escalated",
    "action.reminded",
    "action.reapplied",
)
MOST_ENTRIES = 200
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Past:
    """What the lane's history says of a pending action. `earlier` are the similar ones by the hex of their id."""

    history: History
    odds: Odds
    alike: tuple[Similar, ...] = ()
    earlier: Mapping[str, Action] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """One action, the ground under it, and what the reader may do. `refusal` is why they may not decide it, or None.

    `place` is the seat they would fill, their own or one that was lent to them; `owners` are the e-mails of all the
    seats they could fill, that one first. `entries` are what history says of its chain.
    `past` and `usage` are None for what has ended: it is compared with nothing any more. `parcel` is the callback that
    has not reached the agent.
    """

    story: Story
    ground: Ground
    viewer: Viewer
    kind: ActionType
    arguments: dict[str, Any]
    amount: Money | None
    refusal: DomainError | None
    past: Past | None = None
    usage: Usage | None = None
    parcel: Parcel | None = None
    place: Place | None = None
    owners: tuple[str, ...] = ()
    entries: tuple[Told, ...] = ()

    @property
    def action(self) -> Action:
        """The action's row."""
        return self.story.action

    @property
    def public_id(self) -> str:
        """The action's id as the outside knows it."""
        return ids.public("act", self.action.pk)

    @property
    def url(self) -> str:
        """The path of the action's page."""
        return f"/actions/{self.public_id}"

    @property
    def now(self) -> datetime:
        """The moment of looking, by the database's clock."""
        return self.ground.now

    @property
    def zone(self) -> str:
        """The reader's time zone."""
        return self.viewer.timezone

    @property
    def is_pending(self) -> bool:
        """Whether it still waits for people."""
        return self.action.status == "pending"

    @property
    def asked_now(self) -> list[Asked]:
        """Who is asked and has not answered."""
        return [asked for asked in self.story.asked if asked.left_at is None]

    @property
    def is_asked(self) -> bool:
        """Whether the reader is asked now."""
        return any(asked.person_id == self.viewer.person_id for asked in self.asked_now)

    @property
    def standing(self) -> list[Vote]:
        """The votes that count, on what is there now."""
        counted = (vote for vote in self.story.votes if vote.standing == Vote.Standing.COUNTED)
        return [vote for vote in counted if vote.revision == self.action.revision]

    @property
    def own_vote(self) -> Vote | None:
        """The reader's own vote, if it counts."""
        return next((vote for vote in reversed(self.standing) if vote.person_id == self.viewer.person_id), None)


def see(identifier: uuid.UUID, viewer: Viewer) -> Sight:
    """Return an action as `viewer` sees it, in the scope that is open. Raises Action.DoesNotExist."""
    return look_at(*read(identifier), viewer)


def look_at(story: Story, ground: Ground, viewer: Viewer) -> Sight:
    """Return an action whose story is at hand as `viewer` sees it, in the scope that is open."""
    action = story.action
    kind = ground.terms.type_named(action.type)
    arguments: dict[str, Any] = json.loads(bytes(story.revision.arguments))
    amount = money(action)
    waits = action.status == "pending"
    found = place_of(story, ground, viewer.email) if waits else None
    place = found if isinstance(found, Place) else None
    return Sight(
        story=story,
        ground=ground,
        viewer=viewer,
        kind=kind,
        arguments=arguments,
        amount=amount,
        refusal=found if isinstance(found, DomainError) else None,
        place=place,
        owners=_owners(story, ground, viewer.email, place) if place else (),
        entries=_entries(action.pk),
        past=_past(action, arguments, amount) if waits and action.kind == "approval" else None,
        usage=_usage(action, ground, kind) if waits else None,
        parcel=None if waits else _undelivered(action),
    )


def read(identifier: uuid.UUID) -> tuple[Story, Ground]:
    """Return the story of an action with the ground under it; less is read of what cannot be there yet."""
    action = Action.objects.select_related("decision", "claimed_by").get(pk=identifier)
    ground = look(action.agent_id)
    key = {"action_id": identifier}
    story = Story(
        action=action,
        agent=ground.agent,
        org=ground.org,
        revisions=list(Revision.objects.filter(**key).order_by("number")),
        asked=list(Asked.objects.filter(**key).select_related("person", "on_behalf_of").order_by("since", "id")),
        votes=list(Vote.objects.filter(**key).select_related("person", "on_behalf_of").order_by("cast_at", "id")),
        questions=list(Question.objects.filter(**key).select_related("person").order_by("asked_at")),
        reports=list(Report.objects.filter(**key).order_by("at")) if action.status == "approved" else [],
        decision=getattr(action, "decision", None),
    )
    return story, ground


def _entries(identifier: uuid.UUID) -> tuple[Told, ...]:
    """Return what history says of the chain of an action, in order."""
    rows = Entry.objects.filter(org_id=tx.current().org, subject=ids.public("act", identifier), kind__in=OF_THE_CHAIN)
    return tuple(told(row) for row in rows.order_by("seq")[:MOST_ENTRIES])


def _owners(story: Story, ground: Ground, email: str, place: Place) -> tuple[str, ...]:
    """Return whose seats somebody could fill now, the one they would fill without saying so first."""
    if not ground.directory.lending:
        return (place.owner,)
    others = sorted(owners(story, ground) - {place.owner, email.lower()})
    own = [email.lower()] if place.owner != email.lower() and email.lower() in owners(story, ground) else []
    lent = [one for one in others if isinstance(place_of(story, ground, email, on_behalf_of=one), Place)]
    return (place.owner, *own, *lent)


def _past(action: Action, arguments: dict[str, Any], amount: Money | None) -> Past:
    history = history_of(action.org_id, action.agent_id, action.type)
    try:
        odds, near = odds_of(history, arguments, amount), alike(history, arguments, amount, but=action.pk)
    except (ArithmeticError, ValueError, TypeError, RecursionError):
        log.warning("odds_unknown", action=str(action.pk), exc_info=True)  # no reason to keep anybody from deciding
        odds, near = Odds(history.habits.count, enough=False, compared="It cannot be compared with earlier ones"), ()
    rows = Action.objects.filter(pk__in=[uuid.UUID(one.key) for one in near]).select_related("decision")
    earlier = {row.pk.hex: row for row in rows} if near else {}
    return Past(history, odds, near, earlier)


def _usage(action: Action, ground: Ground, kind: ActionType) -> Usage | None:
    """Return what the agent has used of the limits a reader can judge, this action left out of today's sum."""
    limits: dict[str, Any] = {}
    if kind.limits.per_hour is not None:
        limits["per_hour"] = kind.limits.per_hour
    day = kind.limits.amount_per_day
    if day is not None and action.currency == day.currency:
        limits |= {"amount_per_day": str(day.value), "currency": day.currency, "except": str(action.pk)}
        limits["day_began"] = ground.day_began.isoformat()
    if not limits:
        return Usage() if kind.limits.max_amount is not None else None
    with connection.cursor() as cursor:
        cursor.execute(
            "select agent_usage(%s, %s, %s, %s::jsonb)",
            [action.org_id, action.agent_id, action.type, json.dumps(limits)],
        )
        return usage_from(tx.from_json(cursor.fetchone()[0]), day.currency if day else None)


def _undelivered(action: Action) -> Parcel | None:
    """Return the callback of the action's end that has been tried and has not arrived."""
    tried = Q(status=Parcel.Status.DEAD) | Q(status=Parcel.Status.WAITING, attempts__gt=0)
    rows = Parcel.objects.filter(tried, action=action.pk, channel="callback").exclude(last_error="")
    return rows.order_by("number").first()

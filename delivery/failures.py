"""What never came on one channel goes by the person's next one at once; where none is left, approvals hears of it.

A refused address flags the channel until something arrives by it again; the admins are told of it once a day. Approvals
is named by the setting FAILURES_HEARD_BY, because delivery knows no actions, and hears in a transaction of its own:
what is to be told is a row, so a crash loses nothing, and the worker's settling never waits for an action.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from accounts.models import Organization, Person, Team
from core import tx
from delivery import jobs, letters
from delivery.models import Failure, Parcel
from delivery.post import Promise, promise_all

TELLING = ("action.asked", letters.REMINDED, letters.WARNED)
LEASE = timedelta(seconds=60)
ALL = 1_000_000
BOUNCED = "bounced: "  # how the error of mail that came back begins
BOUNCE_LASTS = timedelta(days=7)  # that a server takes mail again does not say that it arrives
HEARING = "failures"  # what is rung when there is something to be heard
POLL = 5.0  # seconds between two looks when nothing rings
Hear = Callable[[UUID, UUID], None]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lost:
    """One message that will not come: `mark` is its parcel or note, `is_refused` that its address will take none."""

    channel: str
    address: str
    person: UUID
    action: UUID | None
    kind: str
    payload: str
    mark: UUID
    error: str
    is_refused: bool


@tx.inside_use_case
def lost(one: Lost, now: datetime) -> None:
    """Go on to the person's next channel, and keep what failed. Takes no lock that a flow may hold."""
    is_about_asking = one.action is not None and one.kind in TELLING
    is_last = is_about_asking and not _goes_on(one, now)
    Failure.objects.create(
        org_id=tx.current().org,
        person=one.person,
        channel=one.channel,
        address=one.address[:300],
        action=one.action,
        error=one.error.replace("\0", "")[:300],
        is_flagged=one.is_refused,
        is_last=is_last,
        created_at=now,
        due_at=now if is_last else None,
    )
    if is_last:
        tx.after_commit("ring failures", partial(jobs.ring, HEARING))
    if one.is_refused:
        _warn(one, now)


def _goes_on(one: Lost, now: datetime) -> bool:
    """Whether another channel reaches the person: it has, it is brought forward, or it is promised now."""
    person = Person.objects.filter(pk=one.person, archived_at=None).first()
    if person is None:
        return False
    team = Organization.objects.values_list("slack_team", flat=True).get(pk=tx.current().org)
    addresses = {"slack": person.slack if team else "", "email": person.email}
    gone = Failure.objects.filter(person=one.person, action=one.action).values_list("channel", flat=True)
    for channel, address in addresses.items():
        if not address or channel in {one.channel, *gone}:
            continue
        theirs = Parcel.objects.filter(action=one.action, person=one.person, channel=channel, kind__in=TELLING)
        waiting = theirs.filter(status=Parcel.Status.WAITING)
        free = waiting.filter(attempts=0, due_at__gt=now).select_for_update(skip_locked=True)
        if Parcel.objects.filter(pk__in=[row.pk for row in free]).update(due_at=now):
            tx.after_commit(f"nudge {channel}", partial(jobs.nudge, channel))
        if waiting.exists() or theirs.filter(status=Parcel.Status.SENT).exists():
            return True
        try:
            card = json.loads(one.payload) | {"reader": person.name}
        except (TypeError, ValueError):
            return False  # no channel could say it
        promise_all([
            Promise(
                channel=channel,
                kind=one.kind,
                address=address,
                once=f"instead:{one.mark.hex}:{person.pk.hex}",
                payload=card,
                action=one.action,
                person=person.pk,
                due_at=now,
            )
        ])  # fmt: skip
        return True
    return False


def _warn(one: Lost, now: datetime) -> None:
    """Tell the admins, once a day for one address."""
    subject = f"{called(one.person)} cannot be reached by {NAMES.get(one.channel, one.channel)}"
    body = (
        f"The address is {one.address}. The answer was: {letters.header(one.error, longest=300)}\n\n"
        "What was to be said goes by their next channel. Correct the address, or what they wish, in the configuration:"
        f"\n{settings.BASE_URL}/people\n"
    )
    promise_all([
        Promise(
            channel="email",
            kind=letters.MAIL,
            address=admin.email,
            once=f"unreached:{now:%Y-%m-%d}:{one.channel}:{one.person.hex}:{admin.pk.hex}",
            payload=letters.seal(subject, body, ""),
            person=admin.pk,
            due_at=now,
        )
        for admin in Person.objects.filter(roles__contains=["admin"], archived_at=None).exclude(pk=one.person)
    ])  # fmt: skip


def called(person: UUID | None, address: str = "") -> str:
    """Return a person's name, the name of the team that has a channel, or the address where there is neither."""
    if person is None:
        named = Team.objects.filter(slack=address, archived_at=None).order_by("name").values_list("name", flat=True)
        return f"the channel of {' and '.join(named)} ({address})" if named else address
    name = Person.objects.filter(pk=person).values_list("name", flat=True).first()
    return letters.header(name, longest=100) if name else address


NAMES = {"email": "e-mail", "slack": "Slack"}


@tx.inside_use_case
def arrived(people: Iterable[UUID], channel: str, now: datetime) -> None:
    """Take the flag from a channel by which something arrived."""
    flagged = Failure.objects.filter(person__in=set(people), channel=channel, mended_at=None)
    flagged = flagged.exclude(error__startswith=BOUNCED, created_at__gt=now - BOUNCE_LASTS)
    mended = list(flagged.select_for_update(no_key=True).order_by("id").values_list("id", flat=True))
    if mended:
        Failure.objects.filter(pk__in=mended).update(mended_at=now)


def told(person: UUID, channel: str) -> frozenset[UUID]:
    """Return about which actions somebody's channel is known to have failed. Inside a scope."""
    rows = Failure.objects.filter(person=person, channel=channel).values_list("action", flat=True)
    return frozenset(action for action in rows if action is not None)


def unreached(action: UUID) -> frozenset[UUID]:
    """Return whom no channel of theirs brought news of this action. Inside a scope."""
    return frozenset(Failure.objects.filter(action=action, is_last=True).values_list("person", flat=True))


def unhealthy(people: Iterable[UUID] | None = None) -> dict[UUID, dict[str, str]]:
    """Return which channels of which people are flagged, with the last error. Inside a scope."""
    rows = Failure.objects.filter(mended_at=None, is_flagged=True).order_by("created_at")
    if people is not None:
        rows = rows.filter(person__in=list(people))
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for person, channel, error in rows.values_list("person", "channel", "error"):
        found[person][channel] = error
    return dict(found)


def hear(now: datetime, *, limit: int = 100, org: int | None = None) -> int:
    """Let approvals hear of those whom nothing reaches. Returns of how many; one that fails is told again later."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select org_id, failure_id from due_failures(%s, %s) where org_id = %s or %s::bigint is null limit %s",
            [now, limit if org is None else ALL, org, org, limit],
        )
        due = cursor.fetchall()
    heard = 0
    for owner, identifier in due:
        try:
            heard += _take(owner, identifier) and _hear(owner, identifier)
        except Exception:  # what is unforeseen about one action keeps nobody else's waiting
            log.exception("failure_not_heard", failure=str(identifier))
    return heard


@tx.use_case
def _take(org: int, identifier: UUID) -> bool:
    now = tx.now()
    return Failure.objects.filter(pk=identifier, due_at__lte=now).update(due_at=now + LEASE) == 1


@tx.use_case
def _hear(org: int, identifier: UUID) -> bool:
    failure = Failure.objects.get(pk=identifier)
    if failure.action is not None:
        tell: Hear = import_string(settings.FAILURES_HEARD_BY)
        tell(failure.action, failure.person)
    Failure.objects.filter(pk=identifier).update(due_at=None)
    return True

"""When Slack cannot reach somebody: their next channel at once, and a channel's people by mail."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from accounts.models import Organization, Person, Team
from audit.record import record
from core import ids, tx
from delivery import failures, letters, mornings
from delivery.models import Note
from delivery.post import Promise, promise_all
from delivery.slack import workspaces
from delivery.slack.client import OF_THE_WORKSPACE

DIGEST = "digest"


@tx.inside_use_case
def give_up(note: Note, error: str, now: datetime) -> None:
    """Send what the note would have said by its person's next channel, or by mail to everybody of its channel."""
    promises = _warnings(note, error, now) if error in OF_THE_WORKSPACE or note.person is None else []
    if error in OF_THE_WORKSPACE:
        workspaces.failed(error, now)
    if note.person is not None:
        _go_on(note, note.person, error, now)
    else:
        promises += _mails(note, now)
    promise_all(promises)
    facts = {"address": note.address, "error": error}
    subject = ids.public("act", note.action) if note.action else ids.public("nte", note.pk)
    record("slack.failed", actor="worker", subject=subject, facts=facts, at=now)


def _go_on(note: Note, person: Any, error: str, now: datetime) -> None:
    """Let the person's other channels say it; many actions as one mail."""
    if note.kind == DIGEST:
        email = Person.objects.filter(pk=person, archived_at=None).values_list("email", flat=True).first()
        promise_all([mornings.promised(person, email, now, instead=True)] if email else [])
    failures.lost(
        failures.Lost(
            channel=note.channel,
            address=note.address,
            person=person,
            action=note.action,
            kind=failures.TELLING[0] if note.kind in ("action", "reply", "warning") else note.kind,
            payload=note.payload,
            mark=note.pk,
            error=error,
            is_refused=error not in OF_THE_WORKSPACE,
        ),
        now,
    )


def _said(note: Note) -> dict[str, Any]:
    """Return the card that was promised; nothing where there is none, or it is sealed."""
    said: dict[str, Any] = json.loads(note.payload) if note.payload else {}
    return {} if "sealed" in said else said


def _mails(note: Note, now: datetime) -> list[Promise]:
    card = _said(note)
    if not card:
        return []
    teams = Team.objects.filter(slack=note.address, archived_at=None)
    readers = Person.objects.filter(archived_at=None, memberships__team__in=teams).distinct()
    return [
        Promise(
            channel="email",
            kind="action.asked",
            address=reader.email,
            once=f"instead:{note.pk.hex}:{reader.pk.hex}",
            payload=card | {"reader": reader.name, "timezone": reader.timezone or card.get("timezone", "UTC")},
            action=note.action,
            person=reader.pk,
            due_at=now,
        )
        for reader in readers
    ]


def _warnings(note: Note, error: str, now: datetime) -> list[Promise]:
    """Tell the admins, once a day for one address or for the workspace."""
    about = "the workspace" if error in OF_THE_WORKSPACE else note.address
    organization = Organization.objects.get(pk=note.org_id)
    whom = failures.called(note.person, note.address)
    subject = f"Slack did not take a message for {whom if about == note.address else about}: {error}"
    body = (
        f"Slack answered {error} to a message for {whom}. What it said went out by mail instead.\n\n"
        "Look at Slack's settings of the app and at the Slack ids in the configuration; `doctor` checks both.\n"
    )
    return [
        Promise(
            channel="email",
            kind=letters.MAIL,
            address=admin.email,
            once=f"slack:{organization.slug}:{now:%Y-%m-%d}:{about}:{error}:{admin.pk.hex}"[-200:],
            payload=letters.seal(subject, body, ""),
            person=admin.pk,
            due_at=now,
        )
        for admin in Person.objects.filter(roles__contains=["admin"], archived_at=None)
    ]

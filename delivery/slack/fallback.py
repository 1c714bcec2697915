"""When Slack cannot reach somebody: the same words by mail at once, and the admins are told once a day."""

from __future__ import annotations

import json
from datetime import datetime

from accounts.models import Organization, Person, Team
from audit.record import record
from core import ids, tx
from delivery import letters
from delivery.models import Note
from delivery.post import Promise, promise_all
from delivery.slack.client import OF_THE_WORKSPACE


@tx.inside_use_case
def give_up(note: Note, error: str, now: datetime) -> None:
    """Send what the note would have said by mail, to its person or to everybody of its channel."""
    promises = [*_mails(note, now), *_warnings(note, error, now)]
    promise_all(promises)
    facts = {"address": note.address, "error": error, "mailed": len(promises)}
    subject = ids.public("act", note.action) if note.action else ids.public("nte", note.pk)
    record("slack.failed", actor="worker", subject=subject, facts=facts, at=now)


def _mails(note: Note, now: datetime) -> list[Promise]:
    if not note.payload or "sealed" in json.loads(note.payload):
        return []
    card = json.loads(note.payload)
    readers = Person.objects.filter(archived_at=None)
    if note.person is not None:
        readers = readers.filter(pk=note.person)
    else:
        teams = Team.objects.filter(slack=note.address, archived_at=None)
        readers = readers.filter(memberships__team__in=teams).distinct()
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
    subject = f"Slack did not take a message for {about}: {error}"
    body = (
        f"Slack answered {error} to a message for {note.address}. What it said went out by mail instead.\n\n"
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

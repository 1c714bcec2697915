"""What the reader's settings say of how they are told: channels, whether they work, and what they would get when."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.models import Organization, Person
from approvals import tell
from approvals.channels import NAMES, reaches, said, would_get
from approvals.faces.telling import ChannelFace, DigestFace, SupposedFace, TellingFace
from approvals.policies import policy_of
from delivery import digests
from delivery.preferences import DEFAULT, URGENCIES, Preferences, Urgency

RISKS: dict[Urgency, str] = {"low": "Low or medium risk", "high": "High risk", "critical": "Critical risk"}
SUNDAY = 6


def telling_of(person: Person, org: Organization, now: datetime) -> TellingFace:
    """Return how a person is told, inside a scope."""
    wish = wish_of(person, org)
    zone = person.timezone or org.timezone
    channels = tuple(
        ChannelFace(
            NAMES[one.channel][:1].upper() + NAMES[one.channel][1:], one.address or _without(one.channel), one.error
        )
        for one in reaches(person, org, wish, now)
    )
    quiet = f"{wish.quiet.begins:%H:%M} to {wish.quiet.until:%H:%M}" if wish.quiet else ""
    supposed = tuple(_supposed(person, org, wish, at, name, zone) for at, name in _moments(now, zone))
    off = digests.stopped_of(person.pk)
    mails = tuple(DigestFace(kind, digests.NAMES[kind], kind not in off) for kind in digests.KINDS)
    return TellingFace(channels, quiet, supposed, mails)


def wish_of(person: Person, org: Organization) -> Preferences:
    """Return what the version in force says of how a person wishes to be told."""
    terms = policy_of(org.pk, org.config_version).person(person.email)
    return terms.wish if terms is not None else DEFAULT


def _without(channel: str) -> str:
    return "Not linked" if channel == "slack" else "Inbox and open pages"


def _moments(now: datetime, zone: str) -> tuple[tuple[datetime, str], ...]:
    """Return now, and the next Sunday at 03:00 where the reader is."""
    here = now.astimezone(ZoneInfo(zone))
    night = (here + timedelta(days=(SUNDAY - here.weekday()) % 7)).replace(hour=3, minute=0, second=0, microsecond=0)
    night += timedelta(days=7) if night <= here else timedelta(0)
    return (now, "Now"), (night, "Sunday 03:00")


def _supposed(person: Person, org: Organization, wish: Preferences, at: datetime, name: str, zone: str) -> SupposedFace:
    able = tell.channels_of(person, org)
    rows = ((RISKS[one], said(would_get(wish, one, able, at=at), at=at, zone=zone)) for one in URGENCIES)
    return SupposedFace(name, tuple(rows))

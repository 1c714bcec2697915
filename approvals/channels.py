"""By which channels a person is told, whether they work, and in words what they would get and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from accounts.models import Organization, Person
from approvals import tell
from delivery import failures
from delivery.cards import moment
from delivery.preferences import CHANNELS, URGENCIES, Channel, Preferences, Telling, Urgency, tellings

NAMES: dict[Channel, str] = {"slack": "Slack", "email": "e-mail", "inapp": "the app"}
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reach:
    """One channel of somebody: its address ("" if there is none), and what went wrong by it last, if that still holds.

    `urgencies` are those that it is used for.
    """

    channel: Channel
    address: str
    error: str
    urgencies: tuple[Urgency, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the channel for the API."""
        return {
            "channel": self.channel,
            "address": self.address or None,
            "works": not self.error and bool(self.address or self.channel == "inapp"),
            "error": self.error or None,
            "urgencies": list(self.urgencies),
        }


def reaches(person: Person, org: Organization, wish: Preferences, now: datetime) -> tuple[Reach, ...]:
    """Return a person's channels, inside a scope."""
    flagged = failures.unhealthy([person.pk]).get(person.pk, {})
    able = tell.channels_of(person, org)
    addresses = {"slack": person.slack if "slack" in able else "", "email": person.email, "inapp": ""}
    used = {one: {way.channel for way in would_get(wish, one, able, at=now)} for one in URGENCIES}
    return tuple(
        Reach(one, addresses[one], flagged.get(one, ""), tuple(name for name in URGENCIES if one in used[name]))
        for one in CHANNELS
    )


def would_get(
    wish: Preferences, urgency: Urgency, able: Iterable[Channel], *, at: datetime, within: timedelta = A_DAY
) -> tuple[Telling, ...]:
    """Return how somebody would hear of an action posted at `at` that is to be decided `within` that time."""
    return tellings(wish, urgency, now=at, decide_by=at + within, able=able)


def said(found: Iterable[Telling], *, at: datetime, zone: str) -> str:
    """Return it in words: "Slack and the app at once; e-mail 10 min later, if still asked"."""
    parts = []
    for (when, why, put_off), some in groupby(sorted(found, key=_order), key=_order):
        names = [NAMES[one.channel] for one in some]
        named = ", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0]
        if when <= at:
            parts.append(f"{named} at once" + (f", {why}" if why else ""))
        elif put_off or "later" not in why:
            parts.append(f"{named} at {moment(when, zone=zone, now=at)}, {why}")
        else:
            parts.append(f"{named} {why}")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _order(one: Telling) -> tuple[datetime, str, bool]:
    return one.at, one.why, one.is_put_off

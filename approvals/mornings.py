"""What somebody reads when their quiet hours are over: all that is not urgent and still waits for them, in one mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from approvals.models import Asked
from approvals.present import action_url
from core import tx
from delivery import digests, letters
from delivery.cards import moment

CALM = ("low", "medium")
MOST_LINES = 30


def draw(person: UUID, now: datetime) -> Mapping[str, Any] | None:
    """Return the mail for a person at `now`, in the scope that is open; None if nothing waits for them."""
    mine = Asked.objects.filter(
        person_id=person, person__archived_at=None, left_at=None, action__status="pending", action__risk__in=CALM
    ).exclude(snoozed_until__gt=now)
    asked = mine.select_related("action", "person", "org").order_by(F("action__decide_by").asc(nulls_last=True), "id")
    rows = list({one.action_id: one for one in asked}.values())
    if not rows:
        return None
    lines = [_line(one, now) for one in rows[:MOST_LINES]]
    if len(rows) > MOST_LINES:
        lines.append(f"- and {len(rows) - MOST_LINES} more: {settings.BASE_URL}/")
    count = "1 action waits" if len(rows) == 1 else f"{len(rows)} actions wait"
    body = (
        f"{count} for you, of low or medium risk. Your quiet hours are over, so this is told now and as one mail.\n\n"
        + "\n".join(lines)
        + f"\n\nAll of them: {settings.BASE_URL}/\n\nReplies are not read, and decide nothing."
        + f"\nStop these mails: {settings.BASE_URL}/settings#digests\n"
    )
    return letters.seal(f"{count} for you", body, "", stop=digests.url_of(tx.current().org, person, "morning"))


def _line(asked: Asked, now: datetime) -> str:
    action = asked.action
    zone = asked.person.timezone or asked.org.timezone
    by = f", by {moment(action.decide_by, zone=zone, now=now)}" if action.decide_by else ""
    return f"- {letters.header(action.title)}{by}\n  {action_url(action)}"

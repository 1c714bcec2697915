"""Once a day it is looked at how people review; admins are told of what looks like stamping, once a week at most."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Person
from approvals.auditor import organizations
from approvals.audits.reviewers import Reviewer, alarms, reviewers
from approvals.models import Beat
from core import clock, tx
from delivery import letters
from delivery.models import Parcel
from delivery.post import Promise, promise_all

NAME = "reviewers"
EVERY = timedelta(hours=24)
A_WEEK = timedelta(days=7)
MOST_LINES = 30


def run_if_due() -> bool:
    """Look at every organization if nobody has for a day; the first to come does. Returns whether it did."""
    pulse, _ = Beat.objects.get_or_create(name=NAME, defaults={"at": clock.now() - 2 * EVERY})
    if pulse.at > clock.now() - EVERY:
        return False
    if not Beat.objects.filter(name=NAME, at=pulse.at).update(at=clock.now()):
        return False
    for org in organizations():
        look(org)
    return True


@tx.use_case
def look(org: int) -> int:
    """Promise the admins of one organization a mail about what they should look at. Returns of how many people."""
    now = tx.now()
    lately = Parcel.objects.filter(org_id=org, once__startswith=f"{NAME}:{org}:", due_at__gt=now - A_WEEK)
    if lately.exists():
        return 0
    found = [(one, said) for one in reviewers(org, now) if (said := alarms(one))]
    if found:
        promise_all(_promises(org, found, now))
    return len(found)


def _promises(org: int, found: list[tuple[Reviewer, tuple[str, ...]]], now: datetime) -> list[Promise]:
    """Return one mail an admin."""
    told = "\n".join(_line(one, said) for one, said in found[:MOST_LINES])
    body = (
        "Approvals are worth what those who give them catch. This is worth a conversation, and no proof of anything:"
        f"\n\n{told}\n\nAll figures: {settings.BASE_URL}/people/reviewers\n\nThis comes once a week at most."
        " Replies are not read.\n"
    )
    return [
        Promise(
            channel="email",
            kind=letters.MAIL,
            address=admin.email,
            once=f"{NAME}:{org}:{now:%Y-%m-%d}:{admin.pk.hex}",
            payload=letters.seal("How people review: worth a look", body, ""),
            person=admin.pk,
            due_at=now,
        )
        for admin in Person.objects.filter(roles__contains=["admin"], archived_at=None)
    ]


def _line(one: Reviewer, said: tuple[str, ...]) -> str:
    return f"- {letters.one_line(one.name, longest=100)} {'; '.join(said)}."

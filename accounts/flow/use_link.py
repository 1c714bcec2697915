"""Somebody uses a one-time sign-in link up."""

from __future__ import annotations

from uuid import UUID

from accounts.arrival import account_of, note_arrival
from accounts.models import SigninLink, User
from core import tx
from core.errors import Conflict


class LinkIsSpent(Conflict):
    """The link was used, is too old, or speaks of somebody who is gone."""

    code, status, title = "link_is_spent", 410, "This link no longer works"


@tx.use_case
def use_link(org: int, link_id: UUID) -> tuple[User, str]:
    """Use the link up and return its account and where to go next. Raises LinkIsSpent, to all but the first."""
    link = SigninLink.objects.select_for_update(of=("self",)).select_related("person").filter(pk=link_id).first()
    at = tx.now()
    if link is None or link.used_at is not None or link.expires_at <= at or not link.person.is_active:
        raise LinkIsSpent("The link works once, for ten minutes. Ask for a new one.")
    link.used_at = at
    link.save(update_fields=["used_at"])
    user = account_of(link.person)
    note_arrival(link.person, method="link", at=at)
    return user, link.next

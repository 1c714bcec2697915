"""A link from a mail is opened: whose it is, what it is about, and what may be done with it by whoever holds it.

A link is good for its reader alone. Without a session it stands for them where the risk is low or medium; high and
critical want their own session; anybody else's session is told whose it is and may do nothing.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum

from accounts.models import Person, User
from accounts.viewer import Viewer
from approvals.actors import PersonActor
from approvals.models import Action, Revision
from approvals.portraits.sight import Sight, see
from core import tx
from delivery import links
from delivery.models import Link


class Standing(Enum):
    """What a link is good for, now and for whoever holds it."""

    DECIDE = "decide"
    SIGN_IN = "sign_in"
    STRANGER = "stranger"  # somebody else is signed in
    OLD = "old"  # the action was changed after the mail
    USED = "used"
    EXPIRED = "expired"
    CLOSED = "closed"
    BARRED = "barred"  # they may not decide it, now


@dataclass(frozen=True, slots=True)
class Opened:
    """A link of ours, opened. `digest` is of the revision that the mail showed; `holder` is whose the link is."""

    org: int
    link: Link
    holder: Viewer
    person_id: uuid.UUID
    sight: Sight
    standing: Standing
    digest: str

    def actor(self) -> PersonActor:
        """Return the link's reader as flows know them."""
        return PersonActor(
            org=self.org,
            org_slug=self.holder.org_slug,
            person_id=self.person_id,
            email=self.holder.email,
            name=self.holder.name,
            roles=self.holder.roles,
            channel="email",
        )


def opened(token: str, viewer: Viewer | None, account: User | None) -> Opened | None:
    """Return what a token opens; None for what is no link of anybody.

    `viewer` is who looks, `account` whose browser it is: of several organizations, one may not have been chosen yet.
    Reads alone: a link is opened any number of times and nothing changes.
    """
    found = links.find(token)
    if found is None:
        return None
    org, link_id = found
    with tx.reading(org):
        link = Link.objects.filter(pk=link_id).first()
        person = Person.objects.select_related("org").filter(pk=link.person, archived_at=None).first() if link else None
        if link is None or person is None or not person.is_active:
            return None
        is_theirs = viewer is not None and viewer.person_id == person.pk
        holder = viewer if viewer is not None and is_theirs else _holder(person)
        try:
            sight = see(link.action, holder)
        except Action.DoesNotExist:
            return None
        shown = Revision.objects.filter(action_id=link.action, number=link.revision)
        digest = shown.values_list("digest", flat=True).first() or ""
        is_stranger = account is not None and not is_theirs and account.email.lower() != person.email.lower()
        standing = Standing.STRANGER if is_stranger else _standing(link, sight, is_theirs=is_theirs)
    return Opened(org, link, holder, person.pk, sight, standing, digest)


def _standing(link: Link, sight: Sight, *, is_theirs: bool) -> Standing:
    action, now = sight.action, sight.now
    until = max(link.expires_at, action.decide_by or link.expires_at)  # the deadline may have moved on
    if action.status != "pending":
        return Standing.CLOSED
    if link.used_at is not None:
        return Standing.USED
    if link.revision != action.revision:
        return Standing.OLD
    if until <= now and action.held_at is None:
        return Standing.EXPIRED
    if sight.refusal is not None:
        return Standing.BARRED
    return Standing.DECIDE if is_theirs or action.risk in links.BY_LINK else Standing.SIGN_IN


def _holder(person: Person) -> Viewer:
    """Return the link's reader as pages know a reader; they have shown nothing of who they are."""
    return Viewer(
        org=person.org_id,
        org_slug=person.org.slug,
        org_name=person.org.name,
        person_id=person.pk,
        email=person.email,
        name=person.name,
        roles=frozenset(person.roles),
        timezone=person.timezone or person.org.timezone,
        user_id=person.user_id or 0,
        theme="",
        undo_seconds=0,
        single_keys=False,
        signed_in_at=None,
        method="link",
    )

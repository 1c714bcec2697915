"""Whose Slack account it is: by workspace and member id, linked by the configuration or once by signing in.

Strangers of other workspaces, guests and deactivated accounts are nobody, whatever they are linked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from accounts.doors import orgs_of_slack, orgs_of_slack_team
from accounts.models import Person
from approvals.actors import PersonActor
from approvals.models import Action
from approvals.slack.incoming import Member
from core import clock, tx
from core.errors import Forbidden
from delivery.slack.client import SOON, call
from delivery.slack.vouching import Voucher

LEFT = (
    "This message is of an app that your organization has left for its own. Nothing was recorded. Decide in its newer"
    " message, or in Countersign."
)
SILENT = (
    "Slack did not say whether this is a full member’s account. Nothing was recorded. Press again, or decide in"
    " Countersign."
)
UNKNOWN = "Slack does not know this account. Nothing was recorded."
BLIND = (
    "Countersign may not ask Slack whose account this is: an admin can add the scope `users:read`. Nothing was"
    " recorded. Decide in Countersign."
)
FRESH = 300.0  # seconds for which what Slack says of an account is believed
log = structlog.get_logger(__name__)


class Unlinked(Forbidden):
    """The Slack account is nobody here yet."""

    code, title = "slack_unlinked", "Your Slack account is not linked yet"


class Refused(Forbidden):
    """The Slack account may never decide."""

    code, title = "slack_refused", "This Slack account cannot decide"


def actor_of(member: Member, *, action: UUID | None = None) -> PersonActor:
    """Return who this account is; where it is somebody in several organizations, in the one that has `action`.

    Raises Refused, Unlinked.
    """
    if member.is_stranger:
        raise Refused("You are here by Slack Connect. Nothing was recorded: members of this workspace decide.")
    voucher = member.voucher
    if voucher is None or not voucher.tokens:
        if orgs_of_slack_team(member.workspace):
            raise Refused(LEFT)
        raise Refused("This Slack workspace belongs to no organization here. An admin can set `slack_team`.")
    if (why := _unfit(member, voucher)) is not None:
        raise Refused(why)
    places = [place for place in orgs_of_slack(member.workspace, member.id) if voucher.speaks_for(place[0])]
    if len({org for org, _ in places}) < len(places):
        raise Refused("This Slack account is of two people here. Nothing was recorded; an admin can correct that.")
    known = [one for one in (_actor(org, person) for org, person in places) if one is not None]
    if action is not None:
        known = [one for one in known if _has(one, action)] or known
    if not known:
        raise Unlinked("Link it once: sign in, and press again.")
    return known[0]


def _actor(org: int, person_id: UUID) -> PersonActor | None:
    with tx.reading(org):
        person = Person.objects.select_related("org").filter(pk=person_id, archived_at=None).first()
        if person is None:
            return None
        return PersonActor(
            org=org,
            org_slug=person.org.slug,
            person_id=person.pk,
            email=person.email,
            name=person.name,
            roles=frozenset(person.roles),
            channel="slack",
        )


def _has(actor: PersonActor, action: UUID) -> bool:
    with tx.reading(actor.org):
        return Action.objects.filter(pk=action).exists()


def _unfit(member: Member, voucher: Voucher) -> str | None:
    """Return why Slack's own word on the account keeps it from deciding, or None. Raises Refused where it says none."""
    age = int(clock.monotonic() // FRESH)
    return _asked(member.id, member.workspace, voucher.token, settings.SLACK_API_URL, age)


@lru_cache(maxsize=4096)
def _asked(member: str, workspace: str, token: str, _base: str, _age: int) -> str | None:
    answer = call(token, "users.info", {"user": member}, form=True, timeout=SOON)
    if answer.error in ("user_not_found", "users_not_found"):
        return UNKNOWN
    user = answer.data.get("user")
    if not answer.is_ok or not isinstance(user, dict):
        log.warning("slack_account_not_checked", error=answer.error)
        raise Refused(BLIND if answer.error == "missing_scope" else SILENT)  # and so not remembered
    return _objection(user, workspace)


def _objection(said: Mapping[str, Any], workspace: str) -> str | None:
    """Return why an account that Slack describes so cannot decide in a workspace, or None."""
    if said.get("deleted"):
        return "This Slack account is deactivated. Nothing was recorded."
    if said.get("is_restricted") or said.get("is_ultra_restricted"):
        return "You are a guest in this workspace. Nothing was recorded: decide in Countersign, signed in."
    if said.get("is_stranger") or said.get("is_bot") or workspace not in _teams(said, workspace):
        return "Nothing was recorded: decisions are for members of this workspace."
    return None


def _teams(said: Mapping[str, Any], workspace: str) -> set[object]:
    """Return the workspaces an account is of; where Slack names none, the one it was asked about.

    Of somebody in a channel that two companies share, Slack says `is_stranger: false`, and which workspace they are of.
    """
    grid = said.get("enterprise_user")
    more = grid.get("teams") if isinstance(grid, dict) else None
    own = said.get("team_id")
    return {own if isinstance(own, str) and own else workspace, *(more if isinstance(more, list) else ())}


def token_for(member: Member, org: int | None = None) -> str:
    """Return the token to answer this account with: the organization's, or of the app it came by."""
    if member.voucher is None:
        return ""
    return member.voucher.tokens.get(org, member.voucher.token) if org is not None else member.voucher.token


def forget() -> None:
    """Believe nothing any more, as after a restart."""
    _asked.cache_clear()

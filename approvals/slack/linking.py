"""Linking a Slack account to a person, once, by signing in: a sealed link of ten minutes says which account it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.db.models import F

from accounts.models import Organization, Person
from approvals.slack.incoming import Member
from approvals.slack.words import link
from audit.record import record
from core import clock, ids, tx, vault
from core.errors import Conflict, Unprocessable
from delivery.slack.vouching import Voucher

ABOUT = "slack-link"
LASTS = timedelta(minutes=10)


class LinkExpired(Unprocessable):
    """The link is no longer good."""

    code, title = "link_expired", "This link is no longer good"


class OtherWorkspace(Conflict):
    """The account is of a workspace that is not the organization's, or somebody else has it."""

    code, title = "slack_taken", "This Slack account cannot be linked"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Which account a link is about, since when, and which button of which revision was pressed, if one was."""

    member: Member
    at: datetime
    action: UUID | None = None
    pressed: str = ""
    revision: int = 0


def invitation(member: Member, *, action: UUID | None = None, pressed: str = "", revision: int = 0) -> str:
    """Return the words for an account that is nobody yet, with its link; it leads on to what was pressed."""
    said: dict[str, Any] = {"member": member.id, "team": member.workspace, "at": clock.now().timestamp()}
    said["orgs"] = sorted(member.voucher.tokens) if member.voucher is not None else []
    if action is not None:
        said |= {"action": ids.public("act", action), "pressed": pressed[:40], "revision": revision}
    token = quote(vault.seal(json.dumps(said), about=ABOUT), safe="")
    where = link(f"{settings.BASE_URL}/slack/link?token={token}", "Link it once")
    then = "it leads to what you pressed" if action is not None else "then try again"
    return f"Your Slack account is not linked yet, and nothing was recorded. {where}: {then}."


def read(token: str) -> Invitation:
    """Return what a link is about. Raises LinkExpired."""
    try:
        said = json.loads(vault.open(token, about=ABOUT))
        at = float(said["at"])
        age = clock.now().timestamp() - at
        team, orgs = str(said["team"]), {int(org): "" for org in said["orgs"]}
        member = Member(str(said["member"]), team, team, Voucher(team, "", orgs))
    except (vault.CannotOpen, ValueError, KeyError, TypeError) as wrong:
        raise LinkExpired("Press the button in Slack again for a fresh link.") from wrong
    if not 0 <= age <= LASTS.total_seconds():
        raise LinkExpired("It was good for ten minutes. Press the button in Slack again for a fresh one.")
    action, pressed = ids.parse("act", str(said.get("action", ""))), str(said.get("pressed", ""))
    return Invitation(member, datetime.fromtimestamp(at, UTC), action, pressed, int(said.get("revision", 0)))


@tx.use_case
def connect(org: int, member: Member, *, person_id: UUID, email: str) -> None:
    """Link the account to the person, who is told there from now on. Raises OtherWorkspace."""
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)  # first, as whoever applies does
    team = root.slack_team
    if not team or team != member.workspace:
        raise OtherWorkspace("This Slack workspace is not your organization's. An admin can set it.")
    if member.voucher is None or not member.voucher.speaks_for(org):
        raise OtherWorkspace("This link is of another organization's app. Press a button of your own organization's.")
    taken = Person.objects.filter(slack=member.id, archived_at=None).exclude(pk=person_id).exists()
    if taken:
        raise OtherWorkspace("This Slack account is somebody else's here. An admin can change that.")
    Person.objects.filter(pk=person_id).update(slack=member.id, slack_linked=True)
    Organization.objects.filter(pk=org).update(directory_version=F("directory_version") + 1)
    facts = {"person": email, "slack": member.id}
    record(
        "person.slack_linked",
        actor=f"person:{email}",
        subject=ids.public("prs", person_id),
        facts=facts,
        at=tx.now(),
    )

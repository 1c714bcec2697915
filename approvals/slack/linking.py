"""Linking a Slack account to a person, once, by signing in: a sealed link of ten minutes says which account it is.

Whoever pressed may hand their link to somebody else, whose seat they would have from then on. So the page shows what
Slack says of the account, an account with a colleague's address is refused, and the person is told by mail.
"""

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
from delivery import letters
from delivery.letters import one_line
from delivery.post import Promise, promise_all
from delivery.slack.client import SOON, call
from delivery.slack.vouching import Voucher
from delivery.slack.workspaces import workspace_of

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


@dataclass(frozen=True, slots=True)
class Account:
    """What Slack says of an account: the name its owner chose, and its address; "" where Slack does not say."""

    name: str = ""
    email: str = ""


def account_of(org: int, member: Member) -> Account:
    """Return what Slack says of the account now, to the organization's own token."""
    workspace = workspace_of(org)
    if workspace is None or workspace.team != member.workspace:
        return Account()
    said = call(workspace.token, "users.info", {"user": member.id}, form=True, timeout=SOON).data.get("user")
    user = said if isinstance(said, dict) else {}
    profile = user.get("profile")
    email = profile.get("email") if isinstance(profile, dict) else ""
    return Account(one_line(str(user.get("real_name") or ""), longest=80), str(email or ""))


def check_whose(org: int, account: Account, *, person_id: UUID) -> None:
    """Raise OtherWorkspace if Slack says that the account is a colleague's."""
    with tx.reading(org):
        theirs = Person.objects.filter(email__iexact=account.email, archived_at=None).exclude(pk=person_id)
        if account.email and theirs.exists():
            raise OtherWorkspace(
                f"Slack says that this account is {account.email}'s. Nothing was linked: press a button in Slack"
                " yourself, and use the link that you get there."
            )


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
    _tell(org, member, person_id=person_id, email=email)


def _tell(org: int, member: Member, *, person_id: UUID, email: str) -> None:
    """Tell the person by whom they are believed to be in Slack from now on."""
    now = tx.now()
    body = (
        f"The Slack account {member.id} of the workspace {member.workspace} is linked to you. What is pressed there"
        " counts as yours.\n\nIf you did not press a button in Slack yourself just now, tell an admin: they can correct"
        f" the account under people in the configuration.\n{settings.BASE_URL}/settings\n"
    )
    promise_all([
        Promise(
            channel="email",
            kind=letters.MAIL,
            address=email,
            once=f"linked:{org}:{person_id.hex}:{now.isoformat()}",
            payload=letters.seal("A Slack account was linked to you", body, ""),
            person=person_id,
            due_at=now,
        )
    ])  # fmt: skip

"""Which workspace an organization is in, and the secrets that speak and listen there.

An organization's own app is used while the workspace it connected is the one its document names (`slack_team`);
otherwise the installation's, if that is of the workspace named. A token of another workspace is none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

import structlog
from django.conf import settings
from django.db import connection

from accounts.models import Organization
from core import clock, tx, vault
from delivery.models import SlackWorkspace
from delivery.slack.client import call

FRESH = 600.0  # seconds for which what a token is good for is believed
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace: its id, our bot's token in it, and by what its app proves itself; "" where there is none."""

    team: str
    token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)
    app_token: str = field(default="", repr=False)
    is_failing: bool = False


def workspace_of(org: int) -> Workspace | None:
    """Return the organization's workspace, or None if it has none or no token of ours is of it."""
    with tx.reading(org):
        team = Organization.objects.values_list("slack_team", flat=True).get(pk=org)
        row = in_force(team)
    if row is not None:
        return opened(row)
    if not team or not settings.SLACK_BOT_TOKEN:
        return None
    ours = team_of(settings.SLACK_BOT_TOKEN)
    if ours is not None and ours != team:
        log.warning("slack_team_differs", org=org, wanted=team, token_is_of=ours)
        return None
    return Workspace(team, settings.SLACK_BOT_TOKEN)


def in_force(team: str) -> SlackWorkspace | None:
    """Return what the organization connected itself, if it is the workspace `team`. In the scope that is open."""
    return SlackWorkspace.objects.filter(team=team).first() if team else None


def own_of(team: str) -> dict[int, Workspace | None]:
    """Return the organizations that connected this workspace themselves, each with its secrets.

    None for one whose secrets cannot be opened any more: it has an app of its own, and nobody speaks for that.
    """
    return {org: _own(org, team) for org in _ask("select org_id from orgs_with_slack(%s)", team)} if team else {}


def with_sockets() -> set[str]:
    """Return the app tokens that organizations are to be listened to by."""
    found = set()
    for org in _ask("select org_id from orgs_with_slack_socket()"):
        with tx.reading(org):
            team = Organization.objects.values_list("slack_team", flat=True).get(pk=org)
        own = _own(org, team)
        if own is not None and own.app_token:
            found.add(own.app_token)
    return found


def team_of(token: str) -> str | None:
    """Return the workspace that a token is of, or None if Slack does not say so now."""
    return _team_of(token, int(clock.monotonic() // FRESH))


def sealed(text: str, *, org: int, team: str, kind: str) -> str:
    """Return a secret as it is kept, good for this place alone; "" stays what it is."""
    return vault.seal(text, about=_about(org, team, kind)) if text else ""


def opened(row: SlackWorkspace) -> Workspace | None:
    """Return a row with its secrets opened, or None if they cannot be: SECRET_KEY is another, or it was altered."""
    try:
        token, secret, app_token = (
            vault.open(text, about=_about(row.org_id, row.team, kind)) if text else ""
            for kind, text in (
                ("token", row.token),
                ("signing_secret", row.signing_secret),
                ("app_token", row.app_token),
            )
        )
    except vault.CannotOpen as problem:
        log.error("slack_secrets_not_opened", org=row.org_id, team=row.team, error=str(problem))
        return None
    return Workspace(row.team, token, secret, app_token, is_failing=bool(row.error))


@tx.inside_use_case
def failed(error: str, at: datetime) -> None:
    """Flag the organization's own workspace: Slack takes nothing by its token. Another's is not touched."""
    found = SlackWorkspace.objects.filter(org=tx.current().org).exclude(error=error[:100])
    found.update(error=error[:100], failed_at=at)


@tx.inside_use_case
def recovered() -> None:
    """Take the flag from the organization's own workspace: something arrived."""
    SlackWorkspace.objects.filter(org=tx.current().org).exclude(error="").update(error="", failed_at=None)


def _own(org: int, team: str) -> Workspace | None:
    with tx.reading(org):
        row = in_force(team)
    return opened(row) if row is not None else None


def _about(org: int, team: str, kind: str) -> str:
    return f"slack {org} {team} {kind}"


def _ask(question: str, *values: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [row[0] for row in cursor.fetchall()]


@lru_cache(maxsize=64)
def _team_of(token: str, _age: int) -> str | None:
    answer = call(token, "auth.test", {})
    return str(answer.data["team_id"]) if answer.is_ok and "team_id" in answer.data else None

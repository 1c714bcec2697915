"""What the settings say of the organization's Slack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings

from accounts.models import Organization
from accounts.viewer import Viewer
from approvals.faces.slack import OwnSlack, SlackFace
from delivery.models import SlackWorkspace
from delivery.slack.workspaces import opened

HOME = "/settings"


def slack_face(
    viewer: Viewer, org: Organization, now: datetime, *, error: str = "", wrong: Mapping[str, str] | None = None
) -> SlackFace:
    """Return what is connected and what it takes to connect, inside a scope."""
    row = SlackWorkspace.objects.filter(org=org.pk).first()
    in_force = row is not None and row.team == org.slack_team
    return SlackFace(
        team=org.slack_team,
        shared=bool(settings.SLACK_BOT_TOKEN and org.slack_team and not in_force),
        may_change=viewer.is_recent(now),
        again_url=again_url(),
        addresses=_addresses(org.slack_team),
        own=_own(row, org.slack_team) if row is not None else None,
        error=error,
        wrong=wrong or {},
    )


def again_url() -> str:
    """Return where one signs in once more, and comes back from."""
    return f"/sign-in?{urlencode({'again': '1', 'next': HOME})}"


def _own(row: SlackWorkspace, team: str) -> OwnSlack:
    problem, since = row.error, row.failed_at
    if row.team != team:
        problem, since = f"The configuration says slack_team: {team or 'nothing'}, so this is not used.", None
    elif opened(row) is None:
        problem, since = "What is kept cannot be opened: SECRET_KEY is another now. Connect it again.", None
    elif problem:
        problem = f"Slack takes nothing: {problem.rstrip('.')}. What was to be said goes by the next channel."
    return OwnSlack(row.team, row.name, row.connected_by, row.connected_at, bool(row.app_token), problem, since)


def _addresses(team: str) -> tuple[tuple[str, str], ...]:
    base = settings.BASE_URL
    events = f"{base}/slack/events?{urlencode({'team': team})}" if team else f"{base}/slack/events"
    return (
        ("Interactivity", f"{base}/slack/interactions"),
        ("Slash command", f"{base}/slack/commands"),
        ("Event subscriptions", events),
    )

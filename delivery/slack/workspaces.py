"""Which workspace an organization is in, and the token that speaks there. A token of another workspace is none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import structlog
from django.conf import settings

from accounts.models import Organization
from core import clock, tx
from delivery.slack.client import call

FRESH = 600.0  # seconds for which what a token is good for is believed
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace: its id and our bot's token in it."""

    team: str
    token: str


def workspace_of(org: int) -> Workspace | None:
    """Return the organization's workspace, or None if it has none or our token is not of it."""
    if not settings.SLACK_BOT_TOKEN:
        return None
    with tx.reading(org):
        team = Organization.objects.values_list("slack_team", flat=True).get(pk=org)
    if not team:
        return None
    ours = team_of(settings.SLACK_BOT_TOKEN)
    if ours is not None and ours != team:
        log.warning("slack_team_differs", org=org, wanted=team, token_is_of=ours)
        return None
    return Workspace(team, settings.SLACK_BOT_TOKEN)


def team_of(token: str) -> str | None:
    """Return the workspace that a token is of, or None if Slack does not say so now."""
    return _team_of(token, int(clock.monotonic() // FRESH))


@lru_cache(maxsize=64)
def _team_of(token: str, _age: int) -> str | None:
    answer = call(token, "auth.test", {})
    return str(answer.data["team_id"]) if answer.is_ok and "team_id" in answer.data else None

"""Who vouches for what comes from Slack, and whom that lets it act for.

An app's secret speaks for the organizations that connected that app to the workspace named, and for no other. What the
installation's app vouches for may act for the organizations that name the workspace and have no app of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from accounts.doors import orgs_of_slack_team
from core import slack_signature
from core.webhooks import BadSignature
from delivery.slack.workspaces import own_of


@dataclass(frozen=True, slots=True)
class Voucher:
    """Whom something that comes from the workspace `team` may act for: organizations, each with its bot's token.

    `token` is that of the app it came by, for an answer to whoever is nobody.
    """

    team: str
    token: str = field(repr=False)
    tokens: Mapping[int, str] = field(default_factory=dict, repr=False)

    def speaks_for(self, org: int) -> bool:
        """Whether it may act for the organization."""
        return org in self.tokens


def by_signature(team: str, timestamp: str | None, signature: str | None, body: bytes, now_ts: float) -> Voucher:
    """Return who vouches for a signed request that names the workspace `team`, "" for none. Raises BadSignature.

    The headers and the moment are as `slack_signature.verify` has them. A request whose workspace is known to nobody
    can still be the installation's.
    """
    own, tokens = own_of(team), {}
    for org, workspace in own.items():
        if workspace is not None and _is_signed(workspace.signing_secret, timestamp, signature, body, now_ts):
            tokens[org] = workspace.token
    if tokens and not _is_signed(settings.SLACK_SIGNING_SECRET, timestamp, signature, body, now_ts):
        return Voucher(team, next(iter(tokens.values())), tokens)
    if not tokens:
        slack_signature.verify(settings.SLACK_SIGNING_SECRET, timestamp, signature, body, now_ts)
    return Voucher(team, settings.SLACK_BOT_TOKEN, tokens | _rest(team, own))


def by_socket(app_token: str, team: str) -> Voucher:
    """Return who vouches for what came over the connection of an app token; it may be nobody."""
    own = own_of(team)
    tokens = {org: one.token for org, one in own.items() if one is not None and one.app_token == app_token}
    if app_token and app_token == settings.SLACK_APP_TOKEN:
        return Voucher(team, settings.SLACK_BOT_TOKEN, tokens | _rest(team, own))
    return Voucher(team, next(iter(tokens.values()), ""), tokens)


def _rest(team: str, own: Mapping[int, object]) -> dict[int, str]:
    """Return the organizations that are in the workspace by the installation's app."""
    return {org: settings.SLACK_BOT_TOKEN for org in orgs_of_slack_team(team) if org not in own}


def _is_signed(secret: str, timestamp: str | None, signature: str | None, body: bytes, now_ts: float) -> bool:
    try:
        slack_signature.verify(secret, timestamp, signature, body, now_ts)
    except BadSignature:
        return False
    return True

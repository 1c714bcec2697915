"""An organization connects its own workspace: what Slack says of the token is what counts, not what was typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.conf import settings

from accounts.models import Organization, Person
from audit.record import record
from core import tx
from core.errors import Conflict, NotFound, Unprocessable
from delivery import letters
from delivery.models import SlackWorkspace
from delivery.post import Promise, promise_all
from delivery.slack.client import Answer, call
from delivery.slack.workspaces import opened, sealed

NEEDED = ("chat:write", "commands", "im:write", "users:read")
_SECRET = re.compile(r"[!-~]{8,200}", re.ASCII)
_TOKENS = {"token": "xoxb-", "app_token": "xapp-"}


class NotASlackSecret(Unprocessable):
    """What was typed has not the form of a token or a secret of Slack's; `wrong` says what is wrong with each field."""

    code, title = "slack_secret_malformed", "This is not a secret of Slack's"

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__("Nothing was changed. Copy it from the app's pages at Slack once more.")
        self.wrong = dict(wrong)


class SlackRefuses(Unprocessable):
    """Slack does not take the token."""

    code, title = "slack_refuses", "Slack does not take it"


class NotEnoughScopes(Unprocessable):
    """The token may too little."""

    code, title = "slack_scopes_missing", "The app may too little"


class AnotherWorkspace(Conflict):
    """The token is of another workspace than the organization says it is in."""

    code, title = "slack_team_differs", "This is another workspace"


class NotConnected(NotFound):
    """The organization has no workspace of its own."""

    code, title = "slack_not_connected", "No workspace is connected"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What an admin typed: the bot's token, the app's signing secret and, for Socket Mode, its app-level token."""

    token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    app_token: str = field(default="", repr=False)


def connect(org: int, given: Secrets, *, email: str) -> str:
    """Connect the workspace that the token is of, in place of one that was connected, and return its name.

    Slack is asked first, outside any transaction. Raises NotASlackSecret, SlackRefuses, NotEnoughScopes and, if the
    token is not of the organization's `slack_team`, AnotherWorkspace.
    """
    _check_form(given)
    said = _examined(given.token, given.app_token)
    team, name = str(said.get("team_id", "")), str(said.get("team", ""))[:200]
    _keep(org, given, team, name, email)
    return name or team


def test(org: int, *, email: str) -> str:
    """Ask Slack whether the workspace still takes what is kept; return its name. Raises as `connect`, NotConnected."""
    with tx.reading(org):
        row = SlackWorkspace.objects.filter(org=org).first()
        team = Organization.objects.values_list("slack_team", flat=True).get(pk=org)
    if row is None:
        raise NotConnected("There is nothing to test.")
    try:
        _look(row, team)
    except (SlackRefuses, NotEnoughScopes, AnotherWorkspace) as refusal:
        _note(org, row.team, refusal.detail, email)
        raise
    _note(org, row.team, "", email)
    return row.name or row.team


@tx.use_case
def disconnect(org: int, *, email: str) -> str:
    """Forget the workspace and its secrets; return its name. Raises NotConnected."""
    Organization.objects.select_for_update(no_key=True).get(pk=org)
    row = SlackWorkspace.objects.filter(org=org).first()
    if row is None:
        raise NotConnected("Nothing was changed: it was disconnected already.")
    row.delete()
    _record("slack.disconnected", row.team, row.name, email)
    _tell_admins(org, f"disconnected the Slack workspace {row.name or row.team}", email)
    return row.name or row.team


@tx.use_case
def _keep(org: int, given: Secrets, team: str, name: str, email: str) -> None:
    root = Organization.objects.select_for_update(no_key=True).get(pk=org)  # first, as whoever applies does
    _check_team(team, name, root.slack_team)
    kept = {
        kind: sealed(text, org=org, team=team, kind=kind)
        for kind, text in (
            ("token", given.token),
            ("signing_secret", given.signing_secret),
            ("app_token", given.app_token),
        )
    }
    SlackWorkspace.objects.update_or_create(
        org_id=org,
        defaults={
            **kept,
            "team": team,
            "name": name,
            "connected_by": email,
            "connected_at": tx.now(),
            "error": "",
            "failed_at": None,
        },
    )
    _record("slack.connected", team, name, email, socket=bool(given.app_token))
    _tell_admins(org, f"connected the Slack workspace {name or team}", email)


@tx.use_case
def _note(org: int, team: str, found: str, email: str) -> None:
    now = tx.now()
    SlackWorkspace.objects.filter(team=team).update(error=found[:100], failed_at=now if found else None)
    _record("slack.tested", team, "", email, found=found or "all is well")


def _look(row: SlackWorkspace, wanted: str) -> None:
    kept = opened(row)
    if kept is None:
        raise SlackRefuses("What is kept cannot be opened: SECRET_KEY is another now. Connect it again.")
    said = _examined(kept.token, kept.app_token)
    _check_team(str(said.get("team_id", "")), row.name, wanted)


def _check_form(given: Secrets) -> None:
    wrong = {
        name: f"It begins with {start} and has no spaces."
        for name, start in _TOKENS.items()
        if (text := getattr(given, name)) or name == "token"
        if not (text.startswith(start) and _SECRET.fullmatch(text))
    }
    if not _SECRET.fullmatch(given.signing_secret) or given.signing_secret.startswith("xo"):
        wrong |= {"signing_secret": "It is no token, but the 32 letters and digits under Basic information."}
    if wrong:
        raise NotASlackSecret(wrong)


def _examined(token: str, app_token: str) -> Mapping[str, object]:
    """Return what Slack says of a token. Raises SlackRefuses, NotEnoughScopes."""
    answer = call(token, "auth.test", {})
    _check_taken(answer, "the bot token")
    lacks = [one for one in NEEDED if one not in answer.scopes] if answer.scopes else []
    if lacks:
        raise NotEnoughScopes(
            f"The app lacks {', '.join(lacks)}. Add the scopes under OAuth & Permissions, install it again, and copy"
            " its new token."
        )
    if app_token:
        _check_taken(call(app_token, "apps.connections.open", {}), "the app-level token")
    return answer.data


def _check_taken(answer: Answer, what: str) -> None:
    if answer.is_ok:
        return
    if answer.is_final or answer.status == 200:
        raise SlackRefuses(f"Slack does not take {what}: {answer.error}.")
    raise SlackRefuses(f"Slack could not be asked about {what} ({answer.error}). Try again in a minute.")


def _check_team(team: str, name: str, wanted: str) -> None:
    if team and team == wanted:
        return
    of = f"The token is of the workspace {team or 'of no name'}{f' ({name})' if name else ''}"
    if wanted:
        raise AnotherWorkspace(f"{of}, but the configuration says slack_team: {wanted}. Correct the one or the other.")
    raise AnotherWorkspace(f"{of}. Publish slack_team: {team} in the configuration first; then connect it here.")


def _tell_admins(org: int, what: str, email: str) -> None:
    """Tell the other admins: by the app's secret anybody's press could be made up, so nobody gives one in silence."""
    now = tx.now()
    body = (
        f"{email} {what}.\n\nPresses there are believed by the secrets of its app. If this was not meant, disconnect"
        f" it:\n{settings.BASE_URL}/settings#slack\n"
    )
    promise_all([
        Promise(
            channel="email",
            kind=letters.MAIL,
            address=admin.email,
            once=f"slack:{org}:{now.isoformat()}:{admin.pk.hex}",
            payload=letters.seal(f"{email} {what}", body, ""),
            person=admin.pk,
            due_at=now,
        )
        for admin in Person.objects.filter(roles__contains=["admin"], archived_at=None).exclude(email=email)
    ])  # fmt: skip


def _record(kind: str, team: str, name: str, email: str, **more: object) -> None:
    facts = {"team": team, "name": name, **more}
    record(kind, actor=f"person:{email}", subject=f"slack:{team}", facts=facts, at=tx.now())

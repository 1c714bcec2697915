"""What is wrong with Slack: the tokens, what they may do, which workspaces they are of, and people's ids there."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.doors import all_orgs
from accounts.models import Organization, Person
from config.selfcheck import Finding
from core import tx
from delivery.models import SlackWorkspace
from delivery.slack.client import Answer, call
from delivery.slack.connecting import NEEDED
from delivery.slack.workspaces import opened

ABOUT = "SLACK_BOT_TOKEN"
AT_SETTINGS = "An admin connects it again at /settings, or disconnects it there"


@dataclass(frozen=True, slots=True)
class Place:
    """One organization, the workspace its document names, and what it connected itself."""

    org: int
    slug: str
    team: str
    own: SlackWorkspace | None


def of_slack() -> list[Finding]:
    """Return what is wrong with the tokens, or with how organizations use them; nothing where Slack is not set up."""
    places = [_place(org) for org in all_orgs()]
    found = []
    for place in places:
        if place.own is not None:
            found.extend(_of_own(place, place.own))
    served = [one for one in places if one.team and (one.own is None or one.own.team != one.team)]
    return [*_of_installation(served), *found]


def _place(org: int) -> Place:
    with tx.reading(org):
        slug, team = Organization.objects.values_list("slug", "slack_team").get(pk=org)
        return Place(org, slug, team, SlackWorkspace.objects.filter(org=org).first())


def _of_own(place: Place, row: SlackWorkspace) -> list[Finding]:
    """Return what is wrong with what an organization connected itself."""
    about = f"Slack of {place.slug}"
    if row.team != place.team:
        wrong = (
            f"is connected to {row.team}, but its configuration says {place.team or 'no slack_team'}: it is not used"
        )
        return [Finding(about, wrong, "Correct slack_team in the configuration, or connect the other workspace")]
    own = opened(row)
    if own is None:
        wrong = "cannot be opened: SECRET_KEY is another than it was sealed with"
        return [Finding(about, wrong, f"Put the old one into SECRET_KEY_FALLBACKS. {AT_SETTINGS}")]
    answer = call(own.token, "auth.test", {})
    if not answer.is_ok:
        return [_not_taken(about, "has a bot token that is", answer, AT_SETTINGS)]
    if (team := str(answer.data.get("team_id", ""))) != place.team:
        return [Finding(about, f"has a bot token of the workspace {team}, not of {place.team}", AT_SETTINGS)]
    found = _of_scopes(about, answer)
    if own.app_token and not (socket := call(own.app_token, "apps.connections.open", {})).is_ok:
        found.append(_not_taken(about, "has an app-level token that is", socket, AT_SETTINGS))
    return [*found, *_of_people(place, own.token)]


def _of_installation(served: list[Place]) -> list[Finding]:
    """Return what is wrong with the installation's token, and with the organizations that it is to serve."""
    if not settings.SLACK_BOT_TOKEN:
        mend = "Give the app's bot token (docs/how-to/connect-slack.md), connect it at /settings, or drop slack_team"
        return [Finding(ABOUT, f"is not set, but {one.slug} names a Slack workspace", mend) for one in served[:1]]
    answer = call(settings.SLACK_BOT_TOKEN, "auth.test", {})
    if not answer.is_ok:
        return [_not_taken(ABOUT, "is", answer, "Install the app again and copy its token")]
    found = _of_scopes(ABOUT, answer)
    team = str(answer.data.get("team_id", ""))
    for place in served:
        if place.team != team:
            wrong = f"is of the workspace {team}, but {place.slug} says {place.team}"
            mend = "Correct slack_team in the configuration, or connect that workspace at /settings"
            found.append(Finding(ABOUT, wrong, mend))
        else:
            found.extend(_of_people(place, settings.SLACK_BOT_TOKEN))
    return found


def _not_taken(about: str, what: str, answer: Answer, mend: str) -> Finding:
    later = "See whether Slack can be reached"
    return Finding(about, f"{what} not taken by Slack ({answer.error})", mend if answer.is_final else later)


def _of_scopes(about: str, answer: Answer) -> list[Finding]:
    missing = [one for one in NEEDED if one not in answer.scopes] if answer.scopes else []
    mend = "Add the scopes to the app, install it again, and give its new token"
    return [Finding(about, f"lacks {', '.join(missing)}", mend)] if missing else []


def _of_people(place: Place, token: str) -> list[Finding]:
    """Return which people's Slack ids Slack does not know, or will not let decide."""
    with tx.reading(place.org):
        people = list(Person.objects.filter(archived_at=None).exclude(slack="").values_list("email", "slack"))
    found = []
    for email, member in people[:200]:
        answer = call(token, "users.info", {"user": member}, form=True)
        user = answer.data.get("user") if answer.is_ok else None
        said = user if isinstance(user, dict) else {}
        flaw = answer.error if not answer.is_ok and answer.is_final else ""
        flaw = flaw or next((name for name in ("deleted", "is_restricted", "is_stranger") if said.get(name)), "")
        if flaw:
            wrong = f"of {email} in {place.slug} cannot decide: {member} is {flaw.removeprefix('is_')}"
            found.append(Finding("The Slack id", wrong, "Correct people[].slack in the configuration"))
    return found

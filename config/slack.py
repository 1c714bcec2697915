"""What is wrong with Slack: the token, what it may do, and which workspace it is of."""

from __future__ import annotations

from django.conf import settings

from accounts.doors import all_orgs
from accounts.models import Organization, Person
from config.selfcheck import Finding
from core import tx
from delivery.slack.client import call

NEEDED = ("chat:write", "commands", "im:write", "users:read")
ABOUT = "SLACK_BOT_TOKEN"


def of_slack() -> list[Finding]:
    """Return what is wrong with the token, or with how organizations use it; nothing where Slack is not set up."""
    wanted = _wanted()
    if not settings.SLACK_BOT_TOKEN:
        mend = "Give the bot token of the app (docs/how-to/connect-slack.md), or leave slack_team out"
        return [Finding(ABOUT, f"is not set, but {slug} names a Slack workspace", mend) for _, slug, _ in wanted[:1]]
    answer = call(settings.SLACK_BOT_TOKEN, "auth.test", {})
    if not answer.is_ok:
        mend = "Install the app again and copy its token" if answer.is_final else "See whether Slack can be reached"
        return [Finding(ABOUT, f"is not taken by Slack ({answer.error})", mend)]
    found = []
    missing = [one for one in NEEDED if one not in answer.scopes] if answer.scopes else []
    if missing:
        mend = "Add the scopes to the app and install it again"
        found.append(Finding(ABOUT, f"lacks {', '.join(missing)}", mend))
    team = str(answer.data.get("team_id", ""))
    for org, slug, named in wanted:
        if named != team:
            wrong = f"is of the workspace {team}, but {slug} says {named}"
            found.append(Finding(ABOUT, wrong, "Correct slack_team in the configuration, or the token"))
        else:
            found.extend(_of_people(org, slug))
    return found


def _wanted() -> list[tuple[int, str, str]]:
    """Return the organizations that name a workspace: id, slug, workspace."""
    named = []
    for org in all_orgs():
        with tx.reading(org):
            slug, team = Organization.objects.values_list("slug", "slack_team").get(pk=org)
        if team:
            named.append((org, slug, team))
    return named


def _of_people(org: int, slug: str) -> list[Finding]:
    """Return which people's Slack ids Slack does not know, or will not let decide."""
    with tx.reading(org):
        people = list(Person.objects.filter(archived_at=None).exclude(slack="").values_list("email", "slack"))
    found = []
    for email, member in people[:200]:
        answer = call(settings.SLACK_BOT_TOKEN, "users.info", {"user": member}, form=True)
        user = answer.data.get("user") if answer.is_ok else None
        said = user if isinstance(user, dict) else {}
        flaw = answer.error if not answer.is_ok and answer.is_final else ""
        flaw = flaw or next((name for name in ("deleted", "is_restricted", "is_stranger") if said.get(name)), "")
        if flaw:
            wrong = f"of {email} in {slug} cannot decide: {member} is {flaw.removeprefix('is_')}"
            found.append(Finding("The Slack id", wrong, "Correct people[].slack in the configuration"))
    return found

"""`manage.py fakeslack --org SLUG`: a stand-in for Slack on this machine, with a page to press its buttons."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.doors import org_by_slug
from approvals.configuration.export import as_json
from approvals.configuration.stored import document_in_force
from approvals.flow.apply import apply
from core.errors import DomainError
from dev.slack.page import Stage
from dev.slack.workspace import Workspace

TEAM = "T0STANDIN"
TOKEN, SECRET = "xoxb-stand-in", "stand-in"
REASON = "Try Slack without a workspace"


class Command(BaseCommand):
    """Serves until it is stopped."""

    help = "Serve a stand-in for Slack with a page to press its buttons (only with DEBUG)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization and the port."""
        parser.add_argument("--org", default="halden", metavar="SLUG")
        parser.add_argument("--port", type=int, default=8010)

    def handle(self, *args: Any, **options: Any) -> None:
        """Give everybody of the organization an account, and serve."""
        if not settings.DEBUG:
            raise CommandError("The stand-in runs only with DEBUG=1.")
        people = connect(options["org"])
        workspace = Workspace(team=TEAM, token=TOKEN, secret=SECRET)
        workspace.trigger_lasts = 60.0
        for member, name, email in people:
            workspace.add_user(member, name, email)
        with Stage(workspace, settings.BASE_URL, options["port"]) as stage:
            port = stage.base.rsplit(":", 1)[1].partition("/")[0]
            self.stdout.write(f"ready http://127.0.0.1:{port}/ with {len(people)} people of {options['org']}")
            self.stdout.write("The app needs these, and a restart if it runs without them:")
            self.stdout.write(f"  SLACK_API_URL={stage.base} SLACK_BOT_TOKEN={TOKEN} SLACK_SIGNING_SECRET={SECRET}")
            self.stdout.flush()
            threading.Event().wait()


def connect(slug: str) -> list[tuple[str, str, str]]:
    """Publish a version that names the stand-in's workspace and everybody's account; return id, name and e-mail.

    Raises CommandError. Nothing is published where that is so already.
    """
    org = org_by_slug(slug)
    _, document = document_in_force(org) if org is not None else (0, {})
    if not document:
        raise CommandError(f"There is no organization {slug}. Start `up`, or `apply` a configuration document first.")
    joined = document | {"organization": document["organization"] | {"slack_team": TEAM}}
    joined["people"] = [row | {"slack": member(number)} for number, row in enumerate(document.get("people", []))]
    try:
        apply(as_json(joined), reason=REASON)
    except DomainError as refusal:
        raise CommandError(refusal.detail) from None
    return [(row["slack"], str(row.get("name", row["email"])), row["email"]) for row in joined["people"]]


def member(number: int) -> str:
    """Return the id of an account, such as U0STANDIN07."""
    return f"U0STANDIN{number:02d}"

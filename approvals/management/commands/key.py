"""`manage.py key --org SLUG (--agent SLUG | --reporter NAME | --person EMAIL) [--json]`: a credential, shown once."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.keys import Issued, issue_person_key, issue_reporter_key
from agents.keys import issue_agent_key
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Issues a credential. An agent can have two at a time: a third takes the place of the oldest."""

    help = "Issue a key for an agent, a reporter or a person."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization and the holder."""
        parser.add_argument("--org", required=True, metavar="SLUG")
        holder = parser.add_mutually_exclusive_group(required=True)
        holder.add_argument("--agent", metavar="SLUG")
        holder.add_argument("--reporter", metavar="NAME")
        holder.add_argument("--person", metavar="EMAIL")
        parser.add_argument("--json", action="store_true", help='print {"key": …, "signing_secret": …}')

    def handle(self, *args: Any, **options: Any) -> None:
        """Issue it and print it."""
        org = printing.org_called(options["org"])
        issued = printing.trying("key", lambda: _issue(org, options), as_json=options["json"], out=self.stdout)
        if options["json"]:
            self.stdout.write(json.dumps(issued.as_json()))
            return
        self.stdout.write(f"key             {issued.key}")
        if issued.signing_secret:
            self.stdout.write(f"signing_secret  {issued.signing_secret}")
        self.stdout.write("Keep it now: it is not shown again.")
        if issued.replaced:
            self.stdout.write(
                f"The agent had two keys already, so the oldest ({issued.replaced}) opens nothing any more."
            )


def _issue(org: int, options: dict[str, Any]) -> Issued:
    if options["agent"]:
        return issue_agent_key(org, slug=options["agent"])
    if options["person"]:
        return issue_person_key(org, email=options["person"])
    name = (options["reporter"] or "").strip()
    if not 1 <= len(name) <= 100:
        raise CommandError("A reporter's name has 1 to 100 characters.")
    return issue_reporter_key(org, name=name)

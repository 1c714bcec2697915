"""`manage.py resume [--org SLUG] [--reason TEXT]`: lift what `manage.py pause` stopped."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.organizations import all_stopped
from approvals.flow.pause_all import go_on
from approvals.flow.stop_everything import let_everything_go_on
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Lifts the operator's stop; what an organization's own people paused stays paused."""

    help = "Let the agents of an organization, or of the whole installation, go on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which organization, and why."""
        parser.add_argument("--org", default="", metavar="SLUG", help="only this one; else all of them")
        parser.add_argument("--reason", default="", metavar="TEXT", help="kept in history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Let them go on, and say which are still paused by their own people."""
        slug, reason = options["org"], options["reason"].strip()
        if slug and all_stopped():
            raise CommandError("The whole installation is stopped. Lift that first: manage.py resume, without --org.")
        states = [go_on(printing.org_called(slug), reason=reason)] if slug else let_everything_go_on(reason=reason)
        for state in states:
            still = f"still paused by {state['paused_by'] or 'its people'}" if state["paused"] else "goes on"
            self.stdout.write(f"{state['organization']}: {still}")

"""`manage.py pause [--org SLUG] --reason TEXT`: stop the agents of an organization, or of all there are and will be."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from approvals.flow.pause_all import stop
from approvals.flow.stop_everything import stop_everything
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Stops agents from outside their organizations; only `resume` lets them go on, no admin."""

    help = "Stop all agents of an organization, or of the whole installation."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which organization, and why."""
        parser.add_argument("--org", default="", metavar="SLUG", help="only this one; else all, and those to come")
        parser.add_argument("--reason", required=True, metavar="TEXT", help="kept in history")
        parser.add_argument("--json", action="store_true", help="print one JSON line an organization")

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop them, and list what is approved and not used."""
        reason = options["reason"].strip()
        if not reason:
            raise CommandError("Say why, with --reason.")
        slug = options["org"]
        states = [stop(printing.org_called(slug), reason=reason)] if slug else stop_everything(reason=reason)
        for state in states:
            self.stdout.write(json.dumps(state, ensure_ascii=False) if options["json"] else _line(state))
        if not options["json"]:
            more = "" if slug else " So is every organization that is made from now on."
            self.stdout.write(f"Nothing is approved by itself and nothing starts, until `manage.py resume`.{more}")


def _line(state: dict[str, Any]) -> str:
    unused = state["unused"]
    line = f"{state['organization']}: {state['agents']} agents stopped, {unused['count']} approvals not used"
    named = " ".join(unused["actions"])
    left = unused["count"] - len(unused["actions"])
    return line + (f": {named}" if named else "") + (f" and {left:,} more" if left > 0 else "")

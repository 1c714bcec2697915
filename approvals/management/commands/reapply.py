"""`manage.py reapply --org SLUG [--chain SLUG] [--dry-run]`: put what waits on the road of today's configuration."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from approvals.flow.reapply_all import reapply_all
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Looks at every action that waits; one that would be asked less stays where it is, and is named."""

    help = "Put the actions that wait on the road of the configuration in force."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization, and which of its actions."""
        parser.add_argument("--org", required=True, metavar="SLUG")
        parser.add_argument("--chain", default="", metavar="SLUG", help="only actions on this chain")
        parser.add_argument("--dry-run", action="store_true", help="change nothing; say what would be different")

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through them, one transaction each."""
        org = printing.org_called(options["org"])
        moved = stayed = 0
        for one in reapply_all(org, chain=options["chain"], is_rehearsal=options["dry_run"]):
            moved, stayed = moved + (not one.refusal), stayed + bool(one.refusal)
            self.stdout.write(f"{one.id}  {one.refusal or one.text}  {one.title}")
        would = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{moved:,} {would}, {stayed:,} stay as they are.")
        if options["dry_run"]:
            self.stdout.write("Nothing was changed (--dry-run).")

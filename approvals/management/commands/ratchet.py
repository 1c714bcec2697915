"""`manage.py ratchet`: recorded checks replayed against our own ratchet, and every lane against its ledger."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.vectors import NotVectors, replay
from approvals.auditor import organizations
from approvals.management.commands import _printing as printing
from approvals.ratchet.verify import differences, lanes_of


class Command(BaseCommand):
    """Prints one line for each difference; exit 1 if there is any."""

    help = "Check the trust ratchet."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and the file."""
        tasks = parser.add_subparsers(dest="task", required=True)
        task = tasks.add_parser("replay", help="replay a vector file; exit 1 and one line a difference")
        task.add_argument("file", metavar="FILE", help="recorded checks, as JSON")
        task = tasks.add_parser("verify", help="replay the ledger of every lane; exit 1 and one line a difference")
        task.add_argument("--org", metavar="SLUG", help="of this organization only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay it."""
        if options["task"] == "verify":
            self._verify(options["org"])
        else:
            self._replay(options["file"])

    def _verify(self, slug: str | None) -> None:
        lanes, wrong = 0, 0
        for org in [printing.org_called(slug)] if slug else organizations():
            for lane in lanes_of(org):
                lanes += 1
                for difference in differences(org, lane):
                    wrong += 1
                    self.stdout.write(difference.line)
        self.stdout.write(f"{lanes} lanes, {wrong} differences")
        if wrong:
            raise SystemExit(1)

    def _replay(self, name: str) -> None:
        try:
            replayed = replay(json.loads(printing.read_file(name)))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as problem:
            raise CommandError(f"{name}: this is not JSON ({problem}).") from None
        except NotVectors as refusal:
            raise CommandError(f"{name}: {refusal.detail}") from None
        for difference in replayed.differences:
            self.stdout.write(difference)
        self.stdout.write(f"{replayed.checks} checks, {len(replayed.differences)} differences")
        if replayed.differences:
            raise SystemExit(1)

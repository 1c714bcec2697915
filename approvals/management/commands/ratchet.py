"""`manage.py ratchet replay FILE`: recorded checks replayed against our own ratchet."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agents.vectors import NotVectors, replay
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Reads a vector file and prints one line for each difference; exit 1 if there is any."""

    help = "Check the trust ratchet."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do, and the file."""
        tasks = parser.add_subparsers(dest="task", required=True)
        task = tasks.add_parser("replay", help="replay a vector file; exit 1 and one line a difference")
        task.add_argument("file", metavar="FILE", help="recorded checks, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay it."""
        name = options["file"]
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

"""`manage.py rollback --org SLUG --to VERSION`: an earlier version again, as a new one."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand

from approvals.flow.rollback import rollback
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Publishes an earlier version again, checked against today's rules."""

    help = "Publish an earlier configuration version again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization and the version."""
        parser.add_argument("--org", required=True, metavar="SLUG")
        parser.add_argument("--to", required=True, type=int, metavar="VERSION")
        parser.add_argument("--json", action="store_true", help="print {organization, version, changes, created}")
        parser.add_argument("--reason", default="", help="why, for history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish it and print the difference."""
        org = printing.org_called(options["org"])
        step = partial(rollback, org, to=options["to"], reason=options["reason"])
        name = f"version {options['to']}"
        applied = printing.trying(name, step, as_json=options["json"], out=self.stdout)
        if options["json"]:
            self.stdout.write(json.dumps(applied.as_json(), ensure_ascii=False))
        else:
            printing.show(applied, self.stdout, name=name)

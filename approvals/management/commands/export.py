"""`manage.py export --org SLUG [--json]`: the document of today's state."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from approvals.configuration.export import as_json, as_yaml
from approvals.configuration.stored import document_in_force
from approvals.management.commands import _printing as printing


class Command(BaseCommand):
    """Prints a document that `apply` answers with "no changes"."""

    help = "Print an organization's configuration document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization."""
        parser.add_argument("--org", required=True, metavar="SLUG")
        parser.add_argument("--json", action="store_true", help="JSON instead of YAML")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        _, document = document_in_force(printing.org_called(options["org"]))
        if not document:
            raise CommandError(f"{options['org']} has no configuration document yet. `apply` one.")
        self.stdout.write(as_json(document) if options["json"] else as_yaml(document), ending="")

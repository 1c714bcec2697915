"""`manage.py signin --org SLUG --person EMAIL`: a one-time link for ten minutes."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.doors import org_by_slug
from accounts.flow.issue_link import NoSuchPerson, issue_link


class Command(BaseCommand):
    """Prints a link; GET shows a button, POST signs in."""

    help = "Make a one-time sign-in link, good for ten minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the organization and the person."""
        parser.add_argument("--org", required=True, metavar="SLUG")
        parser.add_argument("--person", required=True, metavar="EMAIL")
        parser.add_argument("--json", action="store_true", help='print {"url": …}')

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the link and print it."""
        org = org_by_slug(options["org"])
        if org is None:
            raise CommandError(f"There is no organization {options['org']}. `apply` a configuration document first.")
        try:
            token = issue_link(org, email=options["person"])
        except NoSuchPerson as refusal:
            raise CommandError(refusal.detail) from None
        url = f"{settings.BASE_URL}/sign-in/link/{token}"
        self.stdout.write(json.dumps({"url": url}) if options["json"] else url)

"""`demo`: fill the make-believe organization Halden Outdoor, and with `--agents` let its agents go on asking."""

from __future__ import annotations

import os
import signal
import threading
from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.doors import org_by_slug
from agents.keys import issue_agent_key
from agents.models import Agent
from approvals.demo import history
from approvals.demo.outsider import WAITING_AT_MOST, Company, Credential, listen
from approvals.models import Action
from core import ids, tx

SLUG = "halden"
PORT = 8399
YOURS = "mine"  # the agent that is left for whoever tries the product


class Command(BaseCommand):
    """Fill once; play on as long as asked."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say what may be chosen."""
        parser.add_argument("--agents", action="store_true", help="keep posting over HTTP until stopped")
        parser.add_argument("--days", type=int, default=history.DAYS, help="how many days of past to play")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fill the organization unless it is there, then play its agents if wanted."""
        org = org_by_slug(SLUG)
        if org is None:
            house = history.fill(days=options["days"])
            org = house.org
            self.stdout.write(f"Halden Outdoor has {house.posted} actions behind it.")
        if options["agents"]:
            play(org)


def play(org: int) -> None:
    """Run the demo's agents until SIGTERM or Ctrl-C."""
    with tx.reading(org):
        asked = Action.objects.filter(status="pending").values_list("id", "agent__slug")[:WAITING_AT_MOST]
        waiting = {ids.public("act", identifier): slug for identifier, slug in asked}
        slugs = list(Agent.objects.filter(archived_at=None).exclude(slug=YOURS).values_list("slug", flat=True))
    issued = {slug: issue_agent_key(org, slug=slug, by="demo") for slug in slugs}
    port = int(os.environ.get("COUNTERSIGN_DEMO_PORT") or PORT)
    company = Company(
        base=settings.BASE_URL,
        callback=f"http://127.0.0.1:{port}/callback",
        credentials={slug: Credential(one.key, one.signing_secret) for slug, one in issued.items()},
        random=Random(),  # noqa: S311 - a play, not a secret
        waiting=waiting,
    )
    server = listen(company, port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: company.stop.set())
    worker = threading.Thread(target=company.run, daemon=True)
    worker.start()
    company.stop.wait()
    server.shutdown()

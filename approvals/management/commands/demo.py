"""`demo`: fill the make-believe organization Halden Outdoor, and with `--agents` let its agents go on asking."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.doors import org_by_slug
from agents.keys import issue_agent_key
from agents.models import Agent
from approvals.demo import history
from approvals.demo.outsider import WAITING_AT_MOST
from approvals.models import Action
from core import ids, tx

SLUG = "halden"
PORT = 8399
PLAYED = ("refunds", "platform", "outreach", "invoices", "catalogue")  # all others are left for whoever tries it


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


def play(org: int) -> NoReturn:
    """Become the demo's agents, until SIGTERM or Ctrl-C.

    They are outsiders and need nothing of ours but their keys, so this process is replaced by a small one (20 MB
    instead of 86): what they must know goes through a pipe, which no process list shows.
    """
    with tx.reading(org):
        asked = Action.objects.filter(status="pending").values_list("id", "agent__slug")[:WAITING_AT_MOST]
        waiting = {ids.public("act", identifier): slug for identifier, slug in asked}
        slugs = list(Agent.objects.filter(archived_at=None, slug__in=PLAYED).values_list("slug", flat=True))
    issued = {slug: issue_agent_key(org, slug=slug, by="demo") for slug in slugs}
    known = {
        "base": settings.BASE_URL,
        "port": int(os.environ.get("COUNTERSIGN_DEMO_PORT") or PORT),
        "credentials": {slug: [one.key, one.signing_secret] for slug, one in issued.items()},
        "waiting": waiting,
    }
    reading, writing = os.pipe()
    os.write(writing, json.dumps(known).encode())  # some kilobytes, where a pipe holds 64
    os.close(writing)
    os.dup2(reading, 0)
    os.chdir(settings.BASE_DIR)
    os.execv(sys.executable, [sys.executable, "-m", "approvals.demo.outsider"])

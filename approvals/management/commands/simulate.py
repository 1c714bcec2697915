"""`manage.py simulate --org SLUG --agent SLUG --action TYPE …`: who would be asked, when, and how it would end."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization
from approvals.configuration.values import span_of
from approvals.management.commands import _printing as printing
from approvals.moves import moved_in
from approvals.schemas import supposing
from approvals.schemas.supposing import MOST_PAST, Wanted
from approvals.simulating.printed import lines
from approvals.simulating.terms import Simulation
from approvals.simulations import simulate_in
from core import clock, tx
from escalations.zones import first, zone_of

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_PRINTED = 50
_DAY_TIME = re.compile(r"(?:([A-Za-z]{3,9}) )?([0-9]{1,2}):([0-9]{2})")
_ANSWER = re.compile(r"(\S+) (approve|reject|abstain) after ([1-9][0-9]{0,8}[smhdw])", re.ASCII)


class Command(BaseCommand):
    """Simulates one action, or tries a draft on the last ones. Writes nothing."""

    help = "Say who would be asked about an action, by which channel and when, and how it would end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what is supposed."""
        parser.add_argument("--org", required=True, metavar="SLUG")
        parser.add_argument("--agent", metavar="SLUG", help="who posts it")
        parser.add_argument("--action", metavar="TYPE", help="the action type, e.g. refund.create")
        parser.add_argument("--amount", metavar="AMOUNT", help='e.g. "1840 EUR"')
        parser.add_argument("--risk", metavar="RISK", help="can raise the type's: low, medium, high or critical")
        parser.add_argument("--arguments", metavar="JSON", help="what rules and routes may look into")
        parser.add_argument("--environment", metavar="NAME")
        parser.add_argument("--requested-by", metavar="EMAIL", help="who started the run")
        parser.add_argument("--at", metavar="WHEN", help='"2026-11-22T03:00", "Sunday 03:00"; now if left out')
        parser.add_argument("--away", nargs="+", default=[], metavar="EMAIL", help="who else is absent")
        parser.add_argument(
            "--answer", action="append", default=[], metavar="ANSWER", help='"bo@acme.test approve after 30m"'
        )
        parser.add_argument("--file", metavar="FILE", help="a draft of the configuration instead of what is in force")
        parser.add_argument("--last", type=int, metavar="N", help="what the draft would have moved")
        parser.add_argument("--json", action="store_true", help="print what the API answers")

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulate and print."""
        org = printing.org_called(options["org"])
        draft = printing.read_file(options["file"]) if options["file"] else None
        if options["last"] is not None:
            self._past(org, draft, options)
            return
        if not options["agent"] or not options["action"]:
            raise CommandError("Say --agent SLUG and --action TYPE, or --last N with --file FILE.")
        step = partial(_simulated, org, draft, options)
        told = printing.trying(options["file"] or "simulate", step, as_json=options["json"], out=self.stdout)
        if options["json"]:
            self.stdout.write(json.dumps(told.as_json(), ensure_ascii=False))
            return
        for line in lines(told):
            self.stdout.write(line)

    def _past(self, org: int, draft: bytes | None, options: dict[str, Any]) -> None:
        """Print what a draft would have moved."""
        if draft is None:
            raise CommandError("--last tries a draft on the past: say which with --file FILE.")
        if not 1 <= options["last"] <= MOST_PAST:
            raise CommandError(f"--last takes 1 to {MOST_PAST:,}.")
        step = partial(moved_in, org, draft, last=options["last"])
        moved = printing.trying(options["file"], step, as_json=options["json"], out=self.stdout)
        if options["json"]:
            self.stdout.write(json.dumps(moved.as_json(), ensure_ascii=False))
            return
        self.stdout.write(moved.headline)
        for line in moved.lines:
            self.stdout.write(f"  {line}")
        for move in moved.moves[:MOST_PRINTED]:
            self.stdout.write(f"  {move.text}")


def _simulated(org: int, draft: bytes | None, options: dict[str, Any]) -> Simulation:
    body = {name: options[name] for name in ("agent", "action", "amount", "risk", "environment", "requested_by")}
    body |= {"arguments": _arguments(options["arguments"]), "away": options["away"]}
    body["answers"] = [_answer(text) for text in options["answer"]]
    if options["at"] is not None:
        with tx.reading(org):
            zone = zone_of(Organization.objects.get(pk=org).timezone)
        body["at"] = moment(options["at"], zone, clock.now()).isoformat()
    wanted = supposing.simulation(json.dumps(body).encode())
    document = draft.decode("utf-8", "replace") if draft is not None else None
    return simulate_in(org, Wanted(wanted.supposed, wanted.at, wanted.away, wanted.answers, document))


def moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the moment that a text means: "2026-11-22T03:00" in `zone`, "Sunday 03:00" or "03:00", the next to come.

    Raises CommandError.
    """
    if found := _DAY_TIME.fullmatch(text):
        return _next(found[1], int(found[2]), int(found[3]), zone, now)
    try:
        read = datetime.fromisoformat(text.replace(" ", "T", 1))
    except ValueError:
        raise CommandError(f"“{text}” is no moment. Write 2026-11-22T03:00, or Sunday 03:00.") from None
    return read if read.tzinfo else first(read, zone)


def _next(day: str | None, hour: int, minute: int, zone: ZoneInfo, now: datetime) -> datetime:
    """Return the next moment at which clocks in `zone` show this."""
    named = [number for number, name in enumerate(DAYS) if day and len(day) > 2 and name.startswith(day.lower())]
    if (day and not named) or hour > 23 or minute > 59:
        raise CommandError("Write the moment as 2026-11-22T03:00, Sunday 03:00, or 03:00.")
    here = now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0, tzinfo=None)
    for later in range(9):
        then = here + timedelta(days=later)
        at = first(then, zone)
        if at >= now and (not named or then.weekday() == named[0]):
            return at
    raise CommandError("There is no such moment in the next week.")


def _arguments(text: str | None) -> Any:
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise CommandError('--arguments takes a JSON object, e.g. \'{"order": "A-1009"}\'.') from None


def _answer(text: str) -> dict[str, Any]:
    found = _ANSWER.fullmatch(text)
    if found is None:
        raise CommandError(f"“{text}” is no answer. Write: bo@acme.test approve after 30m.")
    return {"person": found[1], "vote": found[2], "after": int(span_of(found[3]).total_seconds())}

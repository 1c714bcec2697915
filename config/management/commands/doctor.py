"""`doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import sys
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from approvals import auditor
from approvals.models import Beat
from config import channels, health, selfcheck, slack
from config.runtime import state
from config.selfcheck import Finding

PARTS = ("settings", "database", "redis", "engine", "worker", "slack", "channels")


class Command(BaseCommand):
    """Say what is wrong with this installation and how to mend it; exit 1 if anything is."""

    help = __doc__ or ""
    requires_system_checks = ()  # it must run when things are wrong

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the parts to look at."""
        parser.add_argument("--of", choices=PARTS, action="append", help="look at this part only (may be repeated)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look, print one line for each finding, and exit 1 if there is any."""
        found = examine(tuple(options["of"] or PARTS))
        for finding in found:
            self.stdout.write(f"{finding.about}: {finding.wrong}.\n    {finding.mend}.")
        if found:
            self.stdout.write(f"{len(found)} to mend.")
            sys.exit(1)
        self.stdout.write("Nothing is wrong.")


def examine(parts: tuple[str, ...]) -> list[Finding]:
    """Return what is wrong with the parts asked for."""
    if settings.DATABASES["default"]["NAME"] == "none":
        mend = f"Start `python3 manage.py up` (no servers run for {state.folder()}), or set DATABASE_URL and REDIS_URL"
        return [Finding("DATABASE_URL", "is not set", mend)]
    found = selfcheck.of_settings() if "settings" in parts else []
    broken = selfcheck.of_database() if {"database", "engine", "worker"} & set(parts) else []
    if "redis" in parts:
        found.extend(of_redis())
    if broken:
        return found + broken
    if "slack" in parts:
        found.extend(slack.of_slack())
    if "channels" in parts:
        found.extend(channels.of_channels())
    return found + [finding for finding in of_backlog() if finding.about.lower() in parts]


def of_redis() -> list[Finding]:
    """Return whether Redis answers. Everything works without it, only more slowly."""
    try:
        health.nudges_waiting()
    except (redis.RedisError, OSError) as problem:
        mend = "Start it, or correct the address: until then pages and messages are up to two seconds late"
        return [Finding("REDIS_URL", f"cannot be reached ({problem})", mend)]
    return []


def of_backlog() -> list[Finding]:
    """Return which role does not do its work."""
    try:
        waiting = health.backlog()
    except DatabaseError as problem:
        return [Finding("Engine", f"cannot be judged ({str(problem).strip()})", "Mend the database first")]
    found = []
    for role, oldest, what in (
        ("Engine", waiting.oldest_action, "an action"),
        ("Worker", waiting.oldest_parcel, "a message"),
    ):
        lag = waiting.lag(oldest)
        if lag > health.LATE:
            mend = f"See that `python3 manage.py {role.lower()}` runs, and what its log says"
            found.append(Finding(role, f"does not keep up: {what} has been due for {lag.total_seconds():.0f} s", mend))
    if waiting.clockless:
        mend = "This is a fault of ours: please report it with the output of `audit verify`"
        found.append(Finding("Engine", f"would never end {waiting.clockless} open actions, which have no clock", mend))
    return found + of_auditor()


def of_auditor() -> list[Finding]:
    """Return what the hourly look at the invariants found broken."""
    pulse = Beat.objects.filter(name=auditor.NAME).first()
    broken = {name: count for name, count in (pulse.facts.get("broken", {}) if pulse else {}).items() if count}
    mend = "This is a fault of ours: please report it with the output of `audit verify`"
    return [Finding("Engine", f"found {name} broken for {count} actions", mend) for name, count in broken.items()]

"""The sentences of a simulation: why somebody is not asked, what a step does, how it ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from agents.terms import RISKS
from approvals.authority import DECIDES, Matter
from approvals.directory import Directory
from approvals.terms import PersonTerms
from escalations.terms import Chain
from escalations.zones import zone_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def moment(at: datetime, zone: str, since: datetime | None = None) -> str:
    """Return a moment in `zone`: "Sun 22 Nov 2026, 03:00"; on the day of `since` the time alone, in its year no year.

    To the minute; seconds only where there are any.
    """
    there = at.astimezone(zone_of(zone))
    time = f"{there:%H:%M:%S}" if there.second else f"{there:%H:%M}"
    start = since.astimezone(zone_of(zone)) if since else None
    if start is not None and start.date() == there.date():
        return time
    year = "" if start is not None and start.year == there.year else f" {there.year}"
    return f"{there:%a} {there.day} {there:%b}{year}, {time}"


def length(span: timedelta) -> str:
    """Return a length: "45 s", "30 min", "2 h 20", "3 d 4 h"."""
    if span < MINUTE:
        return f"{span // timedelta(seconds=1)} s"
    if span < HOUR:
        return f"{span // MINUTE} min"
    if span < DAY:
        minutes = span % HOUR // MINUTE
        return f"{span // HOUR} h {minutes:02}" if minutes else f"{span // HOUR} h"
    hours = span % DAY // HOUR
    return f"{span // DAY} d {hours} h" if hours else f"{span // DAY} d"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names as a list: "Bo Lind, Cy Okafor and 3 more"."""
    if not names:
        return "nobody"
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def capital(text: str) -> str:
    """Return a sentence with its first letter large."""
    return text[:1].upper() + text[1:]


def why_not(email: str, matter: Matter, directory: Directory, *, owner: str, requester: str) -> str:
    """Return why somebody whom a target names is not asked; "" if nothing speaks against it but absence."""
    person = directory.people.get(email)
    if person is None or directory.presence(email) == "gone":
        return "No longer here"
    if email in matter.barred:
        if email == requester.lower():
            return "Started the run, and so may not decide it"
        return "Owns the agent, and so may not decide it" if email == owner.lower() else "May not decide this one"
    return _beyond(person, matter)


def _beyond(person: PersonTerms, matter: Matter) -> str:
    held = person.authority
    if DECIDES not in person.roles:
        return "Is no approver"
    if held.actions and not any(fnmatchcase(matter.action, glob) for glob in held.actions):
        return f"May not decide {matter.action}"
    if held.max_risk is not None and RISKS.index(matter.risk) > RISKS.index(held.max_risk):
        return f"May decide up to {held.max_risk} risk"
    if held.max_amount is None or (matter.amount is None and not matter.amount_expected):
        return ""
    if matter.amount is None:
        return f"May decide up to {held.max_amount.spoken}, and there is no amount"
    if matter.amount.currency != held.max_amount.currency or matter.amount.value > held.max_amount.value:
        return f"May decide up to {held.max_amount.spoken}"
    return ""


def absence(email: str, directory: Directory, at: datetime, zone: str) -> str:
    """Return "Away until Tue 1 Dec, 09:00", or "Away" where no end is known; "" for who is here."""
    if directory.presence(email) != "away":
        return ""
    until = [period.until for whose, period in directory.absences if whose == email and period.holds(at)]
    last = max(until, default=None)
    return "Away" if last is None or last.year >= 9000 else f"Away until {moment(last, zone, at)}"


def leaves(email: str, directory: Directory, at: datetime, before: datetime, zone: str) -> str:
    """Return "Away from Sun 22 Nov, 15:00" for somebody who is here now and leaves before the end; else ""."""
    starts = [period.starts for whose, period in directory.absences if whose == email and at < period.starts < before]
    return f"Away from {moment(min(starts), zone, at)}" if starts else ""


def up_to(email: str, directory: Directory) -> str:
    """Return "May decide up to 2,000 EUR" for somebody with a limit; else ""."""
    person = directory.people.get(email)
    most = person.authority.max_amount if person else None
    return f"May decide up to {most.spoken}" if most else ""


def joined(notes: Iterable[str]) -> str:
    """Return notes one after the other, each a sentence of its own but for the last full stop."""
    return ". ".join(filter(None, notes))


ENDS = {"reject": "rejected", "hold": "held", "approve": "approved"}


def ending(chain: Chain, *, approves: bool) -> str:
    """Return how silence ends: "rejected", "held" or "approved"; `approves` says whether silence may approve this."""
    return "rejected" if chain.finally_ == "approve" and not approves else ENDS[chain.finally_]

"""Calendars and schedules in words: when somebody works, and who is on call now and next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from approvals.configuration.compile_times import calendar_of, schedule_of
from approvals.configuration.times import DAYS, days_of
from approvals.drafting.duty import hours_by_day
from approvals.drafting.rows import place_of
from approvals.drafting.spans import parted, seconds_of, spoken
from approvals.drafts import Desk
from approvals.faces.escalation import CalendarFace, ScheduleFace, TurnFace
from approvals.faces.times import clock, many
from approvals.portraits.draft_bar import of_row
from approvals.portraits.named import Names, titled
from escalations.calendars import NeverOpens, is_open, next_opening
from escalations.schedules import next_on_call, shift_of
from escalations.terms import Calendar

Plain = Mapping[str, Any]
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOLIDAYS_SHOWN = 3
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)


def zone_in(desk: Desk) -> str:
    """Return the organization's time zone."""
    return str(desk.document["organization"].get("timezone", "UTC"))


def calendar_in(desk: Desk, slug: str) -> Calendar | None:
    """Return a calendar of the document, or None while it has faults."""
    place = place_of(desk.document, "calendars", slug)
    if place is None or any(of_row(desk.faults, "calendars", place)):
        return None
    return calendar_of(desk.document["calendars"][place], zone_in(desk))


def calendar_face(desk: Desk, slug: str, now: datetime, zone: str) -> CalendarFace:
    """Return one calendar."""
    place = place_of(desk.document, "calendars", slug) or 0
    row = desk.document["calendars"][place]
    known = calendar_in(desk, slug)
    opened = known is not None and is_open(known, now)
    users = sum(one.get("clock") == slug for one in desk.document.get("chains", ()))
    hours = hours_by_day(row)
    return CalendarFace(
        slug=slug,
        title=titled(slug),
        zone=row.get("timezone", zone_in(desk)),
        hours=tuple(_hours(row)),
        holidays=_holidays(row.get("holidays", ()), now),
        state=_state(known, now, zone) if known else "",
        is_open=opened,
        fields=tuple((day, DAY_NAMES[number], hours[day]) for number, day in enumerate(DAYS)),
        holiday_lines="\n".join(row.get("holidays", ())),
        typed_zone=row.get("timezone", ""),
        faults=tuple(text for _, text in of_row(desk.faults, "calendars", place)),
        used=f"The clock of {many(users, 'chain')}" if users else "No chain runs by it",
    )


def _state(calendar: Calendar, now: datetime, zone: str) -> str:
    if is_open(calendar, now):
        return "Open now"
    try:
        return f"Closed now, opens {clock(next_opening(calendar, now), now, zone)}"
    except NeverOpens:
        return "Never opens again"


def _hours(row: Plain) -> list[str]:
    said = []
    for name, windows in row.get("hours", {}).items():
        days = days_of(name)
        which = DAY_NAMES[days[0]] if days else name
        if len(days) > 1:
            which = f"{which} to {DAY_NAMES[days[-1]]}"
        said.append(f"{which} {' and '.join(window.replace('-', '–') for window in windows) or 'closed'}")
    return said or ["Never open"]


def _holidays(days: Any, now: datetime) -> str:
    ahead = sorted(one for one in days if one >= now.date().isoformat())
    if not ahead:
        return "No holidays ahead"
    shown = ", ".join(_day(one) for one in ahead[:HOLIDAYS_SHOWN])
    more = f" and {len(ahead) - HOLIDAYS_SHOWN} more" if len(ahead) > HOLIDAYS_SHOWN else ""
    return f"Closed on {shown}{more}"


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {found:%b %Y}"


def schedule_face(
    desk: Desk, slug: str, now: datetime, zone: str, names: Names, wrong: Mapping[str, str] | None = None
) -> ScheduleFace:
    """Return one schedule, with who is on call now and next."""
    place = place_of(desk.document, "schedules", slug) or 0
    row = desk.document["schedules"][place]
    faults = tuple(text for _, text in of_row(desk.faults, "schedules", place))
    now_text, then_text, holder, follower = ("", "", "", "") if faults else _turns(desk, row, names, now, zone)
    number, unit = parted(seconds_of(row["every"]))
    turns = tuple(
        TurnFace(names.person(email), email, "on call now" if email == holder else "next" if email == follower else "")
        for email in row.get("people", ())
    )
    return ScheduleFace(
        slug=slug,
        title=titled(slug),
        zone=row.get("timezone", zone_in(desk)),
        every=f"Each for {spoken(seconds_of(row['every']))}, from {row['starts'].replace('T', ' ')}",
        turns=turns,
        now=now_text,
        then=then_text,
        number=number,
        unit=unit,
        starts=row["starts"] if _LOCAL.fullmatch(row["starts"]) else "",
        typed_zone=row.get("timezone", ""),
        others=tuple((email, names.name(email)) for email in names.people if email not in row.get("people", ())),
        faults=faults,
        errors=tuple((wrong or {}).items()),
    )


def _turns(desk: Desk, row: Plain, names: Names, now: datetime, zone: str) -> tuple[str, str, str, str]:
    schedule = schedule_of(row, zone_in(desk))
    shift, follower = shift_of(schedule, now), next_on_call(schedule, now) or ""
    if shift is None:
        return "Nobody is on call yet", f"{names.name(follower)} is first", "", follower
    until = clock(shift.ends, now, zone)
    return f"{names.name(shift.person)} until {until}", f"then {names.name(follower)}", shift.person, follower

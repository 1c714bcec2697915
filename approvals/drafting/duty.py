"""Edits of calendars and schedules, from their forms. The document's own check says what is wrong with a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from approvals.configuration.times import DAYS, days_of
from approvals.drafting.rows import Document, Edit, Row, Unfit, is_new, put, refuse, row_of, rows_of
from approvals.drafting.spans import seconds_of, spelled, typed

Posted = Mapping[str, str]


def hours_by_day(calendar: Mapping[str, Any]) -> dict[str, str]:
    """Return a calendar's hours as a form has them: {"mon": "08:00-12:00, 13:00-17:00", …}; "" is closed."""
    found = dict.fromkeys(DAYS, "")
    for name, windows in calendar.get("hours", {}).items():
        for number in days_of(name):
            found[DAYS[number]] = ", ".join(windows)
    return found


def calendar_edit(slug: str, posted: Posted) -> Edit:
    """Return the edit that a calendar's form makes: hours by day, holidays by line, time zone."""

    def edit(document: Document) -> None:
        row = row_of(document, "calendars", slug)
        said = {day: _parts(posted.get(f"hours-{day}", "")) for day in DAYS}
        before = hours_by_day(row)
        if any(", ".join(said[day]) != before[day] for day in DAYS):
            row["hours"] = _joined(said)
        put(row, "timezone", posted.get("timezone", "").strip() or None)
        put(row, "holidays", _parts(posted.get("holidays", "")), [])

    return edit


def _joined(hours: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return hours by ranges of days: Monday to Friday with the same hours are `mon-fri`."""
    found: dict[str, list[str]] = {}
    first = 0
    for number in range(len(DAYS)):
        if number + 1 < len(DAYS) and hours[DAYS[number + 1]] == hours[DAYS[first]]:
            continue
        if hours[DAYS[first]]:
            name = DAYS[first] if first == number else f"{DAYS[first]}-{DAYS[number]}"
            found[name] = list(hours[DAYS[first]])
        first = number + 1
    return found


def schedule_edit(slug: str, posted: Posted) -> Edit:
    """Return the edit that a schedule's form makes: people in order, the length of a turn, the first one's start."""

    def edit(document: Document) -> None:
        row = row_of(document, "schedules", slug)
        wrong: dict[str, str] = {}
        people = _people(row, posted)
        if not people:
            wrong["add"] = "Somebody has to be on duty. Keep at least one person."
        try:
            every = typed(posted.get("every", ""), posted.get("every-unit", "d"))
        except ValueError as why:
            wrong["every"] = str(why)
        refuse(wrong)
        row["people"] = people
        if seconds_of(row["every"]) != every:
            row["every"] = spelled(every)
        row["starts"] = posted.get("starts", "").strip()[:16] or row["starts"]
        put(row, "timezone", posted.get("timezone", "").strip() or None)

    return edit


def _people(row: Row, posted: Posted) -> list[str]:
    """Return the order of people after the button that was pressed."""
    people = list(row.get("people", ()))
    do, _, email = posted.get("do", "keep").partition(":")
    if do in ("up", "down", "remove") and email in people:
        place = people.index(email)
        people.remove(email)
        if do != "remove":
            people.insert(max(0, place + (-1 if do == "up" else 1)), email)
    new = posted.get("add", "").strip().lower()
    if new and new not in people:
        people.append(new)
    return people


def add_calendar(document: Document, slug: str) -> None:
    """Make a calendar of ordinary office hours."""
    _refuse_twin(document, "calendars", slug)
    rows_of(document, "calendars").append({"slug": slug, "hours": {"mon-fri": ["08:00-17:00"]}})


def add_schedule(document: Document, slug: str, *, first: str, starts: str) -> None:
    """Make a schedule of weeks that begins with one person; `starts` is local, "2026-11-02T09:00"."""
    _refuse_twin(document, "schedules", slug)
    rows_of(document, "schedules").append({"slug": slug, "people": [first], "every": "7d", "starts": starts})


def remove(document: Document, section: str, slug: str) -> None:
    """Take a calendar or schedule out; what still names it is a fault of the draft, and says so."""
    document[section].remove(row_of(document, section, slug))


def _refuse_twin(document: Document, section: str, slug: str) -> None:
    if not is_new(document, section, slug):
        raise Unfit("There is one of this name already.", {"slug": f"“{slug}” is taken. Write another name."})


def _parts(text: str) -> list[str]:
    return [part.strip().replace(" ", "") for part in text.replace("\n", ",").split(",") if part.strip()]

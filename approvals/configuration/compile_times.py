"""Plain calendars, schedules, absences and delegations, checked before, to the values that policy reads."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from approvals.configuration.times import clock_of, days_of, local_from, minutes_of
from approvals.configuration.values import money_from, span_of
from approvals.terms import DelegationTerms, Period
from escalations.terms import Calendar, Schedule, Window
from escalations.zones import first, last, zone_of

Plain = Mapping[str, Any]


def period_of(row: Plain, zone: str) -> Period:
    """Return `{starts, until}`, local times of `zone`, as moments.

    A time that never was is the first moment after the gap; of one that comes twice, a start is the first and an end
    the last.
    """
    place = zone_of(zone)
    return Period(first(local_from(row["starts"]), place), last(local_from(row["until"]), place))


def calendar_of(row: Plain, zone: str) -> Calendar:
    """Return a calendar; without a zone of its own it keeps the organization's, `zone`."""
    hours = {
        day: tuple(_window(value) for value in windows)
        for name, windows in row["hours"].items()
        for day in days_of(name)
        if windows
    }
    return Calendar(
        slug=row["slug"],
        timezone=row.get("timezone", zone),
        hours=dict(sorted(hours.items())),
        holidays=frozenset(date.fromisoformat(day) for day in row.get("holidays", ())),
    )


def schedule_of(row: Plain, zone: str) -> Schedule:
    """Return a schedule; without a zone of its own it keeps the organization's, `zone`."""
    return Schedule(
        slug=row["slug"],
        timezone=row.get("timezone", zone),
        people=tuple(row["people"]),
        every=span_of(row["every"]),
        starts=local_from(row["starts"]),
    )


def delegations_of(document: Plain) -> tuple[DelegationTerms, ...]:
    """Return the delegations of a document, each in its grantor's zone, else the organization's."""
    default = document["organization"].get("timezone", "UTC")
    zones = {row["email"]: row.get("timezone", default) for row in document.get("people", ())}
    return tuple(_delegation(row, zones.get(row["from"], default)) for row in document.get("delegations", ()))


def _delegation(row: Plain, zone: str) -> DelegationTerms:
    return DelegationTerms(
        grantor=row["from"],
        delegate=row["to"],
        period=period_of(row, zone),
        timezone=zone,
        agents=tuple(row.get("agents", ())),
        actions=tuple(row.get("actions", ())),
        max_amount=money_from(row["max_amount"]) if "max_amount" in row else None,
        reason=row.get("reason", ""),
        waiting_too=row.get("waiting_too", True),
    )


def _window(value: str) -> Window:
    begins, until = minutes_of(value)
    return Window(clock_of(begins), clock_of(until))

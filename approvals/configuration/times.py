"""Readers of times and what is made of them: a node in, its one spelling out, or None and a fault."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from approvals.configuration.faults import Faults, did_you_mean, one_of
from approvals.configuration.parse import Node
from approvals.configuration.values import duration, span_of, text

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SHORTEST_TURN = "1h"
_LOCAL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2})", re.ASCII)
_LOCAL_ISH = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{1,2}):([0-9]{2}))?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WINDOW = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})", re.ASCII)
_PERCENT = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,2})?)%", re.ASCII)
_YEARS = range(2000, 2200)


def local_time(faults: Faults, node: Node) -> str | None:
    """Return a local time as written, `2026-11-02T09:00`; its zone is said elsewhere."""
    value = text(faults, node, 60)
    if value is None:
        return None
    if _LOCAL.fullmatch(value) and _is_date(value[:10]) and _is_time(value[11:]):
        return value
    found = _LOCAL_ISH.match(value)
    better = f"{found[1]}T{(found[2] or '00').zfill(2)}:{found[3] or '00'}" if found and _is_date(found[1]) else ""
    advice = f"Write “{better}”." if better and _is_time(better[11:]) else "Write one like 2026-11-02T09:00."
    faults.add(
        node.pointer,
        "invalid_time",
        f"“{value[:40]}” is no local time: a date, T, hours and minutes, without a zone. {advice}",
    )
    return None


def local_from(value: str) -> datetime:
    """Return a checked local time, without a zone."""
    return datetime.fromisoformat(value)


def day(faults: Faults, node: Node) -> str | None:
    """Return a date as written: `2026-12-25`."""
    value = text(faults, node, 60)
    if value is None or (_DATE.fullmatch(value) and _is_date(value)):
        return value
    faults.add(node.pointer, "invalid_date", f"“{value[:40]}” is no date. Write one like 2026-12-25.")
    return None


def turn(faults: Faults, node: Node) -> str | None:
    """Return the length of a turn on duty: a duration of at least an hour."""
    value = duration(faults, node)
    if value is not None and span_of(value) < span_of(SHORTEST_TURN):
        faults.add(node.pointer, "invalid_duration", f"A turn lasts an hour at least, not {value}. Write “1h” or more.")
        return None
    return value


def step_time(faults: Faults, node: Node) -> str | None:
    """Return when a step is: a duration, or a share of `decide_within` such as `25%`."""
    value = text(faults, node, 60)
    if value is None or not value.endswith("%"):
        return duration(faults, node) if value is not None else None
    found = _PERCENT.fullmatch(value)
    if found and 0 < Decimal(found[1]) <= 100:
        return value
    why = "must be more than 0% and at most 100%" if found else "is no share of decide_within"
    faults.add(node.pointer, "invalid_percent", f"“{value[:40]}” {why}. Write one like 25%, or a duration like 30m.")
    return None


def share_of(value: str) -> Decimal | None:
    """Return the share from 0 to 1 that `25%` is; None for a duration."""
    return Decimal(value[:-1]) / 100 if value.endswith("%") else None


def days_of(value: str) -> tuple[int, ...]:
    """Return the weekdays (0 is Monday) of `mon`, `mon-fri`, or `sat-mon` over the end of a week; () if none is."""
    first, _, last = value.partition("-")
    if first not in DAYS or (last or first) not in DAYS or value.endswith("-"):
        return ()
    begin, end = DAYS.index(first), DAYS.index(last or first)
    return tuple((begin + number) % 7 for number in range((end - begin) % 7 + 1))


def check_days(faults: Faults, place: str, value: str) -> tuple[int, ...]:
    """Return the weekdays that a name stands for, or () and a fault."""
    if found := days_of(value):
        return found
    hint = did_you_mean(value.lower()[:3], DAYS) if value[:3].lower() in DAYS else ""
    faults.add(
        place, "invalid_days", f"“{value[:40]}” names no days.{hint} Write {one_of(DAYS)}, or a range like mon-fri."
    )
    return ()


def window(faults: Faults, node: Node) -> str | None:
    """Return opening hours of a day as written, `08:00-17:00`; `24:00` is the end of the day."""
    value = text(faults, node, 60)
    if value is None:
        return None
    found = _WINDOW.fullmatch(value.replace(" ", ""))
    if not found or not _is_time(f"{found[1]}:{found[2]}") or not _is_end(f"{found[3]}:{found[4]}"):
        faults.add(
            node.pointer, "invalid_hours", f"“{value[:40]}” are no hours. Write like 08:00-17:00 or 18:00-24:00."
        )
        return None
    begins, until = minutes_of(found[0])
    if until == begins or (until < begins and until == 0):
        advice = f"Write “{found[1]}:{found[2]}-24:00”" if until == 0 else "Write an end that is later"
        faults.add(node.pointer, "invalid_hours", f"“{found[0]}” has no length. {advice}.")
        return None
    if until < begins:
        early, late = found[0].split("-")
        faults.add(
            node.pointer,
            "over_midnight",
            f"“{found[0]}” goes over midnight. Split it: “{early}-24:00” on this day, “00:00-{late}” on the next.",
        )
        return None
    return found[0]


def minutes_of(value: str) -> tuple[int, int]:
    """Return begin and end of checked hours, in minutes since midnight; 24:00 is 1440."""
    begins, until = (int(part[:2]) * 60 + int(part[3:]) for part in value.split("-"))
    return begins, until


def clock_of(minutes: int) -> time:
    """Return a time of day from minutes since midnight; the end of the day is 00:00."""
    return time(minutes // 60 % 24, minutes % 60)


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).year in _YEARS
    except ValueError:
        return False


def _is_time(value: str) -> bool:
    return value[:2] < "24" and value[3:] < "60"


def _is_end(value: str) -> bool:
    return value == "24:00" or _is_time(value)

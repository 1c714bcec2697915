"""Reading calendars, schedules, absences and delegations."""

from __future__ import annotations

from typing import Any

from approvals.configuration.faults import Faults
from approvals.configuration.parse import Node
from approvals.configuration.rows import Row, listing
from approvals.configuration.times import DAYS, check_days, day, local_time, minutes_of, turn, window
from approvals.configuration.values import email, flag, long_text, money, slug, timezone, type_glob


def calendar(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one calendar."""
    with Row(faults, node, "a calendar") as row:
        row.take("slug", slug, required=True)
        row.take("timezone", timezone)
        hours = row.take("hours", _hours, required=True)
        row.take("holidays", listing(day, "dates", most=2000, key="."), default=[])
    if isinstance(hours, dict) and not any(hours.values()):
        faults.add(
            row.at("hours"), "never_open", "This calendar is never open. Write hours like {mon-fri: [08:00-17:00]}."
        )
    return row.out


def _hours(faults: Faults, node: Node) -> dict[str, list[str]] | None:
    """Read hours by day; a fault leaves something in, so that one thing wrong is told once."""
    if node.kind != "map":
        faults.add(
            node.pointer, "wrong_type", f"Hours are a mapping of days, not {node.described}. Write {{mon-fri: […]}}."
        )
        return None
    read = listing(window, "hours", most=48)
    said: dict[int, str] = {}
    found: dict[str, list[str]] = {}
    for name, inner in node.members.items():
        for number in check_days(faults, inner.pointer, name):
            if number in said:
                faults.add(
                    inner.pointer,
                    "duplicate",
                    f"{DAYS[number]} stands under “{said[number]}” already. Name a day once.",
                )
            said.setdefault(number, name)
        windows = read(faults, inner)
        found[name] = [one or "" for one in windows] if windows is not None else [""]
        _refuse_overlaps(faults, inner, found[name])
    return found


def _refuse_overlaps(faults: Faults, node: Node, windows: list[Any]) -> None:
    """Windows of a day come in order and do not overlap; those that touch are taken."""
    last, before = 0, ""
    for there, value in zip(node.items, windows, strict=False):
        if not value:
            continue
        begins, until = minutes_of(value)
        if begins < last:
            faults.add(
                there.pointer, "overlapping_hours", f"“{value}” begins before “{before}” ends. Join them, in order."
            )
        last, before = until, value


def schedule(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one schedule of people by turns."""
    with Row(faults, node, "a schedule") as row:
        row.take("slug", slug, required=True)
        row.take("timezone", timezone)
        people = row.take("people", listing(email, "e-mails", most=1000, key="."), required=True)
        row.take("every", turn, required=True)
        row.take("starts", local_time, required=True)
    if people == []:
        faults.add(row.at("people"), "empty_list", "Nobody would ever be on duty. Write at least one e-mail.")
    return row.out


def away(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one absence without a delegate."""
    with Row(faults, node, "an absence") as row:
        _period(row)
    return row.out


def delegation(faults: Faults, node: Node) -> dict[str, Any]:
    """Read one delegation."""
    with Row(faults, node, "a delegation") as row:
        row.take("from", email, required=True)
        row.take("to", email, required=True)
        _period(row)
        for name, read, what in (("agents", slug, "agents"), ("actions", type_glob, "action types")):
            if row.take(name, listing(read, what, most=1000, key=".")) == []:
                faults.add(
                    row.at(name), "empty_list", f"An empty list would allow nothing. Leave “{name}” out for any."
                )
        row.take("max_amount", money)
        row.take("reason", long_text)
        row.take("waiting_too", flag, default=True)
    return row.out


def _period(row: Row) -> None:
    starts = row.take("starts", local_time, required=True)
    until = row.take("until", local_time, required=True)
    if starts and until and until <= starts:
        row.faults.add(row.at("until"), "ends_before_start", f"It ends at {until}, not after {starts}, when it starts.")

"""Delegations: to somebody else, within what the grantor has, without circles, and with an end."""

from __future__ import annotations

from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from approvals.configuration.compile_times import period_of
from approvals.configuration.faults import Faults
from approvals.configuration.known import Known, Row, each
from approvals.configuration.values import money_from
from approvals.terms import Period

Lent = tuple[str, str, str, Period]  # pointer, grantor, delegate, when
Onward = dict[str, list[str]]
LONGEST = timedelta(days=366)
_ANY = "\x01"


def check_delegations(faults: Faults, known: Known) -> None:
    """Check every delegation of the document."""
    lent: list[Lent] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, row in each(known.document, "delegations"):
        path = f"/delegations/{number}"
        there = [known.expect(faults, f"{path}/{end}", "person", row.get(end)) for end in ("from", "to")]
        for place, agent in enumerate(row.get("agents") or []):
            known.expect(faults, f"{path}/agents/{place}", "agent", agent)
        if not all(there):
            continue
        if row["from"] == row["to"]:
            faults.add(f"{path}/to", "self_delegation", "Somebody stands in for themselves. Name another person.")
            continue
        _check_authority(faults, path, row, known)
        if (period := _period(faults, path, row, known)) is None:
            continue
        key = (row["from"], row["to"], row["starts"])
        if key in seen:
            faults.add(path, "duplicate", f"The same stands as delegation {seen[key] + 1} already. Name each once.")
        seen.setdefault(key, number)
        lent.append((path, row["from"], row["to"], period))
    _check_circles(faults, lent)


def _period(faults: Faults, path: str, row: Row, known: Known) -> Period | None:
    """Return the time of a delegation, or None where it could not be read or has none."""
    if not {"starts", "until"} <= set(row) or row["until"] <= row["starts"]:
        return None
    period = period_of(row, known.zone(known.people[row["from"]]))
    if period.until <= period.starts:
        faults.add(
            f"{path}/until", "ends_before_start", "At that time the clocks are changed, so nothing is left of it."
        )
        return None
    if period.until - period.starts > LONGEST:
        faults.add(f"{path}/until", "delegation_too_long", "A delegation lasts 366 days at most. End it earlier.")
        return None
    return period


def _check_authority(faults: Faults, path: str, row: Row, known: Known) -> None:
    """Nobody lends more than they have."""
    grantor = row["from"]
    if not known.may_approve(grantor):
        faults.add(
            f"{path}/from", "beyond_authority", f"{grantor} has not the role approver, so there is nothing to lend."
        )
        return
    held = known.people[grantor].get("authority") or {}
    if "max_amount" in row and "max_amount" in held:
        asked, most = money_from(row["max_amount"]), money_from(held["max_amount"])
        if asked.currency != most.currency or asked.value > most.value:
            faults.add(
                f"{path}/max_amount",
                "beyond_authority",
                f"{grantor} may decide up to {most} only. Write that or less, or leave it out for the same.",
            )
    for place, glob in enumerate(row.get("actions") or []):
        if "actions" in held and not any(_is_within(glob, wider) for wider in held["actions"]):
            faults.add(
                f"{path}/actions/{place}",
                "beyond_authority",
                f"“{glob}” is more than {grantor} may decide: {', '.join(held['actions'][:5])}.",
            )


def _is_within(glob: str, wider: str) -> bool:
    """Whether whatever matches `glob` matches `wider`: its stars stand for none, one, or many."""
    one = glob.replace("?", _ANY)
    return all(fnmatchcase(one.replace("*", _ANY * length), wider) for length in (0, 1, 200))


def _check_circles(faults: Faults, lent: list[Lent]) -> None:
    """Refuse delegations that lead back to their grantor at one time.

    Whatever is in force together is so at the moment the last of it starts, so only these moments are looked at.
    """
    told: set[frozenset[str]] = set()
    moments: dict[datetime, Onward] = {}
    for path, grantor, delegate, period in lent:
        onward = moments.get(period.starts) or _onward(lent, period.starts)
        moments[period.starts] = onward
        circle = _way(onward, delegate, grantor)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            words = " → ".join((grantor, *circle))
            faults.add(f"{path}/to", "delegation_cycle", f"This leads in a circle: {words}. Change one of the periods.")


def _onward(lent: list[Lent], at: datetime) -> Onward:
    """Return to whom everybody lends at a moment."""
    onward: Onward = {}
    for _, grantor, delegate, period in lent:
        if period.holds(at):
            onward.setdefault(grantor, []).append(delegate)
    return onward


def _way(onward: Onward, here: str, home: str) -> tuple[str, ...]:
    """Return the people from `here` to `home` along delegations; () if none lead there."""
    came, waiting = {here: ""}, [here]
    for person in waiting:
        for delegate in onward.get(person, ()):
            if delegate not in came:
                came[delegate] = person
                waiting.append(delegate)
    if home not in came:
        return ()
    walked = [home]
    while came[walked[-1]]:
        walked.append(came[walked[-1]])
    return tuple(reversed(walked))

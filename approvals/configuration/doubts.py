"""What a document may say but hardly means: warnings, which stop nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from approvals.configuration.check_chains import is_whole
from approvals.configuration.check_channels import doubt_channels
from approvals.configuration.compile_roads import chain_of
from approvals.configuration.compile_times import calendar_of
from approvals.configuration.doubt_trust import doubt_trust
from approvals.configuration.faults import Faults
from approvals.configuration.known import Known, Row, each, named, stages_of
from approvals.configuration.reach import unable
from escalations.calendars import open_between
from escalations.plan import timetable, unreachable

AHEAD = timedelta(days=14)
PEOPLE_STEPS = ("add", "replace")


def doubt(faults: Faults, document: Row, now: datetime) -> None:
    """Warn of what looks wrong in a document without faults."""
    known = Known(document)
    for number, team in each(document, "teams"):
        if not known.members[team["slug"]]:
            faults.warn(f"/teams/{number}", "empty_team", "Nobody is on this team. Add members, or take it out.")
    doubt_channels(faults, known)
    doubt_trust(faults, known)
    _times(faults, known, now)
    for number, route in each(document, "routes"):
        _route(faults, f"/routes/{number}", route, known)
    for number, chain in each(document, "chains"):
        _chain(faults, f"/chains/{number}", chain, known)
    for number, row in each(document, "delegations"):
        if not known.may_approve(row["to"]):
            faults.warn(
                f"/delegations/{number}/to",
                "cannot_decide",
                f"{row['to']} has not the role approver, so nothing of this delegation ever comes to them.",
            )


def _times(faults: Faults, known: Known, now: datetime) -> None:
    for number, row in each(known.document, "calendars"):
        if not open_between(calendar_of(row, known.zone({})), now, now + AHEAD):
            faults.warn(
                f"/calendars/{number}",
                "closed_for_long",
                "This calendar is not open in the next 14 days, so no chain that runs by it ends in them.",
            )
    for number, row in each(known.document, "schedules"):
        for place, email in enumerate(row["people"]):
            if not known.may_approve(email):
                faults.warn(
                    f"/schedules/{number}/people/{place}",
                    "cannot_decide",
                    f"{email} has not the role approver, so while it is their turn nobody on duty can decide.",
                )


def _route(faults: Faults, path: str, route: Row, known: Known) -> None:
    asked: list[str] = []
    without = unable(known, route)
    spare = known.electors(route["fallback"]) if "fallback" in route else frozenset[str]()
    for inside, stage in stages_of(route):
        asked += [email for one in stage["requirements"] for email in known.named_by(one["from"])]
        everybody = spare
        for number, one in enumerate(stage["requirements"]):
            able = (known.electors(one["from"], asked) | spare) - without
            everybody |= able
            place = f"{path}{inside}/{number}"
            if {"schedule", "manager_of"} & set(one["from"]):
                _say_who_else(faults, place, one["from"], route, known)
            elif len(able) == one["approvals"]:
                _say_everybody(faults, place, one, has_fallback="fallback" in route)
        if stage.get("deny_threshold", 1) > len(everybody):
            faults.warn(
                f"{path}{inside.removesuffix('/requirements')}/deny_threshold",
                "never_rejected",
                f"{stage['deny_threshold']} rejections are needed, but only {len(everybody)} may decide here.",
            )


def _say_who_else(faults: Faults, path: str, target: Row, route: Row, known: Known) -> None:
    """Warn where a target that can come to nobody has nobody behind it."""
    steps = known.chains[route["chain"]].get("steps", [])
    if "fallback" not in route and not any(step["do"] in PEOPLE_STEPS for step in steps):
        faults.warn(
            f"{path}/from",
            "no_fallback",
            f"If {named(target)} is nobody or away, the action is held. Add a fallback, or a step that adds others.",
        )


def _say_everybody(faults: Faults, path: str, requirement: Row, *, has_fallback: bool) -> None:
    count = requirement["approvals"]
    others = "people" if has_fallback else "people, or a fallback"
    words = f"All {count} who may decide" if count > 1 else "The only one who may decide"
    faults.warn(
        f"{path}/approvals",
        "everybody_needed",
        f"{words} here must be there, or the action is held until its end. Ask for fewer, or add {others}.",
    )


def _chain(faults: Faults, path: str, row: Row, known: Known) -> None:
    if not is_whole(row):
        return
    chain = chain_of(row)
    late = unreachable(chain)
    for key in late:
        if "." not in key:
            faults.warn(
                f"{path}/steps/{int(key) - 1}",
                "unreachable_step",
                f"This step is never done: it stands at or after the end, which comes after {row['decide_within']}.",
            )
    passes = [key for key in late if "." in key]
    if passes:
        last = timetable(chain)[-1].after
        faults.warn(
            f"{path}/steps",
            "unreachable_step",
            f"With its repeats the chain goes on for {_span(last)}, but it ends after {row['decide_within']}: steps"
            f" {', '.join(passes[:5])}{' …' if len(passes) > 5 else ''} are never done.",
        )
    for number, step in enumerate(row.get("steps", [])):
        if step["do"] in PEOPLE_STEPS and not _finds(step["to"], row["slug"], known):
            faults.warn(
                f"{path}/steps/{number}/to",
                "adds_nobody",
                f"Of {named(step['to'])} nobody has the role approver, so this step finds nobody.",
            )


def _finds(target: Row, chain: str, known: Known) -> bool:
    """Whether a step of a chain can come to somebody, by whatever route it is reached."""
    return any(known.electors(target, asked) for asked in _asked(chain, known)) or bool(known.electors(target))


def _asked(chain: str, known: Known) -> Iterator[list[str]]:
    for _, route in each(known.document, "routes"):
        if route["chain"] == chain:
            yield [
                email
                for _, stage in stages_of(route)
                for one in stage["requirements"]
                for email in known.electors(one["from"])
            ]


def _span(length: timedelta) -> str:
    """Return a length in the largest unit of the document that it is a whole number of: `90m`."""
    seconds = int(length.total_seconds())
    units = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
    return next(f"{seconds // size}{unit}" for unit, size in units.items() if seconds % size == 0)

"""Chains: steps in the order of time, repeats that end, and an end by approval only where nothing can go wrong."""

from __future__ import annotations

from datetime import datetime

from approvals.configuration.compile_roads import chain_of
from approvals.configuration.compile_times import calendar_of
from approvals.configuration.faults import Faults
from approvals.configuration.known import Known, Row, each
from approvals.configuration.reach import Kind, kinds_of, may_match
from approvals.configuration.times import share_of
from escalations.calendars import NeverOpens, add_open
from escalations.plan import MOST_ENTRIES, after_of, timetable
from escalations.terms import Chain

MOST_NAMED = 5


def check_chains(faults: Faults, known: Known) -> None:
    """Check every chain of the document."""
    for number, chain in each(known.document, "chains"):
        path = f"/chains/{number}"
        if chain.get("clock", "wall") != "wall":
            known.expect(faults, f"{path}/clock", "calendar", chain["clock"])
        for place, step in each(chain, "steps"):
            if "to" in step:
                known.expect_target(faults, f"{path}/steps/{place}/to", step["to"])
        if is_whole(chain):
            _steps(faults, f"{path}/steps", chain)
        if chain.get("finally") == "approve":
            _approval(faults, f"{path}/finally", chain, known)


def is_whole(chain: Row) -> bool:
    """Whether the chain could be read as far as its steps need it."""
    steps = chain.get("steps", [])
    return {"slug", "decide_within"} <= set(chain) and all(
        isinstance(step, dict) and {"at", "do"} <= set(step) for step in steps
    )


def _steps(faults: Faults, path: str, row: Row) -> None:
    chain = chain_of(row)
    spans = [after_of(chain, step) for step in chain.steps]
    wrong = False
    for number, span in enumerate(spans):
        place = f"{path}/{number}"
        if number and span < spans[number - 1]:
            wrong = True
            faults.add(
                f"{place}/at",
                "steps_out_of_order",
                f"This step ({_at(row, number)}) comes before step {number} ({_at(row, number - 1)}) in time."
                " Write steps in the order they happen.",
            )
        if chain.steps[number].do == "repeat":
            wrong |= not _repeats(faults, place, number + 1, chain)
    if not wrong and chain.steps:
        _length(faults, path, chain)


def _at(row: Row, number: int) -> str:
    at: str = row["steps"][number]["at"]
    return f"{at} of {row['decide_within']}" if share_of(at) is not None else at


def _repeats(faults: Faults, path: str, number: int, chain: Chain) -> bool:
    """Whether a repeat has something before it to repeat, and takes time."""
    step = chain.steps[number - 1]
    if number == 1:
        faults.add(path, "nothing_to_repeat", "The first step has nothing before it to repeat. Put steps before it.")
        return False
    if step.first >= number:
        faults.add(
            f"{path}/from",
            "nothing_to_repeat",
            f"Step {number} repeats from a step before it: 1 to {number - 1}, not {step.first}.",
        )
        return False
    before = after_of(chain, chain.steps[step.first - 2]) if step.first > 1 else None
    if before is not None and after_of(chain, step) <= before:
        faults.add(
            f"{path}/at",
            "endless_repeat",
            f"From step {step.first} to this one no time passes, so it would repeat at once. Put it later.",
        )
        return False
    return True


def _length(faults: Faults, path: str, chain: Chain) -> None:
    try:
        timetable(chain)
    except ValueError:
        faults.add(
            path,
            "too_many_steps",
            f"With its repeats the chain comes to more than {MOST_ENTRIES} steps. Repeat fewer times.",
        )


def _approval(faults: Faults, path: str, chain: Row, known: Known) -> None:
    """Silence may approve only what is of low risk and can be undone, by whatever route it comes."""
    for _, route in each(known.document, "routes"):
        if route.get("chain") != chain.get("slug") or route.get("mode") == "off":
            continue
        harmful = [kind for kind in kinds_of(known) if not kind.harmless and may_match(route.get("when") or [], kind)]
        if harmful:
            faults.add(path, "approve_not_allowed", _why(route, harmful))


def _why(route: Row, harmful: list[Kind]) -> str:
    listed = ", ".join(kind.called for kind in harmful[:MOST_NAMED]) + (" …" if len(harmful) > MOST_NAMED else "")
    return (
        f"Silence approves only what is of low risk and reversible, but by route “{route.get('name', '')}” this chain"
        f" is reached by {listed}. Write reject or hold, or give the route conditions on agent and action that leave"
        " no others."
    )


def check_ends(faults: Faults, document: Row, now: datetime) -> None:
    """Refuse a chain that its calendar never lets come to an end, in a document that is whole otherwise."""
    calendars = {row["slug"]: row for _, row in each(document, "calendars")}
    zone = document["organization"].get("timezone", "UTC")
    for number, row in each(document, "chains"):
        if row.get("clock", "wall") == "wall":
            continue
        try:
            add_open(calendar_of(calendars[row["clock"]], zone), now, chain_of(row).decide_within)
        except NeverOpens:
            faults.add(
                f"/chains/{number}/decide_within",
                "never_ends",
                f"Calendar “{row['clock']}” is not open for {row['decide_within']} within ten years. Write a shorter"
                " time, or open the calendar longer.",
            )

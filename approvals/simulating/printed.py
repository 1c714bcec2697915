"""A simulation as lines of text, for the terminal: one moment after the other, as on the page."""

from __future__ import annotations

from collections.abc import Iterator

from approvals.simulating import words
from approvals.simulating.terms import Event, Simulation, Told

CHANNELS = {"inapp": "inbox", "email": "e-mail", "slack": "Slack"}
MARKS = {"asked": "o", "added": "o", "replaced": "o", "end": "*", "skipped": "-", "left": "-", "voted": "v"}


def lines(told: Simulation) -> Iterator[str]:
    """Yield a simulation line by line."""
    supposed = told.supposed
    amount = f", {supposed.amount.spoken}" if supposed.amount else ""
    moment = words.moment(told.at, told.timezone)
    yield f"{supposed.action}{amount}, {told.risk} risk, by {supposed.agent}, on {moment} ({told.timezone})"
    if told.route:
        yield f"Route “{told.route}”, chain {told.chain}. {told.reason}"
    yield ""
    width = max((len(_moment(told, event)) for event in told.events), default=5)
    for event in told.events:
        yield from _event(told, event, width)
    yield ""
    for warning in told.warnings:
        yield f"! {warning.sentence}"
    if not told.warnings:
        yield "Every step can be reached and reaches somebody. Nobody is asked about what they started or own."


def _moment(told: Simulation, event: Event) -> str:
    return words.moment(event.at, told.timezone, told.at)


def _event(told: Simulation, event: Event, width: int) -> Iterator[str]:
    """Yield an event: its moment and sentence, then each person on a line."""
    yield f"{_moment(told, event):>{width}}  {MARKS.get(event.kind, '.')}  {event.sentence}"
    for person in event.people:
        if event.kind in ("asked", "added", "replaced", "skipped", "left"):
            yield f"{'':>{width}}     {_person(person)}"


def _person(person: Told) -> str:
    """Return "Jonas Berg for Priya Raman, stands in for her: inbox and e-mail. May decide up to 2,000 EUR"."""
    if person.struck:
        return f"  not {person.name}" + (f": {person.note}" if person.note else "")
    via = f", {person.via}" if person.via else ""
    channels = words.listed([CHANNELS[one] for one in person.channels])
    told = f": {channels}" if person.channels else ""
    return f"  {person.name}{via}{told}" + (f". {person.note}" if person.note else "")

"""The form that hands decisions over, between what was typed and what the API would be sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from approvals.faces.times import zone_of
from approvals.posted import PostedDelegation
from approvals.schemas import lending
from core.errors import FieldError

LONGEST = 300
MOST = 100
A_WEEK = timedelta(days=7)
MORNING = time(9)
Posted = Mapping[str, Sequence[str]]  # every field with all that was sent by its name
FIELDS = ("from", "to", "starts", "until", "agents", "actions", "max_amount", "reason")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as text; moments as `datetime-local` writes them, local to the grantor."""

    grantor: str
    delegate: str
    starts: str
    until: str
    some: bool = False
    agents: tuple[str, ...] = ()
    actions: str = ""
    max_amount: str = ""
    currency: str = ""
    reason: str = ""
    waiting_too: bool = True


def typed(posted: Posted, *, delegate: str, now: datetime, zone: str) -> Typed:
    """Return what was typed, with what is offered first where nothing was: from tomorrow on, for five days.

    `zone` is the grantor's.
    """

    def text(name: str, first: str = "") -> str:
        return (posted.get(name) or [first])[-1].strip()[:LONGEST]

    starts, until = offered(now, zone)
    return Typed(
        grantor=text("from").lower(),
        delegate=text("to", delegate).lower(),
        starts=text("starts", starts)[:40],
        until=text("until", until)[:40],
        some=text("scope") == "some",
        agents=tuple(one[:63] for one in posted.get("agents", ())[:MOST]),
        actions=text("actions"),
        max_amount=text("max_amount")[:40],
        currency=text("currency")[:12],
        reason=text("reason"),
        waiting_too="waiting_too" in posted or "sent" not in posted,
    )


def offered(now: datetime, zone: str) -> tuple[str, str]:
    """Return the stretch the form begins with: tomorrow, and the five days from then."""
    tomorrow = now.astimezone(zone_of(zone)).date() + timedelta(days=1)
    return f"{tomorrow.isoformat()}T00:00", f"{(tomorrow + timedelta(days=5)).isoformat()}T00:00"


def until_morning(now: datetime, zone: str) -> datetime:
    """Return tomorrow at nine, in a zone: when "away until tomorrow" ends."""
    here = zone_of(zone)
    return datetime.combine(now.astimezone(here).date() + timedelta(days=1), MORNING, here)


def read(form: Typed, *, own: str) -> PostedDelegation:
    """Return the delegation that the form describes; `own` is the reader's e-mail. Raises InvalidFields by field."""
    said: dict[str, object] = {"to": form.delegate, "until": form.until, "waiting_too": form.waiting_too}
    if form.grantor != own.lower():
        said["from"] = form.grantor
    if form.starts:
        said["starts"] = form.starts
    if form.reason:
        said["reason"] = form.reason
    if form.some:
        kinds = [one.strip() for one in form.actions.replace(";", ",").split(",") if one.strip()]
        said |= {"agents": list(form.agents)} if form.agents else {}
        said |= {"actions": kinds} if kinds else {}
        said |= {"max_amount": f"{_plain(form.max_amount)} {form.currency}"} if form.max_amount else {}
    return lending.delegation(json.dumps(said).encode())


def faults(errors: Sequence[FieldError]) -> Mapping[str, str]:
    """Return one sentence for each field of the form that something is wrong with, by the field's name."""
    found: dict[str, str] = {}
    for error in errors:
        name = error.pointer.removeprefix("/").split("/")[0]
        if name in FIELDS:
            found.setdefault(name, error.detail)
    return found


def _plain(amount: str) -> str:
    """Return an amount without the signs that group its digits."""
    return "".join(amount.split()).replace(",", "").replace("’", "")

"""Once a day every lane is replayed. One that is not what its ledger says is frozen, and the admins are told.

It runs beside the engine's beat, in a thread of its own: however many ledgers there are, no chain waits for it.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import Error, connection
from django.db.models import F

from accounts.models import Organization, Person
from agents.keeping import Given, append
from agents.ledger import Freeze
from agents.models import LaneRow
from approvals.auditor import organizations
from approvals.flow import trust_sweep
from approvals.models import Beat
from approvals.ratchet.verify import Difference, differences, lanes_of
from audit.record import record
from core import clock, ids, tx
from delivery import letters
from delivery.post import Promise, promise_all

NAME = "ledgers"
INVARIANT = "lane_differs_from_its_ledger"
EVERY = timedelta(hours=24)
REASON = "its ledger does not give this state; an admin looks at it"
log = structlog.get_logger(__name__)
_under_way = threading.Lock()


def start_if_due() -> threading.Thread | None:
    """Begin in a thread of its own if nobody has for a day and none is under way; return that thread."""
    if not _under_way.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_run, name="ledgers", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    try:
        run_if_due()
    except Error:
        log.exception("ledgers_not_replayed")  # looked at again within the minute, if nobody did
    finally:
        connection.close()
        _under_way.release()


def run_if_due() -> bool:
    """Replay every lane if nobody has for a day; the first to come does. Returns whether it did."""
    if not _claim():
        return False
    began, lanes, broken = clock.now(), 0, 0
    for org in organizations():
        trust_sweep.note_waiting(org)
        for lane in lanes_of(org):
            lanes += 1
            broken += bool(look_at(org, lane))
    facts = {"lanes": lanes, "broken": {INVARIANT: broken}, "seconds": (clock.now() - began).total_seconds()}
    Beat.objects.filter(name=NAME).update(facts=facts)
    return True


def _claim() -> bool:
    pulse, _ = Beat.objects.get_or_create(name=NAME, defaults={"at": clock.now() - 2 * EVERY})
    if pulse.at > clock.now() - EVERY:
        return False
    return bool(Beat.objects.filter(name=NAME, at=pulse.at).update(at=clock.now()))


def look_at(org: int, lane: UUID) -> list[Difference]:
    """Replay one lane; freeze it and tell the admins if it differs. Returns the differences."""
    found = differences(org, lane)
    if found:
        log.error("lane_differs_from_its_ledger", org=org, lane=ids.public("lan", lane), first=found[0].line)
        _freeze(org, lane, found)
    return found


@tx.use_case
def _freeze(org: int, lane: UUID, found: list[Difference]) -> None:
    row = LaneRow.objects.select_for_update(of=("self",), no_key=True).get(pk=lane)
    if row.frozen:
        return  # whoever froze it knows
    now = tx.now()
    try:
        append(row, [Given(Freeze(REASON))], now=now, by="engine")
    except (KeyError, TypeError, ValueError):  # its state cannot even be read
        LaneRow.objects.filter(pk=lane).update(frozen=True, level=0, version=F("version") + 1)
    facts: dict[str, Any] = {
        "agent": found[0].agent,
        "lane": found[0].name,
        "count": len(found),
        "first": found[0].what,
    }
    record("lane.differs", actor="engine", subject=ids.public("lan", lane), facts=facts, at=now)
    _tell(found, lane, now)


def _tell(found: list[Difference], lane: UUID, now: datetime) -> None:
    organization = Organization.objects.get(pk=tx.current().org)
    told = "\n".join(f"- {letters.one_line(one.line, longest=300)}" for one in found[:20])
    body = (
        "Every night the ledger of each lane is replayed. This one does not give what stands in the lane, which is a"
        f" fault of ours. It is frozen: everything waits for people.\n\n{told}\n\n{settings.BASE_URL}/agents/"
        f"{found[0].agent}\nPlease report this, with what `manage.py ratchet verify --org {organization.slug}` says.\n"
    )
    title = f"{found[0].agent}, {found[0].name}: the lane differs from its ledger and is frozen"
    promise_all(
        [
            Promise(
                channel="email",
                kind=letters.MAIL,
                address=admin.email,
                once=f"differs:{lane.hex}:{now:%Y-%m-%d}:{admin.pk.hex}",
                payload=letters.seal(letters.header(title), body, ""),
                person=admin.pk,
                due_at=now,
            )
            for admin in Person.objects.filter(roles__contains=["admin"], archived_at=None)
        ]
    )

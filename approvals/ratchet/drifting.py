"""Once an hour every lane that stands above supervised is compared with its own past (agents.drift).

What looks otherwise than before is a signal: it may tighten the lane, where its type says so, and nothing more. From
then on, and from a new version on, the lane's past begins anew: people saw everything there was meanwhile.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, zip_longest
from typing import Any

import structlog
from django.db import Error, connection
from django.db.models import Q

from agents.drift import BEGINS, PAST_DAYS, WINDOW_DAYS, Figure, Seen, alarms, compare, reason
from agents.keeping import days, moment_of
from agents.models import LaneRow, MoveRow
from agents.terms import Risk
from agents.trust import SUPERVISED, trust_of
from approvals.auditor import organizations
from approvals.ground import stand
from approvals.models import Beat
from approvals.plans import PEOPLE_STEPS
from approvals.ratchet.evidence import signal
from core import clock, tx

NAME = "drift"
EVERY = timedelta(hours=1)
MOST = 10_000  # actions of one lane that are looked at: what was before them is no past of a lane so busy
Named = tuple[uuid.UUID, str, str]  # an agent, a type and a risk: lanes of every confidence together
log = structlog.get_logger(__name__)
_under_way = threading.Lock()

_SEEN = """
select a.created_at, a.confidence,
    case a.execution when 'failed' then true when 'succeeded' then false end,
    case when d.by = 'people' and d.outcome <> 'answered' then d.outcome = 'rejected' or d.edited end,
    case when d.by in ('people', 'deadline') then coalesce((a.plan->>'fallback_used')::boolean, false)
        or jsonb_array_length(coalesce(a.plan->'chain'->'ran', '[]')) > 0
        or exists (select 1 from jsonb_array_elements(coalesce(a.plan->'chain'->'steps', '[]'))
            with ordinality s(one, place) where s.place <= a.step and s.one->>'do' = any(%(people)s)) end
from (
    select * from approvals_action where org_id = %(org)s and agent_id = %(agent)s and type = %(type)s
    and risk = %(risk)s and kind = 'approval' and created_at > %(since)s order by created_at desc limit %(most)s
) a
left join approvals_decision d on d.org_id = a.org_id and d.action_id = a.id
"""


def start_if_due() -> threading.Thread | None:
    """Begin in a thread of its own if nobody has for an hour and none is under way; return that thread."""
    if not _under_way.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_run, name="drift", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    try:
        run_if_due()
    except Error:
        log.exception("drift_not_looked_for")  # looked at again within the minute, if nobody did
    finally:
        connection.close()
        _under_way.release()


def run_if_due() -> bool:
    """Compare every lane if nobody has for an hour; the first to come does. Returns whether it did."""
    pulse, _ = Beat.objects.get_or_create(name=NAME, defaults={"at": clock.now() - 2 * EVERY})
    if pulse.at > clock.now() - EVERY or not Beat.objects.filter(name=NAME, at=pulse.at).update(at=clock.now()):
        return False
    began, looked, tightened = clock.now(), 0, 0
    for org, lane in _by_turns():
        looked, tightened = looked + 1, tightened + _try(org, lane)
    facts = {"lanes": looked, "tightened": tightened, "seconds": (clock.now() - began).total_seconds()}
    Beat.objects.filter(name=NAME).update(facts=facts)
    return True


def _by_turns() -> Iterator[tuple[int, Named]]:
    """Return the lanes that something runs alone in, one of each organization in turn."""
    of_each = [[(org, lane) for lane in _alone(org)] for org in organizations()]
    return (one for one in chain.from_iterable(zip_longest(*of_each)) if one is not None)


def _alone(org: int) -> list[Named]:
    with tx.reading(org):
        rows = LaneRow.objects.filter(level__gt=SUPERVISED, tightened=False)
        return list(rows.values_list("agent_id", "type", "risk").distinct().order_by("agent_id", "type", "risk"))


def _try(org: int, lane: Named) -> bool:
    """Look at one lane; one that cannot be looked at stands in nobody's way."""
    try:
        return look(org, lane)
    except Exception as raised:
        if tx.is_away(raised):
            raise
        log.exception("lane_not_compared", org=org, agent=str(lane[0]), type=lane[1], risk=lane[2])
        return False


@tx.use_case
def look(org: int, lane: Named) -> bool:
    """Compare one lane with its past, and tighten it if it looks otherwise; return whether that changed anything."""
    agent, kind, risk = lane
    ground = stand(agent)
    found = ground.terms.type_named(kind)
    checked: Risk = risk  # type: ignore[assignment]  # rows have one of RISKS
    if not found.known or not trust_of(found, checked).tighten_on_drift:
        return False
    odd = alarms(figures(agent, kind, risk))
    return bool(odd) and bool(signal(agent, kind, risk, ground, reason(odd)))


def figures(agent: uuid.UUID, kind: str, risk: str) -> tuple[Figure, ...]:
    """Return how the lane's requests look of late beside its own past, one figure a signal, in the scope that is open.

    `figure.spoken` says each in words; pages show them as "Requests look like before" unless one is alarming.
    """
    now = days(tx.now())
    since = max(_begins(agent, kind, risk), now - WINDOW_DAYS - PAST_DAYS)
    return compare(seen_of(agent, kind, risk, since=since), now=now, since=since)


def seen_of(agent: uuid.UUID, kind: str, risk: str, *, since: float) -> list[Seen]:
    """Return what is known of the lane's actions posted after `since`, in days; of a busy lane, of the newest."""
    asked: dict[str, Any] = {
        "org": tx.current().org,
        "agent": agent,
        "type": kind,
        "risk": risk,
        "since": moment_of(since),
        "most": MOST,
        "people": list(PEOPLE_STEPS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, asked)
        rows = cursor.fetchall()
    return [
        Seen(days(at), failed=failed, escalated=escalated, overridden=overridden, confidence=confidence)
        for at, confidence, failed, overridden, escalated in rows
    ]


def _begins(agent: uuid.UUID, kind: str, risk: str) -> float:
    """Return when the past of a lane begins, in days; 0 if it is as old as the lane."""
    anew = Q(code="version") | Q(code="tighten", sentence__startswith=BEGINS)
    moves = MoveRow.objects.filter(anew, lane__agent_id=agent, lane__type=kind, lane__risk=risk)
    last = moves.order_by("-at").values_list("at", flat=True).first()
    return days(last) if last else 0.0

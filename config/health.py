"""For those who watch us: does the process live, can it do its work, and how does it do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Gauge, generate_latest

from approvals import auditor
from approvals.models import Beat
from approvals.ratchet import nightly
from delivery import jobs, registry
from delivery.wire import connect

LATE = timedelta(minutes=1)
PATIENCE = 3.0  # seconds: a database that stands still keeps its connections open and says nothing
MOST = 10_000  # rows counted of one kind; a longer queue shows as this many

DATABASE_UP = Gauge("countersign_database_up", "1 if PostgreSQL answers")
REDIS_UP = Gauge("countersign_redis_up", "1 if Redis answers")
CLOCKLESS = Gauge("countersign_open_actions_without_a_clock", "Open actions that nothing would ever end; must be 0")
LAPSE_LAG = Gauge("countersign_lapse_lag_seconds", "How long the oldest due action has waited for an engine")
PARCEL_LAG = Gauge("countersign_parcel_lag_seconds", "How long the oldest due parcel has waited for a worker")
DUE_ACTIONS = Gauge("countersign_due_actions", f"Actions whose moment has come, up to {MOST}")
DUE_PARCELS = Gauge("countersign_due_parcels", f"Parcels that may be sent now, up to {MOST}", ["channel"])
AUDITED = Gauge("countersign_auditor_age_seconds", "How long ago the hourly look at the invariants began")
BROKEN = Gauge("countersign_broken_invariants", "Actions that break what must always hold; must be 0", ["invariant"])
NUDGES = Gauge("countersign_nudges", "Nudges that no worker has taken yet")

prober = ThreadPoolExecutor(2, "readyz")

BACKLOG = """
select app_now(), oldest_due_action(), oldest_due_parcel(), actions_without_a_clock(),
(select count(*) from due_actions(app_now(), %s)),
exists (select 1 from due_delegations(app_now() - make_interval(secs => %s), 1))
"""


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for an engine or a worker, at the database's `now`."""

    now: datetime
    oldest_action: datetime | None
    oldest_parcel: datetime | None
    clockless: int
    due_actions: int
    has_late_delegation: bool = False

    def lag(self, oldest: datetime | None) -> timedelta:
        """Return how long `oldest` is overdue; zero if it is not."""
        return max(self.now - oldest, timedelta(0)) if oldest else timedelta(0)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer while the process lives, whatever else is broken."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer 200 if the servers answer and nothing due is older than a minute; else 503, and what is wrong."""
    wrong = problems()
    text = "\n".join(wrong) if wrong else "ready"
    return HttpResponse(f"{text}\n", status=503 if wrong else 200, content_type="text/plain; charset=utf-8")


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer in Prometheus' format, measured at this moment."""
    measure()
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def problems() -> list[str]:
    """Return, in sentences, why this installation cannot do its work; empty if it can."""
    try:
        wrong = of_backlog(backlog_in_time())
    except (DatabaseError, TimeoutError):
        wrong = ["The database does not answer."]
    try:
        nudges_waiting()
    except (redis.RedisError, OSError):
        wrong.append("Redis does not answer.")
    return wrong


def of_backlog(waiting: Backlog) -> list[str]:
    """Return, in sentences, what waits too long."""
    wrong = []
    for lag, who, what in (
        (waiting.lag(waiting.oldest_action), "engine", "an action"),
        (waiting.lag(waiting.oldest_parcel), "worker", "a message"),
    ):
        if lag > LATE:
            wrong.append(f"No {who} keeps up: {what} has been due for {lag.total_seconds():.0f} s.")
    if waiting.has_late_delegation:
        wrong.append(f"No engine keeps up: a delegation has been due for more than {LATE.total_seconds():.0f} s.")
    if waiting.clockless:
        wrong.append(f"{waiting.clockless} open actions have no clock.")
    return wrong


def measure() -> None:
    """Set every gauge. What cannot be measured keeps its last value, and its server's gauge says 0."""
    try:
        waiting = backlog_in_time()
        due = {channel: due_parcels(channel) for channel in registry.channels()}
        pulse = Beat.objects.filter(name=auditor.NAME).first()
        nights = Beat.objects.filter(name=nightly.NAME).first()
    except (DatabaseError, TimeoutError):
        DATABASE_UP.set(0)
    else:
        DATABASE_UP.set(1)
        CLOCKLESS.set(waiting.clockless)
        LAPSE_LAG.set(waiting.lag(waiting.oldest_action).total_seconds())
        PARCEL_LAG.set(waiting.lag(waiting.oldest_parcel).total_seconds())
        DUE_ACTIONS.set(waiting.due_actions)
        for channel, count in due.items():
            DUE_PARCELS.labels(channel).set(count)
        if pulse is not None:
            AUDITED.set((waiting.now - pulse.at).total_seconds())
        broken = pulse.facts.get("broken", {}) if pulse is not None else {}
        for invariant in auditor.INVARIANTS:
            BROKEN.labels(invariant).set(broken.get(invariant, 0))
        lanes = nights.facts.get("broken", {}) if nights is not None else {}
        BROKEN.labels(nightly.INVARIANT).set(lanes.get(nightly.INVARIANT, 0))
    try:
        NUDGES.set(nudges_waiting())
        REDIS_UP.set(1)
    except (redis.RedisError, OSError):
        REDIS_UP.set(0)


def backlog_in_time() -> Backlog:
    """Return what waits, or give up after three seconds. Raises DatabaseError or TimeoutError."""
    return prober.submit(_backlog_apart).result(PATIENCE)


def _backlog_apart() -> Backlog:
    try:
        return backlog()
    finally:
        connection.close()


def backlog() -> Backlog:
    """Return what waits, over all organizations. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute(BACKLOG, [MOST, LATE.total_seconds()])
        return Backlog(*cursor.fetchone())


def due_parcels(channel: str) -> int:
    """Return how many parcels of a channel may be sent now. Raises DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from due_parcels(%s, app_now(), %s, %s, '{}'::text[])", [channel, MOST, MOST])
        count: int = cursor.fetchone()[0]
    return count


def nudges_waiting() -> int:
    """Return how many nudges no worker has taken. Raises redis.RedisError or OSError."""
    with connect() as server:
        return int(jobs.post_queue(server).count)

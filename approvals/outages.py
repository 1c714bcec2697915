"""When no engine was alive: the pulse it leaves in the database, and the gaps in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from approvals.models import Beat
from core import clock

NAME = "engine"
EVERY = timedelta(seconds=5)  # between two beats that are written down
GAP = timedelta(seconds=60)  # of silence that is an outage
KEPT = 20  # outages

# One statement, so that of many engines one notes the gap: the row's lock puts them one after the other. The clock is
# the database's own.
_BEAT = """
insert into approvals_beat as pulse (name, at, facts) values (
    %(name)s, coalesce(%(now)s::timestamptz, clock_timestamp() + make_interval(secs => %(shift)s)), '{"outages": []}')
on conflict (name) do update set
    at = excluded.at,
    facts = case
        when excluded.at - pulse.at <= make_interval(secs => %(gap)s) then pulse.facts
        else jsonb_set(pulse.facts, '{outages}', (
            select jsonb_agg(gap order by place) from (
                select gap, place from jsonb_array_elements(coalesce(pulse.facts->'outages', '[]')
                    || jsonb_build_array(jsonb_build_object('from', pulse.at, 'to', excluded.at)))
                    with ordinality as known (gap, place)
                order by place desc limit %(kept)s) newest))
        end
where excluded.at - pulse.at >= make_interval(secs => %(every)s)
"""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time without any engine, from its last sign of life to the next, or to now if there is none yet."""

    began: datetime
    ended: datetime

    @property
    def lasted(self) -> timedelta:
        """How long it was."""
        return self.ended - self.began

    def holds(self, at: datetime) -> bool:
        """Whether the moment `at` lies in it; its end does."""
        return self.began < at <= self.ended


def beat(now: datetime | None = None) -> None:
    """Say that an engine is alive at `now`, which without one is what the database's clock shows.

    At most every five seconds that is written down; a silence of over a minute before it is an outage. A statement of
    its own, outside any organization.
    """
    parameters = {
        "name": NAME,
        "now": now,
        "shift": clock.shift().total_seconds(),
        "gap": GAP.total_seconds(),
        "every": EVERY.total_seconds(),
        "kept": KEPT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, parameters)


class Pulse:
    """The pulse of one engine, which may be felt as often as it looks for work."""

    def __init__(self) -> None:
        self._next = 0.0

    def beat(self) -> None:
        """Beat, if it is time. Raises what a database that is away raises."""
        if clock.monotonic() >= self._next:
            beat()
            self._next = clock.monotonic() + EVERY.total_seconds()


def outage_before(now: datetime) -> Outage | None:
    """Return the last time, up to `now` (the database's clock), in which no engine was alive; None if there was none.

    Where no engine has ever been there is nothing to be missed.
    """
    pulse = Beat.objects.filter(name=NAME).first()
    if pulse is None:
        return None
    if now - pulse.at > GAP:
        return Outage(pulse.at, now)
    known: list[dict[str, Any]] = [one for one in pulse.facts.get("outages", ()) if _read(one["to"]) <= now]
    return Outage(_read(known[-1]["from"]), _read(known[-1]["to"])) if known else None


def _read(at: str) -> datetime:
    return datetime.fromisoformat(at)

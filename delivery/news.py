"""What became of what somebody was mailed about: one short mail in its thread, at most one a person and minute.

Mail cannot be edited, so whoever was asked by mail and did not decide is told that it no longer waits. What ends within
the same minute joins the mail that waits for the minute's end, or for the end of the reader's quiet hours.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.models import Person
from core import ids, tx
from delivery import digests, jobs, links, registry
from delivery.letters import ENDED

MINUTE = timedelta(minutes=1)
MOST = 100  # named in one mail


@dataclass(frozen=True, slots=True)
class Ended:
    """An action that is over: `said` is half a sentence, "Approved by Jonas Berg"; `knowing` need not be told.

    `waits` says of those who are not to be woken by it when their quiet hours are over.
    """

    action: UUID
    title: str
    said: str
    link: str
    at: datetime
    knowing: frozenset[UUID]
    waits: Mapping[UUID, datetime] = field(default_factory=dict)


@tx.inside_use_case
def tell(ended: Sequence[Ended], organization: str) -> None:
    """Promise the mails about these to those who have received mail that asked them, and do not know."""
    mailed = _mailed([one.action for one in ended]) if ended else {}
    told: dict[tuple[UUID, datetime], list[Ended]] = defaultdict(list)
    for one in ended:
        for person in mailed.get(one.action, {}):
            if person not in one.knowing:
                told[person, one.waits.get(person, _minute_after(one.at))].append(one)
    if not told:
        return
    people = {one for one, _ in told}
    people -= digests.stopped("ended", people)
    readers = {row.pk: row for row in Person.objects.filter(pk__in=people, archived_at=None)}
    rows = [
        _row(readers[one], due_at, said, organization)
        for (one, due_at), said in sorted(told.items(), key=itemgetter(0))
        if one in readers
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_JOIN, rows)
        tx.after_commit("nudge email", partial(jobs.nudge, "email"))


def _mailed(actions: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Return who has received mail that asked them, by action."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct action, person from delivery_parcel where org_id = %s and action = any(%s)"
            " and channel = 'email' and kind = any(%s) and status = 'sent' and person is not null",
            [tx.current().org, list(actions), sorted(links.LINKED)],
        )
        found: dict[UUID, set[UUID]] = defaultdict(set)
        for action, person in cursor.fetchall():
            found[action].add(person)
    return found


_JOIN = """
    insert into delivery_parcel (id, org_id, channel, kind, person, address, endpoint, once, payload, number, status,
                                 due_at, give_up_at, attempts, last_error, created_at)
        values (%s, %s, 'email', %s, %s, %s, %s, %s, %s, nextval('delivery_parcel_number'), 'waiting', %s, %s, 0, '',
                app_now())
    on conflict (org_id, once) do update set payload = jsonb_set(delivery_parcel.payload::jsonb, '{ended}',
            (delivery_parcel.payload::jsonb->'ended') || (excluded.payload::jsonb->'ended'))::text
        where delivery_parcel.status = 'waiting' and delivery_parcel.attempts = 0
          and jsonb_array_length(delivery_parcel.payload::jsonb->'ended') < 100
"""


def _minute_after(at: datetime) -> datetime:
    """Return the end of the minute that `at` is in."""
    minute = int(at.timestamp() // MINUTE.total_seconds())
    return datetime.fromtimestamp((minute + 1) * MINUTE.total_seconds(), UTC)


def _row(reader: Person, due_at: datetime, ended: Sequence[Ended], organization: str) -> list[Any]:
    transport = registry.transport("email")
    payload = {
        "organization": organization,
        "timezone": reader.timezone,
        "stop": digests.url_of(reader.org_id, reader.pk, "ended"),
        "ended": [
            {
                "action": ids.public("act", one.action),
                "title": one.title,
                "said": one.said,
                "at": one.at.isoformat(),
                "link": one.link,
            }
            for one in ended[:MOST]
        ],
    }
    return [
        ids.new(),
        tx.current().org,
        ENDED,
        reader.pk,
        reader.email,
        transport.endpoint(reader.email),
        f"ended:{reader.pk.hex}:{int(due_at.timestamp())}",
        json.dumps(payload, ensure_ascii=False),
        due_at,
        due_at + transport.abilities.lasts,
    ]

"""Promising: what a flow wants sent is a row of its own transaction, and a worker is nudged when that stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection

from core import ids, tx
from delivery import jobs, links, registry

Value = str | int | float | UUID | datetime | None

LONGEST_ONCE = 200
LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Something to be sent at least once.

    `once` names it for ever within the organization: a second promise of the same name is no promise. Parcels of one
    `order_key` are sent in the order promised. `due_at` and `give_up_at` default to now and the channel's own window.
    A callback's payload is its whole body, `{"type": …, "timestamp": …, "data": …}`, and needs `agent`.
    """

    channel: str
    kind: str
    address: str
    once: str
    payload: Mapping[str, Any]
    action: UUID | None = None
    agent: UUID | None = None
    person: UUID | None = None
    order_key: UUID | None = None
    due_at: datetime | None = None
    give_up_at: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what the table could not keep."""
        if not 0 < len(self.once) <= LONGEST_ONCE:
            raise ValueError(f"`once` must have 1 to {LONGEST_ONCE} characters, not {len(self.once)}")
        if len(self.address) > LONGEST_ADDRESS:
            raise ValueError(f"the address is longer than {LONGEST_ADDRESS} characters")


def promise(**said: Any) -> UUID | None:
    """Promise one thing: the arguments are those of Promise. Returns the parcel's id, or None if already promised."""
    return promise_all([Promise(**said)])[0]


@tx.inside_use_case
def promise_all(promises: Sequence[Promise]) -> list[UUID | None]:
    """Promise several things in one round trip; the ids are in the order given, None for what was promised before."""
    if not promises:
        return []
    org = tx.current().org
    new = [ids.new() for _ in promises]
    values: list[Value] = []
    for identifier, one in sorted(zip(new, promises, strict=True), key=lambda pair: _place(pair[1])):
        values += _row(org, identifier, one)
    with connection.cursor() as cursor:
        cursor.execute(f"{_INSERT} {', '.join([_VALUES] * len(promises))} {_ONCE}", values)
        kept = {row[0]: row[1] for row in cursor.fetchall()}
    _link(org, [(identifier, one) for identifier, one in zip(new, promises, strict=True) if identifier in kept], kept)
    for channel in {one.channel for one in promises}:
        tx.after_commit(f"nudge {channel}", partial(jobs.nudge, channel))
    return [identifier if identifier in kept else None for identifier in new]


def rows(promises: Sequence[Promise], *, at: datetime) -> list[dict[str, Any]]:
    """Return promises made at `at` as rows in JSON, for a statement that writes them with what they are about."""
    return [_plain_row(one, at) for one in sorted(promises, key=_place)]


def _place(one: Promise) -> tuple[bool, str]:
    """Return when a promise is written, of several: what others may promise at the same instant first, by its name.

    So two who promise the same (a morning's mail to the same two people) wait for each other in one order. What is
    about one action is written under its lock, in the order given, as is what has an order to be sent in.
    """
    return (False, one.once) if one.action is None and one.order_key is None else (True, "")


def nudge(promises: Iterable[Promise]) -> None:
    """Tell the workers, after the commit, of promises that were written as `rows`."""
    for channel in {one.channel for one in promises}:
        jobs.nudge(channel)


@tx.inside_use_case
def supersede(action: UUID, kinds: Iterable[str], *, people: Iterable[UUID] | None = None) -> int:
    """Take back what was promised about `action` and is not sent yet, of these kinds, to `people` or to all.

    Returns how many.
    """
    org = tx.current().org
    readers = None if people is None else list(people)
    with connection.cursor() as cursor:
        cursor.execute(_SUPERSEDE, [org, action, list(kinds), readers, readers, org])
        return int(cursor.rowcount)


_SUPERSEDE = """
    update delivery_parcel p set status = 'superseded', settled_at = app_now()
    from (
        select q.id from delivery_parcel q
        where q.org_id = %s and q.action = %s and q.status = 'waiting' and q.kind = any(%s)
          and (%s::uuid[] is null or q.person = any(%s)) order by q.id for no key update
    ) mine
    where p.org_id = %s and p.id = mine.id
"""
_INSERT = (
    "insert into delivery_parcel (id, org_id, channel, kind, action, agent, person, address, endpoint, once, payload,"
    " order_key, number, status, due_at, give_up_at, attempts, last_error, created_at) values"
)
_VALUES = (
    "(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, nextval('delivery_parcel_number'), 'waiting',"
    " coalesce(%s, app_now()), coalesce(%s, coalesce(%s, app_now()) + make_interval(secs => %s)), 0, '', app_now())"
)
_ONCE = "on conflict (org_id, once) do nothing returning id, created_at"
_LINK = "insert into delivery_link (id, org_id, hash, action, person, revision, expires_at, created_at) values"


def _link(org: int, kept: Sequence[tuple[UUID, Promise]], at: Mapping[UUID, datetime]) -> None:
    """Write the links of those mails that have one."""
    values: list[Value | bytes] = []
    for identifier, one in kept:
        if (link := _link_of(identifier, one, at[identifier])) is not None:
            values += [identifier, org, link.hash, one.action, one.person, link.revision, link.expires_at]
    if values:
        with connection.cursor() as cursor:
            cursor.execute(
                f"{_LINK} {', '.join(['(%s, %s, %s, %s, %s, %s, %s, app_now())'] * (len(values) // 7))}", values
            )


def _link_of(identifier: UUID, one: Promise, at: datetime) -> links.Written | None:
    if one.action is None or one.person is None:
        return None
    return links.made(identifier, channel=one.channel, kind=one.kind, payload=one.payload, at=at)


def _row(org: int, identifier: UUID, one: Promise) -> list[Value]:
    transport = registry.transport(one.channel)
    return [
        identifier,
        org,
        one.channel,
        one.kind,
        one.action,
        one.agent,
        one.person,
        one.address,
        transport.endpoint(one.address),
        one.once,
        _spelled(one.payload),
        one.order_key,
        one.due_at,
        one.give_up_at,
        one.due_at,
        transport.abilities.lasts.total_seconds(),
    ]


def _plain_row(one: Promise, at: datetime) -> dict[str, Any]:
    transport = registry.transport(one.channel)
    due_at = one.due_at or at
    identifier = ids.new()
    link = _link_of(identifier, one, at)
    return {
        "id": str(identifier),
        "channel": one.channel,
        "kind": one.kind,
        "action": _text(one.action),
        "agent": _text(one.agent),
        "person": _text(one.person),
        "address": one.address,
        "endpoint": transport.endpoint(one.address),
        "once": one.once,
        "payload": _spelled(one.payload),
        "order_key": _text(one.order_key),
        "due_at": due_at.isoformat(),
        "give_up_at": (one.give_up_at or due_at + transport.abilities.lasts).isoformat(),
        "link": link
        and {"hash": link.hash.hex(), "revision": link.revision, "expires_at": link.expires_at.isoformat()},
    }


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _spelled(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))

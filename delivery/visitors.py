"""Who listens on a websocket, and whether they still may.

An open socket outlives the request that let it in, so what let it in is looked at again before each hint and every few
seconds: the session, the account, the person, the role, the key. All sockets of a process are asked about together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q

from accounts.models import Key, Person, User
from accounts.session_store import kept_as
from accounts.viewer import viewer_of_session
from core import tx, vault

HEARS_ALL = frozenset({"admin", "auditor", "viewer"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person as a socket let them in: by a session (its row's content then) or by a key."""

    org: int
    person: UUID
    roles: frozenset[str]
    user: int | None = None
    session: str = ""
    content: str = ""
    key: UUID | None = None

    @property
    def hears_all(self) -> bool:
        """Whether every hint of the organization is for this person: those whose pages show everything."""
        return bool(self.roles & HEARS_ALL)


def by_session(session_key: str) -> Visitor | None:
    """Return who a session's cookie stands for, or None."""
    viewer = viewer_of_session(session_key)
    row = Session.objects.filter(session_key=kept_as(session_key)).values_list("session_data", flat=True).first()
    if viewer is None or row is None:
        return None
    return Visitor(
        viewer.org, viewer.person_id, frozenset(viewer.roles), user=viewer.user_id, session=session_key, content=row
    )


def by_key(text: str, *, now: datetime) -> Visitor | None:
    """Return whom a person's key belongs to, or None: agents and reporters listen to nothing."""
    if not vault.is_key(text):
        return None
    with connection.cursor() as cursor:
        cursor.execute("select org_id, key_id from find_key(%s)", [vault.hash_key(text)])
        found = cursor.fetchone()
    if found is None:
        return None
    org, key_id = found
    with tx.reading(org):
        key = Key.objects.filter(pk=key_id, kind=Key.Kind.PERSON).first()
        if key is None or key.holder is None or not key.is_live(now):
            return None
        person = Person.objects.filter(pk=key.holder, archived_at__isnull=True).first()
    if person is None:
        return None
    return Visitor(org, person.id, frozenset(person.roles), key=key_id)


def still_welcome(visitors: Iterable[Visitor], *, now: datetime) -> set[Visitor]:
    """Return those of `visitors` who may go on listening. Three questions and two for each organization, for all.

    Whoever's session row changed at all is looked at whole: another organization may have been chosen.
    """
    everybody = set(visitors)
    sessions = _live_sessions({one.session for one in everybody if one.session}, now)
    users = {one.user for one in everybody if one.user is not None}
    active = set(User.objects.filter(pk__in=users, is_active=True).values_list("pk", flat=True))
    at_home: dict[int, list[Visitor]] = defaultdict(list)
    for one in everybody:
        if one.session and (one.user not in active or not _session_holds(one, sessions)):
            continue
        at_home[one.org].append(one)
    return {one for org, some in at_home.items() for one in _known(org, some, now)}


def _live_sessions(keys: set[str], now: datetime) -> dict[str, str]:
    if not keys:
        return {}
    kept = {kept_as(key): key for key in keys}
    rows = Session.objects.filter(session_key__in=kept, expire_date__gt=now)
    return {kept[name]: content for name, content in rows.values_list("session_key", "session_data")}


def _session_holds(visitor: Visitor, sessions: dict[str, str]) -> bool:
    content = sessions.get(visitor.session)
    if content is None or content == visitor.content:
        return content is not None
    fresh = by_session(visitor.session)
    return fresh is not None and (fresh.org, fresh.person) == (visitor.org, visitor.person)


def _known(org: int, visitors: list[Visitor], now: datetime) -> list[Visitor]:
    """Return those who are people of the organization with the roles they came with, and whose key still opens."""
    wanted = {one.key for one in visitors if one.key is not None}
    with tx.reading(org):
        rows = Person.objects.filter(pk__in={one.person for one in visitors}, archived_at__isnull=True)
        people = {row[0]: (frozenset(row[1]), row[2]) for row in rows.values_list("id", "roles", "user_id")}
        live = Key.objects.filter(pk__in=wanted, kind=Key.Kind.PERSON, revoked_at__isnull=True)
        live = live.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
        keys = set(live.values_list("pk", flat=True)) if wanted else set()
    return [one for one in visitors if _is_same(one, people.get(one.person)) and (one.key is None or one.key in keys)]


def _is_same(visitor: Visitor, person: tuple[frozenset[str], int | None] | None) -> bool:
    if person is None or person[0] != visitor.roles:
        return False
    return not visitor.session or person[1] == visitor.user

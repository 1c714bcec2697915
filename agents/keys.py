"""Agents' keys, at most two at a time, and the door that every key goes through."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from accounts import signing
from accounts.keys import Issued, NoSuchHolder, make_key, revoke_key
from accounts.models import Key
from agents.models import Agent
from core import clock, tx, vault

MOST = 2
TOUCH_AFTER = timedelta(minutes=1)

_HOLDER = """
select k.kind, k.holder, k.name, k.used_at, k.expires_at, k.revoked_at, o.slug, o.require_signatures,
       a.slug, a.archived_at, p.email, p.name, p.roles, p.archived_at
  from accounts_key k
  join accounts_organization o on o.id = k.org_id
  left join agents_agent a on k.kind = 'agent' and a.id = k.holder and a.org_id = k.org_id
  left join accounts_person p on k.kind = 'person' and p.id = k.holder and p.org_id = k.org_id
 where k.id = %s
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose key it is. `name` is an agent's slug, a person's name or a reporter's; `id` is None for reporters."""

    org: int
    org_slug: str
    kind: str
    key_id: UUID
    id: UUID | None
    name: str
    email: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    require_signatures: bool = False


@tx.use_case
def issue_agent_key(org: int, *, slug: str, by: str = "operator") -> Issued:
    """Return a new key and signing secret. A third key takes the place of the oldest. Raises NoSuchHolder."""
    agent = Agent.objects.select_for_update(no_key=True).filter(slug=slug, archived_at__isnull=True).first()
    if agent is None:
        raise NoSuchHolder(f"There is no agent {slug} in this organization. Add it by `apply`.")
    return give_key(agent, by=by, at=tx.now())


@tx.inside_use_case
def give_key(agent: Agent, *, by: str, at: datetime, fresh: bool = False) -> Issued:
    """Make a key for an agent whose row is locked, or new; `fresh` leaves none of its old ones alive."""
    keep = 0 if fresh else MOST - 1
    replaced = ""
    for old in live_keys(agent.pk, at)[keep:]:
        revoke_key(old, by=by, at=at)
        replaced = old.hint
    issued = make_key(Key.Kind.AGENT, holder=agent.pk, name=agent.slug, by=by, at=at)
    return Issued(issued.key, issued.signing_secret, replaced)


def live_keys(agent: UUID, at: datetime) -> list[Key]:
    """Return the keys that open something, newest first."""
    rows = Key.objects.filter(kind=Key.Kind.AGENT, holder=agent, revoked_at__isnull=True).order_by("-created_at", "-id")
    return [row for row in rows if row.is_live(at)]


def signing_secrets(org: int, agent: UUID) -> tuple[str, ...]:
    """Return the signing secrets of an agent's live keys, newest first."""
    with tx.reading(org):
        rows = live_keys(agent, tx.now())
    return tuple(signing.unseal(row.signing_secret, holder=agent) for row in rows if row.signing_secret)


def find_holder(key: str, *, is_used: bool = True) -> Holder | None:
    """Return whose key this is, or None if it opens nothing: unknown, revoked, expired, or its holder archived.

    If it `is_used` to change something, the moment is noted, at most once a minute; looking changes nothing.
    """
    if not vault.is_key(key):
        return None
    found = _find(vault.hash_key(key))
    if found is None:
        return None
    org, key_id = found
    with tx.reading(org), connection.cursor() as cursor:
        cursor.execute(_HOLDER, [key_id])
        row = cursor.fetchone()
        if row is None:
            return None
        kind, holder_id, name, used_at, expires_at, revoked_at, slug, signatures, *rest = row
        agent_slug, agent_gone, email, person_name, roles, person_gone = rest
        if revoked_at is not None or agent_gone is not None or person_gone is not None:
            return None
        if expires_at is not None and expires_at <= tx.now():
            return None
    if kind == Key.Kind.AGENT:
        name = agent_slug
    elif kind == Key.Kind.PERSON:
        name = person_name
    if name is None:
        return None
    if is_used and (used_at is None or clock.now() - used_at >= TOUCH_AFTER):
        _touch(org, key_id)
    return Holder(org, slug, kind, key_id, holder_id, name, email or "", frozenset(roles or ()), signatures)


def _find(hashed: bytes) -> tuple[int, UUID] | None:
    with connection.cursor() as cursor:
        cursor.execute("select org_id, key_id from find_key(%s)", [hashed])
        row: tuple[int, UUID] | None = cursor.fetchone()
    return row


@tx.use_case
def _touch(org: int, key_id: UUID) -> None:
    """Note that a key was used; of several at once one writes."""
    at = tx.now()
    stale = Q(used_at__isnull=True) | Q(used_at__lt=at - TOUCH_AFTER / 2)
    Key.objects.filter(stale, pk=key_id, revoked_at__isnull=True).update(used_at=at)

"""Writing history: in the same transaction as what it tells, never best-effort."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from audit.kinds import kind_named
from core import tx
from core.canonical import canonical


@tx.inside_use_case
def record(kind: str, *, actor: str, subject: str, facts: Mapping[str, Any], at: datetime) -> None:
    """Note that something happened; the entry is written at the end of the use case, on the chain.

    `actor` is who did it: `person:ana@acme.test`, `agent:refunds`, `reporter:crm`, `engine`, `operator`. `subject` is
    the public id of what it happened to. `facts` are JSON values; secrets never belong there. Raises KeyError if the
    kind is unknown or a fact that its sentence needs is missing.
    """
    tx.current().kept.setdefault("audit", []).append(entry(kind, actor=actor, subject=subject, facts=facts, at=at))
    tx.at_end("audit", flush, is_last=True)


def entry(
    kind: str, *, actor: str, subject: str, facts: Mapping[str, Any], at: datetime
) -> tuple[datetime, str, str, str, bytes]:
    """Return the columns (at, kind, actor, subject, body) of an entry. Raises as `record` does."""
    kind_named(kind).sentence(actor, facts)
    told = {"at": at.isoformat(), "kind": kind, "actor": actor, "subject": subject, "facts": dict(facts)}
    return at, kind, actor, subject, canonical(told)


def flush() -> None:
    """Write the entries kept in this scope. The database's trigger chains them, in order."""
    scope = tx.current()
    entries = scope.kept.pop("audit", [])
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            "insert into audit_entry (org_id, seq, at, kind, actor, subject, body, prev_hash, hash)"
            " values (%s, 0, %s, %s, %s, %s, %s, '', '')",
            [(scope.org, *entry) for entry in entries],
        )

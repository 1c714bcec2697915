"""Reading history, for the page and the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from audit.kinds import kind_named
from audit.models import Entry

MOST = 200


@dataclass(frozen=True, slots=True)
class Told:
    """One entry as people and programs read it; every field but the hashes comes from the bytes that were hashed."""

    seq: int
    at: str
    kind: str
    actor: str
    subject: str
    facts: dict[str, Any]
    prev_hash: str
    hash: str
    body: str

    @property
    def sentence(self) -> str:
        """The entry in words, or its kind if that is no longer declared."""
        try:
            return kind_named(self.kind).sentence(self.actor, self.facts)
        except KeyError:
            return f"{self.actor}: {self.kind}"

    def as_json(self) -> dict[str, Any]:
        """Return the entry of CONTRACT 4's `GET /api/v1/audit`."""
        return {
            "seq": self.seq,
            "at": self.at,
            "kind": self.kind,
            "actor": self.actor,
            "subject": self.subject,
            "facts": self.facts,
            "prev_hash": self.prev_hash,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first, and the cursor of the next page (None at the end)."""

    items: tuple[Told, ...]
    next: str | None


def entries(*, cursor: int | None = None, limit: int = 50, kind: str = "", subject: str = "") -> Page:
    """Return entries older than the one numbered `cursor`, inside `tx.reading(org)`.

    `kind` is a whole code or its first part (`action` for all of `action.…`); `subject` a public id.
    """
    limit = max(1, min(limit, MOST))
    rows = Entry.objects.order_by("-seq")
    if cursor is not None:
        rows = rows.filter(seq__lt=cursor)
    if kind:
        rows = rows.filter(kind=kind) if "." in kind else rows.filter(kind__startswith=f"{kind}.")
    if subject:
        rows = rows.filter(subject=subject)
    found = [told(entry) for entry in rows[: limit + 1]]
    more = len(found) > limit
    return Page(tuple(found[:limit]), str(found[limit - 1].seq) if more else None)


def told(entry: Entry) -> Told:
    """Return an entry as it reads; a body that was damaged is shown as a fact, never refused."""
    raw = bytes(entry.body)
    try:
        body = json.loads(raw)
        return Told(
            seq=entry.seq,
            at=str(body["at"]),
            kind=str(body["kind"]),
            actor=str(body["actor"]),
            subject=str(body["subject"]),
            facts=dict(body["facts"]),
            prev_hash=bytes(entry.prev_hash).hex(),
            hash=bytes(entry.hash).hex(),
            body=raw.decode(),
        )
    except (ValueError, KeyError, TypeError):
        return Told(
            seq=entry.seq,
            at=entry.at.isoformat(),
            kind=entry.kind,
            actor=entry.actor,
            subject=entry.subject,
            facts={"damaged": raw.hex()},
            prev_hash=bytes(entry.prev_hash).hex(),
            hash=bytes(entry.hash).hex(),
            body="",
        )

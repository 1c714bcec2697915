"""The chain of one organization's history, recomputed from bytes. Pure: entries in, the first fault out.

hash = SHA-256(prev_hash || seq as 8 bytes big-endian || body), the first prev_hash is 32 zero bytes, and `body` is the
RFC 8785 form of {at, kind, actor, subject, facts}: three lines of any language check an export.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

START = bytes(32)


@dataclass(frozen=True, slots=True)
class Link:
    """One stored entry: the columns that pages search by, and the bytes that are hashed."""

    seq: int
    at: datetime
    kind: str
    actor: str
    subject: str
    body: bytes
    prev_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class End:
    """Where a chain ends: how many entries it has, and the hash of the last."""

    seq: int = 0
    hash: bytes = START


def hash_of(prev_hash: bytes, seq: int, body: bytes) -> bytes:
    """Return the hash of an entry; the very same sum is in the database's trigger `audit_append`."""
    return hashlib.sha256(prev_hash + seq.to_bytes(8, "big") + body).digest()


def fault(link: Link, before: End) -> str | None:
    """Return what is wrong with an entry that should follow `before`, in words, or None."""
    if link.seq != before.seq + 1:
        return f"entry {before.seq + 1} is missing; the next one found is {link.seq}"
    if link.prev_hash != before.hash:
        return "it does not follow from the entry before: their hashes differ"
    if hash_of(before.hash, link.seq, link.body) != link.hash:
        return "its content is not what was hashed when it was written"
    return _column_fault(link)


def _column_fault(link: Link) -> str | None:
    """Tell whether a column says something else than the body that was hashed."""
    try:
        told = json.loads(link.body)
        at = datetime.fromisoformat(told["at"])
        same = {"kind": link.kind, "actor": link.actor, "subject": link.subject}
        wrong = [name for name, value in same.items() if told[name] != value]
    except (ValueError, KeyError, TypeError):
        return "its body is not an entry"
    if at != link.at:
        wrong.append("at")
    return f"its column {wrong[0]} was changed and differs from its body" if wrong else None

"""One-time tokens: 256 random bits, of which the database only ever sees the SHA-256."""

from __future__ import annotations

import hashlib
import re
import secrets

SHAPE = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new() -> str:
    """Return a fresh token of 43 URL-safe letters."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """Return the 32 bytes by which a token is kept and found."""
    return hashlib.sha256(token.encode()).digest()

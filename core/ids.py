"""Identifiers: sortable UUIDs inside, prefixed words of 26 letters outside.

The layout is that of UUID version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits,
so rows made together lie together in an index and nobody can guess a neighbour's.
"""

from __future__ import annotations

import os
import re
import uuid
from threading import local

from core import clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {letter: n for n, letter in enumerate(_ALPHABET)}
DRAWN_AT_ONCE = 32
_drawn = local()
os.register_at_fork(after_in_child=_drawn.__dict__.clear)  # a child must not draw what its parent draws
_SHAPE = re.compile(r"[0-7][0-9a-hjkmnp-tv-z]{25}", re.ASCII)


def new() -> uuid.UUID:
    """Return a new identifier, sortable by the moment it was made."""
    milliseconds = int(clock.now().timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | int.from_bytes(_random(), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def _random() -> bytes:
    """Return 10 random bytes. Asked of the system for many at once: each asking lets other threads go first."""
    if not (left := getattr(_drawn, "left", b"")):
        left = os.urandom(10 * DRAWN_AT_ONCE)
    _drawn.left = left[10:]
    return left[:10]


def public(prefix: str, identifier: uuid.UUID) -> str:
    """Return the outside form: `public("act", …)` is `act_` and 26 letters of Crockford's base 32."""
    number, letters = identifier.int, []
    for _ in range(26):
        letters.append(_ALPHABET[number & 31])
        number >>= 5
    return f"{prefix}_{''.join(reversed(letters))}"


def parse(prefix: str, text: str) -> uuid.UUID | None:
    """Return the identifier that `text` names, or None if it is not of the form `prefix_…`."""
    head, _, body = text.partition("_")
    if head != prefix or not _SHAPE.fullmatch(body):
        return None
    number = 0
    for letter in body:
        number = number << 5 | _VALUE[letter]
    return uuid.UUID(int=number)

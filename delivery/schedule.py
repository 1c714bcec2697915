"""When a try that failed is repeated, and when we give up. Pure.

The wait after the n-th failure is drawn evenly from nothing to 5 s × 2^(n-1), but no further than 4 hours ("full
jitter", Brooker 2015), and is at least a second. A receiver's Retry-After makes it longer, never shorter. The last
try is made when the window closes: 72 hours for a callback, which is some thirty tries.

    failure     1     2     3     4     5     8      10     12 and later
    up to      5 s  10 s  20 s  40 s  80 s  11 min  43 min  2.8 h, then 4 h
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST = timedelta(seconds=5)
LEAST = timedelta(seconds=1)
LONGEST = timedelta(hours=4)


def wait(attempts: int, *, draw: float, retry_after: timedelta | None = None) -> timedelta:
    """Return how long to wait after failure number `attempts`; `draw` is a random number in [0, 1).

    wait(3, draw=0.5) is 10 s.
    """
    doublings: int = min(max(attempts - 1, 0), 16)
    ceiling = min(FIRST * (1 << doublings), LONGEST)
    return max(ceiling * draw, LEAST, retry_after or LEAST)


def next_try(
    attempts: int, *, at: datetime, give_up_at: datetime | None, draw: float, retry_after: timedelta | None = None
) -> datetime | None:
    """Return the moment of the next try after one that failed at `at`, or None if the window is over."""
    due_at = at + wait(attempts, draw=draw, retry_after=retry_after)
    if give_up_at is None:
        return due_at
    return None if at >= give_up_at else min(due_at, give_up_at)


def retry_after(header: str | None, *, at: datetime) -> timedelta | None:
    """Return what a Retry-After header asks for, or None if it is absent, malformed or in the past.

    Both forms of RFC 9110 are read: seconds, and a date.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return timedelta(seconds=int(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment - at if moment > at else None

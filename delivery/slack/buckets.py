"""How fast one may speak: one message a second to a conversation, and as long as Slack says after a 429.

A bucket is a workspace and a conversation (for posts) or a workspace and a method (for the rest). What Slack asked to
wait is kept in Redis, so that every worker waits; with Redis away each process knows its own, and Slack says it again.
"""

from __future__ import annotations

import threading
from datetime import timedelta

import redis
import structlog

from core import clock
from delivery.wire import connect

APART = 1.0  # seconds between two messages to one conversation
BURST = 3  # messages at once after a silence
log = structlog.get_logger(__name__)

_lock = threading.Lock()
_levels: dict[str, tuple[float, float]] = {}  # bucket → (level, when it was that)
_held: dict[str, float] = {}  # bucket → until when, of clock.monotonic
MOST = 10_000


def name_of(team: str, method: str, conversation: str) -> str:
    """Return the bucket of one call."""
    return f"{team} {conversation}" if method == "chat.postMessage" else f"{team} {method}"


def wait_for(bucket: str) -> float:
    """Take one message from the bucket, or return how many seconds to wait for one."""
    now = clock.monotonic()
    with _lock:
        held = max(_held.get(bucket, 0.0) - now, 0.0)
    held = max(held, _held_elsewhere(bucket))
    if held or " chat." in bucket:
        return held
    with _lock:
        if len(_levels) > MOST:
            _levels.clear()
        level, at = _levels.get(bucket, (0.0, now))
        level = max(0.0, level - (now - at) / APART)
        if level + 1 > BURST:
            _levels[bucket] = (level, now)
            return (level + 1 - BURST) * APART
        _levels[bucket] = (level + 1, now)
    return 0.0


def hold(bucket: str, span: timedelta) -> None:
    """Let nobody use the bucket for as long as Slack asked."""
    with _lock:
        _held[bucket] = clock.monotonic() + span.total_seconds()
    try:
        with connect() as server:
            server.set(_key(bucket), "1", px=max(int(span.total_seconds() * 1000), 1))
    except (redis.RedisError, OSError) as exc:
        log.warning("bucket_not_shared", error=str(exc))


def _held_elsewhere(bucket: str) -> float:
    try:
        with connect() as server:
            left = server.pttl(_key(bucket))
    except (redis.RedisError, OSError):
        return 0.0  # Slack will say it again
    return max(int(left), 0) / 1000 if isinstance(left, int) else 0.0


def _key(bucket: str) -> str:
    return f"countersign:slack:{bucket}"


def forget() -> None:
    """Remember nothing, as after a restart."""
    with _lock:
        _levels.clear()
        _held.clear()

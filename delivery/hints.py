"""Hints: "this changed, fetch it". They carry ids and never content, may be lost, and harm nobody when forged."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import redis

from delivery.wire import connect, wire

CHANNEL = "countersign:hints"
_LONGEST = 200


class Lost(Exception):
    """The hint could not be published."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Something of an organization changed. `people`: those whom it concerns; None is everybody."""

    org: int
    type: str
    id: str
    version: int
    people: frozenset[str] | None

    @classmethod
    def of(cls, org: int, kind: str, public_id: str, version: int, people: Iterable[UUID] | None) -> Hint:
        """Return the hint that a flow publishes."""
        return cls(org, kind, public_id, version, None if people is None else frozenset(map(str, people)))

    def encode(self) -> bytes:
        """Return the message, e.g. `{"org": 1, "type": "action", "id": "act_…", "version": 3, "people": ["…"]}`."""
        people = None if self.people is None else sorted(self.people)
        return json.dumps(
            {"org": self.org, "type": self.type, "id": self.id, "version": self.version, "people": people}
        ).encode()

    @classmethod
    def decode(cls, message: bytes) -> Hint:
        """Return what a message says. Raises ValueError for one that we did not write."""
        said: Any = json.loads(message)
        match said:
            case {"org": int(org), "type": str(kind), "id": str(name), "version": int(version), "people": people}:
                short = len(kind) <= _LONGEST and len(name) <= _LONGEST
                if short and (people is None or (isinstance(people, list) and all(isinstance(p, str) for p in people))):
                    return cls(org, kind, name, version, None if people is None else frozenset(people))
        raise ValueError("not a hint")


def publish(org: int, kind: str, public_id: str, version: int, people: Iterable[UUID] | None) -> None:
    """Tell every web process, after the commit. Neither waits nor raises; what is lost is polled."""
    hint = Hint.of(org, kind, public_id, version, people)
    message = hint.encode()

    def errand(server: redis.Redis) -> None:
        server.publish(CHANNEL, message)

    wire.soon(f"hint {public_id}", errand, joins=True)


def send(hint: Hint) -> None:
    """Publish at once, from a worker. Raises Lost."""
    try:
        with connect() as server:
            server.publish(CHANNEL, hint.encode())
    except (redis.RedisError, OSError) as exc:
        raise Lost(f"Redis is away: {exc}") from exc

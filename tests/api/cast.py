"""The cast of tests/world.py with their keys in hand: callers that speak JSON to the API, through all of Django."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from core import webhooks
from tests.world import World, make_world

Answer = Any  # what Django's test client returns: a response with `json()`


@dataclass
class Caller:
    """Somebody with a key. Every call goes through the whole of Django, as from outside."""

    key: str
    signing_secret: str = ""
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, **headers: str) -> Answer:
        return self.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {self.key}"} | headers)

    def post(self, path: str, body: Any = None, *, method: str = "POST", **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(
            method,
            f"/api/v1{path}",
            raw,
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.key}"} | {k.replace("_", "-"): v for k, v in headers.items()},
        )

    def signed(self, path: str, body: bytes, *, at: float | None = None, **headers: str) -> Answer:
        msg_id, stamp = f"msg_{secrets.token_hex(8)}", int(time.time() if at is None else at)
        told = {
            "webhook_id": msg_id,
            "webhook_timestamp": str(stamp),
            "webhook_signature": webhooks.sign([self.signing_secret], msg_id, stamp, body),
        }
        return self.post(path, body, **(told | headers))


@dataclass
class Acme:
    """One organization with its people, agents and a reporter, as callers: `acme.bo.get("/inbox")`."""

    world: World
    agent: Caller
    other_agent: Caller
    reporter: Caller
    people: dict[str, Caller]

    @property
    def org(self) -> int:
        return self.world.org

    @property
    def slug(self) -> str:
        return self.world.slug

    def __getattr__(self, name: str) -> Caller:
        return self.people[name]

    def posted(self, eur: str = "120.00", **more: Any) -> dict[str, Any]:
        """Post a refund and return the action."""
        answer = self.agent.post("/actions", refund(eur, **more))
        assert answer.status_code == 201, answer.content
        action: dict[str, Any] = answer.json()
        return action

    def read(self, action: dict[str, Any]) -> dict[str, Any]:
        """Return the action as it is now."""
        answer = self.agent.get(f"/actions/{action['id']}")
        assert answer.status_code == 200, answer.content
        now: dict[str, Any] = answer.json()
        return now

    def vote(self, who: str, action: dict[str, Any], vote: str = "approve", **more: Any) -> Answer:
        """Vote on an action as it was seen."""
        body = {"vote": vote, "digest": action["digest"]} | more
        return self.people[who].post(f"/actions/{action['id']}/votes", body)


def refund(eur: str = "120.00", **more: Any) -> dict[str, Any]:
    """Return the body of an ordinary post."""
    return {
        "action": "refund.create",
        "arguments": {"amount": eur, "currency": "EUR", "customer": {"name": "Mia"}},
        "summary": "Refund for a late parcel",
    } | more


def found_acme(*, require_signatures: bool = False) -> Acme:
    """Found an organization of its own, with everybody's keys."""

    def edit(document: dict[str, Any]) -> None:
        if require_signatures:
            document["organization"]["require_signatures"] = True

    return callers(make_world(edit))


def callers(world: World) -> Acme:
    """Return the cast of a world with their keys."""
    return Acme(
        world=world,
        agent=Caller(world.key("refunds"), world.secret("refunds")),
        other_agent=Caller(world.key("outreach"), world.secret("outreach")),
        reporter=Caller(world.reporter_key()),
        people={name: Caller(world.person_key(name)) for name in ("ana", "bo", "cy", "dee", "eve", "finn")},
    )

"""An organization of its own for each test, and callers with keys that speak JSON to the API."""

from __future__ import annotations

import itertools
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from accounts.keys import issue_person_key, issue_reporter_key
from approvals.flow.apply import apply
from core import webhooks

Answer = Any  # what Django's test client returns: a response with `json()`

_numbers = itertools.count(1)

DOCUMENT = """
version: 1
organization: {{slug: {slug}, name: Acme, require_signatures: {require_signatures}}}
people:
  - {{email: ana@acme.test, name: Ana Ruiz, roles: [admin, approver]}}
  - {{email: bo@acme.test, name: Bo Lind, roles: [approver]}}
  - {{email: cy@acme.test, name: Cy Vos, roles: [approver], authority: {{max_amount: "100 EUR"}}}}
  - {{email: dee@acme.test, name: Dee Ott, roles: [viewer]}}
teams:
  - {{slug: finance, name: Finance, members: [ana@acme.test, bo@acme.test, cy@acme.test]}}
agents:
  - slug: refunds
    name: Refunds agent
    owner: dee@acme.test
    actions:
      - type: refund.create
        title: "Refund {{amount}}"
        risk: medium
        amount: {{value: /amount, currency: /currency}}
        schema: {{type: object, required: [amount, currency], properties: {{amount: {{type: string}}}}}}
        limits: {{per_hour: 5000, max_amount: "2000 EUR"}}
      - {{type: note.add, risk: low, reversible: true}}
  - {{slug: other, name: Other agent, actions: [{{type: note.add, risk: low}}]}}
routes:
  - {{name: everything, stages: [[{{approvals: 1, from: {{team: finance}}}}]], chain: standard}}
chains:
  - {{slug: standard, decide_within: 4h, execute_within: 15m, finally: reject}}
"""


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
    """One organization with its people, agents and a reporter."""

    org: int
    slug: str
    agent: Caller
    other_agent: Caller
    reporter: Caller
    people: dict[str, Caller]

    def __getattr__(self, name: str) -> Caller:
        return self.people[name]

    def posted(self, **more: Any) -> dict[str, Any]:
        """Post a refund and return the action."""
        answer = self.agent.post("/actions", refund(**more))
        assert answer.status_code == 201, answer.content
        action: dict[str, Any] = answer.json()
        return action


def refund(**more: Any) -> dict[str, Any]:
    """Return the body of an ordinary post."""
    return {
        "action": "refund.create",
        "arguments": {"amount": "120.00", "currency": "EUR", "customer": {"name": "Mia"}},
        "summary": "Refund for a late parcel",
    } | more


def found_acme(*, require_signatures: bool = False) -> Acme:
    """Found an organization through the real flows."""
    slug = f"acme-{next(_numbers)}-{secrets.token_hex(4)}"
    text = DOCUMENT.format(slug=slug, require_signatures=str(require_signatures).lower())
    applied = apply(text)
    created = applied.created
    return Acme(
        org=applied.org,
        slug=slug,
        agent=Caller(created["refunds"].key, created["refunds"].signing_secret),
        other_agent=Caller(created["other"].key, created["other"].signing_secret),
        reporter=Caller(issue_reporter_key(applied.org, name="crm").key),
        people={
            name: Caller(issue_person_key(applied.org, email=f"{name}@acme.test").key)
            for name in ("ana", "bo", "cy", "dee")
        },
    )

"""One organization of a run: its configuration document, and what its agents post."""

from __future__ import annotations

import json
from typing import Any

Document = dict[str, Any]


def document(number: int, *, agents: int, people: int, callback: str = "") -> Document:
    """Return one organization's document: people, rules, routes and limits as a small company has them."""
    slug = f"acme-{number}"
    addresses = [f"person{n}@{slug}.test" for n in range(people)]
    return {
        "version": 1,
        "organization": {"slug": slug, "name": f"Acme {number}", "timezone": "Europe/Amsterdam"},
        "people": [{"email": f"admin@{slug}.test", "name": "Ana Ruiz", "roles": ["admin", "approver"]}]
        + [{"email": one, "name": f"Person {n}", "roles": ["approver"]} for n, one in enumerate(addresses)],
        "teams": [{"slug": "finance", "name": "Finance", "members": addresses}],
        "agents": [_agent(n, owner=f"admin@{slug}.test", callback=callback) for n in range(agents)],
        "rules": [
            {"name": "no wires", "when": [{"field": "action", "op": "is", "value": "wire.send"}], "then": "deny"},
            {"name": "nothing huge", "when": [_amount("50000 EUR")], "then": "deny"},
        ],
        "routes": [
            {
                "name": "big refunds",
                "when": [_amount("5000 EUR")],
                "stages": [[{"approvals": 2, "from": {"team": "finance"}}]],
                "chain": "standard",
            },
            *(_desk(n, one) for n, one in enumerate(addresses[:agents])),
            {
                "name": "everything else",
                "stages": [[{"approvals": 1, "from": {"team": "finance"}}]],
                "chain": "standard",
                "fallback": {"person": f"admin@{slug}.test"},
            },
        ],
        "chains": [{"slug": "standard", "decide_within": "4h", "execute_within": "15m"}],
    }


def _desk(number: int, person: str) -> Document:
    """Return the route of one agent to one person: one mail, as most actions have."""
    return {
        "name": f"desk {number}",
        "when": [{"field": "agent", "op": "is", "value": f"refunds-{number}"}],
        "stages": [[{"approvals": 1, "from": {"person": person}}]],
        "chain": "standard",
    }


def _amount(least: str) -> Document:
    return {"field": "amount", "op": "at_least", "value": least}


def _agent(number: int, *, owner: str, callback: str) -> Document:
    action = {
        "type": "refund.create",
        "title": "Refund {amount} to {/customer/name}",
        "effect": "{amount} leaves the payments account within a minute",
        "undo": "No, once the card network settles",
        "risk": "medium",
        "amount": {"value": "/amount", "currency": "/currency"},
        "limits": {"per_hour": 3000},
        "schema": {
            "type": "object",
            "required": ["amount", "currency"],
            "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
        },
    }
    said: Document = {
        "slug": f"refunds-{number}",
        "name": f"Refunds agent {number}",
        "owner": owner,
        "actions": [action],
        "limits": {"per_minute": 2000, "pending": 3000},
    }
    return said | ({"callback_url": callback} if callback else {})


def body(number: int = 0) -> bytes:
    """Return what an agent posts: 700 bytes with arguments, the agent's words and a piece of context."""
    said = {
        "action": "refund.create",
        "arguments": {
            "amount": "129.90",
            "currency": "EUR",
            "order": f"A-2026-{100000 + number}",
            "customer": {"id": "cus_8812", "name": "Mirjam de Vries", "since": "2019-04-02"},
            "lines": [{"sku": "TENT-2P", "quantity": 1, "price": "129.90"}],
        },
        "summary": "Refund a tent that arrived torn",
        "reason": "The customer sent two photographs on Tuesday; the seam is torn, and returns are within thirty days.",
        "context": [{"title": "Photographs", "kind": "text", "value": "Two, both show the seam at the entrance torn."}],
        "confidence": 0.93,
        "environment": "production",
        "agent_version": "2026.11.3",
        "run_id": "run-77120",
    }
    return json.dumps(said).encode()

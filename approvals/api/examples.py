"""Bodies as the documentation shows them. Tests post each of them."""

from __future__ import annotations

from typing import Any

DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

POST: dict[str, Any] = {
    "action": "refund.create",
    "arguments": {"order": "A-1009", "amount": "120.00", "currency": "EUR"},
    "summary": "Refund Mia for the parcel that came late",
    "reason": "The carrier says it was delivered nine days after the promised date.",
    "context": [{"title": "Tracking", "kind": "text", "value": "Delivered on 18 November"}],
    "confidence": 0.93,
    "amount": {"value": "120.00", "currency": "EUR"},
    "run_id": "run-4711",
}
REVISE: dict[str, Any] = {
    "arguments": {"order": "A-1009", "amount": "60.00", "currency": "EUR"},
    "reason": "Half of it, as you suggested.",
}
WITHDRAW: dict[str, Any] = {"reason": "The customer changed her mind."}
REPLY: dict[str, Any] = {"text": "The blue one; the other arrived in time."}
START: dict[str, Any] = {"digest": DIGEST}
FINISH: dict[str, Any] = {"status": "succeeded", "detail": "Refund re_81 is booked."}
OUTCOME: dict[str, Any] = {"verdict": "incorrect", "severity": "minor", "note": "The customer was refunded before."}
SHADOW: dict[str, Any] = {
    "version": "1.5.0",
    "of": "act_01jv1x8z9q6t4c2r0w7k5m3h1d",
    "arguments": {"order": "A-1009", "amount": "60.00", "currency": "EUR"},
}
VOTE: dict[str, Any] = {"vote": "reject", "digest": DIGEST, "comment": "Refunded on Monday already, see order A-1009."}
QUESTION: dict[str, Any] = {"text": "Which of the two parcels was late?"}
JUDGEMENT: dict[str, Any] = {
    "verdict": "wrong",
    "severity": "minor",
    "note": "The order was paid with a voucher, which is not refunded.",
}
DELEGATE: dict[str, Any] = {
    "to": "bo@acme.test",
    "starts": "2026-12-21T00:00",
    "until": "2027-01-04T00:00",
    "actions": ["refund.*"],
    "max_amount": "1000 EUR",
    "reason": "Holidays",
}
REASSIGN: dict[str, Any] = {"to": "bo@acme.test"}
ESCALATE: dict[str, Any] = {"epoch": 1}
REAPPLY: dict[str, Any] = {"config_version": 8}
SNOOZE: dict[str, Any] = {"until": "2026-12-01T09:00:00+01:00"}
LEVEL: dict[str, Any] = {
    "level": "assisted",
    "reason": "A pilot with the support team.",
    "until": "2026-12-01T09:00:00Z",
}
REASON: dict[str, Any] = {"reason": "It refunds the same order twice."}
SIMULATE: dict[str, Any] = {
    "agent": "refunds",
    "action": "refund.create",
    "amount": "1840 EUR",
    "at": "2026-11-22T03:00:00+01:00",
    "away": ["ana@acme.test"],
    "answers": [{"after": 1800, "person": "bo@acme.test", "vote": "approve"}],
}
SIMULATE_HISTORY: dict[str, Any] = {"document": "version: 1\norganization: {slug: acme}\n…", "last": 100}

"""What the API answers about audits."""

from __future__ import annotations

from approvals.api.shaping import AT, FREE, RISK, TEXT, maybe, shape

_JUDGED = shape(
    verdict={"enum": ["right", "wrong"]},
    severity=maybe({"enum": ["minor", "major", "critical"]}),
    note=maybe(TEXT),
    by=maybe(TEXT),
    at=AT,
    of={"enum": ["sampled", "double", "adjudication"]},
    action_id=TEXT,
)
AUDIT = shape(
    id={"type": "string", "pattern": "^aud_[0-9a-z]{26}$"},
    status={"enum": ["open", "answered"]},
    agent=TEXT,
    action=TEXT,
    title=TEXT,
    arguments=FREE,
    risk=RISK,
    created_at=AT,
    url={"type": "string", "format": "uri"},
    answer=maybe(_JUDGED),
)

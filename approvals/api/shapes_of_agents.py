"""What the API answers about agents, their lanes, and the organization that stops them."""

from __future__ import annotations

from approvals.api.shaping import AT, LEVEL, NUMBER, RISK, TEXT, YES, many, maybe, shape

LANE = shape(
    action=TEXT,
    risk=RISK,
    level=LEVEL,
    ceiling=LEVEL,
    tightened=YES,
    accuracy_bound=maybe({"type": "number"}),
    required=maybe({"type": "number"}),
    blockers=many(TEXT),
    reviewed=NUMBER,
    limits=many({}),
)
AGENT = shape(agent=TEXT, name=TEXT, paused=YES, lanes=many(LANE))
_UNUSED = shape(count=NUMBER, actions=many(TEXT))
STOPPED = shape(agent=TEXT, name=TEXT, paused=YES, lanes=many(LANE), unused=_UNUSED)
ORGANIZATION = shape(
    organization=TEXT,
    paused=YES,
    paused_at=maybe(AT),
    paused_by=maybe(TEXT),
    reason=maybe(TEXT),
    stopped_by_operator=YES,
    agents=NUMBER,
)
ORGANIZATION["properties"]["unused"] = _UNUSED  # where it was stopped just now

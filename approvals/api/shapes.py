"""What the API answers, as JSON Schema for the OpenAPI document. Tests hold these to what is really answered."""

from __future__ import annotations

from approvals.api.shapes_of_agents import AGENT, ORGANIZATION, STOPPED
from approvals.api.shapes_of_audits import AUDIT
from approvals.api.shaping import AT, DIGEST, FREE, LEVEL, NUMBER, RISK, TEXT, YES, Schema, many, maybe, ref, shape

VOTER = shape(
    name=TEXT,
    email=TEXT,
    on_behalf_of=maybe(TEXT),
    channel={"enum": ["web", "api", "email", "slack"]},
    vote={"enum": ["approve", "reject", "abstain"]},
    comment=maybe(TEXT),
    at=AT,
)

DECISION = shape(
    id=TEXT,
    outcome={"enum": ["approved", "rejected", "answered"]},
    by={"enum": ["people", "ratchet", "rule", "limit", "paused", "deadline"]},
    people=many(VOTER),
    comment=maybe(TEXT),
    edited=YES,
    choice=maybe(TEXT),
    answer=maybe(TEXT),
    reject_option=maybe(TEXT),
    decided_at=AT,
    receipt=maybe(TEXT),
)

VERDICT = shape(
    by={"enum": ["route", "ratchet", "rule", "limit", "paused"]},
    reason=TEXT,
    level=LEVEL,
    risk=RISK,
    route=maybe(TEXT),
    config_version=NUMBER,
)

ACTION = shape(
    id={"type": "string", "pattern": "^act_[0-9a-z]{26}$"},
    status={"enum": ["pending", "approved", "rejected", "expired", "withdrawn", "superseded"]},
    kind={"enum": ["approval", "question"]},
    agent=TEXT,
    action=TEXT,
    title=TEXT,
    arguments=FREE,
    digest=DIGEST,
    revision=NUMBER,
    epoch=NUMBER,
    created_at=AT,
    decide_by=maybe(AT),
    execute_by=maybe(AT),
    url={"type": "string", "format": "uri"},
    verdict=VERDICT,
    asked=many(shape(name=TEXT, email=TEXT, since=AT, on_behalf_of=maybe(TEXT))),
    votes=shape(approvals=NUMBER, needed=NUMBER),
    step=shape(number=NUMBER, of=NUMBER, next_at=maybe(AT)),
    held=YES,
    info_requested=maybe(shape(text=TEXT, by=TEXT, at=AT)),
    decision=maybe(ref("Decision")),
    execution=maybe(
        shape(status={"enum": ["started", "succeeded", "failed", "lapsed", "revoked"]}, at=AT, detail=maybe(TEXT))
    ),
    outcome=maybe(
        shape(
            verdict={"enum": ["correct", "incorrect"]},
            severity=maybe({"enum": ["minor", "major", "critical"]}),
            note=maybe(TEXT),
            by=TEXT,
            at=AT,
        )
    ),
    state=maybe(FREE),
    summary=TEXT,
    reason=TEXT,
    amount=maybe(shape(value=TEXT, currency=TEXT)),
    confidence=maybe({"type": "number"}),
    environment=maybe(TEXT),
    agent_version=maybe(TEXT),
    run_id=maybe(TEXT),
    requested_by=maybe(TEXT),
    replies=many(shape(question=TEXT, text=TEXT, at=AT)),
    optional={"original_arguments": FREE},
)


PROBLEM = shape(
    type=TEXT,
    title=TEXT,
    status=NUMBER,
    detail=TEXT,
    code=TEXT,
    optional={"errors": many(shape(pointer=TEXT, code=TEXT, detail=TEXT)), "instance": TEXT},
)

PERSON = shape(
    **dict.fromkeys(("id", "email", "name"), TEXT),
    roles=many(TEXT),
    channels=many(shape(channel=TEXT, address=maybe(TEXT), works=YES, error=maybe(TEXT), urgencies=many(TEXT))),
    teams=many(TEXT),
    manager=maybe(TEXT),
    authority=FREE,
    timezone=TEXT,
    organization=shape(slug=TEXT, name=TEXT),
    waiting=NUMBER,
)

DELEGATION = shape(
    **{"from": TEXT},
    id={"type": "string", "pattern": "^dlg_[0-9a-z]{26}$"},
    to=TEXT,
    starts=AT,
    until=AT,
    timezone=TEXT,
    agents=maybe(many(TEXT)),
    actions=maybe(many(TEXT)),
    max_amount=maybe(TEXT),
    reason=TEXT,
    waiting_too=YES,
    state={"enum": ["active", "coming", "ended"]},
    origin={"enum": ["person", "document"]},
    created_by=maybe(TEXT),
    created_at=AT,
    ended_at=maybe(AT),
    ended_by=maybe(TEXT),
)

_TOLD = shape(
    email=TEXT,
    name=TEXT,
    via=TEXT,
    on_behalf_of=maybe(TEXT),
    channels=many({"enum": ["inapp", "email", "slack"]}),
    note=TEXT,
    struck=YES,
)

SIMULATION = shape(
    at=AT,
    timezone=TEXT,
    agent=TEXT,
    action=TEXT,
    amount=maybe(shape(value=TEXT, currency=TEXT)),
    risk=RISK,
    reason=TEXT,
    route=maybe(TEXT),
    chain=maybe(TEXT),
    needed=NUMBER,
    stages=NUMBER,
    events=many(
        shape(
            at=AT,
            kind={
                "enum": [
                    "asked",
                    "skipped",
                    "reminded",
                    "warned",
                    "added",
                    "replaced",
                    "webhook",
                    "voted",
                    "left",
                    "end",
                ]
            },
            stage=NUMBER,
            step=maybe(TEXT),
            people=many(_TOLD),
            sentence=TEXT,
        )
    ),
    end=shape(
        at=maybe(AT),
        outcome={"enum": ["approved", "rejected", "held"]},
        by={"enum": ["people", "rule", "limit", "deadline", "nobody"]},
        sentence=TEXT,
    ),
    warnings=many(shape(code=TEXT, sentence=TEXT)),
)

_SECONDS: Schema = {"type": "number", "minimum": 0}
_WAY = shape(
    route=maybe(TEXT),
    needed=NUMBER,
    asked=many(TEXT),
    steps=many(shape(after=_SECONDS, kind=TEXT, people=many(TEXT))),
    end=shape(after=_SECONDS, outcome={"enum": ["approved", "rejected", "held"]}),
)

SIMULATED_HISTORY = shape(
    considered=NUMBER,
    different=NUMBER,
    headline=TEXT,
    reached=many(shape(who=TEXT, before=NUMBER, after=NUMBER)),
    actions=many(shape(id=TEXT, title=TEXT, posted_at=AT, before=_WAY, after=_WAY, text=TEXT)),
)

_ROAD = shape(
    config_version=NUMBER,
    route=maybe(TEXT),
    chain=TEXT,
    needed=NUMBER,
    people=many(TEXT),
    decide_by=maybe(AT),
    steps=many(shape(after=_SECONDS, do=TEXT, to=maybe(FREE))),
)
_ROAD["required"].append("finally")  # a word of Python's, so no keyword
_ROAD["properties"]["finally"] = {"enum": ["reject", "hold", "approve"]}

REAPPLICATION = shape(
    config_version=NUMBER,
    now=_ROAD,
    then=_ROAD,
    changes=many(TEXT),
    keeps_votes=YES,
    would_weaken=maybe(TEXT),
    would_be_rejected=maybe(TEXT),
    ends_at_once=YES,
)

ENTRY = shape(
    seq=NUMBER,
    at=AT,
    kind=TEXT,
    actor=TEXT,
    subject=TEXT,
    facts=FREE,
    prev_hash={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    hash={"type": "string", "pattern": "^[0-9a-f]{64}$"},
)


def _page(name: str) -> Schema:
    return shape(items=many(ref(name)), next=maybe(TEXT))


SCHEMAS: dict[str, Schema] = {
    "Action": ACTION,
    "Actions": _page("Action"),
    "Agent": AGENT,
    "StoppedAgent": STOPPED,
    "Audit": AUDIT,
    "Audits": _page("Audit"),
    "Organization": ORGANIZATION,
    "Decision": DECISION,
    "Delegation": DELEGATION,
    "Delegations": _page("Delegation"),
    "Entries": _page("Entry"),
    "Entry": ENTRY,
    "Insights": FREE | {"description": "Comes with a later version."},
    "Jwks": shape(keys=many(shape(kty=TEXT, crv=TEXT, x=TEXT, kid=TEXT, alg=TEXT, use=TEXT))),
    "Person": PERSON,
    "Problem": PROBLEM,
    "Reapplication": REAPPLICATION,
    "Shadow": shape(of=TEXT, version=TEXT, same=YES),
    "SimulatedHistory": SIMULATED_HISTORY,
    "Simulation": SIMULATION,
}

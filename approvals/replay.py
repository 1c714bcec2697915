"""Every decision counted again, from history alone, by the same pure function that decided it.

Read in order, an organization's audit entries say how each action began, who voted, who was eligible and how it ended.
What does not follow, or differs from the rows of today, is a sentence here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from approvals.models import Action, Decision, Revision
from approvals.quorum import Ballot, Plan, outcome
from audit.models import Entry
from core import ids
from core.canonical import action_digest

_KINDS = ("action.posted", "action.voted", "action.revised", "action.decided")
_STATUS = {"approved": "approved", "rejected": "rejected"}


@dataclass(slots=True)
class _Open:
    """What history has said of an action that has not ended yet."""

    posted: dict[str, Any]
    digests: set[str]
    voted: list[tuple[str, str, str | None]] = field(default_factory=list)


def replay(org: int) -> Iterator[str]:
    """Yield one sentence for each decision that does not follow from its history, in the scope that is open."""
    waiting: dict[str, _Open] = {}
    entries = Entry.objects.filter(org_id=org, kind__in=_KINDS).order_by("seq").values_list("seq", "subject", "body")
    for seq, subject, raw in entries.iterator(chunk_size=1000):
        told = json.loads(bytes(raw))
        facts = told["facts"]
        match told["kind"]:
            case "action.posted":
                state = _Open(facts, {facts["digest"]})
                if facts["status"] == "pending":
                    waiting[subject] = state
                else:
                    yield from _as_stored(seq, subject, facts)
            case "action.revised" if subject in waiting:
                waiting[subject].digests.add(facts["digest"])
            case "action.voted" if subject in waiting:
                who = told["actor"].removeprefix("person:").lower()
                waiting[subject].voted.append((who, facts["vote"], facts.get("on_behalf_of")))
            case "action.decided":
                begun = waiting.pop(subject, None)
                if begun is None:
                    yield f"entry {seq}: {subject} ended without having begun"
                else:
                    yield from _decided(seq, subject, begun, facts, datetime.fromisoformat(told["at"]))


def _decided(seq: int, subject: str, begun: _Open, facts: dict[str, Any], at: datetime) -> Iterator[str]:
    if facts["digest"] not in begun.digests:
        yield f"entry {seq}: {subject} was decided for content that was never proposed"
    if facts["by"] == "people":
        yield from _counted(seq, subject, begun, facts, at)
    yield from _as_stored(seq, subject, facts)


def _counted(seq: int, subject: str, begun: _Open, facts: dict[str, Any], at: datetime) -> Iterator[str]:
    """Count the votes again."""
    stand = [one for one in facts["votes"] if one["standing"] == "counted" and one["revision"] == facts["revision"]]
    for one in stand:
        if (one["person"], one["vote"], one["on_behalf_of"]) not in begun.voted:
            yield f"entry {seq}: {subject} counts a vote of {one['person']} that was never cast"
        for who in {one["person"], one["on_behalf_of"]} & {(begun.posted["requested_by"] or "").lower()}:
            yield f"entry {seq}: {subject} counts {who}, who asked for it"
    ballots = [
        Ballot(
            person=one["person"],
            vote=one["vote"],
            at=datetime.fromisoformat(one["at"]),
            on_behalf_of=one["on_behalf_of"],
            stage=one["stage"],
            edited=one["edited"],
        )
        for one in stand
    ]
    people = tuple(tuple(frozenset(names) for names in stage) for stage in facts["eligible"])
    tally = outcome(Plan.from_json(facts["plan"]), ballots, people, now=at, decide_by=None)
    if tally.state != _STATUS[facts["status"]]:
        yield f"entry {seq}: {subject} was closed as {facts['status']}, but its votes come to {tally.state}"


def _as_stored(seq: int, subject: str, told: dict[str, Any]) -> Iterator[str]:
    """Compare history with the rows of today."""
    status, by, digest = told["status"], told["by"], told["digest"]
    identifier = ids.parse("act", subject)
    if identifier is None:
        yield f"entry {seq}: {subject} is no action"
        return
    action = Action.objects.filter(pk=identifier).select_related("agent", "org").first()
    if action is None:
        yield f"entry {seq}: {subject} is gone"
        return
    if action.status != status:
        yield f"entry {seq}: {subject} was closed as {status}, but its row says {action.status}"
    if action.digest != digest:
        yield f"entry {seq}: {subject} was decided for {digest}, but its row says {action.digest}"
    if _digest_of_content(action) != digest:
        yield f"entry {seq}: {subject} was decided for {digest}, but that is not the digest of its arguments of today"
    decision = Decision.objects.filter(action_id=identifier).first()
    if decision is None and status in ("approved", "rejected", "expired"):
        yield f"entry {seq}: the decision of {subject} is gone"
    elif decision is not None:
        yield from _as_told(seq, subject, decision, status, by, told)


def _as_told(seq: int, subject: str, decision: Decision, status: str, by: str, told: dict[str, Any]) -> Iterator[str]:
    """Compare a decision's row with what history says of it."""
    if decision.by != by:
        yield f"entry {seq}: {subject} was decided by {by}, but its row says by {decision.by}"
    outcome = told.get("outcome") or _STATUS.get(status, "rejected")
    if decision.outcome != outcome:
        yield f"entry {seq}: {subject} was {outcome}, but its row says {decision.outcome}"
    if told.get("decision") not in (None, ids.public("dec", decision.pk)):
        yield f"entry {seq}: the decision of {subject} is another one by now"
    voted = sorted(
        (one["person"], one["vote"])
        for one in told.get("votes", ())
        if by == "people" and one["standing"] == "counted" and one["revision"] == told["revision"]
    )
    if sorted((one["email"].lower(), one["vote"]) for one in decision.people) != voted:
        yield f"entry {seq}: {subject} names other people than those whose votes were counted"


def _digest_of_content(action: Action) -> str:
    """Return the digest of what stands in the action's revision of today."""
    revision = Revision.objects.filter(action_id=action.pk, number=action.revision).first()
    if revision is None:
        return ""
    try:
        arguments = json.loads(bytes(revision.arguments))
    except ValueError:
        return ""
    return action_digest(action.org.slug, action.agent.slug, action.type, arguments)

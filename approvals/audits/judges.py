"""Who may judge an action afterwards: whoever its route would ask now, but for its agent's side and who judged it."""

from __future__ import annotations

import json
from collections.abc import Iterable

from approvals.ground import Ground, facts_of
from approvals.models import Revision
from approvals.present import money
from approvals.ratchet.drawn import lane_risk
from approvals.routing import ask, choose
from approvals.story import Story


def judges(story: Story, ground: Ground, *, but: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the e-mails of those who may answer an audit of the action now, in the order they would be asked.

    Never the agent's owner, whoever started the run, or one of `but`.
    """
    action, revision = story.action, proposal(story)
    risk = lane_risk(action)
    facts = facts_of(
        ground,
        ground.terms.type_named(action.type),
        arguments=json.loads(bytes(revision.arguments)),
        amount=money(action),
        risk=risk,
        confidence=action.confidence,
        environment=action.environment,
        agent_version=action.agent_version,
        requested_by=action.requested_by,
        rate=None,
    )
    barred = _barred(story, ground)
    route = choose(ground.policy.routes, facts).route
    found: dict[str, None] = {}
    for number in range(1, len(route.stages) + 1):
        around = ground.around(action.requested_by)
        asking = ask(route, facts, ground.directory, barred, stage=number, around=around)
        found |= dict.fromkeys(one.email for one in asking.asked)
        found |= dict.fromkeys(sorted(email for people in asking.people for email in people))
    return _without(found, barred, but, ground)


def settlers(story: Story, ground: Ground, *, but: Iterable[str]) -> tuple[str, ...]:
    """Return the e-mails of those who may settle a dispute about the action.

    Where the route names nobody else, any other approver or admin: what is settled moves the lane, not the action.
    """
    if found := judges(story, ground, but=but):
        return found
    others = [one.email.lower() for one in ground.policy.people if {"admin", "approver"} & set(one.roles)]
    return _without(others, _barred(story, ground), but, ground)


def proposal(story: Story) -> Revision:
    """Return what the agent wanted, without what people made of it."""
    own = [one for one in story.revisions if not one.author.startswith("person:")]
    return (own or story.revisions)[-1]


def _barred(story: Story, ground: Ground) -> frozenset[str]:
    return ground.barred(story.action.requested_by) | {ground.owner.lower()}


def _without(found: Iterable[str], barred: frozenset[str], but: Iterable[str], ground: Ground) -> tuple[str, ...]:
    gone = barred | {one.lower() for one in but}
    return tuple(email for email in found if email not in gone and email in ground.people)

"""What stopping and letting go on share: an agent held with the ground under it, who may, and who is told."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from accounts.models import Organization
from agents.models import Agent
from approvals.actors import PersonActor
from approvals.ground import Ground, stand
from approvals.lanes import agent_json
from approvals.present import moment
from approvals.ratchet.levels import Rights
from approvals.tell import GIVE_UP_AFTER
from core import ids, tx
from core.errors import NotFound
from delivery import post


@tx.inside_use_case
def hold_org() -> Organization:
    """Lock the organization, first of all locks, as whoever applies a configuration does."""
    return Organization.objects.select_for_update(no_key=True).get(pk=tx.current().org)


@tx.inside_use_case
def hold_agent(slug: str) -> Ground:
    """Lock an agent, and with it every post and start of its actions; return the ground. Raises NotFound."""
    hold_org()
    found = Agent.objects.select_for_update().filter(slug=slug, archived_at=None).first()
    if found is None:
        raise NotFound("There is no such agent.")
    return stand(found.pk)


@tx.inside_use_case
def hold_agents() -> list[Agent]:
    """Lock every agent of the organization: what they post or start waits, and then sees what changed."""
    return list(Agent.objects.select_for_update().filter(archived_at=None).order_by("pk"))


def rights_of(actor: PersonActor, ground: Ground) -> Rights:
    """Return what a person may do to the agent and its lanes."""
    owns = ground.agent.owner_id == actor.person_id or ground.owner == actor.email.lower()
    return Rights("admin" in actor.roles, "approver" in actor.roles, owns)


@tx.inside_use_case
def touch(org: int) -> None:
    """Let everybody who remembers the organization look again."""
    Organization.objects.filter(pk=org).update(directory_version=F("directory_version") + 1)


@tx.inside_use_case
def tell_agent(agent: Agent, kind: str, now: datetime) -> None:
    """Promise an agent the news that it is stopped, or goes on, in the order of what it is told."""
    if not agent.callback_url:
        return
    post.promise(
        channel="callback",
        kind=kind,
        address=agent.callback_url,
        once=f"{kind}:{agent.pk.hex}:{ids.new().hex}",
        payload={"type": kind, "timestamp": moment(now), "data": agent_json(agent)},
        agent=agent.pk,
        order_key=agent.pk,
        due_at=now,
        give_up_at=now + GIVE_UP_AFTER,
    )

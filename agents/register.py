"""Agents as rows, brought to what the configuration document says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.keys import Issued
from accounts.models import Person
from agents.keys import give_key
from agents.models import Agent
from core import tx


@dataclass(frozen=True, slots=True)
class Registered:
    """The credentials of agents that are new or came back, by slug, and the agents that left."""

    created: dict[str, Issued]
    archived: tuple[Agent, ...]


@tx.inside_use_case
def bring_agents(
    rows: Iterable[Mapping[str, Any]], people: Mapping[str, Person], *, by: str, at: datetime
) -> Registered:
    """Make, change, archive and bring back agents, so that those active are those of `rows`.

    A new one gets a key. One that comes back gets a new key too, and its old ones open nothing any more. A pause is
    nothing that the document says, so it stays.
    """
    known = {agent.slug: agent for agent in Agent.objects.select_for_update(no_key=True).order_by("id")}
    created: dict[str, Issued] = {}
    named = set()
    for row in rows:
        slug = row["slug"]
        agent = known.get(slug) or Agent(org_id=tx.current().org, slug=slug, created_at=at)
        arrives = slug not in known or agent.archived_at is not None
        agent.name = row.get("name", slug)
        agent.owner = people[row["owner"]] if "owner" in row else None
        agent.callback_url = row.get("callback_url", "")
        agent.archived_at = None
        if slug in known:
            agent.save(update_fields=["name", "owner", "callback_url", "archived_at"])
        else:
            agent.save(force_insert=True)
        if arrives:
            created[slug] = give_key(agent, by=by, at=at, fresh=True)
        named.add(slug)
    archived = tuple(agent for slug, agent in known.items() if slug not in named and agent.archived_at is None)
    for agent in archived:
        agent.archived_at = at
        agent.save(update_fields=["archived_at"])
    return Registered(created, archived)

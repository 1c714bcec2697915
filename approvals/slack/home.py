"""The app's home in Slack: the same inbox, and whether one is away."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from approvals import queries
from approvals.actors import PersonActor
from approvals.ground import look
from approvals.present import action_url
from approvals.slack import blocks
from approvals.slack.incoming import Member
from approvals.slack.linking import invitation
from approvals.slack.values import Value
from approvals.slack.who import Refused, Unlinked, actor_of, token_for
from approvals.slack.words import escaped, link, when
from approvals.story import Story
from core import tx
from delivery.slack.client import SOON, call

MOST = 20


def publish(member: Member, said: str = "") -> None:
    """Show the home of whoever opened it; first what came of a press there, which nothing else could tell them."""
    org = None
    try:
        actor = actor_of(member)
        org, view = actor.org, home(actor)
    except Unlinked:
        view = _view([blocks.section(invitation(member))])
    except Refused as refusal:
        view = _view([blocks.section(str(refusal))])
    if said:
        view["blocks"].insert(0, blocks.section(said))
    call(token_for(member, org), "views.publish", {"user_id": member.id, "view": view}, timeout=SOON)


def home(actor: PersonActor) -> dict[str, Any]:
    """Return the home of a person: what waits for them, most urgent first."""
    with tx.reading(actor.org):
        waiting, _ = queries.inbox(actor.person_id, limit=MOST)
        count = queries.waiting_for(actor.person_id)
        rows = [_row(story) for story in waiting]
    said = "1 action waits for you" if count == 1 else f"{count} actions wait for you"
    made = [blocks.header(said if count else "Nothing waits for you")]
    for row in rows:
        made += [row, blocks.divider()]
    if count > len(rows):
        made.append(blocks.section(f"and {count - len(rows)} more {link(settings.BASE_URL + '/', 'in the app')}"))
    made.append(
        blocks.section(
            "*Away soon?* Choose who decides for you.",
            accessory=blocks.button("Set yourself away…", "open.away", "away", url=f"{settings.BASE_URL}/delegation"),
        )
    )
    return _view(made)


def _row(story: Story) -> blocks.Block:
    action = story.action
    now = look(action.agent_id).now
    by = f"  ·  by {when(action.decide_by, zone=story.org.timezone, now=now)}" if action.decide_by else ""
    count = f"  ·  {action.approvals} of {action.needed} approvals" if action.needed > 1 else ""
    about = f"{escaped(story.agent.name)}  ·  {action.risk.capitalize()} risk{count}{by}"
    text = f"*{escaped(action.title, most=150)}*\n{about}"
    value = Value(None, action.pk, action.revision, action.epoch).spell()
    if action.risk == "critical" or action.kind == "question":
        accessory = blocks.button("Open", f"open.{action.pk.hex}", value, url=action_url(action))
    else:
        accessory = blocks.button("Review…", "approve.review", value, label=f"Review: {action.title}")
    return blocks.section(text, accessory=accessory)


def _view(made: list[blocks.Block]) -> dict[str, Any]:
    return {"type": "home", "callback_id": "home", "blocks": made}

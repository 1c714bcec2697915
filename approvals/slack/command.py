"""`/countersign`: what waits, in words; help for everything else."""

from __future__ import annotations

from django.conf import settings

from approvals import queries
from approvals.ground import look
from approvals.present import action_url
from approvals.slack.incoming import Command
from approvals.slack.linking import invitation
from approvals.slack.who import Refused, Unlinked, actor_of
from approvals.slack.words import link, when
from core import tx

MOST = 10
HELP = "`/countersign` shows what waits for you. `/countersign away` leads to choosing who decides for you."


def answer(typed: Command) -> str:
    """Return what whoever typed it sees."""
    try:
        actor = actor_of(typed.by)
    except Unlinked:
        return invitation(typed.by)
    except Refused as refusal:
        return str(refusal)
    word = typed.text.lower().strip()
    if word in ("away", "out"):
        return f"{link(settings.BASE_URL + '/delegation', 'Choose who decides for you')} while you are away."
    if word not in ("", "inbox", "list"):
        return HELP
    with tx.reading(actor.org):
        waiting, _ = queries.inbox(actor.person_id, limit=MOST)
        count = queries.waiting_for(actor.person_id)
        lines = []
        for story in waiting:
            action, now = story.action, look(story.action.agent_id).now
            by = f", by {when(action.decide_by, zone=story.org.timezone, now=now)}" if action.decide_by else ""
            lines.append(f"•  {link(action_url(action), action.title)}{by}")
    if not lines:
        return "Nothing waits for you."
    more = f"\nand {count - len(lines)} more" if count > len(lines) else ""
    return "\n".join(lines) + more

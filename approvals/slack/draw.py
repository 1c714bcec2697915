"""What a note shows now: the action as it stands for its reader, a digest of many, or an answer in the thread."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from django.conf import settings

from approvals.cards import card_of
from approvals.ground import Ground, look
from approvals.queries import stories
from approvals.slack import blocks
from approvals.slack.ended import ended
from approvals.slack.pending import pending
from approvals.slack.words import escaped, link, when
from approvals.story import Story, load
from delivery.models import Note
from delivery.slack import desk
from delivery.slack.faces import Face

MOST_LISTED = 15


def draw(note: Note) -> Face:
    """Return what the note should show now, in the scope that is open. Raises Action.DoesNotExist."""
    if note.kind == desk.DIGEST:
        return _digest(note)
    if note.action is None:
        return letter(note)
    story = load(note.action)
    ground = look(story.action.agent_id)
    if note.kind == desk.REPLY:
        return _reply(note, story, ground)
    return of_action(story, ground, note.person, note)


def of_action(story: Story, ground: Ground, reader: UUID | None, note: Note | None) -> Face:
    """Return one action as its reader should see it; without a reader as a channel does."""
    if story.action.status == "pending":
        return pending(story, ground, reader, note)
    return ended(story, ground)


def letter(note: Note) -> Face:
    """Return a message that is about no action: the words that were promised."""
    said = json.loads(note.payload or "{}")
    title = str(said.get("title", "Countersign has news for you"))
    return Face(title, [blocks.section(f"*{escaped(title)}*\n{link(settings.BASE_URL, 'Open Countersign')}")])


def _reply(note: Note, story: Story, ground: Ground) -> Face:
    """Return a reminder, said in the thread of its action."""
    person = next((one for one in story.asked if one.person_id == note.person), None)
    card = card_of(story, ground.terms.type_named(story.action.type), person.person if person else None)
    if story.action.status != "pending":
        return ended(story, ground)
    by = f" until {when(card.decide_by, zone=card.timezone, now=ground.now)}" if card.decide_by else ""
    return Face(
        f"Reminder: {card.title}",
        [blocks.section(f"*Reminder:* {link(card.link, card.title)} waits for you{by}. {escaped(card.next)}")],
    )


def _digest(note: Note) -> Face:
    """Return many actions in one message: those that wait, most urgent first, and how many are done."""
    of = list(Note.objects.filter(digest=note).exclude(action=None).values_list("action", flat=True))
    found = stories([identifier for identifier in of if identifier is not None])
    waiting = sorted((one for one in found if one.action.status == "pending"), key=_urgency)
    done = len(found) - len(waiting)
    title = f"{len(waiting)} more actions wait for you" if len(waiting) != 1 else "1 more action waits for you"
    made = [blocks.header(title), blocks.context(f"{done} of {len(found)} are decided" if done else "None is decided")]
    made += [_line(one) for one in waiting[:MOST_LISTED]]
    if len(waiting) > MOST_LISTED:
        inbox = link(f"{settings.BASE_URL}/", "in the inbox")
        made.append(blocks.section(f"and {len(waiting) - MOST_LISTED} more {inbox}"))
    return Face(title, made)


def _urgency(story: Story) -> tuple[bool, datetime]:
    return story.action.decide_by is None, story.action.decide_by or story.action.created_at


def _line(story: Story) -> blocks.Block:
    action = story.action
    card = card_of(story, look(action.agent_id).terms.type_named(action.type))
    by = ""
    if action.decide_by is not None:
        by = f"  ·  answer by {when(action.decide_by, zone=story.org.timezone, now=action.created_at)}"
    return blocks.section(
        f"*{escaped(action.title)}*\n{escaped(story.agent.name)}  ·  {action.risk.capitalize()} risk{by}",
        accessory=blocks.button("Open", f"open.{action.pk.hex}", "open", url=card.link),
    )

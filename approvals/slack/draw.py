"""What a note shows now: the action as it stands for its reader, a digest of many, or an answer in the thread."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from approvals.cards import card_of
from approvals.coming import onward_of
from approvals.ground import Ground, look
from approvals.queries import stories
from approvals.slack import blocks
from approvals.slack.ended import ended, line
from approvals.slack.moved import span
from approvals.slack.pending import answer_by, buttons, ending, pending
from approvals.slack.values import Value
from approvals.slack.words import escaped, link, when
from approvals.story import Story, load
from core import tx
from delivery.cards import Card
from delivery.models import Note
from delivery.slack import desk
from delivery.slack.faces import Face

MOST_LISTED, MOST_ENDED = 15, 10


def draw(note: Note) -> Face:
    """Return what the note should show now, in the scope that is open. Raises Action.DoesNotExist."""
    if note.kind == desk.DIGEST:
        return _digest(note)
    if note.action is None:
        return letter(note)
    story = load(note.action)
    ground = look(story.action.agent_id)
    if note.kind in desk.IN_THREAD:
        return ended(story, ground) if story.action.status != "pending" else _in_thread(note, story, ground)
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
    if "text" in said:
        return _news(said, title)
    return Face(title, [blocks.section(f"*{escaped(title)}*\n{link(settings.BASE_URL, 'Open Countersign')}")])


def _news(said: dict[str, Any], title: str) -> Face:
    """Return news of a lane, with the way to its evidence."""
    button = blocks.button(str(said["button"]), "agent.open", str(said["id"]), url=str(said["url"]))
    shown = [
        blocks.header(title),
        blocks.section(escaped(str(said["text"]), most=2000)),
        blocks.context(escaped(str(said["why"]))),
        blocks.actions(str(said["id"]), [button]),
    ]
    return Face(f"{title}: {said['text']}", shown)


def _in_thread(note: Note, story: Story, ground: Ground) -> Face:
    """Return a reminder, a warning or the agent's answer, said in the thread of its action."""
    person = next((one for one in story.asked if one.person_id == note.person), None)
    on = onward_of(story, ground) if note.kind != desk.WARNING else None
    card = card_of(story, ground.terms.type_named(story.action.type), person.person if person else None, on)
    by = answer_by(card, ground)
    if note.kind == desk.ANSWER:
        return _answer(note, story, card, by)
    if note.kind == desk.WARNING:
        said = f"*Ends {by or 'soon'}:* {link(card.link, card.title)}. {escaped(card.next)}"
        return Face(f"Ends soon: {escaped(card.title, most=150)}", [blocks.section(said)])
    whom, until = "you" if note.person is not None else "an answer", f" until {by}" if by else ""
    return Face(
        f"Reminder: {escaped(card.title, most=150)}",
        [blocks.section(f"*Reminder:* {link(card.link, card.title)} waits for {whom}{until}. {ending(card, ground)}")],
    )


def _answer(note: Note, story: Story, card: Card, by: str) -> Face:
    """Return what the agent answered to the reader's last question."""
    mine = [one for one in story.questions if one.person_id == note.person and one.replied_at is not None]
    title, agent = escaped(card.title, most=150), escaped(story.agent.name)
    if not mine:
        return Face(f"{agent} answered: {title}", [blocks.section(f"{agent} answered: {link(card.link, card.title)}")])
    asked = mine[-1]
    waited = f"The clock was paused for {span((asked.replied_at or asked.asked_at) - asked.asked_at)}"
    clock = f"{waited}, answer by {by}" if by else ""
    block_id = f"decide:{card.action}:{story.action.version}:{asked.pk.hex}"
    made = [
        blocks.section(f"*You asked:* {escaped(asked.text)}"),
        blocks.section(f"*{agent}:* {escaped(asked.reply or '') or 'nothing'}"),
        blocks.context("In the agent’s words, not checked", clock, link(card.link, card.title)),
        blocks.actions(block_id, buttons(story, note, card)[:2]),
    ]
    return Face(f"{agent} answered your question about: {title}", made)


def _digest(note: Note) -> Face:
    """Return many actions in one message: those that wait, most urgent first, and how those that are over ended."""
    of = list(Note.objects.filter(digest=note).exclude(action=None).values_list("action", flat=True))
    found = stories([identifier for identifier in of if identifier is not None])
    waiting = sorted((one for one in found if one.action.status == "pending"), key=_urgency)
    over = sorted((one for one in found if one.action.status != "pending"), key=_closed, reverse=True)
    title = _waiting(len(waiting), "for you" if note.person is not None else "for an answer")
    made = [blocks.header(title), *(_line(one) for one in waiting[:MOST_LISTED])]
    if len(waiting) > MOST_LISTED:
        inbox = link(f"{settings.BASE_URL}/", "in the inbox")
        made.append(blocks.section(f"and {len(waiting) - MOST_LISTED} more {inbox}"))
    if over:
        made.append(blocks.context(f"{len(over)} of {len(found)} {'is' if len(found) == 1 else 'are'} decided"))
    made += [blocks.context(line(one, tx.now())) for one in over[:MOST_ENDED]]
    if len(over) > MOST_ENDED:
        made.append(blocks.context(f"and {len(over) - MOST_ENDED} before"))
    return Face(title, made)


def _waiting(count: int, whom: str) -> str:
    if not count:
        return f"None of these waits {whom} any more"
    return f"{count} more actions wait {whom}" if count != 1 else f"1 more action waits {whom}"


def _closed(story: Story) -> datetime:
    return story.action.closed_at or story.action.created_at


def _urgency(story: Story) -> tuple[bool, datetime]:
    return story.action.decide_by is None, story.action.decide_by or story.action.created_at


def _line(story: Story) -> blocks.Block:
    action = story.action
    card = card_of(story, look(action.agent_id).terms.type_named(action.type))
    by = ""
    if action.decide_by is not None:
        by = f"  ·  answer by {when(action.decide_by, zone=story.org.timezone, now=action.created_at)}"
    about = f"{escaped(story.agent.name)}  ·  {action.risk.capitalize()} risk{by}"
    if action.kind == "question":
        pressed = blocks.button("Open", f"open.{action.pk.hex}", "open", url=card.link)
    else:
        value = Value(None, action.pk, action.revision, action.epoch).spell()
        pressed = blocks.button("Review…", "approve.review", value, label=f"Review: {card.title}")
    return blocks.section(f"*{link(card.link, action.title)}*\n{about}", accessory=pressed)

"""An action that waits, as its reader sees it in Slack: what will happen, what is unusual, by when, and the buttons.

The higher the risk, the further away Approve is: a button where the risk is low (or medium and nothing is unusual), a
window that wants the amount typed where it is high, the app alone where it is critical. Reject never changes.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from approvals.cards import card_of
from approvals.coming import onward_of
from approvals.ground import Ground
from approvals.models import Action, Asked, Vote
from approvals.present import money
from approvals.rooms import name_of
from approvals.slack import blocks
from approvals.slack.moved import Onward, escalated, onward
from approvals.slack.values import Value
from approvals.slack.words import QUOTE, cut, escaped, link, when
from approvals.story import Story
from approvals.wording import render_template
from core import ids
from delivery.cards import Card, moment
from delivery.models import Note
from delivery.slack.faces import Face

EARLY = "Too early"  # how approvals.odds begins what it cannot tell yet
_RISKS = {"low": "Low risk", "medium": "Medium risk", "high": "High risk", "critical": "Critical"}
VOTED = {"approve": "approved", "reject": "rejected", "abstain": "left it to the others"}


def pending(story: Story, ground: Ground, reader: UUID | None, note: Note | None) -> Face:
    """Return the message of an action that waits; without a reader as everybody in a channel sees it."""
    action = story.action
    mine, last = _asked(story, reader), _asked_last(story, reader)
    kind = ground.terms.type_named(action.type)
    card = card_of(story, kind, mine.person if mine else None, onward_of(story, ground))
    voted = _vote_of(story, reader)
    claimed = _claim(story, ground)
    until = action.claimed_until if claimed else None
    on = onward(story, mine, last) if voted is None else None
    if on is not None:
        return _went_on(story, ground, note, card, on, stays=mine is not None, until=until)
    if claimed and reader not in (None, action.claimed_by_id) and voted is None and mine and action.needed == 1:
        return _claimed(story, ground, note, card, claimed, until)
    room = name_of(note.address, ground) if note is not None and reader is None else ""
    made = [blocks.header(card.title), _about(story, ground, card, mine)]
    made += [_in_short(card, ground)] if _is_short(story, card) else _body(card, ground)
    if (said := _count(story, claimed)) != "":
        made.append(blocks.context(said))
    if story.open_question is not None:
        made.append(blocks.context(f"Waiting for the agent’s answer to “{escaped(story.open_question.text)}”"))
    if room:
        made.append(blocks.context(f"For everyone in {escaped(room)}: whoever presses decides in their own name"))
    if voted is not None:
        made.append(blocks.context(f"You {VOTED[voted.vote]} this. You can still change it in the app."))
        made.append(blocks.actions(_block_id(story), [_open(story, note, card)]))
    elif reader is not None and mine is None:
        made.append(blocks.context("This no longer waits for you"))
        made.append(blocks.actions(_block_id(story), [_open(story, note, card)]))
    else:
        made.append(blocks.actions(_block_id(story), buttons(story, note, card)))
    before = "Escalated to you: " if mine is not None and escalated(story, mine) else ""
    return Face(before + _text(card, ground), made, until)


def _claim(story: Story, ground: Ground) -> str:
    """Return who is reviewing it now, "" if nobody is."""
    action = story.action
    is_held = action.claimed_by is not None and (action.claimed_until or ground.now) > ground.now
    return action.claimed_by.name if is_held and action.claimed_by is not None else ""


def _claimed(story: Story, ground: Ground, note: Note | None, card: Card, claimed: str, until: datetime | None) -> Face:
    """Return what the others see while somebody reviews it: it binds nobody, but two need not read the same pages."""
    by = f"Answer by {answer_by(card, ground)}" if card.answer_by else ""
    said = f"*{escaped(claimed)}* is reviewing"
    made = [
        blocks.header(card.title),
        blocks.context(said, by, link(card.link, f"…{ids.public('act', story.action.pk)[-6:]}")),
        blocks.actions(_block_id(story), [*buttons(story, note, card)[:2], _open(story, note, card)]),
    ]
    return Face(f"{escaped(claimed)} is reviewing: {_text(card, ground)}", made, until)


def _went_on(
    story: Story, ground: Ground, note: Note | None, card: Card, on: Onward, *, stays: bool, until: datetime | None
) -> Face:
    """Return what whoever was asked first sees after the chain asked others: quiet, and still decidable if it is."""
    said = on.sentence(stays=stays)
    since = when(on.since, zone=card.timezone, now=ground.now)
    made = [blocks.section(f"*{said}* since {since}: {link(card.link, card.title)}")]
    if stays:
        made.append(blocks.context("You can still decide, until someone does"))
        made.append(blocks.actions(_block_id(story), [*buttons(story, note, card)[:2], _open(story, note, card)]))
    else:
        made.append(blocks.context("It no longer waits for you"))
        made.append(blocks.actions(_block_id(story), [_open(story, note, card)]))
    return Face(f"{said}: {_text(card, ground)}", made, until)


def _asked_last(story: Story, reader: UUID | None) -> Asked | None:
    """Return what the reader was asked before, if they are not asked any more."""
    left = [one for one in story.asked if one.person_id == reader and one.left_why == "replaced"]
    return left[-1] if left and reader is not None else None


def _asked(story: Story, reader: UUID | None) -> Asked | None:
    """Return what the reader is asked now, if they are."""
    if reader is None:
        return None
    return next((one for one in story.asked if one.person_id == reader and one.left_at is None), None)


def _vote_of(story: Story, reader: UUID | None) -> Vote | None:
    stands = [
        vote
        for vote in story.votes
        if vote.person_id == reader
        and vote.standing == Vote.Standing.COUNTED
        and vote.revision == story.action.revision
        and vote.stage == story.action.stage
    ]
    return stands[-1] if stands and reader is not None else None


def _text(card: Card, ground: Ground) -> str:
    """Return the whole ask in one line, its end first: phones and screen readers show nothing else."""
    first = card.unusual[0] if card.unusual else "nothing unusual"
    risk = f"{_RISKS[card.risk]}: {first}"
    undo = f" Undo: {card.undo}." if card.undo else ""
    by = f"Decide by {moment(card.answer_by, zone=card.timezone, now=ground.now)}: " if card.answer_by else ""
    return f"{by}{escaped(card.title, most=150)}. {escaped(risk)}.{escaped(undo)}"


def _about(story: Story, ground: Ground, card: Card, mine: Asked | None) -> blocks.Block:
    name = ids.public("act", story.action.pk)
    behalf = ""
    if mine is not None and mine.on_behalf_of_id is not None:
        owner = next((one for one in ground.people.values() if one.id == mine.on_behalf_of_id), None)
        behalf = f"You decide on behalf of {escaped(owner.name)}" if owner else ""
    why = escalated(story, mine) or (f"Asked because: {escaped(mine.via)}" if mine else "")
    agent = f"*{escaped(story.agent.name)}*"
    level = story.action.level.capitalize()
    return blocks.context(agent, level, _RISKS[card.risk], link(card.link, f"…{name[-6:]}"), behalf, why)


def answer_by(card: Card, ground: Ground) -> str:
    """Return "14:10, then Priya Raman": until when it waits for the reader, and whom it asks then."""
    by = when(card.answer_by, zone=card.timezone, now=ground.now) if card.answer_by else ""
    return f"{by}, then {escaped(card.then)}" if by and card.then else by


def ending(card: Card, ground: Ground) -> str:
    """Return how it ends if nobody decides, each reader's clock in it."""
    at = when(card.decide_by, zone=card.timezone, now=ground.now) if card.decide_by else ""
    before, then, after = card.ending(at)
    return f"{escaped(before)}{then}{escaped(after)}"


def _is_short(story: Story, card: Card) -> bool:
    """Whether a paragraph says it all: of low risk, and nothing known to be unusual."""
    return card.risk == "low" and story.action.kind == "approval" and not _strange(card)


def _strange(card: Card) -> list[str]:
    return [one for one in card.unusual if not one.startswith(EARLY)]


def _in_short(card: Card, ground: Ground) -> blocks.Block:
    """Return what matters of an action of low risk: what it does, whether it can be undone, and by when."""
    by = answer_by(card, ground)
    said = [card.effect or "The agent does what its type says", f"Undo? {card.undo}" if card.undo else ""]
    said.append(card.unusual[0] if card.unusual else "Nothing unusual")  # that it is too early to tell
    ours = [f"{escaped(one).rstrip('.')}." for one in said if one]
    ours.append(f"Answer by {by}. {ending(card, ground)}" if by else "No deadline: it is held.")
    return blocks.section(" ".join(ours))


def _body(card: Card, ground: Ground) -> list[blocks.Block]:
    by = answer_by(card, ground) or "no deadline: it is held"
    facts = [
        ("If approved", escaped(card.effect) if card.effect else "The agent does what its type says"),
        ("Undo?", escaped(card.undo)),
        ("Agent’s reason, not checked", escaped(card.reason, most=QUOTE) or "The agent gave no reason"),
        ("Answer by", f"{by}. {ending(card, ground)}"),
    ]
    made = [blocks.fields(facts)]
    if strange := _strange(card):
        made.append(blocks.section("*Unusual for this agent*\n" + "\n".join(f"•  {escaped(one)}" for one in strange)))
    return made


def _count(story: Story, claimed: str) -> str:
    action = story.action
    stages = len((action.plan or {}).get("stages", ()))
    said = [f"Step {action.stage} of {stages}"] if stages > 1 else []
    if action.needed > 1:
        said.append(f"{action.approvals} of {action.needed} have approved")
    if claimed:
        said.append(f"{escaped(claimed)} is reviewing")
    return "  ·  ".join(one for one in said if one)


def _block_id(story: Story) -> str:
    """Return a name that is new with each state, so that no old press is taken for a new one."""
    return f"decide:{ids.public('act', story.action.pk)}:{story.action.version}"


def _value(story: Story, note: Note | None) -> str:
    action = story.action
    return Value(note.pk if note else None, action.pk, action.revision, action.epoch).spell()


def _open(story: Story, note: Note | None, card: Card) -> blocks.Block:
    return blocks.button("Open", "open", _value(story, note), url=card.link)


def buttons(story: Story, note: Note | None, card: Card) -> list[blocks.Block]:
    """Return what may be pressed: the way to approve first, then to reject."""
    action, value = story.action, _value(story, note)
    if action.risk == "critical" or action.kind == "question":
        verb = "Answer in the app" if action.kind == "question" else "Review in the app"
        first = [blocks.button(verb, "open.review", value, url=card.link)]
        rejecting = [] if action.kind == "question" else [blocks.button("Reject…", "reject", value)]
        return [*first, *rejecting, blocks.button("Ask the agent…", "ask", value)]
    if is_one_press(story):
        amount = money(action)
        what = render_template("{amount}", {}, amount) if amount else ""
        approving = blocks.button(
            cut(f"Approve {what}".strip(), 70), "approve", value, style="primary", label=f"Approve: {card.title}"
        )
    else:
        approving = blocks.button("Review and decide…", "approve.review", value, label=f"Review: {card.title}")
    return [
        approving,
        blocks.button("Reject…", "reject", value, label=f"Reject, with a reason: {card.title}"),
        blocks.button("Change…", "edit", value, label=f"Approve with changes: {card.title}"),
        blocks.button("Ask the agent…", "ask", value),
        blocks.button("Take it", "claim", value, label=f"Say that you review: {card.title}"),
        _open(story, note, card),
    ]


def unusual(action: Action) -> str:
    """Return the strangest thing about the action, or "" also where it is too early to tell."""
    return "" if action.oddity.startswith(EARLY) else action.oddity


def is_one_press(story: Story) -> bool:
    """Whether one press may approve it: the risk is low, or medium with nothing unusual."""
    action = story.action
    return action.kind == "approval" and (action.risk == "low" or (action.risk == "medium" and not unusual(action)))

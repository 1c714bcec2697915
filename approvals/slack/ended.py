"""An action that is over, in Slack: one line that says how, by whom and when, and what became of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from approvals.ground import Ground
from approvals.present import action_url
from approvals.slack import blocks
from approvals.slack.moved import listed
from approvals.slack.words import escaped, link, when
from approvals.story import Story
from delivery.queries import told_at
from delivery.slack.faces import Face

_WORDS = {
    "approved": "Approved",
    "rejected": "Rejected",
    "expired": "Expired, treated as rejected",
    "withdrawn": "Taken back by the agent",
    "superseded": "Replaced by another one",
}
_RAN = {
    "started": "the agent has started",
    "succeeded": "the agent reports success",
    "failed": "the agent reports that it failed",
    "lapsed": "the agent did not start in time",
    "revoked": "the approval was taken back before it started",
}


def ended(story: Story, ground: Ground) -> Face:
    """Return the message of a closed action: its buttons are gone, and the sentence says who and when."""
    action, decision = story.action, story.decision
    title = escaped(action.title, most=150)
    notes = [_nobody(story)] if decision is not None and decision.by == "deadline" else []
    if decision is not None and decision.comment and decision.by == "people":
        notes.append(f"“{escaped(decision.comment)}”")
    if decision is not None and (answer := decision.answer or decision.choice):
        notes.append(f"The answer: {escaped(answer)}")
    if decision is not None and decision.edited and (changes := changed(story)):
        notes.append(f"Changed: {changes}")
    if said := _told(story, ground.now):
        notes.append(said)
    made = [blocks.section(line(story, ground.now))]
    if notes:
        made.append(blocks.context(*notes))
    return Face(f"{_word(story)}{_plainly(story)}: {title}", made)


def _told(story: Story, now: datetime) -> str:
    """Return when the agent was told, if it is told by a callback, and what it reported since."""
    action = story.action
    ran = _RAN[action.execution] if action.execution else ""
    at = told_at(action.pk)
    if at is None:
        return f"{ran[:1].upper()}{ran[1:]}"
    told = f"The agent was told at {when(at, zone=story.org.timezone, now=now)}"
    return f"{told}; {ran}" if ran else told


def line(story: Story, now: datetime) -> str:
    """Return the sentence that says how a closed action ended, by whom and when."""
    action = story.action
    at = when(action.closed_at or now, zone=story.org.timezone, now=now)
    return f"*{_word(story)}*{_by(story)} {at}: {link(action_url(action), action.title)}"


def _word(story: Story) -> str:
    decision = story.decision
    if decision is not None and decision.by == "deadline" and story.action.status == "approved":
        return "Approved because nobody answered"
    if decision is not None and decision.outcome == "answered":
        return "Answered"
    if decision is not None and decision.edited:
        return "Approved with changes"
    return _WORDS[story.action.status]


def _nobody(story: Story) -> str:
    """Return who was asked and did not answer in time."""
    names = tuple(dict.fromkeys(one.person.name for one in story.asked))
    return f"{listed(names)} {'were' if len(names) > 1 else 'was'} asked" if names else "Nobody could be asked"


def changed(story: Story) -> str:
    """Return which arguments were approved otherwise than posted: "amount from 90.00 to 80.00"."""
    if len(story.revisions) < 2:
        return ""
    was, are = (json.loads(bytes(one.arguments)) for one in story.revisions[-2:])
    names = [name for name in {**was, **are} if was.get(name) != are.get(name)]
    said = [f"{escaped(name, most=40)} from {_spelled(was, name)} to {_spelled(are, name)}" for name in names[:3]]
    return ", ".join(said) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _spelled(arguments: dict[str, Any], name: str) -> str:
    value = arguments.get(name)
    return escaped(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), most=60) or "nothing"


def _by(story: Story) -> str:
    """Return who decided, " by <@U…> on behalf of Ana, and Cy"; at the end of a chain nobody."""
    people = story.decision.people if story.decision is not None and story.decision.by == "people" else []
    names = [_name(one["name"], story.owner_named(one["on_behalf_of"])) for one in people if one["vote"] != "abstain"]
    return f" by {', '.join(names)}," if names else ""


def _plainly(story: Story) -> str:
    return _by(story).rstrip(",")


def _name(name: str, on_behalf_of: str) -> str:
    return f"{escaped(name)} on behalf of {escaped(on_behalf_of)}" if on_behalf_of else escaped(name)

"""The channels of everyone: where a whole team that has a Slack channel is asked, one message goes there.

A requirement asks it, or a step of the chain that adds it; its reminders and warnings are said in the message's thread.
People of such a team are written to directly only if their own preferences name Slack. Where only so many of a team are
asked as are needed (assign), nothing is everybody's, and no channel hears of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agents.terms import ActionType
from approvals.assignment import ALL
from approvals.cards import card_of
from approvals.ground import Ground
from approvals.models import ANY, Asked
from approvals.story import Story
from delivery import links
from delivery.post import Promise
from delivery.preferences import urgency_of

CHANNEL = "slack"
ANSWERED = links.ANSWERED


def room_of(story: Story, one: Asked, ground: Ground) -> str:
    """Return the channel (C…) in which everybody is asked whom `one` is asked with, "" if there is none."""
    if not story.org.slack_team:
        return ""
    team = ground.policy.team(str(_target(story, one).get("team", "")))
    return team.slack if team is not None else ""


def _target(story: Story, one: Asked) -> Mapping[str, Any]:
    """Return whom the step or the requirement names that `one` is asked by; nobody where only some are picked."""
    plan = story.action.plan or {}
    if one.step:
        rows = [row["to"] for row in plan.get("added", ()) if (row["step"], row["stage"]) == (one.step, one.stage)]
        return rows[-1] if rows else {}
    if one.requirement == ANY or (plan.get("assign") or ALL) != ALL:
        return {}
    stages = plan.get("stages", ())
    needs = stages[one.stage - 1]["requirements"] if 0 < one.stage <= len(stages) else ()
    return needs[one.requirement]["from"] if 0 <= one.requirement < len(needs) else {}


def wishes_slack(one: Asked, story: Story, ground: Ground) -> bool:
    """Whether the person's own preferences name Slack for what is as urgent as this."""
    found = ground.directory.people.get(one.person.email.lower())
    ways = found.wish.ways.get(urgency_of(story.action.risk), ()) if found is not None else ()
    return any(way.channel == CHANNEL for way in ways)


def is_told_there(story: Story, one: Asked, ground: Ground) -> bool:
    """Whether the channel tells a person, so that no message of their own has to."""
    return bool(room_of(story, one, ground)) and not wishes_slack(one, story, ground)


def promises(
    story: Story, people: Iterable[Asked], ground: Ground, kind: ActionType, *, word: str, step: str = ""
) -> list[Promise]:
    """Return one message for each channel in which some of `people` are asked; `word` says how, `step` which step."""
    action, mark = story.action, f":{step}:{word}" if step else ""
    rooms = sorted({room for one in people if (room := room_of(story, one, ground))})
    card = card_of(story, kind).as_json() if rooms else {}
    return [
        Promise(
            channel=CHANNEL,
            kind=word,
            address=room,
            once=f"room:{action.pk.hex}:{action.stage}:{action.epoch}{mark}:{room}",
            payload=card,
            action=action.pk,
            due_at=ground.now,
            give_up_at=action.decide_by,
        )
        for room in rooms
    ]


def name_of(room: str, ground: Ground) -> str:
    """Return the names of the teams whose channel this is, "" for a channel that is nobody's any more."""
    return " and ".join(team.name for team in ground.policy.teams if team.slack == room)

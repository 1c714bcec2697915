"""What may be approved together by one press: same agent, same type, low risk, nothing unusual, at most ten."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.models import Action
from core.errors import Unprocessable

MOST = 10


class NotTwins(Unprocessable):
    """These cannot be decided together."""

    code, title = "not_twins", "These cannot be approved together"


def is_plain(action: Action) -> bool:
    """Whether an action may be decided with others."""
    return action.risk == "low" and not action.oddity and action.kind == "approval"


def check_twins(actions: Sequence[Action]) -> None:
    """Raise NotTwins, with a sentence that says why, unless all may be approved by one press."""
    if not actions:
        raise NotTwins("Nothing was recorded: tick at least one of them.")
    if len(actions) > MOST:
        raise NotTwins(f"Nothing was recorded: at most {MOST} can be approved at once, and these are {len(actions)}.")
    if len({(action.agent_id, action.type) for action in actions}) > 1:
        raise NotTwins("Nothing was recorded: they are not from one agent and of one type. Decide them one by one.")
    if len({action.currency for action in actions}) > 1:
        raise NotTwins("Nothing was recorded: they are not in one currency. Decide them one by one.")
    for action in actions:
        if action.risk != "low":
            raise NotTwins(f"Nothing was recorded: “{action.title}” is of {action.risk} risk. Decide it by itself.")
        if action.oddity:
            raise NotTwins(f"Nothing was recorded: “{action.title}” is unusual ({action.oddity}). Read it by itself.")
        if action.kind != "approval":
            raise NotTwins(f"Nothing was recorded: “{action.title}” is a question. Answer it on its own page.")

"""What Slack tells us is done, whichever way it came: by HTTP or by Socket Mode."""

from __future__ import annotations

from typing import Any

from approvals.slack import answers
from approvals.slack.home import publish
from approvals.slack.incoming import Event, Interaction, Press, Submission
from approvals.slack.press import press
from approvals.slack.submit import submit


def interact(told: Interaction) -> dict[str, Any]:
    """Do what was pressed or sent off; return what Slack wants in the answer itself."""
    if isinstance(told, Submission):
        return submit(told)
    if isinstance(told, Press) and (text := press(told)):
        answers.tell(told.response_url, text)
    return {}


def take(told: Event) -> None:
    """Do what an event asks for: show the home of whoever opened it."""
    if told.kind == "app_home_opened" and told.by is not None and told.said.get("tab", "home") == "home":
        publish(told.by)

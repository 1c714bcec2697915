"""What Slack tells us is done, whichever way it came: by HTTP or by Socket Mode."""

from __future__ import annotations

from functools import partial
from typing import Any

from approvals.slack import answers
from approvals.slack.home import publish
from approvals.slack.incoming import Event, Interaction, Press, Submission
from approvals.slack.press import press
from approvals.slack.submit import submit
from approvals.slack.values import read


def interact(told: Interaction) -> dict[str, Any]:
    """Do what was pressed or sent off; return what Slack wants in the answer itself."""
    if isinstance(told, Submission):
        said = submit(told)
        value = read(told.metadata)
        if value is not None and value.note is None:  # opened at home, or in a digest, where its row stands
            answers.later(partial(publish, told.by))
        return said
    if isinstance(told, Press) and (text := press(told)):
        if told.is_at_home:
            publish(told.by, text)
        else:
            answers.tell(told.response_url, text)
    return {}


def take(told: Event) -> None:
    """Do what an event asks for: show the home of whoever opened it."""
    if told.kind == "app_home_opened" and told.by is not None and told.said.get("tab", "home") == "home":
        publish(told.by)

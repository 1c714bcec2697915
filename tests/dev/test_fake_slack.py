"""The stand-in for Slack is as strict as Slack: checked through slack_sdk, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from core import clock, slack_signature
from core.webhooks import BadSignature
from dev.slack import pressing
from dev.slack.blocks import faults, view_faults
from dev.slack.server import Server
from dev.slack.workspace import Workspace

HEADER = {"type": "header", "text": {"type": "plain_text", "text": "Refund €42.00"}}
BUTTON = {
    "type": "button",
    "text": {"type": "plain_text", "text": "Approve"},
    "action_id": "approve",
    "value": "opaque",
}
ASK: list[dict[str, Any]] = [HEADER, {"type": "actions", "block_id": "decide", "elements": [BUTTON]}]


@pytest.fixture
def workspace() -> Workspace:
    made = Workspace()
    made.add_user("U024BE7LH", "Bo Lind", "bo@acme.test")
    made.add_channel("C024BE91L", "finance")
    return made


@pytest.fixture
def server(workspace: Workspace) -> Iterator[Server]:
    with Server(workspace) as running:
        yield running


def client(server: Server, token: str) -> WebClient:
    return WebClient(token=token, base_url=server.base, retry_handlers=[])


def code(refused: Any) -> str:
    return str(refused.value.response["error"])


def test_a_message_is_posted_updated_and_remembered(server: Server, workspace: Workspace) -> None:
    slack = client(server, workspace.token)
    channel = slack.conversations_open(users="U024BE7LH")["channel"]["id"]
    posted = slack.chat_postMessage(channel=channel, text="Decide", blocks=ASK)
    slack.chat_update(channel=channel, ts=posted["ts"], text="Approved by Bo")
    (message,) = workspace.shown(channel)
    assert message.body["text"] == "Approved by Bo"
    assert [one["text"] for one in message.history] == ["Decide", "Approved by Bo"]


def test_a_wrong_token_a_stranger_and_an_unknown_message_are_refused(server: Server, workspace: Workspace) -> None:
    with pytest.raises(SlackApiError) as refused:
        client(server, "xoxb-wrong").auth_test()
    assert code(refused) == "invalid_auth"
    slack = client(server, workspace.token)
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel="C0NOWHERE", text="Hello")
    assert code(refused) == "channel_not_found"
    with pytest.raises(SlackApiError) as refused:
        slack.chat_update(channel="C024BE91L", ts="1.000001", text="Hello")
    assert code(refused) == "message_not_found"


def test_it_answers_429_with_retry_after_to_more_than_a_burst(server: Server, workspace: Workspace) -> None:
    slack = client(server, workspace.token)
    for _ in range(4):
        slack.chat_postMessage(channel="C024BE91L", text="Hello")
    with pytest.raises(SlackApiError) as refused:
        slack.chat_postMessage(channel="C024BE91L", text="Hello")
    assert refused.value.response.status_code == 429
    assert int(refused.value.response.headers["Retry-After"]) >= 1
    assert len(workspace.shown("C024BE91L")) == 4


def test_a_lost_answer_is_a_message_all_the_same(server: Server, workspace: Workspace) -> None:
    workspace.misbehave("chat.postMessage", "lost")
    with pytest.raises(OSError):
        client(server, workspace.token).chat_postMessage(channel="C024BE91L", text="Hello")
    assert len(workspace.shown("C024BE91L")) == 1


def test_a_press_is_signed_and_only_buttons_that_can_be_seen_are_pressed(server: Server, workspace: Workspace) -> None:
    slack = client(server, workspace.token)
    slack.chat_postMessage(channel="C024BE91L", text="Decide", blocks=ASK)
    (message,) = workspace.shown("C024BE91L")
    body, headers = pressing.press(server, workspace, workspace.users["U024BE7LH"], message, "approve")
    stamp, signature = headers["X-Slack-Request-Timestamp"], headers["X-Slack-Signature"]
    slack_signature.verify(workspace.secret, stamp, signature, body, clock.now().timestamp())
    with pytest.raises(BadSignature):
        slack_signature.verify("another", stamp, signature, body, clock.now().timestamp())
    with pytest.raises(LookupError):
        pressing.press(server, workspace, workspace.users["U024BE7LH"], message, "reject")


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        ({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}, "1 to 150"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "plain_text"),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}, "1 to 3000"),
        ({"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}, "1 to 10"),
        ({"type": "actions", "elements": [BUTTON | {"value": "x" * 2001}]}, "2000"),
        ({"type": "actions", "elements": [BUTTON, BUTTON]}, "differ"),
        ({"type": "actions", "elements": [BUTTON | {"text": {"type": "plain_text", "text": "x" * 76}}]}, "1 to 75"),
        ({"type": "input"}, "modal"),
        ({"type": "nothing"}, "unknown block"),
    ],
)
def test_blocks_beyond_slack_s_limits_are_named(spoil: dict[str, Any], word: str) -> None:
    assert any(word in fault for fault in faults([spoil]))


def test_a_window_with_an_input_needs_a_submit_and_a_short_title() -> None:
    title = {"type": "plain_text", "text": "A title that is far too long"}
    field = {"type": "plain_text_input", "action_id": "v"}
    view = {
        "type": "modal",
        "title": title,
        "blocks": [
            {"type": "input", "block_id": "q", "label": {"type": "plain_text", "text": "Why"}, "element": field}
        ],
    }
    found = view_faults(view)
    assert any("1 to 24" in one for one in found)
    assert any("submit" in one for one in found)

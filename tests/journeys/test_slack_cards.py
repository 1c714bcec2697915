"""Cards in Slack as they are designed: the level beside the risk, little for low risk, the deadline first on phones."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from core import clock
from delivery.send import drain
from dev.slack.blocks import faults
from tests.delivery.conftest import allow
from tests.fakes.agent import FakeAgent
from tests.journeys.test_slack import as_risk
from tests.play import cast, post
from tests.slack import Desk
from tests.world import World


def kinds(body: dict[str, Any]) -> list[str]:
    return [block["type"] + ("s" if "fields" in block else "") for block in body["blocks"]]


def test_a_card_says_what_may_go_alone_beside_the_risk(world: World, slack: Desk) -> None:
    told = post(world)
    slack.work()
    body = slack.message("bo", told).body
    (about, *_) = [block for block in body["blocks"] if block["type"] == "context"]
    assert re.match(r"\*Refunds agent\*  ·  Supervised  ·  (Low|Medium|High) risk  ·  <", about["elements"][0]["text"])
    assert faults(body["blocks"]) == []


@pytest.mark.parametrize("risk", ["low", "high", "critical"])
def test_on_a_phone_the_deadline_comes_first(world: World, slack: Desk, risk: str) -> None:
    world.change(as_risk(risk))  # type: ignore[arg-type]
    told = post(world)
    slack.work()
    text = slack.message("bo", told).body["text"]
    assert re.match(r"Decide by (\w{3} \d+ \w{3} )?\d\d:\d\d: Refund", text), text


def test_what_is_low_and_ordinary_is_a_paragraph_and_the_rest_a_table(world: World, slack: Desk) -> None:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    told = post(world, reason="The tent poles snapped.")
    slack.work()
    body = slack.message("bo", told).body
    said = json.dumps(body, ensure_ascii=False)
    assert kinds(body) == ["header", "context", "section", "actions"]
    assert "Undo? No, once the card network settles." in said
    assert "leaves the payments account" in said
    assert "Answer by <!date" in said
    world.change(as_risk("high"))  # type: ignore[arg-type]
    high = post(world)
    world.turn(minutes=2)
    slack.work()
    assert "sections" in kinds(slack.message("bo", high).body)


def test_after_a_decision_it_says_when_the_agent_was_told(world: World, slack: Desk, settings: Any) -> None:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    with FakeAgent() as agent:
        allow(settings, agent.port)
        told = post(world, callback_url=agent.url())
        slack.work()
        cast(world, "cy", told)
        slack.work()
        before = json.dumps(slack.message("bo", told).body)
        assert "*Approved* by Cy" in before
        assert "was told" not in before
        drain("callback", now=clock.now(), org=world.org)
        slack.work()
    assert re.search(r"The agent was told at <!date", json.dumps(slack.message("bo", told).body))

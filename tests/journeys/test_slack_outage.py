"""A deadline inside an outage, where people are told in Slack: filed is not told, posted is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from approvals import outages
from approvals.models import Beat
from delivery.slack import desk
from tests.journeys.test_preferences import about, made
from tests.journeys.test_slack import as_risk
from tests.play import now, post, sweep
from tests.slack import MEMBERS, Desk
from tests.world import Document, World


@pytest.fixture(autouse=True)
def _no_engine_was_ever_here() -> Iterator[None]:
    Beat.objects.filter(name=outages.NAME).delete()
    yield
    Beat.objects.filter(name=outages.NAME).delete()


@pytest.mark.parametrize("is_posted", [True, False])
def test_it_is_moved_if_slack_had_posted_nothing(world: World, slack: Desk, is_posted: bool) -> None:
    def edit(document: Document) -> None:
        as_risk("low")(document)  # type: ignore[operator]
        for person in document["people"]:
            person["notify"] = {"low": ["slack", "inapp"]}

    world.change(edit)
    told = post(world)
    if is_posted:
        slack.work()
    else:
        desk.file(world.turn(seconds=1), org=world.org)  # and no worker comes by to post it
    outages.beat()
    world.turn(hours=5)
    outages.beat()
    sweep(world)
    assert now(world, told)["status"] == ("expired" if is_posted else "pending")


def test_the_warning_of_an_address_that_slack_refuses_names_the_person(world: World, slack: Desk) -> None:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    slack.workspace.misbehave("chat.postMessage", "error", error="user_disabled")
    post(world)
    slack.work()
    (mail,) = about(world, "ana", "cannot be reached by Slack")
    named = str(made(mail).subject).removesuffix(" cannot be reached by Slack")
    assert named in ("Bo Lind", "Cy Okafor", "Dee Novak")
    assert "U024BE7" not in str(made(mail).subject)
    assert f"The address is {MEMBERS[named.split()[0].lower()]}" in str(made(mail).body)

"""`doctor` looks at Slack: the token, its scopes, the workspace, and whether people's ids can decide."""

from __future__ import annotations

from django.test import override_settings

from config.slack import of_slack
from tests.slack import MEMBERS, Desk
from tests.world import World


def test_a_workspace_that_fits_has_nothing_wrong(world: World, slack: Desk) -> None:
    assert [one for one in of_slack() if world.slug in one.wrong] == []


def test_a_token_that_slack_does_not_take(slack: Desk) -> None:
    with override_settings(SLACK_BOT_TOKEN="xoxb-revoked"):
        assert [one.wrong for one in of_slack()] == ["is not taken by Slack (invalid_auth)"]


def test_a_token_that_may_too_little(slack: Desk) -> None:
    slack.workspace.scopes = ["chat:write", "commands"]
    assert "lacks im:write, users:read" in [one.wrong for one in of_slack()]


def test_a_workspace_that_is_not_the_organization_s(world: World, slack: Desk) -> None:
    world.change(lambda document: document["organization"].update(slack_team="T0ANOTHER"))
    assert any(f"but {world.slug} says T0ANOTHER" in one.wrong for one in of_slack())


def test_an_account_that_may_not_decide(world: World, slack: Desk) -> None:
    slack.workspace.users[MEMBERS["bo"]].is_restricted = True
    assert any("is restricted" in one.wrong and world.email("bo") in one.wrong for one in of_slack())

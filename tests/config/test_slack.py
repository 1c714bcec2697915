"""`doctor` looks at Slack: the token, its scopes, the workspace, and whether people's ids can decide."""

from __future__ import annotations

from django.test import override_settings

from config.slack import of_slack
from tests.slack import MEMBERS, Desk, connect, join
from tests.world import World


def test_a_workspace_that_fits_has_nothing_wrong(world: World, slack: Desk) -> None:
    assert [one for one in of_slack() if world.slug in one.wrong] == []


def test_a_token_that_slack_does_not_take(slack: Desk) -> None:
    with override_settings(SLACK_BOT_TOKEN="xoxb-revoked"):
        of_ours = [one.wrong for one in of_slack() if one.about == "SLACK_BOT_TOKEN"]
        assert of_ours == ["is not taken by Slack (invalid_auth)"]


def test_a_token_that_may_too_little(slack: Desk) -> None:
    slack.workspace.scopes = ["chat:write", "commands"]
    assert "lacks im:write, users:read" in [one.wrong for one in of_slack()]


def test_a_workspace_that_is_not_the_organization_s(world: World, slack: Desk) -> None:
    world.change(lambda document: document["organization"].update(slack_team="T0ANOTHER"))
    assert any(f"but {world.slug} says T0ANOTHER" in one.wrong for one in of_slack())


def test_an_account_that_may_not_decide(world: World, slack: Desk) -> None:
    slack.workspace.users[MEMBERS["bo"]].is_restricted = True
    assert any("is restricted" in one.wrong and world.email("bo") in one.wrong for one in of_slack())


def test_each_workspace_that_an_organization_connected_is_looked_at_by_itself(slack: Desk, theirs: Desk) -> None:
    connect(theirs)
    about = f"Slack of {theirs.world.slug}"

    def wrong() -> list[str]:
        return [one.wrong for one in of_slack() if one.about == about or theirs.world.slug in one.wrong]

    assert wrong() == []
    theirs.workspace.users[MEMBERS["bo"]].deleted = True
    assert any(f"of {theirs.world.email('bo')}" in one and "is deleted" in one for one in wrong())
    theirs.workspace.users[MEMBERS["bo"]].deleted = False
    theirs.workspace.scopes = ["chat:write", "commands", "im:write"]
    assert wrong() == ["lacks users:read"]
    theirs.workspace.revoke()
    assert wrong() == ["has a bot token that is not taken by Slack (token_revoked)"]
    assert not [one for one in of_slack() if slack.world.slug in f"{one.about} {one.wrong}"], "ours is as it was"


def test_a_workspace_connected_that_the_configuration_does_not_name(slack: Desk, theirs: Desk) -> None:
    connect(theirs)
    team = theirs.workspace.team
    join(theirs.world, "T0ANOTHER")
    found = [one.wrong for one in of_slack() if theirs.world.slug in f"{one.about} {one.wrong}"]
    assert f"is connected to {team}, but its configuration says T0ANOTHER: it is not used" in found


def test_a_workspace_connected_whose_secrets_cannot_be_opened(slack: Desk, theirs: Desk) -> None:
    connect(theirs)
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=[]):
        found = [one.wrong for one in of_slack() if theirs.world.slug in one.about]
    assert found == ["cannot be opened: SECRET_KEY is another than it was sealed with"]

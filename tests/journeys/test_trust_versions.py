"""Another version of an agent, and other terms: what was proven of the old is not proven of the new."""

from __future__ import annotations

import pytest

from agents.keeping import hold_or_open
from agents.trust import trust_of
from approvals.flow import submit
from approvals.ground import Ground, stand
from approvals.posted import PostedAction
from approvals.ratchet.versions import kind_of
from core import tx
from tests.journeys.test_trust_evidence import labels, looked, note
from tests.lanes import climbed, codes, known, lane, quickly, replays
from tests.world import World


@pytest.fixture
def acme(world: World) -> World:
    """Return the world where notes earn trust quickly."""
    world.change(lambda document: quickly(document, promotion="automatic"))
    return world


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("1.4.2", "1.4.3", "patch"),
        ("1.4.2", "1.5.0", "minor"),
        ("v1.4", "2.0.0-rc.1", "major"),
        ("1.4", "1.4.0", "patch"),
        ("1.4.2", "nightly", "minor"),
        ("a", "b", "minor"),
        ("2.0.0", "1.0.0", "major"),
    ],
)
def test_by_its_numbers_a_version_is_told(before: str, after: str, kind: str) -> None:
    assert kind_of(before, after, "semver") == kind
    assert kind_of(before, after, "ignore") is None
    assert kind_of(before, after, "major") == "major"


@pytest.mark.parametrize(("after", "level"), [("1.0.1", 2), ("1.1.0", 1), ("2.0.0", 0)])
def test_a_new_version_comes_down_and_starts_anew(acme: World, after: str, level: int) -> None:
    climbed(acme, "monitored")
    note(acme)
    assert note(acme, agent_version="1.0.0")["verdict"]["level"] == "monitored"
    assert codes(acme).count("version") == 0, "the first that is heard of changes nothing"
    note(acme)
    assert codes(acme).count("version") == 0, "neither does a post that names none"
    told = note(acme, agent_version=after)
    row = lane(acme)
    assert row is not None
    assert (row.level, row.agent_version) == (level, after)
    assert told["status"] == "pending", "nothing of it runs alone"
    assert known(acme).attempts[2].cells == {}
    note(acme, agent_version=after)
    assert codes(acme).count("version") == 1
    assert replays(acme) == 1


def test_what_the_old_version_did_right_tells_nothing_of_the_new(acme: World) -> None:
    old, wrong = note(acme, agent_version="1.0.0"), note(acme, agent_version="1.0.0")
    looked(acme, "bo", note(acme, agent_version="1.0.0"))
    note(acme, agent_version="2.0.0")
    looked(acme, "bo", old)
    looked(acme, "bo", wrong, "reject")
    assert labels(acme, old)[0].dropped
    assert known(acme).attempts[0].cells == {(1.0, 0.9, 1.0): 1}


def test_a_repeated_post_of_the_old_version_tells_nothing_new(acme: World) -> None:
    climbed(acme, "assisted")
    once = PostedAction(
        body=b"{}", arguments={"customer": "M"}, action="note.add", agent_version="1.0.0", idempotency_key="k"
    )
    submit.submit(acme.as_agent(), once)
    note(acme, agent_version="1.0.1")
    submit.submit(acme.as_agent(), once)
    row = lane(acme)
    assert row is not None
    assert row.agent_version == "1.0.1"


def test_other_terms_begin_a_new_attempt_and_stricter_ones_tighten(acme: World) -> None:
    climbed(acme, "assisted")
    attempt = known(acme).attempts[0]

    def stricter(tolerance: float) -> None:
        levels = {"assisted": {"tolerance": tolerance}}
        acme.change(
            lambda document: document["agents"][0]["actions"][1]["trust"]["levels"]["assisted"].update(
                **levels["assisted"]
            )
        )

    stricter(0.12)
    row = lane(acme)
    assert row is not None
    assert (row.tightened, row.level) == (True, 1)
    assert known(acme).attempts[0].number == attempt.number + 1
    entries = row.entries
    acme.change(lambda document: document["organization"].update(name="Acme"))
    again = lane(acme)
    assert again is not None
    assert again.entries == entries, "nothing of its terms changed"
    acme.change(lambda document: document["agents"][0]["actions"].pop(1))
    gone = lane(acme)
    assert gone is not None
    assert gone.entries == entries, "its lane stays"
    assert note(acme)["status"] == "pending", "and people are asked"
    assert replays(acme) == 1


def test_who_began_before_terms_were_applied_does_not_bring_the_old_ones_back(acme: World) -> None:
    climbed(acme, "assisted")

    @tx.use_case
    def late(org: int, before: Ground) -> None:
        kind = before.terms.type_named("note.add")
        version = before.org.config_version
        hold_or_open(before.agent.pk, kind.type, "low", trust_of(kind, "low"), now=before.now, config_version=version)

    @tx.use_case
    def began(org: int) -> Ground:
        return stand(acme.agent().pk)

    before = began(acme.org)
    acme.change(lambda document: document["agents"][0]["actions"][1]["trust"].update(stale="60d"))
    row = lane(acme)
    late(acme.org, before)
    again = lane(acme)
    assert row is not None
    assert again is not None
    assert (again.entries, again.terms["stale_days"]) == (row.entries, 60.0)

"""Deciding in the browser by plain form: what is recorded, and what a refusal says."""

from __future__ import annotations

import re

from approvals.flow import revise
from approvals.models import Vote
from core import tx
from tests.journeys.browser import browser_of, words
from tests.play import cast, key_of, kinds, now, post, refund, revised
from tests.world import World


def test_an_approval_by_plain_form_decides_and_says_so(world: World) -> None:
    action = post(world, refund("120.00"), reason="Tent poles snapped.")
    bo = browser_of(world, "bo")
    answer = bo.decide(action, "approve", reviewed="42")
    assert answer.status_code == 303
    assert answer["Location"] == "/"
    assert now(world, action)["status"] == "approved"
    assert "Approved: Refund" in words(bo.text("/"))
    with tx.reading(world.org):
        assert Vote.objects.get(action_id=key_of(action)).review_seconds == 42.0


def test_a_page_tells_effect_undo_reason_and_chain(world: World) -> None:
    action = post(world, refund("120.00"), reason="Tent poles snapped.")
    said = words(browser_of(world, "bo").text(f"/actions/{action['id']}"))
    for part in (
        action["title"],
        "leaves the payments account within a minute",
        "No, once the card network settles",
        "Agent’s reason: Tent poles snapped.",
        "if nobody decides",
        "Too early to compare",
        action["digest"],
    ):
        assert part in said, part


def test_a_rejection_without_a_reason_is_refused_and_nothing_is_recorded(world: World) -> None:
    action = post(world)
    answer = browser_of(world, "bo").decide(action, "reject")
    assert answer.status_code == 422
    assert "Say why you reject this" in words(answer.content.decode())
    assert now(world, action)["status"] == "pending"


def test_high_risk_asks_to_type_the_amount(world: World) -> None:
    action = post(world, refund("120.00"), risk="high")
    bo = browser_of(world, "bo")
    page = bo.text(f"/actions/{action['id']}")
    assert re.search(r'data-confirm="120\.00"', page)
    for typed in ("", "12.00"):
        answer = bo.decide(action, "approve", confirm=typed)
        assert answer.status_code == 422
        assert "asks you to type 120.00" in words(answer.content.decode())
    assert now(world, action)["status"] == "pending"
    assert "action.voted" not in kinds(world, action)
    assert bo.decide(action, "approve", confirm=" 120.00 ").status_code == 303
    assert now(world, action)["status"] == "approved"


def test_rejecting_high_risk_asks_for_nothing_more_than_a_reason(world: World) -> None:
    action = post(world, risk="high")
    assert browser_of(world, "bo").decide(action, "reject", comment="No.").status_code == 303
    assert now(world, action)["status"] == "rejected"


def test_critical_risk_asks_for_the_end_of_the_id_and_a_fresh_sign_in(world: World) -> None:
    action = post(world, {"customer": "cus_1"}, action="account.close")
    bo = browser_of(world, "bo")
    assert f'data-confirm="{action["id"][-4:]}"' in bo.text(f"/actions/{action['id']}")
    world.turn(minutes=11)
    answer = bo.decide(action, "approve", confirm=action["id"][-4:])
    assert answer.status_code == 403
    assert "Sign in again" in words(answer.content.decode())
    assert now(world, action)["status"] == "pending"
    fresh = browser_of(world, "bo")
    assert fresh.decide(action, "approve", confirm=action["id"][-4:]).status_code == 303
    assert now(world, action)["status"] == "approved"


def test_the_loser_is_told_who_was_faster(world: World) -> None:
    action = post(world)
    bo = browser_of(world, "bo")
    page = bo.text(f"/actions/{action['id']}")
    cast(world, "cy", action, "reject", comment="Wrong customer.")
    answer = bo.post(f"/actions/{action['id']}", {"vote": "approve", "digest": action["digest"]})
    assert answer.status_code == 409
    said = words(answer.content.decode())
    assert "Cy Okafor rejected this" in said
    assert "Your approval was not recorded." in said
    assert "data-confirm" not in page


def test_a_change_while_reading_is_shown_as_a_difference(world: World) -> None:
    action = post(world, refund("120.00"))
    bo = browser_of(world, "bo")
    bo.text(f"/actions/{action['id']}")
    revise.revise(world.org, key_of(action), actor=world.as_agent(), revised=revised(refund("420.00")))
    answer = bo.post(f"/actions/{action['id']}", {"vote": "approve", "digest": action["digest"]})
    assert answer.status_code == 409
    page = answer.content.decode()
    said = words(page)
    assert "The agent changed this while you read it." in said
    assert "amount 120.00" in said
    assert "amount 420.00" in said
    assert "data-locked" in page
    assert now(world, action)["status"] == "pending"


def test_who_is_not_asked_reads_and_cannot_decide(world: World) -> None:
    action = post(world, refund("120.00"))
    for name in ("eve", "finn", "ana", "dee"):
        browser = browser_of(world, name)
        page = browser.text(f"/actions/{action['id']}")
        assert 'id="vote"' not in page, name
        answer = browser.post(f"/actions/{action['id']}", {"vote": "approve", "digest": action["digest"]})
        assert answer.status_code == 403, name
        assert "was not recorded" in words(answer.content.decode())
    assert now(world, action)["status"] == "pending"


def test_another_organization_finds_nothing(world: World, another_world: World) -> None:
    action = post(world)
    stranger = browser_of(another_world, "ana")
    for path in (f"/actions/{action['id']}", f"/actions/{action['id']}/row", "/actions/act_x", "/actions/nonsense"):
        assert stranger.get(path).status_code == 404, path
    assert stranger.post(f"/actions/{action['id']}", {"vote": "approve"}).status_code == 404
    assert stranger.post(f"/actions/{action['id']}/claim").status_code == 404


def test_reading_changes_nothing(world: World) -> None:
    action = post(world)
    bo = browser_of(world, "bo")
    before = kinds(world, action)
    for path in ("", "/detail", "/decide", "/row"):
        bo.text(f"/actions/{action['id']}{path}")
        assert bo.client.head(f"/actions/{action['id']}{path}").status_code == 200
    assert kinds(world, action) == before
    assert now(world, action)["status"] == "pending"


def test_a_form_of_nobody_is_refused(world: World) -> None:
    action = post(world)
    bo = browser_of(world, "bo")
    bo.text(f"/actions/{action['id']}")
    assert bo.client.post(f"/actions/{action['id']}", {"vote": "approve"}).status_code == 403  # no token
    assert bo.decide(action, "launch").status_code == 400
    assert bo.decide(action, "approve", digest="sha256:0").status_code == 409
    assert bo.decide(action, "reject", comment="x\x00y").status_code == 400
    assert bo.decide(action, "reject", comment="y" * 9_000).status_code == 422
    assert now(world, action)["status"] == "pending"


def test_the_chain_names_a_fallback_only_if_it_could_still_step_in(world: World) -> None:
    owned = post(world)  # the fallback, Ana, owns the agent: she may not decide this
    assert "if the others cannot" not in words(browser_of(world, "bo").text(f"/actions/{owned['id']}"))
    world.change(lambda document: document["agents"][0].update(owner=world.email("eve")))
    free = post(world)
    assert "if the others cannot" in words(browser_of(world, "bo").text(f"/actions/{free['id']}"))
    world.change(lambda document: document["teams"][0]["members"].append(world.email("ana")))
    asked = post(world)  # Ana is asked from the start
    assert "if the others cannot" not in words(browser_of(world, "bo").text(f"/actions/{asked['id']}"))

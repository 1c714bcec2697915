"""The inbox: what is in which tab, in what order, and at what cost."""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.journeys.browser import Browser, browser_of, words
from tests.play import cast, post, refund
from tests.world import World


def listed(page: str) -> list[str]:
    """Return the ids of the rows of a list, in order."""
    return re.findall(r'data-row="(act_[0-9a-z]+)"', page)


def reads(browser: Browser, path: str) -> list[str]:
    """Return the statements that a page sends, without the beginnings and ends of transactions."""
    browser.text(path)
    with CaptureQueriesContext(connection) as asked:
        browser.text(path)
    return [one["sql"] for one in asked.captured_queries if one["sql"] not in ("BEGIN", "COMMIT", "ROLLBACK")]


def test_for_you_has_the_most_urgent_first_and_opens_it(world: World) -> None:
    later = post(world, refund("10.00"))
    sooner = post(world, refund("11.00"), decide_within=600)
    page = browser_of(world, "bo").text("/")
    assert listed(page) == [sooner["id"], later["id"]]
    assert f'data-action="{sooner["id"]}"' in page
    said = words(page)
    assert "Due in the next 30 minutes" in said
    assert "For you 2" in said


def test_the_four_tabs(world: World) -> None:
    mine, snoozed, decided = (post(world, refund(f"{10 + n}.00")) for n in range(3))
    bo = browser_of(world, "bo")
    page = bo.text(f"/actions/{snoozed['id']}")
    until = re.findall(r'<option value="([^"]+)">For 30 minutes', page)[0]
    assert bo.post(f"/actions/{snoozed['id']}/snooze", {"until": until}).status_code == 303
    cast(world, "bo", decided)
    assert listed(bo.text("/?tab=for-you")) == [mine["id"]]
    assert set(listed(bo.text("/?tab=teams"))) == {mine["id"], snoozed["id"]}
    assert listed(bo.text("/?tab=snoozed")) == [snoozed["id"]]
    assert listed(bo.text("/?tab=decided")) == [decided["id"]]
    world.turn(minutes=31)
    assert set(listed(browser_of(world, "bo").text("/"))) == {mine["id"], snoozed["id"]}


def test_who_decides_nothing_sees_everything_that_waits(world: World) -> None:
    action = post(world)
    finn = browser_of(world, "finn")
    assert listed(finn.text("/")) == []
    assert listed(finn.text("/?tab=teams")) == [action["id"]]


def test_another_organization_sees_none_of_it(world: World, another_world: World) -> None:
    action = post(world)
    stranger = browser_of(another_world, "ana")
    for tab in ("for-you", "teams", "snoozed", "decided"):
        assert listed(stranger.text(f"/?tab={tab}")) == []
    assert action["title"] not in stranger.text(f"/?open={action['id']}")


def test_a_list_is_searched_and_paged(world: World) -> None:
    made = [post(world, refund(f"{10 + n}.00")) for n in range(30)]
    bo = browser_of(world, "bo")
    first = bo.text("/")
    assert len(listed(first)) == 25
    more = re.findall(r'href="(/\?[^"]*after=[^"]*)"', first)[0].replace("&amp;", "&")
    rest = listed(bo.text(more))
    assert set(listed(first)) | set(rest) == {one["id"] for one in made}
    assert len(rest) == 5
    assert listed(bo.text("/?q=%E2%82%AC12.00")) == [made[2]["id"]]
    assert listed(bo.text("/?risk=critical")) == []
    assert bo.get("/?after=nonsense").status_code == 400
    assert bo.get("/?q=%00%25_&tab=nowhere&risk=no&open=%00").status_code == 200


def test_an_inbox_costs_the_same_whatever_its_length(world: World) -> None:
    post(world)
    bo = browser_of(world, "bo")
    one = reads(bo, "/")
    for number in range(30):
        post(world, refund(f"{20 + number}.00"))
    many = reads(bo, "/")
    assert len(many) == len(one), "\n".join(many)
    assert len(many) <= 15, "\n".join(many)


def test_a_row_says_when_it_no_longer_waits(world: World) -> None:
    action = post(world)
    bo = browser_of(world, "bo")
    assert "data-waiting" in bo.text(f"/actions/{action['id']}/row")
    cast(world, "cy", action, "reject")
    row = bo.text(f"/actions/{action['id']}/row")
    assert "Cy Okafor rejected this at" in words(row)
    assert "data-waiting" not in row


def test_a_list_alone_is_a_fragment(world: World) -> None:
    action = post(world)
    bo = browser_of(world, "bo")
    answer: Any = bo.get("/inbox/list?tab=for-you")
    assert answer["Cache-Control"] == "no-store"
    assert listed(answer.content.decode()) == [action["id"]]
    assert "<html" not in answer.content.decode()


def test_strangers_are_sent_to_sign_in(world: World, client: Any) -> None:
    action = post(world)
    for path in ("/", "/agents", f"/actions/{action['id']}", "/audit", "/settings"):
        answer = client.get(path)
        assert answer.status_code == 302, path
        assert answer["Location"].startswith("/sign-in"), path

"""The escalation pages: read by everybody, edited by admins in a draft, published with a reason."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.browser import Browser, browser_of, words
from tests.play import post
from tests.world import World

_MARK = re.compile(r'name="mark" value="([^"]+)"')


@pytest.fixture
def stepped(world: World) -> World:
    """The cast with a chain of three steps, a calendar and a schedule."""

    def edit(document: dict[str, Any]) -> None:
        document["chains"][0]["steps"] = [
            {"at": "1h", "do": "remind"},
            {"at": "2h", "do": "add", "to": {"manager_of": "asked"}},
            {"at": "3h", "do": "warn"},
        ]
        document["calendars"] = [{"slug": "office", "hours": {"mon-fri": ["08:00-17:00"]}, "holidays": ["2030-12-25"]}]
        document["schedules"] = [
            {
                "slug": "finance-duty",
                "people": [world.email("bo"), world.email("cy")],
                "every": "7d",
                "starts": "2026-01-05T09:00",
            }
        ]

    world.change(edit)
    return world


def send(browser: Browser, path: str, do: str = "keep", **fields: str) -> Any:
    """Fill in the form of a page as it stands and press a button: every field goes along, as browsers do."""
    page = browser.text(path)
    mark = _MARK.search(page)
    assert mark, "the page has no form"
    return browser.post(path, {"mark": mark[1], **fields, "do": do})


def test_everybody_reads_the_chains_in_words(stepped: World) -> None:
    for name in ("ana", "bo", "finn"):
        browser = browser_of(stepped, name)
        said = words(browser.text("/escalation"))
        assert "Standard 4 hours 3 steps Treated as rejected" in said
        assert "Monday to Friday 08:00–17:00" in said
        assert "Each for 7 days" in said
        said = words(browser.text("/escalation/standard"))
        assert "Remind whoever has not answered" in said
        assert "Ask their manager" in said
        assert "If nobody has decided after" in said
        assert "If nobody decides" in said
    assert browser.get("/escalation/nothing").status_code == 404


def test_an_admin_changes_a_wait_sees_what_it_means_and_publishes_it(stepped: World) -> None:
    waiting = post(stepped)
    ana = browser_of(stepped, "ana")
    assert send(ana, "/escalation/standard", **{"wait-0": "30", "unit-0": "m"}).status_code == 303
    said = words(ana.text("/escalation/standard"))
    assert "Draft. One change: chain “standard”: the first wait is 30 minutes, it was 1 hour." in said
    assert "was 1 hour" in said
    said = words(ana.text("/draft"))
    assert "Version 3, not published yet" in said
    print(said)

"""The escalation pages: read by everybody, edited by admins in a draft, published with a reason."""

from __future__ import annotations

import re
from typing import Any

import pytest

from approvals.configuration.stored import document_in_force
from tests.journeys.browser import Browser, browser_of, words
from tests.play import cast, now, post
from tests.world import World

_MARK = re.compile(r'name="mark" value="([^"]+)"')
STANDARD = "/escalation/standard"


@pytest.fixture
def stepped(world: World) -> World:
    """The cast with a chain of three steps, a calendar, a schedule, and a second admin, Bo."""

    def edit(document: dict[str, Any]) -> None:
        document["people"][1]["roles"] = ["admin", "approver"]
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


def send(browser: Browser, path: str, do: str = "keep", to: str = "", **fields: str) -> Any:
    """Press a button of the form on a page, with what somebody changed in it."""
    mark = _MARK.search(browser.text(path))
    assert mark, "the page has no form"
    return browser.post(to or path, {"mark": mark[1], **fields, "do": do})


def publish(browser: Browser, reason: str = "It took too long.") -> Any:
    """Publish the draft from the page that compares it."""
    mark = _MARK.search(browser.text("/draft"))
    assert mark, "nothing can be published"
    return browser.post("/draft/publish", {"mark": mark[1], "reason": reason})


def ends_within(world: World, action: dict[str, Any]) -> float:
    """Return how long the chain of an action lets people decide, in hours."""
    from_, until = now(world, action)["created_at"], now(world, action)["decide_by"]
    start, end = (float(text[11:13]) + float(text[14:16]) / 60 for text in (from_, until))
    return (end - start) % 24


def test_everybody_reads_the_chains_in_words(stepped: World) -> None:
    for name in ("ana", "bo", "finn"):
        browser = browser_of(stepped, name)
        said = words(browser.text("/escalation"))
        assert "Standard 4 hours 3 steps Treated as rejected" in said
        assert "Monday to Friday 08:00–17:00" in said
        assert "Each for 7 days" in said
        said = words(browser.text(STANDARD))
        assert "Remind whoever has not answered" in said
        assert "Ask their manager" in said
        assert "If nobody has decided after" in said
        assert "If nobody decides" in said
        assert "Office" in words(browser.text("/escalation/calendars/office"))
        assert "Bo Lind" in words(browser.text("/escalation/schedules/finance-duty"))
        assert "Roll back" not in words(browser.text("/versions?open=2"))
    assert browser.get("/escalation/nothing").status_code == 404
    assert browser.get("/escalation/calendars/nothing").status_code == 404
    assert browser.get("/draft").status_code == 403


def test_whoever_is_no_admin_changes_nothing(stepped: World) -> None:
    finn = browser_of(stepped, "finn")
    assert 'name="mark"' not in finn.text(STANDARD)
    posts = (
        "/escalation", STANDARD, "/escalation/calendars/office", "/escalation/schedules/finance-duty", "/draft/publish",
        "/draft/discard", "/draft/redo", "/versions/1/rollback", "/routing", "/routing/route", "/routing/rule",
    )  # fmt: skip
    for path in posts:
        assert finn.post(path, {"do": "keep", "mark": "x", "reason": "Because."}).status_code == 403, path
    assert stepped.organization().config_version == 2


def test_an_admin_changes_a_wait_sees_what_it_means_and_publishes_it(stepped: World) -> None:
    waiting = post(stepped)
    ana = browser_of(stepped, "ana")
    assert send(ana, STANDARD, **{"wait-0": "30", "unit-0": "m"}).status_code == 303
    page = ana.text(STANDARD)
    said = words(page)
    assert "Draft. One change: chain “standard”: the first wait is 30 minutes, it was 1 hour." in said
    assert "was 1 hour" in said
    assert 'name="wait-0" value="30"' in page
    said = words(ana.text("/draft"))
    assert "Version 3, not published yet" in said
    assert "Of the last 1 actions 1 would have gone another way." in said
    assert publish(ana, reason="  ").status_code == 422
    assert stepped.organization().config_version == 2
    assert publish(ana, reason="Refunds waited too long.").status_code == 303
    assert "Version 3 is live." in words(ana.text("/versions"))
    assert "Refunds waited too long." in words(browser_of(stepped, "finn").text("/versions"))
    assert ends_within(stepped, post(stepped)) == pytest.approx(3.5)
    assert ends_within(stepped, waiting) == pytest.approx(4)
    assert "Draft." not in words(ana.text(STANDARD))


def test_a_draft_is_one_s_own_and_outlives_the_session(stepped: World) -> None:
    send(browser_of(stepped, "ana"), STANDARD, end="hold")
    assert "kept waiting" in words(browser_of(stepped, "ana").text(STANDARD))
    assert "Draft." not in words(browser_of(stepped, "bo").text(STANDARD))
    assert "Draft." not in words(browser_of(stepped, "finn").text(STANDARD))


def test_steps_are_moved_taken_out_and_added_by_plain_buttons(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    assert send(ana, STANDARD, "up:2").status_code == 303
    said = words(ana.text(STANDARD))
    assert said.index("Ask their manager") < said.index("Remind whoever")
    assert "steps 1 and 2 trade places" in said
    assert send(ana, STANDARD, "up:1").status_code == 422
    assert send(ana, STANDARD, "remove:1").status_code == 303
    assert 'data-step="3"' not in ana.text(STANDARD)
    assert "step 2, “Ask their manager”, is gone" in words(ana.text(STANDARD))
    added = {"do-new": "add", "to-new": "team:finance"}
    assert send(ana, STANDARD, "add", **added).status_code == 303
    said = words(ana.text(STANDARD))
    assert "Ask everyone in Finance" in said
    assert publish(ana).status_code == 303
    steps = stepped_chain(stepped)["steps"]
    assert [(step["at"], step["do"]) for step in steps] == [("2h", "remind"), ("3h", "warn"), ("210m", "add")]


def stepped_chain(world: World) -> dict[str, Any]:
    """Return the chain standard as it is in force."""
    found: dict[str, Any] = next(row for row in document_in_force(world.org)[1]["chains"] if row["slug"] == "standard")
    return found


def test_what_is_typed_wrong_is_told_beside_its_field_and_nothing_is_kept(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    answer = send(ana, STANDARD, **{"wait-1": "soon", "unit-1": "m", "do-2": "add", "to-2": "", "end": "hold"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'name="wait-1" value="soon"' in page
    assert 'aria-invalid="true" aria-describedby="wait-1-err"' in page
    assert "Write a whole number, at least 1." in words(page)
    assert "Choose whom the step asks." in words(page)
    assert "Draft." not in words(ana.text(STANDARD))
    assert send(ana, STANDARD, "remove:9").status_code == 422
    assert send(ana, STANDARD, "remove:x").status_code == 422
    assert send(ana, STANDARD, end="win").status_code == 422


def test_a_fault_of_the_draft_stands_at_its_step_and_is_not_published(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    assert send(ana, STANDARD, "add", **{"do-new": "add", "to-new": "person:nobody@else.test"}).status_code == 303
    said = words(ana.text(STANDARD))
    assert "There is no person “nobody@else.test”." in said
    assert "1 fault to mend before it can be published." in said
    page = ana.text("/draft")
    assert "To mend first" in words(page)
    assert 'href="/escalation/standard"' in page
    mark = _MARK.search(ana.text(STANDARD))
    assert mark
    assert ana.post("/draft/publish", {"mark": mark[1], "reason": "Because."}).status_code == 422
    assert ana.post("/draft/discard").status_code == 303
    assert "Draft." not in words(ana.text(STANDARD))


def test_a_step_that_would_reach_nobody_is_not_published(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    send(ana, STANDARD, "add", **{"do-new": "add", "to-new": "role:auditor"})
    mark = _MARK.search(ana.text(STANDARD))
    assert mark
    assert ana.post("/draft/publish", {"mark": mark[1], "reason": "Because."}).status_code == 422
    assert stepped.organization().config_version == 2


def test_two_admins_at_once_the_second_is_told_and_brings_the_draft_along(stepped: World) -> None:
    ana, bo = browser_of(stepped, "ana"), browser_of(stepped, "bo")
    send(ana, STANDARD, **{"wait-0": "30", "unit-0": "m"})
    send(bo, STANDARD, end="hold")
    mark = _MARK.search(ana.text("/draft"))
    assert mark
    assert publish(bo, reason="Refunds must not expire.").status_code == 303
    answer = ana.post("/draft/publish", {"mark": mark[1], "reason": "Faster."})
    assert answer.status_code == 409
    said = words(answer.content.decode())
    assert "Bo Lind published version 3" in said
    assert "“Refunds must not expire.”" in said
    assert "Make my changes again on version 3" in said
    assert "Another version was published meanwhile." in words(ana.text("/draft"))
    assert ana.post("/draft/redo").status_code == 303
    assert publish(ana, reason="Faster.").status_code == 303
    chain = stepped_chain(stepped)
    assert (chain["finally"], chain["steps"][0]["at"]) == ("hold", "30m")


def test_two_admins_change_the_same_and_the_second_hears_it(stepped: World) -> None:
    ana, bo = browser_of(stepped, "ana"), browser_of(stepped, "bo")
    send(ana, STANDARD, **{"wait-0": "30", "unit-0": "m"})
    send(bo, STANDARD, **{"wait-0": "20", "unit-0": "m"})
    publish(bo)
    assert ana.post("/draft/redo").status_code == 303
    said = words(ana.text("/draft"))
    assert "Both of you changed chain “standard”" in said
    assert "the first wait is 30 minutes, it was 20 minutes" in said


def test_a_form_of_yesterday_changes_nothing(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    mark = _MARK.search(ana.text(STANDARD))
    assert mark
    send(ana, STANDARD, end="hold")
    answer = ana.post(STANDARD, {"mark": mark[1], "wait-0": "5", "unit-0": "m", "do": "keep"})
    assert answer.status_code == 409
    assert "Nothing was changed" in words(answer.content.decode())
    assert 'name="wait-0" value="1"' in ana.text(STANDARD)


def test_an_earlier_version_comes_back_with_a_reason(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    said = words(ana.text("/versions?open=1"))
    assert "a test begins" in said
    assert "Roll back to version 1" in said
    assert ana.post("/versions/1/rollback", {"reason": ""}).status_code == 422
    assert ana.post("/versions/1/rollback", {"reason": "The steps were wrong."}).status_code == 303
    assert "steps" not in stepped_chain(stepped)
    assert stepped.organization().config_version == 3
    assert "The steps were wrong." in words(ana.text("/versions"))
    assert ana.post("/versions/99/rollback", {"reason": "No."}).status_code == 404
    for odd in ("open=99", "open=-1", "open=x", "open=99999999999999999999"):
        assert ana.get(f"/versions?{odd}").status_code == 200, odd


def test_agents_that_come_back_show_their_keys_once(stepped: World) -> None:
    stepped.change(lambda document: (document["agents"].pop(1), document["routes"].pop(1)))
    ana = browser_of(stepped, "ana")
    ana.text("/versions")
    answer = ana.post("/versions/2/rollback", {"reason": "Outreach is needed."})
    assert answer.status_code == 200
    assert "cs_" in answer.content.decode()


def test_chains_come_and_go(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    assert send(ana, "/escalation", "chain", slug="Refunds over 200!").status_code == 303
    assert "Used by no routing rule" in words(ana.text("/escalation/refunds-over-200"))
    assert send(ana, "/escalation", "chain", slug="Standard").status_code == 422
    assert send(ana, "/escalation", "chain", slug="!!!").status_code == 422
    assert send(ana, "/escalation/refunds-over-200", "delete").status_code == 303
    assert ana.get("/escalation/refunds-over-200").status_code == 404
    assert send(ana, STANDARD, "delete").status_code == 422


def test_hours_are_edited_by_day(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    path = "/escalation/calendars/office"
    hours = {f"hours-{day}": "09:00-12:00, 13:00-18:00" for day in ("mon", "tue", "wed", "thu")}
    fields = {**hours, "hours-fri": "09:00-14:00", "holidays": "2030-12-24\n2030-12-25", "timezone": ""}
    assert send(ana, path, **fields).status_code == 303
    said = words(ana.text("/escalation"))
    assert "Monday to Thursday 09:00–12:00 and 13:00–18:00; Friday 09:00–14:00" in said
    assert "Closed on 24 Dec 2030, 25 Dec 2030" in said
    assert send(ana, path, **{**fields, "hours-fri": "all day"}).status_code == 303
    assert "“allday” are no hours." in words(ana.text(path))
    assert send(ana, path, **fields).status_code == 303
    assert publish(ana).status_code == 303
    assert send(ana, "/escalation", "calendar", slug="Night shift").status_code == 303
    assert send(ana, "/escalation/calendars/night-shift", "delete").status_code == 303


def test_who_is_on_call_is_ordered_by_buttons(stepped: World) -> None:
    ana, path = browser_of(stepped, "ana"), "/escalation/schedules/finance-duty"
    same = {"every": "7", "every-unit": "d", "starts": "2026-01-05T09:00"}
    assert send(ana, path, f"up:{stepped.email('cy')}", **same).status_code == 303
    page = ana.text(path)
    assert page.index(f"up:{stepped.email('cy')}") < page.index(f"up:{stepped.email('bo')}")
    assert send(ana, path, **{**same, "add": stepped.email("dee")}).status_code == 303
    assert send(ana, path, f"remove:{stepped.email('bo')}", **same).status_code == 303
    said = words(ana.text("/escalation"))
    assert "CO Cy Okafor DN Dee Novak Each for 7 days" in said
    assert send(ana, path, **{**same, "every": "never"}).status_code == 422
    assert send(ana, "/escalation", "schedule", slug="Night", first=stepped.email("bo")).status_code == 303


def test_a_clock_of_open_hours_is_chosen_on_the_chain(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    assert send(ana, STANDARD, clock="office", execute="20", **{"execute-unit": "m"}).status_code == 303
    said = words(ana.text(STANDARD))
    assert "The clock runs in the hours of Office only." in said
    assert "its clock is the hours of “office”, it was the wall clock" in said
    assert publish(ana).status_code == 303
    assert post(stepped)["status"] == "pending"


def test_a_request_is_tried_on_the_draft(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    send(ana, STANDARD, **{"wait-0": "30", "unit-0": "m"})
    path = f"{STANDARD}?kind=refunds:refund.create&amount=80+EUR&risk=&arrives=2026-11-23T10:00"
    said = words(ana.text(path))
    assert "Monday 23 November 2026" in said
    assert "10:30 Bo Lind, Cy Okafor and Dee Novak are reminded" in said
    assert "13:30 Rejected" in said
    assert "DN Dee Novak" in said.split("Try it")[-1]
    said = words(ana.text(path.replace("80", "800")))
    assert "May decide up to 100 EUR" in said
    for odd in (
        "amount=lots",
        "arrives=yesterday",
        "kind=x:y",
        "risk=huge",
        "arrives=0001-01-01T00:00",
        "amount=1e9+EUR",
    ):
        assert ana.get(f"{STANDARD}?kind=refunds:refund.create&{odd}").status_code == 200, odd
    assert "Write an amount with its currency" in words(ana.text(f"{STANDARD}?kind=refunds:refund.create&amount=lots"))


def test_where_past_requests_were_decided_is_counted(stepped: World) -> None:
    for _ in range(3):
        cast(stepped, "bo", post(stepped))
    ana = browser_of(stepped, "ana")
    said = words(ana.text(STANDARD))
    assert "Where the last 3 were decided" in said
    assert "At first 3 Step 1 0" in said
    send(ana, STANDARD, **{"wait-0": "30", "unit-0": "m"})
    assert "Over the last 30 days that would have changed nothing for 3 requests." in words(ana.text(STANDARD))


def test_no_form_of_somebody_else_s_making_breaks_a_page(stepped: World) -> None:
    ana = browser_of(stepped, "ana")
    odd = ["", "0", "-1", "9" * 30, "\x00", "é" * 300, "manager_of:", "person:", "schedule::", "٣"]
    for text in odd:
        for path, do in ((STANDARD, "keep"), (STANDARD, "add"), ("/escalation/schedules/finance-duty", "keep")):
            fields = {"wait-0": text, "unit-0": text, "do-new": "add", "to-new": text, "every": text, "execute": text}
            status = send(ana, path, do, clock=text or "wall", starts=text, **fields).status_code
            assert status in (303, 400, 422), (path, do, text, status)
        assert ana.get(STANDARD).status_code == 200
        assert ana.get("/escalation").status_code == 200
        assert ana.get("/draft").status_code == 200

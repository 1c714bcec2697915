"""The page of delegations, through its forms alone: saved, looked at first, refused at the field, ended."""

from __future__ import annotations

from datetime import timedelta

from approvals.faces.times import zone_of
from approvals.models import Delegation
from core import clock, ids, tx
from tests.journeys.browser import Browser, browser_of, form_of, words
from tests.play import cast, post, refund
from tests.world import World, row_of


def local(days: float) -> str:
    """Return a moment so many days on as the form writes it, about local."""
    return f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def filled(browser: Browser, **fields: str) -> dict[str, str]:
    """Return the form as it stands on the page, with fields changed."""
    hidden = form_of(browser.text("/delegation"), "/delegation#form")
    return {**hidden, "scope": "all", "waiting_too": "on", "starts": local(1), "until": local(3), **fields}


def dlg(row: Delegation) -> str:
    """Return a delegation's id as addresses have it."""
    return ids.public("dlg", row.pk)


def there(world: World) -> list[Delegation]:
    """Return every delegation, oldest first."""
    with tx.reading(world.org):
        return list(Delegation.objects.select_related("grantor", "delegate").order_by("pk"))


def test_somebody_says_who_covers_and_comes_back_early(world: World) -> None:
    bo = browser_of(world, "bo")
    answer = bo.post("/delegation", filled(bo, to=world.email("cy"), starts="", do="save"))
    assert answer.status_code == 303, answer.content.decode()[:2000]
    said = words(bo.text("/delegation"))
    assert "Cy Okafor covers for you from now on." in said
    assert "I am back" in said
    (row,) = there(world)
    assert (row.grantor.name, row.delegate.name, row.waiting_too) == ("Bo Lind", "Cy Okafor", True)
    bo.text("/delegation")
    answer = bo.post(f"/delegation/{dlg(row)}/end")
    assert answer.status_code == 303
    said = words(bo.text("/delegation"))
    assert "You decide for yourself again." in said
    assert "I am back" not in said
    (row,) = there(world)
    assert row.ended_at is not None


def test_looking_at_what_would_change_saves_nothing(world: World) -> None:
    for number in range(6):
        cast(world, "cy", post(world, refund(f"{20 + number}.00")))
    bo = browser_of(world, "bo")
    answer = bo.post("/delegation", filled(bo, to=world.email("cy"), do="check"))
    assert answer.status_code == 200
    said = words(answer.content.decode())
    assert there(world) == []
    assert "Requests a day, usually 0.2 Cy gets, with their own 0.4" in said
    assert "Largest Cy could approve Any amount" in said
    assert "Holds: Has the authority The same limits or wider" in said
    assert "Holds: Here the whole time No absence planned" in said
    assert "Holds: No circle Cy does not delegate to you" in said
    assert "Look at this: Can’t be both approvers" in said
    assert "Bo Lind (you): " in answer.content.decode()
    assert "You, away, Cy covers" in answer.content.decode()


def test_reading_the_page_with_a_wish_in_its_address_changes_nothing(world: World) -> None:
    bo = browser_of(world, "bo")
    page = bo.text(f"/delegation?to={world.email('dee')}&starts={local(1)}&until={local(2)}&do=save&waiting_too=on")
    assert there(world) == []
    assert "Dee decides up to €100.00. The rest stays with you" in words(page)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(world: World) -> None:
    bo = browser_of(world, "bo")
    fields = filled(bo, to="", until="2026-13-45T99:00", reason="Sailing", do="save")
    answer = bo.post("/delegation", fields)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Sailing"' in page
    assert 'id="d-until-err"' in page
    assert "Nothing was saved. Look at what is marked." in words(page)
    over = bo.post("/delegation", filled(bo, to=world.email("cy"), starts=local(-3), until=local(-1), do="save"))
    assert "That is over already." in words(over.content.decode())
    assert there(world) == []


def test_a_circle_is_seen_before_saving_and_refused_after(world: World) -> None:
    cy = browser_of(world, "cy")
    assert cy.post("/delegation", filled(cy, to=world.email("bo"), do="save")).status_code == 303
    bo = browser_of(world, "bo")
    fields = filled(bo, to=world.email("cy"))
    seen = words(bo.post("/delegation", {**fields, "do": "check"}).content.decode())
    assert "Does not hold: No circle Cy delegates to you in the same time" in seen
    answer = bo.post("/delegation", {**fields, "do": "save"})
    assert answer.status_code == 422
    assert 'id="d-to-err"' in answer.content.decode()
    assert len(there(world)) == 1


def test_nobody_lends_more_than_they_have(world: World) -> None:
    dee = browser_of(world, "dee")
    fields = filled(dee, to=world.email("cy"), scope="some", max_amount="1,000", currency="EUR", agents="refunds")
    seen = words(dee.post("/delegation", {**fields, "do": "check"}).content.decode())
    assert "Does not hold: Has the authority Dee Novak may decide up to 100 EUR" in seen
    answer = dee.post("/delegation", {**fields, "do": "save"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="d-amount-err"' in page
    assert 'value="1,000"' in page
    saved = dee.post("/delegation", {**fields, "max_amount": "50", "actions": "refund.create, note.*", "do": "save"})
    assert saved.status_code == 303
    (row,) = there(world)
    assert (row.agents, row.actions) == (["refunds"], ["note.*", "refund.create"])
    assert (str(row.max_amount and row.max_amount.normalize()), row.currency) == ("5E+1", "EUR")
    assert "Refunds agent, note.*, refund.create, up to €50.00" in words(dee.text("/delegation"))


def test_a_manager_and_an_admin_choose_for_others_and_nobody_else_does(world: World) -> None:
    ana = browser_of(world, "ana")
    page = ana.text(f"/delegation?from={world.email('bo')}")
    assert "When Bo Lind is away" in words(page)
    fields = {**filled(ana, to=world.email("cy"), do="save"), "from": world.email("bo")}
    assert ana.post("/delegation", fields).status_code == 303
    assert "Cy Okafor covers for Bo Lind" in words(ana.text("/delegation"))
    cy = browser_of(world, "cy")
    assert '<select class="select" id="d-from"' not in cy.text("/delegation")
    forged = {**filled(cy, to=world.email("dee"), do="save"), "from": world.email("bo")}
    answer = cy.post("/delegation", forged)
    assert answer.status_code == 403
    assert "This is not yours to lend" in words(answer.content.decode())
    assert len(there(world)) == 1
    row = there(world)[0]
    assert row.created_by == world.email("ana")
    dee = browser_of(world, "dee")
    dee.text("/delegation")
    assert dee.post(f"/delegation/{dlg(row)}/end").status_code == 404
    assert cy.post(f"/delegation/{dlg(row)}/end").status_code == 303  # given back by whom it was given to


def test_who_decides_nothing_reads_the_lanes_and_has_no_form(world: World) -> None:
    finn = browser_of(world, "finn")
    page = finn.text("/delegation")
    assert "Three weeks ahead" in page
    assert 'action="/delegation' not in page
    assert finn.post("/delegation", {"to": world.email("bo"), "until": local(2), "sent": "1"}).status_code == 403


def test_one_press_hands_everything_over_until_tomorrow(world: World) -> None:
    bo = browser_of(world, "bo")
    assert "Away until tomorrow" in bo.text("/")
    answer = bo.post("/delegation/away")
    assert answer.status_code == 303
    (row,) = there(world)
    assert (row.grantor.name, row.delegate.name) == ("Bo Lind", "Ana Ruiz")  # his manager
    assert row.ends_at.astimezone(zone_of("Europe/Amsterdam")).hour == 9
    assert "Ana Ruiz decides for you until" in words(bo.text("/delegation"))


def test_without_anybody_to_suggest_the_press_says_what_would_happen(world: World) -> None:
    dee = browser_of(world, "dee")
    dee.text("/delegation")
    answer = dee.post("/delegation/away")
    assert answer.status_code == 422
    said = words(answer.content.decode())
    assert "Nothing was changed: nobody covers for you yet." in said
    assert "what nobody decides in time is rejected" in said
    assert there(world) == []
    assert dee.post("/delegation", filled(dee, to=world.email("cy"), do="save")).status_code == 303
    dee.post(f"/delegation/{dlg(there(world)[0])}/end")
    assert dee.post("/delegation/away").status_code == 303  # who covered last is suggested
    assert [row.delegate.name for row in there(world)] == ["Cy Okafor", "Cy Okafor"]


def test_an_absence_that_nobody_covers_is_warned_of_until_somebody_does(world: World) -> None:
    day = clock.now() + timedelta(days=2)
    away = [{"starts": f"{day:%Y-%m-%d}T00:00", "until": f"{day + timedelta(days=3):%Y-%m-%d}T00:00"}]
    world.change(lambda document: row_of(document, "people", world.email("bo")).update(away=away))
    ana = browser_of(world, "ana")
    page = ana.text("/delegation")
    assert "Nobody covers for Bo Lind from" in words(page)
    assert "Bo away, nobody yet" in page
    assert "Choose who covers" in page
    assert "Choose who covers" not in browser_of(world, "cy").text("/delegation")
    covered = ana.post(
        "/delegation",
        {
            **filled(ana, to=world.email("cy"), do="save", starts=local(1), until=local(7)),
            "from": world.email("bo"),
        },
    )
    assert covered.status_code == 303
    page = ana.text("/delegation")
    assert "Nobody covers for Bo Lind" not in words(page)
    assert "Cy covers" in page

"""People and teams: who may decide what, who is here; changed by admins in a draft that says what rights become."""

from __future__ import annotations

import re
from datetime import timedelta

from approvals.flow import delegate as delegating
from approvals.posted import PostedDelegation
from core import clock
from tests.journeys.browser import Browser, browser_of, words
from tests.play import cast, now, post, refund
from tests.world import World, row_of

_MARK = re.compile(r'name="mark" value="([^"]+)"')


def send(browser: Browser, path: str, **fields: str) -> object:
    """Send an edit, with the mark of the page as it is."""
    found = _MARK.search(browser.text(path))
    assert found is not None
    return browser.post(path, {"mark": found[1], **fields})


def at(name: str, world: World) -> str:
    """Return the address of somebody's page."""
    return f"/people/person?email={world.email(name)}"


def test_everybody_reads_who_may_decide_what_and_how_much_they_are_asked(world: World) -> None:
    for number in range(6):
        cast(world, "bo", post(world, refund(f"{20 + number}.00")))
    post(world)
    said = words(browser_of(world, "finn").text("/people"))
    assert "Dee Novak Approver Up to €100.00" in said
    assert "Bo Lind Approver Anything they are asked Here 1 6 of 7" in said
    assert "half within" in said
    assert "Never signed in" in said
    assert "Finn Roth (you) Viewer Nothing" in said
    assert "Add to the draft" not in said
    answer = browser_of(world, "finn").post("/people", {"email": "x@y.test"})
    assert answer.status_code == 403


def test_who_is_away_and_who_covers_is_said_with_the_end(world: World) -> None:
    today, later = clock.now() - timedelta(days=1), clock.now() + timedelta(days=3)
    away = [{"starts": f"{today:%Y-%m-%dT%H:%M}", "until": f"{later:%Y-%m-%dT%H:%M}"}]
    world.change(lambda document: row_of(document, "people", world.email("cy")).update(away=away))
    posted = PostedDelegation(world.email("ana"), clock.now() + timedelta(days=1))
    delegating.delegate(world.org, actor=world.as_person("bo"), posted=posted)
    said = words(browser_of(world, "finn").text("/people"))
    assert re.search(r"Cy Okafor Approver Anything they are asked Away until .*?, nobody covers", said)
    assert re.search(r"Bo Lind Approver Anything they are asked Ana Ruiz until ", said)
    assert "Only Dee Novak is here now." not in said  # Bo is covered


def test_a_team_says_where_it_hangs_on_one_person_and_who_is_on_call(world: World) -> None:
    def edit(document: dict[str, object]) -> None:
        document["teams"][0]["members"] = [world.email("bo"), world.email("dee")]  # type: ignore[index]
        document["routes"][0]["fallback"] = {"person": world.email("ana")}  # type: ignore[index]
        document["routes"][0]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]]  # type: ignore[index]
        document["schedules"] = [
            {
                "slug": "finance-duty",
                "people": [world.email("bo"), world.email("dee")],
                "every": "7d",
                "starts": "2026-01-05T09:00",
            }
        ]

    world.change(edit)
    finn = browser_of(world, "finn")
    said = words(finn.text("/people"))
    assert "Only Bo Lind may approve over €100.00." in said
    assert re.search(r"Finance duty : (Bo Lind|Dee Novak) until .*?, then (Dee Novak|Bo Lind)", said)
    said = words(finn.text("/people/teams/finance"))
    assert "Asked by “big refunds”, “everything else”." in said
    assert "Only Bo Lind may approve over €100.00." in said
    assert finn.get("/people/teams/nobody").status_code == 404


def test_a_persons_page_tells_what_they_decided_and_in_whose_name(world: World) -> None:
    world.change(lambda document: document["teams"][0].update(members=[world.email("bo"), world.email("dee")]))
    told = post(world, refund("300.00"))
    posted = PostedDelegation(world.email("cy"), clock.now() + timedelta(days=1))
    delegating.delegate(world.org, actor=world.as_person("bo"), posted=posted)
    cast(world, "cy", told, "reject", on_behalf_of=world.email("bo"))
    finn = browser_of(world, "finn")
    said = words(finn.text(at("cy", world)))
    assert "Cy Okafor" in said
    assert "Decides what they are asked, without a limit" in said
    assert "On behalf of Bo Lind" in said
    assert "Role and authority" not in said
    assert finn.get("/people/person?email=nobody@nowhere.test").status_code == 404
    assert finn.get("/people/person").status_code == 404
    assert "Choose who covers" in browser_of(world, "cy").text(at("cy", world))


def test_an_admin_changes_authority_in_a_draft_that_says_what_rights_become(world: World) -> None:
    ana = browser_of(world, "ana")
    path = at("bo", world)
    fields = {"name": "Bo Lind", "role-approver": "on", "role-auditor": "on", "max_amount": "2,000", "currency": "EUR"}
    fields |= {"max_risk": "high", "actions": "refund.*", "manager": world.email("ana"), "do": "keep"}
    assert send(ana, path, **fields).status_code == 303  # type: ignore[attr-defined]
    said = words(ana.text(path))
    assert "In force now" in said
    assert "Decides what they are asked, without a limit" in said
    assert "Decides what they are asked, up to €2,000.00, up to high risk, only refund.*" in said
    assert "Reads and exports the audit log" in said
    told = post(world, refund("300.00"))
    assert {one["name"] for one in now(world, told)["asked"]} >= {"Bo Lind"}  # nothing is in force yet
    found = _MARK.search(ana.text("/draft"))
    assert found is not None
    answer = ana.post("/draft/publish", {"mark": found[1], "reason": "Bo only does refunds."})
    assert answer.status_code == 303
    said = words(browser_of(world, "finn").text(path))
    assert "up to €2,000.00, up to high risk, only refund.*" in said
    assert "In force now" not in said


def test_what_cannot_be_kept_is_said_at_its_field_and_stays_typed(world: World) -> None:
    ana = browser_of(world, "ana")
    path = at("bo", world)
    answer = send(ana, path, name="Bo", max_amount="many", currency="EUR", actions="Refund!", do="keep")
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'id="p-amount-err"' in page
    assert 'id="p-actions-err"' in page
    assert "Tick at least one role" in page
    assert 'value="many"' in page
    assert "Draft." not in words(ana.text("/people"))


def test_an_admin_brings_somebody_in_and_makes_a_team_of_them(world: World) -> None:
    ana = browser_of(world, "ana")
    gus = world.email("gus")
    bad = send(ana, "/people", name="", email="nonsense", role="approver", do="person")
    assert bad.status_code == 422  # type: ignore[attr-defined]
    assert "Write an e-mail address." in bad.content.decode()  # type: ignore[attr-defined]
    assert send(ana, "/people", name="Gus Moe", email=gus, role="approver", do="person").status_code == 303  # type: ignore[attr-defined]
    assert "In the draft" in ana.text("/people")
    assert "Nothing: not in here" in words(ana.text(at("gus", world)))
    made = send(ana, "/people", slug="Night watch", do="team")
    assert made.status_code == 303  # type: ignore[attr-defined]
    assert made["Location"] == "/people/teams/night-watch"  # type: ignore[index]
    kept = send(ana, "/people/teams/night-watch", name="Night watch", **{f"member:{gus}": "on"}, do="keep")
    assert kept.status_code == 303  # type: ignore[attr-defined]
    found = _MARK.search(ana.text("/draft"))
    assert found is not None
    assert ana.post("/draft/publish", {"mark": found[1], "reason": "A night shift."}).status_code == 303
    said = words(browser_of(world, "finn").text("/people/teams/night-watch"))
    assert "Gus Moe is the only approver here." in said
    assert "No route asks this team." in said


def test_taking_somebody_out_leaves_their_teams_and_says_what_still_names_them(world: World) -> None:
    ana = browser_of(world, "ana")
    answer = send(ana, at("dee", world), do="remove")
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert world.email("dee") not in words(ana.text("/people/teams/finance")).split("Change the team")[1]
    answer = send(ana, at("bo", world), do="remove")  # who owns the agent outreach
    said = words(ana.text("/draft"))
    assert "There is something to mend first." in said


def test_people_are_looked_for_by_name_or_address(world: World) -> None:
    finn = browser_of(world, "finn")
    said = words(finn.text("/people?q=OKAF"))
    assert "Cy Okafor" in said
    assert "Dee Novak Approver" not in said
    assert "Nobody to show." in words(finn.text("/people?q=%00%3Cscript%3E"))

"""The chain on an action's page: who holds it, who is next, stages, seats, and in whose name one decides."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from approvals.flow import delegate as delegating
from approvals.flow import lend, undelegate
from approvals.posted import PostedDelegation
from core import clock, ids
from tests.chains import ADD_MANAGER, REMIND, STANDARD, to
from tests.chains import with_chain as chain
from tests.journeys.browser import browser_of, form_of, words
from tests.play import cast, history_holds, now, post, refund, sweep
from tests.world import Document, World

Told = dict[str, Any]


def page_of(world: World, name: str, told: Told) -> str:
    """Return an action's page as somebody sees it."""
    return browser_of(world, name).text(f"/actions/{told['id']}")


def line(page: str) -> list[str]:
    """Return the steps of the chain line, each as its words."""
    found = re.search(r'<div class="chain-line[^"]*">(.*?)</ol>\s*</div>', page, re.DOTALL)
    assert found is not None
    return [words(one) for one in re.findall(r"<li\b.*?</li>", found[1], re.DOTALL)]


def lends(world: World, by: str, other: str, **more: Any) -> Told:
    """Let `by` lend to `other` for a day, and let it begin."""
    until = clock.now() + timedelta(days=1)
    posted = PostedDelegation(world.email(other), until, grantor=world.email(by), **more)
    told, _ = delegating.delegate(world.org, actor=world.as_person(by), posted=posted)
    while lend.sweep(at=clock.now(), org=world.org):
        pass
    return told


def alone(document: Document) -> None:
    """Leave Bo alone in the team."""
    document["teams"][0]["members"] = document["teams"][0]["members"][:1]
    document["routes"][0]["stages"] = [[{"approvals": 1, "from": {"team": "finance"}}]]


def staged(*stages: list[Document], **more: Any) -> Any:
    """Return an edit of the cast's document: a team security of Ana and Cy, and stages for big refunds."""

    def edit(document: Document) -> None:
        at = document["organization"]["slug"]
        members = [f"dee@{at}.test", f"cy@{at}.test", f"gus@{at}.test"]
        document["people"].append({"email": members[2], "name": "Gus Moe", "roles": ["approver"]})
        document["teams"].append({"slug": "security", "name": "Security", "members": members})
        document["routes"][0].update({"stages": list(stages)} | more)

    return edit


def test_the_line_says_who_is_asked_next_and_how_it_ends(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    page = page_of(world, "bo", told)
    steps = line(page)
    assert steps[0].startswith("BL You or 2 others")
    assert "2 h left" in steps[0] or "1 h 59 left" in steps[0]
    assert steps[1].startswith("MV Mia Vance from ")
    assert steps[-1].startswith("Rejected at ")
    said = words(page)
    assert "Why you: member of Finance." in said
    assert "All that the chain does" in said
    assert "Whoever has not voted is reminded" in said
    assert "Mia Vance is asked as well" in said
    assert "Whoever has not voted is warned of the end" in said
    assert "Your turn," in said
    assert "Then Mia Vance from " in said


def test_what_was_done_is_ticked_and_told_and_the_ball_moves(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    world.turn(hours=2, minutes=1)
    sweep(world)
    page = page_of(world, "mia", told)
    steps = line(page)
    assert steps[0].startswith("MV You or 3 others")
    assert "Mia Vance" not in " ".join(steps[1:])
    said = words(page)
    assert "Reminded Bo Lind, Cy Okafor and Dee Novak" in said
    assert "Sent to you" in said
    assert re.search(r"Why you: manager of .*, since step 2 of the chain\.", said), said
    assert 'data-state="done"' in page
    assert 'data-state="next"' in page


def test_a_step_that_replaces_says_so_before_and_after(world: World) -> None:
    world.change(chain({"at": "1h", "do": "replace", "to": to(world, "max")}))
    told = post(world)
    page = page_of(world, "bo", told)
    assert "Max Oduya from" in line(page)[1]
    assert "in their place" in line(page)[1]
    world.turn(hours=1, minutes=1)
    sweep(world)
    page = page_of(world, "bo", told)
    assert "Whoever had not voted was replaced" in words(page)
    assert "You can read this, not decide it." in words(page)
    assert "Max Oduya can." in words(page)


def test_stages_show_what_was_met_what_is_open_and_what_comes(world: World) -> None:
    world.change(
        staged([{"approvals": 1, "from": {"team": "finance"}}], [{"approvals": 1, "from": {"team": "security"}}])
    )
    told = post(world, refund("600.00"))
    page = page_of(world, "bo", told)
    assert "Step 1 of 2: 1 of Finance, 0 given. Then 1 of Security." in words(page)
    assert "Security then, 1 approval" in line(page)[1]
    cast(world, "bo", told)
    page = page_of(world, "gus", told)
    steps = line(page)
    assert steps[0].startswith("Finance approved by Bo Lind")
    assert steps[1].startswith("GM You or 2 others") or steps[1].startswith("GM You")
    assert "Step 2 of 2: 1 of Security, 0 given." in words(page)
    assert "Step 2 of 2 began" in words(page)
    page = page_of(world, "bo", told)
    assert "You approved this." in words(page)
    assert 'id="vote"' not in page


def test_requirements_side_by_side_say_what_is_given_of_each(world: World) -> None:
    both = [{"approvals": 1, "from": {"team": "finance"}}, {"approvals": 1, "from": {"team": "security"}}]
    world.change(staged(both))
    told = post(world, refund("600.00"))
    cast(world, "gus", told)
    page = page_of(world, "bo", told)
    said = words(page)
    assert "Needs 1 of Finance and 1 of Security. Given: 0 of 1 from Finance and 1 of 1 from Security." in said
    assert line(page)[0].startswith("GM Gus Moe approved")


def test_a_delegate_decides_on_behalf_of_and_everybody_reads_it_so(world: World) -> None:
    world.change(alone)
    told = post(world)
    lends(world, "bo", "cy")
    cy = browser_of(world, "cy")
    page = cy.text(f"/actions/{told['id']}")
    assert line(page)[0].startswith("CO You for Bo Lind")
    said = words(page)
    assert re.search(r"You decide on behalf of Bo Lind ?, until ", said)
    assert "Why you: stands in for Bo Lind." in said
    assert form_of(page, f"/actions/{told['id']}")["on_behalf_of"] == world.email("bo")
    assert line(page_of(world, "bo", told))[0].startswith("BL You or Cy Okafor for you")
    assert line(page_of(world, "ana", told))[0].startswith("CO Cy Okafor for Bo Lind")
    assert cy.decide(told, "approve").status_code == 303
    (who,) = now(world, told)["decision"]["people"]
    assert who["on_behalf_of"] == world.email("bo")
    said = words(page_of(world, "ana", told))
    assert "By Cy Okafor on behalf of Bo Lind." in said
    assert "Cy Okafor for Bo Lind approved" in said
    history_holds(world)


def test_who_may_sit_for_several_chooses_for_whom(world: World) -> None:
    world.change(chain())
    told = post(world, refund("600.00"))
    lends(world, "bo", "mia")
    lends(world, "cy", "mia")
    mia = browser_of(world, "mia")
    page = mia.text(f"/actions/{told['id']}")
    choice = re.search(r'<select class="select input-sm" id="on-behalf" name="on_behalf_of">(.*?)</select>', page)
    assert choice is not None
    assert re.findall(r'value="([^"@]*)@', choice[1]) == ["bo", "cy"]
    assert mia.decide(told, "approve", on_behalf_of=world.email("cy")).status_code == 303
    page = page_of(world, "cy", told)
    assert "This seat has voted. Mia Vance has voted in your seat already." in words(page)
    assert "1 of 2 have approved" in words(page)


def test_a_seat_that_was_taken_meanwhile_refuses_in_plain_words(world: World) -> None:
    told = post(world, refund("600.00"))
    lends(world, "bo", "ana")
    world.change(lambda document: document["organization"].update(owner_may_decide=True))
    bo = browser_of(world, "bo")
    fields = form_of(bo.text(f"/actions/{told['id']}"), f"/actions/{told['id']}")
    cast(world, "ana", told, on_behalf_of=world.email("bo"))
    answer = bo.post(f"/actions/{told['id']}", {**fields, "vote": "approve"})
    assert answer.status_code == 409
    said = words(answer.content.decode())
    assert "This seat has voted. Ana Ruiz has voted in your seat already." in said
    assert "Your approval was not recorded." in said
    assert now(world, told)["votes"] == {"approvals": 1, "needed": 2}


def test_what_was_lent_and_ended_meanwhile_is_refused_and_nothing_is_recorded(world: World) -> None:
    world.change(alone)
    told = post(world)
    lent = lends(world, "bo", "cy")
    cy = browser_of(world, "cy")
    page = cy.text(f"/actions/{told['id']}")
    fields = form_of(page, f"/actions/{told['id']}")
    identifier = ids.parse("dlg", lent["id"])
    assert identifier is not None
    undelegate.end(world.org, identifier, actor=world.as_person("bo"))
    answer = cy.post(f"/actions/{told['id']}", {**fields, "vote": "approve"})
    assert answer.status_code == 403
    while lend.sweep(at=clock.now(), org=world.org):
        pass
    assert "Cy Okafor for Bo Lind no longer asked The delegation ended" in words(page_of(world, "ana", told))
    said = words(answer.content.decode())
    assert "What you were lent does not reach this, or has ended." in said
    assert "Your approval was not recorded." in said
    assert now(world, told)["status"] == "pending"


def test_somebody_moves_it_on_and_a_stale_button_says_so(world: World) -> None:
    world.change(chain(REMIND, ADD_MANAGER))
    told = post(world)
    bo = browser_of(world, "bo")
    page = bo.text(f"/actions/{told['id']}")
    assert "Escalate now to Mia Vance" in page
    fields = form_of(page, f"/actions/{told['id']}/escalate")
    assert bo.post(f"/actions/{told['id']}/escalate", fields).status_code == 303
    said = words(page_of(world, "mia", told))
    assert "Bo Lind moved it on" in said
    assert "Your turn" in said
    answer = bo.post(f"/actions/{told['id']}/escalate", fields)
    assert answer.status_code == 409
    assert "The action moved on since you looked." in words(answer.content.decode())


def test_an_admin_who_may_not_decide_can_move_it_on(world: World) -> None:
    world.change(chain(ADD_MANAGER))
    told = post(world)
    ana = browser_of(world, "ana")  # she owns the agent
    page = ana.text(f"/actions/{told['id']}")
    assert "This came from you." in words(page)
    fields = form_of(page, f"/actions/{told['id']}/escalate")
    assert ana.post(f"/actions/{told['id']}/escalate", fields).status_code == 303
    assert "Mia Vance" in {one["name"] for one in now(world, told)["asked"]}


def test_a_pause_says_when_it_ends_and_the_chain_stands_still(world: World) -> None:
    world.change(chain(*STANDARD))
    told = post(world)
    bo = browser_of(world, "bo")
    bo.text(f"/actions/{told['id']}")
    assert bo.post(f"/actions/{told['id']}/ask", {"text": "Why so soon?"}).status_code == 303
    page = bo.text(f"/actions/{told['id']}")
    steps = line(page)
    assert "owes an answer; the clock goes on" in steps[0]
    assert "at the latest" in steps[0]
    assert steps[-1] == "Rejected if nobody decides"
    assert "Goes on at" in words(page)


def test_the_inbox_says_for_whom_one_is_asked_and_when_more_people_are(world: World) -> None:
    world.change(alone)
    world.change(chain(ADD_MANAGER))
    post(world)
    lends(world, "bo", "cy")
    page = browser_of(world, "cy").text("/")
    assert '<span class="chip ink lend">for Bo</span>' in page
    said = words(page)
    assert re.search(r"Refunds agent · (.* · )?more are asked at \d\d:\d\d", said)
    assert '<span class="chip ink lend">' not in browser_of(world, "bo").text("/")

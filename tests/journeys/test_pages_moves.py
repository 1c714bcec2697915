"""Everything else that is pressed on an action's page: edits, questions, claims, hand-overs, taking back."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from approvals.flow import reply
from tests.journeys.browser import browser_of, words
from tests.play import cast, key_of, kinds, now, post, refund
from tests.world import Document, World, row_of

SCHEMA = {
    "type": "object",
    "required": ["amount", "currency"],
    "properties": {
        "amount": {"type": "string", "pattern": "^[0-9.]+$"},
        "currency": {"type": "string", "enum": ["EUR", "USD"]},
        "days": {"type": "integer", "minimum": 0, "maximum": 30},
        "rate": {"type": "number"},
        "notify": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "customer": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}


@pytest.fixture
def typed(world: World) -> World:
    """Return the world with a schema that knows every kind of field."""

    def edit(document: Document) -> None:
        row_of(document, "agents", "refunds")["actions"][0]["schema"] = SCHEMA

    world.change(edit)
    return world


def edits(page: str) -> dict[str, str]:
    """Return the fields of the edit form as a browser would send them untouched."""
    found = re.findall(r'name="(arg:[^"]+)"[^>]*? data-was="([^"]*)"', page)
    return {name: html.unescape(was) for name, was in found}


def all_kinds() -> dict[str, Any]:
    """Return arguments with a value of every kind."""
    return refund("120.00", days=12, rate=0.5, notify=True, tags=["a", "b"], secret="kept")


def test_an_edit_keeps_numbers_numbers_and_what_was_not_touched(typed: World) -> None:
    action = post(typed, all_kinds())
    bo = browser_of(typed, "bo")
    page = bo.text(f"/actions/{action['id']}")
    fields = edits(page)
    assert set(fields) == {
        "arg:/amount",
        "arg:/currency",
        "arg:/days",
        "arg:/rate",
        "arg:/notify",
        "arg:/tags",
        "arg:/customer/name",
    }
    changed = {**fields, "arg:/amount": "60.00", "arg:/days": "7", "arg:/notify": "false"}
    answer = bo.decide(action, "approve", edited="1", comment="Half of it.", **changed)
    assert answer.status_code == 303, words(answer.content.decode())
    told = now(typed, action)
    assert told["status"] == "approved"
    assert told["decision"]["edited"] is True
    assert told["arguments"] == all_kinds() | {"amount": "60.00", "days": 7, "notify": False}
    assert told["original_arguments"] == all_kinds()
    assert "Approved with changes" in words(bo.text("/"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("arg:/days", "seven", "Write a whole number"),
        ("arg:/days", "99", "99 is greater than the maximum"),
        ("arg:/rate", "1e9", "Write a number"),
        ("arg:/notify", "maybe", "Choose yes or no."),
        ("arg:/currency", "GBP", "Choose one of what is offered."),
        ("arg:/tags", "[1,", "This is not JSON"),
        ("arg:/amount", "lots", "does not match"),
        ("arg:/secret", "x", "a field that cannot be edited"),
        ("arg:/nowhere/at/all", "x", "a field that cannot be edited"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_with_what_was_typed(
    typed: World, name: str, text: str, said: str
) -> None:
    action = post(typed, all_kinds())
    answer = browser_of(typed, "bo").decide(action, "approve", edited="1", **{name: text})
    assert answer.status_code == 422
    assert said in words(answer.content.decode())
    assert now(typed, action)["status"] == "pending"
    assert "action.voted" not in kinds(typed, action)


def test_an_edit_of_what_two_must_approve_is_only_proposed(world: World) -> None:
    action = post(world, refund("900.00"))
    bo = browser_of(world, "bo")
    answer = bo.decide(action, "approve", edited="1", **{"arg:/amount": "800.00"})
    assert answer.status_code == 303
    assert now(world, action)["revision"] == 2
    assert "Your changes are proposed." in words(bo.text("/"))
    page = bo.text(f"/actions/{action['id']}?view=diff")
    assert 'id="vote"' not in page
    assert "Changed by you" in words(page)
    said = words(browser_of(world, "cy").text(f"/actions/{action['id']}"))
    assert "Bo Lind changed it" in said


def test_the_second_of_two_does_not_read_the_first_ones_note(world: World) -> None:
    action = post(world, refund("900.00"))
    cast(world, "bo", action, comment="I called the shop.")
    cy = browser_of(world, "cy")
    said = words(cy.text(f"/actions/{action['id']}"))
    assert "Bo Lind approved; yours would be the last of 2." in said
    assert "Note hidden until you decide" in said
    assert "I called the shop." not in said
    cy.decide(action, "approve")
    assert "I called the shop." in words(cy.text(f"/actions/{action['id']}"))


def test_a_question_is_answered_by_a_choice(world: World) -> None:
    choices = ({"name": "now", "title": "Send now"}, {"name": "later"})
    action = post(world, {"to": "x"}, action="note.add", kind="question", choices=choices)
    bo = browser_of(world, "bo")
    page = words(bo.text(f"/actions/{action['id']}"))
    assert "Send now" in page
    assert "later" in page
    assert bo.decide(action, "approve").status_code == 422
    assert bo.decide(action, "approve", choice="never").status_code == 422
    assert bo.decide(action, "approve", choice="now").status_code == 303
    assert now(world, action)["decision"]["choice"] == "now"


def test_a_question_is_answered_in_words(world: World) -> None:
    action = post(world, {"to": "x"}, action="note.add", kind="question")
    assert browser_of(world, "bo").decide(action, "approve", answer="The blue one.").status_code == 303
    assert now(world, action)["decision"]["answer"] == "The blue one."


def test_asking_stops_the_clock_and_the_answer_is_a_claim(world: World) -> None:
    action = post(world)
    path = f"/actions/{action['id']}"
    bo = browser_of(world, "bo")
    bo.text(path)
    assert bo.post(f"{path}/ask", {"text": "  "}).status_code == 422
    assert bo.post(f"{path}/ask", {"text": "Which order?"}).status_code == 303
    assert "You asked the agent" in words(bo.text(path))
    assert bo.post(f"{path}/ask", {"text": "And?"}).status_code == 409
    reply.reply(world.org, key_of(action), actor=world.as_agent(), text="Number 7.")
    said = words(bo.text(path))
    assert "Written by the agent, not checked Number 7." in said


def test_claim_release_hand_off_and_escalate(world: World) -> None:
    action = post(world)
    path = f"/actions/{action['id']}"
    bo, cy = browser_of(world, "bo"), browser_of(world, "cy")
    bo.text(path)
    cy.text(path)
    assert bo.post(f"{path}/claim").status_code == 303
    assert "You are reviewing" in words(bo.text(path))
    assert "Bo Lind is reviewing" in words(cy.text(path))
    refused = cy.post(f"{path}/claim")
    assert refused.status_code == 409
    assert "Bo Lind is reviewing this." in words(refused.content.decode())
    assert bo.post(f"{path}/release").status_code == 303
    assert "is reviewing" not in words(cy.text(path))
    assert bo.post(f"{path}/hand-off", {"to": "nobody@x.test"}).status_code == 422
    stale = cy.post(f"{path}/escalate", {"epoch": "99"})
    assert stale.status_code == 409
    assert cy.post(f"{path}/escalate", {"epoch": "x"}).status_code == 422
    assert cy.post(f"{path}/snooze", {"until": "soon"}).status_code == 422
    assert cy.post(f"{path}/snooze", {"until": "2020-01-01T00:00:00+00:00"}).status_code == 422
    for name in ("ask", "claim", "release", "hand-off", "snooze", "escalate", "revoke"):
        assert bo.get(f"{path}/{name}").status_code == 405, name


def test_an_approval_is_taken_back(world: World) -> None:
    action = post(world)
    cast(world, "cy", action)
    path = f"/actions/{action['id']}"
    bo = browser_of(world, "bo")
    assert "Take back" in words(bo.text(path))
    assert bo.post(f"{path}/revoke", {"reason": "Wrong customer."}).status_code == 303
    assert now(world, action)["execution"]["status"] == "revoked"
    assert "The approval was taken back" in words(bo.text(path))
    assert "Take back" not in words(browser_of(world, "finn").text(path))


def test_a_next_that_leads_elsewhere_is_not_followed(world: World) -> None:
    for evil in ("https://evil.test/", "//evil.test", "javascript:alert(1)", "/\\evil.test"):
        action = post(world)
        answer = browser_of(world, "bo").decide(action, "approve", next=evil)
        assert answer.status_code == 303
        assert answer["Location"] == "/", evil


def test_what_an_agent_writes_stays_text(world: World) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202egnp.exe"
    arguments = refund("120.00") | {"note": evil, evil: evil, "rows": [{evil: evil}]}
    context = (
        {"title": evil, "kind": "text", "value": evil},
        {"title": evil, "kind": "json", "value": {evil: [evil]}},
        {"title": evil, "kind": "table", "value": [{evil: evil}]},
        {"title": evil, "kind": "diff", "value": {"before": evil, "after": {"x": evil}}},
        {"title": evil, "kind": "link", "value": "javascript:alert(1)"},
    )
    options = ({"name": "a", "title": evil, "prompt": evil},)
    action = post(
        world, arguments, reason=evil, summary=evil, context=context, reject_options=options, environment=evil
    )
    bo = browser_of(world, "bo")
    for path in (f"/actions/{action['id']}", "/", f"/actions/{action['id']}/row"):
        page = bo.text(path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "\u202e" not in page, path
    assert "javascript:" not in "".join(re.findall(r'href="[^"]*"', bo.text(f"/actions/{action['id']}")))


def test_odd_json_of_an_agent_never_breaks_the_page(world: World) -> None:
    odds: tuple[Any, ...] = ([], {}, None, [[[]]], {"": ""}, {"a/b~c": {"~": 1}}, [{"x": 1}, 2], 1e300, "\n" * 50)
    for number, odd in enumerate(odds):
        body = json.loads(json.dumps({"customer": f"c{number}", "odd": odd}))
        action = post(world, body, action="note.add")
        bo = browser_of(world, "bo")
        assert bo.get(f"/actions/{action['id']}").status_code == 200, odd
        assert bo.get(f"/?open={action['id']}").status_code == 200, odd

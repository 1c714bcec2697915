"""The routing pages: rules in order, edited in a draft, and a request tried on each."""

from __future__ import annotations

import json
import re
from typing import Any

from approvals.configuration.stored import document_in_force
from tests.journeys.browser import Browser, browser_of, words
from tests.pages.test_escalation_page import publish, send
from tests.play import now, post, refund
from tests.world import World

BIG = "/routing/route?name=big%20refunds"
WIRE = "/routing/rule?name=no%20wire%20transfers"
_FIELDS = re.compile(r'<input class="[^"]*" (?:id="[^"]*" )?name="([^"]+)" value="([^"]*)"')
_SELECT = re.compile(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', re.DOTALL)
_CHOSEN = re.compile(r'<option value="([^"]*)" selected')
_FIRST = re.compile(r'<option value="([^"]*)"')
_TICKED = re.compile(r'<input type="(?:radio|checkbox)" name="([^"]+)" value="([^"]*)" checked')


def filled(browser: Browser, path: str) -> dict[str, str]:
    """Return every field of the form on a page as a browser would send it untouched."""
    form = browser.text(path).split('<form class="stack page-gap-1"')[1].split("</form>")[0]
    fields = dict(_FIELDS.findall(form)) | dict(_TICKED.findall(form))
    for name, inside in _SELECT.findall(form):
        chosen = _CHOSEN.search(inside) or _FIRST.search(inside)
        fields[name] = chosen[1] if chosen else ""
    return {name: value.replace("&amp;", "&").replace("&quot;", '"') for name, value in fields.items()}


def routes_of(world: World) -> list[dict[str, Any]]:
    """Return the routes in force."""
    found: list[dict[str, Any]] = document_in_force(world.org)[1]["routes"]
    return found


def test_everybody_reads_rules_as_sentences(world: World) -> None:
    post(world)
    for name in ("ana", "bo", "finn"):
        said = words(browser_of(world, name).text("/routing"))
        assert "big refunds action is refund.create and amount at least 500 EUR 2 of Finance then Standard" in said
        assert "One press Always asked" in said
        assert "everything else always 1 of Finance then Standard" in said
        assert "no wire transfers action is wire.send Refused at once Deny" in said
        assert ("Add a rule" in said) == (name == "ana")
    finn = browser_of(world, "finn")
    assert "2 of Finance" in words(finn.text(BIG))
    assert '<form class="stack page-gap-1"' not in finn.text(BIG)
    assert finn.get("/routing/route").status_code == 403
    assert finn.get("/routing/route?name=nothing").status_code == 404


def test_a_form_that_nobody_touched_changes_nothing(world: World) -> None:
    ana = browser_of(world, "ana")
    for path in (BIG, WIRE, "/routing/route?name=outreach", "/routing/route?name=everything%20else"):
        assert send(ana, path, **filled(ana, path)).status_code == 303, path
        assert "Draft." not in words(ana.text("/routing")), path


def test_an_admin_edits_a_route_and_the_next_action_follows_it(world: World) -> None:
    ana = browser_of(world, "ana")
    waiting = post(world, refund("300.00"))
    assert send(ana, BIG, **{**filled(ana, BIG), "value-2": "200 EUR"}).status_code == 303
    said = words(ana.text("/routing"))
    assert "Draft. One change: route “big refunds”" in said
    assert "amount at least 200 EUR" in said
    assert "changed" in said
    assert post(world, refund("300.00"))["votes"]["needed"] == 1
    said = words(ana.text("/routing?replay=1"))
    assert "Of the last 2 actions 2 would have gone another way." in said
    assert publish(ana, reason="Two eyes from 200.").status_code == 303
    assert post(world, refund("300.00"))["votes"]["needed"] == 2
    assert now(world, waiting)["votes"]["needed"] == 1


def test_rules_are_moved_by_plain_buttons_and_the_last_stays_last(world: World) -> None:
    ana = browser_of(world, "ana")
    assert send(ana, "/routing", "down:routes:0").status_code == 303
    assert "The routes are tried in another order" in words(ana.text("/draft"))
    assert send(ana, "/routing", "down:routes:1").status_code == 422
    assert send(ana, "/routing", "up:routes:2").status_code == 422
    for odd in ("up:routes:9", "up:people:1", "sideways:routes:1", "up:routes:x", "", "up"):
        assert send(ana, "/routing", odd).status_code == 422, odd
    assert publish(ana).status_code == 303
    assert [row["name"] for row in routes_of(world)] == ["outreach", "big refunds", "everything else"]


def test_a_new_route_goes_before_the_last_with_stages_turns_and_a_fallback(world: World) -> None:
    ana = browser_of(world, "ana")
    fields = {
        "name": "closing accounts",
        "mode": "active",
        "field-1": "action",
        "op-1": "in",
        "value-1": "account.close, note.add",
        "field-2": "argument",
        "pointer-2": "/customer",
        "op-2": "is",
        "value-2": '"007"',
        "approvals-1-1": "1",
        "from-1-1": "team:finance",
        "approvals-2-1": "1",
        "from-2-1": f"person:{world.email('ana')}",
        "assign": "round_robin",
        "always_ask": "1",
        "chain": "patient",
        "fallback": "role:approver",
    }
    assert send(ana, "/routing/route", **fields).status_code == 303
    said = words(ana.text("/routing"))
    assert "action is one of account.close, note.add and /customer is 007 1 of Finance, then 1 of Ana Ruiz" in said
    assert publish(ana).status_code == 303
    row = routes_of(world)[-2]
    assert row["when"] == [
        {"field": "action", "op": "in", "value": ["account.close", "note.add"]},
        {"field": "/customer", "op": "is", "value": "007"},
    ]
    assert row["stages"] == [
        [{"approvals": 1, "from": {"team": "finance"}}],
        [{"approvals": 1, "from": {"person": world.email("ana")}}],
    ]
    assert (row["assign"], row["always_ask"], row["chain"]) == ("round_robin", True, "patient")
    told = post(world, {"customer": "007"}, action="account.close")
    assert told["status"] == "pending"
    assert send(ana, "/routing/route?name=closing%20accounts", "delete").status_code == 303
    assert "closing accounts" not in [row["name"] for row in routes_of(world)] or "is gone" in words(ana.text("/draft"))
    assert send(ana, "/routing/route?name=everything%20else", "delete").status_code == 422


def test_a_condition_that_is_taken_out_is_gone_and_a_fault_stands_at_its_field(world: World) -> None:
    ana = browser_of(world, "ana")
    assert send(ana, BIG, **{**filled(ana, BIG), "value-2": "a lot"}).headers["Location"] == BIG
    page = ana.text(BIG)
    assert 'aria-invalid="true" aria-describedby="when-2-err"' in page
    assert 'value="a lot"' in page
    assert "1 fault to mend before it can be published." in words(page)
    assert "Mend the faults of the draft first" in words(ana.text("/routing?replay=1"))
    assert send(ana, BIG, **{**filled(ana, BIG), "field-2": ""}).status_code == 303
    assert "fault" not in words(ana.text("/routing"))
    assert send(ana, BIG, **{**filled(ana, BIG), "approvals-1-1": "9"}).headers["Location"] == BIG
    assert "need-1-1-err" in ana.text(BIG)


def test_a_name_that_is_taken_loses_nothing_that_was_typed(world: World) -> None:
    ana = browser_of(world, "ana")
    fields = {"name": "outreach", "field-1": "agent", "op-1": "is", "value-1": "refunds", "chain": "patient"}
    answer = send(ana, "/routing/route", **fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "“outreach” is taken. Write another name." in words(page)
    assert 'name="value-1" value="refunds"' in page
    assert send(ana, BIG, **{**filled(ana, BIG), "name": " "}).status_code == 422


def test_a_hard_rule_is_made_watched_and_switched_off(world: World) -> None:
    ana = browser_of(world, "ana")
    fields = {"name": "no notes", "mode": "monitor", "then": "deny", "field-1": "action", "op-1": "is"}
    assert send(ana, "/routing/rule", **{**fields, "value-1": "note.add"}).status_code == 303
    assert publish(ana).status_code == 303
    assert post(world, {"customer": "Marta"}, action="note.add")["status"] == "pending"
    said = words(ana.text("/routing"))
    assert "no notes only watched action is note.add Refused at once Deny 1" in said
    path = "/routing/rule?name=no%20notes"
    assert send(ana, path, **{**filled(ana, path), "mode": "active"}).status_code == 303
    assert publish(ana).status_code == 303
    assert post(world, {"customer": "Marta"}, action="note.add")["status"] == "rejected"
    assert send(ana, path, "delete").status_code == 303
    assert publish(ana).status_code == 303
    assert post(world, {"customer": "Marta"}, action="note.add")["status"] == "pending"


def test_joined_conditions_are_kept_as_they_are_written(world: World) -> None:
    either = [{"field": "agent", "op": "is", "value": "outreach"}, {"field": "risk", "op": "is", "value": "critical"}]
    world.change(lambda document: document["routes"][1].update(when=[{"any": either}]))
    ana, path = browser_of(world, "ana"), "/routing/route?name=outreach"
    assert "(agent is outreach or risk is critical)" in words(ana.text("/routing")).replace("( ", "(").replace(
        " )", ")"
    )
    fields = filled(ana, path)
    assert fields["keep-1"] == "1"
    assert send(ana, path, **{**fields, "chain": "standard"}).status_code == 303
    assert publish(ana).status_code == 303
    assert routes_of(world)[1]["when"] == [{"any": either}]


def test_a_pasted_request_is_tried_on_each_rule_with_why(world: World) -> None:
    finn = browser_of(world, "finn")
    finn.text("/routing")
    body = {"agent": "refunds", "action": "refund.create", "arguments": refund("1840.00"), "reason": "It broke."}
    said = words(finn.post("/routing/test", {"request": json.dumps(body)}).content.decode())
    assert "Rule: no wire transfers action is refund.create" in said
    assert "1. big refunds action is refund.create, 1,840.00 EUR is at least 500 EUR" in said
    assert "2 to 3 not looked at" in said
    assert "are asked; 2 approvals are needed. Medium risk, by route “big refunds”." in said
    said = words(
        finn.post("/routing/test", {"request": json.dumps({**body, "arguments": refund("20")})}).content.decode()
    )
    assert "1. big refunds amount is 20 EUR" in said
    assert "3. everything else It takes everything else." in said
    lost = words(finn.post("/routing/test", {"request": '{"action": "refund.create"}'}).content.decode())
    assert "cannot be told" in lost
    assert "strictest" in lost
    wire = words(
        finn.post("/routing/test", {"request": '{"agent": "refunds", "action": "wire.send"}'}).content.decode()
    )
    assert "Rejected at once." in wire


def test_what_cannot_be_read_is_told_and_nothing_breaks(world: World) -> None:
    ana = browser_of(world, "ana")
    ana.text("/routing")
    odd = (
        "",
        "[]",
        "{",
        "null",
        '{"agent": 7}',
        '{"agent": "nobody", "action": "x"}',
        '{"action": "a", "amount": "x"}',
    )
    for text in (*odd, '{"action": "refund.create", "arguments": []}', "[" * 5000):
        answer = ana.post("/routing/test", {"request": text})
        assert answer.status_code == 200, text[:40]
    for text in ("\x00", "9" * 40, "é" * 300, "٣", "{", '"', ",,,"):
        fields = {
            **filled(ana, BIG), "value-1": text, "value-2": text, "field-3": text, "op-3": text, "pointer-1": text,
            "approvals-1-1": text, "from-1-2": text, "chain": text, "fallback": text, "mode": text, "assign": text,
        }  # fmt: skip
        assert send(ana, BIG, **fields).status_code in (303, 400, 422), text
        for path in ("/routing", BIG, "/draft", "/escalation", "/escalation/standard"):
            assert ana.get(path).status_code == 200, (text, path)
        assert ana.post("/draft/discard").status_code == 303

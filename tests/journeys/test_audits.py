"""Looks afterwards: drawn by lot, blind, answered once, and settled by somebody else where they find an error."""

from __future__ import annotations

import json
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from jsonschema import Draft202012Validator

from agents.models import LabelRow
from agents.sampling import uniform
from approvals import history, quick, tell
from approvals.api import shortcut
from approvals.api.shapes import SCHEMAS
from approvals.audits.opening import DOUBLE_SHARE
from approvals.audits.present import waiting
from approvals.flow import renew_audits, submit, trust_sweep
from approvals.flow.answer_audit import answer_audit
from approvals.flow.dispute import CannotDispute, dispute
from approvals.flow.refusals import (
    AlreadyAudited,
    CommentRequired,
    InvalidVote,
    NoSuchAction,
    NotAsked,
    NothingToSettle,
)
from approvals.habits import FEW
from approvals.models import Audit
from approvals.posted import PostedAction
from approvals.schemas.auditing import Judgement
from core import clock, ids, tx, vault
from tests.api.test_shortcut import environ
from tests.journeys.browser import browser_of, form_of
from tests.lanes import NOTE, climbed, codes, known, lane, quickly, replays
from tests.play import by_key, cast, history_holds, key_of, kinds, now, post, refund
from tests.world import World

Told = dict[str, Any]
READ = 30.0  # seconds


@pytest.fixture
def team(world: World) -> World:
    """Notes went through alone from the start: the lane stands at monitored, and Cy is an admin too."""
    world.change(quickly)
    with tell.muted():
        for _ in range(FEW):  # with less behind it everything is unusual
            cast(world, "bo", post(world, {"customer": "Marta"}, action=NOTE), review_seconds=1.0)
    history.forget()
    climbed(world, "monitored")
    return world


def drawn(world: World, purpose: str, share: float) -> uuid.UUID:
    """Return an id that the lot draws."""
    secret = vault.derived(f"{purpose} {world.org}")
    return next(one for one in iter(ids.new, None) if uniform(secret, ids.public("act", one)) < share)


def sampled(world: World, **more: Any) -> Told:
    """Let an agent post a note that goes through alone and is drawn to be looked at."""
    said: dict[str, Any] = {"reason": "She asked for it.", "confidence": 0.97, "summary": "A note for Marta"} | more
    posted = PostedAction(body=b"{}", action=NOTE, arguments={"customer": "Marta"}, **said)
    told, _ = submit.submit(world.as_agent(), posted, identifier=drawn(world, "sampling", 0.1))
    return told


def twice(world: World) -> Told:
    """Let an agent post a refund that a second person will look at."""
    posted = PostedAction(body=b"{}", action="refund.create", arguments=refund())
    told, _ = submit.submit(world.as_agent(), posted, identifier=drawn(world, "double review", DOUBLE_SHARE))
    return told


def audits(world: World, told: Told) -> list[Audit]:
    with tx.reading(world.org):
        return list(Audit.objects.filter(action_id=key_of(told)).order_by("created_at", "id"))


def labels(world: World, told: Told) -> list[LabelRow]:
    with tx.reading(world.org):
        return list(LabelRow.objects.filter(action=key_of(told)).order_by("said_at", "id"))


def judge(world: World, name: str, audit: Audit, verdict: str = "right", **more: Any) -> Audit:
    more = {"review_seconds": READ} | ({"severity": "minor", "note": "No."} if verdict == "wrong" else {}) | more
    world.turn(seconds=more["review_seconds"])
    return answer_audit(world.org, audit.pk, actor=world.as_person(name), said=Judgement(verdict, **more))


def asked(world: World, audit: Audit) -> set[str]:
    with tx.reading(world.org):
        people = {name: world.person(name).pk for name in ("ana", "bo", "cy", "dee", "eve")}
        return {name for name, key in people.items() if audit in list(waiting(key))}


def test_what_goes_through_alone_and_is_drawn_is_looked_at_by_those_the_route_would_ask(team: World) -> None:
    told = sampled(team)
    assert told["status"] == "approved"
    (audit,) = audits(team, told)
    assert asked(team, audit) >= {"bo", "cy"}
    assert "ana" not in asked(team, audit), "she owns the agent"
    (silence,) = labels(team, told)
    assert (silence.source, silence.answered, silence.due_at is not None) == ("silence", False, True)
    before = known(team).attempts[0].cells
    judge(team, "bo", audit)
    silence, label = labels(team, told)
    assert silence.dropped
    assert (label.source, label.loss, label.reviewer) == ("audit", 0.0, team.email("bo"))
    assert label.entry is not None
    assert known(team).attempts[0].cells != before
    assert asked(team, audit) == set()
    assert "action.audited" in kinds(team, told)
    assert replays(team) >= 1
    history_holds(team)


def test_what_is_held_or_not_drawn_is_not_audited(team: World) -> None:
    held = post(team)
    assert audits(team, held) == []
    secret = vault.derived(f"sampling {team.org}")
    quiet = next(one for one in iter(ids.new, None) if uniform(secret, ids.public("act", one)) >= 0.3)
    posted = PostedAction(body=b"{}", action=NOTE, arguments={"customer": "Marta"})
    told, _ = submit.submit(team.as_agent(), posted, identifier=quiet)
    assert told["status"] == "approved"
    assert audits(team, told) == []
    assert labels(team, told) == []


def test_nobody_s_answer_counts_after_seven_days_and_one_given_later_moves_the_count(team: World) -> None:
    told = sampled(team)
    team.turn(days=7, minutes=1)
    trust_sweep.sweep(at=clock.now(), org=team.org)
    (silence,) = labels(team, told)
    assert silence.entry is not None
    cells = known(team).attempts[0].cells
    judge(team, "bo", audits(team, told)[0])
    assert known(team).attempts[0].cells != cells
    assert labels(team, told)[0].replaced_by is not None
    assert replays(team) >= 1


def test_the_owner_others_and_who_cannot_tell(team: World) -> None:
    told = sampled(team)
    (audit,) = audits(team, told)
    for name in ("ana", "eve", "finn"):
        with pytest.raises(NotAsked):
            judge(team, name, audit)
    judge(team, "bo", audit, "cannot_tell")
    judge(team, "bo", audit, "cannot_tell")
    assert "bo" not in asked(team, audit)
    assert "cy" in asked(team, audit)
    judge(team, "cy", audit)
    judge(team, "cy", audit)
    with pytest.raises(AlreadyAudited, match="Cy Okafor"):
        judge(team, "bo", audit, "wrong")
    assert [one.source for one in labels(team, told)] == ["silence", "audit"]


def test_an_error_says_how_bad_it_is_and_what_it_is(team: World) -> None:
    (audit,) = audits(team, sampled(team))
    with pytest.raises(InvalidVote):
        judge(team, "bo", audit, "wrong", severity="")
    with pytest.raises(CommentRequired):
        judge(team, "bo", audit, "wrong", note=" ")


def test_an_error_counts_at_once_and_somebody_else_may_overturn_it(team: World) -> None:
    told = sampled(team)
    (audit,) = audits(team, told)
    judge(team, "bo", audit, "wrong", severity="major")
    assert "tighten" in codes(team)
    _, settling = audits(team, told)
    assert (settling.kind, settling.first) == ("adjudication", [team.email("bo")])
    assert "bo" not in asked(team, settling)
    with pytest.raises(NotAsked):
        judge(team, "bo", settling)
    with pytest.raises(NotAsked):
        judge(team, "ana", settling)
    judge(team, "cy", settling)
    *_, wrong, right = labels(team, told)
    assert (wrong.loss, right.source, right.loss) == (1.0, "adjudication", 0.0)
    assert wrong.replaced_by == right.pk
    assert replays(team) >= 1


def test_a_critical_error_takes_everything_back(team: World) -> None:
    (audit,) = audits(team, sampled(team))
    judge(team, "bo", audit, "wrong", severity="critical")
    row = lane(team)
    assert row is not None
    assert row.level == 0


def test_an_answer_faster_than_reading_is_worth_nothing_and_an_error_counts_all_the_same(team: World) -> None:
    quick, found = sampled(team), sampled(team)
    before = known(team).attempts[0].cells
    judge(team, "bo", audits(team, quick)[0], review_seconds=1.0)
    assert known(team).attempts[0].cells == before
    assert labels(team, quick)[-1].catch == 0.0
    judge(team, "bo", audits(team, found)[0], "wrong", review_seconds=1.0)
    assert labels(team, found)[-1].entry is not None


def test_a_rejection_can_be_given_to_somebody_who_did_not_make_it(world: World) -> None:
    told = post(world)
    cast(world, "bo", told, "reject", review_seconds=READ)
    with pytest.raises(CannotDispute):
        dispute(world.org, key_of(told), actor=world.as_person("finn"))
    audit = dispute(world.org, key_of(told), actor=world.as_person("ana"))
    with pytest.raises(NothingToSettle):
        dispute(world.org, key_of(told), actor=world.as_person("ana"))
    assert asked(world, audit) & {"ana", "bo"} == set()
    assert labels(world, told)[-1].loss == 1.0, "until then it counts"
    judge(world, "cy", audit)
    assert [(one.source, one.loss) for one in labels(world, told)] == [("decision", 1.0), ("adjudication", 0.0)]
    assert now(world, told)["status"] == "rejected", "what is settled moves the lane, not the action"
    history_holds(world)


def test_what_nobody_found_wrong_cannot_be_disputed(world: World) -> None:
    told = post(world)
    cast(world, "bo", told, review_seconds=READ)
    with pytest.raises(NothingToSettle):
        dispute(world.org, key_of(told), actor=world.as_person("ana"))


def test_a_second_person_looks_blind_at_a_few_of_what_people_approve(world: World) -> None:
    told = twice(world)
    cast(world, "bo", told, review_seconds=READ)
    (audit,) = audits(world, told)
    assert (audit.kind, audit.first) == ("double", [world.email("bo")])
    with pytest.raises(NotAsked):
        judge(world, "bo", audit)
    judge(world, "cy", audit, "wrong")
    assert [(one.source, one.loss) for one in labels(world, told)] == [("decision", 0.0), ("audit", 1.0)]
    settling = audits(world, told)[1]
    assert settling.first == sorted([world.email("bo"), world.email("cy")])
    assert asked(world, settling) == {"dee"}
    judge(world, "dee", settling)
    assert labels(world, told)[-1].loss == 0.0


def test_a_second_look_that_agrees_says_nothing_more(world: World) -> None:
    told = twice(world)
    cast(world, "bo", told, review_seconds=READ)
    judge(world, "cy", audits(world, told)[0])
    assert len(labels(world, told)) == 1
    rejected = twice(world)
    cast(world, "bo", rejected, "reject", review_seconds=READ)
    assert audits(world, rejected) == []


def test_the_page_shows_nothing_of_what_anybody_said_until_it_is_answered(team: World) -> None:
    told = sampled(team, reason="A very good reason.", context=({"title": "Proof", "kind": "text", "value": "Yes"},))
    (audit,) = audits(team, told)
    bo = browser_of(team, "bo")
    inbox = bo.text("/")
    assert "Audits <span>1</span>" in inbox
    path = f"/audits/{ids.public('aud', audit.pk)}"
    assert path in inbox
    assert path in bo.text("/audits")
    page = bo.text(path)
    assert "Marta" in page
    for secret in ("A very good reason.", "A note for Marta", "Proof", "97%", told["id"], "sampled", "approved"):
        assert secret not in page, secret
    team.turn(seconds=20)
    answer = bo.post(path, {**form_of(page, path), "verdict": "right"})
    assert (answer.status_code, answer["Location"]) == (303, path)
    after = bo.text(path)
    assert "You found it right." in after
    assert "A very good reason." in after
    (label,) = [one for one in labels(team, told) if one.source == "audit"]
    assert label.catch is None, "twenty seconds were enough to read it"
    assert "Audits <span>" not in bo.text("/")
    assert "Bo Lind found it right." in browser_of(team, "cy").text(path)


def test_a_form_that_lacks_something_keeps_what_was_typed(team: World) -> None:
    (audit,) = audits(team, sampled(team))
    path = f"/audits/{ids.public('aud', audit.pk)}"
    bo = browser_of(team, "bo")
    answer = bo.post(path, {**form_of(bo.text(path), path), "verdict": "wrong", "note": "Not hers."})
    assert answer.status_code == 422
    assert "Nothing was recorded: say how bad it is" in answer.content.decode()
    assert "Not hers." in answer.content.decode()
    assert bo.post(path, {"verdict": "perhaps"}).status_code == 422
    assert bo.get("/audits/aud_nonsense").status_code == 404
    owner = browser_of(team, "ana")
    assert "This waits for others" in owner.text(path)
    assert owner.post(path, {"verdict": "right"}).status_code == 403
    assert audits(team, {"id": ids.public("act", audit.action_id)})[0].answered_at is None


def test_a_second_opinion_is_asked_for_on_the_action_s_page(world: World) -> None:
    told = post(world)
    cast(world, "bo", told, "reject", review_seconds=READ)
    ana = browser_of(world, "ana")
    path = f"/actions/{told['id']}"
    assert "Ask for a second opinion" in ana.text(path)
    assert ana.post(f"{path}/dispute").status_code == 303
    page = ana.text(path)
    assert "A second person was asked" in page
    assert "Ask for a second opinion" not in page
    (audit,) = audits(world, told)
    judge(world, "cy", audit)
    assert "Cy Okafor settled that this was right" in ana.text(path)
    with pytest.raises(NoSuchAction):
        answer_audit(world.org, uuid.uuid4(), actor=world.as_person("cy"), said=Judgement("right"))


def test_by_api_the_same_is_listed_judged_and_disputed(team: World) -> None:
    told = sampled(team)
    assert len(audits(team, told)) == 1
    bo, cy = Client(headers={"authorization": f"Bearer {team.person_key('bo')}"}), Client()
    (listed,) = bo.get("/api/v1/audits").json()["items"]
    assert Draft202012Validator(SCHEMAS["Audit"]).is_valid(listed)
    assert (listed["status"], listed["answer"], listed["arguments"]) == ("open", None, {"customer": "Marta"})
    assert "She asked for it." not in str(listed)
    address = f"/api/v1/audits/{listed['id']}/answer"
    said = {"verdict": "wrong", "severity": "minor", "note": "Not hers."}
    team.turn(minutes=1)
    found = bo.post(address, said, "application/json").json()
    assert Draft202012Validator(SCHEMAS["Audit"]).is_valid(found)
    assert (found["answer"]["verdict"], found["answer"]["of"]) == ("wrong", "sampled")
    late = cy.post(address, said, "application/json", headers={"authorization": f"Bearer {team.person_key('cy')}"})
    assert (late.status_code, late.json()["code"]) == (409, "already_audited")
    agent = Client(headers={"authorization": f"Bearer {team.key()}"})
    assert agent.get("/api/v1/audits").json()["code"] == "agents_cannot_decide"
    assert agent.post(address, said, "application/json").json()["code"] == "agents_cannot_decide"
    assert bo.get("/api/v1/audits").json()["items"] == [], "who found it does not settle it"
    again = bo.post(f"/api/v1/actions/{told['id']}/dispute", {}, "application/json")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_settle"), "it was asked for by itself"


def test_another_organization_s_audit_is_not_there(team: World, another_world: World) -> None:
    (audit,) = audits(team, sampled(team))
    with pytest.raises(NoSuchAction):
        answer_audit(another_world.org, audit.pk, actor=another_world.as_person("bo"), said=Judgement("right"))
    assert browser_of(another_world, "bo").get(f"/audits/{ids.public('aud', audit.pk)}").status_code == 404


def test_after_a_new_configuration_others_find_it_in_their_inbox(team: World) -> None:
    (audit,) = audits(team, sampled(team))
    assert "eve" not in asked(team, audit)

    def promote(document: dict[str, Any]) -> None:
        next(one for one in document["people"] if one["email"].startswith("eve@"))["roles"] = ["approver"]
        document["teams"][0]["members"].append(team.email("eve"))

    team.change(promote)
    assert renew_audits.renew(team.org) >= 1, "a second look may have been drawn beside it"
    assert renew_audits.renew(team.org) == 0
    assert "eve" in asked(team, audit)
    judge(team, "eve", audit)


def test_the_quick_road_gives_way_to_what_is_drawn_and_it_is_drawn_once(team: World) -> None:
    actor, posted = by_key(team), PostedAction(body=b"{}", action=NOTE, arguments={"customer": "Marta"})
    submit.submit(actor, posted)  # what the plain road saw is remembered
    secret = vault.derived(f"sampling {team.org}")
    quiet = next(one for one in iter(ids.new, None) if uniform(secret, ids.public("act", one)) >= 0.3)
    alone = quick.submit(actor, posted, identifier=quiet)
    assert alone is not None
    assert (alone["id"], alone["status"]) == (ids.public("act", quiet), "approved")
    picked = drawn(team, "sampling", 0.1)
    assert quick.submit(actor, posted, identifier=picked) is None
    told, _ = submit.submit(actor, posted, identifier=picked)
    assert told["id"] == ids.public("act", picked)
    assert len(audits(team, told)) == 1


def test_on_both_roads_together_each_post_is_drawn_once(team: World) -> None:
    quick.forget()
    asking = SimpleNamespace(agent=SimpleNamespace(key=team.key()))
    body = json.dumps({"action": NOTE, "arguments": {"customer": "Marta"}}).encode()
    secret, roads = vault.derived(f"sampling {team.org}"), {True: 0, False: 0}
    for _ in range(100):
        sent = environ(asking, body)  # type: ignore[arg-type]  # all it needs of a cast
        answer = shortcut.post(sent)
        is_quick = answer is not None
        if answer is None:
            sent["wsgi.input"].seek(0)
            answer = WSGIHandler()(sent, lambda *_: bytes.__len__)
        told = json.loads(answer.content)  # type: ignore[attr-defined]  # none of these streams
        is_drawn = uniform(secret, told["id"]) < 0.1
        assert len(audits(team, told)) == is_drawn
        roads[is_quick] += 1
        assert not (is_quick and is_drawn)
    quick.forget()
    assert roads[True] >= 60
    with tx.reading(team.org):
        assert Audit.objects.filter(kind="sampled").count() >= 1

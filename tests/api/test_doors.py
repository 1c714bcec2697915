"""Who may do what: every route against every kind of caller, and 401 before a byte of the body is looked at."""

from __future__ import annotations

import itertools

import pytest
from django.test import Client

from accounts.models import Key
from agents.keys import issue_agent_key
from approvals.api.site import openapi
from approvals.models import Action
from audit.models import Entry
from core import clock, tx, vault
from tests.api.cast import Acme, Caller, found_acme

# What each kind of caller gets. "in": let in, whatever then happens. The rest are codes of a 403.
AGENT = {"agent": "in", "person": "wrong_key", "reporter": "wrong_key"}
PERSON = {"agent": "agents_cannot_decide", "person": "in", "reporter": "wrong_key"}
READER = {"agent": "in", "person": "in", "reporter": "wrong_key"}
ANYBODY = {"agent": "in", "person": "in", "reporter": "in"}
SHADOW = {"agent": "in", "person": "wrong_key", "reporter": "in"}  # an agent is told that its own word is none

MATRIX = {
    ("POST", "/actions"): AGENT,
    ("GET", "/actions"): AGENT,
    ("GET", "/actions/{id}"): READER,
    ("POST", "/actions/{id}/withdraw"): AGENT,
    ("POST", "/actions/{id}/revise"): AGENT,
    ("POST", "/actions/{id}/replies"): AGENT,
    ("POST", "/actions/{id}/start"): AGENT,
    ("POST", "/actions/{id}/finish"): AGENT,
    ("POST", "/actions/{id}/outcome"): ANYBODY,
    ("POST", "/shadow"): SHADOW,
    ("GET", "/agent"): AGENT,
    ("GET", "/inbox"): PERSON,
    ("POST", "/actions/{id}/votes"): PERSON,
    ("POST", "/actions/{id}/questions"): PERSON,
    ("POST", "/actions/{id}/claim"): PERSON,
    ("POST", "/actions/{id}/release"): PERSON,
    ("POST", "/actions/{id}/reassign"): PERSON,
    ("POST", "/actions/{id}/escalate"): PERSON,
    ("GET", "/actions/{id}/reapply"): PERSON,
    ("POST", "/actions/{id}/reapply"): PERSON,
    ("POST", "/simulate"): PERSON,
    ("POST", "/simulate/history"): PERSON,
    ("POST", "/actions/{id}/snooze"): PERSON,
    ("POST", "/actions/{id}/revoke"): PERSON,
    ("GET", "/people/me"): PERSON,
    ("GET", "/delegations"): PERSON,
    ("POST", "/delegations"): PERSON,
    ("DELETE", "/delegations/{id}"): PERSON,
    ("POST", "/agents/{slug}/pause"): PERSON,
    ("POST", "/agents/{slug}/resume"): PERSON,
    ("POST", "/agents/{slug}/lanes/{action}/{risk}/level"): PERSON,
    ("POST", "/agents/{slug}/lanes/{action}/{risk}/freeze"): PERSON,
    ("POST", "/agents/{slug}/lanes/{action}/{risk}/unfreeze"): PERSON,
    ("POST", "/agents/{slug}/freeze"): PERSON,
    ("POST", "/agents/{slug}/unfreeze"): PERSON,
    ("POST", "/pause"): PERSON,
    ("POST", "/resume"): PERSON,
    ("GET", "/audit"): PERSON,
    ("GET", "/audits"): PERSON,
    ("POST", "/audits/{id}/answer"): PERSON,
    ("POST", "/actions/{id}/dispute"): PERSON,
    ("GET", "/insights"): PERSON,
}
ROUTES = list(MATRIX)
OPEN = {("GET", "/.well-known/jwks.json")}


@pytest.fixture(scope="module")
def here(django_db_blocker) -> Acme:
    with django_db_blocker.unblock():
        return found_acme()


@pytest.fixture(scope="module")
def there(django_db_blocker) -> Acme:
    """Another organization."""
    with django_db_blocker.unblock():
        return found_acme()


def address(path: str, action: str = "act_01m7yvxgbpf80tds9ecp87hvjb") -> str:
    filled = path.replace("/delegations/{id}", "/delegations/del_1").replace("{id}", action)
    return filled.replace("{slug}", "refunds").replace("{action}", "note.add").replace("{risk}", "low")


def footprint(acme: Acme) -> tuple[int, int]:
    with tx.reading(acme.org):
        return Action.objects.count(), Entry.objects.count()


def test_the_matrix_names_every_route():
    documented = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in openapi()["paths"].items()
        for method in methods
    }
    assert documented == set(ROUTES) | OPEN


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda part: part)
@pytest.mark.parametrize("kind", ["agent", "person", "reporter"])
def test_each_caller_at_each_route(here, method, path, kind):
    caller: Caller = {"agent": here.agent, "person": here.bo, "reporter": here.reporter}[kind]
    expected = MATRIX[method, path][kind]
    before = footprint(here)
    if expected == "in":
        answer = caller.post(address(path), b"{}" if method == "POST" else b"", method=method)
        assert answer.status_code not in {401, 405, 500}, answer.content
        if answer.status_code == 403:
            assert answer.json()["code"] not in {"wrong_key", "agents_cannot_decide"}
    else:
        answer = caller.post(address(path), b"{this is not parsed", method=method)
        assert (answer.status_code, answer.json()["code"]) == (403, expected)
        assert footprint(here) == before


BAD: dict[str, str | None] = {
    "missing": None,
    "empty": "",
    "no key": "Bearer",
    "another scheme": "Basic YTpi",
    "not a key": "Bearer hello",
    "unknown key": "Bearer " + vault.new_key(),
    "bad checksum": "Bearer " + vault.new_key()[:-1] + "!",
    "two keys": "Bearer " + vault.new_key() + "," + "Bearer " + vault.new_key(),
    "not ASCII": "Bearer cs_é".encode().decode("latin-1"),
    "a long one": "Bearer cs_" + "a" * 8000,
}


@pytest.mark.parametrize("case", BAD)
def test_without_a_key_every_route_is_401_before_the_body_is_looked_at(here, case):
    sent = BAD[case]
    headers = {} if sent is None else {"Authorization": sent}
    before = footprint(here)
    for method, path in ROUTES:
        answer = Client().generic(
            method, f"/api/v1{address(path)}", b"\xff{not json", content_type="text/plain", headers=headers
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), (method, path)
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert footprint(here) == before


def test_a_revoked_key_and_an_expired_one_open_nothing(acme):
    for column in ("revoked_at", "expires_at"):
        key = issue_agent_key(acme.org, slug="outreach").key
        assert Caller(key).get("/agent").status_code == 200
        _end_key(acme.org, key, column)
        assert Caller(key).get("/agent").status_code == 401


def _end_key(org: int, key: str, column: str) -> None:
    @tx.use_case
    def end(org: int) -> None:
        Key.objects.filter(hash=vault.hash_key(key)).update(**{column: clock.now()})

    end(org)


def test_an_agent_has_two_keys_at_a_time(acme):
    first, second = acme.agent, Caller(issue_agent_key(acme.org, slug="refunds").key)
    assert (first.get("/agent").status_code, second.get("/agent").status_code) == (200, 200)
    third = Caller(issue_agent_key(acme.org, slug="refunds").key)
    assert [caller.get("/agent").status_code for caller in (first, second, third)] == [401, 200, 200]


def test_foreign_and_missing_actions_are_told_apart_by_nobody(here, there):
    foreign = there.posted()["id"]
    missing = "act_01m7yvxgbpf80tds9ecp87hvjb"
    others = here.posted()["id"]
    for method, path in ROUTES:
        if "/actions/{id}" not in path:
            continue
        body = {
            "votes": {"vote": "approve", "digest": "sha256:" + "a" * 64},
            "questions": {"text": "Why?"},
            "reassign": {"to": "bo@nowhere.test"},
            "escalate": {"epoch": 1},
            "reapply": {"config_version": 1},
            "snooze": {"until": "2099-01-01T00:00:00Z"},
            "revise": {"arguments": {}},
            "replies": {"text": "Because."},
            "start": {"digest": "sha256:" + "a" * 64},
            "finish": {"status": "failed"},
            "outcome": {"verdict": "incorrect"},
        }.get(path.rpartition("/")[2])
        caller = here.agent if MATRIX[method, path]["agent"] == "in" else here.ana
        told = [
            caller.post(address(path, name), body, method=method)
            for name in (foreign, missing, missing.upper(), "act_x", "act_" + "z" * 26, "dec_" + missing[4:], "7")
        ]
        assert {answer.status_code for answer in told} == {404}, path
        assert len({answer.content for answer in told}) == 1, path
        if caller is here.agent:
            assert here.other_agent.post(address(path, others), body, method=method).content == told[0].content


def test_a_viewer_reads_and_does_not_decide(here):
    action = here.posted()
    assert here.finn.get(f"/actions/{action['id']}").status_code == 200
    told = here.finn.post(f"/actions/{action['id']}/votes", {"vote": "approve", "digest": action["digest"]})
    assert told.status_code == 403
    assert told.json()["code"] in {"not_asked", "self_approval"}


def test_history_is_for_admins_and_auditors(here):
    assert here.bo.get("/audit").json()["code"] == "role_required"
    assert here.ana.get("/audit").status_code == 200


def test_no_get_or_head_or_options_changes_anything(here):
    action = here.posted()["id"]
    before = footprint(here)
    for (_, path), method in itertools.product(ROUTES, ("GET", "HEAD", "OPTIONS")):
        for caller in (here.agent, here.bo):
            answer = caller.post(address(path, action), b"", method=method)
            assert answer.status_code in {200, 403, 404, 405, 422}, (method, path, answer.status_code)
    assert footprint(here) == before

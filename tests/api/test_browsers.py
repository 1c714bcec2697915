"""A signed-in browser at the API: a person, with a CSRF token for whatever changes something."""

from __future__ import annotations

import json

from django.test import Client

from accounts.models import Person, User
from accounts.session import BACKEND
from core import clock, tx
from tests.api.cast import Acme
from tests.api.test_incoming import code


def browser(acme: Acme, name: str) -> Client:
    """Return a browser in which the person is signed in."""
    email = acme.world.email(name)
    user, _ = User.objects.get_or_create(email=email)

    @tx.use_case
    def tie(org: int) -> None:
        Person.objects.filter(email=email).update(user=user)

    tie(acme.org)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend=BACKEND)
    session = client.session
    session["org"] = acme.org
    session.save()
    return client


def test_a_signed_in_browser_is_a_person(acme):
    client = browser(acme, "bo")
    assert client.get("/api/v1/people/me").json()["email"] == acme.world.email("bo")
    assert code(client.get("/api/v1/agent")) == (401, "unauthenticated")


def test_a_browser_changes_something_only_with_its_csrf_token(acme):
    client, action = browser(acme, "bo"), acme.posted()
    vote = json.dumps({"vote": "approve", "digest": action["digest"]})
    path = f"/api/v1/actions/{action['id']}/votes"
    assert code(client.post(path, vote, content_type="application/json")) == (403, "csrf_failed")
    token = "a" * 32
    client.cookies["csrf"] = token
    headers = {"X-CSRFToken": token, "Referer": "http://testserver/"}
    answer = client.post(path, vote, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content
    assert answer.json()["decision"]["people"][0]["channel"] == "web"


def test_a_wrong_key_is_not_helped_by_a_session(acme):
    client = browser(acme, "bo")
    assert code(client.get("/api/v1/people/me", headers={"Authorization": "Bearer nonsense"})) == (
        401,
        "unauthenticated",
    )


def test_a_session_approves_critical_risk_only_soon_after_signing_in(acme):
    body = {"action": "account.close", "arguments": {"customer": "Mia"}}
    action = acme.agent.post("/actions", body).json()
    assert action["verdict"]["risk"] == "critical"
    client, token = browser(acme, "bo"), "a" * 32
    client.cookies["csrf"] = token
    path, headers = f"/api/v1/actions/{action['id']}/votes", {"X-CSRFToken": token, "Referer": "http://testserver/"}
    vote = json.dumps({"vote": "approve", "digest": action["digest"]})
    told = client.post(path, vote, content_type="application/json", headers=headers)
    assert code(told) == (403, "sign_in_again")
    session = client.session
    session["signed_in_at"] = clock.now().isoformat()
    session.save()
    answer = client.post(path, vote, content_type="application/json", headers=headers)
    assert answer.status_code == 200, answer.content

"""Who is looking: read afresh at every request, in one organization."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.flow.issue_link import issue_link
from accounts.models import User
from accounts.session_store import SessionStore
from accounts.viewer import NotYourRole, Viewer, require_role, signed_in, viewer_of, viewer_of_session
from core import clock
from tests.accounts.cast import a_person, an_address, an_organization, archive


@signed_in
def page(request: HttpRequest, viewer: Viewer, word: str = "") -> HttpResponse:
    return HttpResponse(f"{viewer.name} {word}")


@signed_in
@require_role("admin", "auditor")
def audit_page(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    return HttpResponse("entries")


def key_of(client: Client) -> str:
    key = client.session.session_key
    assert key
    return key


def body_of(answer: Any) -> bytes:
    content: bytes = answer.content
    return content


def request_of(client: Client | None, path: str = "/", method: str = "get") -> Any:
    request = getattr(RequestFactory(), method)(path)
    request.session = SessionStore(client.session.session_key if client else None)
    known = request.session.get("_auth_user_id")
    request.user = User.objects.get(pk=known) if known else AnonymousUser()
    return request


def signed_in_client(org: int, email: str) -> Client:
    client = Client()
    client.post(f"/sign-in/link/{issue_link(org, email=email)}")
    return client


def test_the_viewer_is_the_person_of_the_session() -> None:
    org, slug = an_organization("Acme Outdoor")
    person = a_person(org, an_address(), roles=("approver", "admin"))
    viewer = viewer_of(request_of(signed_in_client(org, person.email)))
    assert viewer is not None
    assert (viewer.org, viewer.org_slug, viewer.org_name) == (org, slug, "Acme Outdoor")
    assert (viewer.person_id, viewer.email, viewer.name) == (person.id, person.email, "Ana Ruiz")
    assert viewer.roles == {"approver", "admin"}
    assert viewer.has("auditor", "admin")
    assert not viewer.has("auditor")
    assert (viewer.timezone, viewer.theme, viewer.undo_seconds, viewer.single_keys) == (
        "Europe/Amsterdam",
        "",
        10,
        True,
    )
    assert viewer.method == "link"


def test_somebody_archived_a_moment_ago_is_nobody() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    client = signed_in_client(org, person.email)
    assert viewer_of(request_of(client)) is not None
    assert viewer_of_session(key_of(client)) is not None
    archive(org, person)
    assert viewer_of(request_of(client)) is None
    assert viewer_of_session(key_of(client)) is None


def test_a_session_that_names_another_organization_opens_nothing() -> None:
    org, _ = an_organization()
    other, _ = an_organization()
    person = a_person(org, an_address())
    a_person(other, an_address())
    client = signed_in_client(org, person.email)
    session = client.session
    session["org"] = other
    session.save()
    assert viewer_of(request_of(client)) is None
    assert viewer_of_session(key_of(client)) is None
    session["org"] = "1; drop table"
    session.save()
    assert viewer_of(request_of(client)) is None


def test_a_websocket_of_a_made_up_or_ended_session_sees_nobody() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    client = signed_in_client(org, person.email)
    key = key_of(client)
    client.post("/sign-out")
    assert viewer_of_session(key) is None
    assert viewer_of_session("nonsense") is None
    assert viewer_of_session("") is None


def test_strangers_are_sent_to_sign_in_and_back() -> None:
    answer = page(request_of(None, "/actions/act_1?tab=json"))
    assert answer["Location"] == "/sign-in?next=%2Factions%2Fact_1%3Ftab%3Djson"
    assert page(request_of(None, "/actions/act_1", "post"))["Location"] == "/sign-in"
    assert page(request_of(None, "/"))["Location"] == "/sign-in"


def test_strange_programs_get_a_problem() -> None:
    answer = page(request_of(None, "/api/v1/inbox"))
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert json.loads(body_of(answer))["code"] == "unauthenticated"


def test_the_page_is_given_its_viewer_and_is_never_cached() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    answer = page(request_of(signed_in_client(org, person.email)), word="here")
    assert body_of(answer) == b"Ana Ruiz here"
    assert "no-store" in answer["Cache-Control"]


def test_roles_are_asked_for() -> None:
    org, _ = an_organization()
    bo, ana = an_address(), an_address()
    a_person(org, bo)
    a_person(org, ana, roles=("auditor",))
    with pytest.raises(NotYourRole, match="admin or auditor"):
        audit_page(request_of(signed_in_client(org, bo)))
    assert audit_page(request_of(signed_in_client(org, ana))).status_code == 200


def test_a_sign_in_is_recent_for_ten_minutes() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    viewer = viewer_of(request_of(signed_in_client(org, person.email)))
    assert viewer is not None
    assert viewer.is_recent(clock.now())
    assert not viewer.is_recent(clock.now() + timedelta(minutes=11))
    assert not viewer.is_recent(clock.now() - timedelta(minutes=11))


def test_the_choice_of_organization_keeps_to_ones_own() -> None:
    first, first_slug = an_organization("First")
    second, second_slug = an_organization("Second")
    foreign, foreign_slug = an_organization("Foreign")
    email = an_address()
    a_person(first, email)
    a_person(second, email)
    a_person(foreign, an_address())
    signed_in_client(second, email)
    client = signed_in_client(first, email)
    shown = client.get("/organization").content.decode()
    assert "First" in shown
    assert "Second" in shown
    assert "Foreign" not in shown
    answer = client.post("/organization", {"org": second_slug, "next": "/agents"})
    assert answer["Location"] == "/agents"
    viewer = viewer_of(request_of(client))
    assert viewer is not None
    assert viewer.org == second
    assert client.post("/organization", {"org": foreign_slug}).status_code == 404
    assert client.post("/organization", {"org": "made-up"}).status_code == 404
    evil = client.post("/organization", {"org": first_slug, "next": "//evil.test/"})
    assert evil["Location"] == "/"

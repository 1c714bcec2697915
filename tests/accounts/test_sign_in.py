"""Signing in by mail: a code and a link, for fifteen minutes, once, in one browser; strangers learn nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import Person, User
from audit.models import Entry
from core import clock, tx
from delivery.models import Parcel
from tests.accounts.cast import a_person, an_address, an_organization, archive


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    cache.clear()
    settings.EMAIL_BACKEND = "delivery.mail.OutboxBackend"  # pytest-django puts another in its place


def ask(client: Client, email: str, after: str = "/") -> Any:
    return client.post("/sign-in", {"email": email, "next": after})


def mails(org: int, email: str) -> list[str]:
    with tx.reading(org):
        rows = Parcel.objects.filter(channel="email", address__iexact=email).order_by("id")
        return [str(row.payload) for row in rows]


def code_of(org: int, email: str) -> str:
    sent = opened(org, email)
    return str(re.findall(r"\b[B-Z]{4}-[B-Z]{4}\b", sent)[0])


def opened(org: int, email: str) -> str:
    from delivery import letters  # the seal of mails is delivery's own business

    with tx.reading(org):
        parcel = Parcel.objects.filter(channel="email", address__iexact=email).order_by("-id").first()
        assert parcel is not None
        message = letters.message(
            parcel.id, kind=parcel.kind, address=parcel.address, payload=parcel.payload, at=clock.now()
        )
    assert "BCDF" not in str(message.subject)
    return str(message.body)


def is_signed_in(client: Client) -> bool:
    return client.get("/organization").status_code == 200


def a_member(*, roles: tuple[str, ...] = ("approver",)) -> tuple[int, str]:
    org, _ = an_organization()
    email = an_address()
    a_person(org, email, roles=roles)
    return org, email


def test_a_code_signs_in_and_goes_where_one_wanted() -> None:
    org, email = a_member()
    client = Client()
    assert client.get("/sign-in?next=/agents").status_code == 200
    answer = ask(client, email.upper(), "/agents")
    assert answer["Location"] == "/sign-in/code?next=%2Fagents"
    page = client.get(answer["Location"])
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    answer = client.post(answer["Location"], {"code": code_of(org, email).lower(), "next": "/agents"})
    assert (answer.status_code, answer["Location"]) == (302, "/agents")
    assert is_signed_in(client)
    with tx.reading(org):
        assert Person.objects.get().user_id == User.objects.get(email=email).pk
        assert Entry.objects.latest("seq").kind == "person.signed_in"
        assert b'"method":"code"' in bytes(Entry.objects.latest("seq").body)


def test_the_link_shows_a_button_and_signs_in_only_the_browser_that_asked() -> None:
    org, email = a_member()
    client, scanner = Client(), Client()
    ask(client, email)
    url = urlsplit(re.findall(r"http\S+", opened(org, email))[0])
    link = f"{url.path}?{url.query}"
    assert scanner.get(link)["Location"] == "/sign-in?elsewhere=1"
    assert b"in the browser in which you asked" in scanner.get("/sign-in?elsewhere=1").content
    assert scanner.post(url.path, {"code": code_of(org, email)}).status_code == 302
    assert not is_signed_in(scanner)
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert not is_signed_in(client)
    assert code_of(org, email).encode() in client.get(link).content
    assert client.post(link, {"code": code_of(org, email)})["Location"] == "/"
    assert is_signed_in(client)


def test_a_code_works_once() -> None:
    org, email = a_member()
    client = Client()
    ask(client, email)
    code = code_of(org, email)
    client.post("/sign-in/code", {"code": code})
    client.post("/sign-out")
    assert client.post("/sign-in/code", {"code": code})["Location"] == "/sign-in"
    assert not is_signed_in(client)


def test_a_code_dies_after_fifteen_minutes() -> None:
    org, email = a_member()
    client = Client()
    ask(client, email)
    code = code_of(org, email)
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=2)):
        assert client.post("/sign-in/code", {"code": code}).status_code == 302
    assert not is_signed_in(client)


def test_a_code_dies_after_five_wrong_tries() -> None:
    org, email = a_member()
    client = Client()
    ask(client, email)
    code = code_of(org, email)
    for _ in range(4):
        answer = client.post("/sign-in/code", {"code": "BBBB-BBBB"})
        assert answer.status_code == 422
        assert b"not right" in answer.content
    assert client.post("/sign-in/code", {"code": "BBBB-BBBB"})["Location"] == "/sign-in?refused=1"
    assert client.post("/sign-in/code", {"code": code}).status_code == 302
    assert not is_signed_in(client)


def test_the_page_says_the_same_whoever_asks() -> None:
    org, email = a_member()
    gone = a_person(org, an_address())
    archive(org, gone)
    pages = []
    for address in (email, gone.email, an_address()):
        client = Client()
        answer = ask(client, address)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/code?next=%2F")
        page = client.get("/sign-in/code")
        wrong = client.post("/sign-in/code", {"code": "BBBB-BBBB"})
        assert (page.status_code, wrong.status_code) == (200, 422)
        pages.append(re.sub(r"csrfmiddlewaretoken[^>]*|nonce=\S+", "", page.content.decode()).replace(address, "X"))
        assert not is_signed_in(client)
    assert len(set(pages)) == 1
    assert not mails(org, gone.email)
    assert not User.objects.filter(email=gone.email).exists()


def test_an_account_whose_person_was_archived_is_let_in_nowhere() -> None:
    org, email = a_member()
    client = Client()
    ask(client, email)
    code = code_of(org, email)
    with tx.reading(org):
        person = Person.objects.get()
    archive(org, person)
    assert client.post("/sign-in/code", {"code": code})["Location"] == "/sign-in?refused=1"
    assert not is_signed_in(client)


@pytest.mark.parametrize("email", ["", "x", "a@b", "a@b.c\r\nBcc: x@y.z", "a" * 300 + "@acme.test", "é@\x00.test"])
def test_nonsense_is_no_address(email: str) -> None:
    assert ask(Client(), email).status_code == 422


@pytest.mark.parametrize(
    "evil", ["//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "\t//evil"]
)
def test_nobody_is_sent_elsewhere(evil: str) -> None:
    org, email = a_member()
    client = Client()
    ask(client, email, evil)
    assert client.post(f"/sign-in/code?next={evil}", {"code": code_of(org, email), "next": evil})["Location"] == "/"
    assert client.get("/sign-in", {"next": evil})["Location"] == "/"


def test_asking_often_is_slowed_down_and_says_so() -> None:
    org, email = a_member()
    answers = [ask(Client(), email).status_code for _ in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert len(mails(org, email)) == 5


def test_guessing_from_many_browsers_is_slowed_down() -> None:
    _, email = a_member()
    answers = []
    for _ in range(4):
        client = Client()
        ask(client, email)
        answers += [client.post("/sign-in/code", {"code": "BBBB-BBBB"}).status_code for _ in range(4)]
    assert answers.count(429) >= 6


def test_somebody_of_two_organizations_chooses() -> None:
    org, email = a_member()
    second, second_slug = an_organization("Second")
    a_person(second, email)
    client = Client()
    ask(client, email, "/agents")
    answer = client.post("/sign-in/code", {"code": code_of(org, email), "next": "/agents"})
    assert answer["Location"] == "/organization?next=/agents"
    assert client.post("/organization", {"org": second_slug, "next": "/agents"})["Location"] == "/agents"
    with tx.reading(second):
        assert Entry.objects.latest("seq").kind == "person.signed_in"
    with tx.reading(org):
        assert not Entry.objects.filter(kind="person.signed_in").exists()


def test_who_is_signed_in_is_sent_on_unless_they_show_again_who_they_are() -> None:
    org, email = a_member()
    client = Client()
    ask(client, email)
    client.post("/sign-in/code", {"code": code_of(org, email)})
    assert client.get("/sign-in?next=/agents")["Location"] == "/agents"
    assert client.get("/sign-in?again=1&next=/agents").status_code == 200
    cache.clear()
    ask(client, email, "/agents")
    assert client.post("/sign-in/code", {"code": code_of(org, email), "next": "/agents"})["Location"] == "/agents"


def test_forms_need_their_token_and_origin() -> None:
    _, email = a_member()
    client = Client(enforce_csrf_checks=True)
    assert ask(client, email).status_code == 403
    client.get("/sign-in")
    token = client.cookies["csrf"].value
    fields = {"email": email, "csrfmiddlewaretoken": token}
    assert client.post("/sign-in", fields, headers={"origin": "https://evil.test"}).status_code == 403
    assert client.post("/sign-in", fields, headers={"origin": "http://testserver"}).status_code == 302


def test_cookies_are_kept_from_scripts_and_other_sites() -> None:
    org, email = a_member()
    client = Client()
    ask(client, email)
    client.post("/sign-in/code", {"code": code_of(org, email)})
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]


def test_the_key_in_the_cookie_is_nowhere_in_the_database() -> None:
    from django.contrib.sessions.models import Session

    org, email = a_member()
    client = Client()
    ask(client, email)
    client.post("/sign-in/code", {"code": code_of(org, email)})
    key = client.cookies["session"].value
    assert is_signed_in(client)
    assert not Session.objects.filter(session_key__in=[key, key[:40]]).exists()
    for row in Session.objects.values_list("session_key", flat=True):
        stranger = Client()
        stranger.cookies["session"] = row
        assert not is_signed_in(stranger)


def test_ended_sessions_are_swept_away_by_the_next_sign_in() -> None:
    from django.contrib.sessions.models import Session

    org, email = a_member()
    Session.objects.create(session_key=f"old-{org}", session_data="", expire_date=clock.now() - timedelta(seconds=1))
    Session.objects.create(session_key=f"new-{org}", session_data="", expire_date=clock.now() + timedelta(days=1))
    client = Client()
    ask(client, email)
    client.post("/sign-in/code", {"code": code_of(org, email)})
    assert list(Session.objects.filter(session_key__endswith=f"-{org}").values_list("session_key", flat=True)) == [
        f"new-{org}"
    ]


def test_the_answer_takes_as_long_for_strangers() -> None:
    _, email = a_member()
    for address in (email, an_address()):
        begun = clock.monotonic()
        ask(Client(), address)
        assert clock.monotonic() - begun >= 0.05

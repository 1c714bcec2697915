"""The operator's one-time link: shown as often as one likes, used once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from accounts.flow.issue_link import NoSuchPerson, issue_link
from accounts.models import Person, SigninLink, User
from audit.models import Entry
from core import clock, tx
from tests.accounts.cast import a_person, an_address, an_organization, archive


def sign_in(client: Client, org: int, email: str):
    return client.post(f"/sign-in/link/{issue_link(org, email=email)}")


def kinds(org: int) -> list[str]:
    with tx.reading(org):
        return list(Entry.objects.order_by("seq").values_list("kind", flat=True))


def test_the_command_prints_a_link_that_signs_in() -> None:
    org, slug = an_organization()
    person = a_person(org, an_address())
    out = StringIO()
    call_command("signin", "--org", slug, "--person", person.email.upper(), "--json", stdout=out)
    url = json.loads(out.getvalue())["url"]
    assert url.startswith("http://127.0.0.1:8000/sign-in/link/")
    client = Client()
    page = client.get(url)
    assert page.status_code == 200
    assert b"Ana Ruiz" in page.content
    answer = client.post(url)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    with tx.reading(org):
        assert Person.objects.get().user_id == int(client.session["_auth_user_id"])
    assert kinds(org) == ["signin_link.issued", "person.signed_in"]


def test_the_command_says_who_is_missing() -> None:
    _, slug = an_organization()
    with pytest.raises(CommandError, match="Nobody with the address"):
        call_command("signin", "--org", slug, "--person", "nobody@acme.test")
    with pytest.raises(CommandError, match="no organization"):
        call_command("signin", "--org", "nowhere", "--person", "nobody@acme.test")


def test_looking_at_a_link_uses_nothing_up() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    url = f"/sign-in/link/{issue_link(org, email=person.email)}"
    for _ in range(3):
        assert Client().get(url).status_code == 200
        assert Client().head(url).status_code == 200
        assert Client().options(url).status_code == 405
    with tx.reading(org):
        assert SigninLink.objects.get().used_at is None
    assert kinds(org) == ["signin_link.issued"]
    page = Client().get(url)
    assert page["Referrer-Policy"] == "strict-origin"
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]
    assert Client().post(url).status_code == 302


def test_a_link_works_once() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    url = f"/sign-in/link/{issue_link(org, email=person.email)}"
    assert Client().post(url).status_code == 302
    again = Client()
    assert again.post(url).status_code == 410
    assert again.get(url).status_code == 410
    assert "_auth_user_id" not in again.session


@pytest.mark.race
def test_of_many_who_press_at_once_one_is_signed_in() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())

    def press(url: str) -> int:
        try:
            return Client().post(url).status_code
        finally:
            connection.close()

    for _ in range(5):
        url = f"/sign-in/link/{issue_link(org, email=person.email)}"
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(press, [url] * 8))
        assert sorted(answers) == [302] + [410] * 7


def test_a_link_dies_after_ten_minutes() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    url = f"/sign-in/link/{issue_link(org, email=person.email)}"
    with clock.turned(timedelta(minutes=10, seconds=1)):
        assert Client().get(url).status_code == 410
        assert Client().post(url).status_code == 410
    assert Client().post(url).status_code == 302


def test_a_link_of_somebody_archived_is_worthless() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    url = f"/sign-in/link/{issue_link(org, email=person.email)}"
    archive(org, person)
    assert Client().get(url).status_code == 410
    assert Client().post(url).status_code == 410
    with pytest.raises(NoSuchPerson):
        issue_link(org, email=person.email)


@pytest.mark.parametrize("token", ["x", "é" * 43, "A" * 43, "A" * 44, "%00" * 3, "a" * 5000])
def test_a_made_up_token_is_told_nothing(token: str) -> None:
    assert Client().get(f"/sign-in/link/{token}").status_code == 410
    assert Client().post(f"/sign-in/link/{token}").status_code == 410


def test_the_button_needs_the_form_it_stands_in() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    url = f"/sign-in/link/{issue_link(org, email=person.email)}"
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.post(url).status_code == 403
    assert Client().post(url).status_code == 302


def test_the_session_changes_its_name_at_sign_in() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    before = client.cookies["session"].value
    sign_in(client, org, person.email)
    assert client.cookies["session"].value != before


def test_two_organizations_share_one_account() -> None:
    first, _ = an_organization("First")
    second, _ = an_organization("Second")
    email = an_address()
    a_person(first, email)
    a_person(second, email.upper())
    sign_in(Client(), first, email)
    sign_in(Client(), second, email)
    assert User.objects.filter(email=email).count() == 1


def test_signing_out_everywhere_ends_every_session() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    here, there = Client(), Client()
    sign_in(here, org, person.email)
    sign_in(there, org, person.email)
    here.post("/sign-out", {"everywhere": "1"})
    assert there.get("/organization")["Location"] == "/sign-in"
    assert kinds(org)[-1] == "person.signed_out"


def test_signing_out_is_a_post() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    client = Client()
    sign_in(client, org, person.email)
    assert client.get("/sign-out").status_code == 405
    assert client.get("/organization").status_code == 200
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/organization").status_code == 302

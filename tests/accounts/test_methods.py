"""Passkeys and authenticator apps: added after a fresh sign-in, usable, removable, recorded, and sealed."""

from __future__ import annotations

import base64
import json
import re
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from accounts.flow.issue_link import issue_link
from accounts.models import User
from audit.models import Entry
from core import clock, tx
from tests.accounts.authenticator import PRESENT, Phone
from tests.accounts.cast import a_person, an_address, an_organization, archive
from tests.accounts.test_sign_in import ask, code_of, is_signed_in, mails

HOME = "/settings/sign-in"


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> None:
    cache.clear()
    settings.EMAIL_BACKEND = "delivery.mail.OutboxBackend"


def a_browser() -> Client:
    return Client(SERVER_NAME="localhost")


def signed_in() -> tuple[int, str, Client]:
    org, _ = an_organization()
    email = an_address()
    a_person(org, email)
    client = a_browser()
    client.post(f"/sign-in/link/{issue_link(org, email=email)}")
    return org, email, client


def add_passkey(client: Client, phone: Phone, **how: Any) -> Any:
    options = client.post(f"{HOME}/passkeys/options").json()["creation_options"]
    return client.post(f"{HOME}/passkeys", {"credential": phone.create(options, **how), "name": "Phone"})


def use_passkey(client: Client, phone: Phone, **how: Any) -> Any:
    options = client.get("/sign-in/passkey", headers={"accept": "application/json"}).json()["request_options"]
    return client.post("/sign-in/passkey", {"credential": phone.get(options, **how), "next": "/agents"})


def kinds(org: int) -> list[str]:
    with tx.reading(org):
        return list(Entry.objects.order_by("seq").values_list("kind", flat=True))


def digits(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_passkey_signs_in_alone() -> None:
    org, email, client = signed_in()
    phone = Phone()
    assert add_passkey(client, phone)["Location"] == HOME
    assert b"Phone" in client.get(HOME).content
    fresh = a_browser()
    assert fresh.get("/sign-in").context["passkey_url"] == "/sign-in/passkey"
    answer = use_passkey(fresh, phone)
    assert (answer.status_code, answer["Location"]) == (302, "/agents")
    assert is_signed_in(fresh)
    assert kinds(org) == ["signin_link.issued", "person.signed_in", "person.method_added", "person.signed_in"]
    with tx.reading(org):
        assert b'"method":"passkey"' in bytes(Entry.objects.latest("seq").body)
    assert len(mails(org, email)) == 1


def test_a_mailed_code_still_works_beside_a_passkey() -> None:
    org, email, client = signed_in()
    add_passkey(client, Phone())
    other = a_browser()
    ask(other, email)
    other.post("/sign-in/code", {"code": code_of(org, email)})
    assert is_signed_in(other)


@pytest.mark.parametrize("wrong", ["origin", "not verified", "another key", "another user", "replayed", "garbage"])
def test_a_wrong_answer_signs_nobody_in(wrong: str) -> None:
    org, _, client = signed_in()
    phone = Phone()
    add_passkey(client, phone)
    fresh = a_browser()
    if wrong == "origin":
        phone.origin = "https://evil.test"
        answer = use_passkey(fresh, phone)
    elif wrong == "not verified":
        answer = use_passkey(fresh, phone, flags=PRESENT)
    elif wrong == "another key":
        stranger = Phone()
        stranger.id, stranger.user = phone.id, phone.user
        answer = use_passkey(fresh, stranger)
    elif wrong == "another user":
        a_person(org, an_address())
        answer = use_passkey(fresh, phone, user="MQ")
    elif wrong == "replayed":
        options = fresh.get("/sign-in/passkey", headers={"accept": "application/json"}).json()["request_options"]
        credential = phone.get(options)
        fresh.get("/sign-in/passkey", headers={"accept": "application/json"})
        answer = fresh.post("/sign-in/passkey", {"credential": credential})
    else:
        fresh.get("/sign-in/passkey", headers={"accept": "application/json"})
        answer = fresh.post("/sign-in/passkey", {"credential": "{}"})
    assert answer["Location"] == "/sign-in?refused=1"
    assert not is_signed_in(fresh)


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "1", "null", '{"response": 1}', '{"id": 1, "response": {"userHandle": 5}}', '{"response": {}}'],
)
def test_garbage_is_never_a_crash(credential: str) -> None:
    client = a_browser()
    client.get("/sign-in/passkey", headers={"accept": "application/json"})
    assert client.post("/sign-in/passkey", {"credential": credential}).status_code == 302
    _, _, signed = signed_in()
    signed.post(f"{HOME}/passkeys/options")
    assert signed.post(f"{HOME}/passkeys", {"credential": credential})["Location"] == f"{HOME}?refused=1"


def test_three_hundred_mutated_passkeys_are_never_a_crash() -> None:
    chance = Random(20261121)
    _, _, client = signed_in()
    phone = Phone()
    add_passkey(client, phone)
    for _ in range(150):
        stranger = a_browser()
        options = stranger.get("/sign-in/passkey", headers={"accept": "application/json"}).json()["request_options"]
        answer = stranger.post("/sign-in/passkey", {"credential": mutated(phone.get(options), chance)})
        assert answer.status_code == 302
        made = client.post(f"{HOME}/passkeys/options").json()["creation_options"]
        assert client.post(f"{HOME}/passkeys", {"credential": mutated(Phone().create(made), chance)}).status_code == 302
        cache.clear()


def mutated(credential: str, chance: Random) -> str:
    """Break one part: bytes flipped, cut or repeated inside a base64 value, or a value of another type."""
    told = json.loads(credential)
    where = chance.choice([told, told["response"], told["response"], told["response"]])
    name = chance.choice(list(where))
    if not isinstance(where[name], str) or chance.random() < 0.2:
        where[name] = chance.choice([None, 1, [], {}, "", "é", "AAAA", True, "A" * 5000])
        return json.dumps(told)
    raw = bytearray(base64.urlsafe_b64decode(where[name] + "==="))
    for _ in range(chance.randint(1, 3)):
        raw[chance.randrange(len(raw)) if raw else 0 : chance.choice([None, 1, 40])] = chance.randbytes(
            chance.choice([0, 1, 1, 8])
        )
    where[name] = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    return json.dumps(told)


def test_a_passkey_of_somebody_archived_opens_nothing() -> None:
    org, _ = an_organization()
    person = a_person(org, an_address())
    client = a_browser()
    client.post(f"/sign-in/link/{issue_link(org, email=person.email)}")
    phone = Phone()
    add_passkey(client, phone)
    archive(org, person)
    fresh = a_browser()
    assert use_passkey(fresh, phone)["Location"] == "/sign-in?refused=1"
    assert not is_signed_in(fresh)


def test_ones_own_passkeys_alone_can_be_removed() -> None:
    _, email, client = signed_in()
    _, _, stranger = signed_in()
    phone = Phone()
    add_passkey(client, phone)
    number = Authenticator.objects.get(user__email=email).pk
    assert stranger.post(f"{HOME}/passkeys/remove", {"number": number}).status_code == 404
    for wrong in ("", "x", "9" * 30, "²"):
        assert client.post(f"{HOME}/passkeys/remove", {"number": wrong}).status_code == 404
    assert client.post(f"{HOME}/passkeys/remove", {"number": number})["Location"] == HOME
    assert use_passkey(a_browser(), phone)["Location"] == "/sign-in?refused=1"


def test_changes_want_a_fresh_sign_in() -> None:
    _, email, client = signed_in()
    user = User.objects.get(email=email)
    with clock.turned(timedelta(minutes=11)):
        assert client.get(HOME).status_code == 200
        for path in ("passkeys/options", "passkeys", "passkeys/remove", "app", "app/remove", "codes"):
            answer = client.post(f"{HOME}/{path}")
            assert answer["Location"] == "/sign-in?again=1&next=%2Fsettings%2Fsign-in"
    assert not Authenticator.objects.filter(user=user).exists()


def test_an_authenticator_app_is_asked_for_after_the_code() -> None:
    org, email, client = signed_in()
    secret = re.findall(rb'<p class="mono">(\w+)<', client.get(f"{HOME}/app").content)[0].decode()
    assert client.post(f"{HOME}/app", {"code": "000000"}).status_code == 422
    page = client.post(f"{HOME}/app", {"code": digits(secret)})
    recovery = re.findall(r"<li>(\d+)</li>", page.content.decode())
    assert len(recovery) == 10
    stored = json.dumps(list(Authenticator.objects.filter(user__email=email).values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in recovery)
    fresh = a_browser()
    ask(fresh, email, "/agents")
    answer = fresh.post("/sign-in/code", {"code": code_of(org, email), "next": "/agents"})
    assert answer["Location"] == "/sign-in/second"
    assert not is_signed_in(fresh)
    assert fresh.get("/sign-in/second").status_code == 200
    assert fresh.post("/sign-in/second", {"code": "000000"}).status_code == 422
    assert not is_signed_in(fresh)
    answer = fresh.post("/sign-in/second", {"code": recovery[0]})
    assert answer["Location"] == "/agents"
    assert is_signed_in(fresh)
    with tx.reading(org):
        assert b'"method":"code+recovery"' in bytes(Entry.objects.latest("seq").body)
    cache.clear()
    again = a_browser()
    ask(again, email)
    again.post("/sign-in/code", {"code": code_of(org, email)})
    assert again.post("/sign-in/second", {"code": recovery[0]}).status_code == 422


def test_the_second_step_cannot_be_skipped_or_guessed_for_ever() -> None:
    org, email, client = signed_in()
    secret = re.findall(rb'<p class="mono">(\w+)<', client.get(f"{HOME}/app").content)[0].decode()
    client.post(f"{HOME}/app", {"code": digits(secret)})
    fresh = a_browser()
    assert fresh.get("/sign-in/second")["Location"] == "/sign-in"
    ask(fresh, email)
    fresh.post("/sign-in/code", {"code": code_of(org, email)})
    assert fresh.get("/settings/sign-in").status_code == 302
    answers = [fresh.post("/sign-in/second", {"code": f"{n:06}"}).content for n in range(8)]
    assert b"Too many tries" in answers[-1]
    assert fresh.post("/sign-in/second", {"code": digits(secret)}).status_code == 422
    assert not is_signed_in(fresh)


def test_the_app_can_be_removed_and_its_codes_with_it() -> None:
    org, email, client = signed_in()
    secret = re.findall(rb'<p class="mono">(\w+)<', client.get(f"{HOME}/app").content)[0].decode()
    client.post(f"{HOME}/app", {"code": digits(secret)})
    assert client.get(f"{HOME}/app")["Location"] == HOME
    assert b"10 recovery codes" in client.get(HOME).content
    assert len(re.findall(r"<li>", client.post(f"{HOME}/codes").content.decode())) == 10
    assert client.post(f"{HOME}/app/remove")["Location"] == HOME
    assert client.post(f"{HOME}/app/remove").status_code == 404
    assert client.post(f"{HOME}/codes").status_code == 404
    assert not Authenticator.objects.filter(user__email=email).exists()
    assert kinds(org)[2:] == ["person.method_added", "person.method_added", "person.method_removed"]


def test_no_passkey_is_offered_where_none_can_be_made() -> None:
    assert Client(SERVER_NAME="127.0.0.1").get("/sign-in").context["passkey_url"] == ""
    assert a_browser().get("/sign-in").context["passkey_url"]

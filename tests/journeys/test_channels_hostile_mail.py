"""Attacks by mail: on headers, links and the address that is told of mail that came back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from core import clock, tx
from delivery import letters
from delivery.models import Failure, Parcel
from tests.journeys.test_slack import as_risk
from tests.letterbox import PostOffice
from tests.play import key_of, now, post, refund
from tests.world import World

HEADERS = {
    "auto-submitted", "content-type", "date", "from", "in-reply-to", "message-id", "mime-version", "references",
    "subject", "to", "x-auto-response-suppress", "x-countersign-action",
}  # fmt: skip


@pytest.fixture
def low(world: World) -> World:
    world.change(as_risk("low"))  # type: ignore[arg-type]
    return world


NASTY = "Hi\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>\x00\u2028\u202e=?utf-8?q?x?="


@pytest.mark.parametrize("name", ["title", "agent", "organization", "reader", "reason", "then", "action"])
def test_nothing_that_others_wrote_becomes_a_header_of_a_mail(low: World, name: str) -> None:
    told = post(low)
    with tx.reading(low.org):
        parcel = Parcel.objects.filter(action=key_of(told), channel="email").first()
    assert parcel is not None
    card = json.loads(parcel.payload) | {name: NASTY}
    try:
        mail = letters.message(
            parcel.pk, kind=parcel.kind, address=parcel.address, payload=json.dumps(card), at=clock.now()
        )
    except letters.BadLetter:
        assert name == "action"
        return
    made = mail.message()
    assert made["Bcc"] is None
    assert mail.recipients() == mail.to
    assert {key.lower() for key in made.keys()} <= HEADERS  # noqa: SIM118 - a message, no dict
    assert all("\n" not in str(value).replace("\n ", "") for value in made.values())
    assert "<script" not in str(mail.alternatives[0][0])


@pytest.mark.parametrize(
    "address", ["a..b@acme.test", "ü@acme.test", ".a@acme.test", "a@b@c", "a@acme.test\nBcc: e@x", "", "a b@c.test"]
)
def test_an_address_that_is_none_is_a_mail_that_is_given_up_and_no_fault_of_ours(low: World, address: str) -> None:
    told = post(low)
    with tx.reading(low.org):
        parcel = Parcel.objects.filter(action=key_of(told), channel="email").first()
    assert parcel is not None
    try:
        made = letters.message(parcel.pk, kind=parcel.kind, address=address, payload=parcel.payload, at=clock.now())
        assert made.message()["Bcc"] is None
    except letters.BadLetter:
        pass


def test_where_a_link_leads_is_ours_whatever_the_form_says(low: World, post_office: PostOffice) -> None:
    post(low)
    link = post_office.link_of("bo")
    visitor = post_office.person()
    page = visitor.open(f"{link}?next=https://evil.example/")
    answer = visitor.post(link, page, "approve", next="https://evil.example/")
    assert (answer.status, answer.headers["Location"]) == (303, f"/m/{link.rpartition('/')[2]}")


def test_a_link_outlives_neither_demotion_nor_another_s_digest(low: World, post_office: PostOffice) -> None:
    told = post(low)
    link = post_office.link_of("bo")
    other = post(low, refund("90.00"))
    visitor = post_office.person()
    page = visitor.open(link)
    for digest in (other["digest"], "sha256:" + "0" * 64, "x" * 5000):
        assert visitor.post(link, page, "approve", digest=digest).status == 409
    low.change(lambda document: document["people"][1].update(roles=["viewer"]))
    assert visitor.post(link, page, "approve").status == 403
    assert {now(low, told)["status"], now(low, other)["status"]} == {"pending"}


@pytest.mark.parametrize(
    "body", [b'{"address": "a\\u0000@b.c", "kind": "hard"}', b"\xff", b"[]", b'{"address": 1}', b"{}"]
)
def test_a_bounce_is_told_by_who_has_the_secret_and_junk_is_no_fault(low: World, body: bytes, settings: Any) -> None:
    settings.EMAIL_BOUNCE_SECRET = "s" * 32
    client = Client(raise_request_exception=False)
    good = json.dumps({"address": low.email("bo"), "kind": "hard"}).encode()
    for path in ("/email/bounces/", "/email/bounces/x", f"/email/bounces/{'s' * 31}", f"/email/bounces/{'é' * 9}"):
        assert client.post(path, good, content_type="application/json").status_code == 404
    assert client.get(f"/email/bounces/{'s' * 32}").status_code == 405
    assert client.post(f"/email/bounces/{'s' * 32}", body, content_type="application/json").status_code in (204, 400)
    with tx.reading(low.org):
        assert not Failure.objects.exists()

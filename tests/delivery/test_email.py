"""Mail over real SMTP, the outbox without one, and what cannot be smuggled in."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from core import clock, ids, tx
from delivery import links, queries
from delivery.cards import Card, moment, place, plain
from delivery.letters import BadLetter, message, seal
from delivery.mail import OutboxBackend
from tests.delivery.conftest import House, make_person
from tests.fakes.mail import FakeMail

ACTION = uuid.UUID("01a1fdb8-5873-79f3-9ed4-88a32a0aa577")
PERSON = uuid.UUID("01a1fdb8-5873-79f3-9ed4-88a32a0aa578")


def card(**said: Any) -> Card:
    """Return the card of the design's example."""
    standard: dict[str, Any] = {
        "action": ids.public("act", ACTION),
        "version": 1,
        "organization": "Halden Outdoor",
        "agent": "Refunds",
        "title": "Refund €1,840.00 to Marta Lindqvist",
        "risk": "high",
        "link": "https://approve.halden.example/actions/act_x?a=1&b=2",
        "effect": "€1,840.00 leaves the payments account",
        "undo": "No, once the card network settles",
        "unusual": ("4.6× its median refund", "17 days past the 30-day window"),
        "reason": "Tent poles snapped on first use.\nDefect exception, policy §4.2",
        "decide_by": clock.now() + timedelta(minutes=20),
        "next": "If nobody decides by then it is rejected.",
        "timezone": "Europe/Stockholm",
        "reader": "Dana Okafor",
    }
    return Card(**standard | said)


def ask(house: House, **said: Any) -> uuid.UUID:
    """Promise the mail of a card."""
    one = card(**said)
    return house.promise(
        channel="email",
        kind="action.asked",
        address="dana@halden.example",
        payload=one.as_json(),
        action=ACTION,
        person=PERSON,
        agent=None,
    )


def test_the_first_ask_arrives_in_two_parts_that_say_the_same(house: House, mail: FakeMail) -> None:
    decide_by = clock.now() + timedelta(minutes=20)
    parcel = ask(house, decide_by=decide_by)
    assert house.drain("email") == 1
    (received,) = mail.messages
    until = moment(decide_by, zone="Europe/Stockholm", now=clock.now())
    sent = received.message
    assert str(sent["subject"]).strip() == f"Decide by {until}: Refund €1,840.00 to Marta Lindqvist"
    assert sent["to"] == "Dana Okafor <dana@halden.example>"
    assert sent["x-countersign-action"] == ids.public("act", ACTION)
    assert sent["auto-submitted"] == "auto-generated"
    assert ids.public("dlv", parcel) in sent["message-id"]
    assert ids.public("act", ACTION) in sent["references"]
    for kind in ("plain", "html"):
        text = " ".join(received.part(kind).split())
        for words in ("leaves the payments account", "once the card network settles", "4.6× its median refund"):
            assert words in text
        assert "not checked" in text
        assert "If nobody decides by then it is rejected." in text
        assert links.url_of(parcel) in text
        assert "act_x?a=1" not in text
    assert "Review and decide" in received.part("plain")
    assert "<img" not in received.part("html")
    assert received.part("html").count("Review and decide") == 1, "one button"
    assert house.parcel(parcel).status == "sent"


def test_a_second_try_has_the_same_message_id(house: House, mail: FakeMail) -> None:
    parcel = ask(house)
    house.drain("email")
    house.change(parcel, status="waiting", due_at=clock.now(), settled_at=None)
    house.drain("email")
    first, second = mail.messages
    assert first.message["message-id"] == second.message["message-id"]


def test_without_a_mail_server_the_outbox_page_shows_it(house: House, settings: Any) -> None:
    assert settings.EMAIL_IS_OUTBOX
    parcel = ask(house)
    house.drain("email")
    assert house.parcel(parcel).status == "sent"
    with tx.reading(house.org):
        (shown,) = queries.mail_outbox()
    assert shown.to == "dana@halden.example"
    assert "Refund €1,840.00" in shown.subject
    assert "If approved     €1,840.00 leaves the payments account" in shown.text
    assert "Agent's reason  Tent poles snapped" in shown.text


def test_a_reader_refused_for_good_is_dead_at_once(house: House, mail: FakeMail) -> None:
    mail.refuse["dana@halden.example"] = "550 5.1.1 no such user"
    parcel = ask(house)
    house.drain("email")
    kept = house.parcel(parcel)
    assert (kept.status, kept.answer_status) == ("dead", 550)


def test_a_reader_refused_for_now_is_tried_again(house: House, mail: FakeMail) -> None:
    mail.refuse["dana@halden.example"] = "451 4.7.1 come back later"
    parcel = ask(house)
    house.drain("email")
    assert house.parcel(parcel).status == "waiting"
    mail.refuse.clear()
    house.change(parcel, due_at=clock.now())
    house.drain("email")
    assert house.parcel(parcel).status == "sent"


def test_a_mail_server_that_is_away_is_tried_again(house: House, mail: FakeMail, settings: Any) -> None:
    settings.EMAIL_PORT = 1
    parcel = ask(house)
    house.drain("email")
    assert house.parcel(parcel).status == "waiting"
    assert "refused" in house.parcel(parcel).last_error.lower()


@pytest.mark.parametrize(
    "title",
    [
        "Refund\r\nBcc: everybody@acme.test",
        "Refund\nContent-Type: text/html",
        "Refund\u2028X-Countersign-Action: act_other",
        "Refund\x00\x1b[31m\u202egnp.exe",
        "R" * 5000,
        "",
    ],
)
def test_nothing_can_be_smuggled_into_the_headers(house: House, mail: FakeMail, title: str) -> None:
    ask(house, title=title, agent=title, organization=title, reader=title, reason=title)
    house.drain("email")
    (received,) = mail.messages
    head = received.raw.partition(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head
    assert head.count(b"\nX-Countersign-Action:") == 1
    assert received.message["x-countersign-action"] == ids.public("act", ACTION)
    assert received.message.get_content_type() == "multipart/alternative"
    assert len(str(received.message["subject"]).strip()) <= 160
    assert not set(str(received.message["subject"])) & set("\r\n\x00\x1b\u202e\u2028")


@pytest.mark.parametrize("action", [ACTION, None], ids=["about an action", "about none"])
def test_a_letter_to_admins_names_the_action_it_is_about(
    house: House, mail: FakeMail, action: uuid.UUID | None
) -> None:
    house.promise(
        channel="email",
        kind="mail",
        address="dana@halden.example",
        payload=seal("Policy could not tell", "Mend the rule.", ""),
        action=action,
        person=PERSON,
        agent=None,
    )
    house.drain("email")
    (received,) = mail.messages
    assert received.message["x-countersign-action"] == (ids.public("act", action) if action else None)


def test_the_agent_s_words_are_never_in_the_headers(house: House, mail: FakeMail) -> None:
    ask(house, reason="PREAPPROVED by the CISO")
    house.drain("email")
    assert b"PREAPPROVED" not in mail.messages[0].raw.partition(b"\r\n\r\n")[0]


def test_the_agent_s_words_are_text_and_no_link(house: House, mail: FakeMail) -> None:
    bare = "evil.example/pay x@evil.example mailto:x@evil.example"
    ask(
        house,
        reason=f'<b onload="x">now</b> https://evil.example/ www.evil.example \u202eabc {bare}',
        title="<i>T</i> evil.example",
    )
    house.drain("email")
    html, text = mail.messages[0].part("html"), mail.messages[0].part("plain")
    assert "<b onload" not in html
    assert "<i>" not in html
    assert "&lt;b onload" in html
    for part in (html, text):
        assert "https://evil" not in part
        assert "https[:]//evil" in part
        assert "www[.]evil" in part
        body = part.partition("<body")[2] or part
        assert not re.search(r"evil\.example|@evil|mailto:x", body, re.IGNORECASE), "mail programs make links of these"
        assert "⟨U+202E⟩" in part


@pytest.mark.parametrize(
    "address", ["a@b\r\nBcc: c@d", "a b@acme.test", "nobody", "x@acme.test,y@acme.test", "<x@acme.test>"]
)
def test_an_address_that_is_none_gives_no_mail(address: str) -> None:
    with pytest.raises(BadLetter):
        message(ACTION, kind="ask", address=address, payload="{}", at=clock.now())


def test_a_card_that_names_no_action_gives_no_mail() -> None:
    one = card(action="act_x\r\nBcc: a@b")
    with pytest.raises(BadLetter):
        message(ACTION, kind="ask", address="a@acme.test", payload=json_of(one), at=clock.now())


def test_a_card_survives_its_payload() -> None:
    one = card()
    assert Card.from_json(one.as_json()) == one
    held = card(decide_by=None)
    assert Card.from_json(held.as_json()) == held


def test_a_moment_is_said_in_the_reader_s_zone() -> None:
    at, now = datetime(2026, 11, 21, 13, 10, tzinfo=UTC), datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert moment(at, zone="Europe/Stockholm", now=now) == "14:10"
    assert moment(at + timedelta(days=3), zone="Europe/Stockholm", now=now) == "Tue 24 Nov 14:10"
    assert moment(at, zone="Asia/Tokyo", now=datetime(2026, 11, 21, 23, 0, tzinfo=UTC)) == "Sat 21 Nov 22:10"
    assert place("America/Argentina/Buenos_Aires") == "Buenos Aires"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain Zoë 漢字 😀", "plain Zoë 漢字 😀"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\U000e0041b", "a⟨U+E0041⟩b"),
        ("a\u3164b", "a⟨U+3164⟩b"),
        ("a\rb", "a⟨U+000D⟩b"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_django_s_mail_goes_through_the_post_office_sealed(house: House, mail: FakeMail) -> None:
    person = make_person(house.org, f"ana-{house.org}@acme.test")
    code = EmailMultiAlternatives("Sign-in code", "Your code is 123456.", to=[person.email, "nobody@nowhere.test"])
    code.attach_alternative("<p>Your code is <b>123456</b>.</p>", "text/html")
    assert OutboxBackend().send_messages([code]) == 1
    with tx.reading(house.org):
        (kept,) = queries.mail_outbox()
        assert "Sealed" in kept.subject, "with a mail server the page shows no codes"
    assert house.drain("email") == 1
    (received,) = mail.messages
    assert received.readers == (person.email,)
    assert "123456" in received.part("plain")
    assert "123456" in received.part("html")


def test_a_sign_in_code_is_not_in_the_database_in_the_clear(house: House) -> None:
    person = make_person(house.org, f"bo-{house.org}@acme.test")
    OutboxBackend().send_messages([EmailMultiAlternatives("Sign-in code", "Your code is 123456.", to=[person.email])])
    with tx.reading(house.org):
        (kept,) = queries.mail_outbox()
        assert "123456" in kept.text, "without one the page is the only way to read it"
        assert "123456" not in house.parcel(ids.parse("dlv", kept.id) or ACTION).payload


def json_of(one: Card) -> str:
    """Return the payload of a card as it is kept."""
    import json

    return json.dumps(one.as_json())

"""Deciding by mail: a link shows as often as it is opened, decides once, and only for the one it was sent to."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.test import override_settings

from approvals.flow import remind as reminding
from approvals.flow import revise
from audit.models import Entry
from config.logs import redact
from core import clock, tx
from delivery import failures, links, queries
from delivery.models import Link, Parcel
from tests.letterbox import PostOffice, link_in
from tests.play import at_once, cast, history_holds, key_of, kinds, now, post, refund, revised, sweep
from tests.slack import Desk
from tests.world import Document, World, row_of


def as_risk(world: World, risk: str) -> World:
    def edit(document: Document) -> None:
        next(one for one in document["agents"][0]["actions"] if one["type"] == "refund.create")["risk"] = risk

    world.change(edit)
    return world


def test_a_link_decides_for_its_reader_without_a_session(world: World, post_office: PostOffice) -> None:
    told = post(world)
    page = post_office.person().press(post_office.link_of("bo"), "approve", comment="Fine by me.")
    assert page.status == 200
    assert page.form is None
    assert "Approved" in page.says or "approved" in page.says
    ended = now(world, told)
    assert ended["status"] == "approved"
    assert [(one["email"], one["channel"], one["comment"]) for one in ended["decision"]["people"]] == [
        (world.email("bo"), "email", "Fine by me.")
    ]
    history_holds(world)


def test_the_page_says_whose_it_is_and_what_will_happen(world: World, post_office: PostOffice) -> None:
    post(world, reason="The tent poles snapped.")
    page = post_office.person().open(post_office.link_of("bo"))
    for said in ("For Bo Lind", "Acme Outdoor", "Refund", "leaves the payments account", "card network settles"):
        assert said in page.says
    assert "Written by the agent, not checked" in page.says
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "no-store" in page.headers["Cache-Control"]
    assert "<script" not in page.body


def test_opening_it_fifty_times_decides_nothing_and_uses_nothing_up(world: World, post_office: PostOffice) -> None:
    told = post(world)
    letters = [letter for name in ("bo", "cy", "dee") for letter in post_office.letters_of(name)]
    assert len(letters) == 3
    before = kinds(world, told)
    scanner = post_office.person()
    for letter in letters:
        for number in range(50):
            method = "HEAD" if number % 2 else "GET"
            assert scanner.ask(method, link_in(letter)).status == 200
        assert scanner.ask("OPTIONS", link_in(letter)).status == 405
    assert now(world, told)["status"] == "pending"
    assert kinds(world, told) == before
    with tx.reading(world.org):
        assert Link.objects.filter(used_at=None).count() == 3
    assert post_office.person().press(link_in(letters[0]), "approve").status == 200
    assert now(world, told)["status"] == "approved"


def test_a_post_that_did_not_come_from_the_page_decides_nothing(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    visitor = post_office.person()
    page = visitor.open(link)
    fields = {**(page.form or {}), "vote": "approve"}
    assert visitor.ask("POST", link, {"vote": "approve"}).status == 403
    assert visitor.ask("POST", link, fields, Origin="https://evil.example").status == 403
    assert post_office.person().ask("POST", link, fields).status == 403, "the form's token is of another browser"
    assert now(world, told)["status"] == "pending"


@pytest.mark.parametrize("token", ["x" * 43, "A" * 42, "..%2f", "é", "x" * 5000])
def test_a_forged_link_opens_nothing(world: World, post_office: PostOffice, token: str) -> None:
    told = post(world)
    visitor = post_office.person()
    visitor.open(post_office.link_of("bo"))
    url = f"{post_office.site}/m/{token if token.isascii() else '%C3%A9'}"
    assert visitor.open(url).status == 404
    assert visitor.press(url, "approve").status == 404
    assert now(world, told)["status"] == "pending"


def test_a_link_is_not_kept_in_the_clear(world: World, post_office: PostOffice) -> None:
    post(world)
    token = post_office.link_of("bo").rpartition("/")[2]
    with tx.reading(world.org):
        assert Link.objects.filter(hash=links.hash_of(token)).count() == 1
        for parcel in Parcel.objects.all():
            assert token not in repr(vars(parcel))


def test_a_link_in_somebody_else_s_session_says_whose_it_is(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    cy = post_office.person("cy")
    page = cy.open(link)
    assert "This link is Bo Lind’s" in page.says
    assert page.form is None
    assert "Refund" not in page.says
    refused = cy.press(link, "approve")
    assert refused.status == 403
    assert "Bo Lind" in refused.says
    assert now(world, told)["votes"]["approvals"] == 0
    assert post_office.person("bo").press(link, "approve").status == 200
    assert now(world, told)["status"] == "approved"


def test_high_risk_is_decided_signed_in_as_that_very_person(world: World, post_office: PostOffice) -> None:
    told = post(as_risk(world, "high"))
    link = post_office.link_of("bo")
    anybody = post_office.person()
    page = anybody.open(link)
    assert page.form is None
    assert "Sign in to decide" in page.says
    assert f"/sign-in?next=%2Fm%2F{link.rpartition('/')[2]}" in page.body
    assert anybody.press(link, "approve", confirm="100.00").status == 403
    assert post_office.person("cy").press(link, "approve", confirm="100.00").status == 403
    assert now(world, told)["status"] == "pending"
    bo = post_office.person("bo")
    wrong = bo.press(link, "approve", confirm="99")
    assert wrong.status == 422
    assert "100.00" in wrong.says
    assert bo.press(link, "approve", confirm="100.00").status == 200
    assert now(world, told)["decision"]["people"][0]["channel"] == "email"


def test_critical_risk_wants_somebody_who_has_just_signed_in(world: World, post_office: PostOffice) -> None:
    told = post(as_risk(world, "critical"))
    link = post_office.link_of("bo")
    bo = post_office.person("bo")
    world.turn(minutes=11)
    refused = bo.press(link, "approve", confirm="100.00")
    assert refused.status == 403
    assert "Sign in again" in refused.says
    assert now(world, told)["status"] == "pending"
    assert post_office.person("bo").press(link, "approve", confirm="100.00").status == 200
    assert now(world, told)["votes"]["approvals"] == 1


def test_a_rejection_needs_a_reason_and_the_link_survives_the_refusal(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("cy")
    visitor = post_office.person()
    assert visitor.press(link, "reject").status == 422
    assert visitor.press(link, "reject", comment="Offer a replacement.").status == 200
    ended = now(world, told)
    assert (ended["status"], ended["decision"]["comment"]) == ("rejected", "Offer a replacement.")


def test_a_link_works_once(world: World, post_office: PostOffice) -> None:
    told = post(world, refund("600.00"))  # two people must approve
    link = post_office.link_of("bo")
    visitor = post_office.person()
    visitor.press(link, "approve", confirm="600.00")
    assert now(world, told)["votes"]["approvals"] == 1
    again = visitor.open(link)
    assert again.form is None
    assert "This link was used at" in again.says
    refused = visitor.press(link, "reject", comment="I changed my mind.")
    assert refused.status == 409
    assert "Nothing was recorded" in refused.says
    assert now(world, told)["votes"]["approvals"] == 1


def test_two_presses_at_once_are_one_vote(world: World, post_office: PostOffice) -> None:
    for _ in range(5):
        told = post(world, refund("600.00"))
        world.turn(minutes=1)
        link = post_office.link_of("bo")
        one, two = post_office.person(), post_office.person()
        page, other = one.open(link), two.open(link)
        answers = at_once(
            lambda: one.ask("POST", link, {**(page.form or {}), "vote": "approve"}),  # noqa: B023
            lambda: two.ask("POST", link, {**(other.form or {}), "vote": "reject", "comment": "No."}),  # noqa: B023
        )
        assert sorted(answer.status for answer in answers) == [303, 409]  # type: ignore[attr-defined]
        assert kinds(world, told).count("action.voted") == 1


def test_a_link_of_an_earlier_revision_shows_no_form(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    visitor = post_office.person()
    page = visitor.open(link)
    changed = revise_to(world, told, "250.00")
    assert changed["revision"] == 2
    stale = visitor.open(link)
    assert stale.form is None
    assert "It was changed since" in stale.says
    assert visitor.post(link, page, "approve").status == 409
    assert now(world, told)["status"] == "pending"


def revise_to(world: World, told: dict[str, object], amount: str) -> dict[str, object]:
    return revise.revise(world.org, key_of(told), actor=world.as_agent(), revised=revised(refund(amount)))


def test_a_link_dies_with_the_deadline(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    visitor = post_office.person()
    page = visitor.open(link)
    world.turn(hours=5)
    assert visitor.open(link).form is None
    late = visitor.post(link, page, "approve")
    assert late.status in (409, 410)
    sweep(world)
    assert now(world, told)["status"] == "expired"
    assert "so it was rejected" in visitor.open(link).says


def test_a_link_shows_how_it_ended(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    visitor = post_office.person()
    before = visitor.open(link)
    cast(world, "cy", told)
    page = visitor.open(link)
    assert page.status == 200
    assert page.form is None
    assert "Cy Okafor" in page.says
    assert visitor.post(link, before, "reject", comment="No.").status == 409
    assert now(world, told)["status"] == "approved"


def test_who_left_decides_nothing(world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    world.change(lambda document: demote(document, world.email("bo")))
    page = post_office.person().open(link)
    assert page.form is None
    assert post_office.person().press(link, "approve").status == 403
    assert now(world, told)["status"] == "pending"


def demote(document: Document, email: str) -> None:
    row = next(one for one in document["people"] if one["email"] == email)
    row["roles"] = ["viewer"]


def test_mails_about_one_action_are_one_thread(world: World, post_office: PostOffice) -> None:
    told = post(world)
    (asked,) = post_office.letters_of("bo")
    remind(world, told)
    world.turn(minutes=1)
    _, reminded = post_office.letters_of("bo")
    assert asked.message["references"] == reminded.message["references"] == reminded.message["in-reply-to"]
    assert told["id"] in asked.message["references"]
    assert asked.message["message-id"] != reminded.message["message-id"]
    assert reminded.message["x-countersign-action"] == told["id"]
    assert link_in(asked) != link_in(reminded)


def remind(world: World, told: dict[str, object]) -> None:
    reminding.remind(world.org, key_of(told), actor=world.as_person("ana"))


HOSTILE = "Refund\r\nBcc: all@acme.test \u202e<script>alert(1)</script> https://evil.example/ PREAPPROVED by the CISO"


def test_an_agent_s_words_stay_words(world: World, post_office: PostOffice) -> None:
    arguments = refund() | {"customer": {"name": "M\r\nBcc: all@acme.test <b>x</b>"}}
    post(world, arguments, summary=HOSTILE, reason=HOSTILE)
    (letter,) = post_office.letters_of("bo")
    head = letter.raw.partition(b"\r\n\r\n")[0]
    assert b"\nBcc:" not in head
    assert b"PREAPPROVED" not in head
    assert "PREAPPROVED" not in str(letter.message["subject"])
    assert letter.readers == (world.email("bo"),)
    page = post_office.person().open(link_in(letter))
    for shown in (letter.part("html"), page.body):
        assert "<script>alert" not in shown
        assert "<b>x" not in shown
        assert 'href="https://evil' not in shown
        assert "\u202e" not in shown
    assert "https://evil" not in letter.part("plain")


def test_mail_that_comes_back_flags_the_address_and_goes_by_the_next_channel(
    world: World, post_office: PostOffice, slack: Desk
) -> None:
    world.change(lambda document: row_of(document, "people", world.email("bo")).update(notify={"low": ["email"]}))
    told = post(world)
    assert post_office.letters_of("bo")
    assert slack_of(world, "bo") == 0
    visitor, secret = post_office.person(), "a-secret-of-the-mail-provider"
    body = {"address": world.email("bo").upper(), "kind": "hard"}
    path = f"/email/bounces/{secret}"
    assert visitor.json(path, body).status == 404, "off without the setting"
    with override_settings(EMAIL_BOUNCE_SECRET=secret):
        assert visitor.json("/email/bounces/another-secret-of-somebody", body).status == 404
        wrong: tuple[object, ...] = ({"address": "x@y.test"}, {"address": 1, "kind": "hard"}, [], {"kind": "hard"})
        for junk in wrong:
            assert visitor.json(path, junk).status == 400
        assert visitor.json(path, {"address": "nobody@nowhere.test", "kind": "hard"}).status == 204
        assert visitor.json(path, {**body, "kind": "soft"}).status == 204
        assert flagged(world) == {}
        assert visitor.json(path, body).status == 204
        assert visitor.json(path, body).status == 204, "told twice, kept once"
    assert list(flagged(world)) == [world.person("bo").pk]
    assert slack_of(world, "bo") == 1, "what waits goes by the next channel"
    assert "no such mailbox" in flagged(world)[world.person("bo").pk]["email"]
    with tx.reading(world.org):
        assert Entry.objects.filter(kind="email.bounced").count() == 1
    post(world, refund("7.00"))
    post_office.letters_of("bo")
    assert flagged(world), "that a server takes mail does not say that it arrives"
    assert now(world, told)["status"] == "pending"


def slack_of(world: World, name: str) -> int:
    with tx.reading(world.org):
        return Parcel.objects.filter(channel="slack", person=world.person(name).pk).count()


def flagged(world: World) -> dict[UUID, dict[str, str]]:
    with tx.reading(world.org):
        return failures.unhealthy()


def test_who_was_mailed_and_did_not_decide_hears_how_it_ended_in_the_thread(
    world: World, post_office: PostOffice
) -> None:
    told = post(world)
    (asked,) = post_office.letters_of("bo")
    cast(world, "cy", told)
    assert len(post_office.letters_of("bo")) == 1, "what ends within the minute goes together"
    world.turn(minutes=1)
    _, ended = post_office.letters_of("bo")
    assert str(ended.message["subject"]).strip() == "Approved by Cy Okafor: Refund €100.00 to Marta"
    assert ended.message["references"] == asked.message["references"]
    assert ended.message["x-countersign-action"] == told["id"]
    assert "There is nothing left for you to do" in ended.part("plain")
    assert len(post_office.letters_of("cy")) == 1, "who decided knows"
    assert len(post_office.letters_of("dee")) == 2


def test_what_ends_within_a_minute_is_one_mail(world: World, post_office: PostOffice) -> None:
    waiting = [post(world, refund(f"{number}.00")) for number in range(10, 15)]
    assert len(post_office.letters_of("bo")) == 1
    world.turn(seconds=60 - clock.now().second)
    for told in waiting:
        cast(world, "cy", told)
    world.turn(minutes=1)
    ended = post_office.letters_of("bo")[-1]
    assert len(post_office.letters_of("bo")) == 2
    assert str(ended.message["subject"]).strip() == "5 requests no longer wait for you"
    for told in waiting:
        assert told["id"] in ended.message["references"]
        assert told["title"].upper() in ended.part("plain")
    assert ended.message["x-countersign-action"] is None


def test_who_was_not_mailed_hears_nothing(world: World, post_office: PostOffice) -> None:
    told = post(world)
    cast(world, "cy", told)  # before anything was sent
    world.turn(minutes=2)
    assert post_office.letters_of("bo") == []


def test_nobody_decided_is_told_too(world: World, post_office: PostOffice) -> None:
    post(world)
    post_office.letters_of("bo")
    world.turn(hours=5)
    sweep(world)
    world.turn(minutes=1)
    assert "Nobody decided in time" in str(post_office.letters_of("bo")[-1].message["subject"])


def test_the_outbox_page_shows_no_link_that_decides(world: World, post_office: PostOffice) -> None:
    post(world)
    link = post_office.link_of("bo")
    with tx.reading(world.org):
        shown = queries.mail_outbox()
    assert any("Refund" in one.subject for one in shown)
    assert not [one for one in shown if "/m/" in one.text + one.html]
    assert redact(f"GET {link}") == f"GET {post_office.site}/m/[redacted]"


def test_a_link_opens_in_no_other_organization(world: World, another_world: World, post_office: PostOffice) -> None:
    told = post(world)
    link = post_office.link_of("bo")
    page = post_office.person().sign_in(another_world, "bo").open(link)
    assert "This link is Bo Lind’s" in page.says
    assert page.form is None
    assert now(world, told)["status"] == "pending"


def test_mail_says_that_replies_are_not_read_and_is_answered_by_no_machine(
    world: World, post_office: PostOffice
) -> None:
    told = post(world)
    post_office.letters_of("bo")
    cast(world, "cy", told)
    world.turn(minutes=1)
    asked, ended = post_office.letters_of("bo")
    for letter in (asked, ended):
        assert letter.message["auto-submitted"] == "auto-generated"  # RFC 3834
        assert letter.message["x-auto-response-suppress"] == "All"
        for part in ("plain", "html"):
            assert "Replies are not read" in letter.part(part)
    assert "never approve" in asked.part("plain")

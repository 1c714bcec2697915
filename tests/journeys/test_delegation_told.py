"""What is told of a delegation: to whoever stands in, to whoever lent, and wherever a vote in a name is shown."""

from __future__ import annotations

from datetime import timedelta

import pytest

from approvals.flow.refusals import NotAuthorized, SeatTaken
from approvals.models import Asked, Delegation, Vote
from audit import export
from audit.models import Entry
from audit.queries import told as told_of
from core import clock, tx
from delivery import letters
from delivery.models import Parcel
from tests.journeys.browser import browser_of, words
from tests.lending import asked, asked_by_mail, ends, engine, lends, mails, pair, small
from tests.play import cast, history_holds, key_of, now, parcels, post, refund, sweep
from tests.world import Document, World

__all__ = ["pair", "small"]


def test_what_waits_moves_at_the_start_with_one_digest_and_the_undecided_return_at_the_end(small: World) -> None:
    waiting = [post(small, refund(f"{number}.00")) for number in range(1, 6)]
    lent = lends(small, "bo", "cy", reason="Lofoten")
    assert engine(small) == 1
    assert all(asked(small, told) == [("bo", None), ("cy", "bo")] for told in waiting)
    ((subject, text),) = mails(small, "cy")
    assert subject == "You decide for Bo Lind now"
    assert "5 actions wait for you now" in text
    assert "Lofoten" in text
    assert all(told["url"] in text for told in waiting)
    assert asked_by_mail(small, waiting[0]) == ["bo"]

    decided = cast(small, "cy", waiting[0])
    assert decided["status"] == "approved"
    (who,) = decided["decision"]["people"]
    assert (who["email"], who["on_behalf_of"]) == (small.email("cy"), small.email("bo"))

    ends(small, lent, "bo")
    assert engine(small) == 1
    assert all(asked(small, told) == [("bo", None)] for told in waiting[1:])
    assert now(small, waiting[0])["decision"] == decided["decision"]
    with tx.reading(small.org):
        assert Asked.objects.filter(left_why="delegation_ended").count() == 4
        assert Vote.objects.get(action_id=key_of(waiting[0])).standing == "counted"
    with pytest.raises(NotAuthorized, match="no longer"):
        cast(small, "cy", waiting[1])
    history_holds(small)


def test_who_lent_is_not_mailed_and_may_decide_all_the_same(small: World) -> None:
    lends(small, "bo", "cy")
    engine(small)
    told = post(small)
    assert asked_by_mail(small, told) == ["cy"]
    assert cast(small, "bo", told)["decision"]["people"][0]["on_behalf_of"] is None


def test_whoever_votes_first_takes_the_seat_and_the_other_is_told(pair: World) -> None:
    lends(pair, "bo", "ana")
    told = post(pair, refund("600.00"))
    cast(pair, "ana", told)
    with pytest.raises(SeatTaken):
        cast(pair, "bo", told)
    other = post(pair, refund("601.00"))
    cast(pair, "bo", other)
    with pytest.raises(SeatTaken):
        cast(pair, "ana", other, on_behalf_of=pair.email("bo"))


def test_the_grantor_is_told_every_day_and_at_the_end_what_was_decided_in_their_name(small: World) -> None:
    lent = lends(small, "bo", "cy", until=clock.now() + timedelta(days=5))
    engine(small)
    first = cast(small, "cy", post(small, refund("1.00")), comment="As agreed.")
    small.turn(hours=25)
    engine(small)
    subject, text = mails(small, "bo")[-1]
    assert subject == "Decided for you: 1"
    assert "Cy Okafor approved it" in text
    assert "As agreed." in text
    assert first["url"] in text
    small.turn(hours=25)
    engine(small)
    assert len(mails(small, "bo")) == 1, "nothing new, no mail"
    second = cast(small, "cy", post(small, refund("2.00")), "reject")
    ends(small, lent, "bo")
    small.turn(seconds=5)
    engine(small)
    subject, text = mails(small, "bo")[-1]
    assert (subject, "Cy Okafor rejected it" in text, second["url"] in text) == ("Decided for you: 1", True, True)
    assert "no longer decides for you" in text
    assert first["url"] not in text
    for _ in range(3):
        small.turn(hours=25)
        engine(small)
    assert len(mails(small, "bo")) == 2
    with tx.reading(small.org):
        assert Delegation.objects.get().next_at is None


def test_what_is_decided_after_the_end_is_told_too(pair: World) -> None:
    told = post(pair, refund("600.00"), decide_within=None)
    lent = lends(pair, "bo", "ana")
    engine(pair)
    cast(pair, "ana", told)
    ends(pair, lent, "bo")
    pair.turn(seconds=5)
    engine(pair)
    assert told["url"] not in mails(pair, "bo")[-1][1]
    cast(pair, "cy", told)
    pair.turn(hours=25)
    engine(pair)
    assert told["url"] in mails(pair, "bo")[-1][1]


def test_who_did_not_choose_it_themselves_is_told(small: World) -> None:
    lends(small, "bo", "cy", made_by="ana")
    engine(small)
    ((subject, text),) = mails(small, "bo")
    assert subject == "Cy Okafor decides for you"
    assert small.email("ana") in text


def test_mail_that_is_not_sent_yet_is_taken_back(small: World) -> None:
    lent = lends(small, "bo", "cy")
    engine(small)
    told = post(small)
    assert asked_by_mail(small, told) == ["cy"]
    ends(small, lent, "cy")
    engine(small)
    assert asked_by_mail(small, told) == []


def test_it_is_said_everywhere_in_whose_name(small: World) -> None:
    lends(small, "bo", "cy")
    told = post(small, callback_url="http://127.0.0.1:9/callback")
    with tx.reading(small.org):
        (row,) = Parcel.objects.filter(action=key_of(told), kind="action.asked")
        mail = letters.message(row.pk, kind=row.kind, address=row.address, payload=row.payload, at=clock.now())
        html = str(mail.alternatives[0][0])
    assert "You decide on behalf of Bo Lind." in mail.body
    assert "You decide on behalf of <strong>Bo Lind</strong>" in html
    cy, bo = browser_of(small, "cy"), small.email("bo")
    assert "for Bo Lind" in words(cy.text("/"))
    assert "on behalf of Bo Lind" in words(cy.text(f"/actions/{told['id']}"))
    cast(small, "cy", told)
    (callback,) = [one for one in parcels(small, told) if one["kind"] == "action.decided"]
    assert callback["payload"]["data"]["decision"]["people"][0]["on_behalf_of"] == bo
    assert "for Bo Lind" in words(cy.text(f"/actions/{told['id']}"))
    with tx.reading(small.org):
        sentences = [one.sentence for one in map(told_of, Entry.objects.filter(subject=told["id"]))]
        table = "".join(export.lines("csv"))
    assert f"person:{small.email('cy')} on behalf of {bo} voted approve" in sentences
    assert f'""on_behalf_of"": ""{bo}""' in table


def test_what_is_held_and_asked_of_the_grantor_comes_with_the_one_digest(small: World) -> None:
    def holds(document: Document) -> None:
        for chain in document["chains"]:
            chain |= {"decide_within": "1h", "finally": "hold"}

    small.change(holds)
    held = [post(small, refund(f"{number}.00"), decide_within=None) for number in range(1, 4)]
    small.turn(hours=1, seconds=1)
    sweep(small)
    assert all(now(small, told)["held"] for told in held)
    lends(small, "bo", "cy")
    engine(small)
    assert all(asked(small, told) == [("bo", None), ("cy", "bo")] for told in held)
    ((_, text),) = mails(small, "cy")
    assert "3 actions wait for you now" in text
    assert all("cy" not in asked_by_mail(small, told) for told in held), "one digest, nothing apart"
    history_holds(small)

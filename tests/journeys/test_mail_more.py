"""By a mail's link: an agent's question is answered, and a stand-in decides in the name of who lent the seat."""

from __future__ import annotations

from tests.lending import engine, lends
from tests.letterbox import PostOffice, link_in
from tests.play import history_holds, kinds, now, post
from tests.world import World

CHOICES = ({"name": "card", "title": "To the card"}, {"name": "voucher", "title": "As a voucher"})


def test_a_question_with_choices_is_answered_by_its_link(world: World, post_office: PostOffice) -> None:
    told = post(world, kind="question", choices=CHOICES)
    link = post_office.link_of("bo")
    visitor = post_office.person()
    page = visitor.open(link)
    for said in ("To the card", "As a voucher", "Answer", "Decline"):
        assert said in page.says
    assert visitor.press(link, "approve").status == 422, "nothing is chosen"
    assert visitor.press(link, "approve", choice="cash").status == 422
    assert now(world, told)["status"] == "pending"
    assert visitor.press(link, "approve", choice="voucher").status == 200
    ended = now(world, told)
    assert (ended["status"], ended["decision"]["outcome"], ended["decision"]["choice"]) == (
        "approved",
        "answered",
        "voucher",
    )
    assert ended["decision"]["people"][0]["channel"] == "email"
    history_holds(world)


def test_a_question_in_words_is_answered_or_declined_by_its_link(world: World, post_office: PostOffice) -> None:
    told = post(world, kind="question")
    link = post_office.link_of("bo")
    visitor = post_office.person()
    assert visitor.press(link, "approve").status == 422, "an answer has words"
    assert visitor.press(link, "approve", answer="Next week.").status == 200
    assert now(world, told)["decision"]["answer"] == "Next week."
    declined = post(world, kind="question")
    world.turn(minutes=1)
    assert visitor.press(post_office.link_of("bo"), "reject", comment="Not ours to say.").status == 200
    assert now(world, declined)["status"] == "rejected"


def test_a_stand_in_decides_by_their_own_link_in_the_name_of_who_lent(world: World, post_office: PostOffice) -> None:
    world.change(lambda document: document["people"].append(_gus(world)))
    lends(world, "bo", "gus")
    engine(world)
    told = post(world)
    assert [one for one in post_office.letters_of("bo") if one.message["x-countersign-action"] == told["id"]] == []
    (letter,) = [one for one in post_office.letters_of("gus") if one.message["x-countersign-action"] == told["id"]]
    assert "You decide on behalf of Bo Lind" in letter.part("plain")
    page = post_office.person().open(link_in(letter))
    assert "For Gus Berg" in page.says
    assert "You decide on behalf of Bo Lind" in page.says
    assert (page.form or {})["on_behalf_of"] == world.email("bo")
    assert post_office.person().press(link_in(letter), "approve").status == 200
    (person,) = now(world, told)["decision"]["people"]
    assert (person["email"], person["channel"]) == (world.email("gus"), "email")
    assert person["on_behalf_of"] == world.email("bo")
    world.turn(minutes=1)
    news = str(post_office.letters_of("cy")[-1].message["subject"]).strip()
    assert news.startswith("Approved by Gus Berg on behalf of Bo Lind: "), "by name, as everywhere"
    history_holds(world)


def test_a_link_fills_no_seat_that_was_not_lent(world: World, post_office: PostOffice) -> None:
    told = post(world)
    refused = post_office.person().press(post_office.link_of("bo"), "approve", on_behalf_of=world.email("cy"))
    assert refused.status in (403, 409)
    assert now(world, told)["votes"]["approvals"] == 0
    assert "action.voted" not in kinds(world, told)


def _gus(world: World) -> dict[str, object]:
    return {"email": world.email("gus"), "name": "Gus Berg", "roles": ["approver"]}

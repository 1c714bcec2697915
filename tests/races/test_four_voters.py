"""Four people at the same instant, two of whom are needed: two hundred races here, ten thousand in `bench races`."""

from __future__ import annotations

from bench import voters
from tests.play import history_holds
from tests.world import Document, World

RACES = 200


def test_two_hundred_races_of_four_voters_decide_each_action_once(world: World) -> None:
    def four(document: Document) -> None:
        for number in range(4):
            email = f"p{number}@{world.slug}.test"
            document["people"].append({"email": email, "name": f"P {number}", "roles": ["approver"]})
        document["teams"][0]["members"] = [f"p{number}@{world.slug}.test" for number in range(4)]

    world.change(four)
    people = [world.as_person(f"p{number}") for number in range(4)]
    found = voters.run(world.as_agent(), people, races=RACES)
    assert (found.twice, found.undecided, found.wrong) == (0, 0, [])
    assert found.ends["approved"] + found.ends["rejected"] == RACES
    assert found.ends["approved"] > 20
    assert found.ends["rejected"] > 20
    assert found.answers["already_closed"] > 50, "they did race"
    history_holds(world)

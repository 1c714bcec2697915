"""The routing pages: rules in order, edited in a draft, and a request tried on each."""

from __future__ import annotations

from tests.journeys.browser import browser_of, words
from tests.play import post
from tests.world import World

AMOUNT = {"field-2": "amount", "op-2": "at_least", "value-2": "500 EUR"}


def test_everybody_reads_rules_as_sentences(world: World) -> None:
    post(world)
    for name in ("ana", "bo", "finn"):
        said = words(browser_of(world, name).text("/routing"))
        assert "big refunds action is refund.create and amount at least 500 EUR 2 of Finance then Standard" in said
        assert "everything else always anyone in Finance then Standard" in said or "1 of Finance" in said
        assert "no wire transfers action is wire.send Refused at once" in said
        assert ("Add a rule" in said) == (name == "ana")

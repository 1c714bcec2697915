"""The page of delegations, through its forms alone: saved, looked at first, refused at the field, ended."""

from __future__ import annotations

from datetime import timedelta

from approvals.models import Delegation
from core import clock, tx
from tests.journeys.browser import Browser, browser_of, form_of, words
from tests.play import cast, post, refund
from tests.world import World


def local(days: float) -> str:
    """Return a moment so many days on as the form writes it, about local."""
    return f"{clock.now() + timedelta(days=days):%Y-%m-%dT%H:%M}"


def filled(browser: Browser, **fields: str) -> dict[str, str]:
    """Return the form as it stands on the page, with fields changed."""
    hidden = form_of(browser.text("/delegation"), "/delegation#form")
    return {**hidden, "scope": "all", "waiting_too": "on", "starts": local(1), "until": local(3), **fields}


def there(world: World) -> list[Delegation]:
    """Return every delegation, oldest first."""
    with tx.reading(world.org):
        return list(Delegation.objects.select_related("grantor", "delegate").order_by("pk"))


def test_somebody_says_who_covers_and_comes_back_early(world: World) -> None:
    bo = browser_of(world, "bo")
    answer = bo.post("/delegation", filled(bo, to=world.email("cy"), starts="", do="save"))
    assert answer.status_code == 303, answer.content.decode()[:2000]
    said = words(bo.text("/delegation"))
    assert "Cy Okafor covers for you from now on." in said
    assert "I am back" in said
    (row,) = there(world)
    assert (row.grantor.name, row.delegate.name, row.waiting_too) == ("Bo Lind", "Cy Okafor", True)

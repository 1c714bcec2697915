"""Fixtures of the API's tests."""

from __future__ import annotations

import pytest

from tests.api.cast import Acme, callers
from tests.world import World


@pytest.fixture
def acme(world: World) -> Acme:
    """An organization of this test's own, as callers of the API."""
    return callers(world)

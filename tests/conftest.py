"""Settings of the whole suite. The cast and its fixtures are in tests/world.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from tests.letterbox import post_office
from tests.slack import slack, theirs
from tests.world import another_world, world

__all__ = ["another_world", "post_office", "slack", "theirs", "world"]

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # shared machines
settings.load_profile("busy")


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Leave the database alone: tests/plugin.py made and migrated it."""


@pytest.fixture(autouse=True)
def _database_is_open(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let every test use the database and commit for real: each makes an organization of its own."""
    with django_db_blocker.unblock():
        yield

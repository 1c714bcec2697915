"""Fixtures of the API's tests."""

from __future__ import annotations

import pytest

from tests.api.cast import Acme, found_acme


@pytest.fixture
def acme() -> Acme:
    """An organization of this test's own."""
    return found_acme()

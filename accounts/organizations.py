"""The organization one works in, and the switch above all of them."""

from __future__ import annotations

from accounts.models import Installation, Organization
from core import tx


def organization() -> Organization:
    """Return the organization of the scope that is open. Raises OutsideUseCase if none is."""
    return Organization.objects.get(pk=tx.current().org)


def all_stopped() -> bool:
    """Whether whoever runs the installation stopped all of it."""
    return Installation.objects.exclude(stopped_at=None).exists()

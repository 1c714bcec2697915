"""The organization one works in."""

from __future__ import annotations

from accounts.models import Organization
from core import tx


def organization() -> Organization:
    """Return the organization of the scope that is open. Raises OutsideUseCase if none is."""
    return Organization.objects.get(pk=tx.current().org)

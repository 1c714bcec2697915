"""Somebody sets how pages look and work for them."""

from __future__ import annotations

from accounts.models import User


def prefer(user_id: int, *, theme: str, single_keys: bool, undo_seconds: int) -> None:
    """Keep an account's preferences. They belong to the account, not to an organization, and are no history."""
    User.objects.filter(pk=user_id).update(theme=theme, single_keys=single_keys, undo_seconds=undo_seconds)

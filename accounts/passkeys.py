"""Who has a passkey to sign in with."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator


def with_passkey(accounts: Iterable[int]) -> frozenset[int]:
    """Return those of these accounts (ids of users) that have a passkey."""
    rows = Authenticator.objects.filter(user_id__in=list(accounts), type=Authenticator.Type.WEBAUTHN)
    return frozenset(rows.values_list("user_id", flat=True))

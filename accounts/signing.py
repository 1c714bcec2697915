"""Agents' signing secrets at rest: sealed to their holder, so that one copied to another agent's row opens nothing."""

from __future__ import annotations

from uuid import UUID

from core import vault


def seal(secret: str, *, holder: UUID) -> str:
    """Return what `Key.signing_secret` keeps of `whsec_…`."""
    return vault.seal(secret, about=f"signing {holder}")


def unseal(sealed: str, *, holder: UUID) -> str:
    """Return the secret again. Raises vault.CannotOpen."""
    return vault.open(sealed, about=f"signing {holder}")

"""What people type to sign in."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import RequestLoginCodeForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.core.exceptions import ValidationError
from django.forms import EmailField

from accounts.arrival import account_by_email
from accounts.doors import orgs_of_email


class RequestCode(RequestLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    """Asks for an address. Whether somebody has it is told by mail alone, never by the page."""

    email = EmailField(max_length=254)

    def clean_email(self) -> str:
        """Find whose address it is; a person who never signed in gets an account now, others never do."""
        email = str(self.cleaned_data["email"]).strip()
        is_known = bool(orgs_of_email(email))
        if is_known:
            account_by_email(email)
        address: str = super().clean_email()
        if not is_known:
            self._user = None
        return address


class PasskeyAnswer(LoginWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Takes what a passkey answered to a challenge."""

    def clean_credential(self) -> Authenticator:
        """Return the passkey that answered; whatever cannot be read is a wrong answer."""
        with _wrong_if_unreadable():
            return super().clean_credential()


class PasskeyMade(AddWebAuthnForm):  # type: ignore[misc]  # allauth has no types
    """Takes a passkey that a browser made."""

    def clean(self) -> dict[str, Any]:
        """Check it; whatever cannot be read is a wrong answer."""
        with _wrong_if_unreadable():
            return dict(super().clean())


@contextmanager
def _wrong_if_unreadable() -> Iterator[None]:
    """Turn what the parsers of CBOR, COSE and base64 raise on made-up input into an answer to people."""
    try:
        yield
    except _UNREADABLE:
        raise ValidationError("That did not work. Try once more, or sign in by e-mail.") from None


_UNREADABLE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
    NotImplementedError,
    struct.error,
    InvalidSignature,
    UnsupportedAlgorithm,
)

"""What people type to sign in."""

from __future__ import annotations

from allauth.account.forms import RequestLoginCodeForm
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

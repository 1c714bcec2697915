"""Steps between proving an address and being signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest


class SecondStep(AuthenticateStage):  # type: ignore[misc]  # allauth has no types
    """Asks for the authenticator app's code, of those who set one up.

    A passkey is a way in of its own, not a second thing to be shown after a mailed code: it may be on another device.
    """

    def _should_handle(self, request: HttpRequest) -> bool:
        has_app = self.login.user is not None and is_mfa_enabled(self.login.user, [Authenticator.Type.TOTP])
        return has_app and bool(super()._should_handle(request))

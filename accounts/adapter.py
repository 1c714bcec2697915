"""How django-allauth is bent to this product: no passwords, no sign-up, no account without a person behind it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from qrcode.image.svg import SvgPathFillImage

from accounts import session
from accounts.arrival import account_by_email
from accounts.doors import orgs_of_email, orgs_of_user
from accounts.flow.enter import enter
from accounts.flow.tie import tie
from accounts.models import User
from accounts.safe import next_page
from core import clock, vault

REFUSED = "/sign-in?refused=1"
LOGIN_CODE = "account/email/login_code"
# What people read when something about how their account is opened has changed.
CHANGES = {
    "mfa/email/webauthn_added": "A passkey was added to your account.",
    "mfa/email/webauthn_removed": "A passkey was removed from your account.",
    "mfa/email/totp_activated": "An authenticator app was added to your account.",
    "mfa/email/totp_deactivated": "The authenticator app was removed from your account.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your account.",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Signs in people of an organization, and sends them their codes."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": "That code is not right. Check the latest e-mail, or ask for a new code.",
        "too_many_login_attempts": "Too many tries. Wait a minute, then try again.",
        "rate_limited": "Too many tries. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say no: people come by the configuration document."""
        return False

    def get_login_stages(self) -> list[str]:
        """Return the steps: the mailed code, then the authenticator app of those who have one."""
        return ["allauth.account.stages.LoginByCodeStage", "accounts.stages.SecondStep"]

    def is_safe_url(self, url: str) -> bool:
        """Tell whether `url` is a path of this site."""
        return bool(url) and next_page(url, default="") == url

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return whom to count tries for; the web server has put the client's address there."""
        return str(request.META.get("REMOTE_ADDR") or "unknown")

    def get_reauthentication_methods(self, user: object) -> list[dict[str, str]]:
        """Return none: showing again who one is means signing in again."""
        return []

    def add_message(self, *args: Any, **more: Any) -> None:
        """Say nothing: our pages say themselves what happened."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the code, or the news that a way of signing in was changed."""
        if template_prefix == LOGIN_CODE:
            code = str(context["code"])
            text = str(
                render_to_string(
                    "signin/mail_code.txt",
                    {
                        "code": code,
                        "url": f"{settings.BASE_URL}/sign-in/code?{urlencode({'code': code})}",
                        "org_name": "",
                        "minutes": settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT // 60,
                    },
                )
            )
            EmailMessage("Sign in to Countersign", text, settings.DEFAULT_FROM_EMAIL, [email]).send()
        elif template_prefix in CHANGES:
            text = (
                f"{CHANGES[template_prefix]}\n\nIf this was not you, sign in and remove it at\n"
                f"{settings.BASE_URL}/settings/sign-in\nand tell an admin of your organization.\n"
            )
            EmailMessage("How you sign in was changed", text, settings.DEFAULT_FROM_EMAIL, [email]).send()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the holder of an account of a change to it."""
        self.send_mail(template_prefix, user.email, {})

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Refuse an account that is nobody in any organization, in the words used for everything that fails."""
        if user.is_active and (orgs_of_user(user.pk) or orgs_of_email(user.email)):
            return None
        clear_login(request)
        return HttpResponseRedirect(REFUSED)

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, and tie the account to every person of its address."""
        session.begin(request, user, method=_method(request, user), now=clock.now())
        for org in orgs_of_email(user.email):
            tie(org, user_id=user.pk, email=user.email)

    def post_login(
        self, request: HttpRequest, user: User, *, redirect_url: str | None = None, **more: Any
    ) -> HttpResponse:
        """Enter the organization if there is one, let people choose if there are several."""
        after = next_page(redirect_url)
        orgs = orgs_of_user(user.pk)
        if len(orgs) != 1:
            return HttpResponseRedirect(f"/organization?next={quote(after)}")
        enter(orgs[0], user_id=user.pk, method=_method(request, user))
        session.choose(request, orgs[0])
        return HttpResponseRedirect(after)


class SecondAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps the secrets of authenticator apps and recovery codes sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That did not work. Try once more, or sign in by e-mail."
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return vault.seal(text, about="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret."""
        return vault.open(encrypted_text, about="mfa")

    def build_totp_svg(self, url: str) -> str:
        """Draw the secret's address for an app to scan, on white whatever the theme."""
        return str(qrcode.make(url, image_factory=SvgPathFillImage).to_string(encoding="unicode"))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return what a passkey is bound to: the host of this request, which ALLOWED_HOSTS let through."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Countersign"}

    def generate_authenticator_name(self, user: User, type: object) -> str:  # noqa: A002 - allauth's own name
        """Return a name for a passkey that was given none."""
        return "Passkey"


class CompanyAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Lets people in by their company's account, if it vouches for the address of somebody we know."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: object) -> bool:
        """Say no: people come by the configuration document."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Tie a company account seen for the first time to the account of its verified address; refuse all others."""
        if sociallogin.is_existing:
            return
        verified = [one.email for one in sociallogin.email_addresses if one.verified]
        known = next((email for email in verified if orgs_of_email(email)), None)
        if known is None:
            raise ImmediateHttpResponse(HttpResponseRedirect(REFUSED))
        sociallogin.connect(request, account_by_email(known))

    def on_authentication_error(self, request: HttpRequest, *args: Any, **more: Any) -> None:
        """Go back to the start with the words used for everything that fails."""
        raise ImmediateHttpResponse(HttpResponseRedirect(REFUSED))


def _method(request: HttpRequest, user: User) -> str:
    """Return by what the account was opened: `code`, `passkey`, `company`, with `+totp` if a second thing was shown."""
    words = []
    for record in get_authentication_records(request, user):
        if record.get("passwordless"):
            words.append("passkey")
        elif record["method"] == "mfa":
            words.append({"recovery_codes": "recovery"}.get(record["type"], str(record["type"])))
        else:
            words.append({"socialaccount": "company"}.get(record["method"], str(record["method"])))
    return "+".join(dict.fromkeys(words)) or "link"

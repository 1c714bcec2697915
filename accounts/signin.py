"""The pages of signing in: an address, then the code that was mailed to it, then the second thing; or a passkey."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.models import Login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core import ratelimit
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import TemplateResponseMixin

from accounts import session
from accounts.doors import all_orgs
from accounts.models import Organization
from accounts.safe import next_page
from core import clock, tx

FAILED = "That did not work. Nothing was changed. Ask for a new e-mail, or sign in another way."
ELSEWHERE = "Open the link in the browser in which you asked for it, or type its code there. Or ask again here."
WHY = {"refused": FAILED, "elsewhere": ELSEWHERE}
ANSWER_AFTER = 0.05  # seconds
TOO_MANY = "Too many tries. Wait a minute, then try again."


def sole_organization() -> str:
    """Return the name of the organization if the installation serves one, for the page's title."""
    orgs = all_orgs()
    if len(orgs) != 1:
        return ""
    with tx.reading(orgs[0]):
        return Organization.objects.values_list("name", flat=True).get(pk=orgs[0])


def passkeys_work_here(request: HttpRequest) -> bool:
    """Tell whether a browser would make a passkey for this host: a name, not an address, and safely reached."""
    host = request.get_host().rpartition(":")[0] or request.get_host()
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return settings.HTTPS or host == "localhost"
    return False


def _page(view: TemplateResponseMixin, context: dict[str, Any], *, status: int) -> HttpResponseBase:
    return view.render_to_response(context, status=status)


def _answer(answer: HttpResponseBase) -> HttpResponseBase:
    """Return what untyped allauth answered, typed."""
    return answer


class Start(RequestLoginCodeView):  # type: ignore[misc]  # allauth has no types
    """Asks for an address and sends a code to it, if somebody has it; the answer is the same for all."""

    template_name = "signin/start.html"

    def dispatch(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        """Send on who is signed in, unless they came to show again who they are."""
        if request.method in {"GET", "HEAD"} and request.user.is_authenticated and "again" not in request.GET:
            return HttpResponseRedirect(next_page(request.GET.get("next")))
        return _answer(super().dispatch(request, *args, **more))

    def post(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        """Answer after the same time, whether a mail had to be written (9 ms) or not (6 ms)."""
        begun = clock.monotonic()
        answer = _answer(super().post(request, *args, **more))
        time.sleep(max(0.0, ANSWER_AFTER - (clock.monotonic() - begun)))
        return answer

    def form_valid(self, form: Any) -> HttpResponseBase:
        """Begin anew, whoever was signed in here before."""
        if self.request.user.is_authenticated:
            session.end(self.request)
        session.hold(self.request, settings.ACCOUNT_LOGIN_TIMEOUT)
        return _answer(super().form_valid(form))

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """Say what to mend."""
        error = next(iter(form.errors.get("email", [])), FAILED)
        context = self.get_context_data(form=form, error=str(error))
        return _page(self, context, status=429 if str(error) == TOO_MANY else 422)

    def get_success_url(self) -> str:
        """Go on to the code."""
        url: str = self.passthrough_next_url(reverse("account_confirm_login_code"))
        return url

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Return what the page shows."""
        apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
        return {
            "org_name": sole_organization(),
            "email": self.request.POST.get("email", ""),
            "error": more.get("error") or next((WHY[why] for why in WHY if why in self.request.GET), ""),
            "next": next_page(self.request.POST.get("next") or self.request.GET.get("next")),
            "passkey_url": reverse("mfa_login_webauthn") if passkeys_work_here(self.request) else "",
            "company_url": reverse("openid_connect_login", args=[apps[0]["provider_id"]]) if apps else "",
            "company_name": apps[0]["name"] if apps else "",
        }


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class Code(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth has no types
    """Takes the code. The link in the mail brings it along, a press uses it, in the browser that asked and no other."""

    template_name = "signin/code.html"

    def post(self, request: HttpRequest, *args: Any, **more: Any) -> HttpResponseBase:
        """Count the try before looking at it."""
        key = str(self._process.state.get("email", "")).lower()
        if not ratelimit.consume(request, action="confirm_login_code", key=key):
            return _page(self, self.get_context_data(error=TOO_MANY), status=429)
        return _answer(super().post(request, *args, **more))

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """Count it; after some the code is worthless."""
        if not self._process.record_invalid_attempt():
            return HttpResponseRedirect("/sign-in?refused=1")
        error = next(iter(form.errors.get("code", [])), FAILED)
        return _page(self, self.get_context_data(form=form, error=str(error)), status=422)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return {
            "email": self._process.state.get("email", ""),
            "code": self.request.POST.get("code") or self.request.GET.get("code", ""),
            "error": more.get("error", ""),
            "next": next_page(self.request.POST.get("next") or self.request.GET.get("next")),
            "again_url": reverse("account_login"),
        }


@method_decorator(never_cache, name="dispatch")
@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class Second(AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """Takes the code of an authenticator app, or a recovery code."""

    template_name = "signin/totp.html"

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """Say that it was wrong."""
        error = next(iter(form.errors.get("code", form.errors.get("credential", []))), FAILED)
        return _page(self, self.get_context_data(error=str(error)), status=422)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Return what the page shows."""
        return {
            "error": more.get("error", ""),
            "next": next_page(self.request.POST.get("next") or self.request.GET.get("next")),
        }


def code(request: HttpRequest) -> HttpResponseBase:
    """Show the page of the code; who comes by the link in another browser is told what to do."""
    came_by_link = request.method in {"GET", "HEAD"} and "code" in request.GET
    if came_by_link and not request.user.is_authenticated and LOGIN_SESSION_KEY not in request.session:
        return HttpResponseRedirect("/sign-in?elsewhere=1")
    return _answer(Code.as_view()(request))


class Passkey(LoginWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """Gives a browser the challenge (GET, JSON), and takes the passkey's answer (POST)."""

    def form_valid(self, form: Any) -> HttpResponseBase:
        """Sign in, and go on to where the browser wanted to go."""
        authenticator = form.cleaned_data["credential"]
        login = Login(user=authenticator.user, redirect_url=next_page(self.request.POST.get("next")))
        return _answer(perform_passwordless_login(self.request, authenticator, login))

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """Go back to the start."""
        return HttpResponseRedirect("/sign-in?refused=1")

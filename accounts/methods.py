"""How one signs in: passkeys and the authenticator app, added and removed by who signed in a moment ago."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from urllib.parse import urlencode

from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.adapter import AccountAdapter, SecondAdapter
from accounts.flow.note_method import note_method
from accounts.forms import PasskeyMade
from accounts.models import User
from accounts.signin import passkeys_work_here
from accounts.viewer import Viewer, signed_in
from core import clock

HOME = "/settings/sign-in"
PASSKEY, APP = "a passkey", "an authenticator app"

View = Callable[[HttpRequest, Viewer], HttpResponse]


@dataclass(frozen=True, slots=True)
class PasskeyFace:
    """One passkey, as its page shows it."""

    number: int
    name: str
    added_at: datetime
    used_at: datetime | None


def recently(view: View) -> View:
    """Send those who signed in more than ten minutes ago to do it again; then back."""

    @wraps(view)
    def run(request: HttpRequest, viewer: Viewer) -> HttpResponse:
        if viewer.is_recent(clock.now()):
            return view(request, viewer)
        return HttpResponseRedirect(f"/sign-in?{urlencode({'again': '1', 'next': HOME})}")

    return run


@signed_in
@require_safe
def home(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show how the person signs in."""
    mine = Authenticator.objects.filter(user_id=viewer.user_id)
    codes = mine.filter(type=Authenticator.Type.RECOVERY_CODES).first()
    context = {
        "email": viewer.email,
        "is_recent": viewer.is_recent(clock.now()),
        "again_url": f"/sign-in?{urlencode({'again': '1', 'next': HOME})}",
        "passkeys": tuple(
            PasskeyFace(one.pk, one.wrap().name, one.created_at, one.last_used_at)
            for one in mine.filter(type=Authenticator.Type.WEBAUTHN).order_by("pk")
        ),
        "passkeys_work": passkeys_work_here(request),
        "has_app": mine.filter(type=Authenticator.Type.TOTP).exists(),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
    }
    return render(request, "signin/methods.html", context)


@signed_in
@require_POST
@recently
def passkey_options(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Give the browser what it needs to make a passkey."""
    options = webauthn.begin_registration(_user(viewer), True)
    return JsonResponse({"creation_options": options})


@signed_in
@require_POST
@recently
def add_passkey(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Keep a passkey the browser made."""
    user = _user(viewer)
    form = PasskeyMade(user=user, data={**request.POST.dict(), "passwordless": "on"})
    if not form.is_valid():
        return HttpResponseRedirect(f"{HOME}?refused=1")
    webauthn.WebAuthn.add(user, form.cleaned_data["name"], form.cleaned_data["credential"])
    AccountAdapter(request).send_notification_mail("mfa/email/webauthn_added", user)
    note_method(viewer.org, person_id=viewer.person_id, what=PASSKEY, added=True)
    return HttpResponseRedirect(HOME)


@signed_in
@require_POST
@recently
def remove_passkey(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Forget one of the person's own passkeys."""
    _remove(request, viewer, Authenticator.Type.WEBAUTHN, request.POST.get("number", ""))
    AccountAdapter(request).send_notification_mail("mfa/email/webauthn_removed", _user(viewer))
    note_method(viewer.org, person_id=viewer.person_id, what=PASSKEY, added=False)
    return HttpResponseRedirect(HOME)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
@recently
def app(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Show a secret for an authenticator app; keep it when the app's first code proves that it arrived."""
    user = _user(viewer)
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        return HttpResponseRedirect(HOME)
    form = ActivateTOTPForm(user=user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        totp.TOTP.activate(user, form.secret)
        codes = RecoveryCodes.activate(user)
        AccountAdapter(request).send_notification_mail("mfa/email/totp_activated", user)
        note_method(viewer.org, person_id=viewer.person_id, what=APP, added=True)
        return render(request, "signin/recovery.html", {"codes": tuple(codes.get_unused_codes())})
    adapter = SecondAdapter()
    url = adapter.build_totp_url(user, form.secret)
    context = {
        "secret": form.secret,
        "picture": mark_safe(adapter.build_totp_svg(url)),  # noqa: S308 - drawn by qrcode from our own secret
        "error": str(next(iter(form.errors.get("code", [])), "")),
    }
    return render(request, "signin/app.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
@recently
def remove_app(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Forget the authenticator app and the recovery codes with it."""
    _remove(request, viewer, Authenticator.Type.TOTP)
    Authenticator.objects.filter(user_id=viewer.user_id, type=Authenticator.Type.RECOVERY_CODES).delete()
    AccountAdapter(request).send_notification_mail("mfa/email/totp_deactivated", _user(viewer))
    note_method(viewer.org, person_id=viewer.person_id, what=APP, added=False)
    return HttpResponseRedirect(HOME)


@signed_in
@require_POST
@recently
def new_codes(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Make new recovery codes in place of the old, and show them this once."""
    user = _user(viewer)
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        raise Http404
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes = RecoveryCodes.activate(user)
    AccountAdapter(request).send_notification_mail("mfa/email/recovery_codes_generated", user)
    note_method(viewer.org, person_id=viewer.person_id, what="recovery codes", added=True)
    return render(request, "signin/recovery.html", {"codes": tuple(codes.get_unused_codes())})


def _user(viewer: Viewer) -> User:
    return User.objects.get(pk=viewer.user_id)


def _remove(request: HttpRequest, viewer: Viewer, kind: str, number: str = "") -> None:
    mine = Authenticator.objects.filter(user_id=viewer.user_id, type=kind)
    if kind == Authenticator.Type.WEBAUTHN:
        mine = (
            mine.filter(pk=int(number)) if number.isascii() and number.isdigit() and len(number) < 19 else mine.none()
        )
    found = mine.first()
    if found is None:
        raise Http404
    delete_and_cleanup(request, found)

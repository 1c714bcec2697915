"""The browser's session: begun afresh at each sign-in, tied to one organization at a time."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import login, logout
from django.http import HttpRequest

from accounts import viewer
from accounts.models import User
from accounts.session_store import SessionStore

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def begin(request: HttpRequest, user: User, *, method: str, now: datetime) -> None:
    """Sign the account in under a new session key, so that a key planted before is worth nothing.

    Sessions that have ended are deleted on the way: signing in is rare, and it is what makes them.
    """
    SessionStore.clear_expired()
    login(request, user, backend=BACKEND)
    request.session.set_expiry(None)
    request.session[viewer.SIGNED_IN_AT] = now.isoformat()
    request.session[viewer.METHOD] = method
    viewer.forget_viewer(request)


def hold(request: HttpRequest, seconds: int) -> None:
    """Keep what somebody who is not signed in yet is about for no longer than it can be of use."""
    request.session.set_expiry(seconds)


def choose(request: HttpRequest, org: int) -> None:
    """Tie the session to an organization; who is looking is then found anew."""
    request.session[viewer.ORG] = org
    viewer.forget_viewer(request)


def end(request: HttpRequest) -> None:
    """Delete the session here and in the database."""
    logout(request)
    viewer.forget_viewer(request)

"""Who is looking: the person behind a browser's session, read afresh for every request.

A session alone opens nothing. Each request reads the person anew, fenced to the organization the session names, so
whoever was archived or unlinked a moment ago is nobody now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse

from accounts.doors import orgs_of_user
from accounts.models import Person, User
from accounts.session_store import SessionStore
from core import tx
from core.errors import Forbidden, Unauthenticated, problem

P = ParamSpec("P")

ORG = "org"  # in the session: the organization chosen
SIGNED_IN_AT = "signed_in_at"  # in the session: when this browser last showed who is there, ISO 8601
METHOD = "method"  # in the session: by what
RECENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Viewer:
    """One signed-in person of one organization, with what their pages need."""

    org: int
    org_slug: str
    org_name: str
    person_id: UUID
    email: str
    name: str
    roles: frozenset[str]
    timezone: str
    user_id: int
    theme: str
    undo_seconds: int
    single_keys: bool
    signed_in_at: datetime | None
    method: str

    def has(self, *roles: str) -> bool:
        """Tell whether the person has any of `roles`."""
        return not self.roles.isdisjoint(roles)

    def is_recent(self, now: datetime, *, within: timedelta = RECENT) -> bool:
        """Tell whether the person showed who they are within `within`: critical decisions want it."""
        return self.signed_in_at is not None and timedelta(0) <= now - self.signed_in_at <= within


class NotYourRole(Forbidden):
    """The person is signed in and lacks the role that this needs."""

    code, title = "role_required", "Not your role"


def viewer_of(request: HttpRequest) -> Viewer | None:
    """Return who is looking, or None: nobody signed in, nobody any more, or no organization chosen yet."""
    kept = vars(request)  # for the length of this request
    if "viewer" not in kept:
        user = request.user
        kept["viewer"] = _find(request.session, user) if isinstance(user, User) else None
    viewer: Viewer | None = kept["viewer"]
    return viewer


def forget_viewer(request: HttpRequest) -> None:
    """Let the next question read the person again."""
    vars(request).pop("viewer", None)


def viewer_of_session(session_key: str) -> Viewer | None:
    """Return who a session's cookie stands for at this moment; for websockets, which outlive a request."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return _find(request.session, user) if isinstance(user, User) else None


def signed_in(
    view: Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view its viewer as second argument; send others to sign in, or answer 401 under `/api/`."""

    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        viewer = viewer_of(request)
        if viewer is None:
            return turn_away(request)
        response = view(request, viewer, *args, **kwargs)
        if not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store, private"
        return response

    return run


def require_role(
    *roles: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase],
]:
    """Refuse viewers with none of `roles`; stands below `signed_in`. The view raises NotYourRole."""

    def guard(
        view: Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, Viewer, P], HttpResponseBase]:
        @wraps(view)
        def run(request: HttpRequest, viewer: Viewer, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not viewer.has(*roles):
                raise NotYourRole(
                    f"This needs the role {' or '.join(roles)}. Ask an admin of {viewer.org_name} for it."
                )
            return view(request, viewer, *args, **kwargs)

        return run

    return guard


def turn_away(request: HttpRequest) -> HttpResponse:
    """Answer somebody who is nobody here: programs 401, people the sign-in page or the choice of organization."""
    if request.path.startswith("/api/"):
        error = Unauthenticated("Sign in, or send a key: Authorization: Bearer cs_…")
        return JsonResponse(
            problem(error),
            status=401,
            content_type="application/problem+json",
            headers={"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"},
        )
    user = request.user
    choosing = isinstance(user, User) and orgs_of_user(user.pk)
    target = "/organization" if choosing else settings.LOGIN_URL
    wanted = request.get_full_path() if request.method in {"GET", "HEAD"} else "/"
    query = f"?{urlencode({'next': wanted})}" if wanted != "/" else ""
    response = HttpResponseRedirect(f"{target}{query}")
    response["Cache-Control"] = "no-store, private"
    return response


def _find(session: SessionBase, user: User) -> Viewer | None:
    org = session.get(ORG)
    if not isinstance(org, int) or not user.is_active:
        return None
    with tx.reading(org):
        person = Person.objects.select_related("org").filter(user_id=user.pk, archived_at__isnull=True).first()
    if person is None:
        return None
    signed_in_at = session.get(SIGNED_IN_AT)
    return Viewer(
        org=org,
        org_slug=person.org.slug,
        org_name=person.org.name,
        person_id=person.id,
        email=person.email,
        name=person.name,
        roles=frozenset(person.roles),
        timezone=person.timezone or person.org.timezone,
        user_id=user.pk,
        theme=user.theme,
        undo_seconds=user.undo_seconds,
        single_keys=user.single_keys,
        signed_in_at=datetime.fromisoformat(signed_in_at) if isinstance(signed_in_at, str) else None,
        method=str(session.get(METHOD, "")),
    )

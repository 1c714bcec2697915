"""Around Django for the request that comes most: an agent posts an action, and everything is as usual.

`POST /api/v1/actions` with a key seen a moment ago (approvals/quick.py) is read by the same functions as on the plain
road and answered without Django's middleware: sessions, cookies and forms have no part in it, and its constant headers
are added here. A test holds both roads to the same answers. Whatever is not as usual takes the plain road from the
beginning; refusals too, so that whoever is refused was looked at by the plain road's door first.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import response_for_exception
from django.core.handlers.wsgi import WSGIRequest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from approvals import quick
from approvals.api import actions, auth, incoming, problems
from core import ids
from core.errors import DomainError

PATH = "/api/v1/actions"


class Answer(HttpResponse):
    """An answer that leaves this thread its database connection; Django's would hand it back."""

    def close(self) -> None:
        """Send none of Django's signals: nothing of Django's has begun."""
        self.closed = True


def post(environ: dict[str, Any]) -> HttpResponseBase | None:
    """Answer a post, or return None and have read the body to no effect: the plain road is to be taken."""
    request = WSGIRequest(environ)
    try:
        return _post(request)
    except (DomainError, DisallowedHost):
        return None
    except (OperationalError, InterfaceError) as exc:
        return problems.away(exc, request)
    except Exception as exc:  # as Django does around every view: it logs, and answers without details
        failed = response_for_exception(request, exc)
        return problems.ProblemMiddleware(lambda _: failed)(request)


def _post(request: HttpRequest) -> HttpResponse | None:
    request.get_host()
    key = auth.bearer(request)
    actor = quick.whose(key) if key is not None else None
    if actor is None or incoming.signed_headers(request):
        return None
    incoming.check_size(request)
    identifier = request.META[actions.DRAWN] = ids.new()  # the plain road gets it too, and does not draw again
    action = quick.submit(actor, actions.posted(request), identifier=identifier)
    if action is None:
        return None
    response = actions.created(Answer, action, is_new=True)
    response.headers["Content-Length"] = str(len(response.content))
    for name, value in _constant_headers():
        response.headers[name] = value
    return response


@cache
def _constant_headers() -> tuple[tuple[str, str], ...]:
    """Return the headers that Django's middleware gives every answer of this route."""
    scheme = "https" if settings.HTTPS else "http"
    request = WSGIRequest(
        {"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "wsgi.input": io.BytesIO(), "wsgi.url_scheme": scheme}
    )
    handler: Any = lambda _: HttpResponse()  # noqa: E731 - the view that the middleware goes around
    for middleware in (XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware):
        handler = middleware(handler)
    return tuple((name, value) for name, value in handler(request).items() if name != "Content-Type")

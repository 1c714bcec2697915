"""How the API says no: `application/problem+json` (RFC 9457) with a stable code, for whatever goes wrong under /api."""

from __future__ import annotations

import json
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from core.errors import BadRequest, DomainError, Forbidden, NotFound, TooLarge, Unavailable, problem

MEDIA_TYPE = "application/problem+json"
ROOTS = ("/api/", "/.well-known/")

log = structlog.get_logger(__name__)


class MethodNotAllowed(DomainError):
    """The address exists and does not take this method."""

    code, status, title = "method_not_allowed", 405, "Method not allowed"


class UnsupportedMediaType(DomainError):
    """The body is not declared to be JSON."""

    code, status, title = "unsupported_media_type", 415, "Send JSON"


class InternalError(DomainError):
    """Something of ours failed; what, is in our log under the request's id."""

    code, status, title = "internal_error", 500, "Something failed"


_PLAIN: dict[int, tuple[type[DomainError], str]] = {
    400: (BadRequest, "The request cannot be read."),
    403: (Forbidden, "This is not allowed."),
    404: (NotFound, "There is no such address. The documentation at /api/v1/docs lists all of them."),
    405: (MethodNotAllowed, "This address does not take this method."),
    413: (TooLarge, "The body is longer than we take."),
    500: (InternalError, "Something failed on our side. It is logged under the id of this request."),
}


class ProblemMiddleware:
    """Turn every refusal and failure under /api into a problem; pages have their own middleware for theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and put a problem in place of an error page."""
        response = self.get_response(request)
        if response.status_code < 400 or not request.path_info.startswith(ROOTS):
            return response
        if response.get("Content-Type", "").startswith(MEDIA_TYPE):
            return response
        told = answer(_of_status(response.status_code), request)
        for name, value in response.items():  # Allow, and what other middleware set
            if not name.lower().startswith("content-l") and name not in told:
                told[name] = value
        return told

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse | None:
        """Answer what we expected, and a database that is away; the rest is Django's, which logs it."""
        if not request.path_info.startswith(ROOTS):
            return None
        if isinstance(exc, DomainError):
            return answer(exc, request)
        if isinstance(exc, OperationalError | InterfaceError):
            return away(exc, request)
        return None


def away(exc: OperationalError | InterfaceError, request: HttpRequest) -> HttpResponse:
    """Return the answer while the database is away."""
    log.warning("database_is_away", error=str(exc))
    return answer(Unavailable("The database does not answer right now. Send the same again in a moment."), request)


def answer(exc: DomainError, request: HttpRequest) -> HttpResponse:
    """Return the answer that says what was refused and what to do."""
    body = problem(exc, request.META.get("HTTP_X_REQUEST_ID", ""))
    response = HttpResponse(json.dumps(body), content_type=MEDIA_TYPE, status=exc.status)
    response["Cache-Control"] = "no-store"
    vars(response)["_has_been_logged"] = True  # Django would log every refusal as a warning
    if exc.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="countersign"'
    if exc.status in {429, 503}:
        response["Retry-After"] = str(exc.extra.get("retry_after", 1))
    return response


def _of_status(status: int) -> DomainError:
    """Return the problem that says no more than a status does."""
    kind, detail = _PLAIN.get(status) or _PLAIN[500 if status >= 500 else 400]
    return kind(detail)

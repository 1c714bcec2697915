"""The errors we expect, and their form outside: `application/problem+json` (RFC 9457).

A module that refuses something defines its own subclass beside the function that raises it, with a
`code` that never changes. What is not a DomainError is a fault of ours and is let fly.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

RESERVED = frozenset({"type", "title", "status", "detail", "code", "errors", "instance"})


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: `pointer` is an RFC 6901 pointer into the body, e.g. `/amount/value`."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """A refusal that the caller can understand and act on.

    `extra` adds members to the answer, e.g. `decision=…` for `already_closed`; it may not replace
    the members that every answer has.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Refused"

    def __init__(self, detail: str, *, errors: Iterable[FieldError] = (), **extra: Any) -> None:
        super().__init__(detail)
        if taken := RESERVED & extra.keys():
            raise TypeError(f"extra members may not be called {sorted(taken)}")
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra


class BadRequest(DomainError):
    """The request cannot be read."""

    code, status, title = "bad_request", 400, "Bad request"


class Unauthenticated(DomainError):
    """Nobody has shown who is asking."""

    code, status, title = "unauthenticated", 401, "Not signed in"


class Forbidden(DomainError):
    """The one who asks may not do this."""

    code, status, title = "forbidden", 403, "Not allowed"


class NotFound(DomainError):
    """There is no such thing, or it is not the asker's: the two are told apart by nobody."""

    code, status, title = "not_found", 404, "Not found"


class Conflict(DomainError):
    """The thing is not in a state for this, or changed meanwhile."""

    code, status, title = "conflict", 409, "Conflict"


class TooLarge(DomainError):
    """The body is longer than we take."""

    code, status, title = "too_large", 413, "Too large"


class Unprocessable(DomainError):
    """The request was read, and says something that cannot be."""

    code, status, title = "unprocessable", 422, "Unprocessable"


class TooMany(DomainError):
    """The asker has done this too often; `retry_after` in seconds is a member of the answer."""

    code, status, title = "rate_limited", 429, "Too many requests"


class Unavailable(DomainError):
    """We cannot do it now and may later."""

    code, status, title = "unavailable", 503, "Unavailable"


def problem(exc: DomainError, request_id: str = "") -> dict[str, Any]:
    """Return the body of the answer, e.g. `{"type": "urn:countersign:problem:not_found", "title": "Not found", …}`."""
    body: dict[str, Any] = {
        "type": f"urn:countersign:problem:{exc.code}",
        "title": exc.title,
        "status": exc.status,
        "detail": exc.detail,
        "code": exc.code,
    }
    if exc.errors:
        body["errors"] = [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in exc.errors]
    if request_id:
        body["instance"] = f"urn:countersign:request:{request_id}"
    return body | exc.extra

"""What stands behind the question mark of an address: known names, each once, each in bounds."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from approvals.queries import BadCursor
from approvals.schemas.kinds import Wrong, nearest
from core.errors import Unprocessable
from core.strict_json import forbidden_in

LIMIT, MOST = 50, 200
LONGEST_WAIT = 60

_WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
_SECONDS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,6})?", re.ASCII)
_CURSOR = re.compile(r"[A-Za-z0-9_-]{1,400}", re.ASCII)
_SEQ = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_STATUSES = ("pending", "approved", "rejected", "expired", "withdrawn", "superseded")

Reader = Callable[[str], Any]


class InvalidParameters(Unprocessable):
    """A parameter of the address is unknown or out of bounds; `errors` names it, as `/limit`."""

    code, title = "invalid_parameters", "Some parameters are wrong"


def read_query(request: HttpRequest, **known: Reader) -> dict[str, Any]:
    """Return the parameters that were sent, each read by its reader. Raises InvalidParameters."""
    read: dict[str, Any] = {}
    wrong = Wrong()
    for name, values in request.GET.lists():
        if name not in known:
            wrong.add(f"/{name[:200]}", "unknown_field", f"There is no such parameter.{nearest(name, known, wrong)}")
        elif len(values) > 1:
            wrong.add(f"/{name}", "repeated", "Send this parameter once.")
        else:
            try:
                read[name] = known[name](values[0])
            except ValueError as refused:
                wrong.add(f"/{name}", "out_of_range", str(refused))
    if wrong.errors:
        raise InvalidParameters(f"{wrong.errors[0].pointer[1:]}: {wrong.errors[0].detail}", errors=wrong.errors)
    return read


def limit(text: str) -> int:
    """Return how many items a page may have. Raises ValueError."""
    if not _WHOLE.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise ValueError(f"This must be a whole number from 1 to {MOST}.")
    return int(text)


def wait(text: str) -> float:
    """Return the seconds to wait for news. Raises ValueError."""
    if not _SECONDS.fullmatch(text) or float(text) > LONGEST_WAIT:
        raise ValueError(f"This must be a number of seconds from 0 to {LONGEST_WAIT}.")
    return float(text)


def status(text: str) -> str:
    """Return a status of actions. Raises ValueError."""
    if text not in _STATUSES:
        raise ValueError(f"This must be one of {', '.join(_STATUSES)}.")
    return text


def word(text: str) -> str:
    """Return a text of at most 100 characters. Raises ValueError."""
    if not text or len(text) > 100 or forbidden_in(text) is not None:
        raise ValueError("This must be 1 to 100 characters.")
    return text


def cursor(text: str) -> str:
    """Return a cursor, as `next` of an earlier page gave it; what is in it, its list knows. Raises ValueError."""
    if not _CURSOR.fullmatch(text):
        raise ValueError("This must be the `next` of an earlier page, unchanged.")
    return text


def seq(text: str) -> int:
    """Return the number in a cursor that `after` made. Raises BadCursor."""
    try:
        number = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        number = ""
    if not _SEQ.fullmatch(number):
        raise BadCursor("This cursor is not one of ours. Start again without one.")
    return int(number)


def after(number: int) -> str:
    """Return the cursor of what comes after the item `number`."""
    return base64.urlsafe_b64encode(str(number).encode()).decode().rstrip("=")

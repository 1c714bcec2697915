"""How the API says yes."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse


def give(body: dict[str, Any], status: int = 200, *, kind: type[HttpResponse] = HttpResponse) -> HttpResponse:
    """Return an answer in JSON, which nobody on the way may keep."""
    response = kind(json.dumps(body), content_type="application/json", status=status)
    response["Cache-Control"] = "no-store"
    return response


def page(items: list[dict[str, Any]], following: str | None) -> HttpResponse:
    """Return one page of a list, with the cursor of the next one or null."""
    return give({"items": items, "next": following})

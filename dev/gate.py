"""Who may open what is for developing: this machine alone, and only while DEBUG is on. Everybody else finds nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase

P = ParamSpec("P")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def only_here(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Answer 404 unless DEBUG is on, links lead to this machine and the request comes from it."""

    @wraps(view)
    def run(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not is_here(request):
            raise Http404
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return run


def is_here(request: HttpRequest) -> bool:
    """Tell whether this is a developer at this machine."""
    if not settings.DEBUG or urlsplit(settings.BASE_URL).hostname not in LOOPBACK:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False

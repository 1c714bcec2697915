"""For those who watch us: does the process live, can it do its work, and how does it do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def healthz(request: HttpRequest) -> HttpResponse:
    """Answer while the process lives, whatever else is broken."""
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return HttpResponse("ready\n", content_type="text/plain")


def metrics(request: HttpRequest) -> HttpResponse:
    """To be written."""
    return HttpResponse("", content_type="text/plain; version=0.0.4")

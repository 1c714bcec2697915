"""What every page is given about its viewer."""

from __future__ import annotations

from django.http import HttpRequest

from accounts.viewer import Viewer, viewer_of


def viewer(request: HttpRequest) -> dict[str, Viewer | None]:
    """Return `viewer` for templates; read once a request, by whoever asks first."""
    return {"viewer": viewer_of(request) if hasattr(request, "user") else None}

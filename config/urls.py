"""Every address of the product."""

from __future__ import annotations

import importlib.util

from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("", include("approvals.api.urls")),
]
urlpatterns.extend(
    path("", include(f"{app}.urls"))
    for app in ("accounts", "approvals", "delivery", "audit", "agents", "escalations")
    if importlib.util.find_spec(f"{app}.urls")
)

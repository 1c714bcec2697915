"""Every address of the product."""

from __future__ import annotations

import importlib.util

from django.apps import apps
from django.conf import settings
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
if settings.DEBUG and apps.is_installed("dev"):
    urlpatterns.append(path("dev/", include("dev.urls")))

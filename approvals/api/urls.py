"""The addresses of the API. Its hottest one stands first and goes around django-ninja."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from approvals.api import site
from approvals.api.actions import hot

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/actions", hot),
    path("api/v1/openapi.json", site.openapi_json),
    path("api/v1/docs", site.docs),
    path(".well-known/jwks.json", site.jwks),
    path("api/v1/", site.api.urls),
]

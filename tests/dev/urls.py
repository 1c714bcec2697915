"""The product's addresses and the developer's corner, as DEBUG mounts them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from config.urls import urlpatterns as product

urlpatterns: list[URLPattern | URLResolver] = [*product, path("dev/", include("dev.urls"))]

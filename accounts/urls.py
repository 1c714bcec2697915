"""Addresses of signing in."""

from __future__ import annotations

from django.urls import path

from accounts import views

urlpatterns = [
    path("sign-in/link/<str:token>", views.link, name="signin_link"),
    path("sign-out", views.sign_out, name="account_logout"),
    path("organization", views.organization, name="organization"),
]

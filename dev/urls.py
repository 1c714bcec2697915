"""The addresses of the developer's corner; mounted under /dev/ with DEBUG alone."""

from __future__ import annotations

from django.urls import URLPattern, path

from dev import views

urlpatterns: list[URLPattern] = [
    path("", views.index, name="dev"),
    path("clock", views.turn_clock, name="dev_clock"),
    path("letter/<str:name>", views.letter, name="dev_letter"),
    path("messages", views.messages, name="dev_messages"),
    path("outbox", views.outbox, name="dev_outbox"),
    path("sign-in-as", views.sign_in_as, name="dev_sign_in_as"),
    path("style.css", views.style, name="dev_style"),
]

"""The addresses of the pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from approvals.views import action, inbox, moves

urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("inbox/list", inbox.inbox_list, name="inbox_list"),
    path("actions/<str:public_id>", action.action, name="action"),
    path("actions/<str:public_id>/detail", action.detail, name="action_detail"),
    path("actions/<str:public_id>/decide", action.decide_bar, name="action_decide"),
    path("actions/<str:public_id>/row", action.row, name="action_row"),
    *(
        path(f"actions/<str:public_id>/{name}", moves.move, {"name": name}, name=f"action_{name}")
        for name in moves.MOVES
    ),
]

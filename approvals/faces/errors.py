"""A page that says no: what happened, whether anything was recorded, what now."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorFace:
    """What an error page says. `detail` is whole sentences, with the next step in them."""

    status: int
    title: str
    detail: str
    next_url: str = "/"
    next_label: str = "Go to the inbox"
    request_id: str = ""

"""What an action is called: its type's template filled in, or the type's own name in words."""

from __future__ import annotations

from typing import Any

from agents.terms import ActionType, Money
from approvals.wording import render_template

LONGEST = 300


def title_of(kind: ActionType, arguments: dict[str, Any], amount: Money | None) -> str:
    """Return the title: "Refund €120.00 to Marta Lindqvist", or "Refund create" for a type without a template."""
    if kind.title:
        return render_template(kind.title, arguments, amount)[:LONGEST]
    words = kind.type.replace(".", " ").replace("_", " ").replace("-", " ").strip()
    return (words[:1].upper() + words[1:])[:LONGEST] or kind.type

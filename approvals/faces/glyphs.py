"""Which glyph stands for a kind of action: the first word that is found in its name, read left to right."""

from __future__ import annotations

GLYPHS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("refund", ("refund", "credit", "chargeback")),
    ("receipt", ("invoice", "pay", "transfer", "bill", "payout")),
    ("tag", ("price", "discount", "catalogue", "catalog", "coupon")),
    ("send", ("send", "campaign", "outreach", "newsletter", "publish")),
    ("mail", ("mail", "message", "reply")),
    ("server", ("volume", "server", "deploy", "scale", "restart", "replica", "cluster", "database", "platform")),
    ("key", ("access", "grant", "role", "permission", "secret")),
    ("people", ("customer", "account", "user", "person")),
    ("cross", ("delete", "remove", "drop")),
    ("page", ("document", "contract", "file", "page")),
)


def glyph_of(action_type: str) -> str:
    """Return the icon of an action type, or of an agent's slug: `glyph_of("refund.create")` is "refund"."""
    name = action_type.lower()
    return next((glyph for glyph, words in GLYPHS if any(word in name for word in words)), "bot")

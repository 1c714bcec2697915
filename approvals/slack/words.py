"""Text for Slack: what others wrote can neither link, mention nor format; every text fits its place."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from delivery.cards import JOINER, moment, plain

HEADER, SECTION, FIELD, BUTTON, LABEL, MODAL_TITLE, QUOTE = 150, 3000, 2000, 75, 75, 24, 300
_QUOTED = re.compile(r"^(?=\s*>)", re.MULTILINE)  # a line that Slack would show as a quote
_FORMATS = re.compile(r"([*_~`])")
_EMOJI = re.compile(r":(?=[a-z0-9_+'-]+:)", re.IGNORECASE)


def escaped(text: str, *, most: int = QUOTE, lines: bool = False) -> str:
    """Return somebody's text as mrkdwn that shows exactly its letters: no link, no mention, no markup.

    It is cut at `most` characters, said by an ellipsis.
    """
    shown = plain(text, lines=lines)
    shown = _shortened(shown, most)
    shown = _QUOTED.sub(JOINER, shown).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = _FORMATS.sub(rf"{JOINER}\1{JOINER}", shown)
    return _EMOJI.sub(f":{JOINER}", shown)


def cut(text: str, most: int) -> str:
    """Return a text of one line that fits, with an ellipsis where it was cut."""
    flat = plain(text, lines=False)
    return _shortened(flat, most)


def _shortened(shown: str, most: int) -> str:
    """Return the text within its limit, never cut between an @ and the letter that keeps it from being a mention."""
    return shown if len(shown) <= most else f"{shown[: most - 1].rstrip().removesuffix('@')}…"


def mrkdwn(text: str, most: int = SECTION) -> dict[str, Any]:
    """Return a text object in which Slack makes no links of its own."""
    return {"type": "mrkdwn", "text": text if len(text) <= most else f"{text[: most - 1]}…", "verbatim": True}


def plain_text(text: str, most: int) -> dict[str, Any]:
    """Return a text object without any formatting."""
    return {"type": "plain_text", "text": cut(text, most) or "–", "emoji": False}


def link(url: str, text: str) -> str:
    """Return a link of ours; `text` is escaped."""
    return f"<{url}|{escaped(text, most=150).replace('|', '¦')}>"


def when(at: datetime, *, zone: str, now: datetime) -> str:
    """Return a moment that each reader sees on their own clock; `zone` is for who cannot."""
    there = moment(at, zone=zone, now=now)
    form = "{time}" if ":" in there and len(there) == 5 else "{date_short_pretty} {time}"
    return f"<!date^{int(at.timestamp())}^{form}|{there}>"

"""What templates may say: icons, marks around text from outside, moments, and the small drawings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from approvals.faces import times
from approvals.faces.icons import ICONS
from approvals.faces.marks import cut, runs

register = template.Library()

LEVELS = ("supervised", "assisted", "monitored", "autonomous")
STEPS = ((0, 9, 5), (5, 6, 8), (10, 3, 11), (15, 0, 14))
RING = 34.56  # the circumference of the ring, 2π × 5.5


@register.simple_tag
def icon(name: str, label: str = "", size: str = "") -> SafeString:
    """Return a glyph as SVG: decorative, or with `label` an image of that name. `size` is more classes: sm, lg."""
    classes = f"i {size}".strip()
    drawing = mark_safe(ICONS[name])  # noqa: S308 - our own constant
    if label:
        return format_html(
            '<svg class="{}" viewBox="0 0 16 16" role="img" aria-label="{}">{}</svg>', classes, label, drawing
        )
    return format_html('<svg class="{}" viewBox="0 0 16 16" aria-hidden="true">{}</svg>', classes, drawing)


@register.simple_tag
def stair(level: str) -> SafeString:
    """Return the four steps of trust with those up to `level` lit."""
    lit = LEVELS.index(level) + 1 if level in LEVELS else 0
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="4" height="{}" rx="1"/>',
        (("on" if number < lit else "", *step) for number, step in enumerate(STEPS)),
    )
    return format_html('<svg class="stair" viewBox="0 0 19 14" aria-hidden="true">{}</svg>', bars)


@register.simple_tag
def ring(share: float, soon: bool = False) -> SafeString:
    """Return the ring of time left; `share` from 0 to 1."""
    part = f"{max(0.0, min(share, 1.0)) * RING:.1f} {RING:.1f}"
    return format_html(
        '<svg class="ring{}" viewBox="0 0 16 16" aria-hidden="true"><circle class="bg" cx="8" cy="8" r="5.5"/>'
        '<circle class="fg" cx="8" cy="8" r="5.5" stroke-dasharray="{}" transform="rotate(-90 8 8)"/></svg>',
        " soon" if soon else "",
        part,
    )


@register.filter
def marks(text: object, most: int = 0) -> SafeString:
    """Return text from outside as inert, isolated HTML, with a visible mark for each character that hides or misleads.

    With `most` it is cut there, and says so: "2,000 of 9,418 characters shown".
    """
    whole = str(text)
    shown, total = cut(whole, most) if most else (whole, len(whole))
    body = format_html_join(
        "",
        "{}",
        ((format_html('<span class="mark">{}</span>', run.text) if run.is_mark else run.text,) for run in runs(shown)),
    )
    if len(shown) < total:
        body = format_html(
            '{}<span class="cut"> … {} of {} characters shown</span>', body, f"{len(shown):,}", f"{total:,}"
        )
    return format_html("<bdi>{}</bdi>", body)


@register.filter
def plain_marks(text: object, most: int = 0) -> str:
    """Return text from outside for an attribute or a title: marks as text, cut with an ellipsis."""
    whole = "".join(run.text for run in runs(str(text)))
    return whole if not most or len(whole) <= most else whole[: most - 1] + "…"


@register.simple_tag(takes_context=True)
def left(context: dict[str, Any], at: datetime) -> SafeString:
    """Return the time left until `at`, kept true by time.js."""
    text = times.left(at, context["now"])
    return format_html('<time datetime="{}" data-left>{}</time>', at.isoformat(), text)


@register.simple_tag(takes_context=True)
def ago(context: dict[str, Any], at: datetime) -> SafeString:
    """Return how long ago `at` was, kept true by time.js."""
    title = times.clock(at, context["now"], context["zone"])
    text = times.ago(at, context["now"])
    return format_html('<time datetime="{}" title="{}" data-ago>{}</time>', at.isoformat(), title, text)


@register.simple_tag(takes_context=True)
def clock(context: dict[str, Any], at: datetime) -> SafeString:
    """Return the time of day, with the date when it is not today."""
    text = times.clock(at, context["now"], context["zone"])
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


@register.simple_tag(takes_context=True)
def dated(context: dict[str, Any], at: datetime) -> SafeString:
    """Return the time of day with its date, today's too."""
    text = times.dated(at, context["now"], context["zone"])
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


@register.simple_tag(takes_context=True)
def day(context: dict[str, Any], at: datetime) -> SafeString:
    """Return the calendar day."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), times.day(at, context["now"], context["zone"]))


@register.simple_tag(takes_context=True)
def spoken_left(context: dict[str, Any], at: datetime) -> str:
    """Return the time left in whole words, for names that are read aloud."""
    return times.left_spoken(at, context["now"])


@register.simple_tag(takes_context=True)
def soon(context: dict[str, Any], at: datetime | None) -> bool:
    """Tell whether so little time is left that the list says so in red."""
    return at is not None and times.is_soon(at, context["now"])


@register.filter
def group(value: int) -> str:
    """Return a whole number with grouping: 48211 is "48,211"."""
    return f"{value:,}"


@register.filter
def coded(text: str) -> SafeString:
    """Return our own text with what stands between backticks as code."""
    parts = (
        (format_html("<code>{}</code>", part),) if number % 2 else (part,)
        for number, part in enumerate(text.split("`"))
    )
    return format_html_join("", "{}", parts)


@register.filter
def short_id(text: str) -> str:
    """Return a public id with its middle left out: "act_…q814"; anything else as it is."""
    prefix, line, rest = text.partition("_")
    return f"{prefix}_…{rest[-4:]}" if line and len(rest) == 26 else text


@register.filter
def minus(left_value: int, right_value: int) -> int:
    """Return a difference: how many more there are."""
    return left_value - right_value

"""Three weeks of who is away and who covers, as a drawing: days to the right, a lane for each person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from approvals.faces.delegation import BarFace, LaneFace, LanesFace
from approvals.faces.times import zone_of

DAYS = 21
WIDTH, LEFT = 1020, 150
DAY = (WIDTH - 8 - LEFT) / DAYS
TOP, STEP = 46, 44
LETTER = 6.4  # about what a letter of 11.5 px takes
MOST = 14
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch in which somebody is covered (kind cov), would be (draft), or is away without anybody (gap).

    `short` stands where the label has no room.
    """

    email: str
    starts: datetime
    until: datetime
    kind: str
    label: str
    short: str = ""


def lanes(
    people: Sequence[tuple[str, str]], spans: Iterable[Span], *, now: datetime, zone: str, most: int = MOST
) -> LanesFace:
    """Return the drawing of this week and the next two, in the reader's zone.

    `people` are (e-mail, name), the reader first. Who has anything planned comes before the others; beyond `most`
    people only those with plans are drawn.
    """
    here = zone_of(zone)
    today = now.astimezone(here).date()
    first = today - timedelta(days=today.weekday())
    seen = [span for span in spans if _place(span.until, first, zone) > 0 and _place(span.starts, first, zone) < DAYS]
    planned = {span.email for span in seen}
    shown = [one for number, one in enumerate(people) if one[0] in planned or number < most]
    drawn = tuple(
        LaneFace(
            name, TOP + STEP * number, tuple(_bar(span, first, zone) for span in _order(seen) if span.email == email)
        )
        for number, (email, name) in enumerate(shown)
    )
    calendar = [first + timedelta(days=number) for number in range(DAYS)]
    return LanesFace(
        days=tuple((_x(number + 0.5), str(one.day)) for number, one in enumerate(calendar)),
        weekends=tuple(_x(number) for number, one in enumerate(calendar) if one.weekday() >= SATURDAY),
        weeks=tuple(
            (_x(number), _x(number) + 4, f"{one.day} {one:%B}")
            for number, one in enumerate(calendar)
            if number % 7 == 0
        ),
        lanes=drawn,
        today_x=_x(_place(now, first, zone)),
        day_width=round(DAY, 1),
        said=_said(shown, seen, calendar, zone),
        left_out=len(people) - len(shown),
    )


def when(starts: datetime, until: datetime, zone: str) -> str:
    """Return a stretch of days in words: "24 to 28 November", "30 November to 2 December", "on 24 November"."""
    here = zone_of(zone)
    first, last = starts.astimezone(here).date(), (until - timedelta(microseconds=1)).astimezone(here).date()
    if first == last:
        return f"on {first.day} {first:%B}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} to {last.day} {last:%B}"
    return f"{first.day} {first:%B} to {last.day} {last:%B}"


def uncovered(
    starts: datetime, until: datetime, covers: Iterable[tuple[datetime, datetime]]
) -> tuple[tuple[datetime, datetime], ...]:
    """Return the parts of a stretch that no cover reaches, in order of time."""
    left, at = [], starts
    for begins, ends in sorted(covers):
        if begins > at:
            left.append((at, min(begins, until)))
        at = max(at, ends)
        if at >= until:
            break
    if at < until:
        left.append((at, until))
    return tuple((one, other) for one, other in left if one < other)


def _place(at: datetime, first: date, zone: str) -> float:
    """Return a moment in days since the first day began, by the wall: a day of 23 hours is as wide as any."""
    local = at.astimezone(zone_of(zone))
    return (local.date() - first).days + (local.hour * 3600 + local.minute * 60 + local.second) / 86_400


def _x(place: float) -> float:
    return round(LEFT + place * DAY, 1)


def _bar(span: Span, first: date, zone: str) -> BarFace:
    begins = max(_place(span.starts, first, zone), 0.0)
    ends = min(_place(span.until, first, zone), float(DAYS))
    width = max(round((ends - begins) * DAY - 2, 1), 4.0)
    label = next((one for one in (span.label, span.short) if len(one) * LETTER <= width - 14), "")
    return BarFace(_x(begins) + 1, width, span.kind, label, f"{span.label}, {when_of(span, zone)}")


def when_of(span: Span, zone: str) -> str:
    """Return the days of a span in words."""
    return when(span.starts, span.until, zone)


def _order(spans: Sequence[Span]) -> list[Span]:
    """Return the spans as they are drawn: gaps below, the draft on top."""
    return sorted(spans, key=lambda span: (("gap", "cov", "draft").index(span.kind), span.starts))


def _said(shown: Sequence[tuple[str, str]], seen: Sequence[Span], calendar: Sequence[date], zone: str) -> str:
    first, last = calendar[0], calendar[-1]
    names = dict(shown)
    facts = [f"{names[span.email]}: {when_of(span, zone)}, {span.label}." for span in seen if span.email in names]
    head = f"Who is away and who covers, {first.day} {first:%B} to {last.day} {last:%B}."
    return " ".join([head, *(facts or ["Nobody is away."])])

"""The chart of a lane: how often people agree, between what and what that very likely is, and what it moved.

One time axis. Above, the estimate in its band with the line the whole band has to be above to rise, and the line it
may not clearly fall under; below, what audits and reviews found, and the level. A new attempt begins a new stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from agents.band import Band
from agents.terms import LEVELS
from agents.trust import SUPERVISED, Trust
from approvals.faces.times import many
from approvals.faces.trust_chart import ChartFace, ChartRow
from approvals.portraits.trust_axis import LEFT, RIGHT, Axis, Event, Point

AUDITS, LEVEL_TOP, LEVEL_STEP = 262.0, 348.0, 17.0
FLOORS = (0.9, 0.8, 0.6)  # where the axis begins, if everything fits; else at 0
ROOM = 0.005  # that a line keeps from the lower edge
FEWEST_DRAWN = 5  # reviews below which a line would only jump
FEW_DAYS = 7  # shown at least
MARK_ROOM, NAME_ROOM, EDGE = 82.0, 74.0, 40.0
LINES = 4


def chart(
    points: Sequence[Point],
    events: Iterable[Event],
    audits: Iterable[date],
    trust: Trust,
    *,
    first: date,
    last: date,
    left_out: int = 0,
) -> ChartFace:
    """Return the drawing of a lane from `first` to `last`; the first point may be before it, as the state it had then.

    `audits` are the days on which an audit agreed; what was found wrong is with the points.
    """
    first = min(first, last - timedelta(days=FEW_DAYS))
    shown = [one for one in points if one.day <= last]
    axis = Axis(first, last, _floor(shown, trust))
    inside = [one for one in shown if one.day >= first]
    marked = [one for one in events if first <= one.day <= last]
    raised = _steps(axis, [(one.day, _raise_at(one, trust)) for one in shown])
    lowered = _steps(axis, [(one.day, _lower_at(one.level, trust)) for one in shown])
    levels = _stretches(shown, axis)
    return ChartFace(
        title=f"Agreement with reviewers, {_months_of(first, last)}",
        desc=_described(shown, marked),
        grid=tuple((axis.y(share), axis.y(share) + 4, _percent(share)) for share in _grid(axis.floor)),
        months=_months(axis),
        bands=tuple(_band_path(axis, run) for run in _runs(shown, last, fewest=1)),
        estimates=tuple(_line(axis, run) for run in _runs(shown, last, fewest=FEWEST_DRAWN)),
        points=_dots(axis, shown),
        raise_line=raised[0],
        lower_line=lowered[0],
        raise_words=_words(raised[1], "Rises when the whole band is above", 13.0),
        lower_words=_words(lowered[1], "Falls when clearly under", 14.0),
        marks=_marks(axis, marked),
        agreed="".join(_dot(axis.x(day)) for day in sorted(set(audits)) if first <= day <= last),
        wrong="".join(_diamond(axis.x(one.day)) for one in inside if one.wrong > 0),
        levels=tuple(
            (LEVEL_TOP - LEVEL_STEP * number, LEVEL_TOP - LEVEL_STEP * number + 4, number + 1)
            for number in range(len(LEVELS))
        ),
        level_line=_level_line(levels),
        names=_names(levels),
        rows=tuple(_row(one, trust) for one in reversed(inside)),
        left_out=left_out,
    )


def _dot(x: float) -> str:
    return f"M{x - 3.2:.1f} {AUDITS}a3.2 3.2 0 1 0 6.4 0a3.2 3.2 0 1 0-6.4 0z"


def _diamond(x: float) -> str:
    return f"M{x} {AUDITS - 5}l5 5-5 5-5-5z"


def _floor(points: Sequence[Point], trust: Trust) -> float:
    """Return where the axis begins: below every line and every estimate that is drawn."""
    drawn = [one.band.estimate for one in points if one.band.reviewed >= FEWEST_DRAWN]
    lines = [line for one in points for line in (_raise_at(one, trust), _lower_at(one.level, trust)) if line]
    lowest = min([*drawn, *lines], default=1.0) - ROOM
    return next((floor for floor in FLOORS if floor <= lowest), 0.0)


def _grid(floor: float) -> list[float]:
    return [floor + (1.0 - floor) * number / LINES for number in range(LINES + 1)]


def _raise_at(point: Point, trust: Trust) -> float | None:
    goes_on = point.level < point.target <= trust.ceiling
    return 1.0 - trust.at(point.target).tolerance if goes_on else None


def _lower_at(level: int, trust: Trust) -> float | None:
    return None if level == SUPERVISED else 1.0 - trust.at(level).tolerance


def _runs(points: Sequence[Point], last: date, *, fewest: int) -> Iterator[list[tuple[date, Band]]]:
    """Yield the stretches of evidence, each as days with what was known; the last one goes on until today."""
    run: list[tuple[date, Band]] = []
    for one in points:
        if one.fresh and run:
            yield _held(run, one.day)
            run = []
        if one.band.reviewed >= fewest:
            run.append((one.day, one.band))
    if run:
        yield _held(run, last)


def _held(run: list[tuple[date, Band]], until: date) -> list[tuple[date, Band]]:
    """Return a stretch that lasts until a day: nothing was learnt since its last point."""
    return [*run, (until, run[-1][1])] if run[-1][0] < until else run


def _line(axis: Axis, run: list[tuple[date, Band]]) -> str:
    return "M" + "L".join(f"{axis.x(day)} {axis.y(one.estimate)}" for day, one in run)


def _band_path(axis: Axis, run: list[tuple[date, Band]]) -> str:
    over = [f"{axis.x(day)} {axis.y(one.high)}" for day, one in run]
    under = [f"{axis.x(day)} {axis.y(one.low)}" for day, one in reversed(run)]
    return "M" + "L".join([*over, *under]) + "Z"


def _dots(axis: Axis, points: Sequence[Point]) -> tuple[tuple[float, float], ...]:
    """Return the dot where the lane stands today."""
    last = points[-1] if points else None
    if last is None or last.band.reviewed < FEWEST_DRAWN:
        return ()
    return ((axis.x(axis.last), axis.y(last.band.estimate)),)


def _steps(axis: Axis, places: Sequence[tuple[date, float | None]]) -> tuple[str, list[tuple[float, float, float]]]:
    """Return a stepped line with its level stretches (from, to, height); None is a gap."""
    stretches: list[tuple[float, float, float]] = []
    ends = [day for day, _ in places[1:]] + [axis.last]
    for (day, share), until in zip(places, ends, strict=False):
        if share is None or axis.x(until) <= axis.x(day):
            continue
        start, end, height = axis.x(day), axis.x(until), axis.y(share)
        if stretches and stretches[-1][1:] == (start, height):
            stretches[-1] = (stretches[-1][0], end, height)
        else:
            stretches.append((start, end, height))
    path, at = "", None
    for start, end, height in stretches:
        path += f"{'V' + str(height) if at == start else f'M{start} {height}'}H{end}"
        at = end
    return path, stretches


def _words(stretches: list[tuple[float, float, float]], words: str, below: float) -> tuple[float, float, str] | None:
    """Return where words beside a line have the most room: (x, y, words)."""
    longest = max(stretches, key=lambda one: one[1] - one[0], default=None)
    if longest is None:
        return None
    x = min(longest[0] + 6, RIGHT - 5.6 * len(words))
    return (round(max(x, LEFT + 4), 1), round(longest[2] + below, 1), words)


def _marks(axis: Axis, events: Sequence[Event]) -> tuple[tuple[float, str, str], ...]:
    """Return the events; one that has no room for words has none."""
    found: list[tuple[float, str, str]] = []
    taken = -MARK_ROOM
    for one in events:
        x = axis.x(one.day)
        has_room = x - taken >= MARK_ROOM
        anchor = "start" if x < LEFT + EDGE else "end" if x > RIGHT - EDGE else "middle"
        found.append((x, one.words if has_room else "", anchor))
        taken = x if has_room else taken
    return tuple(found)


def _stretches(points: Sequence[Point], axis: Axis) -> list[tuple[float, float, int]]:
    """Return the level as (from, to, level)."""
    places = [(axis.x(one.day), one.level) for one in points]
    found: list[tuple[float, float, int]] = []
    for (start, level), (end, _) in pairwise([*places, (RIGHT, 0)]):
        if found and found[-1][2] == level:
            found[-1] = (found[-1][0], end, level)
        elif end > start or not found:
            found.append((start, end, level))
    return found


def _level_line(stretches: list[tuple[float, float, int]]) -> str:
    if not stretches:
        return ""
    path = f"M{stretches[0][0]} {LEVEL_TOP - LEVEL_STEP * stretches[0][2]}"
    return path + "".join(f"V{LEVEL_TOP - LEVEL_STEP * level}H{end}" for _, end, level in stretches)


def _names(stretches: list[tuple[float, float, int]]) -> tuple[tuple[float, float, str], ...]:
    return tuple(
        (round(start + 8, 1), LEVEL_TOP - LEVEL_STEP * level - 6, LEVELS[level].capitalize())
        for start, end, level in stretches
        if end - start >= NAME_ROOM
    )


def _months(axis: Axis) -> tuple[tuple[float, str], ...]:
    """Return the words under the axis: months, or days where it is short."""
    span = (axis.last - axis.first).days
    if span <= 45:
        step = max(1, round(span / 6))
        days = [axis.first + timedelta(days=number) for number in range(0, span + 1, step)]
        return tuple((axis.x(one), f"{one.day} {one:%b}") for one in days)
    found, one = [], axis.first.replace(day=1)
    while one <= axis.last:
        if one >= axis.first:
            found.append((axis.x(one), f"{one:%b}"))
        one = (one + timedelta(days=32)).replace(day=1)
    return tuple(found)


def _months_of(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return f"{last:%B %Y}"
    return f"{first:%B}{'' if first.year == last.year else f' {first.year}'} to {last:%B %Y}"


def _described(points: Sequence[Point], events: Sequence[Event]) -> str:
    if not points:
        return "Nothing was reviewed yet."
    last = points[-1]
    said = [f"The level is {LEVELS[last.level]}."]
    if last.band.reviewed:
        said.append(
            f"The estimate is {_percent(last.band.estimate)}, very likely between {_percent(last.band.low)} and "
            f"{_percent(last.band.high)}, from {many(last.band.reviewed, 'review')}."
        )
    said += [f"{one.words}." for one in events[-6:]]
    return " ".join([*said, "The same is in the table below."])


def _row(point: Point, trust: Trust) -> ChartRow:
    found, needed = point.band, _raise_at(point, trust)
    known = found.reviewed > 0
    return ChartRow(
        day=f"{point.day.day} {point.day:%b %Y}",
        level=LEVELS[point.level].capitalize(),
        agreed=_percent(found.estimate) if known else "",
        low=_percent(found.low) if known else "",
        high=_percent(found.high) if known else "",
        reviewed=found.reviewed,
        wrong=found.wrong,
        required=_percent(needed) if needed is not None else "",
    )


def _percent(share: float) -> str:
    text = f"{share * 100:.1f}"
    return f"{text.removesuffix('.0')}%" if share in (0.0, 1.0) or text.endswith(".0") else f"{text}%"

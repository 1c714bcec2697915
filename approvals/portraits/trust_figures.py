"""The figures of a lane: how often people agreed, what that very likely is, and what confidence is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import sqrt

from agents.band import Band
from agents.calibration import FEW, Stated
from agents.models import LabelRow
from agents.reliability import Bin, reliability
from approvals.faces.trust import FigureFace, RangeFace
from approvals.faces.trust_chart import ReliabilityBin, ReliabilityFace
from approvals.portraits.trust_words import percent, too_early

TOO_EARLY = 30  # reviews below which no figure is told
RANGE_LEFT, RANGE_WIDTH, RANGE_FROM = 2.0, 120.0, 0.8
STRETCH = 0.5  # where the line of an accuracy begins if it does not fit
REL_LEFT, REL_RIGHT, REL_TOP, REL_BOTTOM, REL_FROM = 34.0, 272.0, 8.0, 126.0, 0.5


def range_face(band: Band, required: float | None) -> RangeFace:
    """Return an accuracy as a line with its band, from 80 % to 100 %, or from 50 % where it would not fit."""
    begins = RANGE_FROM if not band.reviewed or band.estimate >= RANGE_FROM else STRETCH

    def place(share: float) -> float:
        at = (min(max(share, begins), 1.0) - begins) / (1.0 - begins)
        return round(RANGE_LEFT + at * RANGE_WIDTH, 1)

    enough = band.reviewed >= TOO_EARLY
    text = percent(band.estimate) if enough else f"{band.reviewed} of {TOO_EARLY}"
    said = f"{percent(band.estimate)}, between {percent(band.low)} and {percent(band.high)}"
    needed = "" if required is None else f", against {percent(required)}"
    return RangeFace(
        band_x=place(band.low),
        band_width=max(round(place(band.high) - place(band.low), 1), 2.0),
        point_x=place(band.estimate) if band.reviewed else None,
        required_x=place(required) if required is not None else None,
        label=f"{said}{needed}" if enough else f"Too early to say, {text}",
        text=text,
    )


def figure(band: Band, labels: Iterable[LabelRow], since: datetime, begun: str) -> FigureFace:
    """Return how often reviewers agreed lately, and what all the evidence since a moment, `begun`, makes likely."""
    mine = [one for one in labels if one.said_at >= since and one.weight > 0]
    if band.reviewed < TOO_EARLY or not mine:
        return FigureFace(
            f"Too early to say, {band.reviewed} of {TOO_EARLY}",
            f"reviewed since {begun}.",
            percent(band.low),
            percent(band.high),
            too_early=True,
        )
    weight = sum(one.weight for one in mine)
    agreed = 1.0 - sum(one.loss * one.weight for one in mine) / weight
    all_of = f"with all {band.reviewed:,} reviewed since {begun}" if band.reviewed > len(mine) else f"since {begun}"
    return FigureFace(
        percent(agreed),
        f"over the last {len(mine):,} reviewed.",
        percent(band.low),
        percent(band.high),
        rest=all_of,
    )


def reliability_face(stated: Sequence[Stated]) -> ReliabilityFace | None:
    """Return how far the agent's confidence can be believed; None if it states none."""
    found = reliability(stated)
    if not found.count:
        return None
    if not found.enough:
        return too_early(found.count, FEW)
    worst = max(found.bins, key=lambda one: one.count * abs(one.stated - one.agreed))
    return ReliabilityFace(
        bins=tuple(_bin(one, found.count) for one in found.bins),
        label=(
            f"Stated confidence against agreement, {found.count:,} decided. Where it says {worst.stated:.0%} it is "
            f"right {worst.agreed:.0%} of the time ({worst.count:,} of them)."
        ),
        gap=f"{found.gap * 100:.1f}",
        score=f"{found.score:.3f}",
    )


def _bin(one: Bin, total: int) -> ReliabilityBin:
    def x(share: float) -> float:
        return round(REL_LEFT + (max(share, REL_FROM) - REL_FROM) / (1 - REL_FROM) * (REL_RIGHT - REL_LEFT), 1)

    def y(share: float) -> float:
        return round(REL_BOTTOM - (max(share, REL_FROM) - REL_FROM) / (1 - REL_FROM) * (REL_BOTTOM - REL_TOP), 1)

    return ReliabilityBin(
        x=x(one.stated),
        y=y(one.agreed),
        radius=round(3.0 + 3.0 * sqrt(one.count / total), 1),
        top=y(one.most),
        bottom=y(one.least),
        stated=f"{one.stated:.0%}",
        agreed=f"{one.agreed:.0%}",
        count=one.count,
    )

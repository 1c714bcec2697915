"""The picture of the plays: two charts side by side, as an SVG that needs no program to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import log10
from typing import Any

from bench.ratchet.promotions import OURS, peeks
from bench.ratchet.targets import JUMP

WIDTH, HEIGHT = 960, 440
LEFT, RIGHT, TOP, BOTTOM = 60, 28, 76, 64  # the margins of each chart
LINES = {
    OURS: ("ratchet, alpha 1 %", "#0b6e4f", 3.5),
    "Wilson 95 %": ("Wilson 95 %", "#b3541e", 2),
    "Beta 99 %": ("Beta 99 %", "#8a6d00", 2),
    "last 50 at least 95 % right": ("last 50 at least 95 %", "#6b4fa0", 2),
    "20 in a row, 3 of 20": ("20 in a row", "#2b6cb0", 2),
    "CSP-1, i = 30": ("CSP-1", "#c02942", 2),
}


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: where it stands, what its axes say, and their ends."""

    x: float
    title: str
    across: str
    ticks: dict[str, float]  # what is written under the axis, and where between 0 and 1
    highest: float
    grid: dict[str, float]  # what is written beside it, and the value

    @property
    def width(self) -> float:
        """The width of the field between the axes."""
        return WIDTH / 2 - LEFT - RIGHT

    def at(self, along: float, value: float) -> tuple[float, float]:
        """Return where a value stands; `along` is between 0 and 1."""
        return self.x + LEFT + along * self.width, TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / self.highest)

    def line(self, along: Sequence[float], values: Sequence[float], colour: str, width: float) -> str:
        """Return one line of the chart."""
        points = " ".join("{:.1f},{:.1f}".format(*self.at(*point)) for point in zip(along, values, strict=True))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>'

    def frame(self) -> list[str]:
        """Return the title, the axes and the grid."""
        left, bottom = self.at(0, 0)
        right = left + self.width
        drawn = [_text(left, TOP - 14, self.title, "start", bold=True)]
        for told, value in self.grid.items():
            y = self.at(0, value)[1]
            drawn += [
                f'<line x1="{left:.0f}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}" stroke="#d5d9de"/>',
                _text(left - 8, y + 4, told, "end"),
            ]
        drawn += [_text(self.at(along, 0)[0], bottom + 20, told, "middle") for told, along in self.ticks.items()]
        return [*drawn, _text((left + right) / 2, bottom + 44, self.across, "middle")]


def picture(found: dict[str, Any]) -> str:
    """Return the SVG of what was found."""
    promotions, damage = found["promotions"], found["damage"]
    actions = promotions["scale"]["actions"]
    labels = peeks(actions)
    span = log10(labels[-1] / labels[0])
    tens = [10**power for power in range(1, 6) if labels[0] <= 10**power <= actions]
    peeked = Chart(
        0,
        "Promoted though exactly as bad as must not be",
        "reviews looked at so far (the rule is applied after each)",
        {f"{ten:,}": log10(ten / labels[0]) / span for ten in tens},
        1.0,
        {f"{share} %": share / 100 for share in (0, 25, 50, 75, 100)},
    )
    after = damage["after"]
    highest = max(damage["one_step"][name][JUMP]["total"] for name in LINES)
    step = 250 if highest > 300 else max(round(highest / 4), 1)
    slipped = Chart(
        WIDTH / 2,
        "Errors nobody saw after 1 % became 10 %",
        "actions since the change",
        {f"{round(after * share):,}": share for share in (0, 0.25, 0.5, 0.75, 1)},
        highest * 1.05,
        {f"{value:,}": value for value in range(0, int(highest * 1.05) + 1, step)},
    )
    drawn = [*_legend(), *peeked.frame(), *slipped.frame()]
    for name, (_, colour, width) in reversed(LINES.items()):  # ours is drawn last, on top
        course = promotions["shares"][name]["course"]
        drawn.append(peeked.line([log10(one / labels[0]) / span for one in labels], course, colour, width))
        course = damage["one_step"][name][JUMP]["course"]
        drawn.append(slipped.line([i / len(course) for i in range(len(course) + 1)], [0, *course], colour, width))
    opened = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        'font-size="12" role="img">'
    )
    named = "<title>False promotions under peeking, and errors that slip through after a drift, by rule</title>"
    ground = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    return "\n".join([opened, named, ground, *drawn, "</svg>\n"])


def _legend() -> list[str]:
    drawn, x = [], float(LEFT)
    for told, colour, width in LINES.values():
        drawn.append(f'<line x1="{x:.0f}" x2="{x + 24:.0f}" y1="22" y2="22" stroke="{colour}" stroke-width="{width}"/>')
        drawn.append(_text(x + 30, 26, told, "start"))
        x += 58 + 6.4 * len(told)
    return drawn


def _text(x: float, y: float, told: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#1f2933"{weight}>{escape(told)}</text>'

"""How much of a limit is used, and how much this action would add: a meter 200 units wide."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

WIDTH = Decimal(200)


@dataclass(frozen=True, slots=True)
class LimitFace:
    """One meter. `used` and `adds` are widths out of 200; `text` is "1,840 of 2,000", `spoken` a sentence."""

    label: str
    text: str
    used: float
    adds: float
    spoken: str

    @property
    def add_x(self) -> float:
        """Where the added part begins."""
        return self.used


def limit(label: str, used: Decimal, adds: Decimal, of: Decimal, unit: str = "") -> LimitFace:
    """Return the meter of a limit: `used` before this action, `adds` by it, `of` at most.

    `unit` follows the numbers: "EUR". limit("This hour", Decimal(4), Decimal(1), Decimal(12)).text is "5 of 12".
    """
    total = used + adds
    share = (used / of if of else Decimal(1), total / of if of else Decimal(1))
    first = min(share[0], Decimal(1)) * WIDTH
    second = min(share[1], Decimal(1)) * WIDTH - first
    text = f"{number(total)} of {number(of)}" + (f" {unit}" if unit else "")
    return LimitFace(
        label=label,
        text=text,
        used=round(float(first), 1),
        adds=round(float(second), 1),
        spoken=f"{label}: {text}, {share[1] * 100:.0f}%",
    )


def number(value: Decimal) -> str:
    """Return a number for reading, grouped: 1840 is "1,840", 0.50 is "0.50"."""
    whole = value == value.to_integral_value()
    return f"{value.to_integral_value():,f}" if whole else f"{value:,f}"

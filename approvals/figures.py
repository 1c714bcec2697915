"""Numbers of a lane's past as people read them, and the usual range of them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal


def figure(number: Decimal) -> str:
    """Return a number as people read it: 1,840 or 12.50 or 0.031."""
    if abs(number) >= 10**15:
        return f"{number:.3g}"
    if number == number.to_integral_value():
        return f"{number.to_integral_value():,f}"
    return f"{number:,.2f}" if abs(number) >= 1 else f"{number:.3g}"


def span(low: Decimal, high: Decimal) -> str:
    """Return what is usual in a few letters, whole numbers where it reaches a hundred: "69 to 424", "5.95 to 95.05"."""
    if low == high:
        return figure(low)
    ends = [one.to_integral_value() for one in (low, high)] if 100 <= high < 10**15 else [low, high]
    return f"{figure(ends[0])} to {figure(ends[1])}" if ends[0] != ends[1] else f"{figure(low)} to {figure(high)}"


def quantile(numbers: Sequence[Decimal], part: float) -> Decimal:
    """Return the value below which `part` of the ordered `numbers` lie, between neighbours (Hyndman and Fan 1996, 7).

    quantile([1, 2, 3, 4], 0.5) is 2.5.
    """
    place = Decimal(str(part)) * (len(numbers) - 1)
    below = int(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * (place - below)

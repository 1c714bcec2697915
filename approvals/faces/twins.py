"""Twins: actions of low risk so alike that they are read as one list and approved by one press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from approvals.faces.decide import SYMBOLS, spoken_amount
from approvals.habits import noun_of


@dataclass(frozen=True, slots=True)
class TwinFace:
    """One of them. `amount` as buttons say it, `units` the same in the smallest unit of the list, for the sum."""

    id: str
    url: str
    title: str
    digest: str
    amount: str = ""
    units: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TwinsFace:
    """The list of them. `members` is what its address is made of; `dropped` a sentence about those that left it.

    `total` is the sum ("€163.40"), "" where there are no amounts; `before` and `places` are how a sum is written.
    """

    id: str
    title: str
    agent: str
    glyph: str
    twins: tuple[TwinFace, ...]
    total: str = ""
    before: str = ""
    places: int = 2
    dropped: str = ""
    apart_url: str = "/?apart=1"

    @property
    def label(self) -> str:
        """What the button says: "Approve 5, €163.40"."""
        return f"Approve {len(self.twins)}{f', {self.total}' if self.total else ''}"


@dataclass(frozen=True, slots=True)
class TwinOutcome:
    """What became of one of them: `said` is a sentence; `ok` whether the vote counts."""

    title: str
    url: str
    ok: bool
    said: str
    amount: str = ""


@dataclass(frozen=True, slots=True)
class OutcomesFace:
    """What one press did: `title` says how many, the refused stand first."""

    title: str
    outcomes: tuple[TwinOutcome, ...]


def above(largest: Decimal) -> Decimal:
    """Return the next round number above an amount: 42 gives 50, 50 gives 100, 0.3 gives 0.5."""
    if largest <= 0:
        return Decimal(1)
    power = Decimal(10) ** int(largest.log10().to_integral_value(ROUND_FLOOR))
    return next(step * power for step in (1, 2, 5, 10, 20) if step * power > largest)


def total_of(amounts: Sequence[Decimal], currency: str) -> str:
    """Return the sum as buttons say it, or "" for none."""
    return spoken_amount(f"{sum(amounts, Decimal(0)).normalize():f}", currency) if amounts else ""


def titled(action_type: str, count: int, amounts: Sequence[Decimal], currency: str) -> str:
    """Return what twins are called: "5 refunds under €50, €163.40 in total"."""
    one, several = noun_of(action_type)
    name = f"{count} {one if count == 1 else several}"
    if not amounts or any(one < 0 for one in amounts):
        return name
    bound = above(max(amounts))
    shown = f"{bound:,.0f}" if bound == bound.to_integral_value() else f"{bound:f}"
    symbol = SYMBOLS.get(currency)
    limit = f"{symbol}{shown}" if symbol else f"{currency} {shown}".strip()
    return f"{name} under {limit}, {total_of(amounts, currency)} in total"

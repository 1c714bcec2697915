"""What the configuration document says about agents, as frozen values.

The document is parsed and validated once (`approvals.configuration`), compiled to these, and kept
in the process; policy reads nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

RISKS: tuple[Risk, ...] = ("low", "medium", "high", "critical")
LEVELS: tuple[Level, ...] = ("supervised", "assisted", "monitored", "autonomous")

Risk = Literal["low", "medium", "high", "critical"]
Level = Literal["supervised", "assisted", "monitored", "autonomous"]
Mode = Literal["active", "monitor", "off"]
TightenOn = Literal["all", "major", "cluster"]
VersionsAs = Literal["semver", "patch", "minor", "major", "ignore"]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with its currency: `Money(Decimal("500"), "EUR")`, written "500 EUR"."""

    value: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.value} {self.currency}"

    @property
    def spoken(self) -> str:
        """The amount in a sentence: "1,840.00 EUR", digits as they were given, never with an exponent."""
        return f"{self.value:,f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of one field: `Condition("amount", "at_least", Money(…))`.

    `field` is a name of CONTRACT.md section 7 or a JSON pointer into the arguments; `op` one of its operators. A node
    with `op` `all`, `any` or `not` joins `parts` and has no field.
    """

    field: str
    op: str
    value: Any = None
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A hard rule: evaluated before everything else, deny wins.

    `mode` is active; monitor, which is evaluated and logged but without effect; or off.
    """

    name: str
    when: tuple[Condition, ...]
    then: Literal["deny", "allow"]
    mode: Mode = "active"


@dataclass(frozen=True, slots=True)
class AgentLimits:
    """How fast an agent may ask, and how many of its actions may wait at once."""

    per_minute: int | None = None
    pending: int | None = None


@dataclass(frozen=True, slots=True)
class TypeLimits:
    """What one action type of one agent may not exceed; `amount_per_day` is by the organization's calendar day."""

    per_hour: int | None = None
    max_amount: Money | None = None
    amount_per_day: Money | None = None


@dataclass(frozen=True, slots=True)
class AmountPointers:
    """Where an action type's amount stands in its arguments, as JSON pointers."""

    value: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelWish:
    """What the document says of one level of trust; what is None is as usual (agents.trust). Rates in (0, 1)."""

    tolerance: float | None = None
    alpha: float | None = None
    gross: float | None = None
    sample: float | None = None
    sample_flagged: float | None = None
    min_labels: int | None = None
    min_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustTerms:
    """What the document says of how an action type earns trust; what is None is as usual (agents.trust).

    `levels` are assisted, monitored and autonomous. `maturity`: how long good news waits for bad news. What is decided
    faster than `reading_floor` is worth nothing. `tighten_on_report`: which reported errors tighten. `versions`: what a
    changed `agent_version` counts as, `semver` reads it off the numbers. `selective`: confidences certified one after
    the other, highest first.
    """

    levels: tuple[LevelWish, LevelWish, LevelWish] = (LevelWish(), LevelWish(), LevelWish())
    cooldown: timedelta | None = None
    severe_cooldown: timedelta | None = None
    stale: timedelta | None = None
    evidence: timedelta | None = None
    maturity: timedelta | None = None
    reading_floor: timedelta | None = None
    min_confidence: float | None = None
    soft_amount: Money | None = None
    hard_amount: Money | None = None
    tighten_on_report: TightenOn = "all"
    tighten_on_drift: bool = True
    versions: VersionsAs = "semver"
    selective: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionType:
    """One kind of action an agent has been given. `ratified`: people agree to each promotion."""

    type: str
    title: str = ""
    effect: str = ""
    undo: str = ""
    risk: Risk = "high"
    reversible: bool = False
    amount: AmountPointers | None = None
    schema: dict[str, Any] | None = None
    ceiling: Level | None = None
    limits: TypeLimits = field(default_factory=TypeLimits)
    known: bool = True
    ratified: bool = True
    trust: TrustTerms = field(default_factory=TrustTerms)


@dataclass(frozen=True, slots=True)
class AgentTerms:
    """An agent as the document describes it; `owner` is an e-mail."""

    slug: str
    name: str
    owner: str | None = None
    callback_url: str | None = None
    limits: AgentLimits = field(default_factory=AgentLimits)
    actions: tuple[ActionType, ...] = ()

    def type_named(self, name: str) -> ActionType:
        """Return the action type `name`; one the agent has not been given is unknown, hence high risk."""
        for kind in self.actions:
            if kind.type == name:
                return kind
        return ActionType(type=name, risk="high", known=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A time span of the document: a length, or a share of `decide_within`."""

    length: timedelta | None = None
    percent: Decimal | None = None

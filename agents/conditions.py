"""Conditions of rules and routes, in three values: true, false, or not to be told.

What cannot be told (a missing field, another type, another currency) never counts as "does not
match": the caller must take the stricter way (Kleene, 1952: strong logic of indeterminacy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from fnmatch import fnmatchcase

from agents.amounts import decimal_of
from agents.pointers import MISSING, look_up
from agents.terms import LEVELS, RISKS, Condition, Level, Money, Risk
from core.strict_json import JsonValue


class Truth(Enum):
    """Whether a condition holds."""

    TRUE = "true"
    FALSE = "false"
    INDETERMINATE = "indeterminate"

    @staticmethod
    def of(value: bool) -> Truth:
        """Return TRUE or FALSE."""
        return Truth.TRUE if value else Truth.FALSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one action at the moment it is judged.

    `risk` is the effective one. `rate` counts the agent's actions of this type in the past hour. `amount_expected`
    says that the type names where its amount stands, so that a missing amount is a fault and not a fact of life.
    `open_calendars` and `closed_calendars` are the business calendars that are open at `now`, and those that are not;
    one in neither is not known.
    """

    agent: str
    action: str
    amount: Money | None = None
    risk: Risk
    confidence: float | None = None
    reversible: bool = False
    environment: str | None = None
    level: Level = "supervised"
    agent_version: str | None = None
    requested_by: str | None = None
    now: datetime
    rate: int | None = None
    arguments: JsonValue = field(default_factory=dict)
    timezone: str = "UTC"
    amount_expected: bool = True
    open_calendars: frozenset[str] | None = None
    closed_calendars: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """What conditions came to; `doubts` says in sentences what could not be told, and is empty otherwise."""

    truth: Truth
    doubts: tuple[str, ...] = ()


class _Unclear(Exception):
    """The condition cannot be told, for the reason given."""


def evaluate(conditions: Iterable[Condition], facts: Facts) -> Truth:
    """Return whether all `conditions` hold; no condition at all is TRUE."""
    return examine(conditions, facts).truth


def examine(conditions: Iterable[Condition], facts: Facts) -> Finding:
    """Return whether all `conditions` hold, and which could not be told and why."""
    return _all(_judge(condition, facts) for condition in conditions)


def _all(findings: Iterable[Finding]) -> Finding:
    doubts: list[str] = []
    for finding in findings:
        if finding.truth is Truth.FALSE:
            return finding
        doubts.extend(finding.doubts)
    return Finding(Truth.INDETERMINATE, tuple(doubts)) if doubts else Finding(Truth.TRUE)


def _not(finding: Finding) -> Finding:
    if finding.truth is Truth.INDETERMINATE:
        return finding
    return Finding(Truth.of(finding.truth is Truth.FALSE))


def _judge(condition: Condition, facts: Facts) -> Finding:
    match condition.op:
        case "all":
            return _all(_judge(part, facts) for part in condition.parts)
        case "any":
            return _not(_all(_not(_judge(part, facts)) for part in condition.parts))
        case "not":
            return _not(_all(_judge(part, facts) for part in condition.parts))
    try:
        return Finding(Truth.of(_holds(condition, facts)))
    except _Unclear as why:
        return Finding(Truth.INDETERMINATE, (f"“{described(condition)}” cannot be told: {why}",))


def fields_of(conditions: Iterable[Condition]) -> Iterator[tuple[str, object]]:
    """Yield each field the conditions look at, also inside `all`, `any` and `not`, with what it is compared with."""
    for condition in conditions:
        if condition.field:
            yield condition.field, condition.value
        yield from fields_of(condition.parts)


def described(condition: Condition) -> str:
    """Return one condition in words: `amount at least 500 EUR`."""
    wanted = condition.value
    if isinstance(wanted, list | tuple):
        wanted = ", ".join(str(one) for one in wanted)
    words = f"{condition.field} {condition.op.replace('_', ' ')}"
    return words if wanted is None else f"{words} {wanted}"


def _holds(condition: Condition, facts: Facts) -> bool:
    actual = _value(condition.field, facts)
    if condition.op == "exists":
        return (actual is not MISSING and actual is not None) is not (condition.value is False)
    if condition.field == "time":
        return _at_that_time(condition, facts)
    if condition.field == "confidence" and actual is MISSING:
        actual = 0.0
    if actual is MISSING:
        is_amount = condition.field == "amount"
        raise _Unclear("the action has none that can be read" if is_amount else "the action does not say it")
    if condition.field == "requested_by":
        return _compare(condition.op, _lower(actual), _lower(condition.value), condition.field)
    return _compare(condition.op, actual, condition.value, condition.field)


def _at_that_time(condition: Condition, facts: Facts) -> bool:
    """Return whether it is open time of the calendar named, or closed time of it for `outside`."""
    slug = condition.value
    if condition.op not in ("inside", "outside") or not isinstance(slug, str):
        raise _Unclear("a time is only inside or outside a calendar")
    if facts.open_calendars is None:
        raise _Unclear("no calendar was looked at")
    if slug not in facts.open_calendars and slug not in facts.closed_calendars:
        raise _Unclear(f"there is no calendar “{slug}”")
    return (slug in facts.open_calendars) is (condition.op == "inside")


def _lower(value: object) -> object:
    if isinstance(value, str):
        return value.lower()
    if isinstance(value, list | tuple):
        return tuple(_lower(one) for one in value)
    return value


def _value(name: str, facts: Facts) -> object:
    """Return what the action says under `name`, or MISSING. A text that is empty says nothing of our own fields.

    A null in the arguments is there (it is a value of another type), though it does not "exist".
    """
    if name.startswith("/"):
        return look_up(facts.arguments, name)
    known: dict[str, object] = {
        "agent": facts.agent,
        "action": facts.action,
        "amount": facts.amount,
        "risk": facts.risk,
        "confidence": facts.confidence,
        "reversible": facts.reversible,
        "environment": facts.environment,
        "level": facts.level,
        "agent_version": facts.agent_version,
        "requested_by": facts.requested_by,
        "time": facts.now,
        "rate": facts.rate,
    }
    value = known.get(name)
    return MISSING if value is None or value == "" else value


def _compare(op: str, actual: object, wanted: object, name: str) -> bool:
    match op:
        case "is":
            return _same(actual, wanted, name)
        case "in":
            return _among(actual, wanted, name)
        case "matches":
            if not isinstance(actual, str) or not isinstance(wanted, str):
                raise _Unclear("it is not a text")
            return fnmatchcase(actual, wanted)
    if op in _ORDER:
        mine, theirs = _ordered(actual, wanted, name)
        return _ORDER[op](mine, theirs)
    raise _Unclear(f"the operator “{op}” is not known here")


_ORDER: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "at_least": lambda mine, theirs: mine >= theirs,
    "at_most": lambda mine, theirs: mine <= theirs,
    "below": lambda mine, theirs: mine < theirs,
    "above": lambda mine, theirs: mine > theirs,
}


def _same(actual: object, wanted: object, name: str) -> bool:
    if isinstance(wanted, bool) or wanted is None:
        if type(actual) is not type(wanted):
            raise _Unclear(f"it is not {'null' if wanted is None else 'true or false'}")
        return actual is wanted
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual == wanted
    if isinstance(wanted, str):
        raise _Unclear("it is not a text")
    mine, theirs = _ordered(actual, wanted, name)
    return mine == theirs


def _among(actual: object, wanted: object, name: str) -> bool:
    """Return whether `actual` is one of `wanted`; those of another type are passed over, unless all are."""
    doubt = _Unclear("there is nothing to compare it with")
    comparable = False
    for one in wanted if isinstance(wanted, list | tuple) else ():
        try:
            if _same(actual, one, name):
                return True
            comparable = True
        except _Unclear as why:
            doubt = why
    if not comparable:
        raise doubt
    return False


def _ordered(actual: object, wanted: object, name: str) -> tuple[Decimal, Decimal]:
    """Return both sides as numbers that may be compared: money of one currency, ranks, or plain numbers."""
    if isinstance(actual, Money) or isinstance(wanted, Money):
        return _money(actual, wanted)
    if name in _RANKS:
        return _rank(actual, _RANKS[name]), _rank(wanted, _RANKS[name])
    # A text is a number only where the document wrote a text too: "it is 500" is not "it is '500'".
    if isinstance(actual, str) is not isinstance(wanted, str):
        raise _Unclear("it is a text, not a number" if isinstance(actual, str) else "it is not a text")
    mine, theirs = decimal_of(actual), decimal_of(wanted)
    if mine is None:
        raise _Unclear("it is not a number")
    if theirs is None:
        raise _Unclear("the condition compares it with something that is not a number")
    if name == "confidence" and not 0 <= mine <= 1:
        raise _Unclear("it is not between 0 and 1")
    return mine, theirs


_RANKS: dict[str, tuple[str, ...]] = {"risk": RISKS, "level": LEVELS}


def _rank(value: object, ladder: tuple[str, ...]) -> Decimal:
    if value not in ladder:
        raise _Unclear("it is not one of " + ", ".join(ladder))
    return Decimal(ladder.index(str(value)))


def _money(actual: object, wanted: object) -> tuple[Decimal, Decimal]:
    if not isinstance(actual, Money) or not isinstance(wanted, Money):
        raise _Unclear("an amount can only be compared with an amount and its currency")
    if actual.currency != wanted.currency:
        raise _Unclear(f"the amount is in {actual.currency}, not in {wanted.currency}")
    if not actual.value.is_finite() or actual.value < 0 or not wanted.value.is_finite():
        raise _Unclear("the amount is not a number of zero or more")
    return actual.value, wanted.value

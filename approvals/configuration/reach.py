"""What can reach a route, as far as a document tells: never less than what does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from agents.terms import RISKS, Money
from approvals.configuration.known import Known, Row
from approvals.configuration.values import money_from

_HIGH = "high"
_ORDER: dict[str, Callable[[int, int], bool]] = {
    "is": lambda actual, wanted: actual == wanted,
    "at_least": lambda actual, wanted: actual >= wanted,
    "at_most": lambda actual, wanted: actual <= wanted,
    "above": lambda actual, wanted: actual > wanted,
    "below": lambda actual, wanted: actual < wanted,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One action type of one agent, or with an empty `type` all those it has not been given (`own` it has)."""

    agent: str
    type: str
    risk: str
    reversible: bool
    own: frozenset[str] = frozenset()

    @property
    def harmless(self) -> bool:
        """Whether it is of low risk and can be undone."""
        return self.risk == "low" and self.reversible

    @property
    def called(self) -> str:
        """The type in words, for a message."""
        return f"{self.type} of {self.agent}" if self.type else f"types that {self.agent} has not been given"


def kinds_of(known: Known) -> Iterator[Kind]:
    """Yield every type an agent may post: those it has been given, and all others, which are of high risk."""
    for agent, kind in known.kinds():
        if "slug" in agent:
            yield Kind(agent["slug"], kind["type"], kind.get("risk", _HIGH), kind.get("reversible", False))
    for agent in known.agents:
        if "slug" in agent:
            own = frozenset(kind["type"] for owner, kind in known.kinds() if owner is agent)
            yield Kind(agent["slug"], "", _HIGH, reversible=False, own=own)


def may_match(conditions: Iterable[Row], kind: Kind) -> bool:
    """Whether conditions could be true, or not be told, for an action of this type."""
    return _all(_judge(one, kind) for one in conditions) is not False


def _all(truths: Iterable[bool | None]) -> bool | None:
    found = set(truths)
    return False if False in found else None if None in found else True


def _not(truth: bool | None) -> bool | None:
    return None if truth is None else not truth


def _judge(row: Row, kind: Kind) -> bool | None:
    if "all" in row:
        return _all(_judge(one, kind) for one in row["all"])
    if "any" in row:
        return _not(_all(_not(_judge(one, kind)) for one in row["any"]))
    if "not" in row:
        inner = row["not"] if isinstance(row["not"], list) else [row["not"]]
        return _not(_all(_judge(one, kind) for one in inner))
    value, op = row.get("value"), row.get("op", "")
    if value is None:
        return None  # it could not be read
    match row.get("field"):
        case "agent":
            return _word(kind.agent, op, value)
        case "action":
            return _word(kind.type, op, value) if kind.type else _stranger(kind.own, op, value)
        case "risk":
            return _risk(kind.risk, op, value)
        case "reversible":
            return bool(kind.reversible is value)
    return None


def _word(actual: str, op: str, value: Any) -> bool | None:
    match op:
        case "is":
            return bool(actual == value)
        case "in":
            return actual in list(value)
        case "matches":
            return fnmatchcase(actual, str(value))
    return value is not False if op == "exists" else None


def _stranger(own: frozenset[str], op: str, value: Any) -> bool | None:
    """Judge a type of any name but those in `own`."""
    if op == "exists":
        return value is not False
    named = value if isinstance(value, list) else [value]
    if op in ("is", "in") and all(name in own for name in named):
        return False
    return True if op == "matches" and value == "*" else None


def _risk(least: str, op: str, value: Any) -> bool | None:
    """Judge the risk of an action, which is that of its type or higher."""
    found = {_holds(risk, op, value) for risk in RISKS[RISKS.index(least) :]}
    return found.pop() if len(found) == 1 else None


def _holds(risk: str, op: str, value: Any) -> bool | None:
    if op == "in":
        return bool(risk in value)
    if op not in _ORDER:
        return None
    return _ORDER[op](RISKS.index(risk), RISKS.index(value))


def can_decide(person: Row, route: Row) -> bool:
    """Whether somebody's authority leaves room for anything that the route's own conditions let through."""
    held = person.get("authority") or {}
    return all(_leaves_room(held, one) for one in route.get("when") or [])


def _leaves_room(held: Row, condition: Row) -> bool:
    value, op = condition.get("value"), condition.get("op", "")
    if value is None:
        return True
    match condition.get("field"):
        case "amount" if "max_amount" in held and op in ("is", "at_least", "above"):
            return _is_within(money_from(held["max_amount"]), money_from(str(value)), op)
        case "risk" if "max_risk" in held and op in ("is", "at_least", "above", "in"):
            allowed = RISKS[: RISKS.index(held["max_risk"]) + 1]
            return any(_holds(risk, op, value) for risk in allowed)
        case "action" if "actions" in held and op in ("is", "in"):
            named = value if isinstance(value, list) else [value]
            return any(fnmatchcase(str(name), glob) for name in named for glob in held["actions"])
    return True


def _is_within(most: Money, least: Money, op: str) -> bool:
    if most.currency != least.currency:
        return False
    return most.value > least.value if op == "above" else most.value >= least.value

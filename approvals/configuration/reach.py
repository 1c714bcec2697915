"""What can reach a route, as far as a document tells: never less than what does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from agents.terms import RISKS, Money
from approvals.configuration.known import Known, Row, each
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
    for agent in known.agents:
        if "slug" not in agent:
            continue
        own = [kind for _, kind in each(agent, "actions") if "type" in kind]
        for kind in own:
            yield Kind(agent["slug"], kind["type"], kind.get("risk", _HIGH), kind.get("reversible", False))
        names = frozenset(kind["type"] for kind in own)
        yield Kind(agent["slug"], "", _HIGH, reversible=False, own=names)


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


def unable(known: Known, route: Row) -> frozenset[str]:
    """Return those whose authority leaves no room for anything that the route's own conditions let through."""
    tests = [test for one in route.get("when") or [] if (test := _test_of(one))]
    return frozenset(email for email, held in known.authority.items() if not all(test(held) for test in tests))


def _test_of(condition: Row) -> Callable[[Row], bool] | None:
    """Return what tells whether an authority leaves room for a condition, or None if it has nothing to do with one."""
    value, op = condition.get("value"), condition.get("op", "")
    if value is None:
        return None
    match condition.get("field"):
        case "amount" if op in ("is", "at_least", "above"):
            least = money_from(str(value))
            return lambda held: "max_amount" not in held or _is_within(held["max_amount"], least, op)
        case "risk" if op in ("is", "at_least", "above", "in"):
            taken = [number for number, risk in enumerate(RISKS) if _holds(risk, op, value)]
            return lambda held: "max_risk" not in held or bool(taken and taken[0] <= RISKS.index(held["max_risk"]))
        case "action" if op in ("is", "in"):
            named = value if isinstance(value, list) else [value]
            return lambda held: "actions" not in held or _covers(held["actions"], named)
    return None


def _is_within(most: Money, least: Money, op: str) -> bool:
    if most.currency != least.currency:
        return False
    return most.value > least.value if op == "above" else most.value >= least.value


def _covers(globs: list[str], named: list[Any]) -> bool:
    return any(fnmatchcase(str(name), glob) for name in named for glob in globs)

"""What an agent usually sends: one lane's approved actions, boiled down field by field.

Only what was approved is a habit: an agent cannot make a value usual by asking for it often. Made
once a lane and compared with many actions (`approvals.odds`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from agents.amounts import decimal_of
from agents.pointers import pointer_of
from agents.terms import AmountPointers, Money
from core.strict_json import JsonValue

MOST = 2_000  # past actions looked at, newest first
LEAVES = 60  # fields of one action looked at
FEW = 20  # below this many it is too early to compare

DECIDED = frozenset({"approved", "edited", "rejected"})  # by people
APPROVED = frozenset({"approved", "edited"})

Kind = Literal["number", "decimal", "count", "flag", "category", "identity", "text", "mixed"]
MEASURED = frozenset[Kind]({"number", "decimal", "count"})  # a "decimal" is a number sent as text
Leaf = None | bool | int | float | str | Decimal

_ID = re.compile(r"(?:^|[ _-])(?:id|no|nr|number|order|ref|reference|phone|iban|account|code|zip)$", re.IGNORECASE)
_WITH_POINT = re.compile(r"-?[0-9]{1,18}\.[0-9]{1,12}", re.ASCII)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9 _-]{0,39}", re.ASCII)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Past:
    """One past action of the lane. `decision` is approved, edited, rejected or any other end; `key` finds it again."""

    arguments: JsonValue
    amount: Money | None = None
    decision: str = "approved"
    key: str = ""


@dataclass(frozen=True, slots=True)
class FieldHabit:
    """What one field used to hold: `numbers` in order for numbers and counts, else how often each value was given."""

    pointer: str
    kind: Kind
    numbers: tuple[Decimal, ...] = ()
    given: Mapping[Leaf, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many past actions had it."""
        return len(self.numbers) or sum(self.given.values())

    @property
    def novelty(self) -> float:
        """The share of past actions that brought a value never seen before."""
        return len(self.given) / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Habits:
    """One lane's past. `amounts` are the approved ones by currency; `flat` is every decided action for likeness."""

    count: int
    noun: tuple[str, str]
    fields: Mapping[str, FieldHabit]
    amounts: Mapping[str, tuple[Decimal, ...]]
    amount_at: AmountPointers | None
    settled: bool
    flat: tuple[tuple[Past, Mapping[str, Leaf]], ...]


def habits(
    past: Sequence[Past], *, amount_at: AmountPointers | None = None, noun: tuple[str, str] = ("action", "actions")
) -> Habits:
    """Return the habits of one lane from its past actions, newest first."""
    decided = [(one, flatten(one.arguments)) for one in past[:MOST] if one.decision in DECIDED]
    approved = [(one, flat) for one, flat in decided if one.decision in APPROVED]
    values: dict[str, list[Leaf]] = {}
    amounts: dict[str, list[Decimal]] = {}
    widest = 0
    for one, flat in approved:
        widest = max(widest, len(flat))
        for pointer, value in flat.items():
            if value is not None:
                values.setdefault(pointer, []).append(value)
        if one.amount is not None and one.amount.value.is_finite():
            amounts.setdefault(one.amount.currency, []).append(one.amount.value)
    return Habits(
        count=len(approved),
        noun=noun,
        fields={pointer: _habit(pointer, found) for pointer, found in values.items()},
        amounts={currency: tuple(sorted(found)) for currency, found in amounts.items()},
        amount_at=amount_at,
        settled=len(values) <= 3 * widest,
        flat=tuple(decided),
    )


def flatten(arguments: JsonValue) -> dict[str, Leaf]:
    """Return every single value by its pointer; a list stands as how many it holds, a Decimal."""
    found: dict[str, Leaf] = {}
    for pointer, value in _leaves(arguments, ()):
        if len(found) == LEAVES:
            break
        found[pointer] = value
    return found


def _leaves(value: JsonValue, tokens: tuple[str, ...]) -> Iterator[tuple[str, Leaf]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*tokens, name))
    elif isinstance(value, list):
        yield pointer_of(*tokens), Decimal(len(value))
    else:
        yield pointer_of(*tokens), value


def _habit(pointer: str, values: list[Leaf]) -> FieldHabit:
    kind = _kind(pointer, values)
    if kind in MEASURED:
        return FieldHabit(pointer, kind, numbers=tuple(sorted(number for number in _numbers(values))))
    return FieldHabit(pointer, kind, given=Counter(str(one) if kind == "identity" else one for one in values))


def _numbers(values: Iterable[Leaf]) -> Iterator[Decimal]:
    for value in values:
        number = decimal_of(value)
        if number is not None:
            yield number


def _kind(pointer: str, values: list[Leaf]) -> Kind:
    kinds = {type(value) for value in values}
    if kinds == {bool}:
        return "flag"
    if kinds == {Decimal}:
        return "count"
    if kinds <= {int, float}:
        return "identity" if kinds == {int} and _ID.search(label_of(pointer)) else "number"
    if kinds != {str}:
        return "mixed"
    texts = [str(value) for value in values]
    if all(_WITH_POINT.fullmatch(text) for text in texts):
        return "decimal"
    if any(len(text) > 120 or "\n" in text for text in texts):
        return "text"
    different = len(set(texts))
    return "category" if different <= max(2, min(20, len(texts) // 10)) else "identity"


def kind_fits(habit: FieldHabit, value: Leaf) -> bool:
    """Return whether `value` is of the kind the field used to hold."""
    match habit.kind:
        case "flag":
            return isinstance(value, bool)
        case "count":
            return isinstance(value, Decimal)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "decimal":
            return isinstance(value, str) and decimal_of(value) is not None
        case "category":
            return isinstance(value, str)
        case "identity":
            return isinstance(value, str | int) and not isinstance(value, bool)
    return True


def label_of(pointer: str) -> str:
    """Return a field in words, or "field" where its name is not plain: `label_of("/customer/bankAccount")` is as below.

    "customer bank account". Names are the agent's words: only letters, digits and spaces reach our sentences.
    """
    tokens = [token for token in pointer.split("/")[1:] if token]
    if not tokens or not all(_WORD.fullmatch(token) for token in tokens[-2:]):
        return "field"
    words = " ".join(_HUMP.sub(" ", token) for token in tokens[-2:])
    return " ".join(words.replace("_", " ").replace("-", " ").split()).lower()


def noun_of(action: str) -> tuple[str, str]:
    """Return what one and several actions of a type are called: `noun_of("refund.create")` is refund, refunds."""
    word = action.split(".")[0].split("_")[-1].split("-")[-1]
    if not re.fullmatch(r"[a-z]{3,20}", word) or word.endswith("s"):
        return "action", "actions"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word, word[:-1] + "ies"
    return word, word + ("es" if word.endswith(("ch", "sh", "x", "z")) else "s")

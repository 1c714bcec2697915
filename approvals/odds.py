"""What is unusual about an action, compared with what its agent usually sends.

Every sentence is ours and states a count that was taken; no value the agent wrote is repeated in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import log2

from agents.terms import Money
from approvals.figures import figure, quantile, span
from approvals.habits import FEW, MEASURED, FieldHabit, Habits, Leaf, flatten, kind_fits, label_of
from core.strict_json import JsonValue

NOTHING_ODD = "nothing unusual"
RARE = 0.02  # a value given in at most this share is rare
ALWAYS_NEW = 0.9  # from this share of new values on, a new one says nothing
OFTEN_NEW = 0.5


@dataclass(frozen=True, slots=True)
class Strip:
    """A value against what is usual: the 5 % to 95 % band, the median, the least and the most there was."""

    low: float
    median: float
    high: float
    min: float
    max: float
    value: float
    label: str


@dataclass(frozen=True, slots=True)
class Oddity:
    """One unusual thing: `strong` says it, `rest` gives the evidence, `short` is for a list. Heavier is stranger."""

    pointer: str
    strong: str
    rest: str
    short: str
    weight: float


@dataclass(frozen=True, slots=True)
class FieldOdds:
    """How one argument compares: a remark such as "12 to 620 is usual", and whether it is out of line."""

    pointer: str
    remark: str
    odd: bool = False
    strip: Strip | None = None


@dataclass(frozen=True, slots=True)
class Odds:
    """The whole comparison. `compared` names the evidence; `oddities` has the strangest first."""

    count: int
    enough: bool
    compared: str
    fields: tuple[FieldOdds, ...] = ()
    oddities: tuple[Oddity, ...] = ()

    def at(self, pointer: str) -> FieldOdds | None:
        """Return what is said of one argument."""
        return next((one for one in self.fields if one.pointer == pointer), None)


_Found = tuple[FieldOdds, Oddity | None]


def compare(habits: Habits, arguments: JsonValue, amount: Money | None) -> Odds:
    """Return what is unusual about an action with these arguments and this amount."""
    if habits.count < FEW:
        return Odds(habits.count, enough=False, compared=f"Too early to compare, {habits.count} so far")
    flat = flatten(arguments)
    at = habits.amount_at.value if habits.amount_at else ""
    found: list[_Found] = [_amount(habits, amount, at)] if amount is not None else []
    for pointer, value in flat.items():
        if amount is not None and pointer == at:
            continue
        habit = habits.fields.get(pointer)
        if habit is not None and value is not None:
            found.append(_field(habits, habit, value))
    odd = [oddity for _, oddity in found if oddity is not None]
    odd += [*_missing(habits, flat), *_new(habits, flat)]
    return Odds(
        habits.count,
        enough=True,
        compared=f"compared with its last {habits.count:,} approved {habits.noun[1]}",
        fields=tuple(field for field, _ in found),
        oddities=tuple(sorted(odd, key=lambda one: -one.weight)),
    )


def strangest(odds: Odds) -> str:
    """Return the strangest fact in a few words for a list: "4.6× its usual amount"."""
    if odds.oddities:
        return odds.oddities[0].short
    return NOTHING_ODD if odds.enough else odds.compared


def _amount(habits: Habits, amount: Money, at: str) -> _Found:
    numbers = habits.amounts.get(amount.currency, ())
    if not numbers:
        oddity = Oddity(
            at,
            f"Its first {habits.noun[0]} in {amount.currency}.",
            f"None of {habits.count:,} was in this currency.",
            f"first in {amount.currency}",
            75,
        )
        return FieldOdds(at, f"First in {amount.currency}", odd=True), oddity
    return _number(habits, at, "amount", numbers, amount.value, heavier=10)


def _field(habits: Habits, habit: FieldHabit, value: Leaf) -> _Found:
    label = label_of(habit.pointer)
    if habit.total < FEW:
        return FieldOdds(habit.pointer, f"Too early to compare, {habit.total} so far"), None
    if not kind_fits(habit, value):
        oddity = Oddity(
            habit.pointer,
            f"{_cap(label)} is of another kind than before.",
            f"It was {_KINDS[habit.kind]} in all {habit.total:,} {habits.noun[1]}.",
            f"{label} of another kind",
            60,
        )
        return FieldOdds(habit.pointer, "Of another kind than before", odd=True), oddity
    if habit.kind in MEASURED:
        return _number(habits, habit.pointer, label, habit.numbers, Decimal(str(value)))
    if habit.kind in ("category", "flag"):
        return _share(habits, habit, label, value)
    if habit.kind == "identity":
        return _identity(habits, habit, label, str(value))
    return FieldOdds(habit.pointer, ""), None


_KINDS = {
    "number": "a number",
    "decimal": "a number in a text",
    "count": "a list",
    "flag": "yes or no",
    "category": "a text",
    "identity": "a text or a whole number",
}


def _number(
    habits: Habits, pointer: str, label: str, numbers: Sequence[Decimal], value: Decimal, *, heavier: float = 0
) -> _Found:
    total = len(numbers)
    if total < FEW:
        return FieldOdds(pointer, f"Too early to compare, {total} so far"), None
    low, median, high = (quantile(numbers, part) for part in (0.05, 0.5, 0.95))
    smaller, larger = bisect_left(numbers, value), total - bisect_right(numbers, value)
    usual = span(low, high)
    oddity = None
    if numbers[0] == numbers[-1] != value:
        rest = f"It was {usual} in all {total:,} {habits.noun[1]}."
        oddity = Oddity(pointer, f"{_cap(label)} is not {usual} for once.", rest, f"{label} not its usual {usual}", 65)
    elif value > high:
        oddity = _above(habits, pointer, label, value, median, usual, _only(larger, total, "larger"), heavier)
    elif value < low:
        strong = f"{_cap(label)} below its usual {usual}."
        short = f"below its usual {label}"
        oddity = Oddity(pointer, strong, _only(smaller, total, "smaller"), short, 20 + heavier)
    remark = f"Always {usual}" if numbers[0] == numbers[-1] == value else f"{usual} is usual"
    strip = Strip(
        low=float(low),
        median=float(median),
        high=float(high),
        min=float(numbers[0]),
        max=float(numbers[-1]),
        value=float(value),
        label=_in_words(habits, value, usual, smaller, larger, total, odd=oddity is not None),
    )
    return FieldOdds(pointer, remark, odd=oddity is not None, strip=strip), oddity


def _above(
    habits: Habits, pointer: str, label: str, value: Decimal, median: Decimal, usual: str, rest: str, heavier: float
) -> Oddity:
    times = value / median if median > 0 else Decimal(0)
    weight = 50 + heavier + min(30.0, 10 * log2(max(1.0, float(times))))
    if times < Decimal("1.5"):
        return Oddity(pointer, f"{_cap(label)} above its usual {usual}.", rest, f"above its usual {label}", weight)
    said = f"{times:,.1f}×" if times < 100 else f"{times:,.0f}×" if times < 10_000 else "more than 10,000×"
    strong = f"{_cap(said)} its median {habits.noun[0]}." if label == "amount" else f"{_cap(said)} its median {label}."
    return Oddity(pointer, strong, rest, f"{said} its usual {label}", weight)


def _only(number: int, total: int, how: str) -> str:
    if number == 0:
        return f"None of {total:,} was {how}."
    return f"Only {number:,} of {total:,} {'was' if number == 1 else 'were'} {how}."


def _in_words(habits: Habits, value: Decimal, usual: str, smaller: int, larger: int, total: int, *, odd: bool) -> str:
    """Return what the strip shows, for whoever cannot see it."""
    if not odd:
        return f"{figure(value)} is within this agent’s usual range of {usual}"
    above = smaller >= larger
    share = (smaller if above else larger) * 100 // total
    side, than = ("above", "higher") if above else ("below", "lower")
    words = f"{figure(value)} is {side} this agent’s usual range of {usual}"
    return f"{words}, {than} than {share} in 100 of its {habits.noun[1]}"


def _share(habits: Habits, habit: FieldHabit, label: str, value: Leaf) -> _Found:
    given, total, nouns = habit.given.get(value, 0), habit.total, habits.noun[1]
    word = str(value).lower() if isinstance(value, bool) else "the same"
    if given == total:
        return FieldOdds(habit.pointer, f"Always {word}"), None
    if given == 0 and isinstance(value, bool):
        was = "false" if value else "true"
        strong, rest = f"{_cap(label)} was always {was} before.", f"In all {total:,} {nouns}."
        oddity = Oddity(habit.pointer, strong, rest, f"{label} {word}, always {was} before", 65)
        return FieldOdds(habit.pointer, f"Always {was} before", odd=True), oddity
    if given == 0:
        strong, rest = f"A {label} it never gave before.", f"{total:,} {nouns} had {len(habit.given):,} others."
        oddity = Oddity(habit.pointer, strong, rest, f"{label} never given before", 60)
        return FieldOdds(habit.pointer, "Never given before", odd=True), oddity
    percent = given * 100 / total
    head = _cap(word) if isinstance(value, bool) else "Given"
    if given / total > RARE:
        return FieldOdds(habit.pointer, f"{head} in {percent:.0f}% of {nouns}"), None
    oddity = Oddity(
        habit.pointer, f"{_cap(label)} is rare.", f"In {given:,} of {total:,} {nouns}.", f"rare {label}", 30
    )
    return FieldOdds(habit.pointer, f"{head} in {given:,} of {total:,} {nouns}", odd=True), oddity


def _identity(habits: Habits, habit: FieldHabit, label: str, value: str) -> _Found:
    noun, nouns = habits.noun
    seen, total, novelty = habit.given.get(value, 0), habit.total, habit.novelty
    if not seen:
        if novelty >= ALWAYS_NEW:
            return FieldOdds(habit.pointer, "New each time"), None
        remark = f"First {noun} with this {label}"
        if novelty > OFTEN_NEW:
            return FieldOdds(habit.pointer, remark), None
        rest = f"{total:,} {nouns} had {len(habit.given):,} others."
        oddity = Oddity(habit.pointer, f"{remark}.", rest, f"new {label}", 45 + 40 * (1 - novelty))
        return FieldOdds(habit.pointer, remark, odd=True), oddity
    times = f"In {seen:,} of {total:,} {nouns}"
    if novelty < ALWAYS_NEW:
        return FieldOdds(habit.pointer, times), None
    strong = f"Same {label} as {'an earlier ' + noun if seen == 1 else f'{seen:,} earlier {nouns}'}."
    oddity = Oddity(habit.pointer, strong, "It is new nearly every time.", f"{label} used before", 70)
    return FieldOdds(habit.pointer, f"Used before: {times[0].lower()}{times[1:]}", odd=True), oddity


def _missing(habits: Habits, flat: dict[str, Leaf]) -> list[Oddity]:
    """Return the fields that were nearly always there and are not now."""
    gone = []
    for pointer, habit in habits.fields.items():
        if habits.settled and flat.get(pointer) is None and habit.total >= max(FEW, 0.95 * habits.count):
            label, there = label_of(pointer), f"{habit.total:,} of {habits.count:,}"
            gone.append(Oddity(pointer, f"No {label} this time.", f"It was in {there}.", f"no {label} this time", 40))
    return gone


def _new(habits: Habits, flat: dict[str, Leaf]) -> list[Oddity]:
    """Return one oddity for fields that never were there, unless field names change all the time anyway."""
    added = [pointer for pointer, value in flat.items() if value is not None and pointer not in habits.fields]
    if not added or not habits.settled:
        return []
    what = "a field" if len(added) == 1 else f"{len(added):,} fields"
    rest = f"None of {habits.count:,} {habits.noun[1]} had {'it' if len(added) == 1 else 'them'}."
    return [Oddity(added[0], f"It sends {what} it never sent before.", rest, f"{what} never sent before", 42)]


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What the document says, in sentences: conditions, steps, requirements, and what a draft changes of a chain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from approvals.drafting.chain_form import step_code
from approvals.drafting.chains import waits, within_of
from approvals.drafting.routes import requirements_of
from approvals.drafting.spans import spoken
from approvals.portraits.named import Names

Plain = Mapping[str, Any]
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
OPS = {
    "is": "is",
    "in": "is one of",
    "matches": "looks like",
    "at_least": "at least",
    "at_most": "at most",
    "above": "over",
    "below": "under",
    "inside": "inside",
    "outside": "outside",
}
FIELDS = {"agent_version": "agent version", "requested_by": "requested by", "rate": "posts in the last hour"}
ICONS = {
    "remind": "bell",
    "warn": "warning",
    "add": "people",
    "replace": "swap",
    "webhook": "link",
    "repeat": "again",
}


def asks(route: Plain, names: Names) -> str:
    """Return how a route asks at first, as a heading: "Ask one person, taking turns"."""
    stages = route.get("stages", ())
    if not stages:
        return "Ask nobody"
    rows = requirements_of(stages[0])
    needed = sum(row["approvals"] for row in rows if isinstance(row["approvals"], int))
    some = "one person" if needed == 1 else f"{word(needed)} people"
    match route.get("assign", "all"):
        case "round_robin":
            return f"Ask {some}, taking turns"
        case "least_loaded":
            return f"Ask {some}, whoever has the least to do"
        case "sticky":
            return f"Ask {some}, the same as before where possible"
    said = " and ".join(dict.fromkeys(names.everyone(row["from"]) for row in rows))
    return f"Ask {said}"


def goes_to(route: Plain, names: Names) -> str:
    """Return whom a route asks: "2 of Finance, then 1 of Platform"."""
    said = [
        " and ".join(f"{row['approvals']} of {names.group(row['from'])}" for row in requirements_of(stage))
        for stage in route.get("stages", ())
    ]
    text = ", then ".join(said).replace("1 of everyone", "anyone").replace("of everyone", "people")
    return text or "Nobody"


def step_title(step: Plain, number: int, names: Names) -> str:
    """Return what a step does, as a heading."""
    target = step.get("to") or {}
    match step.get("do"):
        case "remind":
            return "Remind whoever has not answered"
        case "warn":
            return "Warn whoever has not answered"
        case "add":
            return f"Ask {names.everyone(target)}"
        case "replace":
            return f"Hand over to {names.everyone(target)}"
        case "webhook":
            return "Call a webhook"
    first, times = step.get("from", 1), step.get("times", 1)
    which = f"step {first}" if first >= number - 1 else f"steps {first} to {number - 1}"
    return f"Repeat {which}, {'once' if times == 1 else f'{word(times)} times'}"


def step_text(step: Plain) -> str:
    """Return what a step means for those who are asked, in small words."""
    match step.get("do"):
        case "remind":
            return "Those who have snoozed it are left alone."
        case "warn":
            return "They are told when it ends, and how."
        case "add":
            return "Whoever was asked before can still decide."
        case "replace":
            return "Whoever was asked before and has not voted is asked no longer."
        case "repeat":
            return "At the same distances as the first time."
    return ""


def condition_runs(conditions: object) -> tuple[tuple[str, bool], ...]:
    """Return conditions as runs of text; (text, whether it is one of our small words)."""
    runs: list[tuple[str, bool]] = []
    for number, row in enumerate(conditions if isinstance(conditions, list) else []):
        if number:
            runs.append(("and", True))
        runs += _runs(row)
    return tuple(runs) or (("always", False),)


def _runs(row: Plain) -> Iterator[tuple[str, bool]]:
    for joined, between in (("all", "and"), ("any", "or"), ("not", "and")):
        if joined in row:
            inner = row[joined] if isinstance(row[joined], list) else [row[joined]]
            yield ("not (" if joined == "not" else "(", True)
            for number, part in enumerate(inner):
                if number:
                    yield (between, True)
                yield from _runs(part)
            yield (")", True)
            return
    name, op, value = str(row.get("field", "")), str(row.get("op", "")), row.get("value")
    yield (FIELDS.get(name, name), False)
    if op == "exists":
        yield ("is absent" if value is False else "is there", True)
        return
    yield (OPS.get(op, op), True)
    yield (value_words(value), False)


def value_words(value: object) -> str:
    """Return the value of a condition in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value_words(one) for one in value)
    return "…" if value is None else str(value)


def chain_changes(before: Plain | None, after: Plain, names: Names) -> tuple[str, ...]:
    """Return what a draft changes of a chain, as parts of a sentence: "step 2 waits 30 minutes, it was 2 hours"."""
    if before is None:
        return (f"chain “{after['slug']}” is new",)
    old, new = list(before.get("steps", ())), list(after.get("steps", ()))
    said = list(_steps(old, new, names))
    if not said and len(old) == len(new):
        said += _waits(before, after)
    elif within_of(before) != within_of(after):
        said.append(f"it ends after {spoken(within_of(after))}, it was {spoken(within_of(before))}")
    ends = (before.get("finally", "reject"), after.get("finally", "reject"))
    if ends[0] != ends[1]:
        said.append(f"if nobody decides it is {END_WORDS[ends[1]]}, it was {END_WORDS[ends[0]]}")
    clocks = (before.get("clock", "wall"), after.get("clock", "wall"))
    if clocks[0] != clocks[1]:
        said.append(f"its clock is {_clock(clocks[1])}, it was {_clock(clocks[0])}")
    if before.get("execute_within", "15m") != after.get("execute_within", "15m"):
        said.append(f"once approved the agent has {after.get('execute_within', '15m')} to start")
    return tuple(said)


END_WORDS = {"reject": "rejected", "hold": "kept waiting", "approve": "approved"}


def _clock(slug: str) -> str:
    return "the wall clock" if slug == "wall" else f"the hours of “{slug}”"


def _steps(old: list[Plain], new: list[Plain], names: Names) -> Iterator[str]:
    codes = [step_code(step) for step in old], [step_code(step) for step in new]
    if codes[0] == codes[1]:
        return
    if sorted(codes[0]) == sorted(codes[1]):
        moved = [str(place + 1) for place in range(len(new)) if codes[0][place] != codes[1][place]]
        yield f"steps {' and '.join(moved)} trade places" if len(moved) == 2 else f"steps {', '.join(moved)} are moved"
        return
    for kind, a, b, c, d in SequenceMatcher(None, *codes, autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            for was, now in zip(range(a, b), range(c, d), strict=True):
                before, after = step_title(old[was], was + 1, names), step_title(new[now], now + 1, names)
                yield f"step {now + 1} is “{after}”, it was “{before}”"
        elif kind in ("delete", "replace", "insert"):
            for was in range(a, b):
                yield f"step {was + 1}, “{step_title(old[was], was + 1, names)}”, is gone"
            for now in range(c, d):
                yield f"step {now + 1} is new: “{step_title(new[now], now + 1, names)}”"


def _waits(before: Plain, after: Plain) -> Iterator[str]:
    for place, (was, now) in enumerate(zip(waits(before), waits(after), strict=True)):
        if was != now:
            what = f"step {place} waits" if place else "the first wait is"
            yield f"{what} {spoken(now)}, it was {spoken(was)}"


def word(number: int) -> str:
    """Return a small number as a word."""
    return NUMBERS[number] if 0 <= number < len(NUMBERS) else f"{number:,}"


def sentence(parts: tuple[str, ...], *, of: str = "") -> str:
    """Return changes as a sentence: "One change: step 2 waits 30 minutes, it was 2 hours."."""
    if not parts:
        return ""
    heading = f"{word(len(parts))} change{'' if len(parts) == 1 else 's'}{of}"
    return f"{heading[:1].upper()}{heading[1:]}: {'; '.join(parts)}."

"""Replays a file of recorded checks against our own ratchet, and says where the two differ.

The file is one JSON object. `log_factor`, `log_e`, `upper_bound`, `clean_needed`, `alpha_for_attempt`,
`reviewer_sensitivity`, `sampling_uniform`, `detector`, `streams` and `lanes` are lists of cases, each
with what goes in and what must come out; cells are `[weight, catch, loss, count]`. The events of a
lane happen to an empty lane at day 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isclose, log
from typing import Any

from agents.accuracy import (
    CALM,
    Cells,
    catch_rate,
    clean_needed,
    drift,
    error_bound,
    fed,
    log_evidence,
    log_factor,
    share_of_alpha,
)
from agents.lane import cells_from_json, counted, opened
from agents.ledger import Entry, Tick, entry_from_json
from agents.moves import Move
from agents.ratchet import step
from agents.sampling import Proposed, review, uniform
from agents.terms import RISKS
from agents.trust import TARGETS, Trust, usual_levels
from core.errors import DomainError

SECRET = b"vector-secret"  # the format's own, for drawing the reviews of its lanes
RELATIVE, ABSOLUTE = 1e-9, 1e-12  # how far two numbers may differ
SHOWN = 160  # characters of a value in a difference
# What the format does not record, though we say it in a sentence.
UNRECORDED = frozenset({"eased", "restart", "proposed"})

Case = Mapping[str, Any]
Check = tuple[str, Any, Any]  # what is compared, what came out, what was expected


class NotVectors(DomainError):
    """The file is not of the format."""

    code, status, title = "not_vectors", 422, "Not a vector file"


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many checks were made, and one sentence for each that failed."""

    checks: int
    differences: tuple[str, ...]


def replay(document: object) -> Replayed:
    """Return what a vector file, already read as JSON, and our own module agree on. Raises NotVectors."""
    if not isinstance(document, dict):
        raise NotVectors("It is not a JSON object.")
    unknown = [name for name, cases in document.items() if isinstance(cases, list) and name not in SECTIONS]
    if unknown:
        raise NotVectors(f"It has a list “{unknown[0]}”, and there are only {', '.join(SECTIONS)}.")
    checks, differences = 0, []
    for name in SECTIONS:
        for what, got, expected in _section(name, document.get(name, [])):
            checks += 1
            if not _same(got, expected):
                differences.append(f"{what}: {_told(got, expected)}")
    if not checks:
        raise NotVectors(f"It has no checks: none of {', '.join(SECTIONS)}.")
    return Replayed(checks, tuple(differences))


def _section(name: str, cases: object) -> Iterator[Check]:
    if not isinstance(cases, list):
        raise NotVectors(f"“{name}” is not a list of cases.")
    for number, case in enumerate(cases):
        where = f"{name}[{number}]"
        try:
            yield from ((f"{where}{part}", got, expected) for part, got, expected in SECTIONS[name](case))
        except KeyError as missing:
            raise NotVectors(f"{where} has no {missing}.") from None
        except DomainError as refusal:
            raise NotVectors(f"{where}: {refusal.detail}") from None
        except (TypeError, ValueError, ArithmeticError, AttributeError, IndexError) as problem:
            raise NotVectors(f"{where} cannot be read: {problem}.") from None


def _plain(run: Callable[[Case], Any]) -> Callable[[Case], Iterator[Check]]:
    """Return the check of a case with one value and its `expect`."""

    def check(case: Case) -> Iterator[Check]:
        yield "", run(case), case["expect"]

    return check


def _detector(case: Case) -> Iterator[Check]:
    """Feed a detector until it sounds."""
    scores, alarm = CALM, None
    for number, (weight, loss) in enumerate(case["labels"]):
        scores = fed(scores, case["p0"], weight=weight, loss=loss)
        if drift(scores) >= case["arl"]:
            alarm = number
            break
    yield " alarm_index", alarm, case["alarm_index"]
    yield " last", drift(scores), case["last"]


def _stream(case: Case) -> Iterator[Check]:
    """Label at full weight until the evidence suffices."""
    errors, threshold, reached = set(case["error_positions"]), log(1.0 / case["alpha"]), None
    cells: Cells = {}
    for number in range(1, case["labels"] + 1):
        cells = counted(cells, (1.0, 1.0, 1.0 if number in errors else 0.0))
        if log_evidence(cells, case["tau"]) >= threshold:
            reached = number
            break
    yield " promoted_at", reached, case["promoted_at"]


def _lane(case: Case) -> Iterator[Check]:
    """Live a lane through its events."""
    trust, kind, expected = _trust(case["policy"]), case["kind"], case["expect"]
    lane = opened(trust, now=0.0)
    moves: list[Move] = []
    levels: list[list[int]] = []
    decisions: list[list[Any]] = []
    for number, event in enumerate(case["events"]):
        decides = event["type"] == "decide"
        moved = step(lane, trust, Entry(float(event["t"]), Tick()) if decides else entry_from_json(event))
        lane = moved.lane
        moves.extend(move for move in moved.moves if move.code not in UNRECORDED)
        level = lane.level(trust)
        if decides:
            found = review(_proposed(event), trust, SECRET, level=level, tightened=lane.tightened is not None)
            treated = {"review": found.reviewed, "hold": found.held, "p": found.probability}
            decisions.append([number, {**treated, "w": round(found.weight, 10)}])
        if not levels or levels[-1][1] != level:
            levels.append([number, level])
    yield f" {kind} levels", levels, expected["levels"]
    yield f" {kind} decisions", decisions, expected["decisions"]
    log_ = [[round(move.at, 6), move.before, move.after, move.code] for move in moves]
    yield f" {kind} log", log_, expected["log"]
    sentences = [move.sentence for move in moves if move.code == "promote"]
    yield f" {kind} promotions", sentences, expected["promotions"]
    final: dict[str, Any] = {
        "earned": lane.earned,
        "level": lane.level(trust),
        "tight": lane.tightened is not None,
        "attempts": [None, *(attempt.number for attempt in lane.attempts)],
        "log_e": [round(log_evidence(lane.attempt(at).cells, trust.at(at).tolerance), 9) for at in TARGETS],
        "detector": [round(drift(lane.detector(at)), 6) for at in TARGETS],
    }
    for name, value in expected["final"].items():
        parts = zip(final[name], value, strict=True) if isinstance(value, list) else [(final[name], value)]
        yield from ((f" {kind} final {name}", *pair) for pair in parts)


def _trust(policy: Case) -> Trust:
    if policy["risk"] not in RISKS:
        raise NotVectors(f"A risk is {', '.join(RISKS)}, not “{policy['risk']}”.")
    return Trust(
        levels=usual_levels(policy["risk"]),
        ceiling=policy["ceiling"],
        soft_amount=_amount(policy["soft_amount"]),
        hard_amount=_amount(policy["hard_amount"]),
        min_confidence=policy["min_confidence"],
        budget_days=policy["budget_days"],
        cooldown_days=policy["cooldown_days"],
        severe_cooldown_days=policy["severe_cooldown_days"],
        stale_days=policy["stale_days"],
        evidence_days=inf,  # the format knows no age of evidence
        assumed_catch=policy["default_sensitivity"],
    )


def _proposed(event: Case) -> Proposed:
    return Proposed(
        str(event["action_id"]),
        _amount(event.get("amount", 0.0)),
        event.get("confidence", 1.0),
        event.get("irreversible", False),
        tuple(event.get("flags", ())),
    )


def _amount(number: float) -> Decimal:
    return Decimal(repr(number))


def _same(got: object, expected: object) -> bool:
    """Whether two values agree, numbers as closely as the format says, however deep they are."""
    if isinstance(got, list | tuple) and isinstance(expected, list):
        return len(got) == len(expected) and all(_same(*pair) for pair in zip(got, expected, strict=True))
    if isinstance(got, dict) and isinstance(expected, dict):
        return got.keys() == expected.keys() and all(_same(got[name], expected[name]) for name in got)
    if isinstance(got, int | float) and isinstance(expected, int | float):
        return got == expected or isclose(got, expected, rel_tol=RELATIVE, abs_tol=ABSOLUTE)
    return got == expected


def _told(got: Any, expected: Any) -> str:
    """Return a difference in words; of two lists, the first place where they part."""
    if isinstance(got, list) and isinstance(expected, list):
        place = next((i for i, pair in enumerate(zip(got, expected, strict=False)) if not _same(*pair)), None)
        if place is not None:
            return f"at {place}, {_told(got[place], expected[place])}"
        if len(got) != len(expected):
            return f"{len(got)} entries, expected {len(expected)}"
    return f"{_short(got)}, expected {_short(expected)}"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _cells(case: Case) -> Cells:
    return cells_from_json(case["cells"])


SECTIONS: dict[str, Callable[[Case], Iterator[Check]]] = {
    "log_factor": _plain(lambda case: log_factor(case["c"], case["tau"], (case["w"], case["s"], case["y"]))),
    "log_e": _plain(lambda case: log_evidence(_cells(case), case["tau"])),
    "upper_bound": _plain(lambda case: error_bound(_cells(case), case["alpha"])),
    "clean_needed": _plain(lambda case: clean_needed(_cells(case), case["tau"], case["alpha"], case["s"])),
    "alpha_for_attempt": _plain(lambda case: share_of_alpha(case["alpha"], case["j"])),
    "reviewer_sensitivity": _plain(lambda case: catch_rate(case["caught"], case["missed"])),
    "sampling_uniform": _plain(lambda case: uniform(case["secret"].encode(), case["id"])),
    "detector": _detector,
    "streams": _stream,
    "lanes": _lane,
}

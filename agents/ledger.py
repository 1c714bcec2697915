"""What moves a lane: the entries of its ledger, as frozen values that JSON can carry.

An entry is `{"t": 12.5, "type": "label", "y": 0, "w": 1, "s": 0.9}`: `t` in days, the rest by its
type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from agents.accuracy import Cell
from agents.terms import LEVELS
from agents.transfer import Shadowed
from agents.trust import Trust, trust_as_json, trust_from_json
from core.errors import DomainError

VersionKind = Literal["patch", "minor", "major"]
VERSION_KINDS: tuple[VersionKind, ...] = ("patch", "minor", "major")


class NotAnEntry(DomainError):
    """This is not an entry of a lane's ledger."""

    code, status, title = "not_a_ledger_entry", 422, "Not an entry"


@dataclass(frozen=True, slots=True)
class Label:
    """What one reviewed action turned out to be.

    `loss` in [0, 1]: 0 right, 1 wrong. `weight` is Review.weight. `catch` is the reviewer's proven catch rate, the
    lane's assumed one if None, 0 where nobody really looked. `answered=False`: it was to be reviewed and nobody did;
    its loss of 1 counts against promotions and does nothing else.
    """

    loss: float
    weight: float = 1.0
    catch: float | None = None
    severe: bool = False
    answered: bool = True

    def __post_init__(self) -> None:
        for name, value in (("loss", self.loss), ("weight", self.weight), ("catch", self.catch)):
            if value is not None and not 0.0 <= value <= 1.0:
                raise NotAnEntry(f"The {name} of a label is between 0 and 1, not {value}.")

    def cell(self, assumed_catch: float) -> Cell:
        """Return where this label is counted, rounded so that tables stay small."""
        catch = assumed_catch if self.catch is None else self.catch
        return (round(self.weight, 4), round(catch, 2), round(float(self.loss), 2))


@dataclass(frozen=True, slots=True)
class Correction:
    """A label recorded at `labelled_at` was found to be another: an outcome reported, a second person's judgement."""

    old: Cell
    new: Cell
    labelled_at: float


@dataclass(frozen=True, slots=True)
class Signal:
    """Something looks wrong (error codes, escalations, confidence): it may tighten and nothing more."""

    reason: str


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The agent changed: by a patch, a minor or a major version, which may have run in the shadow of the old one."""

    kind: VersionKind
    shadowed: Shadowed | None = None


@dataclass(frozen=True, slots=True)
class SetOverride:
    """Somebody sets the level by hand, until a moment."""

    level: int
    until: float
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Freeze:
    """Somebody stops the lane: everything waits for people, evidence still counts."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unfreeze:
    """Somebody lets a frozen lane go on."""

    who: str


@dataclass(frozen=True, slots=True)
class Ratify:
    """Somebody agrees to the promotion that was proposed."""

    who: str


@dataclass(frozen=True, slots=True)
class Lower:
    """Somebody takes the lane down to a level, for good: from there it climbs again on new evidence."""

    level: int
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class NewTerms:
    """The terms changed: what follows is judged by these. The first entry of a ledger says by which it began."""

    trust: Trust


@dataclass(frozen=True, slots=True)
class Follow:
    """The lane that comes before this one in the sequence stands at a level: this one may rise as far, no further."""

    level: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


Happening = (
    Label
    | Correction
    | Signal
    | NewVersion
    | SetOverride
    | Freeze
    | Unfreeze
    | Ratify
    | Lower
    | NewTerms
    | Follow
    | Tick
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a ledger: what happened, and when, in days."""

    at: float
    what: Happening

    def as_json(self) -> dict[str, Any]:
        """Return the entry as JSON; `entry_from_json` reads it."""
        return {"t": self.at, **_written(self.what)}


def entry_from_json(stored: Mapping[str, Any]) -> Entry:
    """Return the entry that JSON describes. Raises NotAnEntry."""
    try:
        return Entry(float(stored["t"]), _read(stored))
    except KeyError as missing:
        raise NotAnEntry(f"It has no {missing}.") from None
    except (TypeError, ValueError) as problem:
        raise NotAnEntry(f"It cannot be read: {problem}.") from None


def _read(stored: Mapping[str, Any]) -> Happening:
    match stored["type"]:
        case "label":
            catch = stored.get("s")
            return Label(
                float(stored["y"]),
                float(stored.get("w", 1.0)),
                None if catch is None else float(catch),
                bool(stored.get("severe", False)),
                bool(stored.get("answered", True)),
            )
        case "relabel":
            return Correction(_cell(stored["old"]), _cell(stored["new"]), float(stored["labelled_at"]))
        case "signal":
            return Signal(str(stored["reason"]))
        case "version":
            if stored["kind"] not in VERSION_KINDS:
                raise NotAnEntry(f"A version is {', '.join(VERSION_KINDS)}, not “{stored['kind']}”.")
            ran = stored.get("shadow")
            return NewVersion(stored["kind"], None if ran is None else Shadowed(int(ran[0]), int(ran[1])))
        case "override":
            level, until = _level(stored["level"]), float(stored["until"])
            return SetOverride(level, until, str(stored["who"]), str(stored["reason"]))
        case "freeze":
            return Freeze(str(stored["reason"]))
        case "unfreeze":
            return Unfreeze(str(stored["who"]))
        case "ratify":
            return Ratify(str(stored["who"]))
        case "lower":
            return Lower(_level(stored["level"]), str(stored["who"]), str(stored["reason"]))
        case "terms":
            return NewTerms(trust_from_json(stored["trust"]))
        case "follow":
            return Follow(_level(stored["level"]))
        case "tick":
            return Tick()
        case other:
            raise NotAnEntry(f"There is no entry of type “{other}”.")


def _level(value: Any) -> int:
    if value not in range(len(LEVELS)):
        raise NotAnEntry(f"A level is 0 to {len(LEVELS) - 1}, not “{value}”.")
    return int(value)


def _cell(row: Any) -> Cell:
    weight, catch, loss = (float(value) for value in row)
    return Label(loss, weight, catch).cell(catch)


def _written(what: Happening) -> dict[str, Any]:
    match what:
        case Label(loss, weight, catch, severe, answered):
            entry: dict[str, Any] = {"type": "label", "y": loss, "w": weight, "s": catch}
            return entry | ({"severe": True} if severe else {}) | ({} if answered else {"answered": False})
        case Correction(old, new, labelled_at):
            return {"type": "relabel", "old": list(old), "new": list(new), "labelled_at": labelled_at}
        case Signal(reason):
            return {"type": "signal", "reason": reason}
        case NewVersion(kind, shadowed):
            ran = {} if shadowed is None else {"shadow": [shadowed.same, shadowed.different]}
            return {"type": "version", "kind": kind} | ran
        case SetOverride(level, until, who, reason):
            return {"type": "override", "level": level, "until": until, "who": who, "reason": reason}
        case Freeze(reason):
            return {"type": "freeze", "reason": reason}
        case Unfreeze(who):
            return {"type": "unfreeze", "who": who}
        case Ratify(who):
            return {"type": "ratify", "who": who}
        case Lower(level, who, reason):
            return {"type": "lower", "level": level, "who": who, "reason": reason}
        case NewTerms(trust):
            return {"type": "terms", "trust": trust_as_json(trust)}
        case Follow(level):
            return {"type": "follow", "level": level}
        case Tick():
            return {"type": "tick"}

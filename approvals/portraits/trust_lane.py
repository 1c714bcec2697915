"""One lane whole: its ladder, how often people agree, the chart, what is missing, what moved it, what was wrong."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Person
from accounts.viewer import Viewer
from agents.band import Band
from agents.calibration import Stated
from agents.keeping import days, lane_of, moment_of
from agents.lane import Lane, cells_as_json, opened
from agents.ledger import Entry, Tick
from agents.models import LabelRow, LaneRow, MoveRow
from agents.ratchet import step
from agents.terms import LEVELS, ActionType
from agents.trust import AUTONOMOUS, Trust
from approvals.faces.notes import NoteFace
from approvals.faces.people import PersonFace, face_of
from approvals.faces.times import clock, day
from approvals.faces.trust import DisagreementFace, LaneFace, MoveFace
from approvals.portraits import trust_words as words
from approvals.portraits.trust_axis import Event
from approvals.portraits.trust_chart import chart
from approvals.portraits.trust_figures import figure, reliability_face
from approvals.portraits.trust_read import Past, band_of, first_day, past_of, titles_of
from approvals.ratchet.levels import Rights
from core import ids

PERIODS = ((30, "30 days"), (150, "5 months"))
MOST_HISTORY, MOST_DISAGREEMENTS = 20, 5
FOUND = {
    "audit": ("eye", "tink", "Audit"),
    "adjudication": ("people", "tink", "Second look"),
    "outcome": ("flag", "tbad", "Reported"),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """A lane as it stands at a moment: its kind, its terms by the configuration in force, its row if it was opened."""

    kind: ActionType
    risk: str
    floor: float
    trust: Trust
    lane: Lane
    row: LaneRow | None

    @property
    def key(self) -> str:
        """What names the lane in an address: "refund.create/medium"."""
        return f"{self.kind.type}/{self.risk}" + (f"/{self.floor:g}" if self.floor else "")

    @property
    def target(self) -> int:
        """The level its evidence is shown for: the next one, or the one it is at where there is none above."""
        here = self.lane.earned
        return here if here >= max(self.trust.ceiling, 1) else min(here + 1, AUTONOMOUS)

    @property
    def band(self) -> Band:
        """What its evidence says."""
        attempt = self.lane.attempt(self.target)
        return band_of(cells_as_json(attempt.cells), attempt.alpha)

    @property
    def required(self) -> float:
        """The accuracy it takes."""
        return 1.0 - self.trust.at(self.target).tolerance


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who reads, when, and what the agent's people are called."""

    viewer: Viewer
    now: datetime
    rights: Rights
    people: Mapping[str, str]

    def day(self, at: datetime) -> str:
        """Return the calendar day of a moment."""
        return day(at, self.now, self.viewer.timezone)

    def named(self, at: float) -> str:
        """Return the calendar day of a lane's moment."""
        return self.day(moment_of(at))

    def face(self, email: str) -> PersonFace:
        """Return somebody's face."""
        return face_of(self.people.get(email.lower(), email), email, you=email.lower() == self.viewer.email.lower())


def stand_of(
    kind: ActionType, risk: str, trust: Trust, row: LaneRow | None, now: datetime, floor: float = 0.0
) -> Stand:
    """Return how a lane stands now: what time alone has changed since its last entry is in it already."""
    at = days(now)
    lane = opened(trust, now=at) if row is None else lane_of(row)[0]
    lane = step(lane, trust, Entry(max(at, lane.now), Tick())).lane
    return Stand(kind, risk, floor, trust, lane, row)


def lane_face(stand: Stand, sitting: Sitting, stated: Sequence[Stated], *, period: int) -> LaneFace:
    """Return everything that is shown of one lane, for the last `period` days, in the scope that is open."""
    first = first_day(sitting.now, period)
    past = past_of(stand.row, first) if stand.row is not None else Past((), (), (), 0)
    opened_on = stand.row.opened_at.date() if stand.row is not None else first
    since = moment_of(stand.lane.attempt(stand.target).start)
    drawn = chart(
        past.points,
        _events(past.moves, sitting),
        [one.said_at.date() for one in past.labels if one.source == "audit" and one.loss == 0],
        stand.trust,
        first=max(first, opened_on),
        last=sitting.now.date(),
        left_out=past.left_out,
    )
    return LaneFace(
        key=stand.key,
        type=stand.kind.type,
        title=words.title_of(stand.kind, stand.floor),
        risk=stand.risk,
        floor=f"{stand.floor:g}" if stand.floor else "",
        level=LEVELS[stand.lane.level(stand.trust)],
        rungs=words.rungs(stand.lane, stand.trust, _since(stand, past.moves, sitting)),
        figure=figure(stand.band, past.labels, since, sitting.day(since)),
        chart=drawn if past.points else None,
        next=words.next_level(stand.lane, stand.trust, sitting.named),
        acts=words.acts(stand.lane, stand.trust, sitting.rights, known=stand.kind.known),
        history=_history(past.moves, sitting, brakes=False),
        brakes=_history(past.moves, sitting, brakes=True),
        disagreements=_disagreements(past.labels, sitting),
        reliability=reliability_face(stated),
        notes=_notes(stand, sitting),
        period=period,
        periods=tuple((length, name, f"?lane={stand.key}&days={length}") for length, name in PERIODS),
    )


def _since(stand: Stand, moves: Sequence[MoveRow], sitting: Sitting) -> str:
    """Return the day on which the level in force began."""
    here = stand.lane.level(stand.trust)
    last = next((one for one in moves if one.level_before != one.level_after), None)
    if last is not None and last.level_after == here:
        return sitting.day(last.at)
    return sitting.named(stand.lane.level_since)


def _events(moves: Sequence[MoveRow], sitting: Sitting) -> list[Event]:
    found = []
    for one in reversed(moves):
        if one.level_before != one.level_after:
            word = "raised" if one.level_after > one.level_before else "lowered"
            found.append(Event(one.at.date(), f"{sitting.day(one.at)}, {word}"))
    return found


def _history(moves: Sequence[MoveRow], sitting: Sitting, *, brakes: bool) -> tuple[MoveFace, ...]:
    shown = [one for one in moves if (one.code in words.BRAKES) is brakes][:MOST_HISTORY]
    return tuple(_move(one, sitting) for one in shown)


def _move(one: MoveRow, sitting: Sitting) -> MoveFace:
    tone = "up" if one.level_after > one.level_before else "down" if one.level_after < one.level_before else ""
    person = None
    if words.is_people(one.code, one.sentence) and one.by.startswith("person:"):
        person = sitting.face(one.by.removeprefix("person:"))
    sentence = f"{one.sentence.rstrip('.')}.".replace("<= ", "at most ")
    return MoveFace(
        at=clock(one.at, sitting.now, sitting.viewer.timezone),
        before=LEVELS[one.level_before],
        after=LEVELS[one.level_after],
        tone=tone,
        what=words.MOVES.get(one.code, one.code),
        evidence=words.evidence_words(one.evidence),
        sentence=sentence[:1].upper() + sentence[1:],
        by="" if person else "Automatic",
        person=person,
    )


def _disagreements(labels: Sequence[LabelRow], sitting: Sitting) -> tuple[DisagreementFace, ...]:
    wrong = [one for one in labels if one.loss > 0][:MOST_DISAGREEMENTS]
    titles = titles_of(wrong)
    return tuple(_disagreement(one, titles, sitting) for one in wrong)


def _disagreement(one: LabelRow, titles: Mapping[uuid.UUID, str], sitting: Sitting) -> DisagreementFace:
    edited = one.source == "decision" and one.loss < 1
    icon, tone, word = FOUND.get(one.source, ("cross", "tbad", "Rejected"))
    if edited:
        icon, tone, word = "pencil", "twarn", "Changed"
    said = f"“{one.note.strip()}”" if one.note.strip() else f"{word} without a word."
    return DisagreementFace(
        icon,
        tone,
        word,
        titles.get(one.action, "An action that is not kept any more"),
        f"/actions/{ids.public('act', one.action)}",
        f"{said} {sitting.day(one.said_at)}",
    )


def _notes(stand: Stand, sitting: Sitting) -> tuple[NoteFace, ...]:
    """Return what holds the lane at this moment."""
    found = []
    if stand.lane.frozen is not None:
        found.append(
            NoteFace(
                "This lane is frozen.",
                f"{stand.lane.frozen}. It keeps asking, but nothing goes through alone until somebody lets it go on.",
                tone="bad",
                icon="pause",
                live="",
            )
        )
    elif stand.lane.tightened is not None:
        found.append(
            NoteFace(
                "Everything waits for people at this moment.",
                "Something looked wrong, so nothing goes through alone until enough clean reviews show that few are.",
                tone="warn",
                icon="warning",
                live="",
            )
        )
    override = stand.lane.override
    if override is not None:
        until = clock(moment_of(override.until), sitting.now, sitting.viewer.timezone)
        who = sitting.people.get(override.who.lower(), override.who)
        found.append(
            NoteFace(
                f"{who} set {LEVELS[override.level]} by hand, until {until}.",
                f"{override.reason}. It has earned {LEVELS[stand.lane.earned]}.",
                tone="ink",
                live="",
            )
        )
    return tuple(found)


def people_of() -> dict[str, str]:
    """Return what everybody of the organization is called, by e-mail in small letters."""
    return {email.lower(): name for email, name in Person.objects.values_list("email", "name")}

"""Who stands in for whom: three weeks of lanes, the form, what it would change, and what there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from approvals.faces.action import SimilarFace
from approvals.faces.notes import NoteFace
from approvals.faces.people import PersonFace


@dataclass(frozen=True, slots=True)
class BarFace:
    """A stretch of a lane, in the drawing's units. `kind` is cov, draft or gap; `label` is "" where it has no room."""

    x: float
    width: float
    kind: str
    label: str
    title: str

    @property
    def text_x(self) -> float:
        """Where the label begins."""
        return round(self.x + 9, 1)


@dataclass(frozen=True, slots=True)
class LaneFace:
    """One person's line; `y` is its upper edge."""

    name: str
    y: int
    bars: tuple[BarFace, ...] = ()

    @property
    def bar_y(self) -> int:
        """The upper edge of its bars."""
        return self.y + 8

    @property
    def name_y(self) -> int:
        """The foot of its name."""
        return self.y + 27

    @property
    def text_y(self) -> float:
        """The foot of what stands in its bars."""
        return self.y + 26.5


@dataclass(frozen=True, slots=True)
class LanesFace:
    """Three weeks, drawn by the server. `days` are (x of the middle, words), `weekends` left edges of such days.

    `weeks` are (x, x of the words, words); `said` says all of it in a sentence.
    """

    days: tuple[tuple[float, str], ...]
    weekends: tuple[float, ...]
    weeks: tuple[tuple[float, float, str], ...]
    lanes: tuple[LaneFace, ...]
    today_x: float
    day_width: float
    said: str
    left_out: int = 0

    @property
    def height(self) -> int:
        """How high it is."""
        return self.foot + 1

    @property
    def depth(self) -> int:
        """How high the lanes are together."""
        return 44 * len(self.lanes)

    @property
    def foot(self) -> int:
        """Where the last line is."""
        return 46 + self.depth


@dataclass(frozen=True, slots=True)
class FormFace:
    """The form. Moments are as `datetime-local` writes them; `faults` are sentences by the field's name.

    `grantors` and `covers` are (e-mail, words); without `grantors` it is for the reader alone. `agents` are (slug,
    name, ticked). `some` is whether only some of what the grantor may decide is handed over.
    """

    name: str
    you: bool
    grantor: str
    covers: tuple[tuple[str, str], ...]
    delegate: str
    cover: str
    starts: str
    until: str
    zone: str
    everything: str
    grantors: tuple[tuple[str, str], ...] = ()
    some: bool = False
    agents: tuple[tuple[str, str, bool], ...] = ()
    actions: str = ""
    max_amount: str = ""
    currency: str = ""
    currencies: tuple[str, ...] = ()
    reason: str = ""
    waiting_too: bool = True
    waiting_now: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckFace:
    """One thing that must hold. `state` is ok, warn or bad; what is bad cannot be saved."""

    name: str
    remark: str
    state: str = "ok"

    @property
    def icon(self) -> str:
        """The glyph beside it."""
        return {"ok": "check", "warn": "warning"}.get(self.state, "cross")

    @property
    def spoken(self) -> str:
        """The state in a word, for who does not see the glyph."""
        return {"ok": "Holds", "warn": "Look at this"}.get(self.state, "Does not hold")


@dataclass(frozen=True, slots=True)
class ChangesFace:
    """What a delegation would change: (name, value), and the checks."""

    facts: tuple[tuple[str, str], ...]
    checks: tuple[CheckFace, ...]
    asked: bool = True


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """One delegation. `scope` is in words; `end_url` is "" where the reader may not end it, or it is over."""

    id: str
    grantor: PersonFace
    delegate: PersonFace
    starts_at: datetime
    ends_at: datetime
    scope: str
    state: str
    reason: str = ""
    made: str = ""
    decided: str = ""
    end_url: str = ""
    end_label: str = "End now"


@dataclass(frozen=True, slots=True)
class BeforeFace:
    """What somebody decided in the reader's name: how much, when, and the last of it."""

    person: PersonFace
    when: str
    decided: str
    last: tuple[SimilarFace, ...] = ()


@dataclass(frozen=True, slots=True)
class DelegationFace:
    """The whole page. `open` are those that run or will, `past` those that ended; `may_away` offers the one press."""

    lanes: LanesFace
    notes: tuple[NoteFace, ...] = ()
    form: FormFace | None = None
    changes: ChangesFace | None = None
    open: tuple[DelegationRow, ...] = ()
    past: tuple[DelegationRow, ...] = ()
    before: tuple[BeforeFace, ...] = ()
    may_away: bool = False

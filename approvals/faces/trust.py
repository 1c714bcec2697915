"""How far an agent is trusted, as pages show it: the ladder, the chart with its table, what is missing, what was."""

from __future__ import annotations

from dataclasses import dataclass

from approvals.faces.drafts import DraftFace
from approvals.faces.notes import NoteFace
from approvals.faces.people import PersonFace
from approvals.faces.trust_chart import ChartFace, ReliabilityFace


@dataclass(frozen=True, slots=True)
class RangeFace:
    """An accuracy on a line of 124 by 18 units: the band, the point, and where it has to be, None for nowhere."""

    band_x: float
    band_width: float
    point_x: float | None
    required_x: float | None
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class MixFace:
    """The share of requests by level, 96 units wide: (class, x, width), with the sentence for whoever cannot see it."""

    bars: tuple[tuple[str, float, float], ...]
    label: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One agent in the list. `level` is what most of it runs at, "" without lanes; `state` is (tone, words).

    `alone` is the share that went through without people, "none yet" without requests; `spark` the path of 14 days.
    """

    name: str
    slug: str
    glyph: str
    owner: str
    state: tuple[str, str]
    level: str
    mix: MixFace | None
    agrees: RangeFace | None
    alone: str
    waiting: int
    spark: str
    asked: str
    changed: str


@dataclass(frozen=True, slots=True)
class AgentsFace:
    """All agents, with what is wrong with any of them on top. `stopped` says that all are; `may_stop`, `may_resume`."""

    agents: tuple[AgentRow, ...]
    notes: tuple[NoteFace, ...] = ()
    stopped: str = ""
    may_stop: bool = False
    may_resume: bool = False
    by_operator: bool = False


@dataclass(frozen=True, slots=True)
class RungFace:
    """One level of the ladder; `state` is past, cur, next or ""; `badge` says since when it is the one."""

    number: int
    level: str
    words: str
    state: str = ""
    badge: str = ""


@dataclass(frozen=True, slots=True)
class CheckFace:
    """One condition of the next level: whether it holds, what it is and how far it is; `meter` is a width of 200."""

    holds: bool
    title: str
    remark: str
    meter: float | None = None


@dataclass(frozen=True, slots=True)
class NextFace:
    """What stands between a lane and its next level, "" where there is none: then `said` says why."""

    level: str
    checks: tuple[CheckFace, ...] = ()
    said: str = ""

    @property
    def met(self) -> int:
        """How many conditions hold."""
        return sum(one.holds for one in self.checks)


@dataclass(frozen=True, slots=True)
class ActsFace:
    """What the reader may do with the lane; where they may not raise, `why_not` says so.

    `raise_to` is the promotion that can be agreed to, `by_hand` the levels an override may set, `lower_to` those below.
    """

    raise_to: str = ""
    by_hand: tuple[str, ...] = ()
    lower_to: tuple[str, ...] = ()
    may_freeze: bool = False
    may_unfreeze: bool = False
    may_edit: bool = False
    why_not: str = ""
    spans: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class KindRow:
    """One lane in the table of kinds of action."""

    type: str
    title: str
    risk: str
    url: str
    current: bool
    share: str
    level: str
    reviewed: int
    agrees: RangeFace | None
    next: str
    ready: bool = False
    frozen: bool = False
    tightened: bool = False


@dataclass(frozen=True, slots=True)
class MoveFace:
    """One move of the level: before and after, what was known then, the product's own sentence, and by whom.

    `tone` is up, down or "" where the level stayed.
    """

    at: str
    before: str
    after: str
    tone: str
    what: str
    evidence: str
    sentence: str
    by: str
    person: PersonFace | None = None


@dataclass(frozen=True, slots=True)
class DisagreementFace:
    """Something reviewers did not agree with: (icon, tone, word), the action, what they said."""

    icon: str
    tone: str
    word: str
    title: str
    url: str
    remark: str

    @property
    def classes(self) -> str:
        """The classes of its icon."""
        return f"sm {self.tone}"


@dataclass(frozen=True, slots=True)
class FigureFace:
    """How often reviewers agree: the figure, or that it is too early; `rest` says the likely range in words."""

    figure: str
    counted: str
    low: str = ""
    high: str = ""
    rest: str = ""
    too_early: bool = False


@dataclass(frozen=True, slots=True)
class LaneFace:
    """One lane whole: `key` is "refund.create/medium" for its forms.

    `history` is of its level, `brakes` of what else happened: everything was held, samples began again.
    """

    key: str
    type: str
    title: str
    risk: str
    floor: str
    level: str
    rungs: tuple[RungFace, ...]
    figure: FigureFace
    chart: ChartFace | None
    next: NextFace
    acts: ActsFace
    history: tuple[MoveFace, ...]
    brakes: tuple[MoveFace, ...]
    disagreements: tuple[DisagreementFace, ...]
    reliability: ReliabilityFace | None
    notes: tuple[NoteFace, ...] = ()
    period: int = 150
    periods: tuple[tuple[int, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TrustPageFace:
    """The trust page of one agent: its head, all its lanes, and one of them whole; None where it has no lane at all."""

    name: str
    slug: str
    glyph: str
    owner: str
    version: str
    paused_reason: str
    paused_by: str
    is_paused: bool
    all_stopped: bool
    may_pause: bool
    waiting: int
    kinds: tuple[KindRow, ...]
    lane: LaneFace | None
    raisers: str = ""
    notes: tuple[NoteFace, ...] = ()


@dataclass(frozen=True, slots=True)
class TermCell:
    """One value as a field: `usual` is what holds where it is left empty, `label` names it for whoever cannot see."""

    name: str
    value: str
    usual: str
    label: str
    error: str = ""
    used: bool = True


@dataclass(frozen=True, slots=True)
class TermRow:
    """One thing that terms say: what it is called, what it means, and its value, or one for each level."""

    title: str
    hint: str
    cells: tuple[TermCell, ...]


@dataclass(frozen=True, slots=True)
class WouldFace:
    """What the draft would have made of the lane's past beside what the version in force makes of it.

    `before` and `after` are the steps of the level: (when, words).
    """

    headline: str
    before: tuple[tuple[str, str], ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class TermsFace:
    """How one action type of an agent earns trust. `types` are (type, address, is it this one)."""

    name: str
    slug: str
    glyph: str
    draft: DraftFace
    type: str
    risk: str
    reach: str
    types: tuple[tuple[str, str, bool], ...]
    levels: tuple[str, ...]
    rows: tuple[TermRow, ...]
    spans: tuple[TermRow, ...]
    promotion: str
    ceiling: str
    usual_promotion: str
    ceilings: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    would: WouldFace | None = None

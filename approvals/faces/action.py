"""One action, as the person who must decide it reads it: what will happen, what is unusual, why, by when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from approvals.faces.decide import DecideFace
from approvals.faces.diffs import DiffLine
from approvals.faces.limits import LimitFace
from approvals.faces.notes import NoteFace
from approvals.faces.people import PersonFace
from approvals.faces.strips import StripFace


@dataclass(frozen=True, slots=True)
class AgentFace:
    """The agent that asks, with its level on this lane: supervised, assisted, monitored, autonomous."""

    name: str
    slug: str
    glyph: str
    level: str = "supervised"


@dataclass(frozen=True, slots=True)
class ClaimFace:
    """Who says they are looking at it now. Anybody asked may still decide."""

    by: PersonFace


@dataclass(frozen=True, slots=True)
class ChainStep:
    """One holder of the ball, or how it ends.

    `state` is done, now, next or end. A person has `person`; a group or the end has `icon`. Below the name stands
    `before`, the moment `at` (as time left where `left`), then `after`: "from 14:10", "at 16:00, if nobody decides".
    `vote` is what somebody who is done said: approve, reject or abstain.
    """

    name: str
    state: str
    person: PersonFace | None = None
    icon: str = "people"
    before: str = ""
    at: datetime | None = None
    after: str = ""
    left: bool = False
    vote: str = ""


@dataclass(frozen=True, slots=True)
class ChainLine:
    """One step of the chain in its list. `state` is done, next or coming; `skipped` found nobody when it was run."""

    text: str
    state: str
    at: datetime | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeFace:
    """What approving does, from the type's template: never the agent's words.

    `undo_ok` is True, False, or None where nobody knows, which is shown and treated as no. An empty `notices` leaves
    the third part out.
    """

    effect: str
    undo: str
    undo_ok: bool | None = None
    effect_note: str = ""
    undo_note: str = ""
    notices: str = ""
    notices_note: str = ""


@dataclass(frozen=True, slots=True)
class OddFact:
    """One unusual thing: `strong` says it, `rest` gives the evidence, `anchor` is the id of the part that shows it."""

    strong: str
    rest: str = ""
    anchor: str = ""
    anchor_label: str = ""


@dataclass(frozen=True, slots=True)
class OddFace:
    """What is unusual for this agent. `compared` names the evidence: "compared with its last 1,845 refunds".

    `early` is a sentence where there is too little to compare with; then nothing is said to be usual.
    """

    facts: tuple[OddFact, ...]
    compared: str = ""
    early: str = ""


@dataclass(frozen=True, slots=True)
class ArgRow:
    """One argument as one line: exactly what will be executed.

    `label` is made from the key, `pointer` is its JSON pointer, `value` its text (a claim: shown with marks).
    `tone` of the remark is warn, ok or "".
    """

    label: str
    pointer: str
    value: str
    sub: str = ""
    editable: bool = False
    odd: bool = False
    strip: StripFace | None = None
    remark: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table. `tone` is "", warn or bad; a `number` stands at the right."""

    text: str
    tone: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table; `odd` marks it."""

    cells: tuple[Cell, ...]
    odd: bool = False


@dataclass(frozen=True, slots=True)
class ArgTable:
    """An argument that is a list of alike objects. `columns` are (name, is a number); `total` counts all lines."""

    label: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[TableRow, ...]
    total: int


@dataclass(frozen=True, slots=True)
class ArgsFace:
    """What it will send: lines, tables, the canonical JSON, and what changed since the revision before."""

    rows: tuple[ArgRow, ...] = ()
    tables: tuple[ArgTable, ...] = ()
    json: str = ""
    title: str = "What it will send"
    diff: tuple[DiffLine, ...] = ()
    diff_title: str = ""
    view: str = "fields"


@dataclass(frozen=True, slots=True)
class ContextFace:
    """Something the agent attached: kind text, json, link, diff or table. All of it is the agent's claim."""

    title: str
    kind: str
    text: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class ConfidenceFace:
    """How sure the agent says it is, and how often reviewers agreed when it said that: `right` of `of` times.

    Below `enough` answers no share is shown, only the count.
    """

    stated: float
    right: int = 0
    of: int = 0
    enough: int = 30

    @property
    def says(self) -> str:
        """What it says, in whole percent."""
        return f"{self.stated * 100:.0f}%"

    @property
    def agreed(self) -> str:
        """The share of times that reviewers agreed, in whole percent; "" while it is too early."""
        return f"{self.right / self.of * 100:.0f}%" if self.of >= self.enough and self.of else ""


@dataclass(frozen=True, slots=True)
class SayFace:
    """The agent's own words; all of it plain text, none of it checked."""

    text: str = ""
    summary: str = ""
    context: tuple[ContextFace, ...] = ()
    confidence: ConfidenceFace | None = None


@dataclass(frozen=True, slots=True)
class SimilarFace:
    """An earlier action like this one, and how it was decided: approved, edited, rejected, expired or other."""

    outcome: str
    title: str
    url: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class MomentFace:
    """Something that happened to it. `tone` is "", ok, bad or now. `quote` is somebody's own words."""

    text: str
    at: datetime | None = None
    remark: str = ""
    tone: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class ActionFace:
    """Everything the page of one action shows.

    `reason` is the agent's, one line of it stands under the title. `notes` are states ("Jonas Berg rejected this"),
    most important first. `chain_needs` says what must come together, `why_asked` why the reader is asked, `chain_lines`
    is the whole timetable. `decide` is None where there is nothing this reader could press. `place` says "2 of 7".
    """

    id: str
    url: str
    title: str
    type: str
    agent: AgentFace
    risk: str
    digest: str
    outcome: OutcomeFace
    kind: str = "approval"
    status: str = "pending"
    version: int = 1
    revision: int = 1
    asked_at: datetime | None = None
    environment: str = ""
    requested_by: str = ""
    claim: ClaimFace | None = None
    may_claim: bool = False
    reason: str = ""
    chain: tuple[ChainStep, ...] = ()
    chain_head: str = ""
    chain_rest: str = ""
    chain_needs: str = ""
    chain_lines: tuple[ChainLine, ...] = ()
    why_asked: str = ""
    odd: OddFace | None = None
    args: ArgsFace = field(default_factory=ArgsFace)
    say: SayFace = field(default_factory=SayFace)
    limits: tuple[LimitFace, ...] = ()
    similar: tuple[SimilarFace, ...] = ()
    moments: tuple[MomentFace, ...] = ()
    notes: tuple[NoteFace, ...] = ()
    decide: DecideFace | None = None
    place: str = ""
    previous_url: str = ""
    next_url: str = ""

    @property
    def current(self) -> ChainStep | None:
        """The step that holds the ball, for the folded chain on a phone."""
        return next((step for step in self.chain if step.state == "now"), None)

"""The other pages: what an agent has, audit log, developer, settings, the outbox, and the plain ones of tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.faces.action import Cell, SimilarFace, TableRow
from approvals.faces.limits import LimitFace
from approvals.faces.notes import NoteFace
from approvals.faces.people import PersonFace
from approvals.faces.slack import SlackFace
from approvals.faces.telling import TellingFace


@dataclass(frozen=True, slots=True)
class LaneRow:
    """One lane of an agent: an action type at a risk. `agreed` is "84% (53 of 63)" or "too early, 12 of 30"."""

    type: str
    risk: str
    level: str
    ceiling: str
    reviewed: int
    agreed: str
    limits: str = ""


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A credential: its name, what is left of it to see ("cs_…k2pd"), what it may do, when it was last used."""

    name: str
    hint: str
    scope: str
    made_at: datetime | None = None
    used_at: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentPageFace:
    """One agent: whether it may ask, its lanes, limits and keys, what waits, how the last ones ended.

    `may_pause` for whoever may.
    """

    name: str
    slug: str
    glyph: str
    owner: str
    callback_url: str
    paused_at: datetime | None = None
    paused_by: str = ""
    paused_reason: str = ""
    may_pause: bool = False
    lanes: tuple[LaneRow, ...] = ()
    limits: tuple[LimitFace, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    waiting: int = 0
    notes: tuple[NoteFace, ...] = ()
    recent: tuple[SimilarFace, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryFace:
    """One entry of the log. `who` is a person, or nobody with `glyph` for an agent or the product itself.

    `opened` shows the canonical JSON (`body`), the hashes and whether the link to the entry before holds.
    """

    seq: int
    at: datetime
    actor: str
    kind: str
    sentence: str
    subject: str
    subject_url: str
    hash: str
    prev_hash: str
    who: PersonFace | None = None
    glyph: str = "gear"
    opened: bool = False
    body: str = ""
    holds: bool = True
    open_url: str = ""


@dataclass(frozen=True, slots=True)
class AuditFace:
    """The log with the state of its chain.

    `holds` is True, False, or None when it was not checked since; `broken_at` names the first bad entry.
    """

    entries: tuple[EntryFace, ...]
    total: int
    holds: bool | None = None
    broken_at: int | None = None
    why: str = ""
    checked_at: datetime | None = None
    took_ms: int | None = None
    since: datetime | None = None
    head: str = ""
    query: str = ""
    kind: str = ""
    kinds: tuple[str, ...] = ()
    newer_url: str = ""
    older_url: str = ""
    zone_name: str = ""
    may_check: bool = False
    may_export: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One parcel to an agent. `answer` is "200", "503", "no answer" or "waiting"; `tone` ok, warn or bad."""

    id: str
    at: datetime
    kind: str
    action_id: str
    address: str
    answer: str
    tone: str
    attempts: int
    took_ms: int | None = None
    error: str = ""
    next_at: datetime | None = None
    dead: bool = False


@dataclass(frozen=True, slots=True)
class DeveloperFace:
    """What a developer needs: what was sent, keys, a command that works as pasted."""

    agents: tuple[tuple[str, str], ...]
    agent: str
    deliveries: tuple[DeliveryRow, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    curl: str = ""
    key_command: str = ""
    may_retry: bool = False
    outbox_url: str = ""

    @property
    def agent_name(self) -> str:
        """The name of the agent that is shown."""
        return next((name for slug, name in self.agents if slug == self.agent), "")

    @property
    def dead(self) -> int:
        """How many deliveries were given up."""
        return sum(row.dead for row in self.deliveries)


@dataclass(frozen=True, slots=True)
class SettingsFace:
    """The reader's own settings, and facts about the organization and this installation as (name, value)."""

    theme: str
    single_keys: bool
    undo_seconds: int
    email: str
    zone: str
    methods_url: str = ""
    organization: tuple[tuple[str, str], ...] = ()
    installation: tuple[tuple[str, str], ...] = ()
    saved: bool = False
    told: TellingFace | None = None
    slack: SlackFace | None = None


@dataclass(frozen=True, slots=True)
class LetterFace:
    """One message that was kept instead of sent; `text` is shown as plain text, `links` are ours."""

    at: datetime
    to: str
    subject: str
    text: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OutboxFace:
    """Every message of late, newest first."""

    letters: tuple[LetterFace, ...]


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table. `columns` are (name, is a number)."""

    columns: tuple[tuple[str, bool], ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class StepFace:
    """One numbered step of a rule or chain: what is asked, then what follows in smaller words. `end` closes it."""

    title: str
    text: str = ""
    end: bool = False


@dataclass(frozen=True, slots=True)
class PlainPanel:
    """One part of a page: any of a sentence, facts, figures, steps, a table."""

    title: str
    text: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[StepFace, ...] = ()
    table: PlainTable | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A page that says what stands in the configuration: `how` tells how to change it."""

    title: str
    lede: str
    panels: tuple[PlainPanel, ...] = ()
    notes: tuple[NoteFace, ...] = ()
    figures: tuple[tuple[str, str, str], ...] = ()
    how: str = ""


def table(columns: tuple[tuple[str, bool], ...], rows: tuple[tuple[str, ...], ...]) -> PlainTable:
    """Return a table of plain text."""
    lines = (tuple(Cell(text, number=column[1]) for text, column in zip(row, columns, strict=True)) for row in rows)
    return PlainTable(columns, tuple(TableRow(cells) for cells in lines))

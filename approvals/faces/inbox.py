"""The inbox: what waits for one person, grouped by when it must be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.faces.action import ActionFace
from approvals.faces.audits import AuditsFace
from approvals.faces.people import PersonFace
from approvals.faces.twins import TwinsFace


@dataclass(frozen=True, slots=True)
class RowFace:
    """One action in a list.

    `odd` is the strangest fact of it, in a few words ("4.6× its usual amount"); `share_left` the part of its time that
    is left, 0 to 1; `reviewers` who has it open; `gone` a sentence when it no longer waits for the reader ("Jonas Berg
    rejected this at 13:58."); `outcome` its end, in the tab of what was decided: approved, edited, rejected,
    expired, other. Rows of one `twin` (agent, type, currency) may stand as one; None is what stands alone. `amount` is
    what its arguments say, as text; `lender` the first name of whose seat the reader would fill, if not their own.
    """

    id: str
    url: str
    title: str
    agent: str
    glyph: str
    risk: str
    odd: str
    version: int = 1
    due_at: datetime | None = None
    share_left: float = 1.0
    reviewers: tuple[PersonFace, ...] = ()
    read: bool = False
    is_open: bool = False
    waiting: bool = True
    held: bool = False
    gone: str = ""
    outcome: str = ""
    outcome_at: datetime | None = None
    twin: tuple[str, str, str] | None = None
    amount: str = ""
    lender: str = ""


@dataclass(frozen=True, slots=True)
class StackFace:
    """Rows that are twins, shown as one: "5 refunds under €50, €163.40 in total".

    `id` is "stack-" and the id of the first; `members` are all their ids; `detail_url` and `row_url` give its pieces.
    """

    id: str
    url: str
    title: str
    agent: str
    glyph: str
    members: tuple[str, ...]
    detail_url: str
    row_url: str
    due_at: datetime | None = None
    share_left: float = 1.0
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class GroupFace:
    """Rows under one heading: "Due in the next 30 minutes", "Today", "Later"."""

    title: str
    rows: tuple[RowFace | StackFace, ...]


@dataclass(frozen=True, slots=True)
class TabFace:
    """One view of the inbox. `count` is None where counting says nothing."""

    slug: str
    name: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class StepFace:
    """One of the first steps: `done` is ticked, `command` is shown with what to copy."""

    title: str
    detail: str = ""
    url: str = ""
    done: bool = False
    command: bool = False


@dataclass(frozen=True, slots=True)
class FirstsFace:
    """The first steps. `may_send` offers to send a first request."""

    steps: tuple[StepFace, ...]
    key_command: str = ""
    curl: str = ""
    may_send: bool = False

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(1 for step in self.steps if step.done)

    @property
    def current(self) -> StepFace | None:
        """The first that is not done."""
        return next((step for step in self.steps if not step.done), None)


@dataclass(frozen=True, slots=True)
class EmptyFace:
    """What is said when nothing waits: `decided_today`, and in how many minutes half of that was done.

    `firsts` stands in its place where nobody has decided anything yet.
    """

    title: str = "Nothing waits for you"
    decided_today: int = 0
    median_minutes: int | None = None
    link_url: str = ""
    link_label: str = ""
    firsts: FirstsFace | None = None


@dataclass(frozen=True, slots=True)
class InboxFace:
    """The whole inbox. `tab` is the slug of the one shown; `opened` the action on the right, complete.

    `stack` are the twins on the right instead; `apart` shows twins one by one. `query` and `risk` are what the list is
    filtered by, if anything. `audits` are what may be looked at afterwards, apart from what waits.
    `practice` says how many of the requests are practice, "" where none are.
    """

    tabs: tuple[TabFace, ...]
    tab: str
    groups: tuple[GroupFace, ...] = ()
    empty: EmptyFace | None = None
    opened: ActionFace | None = None
    stack: TwinsFace | None = None
    apart: bool = False
    more_url: str = ""
    query: str = ""
    risk: str = ""
    audits: AuditsFace | None = None
    practice: str = ""

    @property
    def tab_name(self) -> str:
        """The name of the tab shown."""
        return next((tab.name for tab in self.tabs if tab.slug == self.tab), "")

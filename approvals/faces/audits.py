"""A look at an action afterwards: what the agent wanted, without a word of anybody's; then what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from approvals.faces.action import AgentFace, ArgsFace, OutcomeFace, SayFace


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit in a list."""

    url: str
    title: str
    agent: str
    glyph: str
    risk: str
    since: datetime


@dataclass(frozen=True, slots=True)
class AuditsFace:
    """What somebody may judge afterwards: the oldest, of `count`."""

    rows: tuple[AuditRow, ...]
    count: int


@dataclass(frozen=True, slots=True)
class JudgedFace:
    """What was said, told once it was: by whom, why it was asked, what the agent had said, and where the action is."""

    text: str
    at: datetime
    why: str
    note: str
    say: SayFace
    action_url: str
    tone: str = "ok"


@dataclass(frozen=True, slots=True)
class AuditFace:
    """The page of one audit. `form` is where the answer goes; empty where the reader may not give one, with `why_not`.

    `seen` is sealed: when the page was shown. `error` is a sentence about an answer that was refused, `note` and
    `severity` what was typed then.
    """

    id: str
    url: str
    title: str
    type: str
    agent: AgentFace
    risk: str
    digest: str
    since: datetime
    outcome: OutcomeFace
    args: ArgsFace
    odd: str = ""
    form: str = ""
    seen: str = ""
    why_not: str = ""
    error: str = ""
    note: str = ""
    severity: str = ""
    judged: JudgedFace | None = None


@dataclass(frozen=True, slots=True)
class FeedbackFace:
    """What somebody hears of their practice request once it is over: neither `caught` nor `missed` if time was over.

    `who` rejected it when it was real, with `comment`; `url` is that request.
    """

    title: str
    caught: bool
    missed: bool
    who: str
    comment: str
    url: str
